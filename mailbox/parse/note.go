package parse

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// The notes of casefile.Part.
const (
	NoteTNEF       = "Outlook 打包的附件（winmail.dat），已拆开，内容分列"
	NoteTNEFClosed = "winmail.dat (TNEF)，需用 Outlook 另存或请对方重发"
	NoteEncrypted  = "加密压缩包，需向对方索取密码"
	NoteNested     = "嵌套邮件"
	NoteFromNested = "嵌套邮件中的附件"
	NoteFork       = "苹果电脑的附属文件，其中没有内容"
	NoteSignature  = "电子签名文件，其中没有内容"
	NoteSigned     = "整封邮件在电子签名之内，内容分列"
	NoteSealed     = "加密邮件（S/MIME），须请对方不加密重发"
	NoteInText     = "以文本编码夹在正文里的文件"
)

// partialNote says of a piece of a mail that was sent in several (RFC 2046, section 5.2.2).
func partialNote(number, total string) string {
	if total = clip(total, 6); total == "" {
		total = "？"
	}
	return "分段发送的邮件，这是第 " + clip(number, 6) + "/" + total + " 段，各段合并后才能读，可请对方整封重发"
}

// Opened reports whether a note says that a part's content is listed apart, or that it has none: nobody need
// look at the part itself.
func Opened(note string) bool {
	switch note {
	case NoteTNEF, NoteNested, NoteFork, NoteSignature:
		return true
	}
	return strings.HasPrefix(note, NoteSigned)
}

// headSize is how much of a part's beginning noteOf looks at, tailSize of its end.
const (
	headSize = 512
	tailSize = 256
)

// noteOf recognises what nobody can open without knowing.
func noteOf(mediaType, name string, head, tail []byte) string {
	switch {
	case mediaType == "application/ms-tnef" || strings.EqualFold(name, "winmail.dat"):
		return NoteTNEFClosed
	case mediaType == "application/applefile", bytes.HasPrefix(head, []byte{0, 5, 0x16, 7}):
		return NoteFork
	case mediaType == "application/pgp-signature", strings.HasSuffix(mediaType, "pkcs7-signature"):
		return NoteSignature
	case encryptedZip(head), encryptedRAR(head), encrypted7z(head, tail):
		return NoteEncrypted
	}
	return ""
}

// encryptedZip reads the flag of the first local header (APPNOTE 4.4.4, bit 0).
func encryptedZip(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) && len(b) >= 8 && b[6]&1 != 0
}

// encryptedRAR reads the flags of the archive and of the first file (RAR 4), or the type of the
// first header (RAR 5, where 4 means that all headers are encrypted).
func encryptedRAR(b []byte) bool {
	if rest, ok := bytes.CutPrefix(b, []byte("Rar!\x1a\x07\x01\x00")); ok {
		if len(rest) < 6 {
			return false
		}
		_, n := binary.Uvarint(rest[4:]) // the header's size
		return n > 0 && 4+n < len(rest) && rest[4+n] == 4
	}
	rest, ok := bytes.CutPrefix(b, []byte("Rar!\x1a\x07\x00"))
	if !ok || len(rest) < 7 {
		return false
	}
	if rest[2] == 0x73 && rest[3]&0x80 != 0 {
		return true
	}
	size := int(rest[5]) | int(rest[6])<<8
	return len(rest) >= size+5 && rest[size+2] == 0x74 && rest[size+3]&0x04 != 0
}

// encrypted7z looks for the coder AES-256 in the header at the end; where that header is itself
// compressed and only the files are encrypted, nothing is seen.
func encrypted7z(head, tail []byte) bool {
	return bytes.HasPrefix(head, []byte("7z\xbc\xaf\x27\x1c")) && bytes.Contains(tail, []byte{0x06, 0xf1, 0x07, 0x01})
}

// lastBytes keeps the last tailSize bytes of what is written.
type lastBytes struct {
	buf [2 * tailSize]byte
	n   int
}

func (l *lastBytes) write(b []byte) {
	b = b[max(0, len(b)-tailSize):]
	if l.n+len(b) > len(l.buf) {
		l.n = copy(l.buf[:], l.bytes())
	}
	l.n += copy(l.buf[l.n:], b)
}

func (l *lastBytes) bytes() []byte { return l.buf[max(0, l.n-tailSize):l.n] }
