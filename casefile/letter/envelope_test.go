package letter

import (
	"bytes"
	"strings"
	"testing"
)

// An address is found in what people write as their contact, and nothing else is taken for one.
func TestPostalOf(t *testing.T) {
	for contact, want := range map[string]Postal{
		"示例省示例市青石路1号（210000），13800001111":                   {"210000", "示例省示例市青石路1号"},
		"示例市生态环境局办公室，电话 0000-0000000，示例市青石路 1 号（邮编 000000）": {"000000", "示例市青石路 1 号"},
		"某区青石路00号，电话 00000000":                              {"", "某区青石路00号"},
		"138****1111":                                       {},
		"13800001111":                                       {},
		"zhangsan@example.test":                             {},
		"通讯地址：某省某市某区某街道幸福小区3幢2单元501室 邮编：210000 电话：13800001111": {"210000", "某省某市某区某街道幸福小区3幢2单元501室"},
		"某县某镇某村4组，邮编２１００００":                                    {"210000", "某县某镇某村4组"},
		"江苏省某市，某区青石路1号，100000":                                 {"100000", "江苏省某市某区青石路1号"},
		"1. 某市青石路1号\n2. 13800001111":                           {"", "某市青石路1号"},
		"张三，某市青石路1号，320100199001010011":                        {"", "某市青石路1号"},
		"": {},
		"某街道办事处党政办公室，电话 0000-0000000，某街道甲路1号": {"", "某街道甲路1号"},
		"某县某镇人民政府，邮编210000":                   {"210000", "某县某镇人民政府"},
		"某市":                {},
		"邮编 210000，某市100信箱": {"210000", "某市100信箱"},
		"联系人：张三；联系电话：025-12345678；地址：某市某路2号院": {"", "某市某路2号院"},
	} {
		if got := PostalOf(contact); got != want {
			t.Errorf("%q: %+v, want %+v", contact, got, want)
		}
	}
}

func TestEnvelopes(t *testing.T) {
	all := []Envelope{
		{To: Postal{"210000", "示例省示例市青石路1号"}, From: Postal{"100000", "某区甲路2号"}, Name: "张三", Sender: "某区城乡建设局", Content: "某建依申请公〔2026〕第007号"},
		{Name: strings.Repeat("某", 60) + "公司", Sender: "某区城乡建设局"},
	}
	for _, size := range EnvelopeSizes() {
		var a, b bytes.Buffer
		code, err := ParseEnvelopeSize(strings.ToLower(size))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []*bytes.Buffer{&a, &b} {
			if err := WriteEnvelopes(w, all, code, false); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the same covers gave other bytes", size)
		}
		lines, err := Read(a.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, l := range lines {
			said = append(said, l.Text)
		}
		text := strings.Join(said, "\n")
		for _, want := range []string{"示例省示例市青石路1号", "张三　收", "某区甲路2号", "邮政编码　100000", "某建依申请公〔2026〕第007号"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", size, want, text)
			}
		}
		a.Reset()
		if err := WriteEnvelopes(&a, all, code, true); err != nil {
			t.Fatal(err)
		}
		if lines, err = Read(a.Bytes()); err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if strings.Contains(l.Text, "某区甲路2号") {
				t.Errorf("%s: the sender is printed on what has it already", size)
			}
		}
	}
	if _, err := ParseEnvelopeSize("A4"); err == nil {
		t.Error("A4 is an envelope")
	}
	if code, err := ParseEnvelopeSize("7号"); err != nil || code != "C5" {
		t.Error(code, err)
	}
}
