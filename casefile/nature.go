package casefile

import (
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// Nature is what a mail seems to be where it seems to be no application for disclosure; the zero value is an
// application, or nobody knows. It proposes: a person registers the mail as what it is, or dismisses it.
type Nature uint8

const (
	NatureUnknown    Nature = iota
	NatureCorrection        // 更正申请 (条例第四十一条)
	NaturePetition          // 信访、投诉、举报 (条例第三十九条第一款)
	NatureQuestion          // 咨询
)

var natures = codes{{}, {"correction", "更正申请"}, {"petition", "投诉举报"}, {"question", "咨询"}}

func (n Nature) String() string               { return natures.code(uint8(n)) }
func (n Nature) Label() string                { return natures.label(uint8(n)) }
func (n Nature) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
func (n *Nature) UnmarshalText(b []byte) (err error) {
	*n, err = parsed[Nature](natures, "来件性质", string(b))
	return err
}

// As is what a mail of that nature is registered as.
func (n Nature) As() RequestKind {
	switch n {
	case NatureCorrection:
		return CorrectionOfRecord
	case NaturePetition, NatureQuestion:
		return OtherRequest
	}
	return Application
}

var (
	correcting = [...]string{"更正", "改正", "订正"}
	petitions  = [...]string{"投诉", "举报", "信访", "控告", "反映问题", "反映的问题", "要求查处", "要求处理", "要求赔偿", "要求道歉"}
	inquiries  = [...]string{"咨询", "请问", "想问", "问一下", "请教"}

	corrects  = regexp.MustCompile(`(申请|请求|要求|请)[^。；\n]{0,16}(更正|改正|订正)[^。；\n]{0,30}(信息|记录|登记|档案|内容)|更正(政府)?信息(的)?申请|信息更正申请|申请更正`)
	discloses = regexp.MustCompile(`(申请|请求|要求|依法|希望|请)[^。；\n]{0,12}(公开|获取|提供)|信息公开|公开申请`)
)

// NatureOf reads the subject and the text of a mail. Whoever asks for disclosure has applied, whatever else he
// writes. The expressions run only where one of the plain words is there: intake asks this of every mail.
func NatureOf(text string) Nature {
	if holdsOne(text, correcting[:]) && corrects.MatchString(text) {
		return NatureCorrection
	}
	nature := NatureUnknown
	switch {
	case holdsOne(text, petitions[:]):
		nature = NaturePetition
	case holdsOne(text, inquiries[:]):
		nature = NatureQuestion
	}
	if nature != NatureUnknown && discloses.MatchString(text) {
		return NatureUnknown
	}
	return nature
}

func holdsOne(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
