package office

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/letters"
)

// Door returns the door of the office: every operation with the method that answers it.
func (o *Office) Door(failed func(error)) *ask.Door {
	d := ask.NewDoor(doorkeeper{o, failed})
	d.Collect(o.Status)

	ask.Answer(d, ask.Overview, plain(o.Status))
	ask.AnswerEach(d, ask.List, o.List)
	ask.Answer(d, ask.Show, o.Show)
	ask.Answer(d, ask.Explain, o.Explain)
	ask.Answer(d, ask.Due, o.Deadlines.Due)
	ask.Answer(d, ask.Agenda, o.Agenda)
	ask.Answer(d, ask.Me, o.Me)
	ask.Answer(d, ask.Choices, o.Choices)
	ask.AnswerEach(d, ask.Log, o.Records)
	ask.AnswerEach(d, ask.Search, o.Search.Search)
	ask.Answer(d, ask.Indexing, o.Search.Indexing)
	ask.Answer(d, ask.Law, o.Law)

	ask.Answer(d, ask.Append, o.Record.Append)
	ask.Answer(d, ask.New, o.Record.New)
	ask.Answer(d, ask.Last, o.Record.Last)
	ask.Answer(d, ask.InCharge, o.Record.InCharge)
	ask.Answer(d, ask.StandIns, o.StandIns.List)
	ask.Answer(d, ask.RecordStandIn, o.StandIns.RecordStandIn)
	ask.Answer(d, ask.Split, o.Record.Split)
	ask.AnswerUpload(d, ask.PutFile, o.Record.PutFile)
	ask.Answer(d, ask.Inspect, o.Reading.Inspect)
	ask.Answer(d, ask.AttachMail, o.Mails.AttachMail)
	ask.Answer(d, ask.Propose, o.Proposals.Propose)
	ask.Answer(d, ask.Snippets, o.Pages.Snippets)
	ask.Answer(d, ask.Register, o.Proposals.Register)
	ask.Answer(d, ask.Disputes, o.Disputes.List)
	ask.Answer(d, ask.Dispute, o.Disputes.Dispute)
	ask.Answer(d, ask.RecordDispute, o.Disputes.RecordDispute)

	ask.AnswerEach(d, ask.Mails, o.Mails.List)
	ask.Answer(d, ask.Mail, o.Mail)
	ask.Answer(d, ask.OpenMail, o.Mails.OpenMail)
	ask.Answer(d, ask.SeenMail, o.Record.SeenMail)
	ask.Answer(d, ask.Trace, o.Mails.Trace)
	ask.Answer(d, ask.Retry, o.Intake.Retry)
	ask.AnswerDownload(d, ask.SaveMail, o.SaveMail)
	ask.AnswerDownload(d, ask.Page, o.Pages.Page)
	ask.Answer(d, ask.Poll, plain(o.poll))
	ask.Answer(d, ask.Reconcile, o.Audits.Reconcile)
	ask.Answer(d, ask.Doctor, o.Keeping.Doctor)
	ask.Answer(d, ask.Live, o.Keeping.Converse)

	ask.Answer(d, ask.AnswerCase, o.Post.Answer)
	ask.Answer(d, ask.Submit, o.Post.Submit)
	ask.Answer(d, ask.Submissions, o.Post.Submissions)
	ask.Answer(d, ask.PreviewLetter, o.Letters.Preview)
	ask.Answer(d, ask.Letters, o.Letters.LetterList)
	ask.AnswerDownload(d, ask.CopyLetter, o.Letters.CopyLetter)
	ask.Answer(d, ask.VoidLetter, o.Letters.VoidLetter)
	ask.Answer(d, ask.RecordLetter, o.Post.RecordLetter)
	ask.AnswerUpload(d, ask.Posted, o.Post.Posted)
	ask.Answer(d, ask.Envelopes, o.Letters.Envelopes)
	ask.Answer(d, ask.ResumeLetters, o.Letters.ResumeLetters)
	ask.Answer(d, ask.Outbox, o.Post.Outbox)
	ask.Answer(d, ask.Outgoing, o.Post.Outgoing)
	ask.Answer(d, ask.Send, o.Post.Send)
	ask.Answer(d, ask.DecideOutgoing, o.Post.DecideOutgoing)
	ask.Answer(d, ask.Digest, o.Reminders.Digest)
	ask.Answer(d, ask.Notify, o.Reminders.Notify)

	ask.Answer(d, ask.Report, o.Annual.Report)
	ask.Answer(d, ask.Draft, o.Annual.Draft)
	ask.Answer(d, ask.ReportCases, o.Annual.ReportCases)
	ask.Answer(d, ask.Years, o.Annual.Years)
	ask.Answer(d, ask.CloseYear, o.Freezing.CloseYear)
	ask.Answer(d, ask.ReopenYear, o.Freezing.ReopenYear)
	ask.Answer(d, ask.Rehearse, o.Annual.Rehearse)
	ask.Answer(d, ask.Baseline, o.Freezing.Baseline)
	ask.Answer(d, ask.YearDiff, o.Freezing.YearDiff)
	ask.Answer(d, ask.Manual, o.AnnualWords.Manual)
	ask.Answer(d, ask.SetManual, o.AnnualWords.SetManual)
	ask.Answer(d, ask.Stats, o.Annual.Stats)
	ask.Answer(d, ask.Departments, o.Annual.Departments)
	ask.Answer(d, ask.SetOpening, o.Freezing.SetOpening)
	ask.Answer(d, ask.Calendar, o.Calendar.Year)
	ask.Answer(d, ask.Adopt, o.Calendar.Adopt)

	ask.AnswerEach(d, ask.Verify, o.Keeping.Verify)
	ask.AnswerEach(d, ask.Backup, o.Keeping.Backup)
	ask.Answer(d, ask.Erase, o.Keeping.Erase)
	ask.AnswerUpload(d, ask.Import, o.Ledger.Import)
	ask.AnswerDownload(d, ask.Export, o.Ledger.Export)
	ask.AnswerDownload(d, ask.SaveCase, o.Keeping.Dossier)
	ask.AnswerDownload(d, ask.SaveFile, o.Keeping.SaveFile)

	ask.Answer(d, ask.Login, o.People.Login)
	ask.Answer(d, ask.Logout, o.People.Logout)
	ask.Answer(d, ask.ShowCertificate, o.People.ShowCertificate)
	ask.Answer(d, ask.People, o.People.People)
	ask.Answer(d, ask.AddPerson, o.People.Add)
	ask.Answer(d, ask.ResetPerson, o.People.Reset)
	ask.Answer(d, ask.ClosePerson, o.People.Close)
	return d
}

// plain is a handler that needs neither the question nor the person who asks.
func plain[A any](answer func(context.Context) (A, error)) func(context.Context, ask.Call, ask.None) (A, error) {
	return func(ctx context.Context, _ ask.Call, _ ask.None) (A, error) { return answer(ctx) }
}

// doorkeeper is what the door must know of the office.
type doorkeeper struct {
	*Office
	failed func(error)
}

func (k doorkeeper) Roles() ask.Roles { return k.Live().Roles }

func (k doorkeeper) Now() time.Time { return k.Office.Now() }

func (k doorkeeper) Stay(token string, passive bool) (ask.Actor, error) {
	return k.People.Stay(token, passive)
}

func (k doorkeeper) Explain(err error) error { return desk.Told(err) }

func (k doorkeeper) Needs(kind casefile.Kind) ask.Role { return k.Record.Needs(kind) }

func (k doorkeeper) Failed(err error) {
	if k.failed != nil {
		k.failed(err)
	}
}

// Looked records that somebody sees personal data: on each case that it is about, or on none.
func (k doorkeeper) Looked(_ context.Context, c ask.Call, l ask.Look) error {
	if k.ToRead {
		return k.witnessed(c, l)
	}
	err := k.Desk.Record(c.Who.String(), c.At, func(tx *desk.Change) error {
		what, on, err := lookedAt(tx.View, l)
		if err != nil {
			return err
		}
		for _, id := range on {
			if often := c.Reveal == ask.Contact || l.What == ask.PageLook; often && id != "" {
				done, err := lookedToday(tx.View, id, c, what)
				if err != nil {
					return err
				}
				if done {
					continue // the other cases may not be on record
				}
			}
			if _, err := tx.Append(casefile.Draft{Case: id, On: civil.Of(c.At), Event: casefile.Revealed{What: what}}); err != nil {
				return err
			}
		}
		return nil
	})
	if desk.TakesNothing(err) {
		return fmt.Errorf("没有显示，查看个人信息须先留记录：%w", err)
	}
	return err
}

// witnessed puts down a look outside of the register, where that cannot be written.
func (k doorkeeper) witnessed(c ask.Call, l ask.Look) error {
	return k.View(func(v *desk.View) error {
		what, on, err := lookedAt(v, l)
		if err != nil {
			return err
		}
		for _, id := range on {
			if err := k.Witness(fmt.Sprintf("%s 查看个人信息（%s）%s；登记库写不进，没有记入", c.Who, what, id)); err != nil {
				return &ask.Error{Code: "no-witness", Msg: "没有显示：查看个人信息须先留记录，而登记库和系统日志都写不进", Hint: "请腾出空间或修好磁盘，或查看 systemd-journald", Exit: ask.ExitFailed, Cause: err}
			}
		}
		return nil
	})
}

// lookedToday reports whether a look is on record already: how to reach an applicant, and the pages of a file, are recorded
// once for each person, case and day, for whoever handles a case looks at it all day.
func lookedToday(tx *desk.View, id casefile.ID, c ask.Call, what string) (bool, error) {
	history, err := tx.History(id)
	return slices.ContainsFunc(history, func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.Revealed)
		return ok && e.What == what && r.Actor == c.Who.String() && r.On == civil.Of(c.At)
	}), err
}

// lookedAt names the cases that somebody looks at; the register's own case "" where there is none.
func lookedAt(tx *desk.View, l ask.Look) (what string, on []casefile.ID, err error) {
	what, on = l.What, slices.Clone(l.Cases)
	for _, id := range on {
		if _, err := tx.Case(id); err != nil {
			return "", nil, err
		}
	}
	var about []casefile.Record
	switch {
	case l.Mail != "":
		d, err := desk.FindMail(tx, l.Mail)
		if err != nil {
			return "", nil, err
		}
		what = fmt.Sprintf("%s %s", what, d.Short()[:6])
		if about, err = tx.About(d); err != nil {
			return "", nil, err
		}
	case l.Letter != "":
		if about, err = letters.Numbered(tx, l.Letter); err != nil {
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
func (k doorkeeper) Texts(ctx context.Context, ids []casefile.ID) (texts []string, err error) {
	err = k.View(func(tx *desk.View) error {
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
	for _, id := range ids { // what is proposed for a case, and changed before it is registered
		if p, wrong := k.Proposals.Propose(ctx, ask.Call{}, ask.CaseRef{Case: id}); err == nil && wrong == nil {
			for _, v := range p.Values {
				texts = append(texts, v.Value)
			}
		}
	}
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
