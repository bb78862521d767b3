package parse

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// params are the parameters of a Content-* field, names in lower case, values as text.
type params map[string]string

// mediaField reads "type/subtype; name=value; …" in whatever state it is. The value is lower case.
func (w *walker) mediaField(raw []byte, where string) (value string, p params) {
	if len(raw) == 0 {
		return "", nil
	}
	const most = 32 << 10 // a name in twenty continuations is below 2 KiB
	if len(raw) > most {
		w.defect(DefectFieldLimit, where, "过长，已截断")
		raw = raw[:most]
	}
	text, defect := toText(raw, "") // first, for the second byte of a GBK character may be \ or |
	w.textDefect(defect, where)
	value, rest, _ := strings.Cut(text, ";")
	value = strings.ToLower(strings.Trim(cleanLine(value), "\"'"))
	if before, after, found := strings.Cut(value, " "); found { // text/plain charset=gbk
		value, rest = before, after+";"+rest
	}
	p = make(params)
	var order []split
	for rest != "" {
		var key, val string
		key, val, rest = nextParam(rest)
		if key == "" {
			continue
		}
		if s, ok := splitKey(key, val); ok {
			order = append(order, s)
			continue
		}
		if _, dup := p[key]; !dup {
			p[key] = val
		}
	}
	// RFC 2231's form is the better one where both are there
	maps.Copy(p, w.joinSplit(order, where))
	return value, p
}

// nextParam cuts one parameter off: quoted or not, with blanks or an equals sign in it, after any
// number of semicolons, or without one after a quoted value.
func nextParam(s string) (key, val, rest string) {
	s = strings.TrimLeft(s, "; \t\r\n")
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		return "", "", ""
	}
	if s[end] == ';' {
		return "", "", s[end+1:]
	}
	key = strings.ToLower(strings.TrimSpace(s[:end]))
	s = strings.TrimLeft(s[end+1:], " \t\r\n")
	if strings.HasPrefix(s, `"`) {
		val, rest = quoted(s[1:])
		return key, val, rest
	}
	// An encoded-word may hold what would end the value.
	i := 0
	for i < len(s) && s[i] != ';' {
		if strings.HasPrefix(s[i:], "=?") {
			if n := wholeWord(s[i:]); n > 0 {
				i += n
				continue
			}
		}
		i++
	}
	return key, strings.TrimSpace(s[:i]), s[i:]
}

// quoted reads a quoted string behind its first quote. A backslash escapes a quote or a backslash
// only: C:\表.doc is a path that some mailer left as it was. An end that is missing is the end of s.
func quoted(s string) (val, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		case s[i] == '"':
			return b.String(), s[i+1:]
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// split is one piece of a parameter that RFC 2231 cut up or encoded.
type split struct {
	name    string
	index   int
	encoded bool
	value   string
}

// splitKey reads name*, name*0, name*0*.
func splitKey(key, val string) (split, bool) {
	name, rest, ok := strings.Cut(key, "*")
	if !ok || name == "" {
		return split{}, false
	}
	s := split{name: name, value: val}
	number, encoded := strings.CutSuffix(rest, "*")
	if rest == "" {
		number, encoded = "0", true
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 999 {
		return split{}, false
	}
	s.index, s.encoded = n, encoded
	return s, true
}

// joinSplit puts the pieces together as bytes and decodes them then, because senders cut inside a
// character.
func (w *walker) joinSplit(pieces []split, where string) params {
	byName := make(map[string][]split)
	for _, s := range pieces {
		byName[s.name] = append(byName[s.name], s)
	}
	out := make(params, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list := byName[name]
		slices.SortStableFunc(list, func(a, b split) int { return a.index - b.index })
		var (
			b       []byte
			charset string
			encoded bool
		)
		for i, piece := range list {
			val := piece.value
			if piece.encoded {
				if parts := strings.SplitN(val, "'", 3); i == 0 && len(parts) == 3 {
					charset, val = parts[0], parts[2]
				}
				encoded = true
				b = append(b, unpercent(val)...)
			} else {
				b = append(b, val...)
			}
		}
		text := string(b)
		if encoded {
			var defect string
			text, defect = toText(b, charset)
			w.textDefect(defect, where)
		}
		out[name] = text
	}
	return out
}

func unpercent(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return b
}

// fileName makes a safe file name of a parameter's value.
func (w *walker) fileName(value, where string) string {
	if value == "" {
		return ""
	}
	text, defect := decodeWords([]byte(value))
	w.textDefect(defect, where)
	if !strings.Contains(value, "=?") && strings.Contains(text, "%") {
		// Some webmailers write the bytes of a name as a URL does.
		if b := unpercent(text); !bytes.Equal(b, []byte(text)) && hasHigh(b) {
			if s, d := toText(b, "utf-8"); d == "" || d == DefectCharsetWrong {
				text = s
			}
		}
	}
	name := safeName(text)
	if name != strings.TrimSpace(text) {
		w.defect(DefectName, where, "附件名含有路径、控制字符或不宜作文件名的内容，已改写")
	}
	return name
}
