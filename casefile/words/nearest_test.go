package words_test

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/words"
)

func TestNearest(t *testing.T) {
	known := []string{"收到日期", "确认日期", "申请人", "号"}
	for s, want := range map[string]string{
		"收到日期": "收到日期", "收件日期": "收到日期", "收到日": "收到日期", "申请人员": "申请人",
		"日": "", "渠道": "", "": "", "申请机关名称": "", strings.Repeat("长", 40): "",
	} {
		if got := words.Nearest(s, known, 2); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", s, got, want)
		}
	}
}
