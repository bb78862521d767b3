package post

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/outbox"
	"ysq.internal/ysq/mailbox/parse"
	"ysq.internal/ysq/mailbox/rawstore"
)

// actorOutbox is who records what became of mails that were sent.
const actorOutbox = "outbox"

// outgoing is what a mail is composed from.
type outgoing struct {
	ask.SendRequest
	purpose  casefile.OutPurpose
	to       casefile.Address
	auto     string                 // outbox.AutoReplied and its kind; "" for a person's
	answers  casefile.Letter        // the mail that is answered; zero for none
	lacks    []*ask.Error           // what the clerk must say before it may go
	warned   []string               // of the recipient
	wanted   string                 // how the applicant wants the information
	party    string                 // whom its letter addresses, where that is not the applicant
	enclosed int                    // how many of the files are the letter and its annexes
	account  string                 // in whose 草稿箱 a draft goes
	made     []outbox.File          // enclosures that are kept nowhere else
	also     []casefile.Event       // recorded with it, on no case
	still    func(*desk.View) error // asked in the transaction that records it; nil: nothing
}

// errNotAnymore ends a preparation whose reason has gone meanwhile.
var errNotAnymore = errors.New("no longer wanted")

// prepare makes the mail, keeps its bytes and records it. Nothing has been sent when it returns; the
// outbox does that.
func (p *Room) prepare(actor string, o outgoing) (seq uint64, err error) {
	now := p.Now()
	event, kept, err := p.compose(o, now)
	if err != nil {
		return 0, err
	}
	err = p.Record(actor, now, func(tx *desk.Change) error {
		if o.still != nil {
			if err := o.still(tx.View); err != nil {
				return err
			}
		}
		drafts := []casefile.Draft{{Case: o.Case, On: civil.Of(now), Event: event}}
		for _, e := range o.also {
			drafts = append(drafts, casefile.Draft{On: civil.Of(now), Event: e})
		}
		records, err := tx.Append(drafts...)
		if err == nil {
			seq = records[0].Seq
		}
		return err
	})
	if err != nil {
		return 0, errors.Join(err, p.forget(kept))
	}
	p.prepared(seq, actor, o)
	return seq, p.Store.Settle(kept)
}

func (p *Room) prepared(seq uint64, actor string, o outgoing) {
	p.Log.Info().Uint64("mail", seq).Str("case", string(o.Case)).Str("way", o.Way.String()).Str("purpose", o.purpose.String()).Str("actor", actor).Msg("a mail was prepared")
}

// compose makes the mail and keeps its bytes; they are to be settled when the event is recorded, and forgotten
// when it is not.
func (p *Room) compose(o outgoing, now time.Time) (event casefile.MailPrepared, kept []rawstore.Entry, err error) {
	from := p.sender(o)
	if err := outbox.CheckAddress(from.Mail); err != nil {
		return event, nil, ask.Refused("sender", "请管理员在配置的 [[mailbox]] 写 address（[smtp] 写 user），再重启服务\nsystemctl restart ysq", "本机关的发件地址不能用：%v", err)
	}
	if err := addressError(o.to.Mail); err != nil {
		return event, nil, err
	}
	m := outbox.Mail{
		From: from, To: outbox.Address(o.to), Date: now.In(civil.Zone).Truncate(time.Second), MessageID: outbox.NewMessageID(rand.Text(), from.Mail),
		Subject: o.Subject, Text: o.Text, Auto: o.auto, Files: o.made,
	}
	if !o.answers.Digest.IsZero() {
		m.InReplyTo = o.answers.MessageID
		if original, err := p.Parse(o.answers.Digest, parse.Limits{Text: 1, Undigested: true}); err == nil {
			if m.References = original.References; len(m.References) == 0 && len(original.InReplyTo) == 1 {
				m.References = original.InReplyTo // RFC 5322, 3.6.4
			}
		}
	}
	for _, file := range o.Files {
		m.Files = append(m.Files, outbox.File{Name: file.Name, Type: mediaType(file.Name), Open: func() (io.ReadCloser, error) { return p.Store.Open(file.Digest) }})
	}
	mail, err := p.Keep(func(w io.Writer) error { return outbox.Compose(w, m) })
	if err != nil {
		return event, nil, err
	}
	kept = []rawstore.Entry{mail}
	return casefile.MailPrepared{
		Letter: casefile.Letter{Digest: mail.Digest, MessageID: m.MessageID, From: casefile.Address(from), Subject: m.Subject},
		To:     o.to, Way: o.Way, Purpose: o.purpose, Size: mail.Size, Document: o.Document, Files: o.Files, Account: o.account, InReplyTo: m.InReplyTo, Despite: o.Despite,
	}, kept, nil
}

// forget takes back what no record names.
func (p *Room) forget(kept []rawstore.Entry) error {
	var errs []error
	for _, e := range kept {
		errs = append(errs, p.DropUnknown(e.Digest))
	}
	return errors.Join(append(errs, p.Store.Settle(kept))...)
}

// sender is who a mail comes from: the login, because NetEase takes no other.
func (p *Room) sender(o outgoing) outbox.Address {
	name := cmp.Or(p.Live().SMTP.Sender, p.Live().Agency.Name)
	if o.Way == casefile.OutSMTP {
		return outbox.Address{Name: name, Mail: p.Config.SMTP.User}
	}
	i := slices.IndexFunc(p.Config.Mailboxes, func(m config.Mailbox) bool { return m.Name == o.account })
	return outbox.Address{Name: name, Mail: p.Config.Mailboxes[max(i, 0)].Sender()}
}

func addressError(mail string) error {
	if err := outbox.CheckAddress(mail); err != nil {
		return ask.Refused("address", "只能发给英文字母、数字写成的邮箱地址；可另写一个，或换方式送达\n--to", "%s", err.Error())
	}
	return nil
}
