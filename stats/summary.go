package stats

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Summary answers what a head asks of a period: how much came and went, how much of it in time by both clocks,
// by department, by month and quarter and against the year before, and who has how much to do now.
type Summary struct {
	From  civil.Date `json:"from"`
	To    civil.Date `json:"to"`
	Since civil.Date `json:"since"` // the first day from which on the register has everything that came
	Stretch
	Departments []Department `json:"departments"`
	Quarters    []Stretch    `json:"quarters"`
	Months      []Stretch    `json:"months"`
	// Load is what each person has to do today, by name: it is no measure of anybody.
	Load []Load `json:"load"`
	// Public is what was decided about 主动公开 of the applications received in the period (条例44).
	Public Public `json:"public"`
}

// Public counts decisions about 主动公开.
type Public struct {
	Proposed int `json:"proposed"`
	Adopted  int `json:"adopted"`
	Declined int `json:"declined"`
}

func (p *Public) count(decided casefile.Publicity) {
	switch decided {
	case casefile.PublicityProposed:
		p.Proposed++
	case casefile.PublicityAdopted:
		p.Adopted++
	case casefile.PublicityDeclined:
		p.Declined++
	}
}

// Stretch is a part of the period, set against the same days of the year before.
type Stretch struct {
	Label  string      `json:"label"`  // 2026-03, 2026 年第 1 季度
	Now    *Department `json:"now"`    // without a name; null where the period ended before the register began, or has not begun
	Before *Department `json:"before"` // null where the register does not reach back to its first day

	from, to civil.Date
}

// Load is what somebody has to do.
type Load struct {
	Person string `json:"person"` // "" for cases that nobody has
	Open   int    `json:"open"`
	Due    int    `json:"due"` // of those, due within soon working days or past
}

// Soon is within how many working days a case counts as due in a Load.
const Soon = 5

func (l *Load) add(at casefile.Standing) {
	l.Open++
	if !at.Due.IsZero() && at.Remaining <= Soon {
		l.Due++
	}
}

// Gathered is what some cases add to the summary of a period. It is not changed once it is made.
type Gathered struct {
	public     Public
	flows      []flow // of the stretches in which any of the cases moved: of a thousand with neighbouring numbers these are few
	department map[string]*Department
	load       map[string]*Load
}

// moved are the first and the last day of which a case adds something to a flow: of a year and its parts most cases have none.
func moved(c casefile.Case) (first, last civil.Date) {
	first = c.ReceivedOn()
	last = first
	count := func(day civil.Date) {
		if !day.IsZero() {
			first, last = min(first, day), max(last, day)
		}
	}
	count(c.StoppedOn)
	for _, p := range c.Periods {
		count(p.Ended)
	}
	return first, last
}

// flow is what some cases add to one of the stretches that stretchesOf gives; nil where that is nothing.
type flow struct {
	at          int
	now, before *Department
}

// flowsOf are the stretches to which something was added.
func flowsOf(all []Stretch) (flows []flow) {
	for i, s := range all {
		f := flow{at: i}
		if *s.Now != (Department{}) {
			f.now = s.Now
		}
		if *s.Before != (Department{}) {
			f.before = s.Before
		}
		if f.now != nil || f.before != nil {
			flows = append(flows, f)
		}
	}
	return flows
}

// stretchesOf are the period itself, its quarters and its months.
func stretchesOf(from, to civil.Date) (all []Stretch, quarters int) {
	q := parts(from, to, 3)
	return slices.Concat([]Stretch{stretchOf("合计", from, to)}, q, parts(from, to, 1)), len(q)
}

// Gather counts some cases for the summary of a period.
func Gather(from, to, today civil.Date, cases iter.Seq2[casefile.Case, error], cal *workday.Calendar) (*Gathered, error) {
	g := &Gathered{department: map[string]*Department{}, load: map[string]*Load{}}
	stretches, _ := stretchesOf(from, to)
	for c, err := range cases {
		if err != nil {
			return nil, fmt.Errorf("summing up: %w", err)
		}
		if !c.Counts() {
			continue
		}
		if on := c.ReceivedOn(); on >= from && on <= to {
			g.public.count(c.Publicity)
		}
		departmentOf(g.department, c.Department).count(c, from, to, today, cal)
		first, last := moved(c)
		add := func(d *Department, from, to civil.Date) {
			if last >= from && first <= to {
				d.flow(c, from, to, cal)
			}
		}
		for _, part := range stretches {
			add(part.Now, part.from, part.to)
			add(part.Before, yearBefore(part.from), yearBefore(part.to))
		}
		if c.ReceivedOn() <= to && overdueOn(c, min(today, to), cal) {
			stretches[0].Now.Overdue++
		}
		if at := c.At(today, cal); c.Stage.Open() && !at.Finished {
			loadOf(g.load, c.Assignee).add(at)
		}
	}
	g.flows = flowsOf(stretches)
	return g, nil
}

func departmentOf(all map[string]*Department, name string) *Department {
	if all[name] == nil {
		all[name] = &Department{Name: name}
	}
	return all[name]
}

func loadOf(all map[string]*Load, person string) *Load {
	if all[person] == nil {
		all[person] = &Load{Person: person}
	}
	return all[person]
}

// Sum makes the summary of a period of at most a few years of what was gathered of all cases, for the same period and day, in
// the order of their numbers. The register reaches back to since.
func Sum(from, to, since, today civil.Date, gathered []*Gathered) Summary {
	s := Summary{From: from, To: to, Since: since, Departments: []Department{}, Load: []Load{}}
	all, quarters := stretchesOf(from, to)
	by, load := map[string]*Department{}, map[string]*Load{}
	for _, g := range gathered {
		s.Public.Proposed, s.Public.Adopted, s.Public.Declined = s.Public.Proposed+g.public.Proposed, s.Public.Adopted+g.public.Adopted, s.Public.Declined+g.public.Declined
		for _, f := range g.flows {
			if f.now != nil {
				all[f.at].Now.plus(f.now)
			}
			if f.before != nil {
				all[f.at].Before.plus(f.before)
			}
		}
		for name, d := range g.department {
			departmentOf(by, name).plus(d)
		}
		for person, l := range g.load {
			sum := loadOf(load, person)
			sum.Open, sum.Due = sum.Open+l.Open, sum.Due+l.Due
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if d := by[name]; d.Received+d.Done+d.Overdue > 0 {
			s.Departments = append(s.Departments, d.averaged())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(load)) {
		s.Load = append(s.Load, *load[name])
	}
	for i := range all {
		part := &all[i]
		if part.Now = part.Now.known(part.to >= since && part.from <= today); part.Now != nil {
			*part.Now = part.Now.averaged()
		}
		if part.Before = part.Before.known(yearBefore(part.from) >= since); part.Before != nil {
			*part.Before = part.Before.averaged()
		}
	}
	s.Stretch, s.Quarters, s.Months = all[0], all[1:1+quarters:1+quarters], all[1+quarters:]
	return s
}

// plus adds what other cases of the same department come to; those of an equal length that came first stay the longest.
func (d *Department) plus(o *Department) {
	d.Received, d.Done, d.OnTime, d.Late, d.Disputable, d.Overdue = d.Received+o.Received, d.Done+o.Done, d.OnTime+o.OnTime, d.Late+o.Late, d.Disputable+o.Disputable, d.Overdue+o.Overdue
	d.OnTimeStrict, d.days = d.OnTimeStrict+o.OnTimeStrict, d.days+o.days
	if o.LongestCase != "" && (d.LongestCase == "" || o.Longest > d.Longest) {
		d.Longest, d.LongestCase = o.Longest, o.LongestCase
	}
}

// known returns the line, or nil where the register does not reach.
func (d *Department) known(it bool) *Department {
	if !it {
		return nil
	}
	return d
}

func stretchOf(label string, from, to civil.Date) Stretch {
	return Stretch{Label: label, from: from, to: to, Now: &Department{}, Before: &Department{}}
}

// parts divides a period at the turns of so many months.
func parts(from, to civil.Date, months int) []Stretch {
	all := []Stretch{}
	for first := from; first <= to; {
		y, m, _ := first.Date()
		m -= (m - 1) % time.Month(months)
		next := civil.New(y, m+time.Month(months), 1)
		label := fmt.Sprintf("%04d-%02d", y, m)
		if months == 3 {
			label = fmt.Sprintf("%d 年第 %d 季度", y, (m+2)/3)
		}
		all = append(all, stretchOf(label, first, min(to, next.Add(-1))))
		first = next
	}
	return all
}

// yearBefore is the same day of the year before; of 29 February the day before.
func yearBefore(d civil.Date) civil.Date {
	y, m, day := d.Date()
	if m == time.February && day == 29 {
		day = 28
	}
	return civil.New(y-1, m, day)
}

// Rate is a share in tenths of a percent, as 98.4%; "" of none.
func Rate(n, of int) string {
	if of == 0 {
		return ""
	}
	tenths := (n*2000 + of) / (2 * of)
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}
