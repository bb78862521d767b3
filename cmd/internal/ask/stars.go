package ask

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// What is masked on a screen must never be stored as stars. So a request that holds the mask of a number
// which its case holds means that number, unchanged; any other stars in place of digits are refused.

// unmask puts the numbers back into a request.
func (d *Door) unmask(ctx context.Context, v reflect.Value) error {
	var texts []starred
	var cases []casefile.ID
	collect(v, &texts, &cases)
	if texts == nil {
		return nil
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
	for _, t := range texts {
		s, err := putBack(t.text, known)
		if err != nil {
			return err
		}
		t.set(s)
	}
	return nil
}

// starred is a text of a request in which stars stand beside digits.
type starred struct {
	text string
	set  func(string)
}

// collect gathers the starred texts of a request and the cases that it names.
func collect(v reflect.Value, texts *[]starred, cases *[]casefile.ID) {
	switch v.Kind() {
	case reflect.String:
		if id, ok := v.Interface().(casefile.ID); ok {
			*cases = append(*cases, id)
		} else if at, _ := starsIn(v.String(), 0); at >= 0 {
			*texts = append(*texts, starred{v.String(), v.SetString})
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(v.Field(i), texts, cases)
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			collect(v.Elem(), texts, cases)
		}
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			if at, _ := starsIn(string(raw), 0); at >= 0 {
				*texts = append(*texts, starred{string(raw), func(s string) { v.SetBytes([]byte(s)) }})
			}
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			collect(v.Index(i), texts, cases)
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			key, value := i.Key(), reflect.New(i.Value().Type()).Elem()
			value.Set(i.Value())
			var inside []starred
			collect(value, &inside, cases)
			for _, t := range inside {
				*texts = append(*texts, starred{t.text, func(s string) { t.set(s); v.SetMapIndex(key, value) }})
			}
		}
	}
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
