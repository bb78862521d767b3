package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/register"
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
func (f *office) Owed(_ context.Context, account, folder string, validity uint64, uids []uint32) ([]uint32, error) {
	return f.reg.Owed(account, folder, validity, uids, f.Now())
}

// Take records a batch in one transaction, or in several where its mails are too large to be held
// together. They are read before a transaction begins: it keeps every clerk who writes waiting. When
// one fails, each of its mails gets a transaction of its own, so that one that the register cannot
// take does not hold up the others.
func (f *office) Take(ctx context.Context, batch []mailbox.Fetched) error {
	batch = slices.DeleteFunc(slices.Clone(batch), func(m mailbox.Fetched) bool {
		return m.Role == roleFile // a clerk's file that a crash left in the manifest
	})
	var errs []error
	for len(batch) > 0 {
		if ctx.Err() != nil {
			return errors.Join(append(errs, context.Cause(ctx))...)
		}
		read := f.readArrivals(batch)
		batch = batch[len(read):]
		errs = append(errs, f.takeEach(ctx, read))
	}
	return errors.Join(errs...)
}

// takeEach records mails in one transaction, or, when that fails, in one for each.
func (f *office) takeEach(ctx context.Context, read []arrival) error {
	err := f.take(read)
	if err == nil || len(read) == 1 {
		return err
	}
	f.Log.Warn().Err(err).Int("mails", len(read)).Msg("recording a batch failed; trying its mails one by one")
	var errs []error
	for i := range read {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		errs = append(errs, f.take(read[i:i+1]))
	}
	return errors.Join(errs...)
}

// arrival is a mail on its way into the register.
type arrival struct {
	mailbox.Fetched
	message casefile.Message
	broken  string // why it could not be read; the mail is then parked
}

// readArrival parses a mail. Whatever goes wrong costs this one mail its automatic decision, never
// its place in the register.
func (f *office) readArrival(m mailbox.Fetched) (a arrival) {
	a = arrival{Fetched: m, message: casefile.Message{Digest: m.Digest, Size: m.Size}}
	defer func() {
		if p := recover(); p != nil {
			f.Log.Error().Str("digest", m.Digest.String()).Bytes("stack", debug.Stack()).Msgf("reading a mail panicked: %v", p)
			a.broken = fmt.Sprintf("解析时程序出错：%v", p)
		}
	}()
	if f.onRead != nil {
		f.onRead(m.Digest)
	}
	// Enough to tell what the mail is; `show` reads it again, fully. Field bounds what the records
	// hold of it: a batch is one transaction, and all its mails may be hostile.
	message, err := f.parse(m.Digest, parse.Limits{Text: textForMatching, Field: 2 << 10, Undigested: true})
	if err != nil {
		a.broken = err.Error()
		return a
	}
	a.message = message
	return a
}

// readArrivals reads the mails of a batch in order, the first at least, until what they hold comes to
// heldAtMost: a batch of hostile mails, a megabyte of header in each, takes no more memory than a few
// of them.
func (f *office) readArrivals(batch []mailbox.Fetched) []arrival {
	read := make([]arrival, 0, len(batch))
	held := 0
	for a := range f.arrivals(batch) {
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

// arrivals yields a batch's mails in order, read by several goroutines ahead of who asks for them.
func (f *office) arrivals(batch []mailbox.Fetched) iter.Seq[arrival] {
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
			reading.Go(func() { place <- f.readArrival(batch[i]) })
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
func (f *office) take(read []arrival) error {
	now := f.Now()
	var lines []logLine
	err := f.reg.Update(now, func(tx *register.Tx) error {
		lines = lines[:0]
		p := &placing{f, tx, now}
		for _, a := range read {
			drafts, err := p.place(a)
			if err != nil {
				return err
			}
			if _, err := tx.Append(actorMailbox, drafts...); err != nil {
				return err
			}
			if len(drafts) > 0 {
				lines = append(lines, lineOf(drafts))
			}
			if err := p.claimed(drafts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range lines {
		l.write(f)
	}
	return nil
}

// placing is a transaction in which mails get their places.
type placing struct {
	*office
	tx  *register.Tx
	now time.Time
}

// place decides where a mail goes and returns what is to be recorded of it. A decision that errs or
// panics parks the mail with the reason; only a register that cannot be read is an error.
func (p *placing) place(a arrival) (drafts []casefile.Draft, err error) {
	about, err := p.tx.About(a.Digest)
	if err != nil {
		return nil, err
	}
	known := lastTaken(about)
	switch {
	case bookHas(about, a): // a crash came between the commit and its answer
		return nil, nil
	case a.broken != "" && known != nil: // erased, say; a copy of what has its place needs no reading
		return p.duplicate(a, *known, about)
	case a.broken != "":
		return p.undecided(a, a.broken), nil
	case known != nil && !movedToInbox(*known, a):
		return p.duplicate(a, *known, about)
	}
	return p.decide(a, about)
}

// decide is place for bytes that have no place yet, or are to get another one.
func (p *placing) decide(a arrival, about []casefile.Record) (drafts []casefile.Draft, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.Log.Error().Str("digest", a.Digest.String()).Bytes("stack", debug.Stack()).Msgf("deciding on a mail panicked: %v", r)
			drafts, err = p.undecided(a, fmt.Sprintf("判断去处时程序出错：%v", r)), nil
		}
	}()
	if t, ok := p.ownDigest(a); ok {
		return append([]casefile.Draft{{On: civil.Of(p.now), Event: t}}, copies(about, a, "", p.now)...), nil
	}
	d, err := match.Decide(match.Mail{Message: a.message, Folder: folderOf(a.Role), Arrived: civil.Of(arrivalOf(a.InternalDate, p.now))},
		match.Office{Addresses: p.addresses(), CasesFrom: p.live().Intake.CasesFrom}, index{p.tx, p.office})
	if err != nil {
		return p.undecided(a, "判断去处时出错："+err.Error()), nil
	}
	if drafts, err := p.bounced(a, d, about); err != nil || drafts != nil {
		return drafts, err
	}
	return p.draftsFor(a, d, about), nil
}

// ownDigest knows the office's own list of the morning, when it comes to the mailbox itself: nobody has
// to look at it there. It is known by its Message-ID, which only its readers have seen.
func (p *placing) ownDigest(a arrival) (t casefile.MessageTaken, ok bool) {
	seq := p.tx.OutgoingByMessageID(a.message.MessageID)
	if seq == 0 {
		return t, false
	}
	if o, err := p.tx.Outgoing(seq); err != nil || o.Purpose != casefile.PurposeDigest {
		return t, false
	}
	t = takenOf(a)
	t.Disposition, t.Reasons = casefile.ToHistory, []string{"是本机关自己的每日提醒"}
	return t, true
}

// takenOf is the book's entry for a mail, its place still open.
func takenOf(a arrival) casefile.MessageTaken {
	return casefile.MessageTaken{
		Account: a.Account, Folder: a.Folder, UIDValidity: a.UIDValidity, UID: a.UID,
		ArrivedAt: a.InternalDate, Size: a.Size, Letter: letterOf(a.message),
		// That intake itself reads only the beginning of a long text is no defect of the mail.
		Defects: slices.DeleteFunc(slices.Clone(a.message.Defects), func(d casefile.Defect) bool { return d.Code == parse.DefectText }),
	}
}

func letterOf(m casefile.Message) casefile.Letter {
	l := casefile.Letter{Digest: m.Digest, MessageID: m.MessageID, Subject: m.Subject}
	if len(m.From) > 0 {
		l.From = m.From[0]
	} else {
		l.From = m.Sender
	}
	return l
}

// arrivalOf is the instant from which the strict clock counts: INTERNALDATE, and where the server
// gave none the instant at which we took the mail.
func arrivalOf(internal, now time.Time) time.Time {
	if internal.IsZero() {
		return now
	}
	return internal
}

// undecided parks a mail about which no decision came to pass; `mail retry` tries again.
func (p *placing) undecided(a arrival, reason string) []casefile.Draft {
	t := takenOf(a)
	t.Disposition, t.Reasons = casefile.Parked, []string{reason}
	t.Defects = append(t.Defects, casefile.Defect{Code: defectUndecided, Detail: reason})
	return []casefile.Draft{{On: civil.Of(p.now), Event: t}}
}

// lastTaken returns the entry that says where these bytes ended, nil when they are new.
func lastTaken(about []casefile.Record) *casefile.MessageTaken {
	var last *casefile.MessageTaken
	for _, r := range about {
		if e, ok := r.Event.(casefile.MessageTaken); ok && (last == nil || e.Disposition != casefile.Duplicate) {
			last = &e
		}
	}
	return last
}

// bookHas reports whether the book has these bytes under this very UID.
func bookHas(about []casefile.Record, a arrival) bool {
	return slices.ContainsFunc(about, func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.MessageTaken)
		return ok && e.Account == a.Account && e.Folder == a.Folder && e.UIDValidity == a.UIDValidity && e.UID == a.UID
	})
}

// movedToInbox tells a mail that a colleague took out of the junk folder: it was parked there, and is
// now decided as any other.
func movedToInbox(known casefile.MessageTaken, a arrival) bool {
	return known.Disposition == casefile.Parked && a.Role == mailbox.RoleInbox && known.Folder != a.Folder
}

// duplicate records a further copy of bytes that have their place. The earliest INTERNALDATE over
// all copies is the arrival: where this copy is older than the case thought, the case learns of it.
func (p *placing) duplicate(a arrival, known casefile.MessageTaken, about []casefile.Record) ([]casefile.Draft, error) {
	t := takenOf(a)
	t.Disposition, t.Case = casefile.Duplicate, known.Case
	t.Reasons = []string{fmt.Sprintf("与 %s 中 UID %d 的邮件逐字节相同", known.Folder, known.UID)}
	drafts := []casefile.Draft{{On: civil.Of(p.now), Event: t}}
	for _, r := range about {
		e, ok := r.Event.(casefile.Received)
		if !ok || a.InternalDate.IsZero() || !a.InternalDate.Before(e.ArrivedAt) || voided(p.tx, r) {
			continue
		}
		e.ArrivedAt = a.InternalDate
		drafts = append(drafts,
			casefile.Draft{Case: r.Case, On: civil.Of(p.now), Event: casefile.Voided{Seq: r.Seq, Reason: "同一邮件另有更早到达的副本"}},
			casefile.Draft{Case: r.Case, On: civil.Of(a.InternalDate), Event: e})
	}
	return drafts, nil
}

func voided(tx *register.Tx, r casefile.Record) bool {
	history, err := tx.History(r.Case)
	if err != nil {
		return true
	}
	for _, h := range history {
		if v, ok := h.Event.(casefile.Voided); ok && v.Seq == r.Seq {
			return true
		}
	}
	return false
}

func folderOf(r mailbox.Role) match.Folder {
	switch r {
	case mailbox.RoleJunk:
		return match.Junk
	case mailbox.RoleSent:
		return match.Sent
	}
	return match.Inbox
}

// addresses are the office's own, by which its letters are known.
func (f *office) addresses() []string {
	var all []string
	for _, m := range f.Config.Mailboxes {
		if strings.Contains(m.User, "@") {
			all = append(all, m.User)
		}
	}
	return all
}

// draftsFor turns a decision into drafts.
func (p *placing) draftsFor(a arrival, d match.Decision, about []casefile.Record) []casefile.Draft {
	t := takenOf(a)
	t.Reasons = d.Reasons
	for _, s := range d.Suggest {
		t.Suggestions = append(t.Suggestions, casefile.Suggestion{Case: s.Case, Reason: strings.Join(s.Reasons, "；")})
	}
	arrived := arrivalOf(a.InternalDate, p.now)
	on := civil.Of(arrived)
	if a.InternalDate.IsZero() {
		t.Reasons = append(t.Reasons, "服务器未给出到达时间，以取信时间为准")
	}
	var rest []casefile.Draft
	switch {
	case d.Disposition == casefile.ToHistory, d.Cause == match.CauseSent:
		t.Disposition = casefile.ToHistory
	case d.New:
		t.Disposition, t.Case = casefile.ToCase, p.tx.NextID(on.Year())
		rest = append(rest, casefile.Draft{Case: t.Case, On: on, Event: casefile.Received{
			Channel: casefile.Email, ArrivedAt: arrived, Letter: t.Letter, Suggestions: t.Suggestions,
		}})
	case d.Case != "":
		t.Disposition, t.Case = casefile.ToCase, d.Case
		reason := d.Reasons[len(d.Reasons)-1] // the one that decided
		var e casefile.Event = casefile.MessageIn{Letter: t.Letter, ArrivedAt: arrived, Reason: reason}
		if d.Out {
			e = casefile.MessageOut{Letter: t.Letter, SentAt: arrived, Reason: reason}
		}
		rest = append(rest, casefile.Draft{Case: d.Case, On: on, Event: e})
	default:
		t.Disposition = casefile.Parked
		t.Defects = append(t.Defects, unclaimed(a, d)...)
		if d.Likeness >= match.Likely && d.Cause != match.CauseBounce && d.Cause != match.CauseAutoReply {
			p.Log.Error().Str("digest", a.Digest.Short()).Int("likeness", d.Likeness).Msg("a parked mail looks like an application")
		}
	}
	drafts := append([]casefile.Draft{{On: civil.Of(p.now), Event: t}}, rest...)
	return append(drafts, copies(about, a, t.Case, p.now)...)
}

// Quarantine records a mail that the server lists and does not hand out.
func (f *office) Quarantine(_ context.Context, t mailbox.Trouble) error {
	now := f.Now()
	event := casefile.MessageTaken{
		Account: t.Account, Folder: t.Folder, UIDValidity: t.UIDValidity, UID: t.UID,
		Disposition: casefile.Quarantined, Reasons: []string{cmp.Or(t.Detail, string(t.Reason))}, Tries: t.Tries, Retry: f.officeTime(t.Next),
	}
	_, err := f.reg.Append(now, actorMailbox, casefile.Draft{On: civil.Of(now), Event: event})
	if err == nil {
		f.Log.Error().Str("account", t.Account).Str("folder", t.Folder).Uint32("uid", t.UID).Str("reason", string(t.Reason)).
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

func (l logLine) write(f *office) {
	e := f.Log.Info()
	if l.taken.Disposition == casefile.Parked {
		e = f.Log.Warn()
	}
	e.Str("account", l.taken.Account).Str("folder", l.taken.Folder).Uint32("uid", l.taken.UID).
		Str("digest", l.taken.Digest.Short()).Str("place", l.taken.Disposition.String()).Str("case", string(l.taken.Case)).
		Int64("size", l.taken.Size).Int("defects", len(l.taken.Defects)).Msg("mail taken")
}

// index answers what matching asks, inside the transaction that records the answer.
type index struct {
	tx     *register.Tx
	office *office
}

func (i index) CasesByMessageID(id string) ([]casefile.ID, error) {
	return i.tx.CasesByMessageID(id)
}

func (i index) CasesByAddress(mail string) ([]casefile.ID, error) {
	var open []casefile.ID
	for id := range i.tx.CasesByAddress(mail) {
		c, err := i.tx.Case(id)
		if err != nil {
			return nil, err
		}
		if c.Stage.Open() {
			open = append(open, id)
		}
	}
	slices.Reverse(open) // in the order of their numbers
	return open, nil
}

func (i index) Prepared(id casefile.ID) (all [][]casefile.Digest, err error) {
	for o, err := range i.tx.OutgoingIn(casefile.OutDrafted, casefile.OutUnknown) {
		if err != nil {
			return nil, err
		}
		if o.Case != id {
			continue
		}
		files := []casefile.Digest{}
		for _, f := range o.Files {
			files = append(files, f.Digest)
		}
		all = append(all, files)
	}
	return all, nil
}

func (i index) Case(id casefile.ID) (match.Case, bool, error) {
	c, err := i.tx.Case(id)
	if errors.Is(err, register.ErrNotFound) {
		return match.Case{}, false, nil
	}
	return match.Case{Addresses: c.Addresses, Finished: !c.Stage.Open(), MergedInto: c.MergedInto}, err == nil, err
}
