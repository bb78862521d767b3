package annual

import (
	"cmp"
	"iter"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// reaches is the first day from which on the register has everything that came to the office. That nothing came in the first
// weeks of a year does not mean that the register does not know them, so it is not the day of the first case alone, but the
// earliest day of which one of these says it:
//
//   - a case, unless it was carried into the register's first year;
//   - the opening balance: it is that of the register's first year;
//   - a ledger that was imported and begins with the first number of its year;
//   - the day on which the register was made, from which on everything is entered;
//   - cases_from of the configuration, where the mailbox goes back beyond it.
func (a *Room) reaches(tx *desk.View) (civil.Date, error) {
	from, begun := a.Live().Intake.CasesFrom, civil.Of(a.Reg.Meta().Inception)
	since := max(from, begun)
	known := func(d civil.Date) {
		if !d.IsZero() {
			since = min(since, d)
		}
	}
	earliest, err := a.earliest.Of(tx, false, func(cases iter.Seq2[casefile.Case, error]) (first civil.Date, err error) {
		for c, err := range cases {
			if err != nil {
				return first, err
			}
			if day := cmp.Or(c.ReceivedOn(), c.ArrivedOn); c.Counts() && !c.Carried && !day.IsZero() && (first.IsZero() || day < first) {
				first = day
			}
		}
		return first, nil
	})
	if err != nil {
		return since, err
	}
	for _, day := range earliest {
		known(day)
	}
	if opening, ok, err := tx.Opening(); err != nil {
		return since, err
	} else if ok {
		known(civil.New(opening.Year, time.January, 1))
	}
	whole, err := wholeLedger(tx, since.Year())
	if err != nil {
		return since, err
	}
	if whole {
		known(civil.New(since.Year(), time.January, 1))
	}
	if from >= since {
		return since, nil
	}
	for m, err := range tx.Mails(casefile.ToHistory) {
		if err != nil {
			return since, err
		}
		if civil.Of(m.ArrivedAt) < from {
			known(from)
			break
		}
	}
	return since, nil
}

// wholeLedger reports whether the first number of a year came with a ledger: one call recorded it and the next.
func wholeLedger(tx *desk.View, year int) (bool, error) {
	var entered []time.Time
	for n := range 2 {
		history, err := tx.History(casefile.NewID(year, n+1))
		if err != nil || len(history) == 0 {
			return false, err
		}
		e, ok := history[0].Event.(casefile.Received)
		if !ok || !e.Digest.IsZero() {
			return false, nil
		}
		entered = append(entered, history[0].Recorded)
	}
	return entered[0].Equal(entered[1]), nil
}
