package daemon

import (
	"context"
	"fmt"
	"io"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/parse"
)

// Trace tells what became of a mail: every record about its bytes, and the cases that it is on.
func (f *office) Trace(_ context.Context, _ ask.Call, q ask.MailRef) (ask.MailTrace, error) {
	t := ask.MailTrace{Steps: []ask.TraceStep{}, Cases: []ask.CaseRow{}}
	err := f.reg.View(func(tx *register.Tx) error {
		d, err := findMail(tx, q.Mail)
		if err != nil {
			return err
		}
		t.Digest, t.Kept = d, f.store.Has(d)
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		var cases []casefile.ID
		for _, r := range about {
			t.Steps = append(t.Steps, f.traceStep(tx, r))
			if r.Case != "" && !slices.Contains(cases, r.Case) {
				cases = append(cases, r.Case)
			}
		}
		for _, id := range cases {
			row, err := f.row(tx, id)
			if err != nil {
				return err
			}
			t.Cases = append(t.Cases, row)
		}
		return nil
	})
	return t, told(err)
}

func (f *office) traceStep(tx *register.Tx, r casefile.Record) ask.TraceStep {
	k := r.Event.Kind()
	s := ask.TraceStep{
		Seq: r.Seq, Recorded: r.Recorded.In(civil.Zone), Actor: r.Actor, Case: r.Case, Kind: k, Label: k.Label(),
		Text: casefile.Describe(r.Event), Voided: r.Case != "" && voided(tx, r),
	}
	if e, ok := r.Event.(casefile.MessageTaken); ok {
		s.Taken, s.Validity = new(f.mailView(e)), e.UIDValidity
	}
	return s
}

// SaveMail gives out a mail with what it is made of: its bytes and then those of each attachment, or those
// of one part.
func (f *office) SaveMail(_ context.Context, _ ask.Call, q ask.SaveMailRequest, begin func(ask.MailView) (io.Writer, error)) error {
	var v ask.MailView
	err := f.reg.View(func(tx *register.Tx) (err error) {
		v.Digest, err = findMail(tx, q.Mail)
		return err
	})
	if err != nil {
		return err
	}
	file, err := f.store.Open(v.Digest)
	if err != nil {
		return noBytes(v.Digest)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	f.read(&v, parse.Limits{})
	v.Size = info.Size()
	if q.Part != nil && !slices.ContainsFunc(v.Parts, func(p casefile.Part) bool { return p.Index == *q.Part }) {
		return ask.NotFound("", "邮件 %s 没有第 %d 个附件", v.Digest.Short(), *q.Part)
	}
	w, err := begin(v)
	if err != nil {
		return err
	}
	if q.Part == nil {
		if _, err := io.Copy(w, file); err != nil {
			return err
		}
	}
	for _, p := range v.Parts {
		if q.Part != nil && p.Index == *q.Part || q.Part == nil && p.Attachment {
			if _, err := parse.CopyPart(w, file, info.Size(), p.Index, parse.Limits{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func noBytes(d casefile.Digest) error {
	return &ask.Error{Code: "not-found", Msg: fmt.Sprintf("邮件 %s 的原文不在", d.Short()), Hint: "已按期销毁的不能再取；否则请从备份恢复", Exit: ask.ExitNotFound}
}
