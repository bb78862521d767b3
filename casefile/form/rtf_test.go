package form

import (
	"fmt"
	"strings"
	"testing"
)

func TestRTF(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"code page and \\u":    {`{\rtf1\ansi\ansicpg936 \'d0\'d5\'c3\'fb\'a3\'ba\'c8\'c9\'c4\'b3\par \u25152?\u-26880?\u20449?\u24687?}`, "姓名：壬某\n所需信息"},
		"tables":               {`{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}}a\par\trowd \'d0\'d5\'c3\'fb\cell \'d5\'c5\'c8\'fd\cell\row \pard end\par}`, "a\n[1,1 姓名][1,1 张三]\nend"},
		"merged cells":         {`{\rtf1\trowd\clvmgf\cellx900\cellx2000\cellx4000\pard\intbl a\par b\cell c\cell d\cell\row\trowd\clvmrg\cellx910\cellx3990\intbl\cell e\cell\row}`, "[2,1 a\nb][1,1 c][1,1 d][1,2 e]"},
		"two characters apart": {`{\rtf1\uc2\u22995 \'c3\'fb\u21517 ab c\par}`, "姓名 c"},
		"a pair of surrogates": {`{\rtf1\u-10178?\u-8640?}`, "\U0001fa40"},
		"destinations":         {`{\rtf1{\*\generator x;}{\info{\author y}}{\stylesheet z}a{\pict 00ff}{\v hidden}b{\field{\*\fldinst HYPERLINK}{\fldrslt c}}}`, "abc"},
		"hidden and not":       {`{\rtf1 a\v x\v0 b\v y\plain c{\deleted z}\deleted z\deleted0 d\par}`, "abcd"},
		"a table in a cell":    {`{\rtf1\trowd\cellx1000\cellx2000\pard\intbl a\nestcell{\*\nesttableprops\trowd\cellx300\nestrow}\cell b\cell\row\trowd\cellx2000\intbl c\cell\row}`, "[1,1 a][1,1 b][1,2 c]"},
		"escapes":              {`{\rtf1 \{a\}\\\~b\'zz}`, `{a}\ bzz`},
		"binary":               {"{\\rtf1 a\\bin4 }}}}b}", "ab"},
	} {
		if got := written(Read(Input{Name: "a.rtf", Body: []byte(tc.in)})); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
	d := Read(Input{Name: "申请表.rtf", Body: []byte(`{\rtf1\ansi\ansicpg936 \'d0\'d5\'c3\'fb\'a3\'ba\'d5\'c5\'c8\'fd\par}`)})
	if f := Propose([]Document{d}, Header{}); d.Format != RTF || len(f.Proposals) == 0 || f.Proposals[1].Value != "张三" {
		t.Errorf("%+v", f.Proposals)
	}
}

// written is the text of a document, of a cell behind the rows and columns that it spans.
func written(d Document) string {
	var b strings.Builder
	for _, block := range d.Blocks {
		if block.Line != nil {
			b.WriteString(block.Line.Text + "\n")
			continue
		}
		for _, c := range block.Table.Cells {
			fmt.Fprintf(&b, "[%d,%d %s]", c.RowSpan, c.ColSpan, c.Text)
		}
		b.WriteString("\n")
	}
	return strings.Trim(b.String(), "\n")
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg936 \'d0\'d5{\*\x}\u25152?\bin3 abc\cell\row}`))
	f.Add([]byte(`{\rtf1` + strings.Repeat("{", 1000)))
	f.Add([]byte(`{\rtf1\uc99999\u1\bin-5\bin99999999999`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d := Read(Input{Name: "a.rtf", Body: append([]byte(`{\rtf1`), b...)}); d.Format != RTF {
			t.Errorf("format %q", d.Format)
		}
	})
}
