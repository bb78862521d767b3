package parse

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What looks at several bytes at once finds what looking at each finds.
func TestQuickLooks(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "-", "--", "\n", "\r", "\r\n", "\t", " ", "\x7f", "\x1f", "\x00", "\x80", "\xff", "申请", "附件", "超大", "云", "1234567", "--\n"})
	control := func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 16).Draw(t, "text"), "")
		want := strings.IndexFunc(text, control)
		if want < 0 {
			want = len(text)
		}
		if got := untilControl(text); got != want {
			t.Errorf("untilControl(%q) = %d, want %d", text, got, want)
		}
		if got, want := mayDelimit([]byte(text)), bytes.Index([]byte(text), []byte("\n--")); got != want {
			t.Errorf("mayDelimit(%q) = %d, want %d", text, got, want)
		}
		if got, want := tellsOfLinks(text), strings.Contains(text, "超大附件") || strings.Contains(text, "云附件"); got != want {
			t.Errorf("tellsOfLinks(%q) = %v", text, got)
		}
	})
}
