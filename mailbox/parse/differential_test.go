package parse

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
)

var generated = flag.Int("mails", 40, "how many mails the differential test generates")

// leaf is what two readers of one mail can be compared by.
type leaf struct{ name, digest string }

// Generated mails, each read by this package and by the standard library's readers: every leaf must
// have the same bytes under the same name, in the same order, and the text must be the one that was written.
func TestDifferential(t *testing.T) {
	for seed := range *generated {
		g := &generator{rnd: rand.New(rand.NewPCG(uint64(seed), 15))}
		raw := g.mail()
		want, err := leaves(raw)
		if err != nil {
			t.Fatalf("seed %d: the other reader: %v", seed, err)
		}
		m := read(raw, Limits{})
		var got []leaf
		for _, p := range m.Parts {
			got = append(got, leaf{p.Name, p.Digest.String()})
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d leaves, want %d\ngot  %v\nwant %v\ndefects %v", seed, len(got), len(want), got, want, m.Defects)
		}
		if squeezed(m.Text) != squeezed(g.text) {
			t.Fatalf("seed %d: text of %d bytes, want %d; defects %v", seed, len(m.Text), len(g.text), m.Defects)
		}
		for _, d := range m.Defects {
			if !slices.Contains([]string{DefectBase64Junk, DefectBase64End, DefectText}, d.Code) {
				t.Fatalf("seed %d: %+v", seed, d)
			}
		}
	}
}

// generator writes mails as programs do, with everything random that must not matter.
type generator struct {
	rnd  *rand.Rand
	text string // what a person reads
	n    int
}

func (g *generator) mail() []byte {
	var b bytes.Buffer
	for range g.rnd.IntN(60) { // where the buffer ends in what follows
		fmt.Fprintf(&b, "X-Pad: %s\r\n", strings.Repeat("p", g.rnd.IntN(70)))
	}
	b.WriteString("From: a@example.test\r\nMIME-Version: 1.0\r\n")
	g.entity(&b, 0)
	return b.Bytes()
}

func (g *generator) entity(b *bytes.Buffer, depth int) {
	g.n++
	switch k := g.rnd.IntN(10); {
	case depth < 3 && k < 6-2*depth:
		boundary := fmt.Sprintf("=_%d_%d", g.n, g.rnd.Uint32())
		fmt.Fprintf(b, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", boundary)
		for range 1 + g.rnd.IntN(4) {
			fmt.Fprintf(b, "--%s\r\n", boundary)
			g.entity(b, depth+1)
			b.WriteString("\r\n")
		}
		fmt.Fprintf(b, "--%s--\r\n", boundary)
	case k < 8:
		body := make([]byte, g.size())
		for i := range body {
			body[i] = byte(g.rnd.Uint32())
		}
		name := fmt.Sprintf("附件%d.bin", g.n)
		fmt.Fprintf(b, "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''%s\r\n", escapeName(name))
		g.encoded(b, body)
	default:
		line := "我申请公开某文件的全部内容。\r\n"
		text := strings.Repeat(line, 1+g.size()/2/len(line))
		body, charset := []byte(text), "utf-8"
		if g.rnd.IntN(2) == 0 {
			body, _ = simplifiedchinese.GB18030.NewEncoder().Bytes(body)
			charset = "GB18030"
		}
		g.text += text
		fmt.Fprintf(b, "Content-Type: text/plain; charset=%s\r\n", charset)
		if g.rnd.IntN(3) > 0 {
			g.encoded(b, body)
			return
		}
		b.WriteString("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
		w := quotedprintable.NewWriter(b)
		w.Write(body)
		w.Close()
	}
}

// size is spread evenly over the orders of magnitude up to 1 MB.
func (g *generator) size() int { return int(math.Pow(10, 6*g.rnd.Float64())) }

// encoded writes base64 in lines of one random length, or of many, with what RFC 2045, section 6.8,
// asks a reader to overlook.
func (g *generator) encoded(b *bytes.Buffer, body []byte) {
	b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
	enc := base64.StdEncoding.EncodeToString(body)
	if g.rnd.IntN(5) == 0 {
		enc = strings.TrimRight(enc, "=")
	}
	width := []int{76, 72, 64, 60, 998, 0, 4 * (1 + g.rnd.IntN(10_000)), 8 + g.rnd.IntN(40_000)}[g.rnd.IntN(8)]
	foreign := []string{"", "", "", " ", "\t", "!", "\r\n"}[g.rnd.IntN(7)]
	vary := g.rnd.IntN(6) == 0
	for enc != "" {
		n := len(enc)
		if width > 0 {
			n = min(n, width)
		}
		if vary {
			n = min(n, 8+g.rnd.IntN(n+1))
		}
		line := enc[:n]
		enc = enc[n:]
		if k := n / 2; n > 20 && (foreign != "!" || n > 40) {
			line = line[:k] + foreign + line[k:]
		}
		b.WriteString(line + "\r\n")
		if foreign == "\r\n" && g.rnd.IntN(8) == 0 && enc != "" {
			b.WriteString("\r\n")
		}
	}
}

func escapeName(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// leaves reads a mail with the standard library, whose base64 is told to overlook what is foreign.
func leaves(raw []byte) (all []leaf, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var walk func(get func(string) string, body io.Reader) error
	walk = func(get func(string) string, body io.Reader) error {
		mediaType, params, err := mime.ParseMediaType(get("Content-Type"))
		if err != nil {
			return err
		}
		if strings.HasPrefix(mediaType, "multipart/") {
			r := multipart.NewReader(body, params["boundary"])
			for {
				p, err := r.NextRawPart()
				if err == io.EOF {
					return nil
				}
				if err == nil {
					err = walk(p.Header.Get, p)
				}
				if err != nil {
					return err
				}
			}
		}
		if get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(body)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		if get("Content-Transfer-Encoding") == "base64" {
			content = bytes.Map(func(r rune) rune {
				if r < 0x80 && inBase64(byte(r)) {
					return r
				}
				return -1
			}, content)
			if content, err = base64.RawStdEncoding.DecodeString(string(content)); err != nil {
				return err
			}
		}
		_, dp, _ := mime.ParseMediaType(get("Content-Disposition"))
		all = append(all, leaf{dp["filename"], casefile.DigestOf(content).String()})
		return nil
	}
	return all, walk(m.Header.Get, m.Body)
}
