package workday

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/civil"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The forms of one notice mean the same.
func TestFormsOfANotice(t *testing.T) {
	want := Year{Year: 2027, Notice: "国办发明电〔2026〕9号",
		Rest: []Rest{rest("元旦", "2027-01-01", "2027-01-03"), rest("春节", "2027-02-05", "2027-02-11"), rest("清明节", "2027-04-03", "2027-04-05"),
			rest("劳动节", "2027-05-01", "2027-05-05"), rest("端午节", "2027-06-09", "2027-06-09"), rest("中秋节", "2027-09-15", "2027-09-15"), rest("国庆节", "2027-10-01", "2027-10-07")},
		Work: work("2027-02-14", "2027-02-20", "2027-05-08", "2027-10-09")}
	for _, name := range []string{"lines.txt", "table.csv", "pasted.txt"} {
		text, err := os.ReadFile(filepath.Join("testdata/notice", name))
		if err != nil {
			t.Fatal(err)
		}
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(text)
		if err != nil {
			t.Fatal(err)
		}
		for form, b := range map[string][]byte{
			"": text, " with a mark": append([]byte("\ufeff"), text...), " in GB18030": gb,
			" from Windows": bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
		} {
			got, err := ParseNotice(bytes.NewReader(b))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s%s:\n%v\n%+v", name, form, err, got)
			}
		}
	}
	if len(want.Lacks()) != 0 {
		t.Errorf("lacks %v", want.Lacks())
	}
}

// Every error has its place.
func TestWrongNotices(t *testing.T) {
	files, err := filepath.Glob("testdata/notice/wrong*.txt")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		y, err := ParseNotice(bytes.NewReader(text))
		if err == nil || !reflect.DeepEqual(y, Year{}) {
			t.Errorf("%s gives %+v", file, y)
			continue
		}
		got := err.Error() + "\n"
		golden := strings.TrimSuffix(file, ".txt") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

func TestWhatIsNoText(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"empty":     {"", "1:1: 没有写年份，请加一行：年份 2027"},
		"comments":  {"# 年份 2027\n", "1:1: 没有写年份，请加一行：年份 2027"},
		"no days":   {"年份 2027\n文号 国办发明电〔2026〕9号\n", "1:4: 没有写任何放假或上班的日子"},
		"no number": {"\n年份 2027\n元旦 1月1日\n", "1:1: 没有写通知文号，请加一行：文号 国办发明电〔2026〕7号"},
		"encoding":  {"\xff\xff年份", "1:1: 既不是 UTF-8 也不是 GB18030 编码的文本"},
		"binary":    {"PK\x03\x04\x00", "1:1: 有空字节：这不是文本文件"},
		"long":      {strings.Repeat("# 元旦\n", 1<<18), "1:1: 文件太长，不是放假安排"},
	} {
		if _, err := ParseNotice(strings.NewReader(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
	broken := errors.New("broken")
	if _, err := ParseNotice(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	_, err := ParseNotice(strings.NewReader("年份 2027\n文号 国办发明电〔2026〕9号\n" + strings.Repeat("元旦 ？\n", 100)))
	if n := len(strings.Split(err.Error(), "\n")); n != maxFaults+1 || !strings.HasSuffix(err.Error(), "其后还有 80 处，不再列出") {
		t.Errorf("%d lines for a hundred errors: %v", n, err)
	}
}

// The embedded notices come back from whatever form they are written in.
func TestEmbeddedNoticesComeBack(t *testing.T) {
	for _, want := range notices() {
		slices.Sort(want.Work)
		for form, text := range map[string]string{"lines": asLines(want), "sentences": asSentences(want), "csv": asCSV(want)} {
			got, err := ParseNotice(strings.NewReader(text))
			if err != nil || got.Notice != want.Notice || !reflect.DeepEqual(got.Rest, want.Rest) || !slices.Equal(got.Work, want.Work) {
				t.Errorf("%s as %s: %v\n%s%+v", want.Notice, form, err, text, got)
			}
		}
	}
}

func head(y Year) string { return fmt.Sprintf("年份 %d\n文号 %s\n", y.Year, y.Notice) }

func asLines(y Year) string {
	var b strings.Builder
	b.WriteString(head(y))
	for _, r := range y.Rest {
		fmt.Fprintf(&b, "%s %s 至 %s 共%d天\n", r.Name, r.From, r.To, r.To.Sub(r.From)+1)
	}
	for _, d := range y.Work {
		fmt.Fprintf(&b, "上班 %s\n", d)
	}
	return b.String()
}

func asCSV(y Year) string {
	var b strings.Builder
	b.WriteString("名称,首日,末日\n")
	fmt.Fprintf(&b, "年份,%d\n文号,%s\n", y.Year, y.Notice)
	for _, r := range y.Rest {
		fmt.Fprintf(&b, "%s,%s,%s\n", r.Name, r.From, r.To)
	}
	for _, d := range y.Work {
		fmt.Fprintf(&b, "上班,%s\n", d)
	}
	return b.String()
}

// asSentences writes a notice as such notices are worded.
func asSentences(y Year) string {
	var b strings.Builder
	fmt.Fprintf(&b, "关于%d年部分节假日安排的通知\n%s\n\n", y.Year, y.Notice)
	say := func(d civil.Date) string {
		year, month, day := d.Date()
		s := fmt.Sprintf("%d月%d日（周%s）", month, day, string([]rune(weekdayNames)[d.Weekday()]))
		if year != y.Year {
			s = fmt.Sprintf("%d年%s", year, s)
		}
		return s
	}
	for i, r := range y.Rest {
		days := say(r.From)
		if r.To != r.From {
			to := say(r.To)
			if r.From.Year() != r.To.Year() {
				to = fmt.Sprintf("%d年%s", r.To.Year(), to)
			}
			days += "至" + to
		}
		fmt.Fprintf(&b, "　　%s、%s：%s放假调休，共%d天。", string([]rune("一二三四五六七八九十")[i]), r.Name, days, r.To.Sub(r.From)+1)
		if i == 0 && len(y.Work) > 0 {
			var all []string
			for _, d := range y.Work {
				all = append(all, say(d))
			}
			b.WriteString(strings.Join(all, "、") + "上班。")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Whatever ParseNotice accepts, the calendar accepts, and it comes back from its plainest form.
func FuzzParseNotice(f *testing.F) {
	for _, y := range notices() {
		f.Add([]byte(asLines(y)))
		f.Add([]byte(asSentences(y)))
		f.Add([]byte(asCSV(y)))
	}
	files, err := filepath.Glob("testdata/notice/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := ParseNotice(bytes.NewReader(b))
		if err != nil {
			return
		}
		if _, err := Embedded().With(y); err != nil {
			t.Fatalf("the calendar refuses %+v: %v", y, err)
		}
		again, err := ParseNotice(strings.NewReader(asLines(y)))
		if err != nil || !reflect.DeepEqual(again, y) {
			t.Errorf("%+v came back as %+v: %v\n%s", y, again, err, asLines(y))
		}
	})
}

// The wordings of past notices, each as an item of 2027.
func TestWordings(t *testing.T) {
	for _, tt := range []struct{ text, rest, work string }{
		{"一、元旦：1月1日（星期五）放假，与周末连休。", "01-01..01-01", ""},
		{"一、元旦：2026年12月31日至2027年1月2日调休放假，共3天。1月9日（星期六）补班。", "12-31..01-02", "01-09"},
		{"一、元旦：1月1日至3日放假公休，1月9日（星期六）、10日（星期日）上班。", "01-01..01-03", "01-09 01-10"},
		{"1. 元旦：1 月 1 日 （ 周五 ） 至 3 日放假，共 3 天。", "01-01..01-03", ""},
		{"元旦：1月1日（周五）至3日（周日）放假，共3天。1月9日（周六）上班。", "01-01..01-03", "01-09"},
		{"元旦 2027/1/1-2027/1/3", "01-01..01-03", ""},
		{"元旦 2027.1.1~1月3号", "01-01..01-03", ""},
		{"元旦 1月1日 周五 到 1月3日 星期天", "01-01..01-03", ""},
		{"元旦 放假 1月1日至3日 上班 1月9日、10日", "01-01..01-03", "01-09 01-10"},
		{"元旦 1月1日、1月2日、1月3日", "01-01..01-01 01-02..01-02 01-03..01-03", ""},
		{"元旦,1月1日,1月3日", "01-01..01-03", ""},
		{"新年 1月1日\n上班 1月9日至1月10日", "01-01..01-01", "01-09 01-10"},
		{"二、春节：2月5日至11日放假调休，共7天。鼓励各单位安排职工在除夕（2月5日）休息。", "02-05..02-11", ""},
	} {
		y, err := ParseNotice(strings.NewReader("年份 2027\n文号 国办发明电【2026】9号\n" + tt.text))
		var rest, work []string
		for _, r := range y.Rest {
			rest = append(rest, r.From.String()[5:]+".."+r.To.String()[5:])
		}
		for _, d := range y.Work {
			work = append(work, d.String()[5:])
		}
		if got := strings.Join(rest, " "); err != nil || got != tt.rest || strings.Join(work, " ") != tt.work {
			t.Errorf("%s: rest %s, work %v, %v", tt.text, got, work, err)
		}
	}
}
