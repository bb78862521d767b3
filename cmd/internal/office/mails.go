package office

import (
	"context"
	"io"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox/parse"
)

// Mail finds a mail by the beginning of its digest and reads it.
func (o *Office) Mail(_ context.Context, _ ask.Call, q ask.MailRef) (ask.MailView, error) {
	var v ask.MailView
	d, about, err := o.Desk.Mail(q.Mail)
	if err != nil {
		return v, err
	}
	if taken := desk.LastTaken(about); taken != nil {
		if err := o.View(func(tx *desk.View) (err error) {
			v, err = o.Mails.MailView(tx, *taken)
			return err
		}); err != nil {
			return v, err
		}
	}
	v.Digest = d
	intake.SuggestedFor(&v, about)
	if v.History, err = record.RecordViews(about); err != nil {
		return v, err
	}
	o.Reading.Fill(&v, parse.Limits{})
	return v, nil
}

// SaveMail gives out a mail with what it is made of: its bytes and then those of each attachment, or those
// of one part.
func (o *Office) SaveMail(ctx context.Context, _ ask.Call, q ask.SaveMailRequest, begin func(ask.MailView) (io.Writer, error)) error {
	d, _, err := o.Desk.Mail(q.Mail)
	if err != nil {
		return err
	}
	v := ask.MailView{Digest: d}
	file, err := o.Store.Open(v.Digest)
	if err != nil {
		return intake.NoBytes(v.Digest)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	o.Reading.Fill(&v, parse.Limits{})
	v.Size = info.Size()
	if q.Part != nil && !slices.ContainsFunc(v.Parts, func(p casefile.Part) bool { return p.Index == *q.Part }) {
		return ask.NotFound("", "邮件 %s 没有第 %d 个附件", v.Digest.Short(), *q.Part)
	}
	var inside []byte
	if q.Part != nil && !q.Member.IsZero() {
		if inside, err = o.Pages.Member(ctx, d, *q.Part, q.Member); err != nil {
			return err
		}
	}
	w, err := begin(v)
	if err != nil {
		return err
	}
	if inside != nil {
		_, err := w.Write(inside)
		return err
	}
	if q.Part == nil {
		if _, err := io.Copy(w, file); err != nil {
			return err
		}
	}
	for _, p := range v.Parts {
		if q.Part != nil && p.Index == *q.Part || q.Part == nil && p.Attachment {
			if _, err := parse.CopyPart(w, file, info.Size(), p.Index, parse.Limits{Undigested: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// poll takes in what has come, and looks whether the drafts are still where they were put.
func (o *Office) poll(ctx context.Context) (ask.PollResult, error) {
	res, err := o.Intake.Poll(ctx)
	if err == nil {
		o.Delivery.LookForDrafts(ctx)
	}
	return res, err
}
