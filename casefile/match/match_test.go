package match

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// registered is a register of three cases: 张三's open one, on which a mail of his and one of ours
// are; his finished one; 李四's open one. One of our mails went to both applicants.
type registered struct{}

var cases = map[casefile.ID]Case{
	"2026-00017": {Addresses: []string{"zhangsan@example.test", "lawyer@firm.example.test"}},
	"2026-00003": {Addresses: []string{"zhangsan@example.test"}, Finished: true},
	"2026-00020": {Addresses: []string{"lisi@example.test"}},
	"2026-00030": {Addresses: []string{"lisi@second.example.test"}, Finished: true, MergedInto: "2026-00020"},
	"2026-00031": {Addresses: []string{"lisi@second.example.test"}, Finished: true, MergedInto: "2026-00030"},
	"2026-00041": {}, "2026-00042": {}, "2026-00043": {},
}

var mails = map[string][]casefile.ID{
	"application-17@example.test":     {"2026-00017"},
	"letter-17@office.example.test":   {"2026-00017"},
	"letter-3@office.example.test":    {"2026-00003"},
	"application-31@example.test":     {"2026-00031"},
	"letter-both@office.example.test": {"2026-00017", "2026-00020"},
	"merged-both@example.test":        {"2026-00020", "2026-00031"},
	"split@example.test":              {"2026-00041", "2026-00042", "2026-00043"},
	"split-none@example.test":         {"2026-00041", "2026-00017"},
}

func (registered) CasesByMessageID(id string) ([]casefile.ID, error) { return mails[id], nil }
func (registered) Case(id casefile.ID) (Case, bool, error)           { c, ok := cases[id]; return c, ok, nil }
func (registered) CasesByAddress(mail string) (open []casefile.ID, err error) {
	for id, c := range cases {
		if !c.Finished && holds(c.Addresses, mail) {
			open = append(open, id)
		}
	}
	slices.Sort(open)
	return open, nil
}

func (registered) Opening(id casefile.ID) (Earlier, error)        { return began[id], nil }
func (registered) CasesByName(name string) ([]casefile.ID, error) { return named[name], nil }
func (registered) CasesByNumber(number string) ([]casefile.ID, error) {
	return numbered[number], nil
}
func (registered) SameNumber(id casefile.ID, numbers []string) (same, known bool, err error) {
	for number, cases := range numbered {
		if slices.Contains(cases, id) {
			same, known = same || slices.Contains(numbers, number), true
		}
	}
	return same, known, nil
}
func (registered) CasesByDocument(number string) ([]casefile.ID, error) {
	return map[string][]casefile.ID{"某环依申请补〔2026〕1号": {"2026-00020"}}[number], nil
}
func (registered) Consultations() ([]Consultation, error) {
	return []Consultation{{Case: "2026-00017", Applicant: "张三", Party: "甲化工有限公司", Document: "某环征〔2026〕3号"}}, nil
}
func (registered) Prepared(id casefile.ID) ([][]casefile.Digest, error) { return prepared[id], nil }

var began = map[casefile.ID]Earlier{}

var named = map[string][]casefile.ID{"李四": {"2026-00020"}}

// numbered are the cases of applicants by their numbers of identity, none of which is valid.
var numbered = map[string][]casefile.ID{"110101197808081237": {"2026-00020"}}

// prepared are letters of two parts of a case that was split.
var prepared = map[casefile.ID][][]casefile.Digest{
	"2026-00042": {{}, {casefile.DigestOf([]byte("letter 42"))}},
	"2026-00043": {{casefile.DigestOf([]byte("letter 43"))}},
}

func (registered) CasesByLetter(d casefile.Digest) ([]casefile.ID, error) { return lettered[d], nil }
func (registered) Earlier(mail string) ([]Earlier, error)                 { return earlier[mail], nil }

var earlier = map[string][]Earlier{}

var lettered = map[casefile.Digest][]casefile.ID{casefile.DigestOf([]byte("letter")): {"2026-00020"}}

var office = Office{Addresses: []string{"gongkai@office.example.test"}, CasesFrom: civil.MustParse("2026-01-01")}

func from(mail, subject string) casefile.Message {
	return casefile.Message{Digest: casefile.DigestOf([]byte(mail + subject)), MessageID: "new@example.test", From: []casefile.Address{{Name: "某人", Mail: mail}}, Subject: subject}
}

// says is a mail that bears no mark.
func says(name, mail, subject, text string) *casefile.Message {
	m := from(mail, subject)
	m.From[0].Name, m.Text = name, text
	return &m
}

func with(m casefile.Message, changes ...func(*casefile.Message)) casefile.Message {
	for _, change := range changes {
		change(&m)
	}
	return m
}

func enclosing(file string) func(*casefile.Message) {
	return func(m *casefile.Message) {
		m.Parts = []casefile.Part{{Attachment: true, Digest: casefile.DigestOf([]byte(file))}}
	}
}

func to(mail string) func(*casefile.Message) {
	return func(m *casefile.Message) { m.To = []casefile.Address{{Mail: mail}} }
}

func replyTo(ids ...string) func(*casefile.Message) {
	return func(m *casefile.Message) { m.InReplyTo = ids[:1]; m.References = ids[1:] }
}

const (
	zhang    = "zhangsan@example.test"
	stranger = "wangwu@example.test"
	us       = "gongkai@office.example.test"
)

var application = "申请人：张三\n身份证号：无\n联系电话：无\n现申请公开东河街道预算。\n"

func TestDecide(t *testing.T) {
	for _, tc := range []struct {
		name    string
		m       casefile.Message
		folder  Folder
		arrived string
		want    string // disposition, then case, "new", "out" or cause
		suggest string // the cases, likeliest first
		reason  string // one of the reasons holds it
		likely  bool
	}{
		{name: "application", m: with(from(stranger, "政府信息公开申请"), func(m *casefile.Message) { m.Text = application }), want: "case new", likely: true, reason: "标题有“政府信息公开”"},
		{name: "question that looks like nothing", m: from(stranger, "你好"), want: "case new"},
		{name: "empty mail", m: casefile.Message{}, want: "case new"},
		{name: "offer without list markers", m: from(stranger, "代开发票"), want: "case new"},
		{name: "the last day of history", m: from(zhang, "依申请公开"), arrived: "2025-12-31", want: "history", likely: true, reason: "2026-01-01"},
		{name: "the first day of the register", m: from(stranger, "依申请公开"), arrived: "2026-01-01", want: "case new", likely: true},

		{name: "answer to our letter", m: with(from(zhang, "回复：补正告知书"), replyTo("letter-17@office.example.test")), want: "case 2026-00017", reason: "发件人属于该件"},
		{name: "answer with the address in capitals", m: with(from("ZhangSan@Example.test", ""), replyTo("letter-17@office.example.test")), want: "case 2026-00017"},
		{name: "agent's answer", m: with(from("lawyer@firm.example.test", ""), replyTo("letter-17@office.example.test")), want: "case 2026-00017"},
		{name: "answer found by References only", m: with(from(zhang, ""), replyTo("unknown@example.test", "application-17@example.test", "gone@example.test")), want: "case 2026-00017"},
		{name: "nearest ancestor wins", m: with(from(zhang, ""), replyTo("letter-17@office.example.test", "letter-3@office.example.test")), want: "case 2026-00017"},
		{name: "stranger answers our letter", m: with(from(stranger, ""), replyTo("letter-17@office.example.test")), want: "case new", suggest: "2026-00017", reason: "不属于该件"},
		{name: "nobody answers our letter", m: with(from("", ""), replyTo("letter-17@office.example.test")), want: "case new", suggest: "2026-00017"},
		{name: "Sender counts for nothing", m: with(from("", ""), func(m *casefile.Message) {
			m.Sender.Mail = zhang
			m.InReplyTo = []string{"letter-17@office.example.test"}
		}), want: "case new", suggest: "2026-00017", reason: "不属于该件"},
		{name: "a second author counts for nothing", m: with(from(stranger, "〔2026-00017〕"), func(m *casefile.Message) {
			m.From = append(m.From, casefile.Address{Mail: zhang})
		}), want: "case new", suggest: "2026-00017", reason: "不属于该件"},
		{name: "not verified, and joins", m: with(from(zhang, "〔2026-00017〕"), func(m *casefile.Message) { m.Verified = casefile.Mismatched }), want: "case 2026-00017"},
		{name: "one answer to two cases", m: with(from(zhang, ""), replyTo("letter-both@office.example.test")), want: "case new", suggest: "2026-00017 2026-00020", reason: "不止一件"},
		{name: "one answer to two cases that names one", m: with(from(zhang, "Re: 〔2026-00017〕"), replyTo("letter-both@office.example.test")), want: "case 2026-00017"},
		{name: "answer from the junk folder", m: with(from(zhang, ""), replyTo("letter-17@office.example.test")), folder: Junk, want: "case 2026-00017"},
		{name: "thanks for a finished case", m: with(from(zhang, "回复：答复"), replyTo("letter-3@office.example.test")), want: "case 2026-00003"},
		{name: "next application as an answer to the last reply", m: with(from(zhang, "回复：答复"), func(m *casefile.Message) {
			m.InReplyTo = []string{"letter-3@office.example.test"}
			m.Text = application
		}), want: "case new", suggest: "2026-00003", likely: true, reason: "已办结"},
		{name: "quoting the last application is no new one", m: with(from(zhang, "回复：政府信息公开申请"), func(m *casefile.Message) {
			m.InReplyTo = []string{"letter-3@office.example.test"}
			m.Text = "谢谢！\n\n------------------ 原始邮件 ------------------\n" + application
		}), want: "case 2026-00003"},
		{name: "correction with a form joins the open case", m: with(from(zhang, "回复：补正告知书"), func(m *casefile.Message) {
			m.InReplyTo = []string{"letter-17@office.example.test"}
			m.Text = application
		}), want: "case 2026-00017", likely: true},

		{name: "answer on a case that was merged", m: with(from("lisi@second.example.test", "回复：补正告知书"), replyTo("application-31@example.test")), want: "case 2026-00020", suggest: "2026-00031", reason: "2026-00031 已合并，归入 2026-00020"},
		{name: "correction with a form on a case that was merged", m: with(from("lisi@second.example.test", "〔2026-00030〕"), func(m *casefile.Message) { m.Text = application }), want: "case 2026-00020", suggest: "2026-00030", likely: true},

		{name: "number and sender", m: from(zhang, "补正材料〔2026-00017〕"), want: "case 2026-00017", reason: "编号"},
		{name: "number in other dress", m: from(zhang, "【２０２６－０００１７】补正"), want: "case 2026-00017"},
		{name: "number of another's case", m: from(stranger, "关于2026-00017号申请"), want: "case new", suggest: "2026-00017", reason: "不属于该件"},
		{name: "number that is none of ours", m: from(stranger, "2026-99999"), want: "case new"},
		{name: "two numbers", m: from(zhang, "2026-00017 与 2026-00003"), want: "case new", suggest: "2026-00003 2026-00017", reason: "不止一件"},
		{name: "thread and number disagree", m: with(from(zhang, "2026-00003"), replyTo("letter-17@office.example.test")), want: "case 2026-00017", suggest: "2026-00003"},
		{name: "follow-up without a thread", m: from(zhang, "补正材料"), want: "case new", suggest: "2026-00017", reason: "立为新件"},
		{name: "sender's other application", m: from(zhang, "依申请公开"), want: "case new", suggest: "2026-00017", likely: true},

		{name: "same Message-ID, other bytes", m: with(from(zhang, "依申请公开"), func(m *casefile.Message) { m.MessageID = "application-17@example.test" }), want: "case new", suggest: "2026-00017", likely: true, reason: "内容有别"},
		{name: "second copy of an answer", m: with(from(zhang, ""), func(m *casefile.Message) {
			m.MessageID = "application-17@example.test"
			m.InReplyTo = []string{"letter-17@office.example.test"}
		}), want: "case 2026-00017"},

		{name: "bounce", m: with(from("MAILER-DAEMON@mx.example.test", "Undelivered Mail Returned to Sender"), func(m *casefile.Message) {
			m.Delivery = &casefile.DeliveryReport{Action: "failed", OriginalID: "letter-17@office.example.test"}
		}), want: "parked bounce", suggest: "2026-00017", reason: "退信"},
		{name: "bounce without a report", m: with(from("Postmaster@163.example.test", "系统退信"), func(m *casefile.Message) { m.Machine.NullReturnPath = true }), want: "parked bounce"},
		{name: "delay notice", m: with(from(stranger, ""), func(m *casefile.Message) { m.Delivery = &casefile.DeliveryReport{Action: "delayed"} }), want: "parked bounce", reason: "delayed"},
		{name: "absence note", m: with(from(zhang, "自动回复: 政府信息公开告知书"), func(m *casefile.Message) {
			m.Machine.AutoSubmitted = "auto-replied (vacation)"
			m.InReplyTo = []string{"letter-17@office.example.test"}
		}), want: "parked auto-reply", suggest: "2026-00017", likely: true},
		{name: "absence note by its subject", m: from(stranger, "自动回复：您好"), want: "parked auto-reply"},
		{name: "absence note by Precedence", m: with(from(stranger, ""), func(m *casefile.Message) { m.Machine.Precedence = "auto_reply" }), want: "parked auto-reply"},
		{name: "null return path alone", m: with(from(stranger, "通知"), func(m *casefile.Message) { m.Machine.NullReturnPath = true }), want: "parked machine"},
		{name: "bounce by null return path and subject", m: with(from("system@mail.example.test", "系统退信"), func(m *casefile.Message) { m.Machine.NullReturnPath = true }), want: "parked bounce"},
		{name: "absence note by X-Autoreply", m: with(from(stranger, ""), func(m *casefile.Message) { m.Machine.AutoReply = "x-autoreply: yes" }), want: "parked auto-reply"},
		{name: "read receipt", m: with(from(stranger, ""), func(m *casefile.Message) {
			m.Parts = []casefile.Part{{Type: "message/disposition-notification"}}
		}), want: "parked auto-reply", reason: "回执"},
		{name: "request not to be answered automatically", m: with(from(stranger, ""), func(m *casefile.Message) { m.Machine.AutoReply = "x-auto-response-suppress: All" }), want: "case new"},
		{name: "Auto-Submitted: no", m: with(from(stranger, ""), func(m *casefile.Message) { m.Machine.AutoSubmitted = "no" }), want: "case new"},
		{name: "program without a mark", m: with(from(stranger, "您的邮件已被阅读"), func(m *casefile.Message) { m.Text = "收件人已于 3 月 2 日打开您的邮件。" }), want: "parked machine", reason: "此外没有内容"},
		{name: "and who has a case", m: with(from(zhang, "您的邮件已被阅读"), func(m *casefile.Message) { m.Text = "收件人已于 3 月 2 日打开您的邮件。" }), want: "case new", suggest: "2026-00017"},
		{name: "and who answers a letter", m: with(from(stranger, "您的邮件已被阅读"), replyTo("letter-17@office.example.test"), func(m *casefile.Message) { m.Text = "收件人已于 3 月 2 日打开您的邮件。" }), want: "case new", suggest: "2026-00017"},
		{name: "a report that answers a letter", m: with(from(stranger, "信件退回"), replyTo("letter-17@office.example.test"), func(m *casefile.Message) {
			m.Text = "您的邮件未能送达：lisi@example.test\n550 5.1.1 user unknown"
		}), want: "parked machine", suggest: "2026-00017"},
		{name: "an applicant who tells of a letter sent back", m: with(from(zhang, "答复书"), func(m *casefile.Message) { m.Text = "您寄给13号楼的信被邮局退回，地址有误" }), want: "case new", suggest: "2026-00017"},
		{name: "a file that lies on a server", m: with(from(stranger, "邮件"), func(m *casefile.Message) {
			m.Text, m.Links = "您的邮件已查收", []casefile.Link{{}}
		}), want: "case new"},
		{name: "a receipt without one", m: with(from(stranger, "邮件"), func(m *casefile.Message) { m.Text = "您的邮件已查收" }), want: "parked machine"},
		{name: "asked to look at what was sent", m: with(from(stranger, "附件"), func(m *casefile.Message) { m.Text = "此邮件附件已上传至中转站，请查收" }), want: "case new"},
		{name: "one sentence more", m: with(from(stranger, "信件退回"), func(m *casefile.Message) {
			m.Text = "您的邮件未能送达：lisi@example.test\n甲路要修到几时"
		}), want: "case new"},
		{name: "a file more", m: with(from(stranger, "信件退回"), enclosing("x"), func(m *casefile.Message) { m.Text = "您的邮件未能送达：lisi@example.test" }), want: "case new"},
		{name: "program's mail", m: with(from("noreply@site.example.test", "登录提醒"), func(m *casefile.Message) { m.Machine.AutoSubmitted = "auto-generated" }), want: "parked machine"},
		{name: "application from a web form", m: with(from("noreply@site.example.test", "依申请公开"), func(m *casefile.Message) {
			m.Machine.AutoSubmitted = "auto-generated"
			m.Text = application
		}), want: "case new", likely: true, reason: "像是申请"},
		{name: "newsletter", m: with(from(stranger, "本周要闻"), func(m *casefile.Message) { m.Machine.ListID = "<news.example.test>" }), want: "parked bulk"},
		{name: "bulk", m: with(from(stranger, "优惠"), func(m *casefile.Message) { m.Machine.Precedence = "Bulk" }), want: "parked bulk"},
		{name: "application over a list", m: with(from(stranger, "申请公开预算"), func(m *casefile.Message) { m.Machine.Precedence = "bulk" }), want: "case new", likely: true},

		{name: "junk", m: from(stranger, "优惠"), folder: Junk, want: "parked junk"},
		{name: "application in the junk folder", m: with(from(stranger, "政府信息公开申请"), func(m *casefile.Message) { m.Text = application }), folder: Junk, want: "parked junk", likely: true},
		{name: "application by attachment in the junk folder", m: with(from(stranger, ""), func(m *casefile.Message) {
			m.Parts = []casefile.Part{{Name: "信息公开申请表.doc", Attachment: true}}
		}), folder: Junk, want: "parked junk", likely: true},

		{name: "sent by its Message-ID", m: with(from(us, "答复"), func(m *casefile.Message) { m.MessageID = "letter-17@office.example.test" }), folder: Sent, want: "case 2026-00017 out"},
		{name: "sent as an answer", m: with(from(us, "回复：申请"), replyTo("application-17@example.test")), folder: Sent, want: "case 2026-00017 out"},
		{name: "sent with the number alone", m: from(us, "补正告知书〔2026-00017〕"), folder: Sent, want: "parked sent out", suggest: "2026-00017", reason: "本单位发出"},
		{name: "sent with the number, to the applicant", m: with(from(us, "补正告知书〔2026-00017〕"), to("zhangsan@example.test")), folder: Sent, want: "case 2026-00017 out", reason: "收件人属于该件"},
		{name: "sent with the letter, to its applicant", m: with(from(us, "x"), enclosing("letter"), to("lisi@example.test")), folder: Sent, want: "case 2026-00020 out", reason: "附有该件的文书"},
		{name: "sent with the letter and the number", m: with(from(us, "〔2026-00020〕"), enclosing("letter"), to("other@example.test")), folder: Sent, want: "case 2026-00020 out"},
		{name: "sent with the letter, to somebody else", m: with(from(us, "x"), enclosing("letter"), to("other@example.test")), folder: Sent, want: "parked sent out", suggest: "2026-00020", reason: "没有认出"},
		{name: "sent to an applicant, without a number", m: with(from(us, "x"), to("lisi@example.test")), folder: Sent, want: "parked sent out", suggest: "2026-00020"},
		{name: "sent about nothing", m: from(us, "开会通知"), folder: Sent, want: "parked sent out"},
		{name: "sent to two cases", m: with(from(us, ""), func(m *casefile.Message) { m.MessageID = "letter-both@office.example.test" }), folder: Sent, want: "parked shared out", suggest: "2026-00017 2026-00020"},
		{name: "sent as an answer to a case and one merged into it", m: with(from(us, "回复：申请"), replyTo("merged-both@example.test")), folder: Sent, want: "case 2026-00020 out"},
		{name: "sent after a split, with the letter", m: with(from(us, "回复：申请"), replyTo("split@example.test"), enclosing("letter 43")), folder: Sent, want: "case 2026-00043 out"},
		{name: "sent after a split, with the letter and another number", m: with(from(us, "回复：申请 2026-00041"), replyTo("split@example.test"), enclosing("letter 43")), folder: Sent, want: "case 2026-00043 out"},
		{name: "sent after a split, with the number", m: with(from(us, "答复〔2026-00042〕"), replyTo("split@example.test")), folder: Sent, want: "case 2026-00042 out"},
		{name: "sent after a split, nothing tells", m: with(from(us, "回复：申请"), replyTo("split@example.test"), enclosing("other")), folder: Sent, want: "parked shared out", suggest: "2026-00041 2026-00042 2026-00043", reason: "不止一件"},
		{name: "sent to two cases, nothing prepared", m: with(from(us, "回复：申请"), replyTo("split-none@example.test")), folder: Sent, want: "parked shared out", suggest: "2026-00017 2026-00041"},
		{name: "our own letter in the inbox", m: with(from(us, ""), func(m *casefile.Message) { m.MessageID = "letter-17@office.example.test" }), want: "parked claims", suggest: "2026-00017", reason: "自称本单位"},
		{name: "a forged answer of ours", m: with(from(us, "答复"), replyTo("application-17@example.test")), want: "parked claims", suggest: "2026-00017", reason: "自称本单位"},
		{name: "a forged letter of ours with the number", m: from(us, "答复〔2026-00017〕"), want: "parked claims", suggest: "2026-00017"},
		{name: "passed on by a colleague", m: from(us, "转发：政府信息公开申请"), want: "case new", likely: true, reason: "自称本单位"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.arrived == "" {
				tc.arrived = "2026-11-23"
			}
			d, err := Decide(Mail{Message: tc.m, Folder: tc.folder, Arrived: civil.MustParse(tc.arrived)}, office, registered{})
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome(d); got != tc.want {
				t.Errorf("got %q, want %q: %+v", got, tc.want, d)
			}
			var suggested []string
			for _, s := range d.Suggest {
				suggested = append(suggested, string(s.Case))
				if len(s.Reasons) == 0 || s.Likeness <= 0 || s.Likeness > 100 {
					t.Errorf("suggestion without grounds: %+v", s)
				}
			}
			if tc.suggest != "" && strings.Join(suggested, " ") != tc.suggest || strings.HasSuffix(tc.want, "new") && tc.suggest == "" && len(suggested) > 0 {
				t.Errorf("suggested %q, want %q", suggested, tc.suggest)
			}
			if len(d.Reasons) == 0 || !strings.Contains(strings.Join(d.Reasons, "；"), tc.reason) {
				t.Errorf("reasons %q do not say %q", d.Reasons, tc.reason)
			}
			if likely := d.Likeness >= Likely; likely != tc.likely {
				t.Errorf("likeness %d, want likely: %v", d.Likeness, tc.likely)
			}
		})
	}
}

func outcome(d Decision) string {
	words := []string{d.Disposition.String()}
	for _, w := range []string{string(d.Case), string(d.Cause)} {
		if w != "" {
			words = append(words, w)
		}
	}
	if d.New {
		words = append(words, "new")
	}
	if d.Out {
		words = append(words, "out")
	}
	return strings.Join(words, " ")
}

// failing is a register that fails at one of its calls.
type failing struct {
	registered
	calls *int
	at    int
}

var errBroken = errors.New("broken")

func (f failing) fail() error {
	if *f.calls++; *f.calls == f.at {
		return errBroken
	}
	return nil
}

func (f failing) CasesByMessageID(id string) ([]casefile.ID, error) { return mails[id], f.fail() }
func (f failing) CasesByAddress(mail string) ([]casefile.ID, error) {
	cases, _ := f.registered.CasesByAddress(mail)
	return cases, f.fail()
}
func (f failing) Opening(id casefile.ID) (Earlier, error)     { return began[id], f.fail() }
func (f failing) CasesByName(string) ([]casefile.ID, error)   { return nil, f.fail() }
func (f failing) CasesByNumber(string) ([]casefile.ID, error) { return nil, f.fail() }
func (f failing) SameNumber(casefile.ID, []string) (same, known bool, err error) {
	return false, false, f.fail()
}
func (f failing) CasesByDocument(string) ([]casefile.ID, error)        { return nil, f.fail() }
func (f failing) Consultations() ([]Consultation, error)               { return nil, f.fail() }
func (f failing) Prepared(id casefile.ID) ([][]casefile.Digest, error) { return prepared[id], f.fail() }
func (f failing) CasesByLetter(casefile.Digest) ([]casefile.ID, error) { return nil, f.fail() }
func (f failing) Earlier(mail string) ([]Earlier, error)               { return nil, f.fail() }
func (f failing) Case(id casefile.ID) (Case, bool, error)              { return cases[id], true, f.fail() }

// Who was asked by post answers from an address that no case knows: what the answer names leads to the case.
func TestAnswerToALetterByPost(t *testing.T) {
	for _, tt := range []struct {
		sender, subject, text string
		want                  casefile.ID
		likeness              int
	}{
		{"", "回复", "见 某环征〔2026〕3号，不同意公开第二页。", "2026-00017", 70},
		{"", "关于某环征[2026] 3 号的意见", "同意公开。", "2026-00017", 70},
		{"甲化工", "意见书", "涉及商业秘密，不同意公开。", "2026-00017", 65},
		{"某某", "征求意见的回复", "我司（甲化工有限公司）没有意见。", "2026-00017", 65},
		{"某某", "回复征求意见", "张三申请的材料不宜公开。", "2026-00017", 55},
		{"某律师", "补正", "现就贵局某环依申请补【2026】第1号补正如下：年度为2023年。", "2026-00020", 70},
		{"甲化工", "广告", "产品目录见附件。", "", 0},
		{"某某", "征求意见", "我认为规划方案很好。", "", 0},
		{"", "某环征〔2026〕33号", "不同意公开。", "", 0},
	} {
		m := says(tt.sender, "stranger@elsewhere.example.test", tt.subject, tt.text)
		d, err := Decide(Mail{Message: *m}, Office{}, registered{})
		if err != nil {
			t.Fatal(err)
		}
		var got Suggestion
		if len(d.Suggest) > 0 {
			got = d.Suggest[0]
		}
		if got.Case != tt.want || got.Likeness != tt.likeness {
			t.Errorf("%s: %s: suggested %+v", tt.subject, tt.text, d.Suggest)
		}
	}
}

// An error of the register at any call must come out: a decision without the answer would be a guess.
func TestDecideReturnsEveryErrorOfTheRegister(t *testing.T) {
	bounce := from("postmaster@example.test", "退信 2026-00017")
	bounce.Delivery = &casefile.DeliveryReport{Action: "failed", OriginalID: "unknown@example.test"}
	for name, mail := range map[string]Mail{
		"answer":  {Message: with(from(zhang, "2026-00017"), replyTo("letter-3@office.example.test"))},
		"new":     {Message: from(zhang, "依申请公开")},
		"bounce":  {Message: with(bounce, replyTo("letter-17@office.example.test"))},
		"sent":    {Message: with(from(us, "2026-00017"), replyTo("unknown@example.test")), Folder: Sent},
		"split":   {Message: with(from(us, ""), replyTo("split@example.test")), Folder: Sent},
		"numbers": {Message: from(zhang, "2026-00017 2026-00003")},
	} {
		calls := 0
		if _, err := Decide(mail, office, failing{calls: &calls}); err != nil || calls == 0 {
			t.Fatalf("%s: %d calls, %v", name, calls, err)
		}
		for at := 1; at <= calls; at++ {
			n := 0
			if d, err := Decide(mail, office, failing{calls: &n, at: at}); !errors.Is(err, errBroken) || d.Disposition != casefile.DispositionNone {
				t.Errorf("%s: call %d of %d failed: got %+v, %v", name, at, calls, d, err)
			}
		}
	}
}

func TestLikenessCountsOnlyTheAuthorsWords(t *testing.T) {
	quotes := map[string]string{
		"mark":       "好的。\n\n---- 回复的原邮件 ----\n" + application,
		"wrote":      "好的。\n在 2026-11-23 10:00，办公室写道：\n" + application,
		"heading":    "好的。\n发件人： 办公室\n发送时间： 2026-11-23\n收件人： 张三\n" + application,
		"line marks": "好的。\n> " + strings.ReplaceAll(application, "\n", "\n> "),
	}
	for name, text := range quotes {
		if got, why := likeness(&casefile.Message{Subject: "回复：依申请公开", Text: text}, ownWords(text)); got != 0 {
			t.Errorf("%s: %d for %q", name, got, why)
		}
		if got, _ := likeness(&casefile.Message{Subject: "转发：材料", Text: text}, ownWords(text)); name != "line marks" && got < Likely {
			t.Errorf("%s, passed on: %d", name, got)
		}
	}
	if got, _ := likeness(&casefile.Message{Text: "---- 原始邮件 ----\n" + application}, ownWords("---- 原始邮件 ----\n"+application)); got < Likely {
		t.Errorf("a mail that is all quoted: %d", got)
	}
}

func TestNumbers(t *testing.T) {
	for subject, want := range map[string]string{
		"〔2026-00017〕补正":           "2026-00017",
		"[2026-00017]【2026-00018】": "2026-00017 2026-00018",
		"（2026-00017）2026-00017":   "2026-00017",
		"２０２６—０００１７":               "2026-00017",
		"2026-123456":              "2026-123456",
		"2026-0017":                "",
		"12026-00017":              "",
		"1-2026-00017":             "",
		"2026-00017-3":             "",
		"2026-11-23":               "",
		"电话 2026-0001234567":       "",
		"1926-00017":               "",
		"2026-00017-":              "2026-00017",
		"":                         "",
		"2026-":                    "",
	} {
		var got []string
		for _, id := range Numbers(subject) {
			got = append(got, string(id))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q", subject, got, want)
		}
	}
}
