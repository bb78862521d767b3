package config

import "strings"

// suggest asks for the nearest word, or lists all when none is near; what says what they are.
func suggest(word string, words []string, what string) string {
	if near := nearest(word, words); near != "" {
		return "是否想写 " + near + "？"
	}
	return "可写的" + what + "：" + strings.Join(words, "、")
}

// nearest returns the word that a slip of the hand separates from s, or "".
func nearest(s string, words []string) string {
	if len(s) > 64 {
		return ""
	}
	s = strings.ReplaceAll(strings.ToLower(s), "-", "_")
	best, least := "", max(2, len(s)/3)+1
	for _, w := range words {
		if d := distance(s, w); d < least && d < len(w) {
			best, least = w, d
		}
	}
	return best
}

// distance counts the insertions, deletions and substitutions of bytes that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
