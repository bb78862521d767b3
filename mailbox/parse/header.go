package parse

import (
	"bytes"
	"slices"
	"strings"
)

// header is what is of use in a header block, in order.
type header []field

// field is one header field: its name in lower case, its value unfolded and otherwise as it stood.
type field struct {
	name  string
	value []byte
}

// get returns the first field of that name that says something.
func (h header) get(name string) []byte {
	for _, f := range h {
		if f.name == name && len(f.value) > 0 {
			return f.value
		}
	}
	return nil
}

// has reports whether there is a field of that name, also one that says nothing.
func (h header) has(name string) bool {
	return slices.ContainsFunc(h, func(f field) bool { return f.name == name })
}

// count returns how many fields of that name there are.
func (h header) count(name string) (n int) {
	for _, f := range h {
		if f.name == name {
			n++
		}
	}
	return n
}

// wanted are the fields that are kept; all others are skipped where they stand.
var wanted = [...]string{
	"from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
	"content-type", "content-disposition", "content-transfer-encoding", "content-id",
	"auto-submitted", "precedence", "x-autoreply", "x-autorespond", "x-auto-response-suppress",
	"list-id", "list-unsubscribe", "return-path", "received", "x-cm-transid", "x-failed-recipients",
	"authentication-results",
	"delivered-to", "preference",
}

// wantedName returns the name of a field that is kept, in small letters; "" for any other.
func wantedName(key []byte) string {
	if name := automaticName(key); name != "" {
		return name
	}
	for _, name := range wanted {
		if len(name) == len(key) && strings.EqualFold(name, string(key)) {
			return name
		}
	}
	return ""
}

// Where a header stands: only a mail's own may begin with what mailbox files and editors leave there.
const (
	ofMail = iota
	ofPart
)

// header reads a header block up to its blank line, however broken its lines are.
func (w *walker) header(s *scanner, kind, limit int, where string) header {
	var (
		h     header
		open  = -1   // the field that a continuation line continues
		first = true // no line has been seen
		seen  bool   // a field has been seen, of use or not
		cut   bool   // inside a line longer than the buffer
		total int
	)
	w.strays = 0
	add := func(b []byte) {
		if open >= 0 {
			h[open].value = append(h[open].value, b...)
		}
	}
	for !w.done {
		line, whole, ok := s.line()
		if !ok {
			break
		}
		if total += len(line); total > limit {
			w.defect(DefectHeaderLimit, where, "邮件头过长，超出部分未读")
			open = -1
			if kind == ofMail && !cut {
				h = w.strayAuthors(h, line, true, where)
			}
			if !cut && whole && len(line) == 0 {
				break
			}
			cut = !whole
			continue
		}
		if cut {
			add(line)
			cut = !whole
			continue
		}
		cut = !whole
		if first && kind == ofMail {
			if line, ok = w.start(line, where); !ok {
				continue
			}
		}
		if kind == ofMail {
			h = w.strayAuthors(h, line, false, where)
		}
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !first {
				add(line)
				continue
			}
			w.defect(DefectHeaderIndent, where, "邮件头第一行以空格开头，已按字段读取")
			line = bytes.TrimLeft(line, " \t")
		}
		first = false
		key, value, ok := splitField(line)
		if !ok && open >= 0 && parameterOf(h[open].value, line) {
			add([]byte{' '})
			add(line)
			continue
		}
		if !ok && kind == ofMail && authorsName(line) {
			h = append(h, field{name: "from"}) // its colon stands on the next line
			open, seen = len(h)-1, true
			continue
		}
		if !ok {
			open = -1
			s.back()
			bad, rest, _ := bytes.Cut(s.peek(), []byte("\n"))
			if !fieldsFollow(rest, seen) {
				w.defect(DefectHeaderEnd, where, "邮件头与正文之间没有空行，自“"+excerpt(bad)+"”起按正文读取")
				break
			}
			line, whole, _ = s.line()
			cut = !whole
			w.badLine(line, where)
			continue
		}
		open, seen = -1, true
		if name := wantedName(key); name != "" {
			h = append(h, field{name, append(make([]byte, 0, len(value)), value...)})
			open = len(h) - 1
		}
	}
	for i := range h {
		h[i].value = bytes.TrimSpace(h[i].value)
	}
	w.repeated(h, where)
	return h
}

// start takes away what precedes the first header line of a mail; ok is false for a line to skip.
func (w *walker) start(line []byte, where string) (rest []byte, ok bool) {
	if after, found := bytes.CutPrefix(line, []byte("\xef\xbb\xbf")); found {
		w.defect(DefectBOM, where, "邮件以字节顺序标记开头，已忽略")
		line = after
	}
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		w.defect(DefectLeadingBlank, where, "邮件以空行开头，已忽略")
		return nil, false
	case bytes.HasPrefix(line, []byte("From ")) && !authorsName(line), bytes.HasPrefix(line, []byte(">From ")):
		w.defect(DefectMbox, where, "邮件以信箱文件的 From 行开头，已忽略")
		return nil, false
	}
	return line, true
}

func (w *walker) badLine(line []byte, where string) {
	if w.noted(DefectHeaderKey, where) && w.noted(DefectHeaderLine, where) {
		return
	}
	if colon := bytes.IndexByte(line, ':'); colon > 0 && hasHigh(line[:colon]) {
		w.defect(DefectHeaderKey, where, "字段名不是英文，已略过：“"+excerpt(line)+"”")
		return
	}
	w.defect(DefectHeaderLine, where, "邮件头中有不成字段的行，已略过：“"+excerpt(line)+"”")
}

// splitField cuts "Name: value". White space before the colon is the obsolete syntax of RFC 5322.
func splitField(line []byte) (key, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return nil, nil, false
	}
	key = bytes.TrimRight(line[:colon], " \t")
	if len(key) == 0 || len(key) > 200 {
		return nil, nil, false
	}
	for _, c := range key {
		if c <= ' ' || c > '~' {
			return nil, nil, false
		}
	}
	return key, bytes.TrimLeft(line[colon+1:], " \t"), true
}

// parameterOf reports whether a line is a parameter that its mailer did not indent.
func parameterOf(value, line []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(value, " \t"), []byte(";")) && bytes.IndexByte(line, '=') > 0
}

// fieldsFollow tells a bad line in a header from the beginning of a body whose blank line is
// missing: after the former more fields come before the blank line, or, where there were some before
// it, the blank line comes at once.
func fieldsFollow(rest []byte, seen bool) bool {
	const most = 50 // lines
	for n := range most {
		line, after, more := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return n == 0 && seen
		}
		if key, _, ok := splitField(line); ok && plausible(key) {
			return true
		}
		if !more {
			return false
		}
		rest = after
	}
	return false
}

func plausible(key []byte) bool {
	if wantedName(key) != "" {
		return true
	}
	for _, prefix := range [...]string{"x-", "content-", "mime-", "received", "dkim-", "list-", "resent-", "arc-", "auth", "delivered", "thread-"} {
		if len(key) >= len(prefix) && strings.EqualFold(string(key[:len(prefix)]), prefix) {
			return true
		}
	}
	return false
}

// repeated notes the fields of which a mail may have only one (RFC 5322, section 3.6).
func (w *walker) repeated(h header, where string) {
	for _, name := range [...]string{"from", "subject", "date", "message-id", "content-type", "content-transfer-encoding"} {
		if h.count(name) > 1 {
			w.defect(DefectFieldRepeated, at(where, name), "同一字段出现多次，以第一个为准")
		}
	}
}

// at names a field of a place: "subject", or "1.2 content-type".
func at(where, name string) string {
	if where == "" {
		return name
	}
	return where + " " + name
}

func hasHigh(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
