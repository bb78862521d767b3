package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// unmarked knows the mails of programs that leave no mark in the header: a gateway's notice, a receipt in the words of
// one provider, an invitation, an automatic answer under any subject. No word is proof of that, because people write of
// returned mail, receipts and automatic answers, too. What tells them apart is the rest of the mail: a program says
// nothing else. So nothing may be asked for, and no file may be enclosed or lie on a server. Where the mail calls itself
// automatic, or where its address says that nobody reads it, it may say what it likes except pass on what people say;
// everywhere else nobody may speak for himself and every sentence has to be a program's. One other sentence makes it a
// person's mail, and the reason is then empty. What is left are notices whose sentences nobody foresaw; signed tells them
// by how they are made.
func unmarked(m *casefile.Message) string {
	if reason := bySentence(m); reason != "" {
		return reason
	}
	if is, _ := signed(m); is {
		return "像是程序发出的通知，没有人说话或提出要求"
	}
	return ""
}

// bySentence judges a mail by what each of its sentences says.
func bySentence(m *casefile.Message) string {
	w, ok := wordsOf(m)
	if !ok || wish.MatchString(w.subject) || w.any(wish) || asksSomething(m) {
		return ""
	}
	switch {
	case (w.any(automatically) || automatically.MatchString(w.subject)) && !w.any(quotes) && !quotes.MatchString(w.subject) && !w.any(addressed) && !w.any(complaint) && !w.speaksForHimself():
		return "正文说明是系统自动发出的，没有提出要求"
	case w.any(person), person.MatchString(w.subject):
		return ""
	case w.tellsOfReturn():
		return "说的是本单位的邮件没有送达，此外没有内容"
	case w.tellsOfReceipt():
		return "说的是本单位的邮件送达、阅读或撤回，此外没有内容"
	case invites(m) && w.only(meeting):
		return "是日程或其答复，此外没有内容"
	case wroteAs(m, nobody) && !w.passesOn():
		return "发件地址无人收信，没有转来别人的话"
	case w.any(complaint):
		return ""
	case w.any(unsubscribe):
		return "是群发的邮件，写有退订的办法"
	case w.passesOn():
		return ""
	case (wroteAs(m, program) || w.any(holder) || holder.MatchString(w.subject)) && (w.only(account) || gathers.MatchString(w.subject) && w.only(account, meeting)),
		wroteAs(m, desk) && w.only(reminder):
		return "是系统通知，此外没有内容"
	}
	return ""
}

// said is the text of a mail, in simplified characters and small letters, with 《》 in the place of each document that it
// names. Expressions are matched sentence by sentence, which is ten times as fast as matching the whole.
type said struct {
	subject   string
	sentences []string
}

const (
	// programSays and sentencesOfProgram bound the text of a program, in bytes and sentences: a longer one is a person's.
	programSays        = 4 << 10
	sentencesOfProgram = 80
)

// wordsOf takes the text of a mail apart. ok is false where a look at the words is not needed: for an application, for
// most other mails of people, and for a mail that contains no word of a program.
func wordsOf(m *casefile.Message) (w said, ok bool) {
	own := ownWords(beginning(m.Text, programSays))
	if strings.TrimSpace(own) == "" || len(m.Text) > 4*programSays || containsAny(own, "申请", "申請") ||
		containsAny(own, "我", "你们", "谢谢") && !containsAny(own, "自动", "自動", "auto", "Auto", "office", "vacation", "holiday", "leave", "program") {
		return w, false
	}
	text := lowered(own)
	subject, _ := withoutPrefixes(lowered(strings.TrimSpace(m.Subject)))
	if !invites(m) && !wroteAs(m, nobody) && !wroteAs(m, program) && !wroteAs(m, desk) && !containsAny(text, hints...) && !containsAny(subject, hints...) {
		return w, false
	}
	w = saidIn(subject, text)
	return w, len(w.sentences) <= sentencesOfProgram
}

// saidIn takes a subject and a text apart that are lowered.
func saidIn(subject, text string) said {
	w := said{subject: plainly(subject), sentences: sentencesOf(text)}
	for i, s := range w.sentences {
		w.sentences[i] = plainly(s)
	}
	return w
}

// wholeOf takes the beginning of what any mail says itself apart. Some write below all that they quote.
func wholeOf(m *casefile.Message) said {
	own := ownWords(m.Text)
	return said{sentences: sentencesOf(plainly(lowered(beginning(own, programSays))))}
}

func (w said) empty() bool {
	return !slices.ContainsFunc(w.sentences, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// hints are words without which no mail is a report, a receipt or an automatic answer.
var hints = []string{"自动", "送达", "投递", "递送", "投送", "发送", "传送", "传递", "寄送", "送出", "发出", "寄出", "发信", "退", "拒", "不存在", "无效", "已满", "找不到", "无法", "有误", "积压", "隔离", "拦截", "阻断", "您", "你有", "退订", "阅读", "已读", "已阅", "查阅", "查看", "打开", "查收", "签收", "撤回", "召回", "回执",
	"auto", "office", "vacation", "holiday", "leave", "program", "deliver", "reject", "block", "return", "refused", "unknown", "undeliver", "quota", "full", "expired", "fail", "such", "listed", "found", "display", "receipt", "opened", "deleted", "accept", "read"}

// plainly removes from a sentence what may look like a wish and is none: addresses of pages, warnings, and names of
// documents.
func plainly(s string) string {
	if strings.Contains(s, "勿") {
		s = warnings.ReplaceAllString(s, "")
	}
	if strings.Contains(s, "http") {
		s = pages.ReplaceAllString(s, "")
	}
	if strings.Contains(s, "查阅") {
		s = looked.ReplaceAllString(s, "阅读")
	}
	if containsAny(s, "《", "“", `"`, "告知书", "答复书", "决定书", "通知书", "意见书") {
		s = titles.ReplaceAllString(s, "《》")
	}
	return s
}

// sentencesOf cuts a text at the ends of its sentences and lines.
func sentencesOf(text string) (all []string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。！!；;\n\r", r) }) {
		for s := range strings.SplitSeq(line, ". ") {
			all = append(all, s)
		}
	}
	return all
}

func (w said) any(words *regexp.Regexp) bool {
	return slices.ContainsFunc(w.sentences, words.MatchString)
}

// speaksForHimself reports whether somebody says something of himself, beside the words that call the mail automatic.
// Automatic answers say 我, too: that the person is away, and that the mail has come.
func (w said) speaksForHimself() bool {
	return slices.ContainsFunc(w.sentences, func(s string) bool {
		return self.MatchString(s) && !automatically.MatchString(s) && !away.MatchString(s)
	})
}

// passesOn reports whether a mail may pass on what somebody says. That something was received or dealt with is no such
// thing, unless the sentence goes on with what it was.
func (w said) passesOn() bool {
	return slices.ContainsFunc(append(w.sentences, w.subject), func(s string) bool {
		return passedOn.MatchString(s) && (!acknowledged.MatchString(s) || whoSays.MatchString(acknowledged.ReplaceAllString(s, "")))
	})
}

// only reports whether every sentence of a mail contains one of the words, or is no more than a greeting, an address or
// a number.
func (w said) only(words ...*regexp.Regexp) bool {
	return !slices.ContainsFunc(w.sentences, func(s string) bool {
		return !slices.ContainsFunc(words, func(re *regexp.Regexp) bool { return re.MatchString(s) }) && utf8.RuneCountInString(nothing.ReplaceAllString(s, "")) > 1
	})
}

// tellsOfReturn reports whether a mail is a report that a mail of the office was not delivered. A report that quotes the
// answer of a server (550 5.1.1, 554 spam) and the address in question may contain other sentences, since reports
// explain themselves at length.
func (w said) tellsOfReturn() bool {
	return (w.any(failure) || failure.MatchString(w.subject)) && (w.any(ours) || ours.MatchString(w.subject)) && (w.refuses() || w.only(transport))
}

// refuses reports whether a mail quotes the refusal of a server and the address in question.
func (w said) refuses() bool { return w.any(smtpRefusal) && w.any(mailAddress) }

// tellsOfReceipt reports whether a mail says only what became of a mail of the office: opened, deleted, taken back.
func (w said) tellsOfReceipt() bool {
	titled := became.MatchString(w.subject) && (ours.MatchString(w.subject) || recall.MatchString(w.subject))
	return slices.ContainsFunc(w.sentences, func(s string) bool { return became.MatchString(s) && (titled || ours.MatchString(s)) }) && w.only(transport)
}

func invites(m *casefile.Message) bool {
	return hasPart(m, "text/calendar") || hasPart(m, "application/ics")
}

// wroteAs reports whether an address of the author is of a kind.
func wroteAs(m *casefile.Message, kind *regexp.Regexp) bool {
	return slices.ContainsFunc(m.From, func(a casefile.Address) bool { return kind.MatchString(strings.ToLower(a.Mail)) })
}

// asksSomething reports whether a mail is in any way like an application, or brings a file that may be one, also on a
// server, where it is kept for some days only.
func asksSomething(m *casefile.Message) bool {
	if len(m.Links) > 0 {
		return true
	}
	own := plainly(simple(ownWords(beginning(m.Text, programSays))))
	said := wishes(own)
	contents(m, own, func(n int, _ string) { said += n })
	return said > 0 || enclosesFile(m)
}

// enclosesFile reports whether a mail brings a file that is no other mail and no appointment.
func enclosesFile(m *casefile.Message) bool {
	return slices.ContainsFunc(m.Parts, func(p casefile.Part) bool { return p.Attachment && !isMailOrDate(p) })
}

func isMailOrDate(p casefile.Part) bool {
	return hasPrefix(p.Type, "message/", "text/calendar", "application/ics")
}

var (
	// titles are the documents that a report names. pages and looked match words that read like a request and are none.
	titles   = regexp.MustCompile(`[《“"][^》”"\n]{0,80}[》”"]|(关于[^，。\n]{0,30})?(政府信息|不予|部分)公开[^\s，。]{0,12}(告知书|答复书|决定书|通知书|意见书)`)
	pages    = regexp.MustCompile(`https?://\S+`)
	warnings = regexp.MustCompile(`(请|切)勿[^，。！\n]{0,20}`)
	looked   = regexp.MustCompile(`(已|未)查阅|查阅(了|过)?(该|此|您的|你的)?邮件`)
	// person are the words of somebody who speaks for himself, or to the office as people do. 您 and 你 are not among
	// them, because programs say these, too.
	person = regexp.MustCompile(`我|(^|[^由非不是否])本人|本公司|本所|俺|咱|笔者|你们|贵[局处委办院所镇乡府街机公校]|谢谢|邮局退|没有?收到|正确地址|\b(my|me|i'd|i would|i want|i need|i ask|i request)\b`)
	// self and away are the words of speaksForHimself.
	self = regexp.MustCompile(`我|(^|[^由非不是否])本人`)
	away = regexp.MustCompile(`休假|出差|外出|不在|假期|[年产病]假|会议|开会|培训|离职|调离|退休|回复|已收到|已经收到|收到(了)?(您|你)|联系我|尽快|邮件|返回|上班`)
	// addressed matches the ways in which people, and not programs, address the office.
	addressed = regexp.MustCompile(`你们|贵单位|贵机关|贵[局处委办院所镇乡府街机公校]`)
	// wish matches the shortest ways of asking for something.
	wish = regexp.MustCompile(`[？?]|申请|公开|查阅|复印|索取|(^|[^有])[一两几]份|为什么|为何|何时[^:：]|多少|哪些|哪个|能否|可否|盼复|(请|麻烦|希望|盼|要求|需要|想)[^。！，\n]{0,16}(提供|公开|寄|给我|答复|说明|告知|发来)|尽快提供|发(来|过来|一下|我|给我)|寄(来|我|到)|给我|` +
		`(发|寄|传)(到|至|往|给)(这|我|本人)|请(把|将)[^。！，\n]{0,24}[^转](发|寄|传)(到|至|往|来|给|一)|看(一下|看|一看)|想(看|知道|了解|要[^撤召])|告诉|什么时候|(^|[^如若不])需要[^。！，\n]{0,20}(文件|材料|资料|信息|公告|通知|方案|批复|名单|数据)|` +
		`\b(send|let) (us|me)( have)?\b|\b(could|can|would) you\b|please (send|give|provide|mail|forward)|\b(copy|copies) of\b`)
	// automatically matches the words by which a mail says that a program wrote it.
	automatically = regexp.MustCompile(`(这|此)(是|为|系)[^。！\n]{0,14}自动(回复|答复|应答|发送|生成|回信)|(本|此|该|这封)(邮件|信|信件|消息|回复)[^。！\n]{0,10}自动(发出|发送|回复|答复|生成|产生)|系统自动(回复|发送|发出|生成)，?请?勿|` +
		`this is an? (auto-?|automat)[a-z]*[ -](generated |reply|response|message|e-?mail|notification)|automatically generated|generated automatically|created automatically|this is the [a-z-]*(mail|send|deliver|postfix|qmail|exim)[a-z-]* (program|system)|\bi('| a)m [^.\n]{0,20}(out of|away from) (the|my) office|\bi('| a)m [^.\n]{0,20}on (vacation|holiday|leave)[^.\n]{0,12} (until|till|from)\b`)
	// ours matches the words by which a mail refers to one of the office's.
	ours = regexp.MustCompile(`(您|你)(发|寄|撤|召)|(您|你)[^。！\n]{0,30}(邮件|信件|来信|的信|文档|消息|主题|《》)|(该|此|这封?|以下|下列)(邮件|信件|信|收件人)|收件人|收信人|收信方|邮件[：:《]|外发|(发往|发送给|发送至|寄给|(投递|传递)(至|到|给))|\b(your|the|this|a) (original )?(message|mail|e-?mail)\b|recipient|failed address`)
	// failure matches the words of reports that a mail did not arrive.
	failure = regexp.MustCompile(`(未能|无法|没能|没有|尚未|未|被|遭|不能)[^。！\n]{0,12}(送达|投递|递送|投送|寄送|发送|传送|传递|送出|发出|寄出|寄到|退回|退还|拦截|阻断|隔离|拒收|拒绝|扣留|通过)|(投递|发送|递送|投送|寄送|传送|传递|发信)(仍)?(失败|不成功|被拒|没有成功)|` +
		`(收件人|收信人|地址|帐号|账号|用户|信箱|邮箱|域名|主机)[^。！\n]{0,40}(不存在|无效|已满|拒收|拒绝|停用|失败|未在|找不到|不足|无法识别|有误)|找不到[^。\n]{0,20}(地址|收件人|邮箱)|退信|退件|拒收|积压|放弃投递|仍在尝试|继续(重试|尝试)|延时投递|延迟投递|` +
		`(could not|couldn't|cannot|can't|unable to|not) (be )?(deliver|accept)|(was|been|is|were) (not delivered|rejected|blocked|returned|refused)|not been delivered|undeliver|address rejected|user unknown|unknown user|not (known|listed|found)|no such|mailbox (is )?full|over (its |temporarily )?quota|quota exceeded|delivery (incomplete|fail|attempts|report)|expired|\bfailed\b`)
	// recall matches what providers call the outcome of taking a mail back.
	recall = regexp.MustCompile(`^(邮件)?(召回|撤回)(成功|失败|结果)`)
	// became matches the words of receipts and of reports of success.
	became = regexp.MustCompile(`(已|被|经|成功|失败)[^。！\n]{0,24}(阅读|查看|查阅|打开|送达|投递|撤回|召回|删除|发送成功|成功)|已[^。！\n请]{0,12}(查收|签收)|已读|已阅|阅读|(投递|发送|召回|撤回)[^。\n]{0,3}(成功|失败)|的?回执|\b(displayed|receipt|opened|delivered|deleted|accepted|was read)\b`)
	// transport are the words of programs that carry mail, account those of programs that keep accounts and machines, and
	// meeting those of calendars.
	transport = regexp.MustCompile(`《》|文档|邮件|信件|来信|的信|挂号信|邮箱|信箱|收件|收信|发件|地址|投递|递送|投送|传递|传送|送达|发送|送出|发出|寄送|寄出|退信|退回|退件|服务器|主机|域名|队列|重试|重发|重新发|管理员|网关|附件|审核|拦截|隔离|策略|主题|标题|原因|错误|代码|返回|容量|空间|黑名单|反馈|用户|网络|系统|已读|阅读|查阅|查看|打开|签收|回执|召回|撤回|成功|失败|状态|解决方案|时间|已于|` +
		`\b(message|mail|e-?mail|messages|deliver[a-z]*|undeliverable|recipient|address|server|host|queue|user|users|attempt|attempts|reason|because|error|errors|quota|account|mailbox|domain|directory|transcript|subject|rejected|blocked|receipt|displayed|read|guarantee|retry|result|failed|returned|known|listed|policy|problem|spam|relay|connection)\b`)
	account = regexp.MustCompile(`账号|帐号|账户|登录|登陆|密码|验证|证书|域名|授权|订单|发货|余额|金额|消费|还款|账单|对账|发票|短信|待办|未读|公文|日程|消息|点击|续费|续期|到期|过期|有效|失效|停用|锁定|容量|清理|备份|附件|文件夹|共享|服务器|磁盘|网站|漏洞|检测|监测|升级|维护|网关|隔离|拦截|审核|病毒|木马|敏感词|垃圾邮件|邮件签收|签收|快件|包裹|取件|客票|车票|课程|工资|缺卡|打卡|评分|退订|月报|任务|设备|离线|告警|工单|` +
		`\b(backup|ok|done|build|job|log|disk|volume|server|host|cpu|battery|toner|monitor|alert|report|certificate|password|account|login|code|quarantine|list|moderator|subscription|confirm)\b`)
	// holder is how programs address whom they keep something for. Nobody writes to an office so.
	holder = regexp.MustCompile(`(您|你|贵单位)(单位)?(的|有|于|本|正在|购买|发送|发往|发给|订阅|尾号|[\d 年月日]+)[^。！\n]{0,30}(账号|帐号|账户|账单|密码|邮箱|邮件|附件|订单|快件|包裹|客票|车票|发票|证书|域名|授权|课程|工资|缺卡|待办|日程|工单|验证码)|(账号|账户|密码|验证码)[^。！\n]{0,20}(您|你)`)
	// unsubscribe is what stands below what is sent to many.
	unsubscribe = regexp.MustCompile(`(点击|回复|可|请)[^。！\n]{0,6}退订|退订(请|本|此|该)|如(果)?(您|你)?(不想|不愿|不希望)(再)?(收到|接收)|\bunsubscribe\b`)
	// acknowledged matches what a program says of a letter that it keeps.
	acknowledged = regexp.MustCompile(`(您|你)(的|提交的|反映的|提出的|投诉的)?[^。！\n]{0,10}(来信|来件|问题|诉求|留言|咨询|投诉|举报|反映|建议|办件|工单|表单)[^。！\n]{0,8}(已|经)[^。！\n]{0,8}(收到|受理|转交|转办|办结|处理|提交|创建|生成)|工单[^。！\n]{0,10}已(创建|受理|处理|办结|关闭)`)
	// whoSays matches what follows in such a sentence where it tells who says what.
	whoSays = regexp.MustCompile(`(来信|来电|上报|报修|反映|举报|留言|提交|求助)人|群众|市民|村民|居民|反映|(姓名|标题|内容|描述)[^。！，\n]{0,4}[:：]`)
	// reminder are words about accounts, which nobody writes to the office.
	reminder = regexp.MustCompile(`登录|登陆|密码|验证码|余额|待办|未读|待签收|缺卡|账单|退订`)
	// gathers matches subjects that announce a meeting.
	gathers = regexp.MustCompile(`会议|例会|评审会|座谈会|日程|邀请|\b(meeting|event|calendar|invitation)\b`)
	meeting = regexp.MustCompile(`会议|会上|何时|何地|座谈会|听证会|调查会|时间|地点|位置|主题|主持|日程|活动|邀请|接受|谢绝|拒绝|暂定|参加|改到|改为|提议|取消|入会|提醒|冲突|\b(accepted|declined|tentative|attend|invitation|invited|meeting|event|when|where|zoom|join)\b`)
	// passedOn are words of programs that pass on what people say: portals, hotlines, fax and telephone.
	passedOn = regexp.MustCompile(`(来信|来电|上报|报修|反映|举报|留言|提交|求助)人|来信|来电|来访|诉求|群众|市民|村民|居民|姓名|电话|联系人|内容|描述|咨询|投诉|举报|反映|留言|转办|办件|工单|表单|提交|传真|语音|录音|附件|依申请|信息公开`)
	// quotes are the words with which a program that calls itself automatic passes on what people say, or with which a person
	// says who he is whose mailer puts such words below his.
	quotes = regexp.MustCompile(`(群众|市民|村民|居民|业主|网民|网友)(的)?(来信|来电|来访|反映|诉求|咨询|留言|投诉|举报)|来信人|来电人|诉求|(姓名|内容|描述|咨询|投诉|举报|反映|留言|建议)[^。！，\n]{0,4}[:：]|转办|办件|工单|表单|语音|录音|我(是|家|村|想)|我们(村|家|小区|单元|楼)`)
	// nobody are addresses that say themselves that nobody reads them, program those from which programs write, and desk
	// those from which programs write and people, too.
	nobody  = regexp.MustCompile(`^([^@]*[-_.])?(no[-_.]?reply|do[-_.]?not[-_.]?reply|notifications?|alerts?|auto[-_.]?(confirm|mailer|notify|reply|sender))([-_.0-9][^@]*)?@`)
	program = regexp.MustCompile(`^(notices?|notify|monitor(ing)?|cron|sys|system|quarantine|spam|(anti-?)?virus|gateway|mail-?gw|dlp|edm|mailadmin|backups?|bot|robot|jenkins|ci|build|zabbix|nagios|grafana|ups|nas|printer|mailer|certs?|password|verify|challenge|e-?bank|e?invoice)([-_.][^@]*)?@|^[^@]*-(request|bounces|owner)@`)
	desk    = regexp.MustCompile(`^(oa|billing|assistant|service|support|it|bill|admin|administrator|sysadmin|root|helpdesk|security|safe|audit|reports?|license|renew|order|booking|share|cloud|survey|meeting|calendar)([-_.][^@]*)?@`)

	mailAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]+`)
	// nothing matches what says nothing by itself: greetings, addresses, numbers.
	nothing = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]+|您好|你好|尊敬的(用户|客户|邮箱用户)?|亲爱的(用户)?|(很|非常)?(抱歉|遗憾|对不起)|感谢[^，。]{0,10}|[\s\d\pP\pS]`)
)
