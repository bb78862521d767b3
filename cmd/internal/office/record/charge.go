package record

import (
	"fmt"
	"iter"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/fee"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Charge completes what a notice of a fee leaves open: the count by 件, which the register knows, and the amount.
// It returns how the amount comes about, and what a person should look at. Other events it leaves alone.
func (b *Room) Charge(tx *desk.View, id casefile.ID, event casefile.Event) (_ casefile.Event, explained, warnings []string, err error) {
	e, ok := event.(casefile.FeeNoticed)
	if !ok {
		return event, nil, nil, nil
	}
	var f fee.Fee
	switch e.By {
	case "件":
		said, doubts, err := countMonth(tx, id, &e.Count)
		if err != nil {
			return event, nil, nil, err
		}
		explained, warnings = append(explained, said), doubts
		f = fee.ByItem(e.Count)
	case "页":
		f = fee.ByPage(e.Count)
	default:
		return event, nil, nil, nil // casefile.Decide refuses it and says why
	}
	explained = append(explained, f.Explain()...)
	switch {
	case e.Yuan == 0 && f.Yuan == 0:
		return event, nil, nil, ask.Refused("fee-free", "不收费的不必发收费通知；件数或页数不对的，用 --count 写明", "%s：%d %s不收费（国办函〔2020〕109号）", id, e.Count, e.By)
	case e.Yuan == 0:
		e.Yuan = f.Yuan
	case e.Yuan != f.Yuan:
		warnings = append(warnings, fmt.Sprintf("%s：按标准是 %d 元，已照写的 %d 元记录", id, f.Yuan, e.Yuan))
	}
	return e, explained, warnings, nil
}

// countMonth says which cases count together with a case when the fee is charged by 件, and sets a count that was
// not given. Names alone tell applicants apart, and a fee for the month may have been asked for on another case: a
// person judges.
func countMonth(tx *desk.View, id casefile.ID, count *int) (said string, doubts []string, err error) {
	c, err := tx.Case(id)
	if err != nil {
		return "", nil, err
	}
	day := c.ReceivedOn()
	if day.IsZero() {
		return "", nil, ask.Usage("%s 没有收到日期，无从计算当月件数", id)
	}
	same, err := fee.InMonth(receivedAbout(tx, day), c.Applicant, day)
	if err != nil {
		return "", nil, err
	}
	month := day.String()[:len("2026-11")]
	var ids []string
	for _, s := range same {
		ids = append(ids, string(s.ID))
		noticed, err := noticedByItem(tx, s.ID)
		if err != nil {
			return "", nil, err
		}
		if noticed > 0 && s.ID != id {
			doubts = append(doubts, fmt.Sprintf("%s 已就当月申请按件通知 %d 元；只补差额的，用 --yuan 写明", s.ID, noticed))
		}
	}
	said = fmt.Sprintf("%s %s 收到 %d 件", c.Applicant, month, len(ids))
	if len(ids) > 0 {
		said += "：" + strings.Join(ids, "、")
	}
	switch {
	case *count == 0:
		*count = len(ids)
		doubts = append(doubts, "件数按申请人姓名数出，请核对有无同名的人")
	case *count != len(ids):
		doubts = append(doubts, fmt.Sprintf("登记簿中 %s 是 %d 件，写的是 %d 件", month, len(ids), *count))
	}
	return said, doubts, nil
}

// receivedAbout yields the cases received within a month of a day, and few others. It reads the fixed
// heads of all, and the names only of those.
func receivedAbout(tx *desk.View, day civil.Date) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for c, err := range tx.Heads() {
			if err == nil {
				if away := c.ReceivedOn().Sub(day); away < -31 || away > 31 {
					continue
				}
				c, err = tx.Case(c.ID)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// noticedByItem is how much was asked for on a case by 件.
func noticedByItem(tx *desk.View, id casefile.ID) (yuan int, err error) {
	history, err := tx.History(id)
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.FeeNoticed); ok && e.By == "件" {
			yuan += e.Yuan
		}
	}
	return yuan, err
}
