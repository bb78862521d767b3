// Package parse reads an e-mail: RFC 5322 bytes in, casefile.Message out.
//
// It is total. Whatever the bytes are, there is a Message: what could be read is in it and what was
// wrong is listed in its Defects. A panic inside ends the reading of one part, not that of the mail, and
// keeps what had been read. The bytes in the mail file stay the evidence; a Message is only a reading of them.
//
// The work is linear in the size of the mail and the memory is constant: a mail of 70 MB is read
// through a buffer of 32 KiB, and only header, text and the heads of attachments are ever held.
// That, and the limits on depth, parts and header, stand in for a limit on time.
//
// The walk over the MIME tree is our own and not go-message's, because the mails of real applicants
// are outside what that package accepts (measured on v0.18.2): one header line without a colon, a
// byte order mark or a transfer encoding written "8bits" leaves nothing readable, a raw GBK name
// loses the address, part headers are not capped (200 MB cost 636 MB) and nesting is quadratic. A
// strict reading with a tolerant one behind it would be two readings of the same mail that differ;
// there is one here, and it is always in use. go-message writes the well-formed mails of the tests.
//
//	parse.go     the two ways in, limits
//	walk.go      the MIME tree                scan.go      lines, bodies, delimiters
//	leaf.go      leaves                       tap.go       their bytes
//	inside.go    mails within leaves          pieces.go    files within texts
//	signed.go    opaque S/MIME                tnef.go      winmail.dat
//	header.go    header blocks                word.go      encoded-words
//	address.go   mailboxes                    ident.go     message identifiers
//	date.go      the Date field               param.go     parameters of Content-*
//	charset.go   bytes to text                filename.go  names for files
//	transfer.go  transfer encodings           base64.go    base64
//	html.go      HTML to text                 flowed.go    format=flowed
//	link.go      files on a server
//	report.go    delivery reports             note.go      what an operator must know of a part
//	defect.go    the list of defects
package parse

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"ysq.internal/ysq/casefile"
)

// Limits bound what is taken from one mail. Zero stands for the default of each; going over one is
// a Defect and never an error.
type Limits struct {
	Depth      int // multiparts and mails within each other; beyond it they stay one opaque part. 20
	Parts      int // leaves listed; the rest is not. 500
	Header     int // bytes of the mail's header, and of a nested mail's. 1 MiB
	PartHeader int // bytes of a part's header. 256 KiB
	Text       int // bytes of Message.Text. 1 MiB
	List       int // addresses or identifiers taken from one field. 500
	Field      int // bytes of a subject, name or identifier. 8 KiB

	// Undigested leaves Part.Digest zero: the larger half of the work on a mail with attachments,
	// for a caller that only wants to know what the mail is.
	Undigested bool
	// Skim decodes no more than the beginning of what is no text, for a caller that does not look at Part.Size,
	// which then says only how much was decoded; what is wrong further on is no Defect either.
	Skim bool
	// Canonical makes Part.Size and Part.Digest of the texts that a person reads those of their characters, without what
	// servers change that encode a mail anew on its way: charset, line ends and blanks at the ends of lines.
	Canonical bool
}

// skimmed is how much of a part is decoded under Limits.Skim.
const skimmed = 16 << 10

func (l Limits) withDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.Depth, 20)
	or(&l.Parts, 500)
	or(&l.Header, 1<<20)
	or(&l.PartHeader, 256<<10)
	or(&l.Text, 1<<20)
	or(&l.List, 500)
	or(&l.Field, 8<<10)
	return l
}

// Message reads the mail in the first size bytes of raw. digest is that of these bytes; where the
// caller does not know it, the zero Digest has it computed along the way.
func Message(raw io.ReaderAt, size int64, digest casefile.Digest, limits Limits) casefile.Message {
	w := newWalker(limits)
	w.msg.Size = size
	w.msg.Digest = digest
	var src io.Reader = io.NewSectionReader(raw, 0, size)
	if !digest.IsZero() {
		w.run(src, size)
		return w.msg
	}
	h := sha256.New()
	src = io.TeeReader(src, h)
	w.run(src, size)
	if w.readErr != nil {
		return w.msg // of unreadable bytes there is no digest
	}
	if _, err := io.Copy(io.Discard, src); err == nil {
		h.Sum(w.msg.Digest[:0])
	}
	return w.msg
}

// ErrNoPart is returned by CopyPart for an index that the mail does not have.
var ErrNoPart = errors.New("no such part in the mail")

// ErrBroken is returned by CopyPart for a part whose reading broke off inside this package; the parts
// behind it can be read.
var ErrBroken = errors.New("the reading of the part broke off")

// CopyPart writes the decoded bytes of the part with the given index to dst, exactly those that
// Part.Digest names: the transfer encoding is undone, the character set is left alone. The part is
// returned as Message lists it. An error is ErrNoPart, ErrBroken, dst's own, or one of reading raw.
func CopyPart(dst io.Writer, raw io.ReaderAt, size int64, index int, limits Limits) (casefile.Part, error) {
	w := newWalker(limits)
	w.target, w.dst = index, dst
	w.run(io.NewSectionReader(raw, 0, size), size)
	switch {
	case w.copyErr != nil:
		return casefile.Part{}, fmt.Errorf("copying part %d: %w", index, w.copyErr)
	case w.readErr != nil:
		return casefile.Part{}, fmt.Errorf("reading the mail for part %d: %w", index, w.readErr)
	case index < 0 || index >= len(w.msg.Parts):
		return casefile.Part{}, fmt.Errorf("part %d of %d: %w", index, len(w.msg.Parts), ErrNoPart)
	}
	return w.msg.Parts[index], nil
}
