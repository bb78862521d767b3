package imapsource

import (
	"bytes"
	"strings"
)

// items rewrites one piece of a FETCH response, up to a literal or the end of the line, so that go-imap sees what was
// asked for and nothing else: an attribute that it does not know, or a flag that is no atom, would end the
// connection, and the mailbox of a server with a manner of its own would never be read. Attributes beside UID,
// RFC822.SIZE, INTERNALDATE and the body are taken out; a body that is named as it was asked for, or in the manner of
// RFC 822, gets its name, and a literal of eight bits becomes a plain one. first is the piece with which the line
// begins, some says that an attribute has been passed on already. skip is true where the literal that the piece
// announces belongs to what was taken out. A piece that cannot be taken apart is passed on as it is, and ok is false:
// where the next one begins is not known then.
func items(piece []byte, first, some bool) (out []byte, passed, skip, ok bool) {
	rest, at, before, taken := piece, 0, some, false
	if first {
		at = bytes.IndexByte(piece, '(') + 1
		if at == 0 {
			return piece, some, false, false
		}
		rest = piece[at:]
	}
	out = append(make([]byte, 0, len(piece)+8), piece[:at]...)
	put := func(b ...[]byte) {
		if some {
			out = append(out, ' ')
		}
		for _, s := range b {
			out = append(out, s...)
		}
		some = true
	}
	for {
		rest = bytes.TrimLeft(rest, " ")
		switch {
		case len(rest) == 0, rest[0] == ')', (rest[0] == '\r' || rest[0] == '\n') && !taken:
			return append(out, rest...), some, false, true
		case rest[0] == '\r', rest[0] == '\n':
			return append(out, ")\r\n"...), some, false, true // what was taken out had the end of the list with it
		}
		n := nameEnds(rest)
		name := rest[:n]
		rest = bytes.TrimLeft(rest[n:], " ")
		v := valueEnds(rest)
		if n == 0 || v <= 0 {
			if n > 0 && v < 0 && asAsked(name) == nil && !bytes.HasSuffix(bytes.TrimRight(piece, "\r\n"), []byte("}")) {
				return append(out, ")\r\n"...), some, false, true // likewise, with all that follows
			}
			if !first && !before {
				piece = bytes.TrimLeft(piece, " ")
			}
			return piece, true, false, false
		}
		value := rest[:v]
		rest = rest[v:]
		literal := len(value) > 0 && value[len(value)-1] == '}'
		if called := asAsked(name); called != nil {
			put(called, []byte(" "), bytes.TrimPrefix(value, []byte("~")))
		} else if literal {
			return out, some, true, true
		} else {
			taken = true
		}
		if literal {
			return append(out, rest...), some, false, true // the end of the line
		}
	}
}

// asAsked returns the name of an attribute as go-imap knows it, nil for one that nobody asked for.
func asAsked(name []byte) []byte {
	upper := strings.ToUpper(string(name))
	switch {
	case upper == "UID", upper == "RFC822.SIZE", upper == "INTERNALDATE", strings.HasPrefix(upper, "BODY["):
		return name
	case strings.HasPrefix(upper, "BODY.PEEK["):
		return append([]byte("BODY"), name[len("BODY.PEEK"):]...)
	case upper == "RFC822", strings.HasPrefix(upper, "RFC822<"):
		return append([]byte("BODY[]"), name[len("RFC822"):]...)
	}
	return nil
}

// nameEnds returns the length of an attribute's name, with its section in brackets.
func nameEnds(b []byte) int {
	bracket := false
	for i, c := range b {
		switch {
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case c == '\r' || c == '\n', !bracket && (c == ' ' || c == '(' || c == ')' || c == '"' || c == '{'):
			return i
		}
	}
	return len(b)
}

// valueEnds returns the length of a value: an atom, a quoted string, a list, or the announcement of a literal, which
// ends the piece; -1 where there is no value.
func valueEnds(b []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '\r' || c == '\n':
			if quoted || depth > 0 {
				return -1
			}
			return i
		case quoted && c == '\\':
			i++
		case c == '"':
			if quoted = !quoted; !quoted && depth == 0 {
				return i + 1
			}
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth == 0, c == ' ' && depth == 0:
			return i
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
