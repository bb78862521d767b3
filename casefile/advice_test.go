package casefile

import (
	"slices"
	"testing"
)

func TestWithCommands(t *testing.T) {
	for _, tt := range []struct{ text, do, want string }{
		{"先登记", "ysq register 17", "先登记：ysq register 17"},
		{"先登记，再答复", "ysq register 17", "先登记，再答复（ysq register 17）"},
		{"", "--to", "--to"},
		{"请核对日期", "", "请核对日期"},
		{"请写明按件或按页", "--by 件、--by 页", "请写明按件或按页：--by 件、--by 页"},
		{"此时可以：登记、审查", "register、review", "此时可以：登记（register）、审查（review）"},
		{"此时可以：登记", "register", "此时可以：登记（register）"},
		{"从来信中选；别处的先归入", "ysq show 17、ysq attach 17", "从来信中选（ysq show 17）；别处的先归入（ysq attach 17）"},
		{"先看来信，再记录或标记阅毕；确与来信无关的，写明理由", "show、seen、--force", "先看来信，再记录或标记阅毕；确与来信无关的，写明理由（show、seen、--force）"},
		{"写明收件地址；一并登记。可能的地址：a（来信）、b（申请表）", "--to、--email", "写明收件地址（--to）；一并登记。可能的地址：a（来信）、b（申请表）（--email）"},
	} {
		if got := WithCommands(tt.text, tt.do); got != tt.want {
			t.Errorf("%s with %s: %s, want %s", tt.text, tt.do, got, tt.want)
		}
	}
}

// What a hint has done by options alone is known by the names of the options, whatever stands around them.
func TestOptionsOfAHint(t *testing.T) {
	for do, want := range map[string][]string{
		"": nil, "ysq register 2026-00001 --file": nil, "--file 文件": {"file"}, "--annex 名称、--grounds": {"annex", "grounds"}, "--to、ysq answer 编号 --email 地址": {"to"},
	} {
		if got := Lacks("某项", "写明\n"+do).Options; !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", do, got, want)
		}
	}
	if !Lacks("听证", "写明\n--fill 听证=…").Filled() || Lacks("理由", "写明\n--grounds").Filled() {
		t.Error("what only the letter says is filled in, and nothing else is")
	}
}
