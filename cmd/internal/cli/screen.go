package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
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
	s := screen{grid: grid.Options{AmbiguousWide: a.ambiguousWide()}, colour: a.colour == "always"}
	if s.grid.MaxWidth = a.columns(w); s.grid.MaxWidth == 0 {
		s.grid.MostPad = mostPad
		return s
	}
	if n, err := strconv.Atoi(a.getenv("COLUMNS")); err == nil && n > 0 {
		s.grid.MaxWidth = n
	}
	if a.colour == "auto" || a.colour == "" {
		s.colour = a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	}
	return s
}

// mostPad is how wide a cell of a stranger's words may make a table that goes into a pipe.
const mostPad = 100

// terminalColumns asks the system.
func terminalColumns(w io.Writer) int {
	if p, ok := w.(*pager); ok {
		return p.width
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
		return columns
	}
	return 80 // a terminal that does not know its size
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

// tintOf is the colour of an urgency.
func tintOf(u ask.Urgency) tint {
	switch u {
	case ask.Late:
		return alarm
	case ask.Soon:
		return soon
	}
	return plain
}

// uncoloured takes the colours out of a text.
var uncoloured = strings.NewReplacer(string(alarm), "", string(soon), "", string(header), "", string(normal), "")

// fold writes a line of text, on a terminal as wide as it is: between its fields where that is possible, and what goes
// on below stands further in.
func (a *app) fold(t tint, line string) {
	s := a.screenOf(a.out)
	indent := len(line) - len(strings.TrimLeft(line, " "))
	room := s.grid.MaxWidth - indent
	if s.grid.MaxWidth == 0 || room < leastFold || grid.Width(line, s.grid) <= s.grid.MaxWidth {
		fmt.Fprintln(a.out, s.paint(t, line))
		return
	}
	var lines []string
	at, left := "", room // the line that is being filled, and how wide it may be
	put := func() {
		lines, at, left = append(lines, at), "", max(room-2, leastFold)
	}
	for field := range strings.SplitSeq(line[indent:], "  ") {
		with := join("  ", at, field)
		if grid.Width(with, s.grid) <= left {
			at = with
			continue
		}
		if at != "" {
			put()
		}
		for grid.Width(field, s.grid) > left {
			at = grid.Wrap(field, left, s.grid)[0]
			field = strings.TrimLeft(field[len(at):], " ")
			put()
		}
		at = field
	}
	if at != "" {
		put()
	}
	for i, l := range lines {
		if i > 0 {
			l = "  " + l
		}
		fmt.Fprintln(a.out, s.paint(t, line[:indent]+l))
	}
}

func (s screen) paint(t tint, text string) string {
	if !s.colour || t == plain {
		return text
	}
	return string(t) + text + string(normal)
}

// table draws a table, each row in its tint; tints may be shorter than the rows. On a terminal too
// narrow for it, only the columns named as flexible are cut: never a number, a date or a term. Where
// that is not enough, the last column, which says the most, goes on below itself.
func (a *app) table(t grid.Table, tints []tint, flexible ...int) error {
	s := a.screenOf(a.out)
	shorten(t, flexible, s.grid)
	t, tints = folded(t, tints, s.grid)
	s.grid.MaxWidth = 0
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

// narrow is the width below which days are shown without their weekday.
const narrow = 100

// day is like the function, shorter on a narrow terminal.
func (a *app) day(d ask.Day) string {
	if w := a.screenOf(a.out).grid.MaxWidth; w > 0 && w < narrow && d != 0 {
		return civil.Date(d).String()
	}
	return day(d)
}

// entered says when and by whom something was recorded; on a narrow terminal it leaves out the day
// on which it also took effect.
func (a *app) entered(at time.Time, actor string, on ask.Day) string {
	w := a.screenOf(a.out).grid.MaxWidth
	switch {
	case w == 0 || w >= narrow:
		return instant(&at) + " " + actor
	case civil.Of(at) == civil.Date(on):
		return at.In(civil.Zone).Format("15:04 ") + actor
	}
	return at.In(civil.Zone).Format("2006-01-02 15:04 ") + actor
}

// fitted is table for one that may do without some columns: they are left out, in this order, as
// long as the rest does not fit even when cut.
func (a *app) fitted(t grid.Table, tints []tint, flexible, dispensable []int) error {
	o := a.screenOf(a.out).grid
	left := make([]int, len(t.Header))
	for i := range left {
		left[i] = i
	}
	widest := func(i int) int {
		w := grid.Width(t.Header[i], o)
		for _, row := range t.Rows {
			w = max(w, grid.Width(grid.Clean(row[i]), o))
		}
		return w
	}
	width := func() int {
		sum := gap * (len(left) - 1)
		for _, i := range left {
			w := widest(i)
			if slices.Contains(flexible, i) {
				w = min(w, leastWidth)
			}
			sum += w
		}
		return sum
	}
	for _, i := range dispensable {
		if o.MaxWidth > 0 && width() > o.MaxWidth {
			left = slices.DeleteFunc(left, func(j int) bool { return j == i })
		}
	}
	if o.MaxWidth > 0 && width() > o.MaxWidth && len(left) > 2 { // then the longest of what stands between the first and the last
		flexible = append(slices.Clone(flexible), slices.MaxFunc(left[1:len(left)-1], func(i, j int) int { return widest(i) - widest(j) }))
	}
	pick := func(row []string) (cells []string) {
		for _, i := range left {
			cells = append(cells, row[i])
		}
		return cells
	}
	some := grid.Table{Header: pick(t.Header)}
	for _, i := range left {
		if i < len(t.Align) {
			some.Align = append(some.Align, t.Align[i])
		}
	}
	for _, row := range t.Rows {
		some.Rows = append(some.Rows, pick(row))
	}
	var still []int
	for at, i := range left {
		if slices.Contains(flexible, i) {
			still = append(still, at)
		}
	}
	return a.table(some, tints, still...)
}

// gap is the blanks between two columns; leastWidth is as far as a column is cut.
const gap, leastWidth = 2, 8

// shorten cuts cells of the flexible columns, the widest column first, until the table fits or they
// are all as narrow as they may become.
func shorten(t grid.Table, flexible []int, o grid.Options) {
	if o.MaxWidth == 0 || len(flexible) == 0 {
		return
	}
	widths, total := measured(t, o)
	for total > o.MaxWidth {
		widest := slices.MaxFunc(flexible, func(i, j int) int { return widths[i] - widths[j] })
		if widths[widest] <= leastWidth {
			break
		}
		widths[widest]--
		total--
	}
	for _, row := range t.Rows {
		for _, i := range flexible {
			row[i] = grid.Cut(grid.Clean(row[i]), widths[i], o)
		}
	}
}

// measured returns the width of each column, and of the whole.
func measured(t grid.Table, o grid.Options) (widths []int, total int) {
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], grid.Width(grid.Clean(cell), o))
		}
	}
	for _, w := range widths {
		total += w
	}
	return widths, total + gap*(len(widths)-1)
}

// leastFold is as narrow as text is folded: below, the terminal breaks it as well. What is no wider
// than leastText is a day, a code or a number, and stays whole.
const leastFold, leastText = 12, 24

// folded is the table with the cells of its last column on several rows, should they be too wide.
func folded(t grid.Table, tints []tint, o grid.Options) (grid.Table, []tint) {
	if o.MaxWidth == 0 {
		return t, tints
	}
	widths, total := measured(t, o)
	last := len(widths) - 1
	if total <= o.MaxWidth {
		return t, tints
	}
	room := o.MaxWidth - (total - widths[last])
	if room < leastFold || widths[last] <= leastText {
		return t, tints
	}
	below := grid.Table{Header: t.Header, Align: t.Align}
	var colours []tint
	for i, row := range t.Rows {
		lines := []string{""}
		if last < len(row) {
			lines = grid.Wrap(grid.Clean(row[last]), room, o)
		}
		for n, line := range lines {
			cells := make([]string, last+1)
			if n == 0 {
				copy(cells, row)
			}
			cells[last] = line
			below.Rows = append(below.Rows, cells)
			if i < len(tints) {
				colours = append(colours, tints[i])
			}
		}
	}
	return below, colours
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
			fmt.Fprint(a.out, hanging(indent+pad(f.name, widest, o)+"  ", strings.TrimSpace(grid.Clean(f.text)), o))
		}
	}
}

// hanging is a text behind its beginning; on a terminal it goes on below itself.
func hanging(begin, text string, o grid.Options) string {
	indent := grid.Width(begin, o)
	lines := []string{text}
	if room := o.MaxWidth - indent; room >= leastFold {
		lines = grid.Wrap(text, room, o)
	}
	return begin + strings.Join(lines, "\n"+strings.Repeat(" ", indent)) + "\n"
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
func (a *app) printJSON(v any) error { return writeJSON(a.out, v) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
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
