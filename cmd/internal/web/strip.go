package web

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// strip draws the days of a case: a bar for each reading of the clock, a cell a day, or a week where there are many.
// Its measures are percentages of the width, so that words keep their size on every screen.
type strip struct {
	Bars   []bar
	Marks  []mark
	Ticks  []tick
	Weeks  bool
	Said   string // the same in words
	Height int
}

// bar is one reading of the clock.
type bar struct {
	Label string
	Y     int // of its upper edge
	Cells []cellOf
}

// cellOf is a day, or a week.
type cellOf struct {
	X, W  string // percent
	Y, H  int
	Class string
	Title string
}

// mark is a day to look at: today, a due date, the end.
type mark struct {
	X           string
	Y           int // of its words
	Top, Bottom int // of its line
	Class, Text string
	Anchor      string // start, middle, end
}

// tick names a month.
type tick struct{ X, Text string }

const (
	stripHead  = 18 // for the words of the marks
	stripBar   = 16
	stripGap   = 4
	stripFoot  = 32
	foldBeyond = 60  // days, beyond which a cell is a week
	labelWidth = 5.0 // percent, for the names of the bars
)

// stripOf draws an explanation. The strip of a case whose dates were set, or that has no clock, has no cells.
func stripOf(e ask.Explanation) strip {
	var s strip
	first, last := civil.Date(0), civil.Date(e.Today)
	for _, c := range e.Clocks {
		for _, d := range []ask.Day{c.Start, c.Due, c.Stopped} {
			if day := civil.Date(d); day != 0 {
				if first == 0 || day < first {
					first = day
				}
				last = max(last, day)
			}
		}
		for _, d := range c.Days {
			last = max(last, civil.Date(d.Date))
		}
	}
	if end := civil.Date(e.Case.StoppedOn); end != 0 { // what came after does not matter for the clock
		last = end
		for _, c := range e.Clocks {
			last = max(last, civil.Date(c.Due))
		}
	}
	if first == 0 || last.Sub(first) > 20*366 {
		return s
	}
	s.Weeks = last.Sub(first) > foldBeyond
	sc := scale{first: first, days: last.Sub(first) + 1}
	y := stripHead
	for _, c := range e.Clocks {
		if c.Start == 0 {
			continue
		}
		s.Bars = append(s.Bars, bar{Label: shortView(c.View), Y: y, Cells: cellsOf(c, e, sc, y, s.Weeks)})
		y += stripBar + stripGap
	}
	s.Height = y + stripFoot
	s.Marks = marksOf(e, sc, y)
	for d := first; d <= last; d = d.Add(1) {
		if _, m, n := d.Date(); n == 1 && d > first.Add(2) {
			s.Ticks = append(s.Ticks, tick{percent(sc.x(d)), fmt.Sprintf("%d月", int(m))})
		}
	}
	s.Said = saidOf(e)
	return s
}

func shortView(view string) string {
	if view == "strict" {
		return "从严"
	}
	return "法定"
}

// scale turns days into percentages.
type scale struct {
	first civil.Date
	days  int
}

func (s scale) x(d civil.Date) float64 {
	return labelWidth + float64(d.Sub(s.first))*s.width()
}

func (s scale) width() float64 { return (100 - labelWidth - 1) / float64(s.days) }

func percent(f float64) string { return fmt.Sprintf("%.3f%%", f) }

var dayWords = map[string]string{"counted": "计入", "rest": "休息", "excluded": "扣除", "waiting": "等待", "late": "逾期", "zero": "第零日"}

func cellsOf(c ask.ClockView, e ask.Explanation, sc scale, y int, weeks bool) (cells []cellOf) {
	put := func(d civil.Date, n int, class, title string) {
		high := map[string]int{"rest": 4, "waiting": 8, "weeks": stripBar}[class]
		if high == 0 {
			high = stripBar
		}
		if ask.Day(d) > e.Today && class == "counted" {
			class = "counted ahead"
		}
		cells = append(cells, cellOf{X: percent(sc.x(d)), W: percent(sc.width()*float64(n) - 0.08), Y: y + stripBar - high, H: high, Class: class, Title: title})
	}
	start := civil.Date(c.Start)
	put(start, 1, "zero", start.Long()+" 第零日")
	until := min(civil.Date(e.Today), sc.first.Add(sc.days-1))
	if end := civil.Date(c.Stopped); end != 0 {
		until = min(until, end)
	}
	for i := 0; i < len(c.Days); {
		d := c.Days[i]
		if !weeks {
			put(civil.Date(d.Date), 1, d.Sort, dayTitle(d))
			i++
			continue
		}
		n, counted := 0, 0
		from, class := civil.Date(d.Date), d.Sort
		for i < len(c.Days) && n < 7 && (n == 0 || civil.Date(c.Days[i].Date).Weekday() != 1) {
			if c.Days[i].Sort == "counted" {
				counted, class = counted+1, "counted"
			} else if class == "rest" {
				class = c.Days[i].Sort
			}
			i, n = i+1, n+1
		}
		put(from, n, class, fmt.Sprintf("%s 起 %d 天：计入 %d 个工作日", from, n, counted))
	}
	if due := civil.Date(c.Due); due != 0 && until > due {
		put(due.Add(1), until.Sub(due), "late", fmt.Sprintf("%s 起逾期", due.Add(1)))
	}
	return cells
}

func dayTitle(d ask.DayView) string {
	s := civil.Date(d.Date).Long() + " "
	if d.Number > 0 {
		s += fmt.Sprintf("第 %d 个工作日", d.Number)
	} else {
		s += dayWords[d.Sort]
	}
	if d.Why != "" {
		s += "：" + d.Why
	}
	return s
}

// marksOf writes today or the end above the bars, and the due dates below them in one text: on paper and on a narrow
// screen two texts would overlap.
func marksOf(e ask.Explanation, sc scale, bottom int) (marks []mark) {
	add := func(d civil.Date, class, text string, below bool) {
		if d < sc.first || d >= sc.first.Add(sc.days) {
			return
		}
		at := sc.x(d) + sc.width()/2
		m := mark{X: percent(at), Y: stripHead - 5, Top: stripHead - 2, Bottom: bottom, Class: class, Text: text, Anchor: "middle"}
		if below {
			m.Y, m.Top, m.Bottom = bottom+12, stripHead, bottom+2
		}
		switch {
		case at > 60:
			m.Anchor = "end"
		case at < 40:
			m.Anchor = "start"
		}
		marks = append(marks, m)
	}
	var due []civil.Date
	texts := map[civil.Date]string{}
	for _, c := range e.Clocks {
		d := civil.Date(c.Due)
		switch {
		case d.IsZero():
			continue
		case texts[d] == "":
			due, texts[d] = append(due, d), shortView(c.View)+"届满"
		default:
			texts[d] += "、" + shortView(c.View) + "届满"
		}
	}
	slices.Sort(due)
	var said []string
	for i, d := range due {
		said = append(said, texts[d]+" "+monthDay(d))
		text := ""
		if i == len(due)-1 {
			text = strings.Join(said, "　")
		}
		add(d, "due", text, true)
	}
	if e.Case.StoppedOn == 0 {
		add(civil.Date(e.Today), "now", "今天 "+monthDay(civil.Date(e.Today)), false)
	} else {
		add(civil.Date(e.Case.StoppedOn), "due", "送达 "+monthDay(civil.Date(e.Case.StoppedOn)), false)
	}
	return marks
}

func monthDay(d civil.Date) string {
	_, m, n := d.Date()
	return fmt.Sprintf("%d月%d日", int(m), n)
}

// saidOf is the strip for those who cannot see it.
func saidOf(e ask.Explanation) string {
	var s strings.Builder
	for _, c := range e.Clocks {
		if c.Start == 0 {
			continue
		}
		counted := 0
		for _, d := range c.Days {
			if d.Number > 0 && d.Date <= e.Today {
				counted = d.Number
			}
		}
		s.WriteString(fmt.Sprintf("%s：自 %s 起，已计 %d 个工作日，共 %d 个", shortView(c.View), civil.Date(c.Start), counted, c.Limit))
		if c.Due != 0 {
			s.WriteString("，" + civil.Date(c.Due).Long() + " 届满")
		}
		s.WriteString("。")
	}
	return s.String()
}
