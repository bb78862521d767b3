package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox/rawstore"
)

// view is a folder as it was after the last good poll. It only saves work: what is owed, the book says.
type view struct {
	uidvalidity uint64
	last        uint32    // highest UID ever listed
	exists      int       // messages in the folder, by what was listed
	announced   uint32    // the same by the server's EXISTS just before: what comes later is waited for
	off         int       // by how many EXISTS was beyond the last listing of everything
	identified  time.Time // when the mails were last held against the book by what they are
}

// relistAfter bounds how often a new connection makes known mails be looked at again: some servers hang
// up between any two polls.
const relistAfter = 5 * time.Minute

// round polls every folder once. A folder that cannot be opened, or whose mails are invented, does not keep the others
// from being polled: the server answers. That the inbox does not open, or invents, is the error of the round, at its end.
// What breaks the session ends the round; a folder over which the program panicked then comes last, so that it alone waits.
func (p *Poller) round(ctx context.Context, full bool, res *Result) error {
	res.Full = full
	failed := p.takePending(ctx, res)
	if failed != nil && faultOf(failed) != FaultPanic {
		return failed
	}
	if full || p.folders == nil {
		if err := p.findFolders(ctx); err != nil {
			return err
		}
	}
	for _, f := range slices.SortedStableFunc(slices.Values(p.folders), func(x, y Folder) int { return cmp.Compare(p.breaks(x), p.breaks(y)) }) {
		err := p.one("轮询 "+f.Name, func() error { return p.pollFolder(ctx, f, full, res) })
		p.broke[f.Name] = err != nil && faultOf(err) == FaultPanic
		switch {
		case errors.Is(err, ErrInvented), err != nil && faultOf(err) == FaultRefused && f.Role == RoleInbox:
			failed = cmp.Or(failed, err)
		case err != nil && faultOf(err) != FaultRefused:
			return err
		}
	}
	return failed
}

func (p *Poller) breaks(f Folder) int {
	if p.broke[f.Name] {
		return 1
	}
	return 0
}

func (p *Poller) findFolders(ctx context.Context) error {
	found, err := p.session.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range p.opts.Folders {
		if !slices.ContainsFunc(found, func(o Folder) bool { return o.Name == f.Name }) {
			found = append(found, f)
		}
	}
	p.folders = found
	p.update(func(st *Status) { // of one that is gone or left out, nothing is said any more
		st.Folders = slices.DeleteFunc(st.Folders, func(o FolderStatus) bool {
			return !slices.ContainsFunc(found, func(f Folder) bool { return f.Name == o.Name })
		})
	})
	return nil
}

func (p *Poller) pollFolder(ctx context.Context, f Folder, full bool, res *Result) error {
	old, known := p.seen[f.Name]
	box, steady, err := p.open(ctx, f)
	delete(p.seen, f.Name) // an unfinished poll of the folder leaves nothing to build upon
	if err != nil {
		p.reportFolder(f, box, err)
		return err
	}
	res.Folders++
	if !steady {
		p.reportFolder(f, box, errUnsteady)
		return p.pollUnsteady(ctx, f, box, res)
	}
	p.reportFolder(f, box, nil)
	if !known || old.uidvalidity != box.UIDValidity {
		p.forgetTroubles(f.Name, box.UIDValidity)
		known, full = false, true
	}
	now := view{uidvalidity: box.UIDValidity, last: old.last, exists: old.exists, announced: box.Exists, off: old.off, identified: old.identified}
	identify := p.identityDue(old, known, box)
	uids, odd, err := p.list(ctx, f, box, &now, full || identify)
	if err != nil {
		return err
	}
	res.Listed += len(uids)
	if odd && p.opts.Book != nil {
		identify = true
	}
	uids = p.withTroubled(f.Name, box.UIDValidity, uids)
	owed, err := p.intake.Owed(ctx, p.opts.Account, f.Name, box.UIDValidity, uids)
	if err != nil {
		return &Error{Fault: FaultIntake, Doing: "asking what is owed", Err: err}
	}
	if identify {
		byName := p.thorough || odd || !known
		others, err := p.others(ctx, f, box, uids, byName && box.Exists <= fewMails || odd)
		if err != nil {
			return err
		}
		p.differ[f.Name] = others
		now.identified = time.Now()
	}
	if others := p.differ[f.Name]; len(others) > 0 {
		p.opts.Log.Warn().Str("account", p.opts.Account).Str("folder", f.Name).Int("mails", len(others)).Msg("the server shows other mails under known UIDs")
		owed = slices.Concat(owed, others)
		slices.Sort(owed)
		owed = slices.Compact(owed)
	}
	if len(owed) > 0 {
		if err := p.fetch(ctx, f, box, owed, res); err != nil {
			return err
		}
	}
	p.differ[f.Name] = slices.DeleteFunc(p.differ[f.Name], func(uid uint32) bool { return p.troubles[p.ref(f, box, uid)] == nil })
	p.seen[f.Name] = now
	return nil
}

// list returns the UIDs of the folder: everything, or what came since. It looks at everything, too,
// when the number of messages does not add up (odd), for a mail can come back under a UID below the
// last (moved back, a counter that ran backwards), and GNU imap4d finds nothing from n on.
func (p *Poller) list(ctx context.Context, f Folder, box Box, v *view, full bool) (uids []uint32, odd bool, err error) {
	if !full && v.last < ^uint32(0) {
		uids, err := p.session.List(ctx, v.last+1)
		if err != nil {
			return nil, false, err
		}
		if v.exists+len(uids)+v.off == int(box.Exists) {
			v.exists += len(uids)
			if n := len(uids); n > 0 {
				v.last = uids[n-1]
			}
			return uids, false, nil
		}
		odd = true
	}
	if uids, err = p.session.List(ctx, 1); err != nil {
		return nil, odd, err
	}
	off := int(box.Exists) - len(uids)
	switch {
	case off == 0:
		p.reportOff(f, 0)
	case off == v.off:
		p.reportOff(f, off)
	}
	if off != 0 && off == v.off && time.Since(p.oddTold[f.Name]) >= 24*time.Hour {
		p.oddTold[f.Name] = time.Now()
		p.opts.Log.Warn().Str("account", p.opts.Account).Str("folder", f.Name).Uint32("exists", box.Exists).Int("listed", len(uids)).
			Msg("the server says that there are more or fewer messages than it lists")
	}
	v.exists, v.off, v.last = len(uids), off, 0
	if n := len(uids); n > 0 {
		v.last = uids[n-1]
	}
	return uids, odd, nil
}

// withTroubled adds the mails that failed before and are not quarantined yet.
func (p *Poller) withTroubled(folder string, uidvalidity uint64, uids []uint32) []uint32 {
	var again []uint32
	for ref := range maps.Keys(p.troubles) {
		if ref.Folder == folder && ref.UIDValidity == uidvalidity {
			again = append(again, ref.UID)
		}
	}
	if len(again) == 0 {
		return uids
	}
	all := slices.Concat(uids, again)
	slices.Sort(all)
	return slices.Compact(all)
}

// takePending hands Intake what is durable here and has no record: a commit that failed, or a mail over which the program
// panicked, when it is due again.
func (p *Poller) takePending(ctx context.Context, res *Result) error {
	now := time.Now()
	taken, hurt, err := takePending(ctx, p.store, p.intake, p.opts, func(e rawstore.Entry) bool {
		t := p.troubles[refOf(e)]
		return e.Account == p.opts.Account && (t == nil || !now.Before(t.next))
	})
	for _, e := range taken {
		delete(p.troubles, refOf(e))
	}
	return cmp.Or(err, p.setAside(ctx, hurt, res))
}

// Recover hands Intake the mails that a crash left durable without a record, of all accounts. The
// daemon calls it once at start, before any Poller runs. It returns how many it took. One over which the program panics is
// left to its Poller.
func Recover(ctx context.Context, store *rawstore.Store, intake Intake) (int, error) {
	taken, _, err := takePending(ctx, store, intake, Options{}.withDefaults(), func(rawstore.Entry) bool { return true })
	return len(taken), err
}

func takePending(ctx context.Context, store *rawstore.Store, intake Intake, opts Options, due func(rawstore.Entry) bool) (taken, hurt []rawstore.Entry, err error) {
	pending, err := store.Pending()
	if err != nil {
		return nil, nil, &Error{Fault: FaultStorage, Doing: "reading what is pending", Err: err}
	}
	pending = slices.DeleteFunc(pending, func(e rawstore.Entry) bool { return Role(e.Role) == RoleFile || !due(e) })
	for batch := range slices.Chunk(pending, opts.BatchMails) {
		well, bad, err := take(ctx, store, intake, opts, batch)
		taken, hurt = append(taken, well...), append(hurt, bad...)
		if err != nil {
			return taken, hurt, fmt.Errorf("taking %d mails left pending: %w", len(pending), err)
		}
	}
	return taken, hurt, nil
}

// take has a durable batch recorded and then forgotten by the manifest. When that panics its mails are recorded one by one;
// those over which it still does are hurt, and stay pending.
func take(ctx context.Context, store *rawstore.Store, intake Intake, opts Options, entries []rawstore.Entry) (taken, hurt []rawstore.Entry, err error) {
	batch := make([]Fetched, len(entries))
	for i, e := range entries {
		batch[i] = Fetched{Ref: refOf(e), Role: Role(e.Role), InternalDate: e.InternalDate, Size: e.Size, Announced: e.Announced, Digest: e.Digest}
	}
	var one casefile.Digest
	if len(entries) == 1 {
		one = entries[0].Digest
	}
	err = opts.One(one, "收下来信", func() error { return intake.Take(ctx, batch) })
	switch {
	case panics.Is(err) && len(entries) == 1:
		return nil, entries, nil
	case panics.Is(err):
		for i := range entries {
			well, bad, err := take(ctx, store, intake, opts, entries[i:i+1])
			taken, hurt = append(taken, well...), append(hurt, bad...)
			if err != nil {
				return taken, hurt, err
			}
		}
		return taken, hurt, nil
	case err != nil:
		return nil, nil, &Error{Fault: FaultIntake, Doing: fmt.Sprintf("recording %d mails", len(batch)), Err: err}
	}
	if err := store.Settle(entries); err != nil {
		return nil, nil, &Error{Fault: FaultStorage, Doing: "settling the manifest", Err: err}
	}
	return entries, nil, nil
}

func refOf(e rawstore.Entry) Ref {
	return Ref{Account: e.Account, Folder: e.Folder, UIDValidity: e.UIDValidity, UID: e.UID}
}

// setAside quarantines mails over which the program panics. What of their bytes is durable stays pending.
func (p *Poller) setAside(ctx context.Context, hurt []rawstore.Entry, res *Result) (failed error) {
	for _, e := range hurt {
		t := p.troubled(refOf(e))
		t.tries, t.alone = t.tries+1, true
		err := p.quarantine(ctx, Trouble{Ref: refOf(e), Role: Role(e.Role), Reason: ReasonPanic, Tries: t.tries}, nil)
		if failed = cmp.Or(failed, err); err == nil {
			res.Quarantined++
		}
	}
	return failed
}

// trouble is a mail that a fetch did not bring.
type trouble struct {
	tries int
	part  *rawstore.Temp // what of it is here already; nil: nothing
	next  time.Time      // when it was quarantined: not before
	alone bool           // storing it, alone or with others, panicked: it is a batch of its own
}

func (t *trouble) discard() {
	if t.part != nil {
		t.part.Discard()
		t.part = nil
	}
}

// forgetTroubles drops what was known of UIDs that no longer mean the same mails.
func (p *Poller) forgetTroubles(folder string, uidvalidity uint64) {
	for ref, t := range p.troubles {
		if ref.Folder == folder && ref.UIDValidity != uidvalidity {
			t.discard()
			delete(p.troubles, ref)
		}
	}
	for ref := range p.verified {
		if ref.Folder == folder && ref.UIDValidity != uidvalidity {
			delete(p.verified, ref)
		}
	}
	for ref := range p.named {
		if ref.Folder == folder && ref.UIDValidity != uidvalidity {
			delete(p.named, ref)
		}
	}
	delete(p.differ, folder)
}
