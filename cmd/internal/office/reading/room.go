// Package reading is what mails and files say.
//
//	Room       reads attachments, one at a time in the background or for somebody who asks
//	Relatives  which other applications one resembles
//	Proposals  what an application seems to be, for a registration
//	Pages      what mails and files look like, with the proposals marked on them
package reading

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
)

// Room reads.
type Room struct {
	*desk.Desk
	readings *readings
	pages    *pageCache
	links    *links
	openings openings
	worker   *worker.Reader // nil where no children read
	judge    JudgeFunc      // nil: nobody judges
}

// JudgeFunc learns what the files of an open mail on a case say, once they have been read.
type JudgeFunc func(id casefile.ID, mail casefile.Digest, said string) error

// New returns the room. With children, attachments are read by this program, executed again (worker.Command);
// read is what tests put in their place. Without either none are read.
func New(d *desk.Desk, children bool, read ReadFunc, judge JudgeFunc) *Room {
	cache := filepath.Join(d.Config.Paths.State, "cache")
	g := &Room{Desk: d, judge: judge}
	if read == nil && children {
		g.worker = &worker.Reader{Dir: cache, Cache: filepath.Join(cache, worker.CacheName), Font: cmp.Or(d.Config.Reading.Fonts, worker.Font())}
		if d.Config.Reading.OCR {
			var err error
			if g.worker.OCR, err = worker.FindEngine(); err != nil {
				g.Log.Warn().Err(err).Msg("reading.ocr is on, and scans cannot be read")
			}
		}
		read = g.worker.Read
	}
	g.readings = &readings{cache: cache, erased: d.Reg.Erased, read: read, mark: d.Mark, scans: g.worker != nil && g.worker.OCR.Program != ""}
	g.links = &links{filepath.Join(cache, "links", filepath.Base(g.readings.dir())), d.Reg.Erased}
	g.pages = &pageCache{filepath.Join(cache, "page", filepath.Base(g.readings.dir())), d.Reg.Erased}
	return g
}

// TryScans has tesseract read a blank picture as it would read a scan, and says what is in the way.
func (g *Room) TryScans(ctx context.Context) error {
	if g.worker == nil {
		return errors.New("这里不读取附件")
	}
	e, err := worker.FindEngine()
	if err != nil {
		return err
	}
	if g.worker.OCR != e {
		return errors.New("服务启动时还没有装好，须重启服务")
	}
	if err := os.MkdirAll(g.readings.cache, 0o700); err != nil {
		return err
	}
	return g.worker.TryOCR(ctx)
}
