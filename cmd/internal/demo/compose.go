package demo

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/civil"
)

// account is the office's address, and the login name of its mailbox.
const account = "foi@office.example.test"

// letter is a mail before it is composed.
type letter struct {
	from, mail string // name and address; of a raw mail, too
	to         string // empty: the office
	subject    string
	charset    string // of header and text: empty is UTF-8, otherwise GBK or GB18030
	html       bool   // the text is HTML
	quoted     bool   // the text goes as quoted-printable, otherwise as base64
	text       string
	files      []file
	answers    string   // key of the mail that it answers
	header     []string // further lines of the header
	raw        string   // a mail that no composer would write: the bytes as they are
	withheld   bool     // the server lists it and never hands it out
}

type file struct {
	name, kind string
	data       []byte
}

// messageID is the Message-ID of the mail with that key.
func messageID(key string) string { return "<" + key + "@mail.example.test>" }

// compose writes the mail as a mailer does: lines end in CRLF, what is not ASCII is encoded.
func (l letter) compose(key string, at time.Time) []byte {
	if l.raw != "" {
		return []byte(strings.ReplaceAll(l.raw, "\n", "\r\n"))
	}
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	to := l.to
	if to == "" {
		to = account
	}
	line("From: %s <%s>", l.word(l.from), l.mail)
	line("To: <%s>", to)
	line("Subject: %s", l.word(l.subject))
	line("Date: %s", at.In(civil.Zone).Format(time.RFC1123Z))
	line("Message-ID: %s", messageID(key))
	if l.answers != "" {
		line("In-Reply-To: %s", messageID(l.answers))
		line("References: %s", messageID(l.answers))
	}
	for _, h := range l.header {
		line("%s", h)
	}
	line("MIME-Version: 1.0")
	if len(l.files) == 0 {
		l.body(&b)
		return b.Bytes()
	}
	boundary := "=_" + key
	line("Content-Type: multipart/mixed; boundary=%q", boundary)
	line("")
	line("--%s", boundary)
	l.body(&b)
	for _, f := range l.files {
		line("\r\n--%s", boundary)
		line("Content-Type: %s; name=\"%s\"", f.kind, l.word(f.name))
		line("Content-Disposition: attachment; filename=\"%s\"", l.word(f.name)) // not RFC 2231, but what Coremail and Foxmail write
		line("Content-Transfer-Encoding: base64\r\n")
		b.WriteString(wrapped(f.data))
	}
	line("\r\n--%s--", boundary)
	return b.Bytes()
}

// body writes the header and content of the text.
func (l letter) body(b *bytes.Buffer) {
	kind, charset := "plain", l.charset
	if l.html {
		kind = "html"
	}
	if charset == "" {
		charset = "UTF-8"
	}
	data := encoded(l.charset, strings.ReplaceAll(l.text, "\n", "\r\n"))
	fmt.Fprintf(b, "Content-Type: text/%s; charset=%s\r\n", kind, charset)
	if l.quoted {
		b.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
		w := quotedprintable.NewWriter(b) // writing to a buffer does not fail
		w.Write(data)
		w.Close()
		return
	}
	b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n" + wrapped(data))
}

// word encodes header text (RFC 2047) in the letter's character set.
func (l letter) word(s string) string {
	if l.charset == "" {
		return mime.BEncoding.Encode("UTF-8", s)
	}
	var words []string
	for part := range chunks(s, 12) { // an encoded word has at most 75 characters
		words = append(words, "=?"+l.charset+"?B?"+base64.StdEncoding.EncodeToString(encoded(l.charset, part))+"?=")
	}
	return strings.Join(words, "\r\n ")
}

func chunks(s string, n int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for r := []rune(s); len(r) > 0; {
			k := min(n, len(r))
			if !yield(string(r[:k])) {
				return
			}
			r = r[k:]
		}
	}
}

// encoded returns s in a character set of the letters above; they hold nothing that it lacks.
func encoded(charset, s string) []byte {
	encoding := simplifiedchinese.GBK
	switch charset {
	case "":
		return []byte(s)
	case "GB18030":
		encoding = simplifiedchinese.GB18030
	}
	out, err := encoding.NewEncoder().String(s)
	if err != nil {
		panic(fmt.Sprintf("demo: %s cannot write %q: %v", charset, s, err))
	}
	return []byte(out)
}

func wrapped(data []byte) string {
	var b strings.Builder
	for s := base64.StdEncoding.EncodeToString(data); len(s) > 0; {
		n := min(76, len(s))
		b.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return b.String()
}

// docx is the smallest Word document with these paragraphs.
func docx(paragraphs ...string) []byte {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	var body strings.Builder
	for _, p := range paragraphs {
		body.WriteString("<w:p><w:r><w:t>" + p + "</w:t></w:r></w:p>")
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b) // writing to a buffer does not fail
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`},
	} {
		if w, err := z.Create(part[0]); err == nil {
			w.Write([]byte(head + part[1]))
		}
	}
	z.Close()
	return b.Bytes()
}

// scan is a grey picture, as of a copied document.
func scan() []byte {
	m := image.NewGray(image.Rect(0, 0, 64, 40))
	for i := range m.Pix {
		m.Pix[i] = uint8(200 + i%50)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // writing to a buffer does not fail
	}
	return b.Bytes()
}
