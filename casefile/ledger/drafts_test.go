package ledger

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

var update = flag.Bool("update", false, "write golden files anew")

// rowWith reads a row of the needed cells, overridden and completed by "列=值 列=值".
func rowWith(t *testing.T, cells string) Row {
	t.Helper()
	names := []string{"编号", "收到日期", "渠道", "申请人类别"}
	values := []string{"2025-00001", "2025-03-03", "邮寄", "自然人"}
next:
	for c := range strings.FieldsSeq(cells) {
		name, value, _ := strings.Cut(c, "=")
		for i := range names {
			if names[i] == name {
				values[i] = value
				continue next
			}
		}
		names, values = append(names, name), append(values, value)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll([][]string{names, values}); err != nil {
		t.Fatal(err)
	}
	rows, err := Read(strings.NewReader(b.String()), "台账.csv", CSV, 2025)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

// TestContradictions: each way in which a row can be wrong though every cell of it is right.
func TestContradictions(t *testing.T) {
	tests := []struct{ cells, want string }{
		{"收到日期=2026-11-24", "收到日期（B 列）：2026-11-24 晚于今天 2026-11-23：台账只记已经发生的事"},
		{"收到日期=2007-05-01", "收到日期（B 列）：2007-05-01 早于条例施行之日 2008-05-01，请核对"},
		{"答复日期=2025-03-02 答复类别=（一）", "答复日期（E 列）：2025-03-02 早于收到日期 2025-03-03"},
		{"确认日期=2025-03-04", "确认日期（E 列）：邮寄提交的申请以提交或签收之日为收到申请之日，不需双方确认（条例第三十一条）：请留空"},
		{"确认日期=未确认", "确认日期（E 列）：邮寄提交的申请以提交或签收之日为收到申请之日，不需双方确认（条例第三十一条）：请留空"},
		{"渠道=电子邮件 确认日期=2025-03-20 答复日期=2025-03-10 答复类别=（一）", "确认日期（E 列）：2025-03-20 时案件已经办结，又未重新办理"},
		{"补正收到日期=2025-03-10", "补正告知日期：没有补正告知日期"},
		{"补正告知日期=2025-03-05 补正期限=2025-03-05", "补正期限（F 列）：2025-03-05 应晚于补正告知日期 2025-03-05"},
		{"补正告知日期=2025-03-05 补正收到日期=2025-03-04", "补正收到日期（F 列）：2025-03-04 早于补正告知日期 2025-03-05"},
		{"补正告知日期=2025-03-05 补正告知日期2=2025-03-10", "补正告知日期2（F 列）：2025-03-10 的“补正告知”不起作用：当日期限没有在计算，或仍在等待补正或缴费"},
		{"补正告知日期2=2025-03-10", "补正告知日期：没有补正告知日期"},
		{"补正告知日期=2025-04-05 答复日期=2025-03-20 答复类别=（一）", "补正告知日期（E 列）：2025-04-05 时案件已经办结，又未重新办理"},
		{"征求类型=第三方", "征求意见日期：没有征求意见日期"},
		{"征求意见日期=2025-03-10", "征求类型：应写：第三方、共同制作机关、其他机关；期限因此不同（条例第三十二条至第三十四条）"},
		{"征求类型=第三方 征求意见日期=2025-03-10 征求送达日期=2025-03-09", "征求送达日期（G 列）：2025-03-09 早于征求意见日期 2025-03-10"},
		{"征求类型=第三方 征求意见日期=2025-03-10 征求送达日期=2025-03-12 征求意见答复日期=2025-03-11", "征求意见答复日期（H 列）：2025-03-11 早于征求意见或送达日期"},
		{"征求类型=第三方 征求对象=甲 征求意见日期=2025-03-10 征求类型2=第三方 征求对象2=甲 征求意见日期2=2025-03-11", "征求对象2（I 列）：向同一对象的征求意见（征求对象）尚未结束：请写明不同的对象"},
		{"收费方式=件", "收费通知日期：没有收费通知日期"},
		{"收费通知日期=2025-03-10 收费金额=100", "收费方式：应写“件”或“页”"},
		{"收费通知日期=2025-03-10 收费方式=件", "收费金额：没有收费金额"},
		{"收费通知日期=2025-03-10 收费方式=件 收费金额=100 缴费日期=2025-03-09", "缴费日期（H 列）：2025-03-09 早于收费通知日期 2025-03-10"},
		{"补正告知日期=2025-03-05 收费通知日期=2025-03-10 收费方式=件 收费金额=100", "收费通知日期（F 列）：2025-03-10 的“收费通知”不起作用：当日期限没有在计算，或仍在等待补正或缴费"},
		{"延期工作日=20", "延期告知日期：没有延期告知日期：延期应告知申请人（条例第三十三条）"},
		{"延期工作日=21 延期告知日期=2025-03-20", "延期工作日（E 列）：应为 1 至 20（条例第三十三条）"},
		{"延期告知日期=2025-03-20", "延期工作日：应为 1 至 20（条例第三十三条）"},
		{"延期工作日=5 延期告知日期=2025-03-20 延期工作日2=5 延期告知日期2=2025-03-21", "延期告知日期2（H 列）：期限未重新起算，只能延长一次（条例第三十三条）"},
		{"补正告知日期=2025-03-05 补正收到日期=2025-03-20 延迟答复至=2025-03-20", "延迟答复至（G 列）：2025-03-20 应晚于期限重新起算之日 2025-03-20"},
		{"重新办理日期=2025-04-20", "重新办理日期（E 列）：此前没有答复"},
		{"收到日期=2024-12-03 重新办理日期=2025-04-20 答复日期=2025-05-06 答复类别=（一）", "答复日期（F 列）：没有写明重新办理之前的答复，无法知道计入哪一年：原答复写入“答复日期”，重新办理后的写入“答复日期2”"},
		{"答复日期=2025-03-20 答复类别=（一） 重新办理日期=2025-06-03 答复日期2=2025-05-20 答复类别2=（一）", "重新办理日期（G 列）：2025-06-03 晚于新的答复 2025-05-20"},
		{"答复日期=2025-03-20 答复类别=（一） 答复日期2=2025-05-20 答复类别2=（一）", "重新办理日期：有 2 次答复或撤回而没有其间的重新办理"},
		{"答复日期=2025-05-20 答复类别=（一） 答复日期2=2025-03-20 答复类别2=（一） 重新办理日期=2025-04-01", "答复日期2（G 列）：早于答复日期 2025-05-20"},
		{"答复日期=2025-03-20 答复类别=（一） 撤回日期=2025-03-25", "撤回日期（G 列）：答复之后的撤回不计入统计：请写入备注"},
		{"答复日期=2025-03-20 答复类别=（一） 撤回日期=2025-03-20", "答复日期（E 列）：2025-03-20 有两次答复或撤回"},
		{"答复日期=2025-03-20", "答复类别：已有答复日期，应写表三的行号或名称"},
		{"答复类别=（一）", "答复日期：没有答复日期；尚未送达的，答复各列请留空"},
		{"答复日期=2025-03-20 答复类别=（一） 答复依据=37", "答复依据（G 列）：“予以公开”的依据应为 [36-2-provide 36-1 36-2-inform] 之一，或留空"},
		{"答复日期=2025-03-20 答复类别=（一） 送达日期=2025-03-19", "送达日期（G 列）：2025-03-19 早于答复日期 2025-03-20"},
		{"答复日期=2025-03-20 答复类别=（一） 送达日期=2025-05-19 重新办理日期=2025-05-01", "送达日期（G 列）：2025-05-19 晚于重新办理日期 2025-05-01"},
		{"补正告知日期=2025-03-05 补正期限=2025-03-20 补正收到日期=2025-03-18 答复日期=2025-03-21 答复类别=（六）1", "答复类别（I 列）：已于 2025-03-18 收到补正，不是逾期不补正"},
		{"补正告知日期=2025-03-05 补正期限=2025-03-20 答复日期=2025-03-20 答复类别=（六）1", "答复日期（G 列）：补正期限至 2025-03-20，次日起方可不再处理"},
		{"收费通知日期=2025-03-05 收费方式=件 收费金额=100 缴费日期=2025-03-06 答复日期=2025-05-20 答复类别=（六）2", "答复类别（J 列）：已于 2025-03-06 缴费，不是逾期未缴费"},
		{"收费通知日期=2025-03-05 收费方式=件 收费金额=100 答复日期=2025-04-02 答复类别=（六）2", "答复日期（H 列）：缴费期限至 2025-04-02，次日起方可不再处理"},
		{"答复日期=2025-03-20 答复类别=（一） 重新办理日期=2025-03-20 延期工作日=5 延期告知日期=2025-03-20", "延期告知日期（I 列）：2025-03-20 当日既办结又重新办理，不知先后"},
		{"归档日期=2025-05-20", "归档日期（E 列）：尚未答复或早于答复，不能归档"},
		{"答复日期=2025-03-20 答复类别=（一） 归档日期=2025-03-19", "归档日期（G 列）：尚未答复或早于答复，不能归档"},
		{"答复日期=2025-03-20 答复类别=（一） 归档日期=2025-03-20 重新办理日期=2025-05-06", "归档日期（G 列）：尚未答复或早于答复，不能归档"},
		{"收到日期=2026-03-03 结转=是", "结转（E 列）：2026 年收到的申请还不可能由上年结转"},
		{"结转=是 答复日期=2025-03-20 答复类别=（一）", "结转（E 列）：已于收到当年办结（2025-03-20），没有结转"},
		{"行政复议=维持", "复议日期：没有日期，无法知道计入哪一年"},
		{"复议日期=2025-05-06 行政复议=维持", "复议结案日期：已有结果，应写明结案日期：它决定计入哪一年"},
		{"复议日期=2025-05-06 复议结案日期=2025-06-06", "行政复议：已有结案日期，应写明结果"},
		{"复议日期=2025-05-06 行政复议=维持 复议结案日期=2025-05-05", "复议结案日期（G 列）：2025-05-05 早于 2025-05-06"},
		{"诉讼日期=2025-05-06 诉讼结果=未审结", "行政诉讼：应写“直接”或“复议后”"},
	}
	for _, test := range tests {
		t.Run(test.cells, func(t *testing.T) {
			_, err := rowWith(t, test.cells).Drafts(terms())
			problems, ok := errors.AsType[Problems](err)
			if !ok || problems[0].Line != 2 || problems[0].File != "台账.csv" {
				t.Fatalf("got %v", err)
			}
			if got := strings.ReplaceAll(err.Error(), "台账.csv:2: ", ""); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestMeaning: what rows mean, as the case that folding gives.
func TestMeaning(t *testing.T) {
	type wanted struct {
		stage             casefile.Stage
		received, stopped string
		strict, legal     string
		outcome           casefile.Outcome
		basis             string
		waiting           casefile.Waiting
	}
	tests := []struct {
		name, cells string
		want        wanted
	}{
		{"open", "", wanted{casefile.StageRegistered, "2025-03-03", "", "2025-03-31", "2025-03-31", 0, "", 0}},
		{"assigned", "承办科室=办公室", wanted{casefile.StageHandling, "2025-03-03", "", "2025-03-31", "2025-03-31", 0, "", 0}},
		{"e-mail without a confirmation", "渠道=电子邮件", wanted{casefile.StageRegistered, "2025-03-03", "", "2025-03-31", "2025-03-31", 0, "", 0}},
		{"plain letter without a confirmation", "渠道=平信", wanted{casefile.StageRegistered, "2025-03-03", "", "2025-03-31", "2025-03-31", 0, "", 0}},
		{"e-mail confirmed", "渠道=电子邮件 确认日期=2025-03-05", wanted{casefile.StageRegistered, "2025-03-05", "", "2025-03-31", "2025-04-02", 0, "", 0}},
		{"e-mail not confirmed", "渠道=电子邮件 确认日期=未确认", wanted{casefile.StageRegistered, "2025-03-03", "", "2025-03-31", "", 0, "", 0}},
		{"in person, the day repeated", "渠道=当面 确认日期=2025-03-03", wanted{casefile.StageRegistered, "2025-03-03", "", "2025-03-31", "2025-03-31", 0, "", 0}},
		{"answered", "答复日期=2025-03-20 答复类别=（二） 送达日期=2025-03-24", wanted{casefile.StageServed, "2025-03-03", "2025-03-20", "2025-03-31", "2025-03-31", casefile.Partial, "37", 0}},
		{"several bases", "答复日期=2025-03-20 答复类别=（四）1", wanted{casefile.StageServed, "2025-03-03", "2025-03-20", "2025-03-31", "2025-03-31", casefile.UnableNotHeld, "", 0}},
		{"archived", "答复日期=2025-03-20 答复类别=（一） 答复依据=36-1 归档日期=2025-04-01", wanted{casefile.StageArchived, "2025-03-03", "2025-03-20", "2025-03-31", "2025-03-31", casefile.Disclosed, "36-1", 0}},
		{"corrected", "补正告知日期=2025-03-05 补正期限=2025-03-20 补正收到日期=2025-03-10", wanted{casefile.StageHandling, "2025-03-03", "", "2025-04-08", "2025-04-08", 0, "", 0}},
		{"waiting for a correction", "补正告知日期=2025-03-05 补正期限=2025-03-20", wanted{casefile.StageHandling, "2025-03-03", "", "", "", 0, "", casefile.WaitCorrection}},
		{"lapsed", "补正告知日期=2025-03-05 补正期限=2025-03-20 答复日期=2025-03-21 答复类别=（六）1", wanted{casefile.StageServed, "2025-03-03", "2025-03-21", "", "", casefile.CorrectionLapsed, "lapse-30", casefile.WaitCorrection}},
		{"lapsed, the notice not told", "答复日期=2025-05-21 答复类别=（六）1", wanted{casefile.StageServed, "2025-03-03", "2025-05-21", "2025-03-31", "2025-03-31", casefile.CorrectionLapsed, "lapse-30", 0}},
		{"paid", "收费方式=页 收费通知日期=2025-03-05 收费金额=140 缴费日期=2025-03-10", wanted{casefile.StageHandling, "2025-03-03", "", "2025-04-08", "2025-04-08", 0, "", 0}},
		{"extended", "延期工作日=10 延期批准人=李主任 延期告知日期=2025-03-28", wanted{casefile.StageHandling, "2025-03-03", "", "2025-04-15", "2025-04-15", 0, "", 0}},
		{"consulted", "征求类型=第三方 征求对象=甲公司 征求意见日期=2025-03-10 征求送达日期=2025-03-12 征求意见答复日期=2025-03-17", wanted{casefile.StageHandling, "2025-03-03", "", "2025-04-08", "2025-04-08", 0, "", 0}},
		{"deferred", "延迟答复至=2025-06-30", wanted{casefile.StageHandling - 2, "2025-03-03", "", "2025-06-30", "2025-06-30", 0, "", 0}},
		{"withdrawn", "撤回日期=2025-03-12", wanted{casefile.StageWithdrawn, "2025-03-03", "2025-03-12", "2025-03-31", "2025-03-31", casefile.OtherOutcome, "withdrawn", 0}},
		{"withdrawn, told as an outcome too", "撤回日期=2025-03-12 答复类别=（六）3", wanted{casefile.StageWithdrawn, "2025-03-03", "2025-03-12", "2025-03-31", "2025-03-31", casefile.OtherOutcome, "withdrawn", 0}},
		{"reopened", "答复日期=2025-03-20 答复类别=（一） 重新办理日期=2025-06-16", wanted{casefile.StageHandling, "2025-03-03", "", "2025-07-14", "2025-07-14", 0, "", 0}},
		{"answered again", "答复日期=2025-03-20 答复类别=（一） 重新办理日期=2025-06-16 答复日期2=2025-07-01 答复类别2=（二）", wanted{casefile.StageServed, "2025-03-03", "2025-07-01", "2025-07-14", "2025-07-14", casefile.Partial, "37", 0}},
		{"reopened, the first reply not told", "重新办理日期=2025-06-16 答复日期=2025-07-01 答复类别=（二）", wanted{casefile.StageServed, "2025-03-03", "2025-07-01", "2025-07-14", "2025-07-14", casefile.Partial, "37", 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			row := rowWith(t, test.cells)
			drafts, err := row.Drafts(terms())
			if err != nil {
				t.Fatal(err)
			}
			c := casefile.Fold(row.Number, records(drafts), casefile.Regulations(), workday.Embedded())
			got := wanted{c.Stage, c.ReceivedOn().String(), c.StoppedOn.String(), c.Strict.Due.String(), c.Legal.Due.String(), c.Outcome, c.Basis, c.Legal.Waiting}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v\n%s", got, test.want, told(records(drafts)))
			}
		})
	}
}

func TestApplicants(t *testing.T) {
	tests := []struct {
		cells  string
		first  string
		others []string
	}{
		{"申请人=张三", "张三", nil},
		{"申请人=张三、李四", "张三、李四", nil},
		{"申请人=张三、李四 申请人数=2", "张三", []string{"李四"}},
		{"申请人=张三等 申请人数=3", "张三等", []string{unstated, unstated}},
	}
	for _, test := range tests {
		r := rowWith(t, test.cells)
		if first, others := r.applicants(); first != test.first || fmt.Sprint(others) != fmt.Sprint(test.others) {
			t.Errorf("%s: got %s, %v", test.cells, first, others)
		}
	}
}

func TestDisputes(t *testing.T) {
	r := rowWith(t, "复议日期=2025-05-06 行政复议=维持 复议结案日期=2025-06-20 诉讼日期=2025-07-08 行政诉讼=复议后")
	if _, err := r.Drafts(terms()); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, d := range disputesOf(r) {
		got.WriteString(fmt.Sprintf("%s %s %s %s %v %s\n", d.ID, d.Track, d.FiledOn, d.Decided, d.Cases, d.Result.Label()))
	}
	want := "Y2025-001 reconsideration 2025-05-06 2025-06-20 [2025-00001] 结果维持\nY2025-002 suit-after-reconsideration 2025-07-08  [2025-00001] 尚未审结\n"
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// TestSample: the ledger of the documentation, and what the register makes of it.
func TestSample(t *testing.T) {
	f, err := os.Open("testdata/sample.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := Read(f, "sample.csv", Auto, 2025)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var shape Shape
	for _, row := range rows {
		fmt.Fprintf(&b, "== %s（第 %d 行）\n", row.Number, row.Line())
		drafts, err := row.Drafts(terms())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drafts {
			fmt.Fprintf(&b, "%s %s %s\n", d.On, d.Event.Kind().Label(), casefile.Describe(d.Event))
		}
		n := 0
		for d := range row.Disputes(func(year int) casefile.DisputeID { n++; return casefile.NewDisputeID(year, n) }) {
			fmt.Fprintf(&b, "%s %s %s\n", d.On, d.Event.Kind().Label(), casefile.Describe(d.Event))
		}
		shape.Hold(row)
	}
	golden(t, "testdata/sample.golden", b.String())

	var xlsx strings.Builder
	if err := Write(&xlsx, slicesOf(rows...), Options{Format: XLSX, Shape: shape}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/sample.xlsx", []byte(xlsx.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.Open("testdata/sample.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	got, err := Read(kept, "sample.xlsx", Auto, 2025)
	if err != nil || len(got) != len(rows) {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	for i := range got {
		same(t, got[i], rows[i])
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// TestFromCase: what a row cannot hold is named, and what is no row is not exported.
func TestFromCase(t *testing.T) {
	day := civil.MustParse("2025-03-03")
	base := func(events ...casefile.Event) []casefile.Record {
		all := []casefile.Event{
			casefile.Received{Channel: casefile.RegisteredPost},
			casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural},
		}
		var history []casefile.Record
		for i, e := range append(all, events...) {
			on := day
			if i >= len(all) {
				on += civil.Date(i)
			}
			history = append(history, casefile.Record{Seq: uint64(i + 1), On: on, Case: "2025-00001", Event: e})
		}
		return history
	}
	tests := []struct {
		name   string
		events []casefile.Event
		want   string
	}{
		{"nothing", nil, "[]"},
		{"reviewed", []casefile.Event{casefile.Reviewed{}}, "[审查]"},
		{"reply made and not sent", []casefile.Event{casefile.Replied{Outcome: casefile.Partial, Basis: "37"}}, "[尚未送达的答复]"},
		{"way", []casefile.Event{casefile.Replied{Outcome: casefile.Partial, Basis: "37"}, casefile.Dispatched{Way: casefile.ByEmail}}, "[送达方式和单号 答复书的日期]"},
		{"undelivered", []casefile.Event{casefile.Replied{Outcome: casefile.Partial, Basis: "37"}, casefile.Dispatched{}, casefile.DeliveryFailed{}}, "[答复书的日期 送达失败]"},
		{"counted in", []casefile.Event{casefile.CountedIn{Year: 2025, Reason: "x"}}, "[计入年度]"},
		{"mails", []casefile.Event{casefile.MessageIn{}, casefile.MessageOut{}}, "[邮件]"},
		{"reinstated", []casefile.Event{casefile.Dismissed{}, casefile.Reinstated{}}, "[曾认定为非申请]"},
		{"set date of a reopening", []casefile.Event{casefile.Withdrawn{}, casefile.Reopened{Cause: Source, Due: day + 90}}, "[]"},
		{"told later than granted", []casefile.Event{casefile.Extended{Days: 5, Told: day + 9}}, "[延期的批准日]"},
		{"files", []casefile.Event{casefile.Attached{}}, "[附卷]"},
		{"opinion", []casefile.Event{casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "甲"}, casefile.ConsultationAnswered{Party: "甲", Opinion: casefile.Objects}}, "[征求意见的答复内容]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			row, lossy, ok := FromCase(base(test.events...), nil, terms())
			if got := fmt.Sprint(lossy); got != test.want || !ok {
				t.Errorf("got %s, %v, want %s", got, ok, test.want)
			}
			if _, err := row.Drafts(terms()); err != nil {
				t.Error(err)
			}
		})
	}
	for name, history := range map[string][]casefile.Record{
		"none":           nil,
		"not registered": base()[:1],
		"dismissed":      base(casefile.Dismissed{}),
		"merged":         base(casefile.Merged{Into: "2025-00002"}),
		"no application": base(casefile.Registered{As: casefile.CorrectionOfRecord}),
	} {
		if _, _, ok := FromCase(history, nil, terms()); ok {
			t.Errorf("%s: taken for a row", name)
		}
	}
}

// TestSharedDispute: a dispute over two cases is one, and stands in the row of the first.
func TestSharedDispute(t *testing.T) {
	d := []casefile.Dispute{{ID: "Y2025-001", Track: casefile.Reconsideration, Party: unstated, Cases: []casefile.ID{"1", "2"}, FiledOn: civil.MustParse("2025-05-06")}}
	for id, want := range map[casefile.ID]int{"1": 1, "2": 0, "3": 0} {
		history := []casefile.Record{{Seq: 1, On: civil.MustParse("2025-03-03"), Case: id, Event: casefile.Received{Channel: casefile.Oral}}}
		row, lossy, _ := FromCase(history, d, terms())
		if len(row.Reviews) != want || (len(lossy) == 0) != (id == "3") {
			t.Errorf("%s: %d disputes, lossy %v", id, len(row.Reviews), lossy)
		}
	}
}
