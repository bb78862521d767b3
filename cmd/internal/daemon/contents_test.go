package daemon

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// What was merged into a case is shown with it, saved with it, read for its registration and let go with it.
func TestMergedCaseIsPartOfTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.config.Retention.Years = 1
		b.start()
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复")
		b.deliver("张三 <zhang@second.example.test>", "政府信息公开申请（再次）", "申请人：张三\n联系电话：010-12345678\n现申请公开某路改造的批复\n")
		b.poll()
		b.record("2026-00002", casefile.Attached{Files: []casefile.File{b.put("身份证.txt", "scan")}})
		b.record("2026-00002", casefile.Merged{Into: "2026-00001", Reason: "寄了两次"})

		d := b.show("2026-00001")
		if len(d.Mails) != 2 || len(d.Files) != 1 || d.Messages != 2 || !slices.Equal(d.Merged, []casefile.ID{"2026-00002"}) {
			t.Errorf("%d mails, %d files, %d messages, merged %v", len(d.Mails), len(d.Files), d.Messages, d.Merged)
		}
		if !slices.Contains(d.Addresses, "zhang@second.example.test") {
			t.Errorf("addresses %v", d.Addresses)
		}
		found := false
		for _, f := range b.proposals("2026-00001").Fields {
			found = found || strings.Contains(f.Source, "第 2 封来信")
		}
		if !found {
			t.Error("nothing is proposed from the merged case's mail")
		}
		b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "批复"},
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}, casefile.Dispatched{Way: casefile.ByPost}, casefile.Archived{})
		_, out, err := ask.Get(t.Context(), b.client, ask.SaveCase, ask.CaseRef{Case: "2026-00001"})
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		saved := untar(t, out)
		if eml, files := names(saved, ".eml"), names(saved, "身份证.txt"); len(eml) != 2 || len(files) != 1 {
			t.Errorf("saved mails %v, files %v", eml, files)
		}
		for _, want := range []string{"2026-00001 的经过", "2026-00002 的经过", "寄了两次"} {
			if !strings.Contains(saved["经过.txt"], want) {
				t.Errorf("the chronology lacks %q", want)
			}
		}

		b.years(3)
		res, err := ask.Do(t.Context(), b.approver(), ask.Erase, ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "期满"})
		if err != nil || res.Erased != 3 || res.Held != 0 {
			t.Errorf("erased: %+v, %v", res, err)
		}
	})
}

// Voiding the merging parts the cases again.
func TestMergingUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.start()
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "一")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "二")
		b.poll()
		b.record("2026-00002", casefile.Merged{Into: "2026-00001", Reason: "寄了两次"})
		h := b.history("2026-00002")
		b.record("2026-00002", casefile.Voided{Seq: h[len(h)-1].Seq, Reason: "是两件事"})
		if d := b.show("2026-00001"); len(d.Mails) != 1 || d.Messages != 1 || len(d.Merged) != 0 {
			t.Errorf("%d mails, %d messages, merged %v", len(d.Mails), d.Messages, d.Merged)
		}
	})
}

// The parts of a case that was split share the mail that is answered. A letter that a person sends from
// webmail is known by what was prepared; where nothing tells, a person does, and it is known then.
func TestSentAfterSplit(t *testing.T) {
	for name, tt := range map[string]struct {
		also  bool // a letter is being prepared on the other part, too
		edit  []string
		asks  casefile.Disposition // where it waits for a person
		known bool                 // in the end, as the letter that was prepared
	}{
		"with the letter":                     {also: true, known: true},
		"with another, the only one prepared": {edit: []string{"UEstbGV0dGVy", "UEstb3RoZXIh"}},
		"with another, both prepared":         {also: true, edit: []string{"UEstbGV0dGVy", "UEstb3RoZXIh", "Subject: ", "Subject: x\r\nX-Was: "}, asks: casefile.Parked},
		"as a mail of its own": {edit: []string{"In-Reply-To: ", "X-Was: ", "References: ", "X-Were: ", "Subject: ", "Subject: x\r\nX-Subject: "},
			asks: casefile.Parked, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, _ := openPost(t, "2026-03-02", nil)
				b.underway("张三 <zhangsan@example.test>")
				b.record("2026-00001", casefile.Voided{Seq: b.history("2026-00001")[3].Seq, Reason: "先拆分"}) // 审查
				if _, err := ask.Do(t.Context(), b.client, ask.Split, ask.SplitRequest{CaseRef: ask.CaseRef{Case: "2026-00001"}, Parts: 2, Reason: "两项"}); err != nil {
					t.Fatal(err)
				}
				b.record("2026-00001", theReply())
				if tt.also {
					b.record("2026-00002", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "另一项"})
					b.send(ask.SendRequest{Case: "2026-00002", Way: casefile.OutDraft, To: "zhangsan@example.test", Text: "正在办理。"})
				}
				v := b.send(letterTo(casefile.OutDraft, b.put("答复书.docx", "PK-letter")))
				time.Sleep(5 * time.Minute)
				drafts := b.sim.Messages("草稿箱")
				raw, _ := b.sim.Raw("草稿箱", drafts[len(drafts)-1])
				b.sim.Remove("草稿箱", drafts[len(drafts)-1])
				raw = bytes.Replace(raw, []byte("Message-ID: <ysq."), []byte("Message-ID: <other."), 1)
				for i := 0; i < len(tt.edit); i += 2 {
					raw = bytes.Replace(raw, []byte(tt.edit[i]), []byte(tt.edit[i+1]), 1)
				}
				b.sim.Add("已发送", raw, b.now())
				time.Sleep(15 * time.Minute)
				if tt.asks != casefile.DispositionNone {
					parked := b.mails(tt.asks)
					if len(parked) != 1 {
						t.Fatalf("waiting for a person: %+v", parked)
					}
					if _, err := ask.Do(t.Context(), b.client, ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: "2026-00001"}, MailRef: ask.MailRef{Mail: parked[0].Digest.String()}, Reason: "是这一件的"}); err != nil {
						t.Fatal(err)
					}
					time.Sleep(15 * time.Minute)
				} else if n := happened[casefile.MessageOut](b.history("2026-00001")); n != 1 {
					t.Errorf("%d letters seen", n)
				}
				if got := b.outgoing(v.ID).State; (got == "sent") != tt.known {
					t.Errorf("the letter is %s", got)
				}
			})
		})
	}
}
