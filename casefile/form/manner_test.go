package form

import (
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// Manners of writing that were misread once. want is field=value; a field with an empty value must not be
// proposed.
func TestManners(t *testing.T) {
	for _, tc := range []struct {
		name, subject, text string
		want                map[Field]string
		column              string
		missing             []Field
	}{
		{"the way under a short label", "", "申请人：周三\n通信地址：某市甲路1号（邮编 100000）\n申请公开的内容：2025年审计报告\n方式：邮寄",
			map[Field]string{Request: "2025年审计报告", Delivery: "邮寄", Address: "某市甲路1号", Postcode: "100000"}, "自然人", []Field{IDNumber}},
		{"方式 that belongs to the request", "", "申请人：周三\n申请公开的内容：甲路工程的\n方式：公开招标的全部文件", map[Field]string{Delivery: "", Request: "甲路工程的\n方式：公开招标的全部文件"}, "自然人", nil},
		{"closing lines", "", "申请人：周三\n申请公开的内容：2025年审计报告\n以上，请予办理。\n感谢贵局的支持！\n周三 2026年11月3日", map[Field]string{Request: "2025年审计报告"}, "自然人", nil},
		{"a closing sentence in the line", "", "申请人：周三\n申请公开的内容：2025年审计报告。请予公开，谢谢！", map[Field]string{Request: "2025年审计报告。"}, "自然人", nil},
		{"where the reply goes, in the sentence of the request", "", "申请人：周三\n申请公开的内容：甲路工程的环评批复，请寄到桂林路5号，我的电话13800001111",
			map[Field]string{Request: "甲路工程的环评批复", Address: "桂林路5号", Phone: "13800001111", Delivery: "邮寄"}, "自然人", nil},
		{"where the reply goes, in a letter", "", "我叫周三，申请公开甲路工程的环评批复，寄到桂林路5号，我的电话13800001111。",
			map[Field]string{Request: "甲路工程的环评批复", Address: "桂林路5号", Phone: "13800001111", Delivery: "邮寄"}, "自然人", nil},
		{"the mailbox, in the sentence of the request", "", "申请人：周三\n申请公开的内容：甲路工程的环评批复，回复到邮箱 zhou@example.test",
			map[Field]string{Request: "甲路工程的环评批复", Email: "zhou@example.test", Delivery: "电子邮件"}, "自然人", nil},
		{"a request that asks", "", "申请人：周三\n申请公开的内容：\n请公开2025年审计报告", map[Field]string{Request: "请公开2025年审计报告"}, "自然人", nil},
		{"nested brackets", "", "申请人：周三\n获取方式：（□邮寄（平信） ☑电子邮件（请填邮箱））\n通信地址：某市甲区（原乙县（丙镇））1号（邮编：100000）", map[Field]string{Delivery: "电子邮件", Address: "某市甲区（原乙县（丙镇））1号"}, "自然人", nil},
		{"the telephone beside the contact", "", "单位名称：甲县商会\n联系人：李四（13900001111）\n申请公开的内容：审计报告", map[Field]string{ContactPerson: "李四", Phone: "13900001111"}, "社会公益组织", nil},
		{"a body without a known suffix", "", "单位名称：红星互助社\n所需信息内容：甲路工程验收报告", map[Field]string{Kind: Organisation}, "其他", []Field{OrgCode, Delivery}},
		{"the column ticked within the bodies", "", "申请人类型：□公民 ☑法人或者其他组织（□商业企业 □科研机构 ☑社会公益组织 □法律服务机构 □其他）\n名称：丁某同盟\n所需信息的内容描述：某文件", map[Field]string{Category: "社会公益组织", Name: "丁某同盟"}, "社会公益组织", nil},
		{"the column ticked among six", "", "申请人类别：□自然人 □商业企业 ☑科研机构 □社会公益组织 □法律服务机构 □其他\n名称：丁某同盟", map[Field]string{Category: "科研机构"}, "科研机构", nil},
		{"an agent's part, and a signature", "", "所需信息内容：甲路工程验收报告\n姓名：张三\n联系电话：13900001111\n代理人信息\n姓名：李四\n联系电话：13900002222\n申请人（签名）：张三",
			map[Field]string{Name: "张三", Phone: "13900001111", Agent: "李四", AgentPhone: "13900002222"}, "自然人", nil},
		{"an agent's part that says nobody", "", "姓名：张三\n代理人信息：无\n联系电话：13900001111\n电子邮箱：a@example.test\n所需信息内容：甲路工程验收报告",
			map[Field]string{Agent: "", Phone: "13900001111", Email: "a@example.test", AgentPhone: ""}, "自然人", nil},
		{"a letter that asks and goes on", "", "贵局是否有甲路工程的验收材料？\n本人张三，手机13900001111，现申请公开甲路工程验收报告。", map[Field]string{Name: "张三", Request: "甲路工程验收报告"}, "自然人", nil},
		{"questions without a word before the answers", "", "您的姓名？\n张三\n您要申请什么信息？\n甲路工程验收报告", map[Field]string{Name: "张三", Request: "甲路工程验收报告"}, "自然人", nil},
		{"the column written", "", "申请人类型：法律服务机构\n名称：丁某同盟", map[Field]string{Category: "法律服务机构"}, "法律服务机构", nil},
		{"a kind that ends as names do", "", "申请人类型：商业企业\n名称：丁某同盟", map[Field]string{Category: "商业企业", Name: "丁某同盟"}, "商业企业", nil},
		{"a name in the place of a kind", "", "申请主体：松坪县金穗种业有限公司", map[Field]string{Name: "松坪县金穗种业有限公司"}, "商业企业", nil},
		{"其他 ticked", "", "申请人类型：□公民 □商业企业 □科研机构 □社会公益组织 □法律服务机构 ☑其他\n名称：丁某同盟", map[Field]string{Category: "其他"}, "其他", nil},
		{"the label itself has the boxes", "", "法人或其他组织（□商业企业 □科研机构 □社会公益组织 ☑法律服务机构 □其他）\n名称：某某所", map[Field]string{Category: "法律服务机构"}, "法律服务机构", nil},
		{"the list of columns, nobody's choice", "", "申请人类型：公民/商业企业/科研机构/社会公益组织/法律服务机构/其他\n姓名：张三", map[Field]string{Category: ""}, "自然人", nil},
		{"traditional labels", "", "申請人：張三\n證件號碼：110101197808081237\n聯絡電話：13900000099\n申請公開內容：甲路工程驗收報告\n獲取信息的方式：電子郵件", map[Field]string{Name: "張三", Request: "甲路工程驗收報告", Delivery: "電子郵件"}, "自然人", nil},
		{"a traditional letter", "", "尊敬的領導：我叫張三，現申請公開甲路工程驗收報告，請以電子郵件方式答復。", map[Field]string{Name: "張三", Request: "甲路工程驗收報告", Delivery: "电子邮件"}, "自然人", nil},
		{"a letter wrapped by hand", "", "尊敬的领导：\n我叫段十，身份证号41010119900101001X，电话13800001111，现申请公开贵局2024年\n至2025年期间作出的关于甲区乙路片区征收补偿的全部决定书、评估报告及其附\n件，请以电子邮件方式答复。",
			map[Field]string{Name: "段十", Request: "贵局2024年至2025年期间作出的关于甲区乙路片区征收补偿的全部决定书、评估报告及其附件", Delivery: "电子邮件"}, "自然人", nil},
		{"a field wrapped by hand", "", "申请人：段十\n所需信息的内容描述：贵局2024年至2025年期间作出的关于甲区乙路片区征收\n补偿的全部决定书、评估报告及其附件，不含个人隐私，按年度分\n别列出。\n获取方式：邮寄",
			map[Field]string{Request: "贵局2024年至2025年期间作出的关于甲区乙路片区征收补偿的全部决定书、评估报告及其附件，不含个人隐私，按年度分别列出。"}, "自然人", nil},
		{"a list is not wrapped", "", "申请人：段十\n所需信息的内容描述：\n1、甲区乙路片区征收补偿方案及其全部附件和说明材料清单\n2、甲区乙路片区征收补偿决定及其全部附件和说明材料清单", map[Field]string{Request: "甲区乙路片区征收补偿方案及其全部附件和说明材料清单"}, "自然人", nil},
		{"a colleague's word above a text that he passes on", "Fw: 一封信", "麻烦转一下，这封信发到局长信箱里了，请你们按电子邮件答复他，谢谢各位同事的支持和配合，我下周二去省里开会不在单位。\n\n---- 转发邮件信息 ----\n发件人：何平 <yi2@example.test>\n\n我要申请公开中山路路灯合同。姓名何平，手机13900000023，身份证号110101198808086067。请邮寄到某市中山路1号。",
			map[Field]string{Name: "何平", Delivery: "邮寄", Email: "yi2@example.test", Request: "中山路路灯合同"}, "自然人", nil},
		{"a colleague's word above a mail in the mail", "转交", "请各科室阅处，需要提供扫描件的请与我联系，电话 13911112222。\n\n—— 嵌套邮件：政府信息公开申请 ——\n发件人：周己 <inner@example.test>\n姓名：周己\n所需信息的内容描述：2025年度保障房分配名单。\n获取信息的方式：邮寄",
			map[Field]string{Name: "周己", Phone: "", Delivery: "邮寄", Email: "inner@example.test"}, "自然人", nil},
		{"an applicant who answers above his first mail", "回复：申请", "姓名：周己\n所需信息的内容描述：2025年度保障房分配名单。\n获取信息的方式：邮寄\n\n-----原始邮件-----\n姓名：别人\n所需信息的内容描述：旧的内容", map[Field]string{Name: "周己", Request: "2025年度保障房分配名单。"}, "自然人", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := Read(Input{Index: MessageText, Body: []byte(tc.text)})
			f := Propose([]Document{d}, Header{Subject: tc.subject, From: casefile.Address{Mail: "from@example.test"}})
			for field, want := range tc.want {
				if p, _ := f.Best(field, 0); p.Value != want {
					t.Errorf("%s: got %q, want %q", field, p.Value, want)
				}
			}
			if len(f.Columns) == 0 || f.Columns[0].Column.Label() != tc.column {
				t.Errorf("columns %+v, want %s", f.Columns, tc.column)
			}
			for _, field := range tc.missing {
				if !slices.ContainsFunc(f.Missing, func(m Missing) bool { return m.Field == field }) {
					t.Errorf("not missing: %s in %v", field, f.Missing)
				}
			}
		})
	}
}

// All of a long description is proposed; what is too long even so says so.
func TestLongRequest(t *testing.T) {
	long := strings.Repeat("〔2026〕第1号文件、", 3500) // 84 KB
	for _, text := range []string{"姓名：段丁\n所需信息的内容描述：" + long + "止\n获取方式：邮寄", "姓名：段丁\n所需信息的内容描述：" + strings.Repeat(long, 3) + "止\n获取方式：邮寄"} {
		f := Propose([]Document{Read(Input{Index: MessageText, Body: []byte(text)})}, Header{})
		p, _ := f.Best(Request, 0)
		whole := strings.HasSuffix(p.Value, "止")
		if whole == (p.Doubt != "") || whole == strings.HasSuffix(p.Value, "全文见申请原件）") || len(p.Value) < 80<<10 {
			t.Errorf("%d bytes of %d, the end %q, doubt %q", len(p.Value), len(text), p.Value[max(0, len(p.Value)-20):], p.Doubt)
		}
		if d, _ := f.Best(Delivery, 0); d.Value != "邮寄" {
			t.Errorf("delivery %q", d.Value)
		}
	}
}

func TestPuzzlingLines(t *testing.T) {
	f := Propose([]Document{Read(Input{Index: MessageText, Body: []byte("您好！\n姓名：周己\n我们小区的电梯坏了三个月没有人来修理\n申请公开电梯维修资金使用情况。\n此致\n敬礼")})}, Header{})
	if len(f.Puzzling) != 1 || f.Puzzling[0].Text != "我们小区的电梯坏了三个月没有人来修理" || f.Puzzling[0].Source.Place != "第3行" || f.Found == 0 {
		t.Errorf("found %d, puzzling %+v", f.Found, f.Puzzling)
	}
}

func TestSimple(t *testing.T) {
	if len([]rune(traditional))%2 != 0 || len(traditional) != 3*len([]rune(traditional)) {
		t.Fatal("not pairs of characters of three bytes")
	}
	for a, b := range toSimplified() {
		if toSimplified()[b] != 0 && toSimplified()[b] != b {
			t.Errorf("%c is simplified to %c, and that to %c", a, b, toSimplified()[b])
		}
	}
	const text = "張三申請公開電子郵件，聯絡電話；龍頭戶籍"
	if got := simple(text); got != "张三申请公开电子邮件，联络电话；龙头户籍" || len(got) != len(text) {
		t.Errorf("got %q", got)
	}
}

func TestNature(t *testing.T) {
	for text, want := range map[string]casefile.Nature{
		"申请更正本人的不动产登记信息": casefile.NatureCorrection, "政府信息更正申请": casefile.NatureCorrection,
		"我要投诉某小区物业乱收费": casefile.NaturePetition, "请问医保怎么办理": casefile.NatureQuestion, "咨询落户政策": casefile.NatureQuestion,
		"申请公开投诉办理情况": casefile.NatureUnknown, "请公开信访答复意见书": casefile.NatureUnknown, "您好": casefile.NatureUnknown, "我想了解甲路工程的预算": casefile.NatureUnknown,
	} {
		if f := Propose([]Document{Read(Input{Index: MessageText, Body: []byte(text)})}, Header{}); f.Nature != want {
			t.Errorf("%s: got %q, want %q", text, f.Nature, want)
		}
	}
}
