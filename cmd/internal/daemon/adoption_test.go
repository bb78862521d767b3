package daemon

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// An office comes in mid-year with a ledger of 40 rows and 800 old mails: there are 40 cases and no
// double, the old mails are history, and those that may be a row's application are proposed for it.
func TestAdoptionInMidYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-07-01")
		b.config.Intake.CasesFrom = civil.MustParse("2026-07-01")
		first := civil.MustParse("2026-03-02")
		for i := range 800 {
			from, subject := fmt.Sprintf("居民%d <resident%d@example.test>", i, i), "咨询"
			if i < 40 {
				from, subject = fmt.Sprintf("申请人%02d <applicant%d@example.test>", i, i), "政府信息公开申请"
			}
			b.sim.Add("INBOX", compose(from, subject, fmt.Sprintf("第 %d 封", i)), first.Add(i%40).Start().Add(10*time.Hour))
		}
		var ledger strings.Builder
		ledger.WriteString("编号,收到日期,渠道,申请人类别,申请人,申请内容\n")
		for i := range 40 {
			fmt.Fprintf(&ledger, "2026-%05d,%s,电子邮件,自然人,申请人%02d,某材料\n", i+1, first.Add(i), i)
		}
		b.start()
		b.poll()
		err := ask.Put(t.Context(), b.client, ask.Import, ask.ImportRequest{Name: "台账.csv"}, strings.NewReader(ledger.String()), func(ask.ImportProgress) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if cases, history := len(b.list(ask.ListQuery{All: true})), len(b.mails(casefile.ToHistory)); cases != 40 || history != 800 {
			t.Fatalf("%d cases and %d old mails, want 40 and 800", cases, history)
		}
		for _, id := range []casefile.ID{"2026-00001", "2026-00040"} {
			d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase(id))
			if err != nil || len(d.Candidates) != 1 || !strings.HasPrefix(string(d.Candidates[0].From), string(d.Applicant)) {
				t.Fatalf("%s: candidates %+v, %v", id, d.Candidates, err)
			}
			if _, err := ask.Do(t.Context(), b.client, ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: d.Candidates[0].Digest.Short()}, Reason: "台账所列"}); err != nil {
				t.Fatal(err)
			}
			if d, err = ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase(id)); err != nil || len(d.Candidates) != 0 || d.Messages != 1 {
				t.Errorf("%s after attaching: %d mails, candidates %+v, %v", id, d.Messages, d.Candidates, err)
			}
		}
		b.deliver("新人 <new@example.test>", "政府信息公开申请", "x")
		b.poll()
		if rows := b.list(ask.ListQuery{}); rows[len(rows)-1].Case != "2026-00041" {
			t.Errorf("the next number is %s, want 2026-00041", rows[len(rows)-1].Case)
		}
	})
}
