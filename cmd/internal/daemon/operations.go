package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// door returns the door of the office: every operation with the method that answers it.
func (f *office) door(failed func(error)) *ask.Door {
	d := ask.NewDoor(doorkeeper{f, failed})
	d.Collect(f.Status)

	ask.Answer(d, ask.Overview, plain(f.Status))
	ask.AnswerEach(d, ask.List, f.List)
	ask.Answer(d, ask.Show, f.Show)
	ask.Answer(d, ask.Explain, f.Explain)
	ask.Answer(d, ask.Due, f.Due)
	ask.AnswerEach(d, ask.Log, f.Records)
	ask.AnswerEach(d, ask.Search, f.Search)
	ask.Answer(d, ask.Month, f.Month)

	ask.Answer(d, ask.Append, f.Append)
	ask.Answer(d, ask.New, f.New)
	ask.Answer(d, ask.Split, f.Split)
	ask.AnswerUpload(d, ask.PutFile, f.PutFile)
	ask.Answer(d, ask.AttachMail, f.AttachMail)
	ask.Answer(d, ask.Propose, f.Propose)
	ask.Answer(d, ask.Register, f.Register)
	ask.Answer(d, ask.Disputes, f.Disputes)
	ask.Answer(d, ask.Dispute, f.Dispute)
	ask.Answer(d, ask.RecordDispute, f.RecordDispute)

	ask.AnswerEach(d, ask.Mails, f.Mails)
	ask.Answer(d, ask.Mail, f.Mail)
	ask.Answer(d, ask.OpenMail, f.OpenMail)
	ask.Answer(d, ask.Trace, f.Trace)
	ask.Answer(d, ask.Retry, f.Retry)
	ask.AnswerDownload(d, ask.SaveMail, f.SaveMail)
	ask.Answer(d, ask.Poll, plain(f.Poll))
	ask.Answer(d, ask.Reconcile, f.Reconcile)
	ask.Answer(d, ask.Doctor, f.Doctor)
	ask.Answer(d, ask.Live, f.Live)

	ask.Answer(d, ask.Letter, f.Letter)
	ask.Answer(d, ask.Letters, f.LetterList)
	ask.AnswerDownload(d, ask.CopyLetter, f.CopyLetter)
	ask.Answer(d, ask.VoidLetter, f.VoidLetter)
	ask.Answer(d, ask.RecordLetter, f.RecordLetter)
	ask.Answer(d, ask.ResumeLetters, f.ResumeLetters)
	ask.Answer(d, ask.Outbox, f.Outbox)
	ask.Answer(d, ask.Outgoing, f.Outgoing)
	ask.Answer(d, ask.Send, f.Send)
	ask.Answer(d, ask.DecideOutgoing, f.DecideOutgoing)
	ask.Answer(d, ask.Digest, f.Digest)

	ask.Answer(d, ask.Report, f.Report)
	ask.Answer(d, ask.Draft, f.Draft)
	ask.Answer(d, ask.ReportCases, f.ReportCases)
	ask.Answer(d, ask.Years, f.Years)
	ask.Answer(d, ask.CloseYear, f.CloseYear)
	ask.Answer(d, ask.ReopenYear, f.ReopenYear)
	ask.Answer(d, ask.YearDiff, f.YearDiff)
	ask.Answer(d, ask.Manual, f.Manual)
	ask.Answer(d, ask.SetManual, f.SetManual)
	ask.Answer(d, ask.Departments, f.Departments)
	ask.Answer(d, ask.SetOpening, f.SetOpening)
	ask.Answer(d, ask.Calendar, f.Calendar)
	ask.Answer(d, ask.Adopt, f.Adopt)

	ask.AnswerEach(d, ask.Verify, f.Verify)
	ask.AnswerEach(d, ask.Backup, f.Backup)
	ask.Answer(d, ask.Erase, f.Erase)
	ask.AnswerUpload(d, ask.Import, f.Import)
	ask.AnswerDownload(d, ask.Export, f.Export)
	ask.AnswerDownload(d, ask.SaveCase, f.Dossier)
	return d
}

// plain is a handler of what needs neither a question nor who asks it.
func plain[A any](answer func(context.Context) (A, error)) func(context.Context, ask.Call, ask.None) (A, error) {
	return func(ctx context.Context, _ ask.Call, _ ask.None) (A, error) { return answer(ctx) }
}

// doorkeeper is what the door must know of the office.
type doorkeeper struct {
	*office
	failed func(error)
}

func (k doorkeeper) Roles() ask.Roles        { return k.live().roles }
func (k doorkeeper) Now() time.Time          { return k.office.Now() }
func (k doorkeeper) Explain(err error) error { return told(err) }

func (k doorkeeper) Failed(err error) {
	if k.failed != nil {
		k.failed(err)
	}
}

// Looked records that somebody sees personal data: on each case that it is about, or on none.
func (k doorkeeper) Looked(_ context.Context, c ask.Call, l ask.Look) error {
	return k.reg.Update(c.At, func(tx *register.Tx) error {
		what, on, err := lookedAt(tx, l)
		if err != nil {
			return err
		}
		for _, id := range on {
			if _, err := tx.Append(c.Who.String(), casefile.Draft{Case: id, On: civil.Of(c.At), Event: casefile.Revealed{What: what}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// lookedAt names the cases that somebody looks at; the register's own case "" where there is none.
func lookedAt(tx *register.Tx, l ask.Look) (what string, on []casefile.ID, err error) {
	what, on = l.What, slices.Clone(l.Cases)
	for _, id := range on {
		if _, err := tx.Case(id); err != nil {
			return "", nil, err
		}
	}
	var about []casefile.Record
	switch {
	case l.Mail != "":
		d, err := findMail(tx, l.Mail)
		if err != nil {
			return "", nil, err
		}
		what = fmt.Sprintf("%s %s", what, d.Short()[:6])
		if about, err = tx.About(d); err != nil {
			return "", nil, err
		}
	case l.Letter != "":
		if about, err = numbered(tx, l.Letter); err != nil {
			return "", nil, err
		}
	}
	for _, r := range about {
		if r.Case != "" && !slices.Contains(on, r.Case) {
			on = append(on, r.Case)
		}
	}
	if len(on) == 0 {
		on = []casefile.ID{""}
	}
	return what, on, nil
}

// Texts returns every text that is recorded on cases.
func (k doorkeeper) Texts(_ context.Context, ids []casefile.ID) (texts []string, err error) {
	err = k.reg.View(func(tx *register.Tx) error {
		for _, id := range ids {
			history, err := tx.History(id)
			if err != nil {
				return err
			}
			for _, r := range history {
				body, err := casefile.EncodeEvent(r.Event)
				if err != nil {
					return err
				}
				var said any
				if err := json.Unmarshal(body, &said); err != nil {
					return err
				}
				texts = stringsIn(said, texts)
			}
		}
		return nil
	})
	return texts, err
}

func stringsIn(v any, all []string) []string {
	switch v := v.(type) {
	case string:
		return append(all, v)
	case []any:
		for _, item := range v {
			all = stringsIn(item, all)
		}
	case map[string]any:
		for _, item := range v {
			all = stringsIn(item, all)
		}
	}
	return all
}
