package intake

import (
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// defectUndecided marks a mail that is parked because deciding about it failed.
const defectUndecided = "undecided"

// again decides anew about a parked mail, from its bytes, as if it had just been fetched, and
// records where it goes now.
func (p *placing) again(t casefile.MessageTaken) error {
	a := p.readArrival(mailbox.Fetched{
		Ref: refOf(t), Role: p.RoleOf(t), InternalDate: t.ArrivedAt, Size: t.Size, Announced: t.Announced, Digest: t.Digest,
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
	for i, d := range drafts {
		if e, ok := d.Event.(casefile.MessageTaken); ok {
			if refOf(e) == a.Ref {
				e.ShownAt = t.ShownAt
			}
			drafts[i].Event = desk.AtItsPlace(p.tx.View, e)
		}
	}
	return p.append(drafts)
}

// copies makes copies of the entries of a mail that was parked elsewhere, as in the junk folder: it
// has its place now.
func (p *placing) copies(about []casefile.Record, a arrival, id casefile.ID) []casefile.Draft {
	var drafts []casefile.Draft
	seen := map[mailbox.Ref]bool{a.Ref: true}
	for _, r := range slices.Backward(about) { // the last entry for a place counts
		e, ok := r.Event.(casefile.MessageTaken)
		if !ok || e.UID == 0 || a.UID == 0 || seen[refOf(e)] {
			continue
		}
		if seen[refOf(e)] = true; e.Disposition != casefile.Parked {
			continue
		}
		e.Disposition, e.Case = casefile.Duplicate, id
		e.Reasons = []string{"已由同事移入 " + a.Folder}
		if a.Role == mailbox.RoleSent {
			e.Reasons = []string{a.Folder + " 中也有这封信，是本单位发出的"}
		}
		drafts = append(drafts, casefile.Draft{On: p.tx.Today(), Event: desk.AtItsPlace(p.tx.View, e)})
	}
	return drafts
}
