package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// The kinds of alarm of a dispute.
const (
	DisputeAnswer = "dispute-answer" // the office owes its answer
	DisputeAppeal = "dispute-appeal" // the office may appeal
	DisputeOrder  = "dispute-order"  // a new answer is ordered, and the case is not opened again: it waits from the first day on
)

// Disputes are the proceedings against what the office decided. Each is a thing of its own, about any number of cases.
type Disputes struct {
	*desk.Desk
	kept *keptDisputes
}

// NewDisputes returns them.
func NewDisputes(d *desk.Desk) Disputes { return Disputes{d, &keptDisputes{}} }

// Due yields what waits in disputes. It is no alarm of a case: an office that does not answer in time has no
// evidence and loses, whatever was right about the reply (casefile/LAW.md#clocks).
func (b Disputes) Due(tx *desk.View, today civil.Date, yield func(ask.DueItem)) error {
	cal := b.Reg.Calendar()
	live, err := b.live(tx)
	if err != nil {
		return err
	}
	for _, d := range live {
		if err := b.ordered(tx, d, today, yield); err != nil {
			return err
		}
		if !d.Awaited() {
			continue
		}
		by, provisional := d.AnswerBy(b.Reg.Law(), cal)
		label, text := "诉讼答辩", "向法院提交答辩状、证据和依据"
		if d.Track == casefile.Reconsideration {
			label, text = "复议答复", "向复议机关提交书面答复、证据和依据"
		}
		yield(ask.DueItem{
			Step: ask.Handle("ysq dispute answer " + string(d.ID)), Dispute: d.ID, Applicant: ask.Text(d.Party), Subject: ask.Text(about(d)), Provisional: provisional,
			Alarm: ask.Alarm{Block: ask.BlockStatutory, Kind: DisputeAnswer, Label: label, On: ask.Day(by), Remaining: cal.WorkdaysBetween(today, by),
				Text: text},
		})
	}
	return nil
}

// keptDisputes keeps those that were folded, each until it has one more record or the calendar changes: most of them ended long
// ago, and everybody who opens 待办 asks what waits in them.
type keptDisputes struct {
	mu       sync.Mutex
	calendar *workday.Calendar
	all      map[casefile.DisputeID]keptDispute
	live     liveDisputes
}

// liveDisputes are those of which something may be left to do, as the register stood at a mark.
type liveDisputes struct {
	all      []casefile.Dispute
	at       register.Mark
	calendar *workday.Calendar
}

type keptDispute struct {
	records int
	casefile.Dispute
}

// live lists the disputes of which something may be left to do, on whatever day: those that were upheld or given up are not
// among them. The list is shared, and must not be changed.
func (b Disputes) live(tx *desk.View) ([]casefile.Dispute, error) {
	k, cal := b.kept, b.Reg.Calendar()
	k.mu.Lock()
	kept := k.live
	k.mu.Unlock()
	if wrote, known := tx.Since(kept.at); known && len(wrote.Disputes) == 0 && kept.calendar == cal {
		return kept.all, nil
	}
	var live []casefile.Dispute
	for id, seqs := range tx.DisputeEntries() {
		d, err := b.folded(tx, id, seqs)
		if err != nil {
			return nil, err
		}
		if d.Awaited() || d.Ordered || d.Result == casefile.ResultCorrected {
			live = append(live, d)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.live = liveDisputes{live, tx.Mark(), cal}
	return live, nil
}

// folded returns a dispute as it stands after its records.
func (b Disputes) folded(tx *desk.View, id casefile.DisputeID, seqs []uint64) (casefile.Dispute, error) {
	k, cal := b.kept, b.Reg.Calendar()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || k.calendar != cal {
		k.calendar, k.all = cal, make(map[casefile.DisputeID]keptDispute)
	}
	if d, ok := k.all[id]; ok && d.records == len(seqs) {
		return d.Dispute, nil
	}
	history, err := tx.Dispute(id)
	if err != nil {
		return casefile.Dispute{}, err
	}
	d := casefile.FoldDispute(id, history, 0, b.Reg.Law(), cal)
	k.all[id] = keptDispute{len(seqs), d}
	return d, nil
}

// ordered yields what a decision leaves to do: a new answer that it orders, until each of its cases was opened again, and
// the last day to appeal against what the office lost.
func (b Disputes) ordered(tx *desk.View, d casefile.Dispute, today civil.Date, yield func(ask.DueItem)) error {
	cal := b.Reg.Calendar()
	item := func(kind, label, step, text string, by civil.Date, provisional bool) {
		yield(ask.DueItem{
			Step: ask.Handle(step), Dispute: d.ID, Applicant: ask.Text(d.Party), Subject: ask.Text(about(d)), Provisional: provisional,
			Alarm: ask.Alarm{Block: ask.BlockStatutory, Kind: kind, Label: label, On: ask.Day(by), Remaining: cal.WorkdaysBetween(today, by), Text: text},
		})
	}
	if by := d.AppealBy(b.Reg.Law(), cal); !by.IsZero() && today <= by && d.Result == casefile.ResultCorrected {
		item(DisputeAppeal, "上诉期限", "ysq dispute appeal "+string(d.ID), "不服的，期满前上诉", by, cal.Day(by).Provisional)
	}
	if !d.Ordered {
		return nil
	}
	for _, id := range d.Cases {
		history, err := tx.History(id)
		if err != nil {
			return err
		}
		opened := slices.ContainsFunc(casefile.Live(history), func(r casefile.Record) bool {
			return r.Event.Kind() == casefile.KindReopened && r.On >= d.Decided
		})
		if !opened {
			item(DisputeOrder, "履行裁判", "ysq reopen "+string(id), fmt.Sprintf("%s：重新办理 %s 并在期限内答复", d.Decision, id), d.OrderedBy, d.Provisional)
		}
	}
	return nil
}

// about says where a dispute is pending and what it is about.
func about(d casefile.Dispute) string {
	var said []string
	for _, s := range []string{d.Organ, d.Number, d.Matter} {
		if s != "" {
			said = append(said, s)
		}
	}
	for _, id := range d.Cases {
		said = append(said, string(id))
	}
	return strings.Join(said, "，")
}

// List lists disputes.
func (b Disputes) List(_ context.Context, _ ask.Call, q ask.DisputeQuery) ([]ask.DisputeView, error) {
	all := []ask.DisputeView{}
	err := b.View(func(tx *desk.View) error {
		records := maps.Collect(tx.DisputeEntries())
		ids := slices.Sorted(maps.Keys(records))
		if q.Newest > 0 {
			slices.Reverse(ids)
			ids = slices.DeleteFunc(ids, func(id casefile.DisputeID) bool { return q.Before != "" && id >= q.Before })
			ids = ids[:min(len(ids), q.Newest)]
		}
		for _, id := range ids {
			d, err := b.folded(tx, id, records[id])
			if err != nil {
				return err
			}
			all = append(all, b.viewOf(d))
		}
		return nil
	})
	return all, err
}

// Dispute returns a dispute with its records.
func (b Disputes) Dispute(_ context.Context, _ ask.Call, q ask.DisputeRef) (ask.DisputeView, error) {
	return desk.Look(b.Desk, func(tx *desk.View) (ask.DisputeView, error) { return b.withRecords(tx, q.Dispute) })
}

func (b Disputes) withRecords(tx *desk.View, id casefile.DisputeID) (ask.DisputeView, error) {
	history, err := tx.Dispute(id)
	if err != nil {
		return ask.DisputeView{}, err
	}
	if len(history) == 0 {
		return ask.DisputeView{}, ask.NotFound("可查全部\nysq dispute list", "没有复议或诉讼 %s", id)
	}
	v := b.viewOf(casefile.FoldDispute(id, history, 0, b.Reg.Law(), b.Reg.Calendar()))
	v.Records, err = RecordViews(history)
	return v, err
}

func (b Disputes) viewOf(d casefile.Dispute) ask.DisputeView {
	by, provisional := d.AnswerBy(b.Reg.Law(), b.Reg.Calendar())
	v := ask.DisputeView{
		Dispute: d.ID, Track: d.Track.String(), TrackLabel: d.Track.Label(), Party: d.Party,
		Organ: ask.Text(d.Organ), Number: ask.Number(d.Number), Matter: ask.Text(d.Matter), Cases: d.Cases,
		FiledOn: ask.Day(d.FiledOn), AnswerBy: ask.Day(by), AnsweredOn: ask.Day(d.Answered), DecidedOn: ask.Day(d.Decided),
		Decision: ask.Text(d.Decision), Result: d.Result.Label(), Appealed: d.Appealed, Voided: d.FiledOn.IsZero(),
	}
	if d.Awaited() {
		v.Remaining, v.Provisional = new(b.Reg.Calendar().WorkdaysBetween(b.Today(), by)), provisional
	}
	if v.Cases == nil {
		v.Cases = []casefile.ID{}
	}
	return v
}

// RecordDispute records an event on a dispute; a filing gets its number here.
func (b Disputes) RecordDispute(_ context.Context, c ask.Call, r ask.DisputeRequest) (v ask.DisputeView, err error) {
	event, err := casefile.DecodeEvent(r.Kind, r.Event)
	if err != nil {
		return v, ask.Usage("%v", err)
	}
	today, on := civil.Of(c.At), civil.Date(r.On)
	if on.IsZero() {
		on = today
	}
	err = b.Change(c, func(tx *desk.Change) error {
		if filed, ok := event.(casefile.DisputeFiled); ok {
			filed.Dispute = tx.NextDisputeID(on.Year())
			event = filed
			if v.Warnings, err = concerned(tx.View, filed, on); err != nil {
				return err
			}
		}
		id := casefile.DisputeOf(casefile.Record{Event: event})
		if id == "" {
			return ask.Usage("“%s”不是复议、诉讼的记录", r.Kind.Label())
		}
		history, err := tx.Dispute(id)
		if err != nil {
			return err
		}
		if event, err = casefile.DecideDispute(history, event, on, today, b.Reg.Law(), b.Reg.Calendar()); err != nil {
			return err
		}
		if e, ok := event.(casefile.DisputeDecided); ok && (e.Decision == "撤销" || e.Decision == "部分撤销") && !e.Answers && e.Due.IsZero() && e.Workdays+e.Days == 0 {
			v.Warnings = append(v.Warnings, "没有写明是否责令重新答复：责令的，作废后写明责令和期限重新记录，待办中会提醒重新办理")
		}
		if _, err := tx.Append(casefile.Draft{On: on, Event: event}); err != nil {
			return err
		}
		warnings := v.Warnings
		if v, err = b.withRecords(tx.View, id); err != nil {
			return err
		}
		v.Warnings = warnings
		if history, err = tx.Dispute(id); err != nil {
			return err
		}
		return b.ordered(tx.View, casefile.FoldDispute(id, history, 0, b.Reg.Law(), b.Reg.Calendar()), today, func(i ask.DueItem) {
			if i.Kind == DisputeOrder {
				v.Warnings = append(v.Warnings, fmt.Sprintf("%s，%s 前：%s", i.Text, civil.Date(i.On), i.Step))
			}
		})
	})
	return v, err
}

// concerned looks at the cases that a dispute is about: none may have arrived after it. Where the law asks
// for 复议 before a suit (行政复议法23) it warns and never refuses, for the court decides what it hears.
func concerned(tx *desk.View, d casefile.DisputeFiled, on civil.Date) (warnings []string, err error) {
	for _, id := range d.Cases {
		c, err := tx.Case(id)
		if err != nil {
			return nil, err
		}
		if on < c.ArrivedOn {
			return nil, &casefile.RuleError{Code: "date-before-arrival", Case: id, Msg: fmt.Sprintf("复议、诉讼送达日期 %s 早于该件到达日 %s", on, c.ArrivedOn), Hint: "请核对日期\n--on"}
		}
		reply := casefile.Replied{Outcome: c.Outcome}
		history, err := tx.History(id)
		if err != nil {
			return nil, err
		}
		for _, r := range casefile.Live(history) {
			if e, ok := r.Event.(casefile.Replied); ok && c.Outcome != casefile.OutcomeNone {
				reply = e
			}
		}
		if rule, ok := reply.ReviewFirst(on); ok && d.Track == casefile.DirectSuit {
			warnings = append(warnings, reviewFirst(c, rule))
		}
	}
	return warnings, nil
}

func reviewFirst(c casefile.Case, rule casefile.ReviewRule) string {
	what := "尚未答复"
	if c.Outcome != casefile.OutcomeNone {
		what = "的答复为“" + c.Outcome.Label() + "”"
	}
	s := fmt.Sprintf("%s %s，申请人起诉的，依法应先申请行政复议（%s）；第三人起诉的可以选择", c.ID, what, rule.Source)
	if rule.Unverified {
		s += "。此条尚未与正式公布的文本核对"
	}
	if rule.Against != "" {
		s += "；" + rule.Against
	}
	return s
}
