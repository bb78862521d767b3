package letters

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// approved refuses a letter whose answer is not signed as it is, or not examined, where the office wants that.
func (m *Making) approved() error {
	r, ok := m.facts.Event.(casefile.Replied)
	if !ok || !m.fresh {
		return nil
	}
	for _, s := range m.facts.Subjects {
		if err := m.room.record.Approved(s.Case, s.History, r); err != nil {
			return err
		}
	}
	if !m.room.record.Signs() {
		return nil
	}
	for _, s := range m.facts.Subjects {
		p, ok := casefile.Proposed(s.History)
		if !ok {
			continue // nobody's to sign
		}
		changed, err := m.changed(p, s.ID)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			return &casefile.RuleError{Code: "signed-other", Case: s.ID, Msg: "与签发的不同：" + strings.Join(changed, "、"), Hint: "改动后须重新送审；也可以照签发的制发\nysq submit " + string(s.ID) + "、ysq answer " + string(s.ID) + " --signed"}
		}
	}
	return nil
}

// lacksApproval is a refusal of approved as what is missing in a trial.
func lacksApproval(err error) (ask.Missing, bool) {
	e, ok := errors.AsType[*casefile.RuleError](err)
	if !ok {
		return ask.Missing{}, false
	}
	name := ask.MissingSignature
	if e.Code == "unscreened" {
		name = ask.MissingScreening
	}
	return casefile.Lacks(name, e.Said()+"；"+e.Hint), true
}

// changed lists in what the letter is not what was submitted of a case.
func (m *Making) changed(p casefile.Submission, id casefile.ID) (all []string, err error) {
	others := slices.DeleteFunc(slices.Clone(m.req.Cases), func(c casefile.ID) bool { return c == id })
	sameFile := func(a, b casefile.File) bool { return a.Digest == b.Digest && a.Name == b.Name }
	if !slices.Equal(slices.Sorted(slices.Values(others)), slices.Sorted(slices.Values(p.With))) {
		all = append(all, "同时答复的案件")
	}
	if !slices.EqualFunc(m.req.Files, p.Annexes, sameFile) || !slices.Equal(m.req.OnPaper, p.OnPaper) {
		all = append(all, "附件")
	}
	now, _, err := m.unnumbered(p.On)
	if err == nil && casefile.DigestOf(now) != p.Draft.Digest {
		all = append(all, "文书的内容")
	}
	return all, err
}

// unnumbered is the letter as it reads on a day without its number, marked as a draft. The same facts give the same
// bytes, so that what is issued can be held against what was signed.
func (m *Making) unnumbered(day civil.Date) ([]byte, []ask.Missing, error) {
	f := m.facts
	f.On, f.Office, f.Document = day, m.room.LetterOffice(day), ""
	if f.Kind.Numbered() {
		f.Document = letter.Document(m.room.Live().Letter.Number, f.Office, f.Kind, casefile.LetterNumber{Year: day.Year()})
	}
	values, missing := f.Values()
	var docx bytes.Buffer
	err := m.template.Fill(&docx, values, true)
	return docx.Bytes(), missing, err
}

// Frozen is a letter as it is submitted.
type Frozen struct {
	Issued
	Fill []casefile.Filled
}

// Freeze makes what is submitted of the letter: how it reads today without its number. A trial keeps nothing.
func (m *Making) Freeze(trial bool) (z Frozen, err error) {
	z.LetterResult = ask.LetterResult{Draft: true, Missing: []ask.Missing{}, Warnings: append([]string{}, m.warnings...), Records: []ask.RecordView{}, Cases: []ask.CaseRow{}}
	z.Event = m.facts.Event
	content, missing, err := m.unnumbered(m.today)
	if err != nil {
		return z, err
	}
	if z.Preview, err = previewOf(content); err != nil {
		return z, err
	}
	z.Content, z.Missing = content, append(append([]ask.Missing{}, missing...), m.unenclosed(z.Preview)...)
	name := desk.FileName(strings.TrimSpace(fmt.Sprintf("%s %s（送审稿）", m.facts.Subjects[0].ID, m.facts.Kind.Label())) + ".docx")
	z.File = casefile.File{Name: name, Size: int64(len(content)), Digest: casefile.DigestOf(content)}
	for _, name := range slices.Sorted(maps.Keys(m.req.Fill)) {
		z.Fill = append(z.Fill, casefile.Filled{Name: name, Text: m.req.Fill[name]})
	}
	e := m.record(casefile.LetterNumber{}, z.File)
	e.Document = ""
	z.Letter = m.room.letterView(e, m.facts.Subjects[0].ID, m.facts.Subjects[0].Case)
	z.Letter.On, z.Letter.Own = ask.Day(m.today), m.own
	if trial || len(z.Missing) > 0 {
		return z, nil
	}
	z.File, err = m.room.KeepFile(name, bytes.NewReader(content))
	z.Kept = z.File.Digest
	return z, err
}

// Submitted asks for the letter of a submission once more, as it was submitted.
func Submitted(p casefile.Submission, id casefile.ID) ask.LetterRequest {
	q := ask.LetterRequest{Cases: append([]casefile.ID{id}, p.With...), Decides: casefile.KindReplied, Event: p.Answer, Files: p.Annexes, OnPaper: p.OnPaper, Fill: map[string]string{}}
	slices.SortFunc(q.Cases, func(a, b casefile.ID) int { return cmp.Compare(a, b) })
	for _, f := range p.Fill {
		q.Fill[f.Name] = f.Text
	}
	return q
}

// Changed lists in what the letter of a submission would read otherwise now: the case, the template or the office
// has changed since. Where it cannot be made any more, that is what is said.
func (l *Room) Changed(tx *desk.View, p casefile.Submission, id casefile.ID) ([]string, error) {
	m, err := l.make(tx, l.Today(), Submitted(p, id), true)
	if e, ok := errors.AsType[*casefile.RuleError](err); ok {
		return []string{e.Msg}, nil
	}
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return []string{e.Msg}, nil
	}
	if err != nil {
		return nil, err
	}
	return m.changed(p, id)
}

// PreviewOf reads a letter that was kept.
func (l *Room) PreviewOf(d casefile.Digest) ([]ask.LetterLine, error) {
	file, err := l.Store.Open(d)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, letter.MaxTemplate))
	if err != nil {
		return nil, err
	}
	return previewOf(content)
}
