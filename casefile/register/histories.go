package register

import (
	"slices"
	"sync"

	"ysq.internal/ysq/casefile"
)

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
	h.size += long.size - h.of[id].size
	if h.of == nil || h.size > mostHistories {
		h.of, h.size = map[casefile.ID]longHistory{}, long.size
	}
	if long.size > mostHistories {
		h.size = 0
		return
	}
	h.of[id] = long
}

// historyOf returns the records of a case, and decodes those that are not kept.
func (t *Tx) historyOf(id casefile.ID, seqs []uint64) ([]casefile.Record, error) {
	if t.histories == nil || len(seqs) < longFrom {
		return t.records(seqs)
	}
	long := t.histories.get(id, seqs)
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
		t.histories.put(id, longHistory{slices.Clone(history), long.size})
	}
	return history, nil
}
