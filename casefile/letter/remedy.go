package letter

import (
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// class is how the person to whom a letter is addressed may complain of it (casefile/LAW.md#forms-and-letters).
type class uint8

const (
	noRemedy    class = iota // notices on the way, which decide nothing
	eitherWay                // 行政复议 or 行政诉讼, as the person chooses
	reviewFirst              // 行政复议 first: （三）1–7, and the withheld part of 部分公开
)

func (c class) label() string { return [...]string{"无", "复议或诉讼", "复议前置"}[c] }

// remedies are the sentences, by the day from which each is the law. The terms: 行政复议法 第二十条 60 days;
// 行政诉讼法 第四十五条 15 days after 复议, 第四十六条 6 months without it. That 复议 comes first where information
// is refused: 行政复议法 第二十三条 as revised, in force since 2024-01-01, which also wants it told; for 部分公开
// 法释〔2025〕8号 第一条.
var remedies = []struct {
	from   civil.Date
	class  class
	phrase string
}{
	{civil.MustParse("2019-05-15"), eitherWay, either},
	{civil.MustParse("2019-05-15"), reviewFirst, either}, // until 2023 the choice was free everywhere
	{civil.MustParse("2024-01-01"), reviewFirst, "如不服本告知书{{部分}}，根据《中华人民共和国行政复议法》第二十三条的规定，应当先自收到本告知书之日起60日内向{{复议机关}}申请行政复议；" +
		"对行政复议决定不服的，可以自收到行政复议决定书之日起15日内向{{法院}}提起行政诉讼。"},
}

const either = "如不服本告知书{{部分}}，可以自收到本告知书之日起60日内向{{复议机关}}申请行政复议，或者自收到本告知书之日起6个月内向{{法院}}提起行政诉讼。"

// remedy is 救济告知 of a class on a day; "" where there is none to tell.
func remedy(c class, on civil.Date, part string, o Office) string {
	phrase := ""
	for _, r := range remedies {
		if r.class == c && on >= r.from {
			phrase = r.phrase
		}
	}
	return strings.NewReplacer("{{部分}}", part, "{{复议机关}}", o.ReviewOrgan, "{{法院}}", o.Court).Replace(phrase)
}
