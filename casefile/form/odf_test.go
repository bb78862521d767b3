package form

import "testing"

// odfFile is an OpenDocument text with these styles and this content.
func odfFile(tb testing.TB, styles, content string) []byte {
	return zipped(tb, [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}, [2]string{"content.xml",
		`<o:document-content xmlns:o="o" xmlns:t="t" xmlns:b="b" xmlns:d="d" xmlns:f="f" xmlns:s="s" xmlns:l="l"><o:automatic-styles>` + styles + `</o:automatic-styles><o:body><o:text>` + content + `</o:text></o:body></o:document-content>`})
}

func TestODF(t *testing.T) {
	const hidden = `<s:style s:name="H"><s:text-properties t:display="none"/></s:style>`
	for name, tc := range map[string]struct{ styles, content, want string }{
		"blanks": {"", `<t:p>姓<t:s t:c="4"/>名：<t:span>张
  三</t:span><t:tab/>男<t:line-break/>民族</t:p>`, "姓    名：张 三  男\n民族"},
		"hidden":    {hidden, `<t:p>甲<t:span t:style-name="H">乙</t:span></t:p><t:section t:display="none"><t:p>丙</t:p></t:section><t:p t:style-name="H">丁</t:p>`, "甲"},
		"no text":   {"", `<t:tracked-changes><t:p>删</t:p></t:tracked-changes><t:p>甲<o:annotation><t:p>批注</t:p></o:annotation><t:placeholder>填写</t:placeholder><t:ruby><t:ruby-base>乙</t:ruby-base><t:ruby-text>yi</t:ruby-text></t:ruby></t:p>`, "甲乙"},
		"numbers":   {`<t:list-style s:name="L"><t:list-level-style-number t:level="1" s:num-format="1"/></t:list-style>`, `<t:list t:style-name="L"><t:list-item><t:p>甲</t:p></t:list-item><t:list-item><t:p>乙</t:p><t:p>丙</t:p></t:list-item></t:list><t:list><t:list-item><t:p>丁</t:p></t:list-item></t:list>`, "1、甲\n2、乙\n丙\n丁"},
		"boxes":     {"", `<o:forms><f:form><f:checkbox f:id="c1" f:current-state="checked"/><f:checkbox f:id="c2" f:state="checked" f:current-state="unchecked"/><f:text f:id="c3" f:current-value="张三"/></f:form></o:forms><t:p><d:control d:control="c1"/>纸面<d:control d:control="c2"/>光盘<d:control d:control="c3"/><l:content-control l:checkbox="true" l:checked="true">☒</l:content-control>邮寄<l:content-control l:showing-place-holder="true">点击</l:content-control></t:p>`, "☑纸面□光盘张三☑邮寄"},
		"merged":    {"", `<b:table><b:table-header-rows><b:table-row><b:table-cell b:number-rows-spanned="2"><t:p>甲</t:p></b:table-cell><b:table-cell b:number-columns-spanned="2"><t:p>乙</t:p><t:p>丙</t:p></b:table-cell><b:covered-table-cell/></b:table-row></b:table-header-rows><b:table-row><b:covered-table-cell/><b:table-cell b:number-columns-repeated="2"/></b:table-row></b:table>`, "[2,1 甲][1,2 乙\n丙][1,1 ][1,1 ]"},
		"covered":   {"", `<b:table><b:table-row><b:table-cell b:number-columns-spanned="2"><t:p>甲</t:p></b:table-cell><b:covered-table-cell><t:p>乙</t:p></b:covered-table-cell><b:table-cell><t:p>丙</t:p></b:table-cell></b:table-row></b:table>`, "[1,2 甲][1,1 丙]"},
		"controls":  {"", `<o:forms><f:form><f:radio f:id="r1" f:label="纸面" f:current-selected="true"/><f:listbox f:id="l1"><f:option f:label="邮寄"/><f:option f:label="自取" f:current-selected="true"/></f:listbox></f:form></o:forms><t:p><d:control d:control="r1"/><d:control d:control="l1"/><t:title>乙</t:title></t:p>`, "☑纸面自取乙"},
		"text box":  {"", `<t:p><d:frame><d:text-box><t:p>甲</t:p></d:text-box></d:frame>乙</t:p>`, "甲\n乙"},
		"one frame": {"", `<b:table><b:table-row><b:table-cell><t:p>甲</t:p><t:p>乙</t:p></b:table-cell></b:table-row></b:table>`, "甲\n乙"},
	} {
		if got := written(Read(Input{Name: "申请表.odt", Body: odfFile(t, tc.styles, tc.content)})); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
	locked := zipped(t, [2]string{"mimetype", "x"}, [2]string{"content.xml", "\x01\x02"}, [2]string{"META-INF/manifest.xml", "<encryption-data/>"})
	if d := Read(Input{Name: "a.odt", Body: locked}); d.Format != ODF || len(d.Notes) != 1 || d.Notes[0].Code != NoteEncrypted {
		t.Errorf("with a password: %s %v", d.Format, d.Notes)
	}
}

func FuzzODF(f *testing.F) {
	f.Add("<s:style/>", `<t:list><t:list-item><b:table><b:table-row><b:table-cell b:number-columns-repeated="99999"/>`)
	f.Add("", `<t:p><d:control/></t:p></o:text>`)
	f.Fuzz(func(t *testing.T, styles, content string) {
		check(t, Input{Name: "a.odt", Body: odfFile(t, styles, content)})
	})
}
