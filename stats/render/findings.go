package render

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/stats"
)

// FindingRows are findings as a table, its heads first.
func FindingRows(all []stats.Finding) [][]string {
	rows := [][]string{{"机关", "年度", "核对", "说明", "文件"}}
	for _, f := range all {
		year := ""
		if f.Year != 0 {
			year = strconv.Itoa(f.Year)
		}
		rows = append(rows, []string{f.Agency, year, f.Check, f.Detail, f.File})
	}
	return rows
}

// Findings writes findings as csv or xlsx.
func Findings(w io.Writer, format string, all []stats.Finding) error {
	rows := FindingRows(all)
	switch format {
	case "csv":
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		c := csv.NewWriter(w)
		c.UseCRLF = true
		for _, row := range rows {
			for i := range row {
				row[i] = defuse(row[i])
			}
			c.Write(row) // the writer keeps its first error for Error
		}
		c.Flush()
		return c.Error()
	case "xlsx":
		return ooxml.WriteBook(w, "年度报告核对", lines("核对", []float64{30, 8, 16, 90, 40}, rows))
	}
	return fmt.Errorf("核对结果的输出格式 %q 不认识；可写：csv、xlsx", format)
}
