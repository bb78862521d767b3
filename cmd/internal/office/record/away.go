package record

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// StandIns are the absences of people, and who does their work meanwhile.
type StandIns struct {
	*desk.Desk
	record *Room
}

// NewStandIns returns the absences of those with whom the room's cases are.
func NewStandIns(r *Room) StandIns { return StandIns{r.Desk, r} }

// List lists who is away today or later.
func (b StandIns) List(context.Context, ask.Call, ask.None) ([]ask.StandInView, error) {
	return desk.Look(b.Desk, b.list)
}

func (b StandIns) list(tx *desk.View) ([]ask.StandInView, error) {
	all, err := tx.StandIns()
	if err != nil {
		return nil, err
	}
	today, views := b.Today(), []ask.StandInView{}
	open, on := map[string]int{}, all.From(today)
	if len(on) > 0 {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return nil, err
			}
			open[c.Assignee]++
			if c.Department != c.Assignee {
				open[c.Department]++
			}
		}
	}
	for _, e := range on {
		views = append(views, ask.StandInView{Who: ask.Text(e.Who), Deputy: ask.Text(e.Deputy), From: ask.Day(e.From), Until: ask.Day(e.To), Now: e.From <= today, Open: open[e.Who]})
	}
	return views, nil
}

// RecordStandIn records an absence. Names are written as cases in charge of somebody write them, for they are compared.
func (b StandIns) RecordStandIn(_ context.Context, c ask.Call, q ask.StandInRequest) (a ask.StandInAnswer, err error) {
	departments, persons, err := b.record.inUse()
	if err != nil {
		return a, err
	}
	used := slices.Concat(persons, departments)
	e := casefile.StoodIn{
		Who: written(q.Who, used), Deputy: written(q.Deputy, used), From: cmp.Or(civil.Date(q.From), civil.Of(c.At)), To: civil.Date(q.Until), Note: strings.TrimSpace(q.Note),
	}
	a.Warnings = []string{}
	if e.Deputy != "" && !slices.Contains(used, ask.Text(e.Who)) {
		a.Warnings = append(a.Warnings, "没有由“"+e.Who+"”承办的案件：代班按转办时写的科室或经办人对照")
	}
	err = b.Change(c, func(tx *desk.Change) error {
		all, err := tx.StandIns()
		if err != nil {
			return err
		}
		if err := all.Decide(e, civil.Of(c.At)); err != nil {
			return err
		}
		if _, err := tx.Append(casefile.Draft{On: civil.Of(c.At), Event: e}); err != nil {
			return err
		}
		a.All, err = b.list(tx.View)
		return err
	})
	return a, err
}
