package intake

import (
	"context"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// DoubtArrivals looks at the open cases that an earlier version took in, which knew INTERNALDATE alone, and
// records on each whose mail names an earlier day that its arrival is in doubt. No date moves: a person
// settles it. What was looked at and found in order costs one reading of a header at each start.
func (n *Room) DoubtArrivals(ctx context.Context) error {
	var open []casefile.ID
	err := n.View(func(tx *desk.View) error {
		for c, err := range tx.OpenCases("") {
			if err != nil {
				return err
			}
			if c.Channel == casefile.Email && c.StampedOn.IsZero() {
				open = append(open, c.ID)
			}
		}
		return nil
	})
	for _, id := range open {
		if ctx.Err() != nil || err != nil && !panics.Is(err) {
			return err
		}
		err = n.doubtArrival(id)
	}
	return err
}

func (n *Room) doubtArrival(id casefile.ID) error {
	received, err := desk.Look(n.Desk, func(tx *desk.View) (casefile.Received, error) { return undoubted(tx, id) })
	if err != nil || received.Digest.IsZero() || !received.Stamp.At.IsZero() {
		return err
	}
	if !n.Store.Has(received.Digest) {
		return nil // erased, or lost as verify tells: there is nothing to hold against the arrival
	}
	return n.One(received.Digest, "核对到达日", func() error { return n.holdAgainst(id, received) })
}

// holdAgainst compares the arrival of a case with what its mail says of it.
func (n *Room) holdAgainst(id casefile.ID, received casefile.Received) error {
	m, err := n.Parse(received.Digest, parse.Limits{Text: 1, Undigested: true})
	if err != nil {
		n.Log.Warn().Err(err).Str("case", string(id)).Msg("the mail of a case cannot be read, and its arrival not be compared")
	}
	stamp := m.Received.Before(received.ArrivedAt)
	if stamp.At.IsZero() || civil.Of(stamp.At) >= civil.Of(received.ArrivedAt) {
		return nil
	}
	return n.Record(actorMailbox, n.Now(), func(tx *desk.Change) error {
		// The mail was read before this transaction began: somebody may have settled the arrival meanwhile.
		if now, err := undoubted(tx.View, id); err != nil || now.Digest != received.Digest {
			return err
		}
		n.Log.Warn().Str("case", string(id)).Str("arrived", civil.Of(received.ArrivedAt).String()).Str("stamped", civil.Of(stamp.At).String()).
			Msg("the mail of a case names an earlier day of arrival: a person settles it (ysq arrived)")
		_, err := tx.Append(casefile.Draft{Case: id, On: tx.Today(), Event: casefile.ArrivalDoubted{Stamp: stamp}})
		return err
	})
}

// undoubted returns the arrival of a case if nobody has doubted or settled it, and the zero value otherwise.
func undoubted(tx *desk.View, id casefile.ID) (received casefile.Received, err error) {
	history, err := tx.History(id)
	for _, r := range casefile.Live(history) {
		switch e := r.Event.(type) {
		case casefile.Received:
			received = e
		case casefile.ArrivalDoubted, casefile.ArrivalSettled:
			return casefile.Received{}, nil
		}
	}
	return received, err
}
