package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

// TestHuaianThroughTheLedger: the figures that a prefecture published, composed as the rows of a ledger,
// imported, are reported cell for cell.
func TestHuaianThroughTheLedger(t *testing.T) {
	var published struct {
		Table3 []stats.Line
		Table4 []stats.Standings
	}
	b, err := os.ReadFile("../../../stats/testdata/huaian-2024.json")
	if err == nil {
		err = json.Unmarshal(b, &published)
	}
	if err != nil {
		t.Fatal(err)
	}
	format, err := stats.FormatOf(stats.Current)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2025-01-06")
		opening := casefile.OpeningBalance{Year: 2024, Source: "2023年年度报告"}
		for i, column := range casefile.Columns {
			opening.Columns[i] = published.Table3[1].At(column)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.SetOpening, opening); err != nil {
			t.Fatal(err)
		}
		ledger := ledgerOf(format, published.Table3, published.Table4)
		err := ask.Put(t.Context(), b.client, ask.Import, ask.ImportRequest{Name: "台账.csv"}, strings.NewReader(ledger), func(ask.ImportProgress) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		r, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2024})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range format.Rows {
			if r.Table3[i] != published.Table3[i] {
				t.Errorf("row %s is %v, published %v", row.Number, r.Table3[i], published.Table3[i])
			}
		}
		if !slices.Equal(r.Table4, published.Table4) || r.Fees.Yuan != 3940 {
			t.Errorf("表四 is %v, published %v; fees %+v", r.Table4, published.Table4, r.Fees)
		}
		if !r.OK() {
			t.Errorf("checks: %+v", r.Failed())
		}
	})
}

// ledgerOf writes the rows: for every ending a case that came in this year or, as long as the table has
// such, was carried over. The first of them have the disputes, one each.
func ledgerOf(f stats.Format, table3 []stats.Line, table4 []stats.Standings) string {
	var disputes []string // the columns from 复议日期 to 诉讼结案日期
	for track, line := range table4 {
		for result, n := range line[:4] {
			word, decided := []string{"维持", "纠正", "其他", "未审结"}[result], "2024-09-02"
			if word == "未审结" {
				decided = ""
			}
			row := fmt.Sprintf("2024-07-08,%s,%s,,,,", word, decided)
			if track > 0 {
				row = fmt.Sprintf(",,,2024-07-08,%s,%s,%s", []string{"直接", "复议后"}[track-1], word, decided)
			}
			disputes = append(disputes, slices.Repeat([]string{row}, n)...)
		}
	}
	var b strings.Builder
	b.WriteString("编号,收到日期,渠道,申请人类别,申请人,申请内容,结转,收费方式,收费通知日期,收费金额,缴费日期,答复日期,答复类别,答复文号,复议日期,行政复议,复议结案日期,诉讼日期,行政诉讼,诉讼结果,诉讼结案日期\n")
	written := map[int]int{}
	for _, column := range casefile.Columns {
		carried := table3[1].At(column)
		tell := func(n int, fee, outcome string) {
			for range n {
				year, received, mark, dispute := 2024, "2024-06-03", "", ",,,,,,"
				if carried > 0 {
					year, received, mark, carried = 2023, "2023-12-04", "是", carried-1
				}
				written[year]++
				if len(disputes) > 0 && outcome != ",," {
					dispute, disputes = disputes[0], disputes[1:]
				}
				fmt.Fprintf(&b, "%d-%05d,%s,邮寄,%s,申请人,某材料,%s,%s,%s,%s\n", year, written[year], received, column.Label(), mark, fee, outcome, dispute)
			}
		}
		for row, r := range f.Rows {
			if r.Counts != stats.CountsOutcome {
				continue
			}
			n, fee := table3[row].At(column), ",,,"
			outcome := fmt.Sprintf("2024-06-20,%s,某公开〔2024〕1号", r.Number)
			if r.Number == "（一）" && column == casefile.LegalService {
				tell(1, "页,2024-06-05,3940,2024-06-12", outcome)
				n--
			}
			tell(n, fee, outcome)
		}
		tell(table3[len(table3)-1].At(column), ",,,", ",,")
	}
	return b.String()
}
