package reading

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/mailbox/parse"
)

// Pages shows what mails and files look like.
type Pages struct {
	*desk.Desk
	reading   *Room
	proposals *Proposals // which are marked on a page
}

// NewPages returns the pages of what the room reads.
func NewPages(g *Room, p *Proposals) *Pages { return &Pages{Desk: g.Desk, reading: g, proposals: p} }

// Page gives out a page of a part of a mail, or of a file of a case, for the eye.
func (g *Pages) Page(ctx context.Context, _ ask.Call, q ask.PageRef, begin func(ask.PageHead) (io.Writer, error)) error {
	d, about, err := g.Mail(q.Mail)
	if err != nil {
		return err
	}
	q.Page = max(q.Page, 1)
	head, content, err := g.page(ctx, d, fileIn(about, d), q)
	if err != nil {
		return err
	}
	if q.Case != "" {
		u, err := g.proposals.understand(ctx, q.Case)
		if err != nil {
			return err
		}
		if head.Type == "text/html" {
			content = markHTML(content, u.forms.Proposals())
		}
		head.Marks = marksOn(head.Glyphs, u.forms.Proposals())
	}
	w, err := begin(head.PageHead)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// fileIn is the name of a file that was attached to a case, or that an answer encloses; "" for a mail.
func fileIn(about []casefile.Record, d casefile.Digest) string {
	for _, r := range about {
		var files []casefile.File
		switch e := r.Event.(type) {
		case casefile.Attached:
			files = e.Files
		case casefile.Submitted:
			files = e.Annexes
		}
		for _, f := range files {
			if f.Digest == d {
				return f.Name
			}
		}
	}
	return ""
}

// page makes a page, or finds it made.
func (g *Pages) page(ctx context.Context, d casefile.Digest, file string, q ask.PageRef) (head pageHead, content []byte, err error) {
	if g.reading.worker == nil {
		return head, nil, ask.NotFound("", "这里不读取附件，没有可看的页")
	}
	key := pageKey{d, q.Part, q.Page, q.Member}
	if head, content, ok := g.reading.pages.get(key); ok {
		return head, content, nil
	}
	in, copy, done, err := g.bytesOf(d, file, q.Part)
	if err != nil {
		return head, nil, err
	}
	defer done()
	ctx, free, err := g.reading.readings.turns.take(ctx, true)
	if err != nil {
		return head, nil, err
	}
	all, _ := g.reading.readings.get(d)
	scanned := recognised(all, file, q)
	made, err := g.draw(ctx, in, copy, q, scanned.Turned)
	free() // what follows may want the turn for itself
	if err != nil {
		return head, nil, err
	}
	head = pageHead{ask.PageHead{Label: made.State.Label(), Note: made.Note, Pages: made.Pages, Most: worker.MaxPages, Beside: []ask.Text{}}, slices.Concat(made.Glyphs, scanned.Words)}
	for _, b := range made.Beside {
		head.Beside = append(head.Beside, ask.Text(b))
	}
	if content = made.PNG; content != nil {
		head.Type = "image/png"
	} else if made.State == worker.Unread && made.Pages == 0 {
		if head.PageHead, content, err = g.told(ctx, d, file, q); err != nil {
			return head, nil, err
		}
	}
	if all, _ := g.reading.readings.get(d); head.Type != "" && !hasCard(all) { // it may have been read meanwhile
		if err := g.reading.pages.put(key, head, content); err != nil {
			g.Log.Warn().Err(err).Str("digest", d.Short()).Msg("a page could not be kept")
		}
	}
	return head, content, nil
}

// recognised is what tesseract read of a page, if it did.
func recognised(all []worker.Reading, file string, q ask.PageRef) worker.Recognised {
	for _, r := range all {
		if file == "" && r.Document.Part != q.Part || r.Digest != q.Member {
			continue
		}
		for _, p := range r.Recognised {
			if p.Page == q.Page {
				return p
			}
		}
	}
	return worker.Recognised{}
}

// hasCard reports whether something looks like an identity card: no page of what it lies in is kept.
func hasCard(all []worker.Reading) bool {
	return slices.ContainsFunc(all, func(r worker.Reading) bool { return len(r.Cards) > 0 })
}

// bytesOf opens a file, or a part of a mail.
func (g *Pages) bytesOf(d casefile.Digest, file string, part int) (in form.Input, copy func(io.Writer) error, done func(), err error) {
	raw, err := g.Store.Open(d)
	if err != nil {
		return in, nil, nil, ask.NotFound("核验登记库\nysq verify", "%s 的原件不在", d.Short())
	}
	info, err := raw.Stat()
	if err != nil {
		return in, nil, nil, errors.Join(err, raw.Close())
	}
	done = func() { raw.Close() }
	if file != "" {
		return form.Input{Name: file}, func(w io.Writer) error { _, err := io.Copy(w, io.NewSectionReader(raw, 0, info.Size())); return err }, done, nil
	}
	m := parse.Message(raw, info.Size(), d, parse.Limits{Undigested: true})
	at := slices.IndexFunc(m.Parts, func(p casefile.Part) bool { return p.Index == part })
	if at < 0 {
		done()
		return in, nil, nil, ask.NotFound("", "邮件 %s 没有第 %d 个附件", d.Short(), part)
	}
	p := m.Parts[at]
	return form.Input{Index: p.Index, Name: p.Name, Type: p.Type}, func(w io.Writer) error {
		_, err := parse.CopyPart(w, raw, info.Size(), p.Index, parse.Limits{Undigested: true})
		return err
	}, done, nil
}

// draw has a child draw the page, of a file in an archive after another has taken it out.
func (g *Pages) draw(ctx context.Context, in form.Input, copy func(io.Writer) error, q ask.PageRef, quarters int) (worker.Page, error) {
	if err := os.MkdirAll(g.reading.readings.cache, 0o700); err != nil {
		return worker.Page{}, err
	}
	if q.Member.IsZero() {
		return g.reading.worker.Page(ctx, in, copy, q.Page, quarters)
	}
	name, body, err := g.reading.worker.Inside(ctx, in, copy, q.Member)
	if errors.Is(err, worker.ErrNotInside) {
		return worker.Page{}, notInside(q.Member)
	}
	if err != nil {
		return worker.Page{}, err
	}
	return g.reading.worker.Page(ctx, form.Input{Name: name}, func(w io.Writer) error { _, err := w.Write(body); return err }, q.Page, quarters)
}

// Member takes a file out of an archive among the parts of a mail.
func (g *Pages) Member(ctx context.Context, d casefile.Digest, part int, member casefile.Digest) ([]byte, error) {
	if g.reading.worker == nil {
		return nil, ask.NotFound("", "这里不读取附件")
	}
	in, copy, done, err := g.bytesOf(d, "", part)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, free, err := g.reading.readings.turns.take(ctx, true)
	if err != nil {
		return nil, err
	}
	defer free()
	if err := os.MkdirAll(g.reading.readings.cache, 0o700); err != nil {
		return nil, err
	}
	_, body, err := g.reading.worker.Inside(ctx, in, copy, member)
	if errors.Is(err, worker.ErrNotInside) {
		return nil, notInside(member)
	}
	return body, err
}

func notInside(member casefile.Digest) error {
	return ask.NotFound("列出其中的文件\nysq mail show", "压缩包里没有摘要为 %s 的文件", member.Short())
}

// told is what an office file says, as a page of ours.
func (g *Pages) told(ctx context.Context, d casefile.Digest, file string, q ask.PageRef) (head ask.PageHead, page []byte, err error) {
	all, err := g.reading.ReadingsOf(ctx, d, file)
	if err != nil {
		return head, nil, err
	}
	head = ask.PageHead{Label: worker.Unread.Label(), Beside: []ask.Text{}}
	for _, r := range all {
		if (file != "" || r.Document.Part == q.Part) && r.Digest == q.Member {
			head = ask.PageHead{Label: r.State.Label(), Note: r.Note, Pages: 1, Most: 1, Beside: []ask.Text{}}
			for _, n := range r.Document.Notes {
				head.Note = strings.TrimSpace(head.Note + " " + n.Text)
			}
			if len(r.Document.Blocks) > 0 {
				head.Type, page = "text/html", htmlOf(r.Document)
			}
			break
		}
	}
	return head, page, nil
}

// htmlOf writes a document with nothing but paragraphs and tables.
func htmlOf(d form.Document) []byte {
	var b bytes.Buffer
	escaped := func(s string) string {
		return strings.ReplaceAll(escape.Replace(strings.ToValidUTF8(s, "�")), "\n", "<br>")
	}
	for _, k := range d.Blocks {
		if k.Line != nil {
			fmt.Fprintf(&b, "<p>%s</p>\n", escaped(k.Line.Text))
			continue
		}
		b.WriteString("<table>\n")
		row := -1
		for _, c := range k.Table.Cells {
			if c.Row != row {
				if row >= 0 {
					b.WriteString("</tr>\n")
				}
				b.WriteString("<tr>")
				row = c.Row
			}
			fmt.Fprintf(&b, `<td rowspan="%d" colspan="%d">%s</td>`, max(1, c.RowSpan), max(1, c.ColSpan), escaped(c.Text))
		}
		if row >= 0 {
			b.WriteString("</tr>\n")
		}
		b.WriteString("</table>\n")
	}
	return b.Bytes()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
