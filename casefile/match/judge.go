package match

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

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
	there := present(text, inText)
	if !slices.Contains(there, true) {
		if s := simple(text); s != text {
			text, there = s, present(s, inText)
		}
	}
	if k := slices.Index(there[:len(textWords)], true); k >= 0 {
		add(25, "正文有“"+textWords[k]+"”")
	}
	if k := slices.Index(there[len(textWords):], true); k >= 0 {
		add(15, "正文提出申请（“"+requestWords[k]+"”）")
	}
	squeezed := text
	for _, blank := range [...]string{" ", "\t", "\u3000"} {
		squeezed = strings.ReplaceAll(squeezed, blank, "")
	}
	labels := 0
	for _, there := range present(squeezed, formLabels) {
		if there {
			labels++
		}
	}
	if labels >= 2 {
		add(min(40, 10*labels), fmt.Sprintf("正文有申请表的 %d 个栏目", labels))
	}
	for _, p := range m.Parts {
		if word := firstOf(p.Name, fileWords); p.Attachment && word != "" {
			add(40, "附件名有“"+word+"”")
			break
		}
	}
}

var (
	subjectWords = []string{"政府信息公开", "依申请公开", "信息公开申请", "申请信息公开", "申请公开", "公开申请", "信息公开"}
	textWords    = []string{"申请公开", "政府信息公开", "依申请公开", "信息公开申请", "公开以下信息", "信息公开条例"}
	requestWords = []string{"现申请公开", "特申请公开", "特此申请公开", "依法申请公开", "向贵单位申请公开", "向贵局申请公开", "向你单位申请公开", "申请公开贵", "请求公开", "申请获取"}
	inText       = slices.Concat(textWords, requestWords)
	formLabels   = []string{"申请人", "姓名", "身份证", "证件号码", "联系电话", "通信地址", "通讯地址", "联系地址", "邮政编码", "所需信息", "所需的政府信息", "获取信息的方式", "提供方式", "载体形式", "信息用途", "特征描述", "特征性描述", "申请时间"}
	fileWords    = []string{"申请表", "信息公开", "申请公开", "公开申请", "申请书"}
)

// present says which of the words, at most 32, a text holds; each begins with a character of three bytes.
// It goes over the text once: to look for one word after the other was a fifth of all that intake does,
// because the byte with which one Chinese character begins begins thousands. What was found is no longer
// looked for, as in a form that is filled in the same labels come again and again.
func present(text string, words []string) []bool {
	there := make([]bool, len(words))
	var begin [64][64]uint32 // which words, as bits, by their first character's other two bytes
	for k, w := range words {
		begin[w[1]&63][w[2]&63] |= 1 << k
	}
	for i := 0; i+2 < len(text); i++ {
		if text[i]&0xf0 != 0xe0 {
			continue
		}
		candidates := &begin[text[i+1]&63][text[i+2]&63]
		if *candidates == 0 {
			if text[i+1]&0xc0 == 0x80 && text[i+2]&0xc0 == 0x80 {
				i += 2 // no character begins within another
			}
			continue
		}
		for left := *candidates; left != 0; left &= left - 1 {
			k := bits.TrailingZeros32(left)
			if strings.HasPrefix(text[i:], words[k]) {
				there[k] = true
				*candidates &^= 1 << k
			}
		}
	}
	return there
}

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
		lower := strings.ToLower(rest)
		cut := ""
		for _, p := range [...]string{"回复", "答复", "re", "转发", "转寄", "fw", "fwd"} {
			for _, colon := range [...]string{":", "："} {
				if strings.HasPrefix(lower, p+colon) {
					cut = p + colon
				}
			}
		}
		if cut == "" {
			break
		}
		answer = answer || !hasPrefix(cut, "转", "fw")
		rest = strings.TrimSpace(rest[len(cut):])
	}
	return rest, answer
}

// ownWords ends a text where the quoted mail begins, at the marks that mailers in use here write. Of
// a mail that says nothing else, and of one passed on, all is its own.
func ownWords(text string) string {
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

// quoteBegins knows "---- 原始邮件 ----", "某人 写道：" and the heading of Outlook and Foxmail.
func quoteBegins(line string, next []string) bool {
	const wrote = "wrote:"
	switch {
	case strings.Contains(line, "--") && containsAny(strings.ToLower(line), "原始邮件", "原邮件", "original message", "original email"):
		return true
	case strings.HasSuffix(line, "写道：") || strings.HasSuffix(line, "写道:"),
		len(line) >= len(wrote) && strings.EqualFold(line[len(line)-len(wrote):], wrote):
		return true
	case hasPrefix(line, "发件人：", "发件人:"):
		heading := strings.Join(next[:min(3, len(next))], "")
		return containsAny(heading, "收件人", "发送时间")
	}
	return false
}
