package reading

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
)

// readRetry is how long the queue rests after an error that is not an attachment's own.
const readRetry = time.Minute

// readQueue is what the background reading still has to look at: open cases, in ascending order, and how
// far the records were followed.
type readQueue struct {
	cases []casefile.ID
	upto  uint64
}

// KeepReading reads, in the background and after the commits, the mails and files of open cases, the
// newest case first. Intake never waits for it: it works while no mail comes in, one attachment at a
// time, and gives way to whoever asks at once: what is in hand is read again later.
func (g *Room) KeepReading(ctx context.Context) {
	if g.readings.read == nil {
		return
	}
	if err := errors.Join(g.readings.tidy(), g.pages.tidy(), g.links.tidy()); err != nil {
		g.Log.Warn().Err(err).Msg("the cache of readings could not be tidied")
	}
	grown := g.Reg.Grown()
	var q readQueue
	for ctx.Err() == nil {
		desk.UntilQuiet(ctx, grown, nil)
		var again <-chan time.Time
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = g.readNext(ctx, &q); err != nil && ctx.Err() == nil {
				g.Log.Error().Err(err).Msg("attachments cannot be read now; registering asks for them again")
				again, more = time.After(readRetry), false
			}
			if more && len(grown) > 0 {
				break // newer ones go first, and mails that come in want the disk
			}
		}
		if len(grown) > 0 {
			continue
		}
		g.compilePDF(ctx)
		select {
		case <-ctx.Done():
		case <-again:
		case <-grown:
		}
	}
}

// compilePDF compiles pdfium, once for each release and not before a PDF has come; until then, and where it
// cannot be, it is interpreted.
func (g *Room) compilePDF(ctx context.Context) {
	if g.worker == nil || !g.worker.Wanting() {
		return
	}
	if err := g.worker.Prepare(ctx, g.worker.Cache); err != nil && ctx.Err() == nil {
		g.Log.Warn().Err(err).Msg("pdfium could not be compiled; it is interpreted")
	}
}

// readNext reads what is unread of the newest case in the queue and reports whether there are more.
func (g *Room) readNext(ctx context.Context, q *readQueue) (more bool, err error) {
	if err := g.follow(q); err != nil {
		return false, err
	}
	if len(q.cases) == 0 {
		return false, nil
	}
	id := q.cases[len(q.cases)-1]
	all, err := g.readable(id)
	if err != nil {
		return false, err
	}
	for _, s := range all {
		if g.readings.has(s.digest) {
			continue
		}
		err := g.One(s.digest, "读来信", func() error {
			_, err := g.readingsOf(ctx, false, s.digest, s.file)
			return err
		})
		if errors.Is(err, errGaveWay) {
			return true, nil // somebody asked for another; this one is read again
		}
		if errors.Is(err, fs.ErrNotExist) || panics.Is(err) {
			continue // lost, erased or unread: whoever looks at the case sees it
		}
		if err != nil {
			return false, err
		}
	}
	if err := g.judgeRead(id); err != nil {
		return false, err
	}
	q.cases = q.cases[:len(q.cases)-1]
	return len(q.cases) > 0, nil
}

// judgeRead has the open mails of a case judged once more whose files have been read now.
func (g *Room) judgeRead(id casefile.ID) error {
	open, err := g.unread(id)
	if err != nil || g.judge == nil {
		return err
	}
	for _, d := range open {
		if all, read := g.readings.get(d); read {
			one := g.One(d, "按附件判断去处", func() error { return g.judge(id, d, enclosedText(all)) })
			if !panics.Is(one) { // the mail stays open in its case, as one of which nobody knows better
				err = errors.Join(err, one)
			}
		}
	}
	return err
}

// unread lists the open mails that are in a case and whose files nobody has read.
func (g *Room) unread(id casefile.ID) (all []casefile.Digest, err error) {
	err = g.View(func(tx *desk.View) error {
		c, err := tx.Case(id)
		if errors.Is(err, register.ErrNotFound) || err == nil && c.OpenMail == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		open, err := tx.OpenMails(c)
		for _, m := range open {
			if m.Unread {
				all = append(all, m.Digest)
			}
		}
		return err
	})
	return all, err
}

// mostSaid bounds what of the files of a mail is judged, in bytes: an application says it at its beginning.
const mostSaid = 64 << 10

// enclosedText is what the files of a mail say; its own text is not among it.
func enclosedText(all []worker.Reading) string {
	var b strings.Builder
	for _, r := range all {
		if r.Document.Part == form.MessageText {
			continue
		}
		for _, line := range plain(r.Document) {
			if b.Len()+len(line) > mostSaid {
				return b.String()
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// plain are the lines of a document. Of a table each cell stands before the one beside it, as a label stands
// before what it asks for.
func plain(d form.Document) (lines []string) {
	for _, block := range d.Blocks {
		if block.Line != nil && !block.Line.Quoted {
			lines = append(lines, block.Line.Text)
		}
		if block.Table == nil || block.Table.Quoted {
			continue
		}
		cells := block.Table.Cells
		for i, c := range cells {
			text := strings.ReplaceAll(c.Text, "\n", " ")
			if i+1 < len(cells) && cells[i+1].Row == c.Row {
				text += "：" + strings.ReplaceAll(cells[i+1].Text, "\n", " ")
			}
			lines = append(lines, text)
		}
	}
	return lines
}

// follow puts the cases into the queue that have something new since it last looked; at first every open one.
func (g *Room) follow(q *readQueue) error {
	return g.View(func(tx *desk.View) error {
		head, _ := tx.Head()
		if q.upto == 0 {
			for c, err := range tx.OpenCases("") {
				if err != nil {
					return err
				}
				q.cases = append(q.cases, c.ID)
			}
		} else {
			for r, err := range tx.Records(q.upto + 1) {
				if err != nil {
					return err
				}
				switch r.Event.(type) {
				case casefile.Received, casefile.MessageIn, casefile.Attached:
					q.cases = append(q.cases, r.Case)
				}
			}
		}
		if head != q.upto {
			slices.SortFunc(q.cases, inOrder)
			q.cases = slices.Compact(q.cases)
			q.upto = head
		}
		return nil
	})
}

// inOrder compares case numbers by year and running number.
func inOrder(a, b casefile.ID) int {
	ya, na, _ := a.Number()
	yb, nb, _ := b.Number()
	return cmp.Or(cmp.Compare(ya, yb), cmp.Compare(na, nb), cmp.Compare(a, b))
}

// source is something that can be read: a mail, or a file with its name.
type source struct {
	digest casefile.Digest
	file   string
	at     time.Time // of arrival, where one is known
	from   casefile.Address
	title  string
}

// readable lists what a case holds that is open, or that has open mail; nothing for another.
func (g *Room) readable(id casefile.ID) ([]source, error) {
	c, all, err := g.sources(id)
	if errors.Is(err, register.ErrNotFound) || err == nil && !c.Stage.Open() && c.OpenMail == 0 {
		return nil, nil
	}
	return all, err
}

// sources returns a case with what can be read of it.
func (g *Room) sources(id casefile.ID) (c casefile.Case, all []source, err error) {
	err = g.View(func(tx *desk.View) error {
		if c, err = tx.Case(id); err == nil {
			all, err = sourcesOf(tx, id)
		}
		return err
	})
	return c, all, err
}

// sourcesOf lists what a case holds of the applicant's, in its order: what the office sent says nothing of
// the applicant.
func sourcesOf(tx *desk.View, id casefile.ID) (all []source, err error) {
	items, err := tx.Contents(id)
	for _, i := range items {
		switch i.Sort {
		case casefile.Incoming:
			all = append(all, source{digest: i.Digest, at: i.At, from: i.Letter.From, title: i.Letter.Subject})
		case casefile.Document:
			all = append(all, source{digest: i.Digest, file: i.File.Name})
		}
	}
	return all, err
}
