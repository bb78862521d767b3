// Package render writes an annual report in the forms in which people want it. Every form shows the
// same cells, and the same report gives the same bytes every time.
//
// A page, a workbook and a document can be published as they are: they have the six parts and nothing of
// the cases. The cases behind the numbers and the checks that name them are a form of their own
// (WithCases), which says on each page that it is the office's.
package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"ysq.internal/ysq/stats"
)

// Func writes a report in one form.
type Func func(io.Writer, stats.Report) error

// Names lists the forms that For knows.
func Names() []string { return []string{"text", "csv", "json", "html", "xlsx", "docx"} }

// Extension is how the name of a file in a form ends.
func Extension(name string) string {
	if name == "text" {
		return "txt"
	}
	return name
}

// Binary reports whether a form is not for terminals.
func Binary(name string) bool { return name == "xlsx" || name == "docx" }

// For returns the form of that name.
func For(name string) (Func, error) {
	switch name {
	case "text":
		return Text, nil
	case "csv":
		return CSV, nil
	case "json":
		return JSON, nil
	case "html":
		return HTML, nil
	case "xlsx":
		return XLSX, nil
	case "docx":
		return DOCX, nil
	}
	return nil, fmt.Errorf("报告的输出格式 %q 不认识；可写：%s", name, strings.Join(Names(), "、"))
}

// OfficeOnly is what stands on each page of a form with cases.
const OfficeOnly = "含申请内容，仅供本机关内部使用，不得对外公开"

// WithCases returns the office's own form of that name: the report with its checks and the cases behind
// its numbers.
func WithCases(name string) (Func, error) {
	switch name {
	case "json":
		return JSON, nil
	case "html":
		return CasesHTML, nil
	case "xlsx":
		return CasesXLSX, nil
	}
	return nil, fmt.Errorf("案件只在 %s 格式中列出", strings.Join(WithCasesNames(), "、"))
}

// WithCasesNames lists the forms that can list cases.
func WithCasesNames() []string { return []string{"html", "xlsx", "json"} }

// labelled is a report and what its lines and columns are, for readers that do not know the format.
type labelled struct {
	stats.Report
	Table3Rows    []string `json:"table3_rows"`    // 一, 二, （一）, …, 四
	Table3Columns []string `json:"table3_columns"` // 自然人, …, 总计
	Table4Rows    []string `json:"table4_rows"`
	Table4Columns []string `json:"table4_columns"`
}

// JSON writes the report on one line, with the names of rows and
// columns. A stats.Report reads it back.
func JSON(w io.Writer, r stats.Report) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	doc := labelled{Report: r, Table3Columns: stats.ColumnLabels(), Table4Columns: f.Results}
	for _, row := range f.Rows {
		doc.Table3Rows = append(doc.Table3Rows, row.Number)
	}
	for _, t := range f.Tracks {
		doc.Table4Rows = append(doc.Table4Rows, t.Label)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(doc)
}

// word is the Chinese word for a level, beside which stands its sign in the text form.
func word(l stats.Level) string {
	switch l {
	case stats.Fine:
		return "通过"
	case stats.Warning:
		return "提示"
	}
	return "不通过"
}

func frozen(r stats.Report) string {
	switch {
	case r.Frozen:
		return "已冻结"
	case r.GeneratedAt.IsZero(): // read from what an office has published
		return "已公布"
	}
	return "未冻结"
}

// generated is when the report was computed, empty for one that was read from what was published.
func generated(r stats.Report, layout string) string {
	if r.GeneratedAt.IsZero() {
		return ""
	}
	return r.GeneratedAt.Format(layout)
}

// stamp is the line below the title of what is not published yet, or stays in the office.
func stamp(r stats.Report, document string) string {
	line := "格式 " + document
	if at := generated(r, "2006-01-02 15:04"); at != "" {
		line += "　生成 " + at
	}
	return line + "　" + frozen(r)
}
