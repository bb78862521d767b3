package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// workbook makes an .xlsx by another program's hand: sheets of rows, by name.
func workbook(t testing.TB, sheets ...any) (*excelize.File, func() []byte) {
	t.Helper()
	f := excelize.NewFile()
	t.Cleanup(func() { f.Close() })
	for i := 0; i < len(sheets); i += 2 {
		name := sheets[i].(string)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for j, row := range sheets[i+1].([][]any) {
			if err := f.SetSheetRow(name, fmt.Sprint("A", j+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	return f, func() []byte {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
}

func header(more ...any) []any {
	return append([]any{"编号", "收到日期", "渠道", "申请人类别"}, more...)
}

// style gives a cell a number format of Excel's own.
func style(t *testing.T, f *excelize.File, ref string, format int) {
	t.Helper()
	id, err := f.NewStyle(&excelize.Style{NumFmt: format})
	if err == nil {
		err = f.SetCellStyle(f.GetSheetName(0), ref, ref, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadForeignXLSX(t *testing.T) {
	f, file := workbook(t, "Sheet1", [][]any{
		header("申请内容", "结转", "收费金额", "收费通知日期", "收费方式"),
		nil,
		{20250017, 45719, "邮寄 ", "自然人", 100, true, 140.0, 45726.75, "按件"},
	})
	style(t, f, "B3", 14)
	rows, err := Read(bytes.NewReader(file()), "台账.xlsx", Auto, 2025)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	d := civil.MustParse
	same(t, rows[0], Row{
		Number: "20250017", Received: d("2025-03-03"), Channel: casefile.RegisteredPost, Column: casefile.Natural, Request: "100", Carried: true,
		Fees: []Fee{{By: "件", Noticed: d("2025-03-10"), Yuan: 140}},
	})
	if rows[0].Line() != 3 {
		t.Errorf("line %d", rows[0].Line())
	}
}

func TestXLSXProblems(t *testing.T) {
	row := []any{"1", "2025-03-03", "邮寄", "自然人"}
	good := [][]any{header(), row}
	of := func(sheets ...any) []byte { _, file := workbook(t, sheets...); return file() }
	dated := func() []byte {
		f, file := workbook(t, "台账", [][]any{header("收费金额"), {45719, "2025-03-03", "邮寄", "自然人"}})
		style(t, f, "A2", 17)
		return file()
	}
	formula := func() []byte {
		f, file := workbook(t, "台账", [][]any{header(), {"1", nil, "邮寄", "自然人"}})
		if err := f.SetCellFormula("台账", "B2", "TODAY()"); err != nil {
			t.Fatal(err)
		}
		return file()
	}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"serial too small", of("台账", [][]any{header(), {"1", 17, "邮寄", "自然人"}}), "x.xlsx:2: 收到日期（B 列）：17 不是日期"},
		{"serial too large", of("台账", [][]any{header(), {"1", 20250303, "邮寄", "自然人"}}), "x.xlsx:2: 收到日期（B 列）：20250303 不是日期"},
		{"number made a date", dated(), "x.xlsx:2: 编号（A 列）：此格被 Excel 当作了日期"},
		{"formula without a value", formula(), "x.xlsx:2: 收到日期（B 列）：公式没有保存的值"},
		{"too many digits", of("台账", [][]any{header(), {110101199003070000.0, "2025-03-03", "邮寄", "自然人"}}), "x.xlsx:2: 编号（A 列）：110101199003070000 的末几位已被 Excel 改成 0"},
		{"a number with a fraction", of("台账", [][]any{header(), {2025.1, "2025-03-03", "邮寄", "自然人"}}), "x.xlsx:2: 编号（A 列）：2025.1 像是被 Excel 改过的数"},
		{"several sheets", of("2024", good, "2025", good), "x.xlsx: 有 2 张有内容的工作表（2024、2025）：请把要用的一张命名为“台账”"},
		{"empty book", of("Sheet1", [][]any{}), "x.xlsx: 工作簿是空的"},
		{"old Excel", append(oldExcel, "rest"...), "x.xlsx: 这是旧版 .xls 或加了密码的文件"},
		{"damaged", of("台账", good)[:3000], "x.xlsx: 不是完好的 .xlsx 文件"},
		{"a column unknown", of("台账", [][]any{header("经办")}), "x.xlsx:1: 经办（E 列）：不认识的列名"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(test.file), "x.xlsx", Auto, 2025)
			if _, ok := errors.AsType[Problems](err); !ok || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestChooseSheet(t *testing.T) {
	good := [][]any{header(), {"1", "2025-03-03", "邮寄", "自然人"}}
	other := [][]any{{"说明"}}
	for name, sheets := range map[string][]any{
		"the only one":     {"2025年", good},
		"others are empty": {"Sheet1", [][]any{}, "Sheet2", good, "Sheet3", [][]any{}},
		"called 台账":        {"说明", other, "台账", good},
		"the other hidden": {"说明", other, "清单", good},
	} {
		t.Run(name, func(t *testing.T) {
			f, file := workbook(t, sheets...)
			if name == "the other hidden" {
				f.SetActiveSheet(1)
				if err := f.SetSheetVisible("说明", false); err != nil {
					t.Fatal(err)
				}
			}
			if rows, err := Read(bytes.NewReader(file()), "x", Auto, 2025); err != nil || len(rows) != 1 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

// TestExcelizeReadsOurs: the file is a workbook for others too, and nothing in it is a formula.
func TestExcelizeReadsOurs(t *testing.T) {
	var b bytes.Buffer
	row := Row{Number: "=1", Received: civil.MustParse("2025-03-03"), Channel: casefile.Oral, Column: casefile.OtherBody, Note: "@SUM(A1)", Applicants: 3,
		Now: Standing{Charge: "水利科 王某", Stage: "答复", Legal: civil.MustParse("2025-03-31")}}
	var shape Shape
	shape.Hold(row)
	if err := Write(&b, slicesOf(row), Options{Format: XLSX, Shape: shape}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(sheetName)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, c := range columns() {
		if rows[0][i] != c.name {
			t.Errorf("column %d is %s, want %s", i, rows[0][i], c.name)
		}
	}
	if rows[1][0] != "'=1" || rows[1][1] != "2025-03-03" || rows[1][len(columns())-1] != "'@SUM(A1)" {
		t.Errorf("got %q", rows[1])
	}
	for column, want := range map[string]string{"收到日期": "45719", "法定期限": "45747"} { // days that a spreadsheet can reckon with
		at, err := excelize.CoordinatesToCellName(slices.Index(rows[0], column)+1, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.GetCellValue(sheetName, at, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s is stored as %q, want %s, %v", column, got, want, err)
		}
	}
	for column, want := range map[string]bool{"收到日期": true, "备注": true, "补正期限": false, "诉讼结果": false} {
		name, err := excelize.ColumnNumberToName(slices.Index(rows[0], column) + 1)
		if err != nil {
			t.Fatal(err)
		}
		if shown, err := f.GetColVisible(sheetName, name); err != nil || shown != want {
			t.Errorf("%s is shown: %v, want %v, %v", column, shown, want, err)
		}
	}
}

func TestWriteFails(t *testing.T) {
	broken := func(yield func(Row, error) bool) { yield(Row{}, io.ErrClosedPipe) }
	for _, f := range []Format{CSV, XLSX} {
		if err := Write(io.Discard, broken, Options{Format: f}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("source: got %v", err)
		}
		if err := Write(broke{}, slicesOf(Row{Number: "1"}), Options{Format: f}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("target: got %v", err)
		}
	}
}

type broke struct{}

func (broke) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
