package register

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// How many mails of a case nobody has decided about, its projection says; the bucket unread leads to those
// cases, for a finished one is in no other list. The bucket suggested leads from a case to the mails elsewhere
// that may belong to it, by what was recorded when they came; what became of them is looked up when somebody
// asks, and of most of them that is a key.

// suggestedMost is under how many cases one mail is filed, the likeliest: whoever has three hundred open
// applications and writes one line must not open it three hundred times.
const suggestedMost = 8

// indexSuggested files a mail that came to be elsewhere under the cases to which it may belong. The key says
// where it is: in the case n, or parked under the entry itself.
func (t *Tx) indexSuggested(seq uint64, in casefile.ID, g casefile.Guess, all []casefile.Suggestion) error {
	if g == casefile.GuessNone || g == casefile.GuessNotice {
		return nil
	}
	for _, s := range all[:min(len(all), suggestedMost)] {
		if err := t.put(bucketSuggested, append(pairKey(string(s.Case), ""), be64(seq)...), []byte(in)); err != nil {
			return err
		}
	}
	return nil
}

// Suggested lists the open mails that are elsewhere and may belong to a case, the oldest first: of a case that
// is finished there are none.
func (t *Tx) Suggested(c casefile.Case) ([]casefile.OpenMail, error) {
	if !c.Stage.Open() {
		return nil, nil
	}
	var merged [][]casefile.Record
	if len(t.paired(bucketMerged, string(c.ID))) > 0 {
		var err error
		if merged, err = t.Merged(c.ID); err != nil {
			return nil, err
		}
	}
	all, err := t.suggestedOf(nil, c.ID)
	if err != nil {
		return nil, err
	}
	for _, h := range merged { // what may belong to them may belong to the case in which they go on
		if all, err = t.suggestedOf(all, h[0].Case); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	own, err := t.History(c.ID)
	if err != nil {
		return nil, err
	}
	histories := append(merged, own)
	items := casefile.Contents(histories...)
	all = slices.DeleteFunc(all, func(m casefile.OpenMail) bool {
		_, held := casefile.Holding(items, m.Digest)
		return held || slices.ContainsFunc(histories, func(h []casefile.Record) bool { return casefile.Answered(casefile.Live(h))[m.Digest] })
	})
	slices.SortStableFunc(all, func(a, b casefile.OpenMail) int { return a.At.Compare(b.At) })
	return all, nil
}

// SuggestedTo lists the entries of the mails that are elsewhere, may belong to a case and are undecided. While they and the
// records of the case stay the same, so do its open mails, unless others were merged into it: alone says that none was.
func (t *Tx) SuggestedTo(id casefile.ID) (seqs []uint64, alone bool) {
	prefix := pairKey(string(id), "")
	cur := t.bucket(bucketSuggested).Cursor()
	for k, v := cur.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = cur.Next() {
		if seq := binary.BigEndian.Uint64(k[len(prefix):]); t.undecided(seq, casefile.ID(v)) {
			seqs = append(seqs, seq)
		}
	}
	return seqs, len(t.paired(bucketMerged, string(id))) == 0
}

// suggestedOf adds the mails that are elsewhere and were filed under one number, each once.
func (t *Tx) suggestedOf(all []casefile.OpenMail, id casefile.ID) ([]casefile.OpenMail, error) {
	seqs, _ := t.SuggestedTo(id)
	for _, seq := range seqs {
		r, err := t.Record(seq)
		if err != nil {
			return nil, err
		}
		m, ok := suggestedBy(r)
		if ok && r.Case != id && !slices.ContainsFunc(all, func(o casefile.OpenMail) bool { return o.Digest == m.Digest }) {
			all = append(all, m)
		}
	}
	return all, nil
}

// undecided reports whether a suggestion still waits for a person: its entry still says that the mail is
// parked, or the case that it opened is as it came.
func (t *Tx) undecided(seq uint64, in casefile.ID) bool {
	if in == "" {
		return holds(t.bucket(bucketPlace), placeKey(casefile.Parked, seq))
	}
	v := t.bucket(bucketCase).Get([]byte(in))
	var c casefile.Case
	return v != nil && decodeHead([]byte(in), v, &c) == nil && c.Stage == casefile.StageReceived
}

func suggestedBy(r casefile.Record) (m casefile.OpenMail, ok bool) {
	switch e := r.Event.(type) {
	case casefile.Received:
		return casefile.OpenMail{Letter: e.Letter, At: e.ArrivedAt, Guess: e.Guess, By: e.GuessedBy, Lies: r.Case, Merely: true}, true
	case casefile.MessageTaken:
		m = casefile.OpenMail{Letter: e.Letter, At: e.ArrivedAt, Guess: e.Guess, By: e.GuessedBy, Merely: true}
		if m.At.IsZero() {
			m.At = r.Recorded
		}
		return m, true
	}
	return m, false
}

// OpenMails lists the mails about which nobody has decided that are in a case or may belong to it: those in
// the case first, of each the oldest first.
func (t *Tx) OpenMails(c casefile.Case) ([]casefile.OpenMail, error) {
	all, err := t.ownOpenMails(c)
	if err != nil {
		return nil, err
	}
	suggested, err := t.Suggested(c)
	return append(all, suggested...), err
}

// ownOpenMails lists those in the case, and in those that were merged into it.
func (t *Tx) ownOpenMails(c casefile.Case) ([]casefile.OpenMail, error) {
	if c.OpenMail == 0 {
		return nil, nil
	}
	_, seqs, err := decodeProjection([]byte(c.ID), t.bucket(bucketCase).Get([]byte(c.ID)))
	if err != nil {
		return nil, err
	}
	last, alone := seqs[len(seqs)-1], len(t.paired(bucketMerged, string(c.ID))) == 0
	if alone && t.open != nil {
		if all, ok := t.open.get(c.ID, last); ok {
			return all, nil
		}
	}
	own, err := t.History(c.ID)
	if err != nil {
		return nil, err
	}
	merged, err := t.Merged(c.ID)
	if err != nil {
		return nil, err
	}
	all := casefile.OpenMails(append([][]casefile.Record{own}, merged...)...)
	if alone && t.open != nil {
		t.open.put(c.ID, last, all)
	}
	return all, nil
}

// openMails caches the open mails of each case as of its last record. Without it, looking at what is due after any
// new record would read the histories of all cases with unread mail again.
type openMails struct {
	sync.Mutex
	of map[casefile.ID]openMailsOf
}

type openMailsOf struct {
	last uint64 // the last record of the case; committed records never change but by one more on their case
	all  []casefile.OpenMail
}

// mostOpenMails bounds the cases whose open mails are cached.
const mostOpenMails = 2048

func (m *openMails) get(id casefile.ID, last uint64) ([]casefile.OpenMail, bool) {
	m.Lock()
	defer m.Unlock()
	kept, ok := m.of[id]
	return slices.Clone(kept.all), ok && kept.last == last
}

func (m *openMails) put(id casefile.ID, last uint64, all []casefile.OpenMail) {
	m.Lock()
	defer m.Unlock()
	if m.of == nil || len(m.of) >= mostOpenMails {
		m.of = map[casefile.ID]openMailsOf{}
	}
	m.of[id] = openMailsOf{last, slices.Clone(all)}
}

// CountOpenMails says how many there are and when the oldest arrived, without reading those in the case.
func (t *Tx) CountOpenMails(c casefile.Case) (n int, oldest civil.Date, err error) {
	suggested, err := t.Suggested(c)
	n, oldest = c.OpenMail+len(suggested), c.OldestOn
	for _, m := range suggested {
		if oldest.IsZero() || m.On() < oldest {
			oldest = m.On()
		}
	}
	return n, oldest, err
}
