package casefile

import (
	"cmp"
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// DisputeID numbers a 行政复议 or 行政诉讼: Y2026-001.
type DisputeID string

// NewDisputeID returns the register's form of a number.
func NewDisputeID(year, n int) DisputeID { return DisputeID(fmt.Sprintf("Y%04d-%03d", year, n)) }

// Track is the way on which the office's work is challenged: a heading of 表四.
type Track uint8

const (
	TrackNone           Track = iota
	Reconsideration           // 行政复议
	DirectSuit                // 行政诉讼，未经复议直接起诉
	SuitAfterReconsider       // 行政诉讼，复议后起诉
)

var tracks = codes{{}, {"reconsideration", "行政复议"}, {"direct-suit", "直接起诉"}, {"suit-after-reconsideration", "复议后起诉"}}

func (t Track) String() string                      { return tracks.code(uint8(t)) }
func (t Track) Label() string                       { return tracks.label(uint8(t)) }
func ParseTrack(s string) (Track, error)            { return parsed[Track](tracks, "途径", s) }
func (t Track) MarshalText() ([]byte, error)        { return []byte(t.String()), nil }
func (t *Track) UnmarshalText(b []byte) (err error) { *t, err = ParseTrack(string(b)); return err }

// Result is how a dispute ended: a column of 表四. The absent value is 尚未审结.
type Result uint8

const (
	ResultPending Result = iota
	ResultUpheld
	ResultCorrected
	ResultOther
)

var results = codes{{"", "尚未审结"}, {"upheld", "结果维持"}, {"corrected", "结果纠正"}, {"other", "其他结果"}}

// String returns the stable code; "" while pending.
func (r Result) String() string { return results.code(uint8(r)) }

// Label returns the words of 表四.
func (r Result) Label() string { return results.label(uint8(r)) }

// Position is in what part the office is a party.
type Position uint8

// The positions. The absent value is the office whose act it is: records of before schema 4 know no other.
const (
	PositionActor    Position = iota // 原行为机关
	PositionReviewer                 // only as 复议机关: the suit counts nothing (国办公开办函〔2016〕201号)
)

var positions = codes{{"actor", "原行为机关"}, {"reviewer", "仅复议机关"}}

func (p Position) String() string { return positions.code(uint8(p)) }
func (p Position) Label() string  { return positions.label(uint8(p)) }

// ParsePosition reads a code or a label; empty is PositionActor.
func ParsePosition(s string) (Position, error) {
	if s == positions[0][0] || s == positions[0][1] {
		return PositionActor, nil
	}
	i, err := positions.parse("地位", s)
	return Position(i), err
}

func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
func (p *Position) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePosition(string(b))
	return err
}

// The kinds of what is recorded of a dispute.
const (
	KindDisputeFiled    Kind = "dispute-filed"
	KindDisputeAnswered Kind = "dispute-answered"
	KindDisputeDecided  Kind = "dispute-decided"
	KindDisputeAppealed Kind = "dispute-appealed"
	KindDisputeRetried  Kind = "dispute-retried"
)

func (DisputeFiled) Kind() Kind    { return KindDisputeFiled }
func (DisputeAnswered) Kind() Kind { return KindDisputeAnswered }
func (DisputeDecided) Kind() Kind  { return KindDisputeDecided }
func (DisputeAppealed) Kind() Kind { return KindDisputeAppealed }
func (DisputeRetried) Kind() Kind  { return KindDisputeRetried }

// disputing are the rows of these kinds.
func disputing() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "复议诉讼", Article: "条例第五十一条", Counts: CountsDisputes,
			Needs: []Need{{"track", "途径", "track"}, {"party", "当事人", "party"}}}, does[DisputeFiled]{
			says: func(e DisputeFiled) string {
				return phrases(string(e.Dispute), e.Track.Label(), e.position(), e.Party, e.Organ, e.Number, joined(e.Cases), e.Matter)
			},
		}),
		of(KindInfo{Label: "复议答复、诉讼答辩", Article: "行政复议法第四十八条、行政诉讼法第六十七条"}, does[DisputeAnswered]{
			says: func(e DisputeAnswered) string { return phrases(string(e.Dispute), prefixed("文号 ", e.Document)) },
		}),
		of(KindInfo{Label: "裁决", Article: "条例第五十一条", Counts: CountsDisputes,
			Needs: []Need{{"decision", "裁决结果", "decision"}}}, does[DisputeDecided]{
			says: func(e DisputeDecided) string {
				anew := ""
				if e.orders() {
					anew = phrases("责令重新答复或履行", (Reopened{Due: e.Due, Workdays: e.Workdays, Days: e.Days}).within())
				}
				return phrases(string(e.Dispute), e.Decision, anew, prefixed("文号 ", e.Document))
			},
		}),
		of(KindInfo{Label: "上诉", Article: "行政诉讼法第八十五条", Counts: CountsDisputes}, does[DisputeAppealed]{
			says: func(e DisputeAppealed) string { return phrases(string(e.Dispute), prefixed("上诉人 ", e.By)) },
		}),
		of(KindInfo{Label: "再审", Article: "行政诉讼法第九十一条、第九十二条", Counts: CountsDisputes}, does[DisputeRetried]{
			says: func(e DisputeRetried) string { return phrases(string(e.Dispute), prefixed("案号 ", e.Number)) },
		}),
	}
}

// DisputeFiled (复议、诉讼受理) opens a dispute. It is a thing of its own: about no case, one or
// several, by the applicant or a third party. On is the day of service on the office.
type DisputeFiled struct {
	Dispute  DisputeID `json:"dispute"`
	Track    Track     `json:"track"`
	Party    string    `json:"party"`           // who complains
	Organ    string    `json:"organ,omitzero"`  // 复议机关 or 法院
	Number   string    `json:"number,omitzero"` // its 案号
	Cases    []ID      `json:"cases,omitzero"`
	Matter   string    `json:"matter,omitzero"`   // what it is about, where no case says it
	Ordinary bool      `json:"ordinary,omitzero"` // 复议 by ordinary procedure: 10 working days instead of 5
	// Position is in what part the office is a party. Since schema 4.
	Position Position `json:"position,omitzero"`
}

func (e DisputeFiled) position() string {
	if e.Position == PositionActor {
		return ""
	}
	return e.Position.Label()
}

// DisputeAnswered (答复、答辩): the office has answered.
type DisputeAnswered struct {
	Dispute  DisputeID `json:"dispute"`
	Document string    `json:"document,omitzero"`
}

// DisputeDecided (裁决): On is the day on which the office received the decision.
type DisputeDecided struct {
	Dispute  DisputeID `json:"dispute"`
	Decision string    `json:"decision"` // one of DecisionWords
	Document string    `json:"document,omitzero"`
	// Ruling: it is a 裁定, against which an appeal has ten days instead of fifteen (行政诉讼法85). Answers: it orders a new
	// answer or performance, by the day Due or within so many Workdays or Days of its receipt. Since schema 4.
	Ruling   bool       `json:"ruling,omitzero"`
	Answers  bool       `json:"answers,omitzero"`
	Due      civil.Date `json:"due,omitzero"`
	Workdays int        `json:"workdays,omitzero"`
	Days     int        `json:"days,omitzero"`
}

// DisputeRetried (再审): a court hears the suit again; On is the day on which the office received that.
type DisputeRetried struct {
	Dispute DisputeID `json:"dispute"`
	Number  string    `json:"number,omitzero"`
}

// DisputeAppealed (上诉): until the second instance decides, the dispute is 尚未审结.
type DisputeAppealed struct {
	Dispute DisputeID `json:"dispute"`
	By      string    `json:"by,omitzero"`
}

// Dispute is what a dispute's records come to.
type Dispute struct {
	ID       DisputeID
	Track    Track
	Party    string
	Organ    string
	Number   string
	Matter   string
	Cases    []ID
	Ordinary bool
	FiledOn  civil.Date
	Answered civil.Date
	Decided  civil.Date // the last decision; zero while pending or under appeal
	Decision string
	Result   Result
	Appealed bool // an appeal was made, or a new trial ordered, and its decision is not known
	Retried  bool // it is a new trial
	Position Position

	ServedOn civil.Date // when the present instance began for the office: filing, the appeal, the new trial
	Ruling   bool       // the last decision is a 裁定
	// Ordered: the last decision orders a new answer, until OrderedBy, counted from its receipt.
	Ordered     bool
	OrderedBy   civil.Date
	By          string // who appealed
	Provisional bool   // OrderedBy was counted past the calendar's end

	final bool // the last decision is one against which there is no appeal
}

// disputeOf names the dispute that an event speaks of.
func disputeOf(e Event) DisputeID {
	switch e := e.(type) {
	case DisputeFiled:
		return e.Dispute
	case DisputeAnswered:
		return e.Dispute
	case DisputeDecided:
		return e.Dispute
	case DisputeAppealed:
		return e.Dispute
	case DisputeRetried:
		return e.Dispute
	case Voided:
		return e.Dispute
	}
	return ""
}

// DisputeOf names the dispute to which a record belongs; "" for every other record.
func DisputeOf(r Record) DisputeID { return disputeOf(r.Event) }

// FoldDispute derives a dispute from its records, as it stood at the end of a day; the zero day
// means as it stands.
func FoldDispute(id DisputeID, history []Record, at civil.Date, law Statute, cal *workday.Calendar) Dispute {
	d := Dispute{ID: id}
	first := ResultPending   // of the judgment under appeal
	var stood DisputeDecided // what was decided before the appeal
	for _, r := range Live(history) {
		if !at.IsZero() && r.On > at {
			break
		}
		switch e := r.Event.(type) {
		case DisputeFiled:
			d.Track, d.Party, d.Organ, d.Number, d.Matter = e.Track, e.Party, e.Organ, e.Number, e.Matter
			d.Cases, d.Ordinary, d.FiledOn = e.Cases, e.Ordinary, r.On
			d.Position, d.ServedOn = e.Position, r.On
		case DisputeAnswered:
			d.Answered = r.On
		case DisputeDecided:
			again := d.Appealed || d.Retried
			d.Decided, d.Decision, d.Appealed, d.Retried, d.Ruling = r.On, e.Decision, false, false, e.Ruling
			d.final = again
			if stands := slices.Contains(onAppeal, e.Decision) || slices.Contains(onRetrial, e.Decision); !stands {
				stood = e
			}
			d.Ordered = stood.orders() && e.Decision != remanded
			if d.OrderedBy, d.Provisional = stood.term(r.On, law.On(r.On), cal); !d.Ordered {
				d.OrderedBy, d.Provisional = 0, false
			}
			switch {
			case e.Decision == remanded:
				d.Decided, d.Result, d.ServedOn, d.Answered, d.final = 0, ResultPending, r.On, 0, false
			case slices.Contains(onAppeal, e.Decision), slices.Contains(onRetrial, e.Decision):
				d.Result = first
			default:
				d.Result, _ = ResultOf(e.Decision)
			}
		case DisputeAppealed:
			first = d.Result
			d.Decided, d.Decision, d.Result, d.Appealed = 0, "", ResultPending, true
			d.ServedOn, d.Answered, d.Ordered, d.OrderedBy, d.Ruling, d.By = r.On, 0, false, 0, false, e.By
		case DisputeRetried:
			first = d.Result
			d.Decided, d.Decision, d.Appealed, d.Retried = 0, "", true, true
			d.ServedOn, d.Answered, d.Ordered, d.OrderedBy, d.Ruling = r.On, 0, false, 0, false
			if law.On(r.On).RetrialPending {
				d.Result = ResultPending
			}
		}
	}
	if by := d.AppealBy(law, cal); !at.IsZero() && by > at && bool(law.On(d.Decided).AppealPending) { // it does not stand yet
		d.Result = ResultPending
	}
	return d
}

// Awaited reports whether the office owes its answer in the present instance. Who appeals himself owes none.
func (d Dispute) Awaited() bool {
	if d.FiledOn.IsZero() || !d.Answered.IsZero() || !d.Decided.IsZero() {
		return false
	}
	return !d.Appealed || d.Retried || d.By != "" && d.By != "本机关"
}

// orders reports whether a decision obliges the office to act anew.
func (e DisputeDecided) orders() bool {
	return e.Answers || !e.Due.IsZero() || e.Workdays > 0 || e.Days > 0 || slices.Contains([]string{ordered, "变更"}, e.Decision)
}

// term is until when: what the decision says, otherwise the period for a new answer.
func (e DisputeDecided) term(on civil.Date, law Statute, cal *workday.Calendar) (by civil.Date, provisional bool) {
	if !e.orders() {
		return 0, false
	}
	if by, provisional = (Reopened{Due: e.Due, Workdays: e.Workdays, Days: e.Days}).Term(on, cal); !by.IsZero() {
		return by, provisional
	}
	return cal.AddWorkdays(on, law.Reopened)
}

// appealable are the 裁定 of a first instance against which there is an appeal (行政诉讼法 第八十五条、行诉解释 第一百零一条).
var appealable = []string{"不予受理", "驳回起诉"}

// AppealBy is the last day to appeal against the last decision of a court of first instance: 15 days from a judgment, 10 from
// a 裁定 (行政诉讼法85), which end on a working day; zero where there is none.
func (d Dispute) AppealBy(law Statute, cal *workday.Calendar) civil.Date {
	if d.Track == Reconsideration || d.Decided.IsZero() || d.final || d.Result == ResultOther && !slices.Contains(appealable, d.Decision) {
		return 0
	}
	law = law.On(d.Decided)
	days := law.JudgmentAppeal
	if d.Ruling || slices.Contains(appealable, d.Decision) {
		days = law.RulingAppeal
	}
	return cal.Next(d.Decided.Add(days))
}

// CountsIn reports whether 表四 of a period, both days included, has the dispute: filed by its end and
// not decided for good before it began. A dispute still pending on 12-31 counts again in the next year.
func CountsIn(from, to civil.Date, history []Record, law Statute, cal *workday.Calendar) (Dispute, bool) {
	id := DisputeID("")
	if len(history) > 0 {
		id = DisputeOf(history[0])
	}
	before, after := FoldDispute(id, history, from.Add(-1), law, cal), FoldDispute(id, history, to, law, cal)
	if after.Position == PositionReviewer && after.Track != Reconsideration {
		return after, false
	}
	open := !before.FiledOn.IsZero() && before.Result == ResultPending
	return after, !after.FiledOn.IsZero() && (open || after.FiledOn >= from || after.Result != before.Result)
}

// AnswerBy is the last day for the office to answer: 复议 within 5 working days by the simplified
// procedure that covers 政府信息公开, otherwise 10 (行政复议法48, 54); 诉讼 within 15 calendar days
// (行政诉讼法67), which end on a working day (法释〔2018〕1号 第四十八条). No answer in time means no evidence.
func (d Dispute) AnswerBy(law Statute, cal *workday.Calendar) (by civil.Date, provisional bool) {
	law = law.On(d.FiledOn)
	switch {
	case d.Track != Reconsideration:
		by = cal.Next(d.ServedOn.Add(law.Defence))
		return by, cal.Day(by).Provisional
	case d.Ordinary:
		return cal.AddWorkdays(d.ServedOn, law.OrdinaryAnswer)
	}
	return cal.AddWorkdays(d.ServedOn, cmp.Or(law.ReviewAnswer, law.OrdinaryAnswer))
}

// DecideDispute says whether an event may be recorded on a dispute with this history (empty for a
// new one), and returns it as it is recorded: a decision in the words of DecisionWords.
func DecideDispute(history []Record, e Event, on, today civil.Date, law Statute, cal *workday.Calendar) (Event, error) {
	id := disputeOf(e)
	d := FoldDispute(id, history, 0, law, cal)
	_, filing := e.(DisputeFiled)
	of := ID(id)
	if filing { // its number was only just made up: nobody knows it, and it is gone with the refusal
		of = ""
	}
	refuse := func(code, hint, format string, args ...any) (Event, error) {
		return nil, &RuleError{Code: code, Case: of, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	switch {
	case on.IsZero() || on > today:
		return refuse("date-future", "请核对日期，只能记录已经发生的事\n--on", "日期 %s 晚于今天 %s", on, today)
	case !d.FiledOn.IsZero() && on < d.FiledOn:
		return refuse("date-order", "请核对日期\n--on", "日期 %s 早于送达本机关之日 %s", on, d.FiledOn)
	}
	if !filing && d.FiledOn.IsZero() {
		return refuse("dispute-unknown", "可查全部\nysq dispute list", "没有这一复议或诉讼")
	}
	if err := lacking(of, e); err != nil {
		return nil, err
	}
	switch e := e.(type) {
	case DisputeFiled:
		if len(e.Cases) == 0 && e.Matter == "" {
			return refuse("field-missing", "写明案号或事由\n--matter", "未写明所涉案件或事由")
		}
	case DisputeDecided:
		decided, refused := d.read(e)
		if refused != nil {
			return nil, refused
		}
		if !d.Decided.IsZero() {
			return refuse("decided", "如有上诉，先记录 dispute appeal", "已于 %s 审结（%s）", d.Decided, d.Decision)
		}
		return decided, nil
	case DisputeAppealed:
		if d.Track == Reconsideration || d.Decided.IsZero() {
			return refuse("appeal", "", "只有已经一审裁判的诉讼可以上诉")
		}
	case DisputeRetried:
		if d.Track == Reconsideration || d.Decided.IsZero() {
			return refuse("retrial", "", "只有已经裁判的诉讼可以再审")
		}
	case Voided:
		if !slices.ContainsFunc(history, func(r Record) bool { return r.Seq == e.Seq }) {
			return refuse("void-unknown", "请核对记录号\n--record、ysq dispute show", "记录 %d 不属于这一争议", e.Seq)
		}
	}
	return e, nil
}
