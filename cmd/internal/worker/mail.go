package worker

import (
	"bytes"
	"fmt"
	"io"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker/unpack"
	"ysq.internal/ysq/mailbox/parse"
)

// A mail that lies in an archive is taken apart as one: its text and its attachments are files in it. Mails within mails are
// the parser's own concern.

// mailParts gives out the parts of a mail.
func mailParts(b []byte, out unpack.Sink) error {
	raw := bytes.NewReader(b)
	m := parse.Message(raw, raw.Size(), [32]byte{1}, parse.Limits{Undigested: true}) // nobody asks for its digest
	if err := put(out, "正文.txt", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "主题：%s\n发件人：%s\n\n%s", m.Subject, m.From, m.Text)
		return err
	}); err != nil {
		return err
	}
	for n, p := range m.Parts {
		if !p.Attachment || parse.Opened(p.Note) {
			continue
		}
		if n >= unpack.MaxMembers {
			return unpack.ErrMore
		}
		name := p.Name
		if name == "" {
			name = fmt.Sprintf("附件%d", p.Index)
		}
		if err := put(out, name, func(w io.Writer) error {
			_, err := parse.CopyPart(w, raw, raw.Size(), p.Index, parse.Limits{Undigested: true})
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// put gives out one file; what cannot be decoded is damaged, and the others go on.
func put(out unpack.Sink, name string, write func(io.Writer) error) error {
	if err := out.Begin(unpack.Member{Name: name}); err != nil {
		return err
	}
	state := unpack.Whole
	if err := write(out); err != nil {
		state = unpack.Damaged
	}
	return out.End(state)
}

// opens reports whether a file is one whose files are read in its place, by its first bytes and what form made of it.
func opens(in form.Input, made form.Format, nested int) bool {
	return made == form.Archive && unpack.Is(in.Body) || made == form.Mail && nested > 0
}
