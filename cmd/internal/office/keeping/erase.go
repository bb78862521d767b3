package keeping

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Erase lets the mails and files of cases go: the record first, the bytes after it. What a crash
// leaves of the second, the next start does.
func (k *Room) Erase(_ context.Context, c ask.Call, req ask.EraseRequest) (res ask.EraseResult, err error) {
	res = ask.EraseResult{Cases: req.Cases, DryRun: c.DryRun}
	if len(req.Cases) == 0 || req.Reason == "" {
		return res, ask.Usage("销毁要写明案件和理由")
	}
	var digests []casefile.Digest
	err = k.Change(c, func(tx *desk.Change) error {
		digests = nil
		for _, id := range req.Cases {
			drafts, err := k.erasures(tx.View, id, civil.Of(c.At), req.Reason)
			if err != nil {
				return err
			}
			for _, d := range drafts {
				digests = append(digests, d.Event.(casefile.Erased).Digests...)
			}
			if _, err := tx.Append(drafts...); err != nil {
				return err
			}
		}
		slices.SortFunc(digests, func(a, b casefile.Digest) int { return slices.Compare(a[:], b[:]) })
		digests = slices.Compact(digests)
		for _, d := range digests {
			if tx.Erased(d) {
				res.Erased++
			} else {
				res.Held++
			}
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	return res, k.dropErased(digests)
}

// erasures lets go what a case and those that were merged into it hold; an error says why not yet.
func (k *Room) erasures(tx *desk.View, id casefile.ID, today civil.Date, reason string) (drafts []casefile.Draft, err error) {
	c, err := tx.Case(id)
	if err != nil {
		return nil, err
	}
	if err := c.MayErase(k.Live().Retention.Years, today); err != nil {
		return nil, err
	}
	if err := k.settled(tx, id); err != nil {
		return nil, err
	}
	merged, err := tx.Merged(id)
	if err != nil {
		return nil, err
	}
	ids := []casefile.ID{id}
	for _, m := range merged {
		ids = append(ids, m[0].Case)
	}
	for _, one := range ids {
		held, err := tx.Holdings(one)
		if err != nil {
			return nil, err
		}
		if len(held) > 0 {
			drafts = append(drafts, casefile.Draft{Case: one, On: today, Event: casefile.Erased{Digests: held, Reason: reason}})
		}
	}
	if len(drafts) == 0 {
		return nil, &casefile.RuleError{Code: "nothing-held", Case: id, Msg: "没有邮件原文或附件"}
	}
	return drafts, nil
}

// settled refuses to let go of what a dispute may still need.
func (k *Room) settled(tx *desk.View, id casefile.ID) error {
	for _, about := range tx.DisputesOf(id) {
		history, err := tx.Dispute(about)
		if err != nil {
			return err
		}
		if d := casefile.FoldDispute(about, history, 0, k.Reg.Law(), k.Reg.Calendar()); !d.FiledOn.IsZero() && d.Result == casefile.ResultPending {
			return &casefile.RuleError{Code: "dispute-open", Case: id, Msg: fmt.Sprintf("复议、诉讼 %s 尚未审结，不能销毁", about), Hint: "审结后再销毁\nysq dispute show " + string(about)}
		}
	}
	return nil
}

// dropErased removes the bytes of those digests that are erased, and what was read of them.
func (k *Room) dropErased(digests []casefile.Digest) error {
	var errs []error
	for _, d := range digests {
		if !k.Reg.Erased(d) {
			continue
		}
		errs = append(errs, k.Reading.Forget(d))
		if k.Store.Has(d) {
			errs = append(errs, k.Store.Erase(d))
		}
	}
	return errors.Join(errs...)
}

// FinishErasures does what a crash between an erasure's record and its files left undone.
func (k *Room) FinishErasures() error {
	var all []casefile.Digest
	err := k.View(func(tx *desk.View) error {
		return tx.EachErased(func(d casefile.Digest) error {
			if k.Store.Has(d) {
				all = append(all, d)
			}
			return nil
		})
	})
	return errors.Join(err, k.dropErased(all))
}
