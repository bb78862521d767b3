package ask

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBrief(t *testing.T) {
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("keeping mail %064x: no space left on device", i*7919))
	}
	got := Brief(strings.Join(many, "\n"), MostBrief)
	if len(got) > 200 || !strings.Contains(got, "no space left") || !strings.Contains(got, "共 500 处") {
		t.Errorf("500 times the same is %q", got)
	}
	for _, tt := range []struct{ text, want string }{
		{"", ""}, {"一句话", "一句话"}, {"甲；乙\n甲", "甲（这样的共 2 处）；乙"}, {"第 3 封；第 17 封", "第 3 封（这样的共 2 处）"},
	} {
		if got := Brief(tt.text, MostBrief); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.text, got, tt.want)
		}
	}
	for most := range 40 {
		if got := Cut("磁盘a已满，写不进去，请清理", most); !utf8.ValidString(got) || len(got) > max(most, len("……")) {
			t.Errorf("cut to %d: %q", most, got)
		}
	}
}
