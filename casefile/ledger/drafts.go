package ledger

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Source is what the events of an imported row name as their origin, and unstated what stands where
// the law asks for words that a ledger does not have.
const (
	Source   = "台账"
	unstated = "（台账未载）"
)

// imported begins the note on an earlier reply that is imported as it was, though a new one would be refused for what the
// ledger does not say (casefile/LAW.md#replies). An export leaves the note out.
const imported = "台账导入，照原样收入："

// Terms are what a row is judged by.
type Terms struct {
	Today    civil.Date
	Law      casefile.Statute
	Calendar *workday.Calendar
}

// Drafts returns the events that the row means, in the order in which they happened; folding them
// gives what the row says. They are facts of the past and not steps for casefile.Decide, which would
// ask for what a ledger does not hold. The error is Problems: what in the row contradicts itself.
//
// What has no day of its own in the ledger (登记, 转办, 代理人, 备注) takes that of the receipt. Of what
// happened on one day, the end of a waiting comes before the next notice, and the reply last.
func (r Row) Drafts(t Terms) ([]casefile.Draft, error) {
	r = r.plain()
	c := check{Row: &r, Terms: t}
	if err := c.all().err(); err != nil {
		return nil, err
	}
	s := story{id: r.Number, check: &c}
	s.receipt()
	for i, o := range r.Reopened {
		e := casefile.Reopened{Cause: Source}
		if i == len(r.Reopened)-1 {
			e.Due = r.Ordered
		}
		s.add(o, rankReopened, e)
	}
	s.notices()
	s.consultations()
	for i, e := range r.Extensions {
		s.note("延期告知日期", i, e.Told, rankExtended, casefile.Extended{Days: e.Days, Approver: e.Approver, Told: e.Told})
	}
	if !r.Deferred.IsZero() {
		on, _ := r.lastRestart()
		rank := rankPutOff // while the period runs that begins on that day
		if r.actedOn(on) {
			rank = rankDeferred
		}
		s.note("延迟答复至", 0, on, rank, casefile.Deferred{Until: r.Deferred})
	}
	s.replies()
	drafts := s.drafts()
	if err := s.effective(drafts).err(); err != nil {
		return nil, err
	}
	return drafts, nil
}

// actedOn reports whether a notice was answered on the day on which it was given.
func (r Row) actedOn(on civil.Date) bool {
	return slices.ContainsFunc(r.Corrections, func(k Correction) bool { return k.Asked == on && k.Received == on }) ||
		slices.ContainsFunc(r.Fees, func(f Fee) bool { return f.Noticed == on && f.Paid == on })
}

// plain leaves out a reply that only says once more that the application was withdrawn.
func (r Row) plain() Row {
	if r.Withdrawn.IsZero() {
		return r
	}
	r.Replies = slices.DeleteFunc(slices.Clone(r.Replies), func(p Reply) bool {
		return (p.On.IsZero() || p.On == r.Withdrawn) && p.Document == "" && p.Delivered.IsZero() &&
			p.Outcome == casefile.OtherOutcome && (p.Basis == "" || p.Basis == "withdrawn")
	})
	return r
}

// The order of what happened on one day.
const (
	rankReopened = iota
	rankReceipt
	rankEnded // of a waiting or a consultation that began earlier
	rankPutOff
	rankSent
	rankReached
	rankAnswered
	rankNoticed
	rankActed // on a notice of the same day
	rankExtended
	rankDeferred
	rankReplied
	rankDispatched
	rankDelivered
	rankArchived
)

// story gathers the events of a row.
type story struct {
	*check
	id    casefile.ID
	steps []step
}

type step struct {
	casefile.Draft
	period, rank int

	// column and round are where it stands, for what has to move the clock.
	column string
	round  int
}

func (s *story) add(on civil.Date, rank int, e casefile.Event) { s.note("", 0, on, rank, e) }

func (s *story) note(column string, round int, on civil.Date, rank int, e casefile.Event) {
	if on.IsZero() {
		return
	}
	period := s.periodOf(on)
	if i := slices.Index(s.Reopened, on); i >= 0 && (rank == rankReopened || rank == rankPutOff || rank == rankDeferred) {
		period = 1 + i // on the day of the reply itself it follows it
	}
	s.steps = append(s.steps, step{casefile.Draft{Case: s.id, On: on, Event: e}, period, rank, column, round})
}

// delivered adds the proof of a reply's service, which belongs to the reply even on the day on which
// the case is reopened.
func (s *story) delivered(p Reply) {
	if !p.Delivered.IsZero() {
		s.add(p.Delivered, rankDelivered, casefile.Delivered{Proof: Source})
		s.steps[len(s.steps)-1].period = s.periodOf(p.On)
	}
}

func (s *story) drafts() []casefile.Draft {
	slices.SortStableFunc(s.steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.period, b.period), cmp.Compare(a.rank, b.rank))
	})
	all := make([]casefile.Draft, len(s.steps))
	for i, p := range s.steps {
		all[i] = p.Draft
	}
	return all
}

// effective refuses what neither clock can follow, such as a notice while the case already waits:
// folding would pass over it, and the case would not be what the row says.
func (s *story) effective(drafts []casefile.Draft) Problems {
	history := make([]casefile.Record, len(drafts))
	for i, d := range drafts {
		history[i] = casefile.Record{Seq: uint64(i + 1), On: d.On, Case: d.Case, Event: d.Event}
	}
	moved := make([]bool, len(drafts))
	for _, view := range [...]casefile.View{casefile.Strict, casefile.Legal} {
		for _, t := range casefile.ReadClock(view, history, s.Law, s.Calendar).Turns {
			kept := t.Text != "" // too late, while the case waited, or with a date that a decision sets
			moved[t.Seq-1] = moved[t.Seq-1] || t.Effect != casefile.EffectNone || kept
		}
	}
	for i, p := range s.steps {
		if p.column != "" && !moved[i] {
			s.check.add(p.column, p.round, "%s 的“%s”不起作用：当日期限没有在计算，或仍在等待补正或缴费", p.On, p.Event.Kind().Label())
		}
	}
	return s.problems
}

func (s *story) receipt() {
	s.add(s.Received, rankReceipt, casefile.Received{Channel: s.Channel, Carried: s.Carried})
	if s.Channel.NeedsConfirmation() && !s.Unconfirmed {
		if s.Confirmed.IsZero() {
			s.add(s.Received, rankReceipt, casefile.Confirmed{How: Source})
		} else {
			s.add(s.Confirmed, rankReceipt, casefile.Confirmed{})
		}
	}
	first, others := s.applicants()
	s.add(s.Received, rankReceipt, casefile.Registered{
		As: casefile.Application, Applicant: first, Others: others, Column: s.Column, Request: s.Request,
	})
	if s.Agent != "" {
		s.add(s.Received, rankReceipt, casefile.AgentNamed{Name: s.Agent})
	}
	if s.Department != "" {
		s.add(s.Received, rankReceipt, casefile.Assigned{Department: s.Department})
	}
	if s.Note != "" {
		s.add(s.Received, rankReceipt, casefile.Noted{Text: s.Note})
	}
}

// applicants splits 申请人 where 申请人数 says that it names as many; otherwise the others are not stated.
func (r *Row) applicants() (first string, others []string) {
	if r.Applicants < 2 {
		return r.Applicant, nil
	}
	if names := strings.Split(r.Applicant, "、"); len(names) == r.Applicants {
		return names[0], names[1:]
	}
	return r.Applicant, slices.Repeat([]string{unstated}, r.Applicants-1)
}

func (s *story) notices() {
	acted := func(column string, round int, noticed, on civil.Date, e casefile.Event) {
		rank := rankEnded
		if noticed == on {
			rank = rankActed
		}
		s.note(column, round, on, rank, e)
	}
	for i, k := range s.Corrections {
		s.note("补正告知日期", i, k.Asked, rankNoticed, casefile.CorrectionAsked{Items: []string{unstated}, Until: k.Until})
		acted("补正收到日期", i, k.Asked, k.Received, casefile.CorrectionReceived{})
	}
	for i, f := range s.Fees {
		s.note("收费通知日期", i, f.Noticed, rankNoticed, casefile.FeeNoticed{By: f.By, Yuan: f.Yuan, Document: f.Number, Received: f.Reached})
		acted("缴费日期", i, f.Noticed, f.Paid, casefile.FeePaid{Yuan: f.Yuan})
	}
}

func (s *story) consultations() {
	rank := func(sent, on civil.Date, sameDay int) int {
		if sent < on {
			return rankEnded
		}
		return sameDay
	}
	for _, k := range s.Consultations {
		s.add(k.Sent, rankSent, casefile.ConsultationSent{Side: k.Side, Party: k.Party})
		s.add(k.Reached, rank(k.Sent, k.Reached, rankReached), casefile.ConsultationReached{Party: k.Party})
		s.add(k.Answered, rank(k.Sent, k.Answered, rankAnswered), casefile.ConsultationAnswered{Party: k.Party})
	}
}

// withheld are the bases of the part that was not given, as codes.
func (p Reply) withheld() (codes []string) {
	for _, word := range strings.FieldsFunc(p.Withheld, func(r rune) bool { return strings.ContainsRune("、，,；;", r) }) {
		code, err := casefile.ParseWithheld(word)
		if err != nil {
			code = word // check has told
		}
		codes = append(codes, code)
	}
	return codes
}

func (s *story) replies() {
	for _, p := range s.Replies {
		base := p.Basis
		if all := p.Outcome.Bases(); base == "" && len(all) == 1 {
			base = all[0]
		}
		s.add(p.On, rankReplied, casefile.Replied{Outcome: p.Outcome, Basis: base, Withheld: p.withheld(), Document: p.Document})
		if lacks := s.lacks(p); lacks != "" {
			s.add(p.On, rankReplied, casefile.Noted{Text: imported + lacks})
		}
		if !p.Outcome.Lapse() {
			s.add(p.On, rankDispatched, casefile.Dispatched{}) // the ledger does not say by which way
		}
		s.delivered(p)
	}
	s.add(s.Withdrawn, rankReplied, casefile.Withdrawn{})
	s.add(s.Archived, rankArchived, casefile.Archived{})
}

// lacks says what a reply of today would need and the ledger does not have; "" where nothing is missing.
func (r *Row) lacks(p Reply) string {
	corrected := func(k Correction) bool { return !k.Received.IsZero() && k.Received <= p.On }
	switch {
	case p.Outcome == casefile.Partial && p.Withheld == "":
		return "没有写明不予公开的部分依据什么，起诉前是否须先申请复议要看原答复"
	case p.Outcome == casefile.UnableUnclear && !slices.ContainsFunc(r.Corrections, corrected):
		return "没有收到补正的记载，“补正后申请内容仍不明确”要看原卷（条例第三十条）"
	case p.Outcome == casefile.DeclineExcessive:
		return "台账不载要求说明理由和申请人的说明，要看原卷（条例第三十五条）"
	}
	return ""
}

// Disputes yields the events of the row's 复议 and 诉讼, which are no events of the case. number gives
// a new number for a dispute that was filed in a year; it is asked only after the disputes before have
// been taken, so that it may look at what is recorded. Drafts has checked the row.
func (r Row) Disputes(number func(year int) casefile.DisputeID) iter.Seq[casefile.Draft] {
	return func(yield func(casefile.Draft) bool) {
		for _, v := range r.Reviews {
			if !r.dispute(number, casefile.Reconsideration, v.Filed, v.Closed, v.Result, yield) {
				return
			}
		}
		for _, s := range r.Suits {
			if !r.dispute(number, s.Track, s.Filed, s.Closed, s.Result, yield) {
				return
			}
		}
	}
}

func (r Row) dispute(number func(int) casefile.DisputeID, track casefile.Track, filed, closed civil.Date, result casefile.Result, yield func(casefile.Draft) bool) bool {
	id := number(filed.Year())
	return yield(casefile.Draft{On: filed, Event: casefile.DisputeFiled{
		Dispute: id, Track: track, Party: unstated, Cases: []casefile.ID{r.Number},
	}}) && (result == casefile.ResultPending ||
		yield(casefile.Draft{On: closed, Event: casefile.DisputeDecided{Dispute: id, Decision: resultWords[result]}}))
}
