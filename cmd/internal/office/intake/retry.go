package intake

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Retry tries again what failed: it makes quarantined mails due and polls, and decides anew about
// mails that are parked because no decision came to pass.
func (n *Room) Retry(ctx context.Context, c ask.Call, q ask.RetryRequest) (ask.RetryResult, error) {
	res := ask.RetryResult{Decided: []ask.MailView{}}
	err := n.Change(c, func(tx *desk.Change) error {
		res.Due, res.Decided = 0, []ask.MailView{}
		failed, err := failedMails(tx.View, q.Mail)
		if err != nil {
			return err
		}
		for _, t := range failed {
			if t.Disposition == casefile.Quarantined {
				res.Due++
				err = makeDue(tx, t)
			} else {
				err = n.retryDecision(tx, t, &res)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || res.Due == 0 {
		return res, err
	}
	polled, err := n.Poll(ctx)
	if err != nil {
		return res, err
	}
	res.Taken = polled.Taken
	res.Left, err = n.Reg.CountMails(casefile.Quarantined)
	return res, err
}

func (n *Room) retryDecision(tx *desk.Change, t casefile.MessageTaken, res *ask.RetryResult) error {
	if err := (&placing{Room: n, tx: tx}).again(t); err != nil {
		return err
	}
	is, err := tx.Booked(t.Account, t.Folder, t.UIDValidity, t.UID)
	if err != nil {
		return err
	}
	v, err := n.mails.MailView(tx.View, is)
	res.Decided = append(res.Decided, v)
	return err
}

// makeDue lets the next poll fetch a quarantined mail, as if its time had come.
func makeDue(tx *desk.Change, t casefile.MessageTaken) error {
	t.Retry = tx.At
	_, err := tx.Append(casefile.Draft{On: tx.Today(), Event: t})
	return err
}

// failedMails returns the mails meant by "", a digest, or FOLDER:UID.
func failedMails(tx *desk.View, which string) ([]casefile.MessageTaken, error) {
	folder, uid := "", uint64(0)
	if i := strings.LastIndexByte(which, ':'); i >= 0 {
		n, err := strconv.ParseUint(which[i+1:], 10, 32)
		if err != nil {
			return nil, &ask.Error{Code: "usage", Msg: fmt.Sprintf("%q 不是 UID", which[i+1:]), Hint: "如 INBOX:1392611444\nysq mail list --quarantined", Exit: ask.ExitUsage}
		}
		folder, uid = which[:i], n
	}
	var digest casefile.Digest
	if which != "" && folder == "" {
		d, err := desk.FindMail(tx, which)
		if err != nil {
			return nil, err
		}
		digest = d
	}
	var all []casefile.MessageTaken
	for _, place := range []casefile.Disposition{casefile.Quarantined, casefile.Parked} {
		for m, err := range tx.Mails(place) {
			if err != nil {
				return nil, err
			}
			meant := which == "" || folder != "" && m.Folder == folder && uint64(m.UID) == uid || !digest.IsZero() && m.Digest == digest
			if meant && failedToTake(m.MessageTaken) {
				all = append(all, m.MessageTaken)
			}
		}
	}
	if len(all) == 0 && which != "" {
		return nil, ask.Refused("nothing-failed", "待甄别的，是申请用 mail open 立案，属于已有案件用 mail attach 归入", "邮件 %s 没有取信或判断失败，不必重试", which)
	}
	return all, nil
}

// failedToTake reports whether a mail is where it is because something went wrong.
func failedToTake(t casefile.MessageTaken) bool {
	return t.Disposition == casefile.Quarantined ||
		slices.ContainsFunc(t.Defects, func(d casefile.Defect) bool { return d.Code == defectUndecided })
}
