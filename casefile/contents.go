package casefile

import (
	"cmp"
	"slices"
	"time"
)

// Sort is what kind of thing is in a case.
type Sort uint8

// The sorts of things.
const (
	Incoming  Sort = iota // a mail that came
	Outgoing              // a mail of the office
	Document              // a file that a person put there
	Paperwork             // a letter of the office as it was issued (文书)
	Annex                 // a file that such a letter encloses
)

// Item is one thing in a case.
type Item struct {
	Sort   Sort
	Digest Digest
	Letter Letter    // of a mail
	File   File      // of a document or of paperwork
	At     time.Time // when a mail arrived or was sent; zero where no record says
	Record Record    // that put it there; its Case is the one to which the thing belongs
}

// Mail reports whether the thing is a mail.
func (i Item) Mail() bool { return i.Sort == Incoming || i.Sort == Outgoing }

// Removable reports whether a person may take the thing out of its case. The mail that opened the case,
// what the office sent from the case and its letters stay.
func (i Item) Removable() bool {
	switch i.Record.Event.(type) {
	case MessageIn, MessageOut, Attached:
		return true
	}
	return false
}

// Contents lists what is in a case: what its own records put there and did not take out again, and
// what is in the cases that were merged into it, whose histories follow the first. Things stand in the
// order of their days, each digest once; the parts of a case that was split each hold its first mail.
func Contents(histories ...[]Record) []Item {
	var all []Item
	for _, h := range histories {
		all = append(all, contents(Live(h))...)
	}
	return onceEach(all)
}

func onceEach(all []Item) []Item {
	if len(all) < 2 {
		return all
	}
	slices.SortStableFunc(all, func(a, b Item) int { return cmp.Compare(a.Record.On, b.Record.On) })
	seen := make(map[Digest]bool, len(all))
	return slices.DeleteFunc(all, func(i Item) bool {
		twice := seen[i.Digest]
		seen[i.Digest] = true
		return twice
	})
}

// Holding finds a thing by its digest.
func Holding(all []Item, d Digest) (Item, bool) {
	if i := slices.IndexFunc(all, func(i Item) bool { return i.Digest == d }); i >= 0 {
		return all[i], true
	}
	return Item{}, false
}

// contents reads one history. What was taken out is decided by the order of recording: whatever day a
// person writes on it, a taking out is about what lay there when it was recorded.
func contents(live []Record) []Item {
	var taken map[Digest]uint64 // by the last record that took it out
	var prepared map[uint64]MailPrepared
	for _, r := range live {
		switch e := r.Event.(type) {
		case Detached:
			if taken == nil {
				taken = make(map[Digest]uint64)
			}
			taken[e.Digest] = max(taken[e.Digest], r.Seq)
		case MailPrepared:
			if prepared == nil {
				prepared = make(map[uint64]MailPrepared)
			}
			prepared[r.Seq] = e
		}
	}
	var all []Item
	put := func(i Item) {
		if i.Digest.IsZero() || i.Removable() && taken[i.Digest] > i.Record.Seq {
			return
		}
		all = append(all, i)
	}
	mail := func(s Sort, l Letter, at time.Time, r Record) { put(Item{s, l.Digest, l, File{}, at, r}) }
	for _, r := range live {
		switch e := r.Event.(type) {
		case Received:
			mail(Incoming, e.Letter, e.ArrivedAt, r)
		case MessageIn:
			mail(Incoming, e.Letter, e.ArrivedAt, r)
		case MessageOut:
			mail(Outgoing, e.Letter, e.SentAt, r)
		case Attached:
			mail(Incoming, e.Letter, time.Time{}, r)
			for _, f := range e.Files {
				put(Item{Sort: Document, Digest: f.Digest, File: f, Record: r})
			}
		case LetterIssued:
			put(Item{Sort: Paperwork, Digest: e.File.Digest, File: e.File, Record: r})
			for _, f := range e.Annexes {
				put(Item{Sort: Annex, Digest: f.Digest, File: f, Record: r})
			}
		case MailSettled:
			// Not every provider keeps a copy of what its server took.
			if p, known := prepared[e.Mail]; known && e.State == OutSent && e.Seen.IsZero() {
				mail(Outgoing, p.Letter, r.Recorded, r)
			}
		}
	}
	return oneCopy(all)
}

// MailOf names the mail that an event puts into a case, or that belongs to none; zero where it does neither.
func MailOf(e Event) Digest {
	switch e := e.(type) {
	case Received:
		return e.Digest
	case MessageTaken:
		return e.Digest
	case MessageIn:
		return e.Digest
	case MessageOut:
		return e.Digest
	case Attached:
		return e.Letter.Digest
	}
	return Digest{}
}

// oneCopy leaves out a mail that is known from the outbox where its copy in 已发送 is in the case, too.
func oneCopy(all []Item) []Item {
	var copied []string
	for _, i := range all {
		if _, ok := i.Record.Event.(MessageOut); ok {
			copied = append(copied, i.Letter.MessageID)
		}
	}
	if copied == nil {
		return all
	}
	return slices.DeleteFunc(all, func(i Item) bool {
		_, posted := i.Record.Event.(MailSettled)
		return posted && slices.Contains(copied, i.Letter.MessageID)
	})
}

// Kept lists the digests of all bytes that are kept for one case: what is in it, the mails prepared for
// it with their enclosures, the answers proposed with theirs, and documents that were taken out of it, for which no other record answers.
// A mail that was taken out is not among them: the book of mails has it, and a person decides about it.
func Kept(history []Record) []Digest {
	var all []Digest
	seen := map[Digest]bool{{}: true}
	add := func(d Digest) {
		if !seen[d] {
			seen[d] = true
			all = append(all, d)
		}
	}
	for _, i := range Contents(history) {
		add(i.Digest)
	}
	for _, r := range history {
		switch e := r.Event.(type) {
		case MailPrepared:
			add(e.Digest)
			for _, f := range e.Files {
				add(f.Digest)
			}
		case Attached:
			for _, f := range e.Files {
				add(f.Digest)
			}
		case Submitted:
			add(e.Draft.Digest)
			for _, f := range e.Annexes {
				add(f.Digest)
			}
		}
	}
	return all
}

// Wrote reports whether a mail with this Message-ID is in the case or was prepared for it.
func Wrote(history []Record, messageID string) bool {
	return slices.ContainsFunc(Contents(history), func(i Item) bool { return i.Mail() && i.Letter.MessageID == messageID }) ||
		slices.ContainsFunc(history, func(r Record) bool {
			e, ok := r.Event.(MailPrepared)
			return ok && e.MessageID == messageID
		})
}

// MergedInto is the case that goes on for the one with this history; empty for none.
func MergedInto(history []Record) (into ID) {
	for _, r := range Live(history) {
		if e, ok := r.Event.(Merged); ok {
			into = e.Into
		}
	}
	return into
}
