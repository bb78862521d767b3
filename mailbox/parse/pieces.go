package parse

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// pieces takes files out of a text as it passes: what is left goes to the keeper, each file becomes a part
// behind the text's own.
type pieces interface {
	write(b []byte)
	close()
}

// pieces returns what looks for files in a leaf's text; nil for a leaf that is none.
func (w *walker) pieces(li leafInfo, text *keeper) pieces {
	switch {
	case !li.isBody():
		return nil
	case li.mediaType == "text/html":
		return &dataURIs{w: w, li: li, text: text}
	}
	return &uuBlocks{w: w, li: li, text: text, bol: true}
}

// embedded opens the part of a file that stands in a text; nil when no more are listed.
func (w *walker) embedded(in place, mediaType, name, note string) (*tap, leafInfo) {
	li := leafInfo{place: in, mediaType: mediaType, name: name, note: note, inline: true, contentID: true}
	if index, ok := w.part(li); ok {
		return newTap(w, index), li
	}
	return nil, li
}

// dataURIs finds the pictures that a page carries in its own text (RFC 2397).
type dataURIs struct {
	w     *walker
	li    leafInfo
	text  *keeper
	carry []byte // may begin an address
	open  bool   // inside of a picture
	tap   *tap   // nil: its bytes go nowhere
	as    leafInfo
	group []byte // characters of base64, not yet decoded
}

const (
	dataMark  = "data:image/"
	maxURI    = 200     // of an address up to its comma
	groupSize = 4 << 10 // divisible by 4
)

func (d *dataURIs) write(b []byte) {
	if len(d.carry) > 0 {
		b = append(d.carry, b...)
		d.carry = nil
	}
	for len(b) > 0 {
		if d.open {
			b = d.picture(b)
			continue
		}
		k := bytes.Index(b, []byte(dataMark))
		if k < 0 {
			k = len(b) - beginning(b, dataMark)
			d.text.write(b[:k])
			d.carry = bytes.Clone(b[k:])
			return
		}
		d.text.write(b[:k])
		b = b[k:]
		comma := bytes.IndexByte(b[:min(len(b), maxURI)], ',')
		if comma < 0 && len(b) < maxURI {
			d.carry = bytes.Clone(b)
			return
		}
		if comma < 0 || !bytes.HasSuffix(bytes.ToLower(b[:comma]), []byte(";base64")) {
			d.text.write(b[:len(dataMark)])
			b = b[len(dataMark):]
			continue
		}
		mediaType, _, _ := strings.Cut(strings.ToLower(string(b[len("data:"):comma])), ";")
		d.open = true
		d.tap, d.as = d.w.embedded(d.li.place, cleanLine(strings.ToValidUTF8(mediaType, "")), "", "")
		d.text.write([]byte("data:,")) // the page stays a page
		b = b[comma+1:]
	}
}

// picture takes characters of base64 up to what is none and returns the rest.
func (d *dataURIs) picture(b []byte) []byte {
	for i, c := range b {
		switch {
		case inBase64(c):
			if d.group = append(d.group, c); len(d.group) == groupSize {
				d.decode()
			}
		case c == '=' || c == ' ' || c == '\t' || c == '\r' || c == '\n':
		default:
			d.end()
			return b[i:]
		}
	}
	return nil
}

func (d *dataURIs) decode() {
	if d.tap != nil {
		out, _ := base64.RawStdEncoding.AppendDecode(nil, d.group)
		d.tap.write(out)
	}
	d.group = d.group[:0]
}

func (d *dataURIs) end() {
	d.decode()
	if d.tap != nil {
		d.w.finish(d.tap, d.as)
	}
	d.open, d.tap = false, nil
}

func (d *dataURIs) close() {
	d.text.write(d.carry)
	if d.carry = nil; d.open {
		d.end()
	}
}

// beginning counts the bytes at the end of b with which mark may begin.
func beginning(b []byte, mark string) int {
	for n := min(len(b), len(mark)-1); n > 0; n-- {
		if string(b[len(b)-n:]) == mark[:n] {
			return n
		}
	}
	return 0
}

// uuBlocks finds files that are written into a text as uuencode(1) does: from "begin 644 NAME" to "end".
type uuBlocks struct {
	w     *walker
	li    leafInfo
	text  *keeper
	carry []byte // an unfinished line
	bol   bool   // a line begins
	begun []byte // a line that begins a file, if the next line is one of it
	open  bool
	tap   *tap
	as    leafInfo
}

const (
	uuMark    = "begin "
	maxUULine = 1 << 10
)

func (u *uuBlocks) write(b []byte) {
	if len(u.carry) > 0 {
		b = append(u.carry, b...)
		u.carry = nil
	}
	for len(b) > 0 {
		if !u.open && u.begun == nil {
			if b = u.plain(b); b == nil {
				return
			}
		}
		k := bytes.IndexByte(b, '\n')
		if k < 0 {
			if len(b) < maxUULine {
				u.carry = bytes.Clone(b)
				return
			}
			k = len(b) - 1
		}
		u.line(b[:k+1])
		b = b[k+1:]
	}
}

// plain passes text on up to a line that may begin a file; nil when all of it has passed.
func (u *uuBlocks) plain(b []byte) []byte {
	k := 0
	if !u.bol || !bytes.HasPrefix(b, []byte(uuMark)) {
		if k = bytes.Index(b, []byte("\n"+uuMark)); k >= 0 {
			k++
		}
	}
	if k < 0 {
		begin := bytes.LastIndexByte(b, '\n') + 1
		tail := b[begin:]
		if (begin > 0 || u.bol) && len(tail) < len(uuMark) && strings.HasPrefix(uuMark, string(tail)) {
			u.text.write(b[:begin])
			u.carry, u.bol = bytes.Clone(tail), true
			return nil
		}
		u.text.write(b)
		u.bol = false
		return nil
	}
	u.text.write(b[:k])
	u.bol = true
	return b[k:]
}

// line takes a line that begins a file, or one of a file.
func (u *uuBlocks) line(line []byte) {
	bare := bytes.TrimRight(line, "\r\n")
	switch {
	case !u.open && u.begun == nil:
		if u.bol = bytes.HasSuffix(line, []byte("\n")); uuName(bare) != nil {
			u.begun = bytes.Clone(line)
			return
		}
		u.text.write(line)
	case u.begun != nil:
		begun := u.begun
		u.begun = nil
		data, ok := uuLine(bare)
		if !ok {
			u.text.write(begun)
			u.line(line)
			return
		}
		name, _ := guess(uuName(bytes.TrimRight(begun, "\r\n")))
		u.open = true
		u.tap, u.as = u.w.embedded(u.li.place, "application/octet-stream", safeName(name), NoteInText)
		u.data(data)
	case string(bare) == "end":
		u.end()
	default:
		data, ok := uuLine(bare)
		if !ok {
			u.w.defect(DefectUUEncode, u.li.path, "正文里以文本编码的文件不完整，已解到出错之处")
			u.end()
			u.line(line)
			return
		}
		u.data(data)
	}
}

func (u *uuBlocks) data(b []byte) {
	if u.tap != nil {
		u.tap.write(b)
	}
}

func (u *uuBlocks) end() {
	if u.tap != nil {
		u.w.finish(u.tap, u.as)
	}
	u.open, u.tap, u.bol = false, nil, true
}

func (u *uuBlocks) close() {
	rest := u.carry
	u.carry = nil
	switch {
	case u.open && len(rest) > 0:
		u.line(rest)
	case u.begun != nil:
		u.text.write(u.begun)
		u.text.write(rest)
	default:
		u.text.write(rest)
	}
	if u.begun = nil; u.open {
		u.w.defect(DefectUUEncode, u.li.path, "正文里以文本编码的文件没有结尾，可能不完整")
		u.end()
	}
}

// uuName is the file's name in the line that begins it; nil if it is no such line.
func uuName(line []byte) []byte {
	rest, ok := bytes.CutPrefix(line, []byte(uuMark))
	mode, name, ok2 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 || len(mode) < 3 || len(mode) > 4 || len(bytes.Trim(mode, "01234567")) > 0 {
		return nil
	}
	if name = bytes.TrimSpace(name); len(name) == 0 || len(name) > maxName {
		return nil
	}
	return name
}

// uuLine decodes a line: its first character says how many bytes it holds. Blanks at the end, which mail
// servers take off, are put back.
func uuLine(line []byte) (data []byte, ok bool) {
	if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
		return nil, false
	}
	n := int(line[0]-' ') & 63
	line = line[1:]
	chars := (n + 2) / 3 * 4
	if len(line) > chars+2 { // some writers add a checksum
		return nil, false
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return nil, false
		}
	}
	at := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 63
		}
		return 0
	}
	for i := 0; i < chars; i += 4 {
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		data = append(data, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	return data[:n], true
}

// uuSource decodes a part whose transfer encoding is uuencode.
type uuSource struct {
	lines lineSource
	w     *walker
	where string
	begun bool
	ended bool
}

func (d *uuSource) chunk() ([]byte, error) {
	for {
		line, _, err := d.lines.next()
		if err != nil {
			if !d.ended {
				d.ended = true
				d.w.defect(DefectUUEncode, d.where, "uuencode 内容没有结尾，可能不完整")
			}
			return nil, err
		}
		bare := bytes.TrimRight(line, "\r\n")
		switch {
		case d.ended:
		case !d.begun:
			d.begun = uuName(bare) != nil
		case string(bare) == "end":
			d.ended = true
		default:
			if data, ok := uuLine(bare); !ok {
				d.w.defect(DefectUUEncode, d.where, "uuencode 内容中夹有其他文字，已略过")
			} else if len(data) > 0 {
				return data, nil
			}
		}
	}
}
