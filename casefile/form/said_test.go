package form_test

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/form"
)

func mailsOf(mails ...[]form.Proposal) form.Mails {
	all := form.Mails{}
	for i, m := range mails {
		title := ""
		if i > 0 {
			title = "第 " + string(rune('1'+i)) + " 封来信"
		}
		all = append(all, form.Said{Form: form.Form{Proposals: m}, Title: title})
	}
	return all
}

func said(field form.Field, n int, value, place string) form.Proposal {
	return form.Proposal{Field: field, N: n, Value: value, Source: form.Source{Place: place}, Confidence: 90}
}

func TestMailsBest(t *testing.T) {
	m := mailsOf(
		[]form.Proposal{said(form.Name, 0, "张三", "第1行")},
		[]form.Proposal{said(form.Name, 0, "张三丰", "第2行"), said(form.Phone, 0, "010-1", "第3行")},
		[]form.Proposal{said(form.Phone, 0, "010-2", "第4行")})
	for _, tt := range []struct {
		field        form.Field
		value, place string
	}{
		{form.Name, "张三", "第1行"},             // the application itself governs
		{form.Phone, "010-2", "第 3 封来信 第4行"}, // else the latest
		{form.Address, "", ""},
	} {
		p, ok := m.Best(tt.field, 0)
		if p.Value != tt.value || p.Source.Place != tt.place || ok != (tt.value != "") {
			t.Errorf("%s: %+v", tt.field, p)
		}
	}
	if got := strings.Join(m.Others(form.Phone, 0, "010-2"), " "); got != "010-1" {
		t.Errorf("others: %q", got)
	}
	if all := m.Proposals(); len(all) != 4 || all[1].Source.Place != "第 2 封来信 第2行" {
		t.Errorf("proposals: %+v", all)
	}
}

func TestMailsRequest(t *testing.T) {
	for _, tt := range []struct {
		name string
		says []form.Proposal
		want string
	}{
		{"none", nil, ""},
		{"one", []form.Proposal{said(form.Request, 0, " 预算 ", "")}, "预算"},
		{"with its number", []form.Proposal{said(form.Request, 0, "批复", ""), said(form.Reference, 0, "某政发〔2026〕1号", "")}, "批复（文号：某政发〔2026〕1号）"},
		{"which it names itself", []form.Proposal{said(form.Request, 0, "某政发〔2026〕1号", ""), said(form.Reference, 0, "某政发〔2026〕1号", "")}, "某政发〔2026〕1号"},
		{"several", []form.Proposal{said(form.Request, 0, "预算", ""), said(form.Request, 1, "决算", "")}, "1. 预算\n2. 决算"},
	} {
		if got, from := mailsOf(tt.says).Request(); got != tt.want || (len(from) == 0) != (tt.want == "") {
			t.Errorf("%s: %q from %v", tt.name, got, from)
		}
	}
}

func TestMailsContact(t *testing.T) {
	header := said(form.Email, 0, "zhang@example.test", "邮件头")
	for _, tt := range []struct {
		name string
		says []form.Proposal
		want string
	}{
		{"the sender alone", []form.Proposal{header}, "zhang@example.test"},
		{"what was written is preferred to the sender", []form.Proposal{header, said(form.Phone, 0, "010-1", "")}, "010-1"},
		{"an address that was written", []form.Proposal{said(form.Email, 0, "z@example.test", "第2行"), said(form.Phone, 0, "010-1", "")}, "010-1，z@example.test"},
		{"with a postcode", []form.Proposal{said(form.Address, 0, "某路1号", ""), said(form.Postcode, 0, "100000", "")}, "某路1号（100000）"},
		{"which the address has", []form.Proposal{said(form.Address, 0, "某路1号 100000", ""), said(form.Postcode, 0, "100000", "")}, "某路1号 100000"},
	} {
		if got, _ := mailsOf(tt.says).Contact(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMailsMissing(t *testing.T) {
	lacks := func(fields ...form.Field) form.Said {
		var s form.Said
		for _, f := range fields {
			s.Form.Missing = append(s.Form.Missing, form.Missing{Field: f})
		}
		return s
	}
	for _, tt := range []struct {
		name  string
		mails form.Mails
		want  int
	}{
		{"one mail", form.Mails{lacks(form.IDNumber, form.Phone)}, 2},
		{"a later one says one of them", form.Mails{lacks(form.IDNumber, form.Phone), lacks(form.Phone, form.Name)}, 1},
		{"a later one lacks the same", form.Mails{lacks(form.Phone), lacks(form.Phone)}, 1},
		{"one of two later ones says it", form.Mails{lacks(form.Phone), lacks(form.Phone), lacks()}, 0},
	} {
		if got := tt.mails.Missing(); len(got) != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestSourceInWords(t *testing.T) {
	for want, s := range map[string]form.Source{
		"正文 第2行":        {Place: "第2行"},
		"申请表.docx 表1":   {Name: "申请表.docx", Place: "表1"},
		"邮件头“发件人”":      {Place: "邮件头", Label: "发件人"},
		"第 2 封来信 邮件头":   {Place: "第 2 封来信 邮件头"},
		"申请表.docx“联系人”": {Name: "申请表.docx", Label: "联系人"},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
