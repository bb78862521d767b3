package ask

import (
	"context"
	"reflect"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// What is masked on a screen must never be stored as stars. So a request that holds the mask of a number
// which its case holds means that number, unchanged; any other stars in place of digits are refused.

// unmask puts the numbers back into a request.
func (d *Door) unmask(ctx context.Context, v reflect.Value) error {
	starred := false
	var cases []casefile.ID
	err := texts(v, func(t text) error {
		if t.kind == reflect.TypeFor[casefile.ID]() {
			cases = append(cases, casefile.ID(t.s))
		} else if at, _ := starsIn(t.s, 0); at >= 0 {
			starred = true
		}
		return nil
	})
	if err != nil || !starred {
		return err
	}
	known := map[string]string{} // mask → the number; "": several have it
	stored, err := d.office.Texts(ctx, cases)
	if err != nil {
		return err
	}
	for _, s := range stored {
		for _, n := range personalNumbers(s) {
			number := s[n.start:n.end]
			mask := stars(number)
			if have, ok := known[mask]; ok && have != number {
				number = ""
			}
			known[mask] = number
		}
	}
	return texts(v, func(t text) error {
		if at, _ := starsIn(t.s, 0); at < 0 || t.kind == reflect.TypeFor[casefile.ID]() {
			return nil
		}
		s, err := putBack(t.s, known)
		if err == nil {
			t.set(s)
		}
		return err
	})
}

// starsIn finds the next run of stars, two or more, that a digit touches.
func starsIn(s string, from int) (start, end int) {
	for i := from; i < len(s); i++ {
		if s[i] != '*' {
			continue
		}
		start, end = i, i
		for end < len(s) && s[end] == '*' {
			end++
		}
		after, _ := utf8.DecodeRuneInString(s[end:])
		before, _ := utf8.DecodeLastRuneInString(s[:start])
		if end-start >= 2 && (digitOf(after) != 0 || digitOf(before) != 0) {
			return start, end
		}
		i = end
	}
	return -1, -1
}

// putBack replaces the masks in a text by their numbers.
func putBack(s string, known map[string]string) (string, error) {
	var b strings.Builder
	last := 0
	for {
		start, end := starsIn(s, last)
		if start < 0 {
			return b.String() + s[last:], nil
		}
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if digitOf(r) == 0 && letterOf(r) == 0 {
				break
			}
			end += size
		}
		number := known[s[start:end]]
		if before, _ := utf8.DecodeLastRuneInString(s[:start]); number == "" || digitOf(before) != 0 {
			return "", &Error{Code: "masked", Exit: ExitUsage, Msg: "“" + s[start:end] + "”是打了码的号码，登记库里没有（或不止一个）与它对应的，没有记录",
				Hint: "请写出完整的号码；不改的内容照屏幕上所示原样写，或不写"}
		}
		b.WriteString(s[last:start])
		b.WriteString(number)
		last = end
	}
}
