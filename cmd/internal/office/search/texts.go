package search

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// said is one text of a case or a mail, and what it is.
type said struct {
	where string
	text  string
}

// textsOf is what a record says to somebody who searches: its words, not those that every record of
// its kind has.
func textsOf(r casefile.Record) []said {
	switch e := r.Event.(type) {
	case casefile.Received:
		return append([]said{{"编号", string(r.Case)}}, letterTexts(e.Letter)...)
	case casefile.MessageTaken:
		return letterTexts(e.Letter)
	case casefile.MessageIn:
		return letterTexts(e.Letter)
	case casefile.MessageOut:
		return letterTexts(e.Letter)
	case casefile.Attached:
		texts := letterTexts(e.Letter)
		for _, f := range e.Files {
			texts = append(texts, said{"附件", f.Name})
		}
		return append(texts, said{e.Kind().Label(), e.Reason})
	case casefile.Registered:
		return []said{
			{"申请人", strings.Join(append([]string{e.Applicant}, e.Others...), "、")},
			{"申请内容", e.Request}, {"联系方式", e.Contact}, {"电子邮箱", e.Email}, {"载体形式", e.Form}, {"获取方式", e.Delivery},
		}
	case casefile.Assigned:
		return []said{{"承办", strings.TrimSpace(e.Department + " " + e.Person)}}
	}
	return []said{{r.Event.Kind().Label(), casefile.Describe(r.Event)}}
}

func letterTexts(l casefile.Letter) []said {
	return []said{{"主题", l.Subject}, {"来自", l.From.String()}}
}

// searchedText is how much of a mail's text can be searched.
const searchedText = 64 << 10

// mailTexts reads what a mail says. A mail that cannot be read says nothing here; Verify reports it.
func (g *Room) mailTexts(d casefile.Digest) (texts []said) {
	m, err := g.Skim(d, searchedText)
	if err != nil {
		g.Log.Debug().Err(err).Str("digest", d.Short()).Msg("a mail cannot be searched")
		return nil
	}
	texts = []said{{"邮件正文", m.Text}}
	for _, p := range m.Parts {
		if p.Name != "" {
			texts = append(texts, said{"附件", p.Name})
		}
	}
	return texts
}

// documentOf is the number under which the index files what a record says; false where nobody
// searches for it: what is the register's own, a further copy, a mail without bytes.
func documentOf(tx *desk.View, r casefile.Record) (uint64, bool, error) {
	if r.Case != "" {
		doc, err := tx.Document(r.Case)
		return doc, err == nil, err
	}
	e, ok := r.Event.(casefile.MessageTaken)
	// What a mail in a case says is filed under the case.
	return r.Seq, ok && e.Case == "" && !e.Digest.IsZero() && e.Disposition != casefile.Duplicate, nil
}

// material is what a record adds to the words of a document.
type material struct {
	doc   uint64
	texts []said
	mails []casefile.Digest
	anew  bool
}

func (m *material) add(tx *desk.View, r casefile.Record) {
	m.texts = append(m.texts, textsOf(r)...)
	if d := casefile.MailOf(r.Event); !d.IsZero() && !tx.Erased(d) {
		m.mails = append(m.mails, d)
	}
}

// materialOf collects what a record adds, and what has to be said anew because of it.
func materialOf(tx *desk.View, r casefile.Record) ([]material, error) {
	var all []material
	if doc, ok, err := documentOf(tx, r); err != nil {
		return nil, err
	} else if ok {
		m := material{doc: doc}
		m.add(tx, r)
		all = append(all, m)
	}
	erased, ok := r.Event.(casefile.Erased)
	if !ok {
		return all, nil
	}
	// The words of bytes that are gone must not be found any more.
	again := make(map[uint64]bool)
	for _, d := range erased.Digests {
		about, err := tx.About(d)
		if err != nil {
			return nil, err
		}
		for _, r := range about {
			doc, ok, err := documentOf(tx, r)
			if err != nil {
				return nil, err
			}
			if !ok || again[doc] {
				continue
			}
			again[doc] = true
			m, err := wholeOf(tx, doc)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// wholeOf collects all that a document says.
func wholeOf(tx *desk.View, doc uint64) (material, error) {
	m := material{doc: doc, anew: true}
	first, err := tx.Record(doc)
	if err != nil {
		return m, fmt.Errorf("document %d of the index: %w", doc, err)
	}
	records := []casefile.Record{first}
	if first.Case != "" {
		if records, err = tx.History(first.Case); err != nil {
			return m, err
		}
	}
	for _, r := range records {
		m.add(tx, r)
	}
	return m, nil
}
