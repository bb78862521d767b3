package cli

import "strings"

import "testing"

// A paste of several lines answers one question, whether the terminal marks it or not.
func TestPastesAreOneLine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		chunks []string
		want   string
	}{
		{"typed", []string{"张", "三", "\r"}, "张三\r"},
		{"an arrow", []string{"\x1b[D"}, "\x1b[D"},
		{"escape alone", []string{"\x1b"}, "\x1b"},
		{"insert", []string{"\x1b[2~"}, "\x1b[2~"},
		{"marked", []string{"\x1b[200~某市某路1号\r\n3楼\r\n\x1b[201~", "\r"}, "某市某路1号 3楼 \r"},
		{"marks in pieces", []string{"\x1b[20", "0~甲\n", "乙\x1b[201", "~\r"}, "甲 乙\r"},
		{"unmarked", []string{"某市某路1号\r3楼\r"}, "某市某路1号 3楼\r"},
		{"unmarked, no end", []string{"甲\r\n乙"}, "甲 乙"},
		{"hostile", []string{"\x1b[200~甲\x1b[A\x03\x04乙\x1b[201~"}, "甲[A乙"},
		{"a file with tabs", []string{"\x1b[200~甲\t乙\x1b[201~"}, "甲 乙"},
	} {
		var p pasted
		var got strings.Builder
		for _, c := range tt.chunks {
			got.WriteString(string(p.flatten([]byte(c))))
		}
		if got.String() != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got.String(), tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{"第一行 \u202e反向\x07": "第一行 反向", "张三 13800000000": "张三 13800000000"} {
		if got := visible(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
