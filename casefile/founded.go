package casefile

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// What a reply says must be on record (casefile/LAW.md#replies): the letter repeats it to the applicant, and to
// whoever judges it. These rules hold for what is recorded from now on; what was decided before stays.

// Overruling is why information is given against a third party's will.
type Overruling uint8

// The two ways of 条例 第三十二条: the objection has no good reason, or the public interest outweighs it.
const (
	OverrulingNone Overruling = iota
	ObjectionUnfounded
	ObjectionOutweighed
)

var overrulings = codes{{}, {"unfounded", "理由不合理"}, {"public-interest", "公共利益"}}

// Overrulings lists both.
func Overrulings() []Overruling { return []Overruling{ObjectionUnfounded, ObjectionOutweighed} }

func (o Overruling) String() string { return overrulings.code(uint8(o)) }
func (o Overruling) Label() string  { return overrulings.label(uint8(o)) }
func ParseOverruling(s string) (Overruling, error) {
	return parsed[Overruling](overrulings, "不顾第三方意见的理由", s)
}
func (o Overruling) MarshalText() ([]byte, error) { return []byte(o.String()), nil }
func (o *Overruling) UnmarshalText(b []byte) (err error) {
	*o, err = ParseOverruling(string(b))
	return err
}

// founded refuses a reply whose reason the record does not hold.
func (j *judge) founded(e Replied) error {
	switch {
	case e.Outcome == Partial && len(e.Withheld) == 0:
		return j.refuse("withheld-basis", "请写明，可写多次："+BasisWords(WithheldBases())+"\n--withheld", "部分公开没有写明不予公开的部分依据什么")
	case e.Outcome != Partial && len(e.Withheld) > 0:
		return j.refuse("withheld-basis", "请去掉\n--withheld", "“%s”没有不予公开的部分，不写其依据", e.Outcome.Label())
	}
	for _, w := range e.Withheld {
		if !slices.Contains(WithheldBases(), w) {
			return j.refuse("withheld-basis", "可写："+BasisWords(WithheldBases())+"\n--withheld", "不予公开的部分不能依据 %q", w)
		}
	}
	switch e.Outcome {
	case UnableUnclear:
		return j.unclear()
	case DeclineExcessive:
		return j.excessive()
	case Disclosed, Partial:
		return j.objections(e)
	}
	return nil
}

// unclear: （四）3 is what remains after the applicant corrected what his application asks for; where nothing
// came, it lapses (（六）1), and a 补正 that asks who he is or how to reach him says nothing about the content.
func (j *judge) unclear() error {
	asked, came := false, false
	for _, r := range Live(j.history) {
		switch e := r.Event.(type) {
		case CorrectionAsked:
			asked = e.About == AboutContent
		case CorrectionReceived:
			came = came || asked
		}
	}
	if !came {
		return j.refuse("unclear-uncorrected", "内容不明确的，先告知补正；期满没有补正的，按（六）1 不再处理\nysq correct 编号",
			"“补正后申请内容仍不明确”须有针对申请内容的补正告知并收到补正")
	}
	return nil
}

// excessive: （五）4 follows only on reasons that were asked for (条例35).
func (j *judge) excessive() error {
	asked, given, accepted := false, false, false
	for _, r := range Live(j.history) {
		switch e := r.Event.(type) {
		case ReasonAsked:
			asked, given, accepted = true, false, false
		case ReasonGiven:
			given, accepted = true, e.Accepted
		}
	}
	switch {
	case !asked:
		return j.refuse("reason-not-asked", "先记录要求说明理由，再记录申请人的说明\nysq reason 编号、ysq reasoned 编号", "“无正当理由大量反复申请”须先要求申请人说明理由（条例第三十五条）")
	case given && accepted:
		return j.refuse("reason-accepted", "理由不合理的，作废该记录后重新记录\nysq void 编号、ysq reasoned 编号 --rejected", "申请人说明的理由记录为合理，不能按“无正当理由大量反复申请”不予处理")
	case !given:
		j.warn("没有申请人说明理由的记录：文书写作没有说明理由，请核对所给的时间已过（条例第三十五条）")
	}
	return nil
}

// objections: what a third party opposes, or may still oppose, is given only for one of two reasons, and for
// the public interest only when it was told (条例32).
func (j *judge) objections(e Replied) error {
	if e.Outcome == Partial && slices.Contains(e.Withheld, "15") {
		return nil // it is what is withheld
	}
	opposed, waiting := opposition(j.history, j.draft.On, j.law, j.cal)
	if len(opposed)+len(waiting) == 0 {
		if e.Objection != OverrulingNone {
			return j.refuse("no-objection", "请去掉\n--objection", "没有第三方不同意公开的记录，不写不顾其意见的理由")
		}
		return nil
	}
	what := "不同意公开：" + strings.Join(opposed, "、")
	if len(opposed) == 0 {
		what = "答复期限未满：" + strings.Join(waiting, "、")
	}
	switch e.Objection {
	case OverrulingNone:
		return j.refuse("third-party-objects", "其理由不合理的，写明不顾第三方意见的理由；为公共利益决定公开的，先书面告知第三方\n--objection 理由不合理、ysq told 编号、--objection 公共利益", "第三方%s（条例第三十二条）", what)
	case ObjectionUnfounded:
		j.warn("不顾第三方意见公开的，宜将决定公开的内容和理由书面告知第三方")
		return nil
	}
	for _, party := range slices.Concat(opposed, waiting) {
		told := slices.ContainsFunc(Live(j.history), func(r Record) bool {
			t, ok := r.Event.(ThirdPartyTold)
			return ok && t.Party == party && t.complete()
		})
		if !told {
			return j.refuse("third-party-untold", "先制发第三方告知书\nysq letter "+string(j.ID)+" 第三方告知书 --party "+party+" --content … --grounds …", "为公共利益公开的，须将公开的内容和理由书面告知 %s（条例第三十二条）", party)
		}
	}
	return nil
}

// opposition names the third parties that object, and those whose 15 working days have not passed on a day.
func opposition(history []Record, on civil.Date, law Statute, cal *workday.Calendar) (opposed, waiting []string) {
	type standing struct {
		sent, reached civil.Date
		opinion       Opinion
	}
	parties := map[string]*standing{}
	var order []string
	for _, r := range Live(history) {
		switch e := r.Event.(type) {
		case ConsultationSent:
			if e.Side == ThirdParty {
				if parties[e.Party] == nil {
					order = append(order, e.Party)
				}
				parties[e.Party] = &standing{sent: r.On}
			}
		case ConsultationReached:
			if p := parties[e.Party]; p != nil {
				p.reached = r.On
			}
		case ConsultationAnswered:
			if p := parties[e.Party]; p != nil {
				p.opinion = e.Opinion
			}
		}
	}
	for _, name := range order {
		p := parties[name]
		switch {
		case p.opinion == Objects:
			opposed = append(opposed, name)
		case p.opinion != OpinionNone:
		case p.reached.IsZero():
			waiting = append(waiting, name)
		default:
			if until, _ := cal.AddWorkdays(p.reached, law.Consultation); on <= until {
				waiting = append(waiting, name)
			}
		}
	}
	return opposed, waiting
}

// About is what a 补正 is about.
type About uint8

// The kinds of 补正: the content (条例30), and, by local rules, who applies, how he is reached and the form.
const (
	AboutContent About = iota
	AboutIdentity
	AboutContact
	AboutForm
)

var abouts = codes{{"content", "申请内容"}, {"identity", "身份证明"}, {"contact", "联系方式"}, {"form", "形式要求"}}

// Abouts lists them.
func Abouts() []About { return []About{AboutContent, AboutIdentity, AboutContact, AboutForm} }

func (a About) String() string { return abouts.code(uint8(a)) }
func (a About) Label() string  { return abouts.label(uint8(a)) }

// ParseAbout reads a code or a label.
func ParseAbout(s string) (About, error) {
	for _, a := range Abouts() {
		if s == a.String() || s == a.Label() {
			return a, nil
		}
	}
	i, err := abouts.parse("补正类型", s)
	return About(i), err
}

func (a About) MarshalText() ([]byte, error)        { return []byte(a.String()), nil }
func (a *About) UnmarshalText(b []byte) (err error) { *a, err = ParseAbout(string(b)); return err }
