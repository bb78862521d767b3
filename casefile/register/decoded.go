package register

import (
	"iter"
	"slices"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// remembered is what was decoded of committed records, where many of them would be decoded for each answer. The number of a record
// that was committed never means another one, so nothing of it grows old.
type remembered struct {
	histories histories
	years     yearRecords
	arrivals  arrivals
}

// histories keeps the records of long cases as they were decoded: whoever looks at one with hundreds of mails asks several
// questions about it, and decoding its records took longer than answering them. Committed records never change, and a case only
// gets more of them, so what is kept is the beginning of its history, whatever was recorded since. It is shared: the events
// must not be changed.
type histories struct {
	mu   sync.Mutex
	of   map[casefile.ID]longHistory
	size int // of the lines
}

type longHistory struct {
	records []casefile.Record
	size    int // of their lines
}

// How many records make a case a long one, and how many bytes of lines are kept; decoded they take about twice as much.
const (
	longFrom      = 32
	mostHistories = 4 << 20
)

// get returns what is kept of the records of a case.
func (h *histories) get(id casefile.ID, seqs []uint64) longHistory {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := h.of[id]
	n := len(kept.records)
	if n == 0 || n > len(seqs) || kept.records[0].Seq != seqs[0] || kept.records[n-1].Seq != seqs[n-1] {
		return longHistory{} // as in a transaction that began before
	}
	return kept
}

// put keeps the committed records of a case; when there is no more room, all others make it.
func (h *histories) put(id casefile.ID, long longHistory) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if long.size > mostHistories { // its beginning stays
		return
	}
	if h.size += long.size - h.of[id].size; h.of == nil || h.size > mostHistories {
		h.of, h.size = map[casefile.ID]longHistory{}, long.size
	}
	h.of[id] = long
}

// historyOf returns the records of a case, and decodes those that are not kept.
func (t *Tx) historyOf(id casefile.ID, seqs []uint64) ([]casefile.Record, error) {
	if t.known == nil || len(seqs) < longFrom {
		return t.records(seqs)
	}
	long := t.known.histories.get(id, seqs)
	if len(long.records) == len(seqs) {
		return slices.Clone(long.records), nil
	}
	history := append(make([]casefile.Record, 0, len(seqs)+1), long.records...)
	for _, seq := range seqs[len(history):] {
		line := t.line(seq)
		r, err := decodeLine(seq, line)
		if err != nil {
			return nil, err
		}
		history, long.size = append(history, r), long.size+len(line)
	}
	if t.Committed() {
		t.known.histories.put(id, longHistory{slices.Clone(history), long.size})
	}
	return history, nil
}

// yearRecords keeps the committed records of years as they were decoded. The one that freezes a year names every case that the
// year counts, so that decoding those of ten years took longer than any page that asks what is frozen.
type yearRecords struct {
	mu sync.Mutex
	of map[uint64]casefile.Record
}

// mostYearRecords bounds how many are kept. Most are payments of fees.
const mostYearRecords = 10_000

func (y *yearRecords) get(seq uint64) (casefile.Record, bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	r, ok := y.of[seq]
	return r, ok
}

func (y *yearRecords) put(r casefile.Record) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.of == nil || len(y.of) >= mostYearRecords {
		y.of = map[uint64]casefile.Record{}
	}
	y.of[r.Seq] = compact(r)
}

// compact is a record of a frozen year whose cases share the numbers of their rows: decoded, each has its own.
func compact(r casefile.Record) casefile.Record {
	e, ok := r.Event.(casefile.YearClosed)
	if !ok {
		return r
	}
	rows := map[string]string{}
	row := func(s string) string {
		if _, ok := rows[s]; !ok {
			rows[s] = s
		}
		return rows[s]
	}
	e.Cases = slices.Clone(e.Cases)
	for i := range e.Cases {
		e.Cases[i].Came, e.Cases[i].Went = row(e.Cases[i].Came), row(e.Cases[i].Went)
	}
	r.Event = e
	return r
}

// yearRecord returns a record of a year, decoded or as it was decoded before.
func (t *Tx) yearRecord(seq uint64) (casefile.Record, error) {
	if t.known == nil {
		return t.Record(seq)
	}
	if r, ok := t.known.years.get(seq); ok {
		return r, nil
	}
	r, err := t.Record(seq)
	if err == nil && t.Committed() {
		t.known.years.put(r)
	}
	return r, err
}

// arrivals keeps the days of mails by their entries: of the thousands that lie outside of cases most questions concern those of a
// few weeks.
type arrivals struct {
	mu sync.Mutex
	of map[uint64]arrival
}

type arrival struct {
	on   civil.Date
	sent bool
}

// mostArrivals bounds them. Those beyond are read each time: starting again from nothing would forget all of them at each look.
const mostArrivals = 1 << 17

// MailDay is a mail of the book: its entry, the day on which it arrived, or else was recorded, and whether the office sent it.
type MailDay struct {
	Seq  uint64
	On   civil.Date
	Sent bool
}

// MailDays yields the mails that ended in a place, as Mails does, and reads only those that nobody has asked for yet.
func (t *Tx) MailDays(d casefile.Disposition) iter.Seq2[MailDay, error] {
	return func(yield func(MailDay, error) bool) {
		for seq := range t.MailEntries(d) {
			one, err := t.arrival(seq)
			if !yield(MailDay{seq, one.on, one.sent}, err) || err != nil {
				return
			}
		}
	}
}

func (t *Tx) arrival(seq uint64) (one arrival, err error) {
	if t.known != nil {
		if one, ok := t.known.arrivals.get(seq); ok {
			return one, nil
		}
	}
	m, err := t.MailAt(seq)
	if err != nil {
		return one, err
	}
	one = arrival{civil.Of(m.ArrivedAt), m.Guess == casefile.GuessSent}
	if m.ArrivedAt.IsZero() {
		one.on = civil.Of(m.Recorded)
	}
	if t.known != nil && t.Committed() {
		t.known.arrivals.put(seq, one)
	}
	return one, nil
}

func (a *arrivals) get(seq uint64) (arrival, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one, ok := a.of[seq]
	return one, ok
}

func (a *arrivals) put(seq uint64, one arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[uint64]arrival{}
	}
	if len(a.of) < mostArrivals {
		a.of[seq] = one
	}
}
