package stats

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// A report's words state numbers that its tables have, too. Each number that is followed by 件 is tied to the cell or the
// sum that the words before it name (claim); one that speaks of something else, such as another office, last year, a
// channel or a subject, is tied to nothing. What the words do not say clearly is left alone: a true sentence that is
// called false costs more trust than a false one that passes.

// contradictions lists the passages whose number is not that of the tables, and counts the numbers that were compared.
func (w *words) contradictions(text string) (broken []string, compared int) {
	r := reader{words: w, about: topics(w)}
	for line := range strings.SplitSeq(text, "\n") {
		line = tidy(line)
		r.handling = strings.Contains(line, "申请") || r.handling && len([]rune(line)) < 30
		for _, sentence := range sentences.Split(line, -1) {
			r.sentence(sentence)
		}
	}
	return r.broken, r.compared
}

var (
	sentences = regexp.MustCompile(`[。！？!?]`)
	inDigits  = regexp.MustCompile(`(\d)[,，](\d{3})`)
	inPieces  = regexp.MustCompile(`(\d+|[一二三四五六七八九十百千两零〇]+)(件次|件|宗|起|例|份)`)
	share     = regexp.MustCompile(`^[，、（(]?(?:占[^\d。；，]{0,12}?)?(\d+(?:\.\d+)?)[%％]`)
)

// tidy writes digits in one way and takes blanks out.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, blankless(s))
	for inDigits.MatchString(s) {
		s = inDigits.ReplaceAllString(s, "$1$2")
	}
	return s
}

// reader goes through a text.
type reader struct {
	*words
	about    []topic
	handling bool // the paragraph is about applications

	// Of the sentence at hand:
	elsewhere bool // another office's or another year's
	dispute   string
	row       int // the row of 表三 that was named last; -1: none
	said      []int

	broken   []string
	compared int
}

var (
	clauses = regexp.MustCompile(`[，；：（）(),;:]|其中`)
	filler  = regexp.MustCompile(`^(?:全年|本年度?|今年|年内|总?共计?|合?计|总计|累计|总数|数量|分别|均|为|是|约|有|各|均?已|全部|按[时期]|依法|及时|达到?|了|的|、|及|和|\d{4}年度?)*$`)
	otherly = regexp.MustCompile(`去年|前年|往年|历年|以前年度|近[几三五两]年|上半年|下半年|季度|上年|上一年|\d月`)
	carries = regexp.MustCompile(`(?:上一?年度?|去年|往年|\d{4}年度?)(?:未办结)?(?:结转|转结|转入|遗留)`)
	years   = regexp.MustCompile(`(20\d\d)年`)
	ours    = regexp.MustCompile(`[我本全](?:省|市|州|区|县|旗|乡|镇|街道|局|委|办|厅|部|院|处|中心|校|单位|部门|机关|系统|行|公司)(?:机关|政府|各级)?`)
	others  = regexp.MustCompile(`(?:政府|办公室|办公厅|局|委员会|委|办|厅|街道|镇|乡|部门|单位|县区|区县|各县|各区|中心|科室|所|支队|法院|公司|集团|学校|医院|其余|其他机关)(?:本级|机关|自行|直接|独立|单独|共|累计|全年|各|分别|主要|内)*(?:新收|收到|受理|接收|收|办理|办结|答复|处理|承办)|本级|市直|区直|县直|下属|直属|各(?:县|区|市|局|部门|单位|镇|街道)`)
	partial = regexp.MustCompile(`网络|网上|网站|平台|邮寄|信函|邮件|邮箱|信箱|当面|现场|窗口|传真|在线|来信|挂号|快递|口头|电话|12345|微信|涉及|关于|有关|主要|方面|领域|同一|某|该|个别|单个|一名|提前|延期|延长|逾期答复|超期|当日|当场|即时|转办|转送|征求|补正|律师|重复|代理|就|分别|当年`)
	change  = regexp.MustCompile(`增加|减少|增长|下降|上升|降低|同比|环比|较|比|相差|多出`)
	foreign = regexp.MustCompile(`许可|审批|登记事项|证明|低保|救助|补贴|资质|建议|提案|信访件|留言|热线|工单|咨询|来电|来访|处罚|强制|仲裁|预约|项目|新闻|稿|微博|文件`)
	reasons = regexp.MustCompile(`涉及|涉密|因|由于|属|依据|根据|理由|不存在|不掌握|没有|隐私|秘密`)
	stages  = regexp.MustCompile(`一审|二审|再审|应诉|出庭|胜诉|败诉|新发生|新增|新收|撤销|责令|驳回|变更|确认|终止|撤回|不予受理|调解`)
	bodies  = regexp.MustCompile(`审理|审结|承办|立案|代理|出庭|应诉|复议机关|复议委员会|办理行政复议|受理行政复议|办结行政复议`)
	before  = regexp.MustCompile(`行政机关|本机关|法律服务机构|科研机构|复议机关|国家机关|人民法院|社会公益组织|其他组织|本单位`)
)

// sentence looks at each number of a sentence.
func (r *reader) sentence(s string) {
	r.elsewhere, r.dispute, r.row, r.said = false, "", -1, nil
	r.nothing(s)
	at := 0
	found := inPieces.FindAllStringSubmatchIndex(s, -1)
	for i, m := range found {
		label, end := s[at:m[0]], len(s)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		n, ok := number(s[m[2]:m[3]])
		at = m[1]
		if !ok {
			continue
		}
		r.context(label)
		clause := last(label)
		behind := s[m[1]:end]
		if cut := clauses.FindStringIndex(behind); cut != nil {
			behind = behind[:cut[0]]
		}
		behind = strings.Split(behind, "、")[0]
		if r.number(n, clause, behind, passage(s, m[0], m[1]), s[m[1]:end]) {
			at += len(behind) // these words are this number's
		}
		r.said = append(r.said, n)
	}
}

// last is the clause that ends a label; one that only leads to the number belongs to the one before.
func last(label string) string {
	cuts := clauses.FindAllStringIndex(label, -1)
	for i := len(cuts) - 1; i >= 0; i-- {
		if clause := label[cuts[i][1]:]; !filler.MatchString(clause) {
			return clause
		}
		label = label[:cuts[i][0]] + label[cuts[i][1]:]
	}
	return label
}

// passage is what is quoted: the clauses around a number.
func passage(s string, from, to int) string {
	head := []rune(s[:from])
	return string(head[max(0, len(head)-18):]) + s[from:to]
}

// context keeps whose and which year's numbers follow, and which disputes.
func (r *reader) context(label string) {
	rest := carries.ReplaceAllString(label, "")
	for _, m := range years.FindAllStringSubmatch(rest, -1) {
		year, _ := strconv.Atoi(m[1])
		r.elsewhere = r.report.Year != 0 && year != r.report.Year && !strings.Contains(rest, "结转") && !strings.Contains(rest, "顺延")
	}
	if otherly.MatchString(rest) {
		r.elsewhere = true
	} else if strings.Contains(rest, "今年") || strings.Contains(rest, "本年") || ours.MatchString(rest) {
		r.elsewhere = false
	}
	plain := ours.ReplaceAllString(rest, "")
	if r.report.Agency != "" {
		plain = strings.ReplaceAll(plain, r.report.Agency, "")
	}
	if others.MatchString(before.ReplaceAllString(plain, "")) {
		r.elsewhere = true
	}
	if track := latest(label, tracksNamed); track != "" {
		r.dispute = track
	}
}

// phrase is how a thing is called.
type phrase struct {
	pattern *regexp.Regexp
	name    string
}

var tracksNamed = []phrase{
	{regexp.MustCompile(`复议(?:和|及|与|或|、|，)?(?:行政)?诉讼`), "both"},
	{regexp.MustCompile(`复议后(?:提起)?(?:行政)?(?:起诉|诉讼)(?:的(?:行政诉讼)?)?`), "after"},
	{regexp.MustCompile(`(?:未经行?政?复议)?直接(?:提起)?(?:行政)?(?:起诉|诉讼)(?:的(?:行政诉讼)?)?`), "direct"},
	{regexp.MustCompile(`行政诉讼|提起诉讼`), "suits"},
	{regexp.MustCompile(`行政复议|申请复议|复议案件`), "reconsideration"},
	{regexp.MustCompile(`新收|受理|收到|办结|予以公开|依申请公开申请`), ""},
}

// latest names what stands last in a text; of two that end together the one further up the list.
func latest(s string, all []phrase) (name string) {
	end := -1
	for _, p := range all {
		if found := p.pattern.FindAllStringIndex(s, -1); found != nil && found[len(found)-1][1] > end {
			name, end = p.name, found[len(found)-1][1]
		}
	}
	return name
}

var resultsNamed = []phrase{
	{regexp.MustCompile(`维持`), "0"}, {regexp.MustCompile(`纠正`), "1"},
	{regexp.MustCompile(`其他结果`), "2"}, {regexp.MustCompile(`(?:尚未|未)审结|尚在审理|正在审理|未结`), "3"},
}

// number compares one number: with 表四 where its clause or the sentence speaks of disputes, otherwise with 表三.
// It reports whether the words behind the number were what it counts.
func (r *reader) number(n int, clause, behind, quoted, after string) (used bool) {
	if bodies.MatchString(strings.ReplaceAll(clause, "未审结", "")) {
		r.elsewhere = true // whoever decides disputes speaks of those that others have
	}
	if r.elsewhere || change.MatchString(clause) {
		return false
	}
	result := latest(clause, resultsNamed)
	if result == "" && filler.MatchString(clause) {
		result = latest(behind, resultsNamed)
		used = result != ""
	}
	if r.dispute != "" && (result != "" || latest(clause, tracksNamed) != "") {
		if !r.unread && !stages.MatchString(clause) {
			r.compare(n, r.standings(result), "表四", quoted)
		}
		return used
	}
	if r.dispute != "" && (strings.Contains(clause, "复议") || strings.Contains(clause, "诉讼")) {
		return false
	}
	t, used, ok := r.topic(clause, behind)
	if !ok || t.group && reasons.MatchString(clause) || t.wide && !r.plainly(t, clause) {
		return used
	}
	values := t.values
	if column, ok := columnNamed(clause); ok && t.row >= 0 && t.pattern != nil {
		values = column(r.report.Table3[t.row])
		if t.of == topicNew {
			values = append(values, r.inAll(column)...)
		}
	}
	r.row = t.row
	r.compare(n, values, t.of, quoted)
	if m := share.FindStringSubmatch(after); m != nil && slices.Contains(values, n) {
		r.percentage(n, m[1], quoted+after[:strings.Index(after, m[1])+len(m[1])]+"%")
	}
	return used
}

// plainly reports whether words that are used of other things, too, speak of all applications.
func (r *reader) plainly(t topic, clause string) bool {
	if partial.MatchString(clause) || foreign.MatchString(clause) {
		return false
	}
	rest := t.pattern.ReplaceAllString(ours.ReplaceAllString(strings.ReplaceAll(clause, r.report.Agency, ""), ""), "")
	return strings.Contains(clause, "申请") || r.handling && filler.MatchString(rest)
}

// standings are the numbers of 表四 that a track and a result may mean.
func (r *reader) standings(result string) []int {
	at := int(results)
	if result != "" {
		at, _ = strconv.Atoi(result)
	}
	t := r.report.Table4
	direct, after := t[DirectSuit][at], t[SuitAfterReconsideration][at]
	switch r.dispute {
	case "reconsideration":
		return []int{t[Reconsideration][at]}
	case "direct":
		return []int{direct}
	case "after":
		return []int{after}
	case "both":
		return []int{t[Reconsideration][at] + direct + after}
	}
	return []int{direct + after}
}

func (r *reader) compare(n int, values []int, of, quoted string) {
	r.compared++
	if !slices.Contains(values, n) {
		r.broken = append(r.broken, fmt.Sprintf("“%s”与%s（%d）不符", quoted, of, values[0]))
	}
}

// percentage compares a share of something with every number that it may be a share of.
func (r *reader) percentage(n int, written, quoted string) {
	p, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return
	}
	_, decimals, _ := strings.Cut(written, ".")
	tolerance := 1.01 * math.Pow10(-len(decimals)) // rounded, or cut off
	bases := slices.Clone(r.said)
	for _, l := range r.report.Table3 {
		bases = append(bases, l[:]...)
	}
	for _, t := range r.about {
		bases = append(bases, t.values...)
	}
	for _, l := range r.report.Table4 {
		bases = append(bases, l[results])
	}
	bases = append(bases, r.standings("")...)
	for _, base := range bases {
		if base > 0 && math.Abs(100*float64(n)/float64(base)-p) <= tolerance {
			return
		}
	}
	r.broken = append(r.broken, fmt.Sprintf("“%s”不是各表中任何一数的比例", quoted))
}

// inAll is a column of 新收 and 上年结转 together.
func (r *reader) inAll(column func(Line) []int) []int {
	in, before := column(r.report.Table3[r.format.rowOf(CountsNew)]), column(r.report.Table3[r.format.rowOf(CountsCarriedIn)])
	return []int{in[0], in[0] + before[0]}
}

// columnNamed finds the column of which a clause speaks.
func columnNamed(clause string) (func(Line) []int, bool) {
	switch {
	case strings.Contains(clause, "法人或其他组织") || strings.Contains(clause, "法人和其他组织") || strings.Contains(clause, "法人及其他组织") || strings.Contains(clause, "法人或者其他组织"):
		return func(l Line) []int { return []int{l[total] - l[place(casefile.Natural)]} }, true
	case strings.Contains(clause, "自然人") || strings.Contains(clause, "公民") || strings.Contains(clause, "个人申请"):
		return func(l Line) []int { return []int{l.At(casefile.Natural)} }, true
	}
	for _, c := range casefile.Columns {
		if c.Label() != "其他" && strings.Contains(clause, c.Label()) {
			return func(l Line) []int { return []int{l.At(c)} }, true
		}
	}
	return nil, false
}

var (
	noRequests = regexp.MustCompile(`(?:未|没有)(?:收到|接到|受理|接收)[^，。；\d]{0,24}?(?:申请公开件?|申请)|无依申请公开(?:申请|件|事项)?`)
	special    = regexp.MustCompile(`网络|网上|网站|平台|邮寄|信函|邮件|邮箱|当面|现场|窗口|传真|在线|涉及|复议|诉讼|减免|更正|听证|许可|投诉|举报|补正`)
	outcome    = regexp.MustCompile(`纠|撤|败|维持|变更|责令`)
	noDispute  = regexp.MustCompile(`(?:未|没有|无)(?:发生|出现|收到|产生|被|因)?[^，。；\d]{0,24}?(复议|诉讼)`)
	noFees     = regexp.MustCompile(`(?:未|没有)(?:收取|产生|收到)(?:任何)?(?:政府)?信息(?:公开)?处理费`)
	fees       = regexp.MustCompile(`信息处理费[^。；，、\d]{0,8}(\d+(?:\.\d+)?)元`)
)

// nothing compares sentences that say that there was nothing.
func (r *reader) nothing(s string) {
	clean := !otherly.MatchString(carries.ReplaceAllString(s, "")) && !others.MatchString(ours.ReplaceAllString(before.ReplaceAllString(s, ""), ""))
	for _, m := range years.FindAllStringSubmatch(s, -1) {
		year, _ := strconv.Atoi(m[1])
		clean = clean && (r.report.Year == 0 || year == r.report.Year)
	}
	zero := func(m string, value int, of string) {
		r.compared++
		if value != 0 {
			r.broken = append(r.broken, fmt.Sprintf("“%s”与%s（%d）不符", m, of, value))
		}
	}
	if m := noRequests.FindString(s); clean && m != "" && !special.MatchString(s[:strings.Index(s, m)+len(m)]) && !strings.HasPrefix(s[strings.Index(s, m)+len(m):], "人") {
		zero(m, r.report.Table3[r.format.rowOf(CountsNew)][total], topicNew)
	}
	if m := noDispute.FindStringIndex(s); clean && m != nil && !r.unread && !strings.HasPrefix(s[m[0]:], "未经") && !strings.Contains(s[m[0]:m[1]], "复议机关") {
		words := s[m[0]:min(len(s), m[1]+40)]
		if outcome.MatchString(words) || strings.Contains(s[max(0, m[0]-40):m[0]], "申请人") {
			words = "" // none that was lost, or none by some
		}
		if strings.Contains(words, "复议") {
			zero(s[m[0]:m[1]], r.report.Table4[Reconsideration][results], "表四行政复议")
		}
		if strings.Contains(words, "诉讼") && !inPieces.MatchString(words) {
			zero(s[m[0]:m[1]], r.suits()[results], "表四行政诉讼")
		}
	}
	if m := noFees.FindString(s); clean && m != "" {
		zero(m, r.report.Fees.Yuan, "收费数")
	}
	for _, m := range fees.FindAllStringSubmatch(s, -1) {
		if n, err := strconv.ParseFloat(m[1], 64); clean && err == nil {
			r.compared++
			if n != float64(r.report.Fees.Yuan) {
				r.broken = append(r.broken, fmt.Sprintf("“%s”与收费数（%d）不符", m[0], r.report.Fees.Yuan))
			}
		}
	}
}

// number reads digits, or a number in Chinese below ten thousand.
func number(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, true
	}
	sum, digit := 0, -1
	for _, c := range s {
		switch i := strings.IndexRune("零一二三四五六七八九", c); {
		case i >= 0:
			digit = i / len("零")
		case c == '〇':
			digit = 0
		case c == '两':
			digit = 2
		default:
			unit := map[rune]int{'十': 10, '百': 100, '千': 1000}[c]
			if unit == 0 {
				return 0, false
			}
			if digit < 0 {
				digit = 1
			}
			sum, digit = sum+digit*unit, -1
		}
	}
	if digit >= 0 {
		sum += digit
	}
	return sum, true
}
