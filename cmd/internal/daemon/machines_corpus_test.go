package daemon

import "fmt"

// secondCorpus was composed before anybody looked at how it is judged, by kinds that the first has not: other
// languages, other providers' words, portals' letters, machines that say it in a field of their own.
func secondCorpus() (all []composed) {
	n := 0
	add := func(human bool, name, from, subject, header, body string) {
		n++
		raw := "From: " + from + "\r\nTo: office@example.test\r\nSubject: " + subject + "\r\nDate: Mon, 2 Mar 2026 08:00:00 +0800\r\nMessage-ID: <s" + fmt.Sprint(n) + "@example.test>\r\n"
		if header != "" {
			raw += header + "\r\n"
		}
		kind := "machine/"
		if human {
			kind = "human/"
		}
		all = append(all, composed{kind + name + "/" + subject, human, raw + body})
	}
	text := func(s string) string { return "Content-Type: text/plain; charset=utf-8\r\n\r\n" + s + "\r\n" }
	html := func(s string) string { return "Content-Type: text/html; charset=utf-8\r\n\r\n" + s + "\r\n" }
	file := func(name, mediaType, said string) string {
		return "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + said + "\r\n--b\r\nContent-Type: " + mediaType + "; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\nx\r\n--b--\r\n"
	}
	marks := []string{"", "Auto-Submitted: auto-generated", "Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk", "Return-Path: <>", "List-Unsubscribe: <mailto:x@example.test>", "X-Auto-Response-Suppress: All"}

	// People.
	company := "单位名称：某某科技有限公司\r\n统一社会信用代码：91320800MA1XXXXX0X\r\n法定代表人：钱某\r\n联系人：孙某\r\n联系方式：无\r\n所需政府信息内容：2025年甲路改造工程中标结果\r\n提供政府信息的指定方式：电子邮件\r\n"
	portal := "<html><body><table><tr><td>申请人姓名</td><td>周某</td></tr><tr><td>证件号码</td><td>无</td></tr><tr><td>所需信息的内容描述</td><td>乙村征地补偿方案</td></tr><tr><td>信息用途</td><td>自用</td></tr></table></body></html>"
	traditional := "您好：本人吳某，住某市甲區。依據《政府信息公開條例》，申請公開貴單位2025年度部門預算，請以電子郵件答覆。\r\n"
	plain := "局领导：我是丙村村民郑某，想了解我村2025年危房改造补助资金是怎么分的，请把名单和金额给我一份，谢谢。联系地址某市丙村3号。依据信息公开条例。\r\n"
	for i, mark := range marks {
		who := fmt.Sprintf("某人%d <w%d@people.example.test>", i, i)
		add(true, "company "+mark, who, "公开申请", mark, text(company))
		add(true, "portal in a table "+mark, "noreply@portal.example.test", "【系统通知】您收到一条新的依申请公开", mark, html(portal))
		add(true, "portal in a table, no word in the subject "+mark, "noreply@portal.example.test", "新工单提醒", mark, html(portal))
		add(true, "traditional "+mark, who, "政府資訊公開申請", mark, text(traditional))
		add(true, "in his own words "+mark, who, "关于危房改造的申请", mark, text(plain))
		add(true, "answer to something else "+mark, who, "Re: 您好", mark, text(company+"\r\n----- 原始邮件 -----\r\n发件人: x\r\n您好\r\n"))
		add(true, "by a scan "+mark, who, "申请", mark, file("依申请公开申请表.jpg", "image/jpeg", "见附件"))
		add(true, "by a file of another name "+mark, who, "政府信息公开申请", mark, file("扫描件001.pdf", "application/pdf", "您好，申请材料见附件，请查收。"))
	}
	for _, subject := range []string{"自動回覆：申請", "已讀：政府信息公開申請", "回复：自动回复：申请", "Fwd: Undeliverable: 政府信息公开申请", "退回：政府信息公开申请", "催办：上次的申请退信了，再发一次"} {
		add(true, "form under a machine's subject", "冯某 <feng@people.example.test>", subject, "", text(company))
	}
	add(true, "postmaster of a village", "postmaster@village.example.test", "政府信息公开申请", "Return-Path: <>", text(company))
	add(true, "through a list server", "陈某 <chen@people.example.test>", "申请公开", "List-Id: <all.example.test>\r\nPrecedence: list", text(company))

	// Machines: bounces.
	gone := "很抱歉，您发送的邮件无法送达以下收件人：\r\nzhangsan@example.test\r\n原因：550 Mailbox not found\r\n"
	jp := "次のあて先へのメッセージはエラーのため送信できませんでした。\r\nzhangsan@example.test: 550 5.1.1 User unknown\r\n"
	for _, from := range []string{"10000@mail.example.test", "邮件管理员 <mailadmin@example.test>", "系统管理员 <sysadmin@gov.example.test>", "PostMaster@qqmail.example.test", "Mail Delivery System <MAILER-DAEMON@mx.example.test>", "noreply@mail.example.test"} {
		for _, subject := range []string{"来自example.test的退信", "邮件退回通知", "您的邮件被退回：政府信息公开告知书", "邮件投送失败通知", "邮件未能成功发送", "投递状态通知(失败)", "[Postmaster] Email Delivery Failure", "无法传递的邮件: 政府信息公开答复书", "收件人拒收：政府信息公开答复书", "系統退信", "未傳遞的主旨: 政府信息公開告知書", "Message undeliverable", "Systems bounce"} {
			add(false, "bounce", from, subject, "", text(gone))
		}
	}
	for _, subject := range []string{"配信不能通知", "メール配信エラー", "配信エラー: 政府信息公开告知书", "Mail System Error - Returned Mail", "宛先不明"} {
		add(false, "bounce, Japanese", "Mail Administrator <postmaster@mail.example.test>", subject, "", text(jp))
		add(false, "bounce, Japanese", "メール配信システム <mail-system@mail.example.test>", subject, "", text(jp))
	}
	add(false, "bounce by its field", "exim@mx.example.test", "Warning: message delayed 24 hours", "X-Failed-Recipients: zhangsan@example.test", text("A message that you sent has not yet been delivered."))
	// Machines: automatic answers.
	away := []string{"您好，我已收到您的邮件，将尽快回复。", "本人正在休假，3月10日返回。", "这是一封自动回复邮件，请勿回复。", "您好，来信收悉。"}
	for i, subject := range []string{"Re: 自动回复：政府信息公开告知书", "回复: 自动答复: 您好", "RE: 政府信息公开告知书（自动回复）", "政府信息公开答复书 [自动回复]", "自動回覆：告知書", "自動回覆: 您好", "外出(自動回覆)", "【自動返信】お問い合わせありがとうございます", "自動返信: 告知书", "自動応答: 告知书", "不在通知: 告知书", "Automatische Antwort: 告知书", "Réponse automatique : 告知书", "Respuesta automática: 告知书", "자동 응답: 告知书", "Автоответ: 告知书", "休假自动答复：告知书", "假期自动回复", "离职自动回复：告知书", "系统自动回复：您的来信已收到", "邮箱自动回复-告知书", "AUTO: 赵某 is out of the office (returning 2026-03-10)", "Out of the office: 告知书", "I am away: Automatic Reply"} {
		add(false, "excuse by its subject", fmt.Sprintf("某人 <e%d@example.test>", i), subject, "", text(away[i%len(away)]))
	}
	for i, mark := range []string{"X-Mail-Autoreply: 1", "X-Autogenerated: Reply", "X-Vacation: yes", "X-Autoresponder: yes", "X-Auto-Reply: true", "X-Auto-Reply-From: x@example.test", "Delivered-To: Autoresponder", "Preference: auto_reply", "X-FC-MachineGenerated: true", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "X-POST-MessageClass: 9; Autoresponder", "X-QQ-Autoreply: true", "auto-submitted:  Auto-Replied ; owner-email=x"} {
		add(false, "excuse by a field "+mark, fmt.Sprintf("某人 <f%d@example.test>", i), "Re: 政府信息公开告知书", mark, text(away[i%len(away)]))
	}
	// Machines: receipts and answers to invitations.
	for i, subject := range []string{"已讀: 告知書", "已讀：答覆書", "讀取: 告知書", "未讀: 告知書", "已送达: 政府信息公开告知书", "Delivered: 告知书", "Relayed: 告知书", "已送達: 告知書", "開封済み: 告知书", "开封确认: 告知书", "Lu : 告知书", "Gelesen: 告知书", "邮件回执：告知书", "邮件撤回通知"} {
		add(false, "receipt", fmt.Sprintf("某人 <r%d@example.test>", i), subject, "", text("您的邮件\r\n    收件人: 某人\r\n    主题: 告知书\r\n    发送时间: 2026-03-01 10:00\r\n已于 2026-03-01 11:00 处理。"))
	}
	add(false, "recall", "某人 <rc1@example.test>", "撤回: 告知书", "", text("某人 想撤回邮件“告知书”。"))
	add(false, "recall", "某人 <rc2@example.test>", "Recall: 告知书", "", text("Zhang would like to recall the message, \"x\"."))
	for i, subject := range []string{"已接受：座谈会", "已謝絕: 座談會", "拒絕: 座談會", "接受: 座談會", "暫定: 座談會", "承諾: 会議", "辞退: 会議", "Abgelehnt: x", "已取消: 座谈会"} {
		add(false, "answer to an invitation", fmt.Sprintf("某人 <i%d@example.test>", i), subject, "", "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n--b--\r\n")
	}
	// Machines: reports of mail systems.
	add(false, "dmarc", "noreply-dmarc-support@big.example.test", "Report domain: example.test Submitter: big.example.test Report-ID: 123", "", file("big.example.test!example.test!1!2.xml.gz", "application/gzip", ""))
	add(false, "tlsrpt", "smtp-tls-reporting@big.example.test", "Report Domain: example.test Submitter: big.example.test", "TLS-Report-Domain: example.test", file("big.json.gz", "application/tlsrpt+gzip", "report"))
	for _, subject := range []string{"垃圾邮件隔离通知", "隔离邮件报告", "Spam Quarantine Notification", "反垃圾邮件网关：隔离邮件列表"} {
		add(false, "quarantine", "spam-quarantine@gw.example.test", subject, "Auto-Submitted: auto-generated", text("以下邮件被隔离：1. 促销"))
	}

	// What follows was composed after the above had been mended for, to see whether it was mended by kinds.
	village := "尊敬的街道办：\r\n我叫褚某，身份证号码略。请求你们公开2024年丁社区老旧小区改造的施工合同，用邮件发给我就行。\r\n"
	english := "Dear Sir, under the Regulations on Open Government Information (政府信息公开条例) I request a copy of the 2025 budget. Yours, A. Wei\r\n"
	hk := "敬啟者：現依據《政府信息公開條例》申請獲取貴局關於戊路工程之環評批覆，聯絡電話從略。衛某謹啟\r\n"
	list := "申请人：蒋某某\r\n联系电话：略\r\n申请内容：己镇2025年三公经费\r\n公开方式：邮寄\r\n"
	for i, mark := range []string{"Auto-Submitted: auto-generated", "X-Autoresponder: yes", "Precedence: junk", "Auto-Submitted: auto-notified", "X-Vacation: 1", "Return-Path: <>", "List-Id: x", "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"} {
		who := fmt.Sprintf("某人%d <t%d@others.example.test>", i, i)
		add(true, "later, village "+mark, who, "你好", mark, text(village))
		add(true, "later, English "+mark, who, "Request for information", mark, text(english))
		add(true, "later, Hong Kong "+mark, who, "申請", mark, text(hk))
		add(true, "later, list "+mark, who, "网上信箱", mark, html("<p>"+list+"</p>"))
		add(true, "later, by a document "+mark, who, "信息公开申请", mark, file("申请.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ""))
	}
	for i, subject := range []string{"关于自动回复的信息公开申请", "退信后重发", "请公开你单位邮箱自动回复的依据", "Re: 已读：申请", "撤回：我上一份申请，改为以下申请", "拒收的快递里的申请，改发邮件"} {
		add(true, "later, words of machines in a person's subject", fmt.Sprintf("某人 <u%d@others.example.test>", i), subject, "", text(list))
	}
	for i, subject := range []string{"投递失败：未找到收件人", "邮件发送失败通知【example.test】", "Delivery has failed to these recipients or groups", "Mail Delivery Failure", "退信提醒", "您发给zhangsan的邮件未成功投递", "Returned to sender: 告知书", "送信エラー: 告知书", "返送：告知书", "郵件無法傳送"} {
		from := []string{"mail@mx.example.test", "邮箱助手 <helper@mail.example.test>", "postmaster@mx.example.test"}[i%3]
		add(false, "later, bounce", from, subject, "", text("您的邮件 告知书 未能送达。\r\n远程服务器返回：550 5.7.1 rejected by recipient"))
		add(false, "later, bounce in Japanese", from, subject+" ", "", text("メールを配信できませんでした。\r\nzhangsan@example.test (550 5.1.1 unknown)"))
	}
	for i, subject := range []string{"休暇中: 告知书", "【自动回复】感谢您的来信", "答复: 自動回覆: 告知書", "Re: Automatic reply: x", "FW: 自动回复：告知书", "告知书-自动回复", "Auto-Reply: 告知书", "自動回信：收到", "Abwesenheitsnotiz: x", "Odpowiedź automatyczna: x"} {
		add(false, "later, excuse", fmt.Sprintf("某人 <v%d@others.example.test>", i), subject, "", text("您好，您的邮件我已收到。"))
	}
	for i, mark := range []string{"X-Auto-Response-Type: x", "X-AutoReply-From: x", "X-Autoreply-Sent: 1", "X-Amavis-Vacation: yes", "Auto-Submitted: Auto-Replied"} {
		add(false, "later, excuse by a field "+mark, fmt.Sprintf("某人 <x%d@others.example.test>", i), "回复：告知书", mark, text("来信收悉。"))
	}
	// Whoever writes of what was sent back has not sent it back; 500 is money, and 502 a room.
	add(true, "later, of a returned deposit", "钱某 <qian@firm.example.test>", "申请公开退回保证金的文件", "", text("本人钱某，申请公开贵局退回保证金共 500 万元的文件，请以电子邮件提供。"))
	add(true, "later, of a letter sent back", "孙某 <service@firm.example.test>", "回复：答复书被退回", "", text("贵局邮寄的答复书 EMS 投递失败，现申请公开该答复书，请以电子邮件提供。地址：Room 502 Building A。"))
	add(true, "later, a signed receipt", "李某 <li@firm.example.test>", "送达回执", "", text("已签收，附送达回执。另申请公开该项目环评批复，请以电子邮件提供。"))
	for i, subject := range []string{"已讀回條：告知書", "Read: RE: 告知书", "读取回执：告知书", "Delivered: 告知书", "送达回执"} {
		add(false, "later, receipt", fmt.Sprintf("某人 <y%d@others.example.test>", i), subject, "", text("您的邮件已被阅读。"))
	}
	return all
}
