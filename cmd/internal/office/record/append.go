package record

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

// Needs says which role an event needs: everything that is recorded needs 经办; an extension, and signing an
// answer, need 审核 where the office has chosen so.
func (b *Room) Needs(k casefile.Kind) ask.Role {
	approval := b.Live().Approval
	switch {
	case k == casefile.KindExtended && approval.Extension == config.ExtensionRole,
		(k == casefile.KindSigned || k == casefile.KindSentBack) && approval.Answer == config.SigningRole:
		return ask.Approver
	}
	return ask.Operator
}

// Append records what the request drafts.
func (b *Room) Append(_ context.Context, c ask.Call, req ask.AppendRequest) (ask.AppendResult, error) {
	drafts := make([]casefile.Draft, len(req.Drafts))
	var explained, warnings []string
	for i, v := range req.Drafts {
		e, err := casefile.DecodeEvent(v.Kind, v.Event)
		if err != nil {
			return ask.AppendResult{}, ask.Usage("%v", err)
		}
		err = b.View(func(tx *desk.View) (err error) {
			if e, err = b.named(tx, v.Case, e, v.Mails); err != nil {
				return err
			}
			if e, err = b.signing(tx, c.Who, v.Case, e); err != nil {
				return err
			}
			if e, err = leaving(tx, v.Case, e); err != nil {
				return err
			}
			var how, doubts []string
			e, how, doubts, err = b.Charge(tx, together(req.Drafts, i), e)
			if i > 0 && len(together(req.Drafts, i)) > 1 {
				how, doubts = nil, nil // said of the first: it is one notice
			}
			explained, warnings = append(explained, how...), append(warnings, doubts...)
			return err
		})
		if err != nil {
			return ask.AppendResult{}, err
		}
		drafts[i] = casefile.Draft{Case: v.Case, On: civil.Date(v.On), Event: e}
	}
	if err := b.departments(drafts, req.New); err != nil {
		return ask.AppendResult{}, err
	}
	res, err := b.AddAll(c, drafts...)
	res.Explained, res.Warnings = explained, append(res.Warnings, warnings...)
	return res, err
}

// leaving completes how a reply leaves, where nobody said it and the application leaves no doubt.
func leaving(tx *desk.View, id casefile.ID, event casefile.Event) (casefile.Event, error) {
	e, ok := event.(casefile.Dispatched)
	if !ok || e.Way != casefile.WayNone {
		return event, nil
	}
	c, err := tx.Case(id)
	if err != nil {
		return event, err
	}
	if !c.AnsweredByMail() {
		why := "申请不是从电子邮件来的，也没有登记电子邮箱"
		if !c.WantedByMail() {
			why = "申请人要求“" + c.Wanted() + "”"
		}
		return event, ask.Refused("way-missing", "写明怎样发出的；还没有发出的，只记录答复\n--way 邮寄（当面、电子邮件等）、--no-dispatch", "%s：%s，不知怎样发出", id, why)
	}
	e.Way = casefile.ByEmail
	return e, nil
}

// together names the cases over which one notice of a fee goes, that of the draft first: one request that says the same
// fee of several cases is one notice.
func together(drafts []ask.DraftView, i int) []casefile.ID {
	ids := []casefile.ID{}
	for _, d := range drafts {
		if d.Kind == drafts[i].Kind && d.On == drafts[i].On && bytes.Equal(d.Event, drafts[i].Event) {
			ids = append(ids, d.Case)
		}
	}
	return ids
}

// AddAll judges the drafts one after the other, each on top of those before, and records all of them in one
// transaction, or none.
func (b *Room) AddAll(c ask.Call, drafts ...casefile.Draft) (ask.AppendResult, error) {
	res := ask.AppendResult{Records: []ask.RecordView{}, Warnings: []string{}, Cases: []ask.CaseRow{}, DryRun: c.DryRun}
	if len(drafts) == 0 {
		return res, ask.Usage("没有要记录的内容")
	}
	err := b.Change(c, func(tx *desk.Change) error {
		var touched []casefile.ID
		for _, d := range drafts {
			views, warnings, err := b.Add(tx, d)
			if err != nil {
				return err
			}
			res.Warnings = append(res.Warnings, warnings...)
			res.Records = append(res.Records, views...)
			if !slices.Contains(touched, d.Case) {
				touched = append(touched, d.Case)
			}
		}
		for _, id := range touched {
			row, err := b.Row(tx.View, id)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	for _, r := range res.Records {
		b.Log.Info().Uint64("seq", r.Seq).Str("case", string(r.Case)).Str("kind", string(r.Kind)).Str("actor", r.Actor).Msg("recorded")
	}
	if c.Who.UID == 0 {
		b.Log.Warn().Str("actor", c.Who.String()).Msg("root has recorded on a case")
	}
	return res, nil
}

// notFrozen refuses to move a case to where a published report does not have it. A year that only carried it out
// has published its column, and not yet its outcome.
func notFrozen(tx *desk.View, id casefile.ID, e casefile.Reclassified) error {
	histories := map[int][]casefile.Record{}
	for r, err := range tx.Years() {
		if err != nil {
			return err
		}
		switch y := r.Event.(type) {
		case casefile.YearClosed:
			histories[y.Year] = append(histories[y.Year], r)
		case casefile.YearReopened:
			histories[y.Year] = append(histories[y.Year], r)
		}
	}
	for _, year := range slices.Sorted(maps.Keys(histories)) {
		closed, _, frozen := casefile.FoldYear(histories[year])
		if !frozen {
			continue
		}
		for _, counted := range closed.Cases {
			if counted.Case == id && (e.Column != casefile.ColumnNone || counted.Went != "四") {
				return ask.Refused("year-frozen", fmt.Sprintf("确需改正的，先解冻\nysq year reopen %d", year), "%s 已计入冻结的 %d 年年度报告，不能改列", id, year)
			}
		}
	}
	return nil
}

// Add judges a draft on top of what the transaction holds, records it, and what follows from it. Without a
// day it is of the transaction's.
func (b *Room) Add(tx *desk.Change, d casefile.Draft) (views []ask.RecordView, warnings []string, err error) {
	if err := tx.AsSeen(d); err != nil { // before the rules, which judge it by what came since
		return nil, nil, err
	}
	c, err := tx.Case(d.Case)
	if err != nil {
		return nil, nil, err
	}
	d, unread, err := b.answering(tx, c, d)
	if err != nil {
		return nil, nil, err
	}
	if c, err = tx.Case(d.Case); err != nil { // a mail may have been put into it
		return nil, nil, err
	}
	if c.Suggested, err = tx.Suggested(c); err != nil {
		return nil, nil, err
	}
	if e, ok := d.Event.(casefile.Reclassified); ok {
		if err := notFrozen(tx.View, c.ID, e); err != nil {
			return nil, nil, err
		}
	}
	d.On = cmp.Or(d.On, tx.Today())
	history, err := tx.History(d.Case)
	if err != nil {
		return nil, nil, err
	}
	parts, err := tx.Merged(d.Case)
	if err != nil {
		return nil, nil, err
	}
	if r, ok := d.Event.(casefile.Replied); ok && !casefile.Lettered(history, r) {
		if err := b.Approved(c, history, r); err != nil {
			return nil, nil, err
		}
	}
	if warnings, err = c.Decide(history, d, tx.Today(), b.Reg.Law(), b.Reg.Calendar(), parts...); err != nil {
		return nil, nil, err
	}
	more, err := mayMerge(tx.View, c, d.Event)
	if err != nil {
		return nil, nil, err
	}
	warnings = slices.Concat(warnings, more, unread, alone(tx.Actor, history, d.Event))
	if e, ok := d.Event.(casefile.Attached); ok {
		if err := b.Keeps(e.Files); err != nil {
			return nil, nil, err
		}
	}
	records, err := tx.Append(d)
	if err != nil {
		return nil, nil, err
	}
	switch d.Event.(type) {
	case casefile.Detached, casefile.Voided:
		if err := refile(tx, d.Case, d.Event); err != nil {
			return nil, nil, err
		}
	}
	views, err = RecordViews(records)
	return views, warnings, err
}

// mayMerge asks the other case, which must be there, whether it goes on for this one.
func mayMerge(tx *desk.View, c casefile.Case, e casefile.Event) (warnings []string, err error) {
	m, ok := e.(casefile.Merged)
	if !ok {
		return nil, nil
	}
	into, err := tx.Case(m.Into)
	if err != nil {
		return nil, err
	}
	return c.MayMerge(into)
}
