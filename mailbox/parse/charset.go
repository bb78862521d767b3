package parse

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// toText turns bytes with a charset label into text. defect is empty where the label was right.
//
// Every gb* label means GB18030, the superset: senders write gb2312 over GBK and GBK over GB18030,
// and names such as 𠮷 exist in the last only. A label is believed unless the bytes refute it.
func toText(b []byte, label string) (text, defect string) {
	if isASCII(b) && bytes.IndexByte(b, 0x1b) < 0 && !sevenBit(label) {
		return string(b), ""
	}
	if enc, rest := byMark(b); enc != nil {
		return decode(rest, enc), ""
	}
	enc := labelled(label)
	switch enc {
	case nil:
		text, was := guess(b)
		if was == asUTF8 && label == "" {
			return text, "" // as RFC 6532 has it in headers, and as no other charset looks
		}
		return text, DefectCharsetGuessed
	case xunicode.UTF8:
		if utf8.Valid(b) {
			return string(b), ""
		}
		text, was := guess(b)
		if was == utf8Damaged {
			return text, DefectCharsetErrors
		}
		return text, DefectCharsetWrong
	case simplifiedchinese.GB18030:
		if readsAsUTF8(b) {
			return string(b), DefectCharsetWrong
		}
	case charmap.Windows1252:
		// Every byte is a character of Latin-1, so only the look of the text can refute the label.
		if readsAsUTF8(b) {
			return string(b), DefectCharsetWrong
		}
		if pairsOfGB2312(b) {
			return decode(b, simplifiedchinese.GB18030), DefectCharsetWrong
		}
	}
	text = decode(b, enc)
	if !strings.Contains(text, string(utf8.RuneError)) {
		return text, ""
	}
	if utf8.Valid(b) {
		return string(b), DefectCharsetWrong
	}
	return text, DefectCharsetErrors
}

// What guess found.
const (
	asUTF8 = iota
	utf8Damaged
	asGB18030
	gb18030Damaged
	asLatin1
)

// guess reads bytes of unknown charset: UTF-8 if they are that, otherwise GB18030 if they are that, else
// the one of both that a few damaged bytes keep them from being, otherwise Latin-1 (as Windows-1252).
func guess(b []byte) (text string, was int) {
	if utf8.Valid(b) {
		return string(b), asUTF8
	}
	if whole := b[:len(b)-cutRune(b)]; len(whole) < len(b) && utf8.Valid(whole) && hasHigh(whole) {
		return string(whole) + string(utf8.RuneError), utf8Damaged
	}
	gb := decode(b, simplifiedchinese.GB18030)
	bad, good := damage(gb)
	if bad == 0 {
		return gb, asGB18030
	}
	if badUTF8, goodUTF8 := damageUTF8(b); badUTF8*10 <= goodUTF8 {
		return strings.ToValidUTF8(string(b), string(utf8.RuneError)), utf8Damaged
	}
	if bad*10 <= good {
		return gb, gb18030Damaged
	}
	return decode(b, charmap.Windows1252), asLatin1
}

// cutRune counts the bytes at the end of b that begin a character of UTF-8 without completing it.
func cutRune(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// damage counts the replacement characters and the other ones beyond ASCII.
func damage(s string) (bad, good int) {
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			bad++
		case r >= utf8.RuneSelf:
			good++
		}
	}
	return bad, good
}

func damageUTF8(b []byte) (bad, good int) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return bad, good
}

// readsAsUTF8 is for bytes labelled otherwise: valid UTF-8 with at least four Chinese characters
// and no others beyond ASCII. In GBK, twelve bytes are that by chance about never.
func readsAsUTF8(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	n := 0
	for _, r := range string(b) {
		switch {
		case r < utf8.RuneSelf:
		case chinese(r):
			n++
		default:
			return false
		}
	}
	return n >= 4
}

func chinese(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFFF0 || r >= 0x2000 && r < 0x2070
}

// pairsOfGB2312 reports whether all bytes beyond ASCII come in pairs of GB2312's range, at least
// two pairs; French or German text has single ones.
func pairsOfGB2312(b []byte) bool {
	pairs := 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if b[i] < 0xA1 || b[i] > 0xF7 || i+1 == len(b) || b[i+1] < 0xA1 {
			return false
		}
		pairs++
		i++
	}
	return pairs >= 2
}

// byMark recognises a byte order mark.
func byMark(b []byte) (encoding.Encoding, []byte) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) && utf8.Valid(b):
		return xunicode.UTF8, b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), b[2:]
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), b[2:]
	}
	return nil, nil
}

// labelled returns the encoding of a label, nil for one that says nothing: unknown, or a
// declaration of ASCII, which bytes that get here refute.
func labelled(label string) encoding.Encoding {
	key := squeeze(label)
	switch {
	case key == "" || key == "usascii" || key == "ascii" || key == "ansix341968":
		return nil
	case key == "utf8" || key == "unicode11utf8":
		return xunicode.UTF8
	case strings.HasPrefix(key, "hz"):
		return simplifiedchinese.HZGB2312
	case strings.Contains(key, "gb2312"), strings.Contains(key, "gbk"), strings.Contains(key, "gb18030"),
		strings.HasPrefix(key, "gb"), key == "cngb", strings.HasSuffix(key, "euccn"), key == "chinese",
		strings.HasSuffix(key, "936"), key == "isoir58":
		return simplifiedchinese.GB18030
	case strings.Contains(key, "big5"), strings.HasSuffix(key, "950"):
		return traditionalchinese.Big5
	case key == "latin1" || key == "iso88591" || strings.HasSuffix(key, "1252"):
		return charmap.Windows1252
	case key == "unicode" || key == "iso2022cn" || key == "iso2022cnext" || key == "utf7":
		return nil // what the index makes of these is garbage without an error
	}
	enc, err := htmlindex.Get(strings.ToLower(strings.Trim(label, " \t\"'")))
	if err != nil || enc == encoding.Replacement {
		return nil
	}
	return enc
}

// sevenBit reports whether a label's text is not ASCII although its bytes are.
func sevenBit(label string) bool {
	key := squeeze(label)
	return strings.HasPrefix(key, "hz") || strings.HasPrefix(key, "utf16") || key == "iso2022jp"
}

// squeeze leaves of a label what distinguishes charsets: "GB_2312-80" and gb231280 are one.
func squeeze(label string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, label)
}

func decode(b []byte, enc encoding.Encoding) string {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil { // the decoders replace and do not fail; should one, the bytes still show
		return strings.ToValidUTF8(string(b), string(utf8.RuneError))
	}
	return string(out)
}

func isASCII(b []byte) bool { return !hasHigh(b) }

// cleanLine makes one line of a value: no control characters, none that turn the direction of
// writing, no blanks around it.
func cleanLine(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return noText(r) || r == utf8.RuneError }) {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\t' || r == '\n' || r == '\r':
				return ' '
			case noText(r):
				return -1
			}
			return r
		}, s)
	}
	return strings.TrimSpace(s)
}

// noText reports whether a character is a control character, or one that turns the direction of writing.
func noText(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || turnsText(r)
}

// turnsText lists the characters with which a name can be made to read otherwise than it is.
func turnsText(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}

// cleanText is for text of several lines: line ends become \n, other control characters go. It works
// on bytes because it sees every one of a long text.
func cleanText(s string) string {
	const mark = "\ufeff"
	s = strings.ReplaceAll(s, mark, "")
	var out strings.Builder
	out.Grow(len(s))
	for begin := 0; begin < len(s); {
		k := begin + untilControl(s[begin:])
		out.WriteString(s[begin:k])
		if k < len(s) && s[k] == '\r' && (k+1 == len(s) || s[k+1] != '\n') {
			out.WriteByte('\n')
		}
		begin = k + 1
	}
	return out.String()
}

// untilControl returns how many bytes stand before the first control character but \n and \t. It looks at eight at once, as
// there is seldom one among them: in each byte of less below the highest bit is set where the byte is less than a blank,
// or where a lower one was; in each of del where it is 0x7f, likewise.
func untilControl(s string) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	k := 0
	for k < len(s) {
		if k+8 <= len(s) {
			b := s[k : k+8]
			eight := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
			less := (eight - ' '*ones) &^ eight
			del := eight ^ 0x7f*ones
			del = (del - ones) &^ del
			if (less|del)&highs == 0 {
				k += 8
				continue
			}
		}
		for end := min(k+8, len(s)); k < end; k++ {
			if c := s[k]; c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return k
			}
		}
	}
	return k
}

// clip cuts s to at most n bytes, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
