package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// composed is a mail of the corpus: who wrote it, and the bytes.
type composed struct {
	name  string
	human bool
	raw   string
}

// few tells talk, and applications in so few words that only the inbox makes cases of them: in the junk folder they
// are left among the other mail.
func (c composed) few() bool {
	return strings.Contains(c.name, "talk/") || strings.Contains(c.name, "few words/")
}

// corpus collects mails that differ in their Message-ID at least.
type corpus struct {
	id  string // which corpus, in the Message-IDs
	all []composed
}

// add composes a mail of a person or of a machine. The header is further lines of it; the body begins with its own lines
// of the header.
func (c *corpus) add(human bool, kind, from, subject, header, body string) {
	raw := fmt.Sprintf("From: %s\r\nTo: office@example.test\r\nSubject: %s\r\nDate: Mon, 2 Mar 2026 08:00:00 +0800\r\nMessage-ID: <%s%d@example.test>\r\n", from, subject, c.id, len(c.all))
	if header != "" {
		raw += header + "\r\n"
	}
	side := "machine"
	if human {
		side = "human"
	}
	c.all = append(c.all, composed{fmt.Sprintf("%s/%s/%s/%s", side, kind, from, subject), human, raw + body})
}

const mime = "MIME-Version: 1.0\r\n"

// withFile is a body of a text and a file.
func withFile(name, mediaType, said string) string {
	return multipart("mixed", plainPart(said), filePart(name, mediaType))
}

// bareText and bareHTML are bodies as old programs send them, without a MIME-Version.
func bareText(s string) string { return plainPart(s) + "\r\n" }

func bareHTML(s string) string { return "Content-Type: text/html; charset=utf-8\r\n\r\n" + s + "\r\n" }

func textMail(s string) string { return mime + bareText(s) }

func htmlMail(s string) string { return mime + bareHTML("<html><body>"+s+"</body></html>") }

// multipart is a body of parts as plainPart, filePart and calendarPart make them.
func multipart(kind string, parts ...string) string {
	return mime + "Content-Type: multipart/" + kind + "; boundary=b\r\n\r\n--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n"
}

func plainPart(s string) string {
	return "Content-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(s, "\n", "\r\n")
}

func filePart(name, mediaType string) string {
	return fmt.Sprintf("Content-Type: %s; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"\r\n\r\nx", mediaType, name, name)
}

func calendarPart(about, method string) string {
	return "Content-Type: text/calendar; charset=utf-8; method=" + method + "\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:" + method + "\r\nBEGIN:VEVENT\r\nSUMMARY:" + about + "\r\nEND:VEVENT\r\nEND:VCALENDAR"
}

const (
	formText = "政府信息公开申请表\n申请人类型：公民\n姓名：%s\n证件名称：身份证\n联系电话：无\n通信地址：某市甲区1号\n所需信息的内容描述：申请公开%s。\n获取信息的方式：电子邮件\n"
	prose    = "您好：我叫%s，住某市甲区。依据《政府信息公开条例》，现申请公开贵单位关于%s的文件，请以电子邮件方式答复。联系电话无。\n"
	letter   = "尊敬的领导：\n申请人%s，联系地址某市乙路2号。因研究需要，请提供%s的有关材料，获取信息的方式为纸质邮寄。此致敬礼\n"
)

var topics = []string{"2025年度部门预算", "甲路道路验收报告", "污水处理厂环评批复", "保障房分配名单", "河道整治招标文件"}

// applications are what people send, under every mark that mailers, portals and providers put on their mail.
func applications() []composed {
	c := corpus{id: "h"}
	marks := map[string]string{
		"plain": "", "portal": "Auto-Submitted: auto-generated", "replied": "Auto-Submitted: auto-replied", "autoreply": "X-Autoreply: yes", "autoreply-empty": "X-Autoreply:",
		"precedence-reply": "Precedence: auto_reply", "bulk": "Precedence: bulk", "list": "List-Id: <x.example.test>", "unsubscribe": "List-Unsubscribe: <https://x.example.test>",
		"null": "Return-Path: <>", "suppress": "X-Auto-Response-Suppress: All", "spam": "X-Spam-Flag: YES",
	}
	subjects := map[string]string{
		"title": "政府信息公开申请", "read": "已读：政府信息公开申请", "read-en": "Read: 信息公开申请", "auto": "自动回复：申请", "bounced": "退信：政府信息公开申请", "forward": "Fw: 信息公开申请", "none": "", "greeting": "你好", "returned": "转发：退信后重发的申请",
	}
	bodies := []string{formText, prose, letter}
	who := func() string { return fmt.Sprintf("申请人%d <p%d@example.test>", len(c.all), len(c.all)) }
	text := func(format string) string {
		return bareText(fmt.Sprintf(format, fmt.Sprintf("段某%d", len(c.all)), topics[len(c.all)%len(topics)]))
	}
	for m := range sorted(marks) {
		for s := range sorted(subjects) {
			c.add(true, m+"/"+s, who(), subjects[s], marks[m], text(bodies[len(c.all)%len(bodies)]))
		}
	}
	for _, from := range []string{"postmaster@people.example.test", "noreply@portal.example.test", "system@portal.example.test", "service@shop.example.test", "admin@village.example.test"} {
		for _, subject := range []string{"政府信息公开申请", "退信：申请", "信息公开"} {
			c.add(true, "from "+from+"/"+subject, from, subject, "", text(formText))
		}
	}
	const read = "Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed"
	const bounced = "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.test\r\n\r\nFinal-Recipient: rfc822; office@example.test\r\nAction: failed\r\nStatus: 5.2.2"
	const calendar = "Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
	for _, format := range bodies {
		c.add(true, "with a disposition part", who(), "政府信息公开申请", "", multipart("mixed", text(format), read))
		c.add(true, "with the report of an earlier bounce", who(), "重新发送：政府信息公开申请", "", multipart("mixed", text(format), bounced))
		c.add(true, "with a calendar", who(), "信息公开申请", "", multipart("mixed", text(format), calendar))
	}
	for _, mark := range []string{"", "X-Autoreply: yes", "Precedence: bulk", "Auto-Submitted: auto-replied"} {
		c.add(true, "by attachment "+mark, who(), "申请", mark, withFile("政府信息公开申请表.doc", "application/msword", "见附件"))
	}
	return c.all
}

// machines are what programs send: reports, excuses, receipts, answers to invitations, lists.
func machines() []composed {
	c := corpus{id: "m"}
	const said = "您的邮件未能传递给以下收件人：zhangsan@example.test\n对方服务器返回：550 5.1.1 用户不存在"
	const english = "The following message could not be delivered to zhangsan@example.test: 550 5.1.1 User unknown"
	for _, from := range []string{"MAILER-DAEMON", "MAILER-DAEMON <>", "Mail Delivery Subsystem <mailer-daemon@mx.example.test>", "postmaster@example.test", "邮件系统 <system@example.test>", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@gov.example.test>"} {
		for _, subject := range []string{"退信：政府信息公开告知书", "系统退信", "未传递: 政府信息公开答复书", "Undeliverable: 政府信息公开告知书", "Returned mail: see transcript for details", "Delivery Status Notification (Failure)", "Mail delivery failed: returning message to sender", "failure notice", "无法投递：政府信息公开补正告知书"} {
			body := said
			if len(c.all)%2 == 1 {
				body = english
			}
			c.add(false, "bounce", from, subject, "", bareText(body))
		}
	}
	for _, action := range []string{"failed", "delayed", "delivered", "relayed"} {
		c.all = append(c.all, composed{"machine/dsn " + action, false, strings.Replace(string(notice("unknown-"+action, action)), "\r\nSubject", "\r\nX-N: "+action+"\r\nSubject", 1)})
	}
	arf := "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: office@example.test\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
	for _, from := range []string{"abuse-desk@example.test", "feedback@isp.example.test", "scomp@example.test"} {
		c.add(false, "arf", from, "complaint about a message", "", arf)
	}
	excuses := []string{"您好，您的来信已收到，我会尽快回复您。", "本人休假至 3 月 10 日，急事请电话联系。", "I am out of the office until March 10.", "您关于政府信息公开事项的邮件已收到。"}
	for _, mark := range []string{"Auto-Submitted: auto-replied (vacation)", "X-Autoreply:", "X-Autoreply: yes", "X-Autorespond: vacation", "Precedence: auto_reply", "Auto-Submitted: auto-notified"} {
		for _, subject := range []string{"Re: 政府信息公开告知书", "政府信息公开答复书", "来信已收到"} {
			c.add(false, "excuse by its header", fmt.Sprintf("某人 <v%d@example.test>", len(c.all)), subject, mark, bareText(excuses[len(c.all)%3]))
		}
	}
	for _, subject := range []string{"自动回复：政府信息公开告知书", "自动回复: 您好", "【自动回复】来信收到", "[自动回复] 答复书", "自动应答", "外出自动回复：会议", "Automatic Response: 政府信息公开申请", "Automatic reply: 告知书", "Out of Office: 告知书", "AutoReply: x", "Auto: 答复", "Out of Office AutoReply: x"} {
		c.add(false, "excuse by its subject", fmt.Sprintf("某人 <s%d@example.test>", len(c.all)), subject, "", bareText(excuses[len(c.all)%3]))
	}
	receipt := "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n您的邮件已被阅读。\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: automatic-action/MDN-sent-automatically; displayed\r\n--b--\r\n"
	for _, subject := range []string{"已读: 政府信息公开告知书", "已读：政府信息公开答复书", "Read: 告知书", "已读回执：答复", "未读: 告知书", "Not read: 告知书", "阅读回执"} {
		c.add(false, "receipt", "zhangsan@example.test", subject, "", bareText("您的邮件已于 2026 年 3 月 1 日被阅读。"))
		c.add(false, "receipt, as a report", "lisi@example.test", subject, "", receipt)
	}
	for _, subject := range []string{"已接受: 听证会", "已拒绝: 听证会", "已暂定: 听证会", "Accepted: hearing", "Declined: hearing", "Tentative: hearing"} {
		c.add(false, "answer to an invitation", "zhang@example.test", subject, "", "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n")
	}
	for _, mark := range []string{"List-Id: <news.example.test>", "List-Unsubscribe: <https://x.example.test/u>", "Precedence: bulk", "Precedence: list", "Auto-Submitted: auto-generated", "Return-Path: <>"} {
		for _, subject := range []string{"本周要闻", "登录提醒", "您的账单", "培训通知"} {
			c.add(false, "program or list", fmt.Sprintf("noreply%d@site.example.test", len(c.all)), subject, mark, bareText("详情请登录网站查看。"))
		}
	}
	return c.all
}

func sorted(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		keys := []string{}
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if !yield(k) {
				return
			}
		}
	}
}

// The confusion matrix of machines and people, over mails that go through the whole intake: no application of a
// person is hidden (it is a case, or stands in due with its strict date), and at most one machine in a hundred
// becomes a case. In the junk folder, too.
func TestMachinesAndPeople(t *testing.T) {
	for _, folder := range []string{"INBOX", "垃圾邮件"} {
		t.Run(folder, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := openBureau(t, "2026-03-02")
				all := slices.Concat(applications(), machines(), inOtherWords(), fromProviders(), withoutMark())
				names := map[casefile.Digest]composed{}
				for _, c := range all {
					raw := []byte(c.raw)
					names[casefile.DigestOf(raw)] = c
					b.sim.Add(folder, raw, b.now())
				}
				if len(names) != len(all) {
					t.Fatalf("%d different mails of %d", len(names), len(all))
				}
				b.poll()
				due := map[casefile.Digest]ask.DueItem{}
				items, err := ask.Do(t.Context(), b.client, ask.Due, ask.DueQuery{})
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range items {
					if !i.Mail.IsZero() {
						due[i.Mail] = i
					}
				}
				matrix := map[string]int{}
				var hidden, cases, noise []string
				count := func(m ask.MailView) {
					c, known := names[m.Digest]
					i, shown := due[m.Digest]
					where := "aside"
					switch {
					case !known:
						t.Errorf("an unknown mail %s", m.Digest)
					case m.Case != "":
						where = "case"
					case shown:
						where = "due"
						if civil.Date(i.On) != civil.New(2026, 3, 30) || i.Step == "" {
							t.Errorf("%s is due on %s: %+v", c.name, civil.Date(i.On), i)
						}
					}
					switch {
					case c.human && where == "aside" && folder != "INBOX" && c.few():
						matrix["human, few words, aside"]++
					case c.human && where == "aside":
						hidden = append(hidden, c.name)
					case !c.human && where == "case":
						cases = append(cases, c.name)
					case !c.human && where == "due":
						noise = append(noise, c.name)
					}
					matrix[fmt.Sprintf("human=%v %s", c.human, where)]++
				}
				for _, place := range []casefile.Disposition{casefile.ToCase, casefile.Parked, casefile.ToHistory, casefile.Duplicate} {
					for _, m := range b.mails(place) {
						count(m)
					}
				}
				t.Logf("%d mails: %v", len(all), matrix)
				machines := 0
				for _, c := range all {
					if !c.human {
						machines++
					}
				}
				if len(all) < 200 || len(hidden) > 0 || 100*len(cases) > machines || 100*len(noise) > 5*machines {
					t.Errorf("hidden applications %q,\nmachines as cases %q,\nmachines in due %q", hidden, cases, noise)
				}
			})
		})
	}
}
