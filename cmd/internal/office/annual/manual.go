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
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/annual"
)

// annualDir holds the reports of each year and the files that clerks write for them.
func (a *Room) annualDir() string { return filepath.Join(a.Config.Paths.State, "annual") }

func (a *Room) manualPath(year int) string {
	return filepath.Join(a.annualDir(), fmt.Sprintf("%d.toml", year))
}

// manualOf reads what the clerk wrote for a year; nil when nobody has.
func (a *Room) manualOf(year int) (*stats.Manual, error) {
	b, err := os.ReadFile(a.manualPath(year))
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
			Msg: fmt.Sprintf("%s：%v", a.manualPath(year), err), Hint: fmt.Sprintf("请改正\nysq report edit %d", year)}
	}
	return &m, nil
}

// Manual returns the clerk's file of a year, or a draft of it with last year's words.
func (a *Room) Manual(_ context.Context, _ ask.Call, q ask.YearRef) (ask.ManualText, error) {
	year := q.Year
	if err := ask.Plausible(year); err != nil {
		return ask.ManualText{}, err
	}
	b, err := os.ReadFile(a.manualPath(year))
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
	last, err := a.manualOf(year - 1)
	return ask.ManualText{Text: ask.Public(annual.Draft(year, format, last))}, err
}

// SetManual saves the clerk's file, if it can be read.
func (a *Room) SetManual(_ context.Context, c ask.Call, q ask.ManualEdit) (m ask.ManualText, err error) {
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
	if err := os.MkdirAll(a.annualDir(), 0o700); err != nil {
		return m, err
	}
	if err := (durable.Disk{}).Replace(a.manualPath(year), 0o600, durable.Content([]byte(text))); err != nil {
		return m, err
	}
	a.Log.Info().Int("year", year).Str("actor", c.Who.String()).Msg("the words of the annual report were edited")
	return ask.ManualText{Text: ask.Public(text), Saved: true}, nil
}
