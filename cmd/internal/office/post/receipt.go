package post

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
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

// receipts writes the receipts for applications that come by mail.
type receipts struct {
	*Delivery
	declined map[casefile.ID]bool // cases that would be due and get none, as far as this run knows
}

// acknowledge prepares a receipt for each new application whose sender may get one. Each case gets one,
// each address a few a day, no machine any (RFC 3834).
func (r *receipts) acknowledge() error {
	if !r.Live().Acknowledge.Enabled || !r.Config.SMTP.Enabled() {
		return nil
	}
	due, err := desk.Look(r.Desk, r.receiptsDue)
	if err != nil {
		return err
	}
	var errs []error
	for _, one := range due {
		err := r.One(one.letter.Digest, "写收件回执", func() error { return r.write(one) })
		if panics.Is(err) { // status names it; a person writes to the applicant, or not
			r.declined[one.ID] = true
			continue
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// write prepares a receipt, unless its applicant gets none.
func (r *receipts) write(of receiptDue) error {
	if ok, why := r.answerable(of.letter); !ok {
		r.declined[of.ID] = true
		r.Log.Info().Str("case", string(of.ID)).Str("reason", why).Msg("no receipt for this application")
		return nil
	}
	_, err := r.room.prepare(actorOutbox, r.receipt(of))
	if errors.Is(err, errNotAnymore) {
		return nil
	}
	return err
}

// answerable reports whether a mail may be answered by a program, or why not. One that cannot be read is left to a person.
func (r *receipts) answerable(l casefile.Letter) (ok bool, why string) {
	m, err := r.Parse(l.Digest, parse.Limits{Text: 1, Undigested: true})
	if err != nil {
		return false, "来信读不出"
	}
	if ok, why = match.Answerable(&m, append(r.intake.Addresses(), r.Config.SMTP.User)); ok && outbox.CheckAddress(l.From.Mail) != nil {
		return false, "发件人没有可用的地址"
	}
	return ok, why
}

// receiptsDue lists the open cases that came by mail lately and have no receipt. After a restoration
// that lost records a receipt may be among what was lost: nothing from before it gets another.
func (r *receipts) receiptsDue(tx *desk.View) (due []receiptDue, err error) {
	now := r.Now()
	since := now.Add(-receiptWithin)
	if back, ok, err := tx.LastRestored(); err != nil {
		return nil, err
	} else if ok && back.Recorded.After(since) {
		since = back.Recorded
	}
	declined := map[casefile.ID]bool{} // of those that are due still; of the others nobody asks any more
	for c, err := range tx.OpenCases("") {
		if err != nil {
			return nil, err
		}
		if c.Channel != casefile.Email || !c.ArrivedAt.After(since) || c.ArrivedAt.After(now.Add(time.Hour)) || !c.RepliedOn.IsZero() {
			continue
		}
		if r.declined[c.ID] {
			declined[c.ID] = true
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
	r.declined = declined
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
func (r *receipts) receipt(of receiptDue) outgoing {
	subject := []rune(strings.Join(strings.Fields(of.letter.Subject), " "))
	if len(subject) > longestSubject {
		subject = append(subject[:longestSubject], '…')
	}
	name := callable(of.letter.From.Name)
	values := map[string]string{
		"编号": string(of.ID), "机关": r.Live().Agency.Name, "到达日期": chineseDay(civil.Of(of.ArrivedAt)), "主题": string(subject), "申请人": name,
	}
	c := r.Live().Acknowledge
	return outgoing{
		SendRequest: ask.SendRequest{Case: of.ID, Way: casefile.OutSMTP, Subject: config.Fill(c.Subject, values), Text: config.Fill(c.Text, values)},
		purpose:     casefile.PurposeAcknowledgement, to: casefile.Address{Mail: of.letter.From.Mail}, auto: outbox.AutoReplied, answers: of.letter,
		still: func(tx *desk.View) error { return r.mayAcknowledge(tx, of) },
	}
}

// longestName is in characters: of people 10 are plenty, of organisations 30.
const longestName = 30

// callable is a sender's name as the office may write it to him: a forged sender must not have it pass on his
// words. What is no name, for its length, its lines or a link in it, becomes 申请人.
func callable(name string) string {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > longestName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) }) ||
		strings.Contains(name, "://") || strings.Contains(strings.ToLower(name), "www.") || strings.ContainsAny(name, "@\\/<>【】") {
		return "申请人"
	}
	return name
}

// mayAcknowledge is asked in the transaction that records the receipt.
func (r *receipts) mayAcknowledge(tx *desk.View, of receiptDue) error {
	history, err := tx.History(of.ID)
	if err != nil {
		return err
	}
	recent, err := tx.OutgoingSince(r.Now().Add(-24 * time.Hour))
	if err != nil {
		return err
	}
	all, same := 0, 0
	for _, o := range recent {
		if o.Purpose == casefile.PurposeAcknowledgement {
			all++
			if strings.EqualFold(o.To.Mail, of.letter.From.Mail) {
				same++
			}
		}
	}
	c := r.Live().Acknowledge
	if acknowledged(history) || all >= c.PerDay || same >= c.PerSender {
		if !acknowledged(history) && !r.declined[of.ID] {
			r.Log.Warn().Str("case", string(of.ID)).Int("today", all).Int("to_sender", same).Msg("no receipt for this application: there were enough today")
		}
		r.declined[of.ID] = true
		return errNotAnymore
	}
	return nil
}

func chineseDay(d civil.Date) string {
	y, m, day := d.Date()
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}
