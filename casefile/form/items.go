package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

var itemMark = regexp.MustCompile(`(?:^|\n|[：:。；;，,]\s*)[ \t]*(?:第?([0-9]{1,2}|[一二三四五六七八九十]{1,3})[、．.]|[（(]([0-9]{1,2}|[一二三四五六七八九十]{1,3})[）)][、．.]?|([0-9]{1,2})[）)]|([①②③④⑤⑥⑦⑧⑨⑩]))[ \t]*`)

// items parts a description that numbers what it asks for: 1、…；2、…. Anything else is one item. What
// stands before the first number is kept with each where it says something of its own.
func items(s string) []string {
	var parts []string
	var starts [][2]int // where a mark begins and ends
	want := 1
	for _, m := range itemMark.FindAllStringSubmatchIndex(s, 200) {
		n := 0
		for g := 1; g <= 4; g++ {
			if m[2*g] >= 0 {
				n = itemNumber(s[m[2*g]:m[2*g+1]])
			}
		}
		if n != want || decimal(s, m[0], m[1]) {
			continue
		}
		begin := m[0]
		for begin < m[1] && strings.ContainsRune("\n ：:。；;，,\t", firstRune(s[begin:])) {
			begin += utf8.RuneLen(firstRune(s[begin:]))
		}
		starts = append(starts, [2]int{begin, m[1]})
		want++
	}
	if len(starts) < 2 {
		return []string{s}
	}
	intro := strings.TrimSpace(s[:starts[0][0]])
	for i, at := range starts {
		end := len(s)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		p := strings.TrimRight(strings.TrimSpace(s[at[1]:end]), "；;，,。 \n")
		if utf8.RuneCountInString(p) < 4 {
			return []string{s}
		}
		parts = append(parts, p)
	}
	if said := saying(intro); said != "" {
		for i := range parts {
			parts[i] = said + "：" + parts[i]
		}
	}
	return parts
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// decimal reports whether a number goes on behind the mark that stands from from to at: 2.5. At the
// beginning of a line a year may stand there: 2.2025年度决算.
func decimal(s string, from, at int) bool {
	if at >= len(s) || s[at-1] != '.' || !isDigit(s[at]) {
		return false
	}
	n := 0
	for at+n < len(s) && isDigit(s[at+n]) {
		n++
	}
	return n != 4 || from > 0 && !strings.Contains(s[from:at], "\n")
}

func itemNumber(s string) int {
	r := []rune(s)[0]
	switch {
	case r >= '①' && r <= '⑩':
		return int(r-'①') + 1
	case r < 0x80:
		return number(s)
	}
	return hanNumber(s)
}

var introWords = regexp.MustCompile(`本人|我们?|现|特|兹|依法|根据|申请人?|请求?|要求|贵[局委办府厅院镇街]?|你[局委办府]|向|公开|提供|获取|以下|下列|如下|相关|有关|政府|信息|内容|文件|材料|事项|资料|为|的|是|具体|共?[两二三四五六七八九0-9]+[项份个件]|书面|所需|描述|名称|及`)

// saying is an introduction without the words that every request has; "" when nothing is left.
func saying(intro string) string {
	intro = strings.Trim(intro, " ：:，,。；;\n")
	left := strings.Trim(introWords.ReplaceAllString(intro, ""), " ：:，,。；;、（）()\n")
	if utf8.RuneCountInString(left) < 4 {
		return ""
	}
	return joinLines(intro)
}
