package form

import (
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile/regexp"
)

// The marks that stand for a box: empty ones and ticked ones. ○ is none, it is a nought in years.
const (
	emptyMarks  = "□☐◻▢⬜❏❑▫◽"
	tickedMarks = "☑☒■√✓✔✅🗹🗵◼☓✘✗✕▣⊠☻●"
)

func boxOf(ticked bool) string {
	if ticked {
		return "☑"
	}
	return "□"
}

func isTick(s string) bool {
	switch s {
	case "x", "X", "v", "V", "√", "✓", "✔", "*":
		return true
	}
	return false
}

var (
	bracketTick  = regexp.MustCompile(`[\[(（【]\s*[√✓✔xXvV☑]\s*[\])）】]`)
	bracketEmpty = regexp.MustCompile(`[\[(（【][\s_]*[\])）】]`)
	boxAndTick   = regexp.MustCompile(`[□☐◻▢⬜][ ]?[√✓✔]|[√✓✔][□☐◻▢⬜]`)
)

// plainBoxes writes every box as □ or ☑.
func plainBoxes(s string) string {
	s = bracketTick.ReplaceAllString(s, "☑")
	s = bracketEmpty.ReplaceAllString(s, "□")
	s = boxAndTick.ReplaceAllString(s, "☑")
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(emptyMarks, r):
			return '□'
		case strings.ContainsRune(tickedMarks, r):
			return '☑'
		}
		return r
	}, s)
}

// choice is an option with whether it is ticked.
type choice struct {
	text   string
	ticked bool
}

// choices reads the boxes of a text; none when it has no box. The mark may stand before its word or
// behind it.
func choices(text string) []choice {
	rs := []rune(plainBoxes(text))
	var marks []int
	for i, r := range rs {
		if r == '□' || r == '☑' {
			marks = append(marks, i)
		}
	}
	if len(marks) == 0 {
		return nil
	}
	var all []choice
	add := func(text []rune, mark int) {
		if t := option(string(text)); t != "" {
			all = append(all, choice{t, rs[mark] == '☑'})
		}
	}
	onlyTicks := !slices.Contains(rs, '□') // then the option is the word beside, not the whole list
	if behind(rs, marks) {
		from := 0
		for _, m := range marks {
			word := rs[from:m]
			if onlyTicks {
				word = []rune(lastWord(string(word)))
			}
			add(word, m)
			from = m + 1
		}
		return all
	}
	for k, m := range marks {
		end := len(rs)
		if k+1 < len(marks) {
			end = marks[k+1]
		}
		word := rs[m+1 : end]
		if onlyTicks {
			word = []rune(firstWord(string(word)))
		}
		add(word, m)
	}
	return all
}

// behind tells whether marks stand behind their words.
func behind(rs []rune, marks []int) bool {
	last := marks[len(marks)-1]
	if strings.TrimFunc(string(rs[:marks[0]]), filler) == "" {
		return false
	}
	if strings.TrimFunc(string(rs[last+1:]), filler) == "" {
		return true
	}
	m := marks[0]
	return m > 0 && !unicode.IsSpace(rs[m-1]) && m+1 < len(rs) && filler(rs[m+1])
}

func filler(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("、，,;；/。._:：", r)
}

func lastWord(s string) string {
	f := strings.FieldsFunc(s, filler)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}

func firstWord(s string) string {
	f := strings.FieldsFunc(s, filler)
	if len(f) == 0 {
		return ""
	}
	return f[0]
}

var optionHint = regexp.MustCompile(`[（(【\[](请|仅|需|可|限|应|注|如|必|单|多)[^）)】\]]*[）)】\]]`)

var optionNumber = regexp.MustCompile(`^[(（]?[1-9][)）.、．]\s*`)

// option trims an option of hints and of what fills the line.
func option(s string) string {
	s = optionHint.ReplaceAllString(s, "")
	s = optionNumber.ReplaceAllString(strings.Trim(strings.TrimFunc(s, filler), "_"), "")
	s = balanced(s, "）)", "（(") // of the bracket around all options
	s = balanced(s, "（(", "）)") // 法人（□商业企业
	return strings.Join(strings.Fields(strings.TrimFunc(s, filler)), "")
}

// balanced cuts a text before the brackets at its end that have none of the other kind.
func balanced(s, cut, keep string) string {
	count := func(s, brackets string) (n int) {
		for _, r := range s {
			if strings.ContainsRune(brackets, r) {
				n++
			}
		}
		return n
	}
	for over := count(s, cut) - count(s, keep); over > 0; {
		i := strings.LastIndexAny(s, cut)
		if i < 0 {
			break
		}
		over += count(s[i:], keep) - 1
		s = s[:i]
	}
	return s
}

// The options of the official form and their kin. What looks like the whole list is nobody's choice.
var mediumWords = []string{"纸面", "纸质", "电子邮件", "电子文档", "电子文件", "电子版", "光盘", "磁盘", "U盘", "书面", "复印件", "打印件"}
var deliveryWords = []string{"邮寄", "快递", "电子邮件", "传真", "自行领取", "当场阅读", "抄录", "当面领取", "网上获取", "网上查询", "现场领取", "自取", "挂号信", "EMS", "邮政特快专递", "特快专递"}

// wordsIn are the words of a list that a text has, in its order.
func wordsIn(text string, words []string) (all []string) {
	text = simple(blankless(text))
	for _, w := range words {
		if strings.Contains(text, w) && !slices.ContainsFunc(all, func(o string) bool { return strings.Contains(o, w) }) {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return strings.Index(text, a) - strings.Index(text, b) })
	return all
}

// chosen reads the value of a field that is a choice.
func chosen(field Field, text string) string {
	if all := choices(text); len(all) > 0 {
		var picked []string
		for n, i := 0, 0; i < len(all) && n <= longestChoice; i++ {
			if c := all[i]; c.ticked && !slices.Contains(picked, c.text) {
				picked = append(picked, c.text)
				n += len(c.text)
			}
		}
		return clip(strings.Join(picked, "、"), longestChoice)
	}
	s := simple(blankless(text))
	var options []string
	switch field {
	case Medium:
		options = mediumWords
	case Delivery:
		options = deliveryWords
	case Kind:
		options = []string{"公民", "法人", "其他组织", "自然人", "商业企业", "科研机构", "公益组织", "法律服务"}
	case Waiver:
		options = []string{"申请", "不申请", "是", "否"}
		if s == "是否" || strings.HasPrefix(s, "申请不") || s == "是/否" || s == "申请/不申请" || strings.HasPrefix(s, "申请。") {
			return ""
		}
	}
	n := 0
	for _, o := range options {
		if strings.Contains(s, o) {
			n++
		}
	}
	if field != Waiver && n >= 3 || field == Kind && n >= 2 && !strings.HasPrefix(s, "法人") {
		return "" // the list of a form that nobody has filled in
	}
	value := strings.TrimFunc(strings.TrimSpace(text), filler)
	if head, rest := cutDetail(value); rest != "" && slices.Contains(options, simple(blankless(head))) {
		value = head // 电子邮件（a@example.test）
	}
	return clip(value, longestChoice)
}

const longestChoice = 300

// cutDetail parts a choice from what somebody adds to it.
func cutDetail(s string) (head, detail string) {
	if i := strings.IndexAny(s, "（(，,；;。：: "); i > 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func isChoice(f Field) bool {
	switch f {
	case Kind, Medium, Delivery, Waiver, Alternative:
		return true
	}
	return false
}
