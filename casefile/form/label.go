package form

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// label is a word that stands before a value on forms, as offices print and people retype it.
type label struct {
	text  []rune
	also  Field // of a second label that this one is joined with: 联系人及电话
	field Field // "" for one that holds nothing we keep: it only ends the value before it
	flags labelFlag
}

type labelFlag uint8

const (
	personLabel labelFlag = 1 << iota // only a citizen has this
	bodyLabel                         // only a body has this
	signLabel                         // of a signature: names again who was named before
	vague                             // an everyday word: a label only with a colon or in a cell of its own
	section                           // heads a part of the form
	needsColon                        // a label only with a colon, also in a cell
	officeLabel                       // the office that is asked, whose address follows
)

// The labels of casefile/LAW.md#forms-and-letters with the variants that are seen. Spaces within them do not count, the
// longest fits first.
var labelWords = []struct {
	field Field
	flags labelFlag
	words string
}{
	{Kind, 0, "申请人类型 申请人类别 申请人身份 申请人性质 申请主体 申请者类型 申请者类别"},

	{Name, personLabel, "姓名 申请人姓名 公民姓名 本人姓名 我的姓名 我的名字 名字"},
	{Name, 0, "申请人 申请者 申请人名称 申请人姓名或名称 申请人姓名或者名称 申请人姓名/名称 姓名/名称 姓名或名称 姓名或者名称 申请人（姓名或名称） 共同申请人 申请人全称 委托人 委托人姓名 申请人姓名（名称） 申请人名称或姓名"},
	{Name, bodyLabel, "单位名称 申请单位 申请单位名称 法人或其他组织名称 法人或者其他组织名称 机构名称 组织名称 企业名称 公司名称 法人名称 申请机构 申请单位全称 单位全称"},
	{Name, bodyLabel | vague, "名称"},
	{Name, needsColon, "本人"},
	{Name, signLabel, "申请人签名 申请人签字 申请人签章 申请人盖章 申请人签名或盖章 申请人签名或者盖章 申请人签名（盖章） 申请人（签名） 申请人（签字） 申请人（签章） 申请人（盖章） 申请人（签名或盖章） 申请人（签名或者盖章） 申请人（签字或盖章） 申请人（签名、盖章） 申请人（签名/盖章） 申请人（签字/盖章） 申请人（公章） 申请人（手印） 具状人 申请人亲笔签名 落款"},
	{Name, signLabel | needsColon, "签名 签字 签章"},

	{IDType, 0, "证件 证件名称 证件类型 证件种类 有效身份证件名称 有效证件名称 身份证件名称 身份证件类型 身份证明名称 有效证件类型 有效身份证件类型"},
	{IDNumber, 0, "证件号码 证照号码 证照号 证件号 证件编号 身份证号 身份证号码 身份证件号码 身份证件号 身份号码 公民身份号码 公民身份证号码 有效身份证件号码 有效证件号码 居民身份证号 居民身份证号码 居民身份证 身份证编号 身份证明号码 身份证件名称及号码 证件名称及号码 证件类型及号码 证件种类及号码 证件名称和号码 证件类型和号码 证件类别及号码 身份证件种类及号码 有效身份证件名称及号码 有效证件名称及号码 身份证明"},
	{IDNumber, vague, "身份证 号码"},
	{OrgCode, bodyLabel, "统一社会信用代码 社会信用代码 组织机构代码 组织机构代码证号 机构代码 信用代码 统一信用代码 登记证号 登记证书号 法人登记证号 主体代码 营业执照信息 营业执照 营业执照号 营业执照号码 营业执照注册号 组织机构代码/统一社会信用代码 统一社会信用代码/组织机构代码 统一社会信用代码或组织机构代码 组织机构代码或统一社会信用代码"},
	{Representative, bodyLabel, "法人代表 法定代表人 法人代表姓名 法定代表人姓名 法人代表人 法定代表人/负责人 法定代表人或负责人 法定代表人或者负责人 负责人 主要负责人 单位负责人 法人姓名"},
	{ContactPerson, 0, "联系人 联络人 联系人姓名 经办人 经办人姓名 单位联系人"},
	{Agent, 0, "代理人 委托代理人 代理人姓名 委托代理人姓名 代理律师 受托人 受委托人 委托代理律师 代理人（如有）"},
	{AgentPhone, 0, "代理人电话 代理人联系电话 代理人手机 代理人手机号 代理人联系方式 委托代理人电话 委托代理人联系电话 委托代理人联系方式 代理律师电话 律师电话 受托人电话"},
	{Employer, personLabel, "工作单位 所在单位 工作单位名称"},
	{Employer, personLabel | vague, "单位"},

	{Address, 0, "联系地址 联络地址 通信地址 通讯地址 邮寄地址 住址 住所 住所地 家庭住址 家庭地址 现住址 现住 现住地 居住地址 详细地址 收件地址 收信地址 送达地址 单位地址 办公地址 注册地址 经常居住地 联系住址 通信住址 通迅地址 联系地址（邮寄地址） 申请人地址 联系人地址 联系人通信地址 法定地址 共同住址 共同地址 通讯处 通信处 联系住所"},
	{Address, vague, "地址"},
	{Postcode, 0, "邮政编码 邮编 邮政编号 邮码"},
	{Phone, 0, "联系电话 联络电话 联络方式 电话号码 手机号码 手机号 联系手机 移动电话 固定电话 联系人电话 联系人联系电话 联系人手机 办公电话 电话/手机 手机/电话 联系方式 座机 座机号码 申请人电话 申请人联系电话 联系电话/手机 单位电话 联系电话号码 联系号码 本人电话 Tel Phone Mobile"},
	{Phone, vague, "电话 手机"},
	{Fax, 0, "传真 传真号码 联系传真 传真电话 传真号 Fax"},
	{Email, 0, "电子邮箱 电子信箱 邮箱 E-mail Email E-mail地址 Email地址 邮箱地址 电子邮箱地址 电邮 电子邮件地址 联系邮箱 QQ邮箱 邮件地址 接收邮箱 邮箱号 个人邮箱 电子邮箱（E-mail） 联系人邮箱 联系人电子邮箱"},
	{Email, vague, "电子邮件 邮件"},

	{Request, 0, "所需信息标题 所需信息的标题 信息标题 文件标题 政府信息标题 所需信息的内容描述 所需信息内容描述 所需信息的内容 所需信息内容 所需信息描述 所需信息名称 所需信息的名称 所需信息 所需政府信息的内容描述 所需政府信息内容描述 所需政府信息内容 所需政府信息的内容 所需政府信息名称 所需政府信息 所需信息的名称或内容描述 所需信息的名称、文号或者其他特征性描述 所需内容描述 申请公开的内容 申请公开内容 申请公开事项 申请公开的事项 申请公开的信息 申请公开信息 申请公开的政府信息 申请公开政府信息 申请公开的信息内容 申请公开信息内容 申请公开信息的内容 申请公开信息的内容描述 申请公开的信息内容描述 申请公开信息名称 申请公开的信息名称 申请公开的政府信息内容 申请公开的政府信息名称 申请公开的政府信息的内容描述 申请公开政府信息的内容 申请公开政府信息内容 申请公开政府信息名称 申请公开政府信息内容描述 申请公开的具体内容 申请公开的文件 申请内容 申请事项 申请请求 请求事项 申请信息内容 申请信息名称 申请的信息 申请的内容 申请获取的信息 申请获取的政府信息 申请获取的政府信息内容 信息内容描述 信息的内容描述 信息内容 信息名称 内容描述 政府信息内容描述 政府信息内容 政府信息名称 政府信息的内容描述 政府信息名称或内容描述 需公开的信息 需要公开的信息 需要获取的信息 需要的信息 要求公开的信息 要求公开的内容 请求公开的信息 请求公开的内容 请求公开事项 想了解的内容 想要了解的内容 需要了解的内容 需要公开的内容 要求公开内容 申请了解的内容 申请获取的内容 公开事项 公开内容 具体申请事项 具体申请内容 具体内容 申请公开信息描述 信息描述 信息特征描述 特征性描述 申请公开政府信息的名称、文号或者便于查询的其他特征性描述 政府信息的名称、文号或者便于行政机关查询的其他特征性描述 名称、文号或者其他特征性描述 名称、文号或其他特征性描述 名称、文号或者便于行政机关查询的其他特征性描述 名称、文号或者便于查询的其他特征性描述 名称、文号、特征性描述 名称或特征性描述"},
	{Request, needsColon, "申请公开 现申请公开 特申请公开 申请 申请信息"},
	{Reference, 0, "索取号 信息索取号 所需信息的索取号 所需信息的信息索取号 所需信息索取号 政府信息索取号 索引号 信息索引号 所需信息的文号 文件文号 发文字号 信息文号 文件编号 文件字号"},
	{Reference, vague, "文号"},
	{Purpose, 0, "所需信息的用途 所需信息用途 所需政府信息的用途 所需政府信息用途 信息用途 用途说明 申请用途 使用用途 申请目的 使用目的 申请公开的用途 申请信息的用途 申请信息用途 信息的用途 申请公开信息用途 申请公开信息的用途 政府信息用途 用途"},
	{Purpose, needsColon, "申请理由 申请原因"},
	{Medium, 0, "所需信息的指定提供方式 所需信息指定提供方式 所需信息的指定提供载体形式 所需信息的提供方式 所需信息提供方式 所需政府信息的指定提供方式 所需政府信息的提供方式 指定提供方式 信息的指定提供方式 信息指定提供方式 提供政府信息的指定方式 提供方式 信息提供方式 载体形式 信息载体形式 提供信息的载体形式 信息的载体形式 政府信息的载体形式 政府信息载体形式 所需信息的载体形式 所需信息载体形式 信息载体 载体 公开载体 信息提供载体 载体类型 指定提供载体 提供载体 提供形式 公开形式 形式要求 获取信息的形式 获取信息形式 获取政府信息的形式 获取形式 信息提供形式 提供信息的形式 政府信息提供方式 提供政府信息的方式"},
	{Delivery, 0, "获取信息的方式 获取信息方式 获取政府信息的方式 获取政府信息方式 获取方式 信息获取方式 信息的获取方式 获取信息的途径 获取信息途径 获取政府信息的途径 获取途径 获取信息的方式、途径 获取政府信息的方式、途径 送达方式 信息送达方式 文书送达方式 领取方式 取得方式 接收方式 接收信息方式 寄送方式 答复方式 回复方式 书面答复送达方式 答复送达方式 信息接收方式 如何获取 怎么获取 如何领取 获取信息的具体方式 领取途径"},
	{Delivery, needsColon, "方式 途径 获取 领取"},
	{Medium, needsColon, "形式"},
	{Waiver, 0, "是否申请减免费用 是否申请减免 是否减免费用 申请减免费用 减免费用 是否申请费用减免 费用减免 减免费用申请 是否申请减免信息处理费"},
	{Alternative, 0, "是否接受其他方式 是否接受其它方式 可否接受其他方式"},
	{AppliedOn, 0, "申请日 申请时间 申请日期 填表日期 填表时间 填写日期 提交日期 提交时间 申请人签名日期 签字日期"},
	{AppliedOn, needsColon, "日期 时间"},
	{Remark, 0, "备注 备注说明 附注 附言 其他说明 其它说明 其他要求 备注信息"},

	{"", section, "代理人信息 代理人情况 代理人基本信息 代理人基本情况 委托代理人信息 委托代理人情况 委托代理人基本情况 申请人信息 申请人情况 申请人基本情况 申请人基本信息 申请人资料 所需信息情况 所需政府信息情况 所需信息的情况 申请信息情况 申请信息 公民 法人或其他组织 法人或者其他组织 法人及其他组织 法人/其他组织 法人、其他组织 法人和其他组织 法人 自然人 个人 申请内容情况 基本信息 个人信息 单位信息 申请公开信息情况"},
	{"", officeLabel, "被申请人 被申请机关 被申请单位 受理机关 受理单位 受理部门 受理机构 收件单位 公开机关 公开义务机关 行政机关 接收单位"},
	{"", 0, "性别 民族 出生日期 出生年月 出生年月日 出生地 年龄 职业 国籍 学历 政治面貌 户籍地 户籍地址 籍贯 受理编号 受理号 受理时间 受理人 申请单编号 申请编号 收件人 抄送 主题 主　题 发件人 发送时间 附件 附件材料 附件清单 相关附件 附 填表说明 填写说明 注意事项 事实与理由 事实和理由 事实及理由 法律依据 申请依据 依据 证据 证明材料 单位性质 开户行 账号 微信 微信号 QQ QQ号 申请人承诺 申请人声明 承诺 此致 序号 编号 处理意见 领导批示 经办人意见 机关处理意见 身份证复印件 身份证正面 身份证反面 被征收人 收信人 密码 上传附件 验证码 查询密码 查询码 致 家庭成员 委托权限 代理权限 委托事项 律所 执业机构"},
	{"", needsColon, "说明 注 理由 事由 标题 类型 其他 特此 声明 制作机关 发布机关 发文机关 生成日期 形成时间 制作时间"},
}

// labels are ordered with the longest first; byFirst finds those that begin with a rune.
type labelIndex map[rune][]label

// allLabels are made once: making them takes as long as reading a mail with them.
var allLabels = sync.OnceValue(func() labelIndex {
	x := make(labelIndex)
	for _, e := range labelWords {
		for w := range strings.FieldsSeq(e.words) {
			l := label{text: []rune(strings.ToLower(fold(w))), field: e.field, flags: e.flags}
			l.text = slices.DeleteFunc(l.text, unicode.IsSpace)
			x[l.text[0]] = append(x[l.text[0]], l)
		}
	}
	for _, all := range x {
		slices.SortStableFunc(all, func(a, b label) int { return len(b.text) - len(a.text) })
	}
	return x
})

// fold gives each character its plain form: half width, no radicals in place of characters (PDF files
// are full of them), one kind of bracket, colon and blank.
func fold(s string) string {
	return strings.Map(foldRune, s)
}

func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if r == '\t' {
			return ' '
		}
		return r
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xfee0
	case r == '\u3000', r == '\u00a0', r >= '\u2000' && r <= '\u200a', r == '\u202f':
		return ' '
	case r == '∶' || r == '︰' || r == '﹕' || r == '꞉' || r == '˸':
		return ':'
	case r == '【' || r == '〔' || r == '［' || r == '﹝':
		return '['
	case r == '】' || r == '〕' || r == '］' || r == '﹞':
		return ']'
	case r >= 0x2e80 && r <= 0x2fdf || r >= 0xf900 && r <= 0xfaff:
		if n := []rune(norm.NFKC.String(string(r))); len(n) == 1 {
			return n[0]
		}
	}
	return r
}

// at finds the longest label that begins at rs[i], with blanks between its characters or without; end
// is the place behind it. rs is folded.
func (x labelIndex) at(rs []rune, i int) (l label, end int, ok bool) {
	first := rs[i]
	if first >= 'A' && first <= 'Z' {
		first += 'a' - 'A'
	}
	for _, l := range x[first] {
		if end, ok := fits(rs, i, l.text); ok {
			l, end = x.joined(l, rs, end)
			return l, end, true
		}
	}
	return label{}, 0, false
}

// hinted notes a second field that a hint names: 通讯地址（含邮编）.
func (l *label) hinted(hint string) {
	if l.field == Address && (strings.Contains(hint, "邮编") || strings.Contains(hint, "邮政编码")) {
		l.also = Postcode
	}
}

// joined reads a second label behind 及, 和 or a stroke: 联系地址及邮编.
func (x labelIndex) joined(l label, rs []rune, end int) (label, int) {
	if l.field.group() != ofApplicant || l.field == "" || end+1 >= len(rs) || !strings.ContainsRune("及和与、/", rs[end]) {
		return l, end
	}
	for _, o := range x[rs[end+1]] {
		if stop, ok := fits(rs, end+1, o.text); ok && o.field != l.field && o.field.group() == ofApplicant && o.field != "" {
			l.also = o.field
			return l, stop
		}
	}
	return l, end
}

// maxSplit is how many blanks may stand between two characters of a label: “姓    名”.
const maxSplit = 8

func fits(rs []rune, i int, word []rune) (end int, ok bool) {
	for k, w := range word {
		blanks := 0
		for k > 0 && i < len(rs) && (rs[i] == ' ' || rs[i] == '\n') && blanks < maxSplit {
			i++
			blanks++
		}
		if i >= len(rs) || unicode.ToLower(rs[i]) != w {
			return 0, false
		}
		i++
	}
	return i, true
}

// whole reads a text as nothing but a label: with a mark that it is required, a number before it, hints
// in brackets and a colon behind it.
func (x labelIndex) whole(text string) (l label, hint string, ok bool) {
	if len(text) > 600 {
		return label{}, "", false
	}
	rs := []rune(simple(fold(text)))
	i := lead(rs, 0)
	if i >= len(rs) {
		return label{}, "", false
	}
	l, end, ok := x.at(rs, i)
	if !ok {
		return label{}, "", false
	}
	hints := end
	end = skipHints(rs, end)
	hint = string(rs[hints:end])
	colon := false
	for end < len(rs) && (rs[end] == ' ' || rs[end] == '\n' || rs[end] == ':' || rs[end] == '*') {
		colon = colon || rs[end] == ':'
		end++
	}
	if end = skipHints(rs, end); end < len(rs) || l.flags&needsColon != 0 && !colon {
		return label{}, "", false
	}
	return l, hint, true
}

// lead passes what stands before a label at the beginning of a line: bullets, numbers, marks.
func lead(rs []rune, i int) int {
	from := i
	for i < len(rs) && strings.ContainsRune(" \n*·•●◆▪-—#>★※", rs[i]) {
		i++
	}
	j := i
	if j < len(rs) && (rs[j] == '(' || rs[j] == '[') {
		j++
	}
	if j < len(rs) && rs[j] == '第' {
		j++
	}
	digits := j
	for j < len(rs) && j-digits < 3 && strings.ContainsRune("0123456789一二三四五六七八九十", rs[j]) {
		j++
	}
	if k := j; j > digits && k < len(rs) && strings.ContainsRune("、.．):,]", rs[k]) {
		for k < len(rs) && strings.ContainsRune("、.．):,] ", rs[k]) {
			k++
		}
		return k
	}
	if i < len(rs) && rs[i] >= '①' && rs[i] <= '⑳' {
		return i + 1
	}
	if i-from > 60 {
		return from
	}
	return i
}

// skipHints passes hints in brackets behind a label: （必填）, (名称、文号或者其他特征性描述).
func skipHints(rs []rune, i int) int {
	for {
		j := i
		for j < len(rs) && (rs[j] == ' ' || rs[j] == '\n' || rs[j] == '*') {
			j++
		}
		if j >= len(rs) || rs[j] != '(' && rs[j] != '[' && rs[j] != '<' && rs[j] != '{' {
			return i
		}
		depth, k := 0, j
		for ; k < len(rs) && k-j < 160; k++ {
			switch rs[k] {
			case '(', '[', '<', '{':
				depth++
			case ')', ']', '>', '}':
				depth--
			}
			if depth == 0 {
				break
			}
		}
		if k >= len(rs) || depth != 0 {
			return i
		}
		if tick := strings.TrimSpace(string(rs[j+1 : k])); tick == "" || isTick(tick) {
			return i // a box to tick, no hint
		}
		i = k + 1
	}
}
