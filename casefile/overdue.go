package casefile

import (
	"ysq.internal/ysq/casefile/civil"
)

// Passed says which clocks of an open case have run out on a day: to say that a case is overdue without saying
// by which clock is to say two things with one word.
func (c Case) Passed(today civil.Date) (strict, legal bool) {
	if !c.Stage.Open() || !c.StoppedOn.IsZero() {
		return false, false
	}
	s, l := c.Strict.on(today), c.Legal.on(today)
	return !s.Due.IsZero() && today > s.Due, !l.Due.IsZero() && today > l.Due
}
