package casefile

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// KindStoodIn is the kind of a record that says who does the work of somebody who is away.
const KindStoodIn Kind = "stood-in"

func (StoodIn) Kind() Kind { return KindStoodIn }

// substituting is the row of this kind.
func substituting() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "代班", Article: "条例第四十五条"}, does[StoodIn]{
			says: func(e StoodIn) string {
				if e.Deputy == "" {
					return phrases(e.Who+" 自 "+e.From.String()+" 起在岗", e.Note)
				}
				return phrases(e.Who+" "+e.From.String()+" 至 "+e.To.String()+" 由 "+e.Deputy+" 代", e.Note)
			},
		}),
	}
}

// StoodIn (代班): somebody, or a whole department, is away from one day to another, both included, and a deputy sees
// what is due of his cases. It moves no case and ends by itself. Without a deputy, whoever was away is back from
// the first day on, and To is not written.
type StoodIn struct {
	Who    string     `json:"who"`
	Deputy string     `json:"deputy,omitzero"`
	From   civil.Date `json:"from"`
	To     civil.Date `json:"to,omitzero"`
	Note   string     `json:"note,omitzero"`
}

// StandIns are the absences in force; no two of one person share a day.
type StandIns []StoodIn

// maxAway bounds an absence, in days: whoever is away for longer hands his cases over (转办).
const maxAway = 366

// With returns the absences in force after one more record.
func (all StandIns) With(e StoodIn) StandIns {
	if e.Deputy != "" {
		return append(all, e)
	}
	all = slices.Clone(all)
	for i := range all {
		if all[i].Who == e.Who {
			all[i].To = min(all[i].To, e.From.Add(-1))
		}
	}
	return slices.DeleteFunc(all, func(a StoodIn) bool { return a.To < a.From })
}

// Of returns who stands in for the first of the names that is away on a day; ok is false where none is. Where the deputy
// is away himself, his own deputy takes over, until the earlier of the two absences ends.
func (all StandIns) Of(day civil.Date, names ...string) (in StoodIn, ok bool) {
	for _, name := range names {
		if in, ok = all.of(day, name); ok {
			break
		}
	}
	for range all { // a circle is no longer than that
		next, away := all.of(day, in.Deputy)
		if !away || next.Deputy == in.Who {
			break
		}
		in.Deputy, in.To = next.Deputy, min(in.To, next.To)
	}
	return in, ok
}

func (all StandIns) of(day civil.Date, name string) (StoodIn, bool) {
	i := slices.IndexFunc(all, func(e StoodIn) bool { return e.Who == name && e.From <= day && day <= e.To })
	if i < 0 || name == "" {
		return StoodIn{}, false
	}
	return all[i], true
}

// From returns the absences that have not ended before a day, the earliest first.
func (all StandIns) From(day civil.Date) StandIns {
	on := slices.DeleteFunc(slices.Clone(all), func(e StoodIn) bool { return e.To < day })
	slices.SortStableFunc(on, func(a, b StoodIn) int { return int(a.From - b.From) })
	return on
}

// Decide says whether a record may be added on a day.
func (all StandIns) Decide(e StoodIn, today civil.Date) error {
	refuse := func(msg, hint string) error { return &RuleError{Code: "stand-in", Msg: msg, Hint: hint} }
	back := e.Deputy == ""
	switch {
	case strings.TrimSpace(e.Who) == "" || e.From.IsZero():
		return refuse("没有写明谁不在、从哪天起", "写明谁不在、从哪天起\nysq away 王某 --from 10-01 --until 10-08 --deputy 李某")
	case back && !slices.ContainsFunc(all, func(a StoodIn) bool { return a.Who == e.Who && a.To >= e.From }):
		return refuse(e.Who+" 没有 "+e.From.String()+" 以后的代班", "可查现有的\nysq away")
	case back:
		return nil
	case e.Who == e.Deputy:
		return refuse("不能由本人代班", "写明另一人\n--deputy")
	case e.To < e.From || e.To < today:
		return refuse("止日 "+e.To.String()+" 早于起日 "+e.From.String()+"，或已经过去", "请核对日期\n--from、--until")
	case e.To > e.From.Add(maxAway):
		return refuse("代班超过一年", "离开这样久的，请转办\nysq assign --from "+e.Who+" --to 接手的人 --open")
	}
	for _, a := range all {
		if a.Who == e.Who && a.From <= e.To && e.From <= a.To {
			return refuse(e.Who+" 已有 "+a.From.String()+" 至 "+a.To.String()+" 的代班（"+a.Deputy+"）", "要改的，先取消\nysq away "+e.Who+" --back")
		}
	}
	return nil
}
