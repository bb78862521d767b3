// Package reading is what mails and files say: their attachments read one at a time in the background, what
// they propose for a registration, which cases they resemble, and the index of words in which one searches.
package reading

import (
	"cmp"
	"path/filepath"

	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/cmd/internal/worker"
)

// Room reads.
type Room struct {
	*desk.Desk
	record   *record.Room
	readings *readings
	pages    *pages
	links    *links
	worker   *worker.Reader // nil where no children read
	wanted   chan struct{}  // somebody searches what the indexer has not come to
}

// New returns the room. With children, attachments are read by this program, executed again (worker.Command);
// read is what tests put in their place. Without either none are read.
func New(d *desk.Desk, r *record.Room, children bool, read ReadFunc) *Room {
	cache := filepath.Join(d.Config.Paths.State, "cache")
	g := &Room{Desk: d, record: r, wanted: make(chan struct{}, 1)}
	if read == nil && children {
		g.worker = &worker.Reader{Dir: cache, Cache: filepath.Join(cache, worker.CacheName), Font: cmp.Or(d.Config.Reading.Fonts, worker.Font())}
		read = g.worker.Read
	}
	g.readings = &readings{cache: cache, erased: d.Reg.Erased, read: read}
	g.links = &links{filepath.Join(cache, "links", filepath.Base(g.readings.dir())), d.Reg.Erased}
	g.pages = &pages{filepath.Join(cache, "page", filepath.Base(g.readings.dir())), d.Reg.Erased}
	return g
}
