package daemon

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
)

func (b *bureau) head() (seq uint64) {
	b.t.Helper()
	if err := b.daemon.Reg.View(func(tx *register.Tx) error { seq, _ = tx.Head(); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return seq
}

func codeOf(err error) string {
	if e, ok := err.(*ask.Error); ok {
		return e.Code
	}
	return ""
}

// Whoever has less than the role of an operation is refused by the real office, whatever it is.
func TestEveryOperationHasItsRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		b.open(ask.NewCase{Channel: casefile.Email})
		before := b.head()
		for _, op := range b.daemon.handler.Operations() {
			for _, role := range []ask.Role{ask.NoRole, ask.Viewer, ask.Operator} {
				if role >= op.Role {
					continue
				}
				r := httptest.NewRequest(http.MethodPost, "/v1/"+url.PathEscape(op.Name), strings.NewReader("{}"))
				r.Header.Set("Ysq-Protocol", ask.Protocol)
				w := httptest.NewRecorder()
				b.daemon.handler.ServeHTTP(w, r.WithContext(ask.WithActor(t.Context(), ask.Actor{Name: "某人", UID: 4_000_004_321, Role: role})))
				if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `"denied"`) {
					t.Errorf("%s by %s: %d %s", op.Name, role.Label(), w.Code, w.Body)
				}
			}
		}
		if after := b.head(); after != before {
			t.Errorf("%d records came of it", after-before)
		}
	})
}

// try asks one operation that changes something.
type try func(ctx context.Context, c *ask.Client) error

func trying[Q, A any](op ask.Op[Q, A], q Q) (string, try) {
	return op.Name, func(ctx context.Context, c *ask.Client) error { _, err := ask.Do(ctx, c, op, q); return err }
}

// A dry run of every operation is judged to its end and leaves no record. The same call by somebody who has not
// seen the last record of its case is refused, and leaves none either.
func TestEveryDryRunLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := writingOffice(t, func(b *bureau) {
			b.config.Retention.Years = 1
			b.config.Notify.Host, b.config.Notify.URLFile = "hook.example.test", "/nowhere"
		})
		boss := b.approver()
		b.archived("政府信息公开申请")
		b.years(3)
		b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "申请人：李四\n联系电话：13800001111\n所需信息：某批复")
		b.sim.Add("垃圾邮件", compose("x <x@example.test>", "广告", "x"), b.now())
		b.poll()
		id := b.registered("王五")
		mailed := b.list(ask.ListQuery{})[0].Case
		proposed := b.registered("赵六")
		issued, err := ask.Do(t.Context(), b.client, ask.AnswerCase, func() ask.AnswerRequest {
			q := ask.AnswerRequest{LetterRequest: letterAbout(t, aRefusal, id)}
			q.Later = true
			return q
		}())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ask.Do(t.Context(), boss, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2024}}); err != nil {
			t.Fatal(err)
		}
		b.record(mailed, casefile.Noted{Text: "x"})
		sent := b.send(ask.SendRequest{Case: mailed, Way: casefile.OutDraft, Text: "x", To: "lisi@example.test"})
		p := b.proposals(mailed)

		all := map[string]try{}
		add := func(name string, f try) { all[name] = f }
		add(trying(ask.Append, request(t, id, casefile.Noted{Text: "x"})))
		add(trying(ask.New, ask.NewCase{Channel: casefile.Fax}))
		add(trying(ask.Split, ask.SplitRequest{CaseRef: ask.CaseRef{Case: mailed}, Parts: 2, Reason: "x"}))
		add(trying(ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: b.mails(casefile.Parked)[0].Digest.String()}, Reason: "x"}))
		add(trying(ask.Register, ask.RegisterRequest{CaseRef: ask.CaseRef{Case: mailed}, Token: p.Token, Accept: []string{"applicant", "column", "request", "contact"}, Event: []byte(`{"column":"natural"}`)}))
		add(trying(ask.RecordDispute, ask.DisputeRequest{Kind: casefile.KindDisputeFiled, Event: []byte(`{"track":"direct-suit","party":"王五","matter":"x"}`)}))
		add(trying(ask.OpenMail, ask.MailRef{Mail: b.mails(casefile.Parked)[0].Digest.String()}))
		add(trying(ask.SeenMail, ask.SeenRequest{Mails: []string{b.mails(casefile.Parked)[0].Digest.String()}}))
		add(trying(ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, nil, id)}))
		add(trying(ask.Submit, ask.SubmitRequest{AnswerRequest: ask.AnswerRequest{LetterRequest: letterAbout(t, aRefusal, proposed)}}))
		add(trying(ask.VoidLetter, ask.VoidLetterRequest{Document: string(issued.Letter.Document), Reason: "x"}))
		add(trying(ask.RecordLetter, ask.RecordLetterRequest{Document: string(issued.Letter.Document)}))
		add(ask.Posted.Name, func(ctx context.Context, c *ask.Client) error {
			return ask.Put(ctx, c, ask.Posted, ask.PostedRequest{Name: "a.csv"}, strings.NewReader(string(issued.Letter.Document)+",XA1\n"), func(ask.AppendResult) error { return nil })
		})
		add(trying(ask.ResumeLetters, ask.ResumeLettersRequest{Last: map[string]int{casefile.LetterKinds()[0].String(): 40}, Reason: "x"}))
		add(trying(ask.Send, ask.SendRequest{Case: mailed, Way: casefile.OutDraft, Text: "x", To: "lisi@example.test"}))
		add(trying(ask.Notify, ask.None{}))
		add(trying(ask.RecordStandIn, ask.StandInRequest{Who: "王五", Deputy: "李四", Until: ask.Day(21700)}))
		add(trying(ask.DecideOutgoing, ask.OutgoingDecision{OutgoingRef: ask.OutgoingRef{ID: sent.ID}, Do: "drop", Reason: "x"}))
		add(trying(ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2025}}))
		add(trying(ask.ReopenYear, ask.ReopenRequest{YearRef: ask.YearRef{Year: 2024}, Reason: "x"}))
		add(trying(ask.Baseline, ask.BaselineRequest{Report: stats.Report{Format: stats.Current, Year: 2022, Table3: make([]stats.Line, 25), Table4: make([]stats.Standings, 3)}, Source: "x"}))
		add(trying(ask.SetOpening, casefile.OpeningBalance{Year: 2026}))
		add(trying(ask.Adopt, ask.AdoptRequest{Year: workday.Year{Year: 2029, Overrides: []workday.Override{{Date: 21563, Reason: "x"}}}}))
		add(trying(ask.Erase, ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "x"}))
		add(ask.Import.Name, func(ctx context.Context, c *ask.Client) error {
			return ask.Put(ctx, c, ask.Import, ask.ImportRequest{Name: "a.csv"}, strings.NewReader("编号,收到日期,渠道,申请人类别\n2025-00001,2025-03-03,当面,自然人\n"), func(ask.ImportProgress) error { return nil })
		})

		time.Sleep(time.Hour)
		before := b.head()
		onCase := []string{ask.Append.Name, ask.Split.Name, ask.AttachMail.Name, ask.Register.Name, ask.AnswerCase.Name, ask.Submit.Name, ask.VoidLetter.Name, ask.RecordLetter.Name, ask.DecideOutgoing.Name, ask.Send.Name, ask.Erase.Name}
		for _, op := range b.daemon.handler.Operations() {
			f, known := all[op.Name]
			if known != op.Dry {
				t.Errorf("%s can be tried: %v; is tried here: %v", op.Name, op.Dry, known)
			}
			if !known {
				continue
			}
			if err := f(t.Context(), boss.Dry(true)); err != nil {
				t.Errorf("%s as a dry run: %v", op.Name, err)
			}
			for _, dry := range []bool{true, false} {
				if slices.Contains(onCase, op.Name) {
					if err := f(t.Context(), boss.Dry(dry).IfSeq(mailed, 1)); codeOf(err) != "changed" {
						t.Errorf("%s on a case that has gone on, dry %v: %v", op.Name, dry, err)
					}
				}
			}
			if after := b.head(); after != before {
				t.Errorf("%s left %d records", op.Name, after-before)
				before = after
			}
		}
	})
}

// A look at a case is no change to it, and whoever has seen its last record may go on.
func TestChangedSinceSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		id := b.open(ask.NewCase{Channel: casefile.Email, From: "张三"}).Case
		seen := b.show(id).Records[0].Seq
		if _, err := ask.Do(t.Context(), b.approver().Reveal(ask.All), ask.Show, ask.WholeCase(id)); err != nil {
			t.Fatal(err)
		}
		note := request(t, id, casefile.Noted{Text: "x"})
		if _, err := ask.Do(t.Context(), b.client.IfSeq(id, seen), ask.Append, note); err != nil {
			t.Errorf("after a look: %v", err)
		}
		if _, err := ask.Do(t.Context(), b.client.IfSeq(id, seen), ask.Append, note); codeOf(err) != "changed" || exitOf(err) != ask.ExitRefused {
			t.Errorf("after a note: %v", err)
		}
		if _, err := ask.Do(t.Context(), b.client.IfSeq(id, b.head()), ask.Append, note); err != nil {
			t.Errorf("after the last: %v", err)
		}
	})
}

// The mask of a number that is on record goes back into the record as that number.
func TestMaskedContactStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		id := b.open(ask.NewCase{Channel: casefile.InPerson}).Case
		of := func(contact string) casefile.Registered {
			return casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Contact: contact}
		}
		b.record(id, of("甲路1号 138 0000 1111"))
		shown := b.show(id)
		if shown.Contact != "甲路1号 *******1111" {
			t.Fatalf("shown as %q", shown.Contact)
		}
		b.record(id, of(string(shown.Contact)+"，乙室"))
		h := b.history(id)
		if e := h[len(h)-1].Event.(casefile.Registered); e.Contact != "甲路1号 138 0000 1111，乙室" {
			t.Errorf("recorded %q", e.Contact)
		}
		if _, err := ask.Do(t.Context(), b.client, ask.Append, request(t, id, of("138****2222"))); codeOf(err) != "masked" {
			t.Errorf("stars: %v", err)
		}
	})
}

// How to reach the applicant is opened without numbers of identity, and is on record once for each person, case
// and day.
func TestContactOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openQuietly(t, "2026-03-02")
		id := b.open(ask.NewCase{Channel: casefile.InPerson}).Case
		b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Contact: "甲路1号 13800001111，卡号6222020000000001239"})
		look := func(c *ask.Client) {
			t.Helper()
			d, err := ask.Do(t.Context(), c.Reveal(ask.Contact), ask.Show, ask.WholeCase(id))
			if err != nil || d.Contact != "甲路1号 13800001111，卡号***************1239" || !d.Masked {
				t.Errorf("%q, masked %v, %v", d.Contact, d.Masked, err)
			}
		}
		looks := func() int { return len(texts(b.show(id), casefile.KindRevealed)) }
		look(b.client)
		look(b.client)
		if n := looks(); n != 1 {
			t.Errorf("%d records of two looks on a day", n)
		}
		look(b.approver())
		if n := looks(); n != 2 {
			t.Errorf("%d records of two people", n)
		}
		b.sleepUntil("2026-03-03")
		look(b.client)
		if n := looks(); n != 3 {
			t.Errorf("%d records on the next day", n)
		}
		viewer := b.as(ask.Actor{Name: "赵六", UID: 4_000_001_009, Role: ask.Viewer})
		if _, err := ask.Do(t.Context(), viewer.Reveal(ask.Contact), ask.Show, ask.WholeCase(id)); codeOf(err) != "denied" {
			t.Errorf("who may only look: %v", err)
		}
	})
}
