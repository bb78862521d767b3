package form

import (
	"fmt"
	"strings"

	"golang.org/x/text/width"
)

// Propose gathers what documents and the header of one mail say about an application.
func Propose(docs []Document, h Header) Form {
	var f Form
	for _, d := range docs {
		for _, n := range d.Notes {
			f.Notes = append(f.Notes, PartNote{d.Part, d.Name, n})
		}
		for i, b := range d.Blocks {
			if b.Line == nil || b.Line.Quoted {
				continue
			}
			label, value, ok := strings.Cut(width.Fold.String(b.Line.Text), ":")
			if field := simple[strings.Join(strings.Fields(label), "")]; ok && field != "" && strings.TrimSpace(value) != "" {
				f.Proposals = append(f.Proposals, Proposal{Field: field, Value: strings.TrimSpace(value), Confidence: 90,
					Source: Source{Part: d.Part, Name: d.Name, Label: label, Place: fmt.Sprintf("第%d行", i+1)}})
			}
		}
	}
	if h.From.Mail != "" {
		f.Proposals = append(f.Proposals, Proposal{Field: Email, Value: h.From.Mail, Confidence: 50, Source: Source{Part: MessageText, Place: "发件人"}})
	}
	return f
}

var simple = map[string]Field{"姓名": Name, "申请人": Name, "联系电话": Phone, "联系地址": Address, "身份证号码": IDNumber, "所需信息的内容描述": Request}
