package ledger

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

const minimal = "编号,收到日期,渠道,申请人类别\n2025-00001,2025-03-03,当面,自然人\n"

func readCSV(t *testing.T, s string) ([]Row, error) {
	t.Helper()
	return Read(strings.NewReader(s), "台账.csv", Auto, 2025)
}

// rowOf reads a ledger that has the needed columns and one more.
func rowOf(t *testing.T, column, cell string) (Row, error) {
	t.Helper()
	rows, err := readCSV(t, "编号,收到日期,渠道,申请人类别,"+column+"\n1,2025-03-03,当面,自然人,"+cell+"\n")
	if len(rows) != 1 {
		return Row{}, err
	}
	return rows[0], err
}

func TestReadMinimal(t *testing.T) {
	rows, err := readCSV(t, minimal)
	if err != nil {
		t.Fatal(err)
	}
	got := rows[0]
	if got.Line() != 2 {
		t.Errorf("line %d", got.Line())
	}
	want := Row{Number: "2025-00001", Received: civil.MustParse("2025-03-03"), Channel: casefile.InPerson, Column: casefile.Natural}
	same(t, got, want)
}

// TestReadForms: however a file is encoded and laid out, it says the same.
func TestReadForms(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(minimal)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, file string }{
		{"byte order mark", "\ufeff" + minimal},
		{"GB18030", gb},
		{"CR LF", strings.ReplaceAll(minimal, "\n", "\r\n")},
		{"no line feed at the end", strings.TrimSpace(minimal)},
		{"other order", "申请人类别,渠道,编号,收到日期\n自然人,当面,2025-00001,2025-03-03\n"},
		{"empty lines and columns", "\n编号,,收到日期,渠道,申请人类别,,\n,,,\n\n2025-00001,,2025-03-03,当面,自然人,,,,\n,,,\n"},
		{"spaces", " 编号 ,收到日期　,渠 道,申请人类别\n 2025-00001\t,　2025-03-03 , 当面,\u00a0自然人\n"},
		{"full width", "编号,收到日期,渠道,申请人类别\n2025-00001,２０２５－０３－０３,当面,自然人\n"},
		{"quoted", "\"编号\",\"收到日期\",\"渠道\",\"申请人类别\"\n\"2025-00001\",\"2025/3/3\",\"当面\",\"自然人\"\n"},
		{"codes", "编号,收到日期,渠道,申请人类别\n2025-00001,2025年3月3日,in-person,natural\n"},
		{"midnight", "编号,收到日期,渠道,申请人类别\n2025-00001,2025/3/3 0:00:00,当面,自然人\n"},
		{"title, lines about the office, 序号 and a foot", "某区2025年度依申请公开台账,,,,\n单位：某区住建局,,,,填表日期：2026-01-05\n\n序号,编号,收到日期,渠道,申请人类别\n1,2025-00001,2025-03-03,当面,自然人\n2,,,,\n3,,,,\n合计,1件,,,\n填表人：王某,,,审核：赵某,\n"},
		{"what an export shows", "编号,阶段,承办,法定期限,收到日期,渠道,申请人类别,从严期限\n2025-00001,归档,水利科 王某,2025-03-31,2025-03-03,当面,自然人,何时\n"},
		{"number of this ledger's year", "编号,收到日期,渠道,申请人类别\n第1号,2025-03-03,当面,自然人\n"},
		{"number as people write it", "编号,收到日期,渠道,申请人类别\n2025年第１号,2025-03-03,当面,自然人\n"},
		{"points", "编号,收到日期,渠道,申请人类别\n2025-00001,2025.3.3,当面,自然人\n"},
	}
	want, err := readCSV(t, minimal)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := readCSV(t, test.file)
			if err != nil || len(got) != 1 {
				t.Fatalf("%d rows, %v", len(got), err)
			}
			same(t, got[0], want[0])
		})
	}
}

func TestProblems(t *testing.T) {
	const head = "编号,收到日期,渠道,申请人类别"
	tests := []struct{ name, file, want string }{
		{"empty", "", "台账.csv: 文件是空的；第一行应为列名"},
		{"only empty lines", "\n,,\n", "台账.csv: 文件是空的；第一行应为列名"},
		{"unknown column", head + ",补正告知日\n", "台账.csv:1: 补正告知日（E 列）：不认识的列名；是否“补正告知日期”？"},
		{"unknown and far", head + ",经手人姓名\n", "台账.csv:1: 经手人姓名（E 列）：不认识的列名；可用的列名见说明"},
		{"column missing", "编号,收到日期,渠道\n", "台账.csv:1: 申请人类别：缺少必需的列；第一行应为列名"},
		{"column twice", head + ",编号\n", "台账.csv:1: 编号（E 列）：列名重复，前一个在 A 列"},
		{"round one twice", head + ",补正期限,补正期限1\n", "台账.csv:1: 补正期限（F 列）：列名重复，前一个在 E 列"},
		{"suffix on a single column", head + ",渠道2\n", "台账.csv:1: 渠道2（E 列）：“渠道”只有一列，不加序号"},
		{"suffix too large", head + ",补正期限99\n", "台账.csv:1: 补正期限99（E 列）：序号应为 2 至 20"},
		{"needed cell empty", head + "\n,2025-03-03,,自然人\n", "台账.csv:2: 编号（A 列）：不能为空\n台账.csv:2: 渠道（C 列）：不能为空"},
		{"no such day", head + "\n1,2025-02-30,当面,自然人\n", "台账.csv:2: 收到日期（B 列）：\"2025-02-30\" 不是日期：请写 2026-03-02、2026/3/2 或 2026年3月2日"},
		{"day of two digits", head + "\n1,25-2-3,当面,自然人\n", "台账.csv:2: 收到日期（B 列）：\"25-2-3\" 不是日期：请写 2026-03-02、2026/3/2 或 2026年3月2日"},
		{"channel", head + "\n1,2025-02-03,微信,自然人\n", "台账.csv:2: 渠道（C 列）：渠道 \"微信\" 不认识；可写：in-person（当面）、post（邮寄）、letter（平信）、fax（传真）、platform（网上平台）、email（电子邮件）、oral（口头）"},
		{"no header at all", "某区台账\n甲,乙\n", "台账.csv:1: 某区台账（A 列）：不认识的列名；可用的列名见说明\n台账.csv:1: 编号：缺少必需的列；第一行应为列名\n台账.csv:1: 收到日期：缺少必需的列；第一行应为列名\n台账.csv:1: 渠道：缺少必需的列；第一行应为列名\n台账.csv:1: 申请人类别：缺少必需的列；第一行应为列名"},
		{"several numbers in one", head + "\n2025-1、2025-3,2025-02-03,当面,自然人\n", "台账.csv:2: 编号（A 列）：\"2025-1、2025-3\" 写作了几个编号或起止：一行一件，只写一个编号"},
		{"continued date", head + ",补正期限（续）\n", "台账.csv:1: 补正期限(续)（E 列）：只有文字的列可以续写"},
		{"number twice", head + "\n1,2025-02-03,当面,自然人\n1,2025-02-04,当面,自然人\n", "台账.csv:3: 编号（A 列）：2025-00001 与第 2 行重复"},
		{"cell beyond the header", head + "\n1,2025-02-03,当面,自然人,,多余\n", "台账.csv:2: F 列没有列名，而此格有内容"},
		{"line of a cell", head + ",备注,结转\n1,2025-02-03,当面,自然人,\"两\n行\",也许\n", "台账.csv:3: 结转（F 列）：\"也许\" 应写“是”或“否”，或留空"},
		{"quotes", head + "\n1,\"2025\"-02-03,当面,自然人\n", "台账.csv:2: 引号不成对或位置不对（extraneous or missing \" in quoted-field）：含逗号、引号或换行的内容应整格加引号，其中的引号写两遍"},
		{"UTF-16", "\xff\xfe\x16\x7f", "台账.csv: 文件是 UTF-16 编码：请另存为“CSV UTF-8”或 .xlsx"},
		{"no encoding", head + "\n1,2025-02-03,当面,\xff\xff\xff\n", "台账.csv:2: 此处既不是 UTF-8 也不是 GB18030 编码：请另存为“CSV UTF-8”或 .xlsx"},
		{"zero byte", "a\n\x00", "台账.csv:2: 有空字节：这不是 csv 文件"},
		{"very many columns", head + "\n" + strings.Repeat(",", 3000), "台账.csv:2: 一行多于 2000 列：这不是台账"},
		{"all at once", head + "\n1,x,当面,自然人\n2,2025-02-03,当面,甲\n3,2025-02-03,当面,自然人\n",
			"台账.csv:2: 收到日期（B 列）：\"x\" 不是日期：请写 2026-03-02、2026/3/2 或 2026年3月2日\n台账.csv:3: 申请人类别（D 列）：申请人类别 \"甲\" 不在六类之中：自然人、商业企业、科研机构、社会公益组织、法律服务机构、其他"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := readCSV(t, test.file)
			if _, ok := errors.AsType[Problems](err); !ok {
				t.Fatalf("got %T %v", err, err)
			}
			if err.Error() != test.want {
				t.Errorf("got\n%s\nwant\n%s", err, test.want)
			}
		})
	}
}

// TestSpoiled: what a spreadsheet has left of a number or a day is refused where it stands, for nobody can tell what it
// was.
func TestSpoiled(t *testing.T) {
	for _, test := range []struct{ column, cell, want string }{
		{"编号", "2.026E+07", "编号（A 列）：2.026E+07 是 Excel 改写过的数，原来的数字已经丢失"},
		{"编号", "3月17日", "编号（A 列）：此格被 Excel 当作了日期"},
		{"编号", "2025年3月", "编号（A 列）：此格被 Excel 当作了日期"},
		{"编号", "2025/3/17", "编号（A 列）：此格被 Excel 当作了日期"},
		{"编号", "Mar-25", "编号（A 列）：此格被 Excel 当作了日期"},
		{"答复文号", "2.02501E+17", "答复文号（F 列）：2.02501E+17 是 Excel 改写过的数"},
		{"备注", "１．３９Ｅ＋１０", "备注（F 列）：1.39E+10 是 Excel 改写过的数"},
		{"备注", "#REF!", "备注（F 列）：公式出错（#REF!）"},
		{"补正期限", "########", "补正期限（F 列）：此格只剩“###”"},
		{"收费金额", "#####", "收费金额（F 列）：此格只剩“###”"},
	} {
		t.Run(test.column+" "+test.cell, func(t *testing.T) {
			number, more := "2025-1", test.cell
			if test.column == "编号" {
				number, more = test.cell, ""
			}
			column := test.column
			if column == "编号" {
				column = "备注"
			}
			_, err := readCSV(t, "编号,收到日期,渠道,申请人类别,承办,"+column+"\n"+number+",2025-03-03,当面,自然人,,"+more+"\n")
			if err == nil || !strings.HasPrefix(err.Error(), "台账.csv:2: "+test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, kept := range []string{"E10", "2025-03", "3-17", "1E3号楼", "#17"} {
		if _, err := rowOf(t, "备注", kept); err != nil {
			t.Errorf("%s: %v", kept, err)
		}
	}
}

// TestNumberWithoutYear: a number that would mean another case next year is refused until somebody says its year; one
// that would never be found again is not taken as it stands.
func TestNumberWithoutYear(t *testing.T) {
	for number, want := range map[string]string{
		"1": "没有年份", "#17": "没有年份", "第3号": "没有年份", "00017": "没有年份", "2025-1..3": "写作了几个编号",
		"2025-17": "2025-00017", "20250017": "20250017", "依申请〔2025〕2号": "依申请〔2025〕2号", "2025-00001": "2025-00001", "YS-17": "YS-17",
	} {
		rows, err := Read(strings.NewReader("编号,收到日期,渠道,申请人类别\n"+number+",2025-03-03,当面,自然人\n"), "x", CSV, 0)
		switch {
		case err != nil:
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", number, err)
			}
		case string(rows[0].Number) != want:
			t.Errorf("%s: %s, want %s", number, rows[0].Number, want)
		case casefile.ExpandID(want, 2031) != casefile.ID(want):
			t.Errorf("%s is %s when somebody types it", want, casefile.ExpandID(want, 2031))
		}
	}
}

// TestWellFormedRowsGoOn: the rows beside a wrong one are returned, so that they can be judged too.
func TestWellFormedRowsGoOn(t *testing.T) {
	rows, err := readCSV(t, "编号,收到日期,渠道,申请人类别\n1,x,当面,自然人\n2,2025-02-03,当面,自然人\n")
	if err == nil || len(rows) != 1 || rows[0].Number != "2025-00002" {
		t.Errorf("got %v, %v", rows, err)
	}
}

func TestTooManyProblems(t *testing.T) {
	_, err := readCSV(t, "编号,收到日期,渠道,申请人类别\n"+strings.Repeat("x,x,x,x\n", 5000))
	problems, _ := errors.AsType[Problems](err)
	if n := len(problems); n < maxProblems || n > maxProblems+10 || !strings.Contains(problems[n-1].Msg, "其后未再查看") {
		t.Errorf("%d problems, the last %v", n, problems[n-1])
	}
}

func TestReaderFails(t *testing.T) {
	_, err := Read(io.MultiReader(strings.NewReader(minimal), iotest.ErrReader(io.ErrUnexpectedEOF)), "x", Auto, 2025)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if _, ok := errors.AsType[Problems](err); ok {
		t.Error("an error of the reader is no problem of the file")
	}
}

func TestTooLarge(t *testing.T) {
	_, err := Read(io.LimitReader(zeros{}, maxFile+1), "x", Auto, 2025)
	if problems, ok := errors.AsType[Problems](err); !ok || !strings.Contains(problems[0].Msg, "64 MiB") {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestCells: every column takes what it should and says what it took.
func TestCells(t *testing.T) {
	tests := []struct{ column, cell, want string }{
		{"确认日期", "2025/3/4", "2025-03-04"},
		{"确认日期", "未确认", "未确认"},
		{"申请人", "张三、李四", "张三、李四"},
		{"申请内容", "\"关于“一事”的批复,2024\n年\"", "关于“一事”的批复,2024\n年"},
		{"结转", "是", "是"},
		{"结转", "否", ""},
		{"承办科室", "办公室", "办公室"},
		{"备注", "\"一\r二\"", "一\n二"},
		{"补正告知日期", "2025-3-4", "2025-03-04"},
		{"补正期限2", "2025-03-20", "2025-03-20"},
		{"补正收到日期", "2025-03-20", "2025-03-20"},
		{"征求类型", "第三方", "第三方"},
		{"征求类型3", "共同制作机关", "共同制作机关"},
		{"征求类型", "其他机关", "其他机关"},
		{"征求对象", "某公司", "某公司"},
		{"征求意见日期", "2025-03-20", "2025-03-20"},
		{"征求送达日期", "2025-03-20", "2025-03-20"},
		{"征求意见答复日期", "2025-03-20", "2025-03-20"},
		{"收费方式", "按件", "件"},
		{"收费方式", "页", "页"},
		{"收费通知日期", "2025-03-20", "2025-03-20"},
		{"收费金额", "１００元", "100"},
		{"收费金额", "100.00", "100"},
		{"缴费日期", "2025-03-20", "2025-03-20"},
		{"收费通知书编号", "某局费〔2025〕1号", "某局费〔2025〕1号"},
		{"收费送达日期", "2025-03-08", "2025-03-08"},
		{"延期工作日", "20个工作日", "20"},
		{"延期批准人", "李主任", "李主任"},
		{"延期告知日期", "2025-03-20", "2025-03-20"},
		{"延迟答复至", "2025-06-20", "2025-06-20"},
		{"重新办理日期", "2025-06-20", "2025-06-20"},
		{"重新办理限期", "2025-07-20", "2025-07-20"},
		{"答复日期", "2025-06-20", "2025-06-20"},
		{"答复类别", "(三)4", "（三）4.保护第三方合法权益"},
		{"答复类别", "（三）４", "（三）4.保护第三方合法权益"},
		{"答复类别", "保护第三方合法权益", "（三）4.保护第三方合法权益"},
		{"答复类别", "（一）", "（一）予以公开"},
		{"答复类别", "其他", "（六）3.其他"},
		{"答复依据", "36-1", "36-1"},
		{"不予公开依据", "15、36-4", "15、36-4"},
		{"答复文号", "×政公〔2025〕1号", "×政公〔2025〕1号"},
		{"送达日期", "2025-06-20", "2025-06-20"},
		{"归档日期", "2025-06-20", "2025-06-20"},
		{"撤回日期", "2025-06-20", "2025-06-20"},
		{"申请人数", "3人", "3"},
		{"代理人", "王律师", "王律师"},
		{"复议日期", "2025-06-20", "2025-06-20"},
		{"复议结案日期", "2025-06-20", "2025-06-20"},
		{"诉讼日期2", "2025-06-20", "2025-06-20"},
		{"行政诉讼", "直接", "直接"},
		{"行政诉讼", "复议后", "复议后"},
		{"诉讼结案日期", "2025-06-20", "2025-06-20"},
		{"备注", "'=1+1", "=1+1"},
	}
	tried := make(map[string]bool)
	for _, test := range tests {
		t.Run(test.column+" "+test.cell, func(t *testing.T) {
			row, err := rowOf(t, test.column, test.cell)
			if err != nil {
				t.Fatal(err)
			}
			h, _ := find(test.column)
			tried[h.name] = true
			if got := h.at(&row, h.round).String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	for _, c := range columns() {
		if !tried[c.name] && !c.needed && !c.shown && c.name != "行政复议" && c.name != "诉讼结果" {
			t.Errorf("column %s is not tried", c.name)
		}
	}
}

func TestResultCells(t *testing.T) {
	for word, want := range map[string]casefile.Result{
		"维持": casefile.ResultUpheld, "结果纠正": casefile.ResultCorrected, "其他": casefile.ResultOther, "尚未审结": casefile.ResultPending, "未审结": casefile.ResultPending,
	} {
		rows, err := readCSV(t, "编号,收到日期,渠道,申请人类别,复议日期,行政复议,诉讼日期,诉讼结果\n1,2025-03-03,当面,自然人,2025-06-02,"+word+",2025-07-01,"+word+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if r := rows[0]; r.Reviews[0].Result != want || r.Suits[0].Result != want {
			t.Errorf("%s: got %v, %v", word, r.Reviews, r.Suits)
		}
	}
}

func TestWrongCells(t *testing.T) {
	tests := []struct{ column, cell, want string }{
		{"确认日期", "已确认", "不是日期"},
		{"结转", "1", "应写“是”或“否”"},
		{"征求类型", "公司", "征求类型 \"公司\" 不认识"},
		{"收费方式", "次", "应写“件”或“页”"},
		{"收费金额", "十元", "应为不小于 0 的整数"},
		{"收费金额", "-1", "应为不小于 0 的整数"},
		{"收费金额", "1.50", "应为不小于 0 的整数"},
		{"收费金额", "99999999999999999999", "应为不小于 0 的整数"},
		{"延期工作日", "半个月", "应为不小于 0 的整数"},
		{"答复类别", "（七）", "不在表三之中"},
		{"行政复议", "驳回", "应为：维持、纠正、其他、未审结"},
		{"行政诉讼", "是", "应写“直接”或“复议后”"},
		{"诉讼结果", "胜诉", "应为：维持、纠正、其他、未审结"},
		{"编号2", "1", "不加序号"},
		{"补正期限", "2025年3月", "不是日期"},
		{"补正期限", "2025年3月1", "不是日期"},
		{"补正期限", "2025/3-1", "不是日期"},
		{"补正期限", "1969-12-31", "不是日期"},
		{"补正期限", "2025-03-01 09:30", "不是日期"},
	}
	for _, test := range tests {
		t.Run(test.column+" "+test.cell, func(t *testing.T) {
			_, err := rowOf(t, test.column, test.cell)
			if problems, ok := errors.AsType[Problems](err); !ok || len(problems) != 1 || !strings.Contains(problems[0].Msg, test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDefuse(t *testing.T) {
	tests := []struct{ text, written string }{
		{"普通", "普通"}, {"=1+1", "'=1+1"}, {"+86", "'+86"}, {"-", "'-"}, {"@x", "'@x"}, {"＝1", "'＝1"},
		{"'=1", "''=1"}, {"'x", "'x"}, {"'", "'"}, {"a=1", "a=1"}, {"", ""},
	}
	for _, test := range tests {
		if got := defuse(test.text); got != test.written {
			t.Errorf("%q: written %q, want %q", test.text, got, test.written)
		}
		if got := clean(test.written); got != test.text {
			t.Errorf("%q: read %q, want %q", test.written, got, test.text)
		}
	}
}

// same compares rows without the place where they stood.
func same(t testing.TB, got, want Row) {
	t.Helper()
	got.place, want.place = place{}, place{}
	if g, w := printed(got), printed(want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

// printed is a row as Write prints it, each cell with its name.
func printed(r Row) string {
	var s Shape
	s.Hold(r)
	var b bytes.Buffer
	for cells, err := range s.print(slicesOf(r)) {
		if err != nil {
			return err.Error()
		}
		for i, h := range s.heads() {
			if cells[i] != "" {
				b.WriteString(h.String() + "=" + cells[i] + " ")
			}
		}
	}
	return b.String()
}

func slicesOf(rows ...Row) func(func(Row, error) bool) {
	return func(yield func(Row, error) bool) {
		for r := range slices.Values(rows) {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestWriteCSV(t *testing.T) {
	d := civil.MustParse
	rows := []Row{
		{Number: "2025-00001", Received: d("2025-03-03"), Channel: casefile.Email, Column: casefile.Natural, Unconfirmed: true, Note: "=cmd,\"x\"\n次行"},
		{Number: "依申请〔2025〕2号", Received: d("2025-03-04"), Channel: casefile.RegisteredPost, Column: casefile.OtherBody,
			Corrections: []Correction{{d("2025-03-05"), d("2025-03-20"), d("2025-03-18")}, {Asked: d("2025-03-19"), Until: d("2025-03-31")}}},
	}
	var shape Shape
	for _, r := range rows {
		shape.Hold(r)
	}
	var a, b bytes.Buffer
	for _, w := range []io.Writer{&a, &b} {
		if err := Write(w, slicesOf(rows...), Options{Shape: shape}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same rows gave different bytes")
	}
	s := a.String()
	for _, want := range []string{"\ufeff编号,收到日期,", ",补正告知日期,补正期限,补正收到日期,补正告知日期2,补正期限2,补正收到日期2,征求类型,", ",备注\r\n", "\"'=cmd,\"\"x\"\"\r\n次行\"\r\n"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing in\n%s", want, s)
		}
	}
	got, err := Read(&a, "x", Auto, 2025)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i := range rows {
		same(t, got[i], rows[i])
	}
	if err := Write(io.Discard, slicesOf(rows...), Options{}); !errors.Is(err, ErrShape) {
		t.Errorf("a row that does not fit: got %v", err)
	}
}
