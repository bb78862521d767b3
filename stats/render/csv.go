package render

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/stats"
)

// CSV writes the report for a spreadsheet: UTF-8 with a byte order mark, without which Excel takes it
// for the local code page, lines that end in CR LF (RFC 4180), and no cell that a spreadsheet would
// run as a formula. The tables follow one another, each under its own header, an empty line between.
func CSV(w io.Writer, r stats.Report) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	put := func(cells ...string) {
		for i := range cells {
			cells[i] = defuse(cells[i])
		}
		c.Write(cells) // the writer keeps its first error for Error
	}

	put("机关", "年度", "格式", "生成时间", "状态")
	put(r.Agency, strconv.Itoa(r.Year), r.Format, generated(r, time.RFC3339), frozen(r))
	put()
	put("条款", f.Parts[stats.PartFacts], "项目", "数")
	for _, g := range f.Facts {
		for _, item := range g.Items {
			for i, v := range amounts(g, r.Table2[item.Key], "") {
				put(g.Article, item.Label, g.Columns[i], v)
			}
		}
	}
	put()
	put(append([]string{"行号", f.Parts[stats.PartApplications]}, stats.ColumnLabels()...)...)
	for i, line := range r.Table3 {
		put(append([]string{f.Rows[i].Number, f.Rows[i].Label}, numbers(line[:])...)...)
	}
	put()
	put(append([]string{"类别", f.Parts[stats.PartDisputes]}, f.Results...)...)
	for i, line := range r.Table4 {
		put(append([]string{f.Tracks[i].Under, f.Tracks[i].Label}, numbers(line[:])...)...)
	}
	put()
	put("部分", "文字")
	for _, line := range words(f, r)[5:] { // beyond what stands at the head
		put(line...)
	}
	put()
	put("核对", "结果", "说明", "编号")
	for _, check := range r.Checks {
		ids := make([]string, len(check.Cases))
		for i, id := range check.Cases {
			ids[i] = string(id)
		}
		put(check.ID, word(check.Level), check.Detail, strings.Join(ids, " "))
	}
	c.Flush()
	return c.Error()
}

func numbers(line []int) []string {
	cells := make([]string, len(line))
	for i, n := range line {
		cells[i] = strconv.Itoa(n)
	}
	return cells
}

// defuse puts an apostrophe before what a spreadsheet would take for a formula. Case numbers that
// came from a ledger are whatever stood there.
func defuse(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + cell
	}
	return cell
}
