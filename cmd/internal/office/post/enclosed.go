package post

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// RecordLetter records what a letter announces, on each of its cases. With a mail that the office sent, as people
// do who put a letter into a mail of their own, the day and the way are those of that mail.
func (p *Room) RecordLetter(ctx context.Context, c ask.Call, req ask.RecordLetterRequest) (ask.AppendResult, error) {
	if req.Mail == "" {
		return p.letters.RecordLetter(ctx, c, req)
	}
	if req.Way != casefile.WayNone || req.On != 0 {
		return ask.AppendResult{}, ask.Usage("写了信的，日期和方式取自那封信")
	}
	warned := ""
	err := p.View(func(tx *desk.View) error {
		records, err := letters.Numbered(tx, req.Document)
		if err != nil {
			return err
		}
		issued, ok := records[0].Event.(casefile.LetterIssued)
		if !ok {
			return ask.NotFound("列出文书\nysq letter list", "没有文号为 %q 的文书", req.Document)
		}
		d, err := desk.FindMail(tx, req.Mail)
		if err != nil {
			return err
		}
		sent, at, err := p.sentOn(tx, records[0].Case, d)
		if err != nil {
			return err
		}
		req.On, req.Way, req.Tracking = ask.Day(civil.Of(at)), casefile.ByEmail, sent.MessageID
		if !slices.ContainsFunc(sent.Parts, func(part casefile.Part) bool { return part.Digest == issued.File.Digest }) {
			warned = fmt.Sprintf("信 %s 里没有与 %s 逐字节相同的文书，请核对发出的是什么", d.Short(), issued.Document)
		}
		return nil
	})
	if err != nil {
		return ask.AppendResult{}, err
	}
	res, err := p.letters.RecordLetter(ctx, c, req)
	if warned != "" {
		res.Warnings = append([]string{warned}, res.Warnings...)
	}
	return res, err
}

// sentOn reads a mail that the office sent on a case, and says when that was.
func (p *Room) sentOn(tx *desk.View, id casefile.ID, d casefile.Digest) (m casefile.Message, at time.Time, err error) {
	items, err := tx.Contents(id)
	if err != nil {
		return m, at, err
	}
	item, held := casefile.Holding(items, d)
	about, err := tx.About(d)
	if err != nil {
		return m, at, err
	}
	taken := desk.LastTaken(about)
	if !held || taken == nil || item.Sort != casefile.Outgoing && p.intake.RoleOf(*taken) != mailbox.RoleSent {
		return m, at, ask.Refused("mail-unknown", fmt.Sprintf("请从本件的去信中选；别处的先归入\nysq show %s、ysq attach %s --mail %s", id, id, d.Short()), "%s 不是 %s 上由本机关发出的信", d.Short(), id)
	}
	m, err = p.Parse(d, parse.Limits{})
	return m, cmp.Or(item.At, taken.ArrivedAt), err
}
