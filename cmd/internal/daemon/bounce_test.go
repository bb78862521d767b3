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

// webmailed composes a mail of the office as its webmail leaves it in 已发送.
func webmailed(id, subject string) []byte {
	return fmt.Appendf(nil, "From: office@example.test\r\nTo: zhangsan@example.test\r\nSubject: %s\r\nMessage-ID: <%s@office.example.test>\r\n"+
		"In-Reply-To: <%s>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n", subject, id, applicationID)
}

// applicationID is the Message-ID of the application that fileApplication delivers.
var applicationID = casefile.DigestOf([]byte("张三 <zhangsan@example.test>政府信息公开申请x")).Short()

// notice composes a delivery status notification on a letter (RFC 3464).
func notice(letterID, action string) []byte {
	return fmt.Appendf(nil, "Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@example.test>\r\nTo: office@example.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"+
		"Message-ID: <dsn-%[1]s-%[2]s@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"+
		"--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver.\r\n"+
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.test\r\n\r\n"+
		"Final-Recipient: rfc822; zhangsan@example.test\r\nAction: %[2]s\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"+
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <%[1]s@office.example.test>\r\n\r\n--b--\r\n", letterID, action)
}

// replied opens an office in which the one case was answered by e-mail today.
func replied(t *testing.T) *bureau {
	b := openBureau(t, "2026-03-02")
	fileApplication(b)
	b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "x"}, casefile.Reviewed{},
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}, casefile.Dispatched{Way: casefile.ByEmail})
	return b
}

func fileApplication(b *bureau) {
	raw := strings.Replace(string(compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x")), "Message-ID: <", "Message-ID: <"+applicationID+">\r\nX-Was: <", 1)
	b.sim.Add("INBOX", []byte(raw), b.now())
	b.poll()
}

func (b *bureau) show(id casefile.ID) ask.CaseDetail {
	b.t.Helper()
	d, err := ask.Do(b.t.Context(), b.client, ask.Show, ask.WholeCase(id))
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// last returns the texts of the records of a kind.
func texts(d ask.CaseDetail, k casefile.Kind) (all []string) {
	for _, r := range d.Records {
		if r.Kind == k {
			all = append(all, r.Text)
		}
	}
	return all
}

func TestBounceOfTheReply(t *testing.T) {
	for name, deliver := range map[string]func(b *bureau){
		"after the letter was seen": func(b *bureau) {
			b.sim.Add("已发送", webmailed("reply", "答复"), b.now())
			b.poll()
			b.sim.Add("INBOX", notice("reply", "failed"), b.now())
			b.poll()
		},
		"in the same poll, before the letter": func(b *bureau) {
			b.sim.Add("INBOX", notice("reply", "failed"), b.now())
			b.sim.Add("已发送", webmailed("reply", "答复"), b.now())
			b.poll()
		},
		"a day before the letter is seen": func(b *bureau) {
			b.sim.Add("INBOX", notice("reply", "failed"), b.now())
			sent := b.now()
			b.poll()
			if parked := b.mails(casefile.Parked); len(parked) != 1 {
				b.t.Errorf("the bounce was not parked: %+v", parked)
			}
			time.Sleep(24 * time.Hour)
			b.sim.Add("已发送", webmailed("reply", "答复"), sent)
			b.poll()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := replied(t)
				deliver(b)
				d := b.show("2026-00001")
				if failed := texts(d, casefile.KindDeliveryFailed); len(failed) != 0 || d.Stage != "served" {
					t.Fatalf("at %s, recorded as failed by itself: %q", d.Stage, failed)
				}
				in := texts(d, casefile.KindMessageIn)
				if len(in) != 1 || !strings.Contains(in[0], "zhangsan@example.test") || !strings.Contains(in[0], "550 no such user") || len(b.mails(casefile.Parked)) != 0 {
					t.Fatalf("the report is not on the case: %q", in)
				}
				var bounce casefile.Bounce
				for _, r := range b.history("2026-00001") {
					if e, ok := r.Event.(casefile.MessageIn); ok {
						bounce = e.Bounce
					}
				}
				if bounce.Letter != "reply@office.example.test" || bounce.Of != casefile.NoticeReply {
					t.Errorf("about %+v", bounce)
				}
				for _, a := range d.Addresses {
					if strings.HasPrefix(string(a), "mailer-daemon") {
						t.Error("the mail server now belongs to the case")
					}
				}
				if b.poll().Taken != 0 || len(texts(b.show("2026-00001"), casefile.KindMessageIn)) != 1 {
					t.Error("recorded twice")
				}
				b.record("2026-00001", casefile.DeliveryFailed{Address: casefile.AddressGiven, Answers: casefile.Answers{Mails: []casefile.Digest{d.Open[0].Digest}}}) // a person decides
				if said := texts(b.show("2026-00001"), casefile.KindDeliveryFailed); len(said) != 1 || !strings.Contains(said[0], "550 no such user") {
					t.Errorf("recorded %q", said)
				}
				if d := b.show("2026-00001"); d.Stage != "replied" || d.Alarms[0].Kind != "delivery" {
					t.Errorf("stage %s, alarms %+v", d.Stage, d.Alarms)
				}
			})
		})
	}
}

// A report can be about any letter: it is open work with the line that records it, and the date if it is true of a reply.
func TestBounceOfAnyLetter(t *testing.T) {
	until := civil.New(2026, 3, 16)
	for of, sent := range map[casefile.Notice][]casefile.Event{
		casefile.NoticeReply:        {casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}, casefile.Dispatched{Way: casefile.ByEmail}},
		casefile.NoticeCorrection:   {casefile.CorrectionAsked{Items: []string{"年度"}, Until: until, Way: casefile.ByEmail}},
		casefile.NoticeFee:          {casefile.FeeNoticed{By: "件", Count: 11, Yuan: 100, Way: casefile.ByEmail}},
		casefile.NoticeReasons:      {casefile.ReasonAsked{}},
		casefile.NoticeExtension:    {casefile.Extended{Days: 20, Approver: "钱某", Told: civil.New(2026, 3, 2)}},
		casefile.NoticeConsultation: {casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "某公司"}},
	} {
		t.Run(of.Label(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := openBureau(t, "2026-03-02")
				fileApplication(b)
				b.record("2026-00001", append([]casefile.Event{casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "x"}, casefile.Reviewed{}}, sent...)...)
				b.sim.Add("已发送", webmailed("letter", "告知"), b.now())
				b.poll()
				b.sim.Add("INBOX", notice("letter", "delivered"), b.now())
				b.poll()
				if d := b.show("2026-00001"); len(d.Open) != 0 {
					t.Errorf("a report of success is work: %+v", d.Open)
				}
				before := b.show("2026-00001")
				time.Sleep(24 * time.Hour)
				b.sim.Add("INBOX", notice("letter", "failed"), b.now())
				b.poll()
				d := b.show("2026-00001")
				if len(d.Open) != 1 || d.Open[0].Label != "退信？" || d.Stage != before.Stage {
					t.Fatalf("open %+v, at %s", d.Open, d.Stage)
				}
				line, due := "ysq undelivered 2026-00001 --mail "+d.Open[0].Digest.Short(), civil.Date(0)
				if of == casefile.NoticeReply {
					due, line = civil.New(2026, 3, 30), line+" --address 申请人所给地址（或 其他地址或本机关有误）"
				} else {
					line += " --letter " + of.Label()
				}
				if got := d.Open[0]; string(got.Command) != line || civil.Date(got.DueStrict) != due {
					t.Errorf("%s, due %s; want %s, %s", got.Command, civil.Date(got.DueStrict), line, due)
				}
				b.record("2026-00001", casefile.DeliveryFailed{Of: of, Address: casefile.AddressGiven, Answers: casefile.Answers{Mails: []casefile.Digest{d.Open[0].Digest}}})
				if d := b.show("2026-00001"); len(d.Open) != 0 || len(texts(d, casefile.KindDeliveryFailed)) != 1 || of == casefile.NoticeReply && civil.Date(d.DueStrict) != due {
					t.Errorf("recorded %q, open %+v, due %s", texts(d, casefile.KindDeliveryFailed), d.Open, civil.Date(d.DueStrict))
				}
			})
		})
	}
}

func TestReportsThatMoveNothing(t *testing.T) {
	for _, tt := range []struct {
		name    string
		deliver func(b *bureau)
		note    string // of the case; "" for none, and the report stays parked
	}{
		{"a delay", func(b *bureau) {
			b.sim.Add("已发送", webmailed("reply", "答复"), b.now())
			b.sim.Add("INBOX", notice("reply", "delayed"), b.now())
		}, "投递延迟"},
		{"about another recipient", func(b *bureau) {
			b.sim.Add("已发送", webmailed("reply", "答复"), b.now())
			b.sim.Add("INBOX", []byte(strings.ReplaceAll(string(notice("reply", "failed")), "zhangsan@", "nobody-at-all@")), b.now())
		}, "所列收件人不是该信的收件人"},
		{"a letter that nobody knows", func(b *bureau) { b.sim.Add("INBOX", notice("unknown", "failed"), b.now()) }, ""},
		{"about the applicant's own mail", func(b *bureau) {
			raw := strings.Replace(string(notice("x", "failed")), "x@office.example.test>\r\n\r\n--b--", applicationID+">\r\n\r\n--b--", 1)
			b.sim.Add("INBOX", []byte(raw), b.now())
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := replied(t)
				tt.deliver(b)
				b.poll()
				d := b.show("2026-00001")
				if failed := texts(d, casefile.KindDeliveryFailed); len(failed) > 0 || d.Stage != "served" {
					t.Errorf("at %s, failed: %q", d.Stage, failed)
				}
				notes := strings.Join(texts(d, casefile.KindNoted), "\n")
				if tt.note == "" {
					if notes != "" || len(b.mails(casefile.Parked)) != 1 {
						t.Errorf("noted %q, parked %+v", notes, b.mails(casefile.Parked))
					}
				} else if !strings.Contains(notes, tt.note) || len(b.mails(casefile.Parked)) != 0 {
					t.Errorf("noted %q, want %q", notes, tt.note)
				}
			})
		})
	}
}

// A bounce before the clerk has recorded the reply moves nothing and is not lost.
func TestBounceBeforeTheReplyIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		fileApplication(b)
		b.sim.Add("已发送", webmailed("reply", "答复"), b.now())
		b.sim.Add("INBOX", notice("reply", "failed"), b.now())
		b.poll()
		if d := b.show("2026-00001"); d.Stage != "received" || len(texts(d, casefile.KindMessageIn)) != 1 {
			t.Errorf("at %s: %+v", d.Stage, d.Records)
		}
	})
}

// An application that resembles an earlier one of its sender is a case of its own, with a suggestion.
func TestRepeatedApplicationIsSuggested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		const text = "现申请公开东河街道 2025 年度部门预算执行情况明细表，以及该年度“三公”经费的使用明细。"
		b.deliver("张三 <zhangsan@example.test>", "申请公开预算", text)
		b.deliver("李四 <lisi@example.test>", "申请公开预算", text)
		b.poll()
		b.sim.Add("INBOX", append([]byte("X-Sent-Again: yes\r\n"), compose("张三 <zhangsan@example.test>", "申请公开预算", text+" ")...), b.now())
		b.poll()
		if n := len(b.list(ask.ListQuery{})); n != 3 {
			t.Fatalf("%d cases, want 3", n)
		}
		s := b.show("2026-00003").Suggestions
		if len(s) != 1 || s[0].Case != "2026-00001" || !strings.Contains(s[0].Reason, "正文相似度 100%") || !strings.Contains(s[0].Reason, "合并") {
			t.Errorf("suggested %+v", s)
		}
		if s := b.show("2026-00002").Suggestions; len(s) != 0 {
			t.Errorf("another sender's: %+v", s)
		}
	})
}
