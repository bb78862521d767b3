package register

import (
	"cmp"
	"encoding/binary"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/workday"
)

// recent holds the records of the cases on which something was recorded lately, as they were decoded, and folds a
// case when nothing has been recorded on it for a while: most cases are then folded without reading their records a
// second time. What comes on a case later is another part of it; a case of several parts is folded from the
// database in the end.
type recent struct {
	m     *maker
	cal   *workday.Calendar // with which cases are folded now
	years []workday.Year    // adopted so far
	wrong bool              // cal was not what the records adopt

	young, old map[casefile.ID][]casefile.Record
	size       int          // of the lines of what was added since young was begun
	folded     chan []ready // while old ones are being folded
	parts      int
}

// defaultRecent is some weeks of an office with fifty thousand cases a year, and some tens of megabytes decoded.
const defaultRecent = 4 << 20

// part is what was known of a case when it was folded.
type part struct {
	years      int // how many calendars had been adopted
	projection []byte
}

type ready struct {
	id   casefile.ID
	part part
	err  error
}

// add takes a record of a case; its line has so many bytes.
func (r *recent) add(record casefile.Record, bytes int) error {
	if r.size += bytes; r.size > cmp.Or(r.m.r.limits.recent, defaultRecent) {
		if err := r.turn(); err != nil {
			return err
		}
		r.size = bytes
	}
	history, ok := r.young[record.Case]
	if !ok {
		if history, ok = r.old[record.Case]; ok {
			delete(r.old, record.Case)
		} else {
			history = make([]casefile.Record, 0, 6) // as many as most cases have
		}
	}
	if r.young == nil {
		r.young = make(map[casefile.ID][]casefile.Record)
	}
	r.young[record.Case] = append(history, record)
	return nil
}

// turn makes the young old, and has what was old folded.
func (r *recent) turn() error {
	if err := r.sort(); err != nil {
		return err
	}
	old, law, cal, years, limits := r.old, r.m.r.law, r.cal, len(r.years), r.m.r.limits
	r.old, r.young = r.young, nil
	if len(old) == 0 {
		return nil
	}
	r.folded = make(chan []ready, 1)
	fold := func() {
		all := make([]ready, 0, len(old))
		for id, history := range old {
			f := ready{id: id, part: part{years: years}}
			f.err = limits.naming(id, func() error {
				f.part.projection = encodeProjection(casefile.Fold(id, history, law, cal), seqsOf(history))
				return nil
			})
			all = append(all, f)
		}
		r.folded <- all
	}
	if r.m.procs > 0 {
		go fold() // sort waits for it
	} else {
		fold()
	}
	return nil
}

// sort adds what was folded to what is sorted.
func (r *recent) sort() error {
	var value []byte
	for _, f := range r.wait() {
		if f.err != nil {
			return f.err
		}
		r.parts++
		value = append(binary.AppendUvarint(value[:0], uint64(f.part.years)), f.part.projection...)
		if err := r.m.sorted.put(bucketCase, []byte(f.id), value); err != nil {
			return err
		}
	}
	return nil
}

// wait returns what was being folded.
func (r *recent) wait() (all []ready) {
	if r.folded != nil {
		all = <-r.folded
		r.folded = nil
	}
	return all
}

// end folds and sorts everything that is left.
func (r *recent) end() error {
	for range 2 {
		if err := r.turn(); err != nil {
			return err
		}
	}
	return r.sort()
}

// adopt goes on with another calendar, unless it was foreseen. One that is no calendar is refused in the end, when all are
// put together.
func (r *recent) adopt(y workday.Year) {
	r.years = append(r.years, y)
	if r.m.foreseen != nil {
		return
	}
	if cal, err := r.m.r.base.With(r.years...); err == nil {
		r.cal = cal
	}
}

// outdated reports whether a case may depend on a calendar that was adopted after it was folded.
func (r *recent) outdated(c *casefile.Case, p part) bool {
	if r.wrong || r.m.foreseen != nil {
		return r.wrong
	}
	for _, y := range r.years[p.years:] {
		if dependsOn(c, y) {
			return true
		}
	}
	return false
}

func partOf(value []byte) part {
	years, n := binary.Uvarint(value)
	return part{int(years), value[n:]}
}
