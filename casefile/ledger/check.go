package ledger

import (
	"cmp"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// check finds what a row cannot mean. It refuses contradictions, which folding would pass over in
// silence, not what an office did late or left out of its ledger.
type check struct {
	*Row
	Terms
	periods  []period
	problems Problems
}

// period is a stretch of handling: from the receipt or a 重新办理 to the end that followed.
type period struct {
	from, to civil.Date // to is zero while the case is open
}

func (p period) holds(d civil.Date) bool { return d >= p.from && (p.to.IsZero() || d <= p.to) }

// inForce is when the first 条例 took effect. A date before it is a typing error.
var inForce = civil.New(2008, time.May, 1)

func (c *check) add(column string, round int, format string, args ...any) {
	c.problems = append(c.problems, c.problem(column, round, format, args...))
}

// all runs every check. The dates come first: what is built on wrong ones says nothing new.
func (c *check) all() Problems {
	c.dates()
	c.confirmation()
	c.timeline()
	if len(c.problems) > 0 {
		return c.problems
	}
	c.inPeriod("确认日期", 0, c.Confirmed)
	c.corrections()
	c.fees()
	c.consultations()
	c.extensions()
	c.replies()
	c.turnOfTheYear()
	c.disputes()
	return c.problems
}

// dates refuses days that have not come, that lie before the law or before the application.
func (c *check) dates() {
	for _, col := range columns() {
		rounds := 1
		if col.rounds != nil {
			rounds = col.rounds(c.Row)
		}
		for i := range rounds {
			d, ok := dateIn(col.at(c.Row, i))
			future := col.name == "补正期限" || col.name == "延迟答复至"
			switch {
			case !ok || d.IsZero():
			case d < inForce:
				c.add(col.name, i, "%s 早于条例施行之日 2008-05-01，请核对", d)
			case d > c.Today && !future:
				c.add(col.name, i, "%s 晚于今天 %s：台账只记已经发生的事", d, c.Today)
			case d < c.Received:
				c.add(col.name, i, "%s 早于收到日期 %s", d, c.Received)
			}
		}
	}
}

func dateIn(f field) (civil.Date, bool) {
	switch f := f.(type) {
	case day:
		return *f.p, true
	case confirmation:
		return f.r.Confirmed, true
	}
	return 0, false
}

func (c *check) confirmation() {
	if !c.Channel.NeedsConfirmation() && (c.Unconfirmed || (!c.Confirmed.IsZero() && c.Confirmed != c.Received)) {
		c.add("确认日期", 0, "%s提交的申请以提交或签收之日为收到申请之日，不需双方确认（条例第三十一条）：请留空", c.Channel.Label())
	}
}

// timeline orders the ends of the case and its reopenings: one after the other, by turns.
func (c *check) timeline() {
	ends := c.ends()
	for i := 1; i < len(ends); i++ {
		if ends[i] == ends[i-1] {
			c.add("答复日期", 0, "%s 有两次答复或撤回", ends[i])
			return
		}
	}
	for i := 1; i < len(c.Replies); i++ {
		if c.Replies[i].On < c.Replies[i-1].On {
			c.add("答复日期", i, "早于%s %s", heading("答复日期", i-1), c.Replies[i-1].On)
			return
		}
	}
	known := c.Reopened // those whose earlier reply is known
	if c.firstReplyUnknown(ends) {
		if c.Received.Year() != ends[0].Year() && !c.Carried {
			c.add("答复日期", 0, "没有写明重新办理之前的答复，无法知道计入哪一年：原答复写入“答复日期”，重新办理后的写入“答复日期2”")
		}
		known = known[1:]
	}
	if !c.byTurns(ends, known, len(c.Reopened)-len(known)) {
		return
	}
	from := c.Received
	for i := range len(known) + 1 {
		p := period{from: from}
		if i < len(ends) {
			p.to = ends[i]
		}
		if i < len(known) {
			from = known[i]
		}
		c.periods = append(c.periods, p)
	}
	if last := c.periods[len(known)].to; !c.Archived.IsZero() && (last.IsZero() || c.Archived < last) {
		c.add("归档日期", 0, "尚未答复或早于答复，不能归档")
	}
}

// byTurns refuses a reopening without a reply before it, and a second reply without a reopening.
func (c *check) byTurns(ends, reopened []civil.Date, skipped int) bool {
	before := len(c.problems)
	n := len(ends)
	switch {
	case len(reopened) > n:
		c.add("重新办理日期", n+skipped, "此前没有答复")
	case len(reopened) == n-2 && c.Withdrawn == ends[n-1]:
		c.add("撤回日期", 0, "答复之后的撤回不计入统计：请写入备注")
	case len(reopened) < n-1:
		c.add("重新办理日期", len(reopened)+skipped, "有 %d 次答复或撤回而没有其间的重新办理", n)
	default:
		for i, o := range reopened {
			switch {
			case o < ends[i]:
				c.add("重新办理日期", i+skipped, "%s 早于原答复 %s", o, ends[i])
			case i+1 < n && o > ends[i+1]:
				c.add("重新办理日期", i+skipped, "%s 晚于新的答复 %s", o, ends[i+1])
			case i > 0 && o == reopened[i-1]:
				c.add("重新办理日期", i+skipped, "%s 已写过一次", o)
			}
		}
	}
	return len(c.problems) == before
}

// ends are the days on which the case ended, in their order.
func (r *Row) ends() []civil.Date {
	var all []civil.Date
	for _, p := range r.Replies {
		all = append(all, p.On)
	}
	if !r.Withdrawn.IsZero() {
		all = append(all, r.Withdrawn)
	}
	slices.Sort(all)
	return all
}

// firstReplyUnknown tells a ledger that has only the reply after the 重新办理.
func (r *Row) firstReplyUnknown(ends []civil.Date) bool {
	return len(ends) > 0 && len(r.Reopened) >= len(ends) && r.Reopened[0] < ends[0]
}

// inPeriod refuses what would have happened when the case was not being handled, or on a day of which
// nobody can tell whether it was before the reply or after the reopening.
func (c *check) inPeriod(column string, round int, d civil.Date) {
	i := c.periodOf(d)
	switch {
	case d.IsZero():
	case i < 0:
		c.add(column, round, "%s 时案件已经办结，又未重新办理", d)
	case i+1 < len(c.periods) && c.periods[i+1].holds(d):
		c.add(column, round, "%s 当日既办结又重新办理，不知先后", d)
	}
}

func (c *check) periodOf(d civil.Date) int {
	return slices.IndexFunc(c.periods, func(p period) bool { return p.holds(d) })
}

func (c *check) corrections() {
	for i, k := range c.Corrections {
		switch {
		case k.Asked.IsZero():
			c.add("补正告知日期", i, "没有补正告知日期")
			continue
		case !k.Until.IsZero() && k.Until <= k.Asked:
			c.add("补正期限", i, "%s 应晚于补正告知日期 %s", k.Until, k.Asked)
		case !k.Received.IsZero() && k.Received < k.Asked:
			c.add("补正收到日期", i, "%s 早于补正告知日期 %s", k.Received, k.Asked)
		}
		c.inPeriod("补正告知日期", i, k.Asked)
		c.inPeriod("补正收到日期", i, k.Received)
	}
}

func (c *check) fees() {
	for i, f := range c.Fees {
		switch {
		case f.Noticed.IsZero():
			c.add("收费通知日期", i, "没有收费通知日期")
			continue
		case f.By == "":
			c.add("收费方式", i, "应写“件”或“页”")
		case f.Yuan == 0:
			c.add("收费金额", i, "没有收费金额")
		case !f.Reached.IsZero() && f.Reached < f.Noticed:
			c.add("收费送达日期", i, "%s 早于收费通知日期 %s", f.Reached, f.Noticed)
		case !f.Paid.IsZero() && f.Paid < f.Noticed:
			c.add("缴费日期", i, "%s 早于收费通知日期 %s", f.Paid, f.Noticed)
		}
		c.inPeriod("收费通知日期", i, f.Noticed)
		c.inPeriod("缴费日期", i, f.Paid)
	}
}

func (c *check) consultations() {
	for i, k := range c.Consultations {
		switch {
		case k.Sent.IsZero():
			c.add("征求意见日期", i, "没有征求意见日期")
			continue
		case k.Side == casefile.SideNone:
			c.add("征求类型", i, "应写：第三方、共同制作机关、其他机关；期限因此不同（条例第三十二条至第三十四条）")
		case !k.Reached.IsZero() && k.Reached < k.Sent:
			c.add("征求送达日期", i, "%s 早于征求意见日期 %s", k.Reached, k.Sent)
		case !k.Answered.IsZero() && k.Answered < max(k.Sent, k.Reached):
			c.add("征求意见答复日期", i, "%s 早于征求意见或送达日期", k.Answered)
		}
		c.inPeriod("征求意见日期", i, k.Sent)
		for j, o := range c.Consultations[:i] {
			apart := (!o.Answered.IsZero() && o.Answered <= k.Sent) || (!k.Answered.IsZero() && k.Answered <= o.Sent)
			if o.Party == k.Party && !o.Sent.IsZero() && !apart {
				c.add("征求对象", i, "向同一对象的征求意见（%s）尚未结束：请写明不同的对象", heading("征求对象", j))
			}
		}
	}
}

func (c *check) extensions() {
	for i, e := range c.Extensions {
		switch {
		case e.Told.IsZero():
			c.add("延期告知日期", i, "没有延期告知日期：延期应告知申请人（条例第三十三条）")
			continue
		case e.Days < 1 || e.Days > c.Law.MaxExtension:
			c.add("延期工作日", i, "应为 1 至 %d（条例第三十三条）", c.Law.MaxExtension)
		}
		c.inPeriod("延期告知日期", i, e.Told)
		for _, o := range c.Extensions[:i] {
			if first, second := min(o.Told, e.Told), max(o.Told, e.Told); !o.Told.IsZero() && !c.restarted(first, second) {
				c.add("延期告知日期", i, "期限未重新起算，只能延长一次（条例第三十三条）")
				break
			}
		}
	}
	switch n := len(c.Reopened); {
	case c.Ordered.IsZero():
	case n == 0:
		c.add("重新办理限期", 0, "没有重新办理日期")
	case c.Ordered <= c.Reopened[n-1]:
		c.add("重新办理限期", 0, "%s 应晚于重新办理日期 %s", c.Ordered, c.Reopened[n-1])
	}
	if last, _ := c.lastRestart(); !c.Deferred.IsZero() && c.Deferred <= last {
		c.add("延迟答复至", 0, "%s 应晚于期限重新起算之日 %s", c.Deferred, last)
	}
}

// restarted tells whether the period began anew between two days.
func (c *check) restarted(after, until civil.Date) bool {
	return slices.ContainsFunc(c.restarts(), func(d civil.Date) bool { return d >= after && d <= until && after < until })
}

// restarts are the days on which the period begins anew: correction, payment, 重新办理.
func (r *Row) restarts() []civil.Date {
	all := slices.Clone(r.Reopened)
	for _, k := range r.Corrections {
		all = append(all, k.Received)
	}
	for _, f := range r.Fees {
		all = append(all, f.Paid)
	}
	return slices.DeleteFunc(all, civil.Date.IsZero)
}

// lastRestart is the day on which the present period began; ok is false where it is the first.
func (r *Row) lastRestart() (d civil.Date, ok bool) {
	all := r.restarts()
	if len(all) == 0 {
		return r.Received, false
	}
	return slices.Max(all), true
}

func (c *check) replies() {
	for i, p := range c.Replies {
		switch {
		case p.On.IsZero():
			c.add("答复日期", i, "没有答复日期；尚未送达的，答复各列请留空")
			continue
		case p.Outcome == casefile.OutcomeNone:
			c.add("答复类别", i, "已有答复日期，应写表三的行号或名称")
			continue
		case p.Basis != "" && !slices.Contains(p.Outcome.Bases(), p.Basis):
			c.add("答复依据", i, "“%s”的依据应为 %v 之一，或留空", p.Outcome.Label(), p.Outcome.Bases())
		case p.Withheld != "" && (p.Outcome != casefile.Partial || slices.ContainsFunc(p.withheld(), func(w string) bool { return !slices.Contains(casefile.WithheldBases(), w) })):
			c.add("不予公开依据", i, "只有部分公开才写，可写：%s", casefile.BasisWords(casefile.WithheldBases()))
		case !p.Delivered.IsZero() && p.Delivered < p.On:
			c.add("送达日期", i, "%s 早于答复日期 %s", p.Delivered, p.On)
		case !p.Delivered.IsZero() && i < len(c.Reopened) && p.Delivered > c.Reopened[i] && c.Reopened[i] >= p.On:
			c.add("送达日期", i, "%s 晚于重新办理日期 %s", p.Delivered, c.Reopened[i])
		}
		c.lapse(i, p)
	}
}

// lapse refuses one that the ledger itself contradicts: the applicant acted, or still had time. A
// ledger that does not mention the notice is believed.
func (c *check) lapse(i int, p Reply) {
	n := c.periodOf(p.On)
	switch p.Outcome {
	case casefile.CorrectionLapsed:
		for _, k := range slices.Backward(c.Corrections) {
			if c.periodOf(k.Asked) == n {
				if !k.Received.IsZero() {
					c.add("答复类别", i, "已于 %s 收到补正，不是逾期不补正", k.Received)
				} else if p.On <= k.Until {
					c.add("答复日期", i, "补正期限至 %s，次日起方可不再处理", k.Until)
				}
				return
			}
		}
	case casefile.FeeLapsed:
		for _, f := range slices.Backward(c.Fees) {
			if c.periodOf(f.Noticed) == n {
				if until, _ := c.Calendar.AddWorkdays(cmp.Or(f.Reached, f.Noticed), c.Law.FeePayment); !f.Paid.IsZero() {
					c.add("答复类别", i, "已于 %s 缴费，不是逾期未缴费", f.Paid)
				} else if p.On <= until {
					c.add("答复日期", i, "缴费期限至 %s，次日起方可不再处理", until)
				}
				return
			}
		}
	}
}

// turnOfTheYear holds 结转 against the dates: received in a year before, open when the year turned.
func (c *check) turnOfTheYear() {
	if !c.Carried {
		return
	}
	if y := c.Received.Year(); y >= c.Today.Year() {
		c.add("结转", 0, "%d 年收到的申请还不可能由上年结转", y)
	} else if to := c.periods[0].to; to.Year() == y {
		c.add("结转", 0, "已于收到当年办结（%s），没有结转", to)
	}
}

func (c *check) disputes() {
	for i, v := range c.Reviews {
		c.dispute(v.Filed, v.Closed, v.Result, "复议日期", "复议结案日期", "行政复议", i)
	}
	for i, s := range c.Suits {
		c.dispute(s.Filed, s.Closed, s.Result, "诉讼日期", "诉讼结案日期", "诉讼结果", i)
		if s.Track == casefile.TrackNone {
			c.add("行政诉讼", i, "应写“直接”或“复议后”")
		}
	}
}

func (c *check) dispute(filed, closed civil.Date, r casefile.Result, on, until, result string, i int) {
	switch {
	case filed.IsZero():
		c.add(on, i, "没有日期，无法知道计入哪一年")
	case r == casefile.ResultPending && !closed.IsZero():
		c.add(result, i, "已有结案日期，应写明结果")
	case r != casefile.ResultPending && closed.IsZero():
		c.add(until, i, "已有结果，应写明结案日期：它决定计入哪一年")
	case closed < filed && !closed.IsZero():
		c.add(until, i, "%s 早于 %s", closed, filed)
	}
}
