package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// What is done to a case with files, with mails and with its own number: what no field of a step can hold.

// filingView is the form for one of them.
type filingView struct {
	What     string // attach, detach, split or join
	Title    string
	Case     casefile.ID
	Detail   ask.CaseDetail
	Seen     uint64
	Files    []keptFile
	Personal []string // what was found in the files that tells who somebody is
	Digest   string   // of what is taken out, or of the mail that is put in
	Named    string   // what that is called
	Number   string   // of the case, as it was entered
	Reason   string
	Parts    string
	Open     string
	Wrong    *ask.Error
	Since    []ask.RecordView
	Tried    *ask.AppendResult
	Effects  []effect
	Mark     string
	Today    ask.Day
}

var filingTitles = map[string]string{"attach": "附卷：放入文件", "detach": "移出案卷", "split": "分立", "join": "把来信归入案件"}

func (x *visit) filing(what string) (v filingView, err error) {
	v = filingView{What: what, Title: filingTitles[what], Today: x.me.Today}
	if v.Title == "" {
		return v, ask.NotFound("", "没有这个页面")
	}
	v.Case = x.caseID()
	if what == "join" {
		v.Digest = x.r.PathValue("mail")
		m, err := ask.Do(x.ctx(), x.client, ask.Mail, ask.MailRef{Mail: v.Digest})
		v.Named = m.Subject
		return v, err
	}
	about := ask.BareCase(v.Case)
	if what == "detach" { // one of its files, which is called by its name
		about.Part.Files = math.MaxInt32
	}
	v.Detail, err = ask.Do(x.ctx(), x.client, ask.Show, about)
	if err != nil {
		return v, err
	}
	v.Seen = v.Detail.Last
	return v, nil
}

// filer shows and judges one of them.
func filer(what string) (get, post func(*visit) error) {
	get = func(x *visit) error {
		v, err := x.filing(what)
		if err != nil {
			return err
		}
		q := x.r.URL.Query()
		if v.What != "join" {
			v.Digest = q.Get("digest")
		}
		v.Number = q.Get("case")
		if err := v.name(x); err != nil {
			return err
		}
		return x.showFiling(v)
	}
	post = func(x *visit) error {
		v, err := x.filing(what)
		if err != nil {
			return err
		}
		form, failed := x.uploads()
		if failed != nil && form == nil {
			return failed
		}
		if err := v.enter(x, form); err != nil {
			return err
		}
		if failed != nil {
			v.Wrong = x.told(failed)
			return x.showFiling(v)
		}
		v.Mark = markOf(form, []casefile.ID{v.Case})
		record := form.Get("do") == "record" && form.Get("mark") == v.Mark
		res, err := v.do(x, x.client.IfSeqs(seqsOf(form)).Dry(!record))
		switch {
		case err != nil:
			if v.Wrong, v.Mark = x.told(err), ""; v.Wrong.Code == "field-missing" && len(v.Wrong.Options) > 0 {
				v.Wrong.Code = "field"
			}
			if v.Since, err = x.since(v.Wrong, seqsOf(form)); err != nil {
				return err
			}
		case record:
			http.Redirect(x.w, x.r, filed(res, v), http.StatusSeeOther)
			return nil
		default:
			v.Tried, v.Effects = &res, effects([]ask.CaseRow{v.Detail.CaseRow}, res.Cases)
			v.Personal = x.personalIn(v.Files)
		}
		return x.showFiling(v)
	}
	return get, post
}

// filed is where what was recorded is seen.
func filed(res ask.AppendResult, v filingView) string {
	id := v.Case
	if len(res.Cases) > 0 {
		id = res.Cases[0].Case
	}
	to := "/case/" + url.PathEscape(string(id))
	if len(res.Records) > 0 {
		to += "?new=" + strconv.FormatUint(res.Records[0].Seq, 10)
	}
	return to
}

func (x *visit) showFiling(v filingView) error {
	return x.showAs(statusOf(v.Wrong), "filing", v.Title+" "+string(v.Case), "cases", v)
}

// At reports whether a field is one that has to be filled in.
func (v filingView) At(field string) bool {
	return v.Wrong != nil && v.Wrong.Code == "field" && slices.Contains(v.Wrong.Options, field)
}

// name finds what a digest is called.
func (v *filingView) name(x *visit) error {
	if v.What != "detach" || v.Digest == "" {
		return nil
	}
	for _, f := range v.Detail.Files {
		if f.Digest.String() == v.Digest {
			v.Named = f.Name
			return nil
		}
	}
	if _, err := casefile.ParseDigest(v.Digest); err != nil {
		return nil //nolint:nilerr // the office refuses it, in words
	}
	m, err := ask.Do(x.ctx(), x.client, ask.Mail, ask.MailRef{Mail: v.Digest})
	v.Named = m.Subject
	return err
}

func (v *filingView) enter(x *visit, form url.Values) error {
	one := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	v.Reason, v.Parts, v.Open, v.Number = one("reason"), one("parts"), one("open"), one("number")
	if v.What == "detach" {
		v.Digest = one("digest")
	}
	v.Files = keptIn(form)
	return v.name(x)
}

// do judges or records it.
func (v *filingView) do(x *visit, c *ask.Client) (res ask.AppendResult, err error) {
	draft := func(e casefile.Event) (ask.AppendResult, error) {
		body, err := casefile.EncodeEvent(e)
		if err != nil {
			return res, err
		}
		return ask.Do(x.ctx(), c, ask.Append, ask.AppendRequest{Drafts: []ask.DraftView{{Case: v.Case, Kind: e.Kind(), Event: body}}})
	}
	switch v.What {
	case "attach":
		if len(v.Files) == 0 {
			return res, &ask.Error{Code: "field-missing", Msg: "没有选文件", Options: []string{"file"}, Exit: ask.ExitUsage}
		}
		e := casefile.Attached{Reason: v.Reason}
		for _, f := range v.Files {
			e.Files = append(e.Files, f.File)
		}
		return draft(e)
	case "detach":
		d, err := casefile.ParseDigest(v.Digest)
		if err != nil {
			return res, ask.Usage("没有选要移出的文件或来信")
		}
		return draft(casefile.Detached{Digest: d, Reason: v.Reason})
	case "split":
		q := ask.SplitRequest{CaseRef: ask.CaseRef{Case: v.Case}, Reason: v.Reason}
		if q.Parts, err = ask.Whole(v.Parts); err != nil {
			return res, ask.Usage("共分几件：%v", err)
		}
		if v.Open != "" {
			if q.Open, err = ask.Whole(v.Open); err != nil {
				return res, ask.Usage("第几件继续征求意见、收费：%v", err)
			}
		}
		return ask.Do(x.ctx(), c, ask.Split, q)
	}
	if v.Number == "" {
		return res, ask.Usage("没有写案件编号")
	}
	id := x.expand(v.Number)
	row, err := ask.Do(x.ctx(), c, ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: v.Digest}, Reason: v.Reason})
	return ask.AppendResult{Cases: []ask.CaseRow{row}}, err
}

// keptIn are the files that a form carries, but for those that were dropped.
func keptIn(form url.Values) (all []keptFile) {
	dropped := map[string]bool{}
	for _, ref := range form["drop"] {
		dropped[ref] = true
	}
	for _, ref := range form["kept"] {
		if f, ok := parseKept(ref); ok && !dropped[ref] {
			all = append(all, keptFile{f, ref})
		}
	}
	return all
}

// retryMails fetches at once what could not be fetched, and decides anew what could not be decided.
func retryMails(x *visit) error {
	res, err := ask.Do(x.ctx(), x.client, ask.Retry, ask.RetryRequest{Mail: x.r.PostFormValue("mail")})
	if err != nil {
		return err
	}
	http.Redirect(x.w, x.r, fmt.Sprintf("/mails?place=%s&retried=%d", casefile.Quarantined, res.Taken+len(res.Decided)), http.StatusSeeOther)
	return nil
}

// decideOutgoing is what a person decides about a mail of which nobody knows whether it went out, or that is not to.
func decideOutgoing(x *visit) error {
	id, ok := number(x.r.PathValue("id"))
	if !ok {
		return ask.NotFound("", "没有这封去信：%s", x.r.PathValue("id"))
	}
	v := outgoingPage{Decide: x.r.PostFormValue("decide"), Reason: strings.TrimSpace(x.r.PostFormValue("reason")), Again: x.r.PostFormValue("again") != ""}
	q := ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: id}, Do: v.Decide, Reason: v.Reason, Again: v.Again}
	var err error
	if !x.entered() {
		if _, err = ask.Do(x.ctx(), x.client, ask.DecideOutgoing, q); err == nil {
			http.Redirect(x.w, x.r, "/outbox/"+strconv.FormatUint(id, 10), http.StatusSeeOther)
			return nil
		}
		v.Wrong = x.told(err)
	}
	if v.OutgoingView, err = ask.Do(x.ctx(), x.client, ask.Outgoing, q.OutgoingRef); err != nil {
		return err
	}
	return x.showOutgoing(v)
}

// personalIn warns of numbers in files that tell who somebody is: an answer that discloses them harms somebody, and
// nobody looks at every page of every file (条例第十五条、第三十七条).
func (x *visit) personalIn(files []keptFile) (warned []string) {
	for _, f := range files {
		found, err := ask.Do(x.ctx(), x.client, ask.Inspect, f.File)
		if err != nil {
			warned = append(warned, f.Name+"：没有读出，请自己看有无个人信息（"+x.told(err).Msg+"）")
			continue
		}
		var says []string
		if found.Identity > 0 {
			says = append(says, fmt.Sprintf("疑似证件号、银行卡号 %d 处", found.Identity))
		}
		if found.Contact > 0 {
			says = append(says, fmt.Sprintf("疑似电话 %d 处", found.Contact))
		}
		if len(says) > 0 {
			for _, w := range found.Where {
				says = append(says, "“"+string(w)+"”")
			}
			warned = append(warned, f.Name+"："+strings.Join(says, "，")+"。请核对是否应当遮盖后再给出")
		}
		if found.Note != "" {
			warned = append(warned, f.Name+"："+found.Note+"，请自己看有无个人信息")
		}
	}
	return warned
}
