package form

import (
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// Nature is what a mail seems to be where it seems to be no application for disclosure; "" is an application, or
// nobody knows.
type Nature string

// The natures.
const (
	Correction Nature = "correction" // 更正申请 (条例 第四十一条)
	Petition   Nature = "petition"   // 信访、投诉、举报 (条例 第三十九条第一款)
	Question   Nature = "question"   // 咨询
)

var (
	corrects  = regexp.MustCompile(`(申请|请求|要求|请)[^。；\n]{0,16}(更正|改正|订正)[^。；\n]{0,30}(信息|记录|登记|档案|内容)|更正(政府)?信息(的)?申请|信息更正申请|申请更正`)
	petitions = regexp.MustCompile(`投诉|举报|信访|控告|反映(的)?问题|要求(查处|处理|赔偿|道歉)`)
	inquires  = regexp.MustCompile(`咨询|请问|想问|问一下|请教`)
	discloses = regexp.MustCompile(`(申请|请求|要求|依法|希望|请)[^。；\n]{0,12}(公开|获取|提供)|信息公开|公开申请`)
)

// natureOf reads subject and text. Whoever asks for disclosure has applied, whatever else he writes.
func natureOf(docs []Document, h Header) Nature {
	var b strings.Builder
	b.WriteString(h.Subject + "\n")
	for i := range docs {
		if docs[i].Part != MessageText {
			continue
		}
		for _, block := range docs[i].Blocks[:min(len(docs[i].Blocks), 60)] {
			if block.Line != nil && !block.Line.Quoted {
				b.WriteString(clip(block.Line.Text, 2<<10) + "\n")
			}
		}
	}
	text := simple(b.String())
	switch {
	case corrects.MatchString(text):
		return Correction
	case discloses.MatchString(text):
		return ""
	case petitions.MatchString(text):
		return Petition
	case inquires.MatchString(text):
		return Question
	}
	return ""
}
