package parse

import (
	"bytes"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// A mail has one author, or nobody can say who wrote it: the server that judges the sender and the person who reads may
// take different ones of two. So every way of writing a second author counts, whether another reader would see it or not:
// a second field, also an empty one or one that is told from From by a blank, a control character or a bare CR; a group;
// and a second address in one field, wherever it stands outside of quotes, comments and encoded words.

// authors reads the fields that name the author. Where they name more than one, all are listed.
func (w *walker) authors(h header) (all []casefile.Address) {
	fields := h.count("from")
	for _, f := range h {
		if f.name != "from" {
			continue
		}
		list := w.addresses(bytes.TrimLeft(f.value, ": \t"), "from")
		switch {
		case fields == 1:
			list = joined(list)
		case len(list) == 0:
			list = []casefile.Address{{Name: "（空白的发件人）"}}
		}
		if all = append(all, list...); len(all) >= w.limits.List {
			return all[:w.limits.List]
		}
	}
	if len(all) > 1 && all[0].Mail != "" && !slices.ContainsFunc(all[1:], func(a casefile.Address) bool { return a.Mail != all[0].Mail }) {
		return all[:1] // whoever reads it takes this one, as where a program wrote the field twice
	}
	return all
}

// joined puts a name together that was cut at a comma because it stands there without quotes: 某公司，张三 <a@example.test>.
// One address ends the field, and nothing before it can be read as another.
func joined(list []casefile.Address) []casefile.Address {
	last := len(list) - 1
	if last < 1 || !strings.Contains(list[last].Mail, "@") {
		return list
	}
	names := make([]string, 0, len(list))
	for i, a := range list {
		if i < last && a.Mail != "" || strings.ContainsAny(a.Name, "@＠<＜") || misleads(a.Name) {
			return list
		}
		if a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return []casefile.Address{{Name: strings.Join(names, "，"), Mail: list[last].Mail}}
}

// moreAuthors returns the addresses that an item of From names beside the one that was read from it.
func (w *walker) moreAuthors(item, mail string) (more []casefile.Address) {
	item = narrowMarks.Replace(item)
	for _, token := range tokens(item, masked(item)) {
		a := casefile.Address{Mail: w.mailbox(token, "from")}
		at := strings.LastIndexByte(a.Mail, '@')
		if at > 0 && strings.ContainsAny(a.Mail[at:], ".[") && !misleads(a.Mail) && !strings.EqualFold(a.Mail, mail) && !slices.Contains(more, a) {
			if more = append(more, a); len(more) >= w.limits.List {
				break
			}
		}
	}
	return more
}

// narrowMarks writes the marks of an address that are as wide as a character of Chinese as those of mail.
var narrowMarks = strings.NewReplacer("＜", "<", "＞", ">", "＠", "@")

// tokens returns the words of an item that hold an @; mask is what masked made of it.
func tokens(item, mask string) (all []string) {
	for i := strings.IndexByte(mask, '@'); i >= 0; {
		begin := strings.LastIndexAny(mask[:i], between) + 1
		end := len(mask)
		if n := strings.IndexAny(mask[i:], between); n >= 0 {
			end = i + n
		}
		all = append(all, item[begin:end])
		next := strings.IndexByte(mask[end:], '@')
		if next < 0 {
			break
		}
		i = end + next
	}
	return all
}

// What masked puts in the place of each byte that stands in quotes, in a comment, or in an encoded word. Quotes may be
// part of an address, the others are not.
const (
	inQuotes  = '\x01'
	inComment = '\x02'
	inWord    = '\x03'
	between   = " \t<>,;:\x02\x03"
)

// longestAuthor is how long an item of From may be, mostUnclosed how many quotes and comments without an end are looked for
// in an item: behind more of them nothing is hidden, so that an address there is one more.
const longestAuthor, mostUnclosed = 64 << 10, 64

// masked hides what is quoted, commented or encoded in an item of an address list. What has no end hides nothing.
func masked(item string) string {
	b, unclosed := []byte(item), 0
	hide := func(i, n int, with byte) int {
		for k := i; k < min(len(b), i+n); k++ {
			b[k] = with
		}
		return n
	}
	for i := 0; i < len(b); {
		n := 1
		switch rest := item[i:min(len(item), i+maxQuoted)]; {
		case (rest[0] == '"' || rest[0] == '(') && unclosed == mostUnclosed:
		case rest[0] == '"':
			if end := closing(rest, '"', '"'); end > 0 {
				n = hide(i, end+1, inQuotes)
			} else {
				unclosed++
			}
		case rest[0] == '(':
			if end := closing(rest, '(', ')'); end > 0 {
				n = hide(i, end+1, inComment)
			} else {
				unclosed++
			}
		case strings.HasPrefix(rest, "=?"):
			n = max(n, hide(i, wholeWord(rest), inWord))
		}
		i += n
	}
	return string(b)
}

// closing is where what s opens ends, or 0; comments may contain comments.
func closing(s string, open, close byte) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == close && i > 0:
			if depth--; depth == 0 {
				return i
			}
		case c == open:
			depth++
		}
	}
	return 0
}

// spaced matches the blanks that the obsolete syntax allows around the dots and the @ of an address.
var spaced = regexp.MustCompile(`[ \t]*@[ \t]*|[ \t]+\.[ \t]*|\.[ \t]+`)

// unspaced removes such blanks.
func unspaced(mail string) string {
	if !strings.ContainsAny(mail, " \t") {
		return mail
	}
	return spaced.ReplaceAllStringFunc(mail, strings.TrimSpace)
}

// misleads reports whether an address holds what would be read as another one: control characters, marks of
// direction, a second @, or a letter that is no letter of ASCII and becomes one where case is set aside (the Kelvin sign, the
// long s, the dotted capital I).
func misleads(mail string) bool {
	return strings.Count(masked(mail), "@") > 1 || strings.ContainsFunc(mail, func(r rune) bool {
		return noText(r) || r == '\u212a' || r == '\u017f' || r == '\u0130'
	})
}

// strayAuthors adds the fields of a line that are From for readers who take away blanks and control characters from the name of a
// field, or begin a line at a bare CR. over is true beyond what is read of a header.
func (w *walker) strayAuthors(h header, line []byte, over bool, where string) header {
	if w.strays > 1 { // more say nothing more, and there may be millions
		return h
	}
	_, _, plain := splitField(line)
	cr := bytes.IndexByte(line, '\r') >= 0
	if plain && !over && !cr {
		return h
	}
	for n, part := range bytes.Split(line, []byte("\r")) {
		key, value, found := bytes.Cut(part[:min(len(part), maxQuoted)], []byte(":"))
		if !found || n == 0 && plain && !over || len(key) < len("from") || key[0] == ' ' || key[0] == '\t' {
			continue
		}
		name := bytes.Map(func(r rune) rune {
			if r <= ' ' || r >= 0x7f {
				return -1
			}
			return r
		}, key)
		if bytes.EqualFold(name, []byte("from")) {
			w.strays++
			w.defect(DefectHeaderKey, where, "发件人字段写法有误，仍算作一个发件人：“"+excerpt(part)+"”")
			h = append(h, field{"from", bytes.Clone(value)})
		}
	}
	return h
}

// authorsName reports whether a line begins with the name From and nothing but blanks up to its colon or its end: the
// colon may be on the next line.
func authorsName(line []byte) bool {
	if len(line) < len("from") || !bytes.EqualFold(line[:len("from")], []byte("from")) {
		return false
	}
	rest := bytes.TrimLeft(line[len("from"):], " \t")
	return len(rest) == 0 || rest[0] == ':'
}
