package letter

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Subject is a case that a letter is about.
type Subject struct {
	casefile.Case
	History []casefile.Record
	Merged  [][]casefile.Record // the histories of the cases that were merged into it
}

// Facts are everything from which a letter's contents follow.
type Facts struct {
	Kind     casefile.LetterKind
	On       civil.Date // the letter's date
	Document string
	Office   Office
	Subjects []Subject      // at least one
	Event    casefile.Event // that the letter announces; nil for none
	// Due is the last day for the answer as the letter leaves it, where it is certain.
	Due     civil.Date
	Charges []string          // how a fee comes about, line by line
	Annexes []string          // what is sent along
	Fill    map[string]string // what the clerk wrote
}

// Values returns the contents of the letter's placeholders. What is missing stands in them as such, for
// a draft; a letter that misses anything must not be issued.
func (f Facts) Values() (Values, []casefile.Missing) {
	b := builder{Facts: f, spec: specOf(f.Kind), Values: Values{Text: map[string]string{}, Lists: map[string][]map[string]string{}}}
	b.office()
	b.cases()
	b.announced()
	b.fills()
	b.forms()
	b.sheets()
	b.remedy()
	b.Text["理由"] = stopped(b.Text["理由"])
	for _, name := range slices.Concat(commonText, b.spec.text) { // a name without content is empty, not unknown
		if _, ok := b.Text[name]; !ok {
			b.Text[name] = ""
		}
	}
	for _, lists := range []map[string][]string{commonLists, b.spec.lists} {
		for name := range lists {
			if _, ok := b.Lists[name]; !ok {
				b.Lists[name] = nil
			}
		}
	}
	return b.Values, b.missing
}

type builder struct {
	Facts
	Values
	spec    spec
	missing []casefile.Missing
}

// need puts a content in its place, or says that it is missing.
func (b *builder) need(name, value, how string) {
	if strings.TrimSpace(value) == "" {
		b.missing = append(b.missing, casefile.Lacks(name, how))
		value = "〔待填：" + name + "〕"
	}
	b.Text[name] = value
}

func (b *builder) office() {
	b.Text["机关名称"], b.Text["文书名称"] = b.Office.Name, b.Kind.Label()
	b.Text["文号"], b.Text["成文日期"] = b.Document, long(b.On)
	b.Text["联系方式"] = b.Office.Contact
	b.Text["复议机关"], b.Text["法院"] = b.Office.ReviewOrgan, b.Office.Court
	for i, a := range b.Annexes {
		b.Lists["附件"] = append(b.Lists["附件"], map[string]string{"序号": strconv.Itoa(i + 1), "内容": strings.TrimSpace(a)})
	}
}

// cases says whose applications these are. Several are one applicant's.
func (b *builder) cases() {
	first := b.Subjects[0]
	b.need("申请人", applicants(first), "没有登记\nysq register "+string(first.ID)+" --applicant")
	b.Text["编号"], b.Text["代理人"] = string(first.ID), first.Agent
	b.Text["称谓"] = address(first.Column)
	b.Text["收到日期"], b.Text["渠道"] = long(first.ReceivedOn()), first.Channel.Label()
	if first.Channel == casefile.InPerson {
		b.Text["渠道"] = "当面提交的方式"
	}
	b.need("申请内容", first.request(), "没有登记\nysq register "+string(first.ID)+" --request")
	b.Text["件数"] = strconv.Itoa(len(b.Subjects))
	single, several := "是", ""
	if len(b.Subjects) > 1 {
		single, several = "", "是"
	}
	b.Text["单件"], b.Text["多件"] = single, several
	for i, s := range b.Subjects {
		if s.request() == "" && i > 0 {
			b.missing = append(b.missing, casefile.Missing{Name: "申请内容", How: string(s.ID) + " 没有登记申请内容", Do: "ysq register " + string(s.ID) + " --request"})
		}
		b.Lists["案件"] = append(b.Lists["案件"], map[string]string{"序号": strconv.Itoa(i + 1), "编号": string(s.ID), "收到日期": long(s.ReceivedOn()), "申请内容": s.request()})
	}
}

// applicants names all who apply together.
func applicants(s Subject) string {
	names := []string{s.Applicant}
	for _, r := range casefile.Live(s.History) {
		if e, ok := r.Event.(casefile.Registered); ok {
			names = append([]string{e.Applicant}, e.Others...)
		}
	}
	return strings.Join(names, "、")
}

func address(c casefile.Column) string {
	switch c {
	case casefile.Natural:
		return "您"
	case casefile.ColumnNone:
		return "您（单位）"
	}
	return "你单位"
}

// quoted is a request as it stands within a sentence: without a clerk's notes, on one line, without the stop at its end.
func quoted(s string) string {
	s, _ = withoutNotes(s)
	return oneLine(s)
}

func oneLine(s string) string {
	return strings.TrimRight(strings.Join(strings.Fields(s), " "), "。；;.，, ")
}

// again says why a case is answered anew. What somebody else decided is named; why the office does it by itself is a
// note of its own.
func again(on civil.Date, e casefile.Reopened) string {
	if cause := quoted(e.Cause); ordered.MatchString(cause) {
		return "本机关于" + long(on) + "收到重新办理的决定（" + cause + "），现重新答复。"
	}
	return "本机关于" + long(on) + "决定重新办理，现重新答复。"
}

// stopped ends a text, which stands as a paragraph of its own, with a stop.
func stopped(s string) string {
	s = strings.TrimSpace(s)
	if last, _ := utf8.DecodeLastRuneInString(s); s == "" || strings.ContainsRune("。！？；：…”）】.!?;:", last) {
		return s
	}
	return s + "。"
}

// announced gives what the event says that the letter announces.
func (b *builder) announced() {
	switch e := b.Event.(type) {
	case casefile.CorrectionAsked:
		b.Text["补正期限"], b.Text["补正类型"], b.Text["补正依据"] = long(e.Until), e.About.Label(), e.Source
		if e.About == casefile.AboutContent {
			b.Text["内容补正"] = "是"
		}
		for i, item := range e.Items {
			stop := "；"
			if i == len(e.Items)-1 {
				stop = "。"
			}
			b.Lists["补正事项"] = append(b.Lists["补正事项"], map[string]string{"序号": strconv.Itoa(i + 1), "内容": strings.TrimRight(strings.TrimSpace(item), "。；;"), "标点": stop})
		}
	case casefile.Extended:
		b.Text["延长天数"], b.Text["延期至"] = strconv.Itoa(e.Days), long(b.Due)
	case casefile.ConsultationSent:
		b.Text["征求对象"] = e.Party
		if e.Side == casefile.JointOffice {
			b.Text["共同制作"] = "是"
		}
	case casefile.ThirdPartyTold:
		b.Text["征求对象"] = e.Party
		b.need("公开内容", quoted(e.Content), "决定公开的政府信息内容\nysq told --content")
		b.need("理由", e.Grounds, "为什么决定公开\nysq told --grounds")
	case casefile.Deferred:
		b.Text["延迟至"] = long(e.Until)
	case casefile.FeeNoticed:
		b.fee(e)
	case casefile.Replied:
		b.reply(e)
	case casefile.Withdrawn:
		b.Text["撤回"] = "是" // why is the office's own note of it
	}
	if b.Kind == casefile.LetterReceipt {
		b.Text["答复期限"] = long(b.Due)
	}
}

func (b *builder) fee(e casefile.FeeNoticed) {
	by := "按件"
	if e.By == "页" {
		by = "按量" // 109号 第三条
	}
	b.Text["收费方式"], b.Text["数量"], b.Text["金额"] = by, fmt.Sprintf("%d%s", e.Count, e.By), strconv.Itoa(e.Yuan)
	b.need("缴费方式", cmp.Or(b.Fill["缴费方式"], b.Office.Payment), "配置 letter.payment")
	for _, line := range b.Charges {
		b.Lists["计费"] = append(b.Lists["计费"], map[string]string{"内容": line})
	}
}

func (b *builder) reply(e casefile.Replied) {
	b.Text["依据"], b.Text["条文"] = cite(e.Basis)
	if b.Kind == casefile.LetterPartial {
		b.need("不予公开依据", withheldOn(e.Withheld), "不予公开的部分依据什么\n--withheld")
	}
	if b.Kind == casefile.LetterRecordCorrected {
		b.Text["办理情况"] = e.Grounds
	} else if slices.Contains(b.spec.must, "理由") {
		b.need("理由", e.Grounds, "理由说明\n--grounds")
	} else {
		b.Text["理由"] = e.Grounds
	}
	for name, basis := range map[string]string{
		"已主动公开": "36-1", "提供": "36-2-provide", "告知途径": "36-2-inform", "信访": "39-1", "重复": "36-6", "出版物": "39-2", "反复": "35", "重新出具": "reissue",
		"逾期补正": "lapse-30", "逾期缴费": "lapse-fee", "撤回": "withdrawn", "终止": "terminated", "非政府信息": "not-government-information",
	} {
		if e.Basis == basis && slices.Contains(b.spec.text, name) {
			b.Text[name] = "是"
		}
	}
	explained := false
	for _, r := range casefile.Live(b.Subjects[0].History) { // the notices that went before
		switch n := r.Event.(type) {
		case casefile.ReasonAsked:
			explained = false
		case casefile.ReasonGiven:
			explained = true
		case casefile.Reopened:
			b.Text["重新办理"] = again(r.On, n)
		case casefile.CorrectionAsked:
			b.Text["补正告知日期"] = long(r.On)
			if e.Basis == "lapse-30" {
				b.Text["告知日期"], b.Text["期限"] = long(r.On), long(n.Until)
			}
		case casefile.FeeNoticed:
			if e.Basis == "lapse-fee" {
				b.Text["告知日期"] = long(r.On)
			}
		}
	}
	if e.Basis == "35" && !explained {
		b.Text["反复"], b.Text["未说明"] = "", "是"
	}
}

// fills puts in what the clerk wrote, over what the records say.
func (b *builder) fills() {
	basis := ""
	if e, ok := b.Event.(casefile.Replied); ok {
		basis = e.Basis
	}
	for _, f := range b.spec.fills {
		how := f.What + "\n--fill " + f.Name + "=…"
		if f.needed(basis) {
			b.need(f.Name, cmp.Or(b.Fill[f.Name], b.Text[f.Name]), how)
		} else {
			b.Text[f.Name] = b.Fill[f.Name]
		}
	}
}

// Unknown lists the contents that the clerk wrote and that the letter has no place for.
func (f Facts) Unknown() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(f.Fill)) {
		known := slices.ContainsFunc(specOf(f.Kind).fills, func(x Fill) bool { return x.Name == name }) || f.Kind == casefile.LetterFee && name == "缴费方式"
		if !known {
			all = append(all, name)
		}
	}
	return all
}

// forms fills what is particular to the letters that announce nothing.
func (b *builder) forms() {
	first := b.Subjects[0]
	switch b.Kind {
	case casefile.LetterConsultationNotice:
		for _, r := range casefile.Live(first.History) {
			if e, ok := r.Event.(casefile.ConsultationSent); ok {
				b.Text["征求类型"], b.Text["征求日期"] = e.Side.Label(), long(r.On)
			}
		}
		if b.Text["征求日期"] == "" {
			b.need("征求日期", "", "先记录征求意见\nysq consult")
		}
	case casefile.LetterDeliveryReceipt:
		b.Text["受送达人"], b.Text["送达地址"] = b.Text["申请人"], first.Contact
		for _, l := range casefile.Letters(first.History) {
			if l.Voided == "" && l.Number > 0 && l.Party == "" {
				b.Lists["送达文书"] = append(b.Lists["送达文书"], map[string]string{"序号": strconv.Itoa(len(b.Lists["送达文书"]) + 1), "名称": l.Letter.Label(), "文号": l.Document})
			}
		}
		if n := len(b.Lists["送达文书"]); n > 1 { // the latest is the one that is served
			b.Lists["送达文书"] = b.Lists["送达文书"][n-1:]
			b.Lists["送达文书"][0]["序号"] = "1"
		}
		if len(b.Lists["送达文书"]) == 0 && first.Document != "" {
			b.Lists["送达文书"] = []map[string]string{{"序号": "1", "名称": "答复", "文号": first.Document}}
		}
	case casefile.LetterArchiveIndex:
		b.Text["办理结果"] = strings.TrimSpace(first.Outcome.Row() + first.Outcome.Label())
		for i, d := range Contents(first, b.Office.Name) {
			b.Lists["卷内文件"] = append(b.Lists["卷内文件"], map[string]string{"序号": strconv.Itoa(i + 1), "日期": strings.ReplaceAll(d.On.String(), "-", ""), "文号": d.Number, "责任者": d.By, "题名": d.Title, "备注": d.Note})
		}
		for _, r := range casefile.Live(first.History) {
			if e, ok := r.Event.(casefile.Archived); ok {
				b.Text["归档号"] = e.Number
			}
		}
	}
}

func (b *builder) remedy() {
	if b.spec.class == noRemedy {
		return
	}
	b.need("复议机关", b.Office.ReviewOrgan, "配置 letter.review_organ")
	b.need("法院", b.Office.Court, "配置 letter.court")
	o := b.Office
	o.ReviewOrgan, o.Court = b.Text["复议机关"], b.Text["法院"]
	r, _ := b.Event.(casefile.Replied)
	refused := slices.DeleteFunc(slices.Clone(r.Withheld), func(basis string) bool { return !casefile.Refuses(basis) })
	switch {
	case b.Kind != casefile.LetterPartial:
		b.Text["救济告知"] = remedy(b.spec.class, b.On, "", o)
		return
	case len(refused) == 0:
		b.Text["救济告知"] = remedy(eitherWay, b.On, "", o)
		return
	}
	// Only what is withheld under articles 14 to 16 goes through 复议 first (法释〔2025〕8号 第一条).
	part := "中不予公开的部分"
	if len(refused) < len(r.Withheld) {
		part = "中依据" + withheldOn(refused) + "不予公开的部分"
	}
	first, other := remedy(reviewFirst, b.On, part, o), remedy(eitherWay, b.On, "的其他部分", o)
	b.Text["救济告知"] = first + "\n" + other
}
