package casefile

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// decision is something that a court or a 复议机关 pronounces.
type decision struct {
	word   string // as it is recorded
	result Result // its column of 表四 (casefile/LAW.md#disputes); what leaves an earlier decision as it is has none
	said   *regexp.Regexp
}

// Words to which rules refer.
const (
	remanded = "发回重审"
	ordered  = "责令履行"
)

// decisions are what may be recorded, in the order of 表四's columns, with how judgments and 复议决定 say it.
var decisions = []decision{
	{"维持", ResultUpheld, regexp.MustCompile(`^维持`)},
	{"驳回复议请求", ResultUpheld, regexp.MustCompile(`^驳回.*复议的?请求$`)},
	{"驳回诉讼请求", ResultUpheld, regexp.MustCompile(`^驳回.*诉讼的?请求$`)},
	{"撤销", ResultCorrected, regexp.MustCompile(`^撤销`)},
	{"变更", ResultCorrected, regexp.MustCompile(`^变更`)},
	{"确认违法", ResultCorrected, regexp.MustCompile(`^确认.*违法$`)},
	{"确认无效", ResultCorrected, regexp.MustCompile(`^确认.*无效$`)},
	{ordered, ResultCorrected, regexp.MustCompile(`^(责令|判令|责成|限期|限).*(履行|答复|作出|公开|提供|处理|办理)|^履行`)},
	{"部分撤销", ResultCorrected, regexp.MustCompile(`^部分撤销|^撤销.*(部分|第.*项)(内容)?$`)},
	{"纠正", ResultCorrected, regexp.MustCompile(`^纠正$`)}, // this and 其他 as 表四 and ledgers say it
	{"其他", ResultOther, regexp.MustCompile(`^其他(结果)?$`)},
	{"撤回", ResultOther, regexp.MustCompile(`^撤回$|撤回.*申请$|和解`)},
	{"终止", ResultOther, regexp.MustCompile(`^终止|复议终止$`)},
	{"不予受理", ResultOther, regexp.MustCompile(`不予?(受理|立案)`)},
	{"驳回复议申请", ResultOther, regexp.MustCompile(`^驳回.*复议的?申请$`)},
	{"驳回起诉", ResultOther, regexp.MustCompile(`^驳回.*起诉$`)},
	{"调解", ResultOther, regexp.MustCompile(`^(行政|复议)?调解`)},
	{"撤诉", ResultOther, regexp.MustCompile(`撤诉$|撤回(起诉|诉讼)$`)},
	{"按撤诉处理", ResultOther, regexp.MustCompile(`^(按|视为|视同).*(撤诉|撤回起诉)(处理)?$`)},
	{"准许撤回起诉", ResultOther, regexp.MustCompile(`^(准许|准予|允许|同意).*撤回(起诉|诉讼)$`)},
	{"准许撤诉", ResultOther, regexp.MustCompile(`^(准许|准予|允许|同意).*撤诉$`)},
	{"终结诉讼", ResultOther, regexp.MustCompile(`^终结`)},

	{"维持原判", ResultPending, regexp.MustCompile(`^维持.*(原判|一审|原审|二审|判决|裁定|裁判)$`)},
	{"驳回上诉", ResultPending, regexp.MustCompile(`^驳回.*上诉(请求)?$`)},
	{"撤回上诉", ResultPending, regexp.MustCompile(`撤回上诉$`)},
	{"按撤回上诉处理", ResultPending, regexp.MustCompile(`^(按|视为|视同).*撤回上诉(处理)?$`)},
	{"准许撤回上诉", ResultPending, regexp.MustCompile(`^(准许|准予|允许|同意).*撤回上诉$`)},
	{remanded, ResultPending, regexp.MustCompile(`^(发回|指令|指定).*(重审|重新审理|继续审理|审理|立案|受理)$`)},
	{"维持原裁判", ResultPending, regexp.MustCompile(`^维持.*(原裁判|再审.*(判决|裁定|裁判))$`)},
	{"驳回再审申请", ResultPending, regexp.MustCompile(`(驳回|撤回).*再审的?(申请|请求)(处理)?$`)},
}

// onAppeal are what a second instance says without a result of its own: what the first instance decided stands
// again, or after 发回重审 nothing does.
var onAppeal = []string{"维持原判", "驳回上诉", "撤回上诉", "按撤回上诉处理", "准许撤回上诉", remanded}

// onRetrial is what a court says that hears a case again and changes nothing: what stood before stands again.
var onRetrial = []string{"维持原裁判", "驳回再审申请"}

// DecisionWords lists what is recorded of a decision, in the order of 表四's columns.
func DecisionWords() []string {
	words := make([]string, len(decisions))
	for i, d := range decisions {
		words[i] = d.word
	}
	return words
}

// ResultOf returns the column of 表四 to which a decision belongs.
func ResultOf(word string) (Result, bool) {
	i := slices.IndexFunc(decisions, func(d decision) bool { return d.word == word && d.result != ResultPending })
	if i < 0 {
		return ResultPending, false
	}
	return decisions[i].result, true
}

// ResultSaid is ResultOf for a decision in its own sentences, of which no appeal is known.
func ResultSaid(said string) (Result, bool) { return ResultOf(pronounce(said).word()) }

var (
	// opening is how a sentence is numbered, and how it begins before it says anything.
	opening = regexp.MustCompile(`^([一二三四五六七八九十0-9]+([.．]|$)|[（(][一二三四五六七八九十0-9]+[）)]|本院|本机关|依法|决定|判决|裁定|复议|予以|如下)+`)
	parting = regexp.MustCompile(`[，,；;。、：:]|并且|并|同时`)
	// beside is what a decision says beside what counts: the claims that it does not grant, repair after 确认违法.
	beside = regexp.MustCompile(`^驳回.*其[他它余].*请求$|^责令.*补救措施$`)
	// undone is the decision of a lower court that goes. It says nothing of the office's act.
	undone   = regexp.MustCompile(`^撤销.*(原判|一审|原审|二审|判决|裁定|裁判)书?(第.*项)?$`)
	anew     = regexp.MustCompile(`((被告|被申请人)?(责令|判令|责成|限期?|要求|应当?|由).*)?(重新(作出|答复|处理|办理|审查|公开|提供)|重作|另行作出).*$`)
	within   = regexp.MustCompile(`日内|工作日|天内`)
	rejected = regexp.MustCompile(`^驳回(.*(申请|请求))?$`)
)

// pronounced is what the sentences of a decision come to.
type pronounced struct {
	words   []string
	changes bool // an earlier decision goes: 改判, or that of a lower court is revoked
	anew    bool // a new answer is ordered
	term    bool // with a term
	unread  bool // one of the sentences says something else
}

func pronounce(said string) (p pronounced) {
	said = strings.ReplaceAll(strings.Join(strings.Fields(said), ""), "行政复议", "复议")
	for _, part := range parting.Split(said, -1) {
		part, changed := strings.CutPrefix(opening.ReplaceAllString(part, ""), "改判")
		part = strings.TrimPrefix(part, "为")
		p.changes = p.changes || changed || undone.MatchString(part)
		if order := anew.FindString(part); order != "" {
			p.anew, p.term = true, p.term || within.MatchString(order)
			part = strings.TrimSuffix(part, order)
		}
		if part == "" || beside.MatchString(part) || undone.MatchString(part) {
			continue
		}
		word := ""
		for _, d := range decisions { // the last says most: 撤销…部分 is 部分撤销, 维持…判决 is 维持原判
			if d.said.MatchString(part) {
				word = d.word
			}
		}
		p.unread = p.unread || word == ""
		p.term = p.term || word == ordered && within.MatchString(part)
		p.words = append(p.words, word)
	}
	return p
}

// word is the decision that the sentences come to together; empty where that is none, or more than one.
func (p pronounced) word() string {
	has := func(words ...string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(p.words, w) })
	}
	corrected := slices.IndexFunc(p.words, func(w string) bool { r, _ := ResultOf(w); return r == ResultCorrected })
	other := slices.ContainsFunc(p.words, func(w string) bool { r, ok := ResultOf(w); return !ok || r == ResultOther })
	switch {
	case p.unread:
		return ""
	case len(p.words) == 0 && p.anew: // an act is made anew where the one before is revoked (行政诉讼法70、行政复议法64)
		return "撤销"
	case len(p.words) == 1:
		return p.words[0]
	case len(p.words) == 2 && has("驳回上诉", "维持原判"):
		return "驳回上诉"
	case other:
		return ""
	case has("撤销", "维持"):
		return "部分撤销"
	case corrected >= 0: // what it orders, and what it does not grant, comes behind
		return p.words[corrected]
	}
	return ""
}

// read returns a decision as it is recorded: one of DecisionWords, and whether it orders a new answer. Judgments and
// 复议决定 may be entered in their own sentences; what may mean one thing or another is asked about.
func (d Dispute) read(e DisputeDecided) (DisputeDecided, error) {
	refuse := func(code, hint, format string, args ...any) (DisputeDecided, error) {
		return e, &RuleError{Code: code, Case: ID(d.ID), Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	said := strings.TrimSpace(e.Decision)
	p := pronounce(said)
	word := p.word()
	if word == "维持原裁判" && !d.Retried {
		word = "维持原判"
	}
	switch {
	case word == "" && rejected.MatchString(said):
		hint := "写 驳回诉讼请求（计入结果维持）、驳回起诉（其他结果）、驳回上诉或驳回再审申请（按原裁判计）"
		if d.Track == Reconsideration {
			hint = "写 驳回复议请求（理由不成立，计入结果维持）或 驳回复议申请（不符合受理条件，其他结果）"
		}
		return refuse("decision-unclear", hint, "“%s”不知驳回的是什么", said)
	case word == "" && p.changes && !p.unread:
		return refuse("decision-unclear", "写改判后的结果：改判撤销、改判确认违法、改判驳回诉讼请求等", "“%s”没有写明改判的结果，表四按改判后的结果计", said)
	case word == "":
		return refuse("decision-unknown", "可以写判决、复议决定主文的原句，或者写其一："+strings.Join(DecisionWords(), "、"), "裁决结果“%s”不认识", said)
	case said == "维持" && d.Appealed:
		return refuse("decision-unclear", "一审裁判不变的写“维持原判”，表四仍按一审结果计", "二审的裁判写“维持”，不知是否维持原判")
	case d.Appealed && slices.Contains([]string{"撤销", "部分撤销", "变更"}, said):
		return refuse("decision-unclear", "行政行为被"+said+"的写“改判"+said+"”；只"+said+"原裁判的，写改判后的结果，如 改判驳回诉讼请求", "上诉、再审的裁判只写“%s”，不知%[1]s的是原裁判还是行政行为", said)
	case slices.Contains(onAppeal, word) && !d.Appealed:
		return refuse("decision-appeal", "先记录 dispute appeal", "“%s”是二审的裁判，没有上诉的记录", word)
	case slices.Contains(onRetrial, word) && !d.Retried:
		return refuse("decision-retrial", "先记录 dispute retry", "“%s”是再审的裁判，没有再审的记录", word)
	case p.term && e.Due.IsZero() && e.Workdays+e.Days == 0:
		return refuse("decision-term", "写明期限：自收到之日起 N 个工作日内、N 日内，或到哪一天\n--workdays、--days、--due", "裁决责令在一定期限内答复或履行")
	}
	e.Answers = e.Answers || p.anew || word != ordered && slices.Contains(p.words, ordered)
	e.Decision = word
	return e, nil
}
