package daemon

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Retry tries again what failed: it makes quarantined mails due and polls, and decides anew about
// mails that are parked because no decision came to pass.
func (f *office) Retry(ctx context.Context, c ask.Call, q ask.RetryRequest) (ask.RetryResult, error) {
	res := ask.RetryResult{Decided: []ask.MailView{}}
	who, now := c.Who, c.At
	err := f.change(c, func(tx *register.Tx) error {
		res.Due, res.Decided = 0, []ask.MailView{}
		failed, err := failedMails(tx, q.Mail)
		if err != nil {
			return err
		}
		for _, t := range failed {
			if t.Disposition == casefile.Quarantined {
				res.Due++
				err = makeDue(tx, who, t, now)
			} else {
				err = f.retryDecision(tx, who, t, now, &res)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || res.Due == 0 {
		return res, told(err)
	}
	polled, err := f.Poll(ctx)
	if err != nil {
		return res, err
	}
	res.Taken = polled.Taken
	err = f.reg.View(func(tx *register.Tx) error { res.Left = tx.CountMails(casefile.Quarantined); return nil })
	return res, told(err)
}

func (f *office) retryDecision(tx *register.Tx, who ask.Actor, t casefile.MessageTaken, now time.Time, res *ask.RetryResult) error {
	if err := (&placing{f, tx, now}).again(who.String(), t); err != nil {
		return err
	}
	is, err := tx.Booked(t.Account, t.Folder, t.UIDValidity, t.UID)
	res.Decided = append(res.Decided, f.mailView(is))
	return err
}

// makeDue lets the next poll fetch a quarantined mail, as if its time had come.
func makeDue(tx *register.Tx, who ask.Actor, t casefile.MessageTaken, now time.Time) error {
	t.Retry = now
	_, err := tx.Append(who.String(), casefile.Draft{On: civil.Of(now), Event: t})
	return err
}

// failedMails returns the mails meant by "", a digest, or FOLDER:UID.
func failedMails(tx *register.Tx, which string) ([]casefile.MessageTaken, error) {
	folder, uid := "", uint64(0)
	if i := strings.LastIndexByte(which, ':'); i >= 0 {
		n, err := strconv.ParseUint(which[i+1:], 10, 32)
		if err != nil {
			return nil, &ask.Error{Code: "usage", Msg: fmt.Sprintf("%q 不是 UID", which[i+1:]), Hint: "如 INBOX:1392611444，mail list --quarantined 可查", Exit: ask.ExitUsage}
		}
		folder, uid = which[:i], n
	}
	var digest casefile.Digest
	if which != "" && folder == "" {
		d, err := findMail(tx, which)
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
		return nil, &ask.Error{Code: "nothing-failed", Msg: fmt.Sprintf("邮件 %s 没有取信或判断失败，不必重试", which),
			Hint: "待人工确认的，是申请用 mail open 立案，属于已有案件用 mail attach 归入", Exit: ask.ExitRefused}
	}
	return all, nil
}

// failedToTake reports whether a mail lies where it does because something went wrong.
func failedToTake(t casefile.MessageTaken) bool {
	return t.Disposition == casefile.Quarantined ||
		slices.ContainsFunc(t.Defects, func(d casefile.Defect) bool { return d.Code == defectUndecided })
}
