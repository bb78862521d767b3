package register

import (
	"bytes"
	"iter"
	"maps"
	"math"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Sums keeps what a reader made of the cases, a block at a time, and makes it anew only of the blocks in which a case was
// written since: sums over a hundred thousand cases cost no more after a record than those over a thousand. A value depends on
// the cases of its block alone; whoever asks for something else takes another Sums. The zero Sums is empty. Several readers may
// use it at once.
type Sums[T any] struct {
	mu   sync.Mutex
	at   Mark
	kept map[string]T
}

// blockLength is the length of the beginning that the numbers of a block have in common: 2026-01 are the cases 2026-01000 to
// 2026-01999. A shorter number, which a ledger brought, is a block of its own.
const blockLength = len("2026-01")

func blockOf(id []byte) []byte { return id[:min(len(id), blockLength)] }

// Of returns what was made of each block, in the order of the numbers. made gets the cases of one, whole or as Heads yields them.
// A transaction that may have written something is answered without what was kept, and nothing is kept of it.
func (s *Sums[T]) Of(t *Tx, whole bool, made func(iter.Seq2[casefile.Case, error]) (T, error)) (all []T, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := map[string]T{}
	wrote, known := t.Since(s.at)
	if known {
		kept = maps.Clone(s.kept)
		for _, id := range wrote.Cases {
			delete(kept, string(blockOf([]byte(id))))
		}
	}
	c := t.bucket(bucketCase).Cursor()
	for k, _ := c.First(); k != nil; {
		block := blockOf(k)
		one, ok := kept[string(block)]
		if !ok {
			if one, err = made(t.block(block, whole)); err != nil {
				return nil, err
			}
			kept[string(block)] = one
		}
		all = append(all, one)
		after := byte(math.MaxUint8)
		if len(block) < blockLength { // what begins with it is of other blocks
			after = 0
		}
		k, _ = c.Seek(append(bytes.Clone(block), after))
	}
	if now := t.Mark(); now.of != nil && (known || s.at.of != now.of || s.at.at < now.at) { // not of a look that began before
		s.at, s.kept = now, kept
	}
	return all, nil
}

// block yields the cases whose numbers begin with the same letters.
func (t *Tx) block(beginning []byte, whole bool) iter.Seq2[casefile.Case, error] {
	decode := headOf
	if whole {
		decode = func(k, v []byte) (casefile.Case, error) {
			c, _, err := decodeProjection(k, v)
			return c, err
		}
	}
	return casesFrom(func(yield func(k, v []byte) bool) {
		c := t.bucket(bucketCase).Cursor()
		for k, v := c.Seek(beginning); bytes.HasPrefix(k, beginning) && len(blockOf(k)) == len(beginning) && yield(k, v); {
			k, v = c.Next()
		}
	}, decode)
}
