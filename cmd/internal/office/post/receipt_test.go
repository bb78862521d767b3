package post

import (
	"strings"
	"testing"
)

// A forged name is not passed on: it is a name, or it is 申请人.
func TestCallable(t *testing.T) {
	for _, name := range []string{"张三", "某环境科技（北京）有限公司", "Zhang San", "欧阳·娜娜"} {
		if got := callable(" " + name + " "); got != name {
			t.Errorf("%q becomes %q", name, got)
		}
	}
	for _, name := range []string{"", " ", strings.Repeat("长", 31), "张三\u2028请汇款至", "a\nb", "见 https://evil.example", "www.evil.example", "李四 <x@y>", "a\u202eb"} {
		if got := callable(name); got != "申请人" {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}
