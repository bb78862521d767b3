package letters

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Posted records a list of letters that were handed to the post. All of it is one call: either every row is recorded, at
// one moment and so taken back by one step, or each row that cannot be is named and nothing is recorded.
func (l *Room) Posted(_ context.Context, c ask.Call, req ask.PostedRequest) (ask.AppendResult, error) {
	res := ask.AppendResult{Records: []ask.RecordView{}, Warnings: []string{}, Cases: []ask.CaseRow{}, DryRun: c.DryRun}
	if len(req.Items) == 0 {
		return res, ask.Usage("清单里没有填了单号的行")
	}
	err := l.Change(c, func(tx *desk.Change) error {
		var wrong []string
		var touched []casefile.ID
		for _, item := range req.Items {
			drafts, err := l.postedDrafts(tx.View, c.Who, item, req.On)
			for _, d := range drafts {
				var views []ask.RecordView
				var warnings []string
				if views, warnings, err = l.record.Add(tx, d); err != nil {
					break
				}
				res.Records, res.Warnings = append(res.Records, views...), append(res.Warnings, warnings...)
				if !slices.Contains(touched, d.Case) {
					touched = append(touched, d.Case)
				}
			}
			if err != nil {
				told, ok := errors.AsType[*ask.Error](desk.Told(err))
				if !ok || told.Exit == ask.ExitFailed || told.Exit == ask.ExitUnreachable {
					return err
				}
				wrong = append(wrong, strings.TrimPrefix(item.Place+" ", " ")+cmp.Or(item.Document, string(item.Case))+"："+told.Error())
			}
		}
		if len(wrong) > 0 {
			return refusedPosting(wrong)
		}
		for _, id := range touched {
			row, err := l.record.Row(tx.View, id)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	l.Log.Info().Int("letters", len(req.Items)).Str("actor", c.Who.String()).Msg("letters were posted")
	return res, nil
}

// refusedPosting names the rows that cannot be recorded.
func refusedPosting(wrong []string) error {
	const most = 50
	n := len(wrong)
	if n > most {
		wrong = append(wrong[:most], fmt.Sprintf("另有 %d 行", n-most))
	}
	return ask.Refused("posting", "改好后再贴；已经记录过的行删去", "清单有 %d 行不能记录，一件也没有记录\n%s", n, strings.Join(wrong, "\n"))
}

// postedDrafts are what is recorded of one letter: what it announces, and that it was posted.
func (l *Room) postedDrafts(tx *desk.View, who ask.Actor, item ask.PostedItem, on ask.Day) ([]casefile.Draft, error) {
	if item.Tracking == "" {
		return nil, ask.Usage("没有写单号")
	}
	if item.Document != "" {
		drafts, err := l.Announcement(tx, who, ask.RecordLetterRequest{Document: item.Document, On: on, Way: casefile.ByPost, Tracking: item.Tracking})
		if told, ok := errors.AsType[*ask.Error](err); !ok || told.Code != "not-found" || item.Case == "" {
			return drafts, err
		}
	}
	return []casefile.Draft{{Case: item.Case, On: civil.Date(on), Event: casefile.Dispatched{Way: casefile.ByPost, Tracking: item.Tracking}}}, nil
}

// Envelopes draws covers. What nobody registered is left out, and said.
func (l *Room) Envelopes(_ context.Context, c ask.Call, req ask.EnvelopeRequest) (res ask.EnvelopeResult, err error) {
	size, err := letter.ParseEnvelopeSize(req.Size)
	if err != nil {
		return res, ask.Usage("%v", err)
	}
	office := l.LetterOffice(civil.Of(c.At))
	from := letter.PostalOf(office.Contact)
	res.Envelopes, res.Sender = []ask.EnvelopeView{}, from.Missing()
	var covers []letter.Envelope
	err = l.View(func(tx *desk.View) error {
		for _, item := range req.Items {
			e, err := addressed(tx, item)
			if err != nil {
				return err
			}
			e.From, e.Sender = from, office.Name
			covers = append(covers, e)
			missing := e.To.Missing()
			if e.Name == "" {
				missing = append(missing, "收件人")
			}
			res.Envelopes = append(res.Envelopes, ask.EnvelopeView{Case: item.Case, Document: ask.Number(item.Document), Party: ask.Text(e.Name), Postcode: e.To.Code, Address: ask.Text(e.To.Address),
				Missing: slices.Concat([]string{}, missing)})
		}
		return nil
	})
	if err != nil {
		return res, err
	}
	if len(covers) == 0 {
		return res, ask.Usage("没有要写信封的文书")
	}
	var docx bytes.Buffer
	err = letter.WriteEnvelopes(&docx, covers, size, req.Printed)
	res.Content = docx.Bytes()
	return res, err
}

// addressed is the cover of one letter. Where somebody other than the applicant gets it, the register knows his name alone.
func addressed(tx *desk.View, item ask.EnvelopeItem) (e letter.Envelope, err error) {
	k, err := tx.Case(item.Case)
	if err != nil {
		return e, err
	}
	if k.RegisteredOn.IsZero() {
		return e, ask.Refused("not-registered", "先登记\nysq register "+string(k.ID), "%s 尚未登记，收件人和地址还没有确定", k.ID)
	}
	e = letter.Envelope{To: letter.PostalOf(k.Contact), Name: k.Applicant, Content: cmp.Or(item.Document, string(k.ID))}
	if item.Document == "" {
		return e, nil
	}
	history, err := tx.History(k.ID)
	if err != nil {
		return e, err
	}
	for _, one := range casefile.Letters(history) {
		if casefile.SameDocument(one.Document, item.Document) && one.Party != "" {
			e.To, e.Name = letter.Postal{}, one.Party
		}
	}
	return e, nil
}
