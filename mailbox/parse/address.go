package parse

import (
	"bytes"
	"cmp"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// addresses reads an address list however it is written. What has no mail address but says
// something is kept as a name: a sender is never lost.
func (w *walker) addresses(value []byte, where string) []casefile.Address {
	if len(value) == 0 {
		return nil
	}
	text, defect := toText(value, "") // first, for the second byte of a GBK character may be @ or \
	w.textDefect(defect, where)
	var list []casefile.Address
	for _, item := range splitAddresses(text) {
		item = apart(item)
		a, broken := w.address(item, where)
		if broken {
			w.defect(DefectAddress, where, "地址写法有误，已尽量读取：“"+excerpt([]byte(item))+"”")
		}
		found := []casefile.Address{a}
		switch {
		case where != "from":
		case len(item) > longestAuthor:
			found[0] = casefile.Address{Name: cmp.Or(a.Name, a.Mail)} // nobody looks through all of it
		default:
			found = append(found, w.moreAuthors(item, a.Mail)...)
		}
		for _, a := range found {
			if a.IsZero() {
				continue
			}
			if len(list) == w.limits.List {
				w.defect(DefectFieldLimit, where, "地址过多，其余未列")
				return list
			}
			list = append(list, a)
		}
	}
	return list
}

// splitAddresses cuts at commas and semicolons, full-width ones too, outside of quotes, brackets,
// comments and encoded-words, and drops the names of groups.
func splitAddresses(s string) []string {
	var (
		items  []string
		begin  int
		quoted bool
		angle  bool
		paren  int
		hasAt  bool // since begin
	)
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case c == '\\' && (quoted || paren > 0):
			size = min(2, len(s)-i)
		case c == '"' && paren == 0:
			quoted = !quoted && !angle && strings.IndexByte(s[i+1:min(len(s), i+1+maxQuoted)], '"') >= 0
		case quoted:
		case c == '(' && !angle:
			if paren > 0 || strings.IndexByte(s[i:min(len(s), i+maxQuoted)], ')') > 0 {
				paren++
			}
		case c == ')' && paren > 0:
			paren--
		case paren > 0:
		case c == '=' && strings.HasPrefix(s[i:], "=?"):
			size = max(size, wholeWord(s[i:]))
		case c == '<' || c == '＜':
			angle = true
		case c == '>' || c == '＞':
			angle = false
		case c == ',' || c == ';' || c == '，' || c == '；':
			items = append(items, s[begin:i])
			begin, angle, hasAt = i+size, false, false
		case c == '@' || c == '＠':
			hasAt = true
		case (c == ':' || c == '：') && !angle && !hasAt && !strings.EqualFold(strings.TrimSpace(s[begin:i]), "mailto"):
			begin = i + size // the name of a group (RFC 5322, section 3.4)
		}
		i += size
	}
	return append(items, s[begin:])
}

// apart puts a blank between a name in quotes and the address that follows it without one: "张三"zhang@example.test. It can be
// no part of the address, for a dot would have to follow it (RFC 5322, section 4.4), and no reader who drops the quotes takes
// it for one: it holds a character that is none of ASCII. Of any other such string nobody can say whose address it is.
func apart(item string) string {
	mask := masked(item)
	at := strings.IndexByte(mask, '@')
	if at < 0 {
		return item
	}
	begin := strings.LastIndexAny(mask[:at], between) + 1
	end := strings.LastIndexByte(mask[:at], inQuotes) + 1
	switch {
	case end <= begin || end == at || mask[end] == '.' || strings.Trim(mask[begin:end], string(inQuotes)) != "":
		return item
	case strings.Contains(item[begin:end], "@") || strings.Contains(item[begin:end], "＠") || isASCII([]byte(item[begin:end])) || !isASCII([]byte(item[end:])):
		return item
	}
	return item[:end] + " " + item[end:]
}

// maxQuoted bounds the search for the other end of a quoted string, comment or encoded-word; an
// opening one without an end then stands for itself.
const maxQuoted = 1 << 10

// address reads one mailbox; broken reports that it is not written as RFC 5322 has it.
func (w *walker) address(item, where string) (a casefile.Address, broken bool) {
	item = strings.TrimSpace(item)
	if item == "" {
		return a, false
	}
	if strings.ContainsAny(item, "＜＞＠") {
		broken = true
		item = narrowMarks.Replace(item)
	}
	name, mail, mask := item, "", masked(item)
	if open := strings.LastIndexByte(mask, '<'); open >= 0 {
		end := strings.IndexByte(mask[open:], '>')
		broken = broken || end < 0
		if end < 0 {
			end = len(item) - open
		}
		mail = item[open+1 : open+end]
		name = strings.TrimSpace(item[:open])
		if name == "" {
			name = strings.TrimSpace(item[min(len(item), open+end+1):])
		}
		if !strings.Contains(mail, "@") && strings.Contains(name, "@") && !strings.ContainsAny(name, " \t") {
			mail, name = name, "" // zhang@example.test <>
		}
	} else if at := strings.IndexByte(mask, '@'); at >= 0 {
		if list := tokens(item, mask); len(list) == 1 && strings.Trim(list[0], "@") == "" {
			item = unspaced(item) // zhang @ example.test
			mask = masked(item)
			at = max(0, strings.IndexByte(mask, '@'))
		}
		from := strings.LastIndexAny(mask[:at], " \t\x02\x03") + 1
		to := at + strings.IndexAny(mask[at:]+" ", " \t\x02\x03")
		mail = item[from:to]
		name = item[:from] + " " + item[to:]
	}
	a.Mail = w.mailbox(mail, where)
	if misleads(a.Mail) || strings.ContainsAny(masked(a.Mail), " \t") {
		a.Mail, name = "", cleanLine(item)
	}
	a.Name = w.displayName(name, where)
	if strings.EqualFold(a.Name, a.Mail) {
		a.Name = ""
	}
	return a, broken || !strings.Contains(a.Mail, "@")
}

// mailbox tidies "local@domain" of a text. What misleads in it is left there, for the caller to see or to clean.
func (w *walker) mailbox(s, where string) string {
	if strings.Contains(s, "=?") {
		s = w.fieldText([]byte(s), where)
	}
	s = bare(strings.Trim(s, "<> \t\r\n"))
	if len(s) > len("mailto:") && strings.EqualFold(s[:len("mailto:")], "mailto:") {
		s = s[len("mailto:"):]
	}
	s = unspaced(s)
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		s = s[:at] + strings.Map(lowerASCII, strings.ReplaceAll(strings.TrimRight(s[at:], "."), "。", "."))
	}
	return clip(s, w.limits.Field)
}

// lowerASCII leaves other letters alone, some of which would become letters of ASCII.
func lowerASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r
}

// displayName undoes quotes, comments and encoded-words, in whichever combination.
func (w *walker) displayName(s, where string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && s[0] == '(' && s[len(s)-1] == ')' {
		s = s[1 : len(s)-1]
	}
	if strings.ContainsAny(s, `"\`) {
		var b bytes.Buffer
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
				i++
			} else if s[i] == '"' {
				continue
			}
			b.WriteByte(s[i])
		}
		s = b.String()
	}
	s = w.fieldText([]byte(s), where)
	return bare(s)
}

// bare takes off pairs of quotes around a value: 'a@example.test', “张三”.
func bare(s string) string {
	for _, pair := range [...]string{"''", `""`, "“”", "‘’"} {
		open, size := utf8.DecodeRuneInString(pair)
		if len(s) >= 2*size && strings.HasPrefix(s, string(open)) && strings.HasSuffix(s, pair[size:]) {
			s = strings.TrimSpace(s[size : len(s)-size])
		}
	}
	return s
}
