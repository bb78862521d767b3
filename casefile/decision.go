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
	{"不予受理", ResultOther, regexp.MustCompile(`^([^撤确维变责驳].*)?不予?(受理|立案)`)},
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
func ResultSaid(said string) (Result, bool) { return ResultOf(pronounce(said, PositionActor).word()) }

var (
	// opening is how a sentence is numbered, and how it begins before it says anything.
	opening = regexp.MustCompile(`^([一二三四五六七八九十0-9]+([、.．]|$)|[（(][一二三四五六七八九十0-9]+[）)]|本院|本案|本机关|依法|决定|判决|裁定|复议|予以|如下)+`)
	parting = regexp.MustCompile(`[，,；;。：:]`)
	joining = regexp.MustCompile(`并且|并|同时`)
	// listed is where a list of persons or of items ends and another order begins.
	listed = regexp.MustCompile(`、(驳回|维持|撤销|部分撤销|变更|确认|责令|判令|责成|限期|发回|指令|改判|重新|重作|不予|准许|终止)`)
	// interrupted is a term that a comma parts from what is to be done in it.
	interrupted = regexp.MustCompile(`([日月]内|[日号]之?前|期限内)[，,]`)
	// claim is a claim or an application that fails: what it asked for is nobody's order.
	claim = regexp.MustCompile(`^驳回.*(请求|申请|起诉)$`)
	// denied is what a court does not allow. It ends nothing.
	denied = regexp.MustCompile(`不(准|予准|同意|允许).*撤|未(撤|达成)|不违法$`)
	// beside is what a decision says beside what counts: the claims that it does not grant, repair after 确认违法 or that the
	// act stays all the same, who bears the costs, that there is no appeal.
	beside = regexp.MustCompile(`^驳回.*其[他它余].*请求$|^责令.*补救措施$|^但?不予?撤销|^([一二]审)?(案件)?(受理费|诉讼费)|^由.*(负担|承担)$|^本(判决|裁定)(为|系|是)终审`)
	// lower is the decision of a lower court, or items of it. That it goes, or stays in part, says nothing of the office's act.
	lower   = regexp.MustCompile(`^(撤销|变更).*` + judgment + `$|^维持.*` + judgment + `(主文|判项|中|的)*第.*项(内容)?$`)
	item    = regexp.MustCompile(`^(维持|撤销|变更)(其|该)?第.*项(内容)?$`)
	instead = regexp.MustCompile(`^变更.*` + judgment + `为[“”"]?`)
	// ofReview is the decision of the 复议机关 alone, which is another office's act (行诉解释 第一百三十六条).
	ofReview = regexp.MustCompile(`^(撤销|变更|维持|确认).*复议决定书?(.*(违法|无效))?$|^(责令|判令|限期?).*复议(决定|申请|请求)?$`)
	both     = regexp.MustCompile(`(书|复|决定|行为|[》号）)〕])(以?及|和|与|、)`)
	anew     = regexp.MustCompile(`((被告|被申请人)?(责令|判令|责成|限期|限(被|你|其)).*|^(由|应当?|要求).*)(重新(作出|答复|处理|办理|审查|公开|提供)|重作|另行作出).*$`)
	again    = regexp.MustCompile(`^((部分)?撤销后?|确认违法后?)?(被告|被申请人|其)?((在|于|自).*[内前])?(重新(作出|答复|处理|办理|审查|公开|提供)|重作|另行作出)([^的].*)?$`)
	within   = regexp.MustCompile(`日内|工作日|天内|月内|[日号]之?前`)
	rejected = regexp.MustCompile(`^驳回(.*(申请|请求))?$`)
)

// judgment is how a court's decision is named, with the items of it.
const judgment = `(原判|一审|原审|二审|再审|判决|裁定|裁判)书?(主文|判项|中|的|第.*项|部分|内容)*`

// pronounced is what the sentences of a decision come to.
type pronounced struct {
	words   []string
	bare    int  // how many are the word alone, or items of something, and do not say of what
	changes bool // an earlier decision goes: 改判, or that of a lower court is revoked or stays in part
	review  bool // something is said of the decision of the 复议机关
	anew    bool // a new answer is ordered
	term    bool // with a term
	unread  bool // one of the sentences says something else
}

// clauses parts a decision where another thing is ordered.
func clauses(said string) (all []string) {
	said = strings.ReplaceAll(strings.Join(strings.Fields(said), ""), "行政复议", "复议")
	said = listed.ReplaceAllString(interrupted.ReplaceAllString(said, "$1"), "，$1")
	for _, one := range parting.Split(said, -1) {
		if one = opening.ReplaceAllString(one, ""); claim.MatchString(one) && strings.Count(one, "驳回") == 1 {
			all = append(all, one)
			continue
		}
		all = append(all, joining.Split(one, -1)...)
	}
	return all
}

// pronounce reads a decision for an office that is a party in that position.
func pronounce(said string, as Position) (p pronounced) {
	items := false // of a lower court's decision
	for _, part := range clauses(said) {
		part, changed := strings.CutPrefix(opening.ReplaceAllString(part, ""), "改判")
		if rest := instead.ReplaceAllString(part, ""); rest != part {
			part, changed = strings.TrimRight(rest, "”\""), true
		}
		part = strings.TrimPrefix(part, "为")
		p.changes = p.changes || changed
		if as == PositionActor && ofReview.MatchString(part) && !both.MatchString(part) {
			p.review = true
			continue
		}
		if lower.MatchString(part) || items && item.MatchString(part) {
			p.changes, items = true, true
			continue
		}
		if order := p.ordersAnew(part); order != "" {
			part = strings.TrimSuffix(strings.TrimSuffix(part, order), "后")
		}
		if part == "" || beside.MatchString(part) {
			continue
		}
		word := ""
		for _, d := range decisions { // the last says most: 撤销…部分 is 部分撤销, 维持…判决 is 维持原判
			if d.said.MatchString(part) && !denied.MatchString(part) {
				word = d.word
			}
		}
		if !changed && (part == word || item.MatchString(part)) {
			p.bare++
		}
		p.unread = p.unread || word == ""
		p.term = p.term || word == ordered && within.MatchString(part)
		p.words = append(p.words, word)
	}
	return p
}

// ordersAnew returns the end of a sentence that orders a new answer; empty where none is ordered.
func (p *pronounced) ordersAnew(part string) (order string) {
	if claim.MatchString(part) {
		return ""
	}
	order = anew.FindString(part)
	if at := again.FindStringSubmatchIndex(part); order == "" && at != nil {
		order = part
		if at[2] >= 0 {
			order = part[at[3]:]
		}
	}
	if order != "" {
		p.anew, p.term = true, p.term || within.MatchString(order)
	}
	return order
}

// word is the decision that the sentences come to together; empty where that is none, or more than one.
func (p pronounced) word() string {
	has := func(words ...string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(p.words, w) })
	}
	corrected := slices.IndexFunc(p.words, func(w string) bool { r, _ := ResultOf(w); return r == ResultCorrected })
	other := slices.ContainsFunc(p.words, func(w string) bool { r, ok := ResultOf(w); return !ok || r == ResultOther })
	stands := slices.ContainsFunc(p.words, func(w string) bool { _, ok := ResultOf(w); return !ok && w != remanded })
	switch {
	case p.unread, p.changes && stands: // 撤销二审判决，维持一审判决: neither is what stood before
		return ""
	case len(p.words) == 0 && p.anew && !p.review: // an act is made anew where the one before is revoked (行政诉讼法70、行政复议法64)
		return "撤销"
	case len(p.words) > 0 && inOneColumn(p.words): // what it orders, and why it ends, comes behind
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

// inOneColumn reports whether there is one word, or several that belong to one column.
func inOneColumn(words []string) bool {
	first, _ := ResultOf(words[0])
	return len(words) == 1 || first != ResultPending && !slices.ContainsFunc(words, func(w string) bool { r, _ := ResultOf(w); return r != first })
}

// unread asks about a decision that comes to none of the words.
func (d Dispute) unread(said string, p pronounced) error {
	switch {
	case rejected.MatchString(said):
		hint := "写 驳回诉讼请求（计入结果维持）、驳回起诉（其他结果）、驳回上诉或驳回再审申请（按原裁判计）"
		if d.Track == Reconsideration {
			hint = "写 驳回复议请求（理由不成立，计入结果维持）或 驳回复议申请（不符合受理条件，其他结果）"
		}
		return d.refuse("decision-unclear", hint+"\n--decision", "“%s”不知驳回的是什么", said)
	case p.review && !p.unread:
		return d.refuse("decision-unclear", "另写原行政行为的结果：驳回诉讼请求、撤销、确认违法等；本机关仅作为复议机关的，受理时写明地位\n--position 仅复议机关", "“%s”说的是复议决定，不知原行政行为怎样", said)
	case p.changes && !p.unread:
		return d.refuse("decision-unclear", "写改判后的结果：改判撤销、改判确认违法、改判驳回诉讼请求等\n--decision", "“%s”没有写明改判的结果，表四按改判后的结果计", said)
	}
	return d.refuse("decision-unknown", "可以写判决、复议决定主文的原句，或者写其一："+strings.Join(DecisionWords(), "、")+"\n--decision", "裁决结果“%s”不认识", said)
}

func (d Dispute) refuse(code, hint, format string, args ...any) error {
	return &RuleError{Code: code, Case: ID(d.ID), Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// read returns a decision as it is recorded: one of DecisionWords, and whether it orders a new answer. Judgments and
// 复议决定 may be entered in their own sentences; what may mean one thing or another is asked about.
func (d Dispute) read(e DisputeDecided) (DisputeDecided, error) {
	refuse := func(code, hint, format string, args ...any) (DisputeDecided, error) {
		return e, d.refuse(code, hint, format, args...)
	}
	said := strings.TrimSpace(e.Decision)
	p := pronounce(said, d.Position)
	bare := p.bare > 0 && p.bare == len(p.words) && !p.anew && d.Appealed
	word := p.word()
	if word == "维持原裁判" && !d.Retried {
		word = "维持原判"
	}
	switch {
	case word == "":
		return e, d.unread(said, p)
	case p.changes && !d.Appealed:
		return refuse("decision-appeal", "先记录 dispute appeal", "“%s”改变了原裁判，没有上诉的记录", said)
	case bare && word == "维持":
		return refuse("decision-unclear", "一审裁判不变的写“维持原判”，表四仍按一审结果计\n--decision", "二审的裁判写“维持”，不知是否维持原判")
	case bare && slices.Contains([]string{"撤销", "部分撤销", "变更"}, word):
		return refuse("decision-unclear", "行政行为被"+word+"的写“改判"+word+"”；只"+word+"原裁判的，写改判后的结果，如 改判驳回诉讼请求\n--decision", "上诉、再审的裁判只写“%s”，不知%s的是原裁判还是行政行为", said, word)
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
