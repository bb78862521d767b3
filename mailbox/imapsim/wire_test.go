package imapsim

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNames(t *testing.T) {
	tests := []struct{ name, wire string }{
		{"INBOX", "INBOX"},
		{"已发送", "&XfJT0ZAB-"}, // this and the next from 163
		{"病毒文件夹", "&dcVr0mWHTvZZOQ-"},
		{"A&B", "A&-B"},
		{"a已b", "a&XfI-b"},
		{"𠮷", "&2ELftw-"}, // beyond 16 bits
	}
	for _, tt := range tests {
		if got := encodeName(tt.name); got != tt.wire {
			t.Errorf("encodeName(%q): got %q, want %q", tt.name, got, tt.wire)
		}
		if got, err := decodeName(tt.wire); got != tt.name || err != nil {
			t.Errorf("decodeName(%q): got %q, %v, want %q", tt.wire, got, err, tt.name)
		}
	}
	for _, bad := range []string{"&", "&XfI", "&Xf-", "&!!-"} {
		if got, err := decodeName(bad); err == nil {
			t.Errorf("decodeName(%q): got %q, want an error", bad, got)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("已发送&x")
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) {
			t.Skip()
		}
		if got, err := decodeName(encodeName(name)); got != name || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, name)
		}
	})
}

func TestWords(t *testing.T) {
	w := words{`INBOX "a \"b\" c" (x "y)" (z)) {5+}` + "\r\n(\"a b last"}
	var got []string
	for {
		word, err := w.next()
		if err != nil {
			break
		}
		got = append(got, word)
	}
	equal(t, "words", got, []string{"INBOX", `a "b" c`, `(x "y)" (z))`, `("a b`, "last"})
	for _, bad := range []string{"", `"open`, "(open", "{9}\r\nshort", "{x}\r\n"} {
		if word, err := (&words{bad}).next(); err == nil {
			t.Errorf("%q: got %q, want an error", bad, word)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("a (b) \"c\" {1}\r\nx")
	f.Fuzz(func(t *testing.T, s string) {
		w := words{s}
		for range len(s) + 1 { // every word shortens the rest, so this must come to an end
			if _, err := w.next(); err != nil {
				return
			}
		}
		t.Errorf("%q never ends", s)
	})
}

func TestSets(t *testing.T) {
	tests := []struct {
		set     string
		n, high uint32
		want    bool
	}{
		{"5", 5, 9, true},
		{"1:3,7", 7, 9, true},
		{"1:3,7", 5, 9, false},
		{"9:5", 6, 9, true},
		{"*", 9, 9, true},
		{"*", 8, 9, false},
		{"100:*", 9, 9, true}, // the last message, although its number is lower
		{"100:*", 8, 9, false},
	}
	for _, tt := range tests {
		set, err := parseSet(tt.set)
		if err != nil {
			t.Errorf("%s: %v", tt.set, err)
		}
		if got := set.contains(tt.n, tt.high); got != tt.want {
			t.Errorf("%d in %s of %d: got %v", tt.n, tt.set, tt.high, got)
		}
	}
	for bad := range strings.FieldsSeq("0 0:* a 1: :1 1,,2 -1 4294967296") {
		if _, err := parseSet(bad); err == nil {
			t.Errorf("parseSet(%q) succeeded", bad)
		}
	}
}
