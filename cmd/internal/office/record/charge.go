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

// Charge completes what a notice of a fee leaves open: by 件 the count, which the register knows, and what each of the
// applications costs that the notice is about; the amount; and how it was sent, where nobody said it.
// It returns how the amount comes about, and what a person should look at. Other events it leaves alone.
func (b *Room) Charge(tx *desk.View, ids []casefile.ID, event casefile.Event) (_ casefile.Event, explained, warnings []string, err error) {
	e, ok := event.(casefile.FeeNoticed)
	if !ok {
		return event, nil, nil, nil
	}
	id := ids[0]
	c, err := tx.Case(id)
	if err != nil {
		return event, nil, nil, err
	}
	if e.Way == casefile.WayNone && e.Received.IsZero() {
		e.Way = c.NoticeWay()
	}
	var f fee.Fee
	switch e.By {
	case "件":
		return b.chargeItems(tx, ids, c, e)
	case "页":
		if len(ids) > 1 {
			return event, nil, nil, ask.Usage("按页收费的各件分别计算、分别通知（国办函〔2020〕109号）")
		}
		f = fee.ByPage(e.Count)
	default:
		return event, nil, nil, nil // casefile.Decide refuses it and says why
	}
	explained = append(explained, f.Explain()...)
	switch {
	case e.Yuan == 0 && f.Yuan == 0:
		return event, nil, nil, ask.Refused("fee-free", "不收费的不必发收费通知；件数或页数不对的，请写明\n--count", "%s：%d %s不收费（国办函〔2020〕109号）", id, e.Count, e.By)
	case e.Yuan == 0:
		e.Yuan = f.Yuan
	case e.Yuan != f.Yuan:
		warnings = append(warnings, fmt.Sprintf("%s：按标准是 %d 元，已照写的 %d 元记录", id, f.Yuan, e.Yuan))
	}
	return e, explained, warnings, nil
}

// chargeItems charges by 件: each application costs what its place in the month costs, so that a month's fees are the
// same in whatever order and in however many notices they are asked for (国办函〔2020〕109号).
func (b *Room) chargeItems(tx *desk.View, ids []casefile.ID, first casefile.Case, e casefile.FeeNoticed) (_ casefile.Event, explained, warnings []string, err error) {
	written, counted := e.Yuan, e.Count
	said, warnings, month, err := b.countMonth(tx, first, &e.Count)
	if err != nil {
		return e, nil, nil, err
	}
	explained = append(explained, said)
	total := 0
	for _, id := range ids {
		place := fee.Position(month, id, b.Reg.Law())
		if len(ids) == 1 && counted > 0 && counted != len(month) { // whoever writes another count knows of more, of which this is the last
			place = counted
		}
		if place == 0 {
			return e, nil, nil, ask.Refused("fee-month", "按申请人和收到申请之日核对；不同月的分别通知", "%s 不在 %s 当月的申请之内", id, first.Applicant)
		}
		share := fee.Share(place)
		explained = append(explained, fmt.Sprintf("%s 为当月第 %d 件：%d 元", id, place, share))
		if share == 0 && (written == 0 || len(ids) > 1) {
			return e, nil, nil, ask.Refused("fee-free", feeBearing(month, b.Reg.Law()), "%s 为当月第 %d 件，不收费（国办函〔2020〕109号）", id, place)
		}
		e.Shares = append(e.Shares, casefile.Share{Case: id, Yuan: share})
		total += share
	}
	switch {
	case len(ids) == 1:
		e.Shares = nil
	case written != 0 && written != total:
		return e, nil, nil, ask.Usage("几件一并通知的，各件按其次序计算，共 %d 元，写的是 %d 元；与标准不同的逐件通知", total, written)
	}
	if written != 0 && written != total {
		warnings = append(warnings, fmt.Sprintf("%s：按标准是 %d 元，已照写的 %d 元记录", ids[0], total, written))
		total = written
	}
	e.Yuan = total
	return e, append(explained, fmt.Sprintf("合计 %d 元", total)), warnings, nil
}

// feeBearing names the applications of a month that cost something.
func feeBearing(month []casefile.Case, law casefile.Statute) string {
	var names []string
	for _, c := range month {
		if fee.Share(fee.Position(month, c.ID, law)) > 0 {
			names = append(names, string(c.ID))
		}
	}
	if names == nil {
		return "不收费的不必发收费通知；件数不对的，请核对当月有无他人的申请"
	}
	return "当月收费的是 " + strings.Join(names, "、") + "，可一并通知"
}

// countMonth says which cases count together with a case when the fee is charged by 件, and sets a count that was
// not given. Names alone tell applicants apart, and a fee for the month may have been asked for on another case: a
// person judges.
func (b *Room) countMonth(tx *desk.View, c casefile.Case, count *int) (said string, doubts []string, same []casefile.Case, err error) {
	id, law := c.ID, b.Reg.Law()
	day := law.FeeBy.Of(c)
	if day.IsZero() {
		return "", nil, nil, ask.Usage("%s 没有收到日期，无从计算当月件数", id)
	}
	if same, err = fee.InMonth(b.receivedAbout(tx, day), c.Applicant, day, law); err != nil {
		return "", nil, nil, err
	}
	month := day.String()[:len("2026-11")]
	var ids []string
	for _, s := range same {
		ids = append(ids, string(s.ID))
		noticed, err := noticedByItem(tx, s.ID)
		if err != nil {
			return "", nil, nil, err
		}
		if noticed == 0 || s.ID == id {
			continue
		}
		if own := fee.Share(fee.Position(same, s.ID, law)); noticed > own {
			doubts = append(doubts, fmt.Sprintf("%s 已按件通知 %d 元，多于该件的 %d 元：可能已含本件，请核对", s.ID, noticed, own))
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
	return said, doubts, same, nil
}

// received is when the cases of a block arrived and were received, from its first number to its last.
type received struct {
	first, last casefile.ID
	from, to    civil.Date
}

// receivedAbout yields the cases received within a month of a day, or arrived then if fees go by that, and few others. It reads
// the fixed heads of those whose numbers are near others that were, and the names only of these.
func (b *Room) receivedAbout(tx *desk.View, day civil.Date) iter.Seq2[casefile.Case, error] {
	const about = 31
	return func(yield func(casefile.Case, error) bool) {
		blocks, err := b.received.Of(tx, false, func(cases iter.Seq2[casefile.Case, error]) (r received, err error) {
			for c, err := range cases {
				if err != nil {
					return r, err
				}
				if r.first == "" {
					r.first, r.from = c.ID, c.ArrivedOn
				}
				r.last, r.from, r.to = c.ID, min(r.from, c.ArrivedOn, c.ReceivedOn()), max(r.to, c.ArrivedOn, c.ReceivedOn())
			}
			return r, nil
		})
		if err != nil {
			yield(casefile.Case{}, err)
			return
		}
		of := b.Reg.Law().FeeBy.Of
		for _, block := range blocks {
			if day.Sub(block.to) > about || block.from.Sub(day) > about {
				continue
			}
			for c, err := range tx.Heads(block.first[:len(block.first)-1]) {
				if err == nil {
					if c.ID > block.last {
						break
					}
					if away := of(c).Sub(day); c.ID < block.first || away < -about || away > about {
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
}

// noticedByItem is how much was asked for on a case by 件.
func noticedByItem(tx *desk.View, id casefile.ID) (yuan int, err error) {
	history, err := tx.History(id)
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.FeeNoticed); ok && e.By == "件" {
			yuan += e.Share(id)
		}
	}
	return yuan, err
}
