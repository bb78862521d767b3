package published_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/published"
)

// blocks writes a report as a PDF's text may come: all labels, then the numbers of 表三 in blocks that leave no gap. cut says for
// each gap which rows and columns the block covers and whether it runs downwards; late is a block that stands behind all others.
func blocks(f stats.Format, r stats.Report, cut func(rows, cols int) (h, w int, down bool), late int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%d年政府信息公开工作年度报告\n\n三、收到和处理政府信息公开申请情况\n\n", r.Agency, r.Year)
	for _, row := range f.Rows {
		b.WriteString(row.Label + "\n")
	}
	covered := make([]stats.Line, len(r.Table3))
	var all []string
	for i := range covered {
		for j := range 7 {
			if covered[i][j] != 0 {
				continue
			}
			cols := 0
			for j+cols < 7 && covered[i][j+cols] == 0 {
				cols++
			}
			h, w, down := cut(len(covered)-i, cols)
			rows := 1
			for rows < h && !slices.Contains(covered[i+rows][j:j+w], 1) {
				rows++
			}
			var numbers []string
			for n := range rows * w {
				y, x := n/w, n%w
				if down {
					y, x = n%rows, n/rows
				}
				covered[i+y][j+x] = 1
				numbers = append(numbers, fmt.Sprint(r.Table3[i+y][j+x]))
			}
			all = append(all, strings.Join(numbers, "\n"))
		}
	}
	if late > 0 && late < len(all) {
		all = slices.Concat(all[:late], all[late+1:], all[late:late+1])
	}
	b.WriteString("\n" + strings.Join(all, "\n\n") + "\n\n四、政府信息公开行政复议、行政诉讼情况\n")
	for _, s := range r.Table4 {
		for _, n := range s {
			fmt.Fprintf(&b, "%d\n\n", n)
		}
	}
	return b.String() + "五、存在的主要问题及改进情况\n无\n"
}

// TestBlocks reads a table whose columns come in blocks of five rows, one of them behind the others.
func TestBlocks(t *testing.T) {
	want := sound(t, stats.Current)
	f, err := want.Form()
	if err != nil {
		t.Fatal(err)
	}
	for _, late := range []int{0, 1, 2} {
		text := blocks(f, want, func(rows, cols int) (int, int, bool) { return min(rows, 5), 1, false }, late)
		got := read(t, "pdf.txt", []byte(text))
		if !slices.Equal(got.Table3, want.Table3) || !slices.Equal(got.Table4, want.Table4) || got.WithoutDisputes {
			t.Errorf("block %d behind: %v, %v; %q", late, got.Table3, got.Table4, got.Notes)
		}
		if !strings.Contains(strings.Join(got.Notes, ""), "请与原件核对") {
			t.Errorf("notes %q", got.Notes)
		}
	}
}

// TestBlocksNeverWrong: however a table is cut into blocks and whichever stands elsewhere, it is read as it was or not at all.
func TestBlocksNeverWrong(t *testing.T) {
	want := sound(t, stats.Current)
	f, err := want.Form()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		filled := rapid.IntRange(1, 9).Draw(t, "filled")
		balance(&want, f, func(int, int) int {
			return max(0, rapid.IntRange(0, 10).Draw(t, "number")-filled) * rapid.IntRange(1, 40).Draw(t, "by")
		})
		text := blocks(f, want, func(rows, cols int) (int, int, bool) {
			return rapid.IntRange(1, min(rows, 15)).Draw(t, "rows"), rapid.IntRange(1, cols).Draw(t, "cols"), rapid.Bool().Draw(t, "down")
		}, rapid.IntRange(0, 12).Draw(t, "late"))
		got, err := published.Read("pdf.txt", []byte(text))
		if err == nil && !slices.Equal(got.Table3, want.Table3) {
			t.Fatalf("read %v of %v", got.Table3, want.Table3)
		}
	})
}

// TestRowBrokenByPage: a page ends within a row, and what prints pages has written above and below.
func TestRowBrokenByPage(t *testing.T) {
	want := sound(t, stats.Current)
	var first, second form.Table
	first.Place, second.Place = "第1页", "第2页"
	page, n := &first, 0
	put := func(cells ...string) {
		for i, c := range cells {
			page.Cells = append(page.Cells, form.Cell{Row: n, Col: i, RowSpan: 1, ColSpan: 1, Text: c})
		}
		n++
	}
	for _, row := range cells(t, want) {
		if at := len(row) - 8; at >= 0 && row[at] == "5.属于三类内部事务信息" {
			put(append([]string{"5.属于三"}, row[at+1:]...)...)
			page, n = &second, 0
			put("类内部事务信息", "", "", "", "", "", "", "")
			continue
		}
		put(row...)
	}
	doc := form.Document{Blocks: []form.Block{{Table: &first}, {Line: &form.Line{Text: "2026-12-01 打印", Place: "第1页"}}, {Table: &second}}}
	got, err := published.ReadDocument("a.pdf", doc)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
}
