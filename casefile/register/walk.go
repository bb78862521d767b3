package register

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// Walk says which cases Tx.Walk goes through, and in which order. The zero Walk is Heads.
type Walk struct {
	// From is the case after which it begins, or below which where Newest; "" begins at the first or the highest number.
	From   casefile.ID
	Newest bool // from the highest number down
	// Untimely leaves out the finished cases whose periods all ended in time by both clocks.
	Untimely bool
	// Stages are those of the cases that are wanted; none: of all.
	Stages []casefile.Stage
	// Words leaves out cases in which one of these, in lower case, can stand neither in the number nor in applicant, subject,
	// request, department or assignee. A case that is yielded need not have them: whoever looks for words compares.
	Words []string
}

// Walk yields the heads of the cases that a walk selects (see Heads). Of a hundred thousand that it leaves out it reads no more
// than it must to know that: how their periods ended, a byte of the head, or the texts as they are stored.
func (t *Tx) Walk(w Walk) iter.Seq2[casefile.Case, error] {
	all := t.upFrom(bucketCase, w.From)
	if w.Newest {
		all = t.downFrom(bucketCase, w.From)
	}
	needles := make([]needle, len(w.Words))
	for i, word := range w.Words {
		needles[i] = needleOf(word)
	}
	return casesFrom(func(yield func(k, v []byte) bool) {
		for k, v := range all {
			if w.maybe(k, v, needles) && !yield(k, v) {
				return
			}
		}
	}, headOf)
}

// maybe reports whether a case can be one of a walk. A projection that is damaged may be anything: whoever decodes it says so.
func (w *Walk) maybe(id, b []byte, needles []needle) bool {
	if len(b) < headSize || b[0] != projectionVersion {
		return true
	}
	if len(w.Stages) > 0 && !slices.Contains(w.Stages, casefile.Stage(b[2])) {
		return false
	}
	if w.Untimely && !maybeUntimely(b) {
		return false
	}
	return len(needles) == 0 || maybeMentions(id, b, needles)
}

// mentioned are the places, among texts(), of those in which words are looked for.
var mentioned = [...]int{2, 7, 8, 9, 10}

// maybeMentions reports whether all needles can stand in a projection. Most are looked for as they are: Chinese has no case.
func maybeMentions(id, b []byte, needles []needle) bool {
	for _, n := range needles {
		if !n.in(b[headSize:]) && !n.in(id) { // quicker than taking it apart
			return false
		}
	}
	r := reader{b: b[headSize:]}
	r.skipPeriods()
	var places [len(mentioned)][]byte
	for text, place := 0, 0; place < len(places); text++ {
		n := r.count()
		if text == mentioned[place] {
			places[place] = r.b[:n]
			place++
		}
		r.b = r.b[n:]
	}
	if r.bad {
		return true
	}
	for _, n := range needles {
		if !n.in(id) && !slices.ContainsFunc(places[:], n.in) {
			return false
		}
	}
	return true
}

// needle is the longest part of a word of which the stored spelling is known but for the case of letters A to Z.
type needle struct {
	part     string
	lettered bool // there are such letters in part
	odd      bool // with k or i in it, which other letters have as their lower case: K (kelvin) and İ
}

func needleOf(word string) (best needle) {
	plain := func(r rune) bool { return r < utf8.RuneSelf || unicode.SimpleFold(r) == r && unicode.ToLower(r) == r }
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return !plain(r) }) {
		if len(part) > len(best.part) {
			best.part = part
		}
	}
	best.lettered = strings.ContainsFunc(best.part, func(r rune) bool { return r >= 'a' && r <= 'z' })
	best.odd = strings.ContainsAny(best.part, "ki")
	return best
}

// in reports whether the word can stand in a text.
func (n needle) in(text []byte) bool {
	if !n.lettered {
		return bytes.Contains(text, []byte(n.part))
	}
	return n.odd && (bytes.Contains(text, []byte("\u212a")) || bytes.Contains(text, []byte("\u0130"))) || foldContains(text, n.part)
}

// foldContains is bytes.Contains where letters A to Z count as a to z.
func foldContains(text []byte, part string) bool {
	small := part[0]
	capital := small
	if small >= 'a' && small <= 'z' {
		capital -= 'a' - 'A'
	}
	for {
		at := bytes.IndexByte(text, small)
		if capital != small {
			if other := bytes.IndexByte(text, capital); other >= 0 && (at < 0 || other < at) {
				at = other
			}
		}
		if at < 0 || at+len(part) > len(text) {
			return false
		}
		k := 1
		for k < len(part) && lower(text[at+k]) == part[k] {
			k++
		}
		if k == len(part) {
			return true
		}
		text = text[at+1:]
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// headOf decodes the head of a case, its periods and the number of its reply.
func headOf(k, v []byte) (casefile.Case, error) {
	c := casefile.Case{ID: casefile.ID(k)}
	if err := decodeHead(k, v, &c); err != nil {
		return c, err
	}
	r := reader{b: v[headSize:]}
	c.Periods = r.periods()
	r.skip() // Basis
	c.Document = r.text()
	if r.bad {
		return c, fmt.Errorf("case %s: %w", k, errProjection)
	}
	return c, nil
}
