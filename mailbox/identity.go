package mailbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// A UID need not mean the same mail for ever, whatever RFC 9051 says (2.3.1.1): a mailbox that was
// restored from a backup hands UIDs out again, and Courier does so in ordinary use. So known UIDs
// are listed with size and date from time to time, and a mail that differs from the book is fetched.

// When they are: often where it costs little.
const (
	identityOften  = time.Hour      // up to fewMails
	identityRarely = 24 * time.Hour // above
	fewMails       = 20_000
)

// identityDue tells whether the mails of a folder are to be held against the book by what they are. A
// number of messages that does not add up makes it due as well (list).
func (p *Poller) identityDue(old view, known bool, box Box) bool {
	if p.opts.Book == nil {
		return false
	}
	since := time.Since(old.identified)
	often := identityOften
	if box.Exists > fewMails {
		often = identityRarely
	}
	reconnected := old.identified.Before(p.connected) && since >= relistAfter && (box.Exists <= fewMails || since >= identityOften)
	return p.thorough || !known || reconnected || since >= often
}

// others returns those of the UIDs under which the server shows another mail than the book has. With
// byName the Message-IDs of all of them are asked for, otherwise of those alone whose date differs.
func (p *Poller) others(ctx context.Context, f Folder, box Box, uids []uint32, byName bool) (others []uint32, err error) {
	booked, err := p.opts.Book.Identities(ctx, p.opts.Account, f.Name, box.UIDValidity)
	if err != nil {
		return nil, &Error{Fault: FaultIntake, Doing: "reading the book", Err: err}
	}
	known := make(map[uint32]Booked, len(booked))
	for _, b := range booked {
		known[b.UID] = b
	}
	uids = slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool {
		b, ok := known[uid]
		return !ok || b.Quarantined
	})
	all, err := p.session.Identify(ctx, uids)
	if err != nil {
		return nil, err
	}
	var doubtful []uint32 // these by their Message-IDs
	dated := make(map[uint32]time.Time)
	for _, s := range all {
		b, ok := known[s.UID]
		ref := p.ref(f, box, s.UID)
		switch {
		case !ok || b.Quarantined:
		case s.Size > 0 && s.Size != b.Size:
			others = append(others, s.UID)
		case !s.Date.IsZero() && !b.Date.IsZero() && !s.Date.Equal(b.Date) && !p.verified[ref].Equal(s.Date):
			dated[s.UID] = s.Date
			doubtful = append(doubtful, s.UID)
		case byName && b.MessageID != "":
			doubtful = append(doubtful, s.UID)
		}
	}
	if len(doubtful) == 0 {
		return others, nil
	}
	ids, err := p.session.MessageIDs(ctx, doubtful)
	if err != nil {
		return nil, err
	}
	for _, uid := range doubtful {
		id, ref := ids[uid], p.ref(f, box, uid)
		date, isDated := dated[uid]
		switch {
		case id != "" && sameName(id, known[uid].MessageID):
			if isDated {
				p.verified[ref] = date // the same mail with another date
			}
		case isDated, id != "" && (p.named[ref] != id || slices.Contains(p.differ[f.Name], uid)):
			p.named[ref] = id // a name that we read otherwise than the server costs one fetch
			others = append(others, uid)
		}
	}
	slices.Sort(others)
	return others, nil
}

// sameName compares Message-IDs, whatever blanks a server or a parser leaves in them.
func sameName(x, y string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(x), ""), strings.Join(strings.Fields(y), ""))
}

// errUnsteady is the state of a folder whose UIDVALIDITY changes each time that it is opened.
var errUnsteady = &Error{Fault: FaultRefused, Doing: "EXAMINE", Err: errors.New(
	"这个文件夹每次打开都换 UIDVALIDITY，无法按 UID 核对，现每小时按 Message-ID 收一次；请在配置的 [[mailbox]] 中写 open = \"select\"（只改变 \\Recent 标记）")}

// open opens a folder. A UIDVALIDITY of which nothing is known makes it be opened again: steady is false
// when it then is another one still. Courier gives out new ones as long as nobody has ever opened a folder
// with SELECT.
func (p *Poller) open(ctx context.Context, f Folder) (box Box, steady bool, err error) {
	box, err = p.session.Open(ctx, f.Name)
	if err != nil || p.opts.Book == nil || box.Exists == 0 {
		return box, true, err
	}
	if old, known := p.seen[f.Name]; known && old.uidvalidity == box.UIDValidity {
		return box, true, nil
	}
	booked, err := p.opts.Book.Booked(ctx, p.opts.Account, f.Name, box.UIDValidity)
	if err != nil {
		return box, false, &Error{Fault: FaultIntake, Doing: "reading the book", Err: err}
	}
	if len(booked) > 0 && p.unsteady[f.Name].IsZero() {
		return box, true, nil
	}
	// Courier and GNU imap4d take their clock for the UIDVALIDITY of a folder of which they have stored none: within
	// one second it is the same. A folder of which the book has nothing is not worth the wait.
	before, err := p.opts.Book.Everywhere(ctx, p.opts.Account, f.Name)
	if err != nil {
		return box, false, &Error{Fault: FaultIntake, Doing: "reading the book", Err: err}
	}
	if len(before) > 0 {
		if err := Pause(ctx, p.opts.Settle); err != nil {
			return box, false, err
		}
	}
	again, err := p.session.Open(ctx, f.Name)
	return again, again.UIDValidity == box.UIDValidity, err
}

// Second is how long a server's clock takes at most to show another second.
const Second = 1100 * time.Millisecond

// Pause waits.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// pollUnsteady takes what is new in a folder whose UIDs mean nothing from one poll to the next. Mails
// that the book has by Message-ID and size, or where the server tells no Message-ID by date and size, are
// left alone: they would be a download and a record each time. Once an hour at most.
func (p *Poller) pollUnsteady(ctx context.Context, f Folder, box Box, res *Result) error {
	if last := p.unsteady[f.Name]; time.Since(last) < identityOften && !p.thorough || p.opts.Book == nil {
		return nil
	}
	p.opts.Log.Warn().Str("account", p.opts.Account).Str("folder", f.Name).Msg("the UIDVALIDITY of the folder changes each time that it is opened")
	uids, err := p.session.List(ctx, 1)
	if err != nil {
		return err
	}
	shown, err := p.session.Identify(ctx, uids)
	if err != nil {
		return err
	}
	ids, err := p.session.MessageIDs(ctx, uids)
	if err != nil {
		return err
	}
	booked, err := p.opts.Book.Everywhere(ctx, p.opts.Account, f.Name)
	if err != nil {
		return &Error{Fault: FaultIntake, Doing: "reading the book", Err: err}
	}
	have := make(map[Booked]bool, len(booked))
	for _, b := range booked {
		have[mark(b.MessageID, b.Size, b.Date)] = !b.Quarantined
		have[mark("", b.Size, b.Date)] = !b.Quarantined
	}
	res.Listed += len(uids)
	owed := slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool {
		i, ok := slices.BinarySearchFunc(shown, uid, func(s Shown, uid uint32) int { return int(int64(s.UID) - int64(uid)) })
		return ok && have[mark(ids[uid], shown[i].Size, shown[i].Date)]
	})
	if len(owed) > 0 {
		if err := p.fetch(ctx, f, box, owed, res); err != nil {
			return err
		}
	}
	p.unsteady[f.Name] = time.Now()
	return nil
}

// mark is what a mail is known by where UIDs mean nothing.
func mark(messageID string, size int64, date time.Time) Booked {
	if messageID != "" {
		return Booked{MessageID: messageID, Size: size}
	}
	return Booked{Size: size, Date: date.UTC()}
}
