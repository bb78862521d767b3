package desk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Bounds are how many bytes of files that no record names may lie here, those that are still being sent included: of
// one sender, and of all of them with what the office made itself. What an earlier version kept bears no sender and
// counts in all alone.
type Bounds struct{ Each, All int64 }

// ordinary is eight of the largest files for one, twice what one command sends at most (package cli), and for all as much as for two.
var ordinary = Bounds{Each: 2 << 30, All: 4 << 30}

// arrivals are the files that are being sent.
type arrivals struct {
	mu  sync.Mutex
	all []*arrival
}

// arrival is the body of a file as it comes. No byte is read on that was not let in.
type arrival struct {
	desk   *Desk
	sender string
	body   io.Reader
	read   int64
	let    int64 // guarded by arrivals.mu
}

// letIn is how much of a file is let in at a time, where there is room for so much: what waits is counted as often.
const letIn = 8 << 20

// TakeFile keeps what somebody sends under its digest. Until a record names it, it stands in the store's manifest with its
// sender; SweepFiles removes what none does. It is refused where too much waits already.
func (d *Desk) TakeFile(sender, name string, body io.Reader) (casefile.File, error) {
	a := &arrival{desk: d, sender: sender, body: body}
	d.arrivals.mu.Lock()
	d.arrivals.all = append(d.arrivals.all, a)
	d.arrivals.mu.Unlock()
	defer func() {
		d.arrivals.mu.Lock()
		defer d.arrivals.mu.Unlock()
		d.arrivals.all = slices.DeleteFunc(d.arrivals.all, func(b *arrival) bool { return b == a })
	}()
	return d.keepFile(sender, name, a)
}

// Read implements io.Reader.
func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	a.read += int64(n)
	if refused := a.admit(); refused != nil {
		return 0, refused
	}
	return n, err
}

// admit lets in what was read, and the next bytes with it.
func (a *arrival) admit() error {
	if a.read <= a.let { // which only the reader changes
		return nil
	}
	d := a.desk
	d.arrivals.mu.Lock()
	defer d.arrivals.mu.Unlock()
	own, all, err := d.waiting(a.sender)
	if err != nil {
		return err
	}
	need, room := a.read-a.let, min(d.Bounds.Each-own, d.Bounds.All-all)
	const how = "网页上已经选好的，提交即归卷、腾出地方；没有用上的，送来满一天自动删去，到时再送"
	switch {
	case d.Bounds.Each-own < need:
		return ask.Refused("files-waiting", how, "没有收：%s 送来而还没有归卷的文件已有 %d MiB，一人至多 %d MiB", a.sender, own>>20, d.Bounds.Each>>20)
	case room < need:
		return ask.Refused("files-waiting", how, "没有收：各人送来而还没有归卷的文件共有 %d MiB，至多 %d MiB", all>>20, d.Bounds.All>>20)
	}
	more := max(need, min(letIn, room))
	if err := RoomBeyondRecords(d.Config.Paths.State, int(more)); err != nil {
		return &ask.Error{Code: "no-space", Msg: fmt.Sprintf("没有收：%v", err), Exit: ask.ExitFailed, Cause: err}
	}
	a.let += more
	return nil
}

// waiting counts the bytes of files that no record names: those of a sender, and all. The caller holds arrivals.mu.
func (d *Desk) waiting(sender string) (own, all int64, err error) {
	for _, a := range d.arrivals.all {
		all += a.let
		if a.sender == sender {
			own += a.let
		}
	}
	return own, all, d.View(func(v *View) error {
		seen, seenOwn := map[casefile.Digest]bool{}, map[casefile.Digest]bool{}
		for _, e := range d.Store.Unsettled() {
			if mailbox.Role(e.Role) != mailbox.RoleFile || v.Known(e.Digest) {
				continue
			}
			if !seen[e.Digest] {
				seen[e.Digest], all = true, all+e.Size
			}
			if e.Account == sender && !seenOwn[e.Digest] {
				seenOwn[e.Digest], own = true, own+e.Size
			}
		}
		return nil
	})
}

// filesWait is how long a file may wait for the record that names it: somebody may be at it all day.
const filesWait = 24 * time.Hour

// SweepFiles lets go of files that clerks have sent: those that a record names by now are settled, those that
// none has named for a day are removed.
func (d *Desk) SweepFiles() (removed int, err error) {
	pending, err := d.Store.Pending()
	if err != nil {
		return 0, err
	}
	var done []rawstore.Entry
	for _, e := range pending {
		if mailbox.Role(e.Role) != mailbox.RoleFile {
			continue
		}
		known, err := d.Reg.Known(e.Digest)
		if err != nil {
			return removed, err
		}
		asMail := slices.ContainsFunc(pending, func(o rawstore.Entry) bool { return o.Digest == e.Digest && o.Role != e.Role })
		switch at, err := d.Store.Since(e.Digest); {
		case errors.Is(err, fs.ErrNotExist), known:
		case err != nil:
			return removed, err
		case asMail || time.Since(at) < filesWait:
			continue
		default:
			if err := d.Store.Erase(e.Digest); err != nil {
				return removed, err
			}
			removed++
		}
		done = append(done, e)
	}
	if len(done) == 0 {
		return 0, nil
	}
	return removed, d.Store.Settle(done)
}
