package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// Offices and applicants coin labels that no list holds. Where a word stands in a label's place – before a
// colon at the beginning of a line, in a cell beside another – it is taken for one when its last
// syllables say which.

// wishWords is how people name what they ask for: 所需的政府信息, 想了解的具体事项. The whole word is made of
// these, so that a description is not taken for a label.
var wishWords = regexp.MustCompile(`^(?:本人|我)?(?:所需|所要|需要|需求|需|欲|申请|要求|请求|希望|想|拟)要?(?:申请|获取|公开|获得|提供|了解|查询|知道)?的?(?:相关|有关|以下)?(?:政府)?(?:信息|资料|文件|材料)?(?:公开)?的?(?:具体|主要|详细)?(?:信息|名称|标题|文号|内容|事项|描述|特征性?|其[他它]|便于(?:行政机关)?查询的|及|和|或者?|与|、|/)*$`)

var wishNouns = regexp.MustCompile(`信息|内容|资料|材料|事项|文件`)

// tails tell a field by how its label ends. The first that fits decides.
var tails = []struct {
	field Field
	word  *regexp.Regexp
}{
	{"", regexp.MustCompile(`被申请|受理|承办|收件人|行政机关|本机关|填表说明|第三方|被征收`)},
	{Purpose, regexp.MustCompile(`用途(说明)?$`)},
	{Waiver, regexp.MustCompile(`减免`)},
	{AppliedOn, regexp.MustCompile(`^(申请|填表|填写|填报|提交|申请人签名)的?(日期|时间|日)$`)},
	{Delivery, regexp.MustCompile(`(获取|领取|索取|接收|收取|取件|送达|答复|回复|取得|寄送|邮寄|递送|投递|传递|发送|交付).{0,10}(方式|途径|渠道|办法)(要求)?$|(答复|回复)的?形式$|途径$`)},
	{Medium, regexp.MustCompile(`(提供|载体|公开|介质|获取|信息).{0,8}(方式|形式)(要求)?$|(载体|介质)(要求|类型|种类)?$`)},
	{AgentPhone, regexp.MustCompile(`(代理|律师|受托).{0,4}(电话|手机|手机号码?|联系方式)$`)},
	{Phone, regexp.MustCompile(`(电话|手机|手机号码?|电话号码|联系方式|联系号码)$`)},
	{Fax, regexp.MustCompile(`传真(号码?)?$`)},
	{Email, regexp.MustCompile(`(邮箱|信箱|电邮|[Ee]-?[Mm]ail|邮箱地址|邮件地址)$`)},
	{Postcode, regexp.MustCompile(`(邮编|邮政编码)$`)},
	{Address, regexp.MustCompile(`(地址|住址|住所|居住地|住处)$`)},
	{OrgCode, regexp.MustCompile(`(信用代码|机构代码)(证?号)?$`)},
	{IDNumber, regexp.MustCompile(`(证件|身份证|身份证明).{0,6}(号|号码|编号)$`)},
	{IDType, regexp.MustCompile(`(证件|身份证明).{0,4}(名称|类型|种类)$`)},
	{Agent, regexp.MustCompile(`(代理人|受托人)的?(姓名)?$`)},
	{ContactPerson, regexp.MustCompile(`(联系人|经办人)的?(姓名)?$`)},
	{Representative, regexp.MustCompile(`(法定代表人|法人代表|负责人)的?(姓名)?$`)},
	{Name, regexp.MustCompile(`^(申请人|申请者|申请单位|公民|单位|企业|机构|组织|法人).{0,8}(姓名|名称|全称)$`)},
	{Request, regexp.MustCompile(`^(其他|其它)?(便于查询的)?(其他|其它)?特征性?描述$|^(申请|所需|需要).{0,14}特征性?描述$`)},
	{Remark, regexp.MustCompile(`(备注|附注|附言)$`)},
}

// guess reads a word in a label's place.
func guess(word string) (label, bool) {
	word = strings.Trim(strings.Join(strings.Fields(word), ""), "*:")
	n := utf8.RuneCountInString(word)
	if n < 2 || n > 34 || strings.ContainsAny(word, "0123456789。；;@"+emptyMarks+tickedMarks) ||
		strings.ContainsAny(word, "，,") && !strings.Contains(word, "包括") {
		return label{}, false
	}
	if wishWords.MatchString(word) && wishNouns.MatchString(word) {
		return label{text: []rune(word), field: Request}, true
	}
	if n > 16 && !strings.Contains(word, "形式要求") {
		return label{}, false
	}
	for _, t := range tails {
		if t.word.MatchString(word) {
			return label{text: []rune(word), field: t.field}, t.field != ""
		}
	}
	return label{}, false
}

// guessed returns the label before the first colon of a line from rs[i] on, and where it ends.
func guessed(rs []rune, i int) (l label, end int, ok bool) {
	for end = i; end < len(rs) && end-i < 40 && rs[end] != ':' && rs[end] != '('; end++ {
	}
	if end >= len(rs) || end-i >= 40 {
		return label{}, 0, false
	}
	if after := skipHints(rs, end); after >= len(rs) || rs[after] != ':' {
		return label{}, 0, false
	}
	l, ok = guess(string(rs[i:end]))
	return l, end, ok
}
