package parse

import "strings"

// unflow joins the lines that format=flowed broke (RFC 3676): one that ends with a blank goes on in the
// next, as long as both are quoted equally deep. With delSp that blank is not part of the text, which is how
// Chinese, written without blanks, is sent.
func unflow(text string, delSp bool) string {
	var b strings.Builder
	depth, open := 0, false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		rest := strings.TrimLeft(line, ">")
		deep := len(line) - len(rest)
		rest = strings.TrimPrefix(rest, " ") // stuffed
		signature := rest == "-- "
		if open && (deep != depth || signature) {
			open = false
			b.WriteByte('\n')
		}
		if !open && deep > 0 {
			b.WriteString(strings.Repeat(">", deep) + " ")
		}
		depth, open = deep, strings.HasSuffix(rest, " ") && !signature
		if open && delSp {
			rest = rest[:len(rest)-1]
		}
		b.WriteString(rest)
		if !open {
			b.WriteByte('\n')
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
