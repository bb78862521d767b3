package match

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// A program's word in the subject makes no program of the author: the text must be a program's, too.
func TestTitlesOfMachines(t *testing.T) {
	for _, tt := range []struct {
		from, subject, text string
		want                Cause // "": a person's
	}{
		{"w@corp.test", "自动回复: 征求意见函", "您好，我正在出差，如有急事请致电办公室告知。", CauseAutoReply},
		{"w@corp.test", "自动回复：", "", CauseAutoReply},
		{"w@corp.test", "张三自动回复：告知书", "来信已收到，我会尽快回复您。祝好！", CauseAutoReply},
		{"w@corp.test", "Automatic reply: Notice", "I am out of the office. Please send urgent mail to my colleague.", CauseAutoReply},
		{"w@firma.test", "Automatische Antwort: Mitteilung", "Bin bis Montag nicht im Büro.", CauseAutoReply},
		{"w@people.test", "热线自动回复：敷衍群众", "打了五次热线都是机器说话。希望领导重视，派人来看看河道。", ""},
		{"w@people.test", "自动回复：没有用", "一年了，每次都说尽快回复，从来没人联系。", ""},
		{"w@people.test", "Re: 自动回复: 关于宅基地", "上次说会尽快处理，请问结果怎么样？", ""},
		{"w@people.test", "Re: 自动回复: 告知书", "身份证复印件补上了。", ""},
		{"w@people.test", "自动回复", "能不能把自动回复关了，看着烦。", ""},
		{"w@corp.test", "自动回复: 通知", "我已离开公司，此邮箱不再使用。", CauseAutoReply},
		{"w@people.test", "Out of office hours service", "Nobody answers the phone after 17:00.", ""},

		{"w@corp.test", "已读: 答复书", "您的邮件\n 收件人: 赵某\n 主题: 答复书\n阅读时间为 2026/3/2 9:30。", CauseAutoReply},
		{"w@corp.test", "Read: Reply", "Your message was read on Monday, March 2.", CauseAutoReply},
		{"w@people.test", "已读：关于补偿的信", "信我看了，同意调解方案。", ""},
		{"w@people.test", "Read: your letter", "I have no objection.", ""},

		{"postmaster@isp.test", "系统退信", "收件人邮件地址不存在，邮件无法送达。请核对后说明情况重发。", CauseBounce},
		{"postmaster@village.test", "退信的事", "邮局把你们的信退了，请重新寄给我。", ""},
		{"w@people.test", "退信", "往贵局邮箱发信被退：550 5.1.1 <foi@old.test> user unknown，地址换了吗？", ""},
		{"postmaster@post.test", "关于投递地址变更", "贵单位信箱已迁至一楼大厅，如有异议请联系我所。", ""},
		{"service@firm.test", "退件", "你方寄来的函件门牌写错了，正确的是东街12号。", ""},
	} {
		if got, why := robot(says("某人", tt.from, tt.subject, tt.text)); got != tt.want {
			t.Errorf("%s, %s: %q (%s), want %q", tt.subject, tt.text, got, why, tt.want)
		}
	}
	scan := casefile.Part{Name: "扫描.pdf", Type: "application/pdf", Attachment: true}
	for _, tt := range []struct {
		subject, text string
		parts         []casefile.Part
		want          Cause // "": a person's
	}{
		{"Re: 自动回复: 补正告知书", "您的邮件已收到，材料一并发过去了。", []casefile.Part{scan}, ""},
		{"自动回复: 补正告知书", "来信收到。", []casefile.Part{scan}, ""},
		{"自动回复: 补正告知书", "来信收到，补正的地址是东街12号。", nil, ""},
		{"回复：自动回复：补正告知书", "来信已收到。东城区甲路12号的房屋征收决定。张三", nil, ""},
		{"Re: Automatic reply: Notice", "Thank you for your message. The address is 12 East Street.", nil, ""},
		{"Re: 自动回复: 补正告知书", strings.Repeat("> 您的来信已经收到，我们将尽快处理。\n", 120) + "东街12号那一栋。", nil, ""},
		{"自动回复: 补正告知书", "我正在外地出差，9日返回。", []casefile.Part{{Name: "正文图片1.png", Type: "image/png", Inline: true, Attachment: true}}, CauseAutoReply},
		{"自动回复: 补正告知书", "这是自动回复，来信收到。", []casefile.Part{scan}, CauseAutoReply},
		{"邮件回执", "见附件", []casefile.Part{scan}, ""},
		{"已送达：补正材料", "", []casefile.Part{scan}, ""},
		{"已读：答复书", "", nil, CauseAutoReply},
	} {
		m := from("w@people.test", tt.subject)
		m.Text, m.Parts = tt.text, tt.parts
		if got, why := robot(&m); got != tt.want {
			t.Errorf("%s, %s: %q (%s), want %q", tt.subject, tt.text[:min(len(tt.text), 60)], got, why, tt.want)
		}
	}
	file := from("w@people.test", "自动回复：申请")
	file.Parts = []casefile.Part{{Name: "表.docx", Attachment: true}}
	if got, _ := robot(&file); got != "" {
		t.Errorf("a file without a word is taken for %q", got)
	}
}

// Notices of programs that leave no mark, and what people write from addresses such as theirs, or about such notices.
func TestUnmarked(t *testing.T) {
	for _, tt := range []struct {
		from, subject, text string
		machine             bool
	}{
		{"renew@dns.test", "域名到期提醒", "您的域名 office.test 将于 2026-03-31 到期，请及时续费。", true},
		{"safe@mail.test", "新设备登录通知", "您的邮箱于3月2日在手机上登录。若非本人，请修改密码。", true},
		{"no-reply@auth.test", "验证码", "您的验证码是 482913，请勿告诉他人。", true},
		{"noreply@center.test", "您的来信已收到", "您的来信已收到，编号 11，将在规定时限内处理。", true},
		{"hall@expo.test", "博览会观众登记开启", "4月18日，相约会展中心。如不想再收到此类邮件，请点击退订。", true},
		{"meeting@tm.test", "会议提醒：周例会", "会议主题：周例会 会议时间：2026/03/02 会议号：1", true},
		{"monitor@video.test", "设备告警", "设备 大门口-01 于 02:13 离线。", true},

		{"noreply@city.test", "进度提醒", "工单 2031 已创建，市民反映井盖丢失。", false},
		{"noreply@city.test", "进度提醒", "您的工单 2031 已创建，可登录查看进度。", true},
		{"admin@firm.test", "噪声", "楼下设备整夜轰鸣，一直没人管。", false},
		{"w@people.test", "路灯", "村口路灯坏了，一直没人修。\n退订请回复TD", false},
		{"notify@grid.test", "事件上报", "上报人：阮某 事件：路面塌陷 位置：西街与北路交口", false},
		{"noreply@mail.test", "新来信", "标题：井盖丢失 内容：井盖丢了两天了 留言人：蓝某", false},
		{"security@park.test", "住宿", "园区保安宿舍没有暖气，住不了人。", false},
		{"w@people.test", "登录", "政务网账号登录不上，我要交的材料怎么办", false},
		{"w@people.test", "退订", "不要再发短信了，人已经搬走了。", false},
		{"w@people.test", "邮箱已满", "公布的那个邮箱满了，发不进去。", false},
		{"w@people.test", "快递被退回", "EMS 说拒收，单号 1，里面是材料。", false},
	} {
		if why := unmarked(says("某人", tt.from, tt.subject, tt.text)); (why != "") != tt.machine {
			t.Errorf("%s, %s: %q, want a machine's: %v", tt.subject, tt.text, why, tt.machine)
		}
	}
}

// An application under a machine's mark stands in due, however short.
func TestAppliesUnderMarks(t *testing.T) {
	for text, want := range map[string]bool{
		"申请人：花某\n所需信息：2025年统计\n获取方式：电子邮件": true,
		"已阅。现申请获取该告知书所依据的会议纪要。汪某":         true,
		"来信已收到，我会尽快回复您。":                  false,
	} {
		m := from("w@people.test", "自动回复：政府信息公开告知书")
		m.Text, m.Machine.AutoSubmitted = text, "auto-replied"
		if Applies(&m) != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}
