package casefile_test

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// named is a mail or file known by a letter of the alphabet.
func named(name string) casefile.Letter {
	return casefile.Letter{Digest: casefile.DigestOf([]byte(name)), MessageID: name + "@x", Subject: name, From: casefile.Address{Mail: name + "@example.test"}}
}

func scan(name string) casefile.File {
	return casefile.File{Digest: casefile.DigestOf([]byte(name)), Name: name}
}

// step is a record that took effect on a day of March.
type step struct {
	day int
	e   casefile.Event
}

func historyOf(id casefile.ID, first uint64, steps ...step) (history []casefile.Record) {
	for i, s := range steps {
		history = append(history, casefile.Record{Seq: first + uint64(i), On: civil.New(2026, 3, s.day), Case: id, Event: s.e})
	}
	return history
}

// namesOf prints what lies in a case: mails that came as they are called, sent ones with an arrow, documents
// and paperwork in brackets, what may be taken out with a minus.
func namesOf(items []casefile.Item) string {
	var all []string
	for _, i := range items {
		name := i.Letter.Subject + i.File.Name
		switch i.Sort {
		case casefile.Outgoing:
			name = ">" + name
		case casefile.Document:
			name = "[" + name + "]"
		case casefile.Paperwork:
			name = "<" + name + ">"
		}
		if i.Removable() {
			name = "-" + name
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func TestContents(t *testing.T) {
	received := step{2, casefile.Received{Channel: casefile.Email, Letter: named("a")}}
	out := func(name, why string) casefile.Detached {
		return casefile.Detached{Digest: casefile.DigestOf([]byte(name)), Reason: why}
	}
	settled := func(mail uint64, s casefile.OutState) casefile.MailSettled {
		return casefile.MailSettled{Mail: mail, State: s, Code: 250}
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"on paper", []step{{2, casefile.Received{Channel: casefile.InPerson}}}, ""},
		{"the first mail and later ones", []step{received, {3, casefile.MessageIn{Letter: named("b")}}, {4, casefile.MessageOut{Letter: named("c")}}}, "a -b ->c"},
		{"in the order of days", []step{received, {9, casefile.MessageIn{Letter: named("b")}}, {4, casefile.MessageIn{Letter: named("c")}}}, "a -c -b"},
		{"files and a mail put there", []step{received, {3, casefile.Attached{Files: []casefile.File{scan("f"), scan("g")}, Letter: named("b")}}}, "a -b -[f] -[g]"},
		{"paperwork", []step{received, {3, casefile.LetterIssued{File: scan("l")}}}, "a <l>"},
		{"a sent mail taken out", []step{received, {3, casefile.MessageOut{Letter: named("b")}}, {4, out("b", "归错案")}}, "a"},
		{"one file of two taken out", []step{received, {3, casefile.Attached{Files: []casefile.File{scan("f"), scan("g")}}}, {4, out("f", "")}}, "a -[g]"},
		{"taken out and put back", []step{received, {3, casefile.MessageIn{Letter: named("b")}}, {4, out("b", "")}, {5, casefile.Attached{Letter: named("b")}}}, "a -b"},
		{"taken out on an earlier day than it came", []step{received, {6, casefile.MessageIn{Letter: named("b")}}, {4, out("b", "")}}, "a"},
		{"taking out is voided", []step{received, {3, casefile.MessageIn{Letter: named("b")}}, {4, out("b", "")}, {5, casefile.Voided{Seq: 3}}}, "a -b"},
		{"putting in is voided", []step{received, {3, casefile.Attached{Files: []casefile.File{scan("f")}}}, {4, casefile.Voided{Seq: 2}}}, "a"},
		{"the first mail stays", []step{received, {3, out("a", "")}}, "a"},
		{"the first mail attached once more, and taken out", []step{received, {3, casefile.Attached{Letter: named("a")}}, {4, out("a", "")}}, "a"},
		{"twice is once", []step{received, {3, casefile.MessageIn{Letter: named("b")}}, {4, casefile.Attached{Letter: named("b")}}}, "a -b"},
		{"sent without a copy", []step{received, {3, casefile.MailPrepared{Letter: named("b")}}, {3, settled(2, casefile.OutSent)}, {4, settled(2, casefile.OutSent)}}, "a >b"},
		{"sent with a copy", []step{received, {3, casefile.MailPrepared{Letter: named("b")}}, {3, settled(2, casefile.OutSent)}, {4, casefile.MessageOut{Letter: casefile.Letter{Digest: casefile.DigestOf([]byte("copy")), MessageID: "b@x", Subject: "copy"}}}}, "a ->copy"},
		{"not sent", []step{received, {3, casefile.MailPrepared{Letter: named("b")}}, {3, settled(2, casefile.OutHeld)}, {4, settled(99, casefile.OutSent)}}, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			history := historyOf(storyCase, 1, tt.steps...)
			if got := namesOf(casefile.Contents(history)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			mails := 0
			for name := range strings.FieldsSeq(tt.want) {
				if !strings.ContainsAny(name, "[<") {
					mails++
				}
			}
			if c := casefile.Fold(storyCase, history, law, workday.Embedded()); c.Messages != mails {
				t.Errorf("%d mails, want %d", c.Messages, mails)
			}
		})
	}
}

// What was merged into a case lies in it, beside what is its own; its own comes first on a day.
func TestContentsOfMerged(t *testing.T) {
	own := historyOf("2026-00002", 10, step{2, casefile.Received{Letter: named("a")}}, step{5, casefile.MessageIn{Letter: named("c")}}, step{6, casefile.Attached{Letter: named("b")}})
	merged := historyOf("2026-00003", 1, step{2, casefile.Received{Letter: named("b")}}, step{4, casefile.Attached{Files: []casefile.File{scan("f")}}}, step{5, casefile.Merged{Into: "2026-00002"}})
	if got, want := namesOf(casefile.Contents(own, merged)), "a b -[f] -c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c := casefile.Fold("2026-00002", own, law, workday.Embedded(), merged)
	if got := fmt.Sprint(c.Messages, c.Addresses, c.Stage); got != "3 [a@example.test b@example.test c@example.test] received" {
		t.Errorf("the case: %s", got)
	}
	if got := casefile.MergedInto(merged); got != "2026-00002" {
		t.Errorf("merged into %q", got)
	}
	detach := func(name string) error {
		d := casefile.Draft{Case: "2026-00002", On: civil.New(2026, 3, 9), Event: casefile.Detached{Digest: casefile.DigestOf([]byte(name)), Reason: "归错案"}}
		_, err := casefile.Decide(own, d, d.On, law, workday.Embedded(), merged)
		return err
	}
	if err := detach("c"); err != nil {
		t.Errorf("its own mail: %v", err)
	}
	if err := detach("f"); codeOf(err) != "not-attached" || !strings.Contains(err.Error(), "ysq detach 2026-00003") {
		t.Errorf("a file of the merged case: %v", err)
	}
}

// Bytes are kept for a case that prepared or took out a document, not for one that gave a mail away.
func TestKept(t *testing.T) {
	history := historyOf(storyCase, 1,
		step{2, casefile.Received{Letter: named("a")}}, step{3, casefile.MessageIn{Letter: named("b")}}, step{3, casefile.Attached{Files: []casefile.File{scan("f")}}},
		step{4, casefile.Detached{Digest: casefile.DigestOf([]byte("b"))}}, step{4, casefile.Detached{Digest: casefile.DigestOf([]byte("f"))}},
		step{5, casefile.MailPrepared{Letter: named("d"), Files: []casefile.File{scan("e")}}})
	var got []string
	for _, d := range casefile.Kept(history) {
		for _, name := range []string{"a", "b", "d", "e", "f"} {
			if d == casefile.DigestOf([]byte(name)) {
				got = append(got, name)
			}
		}
	}
	if s := strings.Join(got, " "); s != "a f d e" {
		t.Errorf("kept %q", s)
	}
	for id, want := range map[string]bool{"a@x": true, "b@x": false, "d@x": true, "f@x": false} {
		if casefile.Wrote(history, id) != want {
			t.Errorf("wrote %s: %v", id, !want)
		}
	}
}
