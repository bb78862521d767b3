package intake

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

const actorMailbox = "mailbox"

// textForMatching is how much of a mail's text intake reads to tell what it is.
const textForMatching = 64 << 10

// readAhead is how many mails are read at the same time.
const readAhead = 4

// heldAtMost is how much of the mails that were read may wait for their transaction, in bytes. A batch
// of ordinary mails comes to a fraction of it.
const heldAtMost = 4 << 20

// Owed asks the book.
func (n *Room) Owed(_ context.Context, account, folder string, validity uint64, uids []uint32) ([]uint32, error) {
	return n.Reg.Owed(account, folder, validity, uids, n.Now())
}

// Take records a batch in one transaction, or in several where its mails are too large to be held
// together. They are read before a transaction begins: it keeps every clerk who writes waiting. When
// one fails, each of its mails gets a transaction of its own, so that one that the register cannot
// take, or over which the program panics, does not hold up the others.
func (n *Room) Take(ctx context.Context, batch []mailbox.Fetched) error {
	var errs []error
	for len(batch) > 0 {
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
		read := n.readArrivals(batch)
		batch = batch[len(read):]
		errs = append(errs, n.takeEach(ctx, read))
	}
	return errors.Join(errs...)
}

// takeEach records mails in one transaction, or, when that fails, in one for each.
func (n *Room) takeEach(ctx context.Context, read []arrival) error {
	if len(read) > 1 {
		err := n.take(read)
		if err == nil {
			return nil
		}
		n.Log.Warn().Err(err).Int("mails", len(read)).Msg("recording a batch failed; trying its mails one by one")
	}
	var errs []error
	for i := range read {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		errs = append(errs, n.takeOne(read[i]))
	}
	return errors.Join(errs...)
}

// takeOne records a mail in a transaction of its own, or, when that panics, parks it with the reason.
func (n *Room) takeOne(a arrival) error {
	err := n.take([]arrival{a})
	if !panics.Is(err) {
		return err
	}
	a.broken, a.message = err.Error(), casefile.Message{Digest: a.Digest, Size: a.Size} // what it says may be what cannot be recorded
	return n.take([]arrival{a})
}

// arrival is a mail on its way into the register.
type arrival struct {
	mailbox.Fetched
	message casefile.Message
	broken  string // why it could not be read; the mail is then parked

	// shown is INTERNALDATE as the server gives it, also where it can be no day of arrival: by it the mail
	// is known to be the same one. Of Fetched, InternalDate is then zero, or that of the topmost Received line.
	shown time.Time
	// byHeader says that the arrival is that of the topmost Received line.
	byHeader bool
}

// stamp is the topmost Received line as far as it says anything about the arrival.
func (a arrival) stamp() casefile.Stamp { return a.message.Received.Before(a.InternalDate) }

// readArrival parses a mail. Whatever goes wrong costs this one mail its automatic decision, never
// its place in the register.
func (n *Room) readArrival(m mailbox.Fetched) (a arrival) {
	a = arrival{Fetched: m, message: casefile.Message{Digest: m.Digest, Size: m.Size}, shown: m.InternalDate}
	if !casefile.PlausibleArrival(m.InternalDate, n.Now()) {
		a.InternalDate = time.Time{}
	}
	// Enough to tell what the mail is; `show` reads it again, fully. Field bounds what the records
	// hold of it: a batch is one transaction, and all its mails may be hostile.
	message, err := n.Parse(m.Digest, parse.Limits{Text: textForMatching, Field: 2 << 10,
		Undigested: m.Role != mailbox.RoleSent, // a letter that was sent is known by its bytes
		Skim:       m.Role != mailbox.RoleSent})
	if err != nil {
		a.broken = err.Error()
		return a
	}
	a.message = message
	if at := message.Received.At; a.InternalDate.IsZero() && casefile.PlausibleArrival(at, n.Now()) {
		a.InternalDate, a.byHeader = at, true
	}
	return a
}

// readArrivals reads the mails of a batch in order, the first at least, until what they hold comes to
// heldAtMost: a batch of hostile mails, a megabyte of header in each, takes no more memory than a few
// of them.
func (n *Room) readArrivals(batch []mailbox.Fetched) []arrival {
	read := make([]arrival, 0, len(batch))
	held := 0
	for a := range n.arrivals(batch) {
		read = append(read, a)
		if held += weight(a.message); held >= heldAtMost {
			break // up to readAhead mails are then read a second time
		}
	}
	return read
}

// weight is about how many bytes of memory a message holds.
func weight(m casefile.Message) int {
	const each = 64 // a string's or a struct's own
	n := 1<<10 + len(m.Text) + len(m.Subject) + len(m.MessageID) +
		len(m.Machine.AutoSubmitted) + len(m.Machine.Precedence) + len(m.Machine.AutoReply) + len(m.Machine.ListID)
	words := slices.Concat(m.InReplyTo, m.References)
	if m.Delivery != nil {
		words = append(words, m.Delivery.Recipients...)
	}
	for _, w := range words {
		n += each + len(w)
	}
	for _, a := range slices.Concat(m.From, m.ReplyTo, m.To, m.Cc) {
		n += each + len(a.Name) + len(a.Mail)
	}
	for _, p := range m.Parts {
		n += 4*each + len(p.Name)
	}
	for _, d := range m.Defects {
		n += each + len(d.Detail)
	}
	return n
}

// arrivals yields a batch's mails in order, read ahead by several goroutines.
func (n *Room) arrivals(batch []mailbox.Fetched) iter.Seq[arrival] {
	return func(yield func(arrival) bool) {
		var reading sync.WaitGroup
		defer reading.Wait()
		var places [readAhead]chan arrival // of mail i: i modulo readAhead
		begin := func(i int) {
			if i >= len(batch) {
				return
			}
			place := make(chan arrival, 1)
			places[i%readAhead] = place
			reading.Go(func() { place <- n.readArrival(batch[i]) })
		}
		for i := range readAhead - 1 {
			begin(i)
		}
		for i := range batch {
			begin(i + readAhead - 1)
			if !yield(<-places[i%readAhead]) {
				return
			}
		}
	}
}

// take is one transaction: the book's entries and the cases' records.
func (n *Room) take(read []arrival) error {
	now := n.Now()
	var lines []logLine
	err := n.Record(actorMailbox, now, func(tx *desk.Change) error {
		lines = lines[:0]
		p := &placing{Room: n, tx: tx}
		for _, a := range read {
			drafts, err := p.record(a)
			if err != nil {
				return err
			}
			if len(drafts) > 0 {
				lines = append(lines, lineOf(drafts))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range lines {
		l.write(n)
	}
	return nil
}

// Quarantine records a mail that the server lists and does not hand out.
func (n *Room) Quarantine(_ context.Context, t mailbox.Trouble) error {
	now := n.Now()
	event := entryAt(t.Ref)
	event.Disposition, event.Reasons = casefile.Quarantined, []string{cmp.Or(t.Detail, string(t.Reason))}
	event.Tries, event.Retry = t.Tries, officeTime(n.Desk, t.Next)
	_, err := n.Reg.Append(now, actorMailbox, casefile.Draft{On: civil.Of(now), Event: event})
	if err == nil {
		n.Log.Error().Str("account", t.Account).Str("folder", t.Folder).Uint32("uid", t.UID).Str("reason", string(t.Reason)).
			Int("tries", t.Tries).Time("retry", t.Next).Msg("a mail cannot be fetched and is quarantined")
	}
	return err
}

// logLine is the one line that the log says of each mail.
type logLine struct {
	taken casefile.MessageTaken
}

func lineOf(drafts []casefile.Draft) logLine {
	t, _ := drafts[0].Event.(casefile.MessageTaken) // place always begins with it
	return logLine{t}
}

func (l logLine) write(f *Room) {
	level := zerolog.InfoLevel
	if l.taken.Disposition == casefile.Parked {
		level = zerolog.WarnLevel
	}
	f.Log.WithLevel(level).Str("account", l.taken.Account).Str("folder", l.taken.Folder).Uint32("uid", l.taken.UID).
		Str("digest", l.taken.Digest.Short()).Str("place", l.taken.Disposition.String()).Str("case", string(l.taken.Case)).
		Int64("size", l.taken.Size).Int("defects", len(l.taken.Defects)).Msg("mail taken")
}
