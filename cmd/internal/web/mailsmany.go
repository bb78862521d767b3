package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ysq.internal/ysq/cmd/internal/ask"
)

// mailsMany is the page on which several mails outside of cases are judged at once.
type mailsMany struct {
	Step   string // open: each is an application; seen: none is
	As     string // what they are, where they are none
	Lines  []mailLine
	Tried  bool
	Mark   string
	Failed int
	Wrong  *ask.Error // of what is said of all of them
}

// mailLine is one of them.
type mailLine struct {
	ask.MailView
	After *ask.CaseRow // the case that it would open; its number is given when it is recorded
	Wrong *ask.Error
	Done  bool // a case, though others could not be
}

func (x *visit) chosenMails(form url.Values) (v mailsMany, err error) {
	names := form["mail"]
	v.Step, v.As = form.Get("step"), strings.TrimSpace(form.Get("as"))
	switch {
	case len(names) == 0:
		return v, ask.Usage("没有选邮件")
	case len(names) > mostAtOnce:
		return v, ask.Usage("一次最多办 %d 封，选了 %d 封", mostAtOnce, len(names))
	case v.Step != "open" && v.Step != "seen":
		return v, ask.Usage("不认识的办法 %q", v.Step)
	}
	listed := map[string]bool{}
	for _, name := range names {
		m, err := ask.Do(x.ctx(), x.client, ask.Mail, ask.MailRef{Mail: name})
		if err != nil {
			return v, err
		}
		if d := m.Digest.String(); !listed[d] {
			listed[d] = true
			v.Lines = append(v.Lines, mailLine{MailView: m})
		}
	}
	return v, nil
}

func (v mailsMany) digests() (all []string) {
	for _, l := range v.Lines {
		all = append(all, l.Digest.String())
	}
	return all
}

func mailsManyForm(x *visit) error {
	v, err := x.chosenMails(x.r.URL.Query())
	if err != nil {
		return err
	}
	return x.showMailsMany(v)
}

func (x *visit) showMailsMany(v mailsMany) error {
	return x.showAs(statusOf(v.Wrong), "mailsmany", "甄别来信", "mails", v)
}

// mailsManyPost judges every mail, or records every one. Nothing is recorded before all of them can be.
func mailsManyPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	v, err := x.chosenMails(form)
	if err != nil {
		return err
	}
	v.Mark = markOf(form, nil)
	v.each(x, true)
	if v.Failed == 0 && v.Wrong == nil && form.Get("do") == "record" && form.Get("mark") == v.Mark {
		if v.each(x, false); v.Failed == 0 && v.Wrong == nil {
			to := "/?recorded=" + strconv.Itoa(len(v.Lines))
			if v.Step == "seen" {
				to = "/mails?" + url.Values{"seen": v.digests()}.Encode()
			}
			http.Redirect(x.w, x.r, to, http.StatusSeeOther)
			return nil
		}
	}
	if v.Tried = v.Failed == 0 && v.Wrong == nil; !v.Tried {
		v.Mark = ""
	}
	return x.showMailsMany(v)
}

// each judges or records. Mails that are none are one call, so that all are marked or none; each application is a case of
// its own, and what is wrong with it stands in its line.
func (v *mailsMany) each(x *visit, dry bool) {
	c := x.client.Dry(dry)
	if v.Step == "seen" {
		if _, err := ask.Do(x.ctx(), c, ask.SeenMail, ask.SeenRequest{Mails: v.digests(), As: v.As}); err != nil {
			v.Wrong = x.told(err)
		}
		return
	}
	for i := range v.Lines {
		l := &v.Lines[i]
		row, err := ask.Do(x.ctx(), c, ask.OpenMail, ask.MailRef{Mail: l.Digest.String()})
		if err != nil {
			l.Wrong = x.told(err)
			v.Failed++
			continue
		}
		l.After, l.Done = &row, !dry
	}
}

// unseeMails takes back that mails were marked as read: all of them, or none.
func unseeMails(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	if _, err := ask.Do(x.ctx(), x.client, ask.SeenMail, ask.SeenRequest{Mails: x.r.PostForm["mail"], Undo: true}); err != nil {
		return err
	}
	http.Redirect(x.w, x.r, "/mails", http.StatusSeeOther)
	return nil
}
