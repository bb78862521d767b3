package parse

import (
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// stamp reads a Received line (RFC 5321, section 4.4): who wrote it, under which number, and when. The date
// stands behind the last semicolon that is in no comment; some servers write another one behind it, or none at all, and
// without one only what has the form of a date in full is one.
func stamp(line []byte) casefile.Stamp {
	var s casefile.Stamp
	text := withoutComments(strings.ToValidUTF8(string(line), "�"))
	clauses, end := text, strings.LastIndexByte(text, ';')
	for tries := 0; end >= 0 && s.At.IsZero() && tries < 4; tries++ {
		if s.At, _ = date(text[end+1:]); !s.At.IsZero() {
			clauses = text[:end]
		}
		end = strings.LastIndexByte(text[:end], ';')
	}
	if s.At.IsZero() {
		if found := wholeDate.FindAllString(string(line), -1); len(found) > 0 {
			s.At, _ = date(found[len(found)-1])
		}
		clauses, _, _ = strings.Cut(text, ";")
	}
	words := strings.Fields(clauses)
	for i := 0; i+1 < len(words); i++ {
		switch to := words[i+1]; {
		case strings.EqualFold(words[i], "by") && s.By == "":
			s.By = clip(cleanLine(strings.ToLower(strings.TrimSuffix(to, "."))), 255)
		case strings.EqualFold(words[i], "id") && s.ID == "":
			s.ID = clip(cleanLine(strings.Trim(to, "<>;")), 255)
		}
	}
	return s
}

// wholeDate matches a date with its zone as RFC 5322 has it.
var wholeDate = regexp.MustCompile(`\b\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}(:\d{2})? [+-]\d{4}\b`)

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
