package parse

import (
	"bytes"
	"io"
	"strings"
)

// decoder undoes the transfer encoding that a field names.
func (w *walker) decoder(src source, encoding []byte, where string) source {
	name, _, _ := strings.Cut(strings.ToLower(cleanLine(string(bytes.ToValidUTF8(encoding, nil)))), ";")
	name = strings.Trim(name, " \"'")
	switch name {
	case "", "7bit", "8bit", "binary":
		return src
	case "base64":
		return w.base64(src, where)
	case "quoted-printable":
		return &quotedSource{lines: lineSource{src: src}, w: w, where: where}
	}
	switch squeeze(name) {
	case "7bit", "8bit", "7bits", "8bits", "binary", "none", "7", "8", "ascii", "utf8":
		w.defect(DefectEncodingName, where, "传输编码“"+clip(name, 60)+"”写法有误，按未编码读取")
		return src
	case "base64", "b64", "base", "b":
		w.defect(DefectEncodingName, where, "传输编码“"+clip(name, 60)+"”写法有误，按 base64 读取")
		return w.base64(src, where)
	case "quotedprintable", "quoted", "quotedprint", "qp", "q":
		w.defect(DefectEncodingName, where, "传输编码“"+clip(name, 60)+"”写法有误，按 quoted-printable 读取")
		return &quotedSource{lines: lineSource{src: src}, w: w, where: where}
	}
	if n := squeeze(name); n == "uuencode" || n == "xuuencode" || n == "xuue" || n == "uue" {
		return &uuSource{lines: lineSource{src: src}, w: w, where: where}
	}
	w.defect(DefectEncoding, where, "不认识的传输编码“"+clip(name, 60)+"”，内容按原样保存")
	return src
}

// lineSource cuts a source into lines with their line ends. A line longer than maxLine comes in
// pieces.
type lineSource struct {
	src   source
	rest  []byte // of the chunk at hand
	carry []byte
	used  bool // carry was handed out
}

const maxLine = 8 << 10 // divisible by 4: a long line of base64 is parted between groups

const outSize = 16 << 10 // of what a decoder hands out at once, about

// next returns a line, or with whole false a piece of one: a long one, or the last without an end.
func (l *lineSource) next() (line []byte, whole bool, err error) {
	if l.used {
		l.carry, l.used = l.carry[:0], false
	}
	for {
		if len(l.rest) == 0 {
			if l.rest, err = l.src.chunk(); err != nil {
				if len(l.carry) > 0 {
					l.used = true
					return l.carry, false, nil
				}
				return nil, false, err
			}
			continue
		}
		room := min(len(l.rest), maxLine-len(l.carry))
		k := bytes.IndexByte(l.rest[:room], '\n')
		if k >= 0 && len(l.carry) == 0 {
			line, l.rest = l.rest[:k+1], l.rest[k+1:]
			return line, true, nil
		}
		n := room
		if k >= 0 {
			n = k + 1
		}
		l.carry = append(l.carry, l.rest[:n]...)
		l.rest = l.rest[n:]
		if k >= 0 || len(l.carry) == maxLine {
			l.used = true
			return l.carry, k >= 0, nil
		}
	}
}

// quotedSource decodes quoted-printable (RFC 2045, section 6.7); what is not an escape stands for
// itself.
type quotedSource struct {
	lines lineSource
	w     *walker
	where string
	tail  []byte // an escape that the last piece of a long line began
	bare  bool   // that a = stands for itself has been noted
	out   []byte
}

func (d *quotedSource) chunk() ([]byte, error) {
	if d.out == nil {
		d.out = make([]byte, 0, outSize)
	}
	d.out = d.out[:0]
	for len(d.out) < outSize-maxLine-4 {
		line, whole, err := d.lines.next()
		if err != nil {
			if len(d.tail) > 1 || len(d.tail) == 1 && d.tail[0] != '=' { // a last = is a soft break
				d.escape(d.tail)
			}
			d.tail = nil
			if len(d.out) > 0 {
				return d.out, nil
			}
			return nil, io.EOF
		}
		if len(d.tail) > 0 {
			line = append(d.tail, line...)
			d.tail = nil
		}
		d.line(line, whole)
	}
	return d.out, nil
}

func (d *quotedSource) line(line []byte, whole bool) {
	end := ""
	if whole {
		end = "\n"
		if bytes.HasSuffix(line, []byte("\r\n")) {
			end = "\r\n"
		}
		line = bytes.TrimRight(line[:len(line)-len(end)], " \t") // padding of the transport
		if soft, ok := bytes.CutSuffix(line, []byte("=")); ok {
			line, end = soft, ""
		}
	} else if k := bytes.LastIndexByte(line, '='); k >= 0 && k > len(line)-3 {
		d.tail = append([]byte(nil), line[k:]...)
		line = line[:k]
	}
	d.escape(line)
	d.out = append(d.out, end...)
}

func (d *quotedSource) escape(line []byte) {
	out := d.out
	for {
		k := bytes.IndexByte(line, '=')
		if k < 0 {
			d.out = append(out, line...)
			return
		}
		out = append(out, line[:k]...)
		line = line[k:]
		if !escaped(line) {
			if !d.bare {
				d.bare = true
				d.w.defect(DefectQuoted, d.where, "quoted-printable 内容中有单独的等号，按原样保留")
			}
			out = append(out, '=')
			line = line[1:]
		}
		for escaped(line) {
			out = append(out, unhex(line[1])<<4|unhex(line[2]))
			line = line[3:]
		}
	}
}

func escaped(b []byte) bool { return len(b) > 2 && b[0] == '=' && isHex(b[1]) && isHex(b[2]) }
