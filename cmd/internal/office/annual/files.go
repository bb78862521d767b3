package annual

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
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// draftsEvery is how often the daemon looks whether a year's facts have changed.
const draftsEvery = time.Hour

// Files are the reports of past years, each in every form: as it was frozen, or as it would be.
type Files struct {
	*desk.Desk
	reports *Room
}

// NewFiles returns the files of the room's reports.
func NewFiles(a *Room) Files { return Files{a.Desk, a} }

func yearDir(d *desk.Desk, year int) string { return filepath.Join(dirOf(d), strconv.Itoa(year)) }

// firstDrafts is when the drafts of a year are first made: five minutes into the next.
func firstDrafts(year int) time.Time {
	return civil.New(year+1, time.January, 1).Start().Add(5 * time.Minute)
}

// UntilDrafts is an hour, or less when the year ends within it.
func (f Files) UntilDrafts() time.Duration {
	now := f.Now()
	wait := draftsEvery
	for _, year := range []int{civil.Of(now).Year() - 1, civil.Of(now).Year()} {
		if left := firstDrafts(year).Sub(now); left > 0 {
			wait = min(wait, left)
		}
	}
	return wait
}

// WriteYears writes the report of every year that is over and whose report is not as its files say.
func (f Files) WriteYears() error {
	past, err := desk.Look(f.Desk, pastYears)
	if err != nil {
		return err
	}
	var errs error
	for _, year := range f.reports.years(past) {
		if f.Now().Before(firstDrafts(year)) {
			continue
		}
		if err := f.writeYear(year); err != nil {
			errs = errors.Join(errs, fmt.Errorf("the report of %d: %w", year, err))
		}
	}
	return errs
}

func (f Files) writeYear(year int) error {
	dir := yearDir(f.Desk, year)
	var rep stats.Report
	var frozen *casefile.YearClosed
	var differ []stats.Difference
	err := f.View(func(tx *desk.View) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		if closed, ok := past.closed[year]; ok {
			frozen, dir = &closed, filepath.Join(dir, "draft")
			differ, rep, err = sinceFrozen(tx, past, year, f.reports.compute)
			return err
		}
		rep, err = f.reports.compute(tx, year, past, stats.Options{Trace: true})
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
		with, err := readReport(filepath.Join(dir, internalDir, "report.json"))
		if err != nil {
			return err
		}
		if with != nil {
			before.Cases = with.Cases
		}
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
func (f Files) writeFrozen(year int, closed casefile.YearClosed) error {
	dir := yearDir(f.Desk, year)
	have, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, missing := os.Stat(filepath.Join(dir, internalDir)) // earlier versions had the cases among the public forms
	if missing == nil && casefile.DigestOf(bytes.TrimSuffix(have, []byte("\n"))) == closed.Digest {
		return nil
	}
	var rep stats.Report
	if err := f.View(func(tx *desk.View) error { return frozenWithCases(tx, closed, true, &rep) }); err != nil {
		return err
	}
	return writeForms(dir, rep)
}

// internalDir is where the forms with cases are, apart from those that are handed on.
const internalDir = "internal"

// writeForms writes a report in every form: below internalDir those with the cases, masked, and then those
// that can be handed on, without cases. The JSON is the last: as long as it is the old one, all will be
// written again. The JSON of a frozen report is what was frozen and nothing more.
func writeForms(dir string, rep stats.Report) error {
	for i := range rep.Cases {
		rep.Cases[i].Subject = ask.Mask(rep.Cases[i].Subject)
	}
	if err := writeAll(filepath.Join(dir, internalDir), rep, render.WithCasesNames(), render.WithCases); err != nil {
		return err
	}
	rep.Cases = nil
	forms := slices.DeleteFunc(render.Names(), func(name string) bool { return name == "json" })
	return writeAll(dir, rep, append(forms, "json"), render.For)
}

func writeAll(dir string, rep stats.Report, names []string, form func(string) (render.Func, error)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, name := range names {
		write, err := form(name)
		if err != nil {
			return err
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
		return nil, nil //nolint:nilerr // it was cut off or is another version's: it will be written anew
	}
	return &r, nil
}

// RemindToPublish reports years that are over and not frozen (条例 第四十九条).
func (f Files) RemindToPublish(today civil.Date) {
	years, err := f.reports.Years(context.Background(), ask.Call{}, ask.None{})
	if err != nil {
		f.Log.Error().Err(err).Msg("reminding of the annual report")
		return
	}
	for _, y := range years {
		if y.Frozen || y.Year >= today.Year() {
			continue
		}
		level := zerolog.WarnLevel
		if y.Remaining < 0 {
			level = zerolog.ErrorLevel
		}
		f.Log.WithLevel(level).Int("year", y.Year).Str("submit_by", civil.Date(y.SubmitBy).String()).Str("publish_by", civil.Date(y.PublishBy).String()).
			Int("days_left", y.Remaining).Int("failed_checks", y.Failed).Msg("the annual report is not frozen yet")
	}
}
