package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"ysq.internal/ysq/stats/render/grid"
)

// screen is how an output can show things.
type screen struct {
	grid   grid.Options
	colour bool
}

// screenOf judges an output. What is piped is the same table, uncut and without colour; machines
// use --json.
func (a *app) screenOf(w io.Writer) screen {
	s := screen{grid: grid.Options{AmbiguousWide: a.ambiguousWide()}}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return s
	}
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.grid.MaxWidth = columns
	}
	if n, err := strconv.Atoi(a.getenv("COLUMNS")); err == nil && n > 0 {
		s.grid.MaxWidth = n
	}
	s.colour = a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	return s
}

// ambiguousWide follows the configuration; without one, terminals of a Chinese locale that is not
// UTF-8 (GBK, GB18030) draw these characters two columns wide, today's others one.
func (a *app) ambiguousWide() bool {
	if a.width != 0 {
		return a.width == 2
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if l := strings.ToLower(a.getenv(name)); l != "" {
			return strings.HasPrefix(l, "zh") && !strings.Contains(l, "utf")
		}
	}
	return false
}

// tint is the colour of a line.
type tint string

const (
	plain  tint = ""
	alarm  tint = "\x1b[31m" // red
	soon   tint = "\x1b[33m" // yellow
	header tint = "\x1b[1m"  // bold
	normal tint = "\x1b[0m"
)

func (s screen) paint(t tint, text string) string {
	if !s.colour || t == plain {
		return text
	}
	return string(t) + text + string(normal)
}

// table draws a table, each row in its tint; tints may be shorter than the rows.
func (a *app) table(t grid.Table, tints []tint) error {
	s := a.screenOf(a.out)
	if !s.colour {
		return grid.Write(a.out, t, s.grid)
	}
	var b bytes.Buffer // cells cannot carry colours, for grid lets no escape sequence through
	if err := grid.Write(&b, t, s.grid); err != nil {
		return err
	}
	row := 0
	if len(t.Header) > 0 {
		row = -1
	}
	for line := range strings.Lines(b.String()) {
		colour := plain
		switch {
		case row < 0:
			colour = header
		case row < len(tints):
			colour = tints[row]
		}
		row++
		if _, err := fmt.Fprintln(a.out, s.paint(colour, strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}

// field is a line of a sheet: what it is, and what it says.
type field struct{ name, text string }

// sheet prints fields with their texts in one column; those without text are left out.
func (a *app) sheet(indent string, fields ...field) {
	o := a.screenOf(a.out).grid
	widest := 0
	for _, f := range fields {
		if f.text != "" {
			widest = max(widest, grid.Width(f.name, o))
		}
	}
	for _, f := range fields {
		if f.text != "" {
			fmt.Fprintf(a.out, "%s%s  %s\n", indent, pad(f.name, widest, o), grid.Clean(f.text))
		}
	}
}

func pad(s string, width int, o grid.Options) string {
	return s + strings.Repeat(" ", max(0, width-grid.Width(s, o)))
}

// heading prints the title of a part of a sheet.
func (a *app) heading(text string) {
	fmt.Fprintf(a.out, "\n%s\n", a.screenOf(a.out).paint(header, text))
}

// cleanLines makes text of several lines harmless; its line breaks stay.
func cleanLines(s string) string {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
	for i := range lines {
		lines[i] = grid.Clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// printJSON prints one value on one line.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// jsonArray prints values one by one as a JSON array, holding none of them. Close it when whole: an
// array without its bracket tells a program that it is not.
type jsonArray[T any] struct {
	a    *app
	some bool
}

func (j *jsonArray[T]) add(v T) error {
	sep := ","
	if !j.some {
		sep = "["
	}
	j.some = true
	if _, err := io.WriteString(j.a.out, sep); err != nil {
		return err
	}
	return j.a.printJSON(v)
}

func (j *jsonArray[T]) close() error {
	end := "]\n"
	if !j.some {
		end = "[]\n"
	}
	_, err := io.WriteString(j.a.out, end)
	return err
}
