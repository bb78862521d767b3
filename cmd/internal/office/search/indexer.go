package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/words"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// IndexVersion changes with what is indexed and how: with textsOf, and with package words.
const IndexVersion = 1

// The indexer's manners. It has time: what it has not come to is searched by looking (search.go).
const (
	indexBreath  = 20 * time.Millisecond // between batches, for whoever waits to write
	indexRetry   = time.Minute           // after an error
	IndexRecords = 2000                  // in one transaction
	indexBytes   = 256 << 10             // of text in one transaction; bounds memory, too
)

// KeepIndex brings the index of words up to the records until ctx ends. It works after the commits
// that it reads, in transactions of its own: intake never waits for a mail to be indexed.
func (g *Room) KeepIndex(ctx context.Context) {
	grew, grown := true, g.Reg.Grown()
	for ctx.Err() == nil {
		if grew {
			desk.UntilQuiet(ctx, grown, g.wanted)
		}
		var again <-chan time.Time
		switch more, err := g.IndexSome(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			g.Log.Error().Err(err).Msg("the index of words cannot be written; searching goes on without it")
			again = time.After(indexRetry)
		case more:
			again = time.After(indexBreath)
		}
		select {
		case <-ctx.Done():
		case <-again:
			grew = false
		case <-grown:
			grew = true
		}
	}
}

// IndexSome indexes a batch of records and reports whether there are more.
func (g *Room) IndexSome(ctx context.Context) (more bool, err error) {
	var from, head uint64
	var lists [][]material // a record's each
	err = g.View(func(tx *desk.View) error {
		from = tx.Indexed(IndexVersion)
		head, _ = tx.Head()
		for r, err := range tx.Records(from + 1) {
			if err != nil {
				return err
			}
			var list []material
			err := g.One(casefile.MailOf(r.Event), fmt.Sprintf("编入索引：记录 %d", r.Seq), func() (err error) { list, err = materialOf(tx, r); return err })
			if err != nil && !panics.Is(err) {
				return err
			}
			if lists = append(lists, list); len(lists) == IndexRecords {
				return nil
			}
		}
		return nil
	})
	if err != nil || len(lists) == 0 {
		return false, err
	}
	var b batch
	upto := from
	for _, list := range lists { // reads mails: outside of every transaction
		for _, m := range list {
			b.add(g, m)
		}
		if upto++; ctx.Err() != nil || b.bytes >= indexBytes {
			break
		}
	}
	return upto < head, g.Reg.Index(IndexVersion, from, upto, b.all())
}

// batch gathers terms by document.
type batch struct {
	terms map[uint64]map[string]struct{}
	anew  map[uint64]bool
	bytes int
}

func (b *batch) add(g *Room, m material) {
	if b.terms == nil {
		b.terms, b.anew = make(map[uint64]map[string]struct{}), make(map[uint64]bool)
	}
	if b.terms[m.doc] == nil || m.anew {
		b.terms[m.doc] = make(map[string]struct{})
	}
	b.anew[m.doc] = b.anew[m.doc] || m.anew
	for _, d := range m.mails {
		b.say(g, m.doc, d, "编入索引", func() []said { return g.mailTexts(d) })
	}
	b.say(g, m.doc, casefile.Digest{}, fmt.Sprintf("编入索引：第 %d 项", m.doc), func() []said { return m.texts })
}

// say adds what a mail, or a record, says. One over which that panics is found by nothing that it says beyond that point.
func (b *batch) say(g *Room, doc uint64, d casefile.Digest, doing string, texts func() []said) {
	_ = g.One(d, doing, func() error {
		for _, s := range texts() {
			words.Terms(s.text, b.terms[doc])
			b.bytes += len(s.text)
		}
		return nil
	}) // which says it in status
}

func (b *batch) all() []register.Words {
	all := make([]register.Words, 0, len(b.terms))
	for doc, terms := range b.terms {
		all = append(all, register.Words{Doc: doc, Terms: slices.Collect(maps.Keys(terms)), Anew: b.anew[doc]})
	}
	return all
}
