package words

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
)

// What one query may hold. It is typed by a person; more is a text pasted by mistake.
const (
	maxWords = 16
	maxRunes = 100
)

// Query is what somebody looks for: every one of its words.
type Query []Word

// Word is one word of a query, folded.
type Word []rune

// Parse reads words with blanks between them. Punctuation around a word does not count.
func Parse(s string) (Query, error) {
	var q Query
	for field := range strings.FieldsSeq(s) {
		w := Fold(field).runes
		if len(w) > maxRunes {
			return nil, fmt.Errorf("要查的词太长：%d 个字，最多 %d 个", len(w), maxRunes)
		}
		first := slices.IndexFunc(w, meant)
		if first < 0 {
			return nil, fmt.Errorf("%q 里没有可以查找的字", field)
		}
		last := len(w)
		for !meant(w[last-1]) {
			last--
		}
		if w := Word(w[first:last]); !slices.ContainsFunc(q, func(o Word) bool { return slices.Equal(o, w) }) {
			q = append(q, w)
		}
		if len(q) > maxWords { // each further one would be compared with all before it
			return nil, fmt.Errorf("要查的词太多，最多 %d 个，请只留最能说明问题的几个", maxWords)
		}
	}
	if len(q) == 0 {
		return nil, fmt.Errorf("没有写要查的词")
	}
	return q, nil
}

func meant(r rune) bool { return classOf(r) != other }

func (w Word) String() string { return string(w) }

// Term is what an index is asked for: the term itself, or any that begins with it.
type Term struct {
	Text   string
	Prefix bool
}

// Terms are what every text that has the word has.
func (w Word) Terms() []Term {
	var all []Term
	add := func(runes []rune, prefix bool) {
		if t := (Term{string(runes), prefix}); !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	for i := 0; i < len(w); {
		switch classOf(w[i]) {
		case chinese:
			pair := i+1 < len(w) && classOf(w[i+1]) == chinese
			within := i > 0 && classOf(w[i-1]) == chinese
			switch {
			case pair:
				add(w[i:i+2], false)
			case !within: // alone: in the text, another may follow where the word ends
				add(w[i:i+1], i+1 == len(w))
			}
			i++
		case latin:
			end := wordEnd(w, i)
			add(w[i:min(end, i+maxWord)], end == len(w))
			i = end
		default:
			i++
		}
	}
	return all
}

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// MayBeIn reports whether a text could have the word, without making it ready: whatever is between them, the Chinese characters
// of the word stand in it as they are.
func (w Word) MayBeIn(text string) bool {
	return !slices.ContainsFunc(w, func(r rune) bool { return common(r) && !strings.ContainsRune(text, r) })
}

// Find yields where a text has the word, from the first place on.
func (w Word) Find(t Text) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for i := 0; i+len(w) <= len(t.runes); i++ {
			if t.runes[i] != w[0] || !slices.Equal(t.runes[i:i+len(w)], w) {
				continue
			}
			if classOf(w[0]) == latin && i > 0 && classOf(t.runes[i-1]) == latin {
				continue // not the beginning of a word
			}
			if !yield(Span{t.at[i], t.ends[i+len(w)-1]}) {
				return
			}
		}
	}
}

// Excerpt returns a span of the text with up to so many characters before and after it. It never
// begins or ends within a number or a word of letters, which could no longer be recognised; … stands
// where something is left out. Blanks and line breaks become one blank.
func (t Text) Excerpt(s Span, around int) (before, found, after string) {
	i, _ := slices.BinarySearch(t.at, s.Start)
	j, _ := slices.BinarySearch(t.at, s.End)
	from, to := max(0, i-around), min(len(t.runes), j+around)
	for from > 0 && from < i && joined(t.runes[from-1], t.runes[from]) {
		from++
	}
	for to < len(t.runes) && to > j && joined(t.runes[to-1], t.runes[to]) {
		to--
	}
	start, end := s.Start, s.End
	if from < i {
		start = t.at[from]
	}
	if to > j {
		end = t.ends[to-1]
	}
	before, found, after = blanks(t.text[start:s.Start]), blanks(t.text[s.Start:s.End]), blanks(t.text[s.End:end])
	if from > 0 {
		before = "…" + strings.TrimLeft(before, " ")
	}
	if to < len(t.runes) {
		after = strings.TrimRight(after, " ") + "…"
	}
	return before, found, after
}

// joined tells characters that belong to one number or word, 020-8300 included.
func joined(a, b rune) bool {
	part := func(r rune) bool { return classOf(r) == latin || r == '-' }
	return part(a) && part(b)
}

// blanks makes one blank of each run of them and drops what nobody sees.
func blanks(s string) string {
	var b strings.Builder
	was := false
	for _, r := range s {
		switch is := unicode.IsSpace(r); {
		case unicode.Is(unicode.Cf, r):
		case is && was:
		case is:
			b.WriteByte(' ')
			was = true
		default:
			b.WriteRune(r)
			was = false
		}
	}
	return b.String()
}
