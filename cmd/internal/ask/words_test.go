package ask

import (
	"testing"

	"ysq.internal/ysq/casefile/civil"
)

func TestStanding(t *testing.T) {
	for _, tt := range []struct {
		name string
		row  CaseRow
		want string
	}{
		{"left", CaseRow{RemainingWorkdays: new(3)}, "剩 3 个工作日"},
		{"today", CaseRow{RemainingWorkdays: new(0)}, "今天到期"},
		{"overdue", CaseRow{RemainingWorkdays: new(-1), Overdue: true}, "已逾期 1 个工作日"},
		{"overdue on a weekend", CaseRow{RemainingWorkdays: new(0), Overdue: true}, "已逾期"},
		{"provisional", CaseRow{RemainingWorkdays: new(12), Provisional: true}, "剩 12 个工作日（暂定）"},
		{"waiting", CaseRow{WaitingFor: "补正", WaitingUntil: Day(civil.MustParse("2026-12-11"))}, "等待补正（至 2026-12-11）"},
		{"waiting without an end", CaseRow{WaitingFor: "征求意见"}, "等待征求意见"},
		{"in time", CaseRow{Clock: "stopped", Late: new(false)}, "按时办结"},
		{"in time by the legal clock only", CaseRow{Clock: "stopped", Late: new(false), Disputable: true}, "有争议（从严口径已逾期）"},
		{"overdue by the strict clock only", CaseRow{RemainingWorkdays: new(-2), Overdue: true, OverdueBy: ClockStrict, Disputable: true}, "已逾期 2 个工作日（从严口径）"},
		{"late", CaseRow{Clock: "stopped", Late: new(true)}, "逾期办结"},
		{"late before", CaseRow{Late: new(true), RemainingWorkdays: new(3)}, "剩 3 个工作日（前期已逾期）"},
		{"disputable before", CaseRow{Disputable: true, RemainingWorkdays: new(3)}, "剩 3 个工作日（前期有争议）"},
		{"overdue and waiting", CaseRow{RemainingWorkdays: new(-1), Overdue: true, WaitingFor: "补正"}, "已逾期 1 个工作日，等待补正"},
		{"doubted", CaseRow{RemainingWorkdays: new(-1), ArrivalDoubted: true}, "到达日存疑"},
		{"internal", CaseRow{RemainingWorkdays: new(-1), Internal: true}, "内部期限已过 1 个工作日"},
		{"internal, done", CaseRow{Clock: "stopped", Late: new(false), Internal: true}, "已办结"},
		{"of the old regulations", CaseRow{RemainingWorkdays: new(-1), OldRegulations: true}, "旧条例，不计算"},
		{"no clock", CaseRow{}, ""},
	} {
		if got := tt.row.Standing(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if brief := tt.row.Brief(); brief.Standing() != tt.want || brief.Urgency() != tt.row.Urgency() {
			t.Errorf("%s: %q and %v in brief, want %q and %v", tt.name, brief.Standing(), brief.Urgency(), tt.want, tt.row.Urgency())
		}
	}
}

// What the office owes to itself, or a mail that waits, is never overdue in the law's sense.
func TestLeft(t *testing.T) {
	for _, tt := range []struct {
		name    string
		item    DueItem
		want    string
		urgency Urgency
	}{
		{"left", DueItem{Alarm: Alarm{Block: BlockStatutory, Remaining: 4}}, "剩 4 个工作日", Calm},
		{"soon", DueItem{Alarm: Alarm{Block: BlockStatutory, Remaining: 3}, Provisional: true}, "剩 3 个工作日（暂定）", Soon},
		{"today", DueItem{Alarm: Alarm{Block: BlockStatutory}}, "今天到期", Soon},
		{"late", DueItem{Alarm: Alarm{Block: BlockStatutory, Clock: ClockStrict, Remaining: -2}}, "逾期 2 个工作日（从严口径）", Late},
		{"late on a day of rest", DueItem{Alarm: Alarm{Block: BlockStatutory, Clock: ClockBoth}}, "今天到期", Late},
		{"internal", DueItem{Alarm: Alarm{Block: BlockInternal, Remaining: -2}}, "已 2 个工作日", Calm},
		{"a mail", DueItem{Alarm: Alarm{Block: BlockMail, Remaining: -2}}, "2 个工作日", Soon},
		{"a mail of today", DueItem{Alarm: Alarm{Block: BlockMail}}, "今天", Soon},
	} {
		if got := tt.item.Left(); got != tt.want || tt.item.Urgency() != tt.urgency {
			t.Errorf("%s: %q, %v", tt.name, got, tt.item.Urgency())
		}
	}
}

func TestLabels(t *testing.T) {
	for _, tt := range [][2]string{
		{StageLabel("served"), "送达"}, {StageLabel(""), ""}, {StageLabel("new-one"), "new-one"}, {OpeningLabel("first"), "收到申请"},
		{OutStateLabel("held"), "被退回待处理"}, {OutWayLabel("draft"), "存草稿箱"}, {KindLabel(""), ""},
	} {
		if tt[0] != tt[1] {
			t.Errorf("%q, want %q", tt[0], tt[1])
		}
	}
}

// What to do and the line for a terminal are apart on the wire and together on a terminal.
func TestAdvice(t *testing.T) {
	refused := Refused("not-registered", "先登记\nysq register 2026-00017", "尚未登记").(*Error) //nolint:errorlint // made here
	sent := (&Door{office: explains{}}).public(refused)
	if sent.Hint != "先登记" || sent.Do != "ysq register 2026-00017" || refused.Do != "" {
		t.Errorf("on the wire: %+v, made of %+v", sent, refused)
	}
	for _, e := range []*Error{refused, sent} {
		if got, want := e.Error(), "尚未登记；先登记：ysq register 2026-00017"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := (&Error{Hint: "稍后再试"}).Advice(); got != "稍后再试" {
		t.Errorf("without a line: %q", got)
	}
}

type explains struct{ Office }

func (explains) Explain(err error) error { return err }
