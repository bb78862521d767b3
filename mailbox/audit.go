package mailbox

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Book is what an audit asks of the register.
type Book interface {
	// Booked returns the entries that govern the UIDs of a folder, by ascending UID: their first two fields.
	Booked(ctx context.Context, account, folder string, uidvalidity uint64) ([]Booked, error)
	// Identities returns the same entries whole, which takes a reading of each.
	Identities(ctx context.Context, account, folder string, uidvalidity uint64) ([]Booked, error)
	// Everywhere returns the entries of a folder under every UIDVALIDITY, in no order.
	Everywhere(ctx context.Context, account, folder string) ([]Booked, error)
}

// Booked is the entry of the book that governs a UID.
type Booked struct {
	UID         uint32
	Quarantined bool // known, and its bytes are not here

	// As the server showed the mail when it was taken.
	Size      int64     // RFC822.SIZE
	Date      time.Time // INTERNALDATE; zero: none
	MessageID string    // "": none
}

// Audit holds a mailbox against the book: that every mail which the server shows is in it. It is made
// from listings of their own, after those from which mails were fetched.
type Audit struct {
	Account string
	At      time.Time
	Folders []FolderAudit
}

// Proved reports whether mailbox − book = ∅ was found in every folder. What is in quarantine is known
// to be lacking and does not count.
func (a Audit) Proved() bool {
	return !slices.ContainsFunc(a.Folders, func(f FolderAudit) bool { return len(f.Missing) > 0 || f.Refused != "" })
}

// FolderAudit is the audit of one folder. Lists of UIDs are ascending.
type FolderAudit struct {
	Folder
	UIDValidity uint64
	Listed      int       // mails that the server shows
	Lowest      uint32    // the lowest UID of these; 0: none
	Missing     []Missing // shown and not in the book, or another mail than there: mailbox − book
	Quarantined []uint32  // in the book, their bytes not here
	// Gone are in the book and no longer shown: moved, deleted, or hidden by the provider's window
	// (收取最近30天邮件). That is nothing to act upon.
	Gone    []uint32
	Refused string // why the folder could not be opened: nothing is proved of it
}

// Missing is a mail that is owed.
type Missing struct {
	UID   uint32
	Since time.Time // of the first audit that found it missing
	Other bool      // the book has another mail under this UID
}

// Audit polls fully and then holds the mailbox against the book. A folder that does not open, or a
// register or disk that takes no mails, or a panic, does not keep it from telling which are missing; other errors
// are those of Poll.
func (p *Poller) Audit(ctx context.Context) (Audit, error) {
	defer p.interrupt()()
	if err := p.acquire(ctx); err != nil {
		return Audit{}, err
	}
	defer p.release()
	if err := p.mustWait(); err != nil {
		return Audit{}, err
	}
	_, err := p.poll(ctx, true)
	if err != nil {
		if f := faultOf(err); f != FaultIntake && f != FaultStorage && f != FaultRefused && f != FaultPanic {
			return Audit{}, err
		}
		if err := p.one("核对邮箱", func() error { return p.inspectAnew(ctx) }); err != nil {
			p.hangUp()
			return Audit{}, err
		}
		p.tellMissing(p.missing)
	}
	a, _ := p.LastAudit()
	return a, nil
}

// inspectAnew inspects what a poll that failed has not.
func (p *Poller) inspectAnew(ctx context.Context) error {
	if err := p.connect(ctx); err != nil {
		return err
	}
	p.thorough = true
	return p.inspect(ctx)
}

// LastAudit returns the last audit that came to its end; ok is false when there was none.
func (p *Poller) LastAudit() (a Audit, ok bool) {
	p.statusMu.Lock()
	defer p.statusMu.Unlock()
	return p.audited, !p.audited.At.IsZero()
}

// chances is how often an audit fetches again what it found missing, as long as that is only what came
// since.
const chances = 3

// audit follows a full poll. A mail that came in between, or that the server did not hand out, gets
// one more chance before it is reported.
func (p *Poller) audit(ctx context.Context, res *Result) error {
	if p.opts.Book == nil {
		return nil
	}
	if err := p.inspect(ctx); err != nil {
		return err
	}
	for range chances {
		before := p.missing
		if len(before) == 0 {
			return nil
		}
		more := Result{}
		err := p.round(ctx, true, &more)
		res.Taken += more.Taken
		res.Quarantined += more.Quarantined
		if err != nil {
			return err
		}
		if err := p.inspect(ctx); err != nil {
			return err
		}
		if p.tellMissing(before) {
			return nil
		}
	}
	return nil
}

// tellMissing logs what the last inspection found missing and the one before had, too: what came
// between the two is not late. It reports whether there was any.
func (p *Poller) tellMissing(before map[Ref]time.Time) (late bool) {
	for ref, since := range p.missing {
		if _, was := before[ref]; !was {
			continue
		}
		late = true
		p.opts.Log.Error().Str("account", ref.Account).Str("folder", ref.Folder).Uint64("uidvalidity", ref.UIDValidity).
			Uint32("uid", ref.UID).Time("since", since).Msg("a mail is shown by the server and not in the book")
	}
	return late
}

// inspect lists every polled folder and compares. It changes nothing but what is known of the audit.
func (p *Poller) inspect(ctx context.Context) error {
	if p.folders == nil {
		if err := p.findFolders(ctx); err != nil {
			return err
		}
	}
	a := Audit{Account: p.opts.Account, At: time.Now()}
	for _, f := range p.folders {
		one, err := p.inspectFolder(ctx, f, a.At)
		if err != nil {
			return err
		}
		a.Folders = append(a.Folders, one)
	}
	p.missing = map[Ref]time.Time{}
	for _, f := range a.Folders {
		for _, m := range f.Missing {
			p.missing[Ref{Account: p.opts.Account, Folder: f.Name, UIDValidity: f.UIDValidity, UID: m.UID}] = m.Since
		}
	}
	p.statusMu.Lock()
	defer p.statusMu.Unlock()
	p.audited = a
	return nil
}

func (p *Poller) inspectFolder(ctx context.Context, f Folder, now time.Time) (FolderAudit, error) {
	a := FolderAudit{Folder: f}
	old := p.seen[f.Name]
	box, steady, err := p.open(ctx, f)
	if err == nil && !steady {
		err = errUnsteady
	}
	if faultOf(err) == FaultRefused && err != nil {
		a.Refused = err.Error()
		return a, nil //nolint:nilerr // the audit names the folder
	}
	if err != nil {
		return a, err
	}
	a.UIDValidity = box.UIDValidity
	uids, err := p.session.List(ctx, 1)
	if err != nil {
		return a, err
	}
	booked, err := p.opts.Book.Booked(ctx, p.opts.Account, f.Name, box.UIDValidity)
	if err != nil {
		return a, &Error{Fault: FaultIntake, Doing: "reading the book", Err: err}
	}
	a.compare(uids, booked)
	if p.thorough || !old.identified.Before(p.began) {
		others, err := p.others(ctx, f, box, uids, p.thorough)
		if err != nil {
			return a, err
		}
		for _, uid := range others {
			a.Missing = append(a.Missing, Missing{UID: uid, Other: true})
		}
		slices.SortFunc(a.Missing, func(x, y Missing) int { return cmp.Compare(x.UID, y.UID) })
	}
	for i, m := range a.Missing {
		a.Missing[i].Since = now
		if since, ok := p.missing[p.ref(f, box, m.UID)]; ok {
			a.Missing[i].Since = since
		}
	}
	return a, nil
}

// compare walks both lists, which ascend.
func (a *FolderAudit) compare(shown []uint32, booked []Booked) {
	a.Listed = len(shown)
	if len(shown) > 0 {
		a.Lowest = shown[0]
	}
	for len(shown) > 0 || len(booked) > 0 {
		switch {
		case len(booked) == 0 || len(shown) > 0 && shown[0] < booked[0].UID:
			a.Missing = append(a.Missing, Missing{UID: shown[0]})
			shown = shown[1:]
			continue
		case booked[0].Quarantined:
			a.Quarantined = append(a.Quarantined, booked[0].UID)
		case len(shown) == 0 || booked[0].UID < shown[0]:
			a.Gone = append(a.Gone, booked[0].UID)
		}
		if len(shown) > 0 && shown[0] == booked[0].UID {
			shown = shown[1:]
		}
		booked = booked[1:]
	}
}
