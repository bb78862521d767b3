package record

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// refile follows a mail that a record on a case took out of it, or brought back: it is in a case
// that holds it, otherwise it waits for a person again, with its due date. It may be an application.
func refile(tx *desk.Change, id casefile.ID, event casefile.Event) error {
	history, err := tx.History(id)
	if err != nil {
		return err
	}
	about, err := tx.About(moved(event, history))
	if err != nil {
		return err
	}
	taken := desk.LastTaken(about)
	if taken == nil {
		return nil // a document, or nothing was moved
	}
	e := *taken
	e.Disposition, e.Case = casefile.Parked, ""
	for _, r := range about {
		if r.Case == "" {
			continue
		}
		other, err := tx.History(r.Case)
		if err != nil {
			return err
		}
		if _, held := casefile.Holding(casefile.Contents(other), e.Digest); held {
			e.Disposition, e.Case = casefile.ToCase, r.Case
		}
		if e.Case != "" && e.Case == taken.Case {
			return nil
		}
	}
	why := "由 " + tx.Actor + " 移出 " + string(id)
	if e.Case != "" {
		why = "由 " + tx.Actor + " 归入 " + string(e.Case)
	}
	e.Reasons = append(slices.Clone(e.Reasons), why)
	return lay(tx, *taken, e)
}

// lay records that a mail is elsewhere now. Copies of it that came by another way move with it.
func lay(tx *desk.Change, was, now casefile.MessageTaken) error {
	copies, err := desk.CopiesOf(tx.View, was, was.Case)
	if err != nil {
		return err
	}
	drafts := []casefile.Draft{{On: tx.Today(), Event: desk.AtItsPlace(tx.View, now)}}
	for _, c := range copies {
		c.Case = now.Case
		drafts = append(drafts, casefile.Draft{On: tx.Today(), Event: desk.AtItsPlace(tx.View, c)})
	}
	_, err = tx.Append(drafts...)
	return err
}

// moved is the digest that an event takes out of a case or brings back; zero for other events.
func moved(event casefile.Event, history []casefile.Record) casefile.Digest {
	switch e := event.(type) {
	case casefile.Detached:
		return e.Digest
	case casefile.Voided:
		i := slices.IndexFunc(history, func(r casefile.Record) bool { return r.Seq == e.Seq })
		if i < 0 {
			break
		}
		switch was := history[i].Event.(type) {
		case casefile.Attached:
			return was.Letter.Digest
		case casefile.Detached:
			return was.Digest
		}
	}
	return casefile.Digest{}
}
