package parse

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func FuzzMessage(f *testing.F) {
	for _, file := range corpus(f) {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := read(raw, Limits{})
		checkMessage(t, raw, m)
		// Small limits cut in other places; what is listed must still be so.
		small := Limits{Depth: 2, Parts: 3, Header: 64, PartHeader: 64, Text: 32, List: 2, Field: 8}
		if m := read(raw, small); len(m.Parts) > 3 || len(m.Text) > 32 || len(m.Subject) > 8 || len(m.To) > 2 || !utf8.ValidString(m.Text) {
			t.Errorf("beyond the limits: %+v", m)
		}
	})
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{
		"=?gbk?B?yerH6w==?= =?gbk?B?uau/qg==?=", "=?utf-8?Q?=E7=94=B3 a_b?=", "\"=?GBK?B?1cXI/Q==?=\" <a@b>", "=?x?B?=?=?=", "a, (b <c@d>; \"e",
		"张三＜a＠b＞，李四 <>", "g: a@b, c@d;", "<a@b> <c", "Mon, 23 Nov 2026 10:00:00 +0800 (CST)", "attachment; filename*0*=gbk''%C9; filename*1=x",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := newWalker(Limits{})
		texts := []string{w.fieldText(raw, "")}
		for _, a := range w.addresses(raw, "") {
			if a.IsZero() {
				t.Error("an address of nothing")
			}
			texts = append(texts, a.Name, a.Mail)
		}
		texts = append(texts, w.identifiers(raw, "")...)
		date(texts[0])
		value, p := w.mediaField(raw, "")
		texts = append(texts, value, w.fileName(p["filename"], ""))
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n\u202e") {
				t.Errorf("not one clean line: %q of %q", s, raw)
			}
		}
	})
}

// Whatever bytes under whatever label: the text is text; and Chinese text in GB18030 comes out as it was
// under every label of that family, or a defect says that it may not have. (User-defined characters are
// left out: the encoder used here has no place for them and writes other ones.)
func FuzzCharset(f *testing.F) {
	for _, label := range []string{"", "gb2312", "GBK", "gb18030", "big5", "utf-8", "utf-7", "utf-16", "hz-gb-2312", "iso-2022-cn", "iso-2022-jp", "unicode", "x-unknown", "'gbk'", "latin1"} {
		f.Add([]byte("申请公开\xc9\xea\xc7\xeb"), label)
		f.Add([]byte("\xff\xfe\x33\x75~{ME~}\x1b$)A\x0e&g0l6P3ux-"), label)
	}
	f.Fuzz(func(t *testing.T, raw []byte, label string) {
		got, _ := toText(raw, label)
		if !utf8.ValidString(got) || len(got) > 8*len(raw)+8 {
			t.Errorf("%q under %q gives %q", raw, label, got)
		}
		words := slices.Concat([]byte("=?"), []byte(label), []byte("?B?"), raw, []byte("?="))
		if got, _ := decodeWords(words); !utf8.ValidString(got) {
			t.Errorf("%q gives %q", words, got)
		}
		text := strings.ToValidUTF8(string(raw), "")
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Co, r) }) {
			return
		}
		encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		if err != nil || strings.HasPrefix(encoded, "\xff\xfe") || strings.HasPrefix(encoded, "\xfe\xff") || strings.HasPrefix(encoded, "\xef\xbb\xbf") { // marks of other charsets
			return
		}
		for _, family := range []string{"gb2312", "gbk", "gb18030", "cn-gb"} {
			if got, defect := toText([]byte(encoded), family); got != text && defect == "" {
				t.Errorf("%q in GB18030 under %s comes out as %q, and nothing says so", text, family, got)
			}
		}
	})
}

func FuzzFilename(f *testing.F) {
	for _, s := range []string{"../../etc/passwd", `C:\a.doc`, "con", "a\u202ecod.exe", "...", " a .", strings.Repeat("长", 300) + ".doc", "a\x00/", "LPT1.txt", "a/", strings.Repeat("\"", 500), "con" + strings.Repeat(" ", 300) + ".txt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safeName(s)
		if again := safeName(got); again != got {
			t.Errorf("%q gives %q, and that %q", s, got, again)
		}
		if !utf8.ValidString(got) || len(got) > maxName || strings.ContainsAny(got, "<>:\"/\\|?*\x00\n\u202e") || got == "." || got == ".." || reserved(got) {
			t.Errorf("%q gives the unsafe %q", s, got)
		}
	})
}

func FuzzDSN(f *testing.F) {
	f.Add([]byte("Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n"))
	f.Add([]byte("Final-Recipient: a@b\nStatus: 5.1.\x80\x80"))
	f.Add([]byte("Final-Recipient: \xa7fc8"))
	f.Add([]byte("Action:\n x\n\nAction: delivered\nAction: failed"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := newWalker(Limits{})
		d := deliveryReport(w, raw)
		if d == nil {
			return
		}
		for _, s := range append([]string{d.Action, d.Status, d.Diagnostic}, d.Recipients...) {
			if !utf8.ValidString(s) {
				t.Errorf("%q in %+v", s, d)
			}
		}
		if !bytes.Contains(bytes.ToLower(raw), []byte("action")) && !bytes.Contains(bytes.ToLower(raw), []byte("recipient")) {
			t.Errorf("a report of nothing: %+v", d)
		}
	})
}
