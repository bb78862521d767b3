package stats

import (
	"cmp"
	"fmt"
	"iter"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Counter counts a year in parts: what some of the cases add to a report is counted by itself, and need not be counted again
// while these cases and what Options say of the books (Opening, Closed, Calendar, the period and the format) stay the same. It
// is not for several goroutines at once.
type Counter struct {
	year int
	f    Format
	b    *book
	o    Options
}

// Part is what some cases add to a report. It is not changed once it is made.
type Part struct {
	table  []Line
	course Course
	found  [lastFinding][]casefile.ID
	named  [len(casefile.Columns)]int
	first  int // the earliest year in which one of them was received; 0: none was
	cases  []Placed
	listed []listed
}

// listed is where a case stands in 表三.
type listed struct {
	id     casefile.ID
	column casefile.Column
	rows   [3]uint8
	n      uint8
}

// NewCounter returns a Counter of a year.
func NewCounter(year int, o Options) (*Counter, error) {
	f, err := FormatOf(cmp.Or(o.Format, Current))
	if err != nil {
		return nil, counting(year, err)
	}
	return &Counter{year, f, open(year, f, o), o}, nil
}

// Again is the counter with what else is known now: about mails, fees, disputes and words, but with the same frozen years, the same
// opening balance and the same period. What it takes from these is shared.
func (k *Counter) Again(o Options) *Counter {
	b := *k.b
	return &Counter{k.year, k.f, &b, o}
}

func counting(year int, err error) error {
	return fmt.Errorf("computing the report of %d: %w", year, err)
}

// Count counts some cases.
func (k *Counter) Count(cases iter.Seq2[casefile.Case, error]) (*Part, error) {
	b := k.b
	b.named = [len(casefile.Columns)]int{}
	p := &Part{table: make([]Line, len(k.f.Rows))}
	for c, err := range cases {
		if err != nil {
			return nil, counting(k.year, err)
		}
		if c.Counts() && !c.Carried {
			if received := receivedOn(&c); !received.IsZero() && (p.first == 0 || received.Year() < p.first) {
				p.first = received.Year()
			}
		}
		e := b.enter(&c)
		for _, row := range e.rows[:e.n] {
			p.table[row].add(e.column, 1)
		}
		p.course.follow(e, &c, b.from, b.to, k.o.Calendar)
		e.note(withoutDocument, e.ended && needsDocument(&c) && c.Document == "")
		for i := range lastFinding {
			if e.findings.has(i) {
				p.found[i] = append(p.found[i], c.ID)
			}
		}
		if k.o.Listed && e.n > 0 {
			l := listed{id: c.ID, column: e.column, n: uint8(e.n)}
			for i, row := range e.rows[:e.n] {
				l.rows[i] = uint8(row)
			}
			p.listed = append(p.listed, l)
		}
		if k.o.Trace && e.n > 0 {
			if k.o.Whole != nil {
				if c, err = k.o.Whole(c.ID); err != nil {
					return nil, counting(k.year, err)
				}
			}
			p.cases = append(p.cases, b.placed(e, c))
		}
	}
	p.named = b.named
	return p, nil
}

// take puts what parts say of the opening balance into the book.
func (k *Counter) take(parts []*Part) {
	k.b.named = [len(casefile.Columns)]int{}
	for _, p := range parts {
		for i, n := range p.named {
			k.b.named[i] += n
		}
	}
}

// Cases lists the cases of parts that a cell of 表三 counts, as Cases does. They were counted with Options.Listed.
func (k *Counter) Cases(parts []*Part, cell Cell) (ids []casefile.ID, unnamed int) {
	for _, p := range parts {
		for _, l := range p.listed {
			e := entry{column: l.column, n: int(l.n)}
			for i, row := range l.rows {
				e.rows[i] = int(row)
			}
			if e.holds(cell) {
				ids = append(ids, l.id)
			}
		}
	}
	k.take(parts)
	return ids, k.b.unnamed(cell)
}

// Placed lists the cases of parts with their places in 表三, without their words. They were counted with Options.Listed.
func (k *Counter) Placed(parts []*Part) (all []Placed) {
	for _, p := range parts {
		for _, l := range p.listed {
			e := entry{column: l.column, n: int(l.n)}
			for i, row := range l.rows {
				e.rows[i] = int(row)
			}
			all = append(all, k.b.placed(e, casefile.Case{ID: l.id}))
		}
	}
	return all
}

// Report makes the report of all parts.
func (k *Counter) Report(parts []*Part) (Report, error) {
	r, err := k.report(parts)
	if err != nil {
		return Report{}, counting(k.year, err)
	}
	return r, nil
}

func (k *Counter) report(parts []*Part) (Report, error) {
	b, f, o := k.b, k.f, k.o
	r := Report{
		Format: f.Name, Agency: o.Agency, Year: k.year, From: o.From, To: o.To, GeneratedAt: o.Now.In(civil.Zone),
		Table3: make([]Line, len(f.Rows)), Fees: o.Fees, Course: new(Course),
	}
	var found [lastFinding][]casefile.ID
	first := o.First
	for _, p := range parts {
		for row, line := range p.table {
			for at, n := range line {
				r.Table3[row][at] += n
			}
		}
		r.Course.add(p.course)
		for i, ids := range p.found {
			found[i] = append(found[i], ids...)
		}
		if p.first != 0 {
			first = min(first, p.first)
		}
		r.Cases = append(r.Cases, p.cases...)
	}
	k.take(parts)
	rest := b.rest()
	for i, n := range rest.unnamed {
		r.Table3[b.in].add(casefile.Columns[i], n)
		r.Table3[b.out].add(casefile.Columns[i], n)
	}
	var err error
	if r.Table4, err = countMatters(o.Matters); err != nil {
		return r, err
	}
	if o.Before != nil && b.whole() && civil.Of(o.Now) > b.to {
		if last, err := o.Before.Form(); err == nil {
			r.Course.Before = new(o.Before.Totals(last))
		}
	}
	manual := o.Manual
	if !b.whole() {
		manual = nil // what a clerk writes is of the whole year
	}
	prose := r.fill(f, manual, len(found[reopened]))
	r.Checks = append(r.identities(f), r.carriedOver(f, o), rest.check(o.Opening, found[carriedOver]))
	for k := range lastFinding {
		if k != carriedOver {
			r.Checks = append(r.Checks, k.check(found[k]))
		}
	}
	r.Checks = append(r.Checks, o.Mails.check(civil.Of(o.Now) > b.to), disputesRecorded(o.Matters))
	if b.whole() {
		r.Checks = append(append(r.Checks, r.Table2.check(f, o.lastFacts(r.Format))...), prose, r.Sections.check(f))
	}
	r.Checks = append(r.Checks, b.over(civil.Of(o.Now)))
	if k.year < first {
		r.Checks = append(r.Checks, verdict(NoData, Warning, fmt.Sprintf("登记簿自 %d 年起才有记录，%d 年没有数据，表三、表四的 0 不是实数", first, k.year)))
	}
	return r, nil
}
