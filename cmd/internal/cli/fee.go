package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/fee"
	"ysq.internal/ysq/cmd/internal/ask"
)

// notice declares the flags of `fee`. An amount that is not given is computed, and a count of 件 that
// is not given is asked of the register (charge).
func notice(o *options, s ask.Step) func() ([]casefile.Event, error) {
	o.fields(s.Fields...)
	return func() ([]casefile.Event, error) {
		event, err := o.event(s)
		if err != nil {
			return nil, err
		}
		switch e := event.(casefile.FeeNoticed); {
		case e.By == "页" && !o.given("count"):
			return nil, usage(o.cmd, "缺少 --count：按页收费要写页数")
		case o.given("count") && (e.Count < 1 || e.Count > fee.Most):
			return nil, usage(o.cmd, "--count %d 不对：应为 1 至 %d", e.Count, fee.Most)
		case o.given("yuan") && e.Yuan < 1:
			return nil, usage(o.cmd, "--yuan %d 不对：不收费的不必通知", e.Yuan)
		}
		return []casefile.Event{event}, nil
	}
}

// charge completes what the drafts that ask for a fee leave open, in place. It returns how the amounts
// come about, and what a person should look at. Other drafts it leaves alone.
func (a *app) charge(ctx context.Context, c *ask.Client, drafts []ask.DraftView) (explained, warnings []string, err error) {
	for i, d := range drafts {
		if d.Kind != casefile.KindFeeNoticed {
			continue
		}
		var e casefile.FeeNoticed
		if err := json.Unmarshal(d.Event, &e); err != nil {
			return nil, nil, err
		}
		var f fee.Fee
		switch e.By {
		case "件":
			month, err := ask.Do(ctx, c, ask.Month, ask.CaseRef{Case: d.Case})
			if err != nil {
				return nil, nil, err
			}
			said, doubts := counted(d.Case, month, &e.Count)
			explained, warnings = append(explained, said), append(warnings, doubts...)
			f = fee.ByItem(e.Count)
		case "页":
			f = fee.ByPage(e.Count)
		default:
			continue // the register refuses it and says why
		}
		explained = append(explained, f.Explain()...)
		switch {
		case e.Yuan == 0 && f.Yuan == 0:
			return nil, nil, &ask.Error{Code: "fee-free", Exit: ask.ExitRefused,
				Msg:  fmt.Sprintf("%s：%d %s不收费（国办函〔2020〕109号）", d.Case, e.Count, e.By),
				Hint: "不收费的不必发收费通知；件数或页数不对的，用 --count 写明"}
		case e.Yuan == 0:
			e.Yuan = f.Yuan
		case e.Yuan != f.Yuan:
			warnings = append(warnings, fmt.Sprintf("%s：按标准是 %d 元，已照写的 %d 元记录", d.Case, f.Yuan, e.Yuan))
		}
		if drafts[i].Event, err = casefile.EncodeEvent(e); err != nil {
			return nil, nil, err
		}
	}
	return explained, warnings, nil
}

// counted says which cases count together, and sets a count that was not given. Names alone tell
// applicants apart, and a fee for the month may have been asked for on another case: a person judges.
func counted(id casefile.ID, m ask.MonthCount, count *int) (said string, doubts []string) {
	var ids []string
	for _, c := range m.Cases {
		ids = append(ids, string(c.Case))
		if c.Noticed > 0 && c.Case != id {
			doubts = append(doubts, fmt.Sprintf("%s 已就当月申请按件通知 %d 元；只补差额的，用 --yuan 写明", c.Case, c.Noticed))
		}
	}
	said = fmt.Sprintf("%s %s 收到 %d 件", m.Applicant, m.Month, len(ids))
	if len(ids) > 0 {
		said += "：" + strings.Join(ids, "、")
	}
	switch {
	case *count == 0:
		*count = len(ids)
		doubts = append(doubts, "件数按申请人姓名数出，请核对有无同名的人")
	case *count != len(ids):
		doubts = append(doubts, fmt.Sprintf("登记簿中 %s 是 %d 件，写的是 %d 件", m.Month, len(ids), *count))
	}
	return said, doubts
}
