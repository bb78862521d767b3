package reading

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/mailbox/parse"
)

// Fill fills in what only the mail's bytes say. Bytes that are not there are a defect of the view,
// not an error: everything else about the mail is known.
func (g *Room) Fill(v *ask.MailView, limits parse.Limits) {
	if v.Digest.IsZero() {
		return // quarantined: nothing came
	}
	m, err := g.Parse(v.Digest, limits)
	if err != nil {
		v.Defects = append(v.Defects, casefile.Defect{Code: "bytes-missing", Detail: err.Error()})
		return
	}
	v.Text, v.Parts, v.Defects = m.Text, m.Parts, m.Defects
	all, ok := g.readings.get(v.Digest)
	if ok {
		v.Readings = shown(all)
	}
	v.Unread = unread(m, all)
}

// unread words what of a mail was not read: first what is wrong with the mail itself, then its parts.
func unread(m casefile.Message, all []worker.Reading) (words []string) {
	for _, d := range m.Defects {
		if parse.Incomplete(d.Code) {
			words = append(words, d.Detail)
		}
	}
	for _, r := range all {
		if r.Whole() || r.Document.Part == form.MessageText {
			continue
		}
		for _, n := range notesOn(r, source{}) {
			words = append(words, n.Part+"："+n.Text)
		}
	}
	return words
}

// Limits of what is read of one mail and of what is kept of all.
const (
	mostParts    = 40               // of a mail; people send a form and some pictures
	mostReadings = 4 << 20          // bytes of text out of one mail
	mostTime     = 40 * time.Second // for one mail: a mail made of bombs costs no more
	mostKept     = 256 << 20        // bytes on disk; the oldest go first
)

// readings keeps what was read out of mails and files, outside of the records: it can be thrown away and
// made again at any time.
//
//	cache/read/<version>/<first digit>/<digest>.json   the parts of a mail, or a file
//	cache/pdfium-…/                                    pdfium compiled for the worker (worker.Prepare)
//	cache/attachment-…                                 an attachment that is being read; gone at once
//
// The version is that of the worker and of package form: another version reads anew. Erased bytes take
// what was read of them with them.
type readings struct {
	cache  string // directory
	erased func(casefile.Digest) bool
	read   ReadFunc
	mark   func(string) (string, error) // the office's mark of a number or a name
	scans  bool                         // tesseract reads them
	turns  turns                        // who reads an attachment, and who waits
	partly partly

	mu   sync.Mutex
	size int64 // of what is kept; known after tidy
}

// ReadFunc reads one attachment; worker.Reader's Read is one.
type ReadFunc func(ctx context.Context, in form.Input, copy func(io.Writer) error) (worker.Reading, error)

// kept is the content of a file of the cache.
type kept struct {
	Readings []worker.Reading `json:"readings"`
}

func (r *readings) dir() string {
	name := fmt.Sprintf("%d.%d", worker.Version, form.Version)
	if r.scans {
		name += "+ocr" // where it is switched on, what was a scan is read again
	}
	return filepath.Join(r.cache, "read", name)
}

func (r *readings) path(d casefile.Digest) string {
	s := d.String()
	return filepath.Join(r.dir(), s[:1], s+".json")
}

// get returns what is kept of a mail or a file; ok is false where it was not read yet.
func (r *readings) get(d casefile.Digest) (all []worker.Reading, ok bool) {
	text, err := os.ReadFile(r.path(d))
	if err != nil {
		return nil, false
	}
	var k kept
	if json.Unmarshal(text, &k) != nil { // torn by a crash: made again
		return nil, false
	}
	return k.Readings, true
}

// has reports whether get would find something.
func (r *readings) has(d casefile.Digest) bool {
	_, err := os.Stat(r.path(d))
	return err == nil
}

// put keeps what was read. It is a cache: nothing is synced, and what a crash tears is made again.
func (r *readings) put(d casefile.Digest, all []worker.Reading) error {
	text, err := json.Marshal(kept{all})
	if err != nil {
		return err
	}
	path := r.path(d)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := desk.RoomBeyondRecords(filepath.Dir(path), len(text)); err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	r.partly.keep(d, all)
	if r.erased(d) { // while it was read
		return r.drop(d)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += onDisk(int64(len(text))); r.size > mostKept {
		return r.shrink()
	}
	return nil
}

// drop lets go what was read of erased bytes.
func (r *readings) drop(d casefile.Digest) error {
	if err := os.Remove(r.path(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.partly.keep(d, nil)
	return nil
}

// Forget lets go what was read of erased bytes.
func (g *Room) Forget(d casefile.Digest) error {
	g.openings.drop(d)
	return errors.Join(g.readings.drop(d), g.pages.drop(d), g.links.drop(d))
}

// onDisk is about what a file of that size takes.
func onDisk(n int64) int64 { return (n + 4095) &^ 4095 }

// tidy removes what other versions, crashes and erasures left, and finds out how much is kept.
func (r *readings) tidy() error {
	var errs []error
	remove := func(path string) { errs = append(errs, os.RemoveAll(path)) }
	top, err := os.ReadDir(r.cache)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	for _, e := range top {
		if n := e.Name(); strings.HasPrefix(n, "attachment-") || strings.HasPrefix(n, "pdfium-") && n != worker.CacheName {
			remove(filepath.Join(r.cache, n))
		}
	}
	errs = append(errs, keepVersion(r.dir()))
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(append(errs, r.shrink())...)
}

// keepVersion removes the folders beside dir: each cache is in a folder named after the version that made it.
func keepVersion(dir string) error {
	parent := filepath.Dir(dir)
	versions, err := os.ReadDir(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, v := range versions {
		if v.Name() != filepath.Base(dir) {
			errs = append(errs, os.RemoveAll(filepath.Join(parent, v.Name())))
		}
	}
	return errors.Join(errs...)
}

// removeErased removes what is kept in dir of bytes that were erased, and what no digest names.
func removeErased(dir, suffix string, erased func(casefile.Digest) bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		if d, err := casefile.ParseDigest(strings.TrimSuffix(e.Name(), suffix)); err != nil || erased(d) {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// shrink measures what is kept and removes the oldest of it down to nine tenths of what may be. The
// caller holds mu.
func (r *readings) shrink() error {
	type one struct {
		path string
		size int64
		at   time.Time
	}
	var all []one
	r.size = 0
	err := filepath.WalkDir(r.dir(), func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // nothing was kept yet, or it went meanwhile
		case err != nil || e.IsDir():
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil //nolint:nilerr // it went meanwhile
		}
		d, err := casefile.ParseDigest(strings.TrimSuffix(e.Name(), ".json"))
		if err != nil || r.erased(d) {
			return os.Remove(path)
		}
		all = append(all, one{path, onDisk(info.Size()), info.ModTime()})
		r.size += onDisk(info.Size())
		return nil
	})
	if err != nil || r.size <= mostKept {
		return err
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.path, b.path)) })
	var errs []error
	for _, o := range all {
		if r.size <= mostKept/10*9 {
			break
		}
		errs = append(errs, os.Remove(o.path))
		r.size -= o.size
	}
	return errors.Join(errs...)
}

// one reads one attachment when it is its turn; asked says that somebody waits for it.
func (r *readings) one(ctx context.Context, asked bool, in form.Input, copy func(io.Writer) error) (worker.Reading, error) {
	ctx, done, err := r.turns.take(ctx, asked)
	if err != nil {
		return worker.Reading{}, err
	}
	defer done()
	if err := os.MkdirAll(r.cache, 0o700); err != nil {
		return worker.Reading{}, err
	}
	one, err := r.read(ctx, in, copy)
	return one, errors.Join(err, r.markCards(&one))
}

// markCards leaves of an identity card what may be kept: the last four of its number, and marks.
func (r *readings) markCards(one *worker.Reading) (err error) {
	for i := range one.Cards {
		c := &one.Cards[i]
		if c.Number != "" {
			c.Tail = desk.TailOf(c.Number)
			if c.NumberMark, err = r.mark(c.Number); err != nil {
				return err
			}
		}
		if c.Name != "" {
			if c.NameMark, err = r.mark(c.Name); err != nil {
				return err
			}
		}
		c.Name, c.Number = "", ""
	}
	for i := range one.Inside {
		if err := r.markCards(&one.Inside[i]); err != nil {
			return err
		}
	}
	return nil
}

// ReadingsOf returns what a mail, or a file with that name, says: as kept, otherwise read now. The order is
// the message's own text, then its parts.
func (g *Room) ReadingsOf(ctx context.Context, d casefile.Digest, file string) ([]worker.Reading, error) {
	return g.readingsOf(ctx, true, d, file)
}

// readingsOf is ReadingsOf; asked is false for the reading in the background, which then ends with errGaveWay
// where somebody asks for another.
func (g *Room) readingsOf(ctx context.Context, asked bool, d casefile.Digest, file string) ([]worker.Reading, error) {
	if all, ok := g.readings.get(d); ok {
		return all, nil
	}
	if g.readings.read == nil {
		return nil, nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(g.Life, func() { stop(context.Cause(g.Life)) })() // a clerk's question ends with the daemon
	raw, err := g.Store.Open(d)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	info, err := raw.Stat()
	if err != nil {
		return nil, err
	}
	var all []worker.Reading
	if file != "" {
		one, err := g.attachment(ctx, asked, d, form.Input{Name: file}, func(w io.Writer) error {
			_, err := io.Copy(w, io.NewSectionReader(raw, 0, info.Size()))
			return err
		})
		if err != nil {
			return nil, err
		}
		all = flat(one)
	} else if all, err = g.readParts(ctx, asked, raw, info.Size(), d); err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Complaint != "" {
			g.Log.Warn().Str("digest", d.Short()).Int("part", r.Document.Part).Str("what", r.Complaint).Msg("the reading of an attachment was given up")
		}
	}
	// Somebody may have looked at its pages before it was known for a card, or for what stands upright when it is turned.
	if hasCard(all) || slices.ContainsFunc(all, func(r worker.Reading) bool { return r.Recognised != nil }) {
		if err := g.pages.drop(d); err != nil {
			return nil, err
		}
	}
	if err := g.readings.put(d, all); err != nil { // a full disk, say: the answer is there all the same
		g.Log.Warn().Err(err).Str("digest", d.Short()).Msg("what was read of a mail could not be kept")
	}
	return all, nil
}

// attachment reads one part of a mail, or a file. One that is broken, or over which the program panics, has failed; the others
// are not concerned.
func (g *Room) attachment(ctx context.Context, asked bool, d casefile.Digest, in form.Input, copy func(io.Writer) error) (one worker.Reading, err error) {
	err = g.One(d, fmt.Sprintf("读附件 %d", in.Index), func() error {
		one, err = g.readings.one(ctx, asked, in, copy)
		return err
	})
	if errors.Is(err, parse.ErrBroken) || panics.Is(err) {
		return worker.Reading{State: worker.Failed, Complaint: err.Error(), Document: form.Document{Part: in.Index, Name: in.Name}}, nil
	}
	return one, err
}

// readParts reads a mail's text and then its parts, one after the other.
func (g *Room) readParts(ctx context.Context, asked bool, raw io.ReaderAt, size int64, d casefile.Digest) ([]worker.Reading, error) {
	m := parse.Message(raw, size, d, parse.Limits{Undigested: true})
	text, err := g.attachment(ctx, asked, d, form.Input{Index: form.MessageText}, func(w io.Writer) error {
		_, err := io.WriteString(w, m.Text)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range m.Defects {
		if parse.Incomplete(d.Code) {
			text.Document.Notes = append(text.Document.Notes, form.Note{Code: noteMail, Text: d.Detail})
		}
	}
	if err := g.links.put(d, m.Links); err != nil {
		g.Log.Warn().Err(err).Str("digest", d.Short()).Msg("the links of a mail could not be kept")
	}
	all, taken, parts, begun := []worker.Reading{text}, extent(text), 0, time.Now()
	for _, p := range m.Parts {
		if !p.Attachment && p.Type == "text/plain" {
			continue // it is the message's text
		}
		if parse.Opened(p.Note) {
			continue // what is in it is a part of its own
		}
		if p.Type == "message/partial" {
			all = append(all, worker.Reading{State: worker.Unread, Note: p.Note, Document: form.Document{Part: p.Index, Name: cmp.Or(p.Name, "分段邮件")}})
			continue
		}
		parts++
		if parts > mostParts || taken > mostReadings {
			all = append(all, worker.Reading{State: worker.Unread, Note: "这封邮件的附件过多，未读取", Document: form.Document{Part: p.Index, Name: p.Name}})
			continue
		}
		if time.Since(begun) > mostTime {
			all = append(all, worker.Reading{State: worker.Unread, Note: "这封邮件读取用时过长，其余附件未读取", Document: form.Document{Part: p.Index, Name: p.Name}})
			continue
		}
		one, err := g.attachment(ctx, asked, d, form.Input{Index: p.Index, Name: p.Name, Type: p.Type}, func(w io.Writer) error {
			_, err := parse.CopyPart(w, raw, size, p.Index, parse.Limits{Undigested: true})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, r := range flat(one) {
			taken += extent(r)
			all = append(all, r)
		}
	}
	return all, nil
}

// noteMail is the code of a note that says what of a mail itself could not be read.
const noteMail = "mail"

// flat lists a reading and, behind it, those of the files inside.
func flat(r worker.Reading) []worker.Reading {
	inside := r.Inside
	r.Inside = nil
	all := []worker.Reading{r}
	for _, i := range inside {
		all = append(all, flat(i)...)
	}
	return all
}

// extent is about how many bytes of text a reading holds.
func extent(r worker.Reading) (n int) {
	for _, b := range r.Document.Blocks {
		if b.Line != nil {
			n += len(b.Line.Text)
			continue
		}
		for _, c := range b.Table.Cells {
			n += len(c.Text)
		}
	}
	return n
}

// shown is what a clerk sees of readings.
func shown(all []worker.Reading) []ask.PartReading {
	views := make([]ask.PartReading, 0, len(all))
	for _, r := range all {
		v := ask.PartReading{Index: r.Document.Part, Name: r.Document.Name, State: string(r.State), Label: r.State.Label(), Member: r.Member, Size: r.Size, Digest: r.Digest}
		if r.Note != "" {
			v.Notes = append(v.Notes, r.Note)
		}
		for _, n := range r.Document.Notes {
			v.Notes = append(v.Notes, n.Text)
		}
		views = append(views, v)
	}
	return views
}

// FileReadings is what became of reading files, as far as they were read.
func (g *Room) FileReadings(files []casefile.File) (views []ask.PartReading) {
	for _, file := range files {
		if all, ok := g.readings.get(file.Digest); ok {
			for _, v := range shown(all) {
				if v.Member == 0 {
					v.Digest, v.Name = file.Digest, file.Name
				}
				views = append(views, v)
			}
		}
	}
	return views
}
