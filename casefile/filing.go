package casefile

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of what is in a case, how it stands to others, and what is noted about it.
const (
	KindMerged       Kind = "merged"
	KindSplit        Kind = "split"
	KindAttached     Kind = "attached"
	KindDetached     Kind = "detached"
	KindAgentNamed   Kind = "agent-named"
	KindCountedIn    Kind = "counted-in"
	KindLapseNoted   Kind = "lapse-noted"
	KindReclassified Kind = "reclassified"
	KindNoted        Kind = "noted"
	KindVoided       Kind = "voided"
	KindRevealed     Kind = "revealed"
	KindSeen         Kind = "seen"
)

func (Merged) Kind() Kind       { return KindMerged }
func (Split) Kind() Kind        { return KindSplit }
func (Attached) Kind() Kind     { return KindAttached }
func (Detached) Kind() Kind     { return KindDetached }
func (AgentNamed) Kind() Kind   { return KindAgentNamed }
func (CountedIn) Kind() Kind    { return KindCountedIn }
func (LapseNoted) Kind() Kind   { return KindLapseNoted }
func (Reclassified) Kind() Kind { return KindReclassified }
func (Noted) Kind() Kind        { return KindNoted }
func (Voided) Kind() Kind       { return KindVoided }
func (Revealed) Kind() Kind     { return KindRevealed }
func (Seen) Kind() Kind         { return KindSeen }

// filing are the rows of the first four of these kinds.
func filing() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "合并", Command: "merge", Effect: EffectStop, Stages: alive, To: StageMerged, Counts: CountsNew,
			Needs: []Need{{"into", "并入的编号", "into"}, {"reason", "理由", "reason"}}}, does[Merged]{
			says: func(e Merged) string { return phrases("并入 "+string(e.Into), e.Reason) },
			rule: func(j *judge, e Merged) error {
				if e.Into == j.ID {
					return j.refuse("merge-itself", "请写明另一编号\n--into", "不能并入自己")
				}
				return nil
			},
			fold: func(c *Case, _ Record, e Merged) { c.MergedInto = e.Into },
			clock: func(c *Clock, r Record, e Merged) (Effect, string) {
				c.left, c.leftOn = EndedMerged, r.On
				return EffectStop, "并入 " + string(e.Into) + "，以其期限为准"
			},
		}),
		of(KindInfo{Label: "拆分", Command: "split", Stages: alive,
			Needs: []Need{{"parts", "拆出的案件", "parts"}, {"reason", "理由", "reason"}}}, does[Split]{
			says: func(e Split) string { return phrases("另立 "+joined(e.Parts), e.Reason) },
		}),
		of(KindInfo{Label: "附卷", Command: "attach", Stages: anyStage}, does[Attached]{
			says: func(e Attached) string { return phrases(namesOf(e.Files), prefixed("邮件：", e.Subject), e.Reason) },
			rule: func(j *judge, e Attached) error {
				if len(e.Files) == 0 && e.Letter.Digest.IsZero() {
					return j.refuse("field-missing", "写明文件或邮件\n--mail", "没有要附卷的内容")
				}
				return nil
			},
		}),
		of(KindInfo{Label: "移出卷", Command: "detach", Stages: anyStage,
			Needs: []Need{{"digest", "移出的邮件或文件", ""}, {"reason", "理由", "reason"}}}, does[Detached]{
			says: func(e Detached) string { return phrases(e.Digest.Short(), e.Reason) },
			rule: (*judge).detached,
		}),
	}
}

// noting are the rows of the others of these kinds.
func noting() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "委托代理人", Command: "agent", Article: "条例第二十九条", Stages: anyStage,
			Needs: []Need{{"name", "代理人", "name"}}}, does[AgentNamed]{
			says: func(e AgentNamed) string { return phrases(e.Name, e.Contact, prefixed("授权文书 ", e.Document)) },
			fold: func(c *Case, _ Record, e AgentNamed) { c.Agent = e.Name },
		}),
		of(KindInfo{Label: "计入年度", Command: "count-in", Article: "国办公开办函〔2021〕30号", Stages: anyStage, Counts: CountsNew,
			Needs: []Need{{"year", "年度", "year"}, {"reason", "理由", "reason"}}}, does[CountedIn]{
			says: func(e CountedIn) string { return phrases(fmt.Sprintf("新收计入 %d 年", e.Year), e.Reason) },
			rule: (*judge).countedIn,
			fold: func(c *Case, _ Record, e CountedIn) { c.CountedIn = e.Year },
		}),
		of(KindInfo{Label: "改列", Command: "reclassify", Article: "国办公开办函〔2021〕30号", Stages: []Stage{StageReplied, StageServed, StageArchived, StageWithdrawn}, Counts: CountsOutcome,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[Reclassified]{
			says: func(e Reclassified) string {
				return phrases(prefixed("申请人类别改为 ", e.Column.Label()), prefixed("答复类别改为 ", e.Outcome.Row()+e.Outcome.Label()), prefixed("依据", BasisOf(e.Basis).String()), e.Reason)
			},
			rule: (*judge).reclassified,
			fold: func(c *Case, _ Record, e Reclassified) {
				c.Reclassified++
				if e.Column != ColumnNone {
					c.Column = e.Column
				}
				if e.Outcome == OutcomeNone {
					return
				}
				if c.Tally == c.Outcome {
					c.Tally = e.Outcome
				}
				c.Outcome, c.Basis = e.Outcome, e.Basis
			},
		}),
		of(KindInfo{Label: "期满提示", Article: "条例第三十条"}, does[LapseNoted]{
			says: func(e LapseNoted) string {
				return fmt.Sprintf("%s期限 %s 已过，可决定不再处理", e.Waiting.Label(), e.Until)
			},
		}),
		of(KindInfo{Label: "备注", Command: "note", Stages: anyStage,
			Needs: []Need{{"text", "备注文字", "text"}}}, does[Noted]{
			says: func(e Noted) string { return e.Text },
		}),
		of(KindInfo{Label: "阅毕", Command: "seen", Stages: anyStage,
			Needs: []Need{{"mails", "来信", "mail"}}}, does[Seen]{
			says: func(e Seen) string {
				names := make([]string, len(e.Mails))
				for i, d := range e.Mails {
					names[i] = d.Short()
				}
				return phrases(strings.Join(names, "、"), e.As)
			},
			awaits: func(c Case) bool { return c.OpenMail > 0 },
		}),
		of(KindInfo{Label: "作废记录", Command: "void", Stages: anyStage, Counts: CountsAsTarget,
			Needs: []Need{{"seq", "记录号", "record"}, {"reason", "理由", "reason"}}}, does[Voided]{
			says:  func(e Voided) string { return phrases(fmt.Sprintf("记录 %d", e.Seq), e.Reason) },
			rule:  (*judge).voided,
			fixed: fixed{"void-fixed", "不是申请的，用 dismiss；误作废的，重新记录"},
		}),
		of(KindInfo{Label: "查看个人信息"}, does[Revealed]{says: Revealed.words}),
	}
}

// Merged (合并): the same request sent twice before the reply is one case. This number stays as a
// pointer to the other, which arrived no later.
type Merged struct {
	Into   ID     `json:"into"`
	Reason string `json:"reason,omitzero"`
}

// Split (拆分): the case held several requests. The parts named here are cases of their own with the
// same dates; this one goes on as the first.
type Split struct {
	Parts  []ID   `json:"parts"`
	Reason string `json:"reason,omitzero"`
}

// Attached (附卷) puts files, or a mail that lay elsewhere, into the case.
type Attached struct {
	Files []File `json:"files,omitzero"`
	Letter
	Reason string `json:"reason,omitzero"`
}

// Detached takes a file or a mail out of the case again; its bytes stay.
type Detached struct {
	Digest Digest `json:"digest"`
	Reason string `json:"reason"`
}

// AgentNamed (委托代理人) names who acts for the applicant. The column stays the applicant's.
type AgentNamed struct {
	Name     string `json:"name"`
	Contact  string `json:"contact,omitzero"`
	Document string `json:"document,omitzero"` // 授权委托书
}

// CountedIn (计入年度): a person says in which year's 新收 a case around the turn of the year counts.
type CountedIn struct {
	Year   int    `json:"year"`
	Reason string `json:"reason"`
}

// Reclassified (改列) puts right in which column or row of 表三 a case stands that has been answered, as is found
// when the year's numbers are looked at. What the applicant was told does not change: a row that the letter does
// not bear is no mistake of counting. Since schema 4.
type Reclassified struct {
	Column  Column  `json:"column,omitzero"`
	Outcome Outcome `json:"outcome,omitzero"`
	Basis   string  `json:"basis,omitzero"` // of Outcome
	Reason  string  `json:"reason"`
}

// LapseNoted (期满提示) is the register's own note, on the first day after the applicant's time to
// correct or to pay has ended, that a lapse may now be decided. A person decides.
type LapseNoted struct {
	Waiting Waiting    `json:"waiting"`
	Until   civil.Date `json:"until"` // the last day that the applicant had
}

// Noted (备注) adds words and changes nothing.
type Noted struct {
	Text string `json:"text"`
}

// Voided puts a mistake right: the record with that Seq no longer counts. It stays readable.
type Voided struct {
	Seq     uint64    `json:"seq"`
	Reason  string    `json:"reason"`
	Dispute DisputeID `json:"dispute,omitzero"` // whose record it is, when it is no case's
}

// Seen (阅毕): somebody has read the mails, and nothing more is to be recorded of them. Without a case it is
// about a mail that is in none.
type Seen struct {
	Answers
	As string `json:"as,omitzero"` // what they were, in the person's words
}

// Revealed records that somebody looked at personal data unmasked.
type Revealed struct {
	What string `json:"what"`
}

// words say what somebody looked at. Records name the operation, and what it was about behind it.
func (e Revealed) words() string {
	for _, way := range [...][2]string{
		{"show --reveal", "案件全部"}, {"page", "附件的页，邮件"}, {"mail save", "取出邮件原件"}, {"save", "取出案卷"}, {"file save", "取出附卷文件"},
		{"letter --preview", "预览文书"}, {"letter copy", "取出文书"}, {"letter envelope", "印信封"}, {"answer", "答复稿"}, {"submit", "送审稿"}, {"send", "去信"},
		{"report --with-cases", "年报附案件"}, {"export", "导出"},
	} {
		if about, ok := strings.CutPrefix(e.What, way[0]); ok && (about == "" || about[0] == ' ') {
			return way[1] + about
		}
	}
	return e.What
}

// MayMerge judges what no history alone can say about merging a case into another: that one is not closed
// and arrived no later, for the earliest date governs. Of two applicants it warns: only what the same one
// sent twice is one application, but the same one may be written in two ways.
func (c Case) MayMerge(into Case) (warnings []string, err error) {
	refuse := func(code, hint, format string, args ...any) error {
		return &RuleError{Code: code, Case: c.ID, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	switch {
	case into.FirstOn() > c.FirstOn():
		return nil, refuse("merge-direction", fmt.Sprintf("请反过来\nysq merge %s --into %s", into.ID, c.ID), "%s 到达更晚（%s）；合并后以最早的日期为准", into.ID, into.FirstOn())
	case !into.Stage.Open():
		return nil, refuse("merge-closed", "已答复的，新申请按重复申请处理\nysq reply "+string(c.ID)+" --outcome decline.repeat", "%s 已在“%s”阶段", into.ID, into.Stage.Label())
	case c.Applicant != "" && into.Applicant != "" && PlainName(c.Applicant) != PlainName(into.Applicant):
		warnings = append(warnings, fmt.Sprintf("%s 与 %s 的申请人不同：只有同一申请人的同一申请才并为一件，不同人的各计 1 件，请核对", c.ID, into.ID))
	}
	return warnings, nil
}

// reclassified allows another column, and another row where the letter that went out is of the same kind. A year
// that is frozen is looked at where the register is at hand.
func (j *judge) reclassified(e Reclassified) error {
	switch {
	case e.Column == ColumnNone && e.Outcome == OutcomeNone:
		return j.refuse("field-missing", "写明申请人类别或答复类别\n--column、--outcome", "没有写改为什么")
	case j.Kind != Application:
		return j.refuse("reply-kind", "", "登记为“%s”，不计入表三", j.Kind.Label())
	case e.Column == j.Column && e.Outcome == OutcomeNone, e.Outcome == j.Outcome && e.Basis == j.Basis && e.Column == ColumnNone:
		return j.refuse("unchanged", "请核对改为什么\n--column、--outcome", "现在就是这样，没有要改的")
	case e.Outcome == OutcomeNone:
		return nil
	case j.RepliedOn.IsZero():
		return j.refuse("not-replied", "", "没有答复，不能改列答复类别")
	case !slices.Contains(e.Outcome.Bases(), e.Basis):
		return j.refuse("reply-basis", "请写明其一："+BasisWords(e.Outcome.Bases())+"\n--basis", "“%s”的依据 %q 不对或未写", e.Outcome.Label(), e.Basis)
	}
	sent := LetterOfReply(j.Outcome, j.Basis)
	for _, l := range Letters(Live(j.history)) {
		if l.Decides == KindReplied && l.Voided == "" {
			sent = l.Letter
		}
	}
	if LetterOfReply(e.Outcome, e.Basis) != sent || e.Outcome.Lapse() != j.Outcome.Lapse() {
		return j.refuse("reply-letter", "答复有误的，重新办理后另行答复；录入有误的，逐条作废后重录\nysq reopen 编号、ysq void 编号",
			"发出的是“%s”，不能改列为“%s”", sent.Label(), e.Outcome.Label())
	}
	return nil
}

func (j *judge) countedIn(e CountedIn) error {
	arrived, received := j.ArrivedOn.Year(), j.ReceivedOn().Year()
	if first := j.FirstOn().Year(); e.Year != arrived && e.Year != received && e.Year != first {
		return j.refuse("count-year", "请核对年份\n--year", "只能计入到达之年 %d 或收到申请之年 %d", arrived, received)
	}
	return nil
}

func (j *judge) detached(e Detached) error {
	i, held := Holding(Contents(append([][]Record{j.history}, j.merged...)...), e.Digest)
	switch {
	case held && i.Record.Case != j.ID:
		return j.refuse("not-attached", fmt.Sprintf("请从该件移出\nysq detach %s", i.Record.Case), "%s 属于已并入本案的 %s", e.Digest.Short(), i.Record.Case)
	case !held || !i.Removable():
		return j.refuse("not-attached", "收件时的邮件不能移出；show 可查", "卷中没有可移出的 %s", e.Digest.Short())
	}
	return nil
}

// voided lets any record be put right but those that other facts rest on: the arrival and the mails,
// which are the register's own observations, and earlier voidings.
func (j *judge) voided(e Voided) error {
	i := slices.IndexFunc(j.history, func(r Record) bool { return r.Seq == e.Seq })
	if i < 0 {
		return j.refuse("void-unknown", "请核对记录号，log 或 show 可查\n--record", "记录 %d 不属于本案", e.Seq)
	}
	k := j.history[i].Event.Kind()
	if f := k.row().does.fixed; f.code != "" {
		return j.refuse(f.code, f.hint, "“%s”的记录不能作废", k.Label())
	}
	if slices.ContainsFunc(j.history, func(r Record) bool { v, ok := r.Event.(Voided); return ok && v.Seq == e.Seq }) {
		return j.refuse("void-twice", "请核对记录号\n--record", "记录 %d 已经作废", e.Seq)
	}
	if s, ok := j.history[i].Event.(Split); ok {
		j.warn("拆出的 %s 仍各为一件，请逐件并入 %s", joined(s.Parts), j.ID)
	}
	return j.nothingRestsOn(e.Seq)
}

// nothingRestsOn refuses to void a record without which a later one would not have been legal: the
// case would stand where nobody can go on from.
func (j *judge) nothingRestsOn(seq uint64) error {
	before := unfounded(Live(j.history), j.law)
	without := slices.DeleteFunc(Live(j.history), func(r Record) bool { return r.Seq == seq })
	for _, r := range unfounded(without, j.law) {
		if !slices.ContainsFunc(before, func(o Record) bool { return o.Seq == r.Seq }) {
			return j.refuse("void-rests", fmt.Sprintf("先作废记录 %d", r.Seq), "记录 %d（%s %s）以它为前提", r.Seq, r.On, r.Event.Kind().Label())
		}
	}
	return nil
}

// unfounded lists the records that were not legal at the stage that those before them had led to. A
// fact learned late may be one of them from the start.
func unfounded(live []Record, law Statute) []Record {
	var all []Record
	c := Case{law: &law}
	for _, r := range live {
		// A letter is on paper whatever becomes of the records before it.
		if legal := r.Event.Kind().row().Stages; legal != nil && r.Event.Kind() != KindLetterIssued && !slices.Contains(legal, c.Stage) {
			all = append(all, r)
		}
		c.apply(r)
	}
	return all
}

func namesOf(files []File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return strings.Join(names, "、")
}
