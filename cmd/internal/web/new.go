package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// newView is the form for an application that came on another way than the mailbox.
type newView struct {
	Channels                   []casefile.Channel
	Channel, On, From, Subject string
	Carried                    bool
	Wrong                      *ask.Error
	Tried                      *ask.AppendResult
	Mark                       string
	Today                      ask.Day
}

var paperChannels = []casefile.Channel{casefile.InPerson, casefile.RegisteredPost, casefile.PlainLetter, casefile.Fax, casefile.Platform, casefile.Email, casefile.Oral}

func newForm(x *visit) error {
	return x.show("new", "新建", "new", newView{Channels: paperChannels, Today: x.me.Today})
}

func newPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	f := x.r.PostForm
	v := newView{Channels: paperChannels, Today: x.me.Today, Channel: f.Get("channel"), On: strings.TrimSpace(f.Get("on")),
		From: strings.TrimSpace(f.Get("from")), Subject: strings.TrimSpace(f.Get("subject")), Carried: f.Get("carried") != ""}
	v.Mark = markOf(f, nil)
	again := func(err error) error {
		v.Wrong, v.Mark = x.told(err), ""
		return x.showAs(statusOf(v.Wrong), "new", "新建", "new", v)
	}
	n := ask.NewCase{From: v.From, Subject: v.Subject, Carried: v.Carried}
	var err error
	if n.Channel, err = casefile.ParseChannel(v.Channel); err != nil || !slices.Contains(paperChannels, n.Channel) {
		return again(ask.Usage("请选渠道"))
	}
	if n.On, err = dayOf(v.On); err != nil {
		return again(err)
	}
	record := f.Get("do") == "record" && f.Get("mark") == v.Mark
	res, err := ask.Do(x.ctx(), x.client.Dry(!record), ask.New, n)
	if err != nil {
		return again(err)
	}
	if record {
		http.Redirect(x.w, x.r, "/register/"+url.PathEscape(string(res.Cases[0].Case)), http.StatusSeeOther)
		return nil
	}
	v.Tried = &res
	return x.show("new", "新建", "new", v)
}
