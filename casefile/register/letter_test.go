package register

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

// issue gives a letter the next number and records it on the cases, as the daemon does.
func issue(r *Register, now time.Time, kind casefile.LetterKind, text string, cases ...casefile.ID) (n casefile.LetterNumber, err error) {
	err = r.Update(now, func(tx *Tx) error {
		if n, err = tx.NextLetter(kind.String(), civil.Of(now).Year()); err != nil {
			return err
		}
		var drafts []casefile.Draft
		for _, id := range cases {
			drafts = append(drafts, casefile.Draft{Case: id, On: civil.Of(now), Event: casefile.LetterIssued{
				Letter: kind, LetterNumber: n, Document: documentNumber(n),
				File: casefile.File{Digest: casefile.DigestOf([]byte(text)), Name: text, Size: int64(len(text))},
			}})
		}
		_, err = tx.Append("李四(1000)", drafts...)
		return err
	})
	return n, err
}

func documentNumber(n casefile.LetterNumber) string {
	return fmt.Sprintf("某局%s〔%d〕第%03d号", n.Series, n.Year, n.Number)
}

func voidLetter(r *Register, now time.Time, n casefile.LetterNumber, id casefile.ID) error {
	return r.Update(now, func(tx *Tx) error {
		_, err := tx.Append("李四(1000)", casefile.Draft{Case: id, On: civil.Of(now), Event: casefile.LetterVoided{LetterNumber: n, Document: documentNumber(n), Reason: "内容有误"}})
		return err
	})
}

// numbersOf lists the numbers of a series that the register knows, with how often each was issued.
func numbersOf(t interface{ Fatal(...any) }, r *Register, series string, year int) (all []int) {
	err := r.View(func(tx *Tx) error {
		for record, err := range tx.Letters(year) {
			if err != nil {
				return err
			}
			if e, ok := record.Event.(casefile.LetterIssued); ok && e.Series == series {
				all = append(all, e.Number)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whatever is issued and voided, by how many at once, in which years and series: the numbers of each
// series run from 1 without a gap, none is given twice, and what is derived is what the records say.
func TestLetterNumbersHaveNoGap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := durabletest.Dir(t)
		_, err := Create(dir, start)
		must(t, err)
		r, err := Open(dir, Options{})
		must(t, err)
		defer r.Close()
		id := take(t, r, "a", 1)
		kinds := []casefile.LetterKind{casefile.LetterCorrection, casefile.LetterExtension, casefile.LetterRefusal}
		want := map[string]int{}
		now := start
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.AddDate(0, 0, rapid.IntRange(0, 120).Draw(rt, "days"))
			kind := rapid.SampledFrom(kinds).Draw(rt, "kind")
			year := civil.Of(now).Year()
			at := fmt.Sprint(kind, year)
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0: // several clerks at once
				var wg sync.WaitGroup
				clerks := rapid.IntRange(2, 4).Draw(rt, "clerks")
				errs := make([]error, clerks)
				for i := range clerks {
					wg.Go(func() { _, errs[i] = issue(r, now, kind, fmt.Sprint("letter ", step, " ", i), id) })
				}
				wg.Wait()
				want[at] += clerks
				if err := errors.Join(errs...); err != nil {
					rt.Fatal(err)
				}
			case 1: // one that comes to nothing: its number is the next letter's
				failed := errors.New("the disk is full")
				err := r.Update(now, func(tx *Tx) error {
					if _, err := tx.NextLetter(kind.String(), year); err != nil {
						return err
					}
					return failed
				})
				if err != failed {
					rt.Fatal(err)
				}
			case 2:
				if want[at] == 0 {
					continue
				}
				n := rapid.IntRange(1, want[at]).Draw(rt, "number")
				if err := voidLetter(r, now, casefile.LetterNumber{Series: kind.String(), Year: year, Number: n}, id); err != nil {
					rt.Fatal(err)
				}
			default:
				if _, err := issue(r, now, kind, fmt.Sprint("letter ", step), id); err != nil {
					rt.Fatal(err)
				}
				want[at]++
			}
		}
		for _, kind := range kinds {
			for year := start.Year(); year <= now.Year()+1; year++ {
				got := numbersOf(rt, r, kind.String(), year)
				for i, n := range got {
					if n != i+1 {
						rt.Fatalf("%s of %d has the numbers %v", kind, year, got)
					}
				}
				if len(got) != want[fmt.Sprint(kind, year)] {
					rt.Fatalf("%s of %d: %d letters, want %d", kind, year, len(got), want[fmt.Sprint(kind, year)])
				}
			}
		}
		if wrong := proven(t, r); len(wrong) > 0 {
			rt.Fatal(wrong)
		}
	})
}

// A letter of several cases is one letter; no other may bear its number, and none may skip one.
func TestLetterOfSeveralCases(t *testing.T) {
	r := opened(t)
	first, second := take(t, r, "a", 1), take(t, r, "b", 2)
	n, err := issue(r, start, casefile.LetterCorrection, "one", first, second)
	must(t, err)
	if n.Number != 1 {
		t.Errorf("the first letter is %+v", n)
	}
	for what, e := range map[string]casefile.LetterIssued{
		"another letter with the number":            {LetterNumber: n, Document: documentNumber(n), File: casefile.File{Digest: casefile.DigestOf([]byte("other"))}},
		"a letter that skips a number":              {LetterNumber: casefile.LetterNumber{Series: n.Series, Year: n.Year, Number: 3}, Document: "三号"},
		"a letter with a printed number of another": {LetterNumber: casefile.LetterNumber{Series: n.Series, Year: n.Year, Number: 2}, Document: documentNumber(n)},
	} {
		err := r.Update(start, func(tx *Tx) error {
			_, err := tx.Append("李四(1000)", casefile.Draft{Case: first, On: civil.Of(start), Event: e})
			return err
		})
		if !errors.Is(err, ErrLetterNumber) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, r.View(func(tx *Tx) error {
		records, err := tx.LettersNumbered(documentNumber(n))
		if err != nil || len(records) != 2 || records[0].Case != first || records[1].Case != second {
			t.Errorf("found %+v, %v", records, err)
		}
		held, err := tx.Holdings(second)
		if err != nil || !slices.Contains(held, casefile.DigestOf([]byte("one"))) {
			t.Errorf("the case holds %v, %v", held, err)
		}
		return nil
	}))
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// After a restoration that lost records no number is given before a person has said how far the
// lost letters went; then numbers go on, with the gap on record.
func TestLettersGoOnAfterRestoration(t *testing.T) {
	r := reopened(t, stocked(t))
	_, err := issue(r, start.AddDate(1, 0, 2), casefile.LetterCorrection, "one", "2026-00002")
	must(t, err)
	add(t, r, start.AddDate(1, 0, 9), casefile.Draft{On: civil.Of(start.AddDate(1, 0, 9)), Event: casefile.Restored{Backup: "x", From: 20}})
	now := start.AddDate(1, 0, 10)
	year := civil.Of(now).Year()
	_, err = issue(r, now, casefile.LetterCorrection, "two", "2026-00002")
	if gap, ok := errors.AsType[*LetterGapError](err); !ok || gap.Next != 2 || gap.Year != year {
		t.Fatalf("a number is given although letters may be lost: %v", err)
	}
	resume := func(series string, last int) {
		t.Helper()
		add(t, r, now, casefile.Draft{On: civil.Of(now), Event: casefile.LetterResumed{LetterNumber: casefile.LetterNumber{Series: series, Year: year, Number: last}, Reason: "纸质发文登记"}})
	}
	resume(casefile.LetterCorrection.String(), 5)
	if n, err := issue(r, now, casefile.LetterCorrection, "two", "2026-00002"); err != nil || n.Number != 6 {
		t.Errorf("goes on with %+v, %v", n, err)
	}
	if n, err := issue(r, now, casefile.LetterFee, "three", "2026-00002"); err == nil {
		t.Errorf("another series goes on unconfirmed with %+v", n)
	}
	resume("", 0)
	if n, err := issue(r, now, casefile.LetterFee, "three", "2026-00002"); err != nil || n.Number != 1 {
		t.Errorf("begins with %+v, %v", n, err)
	}
	if n, err := issue(r, now.AddDate(1, 0, 0), casefile.LetterRefusal, "four", "2026-00002"); err != nil || n.Number != 1 {
		t.Errorf("the year after begins with %+v, %v", n, err)
	}
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Error(wrong)
	}
}
