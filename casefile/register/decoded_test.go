package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// What is kept of a long history is right in every transaction: in one that is given up and the one that gets its numbers
// afterwards, in one that began before, and for whoever changes the list that he got.
func TestLongHistories(t *testing.T) {
	r := opened(t)
	const id = casefile.ID("2026-00001")
	note := func(text string) casefile.Draft {
		return casefile.Draft{Case: id, On: civil.Of(start), Event: casefile.Noted{Text: text}}
	}
	drafts := []casefile.Draft{{Case: id, On: civil.Of(start), Event: casefile.Received{Channel: casefile.InPerson}}}
	for range longFrom {
		drafts = append(drafts, note("来电"))
	}
	add := func(drafts ...casefile.Draft) {
		t.Helper()
		if _, err := r.Append(start, "李四(1000)", drafts...); err != nil {
			t.Fatal(err)
		}
	}
	add(drafts...)
	last := func(tx *Tx, n int, want string) {
		t.Helper()
		history, err := tx.History(id)
		if err != nil || len(history) != n {
			t.Fatalf("%d records, %v; want %d", len(history), err, n)
		}
		if got := history[n-1].Event.(casefile.Noted).Text; got != want {
			t.Errorf("the last record says %s, want %s", got, want)
		}
		history[n-1], history[0] = history[0], history[n-1]
	}
	look := func(n int, want string) {
		t.Helper()
		must(t, r.View(func(tx *Tx) error { last(tx, n, want); return nil }))
	}
	n := len(drafts)
	look(n, "来电")
	must(t, r.View(func(before *Tx) error {
		given := errors.New("given up")
		if err := r.Update(start, func(tx *Tx) error {
			_, err := tx.Append("李四(1000)", note("不记"))
			must(t, err)
			last(tx, n+1, "不记")
			return given
		}); !errors.Is(err, given) {
			t.Fatal(err)
		}
		add(note("记"))
		look(n+1, "记")
		last(before, n, "来电")
		return nil
	}))
	look(n+1, "记")
	if kept := r.known.histories.of[id]; len(kept.records) != n+1 || kept.size == 0 || kept.size != r.known.histories.size {
		t.Errorf("%d records are kept, %d of %d bytes", len(kept.records), kept.size, r.known.histories.size)
	}

	var all histories // bounded, whatever comes
	for k := range 100 {
		long := longHistory{make([]casefile.Record, longFrom), mostHistories / 10 * (1 + k%20)}
		all.put(casefile.ID(fmt.Sprint(strings.Repeat("9", 4), "-", k)), long)
		sum := 0
		for _, one := range all.of {
			sum += one.size
		}
		if sum != all.size || sum > mostHistories {
			t.Fatalf("%d bytes are kept, and counted as %d", sum, all.size)
		}
	}
}

// The days of mails, and the records of years, are right in a transaction that is given up and in the one that gets its numbers.
func TestKeptByNumbers(t *testing.T) {
	r := opened(t)
	mail := func(n byte, on time.Time, guess casefile.Guess) casefile.Draft {
		return casefile.Draft{On: civil.Of(on), Event: casefile.MessageTaken{Letter: casefile.Letter{Digest: casefile.DigestOf([]byte{n})}, Account: "a", Folder: "f", UIDValidity: 1, UID: uint32(n),
			Disposition: casefile.Parked, ArrivedAt: on, Guess: guess}}
	}
	opening := func(n int) casefile.Draft {
		return casefile.Draft{On: civil.Of(start), Event: casefile.OpeningBalance{Year: 2026, Columns: [len(casefile.Columns)]int{n}}}
	}
	look := func(tx *Tx, n int, want ...MailDay) {
		t.Helper()
		var got []MailDay
		for m, err := range tx.MailDays(casefile.Parked) {
			must(t, err)
			got = append(got, MailDay{0, m.On, m.Sent})
		}
		o, _, err := tx.Opening()
		if must(t, err); o.Columns[0] != n || !slices.Equal(got, want) {
			t.Errorf("%d carried over, %v; want %d, %v", o.Columns[0], got, n, want)
		}
	}
	today, later := civil.Of(start), civil.Of(start)+7
	add := func(drafts ...casefile.Draft) {
		t.Helper()
		if _, err := r.Append(start, "李四(1000)", drafts...); err != nil {
			t.Fatal(err)
		}
	}
	add(mail(1, start, casefile.GuessNone))
	given := errors.New("given up")
	if err := r.Update(start, func(tx *Tx) error {
		_, err := tx.Append("李四(1000)", mail(2, start, casefile.GuessNone), opening(3))
		must(t, err)
		look(tx, 3, MailDay{0, today, false}, MailDay{0, today, false})
		return given
	}); !errors.Is(err, given) {
		t.Fatal(err)
	}
	add(mail(3, later.Start(), casefile.GuessSent), opening(5))
	for range 2 {
		must(t, r.View(func(tx *Tx) error { look(tx, 5, MailDay{0, today, false}, MailDay{0, later, true}); return nil }))
	}
	if len(r.known.arrivals.of) != 2 || len(r.known.years.of) != 1 {
		t.Errorf("%d days and %d records of years are kept", len(r.known.arrivals.of), len(r.known.years.of))
	}
}
