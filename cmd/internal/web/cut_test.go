package web

import (
	"html/template"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Stretches of a text are whole characters, no longer than they may be as they are written, and together the text.
func TestStretches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a<>&\"'+中\U00020000\n"))).Draw(t, "text")
		most := rapid.IntRange(5, 40).Draw(t, "most")
		all, from := "", 0
		for {
			s := stretchOf(text, from, most)
			if n := len(template.HTMLEscapeString(s.Text)); n > most || !utf8.ValidString(s.Text) {
				t.Fatalf("%q: %d bytes of %d", s.Text, n, most)
			}
			if all += s.Text; s.Next == 0 {
				break
			}
			if s.Next <= from {
				t.Fatalf("%d after %d", s.Next, from)
			}
			from = s.Next
		}
		if all != text {
			t.Errorf("%q, want %q", all, text)
		}
	})
	if got := cut(2, "中文字"); got != "中文…" {
		t.Error(got)
	}
	if got := stretchOf("中文", 1, 100); got.Text != "文" {
		t.Errorf("within a character: %q", got.Text)
	}
}
