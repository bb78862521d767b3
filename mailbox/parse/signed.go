package parse

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"errors"
	"io"
)

// Opaque S/MIME (RFC 8551, section 3.5.2) wraps a whole entity in the encoding of its signature. The
// encoding is walked as it streams by, with definite and indefinite lengths (BER), and no signature is
// checked: the signer is shown as a claim.

// signedInside reads the entity inside of a signature.
func (w *walker) signedInside(r io.Reader, index int, li leafInfo) {
	b := &berReader{bufio.NewReaderSize(r, 4<<10)}
	content, err := b.signedContent()
	if errors.Is(err, errSealed) {
		w.msg.Parts[index].Note = NoteSealed
		return
	}
	if err != nil {
		w.defect(DefectSigned, li.path, "签名邮件的内容取不出来，请用支持 S/MIME 的邮件软件打开原件")
		return
	}
	inner := newScanner(content, 0)
	child := li.child(1)
	w.entity(inner, w.header(inner, ofPart, w.limits.PartHeader, child.path), child)
	if _, err := io.Copy(io.Discard, content); err != nil {
		w.defect(DefectSigned, li.path, "签名邮件不完整，已读出的保留")
	}
	w.msg.Parts[index].Note = NoteSigned
	if who := b.signer(); who != "" {
		w.msg.Parts[index].Note += "；签名所附证书属于“" + clip(who, 100) + "”（没有核验）"
	}
}

var (
	oidSignedData = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}
	oidEnveloped  = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3}

	errSealed = errors.New("the content is encrypted")
	errBER    = errors.New("not the encoding of a signature")
)

type berReader struct{ *bufio.Reader }

const indefinite = -1

// head reads tag and length.
func (b *berReader) head() (tag byte, size int64, err error) {
	if tag, err = b.ReadByte(); err != nil {
		return 0, 0, err
	}
	n, err := b.ReadByte()
	switch {
	case err != nil || tag&0x1f == 0x1f:
		return 0, 0, errBER
	case n < 0x80:
		return tag, int64(n), nil
	case n == 0x80:
		return tag, indefinite, nil
	case n > 0x86:
		return 0, 0, errBER
	}
	for range n & 0x7f {
		c, err := b.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		size = size<<8 | int64(c)
	}
	return tag, size, nil
}

// expect reads the head of what must have that tag.
func (b *berReader) expect(want byte) (int64, error) {
	tag, size, err := b.head()
	if err == nil && tag != want {
		err = errBER
	}
	return size, err
}

// skip passes a value, with what is in it.
func (b *berReader) skip(size int64, depth int) error {
	if size != indefinite {
		_, err := io.CopyN(io.Discard, b, size)
		return err
	}
	for depth < 8 {
		tag, size, err := b.head()
		if err != nil || tag == 0 && size == 0 {
			return err
		}
		if err := b.skip(size, depth+1); err != nil {
			return err
		}
	}
	return errBER
}

func (b *berReader) oid() ([]byte, error) {
	size, err := b.expect(0x06)
	if err != nil || size < 0 || size > 32 {
		return nil, errBER
	}
	oid := make([]byte, size)
	_, err = io.ReadFull(b, oid)
	return oid, err
}

// signedContent goes to the content: ContentInfo, SignedData, EncapsulatedContentInfo (RFC 5652).
func (b *berReader) signedContent() (io.Reader, error) {
	if _, err := b.expect(0x30); err != nil {
		return nil, err
	}
	oid, err := b.oid()
	switch {
	case err != nil:
		return nil, err
	case bytes.Equal(oid, oidEnveloped):
		return nil, errSealed
	case !bytes.Equal(oid, oidSignedData):
		return nil, errBER
	}
	for _, tag := range [...]byte{0xa0, 0x30} {
		if _, err := b.expect(tag); err != nil {
			return nil, err
		}
	}
	for _, tag := range [...]byte{0x02, 0x31} { // version, digest algorithms
		size, err := b.expect(tag)
		if err == nil {
			err = b.skip(size, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := b.expect(0x30); err != nil {
		return nil, err
	}
	if _, err := b.oid(); err != nil {
		return nil, err
	}
	if _, err := b.expect(0xa0); err != nil {
		return nil, err
	}
	tag, size, err := b.head()
	switch {
	case err != nil:
		return nil, err
	case tag == 0x04 && size != indefinite:
		return io.LimitReader(b, size), nil
	case tag == 0x24:
		return &octets{b: b}, nil
	}
	return nil, errBER
}

// octets is an octet string in pieces: they follow each other as long as the tag is theirs.
type octets struct {
	b    *berReader
	left int64 // of the piece at hand
}

func (o *octets) Read(p []byte) (int, error) {
	for o.left == 0 {
		next, err := o.b.Peek(1)
		if err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		if next[0] != 0x04 {
			return 0, io.EOF
		}
		if _, o.left, err = o.b.head(); err != nil || o.left == indefinite {
			return 0, errBER
		}
	}
	n, err := o.b.Read(p[:min(int64(len(p)), o.left)])
	o.left -= int64(n)
	return n, err
}

// signer names the owner of the first certificate behind the content that is no authority's.
func (b *berReader) signer() string {
	rest, _ := io.ReadAll(io.LimitReader(b, 64<<10))
	name := ""
	for i := 0; i+4 < len(rest); i++ {
		if rest[i] != 0x30 || rest[i+1] != 0x82 {
			continue
		}
		end := i + 4 + int(rest[i+2])<<8 + int(rest[i+3])
		if end > len(rest) {
			continue
		}
		c, err := x509.ParseCertificate(rest[i:end])
		if err != nil {
			continue
		}
		if who := cleanLine(c.Subject.CommonName); name == "" || !c.IsCA {
			if name = who; !c.IsCA {
				return name
			}
		}
		i = end - 1
	}
	return name
}
