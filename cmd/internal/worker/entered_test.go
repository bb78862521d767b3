package worker

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/form"
)

func field(value string) string {
	return "/Subtype /Widget /FT /Tx /T (f" + fmt.Sprintf("%x", value) + ") /V " + pdfString(value)
}

func tickBox(name string, on bool) string {
	state := "Off"
	if on {
		state = "Yes"
	}
	return "/Subtype /Widget /FT /Btn /T (" + name + ") /V /" + state + " /AS /" + state + " /AP << /N << /Yes << /Length 0 >> /Off << /Length 0 >> >> >>"
}

// What was typed into the fields of a PDF is read with the labels that are printed beside or above them, in
// a table and without one; so is what was written over the page.
func TestFilledFields(t *testing.T) {
	free := new(pdfPage).text(60, 760, "姓名：").annot(200, 755, 500, 775, field("张三")).
		text(60, 720, "证件号码").annot(200, 715, 500, 735, field("110101197808081237")).
		text(60, 680, "所需信息的内容描述").annot(60, 600, 500, 670, field("甲路工程验收报告\n及其全部附件")).
		text(60, 560, "获取信息的方式").annot(200, 555, 500, 575, field("邮寄")).
		text(60, 520, "公民").annot(40, 518, 54, 532, tickBox("c1", true)).text(200, 520, "法人或其他组织").annot(180, 518, 194, 532, tickBox("c2", false)).
		annot(200, 475, 500, 495, "/Subtype /FreeText /DA (/F1 12 Tf) /Contents "+pdfString("13900001111")).text(60, 480, "联系电话：")
	ruled := new(pdfPage).text(70, 750, "姓名").annot(205, 745, 395, 770, field("李四")).text(70, 720, "通信地址").annot(205, 715, 395, 740, field("某市甲路1号某小区某栋某单元某室，靠近乙路的那一侧"))
	for _, y := range []float64{775, 742, 710} {
		ruled.rule(60, y, 400, y)
	}
	for _, x := range []float64{60, 200, 400} {
		ruled.rule(x, 710, x, 775)
	}
	r := readHere(t, writePDF("", free, ruled))
	if r.State != Read {
		t.Fatalf("%s %v", r.State, r.Document.Notes)
	}
	f := form.Propose([]form.Document{r.Document}, form.Header{})
	for field, want := range map[form.Field]string{
		form.Name: "张三", form.IDNumber: "110101197808081237", form.Request: "甲路工程验收报告\n及其全部附件", form.Delivery: "邮寄", form.Phone: "13900001111", form.Kind: form.Citizen,
	} {
		if p, _ := f.Best(field, 0); p.Value != want {
			t.Errorf("%s: got %q, want %q", field, p.Value, want)
		}
	}
	if p, _ := f.Best(form.Name, 1); p.Value != "李四" {
		t.Errorf("the table's name: %+v", f.Proposals)
	}
	if p, _ := f.Best(form.Address, 1); !strings.HasPrefix(p.Value, "某市甲路1号某小区") || !strings.HasSuffix(p.Value, "那一侧") {
		t.Errorf("the table's address: %q", p.Value)
	}
}

func TestHostileFields(t *testing.T) {
	many := new(pdfPage).text(60, 760, "姓名：")
	for i := range maxAnnotations + 200 {
		many.annot(float64(i%500), 1, float64(i%500)+1, 2, field(fmt.Sprint(i)))
	}
	long := new(pdfPage).text(60, 760, "姓名：").annot(60, 700, 61, 701, field(strings.Repeat("长", maxEntered+2_000)))
	odd := new(pdfPage).text(60, 760, "姓名：").annot(1e30, -1e30, -1e30, 1e30, field("x")).annot(0, 0, 0, 0, "/Subtype /Widget /FT /Tx /Parent 1 0 R").annot(0, 0, 9, 9, "/Subtype /Widget /FT /Ch /V [1 2 3] /Opt 5")
	cache := prepared(t)
	for name, page := range map[string]*pdfPage{"many": many, "long": long, "odd": odd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := readPDF(t, cache, writePDF("", page)); r.State != Read {
				t.Errorf("%s %s", r.State, r.Note)
			}
		})
	}
}
