package search

import (
	"context"
	"math"
	"slices"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/words"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Of the documents that the index names, so many are looked at in a round; around each word that is
// found, so many characters are shown.
const (
	searchRound   = 200
	searchExcerpt = 24
	// mostUnindexed is how many records, the newest, each search looks at that are not indexed; the rest is left
	// to the one indexer, or everybody who asks after an import would read all of it.
	mostUnindexed = 1000
)

// Search yields what has all the words, the newest first.
func (g *Room) Search(ctx context.Context, _ ask.Call, q ask.SearchQuery, yield func(ask.Hit) error) error {
	query, err := words.Parse(q.Words)
	if err != nil {
		return ask.Usage("%v", err)
	}
	if err := g.indexFirst(ctx); err != nil {
		return err
	}
	s := search{room: g, query: query, below: math.MaxUint64}
	for n := 0; ; {
		docs, err := s.next(ctx)
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, doc := range docs {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			hit, ok, err := s.look(doc)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := yield(hit); err != nil {
				return err
			}
			if n++; n == q.Limit {
				return nil
			}
		}
	}
}

// search is one question on its way through the documents.
type search struct {
	room   *Room
	query  words.Query
	begun  bool
	rest   []uint64 // documents that the index does not cover wholly, ascending
	below  uint64   // those from here on were looked at
	mailed map[casefile.Digest]bool
}

// next returns the documents to look at next, the newest first; none when all were.
func (s *search) next(ctx context.Context) (docs []uint64, err error) {
	err = s.room.View(func(tx *desk.View) error {
		if !s.begun {
			s.begun = true
			if s.rest, err = unindexed(ctx, tx); err != nil {
				return err
			}
			head, _ := tx.Head()
			s.below = head + 1
		}
		for doc, err := range tx.Documents(s.terms(), s.below) {
			if err != nil {
				return err
			}
			if docs = append(docs, doc); len(docs) == searchRound {
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	until := uint64(0)
	if len(docs) == searchRound {
		until = docs[len(docs)-1]
	}
	from, _ := slices.BinarySearch(s.rest, until)
	docs = append(docs, s.rest[from:]...)
	s.rest, s.below = s.rest[:from], until
	slices.Sort(docs)
	docs = slices.Compact(docs)
	slices.Reverse(docs)
	return docs, nil
}

func (s *search) terms() (all []register.Term) {
	for _, w := range s.query {
		for _, t := range w.Terms() {
			all = append(all, register.Term(t))
		}
	}
	return all
}

// indexFirst has the indexer go on at once where it is behind. Where no daemon runs, nobody else does it.
func (g *Room) indexFirst(ctx context.Context) error {
	left, err := desk.Look(g.Desk, unlooked)
	if err != nil || left == 0 {
		return err
	}
	select {
	case g.wanted <- struct{}{}:
	default:
	}
	if !g.Started.IsZero() || g.ToRead {
		return nil
	}
	for more := true; more && ctx.Err() == nil; {
		if more, err = g.IndexSome(ctx); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// Indexing says how many records no search looks at.
func (g *Room) Indexing(context.Context, ask.Call, ask.None) (ask.IndexState, error) {
	left, err := desk.Look(g.Desk, unlooked)
	return ask.IndexState{Left: left}, err
}

// unlooked counts the records that are neither indexed nor among the newest.
func unlooked(tx *desk.View) (uint64, error) {
	head, _ := tx.Head()
	if indexed := tx.Indexed(IndexVersion); head > indexed+mostUnindexed {
		return head - indexed - mostUnindexed, nil
	}
	return 0, nil
}

// unindexed lists the documents of the newest records that the index does not cover.
func unindexed(ctx context.Context, tx *desk.View) (docs []uint64, err error) {
	left, err := unlooked(tx)
	if err != nil {
		return nil, err
	}
	looked := map[casefile.ID]bool{} // one case may have all of them
	for r, err := range tx.Records(tx.Indexed(IndexVersion) + left + 1) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if looked[r.Case] && r.Case != "" {
			continue
		}
		looked[r.Case] = true
		doc, ok, err := documentOf(tx, r)
		if err != nil {
			return nil, err
		}
		if ok {
			docs = append(docs, doc)
		}
	}
	slices.Sort(docs)
	return slices.Compact(docs), nil
}

// look tells whether a document has all the words, and where. The records are read first: most words
// are found there, and no mail need be opened.
func (s *search) look(doc uint64) (hit ask.Hit, ok bool, err error) {
	var m material
	err = s.room.View(func(tx *desk.View) error {
		hit, m, err = s.document(tx, doc)
		return err
	})
	if err != nil || len(m.texts) == 0 {
		return hit, false, err
	}
	found := finding{query: s.query, done: make([]bool, len(s.query))}
	found.in(m.texts)
	for _, d := range m.mails {
		if found.all() {
			break
		}
		found.in(s.room.mailTexts(d))
	}
	hit.Found = found.places
	return hit, found.all(), nil
}

// document describes a document and collects what it says. One that says nothing is none to find: a
// mail that belongs to a case by now, or was looked at before.
func (s *search) document(tx *desk.View, doc uint64) (hit ask.Hit, m material, err error) {
	first, err := tx.Record(doc)
	if err != nil {
		return hit, m, err
	}
	if first.Case == "" {
		return s.outside(tx, first)
	}
	c, history, err := tx.Whole(first.Case)
	if err != nil {
		return hit, m, err
	}
	for _, r := range casefile.Live(history) {
		m.add(tx, r)
	}
	return ask.Hit{
		Case: c.ID, Stage: ask.Text(c.Stage.String()), Applicant: ask.Text(c.Applicant), Subject: ask.Text(c.Subject),
		ArrivedAt: ask.Instant(c.ArrivedAt),
	}, m, nil
}

// outside is document for a mail without a case.
func (s *search) outside(tx *desk.View, r casefile.Record) (hit ask.Hit, m material, err error) {
	e, ok := r.Event.(casefile.MessageTaken)
	if !ok || s.mailed[e.Digest] {
		return hit, m, nil
	}
	about, err := tx.About(e.Digest)
	if err != nil {
		return hit, m, err
	}
	last := desk.LastTaken(about)
	if last == nil || last.Disposition == casefile.ToCase || last.Disposition == casefile.Duplicate {
		return hit, m, nil
	}
	if s.mailed == nil {
		s.mailed = make(map[casefile.Digest]bool)
	}
	s.mailed[e.Digest] = true
	m.add(tx, r)
	return ask.Hit{
		Mail: e.Digest, Place: ask.Text(last.Disposition.String()), Applicant: ask.Text(e.From.String()),
		Subject: ask.Text(e.Subject), ArrivedAt: ask.Instant(e.ArrivedAt),
	}, m, nil
}

// finding is the words of a query and where they were found so far.
type finding struct {
	query  words.Query
	done   []bool
	places []ask.Finding
}

func (f *finding) all() bool { return !slices.Contains(f.done, false) }

// in looks for the words still missing.
func (f *finding) in(texts []said) {
	for _, s := range texts {
		text := sync.OnceValue(func() words.Text { return words.Fold(s.text) })
		numbers := sync.OnceValue(func() ask.Numbers { return ask.NumbersIn(s.text) })
		for i, w := range f.query {
			if f.done[i] || !w.MayBeIn(s.text) {
				continue
			}
			for span := range w.Find(text()) {
				if numbers().Hide(span.Start, span.End) {
					continue
				}
				before, match, after := words.Fold(ask.Veil(s.text)).Excerpt(span, searchExcerpt)
				f.places = append(f.places, ask.Finding{Where: s.where, Before: before, Match: match, After: after})
				f.done[i] = true
				break
			}
		}
	}
}
