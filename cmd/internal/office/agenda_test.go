package office

import (
	"fmt"
	"io"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
)

// What is late beyond dispute stands before what is late from the arrival of the mail alone, whichever day comes first.
func TestLatenessOrders(t *testing.T) {
	line := func(block, clock string, left int) *ask.DueItem {
		return &ask.DueItem{Alarm: ask.Alarm{Block: block, Clock: clock, Remaining: left}}
	}
	all := []*ask.DueItem{line(ask.BlockStatutory, ask.ClockBoth, -2), line(ask.BlockStatutory, "", -1), line(ask.BlockStatutory, ask.ClockStrict, -9), line(ask.BlockStatutory, "", 0), line(ask.BlockStatutory, "", 4)}
	for i, want := range []int{0, 0, 1, 2, 2} {
		if got := lateAt(all[i]); got != want {
			t.Errorf("line %d is put at %d, want %d", i, got, want)
		}
	}
	if lateAt(line(ask.BlockMail, ask.ClockBoth, -3)) != lateAt(line(ask.BlockMail, "", -1)) {
		t.Error("mails keep the order in which they have waited")
	}
}

// The step of an answer that is due leads through whoever has to decide about it.
func TestStepOfProposed(t *testing.T) {
	for approval, want := range map[casefile.Approval]string{casefile.ApprovalNone: "ysq reply 2026-00001", casefile.AwaitsSigning: "ysq sign 2026-00001", casefile.ApprovalGiven: "ysq answer 2026-00001 --signed --draft", casefile.ApprovalDenied: "ysq submit 2026-00001", casefile.ApprovalMade: "ysq reply 2026-00001"} {
		c := casefile.Case{ID: "2026-00001", Stage: casefile.StageHandling, Approval: approval}
		if got := stepOf(c, casefile.AlarmReply); got != want {
			t.Errorf("%s: %q, want %q", approval.Label(), got, want)
		}
	}
}

// openedOffice is an office that is closed with the test.
func openedOffice(t *testing.T, now func() time.Time) *Office {
	t.Helper()
	o, err := openOffice(t.TempDir(), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// A mail of a person that stands on no open case is on the desk with what there is to say of it, also where the server did
// not say when it came. Where there is room for one mail alone, it is the one that has waited longest.
func TestAgendaHasMailsOutsideOfCases(t *testing.T) {
	now := civil.MustParse("2026-03-03").Start().Add(9 * time.Hour)
	o := openedOffice(t, func() time.Time { return now })
	call := func() ask.Call {
		return ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Approver}, At: now}
	}
	var uid uint32
	arrives := func(from string, role mailbox.Role, at time.Time, subject, text string) casefile.Digest {
		t.Helper()
		uid++
		source := fmt.Sprintf("From: %s\r\nTo: foi@example.test\r\nSubject: %s\r\nMessage-ID: <%d@example.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n", from, subject, uid, text)
		e, err := o.Keep(func(w io.Writer) error { _, err := io.WriteString(w, source); return err })
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Intake.Take(t.Context(), []mailbox.Fetched{{Ref: mailbox.Ref{Account: "foi", Folder: "垃圾邮件", UIDValidity: 7, UID: uid}, Role: role, InternalDate: at, Size: e.Size, Digest: e.Digest}}); err != nil {
			t.Fatal(err)
		}
		return e.Digest
	}
	agenda := func(aside int) ask.Portion[ask.DueItem] {
		t.Helper()
		v, err := o.Agenda(t.Context(), call(), ask.AgendaQuery{Within: 10, Lines: 9, Aside: aside})
		if err != nil {
			t.Fatal(err)
		}
		return v.Mails
	}

	arrives("zhang@example.test", mailbox.RoleInbox, now, "政府信息公开申请", "申请人：张三\r\n联系电话：13900000001\r\n通信地址：示例市某路1号\r\n所需信息：甲路改造工程的批复")
	if _, err := o.Append(call(), casefile.Draft{Case: "2026-00001", On: o.Today(), Event: casefile.Dismissed{Reason: "咨询"}}); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 2)
	first := arrives("second@example.test", mailbox.RoleJunk, now, "关于 2026-00001", "请问什么时候答复？")
	mails := agenda(9)
	if len(mails.First) != 1 || mails.First[0].Mail != first {
		t.Fatalf("%d mails: %+v", len(mails.First), mails.First)
	}
	newest := mails.First[0].Newest
	if newest == nil || newest.Digest != first || !newest.ArrivedAt.Equal(now) || newest.From != "second@example.test" || newest.Guess != casefile.GuessReminder.String() || newest.Opening != "请问什么时候答复？" {
		t.Errorf("it says of the mail: %+v", newest)
	}

	now = now.AddDate(0, 0, 1)
	second := arrives("second@example.test", mailbox.RoleJunk, time.Time{}, "关于 2026-00001", "再不答复我就复议了")
	mails = agenda(9)
	if len(mails.First) != 2 || mails.First[0].Mail != second || mails.First[1].Mail != first || !mails.First[0].Newest.ArrivedAt.Equal(now) {
		t.Errorf("of two, not the newest first: %+v", mails.First)
	}
	if mails = agenda(1); len(mails.First) != 1 || mails.First[0].Mail != first || mails.Rest != 1 {
		t.Errorf("with room for one: %+v and %d more", mails.First, mails.Rest)
	}
}

// What may belong to a case belongs to the one into which it is merged, although nothing else changes there.
func TestDueAfterMerging(t *testing.T) {
	now := civil.MustParse("2026-03-03").Start().Add(9 * time.Hour)
	o := openedOffice(t, func() time.Time { return now })
	call := ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Approver}, At: now}
	record := func(id casefile.ID, events ...casefile.Event) {
		t.Helper()
		for _, e := range events {
			if _, err := o.Append(call, casefile.Draft{Case: id, On: o.Today(), Event: e}); err != nil {
				t.Fatal(err)
			}
		}
	}
	mailsOn := func(id casefile.ID) (n int) {
		t.Helper()
		items, err := o.Deadlines.Due(t.Context(), call, ask.DueQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			if i.Case == id {
				n += i.Mails
			}
		}
		return n
	}
	for _, id := range []casefile.ID{"2026-00001", "2026-00002"} {
		record(id, casefile.Received{Channel: casefile.InPerson}, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "甲路改造工程的批复"})
	}
	record("2026-00003", casefile.Received{Channel: casefile.Email, ArrivedAt: now, Letter: casefile.Letter{Digest: casefile.DigestOf([]byte("a")), From: casefile.Address{Mail: "zhang@example.test"}},
		Guess: casefile.GuessReminder, Suggestions: []casefile.Suggestion{{Case: "2026-00001", Reason: "同一申请人"}}})
	if one, two := mailsOn("2026-00001"), mailsOn("2026-00002"); one != 1 || two != 0 {
		t.Errorf("%d and %d mails wait, want 1 and none", one, two)
	}
	record("2026-00001", casefile.Merged{Into: "2026-00002", Reason: "同一件"})
	if two := mailsOn("2026-00002"); two != 1 {
		t.Errorf("%d mails wait after the merging, want 1", two)
	}
}
