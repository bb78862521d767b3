package match

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// Applies reports whether a mail looks like an application: wherever it is, one ought to have a look at it.
// People's applications carry machines' marks, too: of a portal, of a mailer that answers for its owner, of a
// receipt that somebody forwards. Of such a mail only what it says itself counts: its subject, and what a
// report encloses, are the office's own.
func Applies(m *casefile.Message) bool {
	return applies(m) && unmarked(m) == "" || // where a program names a letter in its subject, that says nothing
		mayApply(m)
}

// mayApply reports whether a mail is parked for no more than two signs of a program. That is what most such mails are, and
// now and then who asks in a line, in nothing but nouns: one ought to have a look at it, too.
func mayApply(m *casefile.Message) bool {
	if cause, _ := robot(m); cause != "" || bySentence(m) != "" {
		return false
	}
	is, clearly := signed(m)
	return is && !clearly
}

func applies(m *casefile.Message) bool {
	if m.Delivery != nil {
		return false
	}
	said, own := 0, ownWords(m.Text)
	contents(m, own, func(n int, _ string) { said += n })
	said = max(said, wishes(own))
	switch cause, _ := robot(m); {
	case cause == CauseBounce && tellsOfFailure(m.Text):
		return said >= 45 // more than the title of the letter that comes back
	case cause == CauseBounce:
		return said >= 25
	case cause == CauseAutoReply:
		return said >= 25 || bringsFile(m)
	}
	score, _ := likeness(m, own)
	return score >= Likely || said >= 25 ||
		len(own) <= 512 && needs.MatchString(lowered(own)) || // a person whose server marks all that it sends
		slices.ContainsFunc(m.Parts, func(p casefile.Part) bool { return p.Attachment && strings.Contains(p.Name, "申请") })
}

// wishes weighs what people write who ask in words of their own, or as an organisation. It counts where a mail would
// otherwise be unseen under a machine's mark; it is too weak to tell an application from a reminder of one.
func wishes(text string) (weight int) {
	text = simple(beginning(text, 8<<10))
	if containsAny(text, "公开", "公布") && asks.MatchString(text) || containsAny(text, "overnment information", "overnment Information", "reedom of information", "reedom of Information") {
		weight += 25
	}
	if strings.Contains(text, "信息公开") && !strings.Contains(text, "政府信息公开") || wanted.MatchString(text) || asked.MatchString(text) {
		weight += 25
	}
	if field.MatchString(text) || containsAny(text, "申请查阅", "申请获取", "申请提供") {
		weight += 25
	}
	if containsAny(text, "想了解", "请提供", "给我一份") {
		weight += 15
	}
	labels := anyLabel.in(text).count(0)
	if labels >= 2 {
		weight += min(40, 10*labels)
	}
	return weight
}

var (
	// asks is how people ask for it: 请求你们公开 …, 麻烦贵局把 … 向我公开.
	asks = regexp.MustCompile(`(请|申请|要求|希望|麻烦)[^。！？；\n]{0,40}(公开|公布)|应当公开|应予公开`)
	// field is where a form says what is asked for.
	field = regexp.MustCompile(`(所需|申请|需要)(公开)?的?(政府)?(信息|内容)(的?(内容|名称)?描述)?[ \t　]*[:：]|(?i)\b(information|records?|documents?) (requested|sought|required|wanted)[ \t]*:`)
	// wanted matches the shortest ways of asking: a paper of the office, and what is to be done with it.
	wanted = regexp.MustCompile(papers + `[^。！\n]{0,16}(发|寄|给|提供|复印|[一两几]份|查询|公布|多少|何时|在哪|看看)|(发|寄|给|提供|复印|要|查|索取|公布|需要)[^。！\n]{0,24}` + papers + `|` +
		`(?i)\b(send|mail|give|provide|copy|copies)\b[^.\n]{0,40}\b(budget|documents?|files?|approval|records?|permit|contract|minutes|plan)\b`)
	// asked matches how people ask for what is no paper by its name: what they want, and a noun for something written.
	asked = regexp.MustCompile(`(我(想|还)?(要|需要)|想要|需要|要的是|索要|索取|申请的?(是|为)?|请[^。，！？\n]{0,8}(提供|告诉我|告知我|给我|发来|出具)|希望[^。，！？\n]{0,8}(提供|得到|获得|拿到)|想(看|查|知道|了解|得到))[^。，！？\n]{0,30}(凭证|明细|名册|名录|名单|清单|台账|记录|[日周月]报|数据|文件|合同|协议|批复|批文|方案|预案|标准|依据|档案|图纸|报告|纪要|公告|证书|[分记发册放算]表|底册|监测|鉴定|规定|办法)|(发|给|寄)(给)?(我|我们)?[一两几]份|` +
		`(?i)\b(i|we)\b[^.\n]{0,30}\b(like|want|wish|request|apply|seek|need|ask)\b[^.\n]{0,60}\b(cop(y|ies)|data|information|records?|documents?|lists?|minutes|plans?|permits?|reports?|statistics|budgets?|contracts?)\b`)
	// officeLabels stand in forms of organisations, and in people's signatures: they say that a mail is like an
	// application, and not that it is a form.
	officeLabels = []string{"单位名称", "信用代码", "法定代表人", "联系人", "联系方式", "所需政府信息", "指定方式", "申请内容", "公开方式", "内容描述", "信息描述", "用途"}
)

// anyLabel are the labels of all forms, as they are written.
var anyLabel = lookFor(slices.Concat(formLabels, officeLabels), nil)

// papers are what an office has and people ask for.
const papers = `(许可证|批文|批复|会议纪要|会议记录|验收报告|验收意见|图纸|竣工图|规划图|清册|台账|决算|预算|三公经费|补偿标准|补偿款|补偿方案|补偿明细|招标文件|中标通知书|施工合同|采购合同|审批材料|备案资料|环评报告|拆迁名单|评估报告)`

// bringsFile reports whether a mail that calls itself an application encloses a file: automatic answers enclose none.
func bringsFile(m *casefile.Message) bool {
	subject, answer := withoutPrefixes(simple(m.Subject))
	return !answer && firstOf(subject, subjectWords) != "" && slices.ContainsFunc(m.Parts, func(p casefile.Part) bool {
		return p.Attachment && !hasPrefix(p.Type, "message/", "text/calendar")
	})
}

// Answerable reports whether a mail may be answered by a program, and why not (RFC 3834, section 2):
// not what a program wrote, not a list, not an address that nobody reads, not where the sender asks for
// no automatic answer, not ourselves.
func Answerable(m *casefile.Message, office []string) (ok bool, reason string) {
	if cause, why := robot(m); cause != "" {
		return false, why
	}
	if len(m.From) != 1 {
		return false, "发件人不是一个地址"
	}
	from := m.From[0].Mail
	local, _, found := strings.Cut(strings.ToLower(from), "@")
	suppress := strings.ToLower(m.Machine.AutoReply)
	switch {
	case !found:
		return false, "发件人没有可用的地址"
	case holds(office, from):
		return false, "发件人是本单位"
	case strings.HasPrefix(suppress, "x-auto-response-suppress") && containsAny(suppress, "all", "autoreply"):
		return false, "来信注明不要自动回复（X-Auto-Response-Suppress）"
	case slices.Contains(robots, local), strings.HasPrefix(local, "owner-"), strings.HasSuffix(local, "-request"), strings.HasSuffix(local, "-bounces"),
		containsAny(local, "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce"):
		return false, "发件地址无人收信（" + from + "）"
	}
	return true, ""
}

// robots are local parts of addresses behind which there is no applicant.
var robots = []string{"postmaster", "mailer-daemon", "root", "daemon", "nobody", "listserv", "majordomo", "notification", "notifications", "service", "system", "admin", "abuse", "webmaster"}
