package record

import (
	"cmp"
	"context"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// farBack is how many records Last looks through: whoever has recorded nothing among them undoes nothing.
const farBack = 20_000

// Last returns what one call recorded, the caller's last or the one of a record: the records of one instant and one
// actor. That he looked at personal data is no step.
func (b *Room) Last(_ context.Context, c ask.Call, q ask.LastQuery) (last ask.LastCall, err error) {
	last.Records, last.Since = []ask.RecordView{}, []ask.RecordView{}
	err = b.View(func(tx *desk.View) error {
		records, err := call(tx, c.Who.String(), q.Record)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return ask.NotFound("可查记录号，逐条作废\nysq log、ysq void 编号 --record 记录号", "没有找到您近来的记录")
		}
		last.Recorded = records[0].Recorded
		if last.Records, err = RecordViews(records); err != nil {
			return err
		}
		for i, r := range records {
			if last.Records[i].Voided, err = voided(tx, r); err != nil {
				return err
			}
		}
		since, err := since(tx, records)
		if err != nil {
			return err
		}
		last.Since, err = RecordViews(since)
		return err
	})
	return last, err
}

// call lists the records of somebody's last call, or of that to which a record belongs, in order.
func call(tx *desk.View, actor string, one uint64) (records []casefile.Record, err error) {
	head, _ := tx.Head()
	if one > head {
		return nil, ask.NotFound("", "没有第 %d 条记录", one)
	}
	last := head
	if one != 0 {
		r, err := tx.Record(one)
		if err != nil {
			return nil, err
		}
		actor = r.Actor
		for last = one; last < head; last++ { // to the end of its call
			next, err := tx.Record(last + 1)
			if err != nil {
				return nil, err
			}
			if !sameCall(next, r) {
				break
			}
		}
	}
	for seq := last; seq > 0 && last-seq < farBack; seq-- {
		r, err := tx.Record(seq)
		if err != nil {
			return nil, err
		}
		if len(records) > 0 && !sameCall(r, records[0]) {
			break // all of it is there
		}
		if _, looked := r.Event.(casefile.Revealed); r.Actor == actor && !looked {
			records = append(records, r)
		}
	}
	slices.Reverse(records)
	return records, nil
}

// sameCall reports whether two records are of one call.
func sameCall(a, b casefile.Record) bool {
	return a.Actor == b.Actor && a.Recorded.Equal(b.Recorded)
}

// since lists what was recorded on the cases of a call after it, in order. Looking at a case does not count as a change.
func since(tx *desk.View, call []casefile.Record) (all []casefile.Record, err error) {
	looked := map[casefile.ID]bool{"": true}
	for _, r := range call {
		if looked[r.Case] {
			continue
		}
		looked[r.Case] = true
		history, err := tx.History(r.Case)
		if err != nil {
			return nil, err
		}
		for _, later := range history {
			if later.Seq > call[len(call)-1].Seq && later.Event.Kind() != casefile.KindRevealed {
				all = append(all, later)
			}
		}
	}
	slices.SortFunc(all, func(a, b casefile.Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return all, nil
}

// voided reports whether a record of a case was voided since.
func voided(tx *desk.View, r casefile.Record) (bool, error) {
	if r.Case == "" {
		return false, nil
	}
	history, err := tx.History(r.Case)
	return slices.ContainsFunc(history, func(o casefile.Record) bool {
		v, ok := o.Event.(casefile.Voided)
		return ok && v.Seq == r.Seq
	}), err
}
