package daemon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
)

// openQuietly starts an office whose mailbox is polled twice a day: what is tested is the counter.
func openQuietly(t *testing.T, day string) *bureau {
	t.Helper()
	b := newBureau(t, day)
	b.config.Mailboxes[0].PollInterval = 12 * time.Hour
	b.start()
	return b
}

// open opens a case over the counter.
func (b *bureau) open(n ask.NewCase) ask.CaseRow {
	b.t.Helper()
	res, err := ask.Do(b.t.Context(), b.client, ask.New, n)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.Cases[0]
}

// turnedDown checks what an error's exit code is and what it says.
func turnedDown(t *testing.T, err error, exit int, says string) {
	t.Helper()
	e, ok := err.(*ask.Error)
	if !ok || e.Exit != exit || !strings.Contains(e.Msg, says) {
		t.Errorf("got %v, want exit %d: %s", err, exit, says)
	}
}

const notice2027 = `年份 2027
文号 国办发明电〔2026〕9号
元旦 2027-01-01 至 2027-01-04
春节 2月5日至2月11日
清明节 4月5日
劳动节 5月1日至5日
端午节 6月9日
中秋节 9月15日
国庆节 10月1日至7日
上班 2027-01-10 2027-02-14
`

// The notice of the next year comes, and the due dates that were provisional become what they are.
func TestAdoptionMovesDates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-12-08")
		row := b.open(ask.NewCase{Channel: casefile.InPerson, From: "张三"})
		early := b.open(ask.NewCase{Channel: casefile.RegisteredPost, On: ask.Day(civil.MustParse("2026-11-02"))})
		if got := civil.Date(row.DueLegal).String(); got != "2027-01-06" || !row.Provisional {
			t.Fatalf("before the notice: due %s, provisional %v; want 2027-01-06, provisionally", got, row.Provisional)
		}
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || s.CalendarMissing != 2027 {
			t.Errorf("status asks for the notice of %d, %v", s.CalendarMissing, err)
		}
		y, err := workday.ParseNotice(strings.NewReader(notice2027))
		if err != nil || len(y.Lacks()) > 0 {
			t.Fatal(err, y.Lacks())
		}
		for _, dry := range []bool{true, false} {
			changes, err := ask.Do(t.Context(), b.client.Dry(dry), ask.Adopt, ask.AdoptRequest{Year: y})
			if err != nil || len(changes) != 1 {
				t.Fatalf("dry %v: %+v, %v", dry, changes, err)
			}
			ch := changes[0]
			if ch.Case != row.Case || civil.Date(ch.LegalBefore).String() != "2027-01-06" || civil.Date(ch.LegalAfter).String() != "2027-01-07" || ch.Provisional {
				t.Errorf("dry %v: %+v", dry, ch)
			}
			want := "2027-01-06"
			if !dry {
				want = "2027-01-07"
			}
			if d := b.show(row.Case); civil.Date(d.DueLegal).String() != want || d.Provisional != dry {
				t.Errorf("dry %v: due %s, provisional %v", dry, civil.Date(d.DueLegal), d.Provisional)
			}
		}
		if d := b.show(early.Case); civil.Date(d.DueLegal).String() != "2026-11-30" {
			t.Errorf("a case of November moved to %s", civil.Date(d.DueLegal))
		}
		cal, err := ask.Do(t.Context(), b.client, ask.Calendar, ask.YearRef{Year: 2027})
		if err != nil || !cal.Complete {
			t.Errorf("2027: %+v, %v", cal, err)
		}
		if s, _ := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); s.CalendarMissing != 0 {
			t.Errorf("status still asks for %d", s.CalendarMissing)
		}
	})
}

// lines is a log that a test may read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// said returns what the log has said, and forgets it.
func (l *lines) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// count returns how often the log has said something, and forgets it.
func (l *lines) count(what string) int { return strings.Count(l.said(), what) }

// From 1 November on the log asks for the notice of the next year once a day, until it is there.
func TestReminderOfTheNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lines{}
		b := newBureau(t, "2026-10-30")
		b.config.Mailboxes[0].PollInterval = 12 * time.Hour
		b.seams = func(o *Options) { o.Log = zerolog.New(log) }
		b.start()
		const reminder = "holidays is missing"
		b.sleepUntil("2026-10-31")
		if n := log.count(reminder); n != 0 {
			t.Errorf("%d reminders in October", n)
		}
		b.sleepUntil("2026-11-03")
		if n := log.count(reminder); n != 3 {
			t.Errorf("%d reminders in three days of November", n)
		}
		y, err := workday.ParseNotice(strings.NewReader(notice2027))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.Adopt, ask.AdoptRequest{Year: y}); err != nil {
			t.Fatal(err)
		}
		log.count("")
		b.sleepUntil("2026-11-05")
		if n := log.count(reminder); n != 0 {
			t.Errorf("%d reminders of a notice that is there", n)
		}
	})
}

// A dispute's last day alarms on its own, until the office has answered.
func TestDisputesAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-06")
		served := civil.MustParse("2026-03-02") // a Monday
		row := b.open(ask.NewCase{Channel: casefile.InPerson, On: ask.Day(served)})
		b.record(row.Case, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural},
			casefile.Replied{Outcome: casefile.RefuseThirdParty, Basis: "15"}, casefile.Dispatched{Way: casefile.ByPost})
		file := func(e casefile.DisputeFiled) ask.DisputeView {
			t.Helper()
			v, err := b.dispute(e, served)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		review := file(casefile.DisputeFiled{Track: casefile.Reconsideration, Party: "张三", Cases: []casefile.ID{row.Case}})
		suit := file(casefile.DisputeFiled{Track: casefile.DirectSuit, Party: "李四", Matter: "未公开年报", Organ: "某法院"})
		ordinary := file(casefile.DisputeFiled{Track: casefile.Reconsideration, Party: "王五", Matter: "x", Ordinary: true})
		due := func(within int) string {
			t.Helper()
			items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{Within: within})
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, i := range items {
				all = append(all, fmt.Sprintf("%s %s%s %d", civil.Date(i.On), i.Case, i.Dispute, i.Remaining))
			}
			return strings.Join(all, ", ")
		}
		if got, want := due(30), fmt.Sprintf("2026-03-09 %s 1, 2026-03-16 %s 6, 2026-03-17 %s 7", review.Dispute, ordinary.Dispute, suit.Dispute); got != want {
			t.Errorf("due: %s, want %s", got, want)
		}
		if got := due(0); got != "" {
			t.Errorf("due today: %s", got)
		}
		b.sleepUntil("2026-03-10")
		if got, want := due(0), fmt.Sprintf("2026-03-09 %s -1", review.Dispute); got != want {
			t.Errorf("due: %s, want %s", got, want)
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || s.Disputes != 3 || s.DisputesOverdue != 1 || civil.Date(s.DisputeBy).String() != "2026-03-09" {
			t.Errorf("status: %+v, %v", s, err)
		}
		if _, err := b.dispute(casefile.DisputeAnswered{Dispute: review.Dispute}, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := b.dispute(casefile.DisputeDecided{Dispute: suit.Dispute, Decision: "撤回"}, 0); err != nil {
			t.Fatal(err)
		}
		if got, want := due(30), fmt.Sprintf("2026-03-16 %s 4", ordinary.Dispute); got != want {
			t.Errorf("due: %s, want %s", got, want)
		}
		if v, err := ask.Do(t.Context(), b.client, ask.Dispute, ask.DisputeRef{Dispute: review.Dispute}); err != nil || v.Remaining != nil {
			t.Errorf("an answered dispute: %+v, %v", v, err)
		}
	})
}

func (b *bureau) dispute(e casefile.Event, on civil.Date) (ask.DisputeView, error) {
	body, err := json.Marshal(e)
	if err != nil {
		b.t.Fatal(err)
	}
	return ask.Do(b.t.Context(), b.client, ask.RecordDispute, ask.DisputeRequest{On: ask.Day(on), Kind: e.Kind(), Event: body})
}

// What is tried leaves nothing, not even a number.
func TestDryRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		row := b.open(ask.NewCase{Channel: casefile.Email})
		for range 2 {
			res, err := ask.Do(t.Context(), b.client.Dry(true), ask.New, ask.NewCase{Channel: casefile.Fax})
			if err != nil || !res.DryRun || res.Cases[0].Case != "2026-00002" {
				t.Errorf("new: %+v, %v", res, err)
			}
			res, err = ask.Do(t.Context(), b.client.Dry(true), ask.Split, ask.SplitRequest{CaseRef: ask.CaseRef{Case: row.Case}, Parts: 3, Reason: "x"})
			if err != nil || len(res.Cases) != 3 || res.Cases[2].Case != "2026-00003" {
				t.Errorf("split: %+v, %v", res, err)
			}
			body, _ := json.Marshal(casefile.DisputeFiled{Track: casefile.DirectSuit, Party: "张三", Matter: "x"})
			v, err := ask.Do(t.Context(), b.client.Dry(true), ask.RecordDispute, ask.DisputeRequest{Kind: casefile.KindDisputeFiled, Event: body})
			if err != nil || v.Dispute != "Y2026-001" {
				t.Errorf("dispute: %+v, %v", v, err)
			}
		}
		if n := len(b.list(ask.ListQuery{All: true})); n != 1 {
			t.Errorf("%d cases", n)
		}
		if all, err := ask.Do(t.Context(), b.client, ask.Disputes, ask.DisputeQuery{}); err != nil || len(all) != 0 {
			t.Errorf("disputes: %+v, %v", all, err)
		}
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || s.Records != 1 {
			t.Errorf("%d records, %v", s.Records, err)
		}
	})
}

// Documents go in under a name for people, and only those whose bytes are kept.
func TestDocuments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		row := b.open(ask.NewCase{Channel: casefile.InPerson})
		for name, want := range map[string]string{
			"申请表.pdf": "申请表.pdf", "../../etc/passwd": "passwd", `C:\x\a.doc`: "a.doc", "a\x1b[31m\u202eb": "a[31mb", "..": "未命名", "": "未命名",
			strings.Repeat("长", 200) + ".pdf": strings.Repeat("长", 100) + strings.Repeat("长", 16) + ".pdf",
		} {
			f, err := b.keep(name, "bytes of "+name)
			if err != nil || f.Name != want {
				t.Errorf("%q is kept as %q, %v; want %q", name, f.Name, err, want)
			}
			b.record(row.Case, casefile.Attached{Files: []casefile.File{f}}) // else Verify finds it belongs nowhere
			b.record(row.Case, casefile.Detached{Digest: f.Digest, Reason: "x"})
		}
		f, err := b.keep("a.pdf", "x")
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.keep("a.pdf", "")
		turnedDown(t, err, ask.ExitUsage, "是空的")
		b.record(row.Case, casefile.Attached{Files: []casefile.File{f}})
		if d := b.show(row.Case); len(d.Files) != 1 || d.Files[0] != f {
			t.Errorf("files: %+v", d.Files)
		}
		unknown := f
		unknown.Digest = casefile.DigestOf([]byte("never sent"))
		_, err = ask.Do(t.Context(), b.client, ask.Append, request(t, row.Case, casefile.Attached{Files: []casefile.File{unknown}}))
		turnedDown(t, err, ask.ExitNotFound, "没有摘要为")
		_, err = ask.Do(t.Context(), b.client, ask.New, ask.NewCase{Channel: casefile.Fax, Files: []casefile.File{unknown}})
		turnedDown(t, err, ask.ExitNotFound, "没有摘要为")
		hostile := f
		hostile.Name = "../x"
		_, err = ask.Do(t.Context(), b.client, ask.Append, request(t, row.Case, casefile.Attached{Files: []casefile.File{hostile}}))
		turnedDown(t, err, ask.ExitUsage, "文件名")
		b.record(row.Case, casefile.Detached{Digest: f.Digest, Reason: "x"})
		if d := b.show(row.Case); len(d.Files) != 0 {
			t.Errorf("files after they were taken out: %+v", d.Files)
		}
	})
}

// The log's bounds are found without reading what lies before them, and are exact.
func TestLogBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		row := b.open(ask.NewCase{Channel: casefile.InPerson}) // record 1
		for _, day := range []string{"2026-03-03", "2026-03-05"} {
			b.sleepUntil(day)
			for range 3 { // records 2 to 4, 5 to 7
				b.record(row.Case, casefile.Noted{Text: day})
			}
		}
		b.record(row.Case, casefile.Voided{Seq: 3, Reason: "x"}) // 8
		date := civil.MustParse
		for _, tt := range []struct {
			q    ask.LogQuery
			want string
		}{
			{ask.LogQuery{}, "1 2 3x 4 5 6 7 8"},
			{ask.LogQuery{Last: 2}, "7 8"},
			{ask.LogQuery{Last: 100}, "1 2 3x 4 5 6 7 8"},
			{ask.LogQuery{Since: date("2026-03-03")}, "2 3x 4 5 6 7 8"},
			{ask.LogQuery{Since: date("2026-03-04")}, "5 6 7 8"},
			{ask.LogQuery{Until: date("2026-03-04")}, "1 2 3x 4"},
			{ask.LogQuery{Until: date("2026-03-04"), Last: 2}, "3x 4"},
			{ask.LogQuery{Since: date("2026-03-03"), Until: date("2026-03-03"), After: 2}, "3x 4"},
			{ask.LogQuery{Until: date("2020-01-01")}, ""},
			{ask.LogQuery{Since: date("2030-01-01")}, ""},
			{ask.LogQuery{After: 8}, ""},
			{ask.LogQuery{After: 99, Last: 5}, ""},
		} {
			for _, of := range []casefile.ID{"", row.Case} {
				tt.q.Case = of
				var got []string
				err := ask.Each(t.Context(), b.client, ask.Log, tt.q, func(r ask.RecordView) error {
					s := fmt.Sprint(r.Seq)
					if r.Voided {
						s += "x"
					}
					got = append(got, s)
					return nil
				})
				if err != nil || strings.Join(got, " ") != tt.want {
					t.Errorf("%+v: %v, %v; want %s", tt.q, got, err, tt.want)
				}
			}
		}
	})
}
