package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// likeness says how much a mail looks like an application, 0 to 100, with the reasons. Only what
// its author wrote counts (own, see ownWords): the words of a mail that it quotes are the office's.
func likeness(m *casefile.Message, own string) (int, []string) {
	score, reasons := 0, []string(nil)
	add := func(n int, reason string) {
		score = min(100, score+n)
		reasons = append(reasons, reason)
	}
	if subject, answer := withoutPrefixes(simple(m.Subject)); !answer {
		if word := firstOf(subject, subjectWords); word != "" {
			add(50, "标题有“"+word+"”")
		}
	}
	contents(m, own, add)
	return score, reasons
}

// contents is likeness without the subject, which in an automatic answer is the office's own.
func contents(m *casefile.Message, own string, add func(int, string)) {
	text := own
	if hasPrefix(strings.ToLower(strings.TrimSpace(m.Subject)), "转发", "fw") {
		text = m.Text
	}
	there := ofApplication.in(text)
	if !there.any(0, len(inText)) {
		if s := simple(text); s != text {
			there = ofApplication.in(s)
		}
	}
	if k := there.first(0, len(textWords)); k >= 0 {
		add(25, "正文有“"+textWords[k]+"”")
	}
	if k := there.first(len(textWords), len(inText)); k >= 0 {
		add(15, "正文提出申请（“"+inText[k]+"”）")
	}
	if labels := labelsIn(there); labels >= 2 {
		add(min(40, 10*labels), fmt.Sprintf("正文有申请表的 %d 个栏目", labels))
	}
	for _, p := range m.Parts {
		if word := firstOf(p.Name, fileWords); p.Attachment && word != "" {
			add(40, "附件名有“"+word+"”")
			break
		}
	}
}

// labelsIn returns how many labels of forms are among what ofApplication found.
func labelsIn(there found) int { return there.count(len(inText)) }

var (
	subjectWords = []string{"政府信息公开", "依申请公开", "信息公开申请", "申请信息公开", "申请公开", "公开申请", "信息公开"}
	textWords    = []string{"申请公开", "政府信息公开", "依申请公开", "信息公开申请", "公开以下信息", "信息公开条例"}
	requestWords = []string{"现申请公开", "特申请公开", "特此申请公开", "依法申请公开", "向贵单位申请公开", "向贵局申请公开", "向你单位申请公开", "申请公开贵", "请求公开", "申请获取"}
	inText       = slices.Concat(textWords, requestWords)
	formLabels   = []string{"申请人", "姓名", "身份证", "证件号码", "联系电话", "通信地址", "通讯地址", "联系地址", "邮政编码", "所需信息", "所需的政府信息", "获取信息的方式", "提供方式", "载体形式", "信息用途", "特征描述", "特征性描述", "申请时间"}
	fileWords    = []string{"申请表", "信息公开", "申请公开", "公开申请", "申请书"}
)

// ofApplication are the words of applications and the labels of their forms.
var ofApplication = lookFor(inText, formLabels)

func firstOf(s string, words []string) string {
	for _, w := range words {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

// withoutPrefixes takes 回复: and 转发: off a subject; answer is true for one that answers. A
// forwarded application is one.
func withoutPrefixes(subject string) (rest string, answer bool) {
	rest = strings.TrimSpace(subject)
	for range 10 {
		k := strings.IndexAny(rest[:min(len(rest), len("回复："))], ":：") // no prefix is longer
		if k < 0 {
			break
		}
		prefix := strings.ToLower(rest[:k])
		if !slices.Contains(prefixes, prefix) {
			break
		}
		answer = answer || !hasPrefix(prefix, "转", "fw")
		_, size := utf8.DecodeRuneInString(rest[k:])
		rest = strings.TrimSpace(rest[k+size:])
	}
	return rest, answer
}

// prefixes stand before a colon in the subjects of answers and of what is passed on.
var prefixes = []string{"回复", "答复", "re", "转发", "转寄", "fw", "fwd"}

// ownWords ends a text where the quoted mail begins, at the marks that mailers in use here write. Of
// a mail that says nothing else, and of one passed on, all is its own.
func ownWords(text string) string {
	if !quotesSome(text) {
		return text // as nearly every application: nothing needs to be put together anew
	}
	lines := strings.Split(text, "\n")
	own := make([]string, 0, len(lines))
	for k, line := range lines {
		switch l := strings.TrimSpace(line); {
		case strings.HasPrefix(l, ">"):
		case !quoteBegins(l, lines[k+1:]):
			own = append(own, line)
		case strings.TrimSpace(strings.Join(own, "")) != "":
			return strings.Join(own, "\n")
		}
	}
	return strings.Join(own, "\n")
}

// quotesSome is false only for a text of which no line is a quoted one or may begin what is quoted. Every line of every
// mail passes here: only one with a mark at its end or its beginning, or a blank there that is none of ASCII, is looked at
// as a whole.
func quotesSome(text string) bool {
	dashes := strings.Contains(text, "--")
	for line := range strings.SplitSeq(text, "\n") {
		if l := strings.Trim(line, " \t\r"); l == "" || !dashes && plainBegin(l) && plainEnd(l) {
			continue
		}
		if l := strings.TrimSpace(line); strings.HasPrefix(l, ">") || hasPrefix(l, senders...) || quoteBegins(l, nil) {
			return true
		}
	}
	return false
}

// plainBegin reports that a line begins with neither >, nor 发, nor what may be a blank.
func plainBegin(l string) bool {
	switch l[0] {
	case '>', '\v', '\f', 0xc2, 0xe1, 0xe2:
		return false
	case 0xe3:
		return !strings.HasPrefix(l, "\u3000")
	}
	return !strings.HasPrefix(l, "发")
}

// plainEnd reports that a line ends with neither a colon nor what may be a blank.
func plainEnd(l string) bool {
	n := len(l)
	switch l[n-1] {
	case ':', '\v', '\f':
		return false
	}
	return (n < 2 || l[n-2] != 0xc2) && (n < 3 || l[n-3] != 0xe1 && l[n-3] != 0xe2 && l[n-3:] != "：" && l[n-3:] != "\u3000")
}

// senders are how the heading of a quoted mail begins in Outlook and Foxmail.
var senders = []string{"发件人：", "发件人:"}

// quoteBegins knows "---- 原始邮件 ----", "某人 写道：" and the heading of Outlook and Foxmail.
func quoteBegins(line string, next []string) bool {
	const wrote = "wrote:"
	switch {
	case strings.Contains(line, "--") && containsAny(strings.ToLower(line), "原始邮件", "原邮件", "original message", "original email"):
		return true
	case strings.HasSuffix(line, "写道：") || strings.HasSuffix(line, "写道:"),
		len(line) >= len(wrote) && strings.EqualFold(line[len(line)-len(wrote):], wrote):
		return true
	case hasPrefix(line, senders...):
		heading := strings.Join(next[:min(3, len(next))], "")
		return containsAny(heading, "收件人", "发送时间")
	}
	return false
}
