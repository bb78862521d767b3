package imapsim

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
)

var errParse = errors.New("parse error")

// words reads the arguments of a command one by one. Literals are inline, as read from the wire: `{3}\r\nabc`.
type words struct{ rest string }

// next returns an atom, the contents of a string, or a list with its parentheses; "" and an error at the end or at nonsense.
func (w *words) next() (string, error) {
	w.rest = strings.TrimLeft(w.rest, " ")
	if w.rest == "" {
		return "", errParse
	}
	switch w.rest[0] {
	case '"':
		return w.quoted()
	case '{':
		return w.literal()
	case '(':
		return w.list()
	}
	atom, rest, _ := strings.Cut(w.rest, " ")
	w.rest = rest
	return atom, nil
}

func (w *words) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(w.rest); i++ {
		switch c := w.rest[i]; {
		case c == '"':
			w.rest = w.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(w.rest):
			i++
			b.WriteByte(w.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", errParse
}

func (w *words) literal() (string, error) {
	head, tail, ok := strings.Cut(w.rest, "\r\n")
	n, _, isLiteral := literalLength(head)
	if !ok || !isLiteral || n > len(tail) {
		return "", errParse
	}
	w.rest = tail[n:]
	return tail[:n], nil
}

func (w *words) list() (string, error) {
	depth, inQuotes := 0, false
	for i := 0; i < len(w.rest); i++ {
		switch c := w.rest[i]; {
		case inQuotes && c == '\\':
			i++
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				list := w.rest[:i+1]
				w.rest = w.rest[i+1:]
				return list, nil
			}
		}
	}
	return "", errParse
}

// literalLength reads `{n}` or `{n+}` at the end of a line.
func literalLength(line string) (n int, nonSync, ok bool) {
	i := strings.LastIndexByte(line, '{')
	if i < 0 || !strings.HasSuffix(line, "}") {
		return 0, false, false
	}
	digits, nonSync := strings.CutSuffix(line[i+1:len(line)-1], "+")
	u, err := strconv.ParseUint(digits, 10, 31)
	return int(u), nonSync, err == nil
}

// numberSet is an IMAP sequence set. `*` is the highest number in use, so `n:*` contains it even if n is higher (RFC 3501 §6.4.8).
type numberSet [][2]uint32

const star = ^uint32(0) // stands for `*`; servers do not give it to a message

func parseSet(s string) (numberSet, error) {
	var set numberSet
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, ":")
		if !isRange {
			to = from
		}
		var r [2]uint32
		for i, word := range []string{from, to} {
			n, err := strconv.ParseUint(word, 10, 32)
			switch {
			case word == "*":
				r[i] = star
			case err != nil || n == 0:
				return nil, errParse
			default:
				r[i] = uint32(n)
			}
		}
		set = append(set, r)
	}
	return set, nil
}

func (s numberSet) contains(n, highest uint32) bool {
	for _, r := range s {
		from, to := r[0], r[1]
		if from == star {
			from = highest
		}
		if to == star {
			to = highest
		}
		if min(from, to) <= n && n <= max(from, to) {
			return true
		}
	}
	return false
}

// Mailbox names travel in modified UTF-7 (RFC 3501 §5.1.3).
var utf7 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

func encodeName(name string) string {
	var b strings.Builder
	var wide []rune
	flush := func() {
		if len(wide) == 0 {
			return
		}
		var raw []byte
		for _, u := range utf16.Encode(wide) {
			raw = append(raw, byte(u>>8), byte(u))
		}
		b.WriteString("&" + utf7.EncodeToString(raw) + "-")
		wide = nil
	}
	for _, r := range name {
		if r < 0x20 || r > 0x7e {
			wide = append(wide, r)
			continue
		}
		flush()
		if b.WriteRune(r); r == '&' {
			b.WriteByte('-')
		}
	}
	flush()
	return b.String()
}

func decodeName(s string) (string, error) {
	var b strings.Builder
	for {
		plain, rest, shifted := strings.Cut(s, "&")
		b.WriteString(plain)
		if !shifted {
			return b.String(), nil
		}
		code, rest, ok := strings.Cut(rest, "-")
		raw, err := utf7.DecodeString(code)
		if !ok || err != nil || len(raw)%2 != 0 {
			return "", errParse
		}
		if code == "" {
			b.WriteByte('&')
		}
		var units []uint16
		for i := 0; i < len(raw); i += 2 {
			units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
		}
		b.WriteString(string(utf16.Decode(units)))
		s = rest
	}
}
