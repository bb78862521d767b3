package form

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// row is a line of text with its place, for the layouts (b) label：value and (c) prose.
type row struct {
	text  string
	place string
	n     int // of the line within the document
}

// mark is a label that was found within a line.
type mark struct {
	at    int // where it begins
	end   int // where the label itself ends
	value int // where its value begins
	label label
	hint  string
	conf  int
}

// open is a field whose value goes on in the next lines.
type open struct {
	label label
	text  string
	at    place
	lines []string
	blank int
}

func (o *open) long() bool {
	switch o.label.field {
	case Request, Purpose, Remark:
		return true
	case "":
		return swallows(o.label)
	}
	return false
}

// empty reports whether nothing stands behind the label so far.
func (o *open) empty() bool { return strings.TrimSpace(strings.Join(o.lines, "")) == "" }

// swallows tells the parts of a letter whose text holds no field, only words about them.
func swallows(l label) bool {
	switch string(l.text) {
	case "事实与理由", "事实和理由", "事实及理由", "填表说明", "填写说明", "注意事项", "说明", "注", "申请人承诺", "申请人声明", "承诺", "声明", "理由", "事由", "法律依据", "申请依据", "依据":
		return true
	}
	return false
}

// lines reads rows and returns those that no label claims, for the reader of prose.
func (r *reading) lines(rows []row) (rest []row) {
	var o *open
	goesOn := -1 // the line that an address ended
	finish := func() {
		if o != nil && o.label.field != "" {
			r.close(o)
		}
		o = nil
	}
	for _, w := range answered(rows) {
		if r.agent == agentHere {
			r.agent = agentNamed
		}
		text := strings.TrimSpace(w.text)
		if text == "" {
			if o != nil {
				if o.blank++; !o.long() && o.blank > 2 {
					finish()
				}
			}
			continue
		}
		rs := []rune(w.text)
		folded := []rune(simple(fold(w.text)))
		marks := r.marks(folded)
		if o != nil && o.long() {
			marks = o.heed(marks, folded)
		} else if o != nil && len(marks) == 1 && marks[0].conf < withColon && answers(o.label.field, text) {
			marks = nil
		}
		if len(marks) == 0 {
			switch {
			case r.unlabelled(w):
				finish()
			case o == nil && w.n == goesOn+1 && r.moreAddress(text):
			case o == nil:
				rest = append(rest, w)
			case o.long() && (o.empty() || !endsLong(text)):
				o.lines = append(o.lines, w.text)
			case !o.long() && o.accepts(text):
				o.lines = append(o.lines, w.text)
				if !isChoice(o.label.field) {
					finish()
				}
			default:
				finish()
				rest = append(rest, w)
			}
			continue
		}
		before := strings.Trim(string(rs[:marks[0].at]), " \u3000*#>-·•")
		if o == nil && w.n == goesOn+1 && r.moreAddress(strings.TrimRight(before, "（(，, ")) {
			before = ""
		}
		if o != nil && o.label.field == Reference && before == "" {
			finish()
		} else if o != nil {
			if utf8.RuneCountInString(before) > 3 && o.long() {
				o.lines = append(o.lines, before)
			}
			finish()
		}
		o = r.claim(w, rs, marks)
		if last := marks[len(marks)-1]; last.label.field == Address && o == nil {
			goesOn = w.n
		}
		if (o == nil || !o.long()) && len(rs) >= 24 && strings.ContainsAny(text, "，。,") {
			rest = append(rest, w) // a sentence with labels in it says more than they do
		} else if utf8.RuneCountInString(before) > 3 {
			rest = append(rest, row{before, w.place, w.n})
		}
	}
	finish()
	return rest
}

var addressEnd = regexp.MustCompile(`^[^，。；：:,;]{0,24}[0-9一二三四五六七八九十甲乙丙丁](号|室|栋|幢|单元|楼|层|组|户|座)[^，。；：:,;]{0,6}$`)

// moreAddress takes the end of an address that was broken over two lines.
func (r *reading) moreAddress(text string) bool {
	if len(r.found) == 0 || !addressEnd.MatchString(fold(text)) {
		return false
	}
	last := &r.found[len(r.found)-1]
	if last.field != Address || strings.HasSuffix(last.value, "号") || strings.HasSuffix(last.value, "室") {
		return false
	}
	last.value += text
	return true
}

var (
	question = regexp.MustCompile(`^((?:您|你|请问|贵方|申请人)?(?:的|要|想|希望|需要|打算|通过)*(.{2,30})[?？]|(?:请您?(?:填写|描述|选择|说明|写明|注明|输入|提供)|您|你).{2,30}[:：])\s*$`)
	answer   = regexp.MustCompile(`(?s)^\s*((?:答|答复|回答|A)\s*[:：])?\s*(.*)$`)
)

// The words by which a question asks for a field that it does not name by a label.
var questionWords = []struct {
	field Field
	about *regexp.Regexp
}{
	{Name, regexp.MustCompile(`姓名|名字|怎么称呼`)},
	{Delivery, regexp.MustCompile(`(什么|何种|哪种|怎样|如何).{0,6}(方式|获取|获得|领取|送达|取得)|(获取|领取|送达).{0,4}方式`)},
	{Medium, regexp.MustCompile(`(什么|何种|哪种).{0,6}(形式|载体)`)},
	{Purpose, regexp.MustCompile(`用途|用来|用于`)},
	{Address, regexp.MustCompile(`地址|住在|住址`)},
	{Email, regexp.MustCompile(`邮箱|电子邮件`)},
	{Phone, regexp.MustCompile(`电话|手机|联系方式`)},
	{IDNumber, regexp.MustCompile(`证件|身份证`)},
	{Request, regexp.MustCompile(`(申请|公开|获取|了解|需要|什么|哪些).{0,8}(信息|内容|材料|文件)`)},
}

// answered writes a question and the answer below it as label and value: 您的姓名？ 答：张三.
func answered(rows []row) []row {
	var all []row
	for i := 0; i < len(rows); i++ {
		if w, ok := asksBelow(rows[i:]); ok {
			all = append(all, w)
			i++
		} else {
			all = append(all, rows[i])
		}
	}
	return all
}

// asksBelow reads the first of some rows as a question that the next one answers.
func asksBelow(rows []row) (row, bool) {
	if len(rows) < 2 {
		return row{}, false
	}
	plain := func(s string) string {
		rs := []rune(fold(s))
		return strings.TrimSpace(string(rs[lead(rs, 0):]))
	}
	q, next := question.FindString(plain(rows[0].text)), rows[1]
	m := answer.FindStringSubmatch(next.text)
	marked, a := m[1] != "", m[2]
	if q == "" || strings.TrimSpace(a) == "" || question.MatchString(plain(next.text)) {
		return row{}, false
	}
	if !marked && (signOff.MatchString(plain(next.text)) || selfName.MatchString(next.text)) {
		return row{}, false // a letter asks too, and goes on
	}
	for _, w := range questionWords {
		if w.about.MatchString(q) {
			return row{w.field.Label() + "：" + a, next.place, next.n}, true
		}
	}
	return row{}, false
}

// claim gives the marks of a line their values; the last of them may stay open.
func (r *reading) claim(w row, rs []rune, marks []mark) *open {
	for k, m := range marks {
		end := len(rs)
		if k+1 < len(marks) {
			end = marks[k+1].at
		}
		labelText, value := string(rs[m.at:m.end])+m.hint, string(rs[m.value:end])
		if k+1 < len(marks) {
			value = strings.TrimRight(value, " ，,；;、。\u3000/|")
		}
		if k+1 < len(marks) && (value == "（" || value == "(") { // 地址：（邮编：350001）某市某路
			if inner, outer, ok := strings.Cut(fold(string(rs[marks[k+1].value:])), ")"); ok && k+2 == len(marks) {
				r.put(m.label, labelText, outer, place{w.place, m.conf})
				r.put(marks[k+1].label, string(rs[marks[k+1].at:marks[k+1].end]), inner, place{w.place, m.conf})
				return nil
			}
		}
		next := ""
		if k+1 < len(marks) {
			value = strings.TrimRight(value, "（(【[ ") // 某市某路1号（邮编 100000）
			if also := another.FindStringSubmatch(value); also != nil && marks[k+1].label.field == IDNumber && !commonWord.MatchString(also[1]) {
				value, next = strings.TrimSuffix(value, also[0]), also[1]
			}
		}
		r.enter(m.label, m.hint)
		if m.label.flags&section != 0 && nothing.MatchString(blankless(value)) {
			r.agentPart = false // 代理人信息：无
		}
		at := place{w.place, m.conf}
		last := k == len(marks)-1
		o := &open{label: m.label, text: labelText, at: at}
		if last && (o.long() || isChoice(m.label.field)) {
			o.lines = append(o.lines, value)
			return o
		}
		if strings.TrimSpace(value) == "" && last && m.label.field != "" {
			o.at.conf = min(o.at.conf, nextLine)
			return o
		}
		r.put(m.label, labelText, value, at)
		if next != "" {
			r.put(label{field: Name}, labelText, next, at)
		}
	}
	return nil
}

// another is the name of the next of several applicants in one line: 张三，身份证号：……；李四，身份证号：……
var another = regexp.MustCompile(`[；;]\s*(\p{Han}{2,4})$`)

// enter notes what a label says about the part of the form that begins with it.
func (r *reading) enter(l label, hint string) {
	if l.field == Request || l.field == Name || l.flags&section != 0 {
		r.agent, r.office = noAgent, false
	}
	if l.field == Request || l.flags&section != 0 {
		r.agentPart = strings.Contains(string(l.text), "代理人")
	} else if namesApplicant(l) {
		r.agentPart = false
	}
	if l.flags&officeLabel != 0 {
		r.office = true
	}
	if l.flags&section == 0 {
		if l.field == Name && kindOf(hint) != "" {
			r.kind = kindOf(hint)
		}
		return
	}
	switch word := string(l.text); {
	case kindOf(word) != "":
		r.kind = kindOf(word)
		if len(choices(hint)) > 0 { // 法人或者其他组织（□商业企业 ☑科研机构）
			r.category(finding{label: word, conf: withColon}, chosen(Kind, hint))
		}
	default:
		r.kind = ""
	}
}

// namesApplicant reports whether a label says itself that it is about the applicant, wherever it stands.
func namesApplicant(l label) bool {
	return l.field.group() == ofApplicant && slices.ContainsFunc([]string{"申请人", "申请者", "共同申请人", "委托人"}, func(w string) bool { return strings.HasPrefix(string(l.text), w) })
}

func (r *reading) close(o *open) {
	text := strings.Join(o.lines, "\n")
	if o.long() {
		text = strings.Join(unwrapLines(o.lines, o.text+"："), "\n")
	}
	if strings.TrimSpace(text) == "" {
		r.seen++
		return
	}
	if o.label.field == Request {
		text = r.reference(text, o.at)
	}
	r.put(o.label, o.text, text, o.at)
}

var referenceLine = regexp.MustCompile(`(?m)^\s*(索取号|文号|发文字号|索引号|信息索取号|文件编号)\s*[:：]\s*(.*)$`)

// inDescription is the label of its first line, below the one of the whole description.
var inDescription = regexp.MustCompile(`^\s*(名称|标题|内容|描述)\s*[:：]\s*`)

// reference takes 文号：… out of a description.
func (r *reading) reference(text string, at place) string {
	text = inDescription.ReplaceAllString(text, "")
	m := referenceLine.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	r.put(label{field: Reference}, m[1], m[2], at)
	return referenceLine.ReplaceAllString(text, "")
}

// accepts reports whether a line can be the value of a short field whose label stood alone before it.
func (o *open) accepts(text string) bool {
	if isChoice(o.label.field) {
		return len(choices(text)) > 0 || len(o.lines) == 1 && strings.TrimSpace(o.lines[0]) == "" && utf8.RuneCountInString(text) < 20
	}
	if len(o.lines) > 0 || utf8.RuneCountInString(text) > 80 {
		return false
	}
	if o.label.field == Name {
		v := person(unfilled(text))
		return v != "" && (fullName.MatchString(v) && surname(v) || bodySuffix(v) != "")
	}
	v, _ := take(o.label.field, text)
	return v != ""
}

// heed keeps of the marks in a line below a long field those that end it: a label at the line's
// beginning that no description would contain itself.
func (o *open) heed(marks []mark, folded []rune) []mark {
	if len(marks) == 0 {
		return nil
	}
	m := marks[0]
	if m.at > lead(folded, 0) {
		return nil
	}
	if o.label.field != Request || m.label.field == Request && m.conf >= withColon && (o.empty() || titleLabel.MatchString(o.text)) {
		return marks
	}
	switch word := string(m.label.text); word {
	case "方式", "形式", "途径":
		if rest := string(folded[min(m.value, len(folded)):]); !saysWay(rest) {
			return nil // 方式：公开招标
		}
		return marks
	case "名称", "单位", "地址", "时间", "日期", "说明", "其他", "类型", "标题", "信息名称", "信息内容", "内容描述", "文号", "序号", "编号", "发文字号", "文件编号", "索引号", "具体内容", "信息描述", "公开内容", "法人", "公民", "住所地", "企业名称", "公司名称", "项目名称":
		return nil
	}
	if m.label.field == "" && m.conf < withColon {
		return nil
	}
	return marks
}

// titleLabel tells the label of a title, which a description with its own label follows.
var titleLabel = regexp.MustCompile(`(名称|标题)$`)

var (
	signOff  = regexp.MustCompile(`^(此致|敬礼|特此|谢谢|感谢|多谢|以上[，,。：:]|以上[请是为]|期待|静[候待盼]|等候|敬候|辛苦|劳烦|有劳|拜托|为盼|(非常|十分|万分|衷心|深表)感谢|请(贵|您|你|依法|尽快|及时|领导|予|按时|在.{0,10}[日天]内)|联系(电话|方式|地址)|望[^。]{0,12}(为盼|批准|答复|回复|公开)|盼[复望]|恳请|敬请|请予|(以上|上述)(信息|内容|材料|申请|资料|事项|文件|数据|请)|附件|附[:：]|祝|顺[颂祝]|申请人|具状人|本人(承诺|保证|声明|联系|电话|身份|姓名)|我的(联系|电话|邮箱|地址|身份|手机|姓名)|联系人|声明|用途[是为]|怎[么样][给发寄]|发[到至]?(我的)?邮箱|(该|此|这些|相关)?(数据|信息|资料|材料)(仅|只|主要)?(用于|供)|麻烦|烦请|请(发|寄|回复|邮寄|答复|书面)|如(需|有|果)|发自|来自|Sent from)`)
	wayLine  = regexp.MustCompile(`^(并?(请|望|希望|要求|盼)[^。]{0,14}(以|通过|用|采用|采取|将|按|把|在|于)|以(电子|书面|纸质|邮|快递))[^。]{0,40}(提供|答复|回复|邮寄|寄|发|告知|送达)`)
	dateLine = regexp.MustCompile(`^[\s]*(20[0-9]{2}\s*[年./-]\s*[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}\s*日?|二[〇○Oo零0][〇○Oo零0一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)\s*$`)
)

// endsLong reports whether a line is no longer part of a description.
func endsLong(text string) bool {
	t := strings.TrimSpace(simple(fold(text)))
	return signOff.MatchString(t) || wayLine.MatchString(t) || dateLine.MatchString(t) || likelyName(blankless(trailingDate.ReplaceAllString(t, "")))
}

// saysWay reports whether a text names a way to provide or to fetch.
func saysWay(s string) bool {
	s = blankless(s)
	return len(choices(s)) > 0 || slices.ContainsFunc(slices.Concat(mediumWords, deliveryWords), func(w string) bool { return strings.Contains(s, w) })
}

// withoutClosing takes off what follows a description in the same line: 请予公开，谢谢！
func withoutClosing(s string) string {
	for {
		t := strings.TrimRight(s, " 。！!\n")
		i := strings.LastIndexAny(t, "。！!\n")
		if i < 0 {
			return s
		}
		_, size := utf8.DecodeRuneInString(t[i:])
		if last := t[i+size:]; utf8.RuneCountInString(last) > 40 || !endsLong(last) || strings.HasPrefix(last, "附件") {
			return s
		}
		s = t[:i+size]
	}
}

// unlabelled takes lines that speak for themselves: boxes for the kind of applicant, the sentence about
// other ways.
func (r *reading) unlabelled(w row) bool {
	if alternativeText.MatchString(blankless(w.text)) {
		r.put(label{field: Alternative}, Alternative.Label(), w.text, place{w.place, withColon})
		return true
	}
	all := choices(w.text)
	if len(all) == 0 {
		return false
	}
	kinds := 0
	for _, c := range all {
		if kindOf(c.text) != "" && utf8.RuneCountInString(c.text) < 14 {
			kinds++
		}
	}
	if kinds == 0 || kinds < len(all) {
		return false
	}
	r.put(label{field: Kind}, Kind.Label(), w.text, place{w.place, withColon})
	for _, c := range all {
		if c.ticked {
			r.kind = kindOf(c.text)
		}
	}
	return true
}

// marks finds the labels of a line. rs is folded.
func (r *reading) marks(rs []rune) []mark {
	start := lead(rs, 0)
	if m := bareNumber.FindString(string(rs)); m != "" {
		start = len(m) // 1 申请人  张三
	}
	var all []mark
	for i := start; i < len(rs); {
		m, ok := r.mark(rs, i, start, len(all) > 0)
		if !ok {
			i++
			continue
		}
		if n := len(all); n > 0 && m.label.field == IDNumber && m.conf < withColon && all[n-1].value == m.at && (all[n-1].label.field == IDNumber || all[n-1].label.field == IDType) {
			i = m.value // 证件类型及号码：身份证 1101…
			continue
		}
		if n := len(all); n > 0 && m.label.field == Email && all[n-1].value == m.at && isChoice(all[n-1].label.field) {
			i = m.value // 获取方式：电子邮件，a@example.test
			continue
		}
		all = append(all, m)
		i = max(m.value, i+1)
	}
	return slices.Clip(all)
}

var bareNumber = regexp.MustCompile(`^[1-9][0-9]? +`)

// mark reads a label at rs[i]. It is one when a colon follows; without a colon when the place says so:
// at the beginning of a line or set apart by blanks.
func (r *reading) mark(rs []rune, i, start int, after bool) (mark, bool) {
	l, end, ok := r.labels.at(rs, i)
	if i == start {
		if g, e, found := guessed(rs, i); found && e > end {
			l, end, ok = g, e, true
		} else if g, e, found := r.spaced(rs, i); found && e > end {
			l, end, ok = g, e, true
		} else if g, found := guess(string(rs[i:])); found && numbered(rs[:i]) && len(rs) > end && !slices.Contains(rs[i:], ':') {
			l, end, ok = g, len(rs), true // 四、提供信息的方式
		}
	}
	if !ok || i > 0 && (rs[i-1] == '被' || boxBefore(rs, i)) {
		return mark{}, false
	}
	m := mark{at: i, end: end, label: l}
	k := ordinal(rs, end, l)
	if l.field == Request {
		k = description(rs, k)
	}
	hints := skipHints(rs, k)
	m.hint = string(rs[k:hints])
	m.label.hinted(m.hint)
	if l.flags&signLabel == 0 && l.field == Name && signHint.MatchString(m.hint) {
		m.label.flags |= signLabel
	}
	k = past(rs, foreign(rs, hints), " *")
	switch {
	case i > 0 && rs[i-1] == '[' && k < len(rs) && rs[k] == ']': // 【姓名】张三
		m.at, m.value, m.conf = i-1, past(rs, k, "]: "), withColon
		return m, i-1 == start || i < 2 || boundary(rs[i-2])
	case k < len(rs) && (rs[k] == ':' || rs[k] == '='):
		m.value, m.conf = past(rs, k, ":= "), withColon
		return m, i == start || boundary(rs[i-1]) || after && len(l.text) >= 2 && l.field != Request && l.field != Purpose
	case l.flags&needsColon != 0 && !(l.field == AppliedOn && len(rs)-k < 40 && dateLine.MatchString(string(rs[k:]))):
		return mark{}, false
	}
	m.value, m.conf = k, noColon
	return r.withoutColon(m, rs, i == start, k > hints)
}

// withoutColon judges a label behind which no colon stands; blank says that blanks do.
func (r *reading) withoutColon(m mark, rs []rune, atStart, blank bool) (mark, bool) {
	i, k, l := m.at, m.value, m.label
	long := len(l.text) >= 2
	switch {
	case k >= len(rs):
		return m, (atStart || apart(rs, i)) && long
	case atStart && (rs[k] == ';' || rs[k] == '-' || rs[k] == '—' || rs[k] == '.' && l.field != "") && long:
		m.value = past(rs, k, ";-—. ")
		return m, l.field != "" && len(rs) < 80
	case blank && (atStart || apart(rs, i)):
		return m, long && (len(rs) < 80 && (l.field == "" || r.fitting(l, rs[k:])) || len(l.text) >= 4 && l.field == Request)
	case !atStart && !boundary(rs[i-1]):
		return mark{}, false
	}
	if l.field != "" && l.field != Request {
		for _, verb := range []string{"改为", "变更为", "更改为", "是", "为", "系"} {
			if v := []rune(verb); len(rs) >= k+len(v) && string(rs[k:k+len(v)]) == verb {
				m.value = k + len(v)
				return m, r.fitting(l, rs[m.value:])
			}
		}
	}
	m.conf = noColon - 4
	return m, r.glued(l, rs[k:], atStart)
}

// past is the first place from k on where none of the characters stands.
func past(rs []rune, k int, chars string) int {
	for k < len(rs) && strings.ContainsRune(chars, rs[k]) {
		k++
	}
	return k
}

// spaced returns the label that a word in a label's place is, which a blank parts from a value that fits.
func (r *reading) spaced(rs []rune, i int) (l label, end int, ok bool) {
	end = slices.Index(rs[i:], ' ')
	if end < 0 || len(rs) > 80 || rs[i+end-1] == ':' {
		return label{}, 0, false
	}
	if l, ok = guess(string(rs[i : i+end])); !ok {
		return label{}, 0, false
	}
	return l, i + end, r.fitting(l, []rune(strings.TrimSpace(string(rs[i+end:]))))
}

// numbered reports whether a number stands before a label.
func numbered(rs []rune) bool {
	return slices.ContainsFunc(rs, func(r rune) bool { return strings.ContainsRune("0123456789一二三四五六七八九十", r) })
}

var signHint = regexp.MustCompile(`签名|签字|盖章|签章|公章|手印`)

// ordinal passes the number of an applicant: 申请人一：, 申请人2：.
func ordinal(rs []rune, i int, l label) int {
	if l.field != Name {
		return i
	}
	k := i
	for k < len(rs) && rs[k] == ' ' {
		k++
	}
	if k < len(rs) && (rs[k] == '(' || rs[k] == '之') {
		k++
	}
	d := k
	for k < len(rs) && k-d < 2 && strings.ContainsRune("0123456789一二三四五六七八九十甲乙丙丁", rs[k]) {
		k++
	}
	if k == d {
		return i
	}
	if k < len(rs) && rs[k] == ')' {
		k++
	}
	if k < len(rs) && (rs[k] == ':' || rs[k] == ' ' || rs[k] == '(') {
		return k
	}
	return i
}

// description passes what forms add to the label of a request: 名称、文号或者便于查询的其他特征性描述. It is
// only passed when a colon, a hint or a blank follows, or nothing.
func description(rs []rune, i int) int {
	k := i
	for k < len(rs) && k-i < 40 && strings.ContainsRune("名称文号、或者和及便于查询的其他它特征性描述行政机关内容/,详细具体信息 ", rs[k]) {
		k++
	}
	ends := k == len(rs) || rs[k] == ':' || rs[k] == '('
	for k > i && rs[k-1] == ' ' {
		k, ends = k-1, true
	}
	if ends {
		return k
	}
	return i
}

// foreign passes the label's name in another language: 姓名 Name:.
func foreign(rs []rune, i int) int {
	k := i
	for k < len(rs) && k-i < 40 && (rs[k] < 0x80 && unicode.IsLetter(rs[k]) || strings.ContainsRune(" .-/", rs[k])) {
		k++
	}
	if k < len(rs) && rs[k] == ':' {
		return k
	}
	return i
}

func boundary(r rune) bool {
	return strings.ContainsRune(" ,;。.、|/()[]:!?'\"“”", r) || r == '\n'
}

// apart reports whether at least two blanks stand before rs[i]: a column of its own.
func apart(rs []rune, i int) bool { return i >= 2 && rs[i-1] == ' ' && rs[i-2] == ' ' }

// boxBefore reports whether a box stands before rs[i]: the word is an option then.
func boxBefore(rs []rune, i int) bool {
	for i > 0 && rs[i-1] == ' ' {
		i--
	}
	return i > 0 && strings.ContainsRune(emptyMarks+tickedMarks, rs[i-1])
}

// fitting reports whether what follows a label without a colon is a value for it.
func (r *reading) fitting(l label, rs []rune) bool {
	text := string(rs)
	switch l.field {
	case Name:
		return len(names(text)) > 0 && plausibleName(names(text)[0])
	case Representative, ContactPerson, Agent:
		return plausibleName(person(text))
	case Request, Purpose, Remark:
		return len(l.text) >= 4
	case Address, Employer:
		return strings.ContainsAny(text, "省市县区镇乡村路街号公司厂校院所局") && len(rs) < 60
	case Medium, Delivery, Waiver, Kind, Alternative:
		return len(choices(text)) > 0 || len([]rune(nameHead(rs))) < 16 || saysWay(text)
	}
	v, _ := take(l.field, text)
	return v != ""
}

func plausibleName(s string) bool {
	return likelyName(s) || bodySuffix(s) != "" || latin.MatchString(s)
}

// glued reports whether a value follows a label without anything between them: 电话13800000000.
func (r *reading) glued(l label, rs []rune, atStart bool) bool {
	if len(l.text) < 2 || len(rs) == 0 {
		return false
	}
	switch l.field {
	case Phone, IDNumber, Postcode, OrgCode, Fax, Email:
		if rs[0] > 0x7f || rs[0] == ' ' {
			return false
		}
		v, _ := take(l.field, string(rs[:min(len(rs), 40)]))
		return v != ""
	case Name, Agent, ContactPerson, Representative:
		return (atStart || l.flags&vague == 0) && likelyName(nameHead(rs))
	}
	return false
}

// nameHead is the text up to the first mark of punctuation.
func nameHead(rs []rune) string {
	if i := slices.IndexFunc(rs, func(r rune) bool { return strings.ContainsRune(" ,;。、:()\n", r) }); i >= 0 {
		rs = rs[:i]
	}
	return string(rs)
}
