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
func (f *office) Trace(_ context.Context, digest string) (ask.MailTrace, error) {
	t := ask.MailTrace{Steps: []ask.TraceStep{}, Cases: []ask.CaseRow{}}
	err := f.reg.View(func(tx *register.Tx) error {
		d, err := findMail(tx, digest)
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

// SaveMail records that somebody takes a mail out of the register, unmasked, and returns what it is
// made of. Without the record there is nothing to take.
func (f *office) SaveMail(_ context.Context, who ask.Actor, digest string) (ask.MailView, error) {
	v := ask.MailView{}
	now := f.Now()
	err := f.reg.Update(now, func(tx *register.Tx) error {
		d, err := findMail(tx, digest)
		if err != nil {
			return err
		}
		if !f.store.Has(d) {
			return noBytes(d)
		}
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		v.Digest = d
		on := []casefile.ID{""} // of a mail on no case, the register's own
		for _, r := range about {
			if r.Case != "" && !slices.Contains(on, r.Case) {
				on = append(on, r.Case)
			}
		}
		if len(on) > 1 {
			on = on[1:]
		}
		for _, id := range on {
			e := casefile.Revealed{What: "mail save " + d.Short()[:6]}
			if _, err := tx.Append(who.String(), casefile.Draft{Case: id, On: civil.Of(now), Event: e}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return v, told(err)
	}
	f.read(&v, parse.Limits{})
	return v, nil
}

func noBytes(d casefile.Digest) error {
	return &ask.Error{Code: "not-found", Msg: fmt.Sprintf("邮件 %s 的原文不在", d.Short()), Hint: "已按期销毁的不能再取；否则请从备份恢复", Exit: ask.ExitNotFound}
}

// CopyMail writes a mail's bytes, or one part of it decoded.
func (f *office) CopyMail(_ context.Context, digest string, part int, w io.Writer) error {
	var d casefile.Digest
	err := f.reg.View(func(tx *register.Tx) (err error) {
		d, err = findMail(tx, digest)
		return err
	})
	if err != nil {
		return told(err)
	}
	file, err := f.store.Open(d)
	if err != nil {
		return noBytes(d)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if part < 0 {
		_, err = io.Copy(w, file)
		return err
	}
	_, err = parse.CopyPart(w, file, info.Size(), part, parse.Limits{})
	return err
}
