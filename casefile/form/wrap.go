package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// People, and old mail programs, break lines at a width. A line that is full and ends in the middle of a
// sentence goes on in the next.

const leastWrapped = 20 // characters of a full line, in units of a Chinese one

// unwrapLines joins the lines that were broken at a width, which is that of the longest line. before is what
// stood before the first line: its label.
func unwrapLines(lines []string, before string) []string {
	widest, indent := 0, widthOf(before)
	for i, l := range lines {
		w := widthOf(l)
		if i == 0 {
			w += indent
		}
		widest = max(widest, w)
	}
	var all []string
	open := false
	for i, l := range lines {
		t := strings.TrimSpace(l)
		if n := len(all); open && t != "" && !beginsAnew(t) {
			all[n-1] = glue(all[n-1], t)
		} else {
			all = append(all, strings.TrimRight(l, " \t\u3000"))
		}
		if i > 0 {
			indent = 0
		}
		open = t != "" && goesOn(t, indent, widest)
	}
	return all
}

// glue joins two pieces of a line: with a blank between letters, without one between Chinese characters.
func glue(a, b string) string {
	end, _ := utf8.DecodeLastRuneInString(a)
	if first, _ := utf8.DecodeRuneInString(b); end < 0x80 && first < 0x80 {
		return a + " " + b
	}
	return a + b
}

// goesOn reports whether a line is full and its sentence has not ended.
func goesOn(t string, indent, widest int) bool {
	if w := indent + widthOf(t); w < 2*leastWrapped || 5*w < 4*widest {
		return false
	}
	end, _ := utf8.DecodeLastRuneInString(t)
	return !strings.ContainsRune("。！？!?；;：:…", end)
}

// beginsAnew reports whether a line begins something of its own: an item, a label, the end of a letter.
func beginsAnew(t string) bool {
	rs := []rune(fold(t))
	if lead(rs, 0) > 0 || strings.ContainsRune(emptyMarks+tickedMarks+">", rs[0]) {
		return true
	}
	return labelled.MatchString(string(rs)) || signOff.MatchString(string(rs)) || dateLine.MatchString(string(rs)) || likelyName(blankless(t))
}

// labelled is how a line begins that has a label of its own, whether it is known or not.
var labelled = regexp.MustCompile(`^\p{Han}{2,8}:`)

// widthOf counts columns: a Chinese character takes two.
func widthOf(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x1100 {
			n++
		}
	}
	return n
}

// unwrapRows does the same for the lines of a letter, which keep their places. Lines that do not follow one
// another are not joined.
func unwrapRows(rows []row) []row {
	widest := 0
	for _, w := range rows {
		widest = max(widest, widthOf(strings.TrimSpace(w.text)))
	}
	var all []row
	open := false
	for i, w := range rows {
		t := strings.TrimSpace(w.text)
		if n := len(all); open && t != "" && i > 0 && rows[i-1].n+1 == w.n && !beginsAnew(t) {
			all[n-1].text = glue(all[n-1].text, t)
		} else {
			all = append(all, w)
		}
		open = t != "" && goesOn(t, 0, widest)
	}
	return all
}
