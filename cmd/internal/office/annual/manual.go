package annual

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/annual"
)

// Words are what clerks write for the report of a year, in a file of their own beside its files.
type Words struct{ *desk.Desk }

// dirOf holds the reports of each year and the files that clerks write for them.
func dirOf(d *desk.Desk) string { return filepath.Join(d.Config.Paths.State, "annual") }

func (w Words) path(year int) string {
	return filepath.Join(dirOf(w.Desk), fmt.Sprintf("%d.toml", year))
}

// of reads what the clerk wrote for a year; nil when nobody has.
func (w Words) of(year int) (*stats.Manual, error) {
	b, err := os.ReadFile(w.path(year))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	format, err := stats.FormatOf(stats.Current)
	if err != nil {
		return nil, err
	}
	m, err := annual.Parse(b, format)
	if err != nil {
		return nil, &ask.Error{Code: "manual", Exit: ask.ExitUsage,
			Msg: fmt.Sprintf("%s：%v", w.path(year), err), Hint: fmt.Sprintf("请改正\nysq report edit %d", year)}
	}
	return &m, nil
}

// Manual returns the clerk's file of a year, or a draft of it with last year's words.
func (w Words) Manual(_ context.Context, _ ask.Call, q ask.YearRef) (ask.ManualText, error) {
	year := q.Year
	if err := ask.Plausible(year); err != nil {
		return ask.ManualText{}, err
	}
	b, err := os.ReadFile(w.path(year))
	if err == nil {
		return ask.ManualText{Text: ask.Public(b), Saved: true}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return ask.ManualText{}, err
	}
	format, err := stats.FormatOf(stats.Current)
	if err != nil {
		return ask.ManualText{}, err
	}
	last, err := w.of(year - 1)
	return ask.ManualText{Text: ask.Public(annual.Draft(year, format, last))}, err
}

// SetManual saves the clerk's file, if it can be read.
func (w Words) SetManual(_ context.Context, c ask.Call, q ask.ManualEdit) (m ask.ManualText, err error) {
	year, text := q.Year, q.Text
	if err := ask.Plausible(year); err != nil {
		return m, err
	}
	format, err := stats.FormatOf(stats.Current)
	if err != nil {
		return m, err
	}
	if _, err := annual.Parse([]byte(text), format); err != nil {
		return m, ask.Usage("%v", err)
	}
	if err := os.MkdirAll(dirOf(w.Desk), 0o700); err != nil {
		return m, err
	}
	if err := (durable.Disk{}).Replace(w.path(year), 0o600, durable.Content([]byte(text))); err != nil {
		return m, err
	}
	w.Log.Info().Int("year", year).Str("actor", c.Who.String()).Msg("the words of the annual report were edited")
	return ask.ManualText{Text: ask.Public(text), Saved: true}, nil
}

// state tells one state of a clerk's file from another.
func (w Words) state(year int) string {
	info, err := os.Stat(w.path(year))
	if err != nil {
		return "-"
	}
	return fmt.Sprintf("%d/%d;", info.ModTime().UnixNano(), info.Size())
}
