package parse

import (
	"bytes"
	"strings"
)

// identifiers reads the Message-IDs in a field, without their brackets. Broken ones are kept as
// they are: what another mail cites is the same broken one.
func (w *walker) identifiers(value []byte, where string) []string {
	if len(value) == 0 {
		return nil
	}
	var ids []string
	add := func(b []byte) {
		words := strings.Fields(cleanLine(strings.ToValidUTF8(string(b), "�")))
		id := strings.Join(words, "") // a long one may have been folded
		if id == "" {
			return
		}
		if !wellFormedID(id) || len(words) > 1 {
			w.defect(DefectMessageID, where, "邮件编号写法有误，按原样保存")
		}
		ids = append(ids, clip(id, w.limits.Field))
	}
	rest := value
	for {
		open := bytes.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		end := bytes.IndexByte(rest[open:], '>')
		if end < 0 {
			break
		}
		add(rest[open+1 : open+end])
		rest = rest[open+end+1:]
	}
	if len(ids) == 0 {
		alone := len(bytes.Fields(value)) == 1
		for word := range bytes.FieldsSeq(bytes.Trim(value, "<>")) {
			if alone || bytes.IndexByte(word, '@') >= 0 {
				w.defect(DefectMessageID, where, "邮件编号写法有误，按原样保存")
				add(bytes.Trim(word, "<>,;\""))
			}
		}
	}
	if over := len(ids) - w.limits.List; over > 0 {
		w.defect(DefectFieldLimit, where, "编号过多，只取最近的")
		ids = ids[over:] // the nearest ancestors stand last (RFC 5322, section 3.6.4)
	}
	return ids
}

func wellFormedID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && !strings.Contains(right, "@")
}
