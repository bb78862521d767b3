package daemon

import (
	"fmt"
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// A mail that is taken out of a case lies in another that holds it, else it waits for a person again;
// whoever voids the taking out has it back where it was.
func TestDetachedMailHasAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("z@example.test", "政府信息公开申请", "申请公开一")
		b.deliver("newsletter@example.test", "自动回复：休假", "不在")
		b.poll()
		first := b.list(ask.ListQuery{})[0].Case
		second := b.open(ask.NewCase{Channel: casefile.InPerson}).Case
		waiting := b.mails(casefile.Parked)
		if len(waiting) != 1 {
			t.Fatalf("parked: %+v", waiting)
		}
		d := waiting[0].Digest
		where := func() string {
			m, err := ask.Do(t.Context(), b.client, ask.Mail, ask.MailRef{Mail: d.String()})
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(m.Disposition, " ", m.Case)
		}
		see := func(when, want string) {
			t.Helper()
			if got := where(); got != want {
				t.Errorf("%s it lies at %q, want %q", when, got, want)
			}
		}
		for _, id := range []casefile.ID{first, second} {
			if _, err := ask.Do(t.Context(), b.client, ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: d.String()}, Reason: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		see("attached twice", "case "+string(first))
		b.record(first, casefile.Detached{Digest: d, Reason: "x"})
		see("taken out of the first", "case "+string(second))
		b.record(second, casefile.Detached{Digest: d, Reason: "x"})
		see("taken out of both", "parked ")
		if n := len(b.mails(casefile.Parked)); n != 1 {
			t.Errorf("%d mails wait for a person, want 1", n)
		}
		records := b.show(second).Records
		last := records[len(records)-1]
		b.record(second, casefile.Voided{Seq: last.Seq, Reason: "x"})
		see("brought back", "case "+string(second))
		b.record(second, casefile.Detached{Digest: d, Reason: "x"})
		if _, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: d.String()}); err != nil {
			t.Errorf("opening it as a case: %v", err)
		}
	})
}
