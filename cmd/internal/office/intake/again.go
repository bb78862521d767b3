package intake

import (
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/mailbox"
)

// defectUndecided marks a mail that is parked because deciding about it failed.
const defectUndecided = "undecided"

// again decides anew about a parked mail, from its bytes, as if it had just been fetched, and
// records where it goes now.
func (p *placing) again(t casefile.MessageTaken) error {
	a := p.readArrival(mailbox.Fetched{
		Ref: refOf(t), Role: p.RoleOf(t), InternalDate: t.ArrivedAt, Size: t.Size, Digest: t.Digest,
	})
	about, err := p.tx.About(a.Digest)
	if err != nil {
		return err
	}
	var drafts []casefile.Draft
	if a.broken != "" {
		drafts = p.undecided(a, a.broken)
	} else if drafts, err = p.decide(a, about); err != nil {
		return err
	}
	_, err = p.tx.Append(drafts...)
	return err
}

// copies makes copies of the entries of a mail that was parked elsewhere, as in the junk folder: it
// has its place now.
func copies(about []casefile.Record, a arrival, id casefile.ID, now time.Time) []casefile.Draft {
	var drafts []casefile.Draft
	for _, r := range about {
		e, ok := r.Event.(casefile.MessageTaken)
		if !ok || e.Disposition != casefile.Parked || refOf(e) == a.Ref {
			continue
		}
		e.Disposition, e.Case = casefile.Duplicate, id
		e.Reasons = []string{"已由同事移入 " + a.Folder}
		drafts = append(drafts, casefile.Draft{On: civil.Of(now), Event: e})
	}
	return drafts
}
