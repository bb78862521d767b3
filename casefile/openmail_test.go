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
