package casefile

import (
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// OpenMail is a mail about which nobody has decided. What a person wrote to a case stays open until a step
// names it (Answers) or somebody marks it 阅毕 (Seen): an answer to 补正告知 that nobody looked at must not end
// as 逾期不补正 (条例30).
type OpenMail struct {
	Letter
	At     time.Time // of its arrival
	Stamp  Stamp     // the topmost Received line, where it is earlier
	Guess  Guess
	By     string // in Chinese: from what the guess was made
	Unread bool   // it brings files that nobody and nothing has read yet: the guess is made without them
	Bounce Bounce // of a report that a letter came back
	Lies   ID     // the case in which it is; empty: in none
	Merely bool   // it is elsewhere and may belong to the case
}

// On is the day on which the mail arrived: the earliest for which there is evidence, as of an application. A line that
// is more than a month older than INTERNALDATE is for a person to judge, who gives the day.
func (m OpenMail) On() civil.Date {
	const doubted = 30
	on := civil.Of(m.At)
	if stamped := civil.Of(m.Stamp.At); !m.Stamp.At.IsZero() && stamped < on && on.Sub(stamped) <= doubted {
		return stamped
	}
	return on
}

// Answers are the mails that a step decides, by their digests.
type Answers struct {
	Mails []Digest `json:"mails,omitzero"`
}

func (a Answers) answered() []Digest { return a.Mails }

// AnsweredBy lists the mails that an event decides. takes says whether events of its kind can.
func AnsweredBy(e Event) (mails []Digest, takes bool) {
	a, ok := e.(interface{ answered() []Digest })
	if !ok {
		return nil, false
	}
	return a.answered(), true
}

// WithAnswers returns the event as one that decides these mails.
func WithAnswers(e Event, mails []Digest) Event {
	switch e := e.(type) {
	case Confirmed:
		e.Mails = mails
		return e
	case CorrectionReceived:
		e.Mails = mails
		return e
	case ConsultationAnswered:
		e.Mails = mails
		return e
	case ReasonGiven:
		e.Mails = mails
		return e
	case FeePaid:
		e.Mails = mails
		return e
	case Withdrawn:
		e.Mails = mails
		return e
	case DeliveryFailed:
		e.Mails = mails
		return e
	case Seen:
		e.Mails = mails
		return e
	}
	return e
}

// Answered are the mails that records decide, by their digests.
func Answered(live []Record) map[Digest]bool {
	var all map[Digest]bool
	for _, r := range live {
		mails, _ := AnsweredBy(r.Event)
		for _, d := range mails {
			if all == nil {
				all = make(map[Digest]bool)
			}
			all[d] = true
		}
	}
	return all
}

// OpenMails lists the open mails that are in a case, the oldest first; the histories of the cases that were
// merged into it follow its own.
func OpenMails(histories ...[]Record) []OpenMail {
	lives := make([][]Record, len(histories))
	for i, h := range histories {
		lives[i] = Live(h)
	}
	return openMails(lives)
}

// openMails is OpenMails for records that count.
func openMails(lives [][]Record) []OpenMail {
	var items []Item
	for i, live := range lives {
		if slices.ContainsFunc(live, func(r Record) bool { _, ok := came(r, i > 0); return ok }) {
			items = append(items, contents(live)...)
		}
	}
	if items == nil {
		return nil
	}
	answered, judged, copies := Answered(slices.Concat(lives...)), judgements(lives), copiesIn(lives)
	turns, finished := turnsIn(lives), sync.OnceValue(func() bool { return !stageOf(lives[0]).Open() })
	var all []OpenMail
	for _, i := range onceEach(items) {
		e, ok := came(i.Record, slices.ContainsFunc(lives[1:], func(live []Record) bool { return len(live) > 0 && live[0].Case == i.Record.Case }))
		if !ok || e.Guess != GuessNone && opened(i.Record) && registered(lives, i.Record.Case) || answered[i.Digest] || e.Guess == GuessNotice || dealtWith(i.Record, e, turns, finished) {
			continue
		}
		open := OpenMail{Letter: e.Letter, At: e.ArrivedAt, Stamp: e.Stamp, Guess: e.Guess, By: e.GuessedBy, Bounce: e.Bounce, Lies: i.Record.Case, Unread: e.Enclosed > 0}
		for _, c := range copies[i.Digest] {
			open.arrived(c)
		}
		if again, ok := judged[i.Digest]; ok {
			open.Guess, open.By, open.Unread = again.Guess, again.GuessedBy, false
		}
		all = append(all, open)
	}
	slices.SortStableFunc(all, func(a, b OpenMail) int { return a.At.Compare(b.At) })
	return all
}

// came returns how a mail came to a case: it joined the case, or it had opened a case of its own that was merged into this
// one later. Merging says only where a letter belongs. A 补正 or 撤回 in it has still to be recorded, so that such a mail
// stays open; a mail that asks for no step, a thank-you for instance, does not.
func came(r Record, merged bool) (e MessageIn, ok bool) {
	switch m := r.Event.(type) {
	case MessageIn:
		return m, true
	case Received:
		if merged && m.Guess != GuessNone && m.Guess != GuessApplication && m.Guess.Step() != KindSeen {
			return MessageIn{Letter: m.Letter, ArrivedAt: m.ArrivedAt, Stamp: m.Stamp, Guess: m.Guess, GuessedBy: m.GuessedBy}, true
		}
	}
	return e, false
}

func opened(r Record) bool { return r.Event.Kind() == KindReceived }

// registered reports whether somebody registered the case, and so decided that the mail which opened it is a matter of its own.
func registered(lives [][]Record, id ID) bool {
	return slices.ContainsFunc(lives, func(live []Record) bool {
		return len(live) > 0 && live[0].Case == id && slices.ContainsFunc(live, func(r Record) bool { return r.Event.Kind() == KindRegistered })
	})
}

// copiesIn collects the copies of mails that came to a case after the one that opened it.
func copiesIn(lives [][]Record) map[Digest][]CopyReceived {
	var all map[Digest][]CopyReceived
	for _, live := range lives {
		for _, r := range live {
			e, ok := r.Event.(CopyReceived)
			if !ok || e.Of.IsZero() {
				continue
			}
			if all == nil {
				all = make(map[Digest][]CopyReceived)
			}
			all[e.Of] = append(all[e.Of], e)
		}
	}
	return all
}

// arrived takes into account a copy of the mail that came by another way: the earliest arrival governs, and so does the
// earliest Received line.
func (m *OpenMail) arrived(c CopyReceived) {
	if c.ArrivedAt.Before(m.At) {
		m.At = c.ArrivedAt
	}
	if !c.Stamp.At.IsZero() && (m.Stamp.At.IsZero() || c.Stamp.At.Before(m.Stamp.At)) {
		m.Stamp = c.Stamp
	}
	m.Stamp = m.Stamp.Before(m.At)
}

// judgements are what was guessed of mails once their files had been read; the last one counts.
func judgements(lives [][]Record) map[Digest]MessageJudged {
	var all map[Digest]MessageJudged
	for _, live := range lives {
		for _, r := range live {
			e, ok := r.Event.(MessageJudged)
			if !ok {
				continue
			}
			if all == nil {
				all = make(map[Digest]MessageJudged)
			}
			all[e.Mail] = e
		}
	}
	return all
}

// turned is what the records of one case say that may decide about a mail without naming it.
type turned struct {
	of       ID
	byPerson uint64   // the last record that somebody wrote
	found    []Record // 非申请 and its undoing, in the order of the law
}

func turnsIn(lives [][]Record) []turned {
	all := make([]turned, len(lives))
	for i, live := range lives {
		if len(live) > 0 {
			all[i].of = live[0].Case
		}
		for _, r := range live {
			switch r.Event.(type) {
			case Revealed:
				continue
			case Dismissed, Reinstated:
				all[i].found = append(all[i].found, r)
			}
			if r.Seq > all[i].byPerson && ByPerson(r.Actor) {
				all[i].byPerson = r.Seq
			}
		}
	}
	return all
}

// dealtWith reports whether what was recorded after a mail shows that somebody decided about it: the case
// was found to be no application. Before schema 4 nobody could say so of a mail itself: then it is open only
// in a case that is not finished, and while nobody has recorded anything since.
func dealtWith(mail Record, e MessageIn, turns []turned, finished func() bool) bool {
	for i, t := range turns {
		if e.Guess == GuessNone && t.byPerson > mail.Seq {
			return true
		}
		dismissed := false
		own := i == 0 || t.of == mail.Case // or of a case that was merged into it
		for _, r := range t.found {
			if r.Seq > mail.Seq {
				dismissed = own && r.Event.Kind() == KindDismissed // 恢复: as if it had not been dismissed
			}
		}
		if dismissed {
			return true
		}
	}
	return e.Guess == GuessNone && finished()
}

// ByPerson reports whether an actor is somebody at a terminal, name(uid), and not a part of the program.
func ByPerson(actor string) bool { return strings.HasSuffix(actor, ")") }

// stageOf is where records have led a case.
func stageOf(live []Record) Stage {
	c := Case{law: new(Regulations())}
	for _, r := range live {
		c.apply(r)
	}
	return c.Stage
}

// openNow are the mails about which a draft is judged: those that are in the case, and those that may belong
// to it.
func (j *judge) openNow() []OpenMail {
	return append(OpenMails(append([][]Record{j.history}, j.merged...)...), j.Suggested...)
}

// nothingUnread refuses to end a case over a mail that nobody decided about. A letter of the office is none.
func (j *judge) nothingUnread(what, force string) error {
	if strings.TrimSpace(force) != "" {
		return nil
	}
	var open []OpenMail
	for _, m := range j.openNow() {
		if m.Guess != GuessSent {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		return nil
	}
	names := make([]string, len(open))
	for i, m := range open {
		names[i] = m.Words()
	}
	return j.refuse("mail-open", "先看来信，再记录是什么（申请人补正、撤回等）或标记阅毕；确与来信无关的，写明理由\nysq show 编号、ysq seen 编号、--force",
		"还有 %d 封来信没有人处理，不能%s：%s", len(open), what, strings.Join(names[:min(len(names), 3)], "；"))
}

// Words names an open mail for a person.
func (m OpenMail) Words() string {
	return phrases(m.On().String()+" "+m.Guess.Label(), m.Digest.Short(), prefixed("主题：", m.Subject))
}

// answers refuses a step that names a mail which is neither in the case nor may belong to it.
func (j *judge) answers(e Event) error {
	mails, _ := AnsweredBy(e)
	if len(mails) == 0 {
		return nil
	}
	items := Contents(append([][]Record{j.history}, j.merged...)...)
	for _, d := range mails {
		i, held := Holding(items, d)
		merely := slices.ContainsFunc(j.Suggested, func(m OpenMail) bool { return m.Digest == d })
		if !merely && (!held || i.Sort != Incoming) {
			return j.refuse("mail-unknown", "请从本件的来信中选；别处的先归入\nysq show 编号、ysq attach 编号 --mail", "%s 不是本件的来信", d.Short())
		}
	}
	return nil
}
