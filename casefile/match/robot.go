package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// robot judges whether a program wrote the mail (RFC 3834, and what mailers do instead of it). The
// cause is empty for a person's.
func robot(m *casefile.Message) (Cause, string) {
	subject := lowered(strings.TrimSpace(m.Subject))
	if why := bounces(m, subject); why != "" {
		return CauseBounce, why
	}
	if why := answersItself(m, subject); why != "" {
		return CauseAutoReply, why
	}
	return sentByProgram(m, subject)
}

// bounces says why a mail is about another that was not delivered; "" for any other.
func bounces(m *casefile.Message, subject string) (why string) {
	switch {
	case m.Delivery != nil:
		if m.Delivery.Action == "failed" {
			return "是退信（RFC 3464）"
		}
		return fmt.Sprintf("是投递情况通知（%s）", m.Delivery.Action)
	case hasPart(m, "message/feedback-report"), strings.HasPrefix(strings.ToLower(beginning(strings.TrimSpace(m.Text), 64)), "this is an email abuse report"):
		return "是投诉报告（RFC 5965）"
	case fromServer(m) && (m.Machine.NullReturnPath || bounced(subject) && (tellsOfFailure(m.Text) || !speaks(m))):
		return "发件人是邮件系统，是退信"
	case m.Machine.NullReturnPath && bounced(subject):
		return "退信路径为空，标题是退信"
	case (hasPrefix(subject, bounceTitles...) && fromSystem(m) && (fromServer(m) || tellsOfReturn(m)) || // the text last: it is long, and few mails get there
		(bounced(subject) || fromSystem(m) && enhanced.MatchString(beginning(m.Text, 4<<10))) && tellsOfFailure(m.Text)) && !speaks(m):
		return "标题是退信，正文说明未能投递"
	case hasPrefix(strings.ToLower(m.Machine.AutoReply), "x-failed-recipients"):
		return "邮件头列出未能送达的收件人"
	}
	return ""
}

// answersItself says why a mail is a mailer's answer to another: a receipt, a notice of absence; "" for any other.
func answersItself(m *casefile.Message, subject string) (why string) {
	auto, precedence := strings.ToLower(m.Machine.AutoSubmitted), strings.ToLower(m.Machine.Precedence)
	switch {
	case hasPart(m, "message/disposition-notification"), hasPrefix(subject, receiptsAbroad...),
		(hasPrefix(subject, receipts...) || receiptTitle.MatchString(subject)) && onlyReceipt(m),
		hasPrefix(subject, "送达回执", "送达报告") && containsAny(beginning(m.Text, 4<<10), "您的邮件", "您发送的邮件", "your message"):
		return "是阅读回执"
	case tellsOfRecall(m):
		return "是撤回邮件的通知"
	case hasPrefix(subject, meetingAnswers...) && (hasPart(m, "text/calendar") && !speaks(m) || meetingTitle.MatchString(subject) && wholeOf(m).empty() && !enclosesFile(m)):
		return "是会议邀请的答复"
	case strings.HasPrefix(auto, "auto-replied"), strings.HasPrefix(auto, "auto-notified"):
		return "邮件头标明自动回复（Auto-Submitted: " + m.Machine.AutoSubmitted + "）"
	case precedence == "auto_reply" || precedence == "auto-reply":
		return "邮件头标明自动回复（Precedence: " + m.Machine.Precedence + "）"
	case autoReplyField(m.Machine.AutoReply):
		return "邮件头标明自动回复（" + m.Machine.AutoReply + "）"
	case titledAutomatic(subject, automaticAbroad), (hasPrefix(subject, autoReplies...) || titledAutomatic(subject, automatic)) && excuses(m):
		return "标题是自动回复"
	case tellsOfAbsence(m):
		return "正文是不在时的自动回复"
	}
	return ""
}

// sentByProgram judges whether a program sent a mail that answers none, to one reader or to many.
func sentByProgram(m *casefile.Message, subject string) (Cause, string) {
	auto, precedence := strings.ToLower(m.Machine.AutoSubmitted), strings.ToLower(m.Machine.Precedence)
	switch {
	case auto != "" && auto != "no" && !relays(m):
		return CauseMachine, "邮件头标明由程序发出（Auto-Submitted: " + m.Machine.AutoSubmitted + "）"
	case (m.Machine.NullReturnPath || fromServer(m)) && !speaks(m), m.Machine.NullReturnPath && excuses(m):
		return CauseMachine, "由邮件系统或程序发出"
	case dmarcTitle.MatchString(subject):
		return CauseMachine, "是邮件认证情况的汇总报告（DMARC、TLS-RPT）"
	case cronTitle.MatchString(subject):
		return CauseMachine, "是定时任务的输出"
	case onlyCalendar(m):
		return CauseMachine, "只有日程，没有正文"
	case m.Machine.ListID != "":
		return CauseBulk, "带有邮件列表标记"
	case (precedence == "bulk" || precedence == "list" || precedence == "junk") && !relays(m):
		return CauseBulk, "邮件头标明群发（Precedence: " + m.Machine.Precedence + "）"
	}
	return "", ""
}

// How the subjects of mails begin that no person wrote, in simplified characters and small letters. People here write about
// such mail under the same words, so of a Chinese or an English one the text must be a program's, too.
var (
	receipts = []string{"已读:", "已读：", "read:", "已读回执", "阅读回执", "邮件回执", "读取:", "读取：", "未读:", "未读：", "not read:", "read receipt", "return receipt", "delivery receipt", "disposition notification",
		"已送达:", "已送达：", "delivered:", "relayed:", "邮件撤回通知"}
	receiptsAbroad = []string{"lesebestätigung", "empfangsbestätigung", "läst:", "lido:", "lida:", "lettura:", "прочтено:", "읽음:", "gelesen:", "lu :", "lu:", "leído:", "letto:", "開封済み", "开封済み", "开封确认"}
	meetingAnswers = []string{"已接受", "已暂定", "暂定", "已拒绝", "已谢绝", "接受:", "接受：", "拒绝:", "拒绝：", "已取消", "accepted", "tentative", "tentatively accepted", "declined", "canceled", "cancelled"}
	recalls        = []string{"撤回:", "撤回：", "recall:", "message recall"}
	recalled       = []string{"想撤回邮件", "希望撤回邮件", "要撤回邮件", "想要撤回邮件", "将撤回邮件", "would like to recall the message", "邮件撤回"}
	// automatic are words for an automatic answer; autoReplies are those with which its subject only begins.
	automatic       = []string{"自动回复", "自动答复", "自动应答", "自动回信", "automatic reply", "automatic response", "autoreply", "auto-reply", "autoresponse", "auto-response", "auto response", "auto reply", "out of office"}
	automaticAbroad = []string{"自动返信", "自动応答", "automatische antwort", "réponse automatique", "respuesta automática", "odpowiedź automatyczna", "abwesenheitsnotiz", "休暇中", "risposta automatica", "resposta automática", "자동 응답", "자동응답", "부재중", "автоответ"}
	autoReplies     = []string{"auto:", "out-of-office", "out of the office", "vacation reply", "不在通知"}
	bounceTitles    = []string{"退信", "系统退信", "[系统退信]", "【系统退信】", "(系统退信)", "退件", "未传递", "无法传递", "无法投递", "无法送达", "未送达", "投递失败", "邮件投递失败", "发送失败", "邮件发送失败",
		"undeliver", "delivery status notification", "delivery failure", "delivery failed", "delivery notification", "mail delivery", "returned mail", "failure notice", "message not delivered", "non delivery",
		"nondeliver", "non-deliver", "returning message", "mail system error", "rejected:", "warning: could not send", "配信不能", "配信エラー", "メール配信エラー", "宛先不明"}
)

// titledAutomatic reports whether a subject calls its mail an automatic answer by one of the words: it stands by itself,
// behind the prefixes of an answer and at most a word that says of what kind, as in Re: 休假自动回复：x or x（自动回复）; or
// a colon follows it, as mailers write it behind the short name or the address of whom they answer for.
func titledAutomatic(subject string, words []string) bool {
	subject, _ = withoutPrefixes(subject)
	for _, word := range words {
		before, after, found := strings.Cut(subject, word)
		if !found {
			continue
		}
		kind := before
		for _, k := range automaticKinds {
			kind = strings.TrimSuffix(kind, k)
		}
		last, _ := utf8.DecodeLastRuneInString(kind)
		next, _ := utf8.DecodeRuneInString(after)
		alone := (kind == "" || !unicode.IsLetter(last)) && (after == "" || !unicode.IsLetter(next))
		if alone || hasPrefix(after, ":", "：") && (utf8.RuneCountInString(before) <= 8 || strings.Contains(before, "@")) {
			return true
		}
	}
	return false
}

// excuses reports whether a text is an automatic answer: somebody is away, or a mail was received, and nobody complains,
// asks for something or hands something in beside that. It may be empty. Who answers an automatic answer has its title, too,
// and often says first that it came: of such a mail every sentence must be a program's.
func excuses(m *casefile.Message) bool {
	w := wholeOf(m)
	_, answer := withoutPrefixes(simple(m.Subject))
	switch {
	case w.empty():
		return !enclosesFile(m)
	case w.any(complaint), !w.any(automatically) && (w.any(handedIn) || handsIn(m)):
		return false
	case w.only(excuse, automatically, received):
		speaks := func(s string) bool { return person.MatchString(strings.ReplaceAll(s, "谢谢", "")) } // who thanks for a mail says nothing else
		return !slices.ContainsFunc(w.sentences, speaks) && !w.any(wish) || w.any(excuse) || w.any(automatically)
	case answer:
		return false
	}
	says := func(s string) bool { return excuse.MatchString(s) || automatically.MatchString(s) }
	return slices.ContainsFunc(w.sentences, says) && !slices.ContainsFunc(w.sentences, func(s string) bool {
		return (wish.MatchString(s) || addressed.MatchString(s)) && !says(s)
	})
}

// tellsOfAbsence reports whether a mail under any subject says that somebody is away and what becomes of mail until then, and
// nothing besides.
func tellsOfAbsence(m *casefile.Message) bool {
	if len(m.Text) > 1<<10 || !absence.MatchString(m.Text) {
		return false
	}
	w := wholeOf(m)
	_, answer := withoutPrefixes(simple(m.Subject)) // under Re: people say so, too, before they send what is missing
	return !answer && w.any(meanwhile) && w.only(excuse, automatically) && !w.any(complaint) && !w.any(handedIn) && !handsIn(m) && !slices.ContainsFunc(w.sentences, func(s string) bool {
		asks := func(clause string) bool { return wish.MatchString(clause) && !meanwhile.MatchString(clause) }
		return addressed.MatchString(s) || wish.MatchString(s) && slices.ContainsFunc(strings.FieldsFunc(s, endsClause), asks)
	})
}

func endsClause(r rune) bool { return r == '，' || r == ',' || r == '、' }

var (
	absence   = regexp.MustCompile(`(休假|年假|产假|病假|出差|外出|离职|度假)|(?i)\b(out of|away from) (the |my )?office\b`)
	meanwhile = regexp.MustCompile(`(急事|紧急|如需|如有|若有|期间|暂时|业务)[^。！\n]{0,20}(联系|致电|拨打|电话|短信|回复|处理|查看)|(延迟|无法|不能|不便|稍后|返回后|[班来]后)[^。！\n]{0,12}(回复|处理|查看)|邮箱[^。！\n]{0,12}停用|\burgent|\bin my absence\b|\blimited access\b`)
)

// handsIn reports whether a mail brings a file, here or on a server. A picture in its text may be what stands below all mails
// of its author.
func handsIn(m *casefile.Message) bool {
	return len(m.Links) > 0 || slices.ContainsFunc(m.Parts, func(p casefile.Part) bool {
		return p.Attachment && !isMailOrDate(p) && !(p.Inline && strings.HasPrefix(p.Type, "image/"))
	})
}

// onlyReceipt reports whether a mail says only what became of another, and encloses no file. People give such a title to the
// paper that they sign and send back.
func onlyReceipt(m *casefile.Message) bool { return wholeOf(m).only(transport) && !enclosesFile(m) }

// tellsOfReturn reports whether a text says only that a mail did not arrive, or nothing.
func tellsOfReturn(m *casefile.Message) bool {
	w := wholeOf(m)
	return w.empty() || tellsOfFailure(m.Text) || w.tellsOfReturn()
}

var (
	// excuse matches what automatic answers say.
	excuse = regexp.MustCompile(`(您|你)的?(来信|来函|来件|邮件|信件|信息|消息|信|问题|留言|反馈)[^。！\n]{0,12}收(到|悉)|收(到|悉)(了|过)?(您|你|贵)|(来信|来函|来件|邮件)[^。！\n]{0,6}(已|经)收(到|悉)|[休年病产事婚放度]假|假期|出差|外出|公出|离职|离岗|退休|调离|调任|不在(办公室|岗|公司|单位|线|国内)|参加[^。！\n]{0,6}(培训|会议)|` +
		`(尽快|稍后|及时|随后|第一时间|返回后|节后|[班来]后)[^。！\n]{0,16}(回复|答复|处理|办理|联系|回电|回信)|(无法|(^|[^能])不能|不便)[^。！\n]{0,6}(回复|查看|处理|接听)|离开(公司|单位|岗位)|不再(使用|任职|担任)|(急事|紧急|如需|如有|若有)[^。！\n]{0,20}(联系|致电|拨打|电话|短信|告知|发)|` +
		`\b(out of|away from) (the |my )?office|\bon ([a-z]+ )?(leave|vacation|holiday)|\b(away|back) (until|on|from)\b|\b(vacation|holidays?|travell?ing|limited access|no longer (with|work[a-z]*))\b|received your|(thank you|thanks) for (your|contacting|writing)|\b(will|shall) (reply|respond|answer|return|be back|get back|be out)\b|\burgent`)
	// received matches what such answers say that say little.
	received = regexp.MustCompile(`收(到|悉)|受理|(感谢|谢谢)(您|你)?的?(来信|来函|来件|邮件|联系|关注)|不在|在外|培训|开会|节后|\b(received|thanks|out|away|back|absent|contact)\b`)
	// handedIn matches the words of people who send what they were asked for.
	handedIn = regexp.MustCompile(`补(充|上|交|齐|正([^告通]|$))|[见在看]附件|附件([是为中里如:：])|附(上|后)|文号|身份证|证件|复印件|营业执照|\b(attached|enclosed|attachment)\b`)
	// complaint matches what people say who are not content, also with automatic answers.
	complaint = regexp.MustCompile(`敷衍|(我|要|去|将|再|会)(投诉|举报|信访)|不作为|推诿|推脱|糊弄|失望|气愤|愤怒|不满意|太差|没用|没(有)?人|没(有|了)?(下文|结果)|至今|从来|一直|每次|[几多]次|[半几一两三]个?(年|月|周|星期)(了|多|没|还|都|也)|多久|欺骗|骗人|怎么|为什么|为何|到底|究竟|我(家|村|想|要|问)|我们(村|家|小区|单元|楼)|\b(useless|nobody|never|complain[a-z]*|why)\b`)
)

// tellsOfRecall reports whether a mail is a mailer's notice that its author takes a mail back, and no withdrawal: a person
// who withdraws says what.
func tellsOfRecall(m *casefile.Message) bool {
	text := beginning(m.Text, 4<<10)
	return hasPrefix(lowered(strings.TrimSpace(m.Subject)), recalls...) && containsAny(text, recalled...) && !containsAny(plainly(simple(ownWords(text))), withdrawWords...)
}

// automaticKinds are the words for the kinds of automatic answers.
var automaticKinds = []string{"系统", "外出", "出差", "放假", "休假", "假期", "年假", "产假", "节日", "春节", "国庆", "离职", "会议", "邮箱", "邮件", "客服"}

// speaks reports whether, in a mail that is a program's by its words alone, somebody asks for something or addresses the
// office as people do. What a server's program writes is a report, whatever else it says, where it quotes a refusal and
// the address in question; people quote refusals, too.
func speaks(m *casefile.Message) bool {
	w := wholeOf(m)
	return !(w.refuses() && fromSystem(m)) && (w.any(wish) || w.any(addressed))
}

// relays reports whether a mail that bears the mark of a program is somebody's words all the same: a portal passes them on,
// or the mail of a person was sent by a program. What one can subscribe to is no such mail.
func relays(m *casefile.Message) bool {
	w := wholeOf(m)
	return !w.any(unsubscribe) && (w.any(relayed) || relayed.MatchString(simple(m.Subject)) || w.any(formName) && w.any(formText) || w.any(myself) && (w.any(wish) || w.any(complaint)) ||
		len(w.sentences) <= 3 && w.any(question))
}

var (
	// relayed matches how portals and hotlines name who says what, and myself how somebody speaks of himself alone.
	relayed = regexp.MustCompile(`(来信|来电|投诉|举报|反映|留言|咨询|诉求|求助)(人|内容|事项)?[ \t]*[:：]|(群众|市民|村民|居民|业主|网民|网友)的?(来信|来电|反映|诉求|留言|投诉|举报)`)
	// formName and formText are the labels of a form on a page for anybody: who he is, and what he says.
	formName = regexp.MustCompile(`^[ \t]*([您你]的)?(姓名|称呼|(提交|求助|反馈|信访|留言|咨询)人|网[友民])(姓名)?[ \t]*[:：]`)
	formText = regexp.MustCompile(`^[ \t]*[^:：]{0,4}(内容|正文|描述|问题|留言|诉求)[ \t]*[:：]`)
	// question is what a mail of a line or two asks.
	question = regexp.MustCompile(`(什么时候|何时|怎么|如何|哪|多少|为什么|是否|能否)[^。！\n]*[？?]`)
	myself   = regexp.MustCompile(`我([^们司局市县区院校]|$)|我们(村|家|小区|单元|楼)|(^|[^由非不是否])本人|\b(i|my)\b`)
)

// meetingTitle is the subject of an answer to an invitation that comes without its calendar's data.
var meetingTitle = regexp.MustCompile(`^(已接受|已暂定|暂定|已拒绝|已谢绝|已取消|accepted|tentative|declined|cancel+ed)[:：]`)

// receiptTitle is how else a receipt is called: 已读回条, 读取回执. People sign a 送达回执, too, and send it back.
var receiptTitle = regexp.MustCompile(`^(已读|未读|读取|阅读|开封)(回执|回条|报告)|^[\[【(（](已读|未读|read)[\]】)）]`)

// The names of reports on other mail, and the subject that cron writes (cron(8)): Cron <user@host> command.
var (
	dmarcTitle = regexp.MustCompile(`^report domain:|\breport domain: .* submitter:|^(dmarc|tls)[- ](aggregate |rpt |failure )?report\b`)
	cronTitle  = regexp.MustCompile(`^cron <[^>@]+@[^>]+>`)
)

// daemons are local parts that only a mail server has; systems also stand before what people may read.
var (
	daemons = []string{"mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster"}
	systems = []string{"system", "noreply", "no-reply", "donotreply", "mail", "admin", "administrator", "service", "notice", "mailsystem", "mailadmin", "bounce", "bounces"}
	// daemonNames are what such a server calls itself where it gives no address.
	daemonNames = []string{"mail delivery subsystem", "mail delivery system", "邮件系统", "邮件投递系统", "系统退信", "internet mail delivery", "mail system"}
)

// fromServer reports whether a mail server is the author. Some give a name without an address.
func fromServer(m *casefile.Message) bool {
	return slices.ContainsFunc(m.From, func(a casefile.Address) bool {
		local, _, _ := strings.Cut(strings.ToLower(a.Mail), "@")
		name := strings.ToLower(strings.Trim(strings.TrimSpace(a.Name), `"'<>`))
		return slices.Contains(daemons, local) || strings.HasPrefix(local, "microsoftexchange") ||
			a.Mail == "" && (slices.Contains(daemons, name) || slices.Contains(daemonNames, name))
	})
}

// fromSystem reports whether the author is a server, or one of the names under which its programs write.
func fromSystem(m *casefile.Message) bool {
	return fromServer(m) || slices.ContainsFunc(m.From, func(a casefile.Address) bool {
		local, _, _ := strings.Cut(strings.ToLower(a.Mail), "@")
		return slices.Contains(systems, local) || slices.Contains(daemonNames, strings.ToLower(a.Name))
	})
}

func bounced(subject string) bool {
	return containsAny(subject, "退信", "邮件退回", "邮件被退回", "邮件被拒", "收件人拒收", "undeliver", "failure notice", "delivery status", "delivery failure", "delivery failed", "delivery notification", "mail delivery", "returned mail", "non-deliver", "nondeliver",
		"not delivered", "投递失败", "投送失败", "投递状态", "无法投递", "无法送达", "无法传递", "无法传送", "未成功投递", "returned to sender", "送信エラー", "返送", "未传递", "发送失败", "未能发送", "未能成功发送", "未能送达", "email delivery", "bounce",
		"配信不能", "配信エラー", "宛先不明", "送信できません")
}

// How servers answer: 550 5.1.1 …, or 550 and words of theirs; in a mail of a person 500 counts money and 502 is a room.
var (
	enhanced    = regexp.MustCompile(`\b[45]\d\d[ -]+#?[45]\.\d{1,3}\.\d{1,3}\b`)
	smtpRefusal = regexp.MustCompile(`\b[45]\d\d[ -]+#?[45]\.\d{1,3}\.\d{1,3}\b|\b5[0-5]\d[ :-]+[a-z#<"]`)
)

// tellsOfFailure reports whether a text says that a mail did not arrive, as servers say it.
func tellsOfFailure(text string) bool {
	lower := strings.ToLower(beginning(text, 4<<10))
	return smtpRefusal.MatchString(lower) ||
		containsAny(lower, "未能传递给", "无法投递到", "无法投递给", "未能投递", "投递失败", "收件人不存在", "用户不存在", "邮箱不存在", "地址不存在", "被对方服务器拒", "收件人邮件地址", "退信原因", "无法送达以下", "未能送达以下", "送信できませんでした", "配信できませんでした", "mailer-daemon",
			"could not be delivered", "couldn't be delivered", "was not delivered", "delivery to the following", "user unknown", "mailbox unavailable", "no such user", "did not reach the following")
}

// onlyCalendar reports whether a mail is a calendar's data and nothing besides.
func onlyCalendar(m *casefile.Message) bool {
	return strings.TrimSpace(m.Text) == "" && (hasPart(m, "text/calendar") || hasPart(m, "application/ics")) &&
		!slices.ContainsFunc(m.Parts, func(p casefile.Part) bool {
			return p.Type != "text/calendar" && p.Type != "application/ics" && (p.Attachment || !strings.HasPrefix(p.Type, "text/"))
		})
}

// autoReplyField tells the fields that say "this is an automatic answer" from the one that asks not
// to be answered automatically, which mail servers put on people's mails too.
func autoReplyField(v string) bool {
	name, value, ok := strings.Cut(strings.ToLower(v), ":")
	return ok && name != "x-auto-response-suppress" && !slices.Contains([]string{"no", "0", "false"}, strings.TrimSpace(value))
}

func hasPart(m *casefile.Message, mediaType string) bool {
	return slices.ContainsFunc(m.Parts, func(p casefile.Part) bool { return p.Type == mediaType })
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}
