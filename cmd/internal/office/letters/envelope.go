package letters

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Envelopes draws covers. What nobody has registered is left empty and named in the answer.
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

// addressed makes the cover of one letter. Whoever was asked for an opinion has the address that was written down then.
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
		switch {
		case !casefile.SameDocument(one.Document, item.Document):
		case one.Voided != "":
			return e, ask.Refused("letter-voided", "", "%s 已经作废：%s", one.Document, one.Voided)
		case one.Party != "":
			e.To, e.Name = letter.PostalOf(casefile.AddressOf(casefile.Live(history), one.LetterIssued)), one.Party
		}
	}
	return e, nil
}
