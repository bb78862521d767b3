package daemon

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/imapsim"
)

// Seven weeks of an office: mails come at any hour, clerks work, the server fails for a week, and
// every date is the one that the law says.
func TestOfficeOverWeeks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.config.Mailboxes[0].PollInterval = time.Hour
		b.start()
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复")
		b.sleepUntil("2026-03-03")
		rows := b.list(ask.ListQuery{})
		if len(rows) != 1 || rows[0].Case != "2026-00001" || rows[0].Stage != "received" {
			t.Fatalf("after a day: %+v", rows)
		}
		if got := civil.Date(rows[0].DueStrict).String(); got != "2026-03-30" {
			t.Errorf("strict due = %s, want 2026-03-30", got)
		}
		row := b.record("2026-00001",
			casefile.Confirmed{How: "电话"},
			casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "某路改造的批复"},
			casefile.Reviewed{}, casefile.Assigned{Department: "综合科"})
		if got := civil.Date(row.DueLegal).String(); got != "2026-03-31" || row.Stage != "handling" {
			t.Errorf("legal due = %s at %s, want 2026-03-31 at handling", got, row.Stage)
		}
		// A week without the server: mail that came meanwhile is found, however late.
		b.sim.Inject(imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.Bye("Service not available")))
		b.sim.Disconnect(imapsim.EOF)
		b.sleepUntil("2026-03-04")
		b.deliver("李四 <lisi@example.test>", "申请公开预算", "申请公开本单位2025年预算")
		b.sleepUntil("2026-03-11")
		if n := len(b.list(ask.ListQuery{})); n != 1 {
			t.Errorf("during the outage there are %d open cases, want 1", n)
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || s.Mailboxes[0].Fault == "" || s.Mailboxes[0].Hint == "" {
			t.Errorf("status during the outage: %+v, %v", s.Mailboxes, err)
		}
		b.sim.Heal()
		b.sleepUntil("2026-03-12")
		rows = b.list(ask.ListQuery{})
		if len(rows) != 2 || rows[1].ArrivedAt.In(civil.Zone).Format(time.DateOnly) != "2026-03-04" {
			t.Fatalf("after the outage: %+v", rows)
		}
		if got := civil.Date(rows[1].DueStrict).String(); got != "2026-04-01" {
			t.Errorf("strict due of the late one = %s, want 2026-04-01: the arrival counts, not the fetch", got)
		}
		// The first is answered in time, the second is not.
		b.sleepUntil("2026-03-26")
		row = b.record("2026-00001",
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: "〔2026〕1号"},
			casefile.Dispatched{Way: casefile.ByEmail})
		if row.Late == nil || *row.Late || row.Clock != "stopped" {
			t.Errorf("answered in time: %+v", row)
		}
		b.sleepUntil("2026-04-02")
		overdue := b.list(ask.ListQuery{Overdue: true})
		if len(overdue) != 1 || overdue[0].Case != "2026-00002" || *overdue[0].RemainingWorkdays != -1 {
			t.Errorf("overdue: %+v", overdue)
		}
		items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{Within: 0})
		if err != nil || len(items) != 1 || !slices.Equal(items[0].Marks, []string{"待双方确认", "未登记"}) || items[0].Clock != ask.ClockStrict {
			t.Errorf("due: %+v, %v", items, err)
		}
		rep, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2026})
		if err != nil || rep.Table3[0].At(casefile.Natural) != 1 {
			t.Errorf("report: %+v, %v", rep.Table3, err)
		}
		if m := b.sim.Mutations(); len(m) != 0 {
			t.Errorf("the mailbox was changed: %v", m)
		}
	})
}

func TestIllegalStepSaysWhatIsLegal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.sleepUntil("2026-03-03")
		_, err := ask.Do(t.Context(), b.client, ask.Append, request(t, "2026-00001", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1"}))
		e, ok := err.(*ask.Error)
		if !ok || e.Exit != ask.ExitRefused || !strings.Contains(e.Hint, "登记") {
			t.Errorf("reply before registration: %v", err)
		}
		_, err = ask.Do(t.Context(), b.client, ask.Append, request(t, "2026-00099", casefile.Noted{Text: "x"}))
		if e, ok := err.(*ask.Error); !ok || e.Exit != ask.ExitNotFound {
			t.Errorf("unknown case: %v", err)
		}
		// Of several drafts all are recorded or none.
		req := request(t, "2026-00001", casefile.Noted{Text: "x"}, casefile.Archived{})
		if _, err := ask.Do(t.Context(), b.client, ask.Append, req); err == nil {
			t.Error("an archive at 收件 was recorded")
		}
		d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00001"))
		if err != nil || len(d.Records) != 1 {
			t.Errorf("records after the refusals: %+v, %v", d.Records, err)
		}
		req = request(t, "2026-00001", casefile.Noted{Text: "x"})
		if res, err := ask.Do(t.Context(), b.client.Dry(true), ask.Append, req); err != nil || len(res.Records) != 1 {
			t.Errorf("dry run: %+v, %v", res, err)
		}
		if d, _ := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00001")); len(d.Records) != 1 {
			t.Errorf("a dry run recorded: %+v", d.Records)
		}
	})
}
