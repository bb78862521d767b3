package casefile

import (
	"bytes"
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
func Legible(e Event) (Event, json.RawMessage, error) {
	body, err := EncodeEvent(e)
	if err != nil {
		return nil, nil, err
	}
	if !holdsControl(body) {
		return e, body, nil // as good as always
	}
	var said any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&said); err != nil {
		return nil, nil, err
	}
	if !redraw(&said) {
		return e, body, nil
	}
	if body, err = marshal(said); err != nil {
		return nil, nil, err
	}
	if e, err = DecodeEvent(e.Kind(), body); err != nil {
		return nil, nil, err
	}
	body, err = EncodeEvent(e) // with its fields in their order
	return e, body, err
}

// holdsControl reports whether JSON may hold such a character, as itself or escaped. Every record passes here, so it
// looks at bytes: those in front of the characters are DEL, C2 (U+0080 to U+009F) and E2 (U+202x, U+206x).
func holdsControl(body []byte) bool {
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case b == '\\':
			if i++; i < len(body) && strings.IndexByte("rbfu", body[i]) >= 0 {
				return true
			}
		case b == 0x7f:
			return true
		case b == 0xc2 || b == 0xe2:
			if r, _ := utf8.DecodeRune(body[i:]); control(r) {
				return true
			}
		}
	}
	return false
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
