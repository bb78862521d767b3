package ask

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"身份证号 11010119000307123X，电话13800138000", "身份证号 **************123X，电话*******8000"},
		{"11010119900307123x", "**************123x"},
		{"110101199003071234", "**************1234"},
		{"110101 19900307 1234", "**************1234"},
		{"110101-19900307-123X", "**************123X"},
		{"ID110101199003071234", "ID**************1234"},
		{"身份证ID110101199003071234.txt", "身份证ID**************1234.txt"},
		{"１１０１０１１９９００３０７１２３４", "**************１２３４"},
		{"110101900307123", "***********7123"},
		{"320801 900307 123", "***********7123"},
		{"13800001111、13900002222", "*******1111、*******2222"},
		{"13800001111/13900002222", "*******1111/*******2222"},
		{"13800001111 13900002222", "*******1111 *******2222"},
		{"138-0000-1111", "*******1111"},
		{"138 0000 1111", "*******1111"},
		{"138.0000.1111", "*******1111"},
		{"138　0000　1111", "*******1111"},
		{"１３８００００１１１１", "*******１１１１"},
		{"+8613800001111", "+86*******1111"},
		{"+86 138 0000 1111", "+86 *******1111"},
		{"+86-13800001111", "+86-*******1111"},
		{"（+86）13800001111", "（+86）*******1111"},
		{"8613800001111", "*********1111"},
		{"008613800001111", "***********1111"},
		{"tel13800001111", "tel*******1111"},
		{"电话：13800001111转", "电话：*******1111转"},
		{"0371-65900000", "********0000"},
		{"0371 65900000", "********0000"},
		{"(0517)83331234", "(********1234"},
		{"（0517）8333 1234", "（********1234"},
		{"010-1234567", "******4567"},
		{"0101234567", "******4567"},
		{"+86 10 8333 1234", "+86 ******1234"},
		{"固话 65900000", "固话 ****0000"},
		{"8333-1234", "****1234"},
		{"65900000-8001", "********8001"},
		{"电话：8333123", "电话：****123"},
		{"电话/83331234", "电话/****1234"},
		{"83331234/83335678", "****1234/****5678"},
		{"110101 1990 0307 1234", "**************1234"},
		{"11010119900307123 X", "**************123X"},
		{"1 3 8 0 0 0 0 1 1 1 1", "*******1111"},
		{"138 00 00 11 11", "*******1111"},
		{"622202 1234567890123", "***************0123"},
		{"电话 833-1234", "电话 ****234"},
		{"香港身份证 A123456(7)", "香港身份证 ****4567)"},
		{"2026.138.0000.1111", "2026.*******1111"},
		{"17.13800001111", "17.*******1111"},
		{"QQ12345678", "QQ****5678"},
		{"+852 6123 4567", "+*******4567"},
		{"6222 0212 3456 7890 123", "***************0123"},
		{"卡号 6222020000000000000", "卡号 ***************0000"},
		{"护照E12345678", "护照*****5678"},
		{"Ｅ12345678", "*****5678"},
		{"EA1234567", "*****4567"},
		{"港澳居民来往内地通行证 H1234567890", "港澳居民来往内地通行证 *******7890"},
		{"13800001111@163.example", "*******1111@163.example"},
		{"123456789@qq.example", "*****6789@qq.example"},
		{"zhang13800001111@example.test", "zhang*******1111@example.test"},
		{"证号和电话连写11010119900307123413800001111", "证号和电话连写*************************1111"},
		{"2026-00017 138 0000 1111", "2026-00017 *******1111"},
		{"2026-11-23 138 0000 1111", "2026-11-23 *******1111"},
		{"138 2011 1223", "*******1223"},
	} {
		if got := Mask(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
		if again := Mask(tt.want); again != tt.want {
			t.Errorf("%q is masked again: %q", tt.want, again)
		}
	}
}

// Numbers of papers, days and amounts stay: without them nobody could work.
func TestMaskLeaves(t *testing.T) {
	for _, s := range []string{
		"案件 2026-00017，日期 2026-11-23、20261123、2026.11.23、2026/11/23、2026年11月23日", "豫政〔2026〕12号", "国办发明电〔2025〕7号", "（2026）豫01行初1234号",
		"共 1234567 元", "12345678元", "人民币12345678.90元", "1,234,567.89", "12345678 字节", "单号 XA12345678901", "EA123456789CN", "SF1234567890123", "挂号信1012345678901",
		"统一社会信用代码 91320800MA1ABCDE12", "GB 3838-2002", "3838.2045 公顷", "发票 26322000000123456789", "12 345 678", "1 3 8 0", "DB32/T 3560-2019", "GB/T 19001-2016", "DB32/1234-2020", "2020-2026", "2020 2026", "130 2026-11-23", "56969694fb75", "138a0000b1111c45", "192.168.10.123",
		"/tmp/12345678/register.db", "20261123093000", "UID 1392611444", "第1-3项", "1 3 8", "网址 example.test:8080", "wang_1990@example.test", "A20261123", "", "申请公开某路改造的批复",
	} {
		if got := Mask(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		in, viewer string
	}{
		{"张三 <13800001111@163.example>", "张三 <*******1111@163.example>"},
		{"zhang.13800001111.x@163.example", "zhang.*******1111.x@163.example"},
		{"zhang@example.test", "zhang@example.test"},
	} {
		if got := (audience{handles: true}).address(tt.in); got != tt.in {
			t.Errorf("an operator sees %q as %q", tt.in, got)
		}
		if got := (audience{}).address(tt.in); got != tt.viewer {
			t.Errorf("a viewer sees %q as %q, want %q", tt.in, got, tt.viewer)
		}
	}
	if got := (audience{handles: true}).address("13800001111 <13800002222@163.example>"); got != "*******1111 <13800002222@163.example>" {
		t.Errorf("a name is no address: %q", got)
	}
}

func TestVeilKeepsPlaces(t *testing.T) {
	for in, want := range map[string]string{
		"电话138-0000-1111。": "电话***-****-1111。",
		"１３８００００１１１１":      "＊＊＊＊＊＊＊１１１１",
		"没有号码":             "没有号码",
	} {
		if got := Veil(in); got != want || len(got) != len(in) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestHides(t *testing.T) {
	for _, tt := range []struct {
		text, span string
		want       bool
	}{
		{"电话13800000001。", "1380", true},
		{"电话13800000001。", "13800000001", false}, // who knows it may find it
		{"电话13800000001。", "电话13800000001", false},
		{"电话13800000001。", "电话138", true},
		{"证号11010119900307001X", "1101", true},
		{"日期20261123", "2026", false}, // nobody hides it
		{"2026-00017", "2026", false},
		{"某环答〔2026〕17号", "2026", false},
		{"没有号码", "号码", false},
	} {
		start := strings.Index(tt.text, tt.span)
		if got := NumbersIn(tt.text).Hide(start, start+len(tt.span)); got != tt.want {
			t.Errorf("Hides %q in %q = %v, want %v", tt.span, tt.text, got, tt.want)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"+86 138 0000 1111", "110101 19900307 1234", "（0517）8333 1234", "E12345678@", "١٢٣٤٥٦٧٨", "12\xff345678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, n := range personalNumbers(s) {
			if n.start < last || n.end <= n.start || n.end > len(s) {
				t.Fatalf("%q: %+v after %d", s, n, last)
			}
			last = n.end
		}
		Mask(s)
	})
}

// A long list streams through the mask: nearly every text of it is let go by at the first look.
func BenchmarkMaskRow(b *testing.B) {
	row := CaseRow{Case: "2026-00017", Stage: "handling", Applicant: "张某某", Category: "自然人", Department: "综合科", Subject: "关于申请公开某路改造工程环境影响评价批复的申请", Channel: "email", DocumentNumber: "某环答〔2026〕17号"}
	for b.Loop() {
		r := row
		maskAnswer(&r, audience{})
	}
}

// Whoever writes a mail may fill it with anything like a number. Where a place was looked at again for each number,
// these texts took five to thirteen seconds each, and a hundred times that at ten times the length.
func TestMaskIsLinear(t *testing.T) {
	for piece, want := range map[string]string{
		"123456a": "123456a", "13800001111,E12345678,": "*******1111,*****5678,", "1": "1", "13800001111a": "13800001111a",
	} {
		n := 200_000 / len(piece)
		if got := (audience{handles: true}).address(strings.Repeat(piece, n)); got != strings.Repeat(want, n) {
			t.Errorf("%q, many times: %.60q…, want %.60q…", piece, got, want)
		}
	}
}
