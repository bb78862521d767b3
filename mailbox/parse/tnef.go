package parse

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// tnefMark begins a winmail.dat, in which Outlook packs what it attaches ([MS-OXTNEF]).
var tnefMark = []byte{0x78, 0x9f, 0x3e, 0x22}

// The attributes that are read; all others are passed.
const (
	tnefBody       = 0x0002800c // the mail's text
	tnefBegin      = 0x00069002 // an attachment begins
	tnefTitle      = 0x00018010 // its short name
	tnefData       = 0x0006800f // its bytes
	tnefProperties = 0x00069005 // its properties, with the long name
)

// maxTNEFProperties bounds what is held of one attachment's properties.
const maxTNEFProperties = 256 << 10

// tnefInside lists the attachments in a winmail.dat. Names come behind the bytes that they name.
func (w *walker) tnefInside(r io.Reader, index int, li leafInfo) {
	in := bufio.NewReaderSize(r, 4<<10)
	in.Discard(len(tnefMark) + 2)
	damaged := func() { w.defect(DefectTNEF, li.path, "winmail.dat 已损坏，已拆出的部分保留") }
	file, name, n := -1, "", 0 // the part of the attachment at hand; its name where that came first
	named := func(s string) {
		if s = safeName(cleanLine(s)); s == "" {
			return
		}
		if name = s; file >= 0 {
			w.msg.Parts[file].Name = s
		}
	}
	wanted := false // CopyPart's part has passed; its name may follow
	defer func() {
		w.done = w.done || wanted
		if w.msg.Parts[index].Note = NoteTNEF; n == 0 {
			w.msg.Parts[index].Note = NoteTNEFClosed
		}
	}()
	for !w.done {
		var head [9]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			if err != io.EOF {
				damaged()
			}
			return
		}
		id, size := binary.LittleEndian.Uint32(head[1:]), int64(binary.LittleEndian.Uint32(head[5:]))
		value := io.LimitReader(in, size)
		switch id {
		case tnefBegin:
			if file, name = -1, ""; wanted {
				return
			}
		case tnefBody:
			if len(w.texts) == 0 {
				w.content(&readerSource{r: value}, leafInfo{place: li.child(1), mediaType: "text/plain"})
			}
		case tnefTitle:
			b, _ := io.ReadAll(io.LimitReader(value, maxName))
			named(oemText(b))
		case tnefData:
			n++
			file = len(w.msg.Parts)
			w.content(&readerSource{r: value}, leafInfo{place: li.child(n + 1), mediaType: "application/octet-stream", name: name, attached: true})
			if file == w.target && w.done {
				wanted, w.done = true, false
			}
			if file >= len(w.msg.Parts) {
				return // no more are listed
			}
		case tnefProperties:
			b, _ := io.ReadAll(io.LimitReader(value, maxTNEFProperties))
			named(longName(b))
		}
		if _, err := io.Copy(io.Discard, value); err != nil {
			damaged()
			return
		}
		if _, err := in.Discard(2); err != nil { // a checksum
			damaged()
			return
		}
	}
}

// longName finds PidTagAttachLongFilename among MAPI properties.
func longName(b []byte) string {
	u16 := func() uint16 { return binary.LittleEndian.Uint16(take4(&b)) }
	u32 := func() uint32 { return binary.LittleEndian.Uint32(take4(&b)) }
	for range min(u32(), 1000) {
		if len(b) < 4 {
			return ""
		}
		tag := u32()
		kind, id := tag&0xffff, tag>>16
		if id >= 0x8000 { // a name of its own: GUID, kind, number or text
			b = b[min(16, len(b)):]
			if u32() == 1 {
				b = b[min(padded(u32()), len(b)):]
			} else {
				u16()
			}
		}
		count := uint32(1)
		variable := kind&0xfff == 0x1e || kind&0xfff == 0x1f || kind&0xfff == 0x102 || kind&0xfff == 0x0d
		if variable || kind&0x1000 != 0 {
			count = u32()
		}
		for range min(count, 1000) {
			size := fixedSize(kind & 0xfff)
			if variable {
				size = int(u32())
			}
			value := b[:min(max(size, 0), len(b))]
			b = b[min(padded(uint32(size)), len(b)):]
			switch {
			case id != 0x3707:
			case kind == 0x1f:
				var units []uint16
				for i := 0; i+1 < len(value); i += 2 {
					units = append(units, binary.LittleEndian.Uint16(value[i:]))
				}
				return strings.TrimRight(string(utf16.Decode(units)), "\x00")
			case kind == 0x1e:
				return oemText(value)
			}
		}
	}
	return ""
}

// oemText decodes a name that Windows wrote in its own charset; on a Chinese one that is GBK.
func oemText(b []byte) string {
	b = bytes.TrimRight(b, "\x00")
	if s := decode(b, simplifiedchinese.GB18030); !strings.ContainsRune(s, utf8.RuneError) {
		return s
	}
	s, _ := guess(b)
	return s
}

// fixedSize is the size of a property's value whose type tells it.
func fixedSize(kind uint32) int {
	switch kind {
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		return 8
	case 0x48:
		return 16
	}
	return 4
}

func padded(n uint32) int { return int(min(n, 1<<30)+3) &^ 3 }

// take4 cuts four bytes off, zeros where there are none.
func take4(b *[]byte) []byte {
	if len(*b) < 4 {
		*b = nil
		return make([]byte, 4)
	}
	head := (*b)[:4]
	*b = (*b)[4:]
	return head
}

// readerSource is a reader as a source.
type readerSource struct {
	r   io.Reader
	buf []byte
}

func (s *readerSource) chunk() ([]byte, error) {
	if s.buf == nil {
		s.buf = make([]byte, 8<<10)
	}
	n, err := s.r.Read(s.buf)
	if n > 0 {
		return s.buf[:n], nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return nil, err
}
