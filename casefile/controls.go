package casefile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Control finds the first character in a text that no record may hold: one that steers a terminal or turns
// the direction of writing, so that the text reads otherwise than it is. Line feeds and tabs are none.
func Control(s string) (r rune, found bool) {
	i := strings.IndexFunc(s, control)
	if i < 0 {
		return 0, false
	}
	r, _ = utf8.DecodeRuneInString(s[i:])
	return r, true
}

func control(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) ||
		'\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069' || r == '\u2028' || r == '\u2029'
}

// Legible returns the event with every such character replaced by U+FFFD, so that an attempt is seen. What
// people enter is refused before; this is for what mails and files bring.
func Legible(e Event) (Event, error) {
	body, err := EncodeEvent(e)
	if err != nil {
		return nil, err
	}
	if _, found := Control(string(body)); !found && !strings.Contains(string(body), `\u00`) && !strings.Contains(string(body), `\r`) &&
		!strings.Contains(string(body), `\b`) && !strings.Contains(string(body), `\f`) && !strings.Contains(string(body), `\u20`) {
		return e, nil // as good as always
	}
	var said any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&said); err != nil {
		return nil, err
	}
	if !redraw(&said) {
		return e, nil
	}
	if body, err = marshal(said); err != nil {
		return nil, err
	}
	return DecodeEvent(e.Kind(), body)
}

// redraw replaces the characters in all texts of a decoded JSON value.
func redraw(v *any) (changed bool) {
	switch said := (*v).(type) {
	case string:
		clean := strings.Map(func(r rune) rune {
			if control(r) {
				return unicode.ReplacementChar
			}
			return r
		}, strings.ReplaceAll(said, "\r\n", "\n"))
		*v = clean
		return clean != said
	case []any:
		for i := range said {
			changed = redraw(&said[i]) || changed
		}
	case map[string]any:
		for k, item := range said {
			if redraw(&item) {
				said[k], changed = item, true
			}
		}
	}
	return changed
}
