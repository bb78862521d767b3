package register

import (
	"encoding/binary"
	"fmt"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// reach is how far before a changed day a date can lie and still depend on it: the longest period
// that is counted in one go, 40 working days and the holidays among them, with room to spare.
const reach = 120

// adopted returns the calendar with every notice that the records adopt, in their order.
func (t *Tx) adopted() (*workday.Calendar, error) {
	var years []workday.Year
	c := t.bucket(bucketCal).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k))
		if err != nil {
			return nil, err
		}
		switch e := r.Event.(type) {
		case casefile.CalendarAdopted:
			years = append(years, e.Year)
		case casefile.StoodIn: // of people, not of the law
		default:
			return nil, fmt.Errorf("record %d in the calendar is %s", r.Seq, r.Event.Kind())
		}
	}
	cal, err := t.base.With(years...)
	if err != nil {
		return nil, fmt.Errorf("the adopted calendars: %w", err)
	}
	return cal, nil
}

// adopt makes the calendar anew and folds again every case whose dates may depend on the year.
func (t *Tx) adopt(y workday.Year) error {
	cal, err := t.adopted()
	if err != nil {
		return err
	}
	t.cal = cal
	ids, err := t.dependent(y)
	if err != nil {
		return err
	}
	for _, id := range ids {
		history, err := t.History(id)
		if err != nil {
			return err
		}
		c, err := t.fold(id, history, t.cal)
		if err != nil {
			return err
		}
		if err := t.putProjection(c, history); err != nil {
			return err
		}
	}
	return nil
}

// dependent lists the cases of which any date comes near enough to a day of the year.
func (t *Tx) dependent(y workday.Year) ([]casefile.ID, error) {
	var ids []casefile.ID
	for c, err := range t.Heads("") {
		if err != nil {
			return nil, err
		}
		if dependsOn(&c, y) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// dependsOn reports whether any date of a case comes near enough to a day of the year.
func dependsOn(c *casefile.Case, y workday.Year) bool {
	first := firstDay(y).Add(-reach)
	for _, d := range days(c) {
		if *d >= first {
			return true
		}
	}
	return false
}

// firstDay is the first day of which a notice may say something new: those it names, and for a whole
// year all of its days, which are certain from now on.
func firstDay(y workday.Year) civil.Date {
	first := civil.New(y.Year, time.January, 1)
	for _, r := range y.Rest {
		first = min(first, r.From)
	}
	for _, d := range y.Work {
		first = min(first, d)
	}
	for _, o := range y.Overrides {
		first = min(first, o.Date)
	}
	return first
}

// Change is a case whose due dates another calendar moves.
type Change struct {
	Before, After casefile.Case
}

// Preview lists the open cases whose due dates adopting a year would change. It changes nothing.
func (t *Tx) Preview(y workday.Year) ([]Change, error) {
	cal, err := t.cal.With(y)
	if err != nil {
		return nil, err
	}
	ids, err := t.dependent(y)
	if err != nil {
		return nil, err
	}
	var changes []Change
	for _, id := range ids {
		before, err := t.Case(id)
		if err != nil {
			return nil, err
		}
		if !before.Stage.Open() {
			continue
		}
		history, err := t.History(id)
		if err != nil {
			return nil, err
		}
		after := casefile.Fold(id, history, t.law, cal)
		if before.Strict != after.Strict || before.Legal != after.Legal {
			changes = append(changes, Change{before, after})
		}
	}
	return changes, nil
}

// StandIns are the absences that stand (代班). Lists ask for them with every case.
func (t *Tx) StandIns() (all casefile.StandIns, err error) {
	if t.standIns != nil {
		return *t.standIns, nil
	}
	c := t.bucket(bucketCal).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k))
		if err != nil {
			return nil, err
		}
		if e, ok := r.Event.(casefile.StoodIn); ok {
			all = all.With(e)
		}
	}
	t.standIns = &all
	return all, nil
}
