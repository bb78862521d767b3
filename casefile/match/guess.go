package match

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// guess says what a mail probably is on a case, and from what that is read. It proposes only, and where words
// and state of the case disagree, it says the one that would be worse to miss: an answer to 补正告知.
func guess(m *casefile.Message, text *Text, c Case, likely bool) (casefile.Guess, string) {
	if m.Delivery != nil {
		if m.Delivery.Action == "failed" {
			return casefile.GuessBounce, "是退信（RFC 3464）"
		}
		return casefile.GuessNotice, "是投递情况通知（" + m.Delivery.Action + "）"
	}
	subject, answer := withoutPrefixes(m.Subject)
	if tellsOfRecall(m) || strings.HasPrefix(subject, "邮件撤回") {
		return casefile.GuessOther, "是收回一封邮件的通知，不等于撤回申请"
	}
	if answer {
		subject = "" // the words of the letter that is answered are the office's
	}
	own := strings.TrimSpace(text.words())
	files := slices.ContainsFunc(m.Parts, func(p casefile.Part) bool { return p.Attachment })
	first := opening(own)
	said := subject + "\n" + first
	if k := ofWithdrawal.in(said).first(0, len(withdrawWords)); k >= 0 {
		return casefile.GuessWithdrawal, where(subject, withdrawWords[k])
	}
	if !likely {
		if word := strings.TrimSpace(givesUp.FindString(first)); word != "" && !strings.Contains(word, "公开") {
			return casefile.GuessWithdrawal, where(subject, word)
		}
	}
	if onlyThanks(own) && !files {
		return casefile.GuessThanks, "正文只是致谢"
	}
	g, why := awaited(m, c, said, first, own, files)
	switch {
	case likely && (g == casefile.GuessNone || c.Waiting != casefile.WaitCorrection && asksAnother(own) != ""):
		return casefile.GuessApplication, "像是又一份申请"
	case g != casefile.GuessNone:
		return g, why
	}
	if word := reasonsFor.FindString(subject + "\n" + first); word != "" {
		return casefile.GuessReasons, where(subject, word)
	}
	for _, k := range kindsOfMail {
		if word := firstOf(said, k.words); word != "" {
			return k.guess, where(subject, word)
		}
	}
	return casefile.GuessOther, "没有说明是什么"
}

// awaited is what the case waits for, where nothing in the mail says that it is something else.
func awaited(m *casefile.Message, c Case, said, first, own string, files bool) (casefile.Guess, string) {
	reminds := func() bool { return firstOf(said, reminderWords) != "" }
	switch {
	case c.Waiting == casefile.WaitCorrection && (files || !reminds()):
		return casefile.GuessCorrection, "该件正在等待补正"
	case c.Waiting == casefile.WaitFee && firstOf(first, questionWords) != "" && !files:
		return casefile.GuessOther, "该件正在等待缴费，来信像是询问"
	case c.Waiting == casefile.WaitFee && firstOf(first, objectWords) != "" && !files:
		return casefile.GuessOther, "该件正在等待缴费，来信像是对收费有异议"
	case c.Waiting == casefile.WaitFee && (files || !reminds()):
		return casefile.GuessPayment, "该件正在等待缴费"
	case c.Consulting && !(len(c.Addresses) > 0 && holdsAny(c.Addresses[:1], m.From)) && !calls(c.Applicant, m, own):
		return casefile.GuessOpinion, "该件正在征求意见，来信人不是申请人"
	case c.Unconfirmed && firstOf(first, []string{"确认", "收到", "属实", "是本人"}) != "" && utf8.RuneCountInString(first) < 60:
		return casefile.GuessConfirmed, "该件尚未双方确认，来信像是确认"
	}
	return casefile.GuessNone, ""
}

// calls reports whether the author of a mail gives the applicant's name as his own: in From, after 我是, after 申请人, or as
// a signature. A third party may mention the applicant, but in none of these places.
func calls(applicant string, m *casefile.Message, own string) bool {
	name := casefile.PlainName(applicant)
	if name == "" {
		return false
	}
	for _, by := range []string{"我是", "本人", "我叫"} {
		for _, behind := range strings.Split(own, by+applicant)[1:] {
			if next, _ := utf8.DecodeRuneInString(behind); !unicode.IsLetter(next) || strings.ContainsRune(behindNames, next) { // or it is a longer name
				return true
			}
		}
	}
	is := func(n string) bool { return casefile.PlainName(n) == name }
	last := own[strings.LastIndexByte(own, '\n')+1:]
	return is(last) || slices.ContainsFunc(m.From, func(a casefile.Address) bool { return is(a.Name) }) || slices.ContainsFunc(namesIn(own), is)
}

// behindNames are words that follow a name and are in none: 本人张三于, 我叫张三现住.
const behindNames = "于在因向就现已要想对自曾與与和"

var (
	questionWords = []string{"怎么", "如何", "哪里", "哪儿", "什么方式", "账号", "能不能", "可不可以", "是否可以", "多少钱", "为什么"}
	objectWords   = []string{"不同意缴", "不同意交", "不缴", "不交", "不付", "不愿", "拒绝", "太高", "太贵", "不合理", "异议", "减免", "免收", "免除", "收费依据"}
	withdrawWords = []string{"撤回申请", "撤回政府信息公开申请", "撤回该申请", "撤回本申请", "撤回上述申请", "申请撤回", "撤销申请", "取消申请", "放弃申请", "不再申请", "不用办理了", "不需要办理", "不必办理", "无需办理", "不用再办", "不要求公开了", "不申请了", "我不要了", "不想要了", "予以撤回", "撤回此申请", "撤回我的申请"}
	reminderWords = []string{"催办", "催促", "尽快", "抓紧", "何时", "什么时候", "多久", "进度", "进展", "办到哪", "办得怎么样", "有结果", "还没有", "还没收到", "仍未", "至今", "逾期", "复议", "投诉", "起诉", "举报"}
	kindsOfMail   = []struct {
		guess casefile.Guess
		words []string
	}{
		{casefile.GuessWithdrawal, []string{"撤回"}},
		{casefile.GuessPayment, []string{"缴费", "已缴", "转账", "汇款", "付款", "支付凭证", "缴款", "电子票据"}},
		{casefile.GuessReasons, []string{"说明理由", "理由说明", "申请理由", "理由如下", "我的理由", "理由是", "理由为"}},
		{casefile.GuessOpinion, []string{"第三方意见", "不同意公开", "同意公开", "反对公开", "意见书", "征求意见"}},
		{casefile.GuessCorrection, []string{"补正", "补充材料", "补充说明", "更正后的", "补交", "补充申请"}},
		{casefile.GuessReminder, reminderWords},
	}
)

// ofWithdrawal looks for withdrawWords, which every mail on a case is looked through for.
var ofWithdrawal = lookFor(withdrawWords, nil)

// givesUp is how people say in their own words that they want nothing more.
var givesUp = regexp.MustCompile(`(申请|这件事?|此件|该件|材料|信息)[^。；！？\n不没]{0,8}(不要了|不需要了|不用了|算了|作罢|撤了|撤掉|撤销|撤回|取消|收回)(吧|了|。|，|！|\n|$)|` +
	`请[^。；！？\n]{0,6}(撤销|撤回|取消|撤掉)(吧|。|！|\n|$|(这个|该|此|本|我的)申请)|不用(再)?(给我|提供|办理|答复)(了|。|，)`)

// reasonsFor is how people say why they apply so often.
var reasonsFor = regexp.MustCompile(`(为什么|为何|之所以)[^。；！？\n]{0,8}申请|申请[^。；！？\n]{0,8}(原因|缘由|目的|理由)(是|为|在于|如下|说明|：|:)`)

// where says in which part of the mail a word stands.
func where(subject, word string) string {
	if strings.Contains(subject, word) {
		return "标题有“" + word + "”"
	}
	return "正文有“" + word + "”"
}

// opening is the beginning of what somebody wrote: what a mail is, it says there.
func opening(text string) string {
	most := 400 // characters
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// onlyThanks reports whether a text says nothing but thanks or that the letter has come.
func onlyThanks(text string) bool {
	if !containsAny(text, "谢", "收") { // as nearly all; their letters need not be picked out
		return false
	}
	rest := letters(text)
	if rest == "" || !containsAny(rest, "谢", "收到", "收悉") {
		return false
	}
	for _, word := range [...]string{"非常感谢", "十分感谢", "感谢", "谢谢", "多谢", "致谢", "谢了", "已收到", "收到了", "收到", "已收悉", "收悉", "您好", "你好", "您的", "贵局", "贵单位", "贵机关", "老师", "同志",
		"工作人员", "辛苦了", "辛苦", "回复", "答复", "来信", "材料", "邮件", "好的", "此致", "敬礼", "祝好", "顺祝商祺", "工作顺利", "已", "了", "的", "你们", "您", "你", "对"} {
		rest = strings.ReplaceAll(rest, word, "")
	}
	return utf8.RuneCountInString(rest) <= 4 // a name
}

func holdsAny(list []string, who []casefile.Address) bool {
	return slices.ContainsFunc(who, func(a casefile.Address) bool { return holds(list, a.Mail) })
}

// guessed fills in what a mail is that joins a case, or that may belong to some.
func (d *decider) guessed() error {
	if d.out.Disposition == casefile.ToHistory || d.out.Out && d.out.Case != "" {
		return nil
	}
	if d.out.Out {
		d.out.Guess, d.out.GuessedBy = casefile.GuessSent, "由本单位发出，没有认出是哪一件的"
		return nil
	}
	likely := d.out.Likeness >= Likely || d.alone
	if d.out.Case != "" {
		c, _, err := d.r.Case(d.out.Case)
		if err != nil {
			return err
		}
		if d.out.Guess, d.out.GuessedBy = guess(d.m, d.mail.Text, c, d.doubted != ""); d.out.Guess == casefile.GuessApplication {
			d.out.GuessedBy = d.doubted
		}
		return nil
	}
	if len(d.out.Suggest) == 0 {
		return nil
	}
	if cause, _ := d.robot(); cause == CauseBounce || cause == CauseAutoReply {
		return nil
	}
	// Of the cases that wait for something, the likeliest says what the mail is.
	var best Case
	for _, s := range slices.Backward(d.out.Suggest) {
		c, _, err := d.r.Case(s.Case)
		if err != nil {
			return err
		}
		if !c.Finished && (c.Waiting != casefile.NotWaiting || best.Waiting == casefile.NotWaiting) {
			best = c
		}
	}
	g, why := guess(d.m, d.mail.Text, best, likely)
	if g == casefile.GuessApplication {
		return nil // it stands in the lists as a case of its own
	}
	d.out.Guess, d.out.GuessedBy = g, why
	return nil
}

// suggestByName proposes the open cases whose applicant bears the sender's name, or one that the form in the
// mail does: a correction may come from another address.
func (d *decider) suggestByName() error {
	for _, name := range d.names() {
		cases, err := d.r.CasesByName(name)
		if err != nil {
			return err
		}
		for _, id := range cases {
			d.propose(id, 50, fmt.Sprintf("该件申请人也叫“%s”", name))
		}
	}
	return nil
}

// numberedWithin is how many bytes of a letter are searched for numbers of cases.
const numberedWithin = 8 << 10

// suggestWritten proposes the open cases whose number the author of a mail wrote into it, such as a lawyer or somebody who
// answers from another address. The mail does not join them, because a new application may name the previous one, too.
func (d *decider) suggestWritten() error {
	all := Numbers(beginning(d.written, numberedWithin))
	for _, id := range all[:min(len(all), mostNumbers)] {
		into, c, err := d.goesOn(id)
		if err != nil {
			return err
		}
		if _, found, err := d.r.Case(into); err != nil {
			return err
		} else if found && !c.Finished {
			d.propose(into, 60, "正文写有该件编号")
		}
	}
	return nil
}

// suggestByNumber proposes the open cases whose applicant bears a number of identity that stands in the mail.
func (d *decider) suggestByNumber() error {
	for _, number := range identities(d.written) {
		cases, err := d.r.CasesByNumber(number)
		if err != nil {
			return err
		}
		for _, id := range cases {
			d.propose(id, 70, "该件申请人的证件号码相同")
		}
	}
	return nil
}

// mostNumbers bounds how many numbers of identity, and how many of cases, are looked up for one mail.
const mostNumbers = 4

// identities are the numbers of identity in a text, each once.
func identities(text string) (all []string) {
	for _, n := range casefile.IDNumbers(text) {
		if !slices.Contains(all, n) && len(all) < mostNumbers {
			all = append(all, n)
		}
	}
	return all
}

// names are those of the sender, and the one behind 申请人 or 姓名 in the text.
func (d *decider) names() []string {
	var all []string
	for _, a := range d.m.From {
		all = addName(all, a.Name)
		all = addName(all, bareName(a.Name))
	}
	for _, name := range namesIn(d.written) {
		all = addName(all, name)
	}
	all = addName(all, signature(d.written))
	return all[:min(len(all), 6)]
}

// bareName is a name as a mail program shows it without what people add to it: 张三（手机）, 张三-QQ, 张三 13800000000.
func bareName(name string) string {
	if i := strings.IndexFunc(name, func(r rune) bool { return strings.ContainsRune("（(【[-—_|·@,，", r) || unicode.IsDigit(r) }); i > 0 {
		return strings.TrimSpace(name[:i])
	}
	return name
}

// signature is the name at the end of a letter; empty where the letter does not end in a few characters.
func signature(text string) string {
	rest := strings.TrimSpace(text)
	for i := range 3 {
		end := strings.LastIndexByte(rest, '\n')
		line := strings.TrimSpace(rest[end+1:])
		if j := strings.LastIndexAny(line, "。！；"); j >= 0 && i == 0 { // at the end of the last sentence
			_, size := utf8.DecodeRuneInString(line[j:])
			line = line[j+size:]
		}
		if name := letters(line); utf8.RuneCountInString(name) >= 2 && utf8.RuneCountInString(name) <= 4 {
			return name
		}
		if end < 0 {
			break
		}
		rest = rest[:end]
	}
	return ""
}

func addName(all []string, name string) []string {
	if n := utf8.RuneCountInString(casefile.PlainName(name)); n < 2 || n > 40 || slices.Contains(all, name) {
		return all
	}
	return append(all, name)
}

// mostNames bounds how many names of a text are compared with those of another: more is a list, and no form.
const mostNames = 100

// namesIn are what stands behind 申请人 or 姓名 in a text, the first of them.
func namesIn(text string) (all []string) {
	for line := range linesWithColon(text) {
		label, value, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(line, ":", "：")), "：")
		if !containsAny(label, "人", "名") { // letters looks at each character
			continue
		}
		switch letters(label) {
		case "申请人", "姓名", "申请人姓名", "申请人名称", "名称", "单位名称":
			value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
			value, _, _ = strings.Cut(value, "，")
			if all = addName(all, value); len(all) == mostNames {
				return all
			}
		}
	}
	return all
}

// linesWithColon yields the lines of a text in which a colon stands, narrow or wide: hardly any line of a letter.
func linesWithColon(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		begin := 0
		for i := 0; i < len(text); i++ {
			switch c := text[i]; {
			case c == '\n':
				begin = i + 1
			case c == ':', c == 0xef && strings.HasPrefix(text[i:], "："):
				end := len(text)
				if k := strings.IndexByte(text[i:], '\n'); k >= 0 {
					end = i + k
				}
				if !yield(text[begin:end]) {
					return
				}
				i, begin = end, end+1
			case c >= 0xe0:
				i += 2 // no colon stands within a character
			}
		}
	}
}
