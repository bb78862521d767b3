package stats_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

// TestRowsAndOutcomes compares the form with what casefile says of the same outcomes.
func TestRowsAndOutcomes(t *testing.T) {
	f := format(t)
	if len(f.Rows) != 25 || len(f.Tracks) != 3 || len(f.Results) != 5 {
		t.Fatalf("the form has %d rows, %d tracks, %d results", len(f.Rows), len(f.Tracks), len(f.Results))
	}
	var outcomes []casefile.Outcome
	for _, r := range f.Rows {
		if r.Counts != stats.CountsOutcome {
			continue
		}
		if len(r.Outcomes) != 1 {
			t.Fatalf("%s counts %v", r.Number, r.Outcomes)
		}
		o := r.Outcomes[0]
		outcomes = append(outcomes, o)
		if r.Number != o.Row() {
			t.Errorf("%s has number %s, casefile says %s", r.Label, r.Number, o.Row())
		}
		if !strings.Contains(r.Label, o.Label()) {
			t.Errorf("%s is labelled %q, casefile says %q", r.Number, r.Label, o.Label())
		}
		group, digit, inGroup := strings.Cut(r.Number, "）")
		switch outer, inner := r.Under[0], r.Under[len(r.Under)-1]; {
		case outer != "三、本年度办理结果":
			t.Errorf("%s stands under %q", r.Number, outer)
		case digit != "" && (!strings.HasPrefix(inner, group+"）") || !strings.HasPrefix(r.Label, digit+".")):
			t.Errorf("%s is printed as %q under %q", r.Number, r.Label, inner)
		case !inGroup:
			t.Errorf("%s is an outcome without a group", r.Number)
		}
	}
	if !slices.Equal(outcomes, casefile.Outcomes()) {
		t.Errorf("rows are for %v", outcomes)
	}
}

func TestParseCell(t *testing.T) {
	f := format(t)
	for row, r := range f.Rows {
		for _, c := range append([]casefile.Column{casefile.ColumnNone}, casefile.Columns[:]...) {
			want := stats.Cell{Row: row, Column: c}
			if got, err := f.ParseCell(f.CellName(want)); err != nil || got != want {
				t.Errorf("%s: got %v, %v", f.CellName(want), got, err)
			}
		}
		want := stats.Cell{Row: row, Column: casefile.Research}
		if got, err := f.ParseCell(r.Label + "，科研机构"); err != nil || got != want {
			t.Errorf("%s: got %v, %v", r.Label, got, err)
		}
	}
	tests := []struct {
		in, want string
	}{
		{"（三）4,自然人", "（三）4,自然人"}, {"(三)4,自然人", "（三）4,自然人"}, {"( 三 ) 4 ， natural", "（三）4,自然人"},
		{"（三）4.保护第三方合法权益,自然人", "（三）4,自然人"}, {"(三)4、保护第三方合法权益,总计", "（三）4,总计"}, {"保护第三方合法权益", "（三）4,总计"},
		{"一,自然人", "一,自然人"}, {"（一）,自然人", "（一）,自然人"}, {"予以公开,商业企业", "（一）,商业企业"}, {"(二)部分公开,其他", "（二）,其他"},
		{"（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（二）,总计"}, {"部分公开(区分处理的，只计这一情形，不计其他情形)，其他", "（二）,其他"},
		{"其他,其他", "（六）3,其他"}, {"三（七）,总计", "（七）,总计"}, {"(七)总计", "（七）,总计"}, {"结转下年度继续办理", "四,总计"}, {"四", "四,总计"},
	}
	for _, test := range tests {
		c, err := f.ParseCell(test.in)
		if err != nil {
			t.Errorf("%s: %v", test.in, err)
		} else if got := f.CellName(c); got != test.want {
			t.Errorf("%s: got %s, want %s", test.in, got, test.want)
		}
	}
	for in, words := range map[string]string{
		"": "不在表三之中", "（三）9,自然人": "（三）1、（三）2", "三,自然人": "不在表三之中", "（三）,自然人": "不在表三之中", ",": "不在表三之中",
		"（三）4,农民": "六类之中", "（三）4,": "六类之中", "自然人,（三）4": "不在表三之中",
	} {
		if c, err := f.ParseCell(in); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: got %v, %v; want an error with %q", in, c, err, words)
		}
	}
	if _, err := stats.FormatOf("2031-1"); err == nil {
		t.Error("a format that is not there is found")
	}
}

// TestSeedReport reads 表三 and 表四 of a published report. Its office had no application that year,
// and a year without cases must come out like it, words, order and numbers.
func TestSeedReport(t *testing.T) {
	seed, err := os.ReadFile("testdata/seed-report-2023.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(seed)
	f, r := format(t), computed(t, 2023)
	for _, heading := range []string{f.Parts[stats.PartApplications], f.Parts[stats.PartDisputes]} {
		if !strings.Contains(text, "\n"+heading+"\n") {
			t.Errorf("the published report has no heading %q", heading)
		}
	}
	_, text, _ = strings.Cut(text, f.Parts[stats.PartApplications])
	three, four, _ := strings.Cut(text, f.Parts[stats.PartDisputes])
	if rule := strings.NewReplacer("（", "(", "）", ")").Replace(f.Rule); !strings.Contains(three, rule) {
		t.Errorf("the published table has no rule %q", rule)
	}

	row := 0
	for line := range strings.Lines(three) {
		words, counts := cells(t, line)
		if len(counts) == 0 {
			continue
		}
		if row == len(f.Rows) {
			t.Fatalf("a row too many: %q", line)
		}
		label := strings.ReplaceAll(words[len(words)-1], ") ", ")") // (一) 予以公开
		if got := strings.NewReplacer("(", "（", ")", "）").Replace(label); got != f.Rows[row].Label {
			t.Errorf("row %s: published %q, ours %q", f.Rows[row].Number, got, f.Rows[row].Label)
		}
		if len(words) > 1 { // the first row of a group also carries its heading
			under := strings.NewReplacer("(", "（", ")", "）", " ", "").Replace(words[len(words)-2])
			if !slices.Contains(f.Rows[row].Under, under) {
				t.Errorf("row %s: published under %q, ours under %q", f.Rows[row].Number, under, f.Rows[row].Under)
			}
		}
		if !slices.Equal(counts, r.Table3[row][:]) {
			t.Errorf("row %s: published %v, computed %v", f.Rows[row].Number, counts, r.Table3[row])
		}
		row++
	}
	if row != len(f.Rows) {
		t.Errorf("the published table has %d rows, the form %d", row, len(f.Rows))
	}

	var published []int
	for line := range strings.Lines(four) {
		words, counts := cells(t, line)
		if len(counts) == 15 {
			published = counts
		}
		if len(words) == 15 {
			for i, word := range words {
				if got := strings.ReplaceAll(word, " ", ""); got != f.Results[i%5] {
					t.Errorf("result %d: published %q, ours %q", i, got, f.Results[i%5])
				}
			}
		}
	}
	var ours []int
	for _, line := range r.Table4 {
		ours = append(ours, line[:]...)
	}
	if !slices.Equal(published, ours) {
		t.Errorf("表四: published %v, computed %v", published, ours)
	}
	if !r.OK() {
		t.Errorf("checks: %+v", r.Checks)
	}
}

// cells takes a line of the published text apart; blanks between tabs are merged cells.
func cells(t testing.TB, line string) (words []string, counts []int) {
	t.Helper()
	for cell := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
		if n, err := strconv.Atoi(cell); err == nil {
			counts = append(counts, n)
		} else if cell = strings.TrimSpace(cell); cell != "" {
			words = append(words, cell)
		}
	}
	return words, counts
}

func FuzzParseCell(f *testing.F) {
	form := format(f)
	for _, s := range []string{"（三）4,自然人", "(六)3.其他，总计", "三（七）", "三（", ",", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）,其他"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := form.ParseCell(s)
		if err != nil {
			return
		}
		if again, err := form.ParseCell(form.CellName(c)); err != nil || again != c {
			t.Errorf("%q is %v, its name reads as %v, %v", s, c, again, err)
		}
	})
}
