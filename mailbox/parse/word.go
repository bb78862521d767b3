package parse

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// fieldText reads an unstructured field: encoded-words (RFC 2047) and whatever else stands there.
func (w *walker) fieldText(value []byte, where string) string {
	text, defect := decodeWords(value)
	w.textDefect(defect, where)
	text = cleanLine(text)
	if len(text) > w.limits.Field {
		w.defect(DefectFieldLimit, where, "过长，已截断")
		text = clip(text, w.limits.Field)
	}
	return text
}

// textDefect notes what toText or decodeWords found.
func (w *walker) textDefect(code, where string) {
	switch code {
	case DefectCharsetGuessed:
		w.defect(code, where, "没有可用的字符集标注，已按内容判断")
	case DefectCharsetWrong:
		w.defect(code, where, "字符集标注与内容不符，已按内容判断")
	case DefectCharsetErrors:
		w.defect(code, where, "有字节不成字符，以 � 显示")
	case DefectWord:
		w.defect(code, where, "编码不完整，按能读出的部分显示")
	}
}

// word is an encoded-word taken apart; the run of adjacent words of one charset is decoded at once,
// because senders cut inside a character and inside a base64 group.
type word struct {
	charset string
	base64  bool
	data    []byte
}

// decodeWords decodes the encoded-words in b; text between them that is not ASCII is guessed.
func decodeWords(b []byte) (text, defect string) {
	if !bytes.Contains(b, []byte("=?")) {
		return toText(b, "")
	}
	var (
		out  strings.Builder
		run  []word
		last = bytes.LastIndex(b, []byte("?=")) // where no word ends behind
	)
	note := func(d string) {
		if d != "" && defect == "" {
			defect = d
		}
	}
	flush := func() {
		for len(run) > 0 {
			n := 1
			for n < len(run) && strings.EqualFold(run[n].charset, run[0].charset) {
				n++
			}
			s, d := toText(joinWords(run[:n]), run[0].charset)
			out.WriteString(s)
			note(d)
			run = run[n:]
		}
	}
	plain := func(p []byte) {
		s, d := toText(p, "")
		out.WriteString(s)
		note(d)
	}
	for len(b) > 0 {
		k := bytes.Index(b, []byte("=?"))
		if k < 0 {
			break
		}
		wd, size, whole := cutWord(b[k:], last-k)
		if size == 0 {
			flush()
			plain(b[:k+2])
			b, last = b[k+2:], last-k-2
			continue
		}
		if !whole {
			note(DefectWord)
		}
		// Blanks between encoded-words are no part of the text (RFC 2047, section 6.2).
		if between := b[:k]; len(run) == 0 || len(bytes.TrimSpace(between)) > 0 {
			flush()
			plain(between)
		}
		run = append(run, wd)
		b, last = b[k+size:], last-k-size
	}
	flush()
	plain(b)
	return out.String(), defect
}

// wholeWord is how long the encoded-word is with which s begins; 0: none with an end does. No more of s than
// maxQuoted bytes is looked at.
func wholeWord(s string) int {
	b := []byte(s[:min(len(s), maxQuoted)])
	if _, size, whole := cutWord(b, bytes.LastIndex(b, []byte("?="))); whole {
		return size
	}
	return 0
}

// cutWord takes the encoded-word at the beginning of b, which begins with "=?". last is where the last "?="
// of b stands, negative for nowhere. size is 0 where there is no word; whole is false for one that lacks its end.
func cutWord(b []byte, last int) (wd word, size int, whole bool) {
	const maxCharset = 60
	q := bytes.IndexByte(b[2:min(len(b), 2+maxCharset)], '?')
	if q <= 0 || len(b) < 2+q+3 || b[2+q+2] != '?' {
		return word{}, 0, false
	}
	charset, _, _ := strings.Cut(string(b[2:2+q]), "*") // a language may follow (RFC 2231, section 5)
	if strings.ContainsAny(charset, " \t\"<>,;=") {
		return word{}, 0, false
	}
	wd.charset = charset
	switch b[2+q+1] {
	case 'B', 'b':
		wd.base64 = true
	case 'Q', 'q':
	default:
		return word{}, 0, false
	}
	begin := 2 + q + 3
	if last >= begin {
		// No further than to the next mark, or a thousand words without an end would each be searched to the last.
		first := bytes.HasPrefix(b[begin:], []byte("=?"))
		for i := begin; ; i++ {
			i += bytes.IndexByte(b[i:], '?')
			switch {
			case i+1 < len(b) && b[i+1] == '=':
				wd.data = b[begin:i]
				return wd, i + 2, true
			case !first && i > begin+1 && b[i-1] == '=': // its end is missing, another word begins
				wd.data = bytes.TrimRight(b[begin:i-1], " \t")
				return wd, i - 1, false
			}
		}
	}
	// Cut off on its way: what there is up to a blank is the word.
	end := bytes.IndexAny(b[begin:], " \t\r\n\"<>")
	if end < 0 {
		end = len(b) - begin
	}
	wd.data = b[begin : begin+end]
	return wd, begin + end, false
}

// joinWords returns the bytes of words of one charset.
func joinWords(run []word) []byte {
	var out, pending []byte
	for _, wd := range run {
		if !wd.base64 {
			out = append(appendBase64(out, pending), appendQ(nil, wd.data)...)
			pending = pending[:0]
			continue
		}
		if len(pending)%4 == 0 || pending[len(pending)-1] == '=' {
			out = appendBase64(out, pending)
			pending = pending[:0]
		}
		for _, c := range wd.data {
			if c > ' ' {
				pending = append(pending, c)
			}
		}
	}
	return appendBase64(out, pending)
}

// appendBase64 decodes without insisting on padding or on the alphabet.
func appendBase64(out, data []byte) []byte {
	var group [4]byte
	n := 0
	flush := func() {
		if n > 1 {
			var dst [3]byte
			m, _ := base64.RawStdEncoding.Decode(dst[:], group[:n])
			out = append(out, dst[:m]...)
		}
		n = 0
	}
	for _, c := range data {
		switch {
		case c == '=':
			flush()
		case inBase64(c):
			group[n] = c
			if n++; n == 4 {
				flush()
			}
		}
	}
	flush()
	return out
}

func inBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// appendQ decodes the Q encoding; blanks, which it forbids, stand for themselves.
func appendQ(out, data []byte) []byte {
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(data) && isHex(data[i+1]) && isHex(data[i+2]):
			c = unhex(data[i+1])<<4 | unhex(data[i+2])
			i += 2
		}
		out = append(out, c)
	}
	return out
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
