package post

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox/parse"
)

// pending are the states of mails for which something is to be done yet.
var pending = []casefile.OutState{casefile.OutQueued, casefile.OutSending, casefile.OutDrafted, casefile.OutFailed, casefile.OutHeld, casefile.OutUnknown, casefile.OutVanished}

// Outbox lists the mails that are not settled, or all of the last year.
func (p *Room) Outbox(_ context.Context, _ ask.Call, q ask.OutboxQuery) (views []ask.OutgoingView, err error) {
	views = []ask.OutgoingView{}
	err = p.View(func(tx *desk.View) error {
		states, from := pending, time.Time{}
		if q.All {
			states, from = casefile.OutStates(), p.Now().AddDate(-1, 0, 0)
		}
		for o, err := range tx.LatestOutgoing(q.After, states...) {
			if err != nil || o.Prepared.Before(from) {
				return err
			}
			if views = append(views, outgoingView(o)); len(views) == q.Limit {
				return nil
			}
		}
		return nil
	})
	if q.Limit == 0 && q.After == 0 {
		slices.Reverse(views)
	}
	return views, err
}

// Outgoing returns a mail of the outbox with its text and its history.
func (p *Room) Outgoing(_ context.Context, _ ask.Call, q ask.OutgoingRef) (v ask.OutgoingView, err error) {
	id := q.ID
	var o register.Outgoing
	err = p.View(func(tx *desk.View) error {
		if o, err = tx.Outgoing(id); err != nil {
			return err
		}
		v = outgoingView(o)
		about, err := recordsOf(tx, o)
		if err != nil {
			return err
		}
		v.History, err = record.RecordViews(about)
		return err
	})
	if err != nil {
		return v, err
	}
	m, err := p.Parse(o.Digest, parse.Limits{})
	if err != nil {
		v.Text = ask.Verbatim(err.Error()) // erased, say
		return v, nil
	}
	v.Text = ask.Verbatim(m.Text)
	return v, nil
}

// recordsOf lists what was recorded of a mail; of one that is on no case only the first and the last.
func recordsOf(tx *desk.View, o register.Outgoing) (about []casefile.Record, err error) {
	if o.Case != "" {
		history, err := tx.History(o.Case)
		return slices.DeleteFunc(history, func(r casefile.Record) bool { return r.Seq != o.Seq && !concerns(r.Event, o.Seq) }), err
	}
	for _, seq := range slices.Compact([]uint64{o.Seq, o.Governs}) {
		r, err := tx.Record(seq)
		if err != nil {
			return nil, err
		}
		about = append(about, r)
	}
	return about, nil
}

func concerns(e casefile.Event, id uint64) bool {
	switch e := e.(type) {
	case casefile.MailTried:
		return e.Mail == id
	case casefile.MailSettled:
		return e.Mail == id
	}
	return false
}

func outgoingView(o register.Outgoing) ask.OutgoingView {
	v := ask.OutgoingView{
		ID: o.Seq, Case: o.Case, Way: o.Way.String(), Purpose: o.Purpose.String(), State: o.State.String(), To: ask.Address(o.To.String()), Subject: ask.Verbatim(o.Subject),
		Document: ask.Number(o.Document), Files: fileNames(o.Files), Prepared: o.Prepared.In(civil.Zone), Actor: o.Actor, Since: o.Since.In(civil.Zone), Tries: o.Tries,
		Code: o.Last.Code, Said: o.Last.Said, Reason: o.Last.Reason, Differs: append([]string{}, o.Last.Differs...), Added: o.Last.Added, MessageID: ask.Handle(o.MessageID), Digest: o.Digest,
	}
	if o.State == casefile.OutQueued {
		v.Next = ask.Instant(o.Last.Next)
	}
	return v
}

func fileNames(files []casefile.File) []string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.Name
	}
	return names
}

// DecideOutgoing does what a person decided about a mail.
func (p *Room) DecideOutgoing(ctx context.Context, c ask.Call, d ask.OutgoingDecision) (ask.OutgoingView, error) {
	switch {
	case d.Do == "retry":
		return p.retryOutgoing(ctx, c, d.ID, d.Again)
	case d.Do != "drop" && d.Do != "sent":
		return ask.OutgoingView{}, ask.Usage("不认识的处理 %q", d.Do)
	case d.Reason == "":
		return ask.OutgoingView{}, ask.Usage("要写明理由")
	}
	return p.dropOutgoing(ctx, c, d.ID, d.Do == "sent", d.Reason)
}

// retryOutgoing lets a mail be tried again. One that may have been sent needs the clerk's word that it
// may arrive twice.
func (p *Room) retryOutgoing(ctx context.Context, c ask.Call, id uint64, again bool) (ask.OutgoingView, error) {
	return p.decideOutgoing(ctx, c, id, func(o register.Outgoing) (casefile.MailSettled, error) {
		e := casefile.MailSettled{State: casefile.OutQueued, Reason: "由 " + c.Who.String() + " 重试"}
		switch {
		case o.State == casefile.OutQueued, o.State == casefile.OutHeld, o.State == casefile.OutFailed:
			return e, nil
		case o.State == casefile.OutUnknown && again, o.State == casefile.OutVanished && again:
			e.Reason += "，已知可能重复"
			return e, nil
		case o.State == casefile.OutUnknown, o.State == casefile.OutVanished:
			return e, ask.Refused("maybe-sent", "先在网页邮箱的“已发送”里核对，再记录已发出，或确未发出的重发\nysq outbox sent、ysq outbox retry --again", "待发信 %d 可能已经发出，重发会使对方收到两封", id)
		}
		return e, notNow(o, "重试")
	})
}

// dropOutgoing gives a mail up, or with sent set records a person's word that it was sent.
func (p *Room) dropOutgoing(ctx context.Context, c ask.Call, id uint64, sent bool, reason string) (ask.OutgoingView, error) {
	return p.decideOutgoing(ctx, c, id, func(o register.Outgoing) (casefile.MailSettled, error) {
		e := casefile.MailSettled{State: casefile.OutDropped, Reason: "由 " + c.Who.String() + " 放弃：" + reason}
		if sent {
			e.State, e.Reason = casefile.OutSent, "由 "+c.Who.String()+" 核实已发出："+reason
			e.Differs = []string{"没有核对发出的内容"} // nobody but this person has seen it: the step is theirs to record
		}
		if o.State.Ended() || o.State == casefile.OutSending {
			return e, notNow(o, "改动")
		}
		return e, nil
	})
}

func notNow(o register.Outgoing, what string) error {
	return ask.Refused("outgoing-state", "", "待发信 %d 现为“%s”，不能%s", o.Seq, o.State.Label(), what)
}

func (p *Room) decideOutgoing(ctx context.Context, c ask.Call, id uint64, decide func(register.Outgoing) (casefile.MailSettled, error)) (ask.OutgoingView, error) {
	err := p.Change(c, func(tx *desk.Change) error {
		o, err := tx.Outgoing(id)
		if err != nil {
			return err
		}
		e, err := decide(o)
		if err != nil {
			return err
		}
		e.Mail, e.Try = id, o.Tries
		_, err = tx.Append(casefile.Draft{Case: o.Case, On: civil.Of(c.At), Event: e})
		return err
	})
	if err != nil {
		return ask.OutgoingView{}, err
	}
	return p.Outgoing(ctx, c, ask.OutgoingRef{ID: id})
}

// mediaType goes by the name, as mail programs do.
func mediaType(name string) string {
	return map[string]string{
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".doc":  "application/msword", ".wps": "application/vnd.ms-works", ".xls": "application/vnd.ms-excel",
		".pdf": "application/pdf", ".zip": "application/zip", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".txt": "text/plain",
	}[strings.ToLower(path.Ext(name))] // "": unknown, which the composer makes application/octet-stream
}
