package casefile

import (
	"strings"
	"unicode"
)

// PlainName is a name as it is compared: without blanks, as in 张 三, and without case.
func PlainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
