package worker

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/form"
)

const ofdNS = ` xmlns:ofd="http://www.ofdspec.org/2016"`

// ofdFile is an OFD of one page with a template and annotations.
func ofdFile(t *testing.T, template, content, annotations string) []byte {
	t.Helper()
	return []byte(archive(t,
		"OFD.xml", `<ofd:OFD`+ofdNS+`><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`,
		"Doc_0/Document.xml", `<ofd:Document`+ofdNS+`><ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpls/T.xml"/></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/P/Content.xml"/></ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>`,
		"Doc_0/Tpls/T.xml", `<ofd:Page`+ofdNS+`><ofd:Content><ofd:Layer>`+template+`</ofd:Layer></ofd:Content></ofd:Page>`,
		"Doc_0/Pages/P/Content.xml", `<ofd:Page`+ofdNS+`><ofd:Template TemplateID="9"/><ofd:Content><ofd:Layer>`+content+`</ofd:Layer></ofd:Content></ofd:Page>`,
		"Doc_0/Annots/Annotations.xml", `<ofd:Annotations`+ofdNS+`><ofd:Page PageID="1"><ofd:FileLoc>A.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>`,
		"Doc_0/Annots/A.xml", `<ofd:PageAnnot`+ofdNS+`><ofd:Annot>`+annotations+`</ofd:Annot></ofd:PageAnnot>`))
}

func ofdWords(x, y float64, more, deltas, text string) string {
	return fmt.Sprintf(`<ofd:TextObject Boundary="%g %g 100 6" Size="4" %s><ofd:TextCode X="0" Y="4" %s>%s</ofd:TextCode></ofd:TextObject>`, x, y, more, deltas, text)
}

func ofdLine(x0, y0, x1, y1 float64) string {
	return fmt.Sprintf(`<ofd:PathObject Boundary="%g %g 200 200"><ofd:AbbreviatedData>M 0 0 L %g %g</ofd:AbbreviatedData></ofd:PathObject>`, x0, y0, x1-x0, y1-y0)
}

func TestOFD(t *testing.T) {
	var template strings.Builder
	template.WriteString(ofdWords(20, 20, "", `DeltaX="g 2 4"`, "姓名：") + ofdWords(20, 30, "", "", "证件号码：") + ofdWords(20, 50, `CTM="0.5 0 0 0.5 0 0"`, `DeltaX="8 8 8"`, "联系电话"))
	for _, y := range []float64{80, 90, 100} {
		template.WriteString(ofdLine(20, y, 140, y))
	}
	for _, x := range []float64{20, 60, 140} {
		template.WriteString(ofdLine(x, 80, x, 100))
	}
	content := ofdWords(40, 20, "", `DeltaX="4"`, "张三") + ofdWords(60, 30, "", `DeltaX="g 17 2"`, "110101197808081237") +
		`<ofd:PageBlock>` + ofdWords(50, 50, "", `DeltaX="g 40 2"`, "：13900001111") + `</ofd:PageBlock>` +
		ofdWords(22, 82, "", "", "所需信息内容") + ofdWords(62, 82, "", `DeltaX="g 30 4"`, "甲路工程验收报告") + ofdWords(22, 92, "", "", "获取方式")
	notes := `<ofd:Appearance Boundary="62 92 40 6">` + ofdWords(0, 0, "", "", "邮寄") + `</ofd:Appearance>`
	r, err := testReader(t).read(t.Context(), form.Input{Name: "申请表.ofd", Body: ofdFile(t, template.String(), content, notes)})
	if err != nil || r.State != Read {
		t.Fatalf("%s %s %v %v", r.State, r.Note, r.Document.Notes, err)
	}
	f := form.Propose([]form.Document{r.Document}, form.Header{})
	for field, want := range map[form.Field]string{form.Name: "张三", form.IDNumber: "110101197808081237", form.Phone: "13900001111", form.Request: "甲路工程验收报告", form.Delivery: "邮寄"} {
		if p, _ := f.Best(field, 0); p.Value != want {
			t.Errorf("%s: got %q, want %q (%s)", field, p.Value, want, blockText(r.Document.Blocks))
		}
	}
}

func TestHostileOFD(t *testing.T) {
	for name, tc := range map[string]struct {
		body []byte
		want State
	}{
		"only the beginning":  {[]byte(archive(t, "OFD.xml", `<ofd:OFD`+ofdNS+`/>`)), Damaged},
		"a way out":           {[]byte(archive(t, "OFD.xml", `<ofd:OFD`+ofdNS+`><ofd:DocBody><ofd:DocRoot>../../etc/passwd</ofd:DocRoot></ofd:DocBody></ofd:OFD>`)), Damaged},
		"itself":              {[]byte(archive(t, "OFD.xml", `<ofd:OFD`+ofdNS+`><ofd:DocBody><ofd:DocRoot>OFD.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`)), Damaged},
		"blocks without end":  {ofdFile(t, "", strings.Repeat("<ofd:PageBlock>", 5000)+strings.Repeat("</ofd:PageBlock>", 5000), ""), Empty},
		"deltas without end":  {ofdFile(t, "", ofdWords(0, 0, "", `DeltaX="g 2000000000 1 g -5 x"`, "张三"), ""), Read},
		"places out of reach": {ofdFile(t, "", ofdWords(1e308, 0, `CTM="1e308 1e308 NaN Inf 1 1"`, `DeltaX="1e308"`, "张三"), ""), Damaged},
		"a picture":           {ofdFile(t, "", `<ofd:ImageObject ResourceID="1"/>`, ""), Scan},
		"nothing":             {ofdFile(t, "", "", ""), Empty},
		"a drawing":           {ofdFile(t, "", `<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>`+strings.Repeat("L 1 1 C ", 100_000)+`</ofd:AbbreviatedData></ofd:PathObject>`, ""), Empty},
	} {
		r, err := testReader(t).read(t.Context(), form.Input{Name: "a.ofd", Body: tc.body})
		if err != nil || r.State != tc.want {
			t.Errorf("%s: %s %s %v (%s) %v, want %s", name, r.State, r.Note, r.Document.Notes, r.Complaint, err, tc.want)
		}
	}
}
