package office

import (
	"context"
	"slices"
	"sort"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Records yields records in order.
func (o *Office) Records(ctx context.Context, _ ask.Call, q ask.LogQuery, yield func(ask.RecordView) error) error {
	return o.View(func(tx *desk.View) error {
		if q.Case != "" {
			return caseLog(tx, q, yield)
		}
		from, to, err := recorded(tx, q)
		if err != nil {
			return err
		}
		voided, err := voidedSince(tx, from)
		if err != nil {
			return err
		}
		for r, err := range tx.Records(from) {
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil || r.Seq >= to {
				return err
			}
			views, err := record.RecordViews([]casefile.Record{r})
			if err != nil {
				return err
			}
			views[0].Voided = voided[r.Seq]
			if err := yield(views[0]); err != nil {
				return err
			}
		}
		return nil
	})
}

// caseLog yields the records of one case that the query selects.
func caseLog(tx *desk.View, q ask.LogQuery, yield func(ask.RecordView) error) error {
	if _, err := tx.Case(q.Case); err != nil {
		return err
	}
	history, err := tx.History(q.Case)
	if err != nil {
		return err
	}
	views, err := record.RecordViews(history)
	if err != nil {
		return err
	}
	views = slices.DeleteFunc(views, func(v ask.RecordView) bool {
		day := civil.Of(v.Recorded)
		return v.Seq <= q.After || day < q.Since || (!q.Until.IsZero() && day > q.Until)
	})
	if q.Last > 0 && len(views) > q.Last {
		views = views[len(views)-q.Last:]
	}
	for _, v := range views {
		if err := yield(v); err != nil {
			return err
		}
	}
	return nil
}

// recorded returns the first record that the query selects and the one after its last. The time of
// recording never runs backwards (casefile.Record), so that both are found by halving.
func recorded(tx *desk.View, q ask.LogQuery) (from, to uint64, err error) {
	head, _ := tx.Head()
	first := func(late func(day civil.Date) bool) uint64 {
		return 1 + uint64(sort.Search(int(head), func(i int) bool {
			r, e := tx.Record(uint64(i) + 1)
			if e != nil {
				err = e
			}
			return late(civil.Of(r.Recorded))
		}))
	}
	from, to = q.After+1, head+1
	if !q.Since.IsZero() {
		from = max(from, first(func(day civil.Date) bool { return day >= q.Since }))
	}
	if !q.Until.IsZero() {
		to = first(func(day civil.Date) bool { return day > q.Until })
	}
	if q.Last > 0 && from+uint64(q.Last) < to {
		from = to - uint64(q.Last)
	}
	return from, to, err
}

// voidedSince finds which records from a place on no longer count: what voids a record comes after it.
func voidedSince(tx *desk.View, from uint64) (map[uint64]bool, error) {
	voided := map[uint64]bool{}
	for r, err := range tx.Records(from) {
		if err != nil {
			return nil, err
		}
		if v, ok := r.Event.(casefile.Voided); ok {
			voided[v.Seq] = true
		}
	}
	return voided, nil
}
