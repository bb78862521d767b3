package record

import (
	"context"
	"fmt"
	"io"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

// New opens a case for an application that came over the counter, by post, by fax or by telephone.
func (b *Room) New(_ context.Context, c ask.Call, n ask.NewCase) (ask.AppendResult, error) {
	res := ask.AppendResult{Warnings: []string{}, DryRun: c.DryRun}
	today, on := civil.Of(c.At), civil.Date(n.On)
	switch {
	case n.Channel == casefile.ChannelNone:
		return res, ask.Usage("缺少渠道：当面、邮寄、平信、传真、网上平台、电子邮件、口头")
	case on.IsZero():
		on = today
	case on > today:
		return res, ask.Refused("date-future", "请核对日期，只能记录已经发生的事\n--on", "日期 %s 晚于今天 %s", on, today)
	}
	if err := b.Keeps(n.Files); err != nil {
		return res, err
	}
	received := casefile.Received{
		Channel: n.Channel, Carried: n.Carried, Unit: n.Unit,
		Letter: casefile.Letter{From: casefile.Address{Name: n.From}, Subject: n.Subject},
	}
	if n.Channel == casefile.Platform && b.Live().Platform.Starts == config.PlatformConfirmed {
		received.Starts = casefile.StartsConfirmed
	}
	err := b.Change(c, func(tx *desk.Change) error {
		id := tx.NextID(on.Year())
		drafts := []casefile.Draft{{Case: id, On: on, Event: received}}
		if len(n.Files) > 0 {
			drafts = append(drafts, casefile.Draft{Case: id, On: today, Event: casefile.Attached{Files: n.Files}})
		}
		records, err := tx.Append(drafts...)
		if err != nil {
			return err
		}
		if res.Records, err = RecordViews(records); err != nil {
			return err
		}
		if len(n.Registered) > 0 {
			e, err := casefile.DecodeEvent(casefile.KindRegistered, n.Registered)
			if err != nil {
				return ask.Usage("%v", err)
			}
			views, warnings, err := b.Add(tx, casefile.Draft{Case: id, On: on, Event: e}) // of the day on which it came
			if err != nil {
				return err
			}
			res.Records, res.Warnings = append(res.Records, views...), append(res.Warnings, warnings...)
		}
		row, err := b.Row(tx.View, id)
		res.Cases = []ask.CaseRow{row}
		return err
	})
	return res, err
}

// Split makes cases of the further requests that a mail held. Each inherits the arrival and every event of
// the clock: three parts are 3 件 of the same day.
func (b *Room) Split(_ context.Context, call ask.Call, r ask.SplitRequest) (ask.AppendResult, error) {
	id := r.Case
	res := ask.AppendResult{Warnings: []string{}, DryRun: call.DryRun}
	if r.Parts < 2 || r.Parts > 100 {
		return res, ask.Usage("拆成 2 至 100 件，得到 %d", r.Parts)
	}
	if r.Open < 0 || r.Open > r.Parts {
		return res, ask.Usage("由第几件续办，写 1 至 %d（1 是本案），得到 %d", r.Parts, r.Open)
	}
	today := civil.Of(call.At)
	err := b.Change(call, func(tx *desk.Change) error {
		c, history, err := tx.Whole(id)
		if err != nil {
			return err
		}
		ids := []casefile.ID{id}
		year := c.ArrivedOn.Year()
		_, next, _ := tx.NextID(year).Number()
		for i := range r.Parts - 1 {
			ids = append(ids, casefile.NewID(year, next+i))
		}
		var keeper casefile.ID
		if r.Open > 0 {
			keeper = ids[r.Open-1]
		}
		drafts, err := c.Divide(history, ids[1:], keeper, today)
		if err != nil {
			return err
		}
		records, err := tx.Append(drafts...)
		if err != nil {
			return err
		}
		split := casefile.Draft{Case: id, On: today, Event: casefile.Split{Parts: ids[1:], Reason: r.Reason}}
		if res.Warnings, err = c.Decide(history, split, today, b.Reg.Law(), b.Reg.Calendar()); err != nil {
			return err
		}
		if c.Request != "" {
			res.Warnings = append(res.Warnings, fmt.Sprintf("%s 登记的申请内容还是拆分前的，请重新登记，只写本件的一项", id))
		}
		made, err := tx.Append(split)
		if err != nil {
			return err
		}
		if res.Records, err = RecordViews(append(made, records...)); err != nil {
			return err
		}
		for _, one := range ids {
			row, err := b.Row(tx.View, one)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	return res, err
}

// PutFile keeps a file under its digest. Until an event names it, it is in no case.
func (b *Room) PutFile(_ context.Context, c ask.Call, q ask.FileName, content io.Reader, yield func(casefile.File) error) error {
	file, err := b.TakeFile(c.Who.String(), string(q.Name), content)
	if err != nil {
		return err
	}
	return yield(file)
}
