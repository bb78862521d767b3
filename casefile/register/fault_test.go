package register

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

const lives = 3 // letters of a life

// live opens the register and takes what letters it does not have. It ends with the first error and
// returns which letters it confirmed.
func live(dir string, d *durabletest.Disk, confirmed map[int]bool) error {
	r, err := Open(dir, Options{Intercept: d.Intercept})
	if err != nil {
		return err
	}
	defer r.Close()
	return takeAll(r, confirmed)
}

func takeAll(r *Register, confirmed map[int]bool) error {
	for n := 1; n <= lives; n++ {
		now := start.AddDate(n/3, 0, 0) // two files of the journal
		err := r.Update(now, func(tx *Tx) error {
			d := casefile.DigestOf(fmt.Appendf(nil, "mail %d", n))
			if tx.Known(d) {
				return nil
			}
			taken, received := mail(fmt.Sprintf("mail %d", n), uint32(n))
			id := tx.NextID(2026)
			taken.Case = id
			_, err := tx.Append("mailbox", casefile.Draft{On: tx.Today(), Event: taken}, casefile.Draft{Case: id, On: tx.Today(), Event: received})
			return err
		})
		if err != nil {
			return err
		}
		confirmed[n] = true
	}
	return nil
}

// sound checks that a register opens, proves itself, says the same in database and journal, and has
// each letter at most once and the confirmed ones for certain.
func sound(t *testing.T, dir string, confirmed map[int]bool) {
	t.Helper()
	kept(t, dir, confirmed)
	r, err := Open(dir, Options{})
	must(t, err)
	defer r.Close()
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Errorf("it does not verify: %v", wrong)
	}
}

// kept is sound without the proof.
func kept(t *testing.T, dir string, confirmed map[int]bool) {
	t.Helper()
	r, err := Open(dir, Options{})
	if err != nil {
		t.Fatalf("it does not open again: %v", err)
	}
	defer r.Close()
	if journalText(t, dir) != recordLines(t, r) {
		t.Errorf("journal:\n%s\nrecords:\n%s", journalText(t, dir), recordLines(t, r))
	}
	must(t, r.View(func(tx *Tx) error {
		for n := 1; n <= lives; n++ {
			about, err := tx.About(casefile.DigestOf(fmt.Appendf(nil, "mail %d", n)))
			if err != nil || len(about) != 2 && (len(about) != 0 || confirmed[n]) {
				t.Errorf("letter %d (confirmed: %v) is in %d records, %v", n, confirmed[n], len(about), err)
			}
		}
		return nil
	}))
}

func undisturbed(t *testing.T) int {
	t.Helper()
	dir := durabletest.Dir(t)
	_, err := Create(dir, start)
	must(t, err)
	d, confirmed := durabletest.New(), map[int]bool{}
	must(t, live(dir, d, confirmed))
	sound(t, dir, confirmed)
	if len(confirmed) != lives || d.Step < 20 {
		t.Fatalf("%d confirmed in %d steps", len(confirmed), d.Step)
	}
	return d.Step
}

// Each step fails once, with and without its effect. The same process goes on, and misses nothing.
func TestEachStepFails(t *testing.T) {
	steps := undisturbed(t)
	for failAt := 1; failAt <= steps; failAt++ {
		for _, applied := range []bool{false, true} {
			dir := durabletest.Dir(t)
			_, err := Create(dir, start)
			must(t, err)
			d, confirmed := durabletest.New(), map[int]bool{}
			r, err := Open(dir, Options{Intercept: d.Intercept})
			opened := d.Step
			must(t, err)
			if failAt <= opened { // the next Open's step, then
				must(t, r.Close())
				d.Step, d.FailAt, d.Applied = 0, failAt, applied
				if r, err = Open(dir, Options{Intercept: d.Intercept}); err != nil {
					if !errors.Is(err, durabletest.ErrFault) {
						t.Fatal(err)
					}
					r, err = Open(dir, Options{Intercept: d.Intercept})
				}
				must(t, err)
			}
			d.FailAt, d.Applied = failAt, applied
			for range 3 {
				err := takeAll(r, confirmed)
				if err == nil {
					break
				}
				if h := r.Health(); !errors.Is(err, durabletest.ErrFault) || h.Err == nil {
					t.Fatalf("step %d: %v, health %+v", failAt, err, h)
				}
				must(t, r.View(func(tx *Tx) error { _, err := tx.Record(1); return ignoreMissing(err) }))
			}
			if h := r.Health(); h.Err != nil || len(confirmed) != lives {
				t.Errorf("afterwards it is still unwell: %+v", h)
			}
			must(t, r.Close())
			sound(t, dir, confirmed)
			if t.Failed() {
				t.Fatalf("step %d, applied %v", failAt, applied)
			}
		}
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// The machine stops at each step and loses what was not fsynced, in whole or in part. What was
// confirmed is there, and the next life brings the rest.
func TestPowerCutAtEachStep(t *testing.T) {
	steps := undisturbed(t)
	for failAt := 1; failAt <= steps; failAt++ {
		for k, remain := range slices.Sorted(maps.Keys(durabletest.Remains)) {
			for i, applied := range []bool{false, true} {
				if (failAt+2*k+i)%stride() != 0 {
					continue
				}
				dir := durabletest.Dir(t)
				_, err := Create(dir, start)
				must(t, err)
				d, confirmed := durabletest.New(), map[int]bool{}
				d.FailAt, d.Applied, d.Crash = failAt, applied, true
				if err := live(dir, d, confirmed); !errors.Is(err, durabletest.ErrFault) && err != nil {
					t.Fatalf("step %d: %v", failAt, err)
				}
				d.PowerCut(t, remain)
				kept(t, dir, confirmed)
				must(t, live(dir, durabletest.New(), confirmed))
				sound(t, dir, confirmed)
				if t.Failed() || len(confirmed) != lives {
					t.Fatalf("step %d, applied %v, %s remained; confirmed %v", failAt, applied, remain, confirmed)
				}
			}
		}
	}
}

// A power cut in the middle of bbolt's commit leaves any of the pages that were being written; the
// meta page goes last, after an fsync. Whatever is left, the register opens with what was confirmed.
func TestPowerCutInsideTheCommit(t *testing.T) {
	dir := stocked(t)
	path := filepath.Join(dir, FileName)
	before, err := os.ReadFile(path)
	must(t, err)
	journalBefore := journalText(t, dir)
	r, err := Open(dir, Options{})
	must(t, err)
	take(t, r, "mail 6", 6)
	must(t, r.Close())
	after, err := os.ReadFile(path)
	must(t, err)
	last := strings.TrimPrefix(journalText(t, dir), journalBefore)
	page := os.Getpagesize()
	var changed, metas []int
	for at := 0; at < len(after); at += page {
		if at >= len(before) || !bytes.Equal(before[at:at+page], after[at:at+page]) {
			if at < 2*page {
				metas = append(metas, at)
			} else {
				changed = append(changed, at)
			}
		}
	}
	if len(changed) < 3 || len(metas) != 1 {
		t.Fatalf("pages %v and metas %v changed", changed, metas)
	}
	try := func(name string, image []byte, journal, torn bool) {
		must(t, os.WriteFile(path, image, 0o600))
		must(t, os.RemoveAll(filepath.Join(dir, "journal", "2027.jsonl"))) // the letter's year was the last one's
		text := journalBefore
		switch {
		case torn:
			text += last[:len(last)/2]
		case journal:
			text += last
		}
		writeJournal(t, dir, text)
		r, err := Open(dir, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer r.Close()
		if wrong := proven(t, r); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if got := recordLines(t, r); !strings.HasPrefix(got, journalBefore) {
			t.Errorf("%s: records were lost", name)
		}
	}
	for mask := 0; mask < 1<<min(len(changed), 6); mask += stride() { // data pages, in any order, before the first fsync
		image := bytes.Clone(before)
		if len(image) < len(after) {
			image = append(image, make([]byte, len(after)-len(image))...)
		}
		for i, at := range changed {
			if mask&(1<<(i%6)) != 0 {
				copy(image[at:at+page], after[at:at+page])
			}
		}
		try(fmt.Sprintf("data pages %b", mask), image, false, false)
	}
	for _, n := range []int{0, 16, 40, 64, page} { // the meta page, torn
		image := bytes.Clone(after)
		if metas[0]+page <= len(before) {
			copy(image[metas[0]+n:metas[0]+page], before[metas[0]+n:metas[0]+page])
		}
		try(fmt.Sprintf("%d bytes of the meta page", n), image, false, n == page)
	}
	try("everything, journal torn", after, false, true)
	try("everything", after, true, false)
}

// writeJournal lets the journal say just this.
func writeJournal(t *testing.T, dir, text string) {
	t.Helper()
	files, err := journalFiles(filepath.Join(dir, "journal"))
	must(t, err)
	for _, f := range files {
		must(t, os.Remove(f))
	}
	byYear := map[string][]byte{}
	year := ""
	for l := range strings.Lines(text) {
		if _, rest, ok := strings.Cut(l, `"recorded":"`); ok && len(rest) > 4 {
			year = rest[:4]
		}
		byYear[year] = append(byYear[year], l...)
	}
	for y, b := range byYear {
		must(t, os.WriteFile(filepath.Join(dir, "journal", y+".jsonl"), b, 0o600))
	}
}
