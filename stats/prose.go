package stats

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// Manual is what a clerk writes for a year: what no record tells.
type Manual struct {
	Table2   Facts
	Overview []Passage // 第一部分
	Problems string    // 第五部分
	Other    string    // 第六部分, beside the fees
	// OtherFees is 信息处理费 received in the year on cases that are not in the register, in 元.
	OtherFees int
}

// Sections are the parts of a report that are words. Paragraphs are lines.
type Sections struct {
	Overview []Passage `json:"overview,omitzero"` // 第一部分
	Problems string    `json:"problems,omitzero"` // 第五部分
	Other    []Passage `json:"other,omitzero"`    // 第六部分
}

// Passage is some prose under a heading of its own.
type Passage struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Handling is the heading of the passage that tells how applications were handled, and the words
// that stand in it for what the tables say.
const (
	Handling     = "依申请公开办理情况"
	HandlingText = "{依申请公开情况}{复议诉讼情况}"
)

// placeholder is a word in braces in the clerk's prose: {新收}, {（三）4,自然人}.
var placeholder = regexp.MustCompile(`\{([^{}\n]*)\}`)

// fill puts the clerk's part into the report: its numbers come from the tables. The check says
// whether the words agree with them.
func (r *Report) fill(f Format, m *Manual, again int) Check {
	if m == nil {
		m = &Manual{Overview: []Passage{{Handling, HandlingText}}}
	}
	r.Table2 = m.Table2
	r.Fees.Yuan += m.OtherFees
	w := words{report: *r, format: f}
	for _, p := range m.Overview {
		if text := w.expand(p.Text); strings.TrimSpace(text) != "" {
			r.Sections.Overview = append(r.Sections.Overview, Passage{p.Title, text})
		}
	}
	r.Sections.Problems = w.expand(m.Problems)
	other := w.expand(m.Other)
	if again > 0 {
		other = strings.TrimSpace(other + fmt.Sprintf("\n本年度有 %d 件以前年度办结的申请重新办理，不再计入表三。", again))
	}
	if other == "" {
		other = "无。"
	}
	r.Sections.Other = []Passage{{"收取信息处理费的情况", w.fees()}, {"需要报告的其他事项", other}}

	return w.check(r.Sections.Text())
}

// Text is all words of the report, a paragraph a line.
func (s Sections) Text() string {
	var texts []string
	for _, p := range s.Overview {
		texts = append(texts, p.Title, p.Text)
	}
	texts = append(texts, s.Problems)
	for _, p := range s.Other {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "\n")
}

// check compares the words with the tables. What does not hold is a warning, since words can mean what nobody foresaw; a
// blank that nothing fills is a mistake.
func (w *words) check(text string) Check {
	const rule = "文字部分的数字与各表一致"
	if len(w.unknown) > 0 {
		return identity("prose", rule, w.unknown)
	}
	broken, compared := w.contradictions(text)
	switch {
	case len(broken) > 0:
		c := identity("prose", rule, broken)
		c.Level = Warning
		return c
	case !strings.ContainsAny(text, "。，；"):
		return verdict("prose", Warning, "没有读到文字部分，未与各表核对")
	case compared == 0:
		return verdict("prose", Fine, "文字部分没有可与各表核对的数字")
	}
	return verdict("prose", Fine, fmt.Sprintf("%s（核对 %d 处）", rule, compared))
}

// check says whether the part that the clerk alone can write has been written.
func (s Sections) check(f Format) Check {
	if strings.TrimSpace(s.Problems) == "" {
		return verdict("problems-entered", Warning, "“"+f.Parts[PartProblems]+"”尚未填写").by("ysq report edit")
	}
	return verdict("problems-entered", Fine, "“"+f.Parts[PartProblems]+"”已填写")
}

// words knows what the placeholders stand for.
type words struct {
	report  Report
	format  Format
	unknown []string
	unread  bool // 表四 was not read
}

func (w *words) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(strings.TrimSpace(text), func(s string) string {
		name := s[1 : len(s)-1]
		if value, ok := w.value(name); ok {
			return value
		}
		w.unknown = append(w.unknown, "不认识的填空 "+s)
		return s
	})
}

func (w *words) value(name string) (string, bool) {
	f, r := w.format, w.report
	row := func(c Counts) string { return strconv.Itoa(r.Table3[f.rowOf(c)][total]) }
	switch name {
	case "年度":
		return strconv.Itoa(r.Year), true
	case "机关":
		return r.Agency, true
	case "新收":
		return row(CountsNew), true
	case "上年结转":
		return row(CountsCarriedIn), true
	case "办结":
		return row(CountsEnded), true
	case "结转":
		return row(CountsCarriedOut), true
	case "行政复议":
		return strconv.Itoa(r.Table4[Reconsideration][results]), true
	case "行政诉讼":
		return strconv.Itoa(w.suits()[results]), true
	case "信息处理费":
		return strconv.Itoa(r.Fees.Yuan), true
	case "依申请公开情况":
		return w.handling(), true
	case "复议诉讼情况":
		return w.disputes(), true
	}
	cell, err := f.ParseCell(name)
	if err != nil {
		return "", false
	}
	return strconv.Itoa(r.At(cell)), true
}

// handling tells 表三 in a sentence.
func (w *words) handling() string {
	f, r := w.format, w.report
	at := func(c Counts) int { return r.Table3[f.rowOf(c)][total] }
	var groups []string
	counts := make(map[string]int)
	for i, row := range f.Rows {
		if row.Counts != CountsOutcome {
			continue
		}
		name := row.name()
		if len(row.Under) > 1 {
			_, name, _ = strings.Cut(row.Under[1], "）")
		} else if name, _, _ = strings.Cut(name, "（"); name == "" {
			name = row.Label
		}
		if !slices.Contains(groups, name) {
			groups = append(groups, name)
		}
		counts[name] += r.Table3[i][total]
	}
	var parts []string
	for _, g := range groups {
		if counts[g] > 0 {
			parts = append(parts, fmt.Sprintf("%s%d件", g, counts[g]))
		}
	}
	period, all := fmt.Sprintf("%d年", r.Year), "全年"
	if part, ok := r.part(); ok {
		period, all = part, "其间"
	}
	s := fmt.Sprintf("%s，新收政府信息公开申请%d件，上年结转%d件；%s办结%d件", period, at(CountsNew), at(CountsCarriedIn), all, at(CountsEnded))
	if len(parts) > 0 {
		s += "，其中" + strings.Join(parts, "、")
	}
	return s + fmt.Sprintf("；结转下年度继续办理%d件。", at(CountsCarriedOut))
}

// suits adds up the two tracks of 行政诉讼.
func (w *words) suits() Standings {
	var all Standings
	for i := range all {
		all[i] = w.report.Table4[DirectSuit][i] + w.report.Table4[SuitAfterReconsideration][i]
	}
	return all
}

// disputes tells 表四 in a sentence.
func (w *words) disputes() string {
	suits := w.suits()
	if w.report.Table4[Reconsideration][results]+suits[results] == 0 {
		return "未发生因政府信息公开申请行政复议、提起行政诉讼的情况。"
	}
	tell := func(what string, line Standings) string {
		s := fmt.Sprintf("%s%d件", what, line[results])
		var parts []string
		for i, n := range line[:results] {
			if n > 0 {
				parts = append(parts, fmt.Sprintf("%s%d件", w.format.Results[i], n))
			}
		}
		if len(parts) > 0 {
			s += "（" + strings.Join(parts, "、") + "）"
		}
		return s
	}
	return "因政府信息公开" + tell("被申请行政复议", w.report.Table4[Reconsideration]) + "，" + tell("被提起行政诉讼", suits) + "。"
}

// fees states the fees, which must be stated even when there were none.
func (w *words) fees() string {
	fees, period := w.report.Fees, fmt.Sprintf("%d年度", w.report.Year)
	if part, ok := w.report.part(); ok {
		period = part
	}
	switch {
	case fees.Yuan == 0:
		return fmt.Sprintf("%s未收取信息处理费。", period)
	case fees.Cases == 0:
		return fmt.Sprintf("%s收取信息处理费%d元。", period, fees.Yuan)
	}
	return fmt.Sprintf("%s就%d件申请收取信息处理费%d元。", period, fees.Cases, fees.Yuan)
}

// part names the period of a report on a part of the year.
func (r Report) part() (name string, ok bool) {
	if r.From.IsZero() && r.To.IsZero() {
		return "", false
	}
	from := cmp.Or(r.From, civil.New(r.Year, time.January, 1))
	to := cmp.Or(r.To, civil.New(r.Year, time.December, 31))
	_, m1, d1 := from.Date()
	_, m2, d2 := to.Date()
	if to.Year() != r.Year {
		return fmt.Sprintf("%d年%d月%d日至%d年%d月%d日", r.Year, m1, d1, to.Year(), m2, d2), true
	}
	return fmt.Sprintf("%d年%d月%d日至%d月%d日", r.Year, m1, d1, m2, d2), true
}
