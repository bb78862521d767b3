package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// row is a line of text with its place, for the layouts (b) label：value and (c) prose.
type row struct {
	text  string
	place string
	n     int // of the line within the document
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
func (o *open) empty() bool {
	return !slices.ContainsFunc(o.lines, func(l string) bool { return strings.TrimSpace(l) != "" })
}

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
	d := reader{reading: r, goesOn: -1}
	for _, w := range answered(rows) {
		if r.agent == agentHere {
			r.agent = agentNamed
		}
		d.line(w)
	}
	d.finish()
	return d.rest
}

// reader goes through the lines of a document.
type reader struct {
	*reading
	o      *open // the label whose value goes on, nil where none does
	goesOn int   // the line behind which an address may go on
	rest   []row
}

// finish closes the label whose value went on.
func (d *reader) finish() {
	if d.o != nil && d.o.label.field != "" {
		d.close(d.o)
	}
	d.o = nil
}

func (d *reader) line(w row) {
	text := strings.TrimSpace(w.text)
	if text == "" {
		if d.o != nil {
			if d.o.blank++; !d.o.long() && d.o.blank > 2 {
				d.finish()
			}
		}
		return
	}
	rs := []rune(w.text)
	folded := []rune(simple(fold(w.text)))
	marks := d.marks(folded)
	if d.o != nil && d.o.long() {
		marks = d.o.heed(marks, folded)
	} else if d.o != nil && len(marks) == 1 && marks[0].conf < withColon && answers(d.o.label.field, text) {
		marks = nil
	}
	if len(marks) == 0 {
		d.unmarked(w, text)
	} else {
		d.marked(w, text, rs, marks)
	}
}

// unmarked takes a line without labels: it goes on with the value above it, or is left for the reader of prose.
func (d *reader) unmarked(w row, text string) {
	switch {
	case d.unlabelled(w):
		d.finish()
	case d.o == nil && w.n == d.goesOn+1 && d.moreAddress(text):
	case d.o == nil:
		d.rest = append(d.rest, w)
	case d.o.long() && (d.o.empty() || !endsLong(text)):
		d.o.lines = append(d.o.lines, w.text)
	case !d.o.long() && d.o.accepts(text):
		d.o.lines = append(d.o.lines, w.text)
		if !isChoice(d.o.label.field) {
			d.finish()
		}
	default:
		d.finish()
		d.rest = append(d.rest, w)
	}
}

// marked takes a line with labels. What stands before the first of them belongs to the value above, or to nobody.
func (d *reader) marked(w row, text string, rs []rune, marks []mark) {
	before := strings.Trim(string(rs[:marks[0].at]), " \u3000*#>-·•")
	if d.o == nil && w.n == d.goesOn+1 && d.moreAddress(strings.TrimRight(before, "（(，, ")) {
		before = ""
	}
	stands := utf8.RuneCountInString(before) > 3
	if d.o != nil {
		if stands && d.o.long() {
			d.o.lines = append(d.o.lines, before)
		}
		d.finish()
	}
	d.o = d.claim(w, rs, marks)
	if last := marks[len(marks)-1]; last.label.field == Address && d.o == nil {
		d.goesOn = w.n
	}
	if (d.o == nil || !d.o.long()) && len(rs) >= 24 && strings.ContainsAny(text, "，。,") {
		d.rest = append(d.rest, w) // a sentence with labels in it says more than they do
	} else if stands {
		d.rest = append(d.rest, row{before, w.place, w.n})
	}
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
	delete(r.known, valued{last.field, last.n, bare(last.value)})
	last.value += text
	r.known[valued{last.field, last.n, bare(last.value)}] = true
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
		if k+2 == len(marks) && (value == "（" || value == "(") { // 地址：（邮编：350001）某市某路
			if inner, outer, ok := strings.Cut(fold(string(rs[marks[k+1].value:])), ")"); ok {
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
