package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// submission is a proposed answer on its page: what was asked and what will be sent, side by side.
type submission struct {
	ask.SubmissionView
	Waits    bool // to be signed
	Approver bool // whoever looks may sign himself
	Words    string
	Signer   string
	Paper    string
	Signed   string // on which day
	Wrong    *ask.Error
	Since    []ask.RecordView // what was recorded meanwhile, where that is why it was refused
	Today    ask.Day
}

// signing lists the answers that wait to be signed.
func signing(x *visit) error {
	all, err := ask.Do(x.ctx(), x.client, ask.Submissions, ask.SubmissionQuery{})
	if err != nil {
		return err
	}
	return x.show("signing", "待签批", "sign", struct {
		All   []ask.SubmissionView
		Today ask.Day
		Done  string
	}{all, x.me.Today, x.r.URL.Query().Get("done")})
}

func (s submission) Asks() bool { return s.Waits }

// submitted finds the proposed answer of a case.
func (x *visit) submitted() (s submission, err error) {
	id := x.caseID()
	all, err := ask.Do(x.ctx(), x.client, ask.Submissions, ask.SubmissionQuery{Case: id})
	if err != nil {
		return s, err
	}
	if len(all) == 0 {
		return s, ask.NotFound("", "%s 没有送审的答复", id)
	}
	s.SubmissionView, s.Today = all[0], x.me.Today
	s.Waits, s.Approver = s.State == casefile.AwaitsSigning.String(), x.me.Role == ask.Approver.String()
	return s, nil
}

func showSubmission(x *visit) error {
	s, err := x.submitted()
	if err != nil {
		return err
	}
	return x.showSubmission(s)
}

func (x *visit) showSubmission(s submission) error {
	return x.showAs(statusOf(s.Wrong), "submission", "签批 "+string(s.Case.Case), "sign", s)
}

// signPost signs a proposed answer or sends it back: the one that the page showed, and no other.
func signPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	s, err := x.submitted()
	if err != nil {
		return err
	}
	one := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")) }
	s.Words, s.Signer, s.Paper, s.Signed = one("words"), one("approver"), one("paper"), one("on")
	decide := form.Get("do")
	if decide != "sign" && decide != "return" { // Enter decides nothing
		return x.showSubmission(s)
	}
	refuse := func(err error) error {
		s.Wrong = x.told(err)
		if s.Since, err = x.since(s.Wrong, seqsOf(form)); err != nil {
			return err
		}
		return x.showSubmission(s)
	}
	on, err := dayOf(s.Signed)
	if err != nil {
		return refuse(err)
	}
	seq, err := strconv.ParseUint(form.Get("submission"), 10, 64)
	if err != nil {
		return ask.Usage("表单里没有送审的记录号")
	}
	var e casefile.Event = casefile.Signed{Submission: seq, By: s.Signer, Document: s.Paper, Words: s.Words}
	if decide == "return" {
		e = casefile.SentBack{Submission: seq, By: s.Signer, Document: s.Paper, Words: s.Words}
	}
	body, err := casefile.EncodeEvent(e)
	if err != nil {
		return err
	}
	req := ask.AppendRequest{}
	for _, id := range append([]casefile.ID{s.Case.Case}, s.With...) {
		req.Drafts = append(req.Drafts, ask.DraftView{Case: id, On: on, Kind: e.Kind(), Event: body})
	}
	if _, err := ask.Do(x.ctx(), x.client.IfSeqs(seqsOf(form)), ask.Append, req); err != nil {
		return refuse(err)
	}
	http.Redirect(x.w, x.r, "/sign?"+url.Values{"done": {e.Kind().Label() + " " + string(s.Case.Case)}}.Encode(), http.StatusSeeOther)
	return nil
}
