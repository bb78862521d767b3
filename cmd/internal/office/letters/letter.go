package letters

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/fee"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Preview makes the draft of a letter: nothing is numbered, kept or recorded.
func (l *Room) Preview(_ context.Context, c ask.Call, req ask.LetterRequest) (res ask.LetterResult, err error) {
	if len(req.Cases) == 0 {
		return res, ask.Usage("没有写编号")
	}
	err = l.View(func(tx *desk.View) error {
		m, err := l.make(tx, civil.Of(c.At), req, true)
		if err != nil {
			return err
		}
		res, err = m.draft()
		return err
	})
	return res, err
}

// Making is one letter in the making, within a transaction.
type Making struct {
	room     *Room
	tx       *desk.View
	today    civil.Date
	req      ask.LetterRequest
	facts    letter.Facts
	template *letter.Template
	own      bool // the template is the office's
	fresh    bool // what the letter announces is not recorded yet
	preview  bool // only to be looked at
	warnings []string
	// explained says how the amount of a fee comes about.
	explained []string
}

// Make begins a letter: it judges whether it may be made.
func (l *Room) Make(tx *desk.View, today civil.Date, req ask.LetterRequest) (*Making, error) {
	return l.make(tx, today, req, false)
}

func (l *Room) make(tx *desk.View, today civil.Date, req ask.LetterRequest, preview bool) (*Making, error) {
	m := &Making{room: l, tx: tx, today: today, req: req, preview: preview}
	m.facts = letter.Facts{On: today, Office: l.LetterOffice(today), Annexes: annexNames(req), Fill: req.Fill}
	for _, step := range []func() error{m.subjects, m.kind, m.judge, m.complete, m.readTemplate} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// annexNames are what a letter calls its enclosures: files without their endings.
func annexNames(req ask.LetterRequest) (names []string) {
	for _, f := range req.Files {
		names = append(names, annexName(f))
	}
	return append(names, req.OnPaper...)
}

func annexName(f casefile.File) string {
	if stem := strings.TrimSuffix(f.Name, filepath.Ext(f.Name)); stem != "" {
		return stem
	}
	return f.Name
}

// LetterOffice is the office as its letters of a day name it.
func (l *Room) LetterOffice(day civil.Date) letter.Office {
	c, agency := l.Live().Letter, l.Live().Agency
	office := letter.Office{Name: agency.NameOn(day), Code: agency.Code, Contact: c.Contact, Payment: c.Payment, ReviewOrgan: c.ReviewOrgan, Court: c.Court}
	if years := l.Live().Retention.Years; years > 0 {
		office.Retention = fmt.Sprintf("%d 年", years)
	}
	return office
}

// subjects reads the cases. A letter speaks of what was registered, not of what a mail claims.
func (m *Making) subjects() error {
	for _, id := range m.req.Cases {
		c, err := m.tx.Case(id)
		if err != nil {
			return err
		}
		if c.RegisteredOn.IsZero() {
			return ask.Refused("not-registered", "先登记\nysq register "+string(id), "%s 尚未登记，文书要用的申请人和申请内容还没有确定", id)
		}
		history, err := m.tx.History(id)
		if err != nil {
			return err
		}
		m.facts.Subjects = append(m.facts.Subjects, letter.Subject{Case: c, History: history})
	}
	return nil
}

// kind settles which letter it is and what it announces.
func (m *Making) kind() error {
	first := m.facts.Subjects[0]
	kind := m.req.Letter
	if m.req.Decides != "" {
		e, err := casefile.DecodeEvent(m.req.Decides, m.req.Event)
		if err != nil {
			return ask.Usage("%v", err)
		}
		if x, ok := e.(casefile.Extended); ok && x.Told.IsZero() {
			x.Told = m.today // the letter tells it
			e = x
		}
		of := letter.For(e)
		if kind != casefile.LetterNone && kind != of {
			return ask.Usage("“%s”用的是“%s”，不是“%s”", casefile.Describe(e), of.Label(), kind.Label())
		}
		if of == casefile.LetterRecordCorrected && first.Kind != casefile.CorrectionOfRecord {
			return ask.Refused("no-letter", fmt.Sprintf("回信，答复后记录办结\nysq send %s --draft --text 内容、ysq reply %s --outcome 办结", first.ID, first.ID), "%s 登记为“%s”，不制发文书", first.ID, first.Case.Kind.Label())
		}
		m.facts.Kind, m.fresh = of, true
		m.facts.Event, m.explained, m.warnings, err = m.room.record.Charge(m.tx, m.ids(), e)
		return err
	}
	if kind == casefile.LetterNone {
		p, ok := letter.Propose(first)
		if !ok {
			return ask.Refused("no-letter", "请写明哪一种\nysq letter kinds", "%s 目前没有等着制发的文书", first.ID)
		}
		kind = p.Kind
	}
	m.facts.Kind = kind
	return m.recorded(first)
}

// ids are the cases of the letter.
func (m *Making) ids() []casefile.ID {
	all := make([]casefile.ID, len(m.facts.Subjects))
	for i, s := range m.facts.Subjects {
		all[i] = s.ID
	}
	return all
}

// recorded takes what the letter announces from the records.
func (m *Making) recorded(first letter.Subject) error {
	kind := m.facts.Kind
	if err := letter.NotTwice(first, kind); err != nil && !m.preview {
		return err
	}
	if letter.Announces(kind) == "" {
		return nil
	}
	r, _, ok := letter.Recorded(first, kind)
	switch {
	case !ok && kind == casefile.LetterReason:
		m.facts.Event, m.fresh = casefile.ReasonAsked{}, true
		return nil
	case !ok:
		info := letter.Announces(kind).Info()
		return ask.Refused("nothing-to-tell", fmt.Sprintf("写明内容，或先记录\nysq letter -h、ysq %s %s", info.Command, first.ID), "%s 没有“%s”的记录，也没有写明“%s”的内容", first.ID, info.Label, kind.Label())
	}
	m.facts.Event = r.Event
	return letter.SameNews(m.facts.Subjects, kind)
}

// judge asks whether what the letter announces may be recorded, and whether one letter can answer all.
func (m *Making) judge() error {
	if err := letter.SameReader(m.facts.Subjects, m.facts.Event); err != nil {
		return err
	}
	if unknown := m.facts.Unknown(); len(unknown) > 0 {
		return ask.Usage("“%s”没有“%s”这一项", m.facts.Kind.Label(), strings.Join(unknown, "、"))
	}
	for _, s := range m.facts.Subjects {
		left, doubt := s.Notes()
		if len(left) > 0 {
			m.warnings = append(m.warnings, fmt.Sprintf("%s：申请内容里的“%s”像是批注，没有写进文书；是申请人原话的，照录登记一次", s.ID, strings.Join(left, "”“")))
		}
		if doubt != "" {
			m.warnings = append(m.warnings, fmt.Sprintf("%s：申请内容里有“%s”，会写进文书；是批注的，改写后再登记一次", s.ID, doubt))
		}
	}
	if !m.fresh {
		return nil
	}
	for _, s := range m.facts.Subjects {
		w, err := s.Decide(s.History, casefile.Draft{Case: s.ID, On: m.today, Event: m.facts.Event}, m.today, m.room.Reg.Law(), m.room.Reg.Calendar())
		if err != nil {
			return err
		}
		m.warnings = append(m.warnings, w...)
	}
	return nil
}

// complete computes what follows from the event.
func (m *Making) complete() error {
	first := m.facts.Subjects[0]
	switch e := m.facts.Event.(type) {
	case casefile.Extended:
		history := first.History
		if m.fresh {
			history = append(slices.Clone(history), casefile.Record{Seq: ^uint64(0), On: m.today, Case: first.ID, Event: e})
		}
		m.facts.Due = m.due(history)
	case casefile.FeeNoticed:
		amount := fee.ByPage(e.Count)
		switch {
		case len(e.Shares) > 0:
			for _, s := range e.Shares {
				m.facts.Charges = append(m.facts.Charges, fmt.Sprintf("%s：%d 元", s.Case, s.Yuan))
			}
			m.facts.Charges = append(m.facts.Charges, fmt.Sprintf("合计 %d 元", e.Yuan))
			return nil
		case e.By == "件":
			amount = fee.ByItem(e.Count)
		}
		if amount.Yuan == e.Yuan {
			m.facts.Charges = amount.Explain()
		}
	}
	if m.facts.Kind == casefile.LetterReceipt {
		m.facts.Due = m.due(first.History)
	}
	return nil
}

// due is the last day for the answer, by the legal clock where it runs; none where it is not certain.
func (m *Making) due(history []casefile.Record) civil.Date {
	k := casefile.ReadClock(casefile.Legal, history, m.room.Reg.Law(), m.room.Reg.Calendar())
	if k.Start.IsZero() {
		k = casefile.ReadClock(casefile.Strict, history, m.room.Reg.Law(), m.room.Reg.Calendar())
	}
	if k.Provisional {
		return 0
	}
	return k.Due
}

// readTemplate takes the office's template where it has one, otherwise the built-in one.
func (m *Making) readTemplate() error {
	docx, path, err := m.room.TemplateOf(m.facts.Kind)
	if err != nil {
		return err
	}
	m.own = path != ""
	if m.template, err = letter.ReadTemplate(docx); err != nil {
		return ask.Refused("template", "在 Word 或 WPS 里另存为 .docx，再检查\nysq letter check", "模板 %s 读不懂：%v", path, err)
	}
	if wrong := m.template.Check(m.facts.Kind); len(wrong) > 0 {
		return ask.Refused("template", "改正后再制发，可先单独检查\nysq letter check", "%s：%v", path, &letter.TemplateError{Letter: m.facts.Kind, Problems: wrong})
	}
	return nil
}

// TemplateOf returns a template's bytes and, for one of the office's own, its path.
func (l *Room) TemplateOf(kind casefile.LetterKind) (docx []byte, path string, err error) {
	if dir := l.Live().Letter.Templates; dir != "" {
		for _, name := range []string{kind.Label(), kind.String()} {
			path := filepath.Join(dir, name+".docx")
			file, err := os.Open(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, path, &ask.Error{Code: "template", Msg: fmt.Sprintf("模板打不开：%v", err), Hint: "模板须能由运行 ysq 的用户读取", Exit: ask.ExitFailed}
			}
			defer file.Close()
			docx, err = io.ReadAll(io.LimitReader(file, letter.MaxTemplate+1))
			return docx, path, err
		}
	}
	docx, err = letter.Standard(kind)
	return docx, "", err
}

// draft makes the letter without a number.
func (m *Making) draft() (ask.LetterResult, error) {
	number := casefile.LetterNumber{Year: m.today.Year()}
	m.facts.Document = letter.Document(m.room.Live().Letter.Number, m.facts.Office, m.facts.Kind, number)
	if !m.facts.Kind.Numbered() {
		m.facts.Document = ""
	}
	values, missing := m.facts.Values()
	var docx bytes.Buffer
	if err := m.template.Fill(&docx, values, true); err != nil {
		return ask.LetterResult{}, err
	}
	lines, err := previewOf(docx.Bytes())
	if err != nil {
		return ask.LetterResult{}, err
	}
	res := ask.LetterResult{Draft: true, Content: docx.Bytes(), Missing: append(append([]ask.Missing{}, missing...), m.unenclosed(lines)...), Explained: m.explained, Warnings: append([]string{}, m.warnings...), Records: []ask.RecordView{}, Cases: []ask.CaseRow{}}
	issued := m.record(casefile.LetterNumber{}, casefile.File{Name: desk.FileName("草稿 " + m.fileName("")), Size: int64(docx.Len())})
	issued.Document = ""
	res.Letter = m.room.letterView(issued, m.facts.Subjects[0].ID, m.facts.Subjects[0].Case)
	res.Letter.On, res.Letter.Own = ask.Day(m.today), m.own
	return res, nil
}

func (m *Making) fileName(document string) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", m.facts.Subjects[0].ID, m.facts.Kind.Label(), document)) + ".docx"
}

// record is what is recorded of the letter on each case.
func (m *Making) record(n casefile.LetterNumber, file casefile.File) casefile.LetterIssued {
	e := casefile.LetterIssued{Letter: m.facts.Kind, LetterNumber: n, Document: m.facts.Document, File: file, Template: m.template.Digest, Party: cmp.Or(letter.Party(m.facts.Event), m.facts.Addressee()),
		Annexes: m.req.Files, OnPaper: m.req.OnPaper}
	if m.facts.Event != nil {
		e.Decides = m.facts.Event.Kind()
		if body, err := casefile.EncodeEvent(casefile.WithDocument(m.facts.Event, "")); err == nil {
			e.Event = body
		}
	}
	return e
}

// Issued is a letter with what of it is kept.
type Issued struct {
	ask.LetterResult
	Preview []ask.LetterLine
	File    casefile.File   // its .docx
	Event   casefile.Event  // that it announces; nil for none
	Kept    casefile.Digest // of its bytes, which are to be dropped where the transaction fails; zero in a trial
}

// Issue gives the letter its number, keeps its bytes and records it. A trial does the same, keeps nothing, and
// lists what is missing instead of refusing.
func (m *Making) Issue(tx *desk.Change, trial bool) (i Issued, err error) {
	i.LetterResult = ask.LetterResult{Draft: trial, Missing: []ask.Missing{}, Explained: m.explained, Warnings: append([]string{}, m.warnings...), Records: []ask.RecordView{}, Cases: []ask.CaseRow{}}
	i.Event = m.facts.Event
	if err := m.approved(); err != nil {
		missing, ok := lacksApproval(err)
		if !trial || !ok {
			return i, err
		}
		i.Missing = append(i.Missing, missing)
	}
	var n casefile.LetterNumber
	if m.facts.Kind.Numbered() {
		if n, err = m.number(); err != nil {
			told, ok := errors.AsType[*ask.Error](err)
			if !trial || !ok {
				return i, err
			}
			i.Missing = append(i.Missing, casefile.Lacks("文号", told.Msg+"；"+told.Hint))
		}
		m.facts.Document = letter.Document(m.room.Live().Letter.Number, m.facts.Office, m.facts.Kind, n)
	}
	var docx bytes.Buffer
	missing, err := m.fill(&docx, trial)
	if err != nil {
		return i, err
	}
	i.Missing = append(i.Missing, missing...)
	if i.Preview, err = previewOf(docx.Bytes()); err != nil {
		return i, err
	}
	i.Missing = append(i.Missing, m.unenclosed(i.Preview)...)
	if len(i.Missing) > 0 && !trial {
		return i, ask.Incomplete(m.facts.Kind.Label(), "补齐后再制发，可先看草稿\n--preview、--dry-run", i.Missing)
	}
	i.Content = docx.Bytes()
	if i.File, err = m.keep(i.Content, trial); err != nil {
		return i, err
	}
	if !trial {
		i.Kept = i.File.Digest
	}
	if m.facts.Kind.Numbered() && n.Number == 0 { // a trial without a number cannot be recorded
		e := m.record(n, i.File)
		e.Document = ""
		i.Letter = m.room.letterView(e, m.facts.Subjects[0].ID, m.facts.Subjects[0].Case)
		i.Letter.On, i.Letter.Own = ask.Day(m.today), m.own
		return i, nil
	}
	return i, m.recordOn(tx, m.record(n, i.File), &i.LetterResult)
}

// fill writes the letter.
func (m *Making) fill(docx *bytes.Buffer, draft bool) ([]ask.Missing, error) {
	values, missing := m.facts.Values()
	return missing, m.template.Fill(docx, values, draft)
}

// keep keeps the letter's bytes; in a trial it only says what would be kept.
func (m *Making) keep(content []byte, trial bool) (casefile.File, error) {
	name := desk.FileName(m.fileName(m.facts.Document))
	if trial {
		return casefile.File{Name: name, Size: int64(len(content)), Digest: casefile.DigestOf(content)}, nil
	}
	return m.room.KeepFile(name, bytes.NewReader(content))
}

// recordOn records the letter on each of its cases, and unless that is for later what it announces.
func (m *Making) recordOn(tx *desk.Change, e casefile.LetterIssued, res *ask.LetterResult) error {
	for _, s := range m.facts.Subjects {
		one := e
		one.With = slices.DeleteFunc(slices.Clone(m.req.Cases), func(id casefile.ID) bool { return id == s.ID })
		views, _, err := m.room.record.Add(tx, casefile.Draft{Case: s.ID, On: m.today, Event: one})
		if err != nil {
			return err
		}
		res.Records = append(res.Records, views...)
	}
	if m.fresh && !m.req.Later {
		if err := m.announce(tx, res); err != nil {
			return err
		}
	}
	for _, s := range m.facts.Subjects {
		row, err := m.room.record.Row(tx.View, s.ID)
		if err != nil {
			return err
		}
		res.Cases = append(res.Cases, row)
	}
	var err error
	res.Letter, err = m.room.viewOf(tx.View, e.Document, m.facts.Subjects[0].ID, e.File.Digest)
	res.Letter.Own = m.own
	return err
}

// encloses is how a text says that something is enclosed.
var encloses = regexp.MustCompile(`见附件|附件[一二三四五六七八九十0-9]|随附|附后|现附|另附|附件如下|见附`)

// unenclosed is what a letter says to enclose and nobody has given, and what is given and the letter does not
// say (条例 第四十条).
func (m *Making) unenclosed(lines []ask.LetterLine) (all []ask.Missing) {
	names := annexNames(m.req)
	r, reply := m.facts.Event.(casefile.Replied)
	said := slices.Collect(maps.Values(m.req.Fill))
	if reply {
		said = append(said, r.Grounds)
	}
	switch {
	case len(names) > 0:
	case slices.ContainsFunc(said, encloses.MatchString):
		all = append(all, casefile.Lacks("附件", "文书里写有附件，没有随附：请附上文件；没有文件的纸质附件，写明名称\n--file、--annex 名称"))
	case reply && r.Basis == "36-2-provide" && strings.TrimSpace(r.Grounds) == "":
		all = append(all, casefile.Lacks("所提供的信息", "请附上文件；没有文件的纸质材料写明名称，信息就写在文书里的写作理由说明\n--file、--annex 名称、--grounds"))
	}
	for _, name := range names {
		if !slices.ContainsFunc(lines, func(l ask.LetterLine) bool { return strings.Contains(string(l.Text), name) }) {
			all = append(all, ask.Missing{Name: "附件", How: "文书里没有写“" + name + "”：模板里加上 {{#附件}}附件{{序号}}：{{内容}}{{/附件}}"})
		}
	}
	return all
}

func previewOf(docx []byte) ([]ask.LetterLine, error) {
	lines, err := letter.Read(docx)
	views := []ask.LetterLine{}
	for _, l := range lines {
		views = append(views, ask.LetterLine{Text: ask.Verbatim(l.Text), Align: l.Align})
	}
	return views, err
}

// announce records what the letter announces, with its number.
func (m *Making) announce(tx *desk.Change, res *ask.LetterResult) error {
	event := casefile.WithDocument(m.facts.Event, m.facts.Document)
	for _, s := range m.facts.Subjects {
		views, _, err := m.room.record.Add(tx, casefile.Draft{Case: s.ID, On: m.today, Event: event})
		if err != nil {
			return err
		}
		res.Records = append(res.Records, views...)
	}
	return nil
}

func (m *Making) number() (casefile.LetterNumber, error) {
	pattern := m.room.Live().Letter.Number
	if letter.NeedsCode(pattern) && m.facts.Office.Code == "" {
		return casefile.LetterNumber{}, ask.Refused("letter-code", "在配置 [agency] 写 code，如 code = \"某环依申请\"", "没有机关代字，不能编文号")
	}
	n, err := m.tx.NextLetter(letter.Series(pattern, m.facts.Kind), m.today.Year())
	if gap, ok := errors.AsType[*register.LetterGapError](err); ok {
		return n, ask.Refused("letter-gap", fmt.Sprintf("查清纸质发文后确认\nysq letter resume %s=最后用过的号 --reason …；没有缺失的写 --rest", m.facts.Kind.Label()), "%v", gap)
	}
	return n, err
}
