package form

import "testing"

// Every label of casefile/LAW.md#forms-and-letters, as it stands there: with a colon, split by blanks, in a cell beside its
// value, and with a hint.
func TestLabels(t *testing.T) {
	for _, tt := range []struct {
		field  Field
		value  string
		labels []string
	}{
		{Name, "钱文远", []string{"姓名", "申请人", "申请人姓名", "本人"}},
		{Name, "青石市宏远建材有限公司", []string{"名称", "单位名称", "法人或其他组织名称", "机构名称"}},
		{IDType, "身份证", []string{"证件名称", "证件类型", "有效身份证件名称"}},
		{IDNumber, "999901198503070011", []string{"证件号码", "身份证号", "身份证号码"}},
		{OrgCode, "91350100M000100Y43", []string{"组织机构代码", "统一社会信用代码", "营业执照信息"}},
		{Representative, "钱文远", []string{"法人代表", "法定代表人", "负责人"}},
		{ContactPerson, "钱文远", []string{"联系人", "经办人"}},
		{Agent, "钱文远", []string{"代理人"}},
		{Address, "某某市青山路18号", []string{"联系地址", "通信地址", "通讯地址", "邮寄地址"}},
		{Postcode, "430000", []string{"邮政编码", "邮编"}},
		{Phone, "13800000000", []string{"联系电话", "电话", "手机号码"}},
		{Fax, "0999-5566779", []string{"传真"}},
		{Email, "a@example.test", []string{"电子邮箱", "电子信箱", "E-mail"}},
		{Employer, "某某市第一中学", []string{"工作单位"}},
		{Request, "某路改造的批准文件", []string{"所需信息的内容描述", "所需信息内容描述", "申请公开的内容", "申请公开事项", "申请内容", "信息内容描述（名称、文号或者其他特征性描述）"}},
		{Reference, "某政发〔2025〕3号", []string{"索取号", "文号"}},
		{Purpose, "了解情况", []string{"所需信息的用途", "用途"}},
		{Medium, "纸面", []string{"所需信息的指定提供方式", "载体形式"}},
		{Delivery, "邮寄", []string{"获取信息的方式", "送达方式"}},
		{Waiver, "不申请", []string{"是否申请减免费用"}},
		{AppliedOn, "2026-03-01", []string{"申请时间"}},
		{Remark, "请尽快办理", []string{"备注"}},
	} {
		for _, label := range tt.labels {
			rs := []rune(label)
			for name, text := range map[string]string{
				"colon":      label + "：" + tt.value,
				"half width": label + ": " + tt.value,
				"numbered":   "3、" + label + "：" + tt.value,
				"hint":       label + "（必填）：" + tt.value,
				"split":      string(rs[0]) + "　 " + string(rs[1:]) + "：" + tt.value,
				"cell":       label + "\t" + tt.value,
				"below":      "|" + label + "|\n|" + tt.value + "|",
			} {
				d := Read(Input{Index: MessageText, Body: []byte(text)})
				switch {
				case name == "split" && label == "E-mail", label == "本人" && name == "cell":
					continue
				case name == "below":
					d = Document{Blocks: compact(text)}
				}
				if label == "本人" && name == "below" {
					continue
				}
				f := Propose([]Document{d}, Header{})
				if p, _ := f.Best(tt.field, 0); p.Value != tt.value {
					t.Errorf("%s %q: got %q want %q (%v)", name, text, p.Value, tt.value, f.Proposals)
				}
			}
		}
	}
}
