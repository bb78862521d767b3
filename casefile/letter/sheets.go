package letter

import (
	"fmt"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// The sheets that go round within the office, and the form that it fills in for an applicant: tables with room for
// a pen. What is known stands in them, what people have to write is left open.

const signHere = "\n　　　　　　　　　　　　年　　月　　日"

// columns are the widths of a table of two names and two contents.
var columns = []int{1700, 2722, 1700, 2722}

func (b *body) applicationForm() {
	b.paragraph("body", "")
	b.table("", columns,
		[]string{"*申请人", "{{申请人}}", "*申请人类别", "{{申请人类别}}"},
		[]string{"*证件", "{{证件}}", "*代理人", "{{代理人}}"},
		[]string{"*通信方式", "{{通信方式}}"},
		[]string{"*电子邮箱", "{{电子邮箱}}"},
		[]string{"*所需信息的内容描述", "{{申请内容}}"},
		[]string{"*载体形式", "{{载体形式}}", "*获取途径", "{{获取途径}}"},
		[]string{"*申请日期", "{{收到日期}}", "*登记编号", "{{编号}}"},
		[]string{"*申请人核对", "以上由本机关根据申请人口述代为填写，已向申请人宣读，申请人确认无误。\n申请人（签名或者按手印）：" + signHere},
		[]string{"*代填人", "（签名）：" + signHere})
	b.paragraph("small", "{{机关名称}}根据《中华人民共和国政府信息公开条例》第二十九条第一款代填。")
}

func (b *body) registrationForm() {
	b.paragraph("body", "")
	b.table("small", columns,
		[]string{"*登记编号", "{{编号}}", "*收到日期", "{{收到日期}}"},
		[]string{"*申请人", "{{申请人}}", "*申请人类别", "{{申请人类别}}"},
		[]string{"*证件", "{{证件}}", "*渠道", "{{渠道}}"},
		[]string{"*通信方式", "{{通信方式}}", "*电子邮箱", "{{电子邮箱}}"},
		[]string{"*申请内容", "{{申请内容}}"},
		[]string{"*载体形式", "{{载体形式}}", "*获取途径", "{{获取途径}}"},
		[]string{"*从严期限", "{{从严期限}}", "*法定期限", "{{法定期限}}"},
		[]string{"*承办科室", "{{承办科室}}", "*经办人", "{{经办人}}"},
		[]string{"*审查意见", "{{审查意见}}"},
		[]string{"*办理结果", "{{办理结果}}"},
		[]string{"*答复文号", "{{答复文号}}", "*答复日期", "{{答复日期}}"},
		[]string{"*送达", "{{送达}}"})
	b.paragraph("small", "")
	b.table("small", []int{1700, 1700, 5444},
		[]string{"*日期", "*事项", "*内容"},
		[]string{"{{#经过}}{{日期}}", "{{事项}}", "{{内容}}{{/经过}}"})
}

func (b *body) assignmentSheet() {
	b.paragraph("body", "")
	b.table("", columns,
		[]string{"*登记编号", "{{编号}}", "*收到日期", "{{收到日期}}"},
		[]string{"*承办科室", "{{承办科室}}", "*经办人", "{{经办人}}"},
		[]string{"*反馈期限", "{{反馈期限}}", "*答复期限", "{{#法定期限}}{{法定期限}}{{/法定期限}}{{^法定期限}}{{从严期限}}{{/法定期限}}"},
		[]string{"*申请人", "{{申请人}}"},
		[]string{"*申请内容", "{{申请内容}}"},
		[]string{"*办理要求", "{{#要求}}{{要求}}{{/要求}}{{^要求}}请提出办理意见，附有关材料和依据；涉及第三方、需要征求意见或者补正的，收到后即告知。{{/要求}}"},
		[]string{"*转办人", "（签名）：" + signHere})
	b.paragraph("slip", "回执")
	b.table("", columns,
		[]string{"*登记编号", "{{编号}}", "*承办科室", "{{承办科室}}"},
		[]string{"*签收", "（签名）：" + signHere},
		[]string{"*办理意见", "\n\n\n科室负责人（签名）：" + signHere})
}

func (b *body) approvalSheet() {
	b.paragraph("body", "")
	b.table("small", columns,
		[]string{"*登记编号", "{{编号}}", "*收到日期", "{{收到日期}}"},
		[]string{"*申请人", "{{申请人}}", "*答复期限", "{{#法定期限}}{{法定期限}}{{/法定期限}}{{^法定期限}}{{从严期限}}{{/法定期限}}"},
		[]string{"*申请内容", "{{申请内容}}"},
		[]string{"*承办科室", "{{承办科室}}", "*经办人", "{{经办人}}"},
		[]string{"*审查意见", "{{审查意见}}"},
		[]string{"*拟答复", "{{拟办结果}}"},
		[]string{"*依据", "{{拟办依据}}"},
		[]string{"*文书和附件", "{{拟办文书}}\n{{#送审附件}}{{序号}}．{{内容}}{{/送审附件}}"},
		[]string{"*拟办意见", "{{拟办意见}}\n经办人：{{送审人}}　{{送审日期}}"},
		[]string{"*保密审查", "{{保密审查}}\n审查人（签名）：" + signHere},
		[]string{"*审核", "\n科室负责人（签名）：" + signHere},
		[]string{"*签发", "{{签批}}\n负责人（签名）：" + signHere})
	b.paragraph("small", "签批后由经办人照单录入登记簿。")
}

func (b *body) closingNote() {
	b.paragraph("body", "")
	b.table("", columns,
		[]string{"*登记编号", "{{编号}}", "*归档号", "{{归档号}}"},
		[]string{"*申请人", "{{申请人}}", "*保管期限", "{{保管期限}}"},
		[]string{"*卷内文件", "{{文件数}}件", "*页数", "{{共计页数}}"},
		[]string{"*说明", "{{说明}}\n\n\n\n"},
		[]string{"*立卷人", "（签名）：" + signHere},
		[]string{"*检查人", "（签名）：" + signHere})
}

// applicant is what a form says about the applicant. The register has only the end of a number of identity.
func (b *builder) applicant(s Subject) {
	b.Text["申请人类别"], b.Text["通信方式"], b.Text["电子邮箱"] = s.Column.Label(), s.Contact, s.Email
	b.Text["载体形式"], b.Text["获取途径"] = s.Form, s.Delivery
	for _, r := range casefile.Live(s.History) {
		if e, ok := r.Event.(casefile.Registered); ok && e.IDTail != "" {
			b.Text["证件"] = strings.TrimSpace(e.IDType + " 末四位 " + e.IDTail)
		}
	}
}

// handled is who handles a case until when.
func (b *builder) handled(s Subject) {
	b.Text["承办科室"], b.Text["经办人"], b.Text["反馈期限"] = s.Department, s.Assignee, long(s.ReportBy)
	b.Text["从严期限"], b.Text["法定期限"] = long(s.Strict.Due), long(s.Legal.Due)
	for _, r := range casefile.Live(s.History) {
		if e, ok := r.Event.(casefile.Reviewed); ok {
			b.Text["审查意见"] = e.Finding
		}
	}
}

// sheets fills what is particular to the papers of the office's own.
func (b *builder) sheets() {
	s := b.Subjects[0]
	switch b.Kind {
	case casefile.LetterApplicationForm:
		b.applicant(s)
	case casefile.LetterRegistrationForm:
		b.applicant(s)
		b.handled(s)
		b.registered(s)
	case casefile.LetterAssignmentSheet:
		b.handled(s)
		b.need("承办科室", s.Department, "先转办\nysq assign --to 科室")
	case casefile.LetterUrging, casefile.LetterSupervision:
		b.handled(s)
		b.need("承办科室", s.Department, "先转办\nysq assign --to 科室")
		n := 1
		for _, l := range casefile.Letters(s.History) {
			if l.Letter == b.Kind && l.Voided == "" {
				n++
			}
		}
		b.Text["次数"] = strconv.Itoa(n)
	case casefile.LetterApprovalSheet:
		b.handled(s)
		b.submitted(s)
	case casefile.LetterOpinionConfirmed:
		b.opinion(s)
	case casefile.LetterClosingNote:
		b.kept(s)
	}
}

func (b *builder) registered(s Subject) {
	b.Text["办理结果"], b.Text["答复文号"] = strings.TrimSpace(s.Outcome.Row()+s.Outcome.Label()), s.Document
	b.Text["答复日期"], b.Text["送达"] = long(s.RepliedOn), long(s.StoppedOn)
	for _, r := range casefile.Live(s.History) {
		switch r.Event.Kind() {
		case casefile.KindRevealed, casefile.KindMailPrepared, casefile.KindMailTried, casefile.KindMailSettled:
			continue // the office's own housekeeping
		}
		b.Lists["经过"] = append(b.Lists["经过"], map[string]string{"日期": r.On.String(), "事项": r.Event.Kind().Label(), "内容": quoted(casefile.Describe(r.Event))})
	}
}

func (b *builder) submitted(s Subject) {
	b.Text["保密审查"] = casefile.ScreenedWords(s.History)
	p, ok := casefile.Proposed(s.History)
	if !ok {
		return // to be filled in by hand
	}
	if r, err := p.Reply(); err == nil {
		b.Text["拟办结果"] = r.Outcome.Row() + r.Outcome.Label()
		b.Text["拟办依据"] = casefile.BasisOf(r.Basis).String()
		if r.Grounds != "" {
			b.Text["拟办依据"] += "；理由：" + r.Grounds
		}
	}
	b.Text["拟办文书"], b.Text["拟办意见"], b.Text["送审日期"], b.Text["送审人"] = p.Letter.Label()+"（送审稿）", p.Note, long(p.On), nameOf(p.Actor)
	for i, f := range p.Annexes {
		b.Lists["送审附件"] = append(b.Lists["送审附件"], map[string]string{"序号": strconv.Itoa(i + 1), "内容": f.Name})
	}
	if p.State != casefile.AwaitsSigning {
		b.Text["签批"] = strings.TrimSpace(fmt.Sprintf("%s %s %s %s", p.Decided.On, p.By, p.State.Label(), p.Words))
	}
}

// nameOf is whom a record names, without the number of the account.
func nameOf(actor string) string {
	name, _, _ := strings.Cut(actor, "(")
	return name
}

// opinion is the last that a consulted side has given.
func (b *builder) opinion(s Subject) {
	sent := map[string]civil.Date{}
	side := map[string]casefile.Side{}
	for _, r := range casefile.Live(s.History) {
		switch e := r.Event.(type) {
		case casefile.ConsultationSent:
			sent[e.Party], side[e.Party] = r.On, e.Side
		case casefile.ConsultationAnswered:
			b.Text["征求对象"], b.Text["意见日期"], b.Text["征求日期"] = e.Party, long(r.On), long(sent[e.Party])
			b.Text["征求类型"] = side[e.Party].Label()
			b.Text["意见"] = strings.Trim(e.Opinion.Label()+"，"+quoted(b.Fill["意见内容"]), "，") // the record's note is the office's own
		}
	}
	b.need("征求对象", b.Text["征求对象"], "先记录对方的意见\nysq consulted")
	b.need("意见", b.Text["意见"], "先记录对方的意见\nysq consulted --opinion")
}

func (b *builder) kept(s Subject) {
	b.Text["保管期限"], b.Text["文件数"] = b.Office.Retention, strconv.Itoa(len(Contents(s, b.Office.Name)))
	for _, r := range casefile.Live(s.History) {
		switch e := r.Event.(type) {
		case casefile.Archived:
			b.Text["归档号"] = e.Number
		case casefile.Retained:
			b.Text["保管期限"] = e.Term()
		}
	}
}

// Addressee is whom a letter addresses that announces nothing, where that is not the applicant.
func (f Facts) Addressee() string {
	s := f.Subjects[0]
	switch f.Kind {
	case casefile.LetterUrging, casefile.LetterSupervision, casefile.LetterAssignmentSheet:
		return s.Department
	case casefile.LetterTransfer:
		return f.Fill["接收机关"]
	case casefile.LetterOpinionConfirmed:
		b := builder{Facts: f, Values: Values{Text: map[string]string{}, Lists: map[string][]map[string]string{}}}
		b.opinion(s)
		return b.Text["征求对象"]
	}
	return ""
}
