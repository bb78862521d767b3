package keeping

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// Dossier writes the whole case file (案卷) as a tar, for the archive or the court: what the register says of
// the case, how the period was counted, every mail, document and letter, and the digests of all of it. The
// same case gives the same bytes, as long as it stands and no day passes that its period counts.
//
// Nothing in it is masked. Records of who looked at the case are no part of the file.
func (k *Room) Dossier(ctx context.Context, c ask.Call, q ask.CaseRef, begin func(ask.None) (io.Writer, error)) error {
	d := dossier{room: k, id: q.Case, ctx: ctx}
	if err := d.read(); err != nil {
		return err
	}
	w, err := begin(ask.None{})
	if err != nil {
		return err
	}
	d.out = tar.NewWriter(w)
	for _, step := range []func() error{d.extract, d.papers, d.index, d.remarks, d.manifest} {
		if err := step(); err != nil {
			return err
		}
	}
	return d.out.Close()
}

// SaveFile gives out one document of a case, byte for byte.
func (k *Room) SaveFile(_ context.Context, _ ask.Call, q ask.FileRef, begin func(casefile.File) (io.Writer, error)) error {
	items, err := desk.Look(k.Desk, func(tx *desk.View) ([]casefile.Item, error) { return tx.Contents(q.Case) })
	if err != nil {
		return err
	}
	document, ok := casefile.Holding(items, q.Digest)
	if !ok || document.Sort != casefile.Document {
		return ask.NotFound("", "%s 里没有附卷文件 %s", q.Case, q.Digest.Short())
	}
	return k.HandOver(q.Digest, fmt.Sprintf("%s 的附卷文件“%s”", q.Case, document.File.Name), func() (io.Writer, error) { return begin(document.File) })
}

type dossier struct {
	room    *Room
	id      casefile.ID
	ctx     context.Context
	out     *tar.Writer
	subject letter.Subject
	detail  ask.CaseDetail
	// histories are those of the case and of the cases that were merged into it.
	histories [][]casefile.Record
	lines     []byte // their records as they are stored
	papered   []letter.Paper
	erased    []casefile.Digest
	sums      []string // of what was written, as sha256sum writes them
	absent    []string // what could not be, and why
}

// read takes everything that the register says in one consistent view.
func (d *dossier) read() error {
	err := d.room.View(func(tx *desk.View) error {
		c, history, err := tx.Whole(d.id)
		if err != nil {
			return err
		}
		merged, err := tx.Merged(d.id)
		if err != nil {
			return err
		}
		d.histories = append([][]casefile.Record{history}, merged...)
		for i, h := range d.histories {
			d.histories[i] = slices.DeleteFunc(h, func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindRevealed })
			for _, r := range d.histories[i] {
				d.lines = append(append(d.lines, tx.Line(r.Seq)...), '\n')
			}
		}
		d.subject = letter.Subject{Case: c, History: d.histories[0], Merged: d.histories[1:]}
		d.papered = letter.Contents(d.subject, d.room.Live().Agency.NameOn(d.room.Today()))
		for _, p := range d.papered {
			if tx.Erased(p.Digest) {
				d.erased = append(d.erased, p.Digest)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.detail, err = d.room.Cases.Show(d.ctx, ask.Call{}, ask.WholeCase(d.id))
	return err
}

// add writes a file of the dossier.
func (d *dossier) add(name string, size int64, write func(io.Writer) error) error {
	if d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	// USTAR fields that would differ between two runs stay empty.
	h := &tar.Header{Name: name, Mode: 0o600, Size: size, Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	if err := d.out.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(d.out, sum)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	d.sums = append(d.sums, fmt.Sprintf("%x  %s\n", sum.Sum(nil), name))
	return nil
}

func (d *dossier) text(name, text string) error {
	return d.add(name, int64(len(text)), func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

func (d *dossier) extract() error {
	e, err := d.room.Cases.Explain(d.ctx, ask.Call{}, ask.CaseRef{Case: d.id})
	if err != nil {
		return err
	}
	var story strings.Builder
	for i, h := range d.histories {
		if i > 0 {
			story.WriteString("\n")
		}
		story.WriteString(chronologyText(h[0].Case, h))
	}
	for _, file := range [][2]string{
		{"登记摘录.txt", extractText(d.subject, d.detail, d.room.Live().Agency.NameOn(d.room.Today()))},
		{"经过.txt", story.String()},
		{"期限计算.txt", countText(e, d.subject.StoppedOn)},
		{"登记记录.jsonl", string(d.lines)},
	} {
		if err := d.text(file[0], file[1]); err != nil {
			return err
		}
	}
	return nil
}

// papers writes every mail, document and letter that the case holds.
func (d *dossier) papers() error {
	mails := map[casefile.Digest]bool{}
	for _, m := range d.detail.Mails {
		mails[m.Digest] = true
	}
	n := 0
	for _, p := range d.papered {
		if p.Digest.IsZero() {
			continue
		}
		n++
		stem := fmt.Sprintf("%03d-%s", n, strings.ReplaceAll(p.On.String(), "-", ""))
		if slices.Contains(d.erased, p.Digest) {
			d.absent = append(d.absent, fmt.Sprintf("%s（%s，摘要 %s）：保管期满，已经销毁", p.Title, p.On, p.Digest))
			continue
		}
		file, err := d.room.Store.Open(p.Digest)
		if errors.Is(err, fs.ErrNotExist) {
			d.absent = append(d.absent, fmt.Sprintf("%s（%s，摘要 %s）：文件不在，请从备份恢复", p.Title, p.On, p.Digest))
			continue
		}
		if err != nil {
			return err
		}
		info, err := file.Stat()
		if err == nil {
			if mails[p.Digest] {
				err = d.mail("邮件/"+stem, p, file, info.Size())
			} else {
				err = d.add(d.place(p, stem), info.Size(), func(w io.Writer) error { _, err := io.Copy(w, file); return err })
			}
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// place is where a document is in the dossier: letters of the office for themselves.
func (d *dossier) place(p letter.Paper, stem string) string {
	for _, h := range d.histories {
		for _, l := range casefile.Letters(h) {
			if l.File.Digest == p.Digest {
				return "文书/" + stem + "-" + entryName(l.File.Name)
			}
		}
	}
	return "附卷/" + stem + "-" + entryName(p.Title)
}

// mail writes a mail as it came, as people read it, and its attachments.
func (d *dossier) mail(stem string, p letter.Paper, file io.ReaderAt, size int64) error {
	if err := d.add(stem+".eml", size, func(w io.Writer) error { _, err := io.Copy(w, io.NewSectionReader(file, 0, size)); return err }); err != nil {
		return err
	}
	m := parse.Message(file, size, p.Digest, parse.Limits{})
	if err := d.text(stem+".txt", mailText(m)); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, part := range m.Parts {
		if !part.Attachment {
			continue
		}
		name := entryName(part.Name)
		if part.Name == "" {
			name = fmt.Sprintf("附件%d", part.Index)
		}
		if taken[strings.ToLower(name)] {
			name = fmt.Sprintf("%d-%s", part.Index, name)
		}
		taken[strings.ToLower(name)] = true
		var body bytes.Buffer // its size is known only when it is decoded
		if _, err := parse.CopyPart(&body, file, size, part.Index, parse.Limits{Undigested: true}); err != nil {
			d.absent = append(d.absent, fmt.Sprintf("%s 的附件 %s：解不出（%v），原文在 .eml 里", path.Base(stem), name, err))
			continue
		}
		if err := d.add(stem+"-附件/"+name, int64(body.Len()), func(w io.Writer) error { _, err := body.WriteTo(w); return err }); err != nil {
			return err
		}
	}
	return nil
}

// index writes 归档目录, dated by what happened last.
func (d *dossier) index() error {
	docx, _, err := d.room.Letters.TemplateOf(casefile.LetterArchiveIndex)
	if err != nil {
		return err
	}
	t, err := letter.ReadTemplate(docx)
	if err != nil {
		d.absent = append(d.absent, "归档目录.docx：模板读不懂")
		return nil //nolint:nilerr // the dossier says what is absent
	}
	on := d.subject.ArrivedOn
	for _, r := range slices.Concat(d.histories...) {
		on = max(on, civil.Of(r.Recorded))
	}
	values, _ := letter.Facts{Kind: casefile.LetterArchiveIndex, On: on, Office: d.room.Letters.LetterOffice(on), Subjects: []letter.Subject{d.subject}}.Values()
	var out bytes.Buffer
	if err := t.Fill(&out, values, false); err != nil {
		return err
	}
	return d.add("归档目录.docx", int64(out.Len()), func(w io.Writer) error { _, err := out.WriteTo(w); return err })
}

func (d *dossier) remarks() error {
	var b strings.Builder
	fmt.Fprintf(&b, "案卷 %s\n\n", d.id)
	b.WriteString("登记摘录.txt　　登记的事项\n经过.txt　　　　按生效日期排列的全部记录，作废的注明\n期限计算.txt　　逐日计算，每一不计的日子写明原因\n" +
		"登记记录.jsonl　登记簿里本案（连同并入的案件）的记录，逐字节照录；prev 为前一条记录的 SHA-256\n邮件/　　　　　 收到和发出的邮件：.eml 为原文，.txt 供阅读，附件在同名目录\n" +
		"附卷/　　　　　 附卷的文件\n文书/　　　　　 制发的文书\n归档目录.docx　 卷内文件目录\n清单.sha256　　 以上各文件的 SHA-256，可用 sha256sum -c 清单.sha256 核对\n")
	b.WriteString("\n邮件和附件来自外部，打开前请查杀病毒。本目录未遮盖个人信息。\n")
	if len(d.absent) > 0 {
		b.WriteString("\n" + ask.AbsentHead)
		for _, s := range d.absent {
			b.WriteString(cleanText(s) + "\n")
		}
	}
	return d.text(ask.RemarksName, b.String())
}

func (d *dossier) manifest() error {
	slices.SortFunc(d.sums, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	text := strings.Join(d.sums, "")
	return d.add(ask.ManifestName, int64(len(text)), func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

// longestName leaves room below the 255 bytes of a name for the number before it.
const longestName = 180

// entryName makes of any name one that every file system takes and that leads nowhere.
func entryName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r), r == unicode.ReplacementChar:
			return '_'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r): // also what turns the direction of writing
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if name == "" {
		return "未命名"
	}
	if len(name) <= longestName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	return strings.ToValidUTF8(name[:longestName-len(ext)], "") + ext
}
