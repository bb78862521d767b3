package parse

import (
	"bytes"
	"strings"

	"ysq.internal/ysq/casefile"
)

// stamp reads a Received line (RFC 5321, section 4.4): who wrote it, under which number, and when. The date
// stands behind the last semicolon.
func stamp(line []byte) casefile.Stamp {
	var s casefile.Stamp
	end := bytes.LastIndexByte(line, ';')
	s.At, _ = date(string(line[end+1:]))
	if end < 0 {
		end = len(line)
	}
	words := strings.Fields(withoutComments(strings.ToValidUTF8(string(line[:end]), "�")))
	for i := 0; i+1 < len(words); i++ {
		switch to := words[i+1]; {
		case strings.EqualFold(words[i], "by") && s.By == "":
			s.By = clip(cleanLine(strings.ToLower(strings.TrimSuffix(to, "."))), 255)
		case strings.EqualFold(words[i], "id") && s.ID == "":
			s.ID = clip(cleanLine(strings.Trim(to, "<>")), 255)
		}
	}
	return s
}

// withoutComments takes RFC 5322's comments out of a field: what stands in parentheses, nested or not.
func withoutComments(s string) string {
	var b strings.Builder
	depth, quoted, escaped := 0, false, false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"' && depth == 0:
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
			b.WriteByte(' ')
			continue
		case r == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
