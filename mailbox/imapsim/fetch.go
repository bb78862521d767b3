package imapsim

import (
	"bytes"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// fetch answers UID, RFC822.SIZE, INTERNALDATE, FLAGS, BODY[] and BODY.PEEK[], whole or <offset.length>, and the Message-ID. Anything else is BAD:
// what a server has to parse out of a mail is where servers are broken, and intake does not ask for it.
func (s *session) fetch() error {
	word, err := s.args.next()
	set, setErr := parseSet(word)
	list, listErr := s.args.next()
	if err != nil || setErr != nil || listErr != nil {
		return s.bad()
	}
	list = headerFields.ReplaceAllString(strings.ToUpper(list), "$1["+messageIDSection+"]")
	items := strings.Fields(strings.Trim(list, "()"))
	for _, item := range items {
		if !fetchable(item) {
			return s.bad()
		}
		if strings.HasPrefix(item, "BODY[") {
			s.mutates()
		}
	}
	view := s.view()
	for _, i := range places(view, set, s.byUID()) {
		m, ok := s.srv.message(s.selected, view[i].uid)
		if !ok {
			continue // expunged by somebody else meanwhile
		}
		if err := s.sendFetch(i, m, items); err != nil {
			return err
		}
	}
	return s.done(nil)
}

// messageIDSection is the one part of a header that is given out.
const messageIDSection = "MESSAGE-ID"

var headerFields = regexp.MustCompile(`(BODY(?:\.PEEK)?)\[HEADER\.FIELDS \("?MESSAGE-ID"?\)\]`)

// messageID returns the field with the empty line that ends a header (RFC 9051, 6.4.5.1).
func messageID(raw []byte) []byte {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(bytes.ReplaceAll(head, []byte("\r\n "), []byte(" ")), []byte("\r\n")) {
		if name, _, _ := bytes.Cut(line, []byte(":")); strings.EqualFold(string(name), messageIDSection) {
			return append(bytes.Clone(line), "\r\n\r\n"...)
		}
	}
	return []byte("\r\n")
}

func fetchable(item string) bool {
	switch item {
	case "UID", "RFC822.SIZE", "INTERNALDATE", "FLAGS":
		return true
	}
	_, _, ok := section(item)
	return ok || item == "BODY.PEEK["+messageIDSection+"]"
}

// section reads BODY[], BODY.PEEK[] and their partial forms. The end is -1 for the whole.
func section(item string) (from, length int, ok bool) {
	rest, ok := strings.CutPrefix(strings.Replace(item, ".PEEK", "", 1), "BODY[]")
	if !ok || rest == "" {
		return 0, -1, ok
	}
	if !strings.HasPrefix(rest, "<") || !strings.HasSuffix(rest, ">") {
		return 0, 0, false
	}
	a, b, _ := strings.Cut(rest[1:len(rest)-1], ".")
	from, errA := strconv.Atoi(a)
	length, errB := strconv.Atoi(b)
	return from, length, errA == nil && errB == nil && from >= 0 && length > 0
}

// sendFetch sends one message, the UID first as Coremail does, with or without being asked for when the command was by UID.
func (s *session) sendFetch(place int, m message, items []string) error {
	var attrs []Attr
	if s.byUID() || strings.Contains(strings.Join(items, " "), "UID") {
		attrs = append(attrs, Attr{Name: "UID", Value: strconv.FormatUint(uint64(m.uid), 10)})
	}
	for _, item := range items {
		switch item {
		case "UID":
		case "RFC822.SIZE":
			attrs = append(attrs, Attr{Name: item, Value: strconv.Itoa(len(m.raw))})
		case "INTERNALDATE":
			attrs = append(attrs, Attr{Name: item, Value: `"` + m.date.In(china()).Format(dateFormat) + `"`})
		case "FLAGS":
			attrs = append(attrs, Attr{Name: item, Value: "(" + strings.Join(m.flags, " ") + ")"})
		case "BODY.PEEK[" + messageIDSection + "]":
			attrs = append(attrs, Attr{Name: `BODY[HEADER.FIELDS (MESSAGE-ID)]`, Literal: messageID(m.raw)})
		default:
			attrs = append(attrs, s.body(item, m))
			if !s.readOnly && strings.HasPrefix(item, "BODY[") {
				s.srv.SetSeen(s.selected, m.uid, true)
			}
		}
	}
	return s.send(Fetch, m.uid, Reply{Line: "* " + strconv.Itoa(place+1) + " FETCH", Attrs: attrs})
}

func (s *session) body(item string, m message) Attr {
	from, length, _ := section(item)
	if length < 0 || s.srv.opts.IgnorePartial {
		return Attr{Name: "BODY[]", Literal: m.raw}
	}
	start := min(from, len(m.raw))
	end := start + min(length, len(m.raw)-start)
	return Attr{Name: "BODY[]<" + strconv.Itoa(from) + ">", Literal: m.raw[start:end]}
}
