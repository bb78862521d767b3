package config

import (
	"strings"

	"ysq.internal/ysq/casefile/words"
)

// suggest asks for the nearest word, or lists all when none is near; what says what they are.
func suggest(word string, known []string, what string) string {
	if near := nearest(word, known); near != "" {
		return "是否想写 " + near + "？"
	}
	return "可写的" + what + "：" + strings.Join(known, "、")
}

// nearest returns the word that a slip of the hand separates from s, or "".
func nearest(s string, known []string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "-", "_")
	return words.Nearest(s, known, max(2, len(s)/3))
}
