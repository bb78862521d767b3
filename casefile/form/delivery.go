package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// Behind a description people say in the same sentence where the reply should go: …的批复，寄到桂林路5号，我的电话……. That is no part of it.
// Only a clause that is nothing else is taken off, from the end: an address that no verb of sending stands before may be what the
// information is about, and so may a letter that went to somebody.

const (
	inPlace   = `[^的年月第各\[\]()《》“”":;]`
	placeHere = inPlace + `{0,24}[路街巷弄道村镇乡县区市省里坊园庄苑院厦组队]` + inPlace + `{0,24}?` +
		`(?:[0-9一二三四五六七八九十甲乙丙丁]+(?:号|室|楼|层|单元|栋|幢|座|组|户)|[0-9]+(?:-[0-9]+)+号?)(?:院|大院|内)?`
	received    = `(?: ?\p{Han}{2,4}(?:收|亲收|收启))?(?: ?\(?(?:邮编|邮政编码):?[0-9]{6}\)?)?`
	mailboxHere = `[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+`
	politely    = `(?:请|麻烦|烦请|劳烦|希望|望|敬请|恳请)(?:您|你们|贵局|贵单位|贵机关|你局)?(?:能|可以)?`
	please      = `^(?:并且?|同时|另外?)?(?:` + politely + `)?`
	whatIsSent  = `(?:[将把]?(?:以上|上述|该|相关|有关|所需)?(?:信息|材料|资料|文件|(?:书面)?答复书?|告知书|结果|复印件|回函)|[将把]其)?`
	sentBy      = `(?:(?:以|用|通过|按|走)?(?:EMS|快递|挂号信?|邮政|特快专递|平信|纸质版?|书面|电子邮件|邮件|邮箱|电子版)(?:的?(?:方式|形式))?)?`
	enough      = `(?:即可|就行|就可以|就好)?$`
)

var (
	toPlace = regexp.MustCompile(please + whatIsSent + sentBy + `(?:(?:邮寄|寄送|寄|快递|回寄)(?:到|至|往|给|回)?|(?:回复|答复|回信|回函)(?:到|至|往))` +
		` ?(?:(?:我|本人|申请人)(?:的|家)?(?:住址|地址|单位|通信地址|通讯地址)?(?:是|为|:)? ?|(?:以下)?地址:? ?)?(` + placeHere + `)` + received + enough)
	toWriter  = regexp.MustCompile(please + whatIsSent + sentBy + `(?:邮寄|寄送|寄|快递|发送|发|回复|答复|提供|反馈)(?:给|到|至)?(?:我|本人|申请人)(?:本人|家里?|单位)?` + enough)
	toAddress = regexp.MustCompile(please + whatIsSent + sentBy + `(?:发送|发|回复|答复|反馈|寄|传|提供)(?:到|至|往|给)? ?(?:我|本人|申请人)?的?(?:这个|本|此|以下)?` +
		`(?:(?:电子|QQ)?(?:邮箱|邮件)(?:地址)?(?:里|中)?(?:是|为|:)? ?(?:` + mailboxHere + `)?|` + mailboxHere + `)(?: ?邮箱)?` + enough)
	byThatWay = regexp.MustCompile(`^(?:并且?|同时)?(?:` + politely + `(?:以|用|通过|采用|采取)?|(?:以|用|通过|采用|采取))` +
		`(?:电子邮件|邮件|邮箱|邮寄|快递|EMS|挂号信|电子版|电子文档|纸质|书面)(?:的?(?:方式|形式))?(?:回复|答复|提供|发送|发|寄送|邮寄|寄|送达)(?:给?(?:我|本人))?` + enough)
	reachedBy = regexp.MustCompile(`^(?:我|本人|申请人)?的?(?:` +
		`(?:联系|手机|移动|座机|固定)?(?:电话|手机|手机号码?|联系方式)(?:号码?)?(?:是|为|:)? ?[+(]?[0-9][0-9 ()+-]{6,18}` +
		`|(?:电子)?(?:邮箱|邮件|信箱)(?:地址|号)?(?:是|为|:)? ?` + mailboxHere +
		`|(?:通信|通讯|邮寄|收件|收信|寄送|回信)地址(?:是|为|在|:)? ?(` + placeHere + `)` + received +
		`|(?:邮编|邮政编码)(?:是|为|:)? ?[0-9]{6})$`)
	// besideThat is taken off with such a clause before it, and stays without one.
	besideThat = regexp.MustCompile(`^(?:1[3-9][0-9]{9}|` + mailboxHere + `|\p{Han}{2,4}(?:收|亲收|收启)|(?:收件人|收信人)(?:是|为|:)? ?\p{Han}{2,4}|谢谢您?|感谢|多谢|盼复|为盼|为谢)$`)

	postcodeHere = regexp.MustCompile(`(?:邮编|邮政编码)(?:是|为|:)? ?([0-9]{6})`)
)

// longestClause is how many characters of a clause are compared.
const longestClause = 80

// clauseEnds are what parts clauses.
const clauseEnds = "，,；;。！!\n"

// withoutDelivery parts a description from the clauses at its end that say where the reply goes; said is empty where none does.
func withoutDelivery(s string) (kept string, said []string) {
	var passed []string
	cut := -1
	for at := len(s); ; {
		t := strings.TrimRight(s[:at], " \u3000"+clauseEnds)
		at = strings.LastIndexAny(t, clauseEnds)
		if at < 0 || len(t)-at > 4*longestClause {
			break
		}
		_, size := utf8.DecodeRuneInString(t[at:])
		clause := strings.TrimSpace(simple(fold(t[at+size:])))
		passed = append(passed, clause)
		if delivers(clause) {
			cut, said = at, passed
		} else if !besideThat.MatchString(clause) {
			break
		}
	}
	if cut < 0 {
		return s, nil
	}
	if end, size := utf8.DecodeRuneInString(s[cut:]); strings.ContainsRune("。！!", end) {
		cut += size // it ends the description
	}
	if kept = strings.TrimRight(s[:cut], " \u3000，,；;\n"); utf8.RuneCountInString(kept) < 4 {
		return s, nil
	}
	return kept, said
}

// delivers reports whether a clause is nothing but where, or how, a reply goes.
func delivers(clause string) bool {
	return toPlace.MatchString(clause) || toWriter.MatchString(clause) || byThatWay.MatchString(clause) || reachedBy.MatchString(clause) || toAddress.MatchString(clause)
}

// delivered takes out of such clauses what they say, where nothing better is known.
func (r *reading) delivered(said []string, where string) {
	weak := func(f Field, value, label string, conf int) {
		if value != "" && !r.has(f) && !r.forAgent(f) {
			r.add(finding{field: f, value: value, label: label, place: where, conf: conf, weak: true})
		}
	}
	for _, clause := range said {
		r.details(finding{place: where, conf: 70, weak: true}, clause)
		way := wayOf(Delivery, clause)
		if m := toPlace.FindStringSubmatch(clause); m != nil {
			weak(Address, m[1], "寄至", 68)
			if way == "" && strings.Contains(clause, "寄") {
				way = "邮寄"
			}
		} else if m := reachedBy.FindStringSubmatch(clause); m != nil {
			weak(Address, m[1], "", 68)
		}
		if m := postcodeHere.FindStringSubmatch(clause); m != nil {
			weak(Postcode, m[1], "", 70)
		}
		weak(Delivery, way, "", 70)
		weak(Medium, wayOf(Medium, clause), "", 70)
	}
}
