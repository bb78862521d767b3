package parse

import (
	"strings"
	"testing"
)

func TestHTMLText(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"paragraphs", "<p>一</p><p>二 \n 三</p>四<br>五", "一\n二 三\n四\n五"},
		{"label and value", "<table><tr><td>姓名</td><td>张三</td></tr><tr><th>电话<td>无", "姓名\t张三\n电话\t无"},
		{"empty cells keep their place", "<table><tr><td>a</td><td></td><td>c</td></tr></table>", "a\t\tc"},
		{"a cell of paragraphs is one line", "<table><tr><td><p>姓</p><p>名</p></td><td><div>张三</div></td></tr></table>", "姓 名\t张三"},
		{"layout table", "<table><tr><td><p>一</p><p>二</p><p>三</p><p>四</p><p>五</p></td></tr></table>六", "一\n二\n三\n四\n五\n六"},
		{"table in a layout table", "<table><tr><td>前<table><tr><td>姓名</td><td>张三</td></tr><tr><td>电话</td><td>无</td></tr></table>后</td></tr></table>", "前\n姓名\t张三\n电话\t无\n后"},
		{"cells outside of a table", "<td>a<td>b", "a\tb"},
		{"script and style", "<style>p{}</style><script>if(a<b){x()}</script><title>t</title>文", "文"},
		{"style without end", "文<style>p{}", "文"},
		{"preformatted", "<pre>a  b\nc</pre>d", "a  b\nc\nd"},
		{"entities", "&lt;申请&gt;&nbsp;&amp;&#30003;", "<申请> &申"},
		{"boxes", `<input type="checkbox" checked>公民<input type=radio>法人<input value=文><input type=hidden value=x>`, "☑公民□法人文"},
		{"tags that end nothing", "</td></tr></table></pre></p>文", "文"},
		{"only tags", strings.Repeat("<div>", 100), ""},
		{"tables deeper than are told apart", strings.Repeat("<table><tr><td>", 100) + "文" + strings.Repeat("</td></tr></table>", 100) + "末", "文\n末"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, _ := htmlText([]byte(tc.in), 1000); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got, _ := htmlText([]byte("<p>申请公开</p>"), 7); got != "申请" {
		t.Errorf("cut at seven bytes: %q", got)
	}
}
