package daemon

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

func mailboxStatus(s mailbox.Status, now time.Time, started *time.Time) ask.MailboxStatus {
	switch s.Fault { // of this machine: what is to be put right is named by the error alone
	case mailbox.FaultSettings, mailbox.FaultStorage, mailbox.FaultIntake:
		s.Label += "（" + s.LastError + "）"
	}
	v := ask.MailboxStatus{
		Account: ask.Handle(s.Account), State: string(s.State), Fault: string(s.Fault), Label: s.Label, Hint: s.Hint, ServerSays: s.ServerSays,
		LastSuccess: instant(s.LastSuccess), LastTaken: instant(s.LastTaken), NextTry: instant(s.NextTry), Interval: int(s.Interval.Seconds()),
		Failures: s.Failures, Logins: s.Logins, Taken: s.Taken, Troubled: s.Troubled,
	}
	silence, most := v.Silence(now, started)
	v.Stale = silence >= most
	return v
}

func (f *office) mailView(e casefile.MessageTaken) ask.MailView {
	v := ask.MailView{
		Digest: e.Digest, Disposition: e.Disposition.String(), Case: e.Case, Account: ask.Handle(e.Account), Folder: ask.Handle(e.Folder), UID: e.UID,
		ArrivedAt: instant(e.ArrivedAt), From: ask.Address(e.From.String()), Subject: e.Subject, Size: e.Size,
		Reasons: e.Reasons, Suggestions: e.Suggestions, Defects: e.Defects,
	}
	if v.Reasons == nil {
		v.Reasons = []string{}
	}
	if v.Suggestions == nil {
		v.Suggestions = []casefile.Suggestion{}
	}
	if e.Disposition == casefile.Parked && !e.ArrivedAt.IsZero() {
		due, _ := f.reg.Calendar().AddWorkdays(civil.Of(e.ArrivedAt), f.reg.Law().Limit)
		v.DueStrict = ask.Day(due)
	}
	return v
}

// Mails yields the mails that ended in a place.
func (f *office) Mails(ctx context.Context, _ ask.Call, q ask.MailQuery, yield func(ask.MailView) error) error {
	return told(f.reg.View(func(tx *register.Tx) error {
		for m, err := range tx.Mails(q.Place) {
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := yield(f.mailView(m.MessageTaken)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Mail finds a mail by the beginning of its digest and reads it.
func (f *office) Mail(_ context.Context, _ ask.Call, q ask.MailRef) (ask.MailView, error) {
	var v ask.MailView
	err := f.reg.View(func(tx *register.Tx) error {
		d, err := findMail(tx, q.Mail)
		if err != nil {
			return err
		}
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		for _, r := range about {
			if e, ok := r.Event.(casefile.MessageTaken); ok && e.Disposition != casefile.Duplicate {
				v = f.mailView(e) // the last decision governs
			}
		}
		v.Digest = d
		v.History, err = recordViews(about)
		return err
	})
	if err != nil {
		return v, told(err)
	}
	f.read(&v, parse.Limits{})
	return v, nil
}

// findMail turns the beginning of a digest into the one mail that it names.
func findMail(tx *register.Tx, digest string) (casefile.Digest, error) {
	s := strings.ToLower(strings.TrimSpace(digest))
	half := -1
	whole := s
	if len(s)%2 == 1 {
		n, err := hex.DecodeString("0" + s[len(s)-1:])
		if err != nil {
			return casefile.Digest{}, badDigest(digest)
		}
		half, whole = int(n[0]), s[:len(s)-1]
	}
	prefix, err := hex.DecodeString(whole)
	if err != nil || len(s) < 4 || len(s) > 64 {
		return casefile.Digest{}, badDigest(digest)
	}
	switch found := tx.DigestsWith(prefix, half, 2); len(found) {
	case 0:
		return casefile.Digest{}, &ask.Error{Code: "not-found", Msg: fmt.Sprintf("没有摘要以 %s 开头的邮件", s), Hint: "ysq mail list 列出邮件", Exit: ask.ExitNotFound}
	case 1:
		return found[0], nil
	default:
		return casefile.Digest{}, &ask.Error{Code: "usage", Msg: fmt.Sprintf("不止一封邮件的摘要以 %s 开头", s), Hint: "请多写几位", Exit: ask.ExitUsage}
	}
}

func badDigest(s string) error {
	return &ask.Error{Code: "usage", Msg: fmt.Sprintf("%q 不是邮件的摘要", s), Hint: "写摘要开头的至少 4 位十六进制数字，mail list 可查", Exit: ask.ExitUsage}
}

// read fills in what only the mail's bytes say. Bytes that are not there are a defect of the view,
// not an error: everything else about the mail is known.
func (f *office) read(v *ask.MailView, limits parse.Limits) {
	if v.Digest.IsZero() {
		return // quarantined: nothing came
	}
	m, err := f.parse(v.Digest, limits)
	if err != nil {
		v.Defects = append(v.Defects, casefile.Defect{Code: "bytes-missing", Detail: err.Error()})
		return
	}
	v.Text, v.Parts, v.Defects = m.Text, m.Parts, m.Defects
	if all, ok := f.readings.get(v.Digest); ok {
		v.Readings = shown(all)
	}
}

// parse reads a mail of the store.
func (f *office) parse(d casefile.Digest, limits parse.Limits) (casefile.Message, error) {
	file, err := f.store.Open(d)
	if errors.Is(err, fs.ErrNotExist) {
		return casefile.Message{}, fmt.Errorf("邮件原文 %s 不在：请从备份恢复", d.Short())
	}
	if err != nil {
		return casefile.Message{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return casefile.Message{}, err
	}
	return parse.Message(file, info.Size(), d, limits), nil
}

// excerpt bounds the text of each mail that `show` reads.
const excerpt = 8 << 10

// mailsOf lists the mails of a case as the book has them.
func (f *office) mailsOf(tx *register.Tx, items []casefile.Item) ([]ask.MailView, error) {
	views := []ask.MailView{}
	for _, i := range items {
		if !i.Mail() {
			continue
		}
		about, err := tx.About(i.Digest)
		if err != nil {
			return nil, err
		}
		v := ask.MailView{Digest: i.Digest, Disposition: casefile.ToCase.String(), From: ask.Address(i.Letter.From.String()), Subject: i.Letter.Subject, ArrivedAt: instant(i.At)}
		if taken := lastTaken(about); taken != nil {
			v = f.mailView(*taken)
		}
		v.Case = i.Record.Case
		views = append(views, v)
	}
	return views, nil
}

// filesOf lists the documents of a case.
func filesOf(items []casefile.Item) []casefile.File {
	files := []casefile.File{}
	for _, i := range items {
		if i.Sort == casefile.Document {
			files = append(files, i.File)
		}
	}
	return files
}

// OpenMail makes a case of a mail that ended outside of one.
func (f *office) OpenMail(_ context.Context, c ask.Call, q ask.MailRef) (ask.CaseRow, error) {
	var row ask.CaseRow
	who, now := c.Who, c.At
	err := f.change(c, func(tx *register.Tx) error {
		d, err := findMail(tx, q.Mail)
		if err != nil {
			return err
		}
		taken, err := placed(tx, d)
		if err != nil {
			return err
		}
		arrived := arrivalOf(taken.ArrivedAt, now)
		id := tx.NextID(civil.Of(arrived).Year())
		taken.Disposition, taken.Case = casefile.ToCase, id
		taken.Reasons = append(slices.Clone(taken.Reasons), "由 "+who.String()+" 立案")
		_, err = tx.Append(who.String(),
			casefile.Draft{On: civil.Of(now), Event: taken},
			casefile.Draft{Case: id, On: civil.Of(arrived), Event: casefile.Received{
				Channel: casefile.Email, ArrivedAt: arrived, Letter: taken.Letter, Suggestions: taken.Suggestions,
			}})
		if err != nil {
			return err
		}
		row, err = f.row(tx, id)
		return err
	})
	return row, told(err)
}
