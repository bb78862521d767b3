package register

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// Whatever the order of mails and records, every mail of a person is open until a person decided about it: on the
// case in which it lies, or on those to which it may belong. The model knows what was decided; the register derives
// it from the records, and derives it anew when it is verified.
func TestOpenMailUntilDecided(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := openModel{t: rt, dir: durabletest.Dir(t), open: map[casefile.ID][]casefile.Digest{}, stage: map[casefile.ID]casefile.Stage{}, asks: map[casefile.ID]casefile.Digest{}}
		_, err := Create(o.dir, start)
		must(t, err)
		o.r, err = Open(o.dir, Options{})
		must(t, err)
		defer o.r.Close()
		for range 3 {
			o.newCase(casefile.GuessNone)
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			o.step()
			o.compare(t)
		}
		for _, wrong := range proven(t, o.r) {
			if wrong.Place != "mail" {
				rt.Fatalf("it does not verify: %v", wrong)
			}
		}
	})
}

// openModel is what a person would expect.
type openModel struct {
	memo  Memo[casefile.Case]
	whole Memo[casefile.Case] // keeps all of them
	t     *rapid.T
	dir   string
	r     *Register
	now   time.Time
	n     int
	ids   []casefile.ID
	open  map[casefile.ID][]casefile.Digest // of each case
	lies  []laid                            // elsewhere
	stage map[casefile.ID]casefile.Stage
	seen  []casefile.Record                 // that may be voided
	kept  map[casefile.ID][]casefile.Digest // open when their case was dismissed
	asks  map[casefile.ID]casefile.Digest   // what opened a case and asks for a step on another
}

// laid is a mail that lies parked, or in a case of its own, and may belong to a case.
type laid struct {
	digest casefile.Digest
	in, to casefile.ID
	uid    uint32
}

func (o *openModel) letter() casefile.Letter {
	o.n++
	return casefile.Letter{Digest: casefile.DigestOf(fmt.Append(nil, o.n)), MessageID: fmt.Sprintf("%d@example.test", o.n), From: casefile.Address{Mail: "zhang@example.test"}}
}

func (o *openModel) at() time.Time { return start.Add(time.Duration(o.n) * time.Minute) }

func (o *openModel) add(drafts ...casefile.Draft) []casefile.Record {
	for i := range drafts {
		drafts[i].On = civil.Of(start)
	}
	o.now = o.now.Add(time.Second)
	records, err := o.r.Append(start.Add(time.Hour).Add(o.now.Sub(time.Time{})), "李四(1000)", drafts...)
	if err != nil {
		o.t.Fatal(err)
	}
	return records
}

func (o *openModel) newCase(guess casefile.Guess, to ...casefile.ID) {
	id := casefile.NewID(2026, len(o.ids)+1)
	e := casefile.Received{Channel: casefile.Email, ArrivedAt: o.at(), Letter: o.letter(), Guess: guess}
	for _, one := range to {
		e.Suggestions = append(e.Suggestions, casefile.Suggestion{Case: one, Reason: "x"})
		if guess != casefile.GuessNone {
			o.lies = append(o.lies, laid{e.Digest, id, one, 0})
		}
	}
	if guess == casefile.GuessCorrection {
		o.asks[id] = e.Digest
	}
	o.ids = append(o.ids, id)
	o.stage[id] = casefile.StageReceived
	o.add(casefile.Draft{Case: id, Event: e})
}

func (o *openModel) step() {
	id := rapid.SampledFrom(o.ids).Draw(o.t, "case")
	guess := rapid.SampledFrom([]casefile.Guess{casefile.GuessCorrection, casefile.GuessThanks, casefile.GuessOther, casefile.GuessNotice}).Draw(o.t, "guess")
	switch what := rapid.SampledFrom([]string{"mail", "mail", "suggest", "park", "seen", "step", "noted", "dismiss", "reinstate", "register", "merge", "void", "attach"}).Draw(o.t, "what"); what {
	case "mail":
		l := o.letter()
		o.add(casefile.Draft{Case: id, Event: casefile.MessageIn{Letter: l, ArrivedAt: o.at(), Guess: guess}})
		if guess != casefile.GuessNotice {
			to := o.goesOn(id)
			o.open[to] = append(o.open[to], l.Digest)
		}
	case "suggest":
		if guess == casefile.GuessNotice {
			guess = casefile.GuessNone
		}
		o.newCase(guess, id)
	case "park":
		if guess == casefile.GuessNotice {
			return
		}
		l := o.letter()
		e := casefile.MessageTaken{Account: "a", Folder: "Junk", UIDValidity: 1, UID: uint32(o.n), Letter: l, Disposition: casefile.Parked, Guess: guess, Suggestions: []casefile.Suggestion{{Case: id}}}
		o.add(casefile.Draft{Event: e})
		o.lies = append(o.lies, laid{l.Digest, "", id, uint32(o.n)})
	case "seen", "step":
		all := o.expected(id)
		if len(all) == 0 {
			return
		}
		d := rapid.SampledFrom(all).Draw(o.t, "mail")
		var e casefile.Event = casefile.Seen{}
		if what == "step" {
			e = casefile.Confirmed{}
		}
		o.seen = append(o.seen, o.add(casefile.Draft{Case: id, Event: casefile.WithAnswers(e, []casefile.Digest{d})})...)
	case "noted":
		o.add(casefile.Draft{Case: id, Event: casefile.Noted{Text: "x"}})
	case "dismiss":
		if o.stage[id] != casefile.StageReceived {
			return
		}
		o.add(casefile.Draft{Case: id, Event: casefile.Dismissed{Reason: "x"}})
		o.stage[id] = casefile.StageDismissed
		if o.kept == nil {
			o.kept = map[casefile.ID][]casefile.Digest{}
		}
		o.kept[id], o.open[id] = o.open[id], nil
	case "reinstate":
		if o.stage[id] != casefile.StageDismissed {
			return
		}
		o.add(casefile.Draft{Case: id, Event: casefile.Reinstated{Reason: "x"}})
		o.stage[id] = casefile.StageReceived
		o.open[id] = append(o.kept[id], o.open[id]...)
	case "register":
		if o.stage[id] != casefile.StageReceived {
			return
		}
		o.add(casefile.Draft{Case: id, Event: casefile.Registered{As: casefile.Application, Applicant: "张三"}})
		o.stage[id] = casefile.StageRegistered
	case "merge":
		into := o.ids[0]
		if id == into || o.stage[id] != casefile.StageReceived || o.stage[into] != casefile.StageReceived && o.stage[into] != casefile.StageRegistered {
			return
		}
		o.add(casefile.Draft{Case: id, Event: casefile.Merged{Into: into}})
		o.stage[id] = casefile.StageMerged
		o.open[into] = append(o.open[into], o.open[id]...)
		o.open[id] = nil
		if d, ok := o.asks[id]; ok {
			o.open[into] = append(o.open[into], d)
		}
	case "void":
		if len(o.seen) == 0 {
			return
		}
		r := rapid.SampledFrom(o.seen).Draw(o.t, "record")
		o.add(casefile.Draft{Case: r.Case, Event: casefile.Voided{Seq: r.Seq}})
		o.seen = slices.DeleteFunc(o.seen, func(s casefile.Record) bool { return s.Seq == r.Seq })
	case "attach":
		i := slices.IndexFunc(o.lies, func(l laid) bool { return l.uid != 0 && l.to == id })
		if i < 0 {
			return
		}
		l := o.lies[i]
		letter := casefile.Letter{Digest: l.digest}
		o.add(casefile.Draft{Event: casefile.MessageTaken{Account: "a", Folder: "Junk", UIDValidity: 1, UID: l.uid, Letter: letter, Disposition: casefile.ToCase, Case: id}},
			casefile.Draft{Case: id, Event: casefile.Attached{Letter: letter}})
		o.lies = slices.Delete(o.lies, i, i+1)
	}
}

// goesOn is the case in which what came to one is open.
func (o *openModel) goesOn(id casefile.ID) casefile.ID {
	if o.stage[id] == casefile.StageMerged {
		return o.ids[0]
	}
	return id
}

// expected are the open mails of a case, as the model has them.
func (o *openModel) expected(id casefile.ID) (all []casefile.Digest) {
	answered := func(d casefile.Digest) bool {
		return slices.ContainsFunc(o.seen, func(r casefile.Record) bool {
			mails, _ := casefile.AnsweredBy(r.Event)
			return (r.Case == id || o.goesOn(r.Case) == id) && slices.Contains(mails, d)
		})
	}
	for _, d := range o.open[id] {
		if !answered(d) {
			all = append(all, d)
		}
	}
	if s := o.stage[id]; s != casefile.StageReceived && s != casefile.StageRegistered {
		return all
	}
	for _, l := range o.lies {
		if o.goesOn(l.to) == id && (l.in == "" || o.stage[l.in] == casefile.StageReceived) && !answered(l.digest) {
			all = append(all, l.digest)
		}
	}
	return all
}

// waits is a case that waits for somebody, or none.
func waits(c casefile.Case) casefile.Case {
	if c.Stage.Open() || c.OpenMail > 0 {
		return c
	}
	return casefile.Case{}
}

func (o *openModel) compare(t *testing.T) {
	must(t, o.r.View(func(tx *Tx) error {
		cases, err := o.memo.Waiting(tx, 3, func(c casefile.Case) casefile.Case { return c }) // of which some are not kept
		must(t, err)
		if again, err := o.whole.Waiting(tx, 1000, func(c casefile.Case) casefile.Case { return c }); err != nil || !reflect.DeepEqual(again, cases) {
			o.t.Fatalf("%v: %v wait, want %v", err, again, cases)
		}
		waiting := map[casefile.ID]casefile.Case{}
		for _, c := range cases {
			waiting[c.ID] = c
		}
		if len(waiting) != len(cases) {
			o.t.Fatalf("a case waits twice: %v", cases)
		}
		for _, id := range o.ids {
			c, err := tx.Case(id)
			must(t, err)
			open, err := tx.OpenMails(c)
			must(t, err)
			var got []casefile.Digest
			for _, m := range open {
				got = append(got, m.Digest)
			}
			want := o.expected(id)
			n, oldest, err := tx.CountOpenMails(c)
			must(t, err)
			if sorted(got) != sorted(want) || n != len(want) || (n > 0) == oldest.IsZero() || !reflect.DeepEqual(waiting[id], waits(c)) {
				o.t.Fatalf("%s (%s): open %s, want %s; counted %d since %s; waits %+v", id, c.Stage, sorted(got), sorted(want), n, oldest, waiting[id])
			}
		}
		return nil
	}))
}

func sorted(all []casefile.Digest) string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Short()
	}
	slices.Sort(names)
	return fmt.Sprint(names)
}

// What is recorded in a transaction is seen in it, too: bbolt returns nil for an empty value that the same transaction has
// written, and an empty slice once it is committed.
func TestSuggestedWithinItsTransaction(t *testing.T) {
	r := opened(t)
	draft := func(e casefile.Event) casefile.Draft { return casefile.Draft{On: civil.Of(start), Event: e} }
	mail := func(n byte) casefile.Letter {
		return casefile.Letter{Digest: casefile.DigestOf([]byte{n}), From: casefile.Address{Mail: "zhang@example.test"}}
	}
	first := draft(casefile.Received{Channel: casefile.Email, ArrivedAt: start, Letter: mail(1)})
	first.Case = "2026-00001"
	parked := draft(casefile.MessageTaken{Letter: mail(2), Account: "a", Folder: "f", UIDValidity: 1, UID: 2, Disposition: casefile.Parked, ArrivedAt: start,
		Guess: casefile.GuessReminder, Suggestions: []casefile.Suggestion{{Case: first.Case, Reason: "x"}}})
	suggested := func(tx *Tx, want int) {
		t.Helper()
		c, err := tx.Case(first.Case)
		must(t, err)
		if all, err := tx.Suggested(c); err != nil || len(all) != want {
			t.Errorf("%d mails are suggested, %v; want %d", len(all), err, want)
		}
	}
	must(t, r.Update(start, func(tx *Tx) error {
		_, err := tx.Append("mailbox", first, parked)
		must(t, err)
		suggested(tx, 1)
		return nil
	}))
	must(t, r.View(func(tx *Tx) error { suggested(tx, 1); return nil }))
	must(t, r.Update(start, func(tx *Tx) error {
		decided := parked
		e := decided.Event.(casefile.MessageTaken)
		e.Disposition = casefile.ToHistory
		decided.Event = e
		_, err := tx.Append("李四(1000)", decided)
		must(t, err)
		suggested(tx, 0)
		return nil
	}))
}
