package scan

import (
	"strings"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/regexp"
)

// Kind is what a page seems to be.
type Kind uint8

// The kinds. Only a Letter is transcribed: what may be an identity card is not, nor what shows no sign of being an
// application, since a card that was photographed badly shows none either.
const (
	Unclear Kind = iota
	Letter
	Card
)

var (
	cardFront = []string{"公民身份号码", "民族", "出生", "性别", "住址", "姓名"}
	cardBack  = []string{"居民身份证", "签发机关", "有效期限"}
	asking    = []string{"申请", "公开", "信息", "获取", "联系电话", "用途", "载体", "邮寄", "此致"}

	cardNumber = regexp.MustCompile(`[0-9]{17}[0-9Xx]`)
	cardName   = regexp.MustCompile(`姓名[:：]?(\p{Han}{2,4}?)性别`)
)

// KindOf tells what a page is by its words, without blanks.
func KindOf(text string) Kind {
	count := func(words []string) (n int) {
		for _, w := range words {
			if strings.Contains(text, w) {
				n++
			}
		}
		return n
	}
	front, back, letter := count(cardFront), count(cardBack), count(asking)
	number := strings.Contains(text, cardFront[0])
	switch {
	case back >= 2, number && front >= 4, number && front >= 3 && letter < 4, letter < 2 && front >= 3:
		return Card
	case letter >= 2:
		return Letter
	}
	return Unclear
}

// Identity takes name and number off a card. A number counts only when its check digit fits.
func Identity(text string) (name, number string) {
	for _, n := range cardNumber.FindAllString(text, 8) {
		if n = strings.ToUpper(n); form.CheckID(n) == "" {
			number = n
			break
		}
	}
	if m := cardName.FindStringSubmatch(text); m != nil {
		name = m[1]
	}
	return name, number
}

// Text is what words say, without blanks.
func Text(words []Word) string { return text(words) }
