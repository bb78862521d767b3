package form

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// The numbers have area codes that nobody uses; only their check digits are right.
func TestCheckID(t *testing.T) {
	for _, tt := range []struct{ number, doubt string }{
		{withCheckDigit("99990119850307001"), ""},
		{strings.ToLower(withCheckDigit("99990119850307005")), ""},
		{"999901198503070011", "校验码不符"},
		{"999901198502300018", "出生日期不存在"},
		{"999901850307001", "15位"},
		{"12345", "应为18位"},
		{"9999011985030700A1", "应为18位"},
		{"", "应为18位"},
	} {
		if got := CheckID(tt.number); tt.doubt == "" && got != "" || !strings.Contains(got, tt.doubt) {
			t.Errorf("%s: got %q want %q", tt.number, got, tt.doubt)
		}
	}
}

// withCheckDigit computes ISO 7064 MOD 11-2 another way than CheckID does: by Horner's rule.
func withCheckDigit(n string) string {
	sum := 0
	for _, r := range n {
		sum = (sum + int(r-'0')) * 2 % 11
	}
	return n + string("0123456789X"[(12-sum)%11])
}

func TestCheckOrgCode(t *testing.T) {
	for _, tt := range []struct{ code, doubt string }{
		// Published examples of the standards: 91350100M000100Y43 (GB 32100), D2143569-X (GB 11714).
		{"91350100M000100Y43", ""},
		{"91350100m000100y43", ""},
		{"D2143569-X", ""},
		{"91350100M000100Y44", "校验码不符"},
		{"91350100MO00100Y43", "不使用的字符"},
		{"D21435691", "校验码不符"},
		{"123456789012345", "旧营业执照"},
		{"123", "应为18位"},
	} {
		if got := CheckOrgCode(tt.code); tt.doubt == "" && got != "" || !strings.Contains(got, tt.doubt) {
			t.Errorf("%s: got %q want %q", tt.code, got, tt.doubt)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		text string
		want casefile.Column
	}{
		{"申请人：张三", casefile.Natural},
		{"申请人：青石市宏远建材有限公司", casefile.Business},
		{"申请人：青石市宏远建材有限公司北仓分公司", casefile.Business},
		{"申请人：王记小吃店经营部", casefile.Business},
		{"申请人：东岭科技大学", casefile.Research},
		{"申请人：东岭市水利科学研究院", casefile.Research},
		{"申请人：晨曦青少年发展基金会", casefile.Welfare},
		{"申请人：云台县茶叶协会", casefile.Welfare},
		{"申请人：某某正信律师事务所", casefile.LegalService},
		{"申请人：白马镇法律服务所", casefile.LegalService},
		{"申请人：青竹村村民委员会", casefile.OtherBody},
		{"申请人：锦绣花园业主委员会", casefile.OtherBody},
		{"申请人：海州晚报社", casefile.OtherBody},
		{"申请人：青竹村股份经济合作社", casefile.OtherBody},
		{"申请人：绿源蔬菜专业合作社", casefile.Business},
		{"申请人：张三\n委托代理人：李四，某某正信律师事务所律师", casefile.Natural},
		{"申请人：方村", casefile.Natural},
		{"您好", casefile.ColumnNone},
	} {
		f := Propose([]Document{Read(Input{Index: MessageText, Body: []byte(tt.text)})}, Header{})
		got := casefile.ColumnNone
		if len(f.Columns) > 0 {
			got = f.Columns[0].Column
			if f.Columns[0].Reason == "" {
				t.Errorf("%s: no reason", tt.text)
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %s want %s (%v)", tt.text, got, tt.want, f.Columns)
		}
	}
	mixed := Propose([]Document{Read(Input{Index: MessageText, Body: []byte("申请人：张三、青石市宏远建材有限公司")})}, Header{})
	if len(mixed.Columns) == 0 || mixed.Columns[0].Column != casefile.Natural || !strings.Contains(mixed.Columns[0].Reason, "既有个人又有单位") {
		t.Errorf("mixed: got %v", mixed.Columns)
	}
}

func TestItems(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"某路改造方案", []string{"某路改造方案"}},
		{"1、甲项目批复；2、乙项目批复。", []string{"甲项目批复", "乙项目批复"}},
		{"申请公开以下信息：（一）甲项目批复；（二）乙项目批复", []string{"甲项目批复", "乙项目批复"}},
		{"关于甲地块的以下文件：①征收公告；②补偿方案", []string{"关于甲地块的以下文件：征收公告", "关于甲地块的以下文件：补偿方案"}},
		{"2.5公里道路的造价", []string{"2.5公里道路的造价"}},
		{"1.2公里道路的造价\n2.5公里道路的造价", []string{"1.2公里道路的造价\n2.5公里道路的造价"}},
		{"第1、2号楼的规划许可", []string{"第1、2号楼的规划许可"}},
		{"甲办〔2025〕1号文件、2号文件", []string{"甲办〔2025〕1号文件、2号文件"}},
		{"1. 2024年决算公开表\n2. 2025年预算公开表", []string{"2024年决算公开表", "2025年预算公开表"}},
	} {
		if got := items(tt.text); strings.Join(got, "|") != strings.Join(tt.want, "|") {
			t.Errorf("%q: got %q want %q", tt.text, got, tt.want)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, tt := range []struct {
		field      Field
		text, want string
	}{
		{Medium, "□纸面 ☑电子邮件 □光盘", "电子邮件"},
		{Medium, "纸面□ 电子邮件☑ 光盘□", "电子邮件"},
		{Medium, "☐纸面　☒电子邮件　☐光盘", "电子邮件"},
		{Medium, "■纸面 □电子邮件", "纸面"},
		{Medium, "[x]纸面 [ ]电子邮件", "纸面"},
		{Medium, "（√）纸面 （ ）电子邮件", "纸面"},
		{Medium, "纸面（√） 电子邮件（ ）", "纸面"},
		{Medium, "□√纸面 □电子邮件", "纸面"},
		{Medium, "纸面 √电子邮件 光盘", "电子邮件"},
		{Medium, "纸面√ 电子邮件 光盘", "纸面"},
		{Medium, "☑纸面☑光盘□电子邮件", "纸面、光盘"},
		{Medium, "□纸面 □电子邮件 □光盘", ""},
		{Medium, "纸面 电子邮件 光盘 磁盘", ""},
		{Medium, "纸质", "纸质"},
		{Delivery, "□邮寄 ☑自行领取/当场阅读、抄录", "自行领取/当场阅读、抄录"},
		{Kind, "☑公民 □法人或其他组织", "公民"},
		{Waiver, "□申请（请提供相关证明） ☑不申请", "不申请"},
		{Waiver, "申请/不申请", ""},
		{Alternative, "☑若本机关无法按照指定方式提供所需信息，也可接受其他方式", "可接受其他方式"},
		{Alternative, "□若本机关无法按照指定方式提供所需信息，也可接受其他方式", ""},
		{Alternative, "否", "不接受其他方式"},
	} {
		if got, _ := take(tt.field, tt.text); got != tt.want {
			t.Errorf("%s %q: got %q want %q", tt.field, tt.text, got, tt.want)
		}
	}
}
