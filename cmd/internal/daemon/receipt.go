package daemon

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/outbox"
	"ysq.internal/ysq/mailbox/parse"
)

// receiptWithin is how long after its arrival an application is acknowledged: what is found later, as
// at the first import or after an outage, is left to a person.
const receiptWithin = 24 * time.Hour

// longestSubject bounds what a receipt repeats of the mail: a forged sender must not be able to have
// the office pass on his words.
const longestSubject = 60

// receiptDue is a case whose applicant is to get a receipt.
type receiptDue struct {
	casefile.Case
	letter casefile.Letter
}

// acknowledge prepares a receipt for each new application whose sender may get one. Each case gets one,
// each address a few a day, no machine any (RFC 3834).
func (d *Daemon) acknowledge() error {
	if !d.live().Acknowledge.Enabled || !d.Config.SMTP.Enabled() {
		return nil
	}
	var due []receiptDue
	err := d.reg.View(func(tx *register.Tx) (err error) { due, err = d.receiptsDue(tx); return err })
	if err != nil {
		return err
	}
	for _, r := range due {
		if d.declined[r.ID] {
			continue
		}
		m, err := d.parse(r.letter.Digest, parse.Limits{Text: 1, Undigested: true})
		ok, why := false, "来信读不出"
		if err == nil {
			ok, why = match.Answerable(&m, append(d.addresses(), d.Config.SMTP.User))
		}
		if ok && outbox.CheckAddress(r.letter.From.Mail) != nil {
			ok, why = false, "发件人没有可用的地址"
		}
		if !ok {
			d.declined[r.ID] = true
			d.Options.Log.Info().Str("case", string(r.ID)).Str("reason", why).Msg("no receipt for this application")
			continue
		}
		if _, err := d.prepare(actorOutbox, d.receipt(r)); errors.Is(err, errNotAnymore) {
			continue
		} else if err != nil {
			return err
		}
	}
	return nil
}

// receiptsDue lists the open cases that came by mail lately and have no receipt. After a restoration
// that lost records a receipt may be among what was lost: nothing from before it gets another.
func (d *Daemon) receiptsDue(tx *register.Tx) (due []receiptDue, err error) {
	now := d.Now()
	since := now.Add(-receiptWithin)
	if r, ok, err := tx.LastRestored(); err != nil {
		return nil, err
	} else if ok && r.Recorded.After(since) {
		since = r.Recorded
	}
	for c, err := range tx.OpenCases("") {
		if err != nil {
			return nil, err
		}
		if c.Channel != casefile.Email || !c.ArrivedAt.After(since) || c.ArrivedAt.After(now.Add(time.Hour)) || !c.RepliedOn.IsZero() || d.declined[c.ID] {
			continue
		}
		history, err := tx.History(c.ID)
		if err != nil {
			return nil, err
		}
		if l := applied(history); !l.Digest.IsZero() && !acknowledged(history) {
			due = append(due, receiptDue{c, l})
		}
	}
	return due, nil
}

// applied returns the mail that opened the case; none for a part of another case.
func applied(history []casefile.Record) (l casefile.Letter) {
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.Received); ok && e.SplitFrom == "" && !e.Carried && e.From.Mail != "" {
			l = e.Letter
		}
	}
	return l
}

func acknowledged(history []casefile.Record) bool {
	return slices.ContainsFunc(history, func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.MailPrepared)
		return ok && e.Purpose == casefile.PurposeAcknowledgement
	})
}

// receipt is the mail as it is configured.
func (d *Daemon) receipt(r receiptDue) outgoing {
	subject := []rune(strings.Join(strings.Fields(r.letter.Subject), " "))
	if len(subject) > longestSubject {
		subject = append(subject[:longestSubject], '…')
	}
	name := r.letter.From.Name
	if name == "" {
		name = "申请人"
	}
	values := map[string]string{
		"案号": string(r.ID), "机关": d.live().Agency.Name, "到达日期": chineseDay(civil.Of(r.ArrivedAt)), "主题": string(subject), "申请人": name,
	}
	c := d.live().Acknowledge
	return outgoing{
		SendRequest: ask.SendRequest{Case: r.ID, Way: casefile.OutSMTP, Subject: config.Fill(c.Subject, values), Text: config.Fill(c.Text, values)},
		purpose:     casefile.PurposeAcknowledgement, to: r.letter.From, auto: outbox.AutoReplied, answers: r.letter,
		still: func(tx *register.Tx) error { return d.mayAcknowledge(tx, r) },
	}
}

// mayAcknowledge is asked in the transaction that records the receipt.
func (d *Daemon) mayAcknowledge(tx *register.Tx, r receiptDue) error {
	history, err := tx.History(r.ID)
	if err != nil {
		return err
	}
	recent, err := tx.OutgoingSince(d.Now().Add(-24 * time.Hour))
	if err != nil {
		return err
	}
	all, same := 0, 0
	for _, o := range recent {
		if o.Purpose == casefile.PurposeAcknowledgement {
			all++
			if strings.EqualFold(o.To.Mail, r.letter.From.Mail) {
				same++
			}
		}
	}
	c := d.live().Acknowledge
	if acknowledged(history) || all >= c.PerDay || same >= c.PerSender {
		if !acknowledged(history) && !d.declined[r.ID] {
			d.Options.Log.Warn().Str("case", string(r.ID)).Int("today", all).Int("to_sender", same).Msg("no receipt for this application: there were enough today")
		}
		d.declined[r.ID] = true
		return errNotAnymore
	}
	return nil
}

func chineseDay(d civil.Date) string {
	y, m, day := d.Date()
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}
