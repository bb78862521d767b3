package letter_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/casefile/ooxml"
)

// docx makes a document of a body in WordprocessingML.
func docx(t testing.TB, body string) []byte {
	t.Helper()
	return parts(t, "word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body+`</w:body></w:document>`)
}

func parts(t testing.TB, namesAndTexts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := ooxml.NewWriter(&b)
	for i := 0; i < len(namesAndTexts); i += 2 {
		if err := z.AddText(namesAndTexts[i], namesAndTexts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// p is a paragraph of runs.
func p(runs ...string) string {
	var b strings.Builder
	b.WriteString("<w:p>")
	for i, r := range runs {
		bold := ""
		if i%2 == 1 {
			bold = "<w:rPr><w:b/></w:rPr>"
		}
		b.WriteString("<w:r>" + bold + `<w:t xml:space="preserve">` + ooxml.Escape(r) + "</w:t></w:r>")
	}
	return b.String() + "</w:p>"
}

var values = letter.Values{
	Text: map[string]string{"申请人": "张三", "文号": "某环〔2026〕1号", "理由": "其一。\n其二。", "空": "", "备注": "有"},
	Lists: map[string][]map[string]string{
		"补正事项": {{"序号": "1", "内容": "名称"}, {"序号": "2", "内容": "年份"}},
		"案件":   nil,
	},
}

func filled(t testing.TB, template []byte, v letter.Values) string {
	t.Helper()
	tpl, err := letter.ReadTemplate(template)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tpl.Fill(&b, v, false); err != nil {
		t.Fatal(err)
	}
	return reading(t, b.Bytes())
}

func TestFill(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"plain", p("致{{申请人}}："), "致张三：\n"},
		{"cut into runs as Word does", p("致{", "{申", "请", "人}", "}：", "{{文号}}"), "致张三：某环〔2026〕1号\n"},
		{"typed with a Chinese input method", p("｛｛申请人｝｝，｛｛＃备注｝｝有备注｛｛／备注｝｝"), "张三，有备注\n"},
		{"blanks within", p("{{ 申请人 }}{{# 备注 }}！{{/ 备注 }}"), "张三！\n"},
		{"twice", p("{{申请人}}、{{申请人}}"), "张三、张三\n"},
		{"an unknown name stays", p("{{何物}}"), "{{何物}}\n"},
		{"a text of paragraphs alone in one", p("{{理由}}"), "其一。\n其二。\n"},
		{"the same within a sentence", p("理由：{{理由}}完"), "理由：其一。⏎其二。完\n"},
		{"a section that is there", p("甲{{#备注}}乙{{/备注}}丙"), "甲乙丙\n"},
		{"a section that is not", p("甲{{#空}}乙{{/空}}丙"), "甲丙\n"},
		{"its reverse", p("甲{{^空}}乙{{/空}}丙{{^备注}}丁{{/备注}}"), "甲乙丙\n"},
		{"a paragraph that goes", p("甲") + p("{{#空}}乙{{/空}}") + p("丙"), "甲\n丙\n"},
		{"a paragraph for each", p("{{#补正事项}}{{序号}}．{{内容}}；{{/补正事项}}"), "1．名称；\n2．年份；\n"},
		{"for each within a sentence", p("请补正{{#补正事项}}{{内容}}、{{/补正事项}}等"), "请补正名称、年份、等\n"},
		{"none of a list", p("甲") + p("{{#案件}}{{编号}}{{/案件}}"), "甲\n"},
		{"over paragraphs", p("{{#补正事项}}") + p("第{{序号}}项") + p("{{申请人}}：{{内容}}") + p("{{/补正事项}}"), "第1项\n张三：名称\n第2项\n张三：年份\n"},
		{"over paragraphs with text beside the marks", p("甲{{#备注}}") + p("乙") + p("{{/备注}}丙"), "甲\n乙\n丙\n"},
		{"one within another", p("{{#备注}}") + p("{{#补正事项}}{{内容}}{{/补正事项}}") + p("{{#空}}无{{/空}}") + p("{{/备注}}"), "名称\n年份\n"},
		{"rows of a table", "<w:tbl><w:tr><w:tc>" + p("{{#补正事项}}{{序号}}") + "</w:tc><w:tc>" + p("{{内容}}{{/补正事项}}") + "</w:tc></w:tr><w:tr><w:tc>" + p("末") + "</w:tc></w:tr></w:tbl>",
			"1/ | 名称/ | \n2/ | 年份/ | \n末/ | \n"},
		{"rows of a table of none", "<w:tbl><w:tr><w:tc>" + p("{{#案件}}{{序号}}") + "</w:tc><w:tc>" + p("{{编号}}{{/案件}}") + "</w:tc></w:tr><w:tr><w:tc>" + p("末") + "</w:tc></w:tr></w:tbl>", "末/ | \n"},
		{"within a cell", "<w:tbl><w:tr><w:tc>" + p("{{#补正事项}}") + p("{{内容}}") + p("{{/补正事项}}") + "</w:tc></w:tr></w:tbl>", "名称/年份/ | \n"},
		{"a cell that has nothing left", "<w:tbl><w:tr><w:tc>" + p("{{#空}}有{{/空}}") + "</w:tc></w:tr></w:tbl>", "/ | \n"},
		{"a text box", "<w:p><w:r><w:pict><w:txbxContent>" + p("{{申", "请人}}") + "</w:txbxContent></w:pict></w:r></w:p>", "张三\n\n"},
		{"a content control", "<w:sdt><w:sdtContent>" + p("{{#备注}}") + p("{{申请人}}") + p("{{/备注}}") + "</w:sdtContent></w:sdt>", "张三\n"},
		{"deleted with changes tracked", "<w:p><w:del><w:r><w:delText>{{申请人}}</w:delText></w:r></w:del><w:r><w:t>{{申请人}}</w:t></w:r></w:p>", "{{申请人}}张三\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := filled(t, docx(t, tt.body), values); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever runs Word cuts a paragraph into, it is filled the same.
func TestRunsDoNotMatter(t *testing.T) {
	const text = "致{{申请人}}：{{#备注}}根据{{文号}}，{{/备注}}{{^空}}特此{{/空}}告知{{#补正事项}}{{序号}}{{内容}}{{/补正事项}}。"
	want := filled(t, docx(t, p(text)), values)
	rapid.Check(t, func(rt *rapid.T) {
		var runs []string
		rest := []rune(text)
		for len(rest) > 0 {
			n := rapid.IntRange(1, min(6, len(rest))).Draw(rt, "run")
			runs = append(runs, string(rest[:n]))
			rest = rest[n:]
		}
		if got := filled(t, docx(t, p(runs...)), values); got != want {
			rt.Fatalf("runs %q give %q, want %q", runs, got, want)
		}
	})
}

// Everything else of a document stays byte for byte: other namespaces, attributes, entities, spaces.
func TestTheRestIsKept(t *testing.T) {
	const document = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
		`<wx:document xmlns:wx='http://schemas.openxmlformats.org/wordprocessingml/2006/main' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14"><!-- c --><wx:body>` +
		`<wx:p wx:rsidR='00A1'><wx:r><wx:t>&lt;1&gt; &#x4E2D;{{申请人}}</wx:t></wx:r></wx:p><mc:AlternateContent><mc:Choice Requires="wps"/></mc:AlternateContent><wx:sectPr/></wx:body></wx:document>`
	tpl, err := letter.ReadTemplate(parts(t, "[Content_Types].xml", "<Types/>", "word/document.xml", document, "word/media/image1.png", "\x89PNG{{申请人}}", "word/header1.xml", `<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`+p("{{文号}}")+`</w:hdr>`))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tpl.Fill(&b, values, false); err != nil {
		t.Fatal(err)
	}
	x, err := ooxml.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := x.Bytes("word/document.xml")
	if want := strings.Replace(document, "<wx:t>&lt;1&gt; &#x4E2D;{{申请人}}</wx:t>", `<wx:t xml:space="preserve">&lt;1&gt; 中张三</wx:t>`, 1); string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if image, _ := x.Bytes("word/media/image1.png"); string(image) != "\x89PNG{{申请人}}" {
		t.Errorf("the picture is %q", image)
	}
	if head, _ := x.Bytes("word/header1.xml"); !strings.Contains(string(head), "某环〔2026〕1号") {
		t.Errorf("the head is %s", head)
	}
}

// What applicants write reaches the letter as text and as nothing else.
func TestHostileValues(t *testing.T) {
	for name, hostile := range map[string]string{
		"xml":          `</w:t></w:r></w:p><w:p><w:r><w:t>伪造</w:t></w:r></w:p><!--`,
		"entities":     "&amp;&lt;script&gt;&nbsp;",
		"placeholders": "{{救济告知}}{{#案件}}",
		"control":      "甲\x00\x01\x0b\x1f\x7f\u0085乙",
		"bidi":         "甲\u202e乙\u2066丙\u200b\ufeff",
		"not utf-8":    "甲\xff\xfe乙",
		"lone":         "甲\ufffe\uffff乙",
		"long":         strings.Repeat("长", 200_000),
		"lines":        strings.Repeat("行\r\n", 5000),
		"tabs":         "甲\t乙",
	} {
		t.Run(name, func(t *testing.T) {
			v := letter.Values{Text: map[string]string{"申请人": hostile}}
			got := filled(t, docx(t, p("致{{申", "请人}}。")+p("下段")), v) // reading fails where it is not well-formed
			if !strings.HasPrefix(got, "致") || !strings.HasSuffix(got, "。\n下段\n") {
				t.Errorf("the text around is %.40q … %.40q", got, got[max(0, len(got)-40):])
			}
			if strings.ContainsAny(got, "\x00\x01\x0b\x1f\x7f\u202e\u2066\u200b\ufffe") {
				t.Errorf("what cannot be printed is in it: %.80q", got)
			}
			if name == "placeholders" && !strings.Contains(got, hostile) {
				t.Errorf("what an applicant wrote was filled in: %q", got)
			}
			if name == "xml" && !strings.Contains(got, hostile) {
				t.Errorf("markup was taken: %q", got)
			}
		})
	}
}

func TestDraftIsMarked(t *testing.T) {
	f := examples()["refusal-secret"]
	tpl, err := letter.ReadTemplate(standard(t, f.Kind))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := f.Values()
	var b bytes.Buffer
	if err := tpl.Fill(&b, v, true); err != nil {
		t.Fatal(err)
	}
	if got := reading(t, b.Bytes()); !strings.HasPrefix(got, "\n【草稿　未编号，不得发出】\n") {
		t.Errorf("a draft begins %.60q", got)
	}
}

func TestCheck(t *testing.T) {
	const rest = "{{文号}}{{成文日期}}{{补正期限}}{{#补正事项}}{{内容}}{{/补正事项}}"
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", p(rest), ""},
		{"an unknown name with its place", p(rest) + p("第二段") + p("{{申请", "者}}来信"), "正文第 3 段（{{申请者}}来信）：没有 {{申请者}} 这一项；是不是 {{申请人}}？"},
		{"an unknown name that resembles none", p(rest + "{{何物之有}}"), "没有 {{何物之有}} 这一项；ysq letter kinds 列出各种文书可用的名称"},
		{"no name", p(rest + "{{}}"), "{{}} 里没有写名称"},
		{"braces without a partner", p(rest) + p("{{申请人"), "正文第 2 段（{{申请人）：“{{申请人”的括号不成对；要写作 {{名称}}"},
		{"the other way", p(rest) + p("申请人}}"), "“申请人}}”的括号不成对"},
		{"a section without end", p(rest) + p("{{#代理人}}代理"), "正文第 2 段（{{#代理人}}代理）：{{#代理人}} 没有 {{/代理人}}"},
		{"an end without beginning", p(rest) + p("代理{{/代理人}}"), "{{/代理人}} 之前没有 {{#代理人}}"},
		{"several marks over paragraphs", p(rest) + p("{{#代理人}}{{#联系方式}}") + p("甲") + p("{{/联系方式}}{{/代理人}}"), "一段里有几个跨段的标记"},
		{"an item outside of its list", p(rest + "{{内容}}"), "没有 {{内容}} 这一项；它只在 {{#补正事项}} 与 {{/补正事项}} 之间有"},
		{"a list as a content", p(rest + "{{补正事项}}"), "{{补正事项}} 有几项，要写作 {{#补正事项}} … {{/补正事项}}"},
		{"the name of another letter", p(rest + "{{延长天数}}"), "没有 {{延长天数}} 这一项"},
		{"what the law wants is not there", p("{{文号}}{{成文日期}}{{补正期限}}"), "缺少 {{补正事项}}，这种文书不能没有它"},
		{"a good row", p(rest) + "<w:tbl><w:tr><w:tc>" + p("{{#补正事项}}{{序号}}") + "</w:tc><w:tc>" + p("{{内容}}{{/补正事项}}") + "</w:tc></w:tr></w:tbl>", ""},
		{"an unknown name in a row", p(rest) + "<w:tbl><w:tr><w:tc>" + p("{{#补正事项}}{{序数}}") + "</w:tc><w:tc>" + p("{{内容}}{{/补正事项}}") + "</w:tc></w:tr></w:tbl>", "正文第 2 段（{{#补正事项}}{{序数}}）：没有 {{序数}} 这一项；是不是 {{序号}}？"},
		{"in a text box", p(rest) + "<w:p><w:r><w:pict><w:txbxContent>" + p("{{案卷}}") + "</w:txbxContent></w:pict></w:r></w:p>", "正文第 3 段（{{案卷}}）：没有 {{案卷}} 这一项；是不是 {{案件}}？"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tpl, err := letter.ReadTemplate(docx(t, tt.body))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range tpl.Check(casefile.LetterCorrection) {
				got = append(got, x.String())
			}
			if joined := strings.Join(got, "\n"); (tt.want == "") != (joined == "") || !strings.Contains(joined, tt.want) {
				t.Errorf("got %q, want %q", joined, tt.want)
			}
			if len(got) > 1 && !strings.HasPrefix(tt.name, "several") {
				t.Errorf("one mistake is told %d times: %q", len(got), got)
			}
		})
	}
}

// Every built-in template says what it must, under every name that it may use.
func TestStandardTemplates(t *testing.T) {
	for _, k := range casefile.LetterKinds() {
		docx := standard(t, k)
		tpl, err := letter.ReadTemplate(docx)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := tpl.Check(k); len(wrong) > 0 {
			t.Errorf("%s: %v", k, wrong)
		}
		if !bytes.Equal(docx, standard(t, k)) {
			t.Errorf("%s: other bytes a second time", k)
		}
	}
}

func TestNoTemplate(t *testing.T) {
	for name, b := range map[string][]byte{
		"not a zip":     []byte("{\\rtf1}"),
		"no document":   parts(t, "word/styles.xml", "<a/>"),
		"not xml":       docx(t, "<w:p>"),
		"a doctype":     parts(t, "word/document.xml", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"),
		"deeply nested": docx(t, strings.Repeat("<w:p>", 400)+strings.Repeat("</w:p>", 400)),
		"crossed tags":  parts(t, "word/document.xml", "<a><b></a></b>"),
	} {
		if _, err := letter.ReadTemplate(b); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// A template may be anything that somebody has saved: it is refused, or filled with a document that is
// well-formed.
func FuzzTemplate(f *testing.F) {
	for _, body := range []string{p("{{申请人}}{{#补正事项}}{{内容}}{{/补正事项}}"), p("{{#备注}}") + p("甲{{/备注}}"), "<w:tbl><w:tr><w:tc>" + p("{{#补正事项}}") + "</w:tc></w:tr></w:tbl>", p("{{", "}}", "{{/a}}{{#a}}")} {
		f.Add(body, "值<&>")
	}
	f.Fuzz(func(t *testing.T, body, value string) {
		tpl, err := letter.ReadTemplate(docx(t, body))
		if err != nil {
			return
		}
		tpl.Check(casefile.LetterCorrection)
		v := letter.Values{Text: map[string]string{"申请人": value, "备注": value}, Lists: map[string][]map[string]string{"补正事项": {{"内容": value}, {"内容": ""}}}}
		for _, draft := range []bool{false, true} {
			var b bytes.Buffer
			if err := tpl.Fill(&b, v, draft); err != nil {
				t.Fatal(err)
			}
			if again, err := letter.ReadTemplate(b.Bytes()); err != nil || again == nil {
				t.Errorf("the letter is not well-formed: %v", err)
			}
		}
	})
}

// 救济告知 by class, word for word as domain and law have it.
func TestRemedies(t *testing.T) {
	first := "应当先自收到本告知书之日起60日内向示例市人民政府申请行政复议；对行政复议决定不服的，可以自收到行政复议决定书之日起15日内向示例市甲区人民法院提起行政诉讼"
	either := "可以自收到本告知书之日起60日内向示例市人民政府申请行政复议，或者自收到本告知书之日起6个月内向示例市甲区人民法院提起行政诉讼"
	for name, f := range examples() {
		v, _ := f.Values()
		got := v.Text["救济告知"]
		want := ""
		if r, ok := f.Event.(casefile.Replied); ok {
			want = either
			if r.Outcome >= casefile.RefuseStateSecret && r.Outcome <= casefile.RefuseEnforcementFile {
				want = first
			}
		}
		if f.Kind == casefile.LetterThirdPartyNotice || f.Kind == casefile.LetterClosed || f.Kind == casefile.LetterRecordCorrected {
			want = either
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if r, ok := f.Event.(casefile.Replied); ok && r.Outcome == casefile.Partial {
			refused, free := strings.Contains(got, first), strings.Contains(got, "6个月")
			if refused != slices.ContainsFunc(r.Withheld, casefile.Refuses) || !free { // the part that is given is free choice
				t.Errorf("%s: %q", name, got)
			}
			continue
		}
		if want == first && strings.Contains(got, "6个月") {
			t.Errorf("%s names six months: %q", name, got)
		}
		bare := f
		bare.Office.Court = ""
		values, missing := bare.Values()
		if (want != "") != (len(missing) == 1) || want != "" && !strings.Contains(fmt.Sprint(values), "〔待填：") {
			t.Errorf("%s without a court misses %v", name, missing)
		}
	}
}

// Every outcome and basis has its letter, and what it cites stands in the table.
func TestEveryReplyHasItsLetter(t *testing.T) {
	for _, o := range casefile.Outcomes() {
		for _, basis := range o.Bases() {
			e := casefile.Replied{Outcome: o, Basis: basis, Grounds: "事实和理由。"}
			kind := letter.For(e)
			if kind == casefile.LetterNone || letter.Announces(kind) != casefile.KindReplied {
				t.Errorf("%s by %s has the letter %q", o, basis, kind)
				continue
			}
			v, _ := facts(kind, e, subject("2026-00017")).Values()
			if v.Text["依据"] == "" && basis != "withdrawn" && basis != "terminated" && basis != casefile.BasisHandled {
				t.Errorf("%s by %s cites nothing", o, basis)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for pattern, want := range map[string]string{
		letter.DefaultPattern: "示环依申请补〔2026〕7号",
		"{代字}〔{年}〕{号}号":       "示环依申请〔2026〕7号",
		"（{年}）{类}字第{NNN}号":    "（2026）补字第007号",
	} {
		if got := letter.Document(pattern, office, casefile.LetterCorrection, casefile.LetterNumber{Year: 2026, Number: 7}); got != want {
			t.Errorf("%s gives %s, want %s", pattern, got, want)
		}
	}
	seen := map[string]casefile.LetterKind{}
	for _, i := range letter.Kinds() {
		if other, twice := seen[i.Mark]; twice && i.Kind.Numbered() {
			t.Errorf("%s and %s have the same mark: their numbers would look the same", i.Kind, other)
		}
		seen[i.Mark] = i.Kind
		if i.Kind.Numbered() != (i.Mark != "") {
			t.Errorf("%s has the mark %q", i.Kind, i.Mark)
		}
	}
	if a, b := letter.Series(letter.DefaultPattern, casefile.LetterFee), letter.Series("{代字}〔{年}〕{号}号", casefile.LetterFee); a != "fee" || b != letter.AllSeries {
		t.Errorf("series %s, %s", a, b)
	}
}

// What a case calls for follows from what happened last and has no letter yet.
func TestPropose(t *testing.T) {
	issuedFor := func(kind casefile.LetterKind, e casefile.Event) casefile.LetterIssued {
		l := casefile.LetterIssued{Letter: kind, LetterNumber: casefile.LetterNumber{Series: kind.String(), Year: 2026, Number: 1}, Document: kind.Label() + "1号", File: casefile.File{Digest: casefile.DigestOf([]byte(kind.String()))}}
		if e != nil {
			l.Decides = e.Kind()
			l.Event, _ = casefile.EncodeEvent(e)
		}
		return l
	}
	asked := casefile.CorrectionAsked{Items: []string{"名称"}, Until: day + 20}
	sent := casefile.ConsultationSent{Side: casefile.JointOffice, Party: "水务局"}
	receipt := issuedFor(casefile.LetterReceipt, nil)
	refused := casefile.Replied{Outcome: casefile.RefuseLaw, Basis: "14-law", Grounds: "某法"}
	for _, tt := range []struct {
		name   string
		events []casefile.Event
		want   casefile.LetterKind
	}{
		{"registered", nil, casefile.LetterReceipt},
		{"nothing more", []casefile.Event{receipt}, casefile.LetterNone},
		{"correction asked for", []casefile.Event{receipt, asked}, casefile.LetterCorrection},
		{"its letter before it", []casefile.Event{receipt, issuedFor(casefile.LetterCorrection, asked), casefile.WithDocument(asked, "补正告知书1号")}, casefile.LetterNone},
		{"its letter after it", []casefile.Event{receipt, asked, issuedFor(casefile.LetterCorrection, asked)}, casefile.LetterNone},
		{"its letter voided", []casefile.Event{receipt, asked, issuedFor(casefile.LetterCorrection, asked), casefile.LetterVoided{LetterNumber: casefile.LetterNumber{Series: "correction", Year: 2026, Number: 1}, Reason: "误"}}, casefile.LetterCorrection},
		{"another round", []casefile.Event{receipt, asked, issuedFor(casefile.LetterCorrection, asked), casefile.CorrectionReceived{}, casefile.CorrectionAsked{Items: []string{"年份"}, Until: day + 20}}, casefile.LetterCorrection},
		{"an office asked", []casefile.Event{receipt, sent}, casefile.LetterOfficeOpinion},
		{"the applicant to be told of it", []casefile.Event{receipt, sent, issuedFor(casefile.LetterOfficeOpinion, sent)}, casefile.LetterConsultationNotice},
		{"refused", []casefile.Event{refused}, casefile.LetterRefusal},
		{"refused and written", []casefile.Event{refused, issuedFor(casefile.LetterRefusal, refused)}, casefile.LetterDeliveryReceipt},
		{"served", []casefile.Event{refused, issuedFor(casefile.LetterRefusal, refused), casefile.Dispatched{Way: casefile.ByEmail}}, casefile.LetterArchiveIndex},
		{"not held", []casefile.Event{casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4"}}, casefile.LetterNotHeld},
		{"not ours", []casefile.Event{casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-5"}}, casefile.LetterNotOurs},
		{"withdrawn", []casefile.Event{receipt, casefile.Withdrawn{}}, casefile.LetterClosed},
	} {
		if got, ok := letter.Propose(subject("2026-00017", tt.events...)); got.Kind != tt.want || ok != (tt.want != casefile.LetterNone) {
			t.Errorf("%s: %s, want %s", tt.name, got.Kind.Label(), tt.want.Label())
		}
	}
}

// A wish to have a record corrected has letters of its own (条例41), and what was said aloud is written down first (条例29).
func TestProposeByKind(t *testing.T) {
	of := func(kind casefile.RequestKind, channel casefile.Channel, events ...casefile.Event) letter.Subject {
		s := subject("2026-00017", events...)
		s.Kind, s.Channel = kind, channel
		return s
	}
	issued := func(kind casefile.LetterKind) casefile.LetterIssued {
		return casefile.LetterIssued{Letter: kind, LetterNumber: casefile.LetterNumber{Series: kind.String(), Year: 2026, Number: 1}, File: casefile.File{Digest: casefile.DigestOf([]byte(kind.String()))}}
	}
	done := casefile.Replied{Outcome: casefile.OtherOutcome, Basis: casefile.BasisHandled}
	told := issued(casefile.LetterRecordCorrected)
	told.Decides = done.Kind()
	told.Event, _ = casefile.EncodeEvent(done)
	for _, tt := range []struct {
		name string
		s    letter.Subject
		want casefile.LetterKind
	}{
		{"to be corrected", of(casefile.CorrectionOfRecord, casefile.RegisteredPost, issued(casefile.LetterReceipt)), casefile.LetterRecordCorrected},
		{"answered", of(casefile.CorrectionOfRecord, casefile.RegisteredPost, done), casefile.LetterRecordCorrected},
		{"sent on", of(casefile.CorrectionOfRecord, casefile.RegisteredPost, issued(casefile.LetterTransfer), issued(casefile.LetterReceipt)), casefile.LetterNone},
		{"told and answered", of(casefile.CorrectionOfRecord, casefile.RegisteredPost, told, done), casefile.LetterDeliveryReceipt},
		{"said aloud", of(casefile.Application, casefile.Oral), casefile.LetterApplicationForm},
		{"written down", of(casefile.Application, casefile.Oral, issued(casefile.LetterApplicationForm)), casefile.LetterReceipt},
	} {
		if got, _ := letter.Propose(tt.s); got.Kind != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got.Kind.Label(), tt.want.Label())
		}
	}
}

func ExampleDocument() {
	o := letter.Office{Code: "某环依申请"}
	fmt.Println(letter.Document(letter.DefaultPattern, o, casefile.LetterExtension, casefile.LetterNumber{Year: 2026, Number: 12}))
	// Output: 某环依申请延〔2026〕12号
}
