package intake

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// likely remembers of parked mails that an earlier version took in whether they look like applications: it is
// read from their bytes. Intake records it since schema 4.
type likely struct {
	mu    sync.Mutex
	known map[casefile.Digest]bool
}

// LooksLikeApplication judges a parked mail as intake does.
func (n *Mails) LooksLikeApplication(t casefile.MessageTaken) bool {
	if t.Likely || t.Digest.IsZero() || t.Guess == casefile.GuessSent {
		return t.Likely
	}
	n.likely.mu.Lock()
	defer n.likely.mu.Unlock()
	is, known := n.likely.known[t.Digest]
	if !known {
		err := n.One(t.Digest, "判断去处", func() error {
			m, err := n.Parse(t.Digest, parse.Limits{Text: textForMatching, Undigested: true})
			is = match.Applies(&m)
			return err
		})
		is = is && err == nil
		if n.likely.known == nil {
			n.likely.known = make(map[casefile.Digest]bool)
		}
		n.likely.known[t.Digest] = is
	}
	return is
}

// ParkedDue gives what is due of mails that are outside of cases: those that look like applications, wherever they are, each
// with its strict date (a junk folder, or a machine's mark, does not stop the period), and, as one, those that the office
// sent and of which nothing says to which case they belong.
func (n *Mails) ParkedDue(tx *desk.View, give func(ask.DueItem)) error {
	today, cal := n.Today(), n.Reg.Calendar()
	var sent []casefile.MessageTaken
	for seq := range tx.MailEntries(casefile.Parked) {
		if n.idle.has(seq) {
			continue
		}
		m, err := tx.MailAt(seq)
		if err != nil {
			return err
		}
		if !n.LooksLikeApplication(m.MessageTaken) {
			if !mayWait(m.MessageTaken) {
				n.idle.put(seq)
				continue
			}
			switch alone, err := waitsAlone(tx, m.MessageTaken); {
			case err != nil:
				return err
			case alone && m.Guess == casefile.GuessSent:
				sent = append(sent, m.MessageTaken)
			case alone:
				give(n.aloneDue(m.MessageTaken))
			}
			continue
		}
		due, err := n.strictDue(tx, m.MessageTaken)
		if err != nil {
			return err
		}
		if due.IsZero() {
			due = today
		}
		clock := ""
		if due < today {
			clock = ask.ClockStrict
		}
		give(ask.DueItem{
			Step: ask.Handle("ysq mail open " + m.Digest.Short()),
			Mail: m.Digest, Applicant: ask.Text(m.From.String()), Subject: ask.Text(m.Subject), Provisional: cal.Day(due).Provisional,
			Alarm: ask.Alarm{Block: ask.BlockStatutory, Clock: clock, Kind: "application", Label: "像是申请", On: ask.Day(due), Remaining: cal.WorkdaysBetween(today, due),
				Text: "在“" + m.Folder + "”中，没有立案；是申请的立案，属于已有案件的归入，不是的标记阅毕", Do: "mail open、attach、mail seen"},
		})
	}
	if len(sent) > 0 {
		give(n.sentDue(sent))
	}
	return nil
}

// sentDue is the line of mails that the office sent, of which nothing says to which case they belong: since the oldest, with
// the latest as the newest.
func (n *Mails) sentDue(all []casefile.MessageTaken) ask.DueItem {
	byArrival := func(a, b casefile.MessageTaken) int { return n.arrivedAt(a).Compare(n.arrivedAt(b)) }
	i := n.aloneDue(slices.MinFunc(all, byArrival))
	i.Newest = n.aloneDue(slices.MaxFunc(all, byArrival)).Newest
	i.Text, i.Mails = "由本单位发出，没有认出是哪一件的；属于哪件的归入，与申请无关的标记阅毕", len(all)
	if len(all) > 1 {
		i.Label, i.Step = fmt.Sprintf("%s 共 %d 封", i.Label, len(all)), "ysq mail list"
	}
	return i
}

// arrivedAt is when a mail came. One of which nobody knows that has just been seen.
func (n *Mails) arrivedAt(t casefile.MessageTaken) time.Time {
	if t.ArrivedAt.IsZero() {
		return n.Now()
	}
	return t.ArrivedAt
}

// idle remembers the entries of parked mails that nothing can make due. In years those of programs come to thousands, and
// everybody who opens 待办 asks.
type idle struct {
	mu   sync.Mutex
	seqs map[uint64]struct{}
}

// mostIdle bounds them. Those beyond are judged each time: starting again from nothing would forget all of them at each look.
const mostIdle = 1 << 16

func (i *idle) has(seq uint64) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, ok := i.seqs[seq]
	return ok
}

func (i *idle) put(seq uint64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.seqs == nil {
		i.seqs = make(map[uint64]struct{})
	}
	if len(i.seqs) < mostIdle {
		i.seqs[seq] = struct{}{}
	}
}

// mayWait reports whether intake took a mail for one of a person, or of the office.
func mayWait(t casefile.MessageTaken) bool {
	return t.Guess != casefile.GuessNone && t.Guess != casefile.GuessNotice
}

// waitsAlone reports whether a mail for which mayWait holds waits outside of cases and stands on none: the case that it may
// be about has ended or was no application, a person took the mail out of it, or nothing says to which case it belongs.
// Otherwise it is due there.
func waitsAlone(tx *desk.View, t casefile.MessageTaken) (bool, error) {
	for _, s := range t.Suggestions {
		c, lives, err := goesOn(tx, s.Case)
		if err != nil || casefile.Answered(lives)[t.Digest] {
			return false, err
		}
		open, err := tx.Suggested(c)
		if err != nil || slices.ContainsFunc(open, func(m casefile.OpenMail) bool { return m.Digest == t.Digest }) {
			return false, err
		}
	}
	return true, nil
}

// goesOn is the case in which one goes on, with what counts of both and of those between.
func goesOn(tx *desk.View, id casefile.ID) (casefile.Case, []casefile.Record, error) {
	var lives []casefile.Record
	for {
		c, history, err := tx.Whole(id)
		if err != nil {
			return c, nil, err
		}
		lives = append(lives, casefile.Live(history)...)
		if id = casefile.MergedInto(history); id == "" {
			return c, lives, nil
		}
	}
}

// aloneDue is the line of such a mail.
func (n *Mails) aloneDue(t casefile.MessageTaken) ask.DueItem {
	today, at := n.Today(), n.arrivedAt(t)
	arrived := civil.Of(at)
	late := min(0, n.Reg.Calendar().WorkdaysBetween(today, arrived))
	return ask.DueItem{
		Newest: &ask.UnreadMail{
			Digest: t.Digest, ArrivedAt: ask.Instant(at), Age: -late, From: ask.Address(t.From.String()), Verified: t.Verified.String(), Subject: ask.Text(t.Subject),
			Guess: t.Guess.String(), Label: t.Guess.Label(), By: ask.Text(t.GuessedBy),
		},
		Mails: 1, Step: ask.Handle("ysq mail show " + t.Digest.Short()), Mail: t.Digest, Applicant: ask.Text(t.From.String()), Subject: ask.Text(t.Subject),
		Alarm: ask.Alarm{Block: ask.BlockMail, Kind: ask.BlockMail, Label: t.Guess.Label(), On: ask.Day(arrived), Remaining: late,
			Text: "在“" + t.Folder + "”中，不在在办的案件里；属于哪件的归入，是申请的立案，看过的标记阅毕", Do: "attach、mail open、mail seen"},
	}
}

// strictDue is the strict due date that a mail would have as an application, from the earliest known arrival of the
// mail or of a copy; zero where no arrival is known.
func (n *Mails) strictDue(tx *desk.View, t casefile.MessageTaken) (civil.Date, error) {
	all, err := arrivals(tx, t, "")
	if err != nil {
		return 0, err
	}
	var arrived civil.Date
	for _, one := range all {
		on := civil.Of(one.ArrivedAt)
		if !one.Stamp.At.IsZero() {
			on = min(on, civil.Of(one.Stamp.At))
		}
		if !one.ArrivedAt.IsZero() && (arrived.IsZero() || on < arrived) {
			arrived = on
		}
	}
	if arrived.IsZero() {
		return 0, nil
	}
	due, _ := n.Reg.Calendar().AddWorkdays(arrived, n.Reg.Law().Limit)
	return due, nil
}

// arrivals returns the entries that tell when a mail came that is in a case, or outside of cases: the earliest of its own
// bytes, and behind it those of its copies. Where the server dated any of them, those dated by a header are left out.
func arrivals(tx *desk.View, t casefile.MessageTaken, in casefile.ID) ([]casefile.MessageTaken, error) {
	about, err := tx.About(t.Digest)
	if err != nil {
		return nil, err
	}
	copies, err := desk.CopiesOf(tx, t, in)
	if err != nil {
		return nil, err
	}
	all := append([]casefile.MessageTaken{earliest(t, about)}, copies...)
	if slices.ContainsFunc(all, func(m casefile.MessageTaken) bool { return !m.ByHeader && !m.ArrivedAt.IsZero() }) {
		all = slices.DeleteFunc(all, func(m casefile.MessageTaken) bool { return m.ByHeader })
	}
	return all, nil
}

// earliest returns the entry of a mail with the earliest arrival of all copies of its bytes. An arrival that was taken from
// a header counts only where the server dated none of them.
func earliest(t casefile.MessageTaken, about []casefile.Record) casefile.MessageTaken {
	for _, r := range about {
		e, ok := r.Event.(casefile.MessageTaken)
		if !ok || e.Digest != t.Digest || e.ArrivedAt.IsZero() || e.ByHeader && !t.ByHeader && !t.ArrivedAt.IsZero() {
			continue
		}
		if t.ArrivedAt.IsZero() || t.ByHeader && !e.ByHeader || e.ArrivedAt.Before(t.ArrivedAt) {
			t.ArrivedAt, t.Stamp, t.ByHeader = e.ArrivedAt, e.Stamp, e.ByHeader
		}
	}
	return t
}
