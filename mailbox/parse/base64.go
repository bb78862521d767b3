package parse

import (
	"bytes"
	"encoding/base64"
	"io"
)

// base64Source decodes base64 as attachments carry it: in lines of any length, perhaps with foreign
// characters, in several padded pieces, with a footer that some list or scanner put behind it.
type base64Source struct {
	lines lineSource
	w     *walker
	where string
	group [4]byte // characters of a group that is not yet complete
	n     int
	gap   gap
	some  bool // something has been decoded
	junk  bool // that there is something else has been noted
	out   []byte
}

// gap is what may have ended the content: the more it looks like an end, the surer a line must be base64
// to go on with.
type gap uint8

const (
	noGap gap = iota
	emptyLine
	padding
)

// base64 returns the decoder of a part that is declared base64. Some programs declare it and write plain
// text all the same; that text is then the content.
func (w *walker) base64(src source, where string) source {
	begin, whole := begins(src, sampleSize)
	if isPlain(begin[:min(len(begin), sampleSize)]) {
		w.defect(DefectBase64Plain, where, "声明为 base64，实际是未编码的内容，按原样读取")
		return whole
	}
	return &base64Source{lines: lineSource{src: whole}, w: w, where: where}
}

// sampleSize is how much of a content is looked at before it is called base64.
const sampleSize = 4 << 10

// isPlain reports whether a content that is declared base64 begins like anything but that. A footer may
// well be longer than what was encoded, so the first line decides where it is sure.
func isPlain(sample []byte) bool {
	var sure, other int
	for line := range bytes.Lines(sample) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case surely(line):
			if other == 0 {
				return false
			}
			sure += len(line)
		case !likely(line):
			other += len(line)
		}
	}
	return other > sure
}

// surely reports whether a line can hardly be anything but base64.
func surely(line []byte) bool {
	n, foreign, blanks := census(line)
	if n >= 64 && foreign+blanks == 0 {
		return true // whether it was cut or not
	}
	return foreign == 0 && n%4 == 0 && n >= 8 && !(blanks > 0 && words(line))
}

// likely reports whether a line may be base64, a few foreign characters allowed.
func likely(line []byte) bool {
	n, foreign, blanks := census(line)
	if foreign+blanks > 0 && words(line) {
		return false
	}
	return foreign == 0 || foreign <= n/12 && n >= 12
}

// census counts the characters of base64 in a line, the blanks between them and all others.
func census(line []byte) (n, foreign, blanks int) {
	for _, c := range line {
		switch {
		case inBase64(c), c == '=':
			n++
		case c == ' ' || c == '\t':
			blanks++
		default:
			foreign++
		}
	}
	return n, foreign, blanks
}

// words reports whether a line reads like words of a European language: most of its runs are letters, and
// small ones but for the first.
func words(line []byte) bool {
	runs, plain := 0, 0
	for len(line) > 0 {
		k := 0
		for k < len(line) && inBase64(line[k]) {
			k++
		}
		if k > 0 {
			runs++
			small := true
			for _, c := range line[1:max(k, 1)] {
				small = small && c >= 'a' && c <= 'z'
			}
			if first := line[0] | 0x20; small && first >= 'a' && first <= 'z' {
				plain++
			}
		}
		line = line[min(k+1, len(line)):]
	}
	return 2*plain > runs
}

func (d *base64Source) chunk() ([]byte, error) {
	if d.out == nil {
		d.out = make([]byte, 0, outSize)
	}
	d.out = d.out[:0]
	for len(d.out) < outSize-maxLine {
		line, whole, err := d.lines.next()
		if err != nil {
			d.flush(true)
			if len(d.out) > 0 {
				return d.out, nil
			}
			return nil, io.EOF
		}
		d.line(bytes.TrimSpace(line), whole)
	}
	return d.out, nil
}

func (d *base64Source) line(line []byte, whole bool) {
	if len(line) == 0 {
		if whole && d.some {
			d.gap = max(d.gap, emptyLine)
		}
		return
	}
	if d.n == 0 && len(line)%4 == 0 && d.gap == noGap {
		// What nearly every line is like. Decoding stops at what is not base64; the slow way then takes
		// the line again.
		before := len(d.out)
		if out, err := base64.StdEncoding.AppendDecode(d.out, line); err == nil {
			d.out, d.some = out, true
			if len(out)-before != len(line)/4*3 {
				d.gap = padding
			}
			return
		}
	}
	if d.gap != padding { // behind the end a line of signs is a footer
		line = standard(line)
	}
	if !d.isData(line) {
		if !d.junk {
			d.dropped("base64 内容中夹有其他文字，已略过：“" + excerpt(line) + "”")
		}
		return
	}
	d.gap = noGap
	for _, c := range line {
		switch {
		case c == '=':
			if d.n > 0 {
				d.flush(false)
			}
			d.gap = padding
		case inBase64(c):
			d.gap = noGap
			d.group[d.n] = c
			if d.n++; d.n == 4 {
				d.flush(false)
			}
		case c != ' ' && c != '\t' && !d.junk:
			d.dropped("base64 内容中夹有其他字符，已略过")
		}
	}
	d.some = true
}

func (d *base64Source) dropped(detail string) {
	d.junk = true
	d.w.defect(DefectBase64Junk, d.where, detail)
}

// standard turns a line in the URL-safe alphabet (RFC 4648, section 5) into the alphabet of mail. The rules above the
// footers of scanners are of its characters, too.
func standard(line []byte) []byte {
	if len(line)%4 != 0 || len(line) < 24 || bytes.ContainsAny(line, "+/ ") || !bytes.ContainsAny(line, "-_") || words(line) {
		return line
	}
	signs := bytes.Count(line, []byte("-")) + bytes.Count(line, []byte("_"))
	if 2*signs > len(line) || bytes.Contains(line, []byte("----")) || bytes.Contains(line, []byte("____")) {
		return line
	}
	return bytes.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, line)
}

// isData tells a line of base64 from a line of words, by what stood before it.
func (d *base64Source) isData(line []byte) bool {
	switch d.gap {
	case padding:
		n, foreign, blanks := census(line)
		return foreign+blanks == 0 && n%4 == 0 && (n >= 8 || bytes.HasSuffix(line, []byte("=")))
	case emptyLine:
		if d.n == 0 && len(line) < 8 && words(line) && !bytes.HasSuffix(line, []byte("=")) {
			return false
		}
	}
	return likely(line)
}

// flush decodes the group at hand, also an incomplete one. last is the end of the content.
func (d *base64Source) flush(last bool) {
	if last && d.n > 0 {
		d.w.defect(DefectBase64End, d.where, "base64 内容不完整，已解到最后一个完整字节")
	}
	if d.n > 1 {
		var dst [3]byte
		m, _ := base64.RawStdEncoding.Decode(dst[:], d.group[:d.n])
		d.out = append(d.out, dst[:m]...)
	}
	d.n = 0
}
