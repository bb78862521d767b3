package demo

import "fmt"

// Where mails lie, in the words of 163.com.
const (
	inbox = "INBOX"
	junk  = "垃圾邮件"
	sent  = "已发送"
)

// mails returns what comes and goes by mail in the story, by key. All people, offices and companies
// are invented; ID numbers and telephone numbers are such as cannot exist.
func mails() map[string]letter {
	docxKind := "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	return map[string]letter{
		"old": person("何平", "heping", "申请公开2025年道路养护计划", request("何平", "2025年道路养护计划")),

		// January: one of each kind of mailer.
		"zhang": person("张晓雨", "zhangxiaoyu", "申请公开青石路改造工程立项批复", request("张晓雨", "青石路改造工程的立项批复文件")),
		"keji": {from: "云帆环保科技有限公司", mail: "office@yunfan.example.test", charset: "GBK", subject: "政府信息公开申请（污水管网验收资料）",
			text:  request("云帆环保科技有限公司", "2025年度污水管网工程竣工验收资料"),
			files: []file{{"政府信息公开申请表.docx", docxKind, docx("政府信息公开申请表", "申请人：云帆环保科技有限公司", "所需的政府信息：2025年度污水管网工程竣工验收资料")}}},
		"lushi": {from: "正言律师事务所", mail: "archive@zhengyan.example.test", html: true, subject: "关于申请公开临河地块出让合同的函",
			text: "<html><body><p><b>政府信息公开申请</b></p><table><tr><td>申请人</td><td>正言律师事务所</td></tr><tr><td>所需的政府信息</td><td>临河地块土地出让合同及附件</td></tr>" +
				"<tr><td>获取信息的方式</td><td>邮寄纸质件</td></tr></table></body></html>"},
		"answer": {from: "某区城乡建设局", mail: account, to: "zhangxiaoyu@example.test", subject: "回复：申请公开青石路改造工程立项批复", answers: "zhang",
			text: "张晓雨：\n　　您申请的信息见附件。\n　　　　某区城乡建设局（某建依申请〔2026〕1号）\n", files: []file{{"青石路改造工程立项批复.docx", docxKind, docx("关于青石路改造工程立项的批复")}}},
		"away": {from: "张晓雨", mail: "zhangxiaoyu@example.test", subject: "自动回复：申请公开青石路改造工程立项批复", answers: "answer",
			header: []string{"Auto-Submitted: auto-replied"}, text: "我正在休假，2月1日后回复。\n"},
		"wang": person("王立新", "wanglixin", "要求公开拆迁的文件", "你好，我要看我们那边拆迁的文件，请尽快发给我。王立新\n"),

		// February and March.
		"gongyi": {from: "绿源环境公益中心（刘䶮）", mail: "liuyan@lvyuan.example.test", charset: "GB18030", subject: "申请公开湖滨公园绿地调整情况",
			text: request("绿源环境公益中心", "2023年至2025年湖滨公园绿地面积调整的全部审批文件") + "联系人：刘䶮\n"},
		"opinion": {from: "临河置业有限公司", mail: "law@linhe.example.test", subject: "关于{lushi}号征求意见书的复函",
			text: "贵局征求意见书收悉。合同涉及我公司商业秘密，不同意公开。\n　　　　临河置业有限公司\n"},
		"wang2": {from: "王立新", mail: "wanglixin@example.test", subject: "回复：补正告知书", answers: "wang",
			text: "现补正如下：所需的政府信息为《柳巷片区房屋征收补偿方案》正式文本。\n\n> 请补正所需信息的名称、文号或者其他特征性描述。\n"},
		"chen":    quoted(person("陈述", "chenshu", "申请公开某路段限速依据", request("陈述", "环城北路限速40公里的设置依据"))),
		"receipt": {from: "某区城乡建设局", mail: account, to: "chenshu@example.test", subject: "收到您的申请", answers: "chen", text: "陈述：\n　　您的申请已收到，请确认。\n"},
		"bounce":  {from: "Mail Delivery System", subject: "Undelivered Mail Returned to Sender", raw: bounce},
		"yuan": {from: "某大学城市研究院", mail: "survey@research.example.test", subject: "依申请公开：保障房分配统计", text: request("某大学城市研究院", "2016年至2025年保障性住房分年度分配统计"),
			files: []file{{"申请表.docx", docxKind, docx("政府信息公开申请表", "申请人：某大学城市研究院")}, {"证明材料.png", "image/png", scan()}}},
		"sun": person("孙志强", "sunzhiqiang", "信息公开申请：为什么不处理我的投诉", request("孙志强", "说明为何不处理我反映的噪声问题，并追究责任")),

		// April to August.
		"zhou":   person("周宁", "zhouning", "信息公开申请", request("周宁", "所有与小区有关的材料")),
		"wu":     person("吴海", "wuhai", "申请公开停车场规划", request("吴海", "东门停车场规划图")),
		"zhang2": person("张晓雨", "zhangxiaoyu", "再次申请公开青石路改造工程立项批复", request("张晓雨", "青石路改造工程的立项批复文件")),
		"shangmao": {from: "同兴商贸有限公司", mail: "tongxing@example.test", charset: "GBK", subject: "申请公开办公用房调整会议材料",
			text: request("同兴商贸有限公司", "贵局内部办公用房调整的会议材料")},
		"lvsuo": {from: "衡平律师事务所", mail: "hengping@example.test", html: true, subject: "申请公开旧改方案讨论稿",
			text: "<p>政府信息公开申请</p><p>申请人：衡平律师事务所</p><p>所需的政府信息：柳巷旧改方案讨论稿及会议记录</p>"},
		"xu": {from: "许可", subject: "申请公开供水管道检修记录", raw: broken},
		"ad": {from: "优选办公商城", mail: "news@shop.example.test", html: true, subject: "年中大促：打印纸、硒鼓五折起",
			header: []string{"List-Unsubscribe: <mailto:leave@shop.example.test>", "List-Id: <news.shop.example.test>", "Precedence: bulk"}, text: "<h1>全场五折</h1><p>点击查看优惠</p>"},
		"zixun": person("钱女士", "qian", "请问周六上班吗", "请问办事大厅周六是否上班？谢谢。\n"),
		"feng":  quoted(person("冯小川", "fengxiaochuan", "申请公开公租房轮候名册", request("冯小川", "2026年上半年公租房轮候公示名册"))),
		"chu":   person("褚文", "chuwen", "申请公开路灯采购合同", request("褚文", "2025年路灯采购合同")),
		"wei":   person("卫东海", "weidonghai", "申请查阅处罚案卷", request("卫东海", "某工地扬尘处罚案卷的询问笔录")),
		"meng":  withheld(person("孟露", "menglu", "申请公开供热管网图", request("孟露", "供热管网走向图"))),

		// September to today.
		"jiang": person("蒋岚", "jianglan", "申请公开雨污分流验收表", request("蒋岚", "雨污分流改造验收表")),
		"cun":   {from: "柳巷村村民委员会", mail: "liuxiang@example.test", subject: "申请公开本村道路投资汇总", charset: "GB18030", text: request("柳巷村村民委员会", "历年本村道路投资按受益户汇总表")},
		"shen":  person("沈嘉", "shenjia", "申请公开施工单位投标文件", request("沈嘉", "青石路改造工程中标单位的投标文件")),
		"han":   person("韩松", "hansong", "申请公开桥梁检测报告", request("韩松", "西门桥2025年检测报告")),
		"yang":  person("杨帆", "yangfan", "申请公开人行道改造预算", request("杨帆", "人行道改造工程预算批复")),
		"zhu":   person("朱一鸣", "zhuyiming", "信息公开", "申请公开相关文件。\n"),
		"qin":   {from: "明理律师事务所", mail: "mingli@example.test", charset: "GBK", subject: "申请公开物业维修资金使用审批", text: request("明理律师事务所", "幸福里小区2025年维修资金使用审批表")},
		"han2": {from: "韩松", mail: "hansong@example.test", subject: "回复：申请公开桥梁检测报告", answers: "han",
			text: "请问我的申请办理到哪一步了？\n\n------------------ 原始邮件 ------------------\n申请公开桥梁检测报告\n"},
		// All that is to be registered stands in the attachment.
		"you": {from: "尤佳", mail: "youjia@example.test", subject: "申请公开电梯加装补助名单", text: "您好，申请表见附件，请查收。\n",
			files: []file{{"政府信息公开申请表.docx", docxKind, docx("政府信息公开申请表", "姓 名：尤佳", "联系电话：10000000042", "通信地址：某区青石路00号",
				"所需信息的内容描述：2026年老旧小区电梯加装补助名单", "获取信息的方式：☑电子邮件 □邮寄 □自行领取")}}},
	}
}

func person(name, local, subject, text string) letter {
	return letter{from: name, mail: local + "@example.test", subject: subject, text: text}
}

func withheld(l letter) letter {
	l.withheld = true
	return l
}

func quoted(l letter) letter {
	l.quoted = true
	return l
}

// request is the text of an application. The numbers of ID card and telephone are invalid on purpose.
func request(name, what string) string {
	n := len(name) * 7 % 90
	return fmt.Sprintf("政府信息公开申请\n\n申请人：%s\n证件号码：0000001900010100%02d\n联系电话：100000000%02d\n所需的政府信息：%s\n获取信息的方式：电子邮件\n", name, n, n, what)
}

// bounce is a delivery report (RFC 3464) on a letter of the office.
const bounce = `Return-Path: <>
From: Mail Delivery System <mailer-daemon@mail.example.test>
To: <foi@office.example.test>
Subject: Undelivered Mail Returned to Sender
Date: Fri, 27 Feb 2026 09:20:00 +0800
Message-ID: <bounce@mail.example.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_bounce"

--=_bounce
Content-Type: text/plain; charset=us-ascii

The mail could not be delivered: mailbox full.

--=_bounce
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.test

Final-Recipient: rfc822; chenshu@example.test
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--=_bounce
Content-Type: text/rfc822-headers

From: <foi@office.example.test>
To: <chenshu@example.test>
Message-ID: <receipt@mail.example.test>
In-Reply-To: <chen@mail.example.test>

--=_bounce--
`

// broken is an application from a mailer that gets wrong what can be got wrong: raw UTF-8 in the
// header, no Message-ID, a date of its own invention, base64 with rubbish, a multipart that never
// ends.
const broken = `From: 许可 <xuke@example.test>
To: foi@office.example.test
Subject: 申请公开供水管道检修记录
Date: 2026年5月25日 9点
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_xu"

--=_xu
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

政府信息公开申请
申请人：许可
所需的政府信息：2025年供水管道检修记录
--=_xu
Content-Type: application/octet-stream; name="附件.dat"
Content-Transfer-Encoding: base64

AAEC*不是base64*AwQF
`
