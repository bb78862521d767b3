package reading

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/cmd/internal/worker"
)

// mostSources is how many mails and files of a case proposals are made from: an application, and some
// that correct it.
const mostSources = 12

// Proposals says what applications seem to be, and registers them as a person accepts it.
type Proposals struct {
	*desk.Desk
	record    *record.Room
	reading   *Room
	relatives *Relatives
}

// NewProposals returns the proposals of what the room reads.
func NewProposals(r *record.Room, g *Room, relatives *Relatives) *Proposals {
	return &Proposals{Desk: g.Desk, record: r, reading: g, relatives: relatives}
}

// understood is what the mails and files of a case seem to say, before it is put into words.
type understood struct {
	kase      casefile.Case
	forms     form.Mails // the application itself first, then what came later
	notes     []ask.ProposalNote
	unread    []string  // what nobody has read yet, by name: it may say what seems to be missing
	mailboxes []mailbox // where a reply may go, the likeliest first
	cards     []seenCard
	tail      string // the last four of the ID number, or the organisation's code, of the first applicant
	idSource  form.Proposal
	idType    string
	mark      string // of the whole number

	part, parts int // of a case that was split: which of how many parts this one is; no parts where it was not
}

// partsOf lists the parts of the application of which a case is one, in their order; none where it was not split.
func partsOf(tx *desk.View, id casefile.ID) ([]casefile.ID, error) {
	whole := id
	history, err := tx.History(id)
	if err != nil {
		return nil, err
	}
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Received); ok && e.SplitFrom != "" {
			whole = e.SplitFrom
			if history, err = tx.History(whole); err != nil {
				return nil, err
			}
			break
		}
	}
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Split); ok {
			return append([]casefile.ID{whole}, e.Parts...), nil // the case itself goes on as the first
		}
	}
	return nil, nil
}

// understand reads what has not been read yet, and makes proposals of it.
func (g *Proposals) understand(ctx context.Context, id casefile.ID) (u understood, err error) {
	var sources []source
	if u.kase, sources, err = g.reading.sources(id); err != nil {
		return u, err
	}
	parts, err := desk.Look(g.Desk, func(tx *desk.View) ([]casefile.ID, error) { return partsOf(tx, id) })
	if err != nil {
		return u, err
	}
	u.part, u.parts = slices.Index(parts, id), len(parts)
	readings := func(ctx context.Context, d casefile.Digest, file string) ([]worker.Reading, error) {
		all, err := g.reading.ReadingsOf(ctx, d, file)
		for _, r := range all {
			if name := cmp.Or(r.Document.Name, file, "正文"); !r.Whole() && !slices.Contains(u.unread, name) {
				u.unread = append(u.unread, name)
			}
			for _, c := range r.Cards {
				u.cards = append(u.cards, seenCard{cmp.Or(r.Document.Name, file, "正文"), c})
			}
		}
		return all, err
	}
	u.forms, u.notes, err = formsOf(ctx, sources[:min(len(sources), mostSources)], readings)
	if err != nil {
		return u, err
	}
	if len(sources) > mostSources {
		u.notes = append(u.notes, ask.ProposalNote{Text: fmt.Sprintf("来信和文件共 %d 份，只读了前 %d 份", len(sources), mostSources)})
	}
	u.mailboxes = g.mailboxes(u.forms, sources)
	return u, u.identify(g.Mark)
}

// identify finds the number by which the first applicant is recognised.
func (u *understood) identify(mark func(string) (string, error)) (err error) {
	for _, field := range []form.Field{form.IDNumber, form.OrgCode} {
		if p, ok := u.forms.Best(field, 0); ok && desk.TailOf(p.Value) != "" {
			u.tail, u.idSource = desk.TailOf(p.Value), p
			u.idType = field.Label()
			if t, ok := u.forms.Best(form.IDType, 0); ok && field == form.IDNumber {
				u.idType = casefile.WithoutIDNumbers(clipped(t.Value, 20))
			}
			if u.mark, err = mark(p.Value); err != nil {
				return err
			}
			break
		}
	}
	return u.compare(mark)
}

// seenCard is a picture of an identity card, and where it was.
type seenCard struct {
	name string
	worker.Card
}

// compare says whether the pictures of identity cards bear the number and the name of the application. Where it gives no
// number, the first card's stands for it: as its last four and its mark.
func (u *understood) compare(mark func(string) (string, error)) error {
	var name string
	if p, ok := u.forms.Best(form.Name, 0); ok {
		var err error
		if name, err = mark(p.Value); err != nil {
			return err
		}
	}
	for _, c := range u.cards {
		words := "像是身份证件；"
		switch {
		case c.NumberMark == "":
			words += "号码没有认清，须人工核对"
		case u.mark == "":
			words += "号码末四位 " + c.Tail + "，申请中没有号码可对照"
			u.mark, u.tail, u.idType = c.NumberMark, c.Tail, "居民身份证"
			u.idSource = form.Proposal{Field: form.IDNumber, Confidence: 60, Source: form.Source{Name: c.name, Machine: true}}
		case c.NumberMark == u.mark:
			words += "号码（末四位 " + c.Tail + "）与申请所写一致"
		default:
			words += "号码（末四位 " + c.Tail + "）与申请所写不一致，须人工核对"
		}
		switch {
		case c.NameMark == "":
			words += "；姓名没有认清"
		case name != "" && c.NameMark == name:
			words += "；姓名一致"
		case name != "":
			words += "；姓名不一致，或没有认清"
		}
		u.notes = append(u.notes, ask.ProposalNote{Part: c.name, Text: words + "（机器识别，不转录证件上的文字）"})
	}
	return nil
}

// readingFunc returns what a mail, or a file with that name, says.
type readingFunc func(ctx context.Context, d casefile.Digest, file string) ([]worker.Reading, error)

// formsOf makes one form of the first mail and the files that were put into the case, and one of each
// later mail.
func formsOf(ctx context.Context, sources []source, readings readingFunc) (forms form.Mails, notes []ask.ProposalNote, err error) {
	var docs []form.Document // of the application itself
	var head form.Header
	mails := 0
	for i, s := range sources {
		all, err := readings(ctx, s.digest, s.file)
		if errors.Is(err, fs.ErrNotExist) {
			notes = append(notes, ask.ProposalNote{Part: cmp.Or(s.file, s.title), Text: "原件不在，读不到；请从备份恢复"})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		own := make([]form.Document, len(all))
		for j, r := range all {
			own[j] = r.Document
			if s.file != "" {
				own[j].Part, own[j].Name = 1000+i, s.file // a place of its own among the mail's parts
			}
			notes = append(notes, notesOn(r, s)...)
		}
		switch {
		case s.file != "":
			docs = append(docs, own...)
		case mails == 0:
			docs, head = append(own, docs...), form.Header{Subject: s.title, From: s.from}
			mails++
		default:
			mails++
			forms = append(forms, form.Said{Form: form.Propose(own, form.Header{Subject: s.title, From: s.from}), Title: fmt.Sprintf("第 %d 封来信", mails)})
		}
	}
	return append(form.Mails{{Form: form.Propose(docs, head)}}, forms...), notes, nil
}

// notesOn says what a person must look at himself.
func notesOn(r worker.Reading, s source) (notes []ask.ProposalNote) {
	name := cmp.Or(r.Document.Name, s.file)
	switch {
	case r.State == worker.Read && len(r.Document.Notes) == 0, r.State == worker.Empty && name == "" && len(r.Document.Notes) == 0:
		return nil
	case r.State == worker.Opened && r.Note == "":
		return nil // its files are here themselves
	}
	if name == "" {
		name = "正文"
	}
	words := []string{r.State.Label()}
	switch r.State {
	case worker.Scan:
		for _, n := range r.Document.Notes {
			if n.Code == form.NoteMachine {
				words = append(words, strings.TrimRight(n.Text, "。"))
			}
		}
	case worker.Read, worker.TooLarge, worker.Failed, worker.Opened, worker.Unread, worker.Empty: // the other states say it all
		for _, n := range append([]form.Note{{Text: r.Note}}, r.Document.Notes...) {
			if n.Text != "" {
				words = append(words, strings.TrimRight(n.Text, "。"))
			}
		}
	}
	return []ask.ProposalNote{{Part: name, Text: strings.Join(words, "；")}}
}

// Propose reads what has not been read yet of a case, and says what it seems to be.
func (g *Proposals) Propose(ctx context.Context, _ ask.Call, q ask.CaseRef) (ask.Proposals, error) {
	id := q.Case
	last, err := desk.Look(g.Desk, func(tx *desk.View) (uint64, error) { // before anything is read, which takes time
		history, err := tx.History(id)
		if err != nil || len(history) == 0 {
			return 0, err
		}
		return history[len(history)-1].Seq, nil
	})
	if err != nil {
		return ask.Proposals{}, err
	}
	u, err := g.understand(ctx, id)
	if err != nil {
		return ask.Proposals{}, err
	}
	until, _ := g.Reg.Calendar().AddWorkdays(g.Today(), g.Reg.Law().On(g.Today()).CorrectionDays)
	p := u.proposals(until, g.Reg.Law().On(g.Today()).CorrectionDays)
	p.Last = last
	err = g.View(func(tx *desk.View) error {
		r, err := g.relatives.Relations(tx, u.filed(), id)
		p.Related, p.RelatedMore, p.Counts, p.Past, p.PastAll = r.Related, r.RelatedMore, r.Counts, r.Past, r.PastAll
		return err
	})
	if p.Counts != nil && p.Counts.Proposed {
		p.Commands = append(p.Commands, ask.ProposedCommand{Line: "ysq reason " + string(id), Reason: "要求说明理由（条例第三十五条）"},
			ask.ProposedCommand{Line: "ysq fee " + string(id) + " --by 件", Reason: "按件收取信息处理费（条例第四十二条）"})
	}
	for _, r := range p.Related {
		if r.Line != "" {
			p.Commands = append(p.Commands, ask.ProposedCommand{Line: r.Line, Reason: r.Label + "：" + string(r.Case)})
		}
	}
	return p, err
}

func (u understood) proposals(until civil.Date, days int) ask.Proposals {
	p := ask.Proposals{
		Case: u.kase.ID, Registered: !u.kase.RegisteredOn.IsZero(), Values: u.values(), Columns: []ask.ProposedColumn{}, Fields: []ask.ProposedField{},
		Missing: []ask.MissingItem{}, Notes: append([]ask.ProposalNote{}, u.notes...), Commands: []ask.ProposedCommand{},
		Related: []ask.RelatedCase{}, Puzzling: []ask.ProposalNote{},
	}
	p.Token = tokenOf(p.Values, u.mark)
	for _, c := range u.forms[0].Columns {
		p.Columns = append(p.Columns, ask.ProposedColumn{Column: c.Column, Label: c.Column.Label(), Reason: c.Reason, Confidence: c.Confidence})
	}
	for _, v := range u.forms.Proposals() {
		p.Fields = append(p.Fields, ask.ProposedField{
			Field: string(v.Field), Label: v.Field.Label(), N: v.N, Value: v.Value, Source: v.Source.String(), Confidence: v.Confidence, Doubt: v.Doubt,
		})
	}
	for _, s := range u.forms {
		p.Found += s.Found
	}
	for _, w := range u.forms.Puzzling() {
		p.Puzzling = append(p.Puzzling, ask.ProposalNote{Part: w.Source.String(), Text: w.Text})
	}
	switch c, ok := natures[u.forms[0].Nature]; {
	case u.kase.Kind != casefile.KindNone && u.kase.Kind != casefile.Application: // a person has found what it is
	case ok && u.kase.Kind == casefile.KindNone:
		p.Commands = append(p.Commands, ask.ProposedCommand{Line: fmt.Sprintf(c.Line, u.kase.ID), Reason: c.Reason})
	default:
		u.missing(&p, until, days) // of what is no application nothing is to be corrected
	}
	if agent, ok := u.forms.Best(form.Agent, 0); ok {
		line := "ysq agent " + string(u.kase.ID) + " --name " + quoted(agent.Value)
		if phone, ok := u.forms.Best(form.AgentPhone, 0); ok {
			line += " --contact " + quoted(phone.Value)
		}
		p.Commands = append(p.Commands, ask.ProposedCommand{Line: line, Reason: "委托代理人：" + agent.Source.String()})
	}
	if n := u.forms[0].Requests(); n > 1 && u.parts == 0 {
		p.Commands = append(p.Commands, ask.ProposedCommand{Line: fmt.Sprintf("ysq split %s --parts %d --reason 一信%d事", u.kase.ID, n, n), Reason: fmt.Sprintf("似有 %d 项申请内容；互不相干的，可拆分为几件", n)})
	}
	return p
}

// natures are what to do with what seems to be no application.
var natures = map[casefile.Nature]ask.ProposedCommand{
	casefile.NatureCorrection: {Line: "ysq register %s --as 更正申请", Reason: "似为更正申请（条例第四十一条）：按更正申请登记"},
	casefile.NaturePetition:   {Line: "ysq register %s --as 其他来件", Reason: "似为信访、投诉、举报，不是申请的按其他来件登记，或不作申请；以申请形式提出的，登记后告知不作为申请处理（条例第三十九条第一款）"},
	casefile.NatureQuestion:   {Line: "ysq register %s --as 其他来件", Reason: "似为咨询，不是政府信息公开申请：按其他来件登记后回信；已当场答复的不作申请"},
}

// missing names what nobody of the case's mails has said, and words the 补正 for it. A correction is
// asked for once, with all its items (条例 第三十条).
func (u understood) missing(p *ask.Proposals, until civil.Date, days int) {
	var line strings.Builder
	line.WriteString("ysq correct " + string(u.kase.ID))
	for _, m := range u.forms.Missing() {
		if u.known(m.Field) {
			continue // a clerk has entered it
		}
		p.Missing = append(p.Missing, ask.MissingItem{Field: string(m.Field), Item: m.Item})
		line.WriteString(" --item " + quoted(m.Item))
	}
	switch {
	case len(p.Missing) == 0:
	case len(u.unread) > 0:
		// What cannot be demanded twice must not be demanded before everything was looked at.
		names := strings.Join(u.unread[:min(len(u.unread), 5)], "、")
		p.Notes = append(p.Notes, ask.ProposalNote{Text: "没有找到的各项可能就在没有读出的内容里（" + names + "）：看过原件仍缺的，再告知补正"})
	default:
		p.Commands = append(p.Commands, ask.ProposedCommand{Line: line.String() + " --until " + until.String(),
			Reason: fmt.Sprintf("缺少条例第二十九条要求的内容：收到申请之日起 7 个工作日内一次性告知补正（条例第三十条）；补正期限由本机关定，这里写 %d 个工作日", days)})
	}
}

// known reports whether a clerk has registered what a field would say, out of papers perhaps that no mail holds.
func (u understood) known(field form.Field) bool {
	switch field {
	case form.Name:
		return !u.kase.RegisteredOn.IsZero() && u.kase.Applicant != ""
	case form.Request:
		return u.kase.Request != ""
	case form.Phone:
		return u.kase.Contact != "" || u.kase.Email != ""
	}
	return false
}

// The flags of `register` for which values are proposed, in their order.
const (
	flagApplicant = "applicant"
	flagOther     = "other"
	flagColumn    = "column"
	flagRequest   = "request"
	flagContact   = "contact"
	flagEmail     = "email"
	flagForm      = "form"
	flagDelivery  = "delivery"
	flagID        = "id"
)

// values are proposals in the words of register's flags.
func (u understood) values() []ask.ProposedValue {
	all := []ask.ProposedValue{}
	add := func(flag, label, value string, from ...form.Proposal) {
		if value = casefile.WithoutIDNumbers(strings.TrimSpace(value)); value == "" {
			return
		}
		v := ask.ProposedValue{Flag: flag, Label: label, Value: value, Confidence: 99}
		for _, p := range from {
			v.Confidence = min(v.Confidence, p.Confidence)
			v.Sources = append(v.Sources, p.Source.String())
			v.Doubt = cmp.Or(v.Doubt, p.Doubt)
			v.Recognised = v.Recognised || p.Source.Machine
		}
		v.Sources = slices.Compact(v.Sources)
		all = append(all, v)
	}
	single := func(flag string, field form.Field, label string) {
		if p, ok := u.forms.Best(field, 0); ok {
			add(flag, label, p.Value, p)
			for _, o := range u.forms.Others(field, 0, p.Value) {
				all[len(all)-1].Others = append(all[len(all)-1].Others, casefile.WithoutIDNumbers(o))
			}
		}
	}
	single(flagApplicant, form.Name, "申请人")
	for n := 1; n < u.forms[0].Applicants(); n++ {
		if p, ok := u.forms.Best(form.Name, n); ok {
			add(flagOther, "共同申请人", p.Value, p)
		}
	}
	if c := u.forms[0].Columns; len(c) > 0 {
		all = append(all, ask.ProposedValue{Flag: flagColumn, Label: "申请人类别", Value: c[0].Column.Label(), Sources: []string{c[0].Reason}, Confidence: c[0].Confidence})
		for _, o := range c[1:] {
			all[len(all)-1].Others = append(all[len(all)-1].Others, o.Column.Label()+"（"+o.Reason+"）")
		}
	}
	request, from := u.request()
	add(flagRequest, "申请内容", request, from...)
	u.contact(add)
	for i, r := range u.mailboxes {
		if i == 0 {
			all = append(all, ask.ProposedValue{Flag: flagEmail, Label: "电子邮箱", Value: r.Mail, Sources: []string{r.Source}, Confidence: r.confidence, Doubt: r.Doubt})
			continue
		}
		all[len(all)-1].Others = append(all[len(all)-1].Others, r.Mail+"（"+r.Source+"）")
	}
	single(flagForm, form.Medium, "载体形式")
	single(flagDelivery, form.Delivery, "获取方式")
	if u.tail != "" {
		add(flagID, "证件", u.idType+" 末四位 "+u.tail, u.idSource)
	}
	return all
}

// request is what is asked for. Of a case that was split each part asks for its own; where the requests are not as many as
// the parts, a person says which is whose.
func (u understood) request() (string, []form.Proposal) {
	if u.parts == 0 {
		return u.forms.Request()
	}
	if p, ok := u.forms.Best(form.Request, u.part); ok && u.forms[0].Requests() == u.parts {
		return p.Value, []form.Proposal{p}
	}
	return "", nil
}

// contact proposes how the applicant is reached; his e-mail address has a field of its own.
func (u understood) contact(add func(flag, label, value string, from ...form.Proposal)) {
	_, from := u.forms.Contact()
	from = slices.DeleteFunc(from, func(p form.Proposal) bool { return p.Field == form.Email })
	var words []string
	for _, p := range from {
		words = append(words, p.Value)
	}
	add(flagContact, "联系方式", strings.Join(words, "，"), from...)
}

// clipped is at most so many characters of a text.
func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// quoted is a word for a shell: in single quotes where it needs them.
func quoted(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s != "" && !strings.ContainsAny(s, " '\"\\$`;&|<>()（）*?[]{}~#!") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// tokenOf names values: another mail, another version, or another hand gives another.
func tokenOf(values []ask.ProposedValue, mark string) ask.Handle {
	text, err := json.Marshal(values)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(append(text, mark...))
	return ask.Handle(hex.EncodeToString(sum[:8]))
}

// Register registers a case: what the clerk wrote, and of the proposals what he accepts.
func (g *Proposals) Register(ctx context.Context, c ask.Call, r ask.RegisterRequest) (ask.AppendResult, error) {
	id := r.Case
	if r.Token == "" {
		return g.amend(c, r)
	}
	u, err := g.understand(ctx, id)
	if err != nil {
		return ask.AppendResult{}, err
	}
	values := u.values()
	if r.Token != tokenOf(values, u.mark) {
		return ask.AppendResult{}, ask.Refused("proposals-changed", "请再看一遍\nysq register "+string(id), "%s 的提议在此期间变了（来了新邮件，或附件已读出），没有登记", id)
	}
	accepted := ask.Entries{}
	for _, v := range values {
		if v.Flag != flagID && slices.Contains(r.Accept, v.Flag) {
			accepted[v.Flag] = append(accepted[v.Flag], v.Value)
		}
	}
	step, _ := ask.StepOf(casefile.KindRegistered)
	body, err := step.Encode(accepted, 0)
	if err != nil {
		return ask.AppendResult{}, err
	}
	var e casefile.Registered
	if err := json.Unmarshal(body, &e); err != nil {
		return ask.AppendResult{}, err
	}
	if err := typed(&e, r.Event, e.Request != ""); err != nil {
		return ask.AppendResult{}, err
	}
	e.IDType, e.IDTail, e.IDMark = "", "", ""
	if u.tail != "" && slices.Contains(r.Accept, flagID) {
		e.IDType, e.IDTail, e.IDMark = u.idType, u.tail, u.mark
	}
	if e.As == casefile.KindNone {
		e.As = casefile.Application
	}
	return g.record.AddAll(c, casefile.Draft{Case: id, On: civil.Date(r.On), Event: e})
}

// amend registers a case again with what it was registered with, but for what the clerk writes now.
func (g *Proposals) amend(c ask.Call, r ask.RegisterRequest) (ask.AppendResult, error) {
	history, err := desk.Look(g.Desk, func(tx *desk.View) ([]casefile.Record, error) { return tx.History(r.Case) })
	if err != nil {
		return ask.AppendResult{}, err
	}
	var e casefile.Registered
	for _, record := range casefile.Live(history) {
		if was, ok := record.Event.(casefile.Registered); ok {
			e = was
		}
	}
	if e.As == casefile.KindNone {
		return ask.AppendResult{}, ask.Refused("not-registered", "登记要写申请人和类别，或采用提议\n--accept", "%s 尚未登记，没有可更正的", r.Case)
	}
	if err := typed(&e, r.Event, e.Verbatim); err != nil {
		return ask.AppendResult{}, err
	}
	return g.record.AddAll(c, casefile.Draft{Case: r.Case, On: civil.Date(r.On), Event: e})
}

// typed puts what the clerk wrote before what a registration has. Whether the request is in the applicant's own words is
// as he says; where he says nothing, it is if it was and the request is still the same.
func typed(e *casefile.Registered, written json.RawMessage, verbatim bool) error {
	request := e.Request
	var said struct {
		Verbatim *bool `json:"verbatim"`
	}
	if err := cmp.Or(json.Unmarshal(written, e), json.Unmarshal(written, &said)); err != nil {
		return ask.Usage("登记内容无法理解：%v", err)
	}
	if e.Verbatim = verbatim && e.Request == request; said.Verbatim != nil {
		e.Verbatim = *said.Verbatim
	}
	return nil
}
