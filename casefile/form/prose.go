package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// Layout (c): a letter. Its sentences are searched for what labels would say elsewhere; everything found
// here is less certain.

var (
	selfName    = regexp.MustCompile(`(?:^|[，,。；;：:！!？?\s])(?:本人|我叫|我是|我名叫|申请人|我的名字叫|本人姓名)[：:\s]?(\p{Han}{2,4}|\p{Han}{1,6}[·•]\p{Han}{1,8})(?:[，,。；;（(\s系是、]|$)`)
	described   = regexp.MustCompile(`^(\p{Han}{2,4})[，,][男女][，,]`)
	villager    = regexp.MustCompile(`(?:我是|本人是|本人系|我系)[^，。；\n]{2,40}?(?:村民|居民|业主|市民|职工|员工|住户|群众|公民|农民|学生|租户)[：:]?(\p{Han}{2,4})(?:[，,。；;（(\s]|$)`)
	entrusted   = regexp.MustCompile(`(?:受|接受|经)(\p{Han}{2,4}|[^，。；\s]{2,30}?(?:公司|合作社|村委会|委员会|厂|协会|中心))(?:等人)?(?:的)?委托`)
	bodyWriting = regexp.MustCompile(`(?:^|[，,。；;：:\s])(?:我公司|我司|我单位|我厂|本公司|本单位|我院|我会)[（(，,：:\s]?(?:名称为|全称为|是|系|即)?([^，。；：:（(\s]{4,40}?(?:公司|厂|合作社|研究院|研究所|协会|基金会|律师事务所|中心))`)
	lives       = regexp.MustCompile(`(?:^|[，,。；;：:（(\s])(?:现居住于|现居住在|居住在|居住于|家住|现住址为|现住|住址为|住所地|住所|住址|户籍地|住在|通信地址|通讯地址|联系地址|地址|住)[：:\s]?([^，,。；;：:）)\n]{5,60}?)(?:[，,。；;）)\n]|$)`)
	mailTo      = regexp.MustCompile(`(?:邮寄|寄送|寄|快递|EMS|送达)(?:至|到|往|给)[：:\s]?(?:以下地址[：:]?)?([^，,。；;\n]{6,60})`)
	byWay       = regexp.MustCompile(`(?:以|通过|用|采用|采取|按|按照|由)([^，。；\n]{1,24}?)(?:的)?(?:形式|方式|途径|渠道|的?)(?:予以|向我|给我|向本人|给本人|进行|书面|加盖公章)?[^，。；\n]{0,6}?(?:提供|回复|答复|公开|送达|寄送|邮寄|寄给|发送|发给|告知|反馈|回函|获取|获得|领取)`)
	toMailbox   = regexp.MustCompile(`(?:发送?|回复|答复|寄)(?:至|到|给|往|我|本人)?[^，。；\n]{0,12}(?:邮箱|信箱|邮件地址|[A-Za-z0-9._-]+@)|(?:电子邮件|邮件|邮箱)(?:方式)?(?:回复|答复|提供|发送)`)
	purposeIs   = regexp.MustCompile(`(?:主要用于|用于|用作|用途为|用途是|用途[：:]|目的是|作为)([^。；，,\n]{2,80})`)
	inOrderTo   = regexp.MustCompile(`(?:^|[，,。；\s])为(?:了)??(了解[^，,。；\n]{2,40}|[^，,。；了\n][^，,。；\n]{3,40}?)[，,](?:特|现|故|依法|申请公开|请求|我|本单位|本公司|依据|根据|按照)`)
	others      = regexp.MustCompile(`代理人|受托人|被申请人`) // whose numbers are not the applicant's
	title       = regexp.MustCompile(`^关于[^。，]{2,60}(的)?(申请|申请书|函|请求|报告|请示)$`)
	appointed   = regexp.MustCompile(`(?:指派|委派)(?:本所)?(\p{Han}{2,4}?)(?:、\p{Han}{2,4}?)?律师`)
	asks        = regexp.MustCompile(`(申请|请求|要求|恳请|请|希望|想申请|望)(?:被申请人|贵[\p{Han}]{1,4}?|你[局委办府厅处]{1,2}|您们?|你们)?(?:能够?|可以|予以|给予|依法|依照规定|及时|尽快|书面|主动|协助)*(?:向(?:我|本人|申请人|我方|我们|我司|我公司|我单位)(?:们)?)?(?:依法|书面|主动|予以)*(公开|提供|获取|告知|获得|查阅|复制|查询|了解)(?:一下|给我|给本人)?[：:]?([^。！!\n]*)`)
	wantToKnow  = regexp.MustCompile(`(?:(?:想|想要|需要|希望|我要|我们要|要求)(?:申请)?(?:了解|知道|获取|查询|得到|查看|看|查)|想[问跟向][\p{Han}]{1,4}?要|想要|索要|索取)(?:一下|一份)?([^。！!\n]{4,})`)
	itIs        = regexp.MustCompile(`(?:所需|需要|申请|申请公开|要求公开)的?(?:政府)?(?:信息|内容|文件)(?:的?(?:内容|名称|描述))?(?:应?为|是指?)[：:]?([^。！!\n]{4,})`)
	listed      = regexp.MustCompile(`^(第[一二三四五六七八九]|[一二三四五]是|其[一二三四五])[，,、：:]?`)
	generic     = regexp.MustCompile(`^(?:关于)?(?:以下|下列|如下|下述|上述|相关|有关|前述|本单位|的|之|所需|所述|涉及)*(?:政府|公共|具体)?(?:的)?(?:信息|内容|文件|材料|事项|资料|情况|书面材料)*(?:进行|予以)?(?:公开)?(?:内容|事项|信息)?(?:如下|有)?[：:，,、。；;]?`)
	tail        = regexp.MustCompile(`[，,；;](?:并?(?:请|希望|望|盼|烦请|要求|恳请)[^，]{0,4}?(?:以|通过|用|将|把|寄|发|回复|答复|按|给|书面|邮寄|加盖)|以便|用于|谢谢|感谢|盼复|特此|为盼|并以|并通过|并在|并于|并书面|并将|并要求|并请求|麻烦|用途|我是|我叫|同时请|请以|联系|我的|本人(?:电话|邮箱|联系)|电话|手机|邮箱|邮寄|具体内容|详见附件|申请表见附件|具体见附件|见附件|望|(?:获取|领取|送达|提供|答复|回复|载体)[^，；]{0,6}[：:]).*$`)
	sentence    = regexp.MustCompile(`[^。！!\n]+[。！!]?`)
	letterTo    = regexp.MustCompile(`^(尊敬的|致)?[^，。；]{2,30}[:：]$`)
)

// letter reads rows that no label claims.
func (r *reading) letter(rows []row) {
	rows = unwrapRows(rows)
	weak := func(f Field, value, label, where string, conf int) {
		if value == "" {
			return
		}
		if r.has(f) && f.group() == ofApplicant {
			return
		}
		r.add(finding{field: f, value: value, label: label, place: where, conf: conf, weak: true})
	}
	for i := 0; i < len(rows); i++ {
		w := rows[i]
		text := strings.TrimSpace(strings.ReplaceAll(w.text, "\u3000", " "))
		if text == "" || letterTo.MatchString(text) && !asks.MatchString(text) {
			continue
		}
		known := len(r.found) + len(r.asked)
		r.people(text, w.place)
		r.who(text, w.place)
		if !others.MatchString(text) {
			r.details(finding{place: w.place, conf: 70, weak: true}, text)
		}
		if m := mailTo.FindStringSubmatch(text); m != nil && strings.ContainsAny(m[1], "省市县区镇乡村路街号") {
			weak(Address, withoutReceiver(strings.TrimSpace(m[1])), "寄至", w.place, 68)
		}
		for _, f := range []Field{Medium, Delivery} {
			if v := wayOf(f, text); v != "" && !r.has(f) {
				r.add(finding{field: f, value: v, place: w.place, conf: 70, weak: true})
			}
		}
		if m := inOrderTo.FindStringSubmatch(text); m != nil {
			if !strings.Contains(m[1], "权益") {
				weak(Purpose, m[1], "", w.place, 60)
			}
		}
		if m := purposeIs.FindStringSubmatch(text); m != nil && !r.has(Purpose) && !asks.MatchString(m[1]) {
			weak(Purpose, strings.TrimSpace(m[1]), "", w.place, 62)
		}
		i += r.wish(text, rows[i:], w.place)
		if known == len(r.found)+len(r.asked) && len(r.puzzling) < maxPuzzling && puzzles(text) {
			r.puzzling = append(r.puzzling, w)
		}
	}
	r.signature(rows)
}

const maxPuzzling = 20 // of one document

// puzzles reports whether a line that gave nothing may yet say something: it is no greeting and no ending.
func puzzles(text string) bool {
	return utf8.RuneCountInString(blankless(text)) >= 6 && !endsLong(text) && !polite.MatchString(simple(text)) && !title.MatchString(simple(text))
}

var polite = regexp.MustCompile(`^(尊敬的|您好|你好|各位|领导|—— |-{3,}|[【\[]?政府信息公开申请)|(您好|你好)[！!。]?$`)

// who finds the writer's name in a sentence.
func (r *reading) who(text, where string) {
	if m := entrusted.FindStringSubmatch(text); m != nil && (likelyName(m[1]) || bodySuffix(m[1]) != "") {
		r.weakName(m[1], "委托", where, 64)
	}
	if m := appointed.FindStringSubmatch(text); m != nil && likelyName(m[1]) {
		r.add(finding{field: Agent, value: m[1], label: "指派", place: where, conf: 72, weak: true})
		r.agent = agentNamed
	}
	for _, re := range []*regexp.Regexp{villager, selfName, described} {
		for _, m := range re.FindAllStringSubmatchIndex(simple(text), 3) {
			if name := strings.TrimRight(text[m[2]:m[3]], "系是"); likelyName(name) {
				r.weakName(name, "本人", where, 74)
				return
			}
		}
	}
	if m := bodyWriting.FindStringSubmatch(text); m != nil {
		r.weakName(m[1], "我单位", where, 62)
	}
}

var bracketed = regexp.MustCompile(`(\p{Han}{2,8})[（(]([^（）()\n]{0,60}[0-9]{17}[0-9Xx][^（）()\n]{0,60})[）)]`)

// people finds those whom a letter names with their numbers in brackets: 张三（身份证号……，电话……）、李四（……）.
func (r *reading) people(text, where string) {
	if r.has(Name) || others.MatchString(text) {
		return
	}
	for _, m := range bracketed.FindAllStringSubmatch(text, maxApplicants) {
		name := m[1] // what stands before it may be glued to it: 现推选张三
		for n := utf8.RuneCountInString(name); n > 2 && !likelyName(name); n-- {
			_, size := utf8.DecodeRuneInString(name)
			name = name[size:]
		}
		if !likelyName(name) {
			continue
		}
		r.nameApplicant(finding{field: Name, value: name, label: "姓名及证件号码", place: where, conf: 74})
		r.details(finding{place: where, conf: 74}, m[2])
	}
}

var receiver = regexp.MustCompile(`\s*(\p{Han}{2,4})\s*(收|亲收|转收|收启)$`)

// withoutReceiver takes the name off an address that a letter goes to: 某村五组张三收.
func withoutReceiver(s string) string {
	if m := receiver.FindStringSubmatchIndex(s); m != nil {
		for at := m[2]; at < m[3]; {
			if likelyName(s[at:m[3]]) {
				return strings.TrimSpace(s[:at])
			}
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
		}
	}
	return s
}

// weakName proposes a name that nobody labelled.
func (r *reading) weakName(name, label, where string, conf int) {
	if r.has(Name) {
		return
	}
	r.add(finding{field: Name, value: name, label: label, place: where, conf: conf, weak: true})
}

// details finds in running text what speaks for itself: numbers, addresses. f carries place and
// certainty.
func (r *reading) details(f finding, text string) {
	text = fold(text)
	set := func(field Field, value, doubt string, conf int) {
		if value == "" || r.forAgent(field) || r.has(field) {
			return
		}
		r.add(finding{field: field, value: value, doubt: doubt, place: f.place, conf: conf, weak: f.weak})
	}
	upper := strings.ToUpper(dense(text))
	if m := idShape.FindStringIndex(upper); m != nil && (m[1] == len(upper) || !isDigit(upper[m[1]])) && (m[0] == 0 || !isDigit(upper[m[0]-1])) {
		id := upper[m[0]:m[1]]
		if strings.Contains(text, "信用代码") {
			set(OrgCode, id, CheckOrgCode(id), 70)
		} else if id[6:8] == "19" || id[6:8] == "20" {
			conf := 74
			if strings.Contains(text, "身份证") || strings.Contains(text, "公民身份") {
				conf = 86
			}
			set(IDNumber, id, CheckID(id), conf)
			if conf == 86 && !r.has(IDType) {
				set(IDType, "身份证", "", 70)
			}
		}
		text = strings.ReplaceAll(text, id, "")
	}
	if code := codeOf(text); code != "" {
		set(OrgCode, code, CheckOrgCode(code), 76)
	}
	if p := mobile.FindString(text); p != "" {
		conf := 60
		if strings.Contains(text, "电话") || strings.Contains(text, "手机") || strings.Contains(text, "联系") {
			conf = 78
		}
		set(Phone, phones(p), "", conf)
	} else if strings.Contains(text, "电话") && !strings.Contains(text, "贵") {
		set(Phone, phones(text), "", 62)
	}
	if e := emails(text); len(e) > 0 {
		set(Email, e[0], "", 74)
	}
	if m := lives.FindStringSubmatch(text); m != nil && strings.ContainsAny(m[1], "省市县区镇乡村路街号") {
		set(Address, strings.TrimSpace(m[1]), "", 70)
	}
}

var (
	mobile = regexp.MustCompile(`(?:^|[^0-9])1[3-9][0-9](?:[- ]?[0-9]{4}){2}`)
)

var (
	notBy   = regexp.MustCompile(`以(上|下|便|前|后|内|及|来)|[可予得给难]以`)
	eCopy   = regexp.MustCompile(`电子(版|文档|件)(即可|就行|就可以|就好|也可|亦可)`)
	onPaper = regexp.MustCompile(`书面(答复|回复|告知|形式|材料)|纸[质面]的?(版|材料|件|形式|文件|文本|复印件)`)
	byPost  = regexp.MustCompile(`邮寄(给|送达|送|至|到)|寄给(我|本人|申请人)|以邮寄|邮寄(方式|形式)`)
)

// wayOf finds in a sentence how the reply is wanted.
func wayOf(f Field, text string) string {
	text = notBy.ReplaceAllString(simple(text), "")
	var words []string
	for _, m := range byWay.FindAllStringSubmatch(text, 3) {
		words = append(words, m[0])
	}
	said := strings.Join(words, "、")
	if f == Medium {
		switch {
		case strings.Contains(said, "纸质") || strings.Contains(said, "纸面") || strings.Contains(said, "书面") || strings.Contains(said, "复印件"):
			return "纸面"
		case eCopy.MatchString(text):
			return "电子文档"
		case onPaper.MatchString(text):
			return "纸面"
		case strings.Contains(said, "光盘"):
			return "光盘"
		case strings.Contains(said, "电子文档") || strings.Contains(said, "电子版") || strings.Contains(said, "电子文件") || strings.Contains(said, "电子形式"):
			return "电子文档"
		}
		return ""
	}
	switch {
	case strings.Contains(said, "电子邮件") || strings.Contains(said, "邮件") || strings.Contains(said, "邮箱") || strings.Contains(said, "E-mail"), toMailbox.MatchString(text):
		return "电子邮件"
	case strings.Contains(said, "快递") || strings.Contains(said, "EMS") || strings.Contains(said, "特快"):
		return "快递"
	case strings.Contains(said, "邮寄") || strings.Contains(said, "挂号"), mailTo.MatchString(text), byPost.MatchString(text):
		return "邮寄"
	case strings.Contains(said, "当面") || strings.Contains(said, "自行领取") || strings.Contains(said, "自取"):
		return "自行领取"
	case strings.Contains(said, "传真"):
		return "传真"
	}
	return ""
}

// wish finds what the letter asks for in a sentence or in the lines below it; it returns how many lines
// it took beyond the first.
func (r *reading) wish(text string, rows []row, where string) (taken int) {
	if len(r.asked) > 0 && !r.asked[0].weak || wayLine.MatchString(simple(fold(text))) || title.MatchString(simple(text)) {
		return 0
	}
	for s := range strings.SplitSeq(strings.Join(sentence.FindAllString(text, -1), "\x00"), "\x00") {
		s = strings.TrimRight(s, "。！! ")
		conf, what := 72, ""
		plain := simple(s)
		if m := asks.FindStringSubmatchIndex(plain); m != nil {
			what = s[m[6]:m[7]]
			if verb := plain[m[4]:m[5]]; verb == "告知" || verb == "了解" || verb == "查询" {
				conf = 58
			}
		} else if m := itIs.FindStringSubmatchIndex(plain); m != nil {
			what, conf = s[m[2]:m[3]], 70
		} else if m := wantToKnow.FindStringSubmatchIndex(plain); m != nil {
			what, conf = s[m[2]:m[3]], 52
		} else {
			continue
		}
		f := finding{field: Request, place: where, conf: conf, weak: true, listed: listed.MatchString(text)}
		what = what[len(generic.FindString(simple(what))):]
		if end := tail.FindStringIndex(simple(what)); end != nil {
			what = what[:end[0]]
		}
		what = strings.Trim(what, " ：:，,；;、")
		if below := utf8.RuneCountInString(what) < 4 || announces.MatchString(what); below && r.listed < mostListed && (strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":") || strings.HasSuffix(text, "如下") || strings.HasSuffix(text, "如下。")) {
			var lines []string
			for _, w := range rows[1:] {
				if t := strings.TrimSpace(w.text); t != "" && endsLong(t) {
					break
				}
				lines = append(lines, w.text)
				taken++
			}
			r.listed += len(lines)
			list, _ := prose(strings.Join(unwrapLines(lines, ""), "\n"))
			if what = strings.TrimSpace(what + "：\n" + list); strings.HasPrefix(what, "：") {
				what = list
			}
		}
		if utf8.RuneCountInString(what) < 4 || notWish.MatchString(simple(what)) {
			taken = 0
			continue
		}
		kept, said := withoutDelivery(what)
		f.value = kept
		r.delivered(said, where)
		r.ask(f)
		return taken
	}
	return 0
}

// mostListed bounds the lines that are looked at as lists of a letter: each goes on to its end, and may be none.
const mostListed = 2000

// announces is how a sentence ends that a list follows: 某某项目的下列材料.
var announces = regexp.MustCompile(`(以下|下列|如下)[^，。；]{0,8}$`)

var notWish = regexp.MustCompile(`^(表|书|[^，。]{0,8}(申请|申请表|申请书|登记表|登记)$|的?方式|条例|法|的规定|申请|答复|义务|职责|的?形式|给予|予以|支持|帮助|详见附件|见附件)`)

// signature looks at the end of a letter: a name alone on its line, with the date near it.
func (r *reading) signature(rows []row) {
	seen := 0
	for i := len(rows) - 1; i >= 0 && seen < 5; i-- {
		text := strings.TrimSpace(rows[i].text)
		if text == "" {
			continue
		}
		seen++
		f := fold(text)
		if d := date(text); d != "" && utf8.RuneCountInString(blankless(text)) <= 24 && !r.has(AppliedOn) {
			if dateLine.MatchString(f) {
				r.add(finding{field: AppliedOn, value: d, label: "落款", place: rows[i].place, conf: 74, weak: true})
			}
		}
		bare := strings.TrimSpace(mobile.ReplaceAllString(trailingDate.ReplaceAllString(f, ""), ""))
		name := blankless(bare)
		switch {
		case likelyName(name) && len(strings.Fields(bare)) <= 3:
			r.weakName(name, "落款", rows[i].place, 66)
		case utf8.RuneCountInString(name) >= 5 && utf8.RuneCountInString(name) <= 40 && !strings.ContainsAny(name, "，,。：:；") && privateBody(name):
			r.weakName(name, "落款", rows[i].place, 62)
		}
		if strings.HasPrefix(f, "此致") || strings.HasPrefix(f, "敬礼") {
			return
		}
	}
}

var trailingDate = regexp.MustCompile(`\s*20[0-9]{2}\s*[年./-]\s*[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}\s*日?\s*$`)

// privateBody reports whether a name is that of a body which would rather ask an office than be one.
func privateBody(name string) bool {
	switch s := bodySuffix(name); s {
	case "", "局", "中心", "委员会", "人民政府", "办事处", "管理局", "服务中心", "村", "社区", "监察站", "企业":
		return false
	}
	return true
}
