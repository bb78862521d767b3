// Package web is the desk in a browser: pages and forms over the operations of package ask. It decides nothing and
// keeps nothing: every number on a page is an answer of the office, every form is made from ask.Steps, and what a
// person may see or do is judged behind the door.
//
//	web.go     Site: the pages by their addresses    guard.go   what holds for every request
//	page.go    how a page is written, errors          words.go   how days, terms and stages read
//	local.go   `ysq web` on this machine              entry.go   its key and its cookie
//	peer.go    whose browser it is
//	login.go   the way in for the office's network: ysq-web.service      places.go how much one address may hold
//	today.go   待办      cases.go  办件      case.go   one case      strip.go  its days, drawn
//	step.go    a form for every step         register.go 登记         mails.go  收发
//	answer.go  答复: the letter, its files and the mail that brings them      sign.go  待签批
//	answermany.go, registermany.go, mailsmany.go   the same for several cases, and for mails outside of them
//	undo.go    what one call recorded, taken back together
//	files.go   附卷、移出、分立、归入       dispute.go 复议诉讼
//	sheet.go   a page of a file, beside the fields    picture.go  the pictures of pages
//	held.go    what was typed while nobody answered
//	annual.go  年度      freeze.go 冻结      yearwords.go its words     chief.go  what a head asks
//	search.go  查询      state.go  运行情况
//
// Pages are plain HTML made on the server. They work without the script, which only adds comfort, load nothing
// from elsewhere, and need no browser younger than Chromium 86.
package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Options of New.
type Options struct {
	// Door says who a request comes from. It answers by itself those that may not come in.
	Door Door
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// Failed receives errors that are nobody's fault but ours; nil drops them.
	Failed func(error)
}

// Door is a way in. It must be safe for concurrent use.
type Door interface {
	// Admit returns the client that asks in the name of whoever sent the request. With false it has answered
	// itself: with a way to come in, or with a refusal.
	Admit(w http.ResponseWriter, r *http.Request) (*ask.Client, bool)
	// Again shows the way in to somebody whose stay has ended meanwhile, and keeps what he had typed.
	Again(w http.ResponseWriter, r *http.Request, typed held)
	// Leave ends the stay of whoever sent the request, and says so.
	Leave(w http.ResponseWriter, r *http.Request)
}

// Site answers browsers.
type Site struct {
	door    Door
	now     func() time.Time
	failed  func(error)
	handler http.Handler

	pictures pictures
}

// New returns the site behind a door.
func New(o Options) *Site {
	s := &Site{door: o.Door, now: o.Now, failed: o.Failed}
	if s.now == nil {
		s.now = time.Now
	}
	if s.failed == nil {
		s.failed = func(error) {}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{file}", static)
	for pattern, show := range routes() {
		mux.HandleFunc(pattern, s.page(show))
	}
	mux.HandleFunc("POST /leave", s.door.Leave)
	mux.HandleFunc("/", s.page(func(*visit) error { return ask.NotFound("", "没有这个页面") }))
	s.handler = guard(mux)
	return s
}

// routes are the pages by their addresses.
func routes() map[string]func(*visit) error {
	attachForm, attachPost := filer("attach")
	detachForm, detachPost := filer("detach")
	splitForm, splitPost := filer("split")
	joinForm, joinPost := filer("join")
	return map[string]func(*visit) error{
		"GET /{$}": today, "GET /cases": cases, "GET /cases/xlsx": casesSheet, "GET /case/{case}": showCase, "POST /case/{case}": revealCase, "GET /case/{case}/days": days,
		"GET /step": chosenStep, "GET /step/{step}": stepForm, "POST /step/{step}": stepPost, "GET /register": registerManyForm, "POST /register": registerManyPost, "GET /register/{case}": registerForm, "POST /register/{case}": registerPost,
		"GET /answer/{case}": answerForm, "POST /answer/{case}": answerPost, "GET /answers": answerManyForm, "POST /answers": answerManyPost,
		"GET /sign": signing, "GET /sign/{case}": showSubmission, "POST /sign/{case}": signPost,
		"GET /undo": undoForm, "POST /undo": undoPost,
		"GET /new": newForm, "POST /new": newPost,
		"GET /mails": mails, "GET /mails/many": mailsManyForm, "POST /mails/many": mailsManyPost, "POST /mails/unsee": unseeMails, "GET /mail/{mail}": showMail, "POST /mail/{mail}": saveMail, "POST /mail/{mail}/open": openMail, "POST /mail/{mail}/seen": seenMail, "POST /mail/{mail}/page": showPage, "GET /picture/{name}": showPicture,
		"GET /mail/{mail}/join": joinForm, "POST /mail/{mail}/join": joinPost, "POST /mails/retry": retryMails,
		"GET /outbox/{id}": showOutgoing, "POST /outbox/{id}": decideOutgoing, "POST /letter": copyLetter,
		"GET /attach/{case}": attachForm, "POST /attach/{case}": attachPost, "POST /file/{case}": saveFile, "GET /detach/{case}": detachForm, "POST /detach/{case}": detachPost,
		"GET /split/{case}": splitForm, "POST /split/{case}": splitPost,
		"GET /dispute": disputeGet, "POST /dispute": disputePost, "GET /dispute/{dispute}": showDispute,
		"GET /dispute/{dispute}/{step}": disputeGet, "POST /dispute/{dispute}/{step}": disputePost,
		"GET /search": search, "GET /status": state, "GET /pulse": pulse,
		"GET /years": years, "GET /year/{year}": year, "GET /year/{year}/cell": cell, "GET /year/{year}/diff": yearDiff, "GET /year/{year}/report/{form}": reportFile,
		"GET /year/{year}/freeze": freezeForm, "POST /year/{year}/freeze": freezePost, "GET /year/{year}/opening": openingForm, "POST /year/{year}/opening": openingPost,
		"GET /year/{year}/words": wordsForm, "POST /year/{year}/words": wordsPost, "GET /stats": chief, "GET /stats/xlsx": chiefSheet,
	}
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// visit is one request of somebody who was let in.
type visit struct {
	site   *Site
	w      http.ResponseWriter
	r      *http.Request
	client *ask.Client
	me     ask.Person
	form   url.Values // of a form with files, as far as it was read
}

func (x *visit) ctx() context.Context { return x.r.Context() }

// expand is the number of a case as people may write it.
func (x *visit) expand(s string) casefile.ID {
	return casefile.ExpandID(s, civil.Date(x.me.Today).Year())
}

// caseID is the case that the address names.
func (x *visit) caseID() casefile.ID { return x.expand(x.r.PathValue("case")) }

// chosen are the cases that were ticked, each once: 待办 may have two lines of one.
func (x *visit) chosen(ids []string) (all []ask.CaseDetail, err error) {
	for _, s := range ids {
		id := x.expand(s)
		if slices.ContainsFunc(all, func(d ask.CaseDetail) bool { return d.Case == id }) {
			continue
		}
		d, err := ask.Do(x.ctx(), x.client, ask.Show, ask.BareCase(id))
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// read reads a form without files.
func (x *visit) read() error {
	err := x.r.ParseForm()
	if _, large := errors.AsType[*http.MaxBytesError](err); err == nil || large {
		return err
	}
	return ask.Usage("表单读不了：提交的内容不完整，或者不是这个页面的；请用浏览器的“后退”回到填写的页面再提交")
}

// entered reports whether a form was sent by the key Enter, which decides nothing: the page is shown again. Forms without
// a dry run begin with a hidden button of that meaning.
func (x *visit) entered() bool { return x.r.PostFormValue("do") == "look" }

// page makes a handler of what shows a page.
func (s *Site) page(show func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		client, ok := s.door.Admit(w, r)
		if !ok {
			return
		}
		x := &visit{site: s, w: w, r: r, client: client}
		var err error
		if x.me, err = ask.Do(x.ctx(), client, ask.Me, ask.None{}); err == nil {
			err = show(x)
		}
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*ask.Error](err); ok && e.Code == "session" {
			s.door.Again(w, r, x.typed())
			return
		}
		x.fail(err)
	}
}
