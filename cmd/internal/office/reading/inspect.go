package reading

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
)

// shownFindings is how many places are shown of a file.
const shownFindings = 3

// Inspect reads a file that was kept and looks for numbers of persons in it. A mail is none: what is kept of its reading
// must not be that of a file.
func (g *Room) Inspect(ctx context.Context, _ ask.Call, f casefile.File) (found ask.FileFindings, err error) {
	about, err := desk.Look(g.Desk, func(tx *desk.View) ([]casefile.Record, error) { return tx.About(f.Digest) })
	if err != nil {
		return found, err
	}
	if slices.ContainsFunc(about, func(r casefile.Record) bool { return !casefile.MailOf(r.Event).IsZero() }) {
		return found, ask.Refused("mail", "邮件的附件用 mail show 看", "%s 是邮件，不是文件", f.Digest.Short())
	}
	all, err := g.ReadingsOf(ctx, f.Digest, f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return found, ask.NotFound("", "没有这个文件：%s", f.Name)
	}
	if err != nil {
		return found, err
	}
	if len(all) == 0 {
		found.Note = "这里不读取文件"
	}
	for _, r := range all {
		if !r.Whole() && r.State != worker.Opened {
			found.Note = r.State.Label()
		}
		for _, text := range textsIn(r.Document) {
			identity, contact := ask.CountNumbers(text)
			found.Identity, found.Contact = found.Identity+identity, found.Contact+contact
			if identity+contact > 0 && len(found.Where) < shownFindings {
				found.Where = append(found.Where, ask.Text(clipped(text, 60)))
			}
		}
	}
	return found, nil
}

// textsIn are the lines and cells of a document.
func textsIn(d form.Document) (texts []string) {
	for _, b := range d.Blocks {
		if b.Line != nil {
			texts = append(texts, b.Line.Text)
			continue
		}
		for _, c := range b.Table.Cells {
			texts = append(texts, c.Text)
		}
	}
	return texts
}
