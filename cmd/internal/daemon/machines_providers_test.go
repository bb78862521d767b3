package daemon

import (
	"fmt"
	"strings"
)

// fromProviders is forty mails of each kind and more, as the providers of this country, its gateways, phones and
// scanning programs write, and people who use them.
func fromProviders() []composed {
	c := corpus{id: "t"}
	// 退信.
	for _, b := range []struct{ from, subject, body string }{
		{"Postmaster@163mail.example.test", "系统退信/Systems bounce", htmlMail("<p>抱歉，您的邮件被退回来了……</p><table><tr><td>原邮件信息</td><td>时间 2026-03-01 主题 政府信息公开告知书</td></tr><tr><td>收件人</td><td>zhangsan@example.test</td></tr><tr><td>退信原因</td><td>收件人邮箱地址不存在</td></tr></table>")},
		{"PostMaster@qq.example.test", "来自qq.example.test的退信", htmlMail("<p>尊敬的用户您好！很遗憾，您发往 zhangsan@example.test 的邮件没有送达。</p><p>退信代码：550 Mailbox not found</p><p>建议解决方案：核对地址</p>")},
		{"邮箱系统管理员 <admin@exmail.example.test>", "邮件退信通知", textMail("您好，您于2026-03-01发送给 zhangsan@example.test 的邮件《政府信息公开告知书》发送失败。\n原因：对方邮箱容量已满。")},
		{"[Postmaster] <postmaster@aliyun.example.test>", "[Postmaster]邮件投递失败", textMail("您发送的邮件未能成功投递到以下收件人：zhangsan@example.test，错误码 552。")},
		{"mailsys@263.example.test", "Failure Notice/退信通知", textMail("对不起，您的邮件没有发送成功。\n收件人: zhangsan@example.test\n原因: user not found")},
		{"sinamail@sina.example.test", "Returned Mail: 收件人邮箱已满", textMail("以下收件人的邮箱已满，您的邮件被退回：zhangsan@example.test")},
		{"139邮箱 <mail139@139.example.test>", "退信通知:您的邮件无法投递", textMail("尊敬的用户：您发送给zhangsan@example.test的邮件无法投递，请确认邮箱地址是否正确。")},
		{"189邮箱小助手 <helper@189.example.test>", "邮件投递失败通知", textMail("您的邮件《告知书》投递失败：收件人帐号不存在（550）。")},
		{"eyou-system@gov.example.test", "邮件无法投递(Undeliverable Mail)", textMail("The mail system could not deliver your message to zhangsan@example.test\n邮件系统无法将您的邮件投递到上述地址。")},
		{"winmail@gov.example.test", "邮件无法投递: 政府信息公开告知书", textMail("收件人 zhangsan@example.test 拒绝接收：550 relay not permitted")},
		{"MDaemon@gov.example.test", "Permanent Delivery Failure", textMail("The attached message had PERMANENT fatal delivery errors!\nFailed address: zhangsan@example.test\n--- Session Transcript ---\n550 5.1.1 no such user")},
		{"MDaemon at gov.example.test <MDaemon@gov.example.test>", "Warning: zhangsan@example.test - User unknown!", textMail("The following address is not known here: zhangsan@example.test")},
		{"Notes Router <router@domino.example.test>", "DELIVERY FAILURE: User zhangsan (zhangsan@example.test) not listed in Domino Directory", textMail("Your message\n  Subject: 告知书\nwas not delivered to:\n  zhangsan@example.test\nbecause:\n  User not listed in Domino Directory")},
		{"反垃圾邮件网关 <gateway@gw.example.test>", "您的邮件已被拦截：政府信息公开答复书", textMail("您发送给 zhangsan@example.test 的邮件因含可疑内容被拦截，未投递给收件人。")},
		{"spamgw@gw.example.test", "邮件发送被拒绝通知", textMail("您的邮件被收件方服务器拒绝，返回信息：554 5.7.1 Message rejected as spam")},
		{"邮件系统 <mailsystem@gov.example.test>", "邮件超过大小限制被退回", textMail("您的邮件超过对方邮箱的大小限制（20M），已被退回。收件人：zhangsan@example.test")},
		{"postmaster@gov.example.test", "延时投递警告: 政府信息公开告知书", textMail("您的邮件已在队列中等待 4 小时，系统仍在尝试投递到 zhangsan@example.test，您无需重发。")},
		{"邮件系统 <postmaster@gov.example.test>", "邮件延迟投递通知", textMail("您发送的邮件尚未送达 zhangsan@example.test，系统将继续重试 48 小时。")},
		{"mailer@relay.example.test", "Re: 政府信息公开告知书", textMail("This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\nzhangsan@example.test: 550 unrouteable address")},
		{"Mail Delivery Service <delivery@mx.example.test>", "Undelivered Mail: 告知书", textMail("Your message could not be delivered to zhangsan@example.test. Recipient address rejected.")},
		{"noreply@relay.example.test", "Recipient rejected", textMail("550 5.1.1 <zhangsan@example.test>: Recipient address rejected: User unknown in virtual mailbox table")},
		{"AntiSpam <antispam@gw.example.test>", "Message rejected: 告知书", textMail("Your message was rejected by the recipient's mail server: 554 5.7.1 blocked using rbl")},
		{"Mailbox Full Notice <quota@mx.example.test>", "收件人邮箱已满，邮件未送达", textMail("收件人 zhangsan@example.test 的邮箱已满，您的邮件未能送达，请稍后重发。")},
		{"钉邮 <alimail@dingtalk.example.test>", "退信-政府信息公开告知书", textMail("很抱歉，您的邮件未能送达 zhangsan@example.test。退信原因：收件人不存在。")},
		{"飞书邮箱 <mail@feishu.example.test>", "邮件未送达：政府信息公开告知书", textMail("无法将你的邮件送达 zhangsan@example.test。原因：找不到该邮箱地址。")},
		{"Foxmail <foxmail@foxmail.example.test>", "邮件发送失败：告知书", textMail("邮件《告知书》发送失败。服务器返回：553 Mailbox name invalid")},
		{"sohu_postmaster@sohu.example.test", "搜狐邮箱退信通知", textMail("您好，您的来信被退回，原因：收件人zhangsan@example.test不存在。")},
		{"TOM邮箱 <admin@tom.example.test>", "【退信】政府信息公开告知书", textMail("邮件无法送达，收件人：zhangsan@example.test。错误信息：User unknown")},
		{"21cn <system@21cn.example.test>", "邮件退回：政府信息公开告知书", textMail("系统无法将邮件投递给 zhangsan@example.test，现退回给您。")},
		{"21CN企业邮 <noreply@21cn.example.test>", "对方拒收您的邮件", textMail("您发往zhangsan@example.test的邮件被对方拒收，原因：IP被列入黑名单。")},
		{"U-Mail <umail@gov.example.test>", "邮件退信提示", textMail("收件人地址 zhangsan@example.test 无效，邮件退回。")},
		{"Coremail System <coremail@gov.example.test>", "Undelivered Mail Returned to Sender / 未投递邮件退回发件人", textMail("此邮件由邮件系统自动发出。您的邮件无法投递至 zhangsan@example.test。")},
		{"邮件审核 <audit@gov.example.test>", "邮件审核未通过：政府信息公开答复书", textMail("您发往外单位的邮件未通过系统审核，没有投递给收件人 zhangsan@example.test。")},
		{"DLP <dlp@gov.example.test>", "邮件外发被阻断", textMail("您外发的邮件因命中敏感信息策略被系统阻断，未投递。收件人：zhangsan@example.test")},
		{"outlook_bounce@outlook.example.test", "Undeliverable: Re: 告知书", textMail("zhangsan@example.test\nYour message couldn't be delivered. The recipient's mailbox is full and can't accept messages now.")},
		{"Mail Delivery Subsystem <mailer-daemon@googlemail.example.test>", "Delivery Status Notification (Delay)", textMail("Delivery incomplete. There was a temporary problem delivering your message to zhangsan@example.test. Gmail will retry for 46 more hours.")},
		{"postmaster@hk.example.test", "郵件傳送失敗：告知書", textMail("無法將您的郵件傳送到 zhangsan@example.test，收件人不存在。")},
		{"mail@tw.example.test", "退件通知：政府資訊公開告知書", textMail("您寄給 zhangsan@example.test 的郵件遭退回，原因：信箱已滿。")},
		{"邮件中心 <mc@gov.example.test>", "投递报告：部分收件人失败", textMail("以下收件人投递失败：zhangsan@example.test（550 用户不存在）")},
		{"MAILER-DAEMON@gov.example.test", "**Message you sent blocked by our bulk email filter**", textMail("Your message to: zhangsan@example.test was blocked by our Spam Firewall.")},
		{"邮件归档 <postoffice@gov.example.test>", "邮件未发送成功提醒", textMail("您于 3 月 1 日发送的邮件未发送成功，收件人：zhangsan@example.test，请检查后重新发送。")},
	} {
		c.add(false, "bounce", b.from, b.subject, "", b.body)
	}

	// Automatic answers.
	for i, v := range []struct{ subject, header, body string }{
		{"自动回复:政府信息公开告知书", "", "这是来自QQ邮箱的假期自动回复邮件。您好，我最近正在休假中，无法亲自回复您的邮件。"},
		{"自动回复: Re: 告知书", "", "您好！邮件已收到，会尽快处理。"},
		{"自动答复: 政府信息公开告知书", "X-Auto-Response-Suppress: All", "我在出差，周五回来。"},
		{"Re: 政府信息公开告知书", "Auto-Submitted: auto-replied (zimbra; vacation)\r\nPrecedence: bulk", "我正在外地，3月12日后回复。"},
		{"Re: 政府信息公开告知书", "X-Autoreply: yes\r\nPrecedence: bulk", "您的信我收到了。"},
		{"答复: 告知书", "X-ZohoMail-Autoresponder: true", "正在休假。"},
		{"回复：告知书", "X-Auto-Submitted: auto-replied", "正在开会，稍后联系。"},
		{"Re: 告知书", "X-Autorespond: yes", "收到。"},
		{"Re: 告知书", "Auto-Submitted: auto-replied; type=vacation", "本人已退休，请联系综合科。"},
		{"回复: 告知书", "X-Mailer: vacation 1.2.7", "I'm on vacation until March 9."},
		{"Re: 告知书", "Precedence: auto-reply", "不在办公室。"},
		{"告知书 -- 自动回复", "", "感谢来信，我会尽快回复。"},
		{"(自动回复) 告知书", "", "感谢来信。"},
		{"【系统自动回复】您的邮件我们已经收到", "", "感谢您的来信，我们将在3个工作日内答复。本邮件由系统自动发出，请勿回复。"},
		{"自动回复｜来信已收到", "", "来信已收到。"},
		{"【自动应答】本人休产假", "", "本人休产假，工作由李某负责。"},
		{"外出提醒：告知书", "Auto-Submitted: auto-replied", "外出。"},
		{"休假通知（自动回复）", "", "休假至3月8日。"},
		{"Out of office: 告知书", "", "Out until Monday."},
		{"Automatic reply: 政府信息公开告知书", "", "Thank you for your e-mail."},
		{"Autosvar: 告知书", "Auto-Submitted: auto-replied", "Jeg er ikke på kontoret."},
		{"Risposta automatica: 告知书", "", "Sono assente."},
		{"Resposta automática: 告知书", "", "Estou ausente."},
		{"自動回覆: 告知書", "", "本人正在休假。"},
		{"自動回覆：政府資訊公開告知書", "", "您好，來信已收到。"},
		{"Re: 告知书 [Auto-Reply]", "", "已收到您的邮件。"},
		{"Vacation: Re: 告知书", "Auto-Submitted: auto-replied", "vacation"},
		{"律师事务所自动回复：已收到您的邮件", "", "您好，您的邮件已收到，我们会尽快安排律师与您联系。"},
		{"客服中心自动回复：来信已受理", "", "您的来信已受理，编号 20260302001。"},
		{"已收到您的邮件【自动回复】", "", "已收到您的邮件。"},
		{"来信收悉（系统自动回复，请勿直接回复）", "", "来信收悉。"},
		{"Thank you for your email (auto-response)", "", "We will reply within two days."},
		{"[Auto Reply] 告知书", "", "We received your mail."},
		{"Ticket received: 告知书 [#4711]", "Auto-Submitted: auto-generated", "Your request has been received."},
		{"[工单 #4711] 告知书", "X-Auto-Response-Suppress: OOF, AutoReply\r\nAuto-Submitted: auto-replied", "您的工单已创建。"},
		{"我已离职", "X-Autoreply: yes", "本人已离职，请联系新的负责人。"},
		{"邮箱停用通知", "Auto-Submitted: auto-replied", "此邮箱已停用，请发至新地址。"},
		{"邮箱变更自动通知：告知书", "Precedence: auto_reply", "我的新邮箱是x@example.test。"},
		{"Re: 告知书", "X-Auto-Reply-From: x@example.test", "收到。"},
		{"Re: 告知书", "X-Autogenerated: Reply", "收到。"},
		{"Re: 告知书", "X-Ms-Exchange-Inbox-Rules-Loop: x@example.test\r\nAuto-Submitted: auto-replied", "收到。"},
	} {
		c.add(false, "excuse", fmt.Sprintf("某人 <va%d@people.example.test>", i), v.subject, v.header, textMail(v.body))
	}

	// Answers to invitations, and invitations.
	said := []string{"张某 已接受此邀请。", "张某 谢绝了本次会议。", "Zhang has accepted this invitation.", "时间：2026年3月5日 14:00\n地点：三楼会议室", ""}
	for i, v := range []struct{ subject, method string }{
		{"已接受: 座谈会 @ 2026年3月5日 (周四) 14:00", "REPLY"}, {"Accepted: 座谈会 @ Thu Mar 5, 2026", "REPLY"}, {"Declined: 座谈会 @ Thu Mar 5, 2026", "REPLY"}, {"Tentatively Accepted: 座谈会", "REPLY"},
		{"接受：座谈会", "REPLY"}, {"拒绝：座谈会", "REPLY"}, {"暂定：座谈会", "REPLY"}, {"已取消的活动：座谈会", "CANCEL"}, {"取消活动：座谈会", "CANCEL"}, {"Canceled event: 座谈会", "CANCEL"}, {"Cancelled: 座谈会", "CANCEL"},
		{"会议取消：座谈会", "CANCEL"}, {"新时间提议：座谈会", "COUNTER"}, {"New Time Proposed: 座谈会", "COUNTER"}, {"建议的新时间: 座谈会", "COUNTER"}, {"邀请: 座谈会 @ 2026年3月5日", "REQUEST"}, {"Invitation: 座谈会 @ Thu Mar 5", "REQUEST"},
		{"Updated invitation: 座谈会", "REQUEST"}, {"更新后的邀请：座谈会", "REQUEST"}, {"日程邀请：座谈会", "REQUEST"}, {"会议邀请：座谈会", "REQUEST"}, {"腾讯会议邀请 座谈会", "REQUEST"}, {"钉钉日程：座谈会", "REQUEST"}, {"飞书日程邀请 座谈会", "REQUEST"},
		{"已謝絕：座談會", "REPLY"}, {"已接受：座談會", "REPLY"}, {"Akzeptiert: 座谈会", "REPLY"}, {"Zugesagt: 座谈会", "REPLY"}, {"Accepté : 座谈会", "REPLY"}, {"Aceptado: 座谈会", "REPLY"}, {"承諾済み: 座谈会", "REPLY"}, {"수락: 座谈会", "REPLY"},
		{"Re: 座谈会", "REPLY"}, {"答复: 座谈会", "REPLY"}, {"座谈会", "REPLY"}, {"[已接受] 座谈会", "REPLY"}, {"【日程回复】接受 座谈会", "REPLY"}, {"张某接受了您的会议邀请", "REPLY"}, {"张某谢绝了日程邀请", "REPLY"}, {"会议响应：接受：座谈会", "REPLY"},
	} {
		c.add(false, "calendar", fmt.Sprintf("张某 <ca%d@people.example.test>", i), v.subject, "", multipart("alternative", plainPart(said[i%len(said)]), calendarPart("座谈会", v.method)))
	}

	// Receipts, and what became of a mail.
	receipt := func(mode string) string {
		return strings.Replace(multipart("report", plainPart("这是您发送的邮件的回执。"), "Content-Type: message/disposition-notification\r\n\r\nReporting-UA: x\r\nFinal-Recipient: rfc822;x@example.test\r\nDisposition: "+mode), "multipart/report;", "multipart/report; report-type=disposition-notification;", 1)
	}
	for i, v := range []struct{ subject, body string }{
		{"收条：政府信息公开告知书", textMail("您发给某人的邮件《告知书》已被查收。")}, {"收条: 告知书", textMail("收件人已阅读此邮件。")}, {"回执：政府信息公开告知书", textMail("您的邮件已阅读。这并不表示收件人理解邮件的内容。")}, {"[回执] 告知书", textMail("收件人已打开邮件。")},
		{"回执: Re: 告知书", receipt("manual-action/MDN-sent-manually; displayed")}, {"Return Receipt (displayed) - 告知书", receipt("manual-action/MDN-sent-manually; displayed")}, {"Return Receipt (displayed) - 告知书 ", textMail("This is a Return Receipt for the mail that you sent. Note: This Return Receipt only acknowledges that the message was displayed.")},
		{"Disposition Notification: 告知书", textMail("Your message was displayed.")}, {"Checked: 告知书", textMail("This is a receipt for the mail you sent.")}, {"Lesebestätigung (angezeigt) - 告知书", receipt("manual-action/MDN-sent-manually; displayed")}, {"Lesebestätigung: 告知书", textMail("Gelesen.")}, {"Empfangsbestätigung: 告知书", textMail("Empfangen.")},
		{"投递成功通知", textMail("您的邮件已成功投递到 zhangsan@example.test。")}, {"邮件送达报告: 成功", textMail("收件人 zhangsan@example.test：投递成功")}, {"Delivery receipt: 告知书", textMail("The message was delivered to the mailbox.")}, {"Successful Mail Delivery Report", textMail("Your message was successfully delivered to the destination(s) listed below.")},
		{"邮件已投递：告知书", textMail("您的邮件已投递到对方邮箱。")}, {"定时邮件发送成功通知", textMail("您的定时邮件《告知书》已发送成功。")}, {"邮件召回结果通知", textMail("您对邮件《告知书》的召回：成功 1，失败 0。")}, {"召回成功：告知书", textMail("邮件已成功召回。")}, {"召回失败：告知书", textMail("邮件召回失败，对方已读。")},
		{"邮件撤回结果：成功", textMail("邮件《告知书》已撤回。")}, {"已读确认：告知书", textMail("收件人已读。")}, {"已阅读：政府信息公开告知书", textMail("您的邮件已于 3 月 2 日被阅读。")}, {"对方已阅读您的邮件", textMail("您发送的《告知书》对方已于 3 月 2 日阅读。")}, {"您的邮件已被对方查看", textMail("邮件：告知书，查看时间 3 月 2 日。")},
		{"邮件阅读通知：告知书", textMail("收件人已阅读。")}, {"未读而删除: 告知书", textMail("您的邮件未经阅读即被删除。")}, {"Deleted: 告知书", receipt("automatic-action/MDN-sent-automatically; deleted")}, {"Not read: Re: 告知书", textMail("Your message was deleted without being read.")}, {"已读: RE: 政府信息公开答复书", textMail("您的邮件\n收件人: x\n已于 2026/3/2 阅读")},
		{"已讀：政府資訊公開告知書", textMail("您的郵件已讀。")}, {"讀取回條：告知書", textMail("郵件已讀。")}, {"Lido: 告知书", textMail("Lida.")}, {"Lettura: 告知书", textMail("Letto.")}, {"Läst: 告知书", textMail("Läst.")}, {"Прочтено: 告知书", textMail("Прочтено.")}, {"開封確認: 告知书", textMail("開封しました。")}, {"읽음: 告知书", textMail("읽음.")},
		{"挂号信回执：告知书", textMail("您的挂号信已被收件人阅读。")},
	} {
		c.add(false, "receipt", fmt.Sprintf("某人 <rc%d@people.example.test>", i), v.subject, "", v.body)
	}

	// Programs of portals, shops, banks, security.
	for i, v := range []struct{ from, subject, header, body string }{
		{"noreply@site.example.test", "登录提醒", "", "您的账号于 3 月 2 日在新设备登录。"}, {"no-reply@site.example.test", "您的验证码", "", "验证码 123456，5 分钟内有效。"}, {"noreply@bank.example.test", "2026年2月电子对账单", "", "您的电子对账单已生成，请登录网上银行查看。"},
		{"invoice@shop.example.test", "您收到一张电子发票", "Auto-Submitted: auto-generated", "发票金额 100 元，请查收。"}, {"noreply@cloud.example.test", "域名即将到期提醒", "", "您的域名将于 30 天后到期，请及时续费。"}, {"service@ems.example.test", "邮件签收通知", "", "您寄递的邮件 1234567890123 已由本人签收。"},
		{"notice@ems.example.test", "您的快件已退回", "", "您寄递的快件因地址不详已退回，请凭证件领取。"}, {"noreply@12345.example.test", "您的诉求工单已办结", "", "您的诉求工单已办结，请对办理结果作出评价。"}, {"noreply@hotline.example.test", "新工单催办通知", "Auto-Submitted: auto-generated", "您单位有 1 件工单即将超期，请登录系统办理。"},
		{"system@oa.example.test", "【OA】待办事项提醒", "", "您有 3 项待办，请登录 OA 办理。"}, {"oa@gov.example.test", "公文流转提醒", "X-Mailer: OA-Notify", "您有一份新公文待签收。"}, {"noreply@mail.example.test", "邮箱容量告警", "", "您的邮箱已使用 95%，请及时清理。"}, {"mailadmin@mail.example.test", "密码即将到期", "", "您的邮箱密码将于 7 天后到期。"},
		{"monitor@ops.example.test", "[告警] 网站无法访问", "X-Cron-Env: <SHELL=/bin/sh>", "监测到贵单位网站无法访问。"}, {"root@server.example.test", "Cron <root@server> /usr/bin/backup", "X-Cron-Env: <SHELL=/bin/sh>", "backup ok"}, {"noreply@github.example.test", "[repo] Run failed", "Precedence: list\r\nList-Id: <repo>", "Run failed."},
		{"noreply@news.example.test", "今日要闻", "List-Unsubscribe: <https://x.example.test>", "今日要闻……"}, {"edm@shop.example.test", "春季大促 (AD)", "Precedence: bulk", "全场五折。"}, {"marketing@train.example.test", "政府信息公开业务培训班通知", "List-Unsubscribe: <mailto:u@x.example.test>\r\nPrecedence: bulk", "现举办政府信息公开工作实务培训班，欢迎报名。"},
		{"noreply@train.example.test", "关于举办依申请公开培训的通知", "Feedback-ID: 1:2:3:edm\r\nList-Unsubscribe: <mailto:u@x.example.test>", "欢迎参加。"}, {"support@vendor.example.test", "系统维护公告", "Auto-Submitted: auto-generated", "今晚 22 点维护。"}, {"noreply@pan.example.test", "好友给您分享了文件", "Auto-Submitted: auto-generated", "点击查看。"},
		{"noreply@form.example.test", "您的表单收到 1 条新回复", "Auto-Submitted: auto-generated", "请登录查看。"}, {"noreply@survey.example.test", "满意度调查", "Precedence: bulk", "请填写问卷。"}, {"notification@meeting.example.test", "会议纪要已生成", "Auto-Submitted: auto-generated", "会议纪要：座谈会。"},
		{"security@mail.example.test", "异地登录提醒", "", "您的邮箱在异地登录，请确认是否本人操作。"}, {"noreply@tax.example.test", "电子税务局提醒", "", "您有一条新消息，请登录电子税务局查看。"}, {"noreply@credit.example.test", "信用报告已生成", "", "您的信用报告已生成，24 小时内有效。"}, {"noreply@job.example.test", "新简历投递", "Auto-Submitted: auto-generated", "您收到一份新简历。"},
		{"noreply@gov.example.test", "政府网站监测月报", "Auto-Submitted: auto-generated", "本月检测结果：合格。"}, {"noreply@platform.example.test", "密码重置", "", "点击链接重置密码，30 分钟内有效。"}, {"noreply@platform.example.test", "账号注册成功", "", "欢迎注册，请激活账号。"}, {"donotreply@platform.example.test", "系统公告", "", "平台将于本周末升级。"},
		{"quarantine@gw.example.test", "隔离区摘要", "", "您有 2 封邮件被隔离，点击放行。"}, {"noreply@gw.example.test", "垃圾邮件摘要报告", "", "今日拦截 5 封。"}, {"virus@gw.example.test", "病毒邮件拦截通知", "Auto-Submitted: auto-generated", "发现病毒，已清除。"}, {"noreply@storage.example.test", "文件中转站文件即将过期", "", "您的 1 个文件将于 3 天后过期。"},
		{"noreply@sign.example.test", "您有一份合同待签署", "Auto-Submitted: auto-generated", "请尽快签署。"}, {"noreply@dns.example.test", "备案信息核验提醒", "", "请核验备案信息。"}, {"report@dmarc.example.test", "DMARC Aggregate Report example.test", "", "report attached"}, {"noreply@calendar.example.test", "每日日程提醒", "", "今天没有日程。"},
	} {
		c.add(false, fmt.Sprintf("portal %d", i), v.from, v.subject, v.header, textMail(v.body))
	}

	// People, with odd marks.
	asks := []string{
		"申请人：毛某\n联系电话：略\n通讯地址：某市庚路6号\n所需信息名称：2025年庚路拓宽工程征收补偿安置方案\n获取方式：电子邮件",
		"你好，我是庚村的村民禹某，请依法公开我村土地征收的批准文件和补偿标准，可发本邮箱。",
		"尊敬的工作人员：本人系某高校学生，为撰写论文，特申请公开贵局2023至2025年行政处罚决定书统计数据。谢谢！狄某",
		"信息公开申请书\n申请人米某，身份证号略。申请事项：1.公开辛小区规划许可证；2.公开容积率调整的依据。\n申请人：米某\n2026年3月1日",
		"根据中华人民共和国政府信息公开条例第二十七条，现向贵机关申请获取壬河治理项目的招投标文件、施工合同复印件。贝某",
	}
	for i, v := range []struct{ from, subject, header string }{
		{"毛某 <pa@people.example.test>", "申请", "X-Loop: x"}, {"毛某 <pb@people.example.test>", "申请", "X-Cron-Env: <x>"}, {"毛某 <pc@people.example.test>", "信息公开", "Feedback-ID: 1:2:3:x"}, {"毛某 <pd@people.example.test>", "信息公开", "Auto-Submitted: auto-forwarded"}, {"毛某 <pe@people.example.test>", "您好", "X-MS-Exchange-Inbox-Rules-Loop: x@example.test"},
		{"毛某 <pf@people.example.test>", "回执：请给我一份信息公开申请的回执", ""}, {"毛某 <pg@people.example.test>", "收条：上次申请没有给收条", ""}, {"毛某 <ph@people.example.test>", "取消：上次申请作废，以本次为准", ""}, {"毛某 <pi@people.example.test>", "接受：补充申请", ""}, {"毛某 <pj@people.example.test>", "撤回：原申请并重新申请", ""},
		{"毛某 <pk@people.example.test>", "邮件被退回，再次申请", ""}, {"毛某 <pl@people.example.test>", "投递失败后重新投递的申请", ""}, {"毛某 <pm@people.example.test>", "对方拒收我的快递，改用邮件申请公开", ""}, {"毛某 <pn@people.example.test>", "未送达的申请书再次提交", ""}, {"毛某 <po@people.example.test>", "自动回复收到了，现正式申请", ""},
		{"noreply@zwfw.example.test", "新的依申请公开", "Auto-Submitted: auto-generated"}, {"system@zwfw.example.test", "【依申请公开】新申请", ""}, {"admin@village.example.test", "申请", ""}, {"service@company.example.test", "公开申请", "Precedence: bulk"}, {"postmaster@company.example.test", "我公司的信息公开申请", ""},
		{"notice@lawfirm.example.test", "律师函及信息公开申请", "X-Auto-Response-Suppress: DR, OOF, AutoReply"}, {"毛某 <pp@people.example.test>", "Fw: 自动回复：申请", ""}, {"毛某 <pq@people.example.test>", "转发：系统退信：申请公开", ""}, {"毛某 <pr@people.example.test>", "Re: 邮件延迟投递通知", ""}, {"毛某 <ps@people.example.test>", "回复：您的诉求工单已办结", ""},
		{"毛某 <pt@people.example.test>", "无主题", "X-Autogenerated: Forward"}, {"毛某 <pu@people.example.test>", "", "Return-Path: <>"}, {"MAILER-DAEMON <pv@people.example.test>", "申请", ""}, {"毛某 <pw@people.example.test>", "已阅读贵局公告，申请公开", ""}, {"毛某 <px@people.example.test>", "Accepted: application", ""},
		{"毛某 <py@people.example.test>", "[SPAM] 信息公开申请", "X-Spam-Flag: YES\r\nPrecedence: junk"}, {"毛某 <pz@people.example.test>", "【可疑邮件】申请", "List-Id: <gw>"}, {"来自手机 <qa@people.example.test>", "来自我的华为手机", ""}, {"毛某 <qb@people.example.test>", "Re: Re: Re: 转发", "X-Autoreply: no"}, {"毛某 <qc@people.example.test>", "急！！！", "X-Priority: 1\r\nPrecedence: first-class"},
		{"毛某 <qd@people.example.test>", "关于未读邮件的申请", ""}, {"毛某 <qe@people.example.test>", "召回成功后重新申请公开", ""}, {"毛某 <qf@people.example.test>", "不在通知范围内的土地征收，申请公开", ""}, {"毛某 <qg@people.example.test>", "Out of office hours application", ""}, {"毛某 <qh@people.example.test>", "验证码系统打不开，改用邮件申请", ""}, {"毛某 <qi@people.example.test>", "密码重置不了，只能邮件申请公开", "Auto-Submitted: no"},
	} {
		c.add(true, "odd marks", v.from, v.subject, v.header, textMail(asks[i%len(asks)]))
	}
	// People, who send files out of other programs.
	for i, v := range []struct{ from, subject, name, mediaType, said string }{
		{"扫描全能王 <noreply@scan.example.test>", "政府信息公开申请表.pdf", "政府信息公开申请表.pdf", "application/pdf", "来自扫描全能王的分享"}, {"夸克扫描 <share@scan.example.test>", "信息公开申请", "申请.pdf", "application/pdf", "由夸克扫描生成"}, {"毛某 <fa@people.example.test>", "申请表", "申请表.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ""},
		{"毛某 <fb@people.example.test>", "信息公开申请", "微信图片_20260301.jpg", "image/jpeg", "发自我的iPhone"}, {"毛某 <fc@people.example.test>", "政府信息公开申请材料", "身份证.zip", "application/zip", "见附件"}, {"WPS <noreply@wps.example.test>", "毛某分享了文件“政府信息公开申请表.docx”", "政府信息公开申请表.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "毛某通过WPS分享"},
	} {
		for _, mark := range []string{"", "Auto-Submitted: auto-generated"} {
			c.add(true, fmt.Sprintf("by file %d %s", i, mark), v.from, v.subject, mark, multipart("mixed", plainPart(v.said), filePart(v.name, v.mediaType)))
		}
	}
	for _, body := range asks { // an application that encloses an appointment, a report, a receipt
		c.add(true, "with an appointment", "毛某 <ga@people.example.test>", "申请及约见", "", multipart("mixed", plainPart(body), calendarPart("座谈会", "REQUEST")))
		c.add(true, "with a receipt", "毛某 <gb@people.example.test>", "申请", "", multipart("mixed", plainPart(body), "Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed"))
	}

	// A few more of each kind.
	for _, v := range []struct{ kind, from, subject, header, body string }{
		{"bounce", "邮件服务器 <server@edu.example.test>", "投递不成功", "", textMail("您给 lisi@example.test 的信没有投递成功，对方主机没有响应。")},
		{"bounce", "webmail@corp.example.test", "发信失败提示：答复书", "", textMail("外发队列提示：目标域名解析失败，信件已放弃投递。")},
		{"bounce", "帮助中心 <help@mail.example.test>", "有一封信没能寄出", "", textMail("收信方 lisi@example.test 的服务器返回 554，信件没有寄出。")},
		{"bounce", "gateway@mx.example.test", "Mail blocked", "", textMail("A mail from you to lisi@example.test has been blocked because of its attachment type.")},
		{"bounce", "mta@mx.example.test", "Delayed: 告知书", "", textMail("Your message has not been delivered yet. Delivery attempts will continue for two days.")},
		{"bounce", "邮件安全网关 <seg@gov.example.test>", "附件类型不允许，邮件未发出", "", textMail("邮件因附件类型不被允许而未发出，收件人 lisi@example.test。")},
		{"bounce", "企业邮箱 <postmail@corp.example.test>", "收件人地址有误", "", textMail("地址 lisi@example.test 无法识别，请核对后重发。")},
		{"bounce", "系统通知 <sysnotice@edu.example.test>", "信件退回", "", htmlMail("<p>信件《政府信息公开答复书》因收件人邮箱停用而退回。</p>")},
		{"excuse", "李某 <xa@people.example.test>", "Re: 答复书", "", textMail("此为自动回复邮件，来信已收到。")},
		{"excuse", "李某 <xb@people.example.test>", "Re: 答复书", "X-Auto-Answer: yes", textMail("在外培训，下周处理。")},
		{"excuse", "李某 <xc@people.example.test>", "【自动答复】答复书", "", textMail("在外培训。")},
		{"excuse", "李某 <xd@people.example.test>", "答复书（系统代回）", "", textMail("本邮件由系统自动回复，无需理会。")},
		{"excuse", "李某 <xe@people.example.test>", "Re: 答复书", "", textMail("I am currently out of the office and will be back on Monday.")},
		{"excuse", "李某 <xf@people.example.test>", "AutoReply: Re: 答复书", "", textMail("收到。")},
		{"excuse", "编辑部 <xg@press.example.test>", "投稿系统自动回复，稿件已收到", "", textMail("稿件已收到，审稿周期三个月。")},
		{"excuse", "李某 <xh@people.example.test>", "假期中 Re: 答复书", "Auto-Submitted: auto-replied", textMail("假期中。")},
		{"calendar", "李某 <ya@people.example.test>", "李某建议修改时间：听证会", "", multipart("alternative", plainPart("李某提议改到 3 月 6 日。"), calendarPart("座谈会", "COUNTER"))},
		{"calendar", "李某 <yb@people.example.test>", "日程变更：听证会", "", multipart("alternative", plainPart("地点改为一楼。"), calendarPart("座谈会", "REQUEST"))},
		{"calendar", "李某 <yc@people.example.test>", "参加", "", multipart("alternative", plainPart(""), calendarPart("座谈会", "REPLY"))},
		{"calendar", "李某 <yd@people.example.test>", "Tentative: 听证会", "", multipart("mixed", plainPart("可能参加"), calendarPart("座谈会", "REPLY"))},
		{"calendar", "李某 <ye@people.example.test>", "听证会（已取消）", "", multipart("alternative", plainPart("活动已取消。"), calendarPart("座谈会", "CANCEL"))},
		{"calendar", "李某 <yf@people.example.test>", "Zoom 会议邀请", "", multipart("mixed", plainPart("会议号 123 456 789"), filePart("invite.ics", "text/calendar"))},
		{"receipt", "李某 <za@people.example.test>", "已查阅：答复书", "", textMail("收件人已于 3 月 2 日查阅该邮件。")},
		{"receipt", "李某 <zb@people.example.test>", "签收回执：答复书", "", textMail("该邮件已签收。")},
		{"receipt", "邮箱助手 <zc@mail.example.test>", "邮件追踪：对方已打开", "", textMail("邮件《答复书》已于 3 月 2 日被打开。")},
		{"receipt", "李某 <zd@people.example.test>", "Opened: 答复书", "", textMail("The message was opened.")},
		{"receipt", "邮箱助手 <ze@mail.example.test>", "撤回邮件失败", "", textMail("该邮件已被阅读，不能撤回。")},
		{"receipt", "postmaster@mx.example.test", "Delivered: message accepted", "", textMail("The mail was accepted by the remote server.")},
		{"receipt", "李某 <zf@people.example.test>", "[已读] 答复书", "", textMail("已读。")},
		{"receipt", "李某 <zg@people.example.test>", "Acknowledgement of receipt: 答复书", "", textMail("Received.")},
		{"program", "no_reply@sms.example.test", "余额不足", "", textMail("您的短信余额不足 100 条。")},
		{"program", "notifications@forum.example.test", "有人回复了您的帖子", "", textMail("点击查看。")},
		{"program", "billing@isp.example.test", "账单", "", textMail("本月应付 88 元，可登录查看。")},
		{"program", "alert@site.example.test", "证书将于 14 天后到期", "", textMail("域名 example.test 的证书将到期。")},
		{"program", "小助手 <assistant@oa.example.test>", "考勤异常提醒", "", textMail("3 月 1 日缺卡 1 次。")},
		{"program", "noreply-meeting@meet.example.test", "录制文件已生成", "", textMail("录制文件 7 天内有效。")},
		{"program", "donotreply@court.example.test", "短信验证", "", textMail("验证码 556677。")},
		{"program", "backup@server.example.test", "备份完成", "", textMail("全量备份完成，用时 31 分钟。")},
	} {
		c.add(false, v.kind, v.from, v.subject, v.header, v.body)
	}
	for _, v := range []struct{ from, subject, body string }{
		{"甘某 <ka@people.example.test>", "回执", textMail("贵局癸路改造的招标文件，依法应当公开，请邮件发来。甘某")},
		{"甘某 <kb@people.example.test>", "邮件没有送达吗", textMail("上月发的信息公开申请没有收到答复，再发一次：公开癸路改造招标文件。")},
		{"noreply@portal.example.test", "互联网申请", textMail("姓名 甘某 证件号码 略 内容描述 癸路改造招标文件 用途 自用")},
		{"notice@portal.example.test", "申请提醒", htmlMail("<p>有市民提交了依申请公开：</p><p>申请人 甘某</p><p>描述 癸路改造招标文件</p>")},
		{"甘某 <kc@people.example.test>", "退信", textMail("前一封被退回。要癸路改造招标文件复印件一份，快递寄来即可。依据政府信息公开条例。")},
		{"甘某 <kd@people.example.test>", "座谈会", multipart("mixed", plainPart("座谈会上说过的那份招标文件请公开给村民。"), calendarPart("座谈会", "REQUEST"))},
		{"root@people.example.test", "hello", textMail("查阅癸路改造项目 2025 年竣工决算，依信息公开条例。")},
		{"system@school.example.test", "信息公开（扫描件）", multipart("mixed", plainPart(""), filePart("扫描0001.pdf", "application/pdf"))},
	} {
		c.add(true, "people", v.from, v.subject, "", v.body)
	}
	return c.all
}
