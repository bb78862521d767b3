package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// draftsEvery is how often the daemon looks whether a year's facts have changed.
const draftsEvery = time.Hour

// yearEnd keeps annual/<year>/ up to date: the report of each year that is over, in every form. It
// writes at 00:05 on 1 January, at once where the daemon was down then, and again when facts of the
// year have changed, and says what changed. A frozen year's files stay as they are; what would differ
// lies beside them under draft/. Until a year is frozen it reminds daily.
func (d *Daemon) yearEnd(ctx context.Context) {
	var reminded civil.Date
	for {
		if err := d.writeYears(); err != nil {
			d.Options.Log.Error().Err(err).Msg("the annual report cannot be written; tried again within the hour")
		}
		if today := d.today(); today != reminded {
			d.remindToPublish(today)
			reminded = today
		}
		wake := time.NewTimer(d.untilDrafts())
		select {
		case <-wake.C:
		case <-ctx.Done():
			wake.Stop()
			return
		}
	}
}

// untilDrafts is an hour, or less when the year ends within it.
func (f *office) untilDrafts() time.Duration {
	now := f.Now()
	wait := draftsEvery
	for _, year := range []int{civil.Of(now).Year() - 1, civil.Of(now).Year()} {
		if left := firstDrafts(year).Sub(now); left > 0 {
			wait = min(wait, left)
		}
	}
	return wait
}

// writeYears writes the report of every year that is over and whose report is not as its files say.
func (f *office) writeYears() error {
	var past past
	err := f.reg.View(func(tx *register.Tx) (err error) { past, err = pastYears(tx); return err })
	if err != nil {
		return err
	}
	var errs error
	for _, year := range f.years(past) {
		if f.Now().Before(firstDrafts(year)) {
			continue
		}
		if err := f.writeYear(year); err != nil {
			errs = errors.Join(errs, fmt.Errorf("the report of %d: %w", year, err))
		}
	}
	return errs
}

func (f *office) writeYear(year int) error {
	dir := f.yearDir(year)
	var rep stats.Report
	var frozen *casefile.YearClosed
	var differ []stats.Difference
	err := f.reg.View(func(tx *register.Tx) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok {
			frozen, dir = &closed, filepath.Join(dir, "draft")
			differ, rep, err = f.sinceFrozen(tx, past, year)
			return err
		}
		rep, err = f.compute(tx, year, past, stats.Options{Trace: true})
		return err
	})
	if err != nil {
		return err
	}
	if frozen != nil {
		if err := f.writeFrozen(year, *frozen); err != nil {
			return err
		}
		if len(differ) == 0 {
			return nil
		}
	}
	before, err := readReport(filepath.Join(dir, "report.json"))
	if err != nil {
		return err
	}
	if before != nil {
		changed, err := stats.Diff(*before, rep)
		if err == nil && len(changed) == 0 && sameChecks(before.Checks, rep.Checks) {
			return nil
		}
		for _, c := range changed {
			f.Log.Info().Int("year", year).Str("place", c.Place).Str("before", c.Before).Str("after", c.After).Interface("gained", c.Gained).Interface("lost", c.Lost).Msg("the annual report has changed")
		}
	}
	if err := writeForms(dir, rep); err != nil {
		return err
	}
	f.Log.Info().Int("year", year).Str("directory", dir).Int("failed_checks", len(rep.Failed())).Bool("draft", frozen == nil || len(differ) > 0).Msg("the annual report is written")
	return nil
}

func sameChecks(a, b []stats.Check) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// writeFrozen writes the files of a frozen report, unless they are there as they were frozen.
func (f *office) writeFrozen(year int, closed casefile.YearClosed) error {
	dir := f.yearDir(year)
	have, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if casefile.DigestOf(bytes.TrimSuffix(have, []byte("\n"))) == closed.Digest {
		return nil
	}
	var rep stats.Report
	if err := f.reg.View(func(tx *register.Tx) error { return frozenWithCases(tx, closed, true, &rep) }); err != nil {
		return err
	}
	return writeForms(dir, rep)
}

// writeForms writes a report in every form, the JSON last: as long as it is the old one, they will be
// written again. The cases are masked, for the files are handed on; the JSON of a frozen report is
// what was frozen and nothing more.
func writeForms(dir string, rep stats.Report) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for i := range rep.Cases {
		rep.Cases[i].Subject = ask.Mask(rep.Cases[i].Subject)
	}
	forms := slices.DeleteFunc(render.Names(), func(name string) bool { return name == "json" })
	for _, name := range append(forms, "json") {
		write, err := render.For(name)
		if err != nil {
			return err
		}
		if name == "json" && rep.Frozen {
			rep.Cases = nil
		}
		var b bytes.Buffer
		if err := write(&b, rep); err != nil {
			return err
		}
		if err := (durable.Disk{}).Replace(filepath.Join(dir, "report."+render.Extension(name)), 0o600, durable.Content(b.Bytes())); err != nil {
			return err
		}
	}
	return nil
}

// readReport reads a report's JSON; nil when there is none.
func readReport(path string) (*stats.Report, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r stats.Report
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, nil // it was cut off or is another version's: it will be written anew
	}
	return &r, nil
}

// remindToPublish tells of years that are over and not frozen (条例 第四十九条).
func (f *office) remindToPublish(today civil.Date) {
	years, err := f.Years(context.Background(), ask.Call{}, ask.None{})
	if err != nil {
		f.Log.Error().Err(err).Msg("reminding of the annual report")
		return
	}
	for _, y := range years {
		if y.Frozen || y.Year >= today.Year() {
			continue
		}
		e := f.Log.Warn()
		if y.Remaining < 0 {
			e = f.Log.Error()
		}
		e.Int("year", y.Year).Str("submit_by", civil.Date(y.SubmitBy).String()).Str("publish_by", civil.Date(y.PublishBy).String()).
			Int("days_left", y.Remaining).Int("failed_checks", y.Failed).Msg("the annual report is not frozen yet")
	}
}
