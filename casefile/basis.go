package casefile

import (
	"fmt"
	"slices"
	"strings"
)

// Basis is what a reply rests on: a code of the register, the article, and what it is for in a few words.
type Basis struct {
	Code    string
	Article string // 第三十六条第（二）项; empty where no article says it
	Label   string // 可以公开，提供信息
}

// bases are all bases of replies (casefile/LAW.md#replies).
var bases = []Basis{
	{"36-1", "第三十六条第（一）项", "已主动公开，告知获取方式"},
	{"36-2-provide", "第三十六条第（二）项", "可以公开，提供信息"},
	{"36-2-inform", "第三十六条第（二）项", "可以公开，告知获取方式和时间"},
	{"37", "第三十七条", "区分处理"},
	{"14-secret", "第十四条", "国家秘密"},
	{"14-law", "第十四条", "法律、行政法规禁止公开"},
	{"14-stability", "第十四条", "危及三安全一稳定"},
	{"15", "第十五条", "第三方合法权益"},
	{"16-internal", "第十六条第一款", "内部事务信息"},
	{"16-process", "第十六条第二款", "过程性信息"},
	{"16-file", "第十六条第二款", "行政执法案卷信息"},
	{"36-7", "第三十六条第（七）项", "行政查询事项"},
	{"36-4", "第三十六条第（四）项", "信息不存在"},
	{"36-5", "第三十六条第（五）项", "不属于本机关负责公开"},
	{"38", "第三十八条", "需要加工、分析"},
	{"30", "第三十条", "补正后内容仍不明确"},
	{"39-1", "第三十九条第一款", "信访、投诉、举报"},
	{"36-6", "第三十六条第（六）项", "重复申请"},
	{"39-2", "第三十九条第二款", "公开出版物"},
	{"35", "第三十五条", "申请理由不合理"},
	{"reissue", "", "要求确认或者重新出具"},
	{"lapse-30", "第三十条", "逾期不补正"},
	{"lapse-fee", "第四十二条", "逾期不缴费"},
	{"withdrawn", "", "申请人撤回"},
	{"terminated", "", "终止办理"},
	{"not-government-information", "第二条", "不是政府信息"},
	{BasisHandled, "", "已办结"},
}

// BasisHandled is the basis of the answer to what is registered as no application for disclosure, and of no other: 更正,
// 咨询, 投诉. No row of 表三 counts it.
const BasisHandled = "handled"

// BasisOf returns a basis by its code; for an unknown one only the code.
func BasisOf(code string) Basis {
	if i := slices.IndexFunc(bases, func(b Basis) bool { return b.Code == code }); i >= 0 {
		return bases[i]
	}
	return Basis{Code: code}
}

// basesOf are several as people read them.
func basesOf(codes []string) string {
	var all []string
	for _, code := range codes {
		all = append(all, BasisOf(code).String())
	}
	return strings.Join(all, "、")
}

// String is how people read it: 条例第三十六条第（二）项（可以公开，提供信息）.
func (b Basis) String() string {
	switch {
	case b.Article == "" && b.Label == "":
		return b.Code
	case b.Article == "":
		return b.Label
	}
	return "条例" + b.Article + "（" + b.Label + "）"
}

// ParseBasis reads what a reply of an outcome rests on, as people write it: 第三十六条第二项, 36（二）, 36-2, a
// word such as 提供, or the code. Of what fits several bases of the outcome, the error names them.
func (o Outcome) ParseBasis(s string) (string, error) {
	return chooseBasis(s, o.Bases(), "“"+o.Label()+"”")
}

// ParseWithheld reads on what a withheld part of 部分公开 rests, as ParseBasis does.
func ParseWithheld(s string) (string, error) {
	return chooseBasis(s, WithheldBases(), "不予公开的部分")
}

// WithheldBases are those on which the withheld part of 部分公开 may rest (casefile/LAW.md#replies).
func WithheldBases() []string {
	return []string{"14-secret", "14-law", "14-stability", "15", "16-internal", "16-process", "16-file", "36-4", "36-7", "38", "not-government-information"}
}

func chooseBasis(s string, among []string, whose string) (string, error) {
	s = strings.TrimSpace(s)
	if slices.Contains(among, s) {
		return s, nil
	}
	fits := func(match func(Basis) bool) (all []string) {
		for _, code := range among {
			if match(BasisOf(code)) {
				all = append(all, code)
			}
		}
		return all
	}
	word := bare(s)
	want, isArticle := articleOf(s)
	label := "" // behind an article: 36-2 提供, 第三十条（逾期不补正）
	for i := range s[:min(len(s), 200)] {
		if of, ok := articleOf(s[:i]); ok && !isArticle && of.article >= 10 {
			want, label = of, bare(s[i:])
		}
	}
	isArticle = isArticle || label != ""
	var found []string
	if isArticle {
		found = fits(func(b Basis) bool {
			is, ok := articleOf(b.Article)
			return ok && is.article == want.article && (want.part == 0 || is.part == want.part) && strings.Contains(bare(b.Label), label)
		})
	} else if word != "" {
		found = fits(func(b Basis) bool { return bare(b.Label) == word })
		if len(found) == 0 {
			found = fits(func(b Basis) bool { return strings.Contains(bare(b.Label), word) })
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("%s的依据不能是 %q；可写：%s", whose, s, BasisWords(among))
	}
	return "", fmt.Errorf("%q 可指几种依据，请写明其一：%s", s, BasisWords(found))
}

// BasisWords lists bases as somebody may write them.
func BasisWords(codes []string) string {
	var all []string
	for _, c := range codes {
		b := BasisOf(c)
		switch {
		case b.Article == "":
			all = append(all, b.Label)
		case slices.ContainsFunc(codes, func(other string) bool { return other != c && BasisOf(other).Article == b.Article }):
			all = append(all, b.Label+"（"+b.Article+"）")
		default:
			all = append(all, b.Article+"（"+b.Label+"）")
		}
	}
	return strings.Join(all, "、")
}

// Cites reports whether a text names the very article of a basis, by which others may stand, too.
func Cites(s, code string) bool {
	said, ok := articleOf(s)
	is, known := articleOf(BasisOf(code).Article)
	return ok && known && said == is
}

// provision is a place in the 条例: an article and of it a 款 or 项; part 0 is the whole article.
type provision struct{ article, part int }

// articleOf reads a citation: 第三十六条第（二）项, 36（二）, 36-2, 条例第36条第2项. Of 第一款第二项 the item counts.
func articleOf(s string) (p provision, ok bool) {
	if i := strings.Index(s, "》"); i >= 0 {
		s = s[i:]
	}
	var numbers []int
	rest := []rune(narrow(strings.ReplaceAll(s, "条例", "")))
	for i := 0; i < len(rest); {
		n, size := leadingNumber(rest[i:])
		switch {
		case size > 0:
			numbers = append(numbers, n)
			i += size
		case strings.ContainsRune("》第条款项之()-–—.、,的 ", rest[i]):
			i++
		default:
			return p, false
		}
	}
	if len(numbers) == 0 || len(numbers) > 3 || numbers[0] < 1 || numbers[0] > 56 {
		return p, false
	}
	p.article = numbers[0]
	if len(numbers) > 1 {
		p.part = numbers[len(numbers)-1]
	}
	return p, true
}

// narrow makes full-width signs and digits narrow.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		case r == '〔', r == '【', r == '[':
			return '('
		case r == '〕', r == '】', r == ']':
			return ')'
		}
		return r
	}, s)
}

const hanDigits = "零一二三四五六七八九"

// leadingNumber reads a number below a hundred at the beginning of a text, in digits or in Chinese, and how many
// characters it has; none: 0.
func leadingNumber(s []rune) (n, size int) {
	for size < len(s) && s[size] >= '0' && s[size] <= '9' && size < 4 {
		n = n*10 + int(s[size]-'0')
		size++
	}
	if size > 0 {
		return n, size
	}
	if len(s) > 0 && s[0] >= '①' && s[0] <= '⑩' {
		return int(s[0]-'①') + 1, 1
	}
	digit := func(r rune) int {
		for i, h := range []rune(hanDigits) {
			if r == h {
				return i
			}
		}
		return -1
	}
	tens := -1
	for size < len(s) {
		d := digit(s[size])
		switch {
		case s[size] == '十' && tens < 0:
			tens = max(n, 1)
			n = 0
		case d >= 0 && n == 0 && (size == 0 || tens >= 0):
			n = d
		default:
			if tens > 0 {
				n += 10 * tens
			}
			return n, size
		}
		size++
	}
	if tens > 0 {
		n += 10 * tens
	}
	return n, size
}

// bare is a word without signs, by which words are compared.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" 　“”\"'‘’（）()、，,。．.；;：:-—–·《》〔〕[]【】", r) {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}
