package grid

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func drawn(t testing.TB, table Table, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, table, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var cases = Table{
	Header: []string{"编号", "环节", "申请人", "事项", "剩余"},
	Rows: [][]string{
		{"2026-00017", "办理", "张某某", "申请公开“某某路改造工程”的招标文件、合同及验收报告", "12"},
		{"2026-00018", "补正中", "某某科技（深圳）有限公司", "会议纪要", "-"},
		{"2026-00019", "收件", "Nguyễn Văn A", "附件：申请表\u202Exod.exe", "-3"},
		{"2026-00020", "登记", "李\x1b[2J\r\n四", "", "7"},
		{"2026-00021"},
	},
}

func TestGolden(t *testing.T) {
	statutory := Table{
		Header: []string{"（三）不予公开", "自然人", "总计"},
		Rows:   [][]string{{"1.属于国家秘密", "0", "0"}, {"3.危及“三安全一稳定”", "12", "1,012"}, {"金额（万元）", "3.5", "—"}},
	}
	tests := []struct {
		name  string
		table Table
		o     Options
	}{
		{"plain", cases, Options{}},
		{"plain-60", cases, Options{MaxWidth: 60}},
		{"plain-60-wide", cases, Options{MaxWidth: 60, AmbiguousWide: true}},
		{"plain-1", cases, Options{MaxWidth: 1}},
		{"boxed", statutory, Options{Boxed: true}},
		{"boxed-wide", statutory, Options{Boxed: true, AmbiguousWide: true}},
		{"boxed-30", statutory, Options{Boxed: true, MaxWidth: 30}},
		{"headless", Table{Rows: statutory.Rows, Align: []Align{Right, Left}}, Options{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := drawn(t, test.table, test.o)
			golden := filepath.Join("testdata", test.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestNothingToDraw(t *testing.T) {
	for _, table := range []Table{{}, {Rows: [][]string{{}, {}}}, {Align: []Align{Right}}} {
		if got := drawn(t, table, Options{Boxed: true}); got != "" {
			t.Errorf("%+v: %q", table, got)
		}
	}
	if got, want := drawn(t, Table{Header: []string{"编号", "事项"}}, Options{}), "编号  事项\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteReturnsTheError(t *testing.T) {
	if err := Write(fullDisk{}, cases, Options{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestWidth(t *testing.T) {
	tests := []struct {
		s            string
		narrow, wide int
	}{
		{"", 0, 0},
		{"abc", 3, 3},
		{"政府信息公开", 12, 12},
		{"（三）4", 7, 7},
		{"“三安全一稳定”", 14, 16},
		{"…—·①", 4, 8},
		{"e\u0301", 1, 1},
		{"𠮷", 2, 2},
		{"ｱ", 1, 1},
		{"〔2025〕7号", 11, 11},
	}
	for _, test := range tests {
		if got := Width(test.s, Options{}); got != test.narrow {
			t.Errorf("%q: got %d, want %d", test.s, got, test.narrow)
		}
		if got := Width(test.s, Options{AmbiguousWide: true}); got != test.wide {
			t.Errorf("%q, ambiguous wide: got %d, want %d", test.s, got, test.wide)
		}
	}
}

// What is measured at a glance is as wide as the tables of Unicode say, and joins with nothing beside it.
func TestPlainWidth(t *testing.T) {
	n := 0
	for r := range rune(0x20000) {
		w, plain := plainWidth(string(r))
		if !plain {
			continue
		}
		n++
		for _, o := range []displaywidth.Options{{}, {EastAsianWidth: true}} {
			if got := o.String("中" + string(r) + "a" + string(r)); got != 3+2*w {
				t.Errorf("%U is %d wide, want %d", r, w, (got-3)/2)
			}
		}
		if detach(string(r)) != string(r) || isBreak(r) || isHostile(r) || isInvisible(r) {
			t.Errorf("%U is not plain", r)
		}
	}
	if n < 20_000 {
		t.Errorf("%d characters are plain", n)
	}
	for _, s := range []string{"中\u0301", "a\u200d", "\xff", "①", "\t"} {
		if _, plain := plainWidth(s); plain {
			t.Errorf("%q is plain", s)
		}
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		s     string
		width int
		wide  bool
		want  string
	}{
		{"招标文件", 8, false, "招标文件"},
		{"招标文件", 7, false, "招标文…"},
		{"招标文件", 6, false, "招标…"}, // 标 and … are five, 文 would be seven
		{"招标文件", 6, true, "招标…"},
		{"招标文件", 1, false, "…"},
		{"招标文件", 1, true, ""},
		{"招标文件", 0, false, ""},
		{"招标文件", -1, false, ""},
		{"cafe\u0301s", 4, false, "caf…"},
		{"cafe\u0301s", 5, false, "cafe\u0301s"},
	}
	for _, test := range tests {
		if got := Cut(test.s, test.width, Options{AmbiguousWide: test.wide}); got != test.want {
			t.Errorf("%q to %d: got %q, want %q", test.s, test.width, got, test.want)
		}
	}
}

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"ordinary", "关于“某某路”的申请（2026年）— A&B", "关于“某某路”的申请（2026年）— A&B"},
		{"ideographic blank", "张　三", "张　三"},
		{"lines and tabs", "一\r\n二\t\t三\n\n四\u2028五\u0085六", "一 二 三 四 五 六"},
		{"escape sequence", "\x1b[31m红\x1b]0;title\x07", "\uFFFD[31m红\uFFFD]0;title\uFFFD"},
		{"C1", "a\u009b2Jb\u0090", "a\uFFFD2Jb\uFFFD"},
		{"nul, backspace and delete", "a\x00b\x08c\x7f", "a\uFFFDb\uFFFDc\uFFFD"},
		{"bad bytes", "a\x9b\xffb", "a\uFFFD\uFFFDb"},
		{"direction overridden", "申请表\u202Ecod.exe", "申请表\uFFFDcod.exe"},
		{"direction isolated", "\u2066a\u2069", "\uFFFDa\uFFFD"},
		{"direction marks", "a\u200Eb\u061Cc", "abc"},
		{"zero width", "\uFEFF张\u200B三\u200D李\u2060四\u00AD", "张三李四"},
		{"fillers and tags", "a\u3164\u115Fb\U000E0041", "ab"},
		{"variation selectors", "☎\uFE0F葛\U000E0100", "☎葛"},
		{"blanks of all kinds", "a\u00A0b\u2003c", "a b c"},
		{"heaped marks", "z\u0300\u0301\u0302\u0303\u0304", "z\u0300\u0301"},
		{"Vietnamese in parts", "Nguye\u0302\u0303n", "Nguye\u0302\u0303n"},
		{"begins with a mark", "\u0301a", "\uFFFD\u0301a"},
		{"begins with a skin tone", "\U0001F3FFa", "\uFFFD\U0001F3FFa"},
		{"ends with a prefix", "a\u0D4E", "a\u0D4E\uFFFD"},
		{"Hebrew stays", "שלום", "שלום"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Clean(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

var hostile = []string{"", "张三", "a\tb\r\nc", "\x1b[2J\x9b", "\u202Eexe\u2066", "e\u0301\u0302\u0303", "\u0301", "\u0D4E", "\U0001F468\u200D\U0001F469",
	"🇨🇳", "\U0001F3FF", "“…—·①”", "ﾞｶﾞ", "각", "\u1100", "क्षि", "-12.5%", "1,234", "\xff\xfe", "　"}

// harmless reports what of a drawn line could act on a terminal.
func harmless(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			t.Errorf("%q holds %U", s, r)
		}
	}
	if !utf8.ValidString(s) {
		t.Errorf("%q is no UTF-8", s)
	}
}

// TestCleanEveryCharacter covers what a fuzzer that mutates bytes seldom reaches.
func TestCleanEveryCharacter(t *testing.T) {
	check := func(r rune) {
		clean := Clean(string(r))
		harmless(t, clean)
		if Clean(clean) != clean {
			t.Errorf("%U becomes %q and then %q", r, clean, Clean(clean))
		}
		if got, want := Width(" "+clean+" ", Options{}), Width(clean, Options{})+2; got != want {
			t.Errorf("%U joins its neighbours: %d wide, want %d", r, got, want)
		}
	}
	for r := range rune(0x20000) {
		check(r)
	}
	for r := rune(0xE0000); r < 0xE1000; r++ {
		check(r)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, 5, false)
	}
	f.Fuzz(func(t *testing.T, s string, width int, wide bool) {
		o := Options{AmbiguousWide: wide}
		clean := Clean(s)
		harmless(t, clean)
		if again := Clean(clean); again != clean {
			t.Errorf("%q becomes %q and then %q", s, clean, again)
		}
		if _, plain := plainWidth(s); plain && clean != s {
			t.Errorf("%q becomes %q", s, clean)
		}
		if got, want := Width("x "+clean+" x", o), Width(clean, o)+4; got != want {
			t.Errorf("%q is %d wide among others, %d alone", clean, got-4, want-4)
		}
		cut := Cut(clean, width, o)
		if got := Width(cut, o); got > max(width, 0) {
			t.Errorf("%q cut to %d is %q, %d wide", clean, width, cut, got)
		}
		if cut != clean && cut != "" && (!strings.HasSuffix(cut, "…") || !strings.HasPrefix(clean, strings.TrimSuffix(cut, "…"))) {
			t.Errorf("%q cut to %d is %q", clean, width, cut)
		}
		if Width(clean, o) <= width && cut != clean {
			t.Errorf("%q fits into %d and was cut to %q", clean, width, cut)
		}
	})
}

// FuzzWrite draws a table whose last column is a mark in every line: the marks stand under each other
// if and only if all columns before them are in line.
func FuzzWrite(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, hostile[(i+7)%len(hostile)], hostile[(i+3)%len(hostile)], 20, i%2 == 0, i%3 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b, c string, maxWidth int, wide, boxed bool) {
		o := Options{AmbiguousWide: wide, MaxWidth: maxWidth % 200, Boxed: boxed}
		got := drawn(t, Table{
			Header: []string{c, a, "x"},
			Rows:   [][]string{{a, b, "x"}, {b, c, "x"}, {"", "", "x"}},
		}, o)
		lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
		want := 4
		if boxed {
			want = 7
		}
		if len(lines) != want {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), want, got)
		}
		for _, line := range lines {
			harmless(t, line)
			if w := Width(line, Options{AmbiguousWide: wide}); w != Width(lines[0], Options{AmbiguousWide: wide}) {
				t.Errorf("lines of unequal width (%+v):\n%s", o, got)
			}
			if !boxed && strings.TrimRight(line, " ") != line {
				t.Errorf("line ends in blanks: %q", line)
			}
		}
		if w := Width(lines[0], o); o.MaxWidth >= 30 && w > o.MaxWidth && !isNumber(Clean(a)) && !isNumber(Clean(b)) && !isNumber(Clean(c)) {
			t.Errorf("%d wide, asked for %d:\n%s", w, o.MaxWidth, got)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	table := Table{Header: cases.Header}
	for range 40 {
		table.Rows = append(table.Rows, cases.Rows...)
	}
	for b.Loop() {
		if err := Write(&bytes.Buffer{}, table, Options{MaxWidth: 100}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"申请公开桥梁检测报告", 8, []string{"申请公开", "桥梁检测", "报告"}},
		{"内容明确，属本机关", 8, []string{"内容明", "确，属本", "机关"}}, // no line begins with ，
		{"第三方（条例）", 8, []string{"第三方", "（条例）"}},         // none ends with （
		{"来自 韩松 <a@example.test>", 16, []string{"来自 韩松", "<a@example.test>"}},
		{"共 1234 件", 5, []string{"共", "1234", "件"}},
		{"0123456789ab", 5, []string{"01234", "56789", "ab"}},
		{"“新闻”", 4, []string{"“新", "闻”"}},
	} {
		if got := Wrap(tt.in, tt.width, Options{}); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}
