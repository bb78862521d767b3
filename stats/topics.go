package stats

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// topic is something that 表三 counts.
type topic struct {
	pattern *regexp.Regexp
	of      string
	row     int   // of 表三; -1: a sum of rows
	values  []int // what its number may be, the plainest first
	wide    bool  // its words are used of other things, too
	group   bool  // a heading with several rows: with a reason before it, it is one of them
}

const topicNew = "表三第一项"

// topics lists what 表三 counts by the words for it.
func topics(w *words) []topic {
	r, f := w.report, w.format
	at := func(c Counts) (int, int) { row := f.rowOf(c); return row, r.Table3[row][total] }
	newRow, in := at(CountsNew)
	carriedRow, carried := at(CountsCarriedIn)
	endedRow, ended := at(CountsEnded)
	outRow, out := at(CountsCarriedOut)
	groups := make(map[string]int)
	var all []topic
	for i, row := range f.Rows {
		if row.Counts != CountsOutcome {
			continue
		}
		n := r.Table3[i][total]
		if len(row.Outcomes) == 1 {
			if p := outcomesNamed[row.Outcomes[0]]; p != nil {
				all = append(all, topic{p, "表三" + row.Number, i, []int{n}, false, false})
			}
		}
		group, _, _ := strings.Cut(row.Number, "）")
		groups[group+"）"] += n
	}
	for number, p := range map[string]*regexp.Regexp{
		"（三）": regexp.MustCompile(`(?:决定)?不予公开`), "（四）": regexp.MustCompile(`无法提供`), "（五）": regexp.MustCompile(`不予处理`), "（六）": regexp.MustCompile(`其他处理`),
	} {
		all = append(all, topic{p, "表三" + number, -1, []int{groups[number]}, false, true})
	}
	answered := ended - groups["（六）"]
	lapsed := func(outcome casefile.Outcome) int {
		i := slices.IndexFunc(f.Rows, func(row Row) bool { return slices.Equal(row.Outcomes, []casefile.Outcome{outcome}) })
		if i < 0 {
			return 0
		}
		return r.Table3[i][total]
	}
	withoutWithdrawn := ended - lapsed(casefile.OtherOutcome)
	all = append(all,
		topic{regexp.MustCompile(`上一?年度?(?:未办结)?(?:结转|转结|转入|遗留)|结转上一?年度?|(?:去年|往年)结转|以前年度结转`), "表三第二项", carriedRow, []int{carried}, false, false},
		topic{regexp.MustCompile(`结转(?:至|到|入|为)?(?:下一?年度?|次年|明年|20\d\d年度?)|转(?:入|至|到)下一?年度?|顺延|尚在办理|正在办理|继续办理|未办结|尚未办结|待办理?`), "表三第四项", outRow, []int{out}, false, false},
		topic{regexp.MustCompile(`结转`), "表三第二、四项", -1, []int{carried, out}, false, false},
		topic{regexp.MustCompile(`新收|收到|收件|接收|接到`), topicNew, newRow, []int{in}, true, false},
		topic{regexp.MustCompile(`受理|收到(?:和处理)?(?:各类)?(?:政府信息)?(?:公开)?申请|申请(?:公开)?(?:总?数量?|件数|总量)`), topicNew, newRow, []int{in, in + carried}, true, false},
		topic{regexp.MustCompile(`办结|办毕|办理完毕|办理完结`), "表三（七）", endedRow, []int{ended}, true, false},
		topic{regexp.MustCompile(`(?:答复|回复)(?:完毕)?`), "表三（七）", endedRow, []int{ended, answered, withoutWithdrawn, answered - groups["（五）"]}, true, false},
		topic{regexp.MustCompile(`办理`), "表三（七）", endedRow, []int{ended, in, in + carried}, true, false},
	)
	return all
}

// outcomesNamed are the words for the rows of 办理结果.
var outcomesNamed = map[casefile.Outcome]*regexp.Regexp{
	casefile.Disclosed:                 regexp.MustCompile(`予以公开|同意公开|全部公开`),
	casefile.Partial:                   regexp.MustCompile(`(?:予以)?部分(?:予以)?公开`),
	casefile.RefuseStateSecret:         regexp.MustCompile(`国家秘密`),
	casefile.RefuseLaw:                 regexp.MustCompile(`(?:其他)?法律、?行政法规禁止(?:公开)?`),
	casefile.RefuseStability:           regexp.MustCompile(`三安全一稳定[”"]?`),
	casefile.RefuseThirdParty:          regexp.MustCompile(`第三方(?:合法)?权益`),
	casefile.RefuseInternal:            regexp.MustCompile(`内部事务(?:性)?信息`),
	casefile.RefuseDeliberative:        regexp.MustCompile(`过程性信息`),
	casefile.RefuseEnforcementFile:     regexp.MustCompile(`行政执法案卷(?:信息)?`),
	casefile.RefuseAdministrativeQuery: regexp.MustCompile(`行政查询(?:事项)?`),
	casefile.UnableNotHeld:             regexp.MustCompile(`本机关不掌握(?:相关)?(?:政府)?信息|不掌握相关(?:政府)?信息`),
	casefile.UnableNeedsCreation:       regexp.MustCompile(`没有现成信息(?:、?需要?另行制作)?|需要?另行制作`),
	casefile.UnableUnclear:             regexp.MustCompile(`补正后(?:申请内容)?仍?不明确`),
	casefile.DeclinePetition:           regexp.MustCompile(`信访、?举报、?投诉类?(?:申请)?`),
	casefile.DeclineRepeat:             regexp.MustCompile(`重复申请`),
	casefile.DeclinePublication:        regexp.MustCompile(`公开出版物`),
	casefile.DeclineExcessive:          regexp.MustCompile(`大量、?反复申请`),
	casefile.DeclineConfirm:            regexp.MustCompile(`确认或者?重新出具(?:已获取信息)?`),
	casefile.CorrectionLapsed:          regexp.MustCompile(`逾期(?:未|不)补正`),
	casefile.FeeLapsed:                 regexp.MustCompile(`逾期未按收费通知|逾期未?(?:不)?缴纳?费用?`),
}

// topic is what a clause speaks of: the words that stand last before the number, or, where none do, first behind it.
func (r *reader) topic(clause, behind string) (t topic, used, ok bool) {
	if t, ok = r.topicIn(clause, true); ok {
		if t.group { // 因涉及国家秘密不予公开
			if row, found := r.topicIn(t.pattern.ReplaceAllString(clause, "，"), true); found && row.row >= 0 && !row.wide {
				return row, false, true
			}
		}
		return t, false, true
	}
	if filler.MatchString(clause) || strings.HasSuffix(clause, "有") || strings.HasSuffix(clause, "对") {
		if strings.Contains(behind, "重新办理") || otherly.MatchString(behind) {
			return t, true, false
		}
		if t, ok = r.topicIn(behind, false); ok {
			return t, true, true
		}
	}
	if column, ok := columnNamed(clause); ok && r.handling && !partial.MatchString(clause) && !foreign.MatchString(clause) { // 其中自然人…件
		row := r.row
		if row < 0 {
			row = r.format.rowOf(CountsNew)
		}
		return topic{of: "表三" + r.format.Rows[row].Number, row: row, values: append(column(r.report.Table3[row]), r.inAll(column)...)}, false, true
	}
	return t, false, false
}

// topicIn finds the last or the first topic in some words; of two at one place the longer. Those that are joined before
// the last one are meant together with it.
func (r *reader) topicIn(s string, last bool) (best topic, ok bool) {
	start, end := 0, 0
	for _, t := range r.about {
		for _, m := range t.pattern.FindAllStringIndex(s, -1) {
			later, earlier := m[1] > end || m[1] == end && m[0] < start, m[0] < start || m[0] == start && m[1] > end
			if !ok || last && later || !last && earlier {
				best, start, end, ok = t, m[0], m[1], true
			}
		}
	}
	for again := ok && last && !best.wide; again; {
		again = false
		for _, t := range r.about {
			for _, m := range t.pattern.FindAllStringIndex(s[:start], -1) {
				if !t.wide && joining.MatchString(s[m[1]:start]) {
					best.values = []int{best.values[0] + t.values[0]}
					best.of, best.row = t.of+"、"+strings.TrimPrefix(best.of, "表三"), -1
					start, again = m[0], true
				}
			}
			if again {
				break
			}
		}
	}
	return best, ok
}

var joining = regexp.MustCompile(`^(?:、|和|及|与|或|或者|以及)(?:决定|属于|因)?$`)
