package daemon

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

func (b *bureau) file(year, name string) []byte {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.state, "annual", year, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *bureau) written(year, name string) bool {
	_, err := os.Stat(filepath.Join(b.state, "annual", year, name))
	return err == nil
}

// sleepTo lets the office live on to an instant.
func (b *bureau) sleepTo(day, clock string) {
	b.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, civil.Zone)
	if err != nil {
		b.t.Fatal(err)
	}
	time.Sleep(at.Sub(b.now()))
	synctest.Wait()
}

var approver = ask.Actor{Name: "王五", UID: 4_000_001_001, Role: ask.Approver}

// TestYearEnd lives through the turn of a year: the report is written at 00:05, again when a fact of
// the year is learned, frozen, and what is learned afterwards lies beside it.
func TestYearEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-12-28")
		boss := ask.InProcess(b.daemon.handler, approver, func() error { return nil })
		defer boss.Close()
		b.deliver("张三 13800000001 <zhangsan@example.test>", "政府信息公开申请 13800000001", "申请公开某路改造的批复")
		b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "申请公开预算")
		b.sleepTo("2026-12-28", "12:00")
		for _, id := range []casefile.ID{"2026-00001", "2026-00002"} {
			b.record(id, casefile.Confirmed{How: "电话"}, casefile.Registered{As: casefile.Application, Applicant: "某人", Column: casefile.Natural, Request: "联系 13800000001"})
		}
		b.record("2026-00001", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1", Document: "〔2026〕1号"}, casefile.Dispatched{Way: casefile.ByEmail})
		if _, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}}); exitOf(err) != ask.ExitRefused {
			t.Errorf("closing a year that runs: %v", err)
		}

		b.sleepTo("2027-01-01", "00:04")
		if b.written("2026", "report.json") {
			t.Error("the report is written before the year is over")
		}
		b.sleepTo("2027-01-01", "00:06")
		for _, form := range render.Names() {
			if len(b.file("2026", "report."+render.Extension(form))) == 0 {
				t.Errorf("%s is empty", form)
			}
		}
		if page := string(b.file("2026", "internal/report.html")); !strings.Contains(page, "联系 *******0001") || strings.Contains(page, "13800000001") {
			t.Error("the page does not mask its cases")
		}
		if page := string(b.file("2026", "report.html")); strings.Contains(page, "联系") || strings.Contains(page, "2026-0000") {
			t.Error("the page for the public has cases")
		}
		first := b.file("2026", "report.json")

		// Nothing changes: nothing is written. A fact of last year is learned: it is.
		b.sleepTo("2027-01-04", "09:00")
		if got := b.file("2026", "report.json"); string(got) != string(first) {
			t.Error("an unchanged report was written again")
		}
		voidAll(t, b, "2026-00001")
		b.sleepTo("2027-01-04", "11:00")
		var r stats.Report
		if err := json.Unmarshal(b.file("2026", "report.json"), &r); err != nil || r.Table3[24][0] != 2 {
			t.Errorf("after a late fact: row 四 is %v, %v", r.Table3, err)
		}

		// 审核 alone may freeze, and only with every failed check waived.
		if _, err := ask.Do(t.Context(), b.client, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}}); exitOf(err) != ask.ExitRefused {
			t.Errorf("a clerk freezes: %v", err)
		}
		if _, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}, Waivers: []casefile.Waiver{{Check: "balance", Reason: "x"}}}); exitOf(err) != ask.ExitUsage {
			t.Errorf("waiving what has not failed: %v", err)
		}
		if err := b.manual(2026, "problems = \"共收到申请 {件} 件。\"\n"); err != nil {
			t.Fatal(err)
		}
		_, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}})
		if exitOf(err) != ask.ExitCheck || !strings.Contains(err.Error(), "不认识的填空 {件}") {
			t.Errorf("closing with a failed check: %v", err)
		}
		waived := []casefile.Waiver{{Check: "prose", Reason: "另有 5 件由他机关转来"}}
		if _, err := ask.Do(t.Context(), boss.Dry(true), ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}, Waivers: waived}); err != nil {
			t.Errorf("a dry run: %v", err)
		}
		v, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}, Waivers: waived})
		if err != nil || !v.Frozen || civil.Date(v.FrozenOn).String() != "2027-01-04" || !slices.Equal(v.Waivers, waived) {
			t.Fatalf("closing: %+v, %v", v, err)
		}
		frozen := b.file("2026", "report.json")
		if got := casefile.DigestOf(frozen[:len(frozen)-1]).String(); got != string(v.Digest) {
			t.Errorf("the file has the digest %s, the record %s", got, v.Digest)
		}
		if page := string(b.file("2026", "internal/report.html")); !strings.Contains(page, `href="#c24-1"`) || strings.Contains(page, "13800000001") {
			t.Error("the frozen page does not lead to its masked cases")
		}
		if d, err := ask.Do(t.Context(), b.client, ask.YearDiff, ask.YearRef{Year: 2026}); err != nil || len(d) != 0 {
			t.Errorf("differs at once: %+v, %v", d, err)
		}

		// What comes later does not touch it.
		b.record("2026-00002", casefile.Dismissed{Reason: "咨询"})
		b.sleepTo("2027-01-05", "11:00")
		if got := b.file("2026", "report.json"); string(got) != string(frozen) {
			t.Error("a frozen file was written again")
		}
		if !b.written("2026", "draft/report.docx") {
			t.Error("no draft beside the frozen report")
		}
		d, err := ask.Do(t.Context(), b.client, ask.YearDiff, ask.YearRef{Year: 2026})
		if err != nil || len(d) < 3 || d[0].Place != "一,自然人" || d[0].Before != "2" || d[0].After != "1" || !slices.Equal(d[0].Lost, []casefile.ID{"2026-00002"}) {
			t.Errorf("what differs: %+v, %v", d, err)
		}
		rep, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2026})
		if err != nil || !rep.Frozen || rep.Table3[0][0] != 2 || !rep.OK() {
			t.Errorf("the frozen report: %+v, %v", rep.Table3, err)
		}
		held, err := ask.Do(t.Context(), b.client, ask.ReportCases, ask.CellQuery{ReportQuery: ask.ReportQuery{YearRef: ask.YearRef{Year: 2026}}, Cell: "四,自然人"})
		if err != nil || !slices.Equal(held.Cases, []casefile.ID{"2026-00001", "2026-00002"}) {
			t.Errorf("cases of the frozen 四: %v, %v", held, err)
		}
		firstHalf := ask.ReportQuery{YearRef: ask.YearRef{Year: 2026}, Span: ask.Span{From: civil.MustParse("2026-01-01"), To: civil.MustParse("2026-06-30")}}
		if held, err := ask.Do(t.Context(), b.client, ask.ReportCases, ask.CellQuery{ReportQuery: firstHalf, Cell: "一,自然人"}); err != nil || len(held.Cases) != 0 {
			t.Errorf("cases of the first half: %v, %v", held, err)
		}
		next, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2027})
		if err != nil || next.Table3[1][0] != 2 || next.Table3[22][0] != 1 || next.Table3[24][0] != 1 || !next.OK() {
			t.Errorf("2027 carries in %v, （六）3 %v, carries out %v; %+v, %v", next.Table3[1], next.Table3[22], next.Table3[24], next.Failed(), err)
		}

		if _, err := ask.Do(t.Context(), boss, ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: 2026}, Reason: " "}); exitOf(err) != ask.ExitUsage {
			t.Errorf("reopening without a reason: %v", err)
		}
		if v, err := ask.Do(t.Context(), boss, ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: 2026}, Reason: "漏计"}); err != nil || v.Frozen {
			t.Errorf("reopening: %+v, %v", v, err)
		}
		if rep, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2026}); err != nil || rep.Frozen || rep.Table3[0][0] != 1 {
			t.Errorf("reopened: %+v, %v", rep.Table3, err)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.YearDiff, ask.YearRef{Year: 2026}); exitOf(err) != ask.ExitRefused {
			t.Errorf("diff of an open year: %v", err)
		}
	})
}

// A year from before the register's own stays in the list when it was frozen and is open again.
func TestReopenedYearStaysListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		boss := b.approver()
		listed := func() (all []string) {
			t.Helper()
			years, err := ask.Do(t.Context(), b.client, ask.Years, ask.None{})
			if err != nil {
				t.Fatal(err)
			}
			for _, y := range years {
				all = append(all, fmt.Sprintf("%d %v", y.Year, y.Frozen))
			}
			return all
		}
		if _, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2025}}); err != nil {
			t.Fatal(err)
		}
		if got, want := listed(), []string{"2026 false", "2025 true"}; !slices.Equal(got, want) {
			t.Errorf("frozen: %q, want %q", got, want)
		}
		if _, err := ask.Do(t.Context(), boss, ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: 2025}, Reason: "漏计"}); err != nil {
			t.Fatal(err)
		}
		if got, want := listed(), []string{"2026 false", "2025 false"}; !slices.Equal(got, want) {
			t.Errorf("reopened: %q, want %q", got, want)
		}
	})
}

// voidAll voids the reply and the dispatch of a case.
func voidAll(t *testing.T, b *bureau, id casefile.ID) {
	t.Helper()
	d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase(id))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Backward(d.Records) {
		if r.Kind == casefile.KindDispatched || r.Kind == casefile.KindReplied {
			b.record(id, casefile.Voided{Seq: r.Seq, Reason: "误记"})
		}
	}
}

func exitOf(err error) int {
	if e, ok := err.(*ask.Error); ok {
		return e.Exit
	}
	return -1
}

// TestYearEndCatchesUp: a daemon that was down over the turn writes at its start, and a report that
// cannot be read is made anew.
func TestYearEndCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-12-28")
		time.Sleep(20 * 24 * time.Hour)
		dir := filepath.Join(b.state, "annual", "2026")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.start()
		synctest.Wait()
		var r stats.Report
		if err := json.Unmarshal(b.file("2026", "report.json"), &r); err != nil || r.Year != 2026 {
			t.Errorf("after the start: %+v, %v", r, err)
		}
		years, err := ask.Do(t.Context(), b.client, ask.Years, ask.None{})
		if err != nil || len(years) != 2 || years[1].Year != 2026 || civil.Date(years[1].PublishBy).String() != "2027-01-31" || years[1].Remaining != 14 {
			t.Errorf("years: %+v, %v", years, err)
		}
	})
}

// TestManual: the clerk's file is offered with last year's words, judged, and part of the report.
// manual saves what a clerk wrote for a year.
func (b *bureau) manual(year int, text string) error {
	_, err := ask.Do(b.t.Context(), b.client, ask.SetManual, ask.ManualEdit{YearRef: ask.YearRef{Year: year}, Text: text})
	return err
}

func TestManual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-06-01")
		m, err := ask.Do(t.Context(), b.client, ask.Manual, ask.YearRef{Year: 2025})
		if err != nil || m.Saved || !strings.Contains(string(m.Text), "{依申请公开情况}") {
			t.Fatalf("the first draft: %+v, %v", m, err)
		}
		if err := b.manual(2025, "problems = \n"); exitOf(err) != ask.ExitUsage || !strings.Contains(err.Error(), "第 1 行") {
			t.Errorf("a broken file: %v", err)
		}
		if err := b.manual(2025, "problems = \"深度不够\"\n[table2]\nregulations = [0, 0, 10]\n"); err != nil {
			t.Fatal(err)
		}
		if m, err = ask.Do(t.Context(), b.client, ask.Manual, ask.YearRef{Year: 2026}); err != nil || !strings.Contains(string(m.Text), "深度不够") || !strings.Contains(string(m.Text), "上年现行有效 10") {
			t.Errorf("the next draft: %s, %v", m.Text, err)
		}
		if err := b.manual(2026, "[table2]\nregulations = [1, 0, 12]\n"); err != nil {
			t.Fatal(err)
		}
		rep, err := ask.Do(t.Context(), b.client, ask.Report, ask.YearRef{Year: 2026})
		if err != nil || rep.Table2["regulations"][2] != stats.Whole(12) {
			t.Errorf("report: %+v, %v", rep.Table2, err)
		}
		i := slices.IndexFunc(rep.Checks, func(c stats.Check) bool { return c.ID == "facts-balance" })
		if i < 0 || rep.Checks[i].OK || !strings.Contains(rep.Checks[i].Detail, "应为 11，填写为 12") {
			t.Errorf("checks: %+v", rep.Checks)
		}
	})
}
