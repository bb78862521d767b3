package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
)

// A posting list comes back as a file, as columns out of a spreadsheet, or as lines that somebody typed.
func TestTrackingsIn(t *testing.T) {
	const doc = "某办公〔2026〕第001号"
	list := "交寄清单\n序号,文号,编号,文书,收件人,地址,单号\n1," + doc + ",2026-00003,告知书,张三,示例路1号,1098765432101\n2,,2026-00017,答复,李四,\"示例路2号, 3室\",XA12345678902\n3,某办公〔2026〕第002号,2026-00018,告知书,王五,示例路3号,\n合计,,,,,,\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(list)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string]string{
		"csv":     "\ufeff" + list,
		"gb18030": gb,
		"xlsx":    postingBook(t),
		"columns": "文号\t编号\t地址\t单号\n" + doc + "\t2026-00003\t甲路1号, 2室\t1098765432101\n\t2026-00017\t乙路\tXA12345678902\n",
		"typed":   doc + " 1098765432101\n\n17  XA12345678902\n",
		"json":    "document,case,label,party,address,tracking\n" + doc + ",2026-00003,x,y,z,1098765432101\n,2026-00017,x,y,z,XA12345678902\n",
	} {
		got, err := trackingsIn([]byte(list), "清单", 2026)
		if err != nil || len(got) != 2 || !strings.HasPrefix(got[0].Place, "第 ") {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i := range got {
			got[i].Place = ""
		}
		want := []ask.PostedItem{{Document: doc, Case: "2026-00003", Tracking: "1098765432101"}, {Case: "2026-00017", Tracking: "XA12345678902"}}
		if name == "typed" {
			want[0].Case = doc // no case has it
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for list, why := range map[string]string{"": "没有填了单号", "文号,单号\n某号,\n": "没有填了单号", "文号,单号\n" + doc + ",1.09877E+12\n": "第 2 行：B 列：1.09877E+12 是 Excel 改写过的数"} {
		if got, err := trackingsIn([]byte(list), "清单", 2026); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}

// postingBook is the list as a workbook, in which the first number of the post became a number.
func postingBook(t *testing.T) string {
	var none ooxml.Style
	row := func(all ...string) (cells []ooxml.Cell) {
		for _, s := range all {
			cells = append(cells, ooxml.Text(s, none))
		}
		return cells
	}
	rows := [][]ooxml.Cell{row("文号", "编号", "文书", "收件人", "地址", "单号"),
		append(row("某办公〔2026〕第001号", "2026-00003", "告知书", "张三", "示例路1号"), ooxml.Int(1098765432101, none)),
		row("", "2026-00017", "答复", "李四", "示例路2号", "XA12345678902"), row("某办公〔2026〕第002号", "2026-00018", "告知书", "王五", "示例路3号")}
	var b bytes.Buffer
	err := ooxml.WriteBook(&b, "交寄清单", ooxml.Sheet{Name: "posting", Rows: func(yield func([]ooxml.Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
