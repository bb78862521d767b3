package intake

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// actorReading is who records what was found when the files of a mail had been read.
const actorReading = "reading"

// Judge judges an open mail once more, by what its files say: at intake they had not been read. Where it is
// clearly an application of its own it becomes a case of its own, whose clock starts with its arrival; otherwise the
// case learns what it probably is. A mail that somebody has handled meanwhile stays as it is.
func (n *Room) Judge(id casefile.ID, d casefile.Digest, said string) error {
	m, err := n.Parse(d, parse.Limits{})
	if err != nil {
		return err
	}
	return n.Record(actorReading, n.Now(), func(tx *desk.Change) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		open, err := tx.OpenMails(c)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(open, func(o casefile.OpenMail) bool { return o.Digest == d && o.Unread }) {
			return nil
		}
		own, guess, why, err := match.Again(m, said, id, index{&placing{Room: n, tx: tx}})
		if err != nil {
			return err
		}
		if !own {
			_, err := tx.Append(casefile.Draft{Case: id, On: tx.Today(), Event: casefile.MessageJudged{Mail: d, Guess: guess, GuessedBy: why}})
			return err
		}
		taken, from, err := placed(tx.View, d)
		if err != nil {
			return err
		}
		opened, err := separate(tx, taken, from, "附件读后像是新的申请（"+why+"），立为新件；是同一件的用 merge 并回")
		if err == nil {
			n.Log.Info().Str("digest", d.Short()).Str("case", string(opened)).Str("from", string(id)).Msg("a mail whose files were read is an application of its own")
		}
		return err
	})
}

// separate makes a case of a mail that is in none, or in the case from.
func separate(tx *desk.Change, taken casefile.MessageTaken, from casefile.ID, reason string) (casefile.ID, error) {
	now := tx.Today()
	came, err := arrivals(tx.View, taken, from)
	if err != nil {
		return "", err
	}
	first := came[0] // the case learns of its copies below
	arrived := arrivalOf(first.ArrivedAt, tx.At)
	id := tx.NextID(civil.Of(arrived).Year())
	was := taken
	taken.Disposition, taken.Case = casefile.ToCase, id
	taken.Reasons = append(slices.Clone(taken.Reasons), reason)
	drafts, err := uncopied(tx.View, was, now, "副本另立为 "+string(id))
	if err != nil {
		return "", err
	}
	taken.CopyOf = casefile.Digest{}
	received := casefile.Received{
		Channel: casefile.Email, ArrivedAt: arrived, Stamp: first.Stamp, Letter: taken.Letter, Suggestions: taken.Suggestions, Suggested: taken.Suggested,
	}
	if from != "" {
		drafts = append(drafts, casefile.Draft{Case: from, On: now, Event: casefile.Detached{Digest: taken.Digest, Reason: "另立为 " + string(id)}})
		received.Suggestions, received.Suggested = []casefile.Suggestion{{Case: from, Reason: "来信原归入该件"}}, 0
	}
	drafts = append(drafts, casefile.Draft{On: now, Event: desk.AtItsPlace(tx.View, taken)}, casefile.Draft{Case: id, On: civil.Of(arrived), Event: received})
	itsCopies, err := withItsCopies(tx, taken, from, id, received)
	if err != nil {
		return "", err
	}
	drafts = append(drafts, itsCopies...)
	_, err = tx.Append(drafts...)
	return id, err
}
