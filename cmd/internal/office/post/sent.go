package post

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// What a mail that was sent means for its case. MessageOut is recorded by intake, whatever was sent.
// What the letter in it decides is recorded here, by itself, under narrow conditions: the mail went to
// the address for which it was prepared, the letter in it is byte for byte the one that was issued, its
// words are those of the draft, and the rules allow the step on the day on which it was sent. A person
// has decided all of it before: the letter was issued by one, and by one it was sent. Where anything
// differs, the difference is recorded and a person records the step.

// evidence is a mail, in the transaction that records what became of it.
type evidence struct {
	*Delivery
	tx   *desk.Change
	mail register.Outgoing
}

// settled records where the mail stands; of one that was sent, at the time at, also what follows.
func (v *evidence) settled(e casefile.MailSettled, at time.Time) error {
	today := v.tx.Today()
	var follow []casefile.Draft
	if e.State == casefile.OutSent {
		var refused string
		var err error
		if follow, refused, err = v.follows(e, civil.Of(at)); err != nil {
			return err
		}
		if refused != "" {
			e.Reason = strings.TrimPrefix(e.Reason+"；"+refused, "；")
		}
	}
	drafts := append([]casefile.Draft{{Case: v.mail.Case, On: today, Event: e}}, follow...)
	if _, err := v.tx.Append(drafts...); err != nil {
		return err
	}
	for _, d := range follow {
		v.Log.Info().Uint64("mail", v.mail.Seq).Str("case", string(v.mail.Case)).Str("kind", string(d.Event.Kind())).Msg("recorded what a sent letter decides")
	}
	return nil
}

// follows returns the steps that a sent mail is evidence of, on its case and on those that its letter
// answers with it; refused says in Chinese why a step that one would expect is left to a person. All of
// the steps are recorded, or none.
func (v *evidence) follows(e casefile.MailSettled, on civil.Date) (steps []casefile.Draft, refused string, err error) {
	if v.mail.Case == "" {
		return nil, "", nil
	}
	history, err := v.tx.History(v.mail.Case)
	if err != nil {
		return nil, "", err
	}
	ids := []casefile.ID{v.mail.Case}
	if l := enclosed(history, v.mail); l != nil {
		ids = append(ids, l.With...)
	}
	for _, id := range ids {
		history, err := v.tx.History(id)
		if err != nil {
			return nil, "", err
		}
		for _, d := range v.announced(id, history, on) {
			if len(e.Differs) > 0 {
				return nil, "发出的与拟稿不同，未自动记录“" + d.Event.Kind().Label() + "”，请核对后记录", nil
			}
			if v.record.Needs(d.Event.Kind()) > ask.Operator { // whose mail program it was, nobody knows
				return nil, "“" + d.Event.Kind().Label() + "”须由“" + v.record.Needs(d.Event.Kind()).Label() + "”记录", nil
			}
			if _, err := casefile.Decide(history, d, v.tx.Today(), v.Reg.Law(), v.Reg.Calendar()); err != nil {
				return nil, "未自动记录“" + d.Event.Kind().Label() + "”：" + err.Error(), nil //nolint:nilerr // told to the person
			}
			steps = append(steps, d)
			history = append(history, casefile.Record{Seq: 1<<62 + uint64(len(steps)), On: d.On, Case: d.Case, Event: d.Event})
		}
	}
	return steps, "", nil
}

// enclosed returns the letter of the case that the mail brings; nil where it brings none, or one that is
// void or whose file is not among the enclosures.
func enclosed(history []casefile.Record, o register.Outgoing) *casefile.CaseLetter {
	if o.Document == "" {
		return nil
	}
	for _, l := range casefile.Letters(history) {
		if l.Document == o.Document && l.Voided == "" && slices.ContainsFunc(o.Files, func(f casefile.File) bool { return f.Digest == l.File.Digest }) {
			return &l
		}
	}
	return nil
}

// announced lists what a mail says to a case, once it is out: the receipt that is the office's
// confirmation; of a letter the event that it announces, and of a reply its dispatch, also of one to what is no
// application. What is recorded already is left out.
func (v *evidence) announced(id casefile.ID, history []casefile.Record, on civil.Date) (want []casefile.Draft) {
	add := func(e casefile.Event) { want = append(want, casefile.Draft{Case: id, On: on, Event: e}) }
	c := casefile.Fold(id, history, v.Reg.Law(), v.Reg.Calendar())
	if v.mail.Purpose == casefile.PurposeAcknowledgement {
		if v.Live().Acknowledge.Confirms && c.ToConfirm && c.ConfirmedOn.IsZero() {
			add(casefile.Confirmed{How: "收件回执", With: v.mail.To.Mail})
		}
		return want
	}
	if v.mail.Document == "" {
		// What is no application may be answered by a mail without a letter: once it is recorded as done, that is its answer.
		other := c.Kind == casefile.OtherRequest || c.Kind == casefile.CorrectionOfRecord
		if other && v.mail.Purpose == casefile.PurposeLetter && !c.RepliedOn.IsZero() && c.Document == "" && c.DispatchedOn.IsZero() {
			add(casefile.Dispatched{Way: casefile.ByEmail, Tracking: v.mail.MessageID})
		}
		return want
	}
	reply := c.Document == v.mail.Document && !c.RepliedOn.IsZero() && len(v.mail.Files) > 0
	if l := enclosed(history, v.mail); l != nil {
		e, err := l.Decided()
		if x, ok := e.(casefile.Extended); ok {
			x.Told = on // the applicant is told by this mail, whenever the letter was made
			e = x
		}
		known := func(r casefile.Record) bool { return casefile.Same(e, r.Event) }
		if err == nil && e != nil && !slices.ContainsFunc(casefile.Live(history), known) {
			add(e)
			_, reply = e.(casefile.Replied)
		}
	}
	if reply && (c.DispatchedOn.IsZero() && c.StoppedOn.IsZero() || c.Undelivered) {
		add(casefile.Dispatched{Way: casefile.ByEmail, Tracking: v.mail.MessageID})
	}
	return want
}

// reviewSent looks whether mails that are in 草稿箱, or were there, or of which nobody knows, were seen in 已发送 since.
// checked remembers, as long as the program runs and the mail is none that was settled, which pairs of a draft and a mail
// were compared in vain.
func (y *Delivery) reviewSent(checked map[[2]uint64]bool) error {
	type pair struct {
		o    register.Outgoing
		seen casefile.Item
	}
	var pairs []pair
	open := map[[2]uint64]bool{}
	err := y.View(func(tx *desk.View) error {
		for o, err := range tx.OutgoingIn(casefile.OutDrafted, casefile.OutUnknown, casefile.OutVanished) {
			if err != nil {
				return err
			}
			if o.Case == "" {
				continue
			}
			seen, err := y.sentFrom(tx, o)
			if err != nil {
				return err
			}
			for _, i := range seen {
				key := [2]uint64{o.Seq, i.Record.Seq}
				if open[key] = true; !checked[key] && !tx.Erased(i.Digest) {
					pairs = append(pairs, pair{o, i})
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	maps.DeleteFunc(checked, func(key [2]uint64, _ bool) bool { return !open[key] })
	var errs []error
	for _, one := range pairs {
		key := [2]uint64{one.o.Seq, one.seen.Record.Seq}
		err := y.One(one.seen.Digest, "核对已发送", func() error {
			sent, err := y.Parse(one.seen.Digest, parse.Limits{})
			if err != nil {
				return err
			}
			if !recognised(one.o, one.seen.Letter, sent) {
				checked[key] = true
				return nil
			}
			return y.sawSent(one.o, one.seen, sent)
		})
		if panics.Is(err) { // that of one letter, which status names, keeps nobody from looking at the others
			checked[key] = true // once is enough: a person looks, or the next start
			continue
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// sentFrom lists the mails that came to be in the case of a prepared mail since, and that the office may
// have sent: those of 已发送, and those that a person attached because intake could not tell their case.
func (y *Delivery) sentFrom(tx *desk.View, o register.Outgoing) (all []casefile.Item, err error) {
	items, err := tx.Contents(o.Case)
	for _, i := range items {
		if i.Record.Seq < o.Seq || !i.Mail() {
			continue
		}
		if other := tx.OutgoingByMessageID(i.Letter.MessageID); other != 0 && other != o.Seq {
			continue // that one was prepared, too
		}
		switch i.Record.Event.(type) {
		case casefile.MessageOut:
			all = append(all, i)
		case casefile.Attached:
			about, err := tx.About(i.Digest)
			if err != nil {
				return nil, err
			}
			if taken := desk.LastTaken(about); taken != nil && y.intake.RoleOf(*taken) == mailbox.RoleSent {
				i.At = taken.ArrivedAt
				all = append(all, i)
			}
		}
	}
	return all, err
}

// recognised reports whether a mail that was sent is the one that was prepared. Webmail may have given it
// another Message-ID; then the letter in it is known by its bytes, whatever else was put in or taken out, and a
// mail that brings no letter by whom it goes to, what it answers and its subject.
func recognised(o register.Outgoing, sent casefile.Letter, m casefile.Message) bool {
	switch {
	case sent.MessageID == o.MessageID:
		return true
	case len(o.Files) > 0: // the letter stands first
		return slices.ContainsFunc(m.Parts, func(p casefile.Part) bool { return p.Digest == o.Files[0].Digest })
	}
	answers := o.InReplyTo == "" || slices.Contains(m.InReplyTo, o.InReplyTo)
	return answers && squeeze(m.Subject) == squeeze(o.Subject) && slices.Contains(addressesOf(m), strings.ToLower(o.To.Mail))
}

// sawSent records that a mail was sent, on the evidence of its copy in 已发送.
func (y *Delivery) sawSent(o register.Outgoing, seen casefile.Item, sent casefile.Message) error {
	meant, err := y.Parse(o.Digest, parse.Limits{})
	if err != nil {
		return err
	}
	e := casefile.MailSettled{Mail: o.Seq, State: casefile.OutSent, Reason: "在已发送中看到", Seen: seen.Digest, Try: o.Tries, Differs: differences(meant, sent), Added: added(meant, sent)}
	err = y.Record(actorOutbox, y.Now(), func(tx *desk.Change) error {
		now, err := tx.Outgoing(o.Seq)
		if err != nil || now.State.Ended() {
			return err
		}
		return (&evidence{y, tx, now}).settled(e, seen.At)
	})
	if err == nil && len(e.Differs) > 0 {
		y.Log.Error().Uint64("mail", o.Seq).Str("case", string(o.Case)).Strs("differs", e.Differs).Msg("the mail that was sent is not the one that was prepared")
	}
	return err
}

// differences says in Chinese in what a mail as it was sent is not what was prepared. Files that were added are
// none: see added.
func differences(meant, sent casefile.Message) (all []string) {
	if to := addressesOf(sent); !slices.ContainsFunc(meant.To, func(a casefile.Address) bool { return slices.Contains(to, strings.ToLower(a.Mail)) }) {
		all = append(all, "收件人是 "+cmp.Or(strings.Join(to, "、"), "（空）"))
	} else if len(to) > len(meant.To) {
		all = append(all, "另有收件人 "+strings.Join(slices.DeleteFunc(to, func(mail string) bool {
			return slices.ContainsFunc(meant.To, func(a casefile.Address) bool { return strings.EqualFold(a.Mail, mail) })
		}), "、"))
	}
	for _, p := range enclosures(meant) {
		switch {
		case slices.ContainsFunc(sent.Parts, func(s casefile.Part) bool { return s.Digest == p.Digest }):
		case slices.ContainsFunc(sent.Parts, func(s casefile.Part) bool { return s.Name == p.Name }):
			all = append(all, fmt.Sprintf("附件“%s”的内容改动过", p.Name))
		default:
			all = append(all, fmt.Sprintf("没有附件“%s”", p.Name))
		}
	}
	if !strings.Contains(squeeze(sent.Text), squeeze(meant.Text)) {
		all = append(all, "正文改动过")
	}
	return all
}

// added names the files that the office enclosed beside what was prepared, as people do in webmail.
func added(meant, sent casefile.Message) (all []string) {
	for _, p := range enclosures(sent) {
		known := slices.ContainsFunc(meant.Parts, func(m casefile.Part) bool { return m.Digest == p.Digest || m.Name == p.Name })
		if !known {
			all = append(all, p.Name)
		}
	}
	return all
}

func addressesOf(m casefile.Message) (all []string) {
	for _, a := range slices.Concat(m.To, m.Cc) {
		if a.Mail != "" {
			all = append(all, strings.ToLower(a.Mail))
		}
	}
	return all
}

// enclosures are the parts that a person would call so; a picture in a signature is none.
func enclosures(m casefile.Message) []casefile.Part {
	return slices.DeleteFunc(slices.Clone(m.Parts), func(p casefile.Part) bool { return !p.Attachment || p.Inline })
}

// squeeze leaves out all blanks: webmail breaks lines anew, and puts a signature or the mail that is
// answered behind the text.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
