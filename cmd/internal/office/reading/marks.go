package reading

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
)

// Fetch is a file that its sender left on a server, and that somebody has to fetch while it is there.
type Fetch struct {
	Case  casefile.ID
	Mail  casefile.Digest
	Where string     // what it is: 网盘, 超大附件
	Until civil.Date // the last day on which the link is said to work; zero: nothing is said
}

// links keeps the links of mails beside the readings, since they are few and asked for each day:
//
//	cache/links/<version>/<digest>.json
type links struct {
	dir    string
	erased func(casefile.Digest) bool
}

func (l *links) path(d casefile.Digest) string { return filepath.Join(l.dir, d.String()+".json") }

// put keeps the links of a mail; a mail without leaves nothing.
func (l *links) put(d casefile.Digest, all []casefile.Link) error {
	if len(all) == 0 {
		return nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	if err := desk.RoomBeyondRecords(l.dir, len(text)); err != nil {
		return err
	}
	if err := os.WriteFile(l.path(d), text, 0o600); err != nil {
		return err
	}
	if l.erased(d) { // while it was read
		return l.drop(d)
	}
	return nil
}

// drop lets go the links of erased bytes.
func (l *links) drop(d casefile.Digest) error {
	if err := os.Remove(l.path(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// each calls for the links of every mail; what a crash tore is passed over, and kept anew when the mail is read.
func (l *links) each(call func(casefile.Digest, []casefile.Link) error) error {
	files, err := os.ReadDir(l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		d, err := casefile.ParseDigest(strings.TrimSuffix(f.Name(), ".json"))
		if err != nil || l.erased(d) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(l.dir, f.Name()))
		var all []casefile.Link
		if err != nil || json.Unmarshal(text, &all) != nil {
			continue
		}
		if err := call(d, all); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes what other versions and erasures left.
func (l *links) tidy() error {
	return errors.Join(keepVersion(l.dir), removeErased(l.dir, ".json", l.erased))
}

// Fetches names the files that are still to be fetched for open cases: nothing was put on file since the mail came, and the
// link is not said to have ended.
func (g *Room) Fetches(tx *desk.View, today civil.Date, put func(Fetch)) error {
	return g.links.each(func(d casefile.Digest, all []casefile.Link) error {
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		var seen []casefile.ID
		for _, r := range about {
			if r.Case == "" || slices.Contains(seen, r.Case) {
				continue
			}
			seen = append(seen, r.Case)
			c, err := tx.Case(r.Case)
			if err != nil {
				return err
			}
			if !c.Stage.Open() {
				continue
			}
			fetched, err := fetchedSince(tx, r)
			if err != nil {
				return err
			}
			if fetched {
				continue
			}
			arrived := civil.Of(r.Recorded)
			if m, ok := arrivalOf(r); ok {
				arrived = m
			}
			if f, ok := firstToEnd(all, arrived, today); ok {
				f.Case, f.Mail = r.Case, d
				put(f)
			}
		}
		return nil
	})
}

// fetchedSince reports whether files were attached to the case after the record.
func fetchedSince(tx *desk.View, r casefile.Record) (bool, error) {
	history, err := tx.History(r.Case)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(history, func(o casefile.Record) bool {
		a, ok := o.Event.(casefile.Attached)
		return ok && o.Seq > r.Seq && len(a.Files) > 0
	}), nil
}

// arrivalOf is the day on which a mail arrived, as its record says.
func arrivalOf(r casefile.Record) (civil.Date, bool) {
	if e, ok := r.Event.(casefile.MessageTaken); ok && !e.ArrivedAt.IsZero() {
		return civil.Of(e.ArrivedAt), true
	}
	return r.On, !r.On.IsZero()
}

// firstToEnd is the link of a mail that ends first; of those that have ended none.
func firstToEnd(all []casefile.Link, arrived, today civil.Date) (first Fetch, ok bool) {
	for _, l := range all {
		f := Fetch{Where: l.Where, Until: l.Until}
		if f.Until.IsZero() && l.Days > 0 {
			f.Until = arrived.Add(l.Days)
		}
		if !f.Until.IsZero() && f.Until < today {
			continue
		}
		if !ok || first.Until.IsZero() || !f.Until.IsZero() && f.Until < first.Until {
			first, ok = f, true
		}
	}
	return first, ok
}

// Partly reports whether something in a mail could not be read, as far as it was tried; pictures alone are no news.
func (g *Room) Partly(d casefile.Digest) bool {
	p := &g.readings.partly
	p.mu.Lock()
	defer p.mu.Unlock()
	is, known := p.known[d]
	if !known {
		all, _ := g.readings.get(d)
		is = p.put(d, all)
	}
	return is
}

// partly remembers of mails whether something in them could not be read: 待办 asks it of every open mail. mu is held over
// reading the file, so that what is remembered is never older than it.
type partly struct {
	mu    sync.Mutex
	known map[casefile.Digest]bool
}

// mostPartly bounds the mails of which that is remembered.
const mostPartly = 16384

// put remembers it of a mail. The caller holds mu.
func (p *partly) put(d casefile.Digest, all []worker.Reading) (is bool) {
	is = slices.ContainsFunc(all, func(r worker.Reading) bool {
		return !r.Whole() && (r.State != worker.Scan || r.Document.Format != form.Image)
	})
	if p.known == nil || len(p.known) >= mostPartly {
		p.known = make(map[casefile.Digest]bool)
	}
	p.known[d] = is
	return is
}

// keep puts the mail of which more is known now.
func (p *partly) keep(d casefile.Digest, all []worker.Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(d, all)
}
