package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// answerView is the page 答复: what is decided on the left, the letter as it will look on the right.
type answerView struct {
	Detail    ask.CaseDetail
	Last      uint64
	Read      []ask.ProposedValue // what was read of how and whither the applicant wants it, and not registered
	Paper     bool                // by that he asks for another way than e-mail
	Outcomes  []outcomeGroup
	Outcome   string
	Basis     string
	Withheld  []string // on what the part rests that 部分公开 does not give
	Objection string   // why the opinion of a third party is set aside, by its code
	Grounds   string
	Way       string // draft, send, paper, or a casefile.Way by which it has left
	Ways      []wayOf
	Tracking  string
	Despite   string
	To        string
	Subject   string
	Text      string
	OnPaper   string
	Files     []keptFile
	Personal  []string // what in the files tells who somebody is
	Fill      []fillOf
	Wrong     *ask.Error
	Since     []ask.RecordView // what was recorded meanwhile, where that is why it was refused
	Tried     *ask.AnswerResult
	Mark      string
	Today     ask.Day
	Note      string              // 拟办意见
	Issues    bool                // what was tried may be issued as it is
	Before    *ask.SubmissionView // the answer as it was submitted last
}

// outcomeGroup is an outcome with what it may rest on.
type outcomeGroup struct {
	Code, Label string
	Bases       []casefileBasis
}

type casefileBasis struct{ Code, Words string }

type withholding struct {
	casefileBasis
	Chosen bool
}

// wayOf is how an answer leaves the office, and what recording it so is called.
type wayOf struct{ Code, Label, Does string }

// keptFile is a file that was sent with the form already.
type keptFile struct {
	casefile.File
	Ref string // as the form carries it
}

// fillOf is a content that only the clerk knows.
type fillOf struct{ Name, How, Text string }

var answerWays = []wayOf{
	{"draft", "电子邮件：存入草稿箱，由人核对后发出", "制发并存草稿箱"},
	{"send", "电子邮件：直接发出", "制发并发出"},
	{"paper", "纸质：先制发，送出后再记录", "制发纸质文书"},
	{casefile.ByPost.String(), "纸质：今天已交邮", "制发并记录为已邮寄"},
	{casefile.ByHand.String(), "纸质：今天已当面送达", "制发并记录为当面送达"},
	{casefile.ByCourier.String(), "纸质：今天已交快递", "制发并记录为已交快递"},
}

// Does is what the button says that records.
func (v answerView) Does() string {
	for _, w := range v.Ways {
		if w.Code == v.Way {
			return w.Does
		}
	}
	return "制发"
}

// propose looks into the mails for what nobody has registered.
func (v *answerView) propose(x *visit) error {
	if v.Detail.Delivery+v.Detail.Form != "" && v.Detail.Email != "" {
		return nil
	}
	p, err := ask.Do(x.ctx(), x.client, ask.Propose, ask.CaseRef{Case: v.Detail.Case})
	if err == nil {
		v.read(p)
	}
	return err
}

// read keeps of what was read in the mails what the answer turns on and nobody has registered.
func (v *answerView) read(p ask.Proposals) {
	wayless := v.Detail.Delivery+v.Detail.Form == ""
	var wanted casefile.Case
	for _, value := range p.Values {
		switch {
		case value.Flag == "delivery" && wayless:
			wanted.Delivery = value.Value
		case value.Flag == "form" && wayless:
			wanted.Form = value.Value
		case value.Flag == "email" && v.Detail.Email == "":
		default:
			continue
		}
		v.Read = append(v.Read, value)
	}
	v.Paper = !wanted.WantedByMail()
}

// Main reports whether the button that records is the likely one: an answer goes by e-mail to somebody who asked for paper
// only after a second look.
func (v answerView) Main() bool {
	return v.Issues && (v.Detail.MailWanted && !v.Paper || v.Way != "draft" && v.Way != "send")
}

func (x *visit) answering() (v answerView, err error) {
	id := x.caseID()
	v = answerView{Today: x.me.Today, Ways: answerWays, Way: "draft"}
	if v.Detail, err = ask.Do(x.ctx(), x.client, ask.Show, beside(id)); err != nil {
		return v, err
	}
	v.Last = v.Detail.Last
	if err := v.propose(x); err != nil {
		return v, err
	}
	if !v.Detail.ByMail || v.Paper {
		v.Way = "paper"
	}
	all, err := ask.Do(x.ctx(), x.client, ask.Submissions, ask.SubmissionQuery{Case: id})
	if err != nil {
		return v, err
	}
	if len(all) > 0 {
		v.Before = &all[0]
	}
	v.Outcomes = outcomeGroups()
	return v, nil
}

// outcomeGroups are the answers that there are a letter for: a lapse takes effect without one.
func outcomeGroups() (all []outcomeGroup) {
	for _, o := range casefile.Outcomes() {
		if o.Lapse() {
			continue
		}
		g := outcomeGroup{Code: o.String(), Label: o.Row() + " " + o.Label()}
		for _, b := range o.Bases() {
			g.Bases = append(g.Bases, casefileBasis{b, casefile.BasisOf(b).String()})
		}
		all = append(all, g)
	}
	return all
}

// Withholding are the grounds on which 部分公开 may keep a part back, each with whether it is chosen.
func (v answerView) Withholding() (all []withholding) {
	for _, b := range casefile.WithheldBases() {
		all = append(all, withholding{casefileBasis{b, casefile.BasisOf(b).String()}, slices.Contains(v.Withheld, b)})
	}
	return all
}

// Chose is the outcome with its basis as it stands on paper.
func (v answerView) Chose() string {
	for _, o := range v.Outcomes {
		for _, b := range o.Bases {
			if o.Code == v.Outcome && b.Code == v.Basis {
				return o.Label + "：" + b.Words
			}
		}
	}
	return ""
}

// Kept are the grounds of the part that is kept back, likewise.
func (v answerView) Kept() string {
	var said []string
	for _, b := range v.Withheld {
		said = append(said, casefile.BasisOf(b).String())
	}
	return strings.Join(said, "\n")
}

// Overrules reports whether the answer sets a third party's opinion aside, or cannot be given without.
func (v answerView) Overrules() bool { return v.Objection != "" || v.At("objection") }

// Overrulings are the reasons for that.
func (v answerView) Overrulings() []casefile.Overruling { return casefile.Overrulings() }

// Overruled is the one that was chosen, as it stands on paper.
func (v answerView) Overruled() string {
	o, err := casefile.ParseOverruling(v.Objection)
	if err != nil {
		return ""
	}
	return o.Label()
}

// Chosen are the recipients of the mail that was tried as the office knows them: where its address comes from.
func (v answerView) Chosen() []ask.Recipient {
	if v.Tried == nil || v.Tried.Mail == nil {
		return nil
	}
	m := v.Tried.Mail
	return slices.DeleteFunc(slices.Clone(m.Recipients), func(r ask.Recipient) bool { return !strings.EqualFold(string(r.Mail), string(m.To)) })
}

// Unfolded reports whether what is seldom written has been written, or is what the answer lacks.
func (v answerView) Unfolded() bool {
	lacks := func(m ask.Missing) bool { return slices.Contains([]string{"to", "tracking"}, fieldOf(m)) }
	return v.To+v.Subject+v.Text+v.Tracking != "" || v.At("to") || v.At("tracking") || v.Tried != nil && slices.ContainsFunc(v.Tried.Missing, lacks)
}

func answerForm(x *visit) error {
	v, err := x.answering()
	if err != nil {
		return err
	}
	v.again()
	return x.showAnswer(v)
}

// again begins with the answer as it was submitted: it is signed and goes out, or it was sent back and is changed.
func (v *answerView) again() {
	b := v.Before
	if b == nil || b.Decided != 0 && b.Decided < v.Detail.RepliedOn {
		return
	}
	v.Outcome, v.Basis, v.Withheld, v.Objection, v.Grounds, v.Despite, v.Subject, v.Text = b.Outcome, b.BasisOf, b.Withheld, b.Objection, string(b.Grounds), b.Despite, string(b.Subject), string(b.Text)
	if b.To != v.Detail.Email {
		v.To = string(b.To)
	}
	v.OnPaper, v.Note = strings.Join(b.OnPaper, "\n"), string(b.Note)
	for _, f := range b.Files {
		v.Files = append(v.Files, keptFile{f, kept(f)})
	}
	for name, text := range b.Fill {
		v.Fill = append(v.Fill, fillOf{Name: name, Text: string(text)})
	}
	slices.SortFunc(v.Fill, func(a, c fillOf) int { return cmp.Compare(a.Name, c.Name) })
	switch b.Way {
	case casefile.OutSMTP.String():
		v.Way = "send"
	case "":
		v.Way = "paper"
	}
}

func (x *visit) showAnswer(v answerView) error {
	return x.showAs(statusOf(v.Wrong), "answer", "答复 "+string(v.Detail.Case), "cases", v)
}

// answerPost judges an answer, or makes it. Only what was judged and shown is made.
func answerPost(x *visit) error {
	v, err := x.answering()
	if err != nil {
		return err
	}
	form, failed := x.uploads()
	if failed != nil && form == nil {
		return failed
	}
	v.fill(form)
	v.Mark = markOf(form, []casefile.ID{v.Detail.Case})
	seen := seqsOf(form)
	if failed != nil {
		return x.refusedAnswer(v, seen, failed)
	}
	req, err := v.request()
	if err != nil {
		return x.refusedAnswer(v, seen, err)
	}
	shown := form.Get("mark") == v.Mark
	issue := form.Get("do") == "record" && shown
	client := x.client.IfSeqs(seen)
	if form.Get("do") == "submit" && shown {
		res, err := ask.Do(x.ctx(), client, ask.Submit, ask.SubmitRequest{AnswerRequest: req, Note: v.Note})
		if err != nil {
			return x.refusedAnswer(v, seen, err)
		}
		http.Redirect(x.w, x.r, "/case/"+url.PathEscape(string(v.Detail.Case))+"?new="+strconv.FormatUint(res.Records[0].Seq, 10), http.StatusSeeOther)
		return nil
	}
	if issue {
		res, err := ask.Do(x.ctx(), client, ask.AnswerCase, req)
		if err != nil {
			return x.refusedAnswer(v, seen, err)
		}
		to := "/case/" + url.PathEscape(string(v.Detail.Case))
		if len(res.Records) > 0 {
			to += "?new=" + strconv.FormatUint(res.Records[0].Seq, 10)
		}
		http.Redirect(x.w, x.r, to, http.StatusSeeOther)
		return nil
	}
	res, err := ask.Do(x.ctx(), client.Dry(true), ask.AnswerCase, req)
	if err != nil {
		return x.refusedAnswer(v, seen, err)
	}
	v.Tried, v.Personal = &res, x.personalIn(v.Files)
	for _, m := range res.Missing {
		if !m.Filled() || slices.ContainsFunc(v.Fill, func(f fillOf) bool { return f.Name == m.Name }) {
			continue
		}
		v.Fill = append(v.Fill, fillOf{Name: m.Name, How: m.How})
	}
	unsigned := func(m ask.Missing) bool { return m.Name == ask.MissingSignature }
	v.Issues = len(res.Missing) == 0
	if !v.Issues && slices.ContainsFunc(res.Missing, func(m ask.Missing) bool { return !unsigned(m) }) {
		v.Mark = "" // it would be refused
	}
	return x.showAnswer(v)
}

func (x *visit) refusedAnswer(v answerView, seen map[casefile.ID]uint64, err error) error {
	v.refuse(x, err)
	if v.Since, err = x.since(v.Wrong, seen); err != nil {
		return err
	}
	return x.showAnswer(v)
}

// refuse says why an answer cannot be made so, and in which field, where one has to be changed.
func (v *answerView) refuse(x *visit, err error) {
	if wrong, ok := errors.AsType[*ask.FieldError](err); ok {
		err = &ask.Error{Msg: cmp.Or(fieldLabels()[wrong.Field], wrong.Field) + "：" + wrong.Msg, Options: []string{wrong.Field}, Exit: ask.ExitUsage}
	}
	v.Wrong, v.Mark = x.told(err), ""
	if placeOf(v.Wrong.Options) != noField {
		at := *v.Wrong
		at.Code, v.Wrong = "field", &at
	}
}

// At reports whether a field is the one that has to be changed.
func (v answerView) At(field string) bool {
	return v.Wrong != nil && v.Wrong.Code == "field" && placeOf(v.Wrong.Options) == field
}

// fill puts what a form says into the page.
func (v *answerView) fill(form url.Values) {
	one := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")) }
	v.Outcome, v.Basis, _ = strings.Cut(one("outcome"), "|")
	v.Grounds, v.Tracking, v.Despite, v.To, v.Subject, v.Text, v.OnPaper = one("grounds"), one("tracking"), one("despite"), one("to"), one("subject"), one("text"), one("on_paper")
	v.Withheld = slices.DeleteFunc(slices.Clone(form["withheld"]), func(s string) bool { return s == "" })
	v.Objection, v.Note = one("objection"), one("note")
	v.Way = cmp.Or(one("way"), v.Way)
	v.Files = keptIn(form)
	for name, text := range form {
		if name, ok := strings.CutPrefix(name, "fill:"); ok {
			v.Fill = append(v.Fill, fillOf{Name: name, Text: strings.TrimSpace(text[0])})
		}
	}
	slices.SortFunc(v.Fill, func(a, b fillOf) int { return cmp.Compare(a.Name, b.Name) })
}

// request is the operation that the page stands for.
func (v *answerView) request() (req ask.AnswerRequest, err error) {
	step, _ := ask.StepOf(casefile.KindReplied)
	entered := ask.Entries{}
	for name, text := range map[string]string{"outcome": v.Outcome, "basis": v.Basis, "objection": v.Objection, "grounds": v.Grounds} {
		if text != "" {
			entered[name] = []string{text}
		}
	}
	if len(v.Withheld) > 0 {
		entered["withheld"] = v.Withheld
	}
	if v.Outcome == "" {
		return req, &ask.FieldError{Field: "outcome", Missing: true, Msg: "请选答复类别和依据"}
	}
	event, err := step.Event(entered, civil.Date(v.Today))
	if err != nil {
		return req, err
	}
	req.Cases, req.Decides = []casefile.ID{v.Detail.Case}, casefile.KindReplied
	if req.Event, err = casefile.EncodeEvent(event); err != nil {
		return req, err
	}
	req.To, req.Despite, req.Subject, req.Text = v.To, v.Despite, v.Subject, v.Text
	for _, f := range v.Files {
		req.Files = append(req.Files, f.File)
	}
	for line := range strings.Lines(v.OnPaper) {
		if line = strings.TrimSpace(line); line != "" {
			req.OnPaper = append(req.OnPaper, line)
		}
	}
	req.Fill = map[string]string{}
	for _, f := range v.Fill {
		if f.Text != "" {
			req.Fill[f.Name] = f.Text
		}
	}
	switch v.Way {
	case "draft":
		req.Way = casefile.OutDraft
	case "send":
		req.Way = casefile.OutSMTP
	case "paper":
		req.Later = true
	default:
		if req.Gone, err = casefile.ParseWay(v.Way); err != nil {
			return req, ask.Usage("%v", err)
		}
		req.Tracking = v.Tracking
	}
	return req, nil
}

// kept is a file as a form carries it: its digest, its size and its name.
func kept(f casefile.File) string { return fmt.Sprintf("%s:%d:%s", f.Digest, f.Size, f.Name) }

func parseKept(s string) (f casefile.File, ok bool) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 {
		return f, false
	}
	d, err1 := casefile.ParseDigest(parts[0])
	n, err2 := strconv.ParseInt(parts[1], 10, 64)
	return casefile.File{Digest: d, Size: n, Name: parts[2]}, errors.Join(err1, err2) == nil && !d.IsZero()
}

const (
	uploadLimit = 64 << 20 // bytes of a form with its files
	fieldLimit  = 256 << 10
	mostParts   = 1000
	// What is larger is read to its end all the same, up to this: a browser that is still sending shows no refusal, but that
	// the connection broke, and has lost what was typed.
	drainLimit = 1 << 30
)

// uploads reads a form with files. Each goes to the office as it comes, without resting on this machine's disk, and is in
// the form under its digest afterwards. Where a file cannot be taken, or all of them are too large, the error says so, and
// the form is there with what was typed; without a form nothing could be read.
func (x *visit) uploads() (url.Values, error) {
	var failed error // to take a file: what was typed below it is read all the same
	if x.r.ContentLength > uploadLimit {
		failed = &ask.Error{Code: "too-large", Exit: ask.ExitUsage, Msg: fmt.Sprintf("所选的文件太大（共约 %d MB），这次选的都没有收", x.r.ContentLength>>20),
			Hint: "您填写的都还在。文件一次共不超过 60 MB：请分几次，每次试算一回，收到的留在页上；更大的以光盘等其他方式提供"}
	}
	form, err := x.parts(func(form url.Values, p *multipart.Part) {
		if failed != nil {
			return
		}
		failed = ask.Put(x.ctx(), x.client, ask.PutFile, ask.FileName{Name: ask.Foreign(fileName(p.FileName()))}, p, func(f casefile.File) error {
			form.Add("kept", kept(f))
			return nil
		})
	})
	if err != nil {
		return nil, cmp.Or(failed, err)
	}
	if e, ok := errors.AsType[*ask.Error](failed); failed != nil && (!ok || e.Code == "session" || e.Code != "busy" && e.Exit != ask.ExitUsage && e.Exit != ask.ExitRefused) {
		return nil, failed // not for the file's sake
	}
	return form, failed
}

// parts reads a form, and has each of its files dealt with.
func (x *visit) parts(file func(url.Values, *multipart.Part)) (url.Values, error) {
	parts, err := x.r.MultipartReader()
	if err != nil {
		if err := x.read(); err != nil {
			return nil, err
		}
		return x.r.PostForm, nil
	}
	x.form = url.Values{}
	total := 0
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return x.form, nil
		}
		if err != nil {
			return nil, err
		}
		if n > mostParts {
			return nil, ask.Usage("表单里的内容太多")
		}
		if p.FileName() != "" {
			file(x.form, p)
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, fieldLimit+1))
		if err != nil {
			return nil, err
		}
		if total += len(b); len(b) > fieldLimit || total > formLimit {
			return nil, &http.MaxBytesError{Limit: formLimit}
		}
		if p.FormName() != "file" { // no file was chosen
			x.form.Add(p.FormName(), string(b))
		}
	}
}
