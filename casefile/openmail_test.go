package casefile

import (
	"testing"

	"ysq.internal/ysq/casefile/civil"
)

// In a register from before mails were judged nobody could say of a mail that it was dealt with: it is open only in a
// case that is not finished, and while no person has recorded anything since. What looked at it, or the program did,
// decides nothing.
func TestOpenMailOfAnOldRegister(t *testing.T) {
	const person = "李四(1000)"
	for name, tt := range map[string]struct {
		before, after []Event
		actor         string // of those after
		open          int
	}{
		"nobody has done anything since":       {open: 1},
		"a person has recorded something":      {after: []Event{Noted{Text: "一"}}, actor: person},
		"a person has only looked":             {after: []Event{Revealed{What: "show"}}, actor: person, open: 1},
		"the program has recorded something":   {after: []Event{Noted{Text: "一"}}, actor: "mailbox", open: 1},
		"the case had ended":                   {before: []Event{Registered{As: Application}, Withdrawn{}}},
		"the case was no application":          {before: []Event{Dismissed{Reason: "咨询"}}},
		"the case ended since, by the program": {before: []Event{Registered{As: Application}}, after: []Event{Withdrawn{}}, actor: "mailbox"},
	} {
		t.Run(name, func(t *testing.T) {
			var live []Record
			add := func(actor string, all ...Event) {
				for _, e := range all {
					live = append(live, Record{Seq: uint64(len(live) + 1), Case: "2026-00001", On: civil.MustParse("2026-03-20"), Actor: actor, Event: e})
				}
			}
			add("mailbox", Received{Channel: Email})
			add(person, tt.before...)
			add("mailbox", MessageIn{Letter: Letter{Digest: DigestOf([]byte("old"))}, ArrivedAt: civil.MustParse("2026-03-20").Start()})
			add(tt.actor, tt.after...)
			if open := openMails([][]Record{live}); len(open) != tt.open {
				t.Errorf("%d open mails, want %d", len(open), tt.open)
			}
		})
	}
}

// A letter from another address that had become a case of its own is merged: it is open until what it asks for is
// recorded, or somebody marks it as read. A thank-you, an application, and what somebody registered need nothing more.
func TestOpenMailOfAMergedCase(t *testing.T) {
	letter := Letter{Digest: DigestOf([]byte("from another address"))}
	record := func(seq uint64, id ID, e Event) Record {
		return Record{Seq: seq, Case: id, On: civil.MustParse("2026-03-20"), Actor: "李四(1000)", Event: e}
	}
	for name, tt := range map[string]struct {
		guess         Guess
		first, second []Event // on the case that goes on, on the one that is merged
		open          int
	}{
		"补正":             {guess: GuessCorrection, open: 1},
		"撤回":             {guess: GuessWithdrawal, open: 1},
		"recorded":       {guess: GuessCorrection, first: []Event{WithAnswers(CorrectionReceived{}, []Digest{letter.Digest})}},
		"seen":           {guess: GuessCorrection, first: []Event{WithAnswers(Seen{}, []Digest{letter.Digest})}},
		"a thank-you":    {guess: GuessThanks},
		"an application": {guess: GuessNone},
		"registered":     {guess: GuessCorrection, second: []Event{Registered{As: Application}}},
	} {
		t.Run(name, func(t *testing.T) {
			own := []Record{record(1, "2026-00001", Received{Channel: Email, Letter: Letter{Digest: DigestOf([]byte("application"))}})}
			other := []Record{record(2, "2026-00002", Received{Channel: Email, Letter: letter, Guess: tt.guess})}
			for i, e := range tt.second {
				other = append(other, record(uint64(3+i), "2026-00002", e))
			}
			if alone := OpenMails(other); len(alone) != 0 {
				t.Errorf("a case of its own has %d open mails", len(alone))
			}
			other = append(other, record(10, "2026-00002", Merged{Into: "2026-00001"}))
			for i, e := range tt.first {
				own = append(own, record(uint64(11+i), "2026-00001", e))
			}
			if open := OpenMails(own, other); len(open) != tt.open {
				t.Errorf("%d open mails, want %d", len(open), tt.open)
			}
		})
	}
}
