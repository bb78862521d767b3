package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// sampleList prints the sample cases as a list command with these flags would.
func sampleList(t *testing.T, columns int, flags ...string) (*terminal, error) {
	t.Helper()
	term := newTerminal(columns, map[string]string{"NO_COLOR": "1"})
	cmd := &cobra.Command{Use: "list"}
	cmd.Flags().BoolVar(&term.json, "json", false, "")
	out := newListing[ask.CaseRow](term.app, cmd)
	if err := cmd.ParseFlags(flags); err != nil {
		t.Fatal(err)
	}
	rows := sampleRows()
	rows[1].Subject = "=HYPERLINK(1)\tx"
	return term, out.run(func(*cobra.Command, []string) error {
		return out.show(rows, "", func(wide bool) error {
			if wide {
				return term.wideRows(rows)
			}
			return term.rows(rows)
		})
	})(cmd, nil)
}

func TestListingForms(t *testing.T) {
	for _, tt := range []struct{ name, flags, want string }{
		{"csv", "-o csv --fields case,subject,remaining_workdays,disputes", "case,subject,remaining_workdays,disputes\n2026-00001,申请公开 2025 年度大气环境质量监测数据、污染源监督性监测数据和排污许可证核发情况,5,\n2026-00002,'=HYPERLINK(1) x,-2,\n"},
		{"with a byte order mark", "-o csv --bom --fields case", "\ufeffcase\n2026-00001\n"},
		{"tsv", "-o tsv --fields case,subject,due", "case\tsubject\tdue\n2026-00001\t申请公开 2025 年度大气环境质量监测数据、污染源监督性监测数据和排污许可证核发情况\t2026-11-30\n2026-00002\t'=HYPERLINK(1) x\t2026-11-19\n"},
		{"some fields as JSON", "--json --fields case,due,late", `[{"case":"2026-00001","due":"2026-11-30","late":null}` + "\n"},
		{"json by either name", "-o json", `[{"case":"2026-00001","kind":null,"stage":"received"`},
		{"a table of some fields", "--fields case,waiting_for", "编号        等待\n2026-00001\n2026-00002\n2026-00003  补正\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term, err := sampleList(t, 0, strings.Fields(tt.flags)...)
			if err != nil {
				t.Fatal(err)
			}
			if got := term.out.String(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// Without --fields csv has all that JSON has, and reads back.
func TestListingIsComplete(t *testing.T) {
	term, err := sampleList(t, 0, "-o", "csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&term.out).ReadAll()
	if err != nil || len(rows) != 1+len(sampleRows()) || len(rows[0]) != len(names[ask.CaseRow]()) || len(rows[0]) < 30 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for _, title := range names[ask.CaseRow]() {
		if fieldTitles()[title] == "" {
			t.Errorf("the field %s has no heading", title)
		}
	}
}

func TestListingRefuses(t *testing.T) {
	for flags, want := range map[string]string{
		"-o yaml":          `没有输出格式 "yaml"`,
		"--fields nummer":  `没有字段 "nummer"；可写：case、`,
		"--json -o csv":    "不能同时写",
		"--json -o table":  "不能同时写",
		"-o tsv --bom":     "--bom 只用于 -o csv",
		"--fields case,,x": `没有字段 ""`,
	} {
		if _, err := sampleList(t, 0, strings.Fields(flags)...); err == nil || !strings.Contains(forPeople(err).Msg, want) {
			t.Errorf("%s: %v", flags, err)
		}
	}
}

// A table fits the terminal: it is cut, and where that is not enough it does without columns.
func TestTablesFit(t *testing.T) {
	for _, columns := range []int{80, 120} {
		for _, form := range []string{"table", "wide"} {
			if form == "wide" && columns == 80 {
				continue // it is for wide screens
			}
			term, err := sampleList(t, columns, "-o", form)
			if err != nil {
				t.Fatal(err)
			}
			if got := widest(term.out.String()); got > columns {
				t.Errorf("%s is %d wide on %d columns:\n%s", form, got, columns, term.out.String())
			}
		}
	}
}

func TestPager(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		words          []string
	}{
		{"what fits is not paged", "ab\ncd\n", "ab\ncd\n", []string{"tr", "a-z", "A-Z"}},
		{"what does not is", "ab\ncd\nef\n", "AB\nCD\nEF\n", []string{"tr", "a-z", "A-Z"}},
		{"a long line takes several", strings.Repeat("ab", 30) + "\n", strings.Repeat("AB", 30) + "\n", []string{"tr", "a-z", "A-Z"}},
		{"no such pager", "ab\ncd\nef\n", "ab\ncd\nef\n", []string{"/nonexistent/pager"}},
		{"one that is left at once", "ab\ncd\nef\n", "", []string{"true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := os.CreateTemp(t.TempDir(), "terminal")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			p := &pager{words: tt.words, getenv: func(string) string { return "" }, terminal: f, width: 20, height: 3, interrupts: make(chan os.Signal, 1)}
			for line := range strings.Lines(tt.in) {
				if _, err := p.Write([]byte(line)); err != nil && tt.want != "" {
					t.Fatal(err)
				}
			}
			if err := p.close(); err != nil {
				t.Error(err)
			}
			if got, err := os.ReadFile(f.Name()); err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// What undoes a record stands below it; the last of several goes first.
func TestUndo(t *testing.T) {
	record := func(seq uint64, kind casefile.Kind) ask.RecordView {
		return ask.RecordView{Seq: seq, Case: "2026-00017", Kind: kind}
	}
	const note, reply, sent, void = casefile.KindNoted, casefile.KindReplied, casefile.KindDispatched, casefile.KindVoided
	for _, tt := range []struct {
		name string
		res  ask.AppendResult
		want string
	}{
		{"one", ask.AppendResult{Records: []ask.RecordView{record(42, note)}}, "\n撤销：ysq void 2026-00017 --record 42 --reason 理由\n"},
		{"a reply and its dispatch", ask.AppendResult{Records: []ask.RecordView{record(42, reply), record(43, sent)}}, "\n撤销：ysq void 2026-00017 --record 43 --reason 理由；再 ysq void 2026-00017 --record 42 --reason 理由\n"},
		{"many", ask.AppendResult{Records: []ask.RecordView{record(1, note), record(2, note), record(3, note)}}, "\n撤销：ysq void --last --reason 理由\n"},
		{"a dry run", ask.AppendResult{Records: []ask.RecordView{record(0, note)}, DryRun: true}, ""},
		{"what cannot be undone", ask.AppendResult{Records: []ask.RecordView{record(44, void)}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(0, nil)
			term.undo(tt.res)
			if got := term.out.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestColour(t *testing.T) {
	for _, tt := range []struct {
		name, colour string
		columns      int
		env          map[string]string
		want         bool
	}{
		{"a terminal", "auto", 80, nil, true},
		{"a pipe", "auto", 0, nil, false},
		{"NO_COLOR", "auto", 80, map[string]string{"NO_COLOR": "1"}, false},
		{"a dumb terminal", "auto", 80, map[string]string{"TERM": "dumb"}, false},
		{"never", "never", 80, nil, false},
		{"always, by pipe", "always", 0, nil, true},
		{"always, whatever the environment says", "always", 80, map[string]string{"NO_COLOR": "1"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(tt.columns, tt.env)
			term.colour = tt.colour
			if got := term.screenOf(&term.out).colour; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A line is folded at the terminal's width and loses no word; the handle of a mail is never cut.
func TestFold(t *testing.T) {
	for _, tt := range []struct {
		line  string
		width int
		want  string
	}{
		{"短", 20, "短\n"},
		{"  76264ee36059  张晓雨 <z@example.test>  自动回复", 30, "  76264ee36059\n    张晓雨 <z@example.test>\n    自动回复\n"},
		{"没有要办的", 0, "没有要办的\n"},
	} {
		term := newTerminal(tt.width, nil)
		term.fold(plain, tt.line)
		if got := strings.ReplaceAll(term.out.String(), string(normal), ""); got != tt.want {
			t.Errorf("%q at %d:\n%q, want\n%q", tt.line, tt.width, got, tt.want)
		}
	}
}

// What -o names as a file is written into it whatever its form, and standard output stays empty; a name that promises
// another form than the command has is refused.
func TestOutputFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for file, want := range map[string]string{"案件.json": "[{\"case\":", "案件.csv": "\ufeffcase,", "案件.TSV": "case\t", "案件.xlsx": "PK"} {
		term := newTerminal(0, nil)
		cmd := &cobra.Command{Use: "list"}
		(&cobra.Command{Use: "ysq"}).AddCommand(cmd)
		l := newListing[ask.CaseRow](term.app, cmd)
		if err := cmd.Flags().Set("output", file); err != nil {
			t.Fatal(err)
		}
		run := l.run(func(*cobra.Command, []string) error { return l.all([]ask.CaseRow{detail().CaseRow}) })
		if err := run(cmd, nil); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(b), want) || term.out.Len() > 0 {
			t.Errorf("%s: %v, %.20q, and %q on standard output", file, err, b, term.out.String())
		}
	}
	cmd := &cobra.Command{Use: "x"}
	for _, tt := range []struct{ asked, file, want string }{
		{"", "a.csv", "csv"}, {"", "a.XLSX", "xlsx"}, {"csv", "a.xlsx", "csv"}, {"", "", "text"}, {"", "2026.11.3", "text"}, {"", "/dev/stdout", "text"}, {"", "a.pdf", ""},
	} {
		if got, err := formOf(cmd, tt.asked, tt.file, "text", []string{"csv", "xlsx"}); got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%q for %q: %q, %v, want %q", tt.asked, tt.file, got, err, tt.want)
		}
	}
}

// What goes into a file is written in large pieces, and what is said beside it stands where it was said.
func TestBuffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := &app{out: f, errOut: f}
	wrong := errors.New("wrong")
	err = a.paging(func() error {
		fmt.Fprintln(a.out, "1")
		fmt.Fprintln(a.errOut, "2")
		fmt.Fprintln(a.out, "3")
		if b, err := os.ReadFile(path); err != nil || string(b) != "1\n2\n" {
			t.Errorf("meanwhile %q, %v", b, err)
		}
		return wrong
	})
	if b, _ := os.ReadFile(path); string(b) != "1\n2\n3\n" || err != wrong || a.out != io.Writer(f) || a.errOut != io.Writer(f) {
		t.Errorf("%q, %v, then to %v and %v", b, err, a.out, a.errOut)
	}
	f.Close()
	if err := a.paging(func() error { fmt.Fprintln(a.out, "4"); return nil }); !errors.Is(err, os.ErrClosed) {
		t.Errorf("what could not be written: %v", err)
	}
}
