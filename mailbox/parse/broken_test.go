package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// once panics at the first reading that reaches an offset and goes on afterwards, as a fault in the
// reading of one part would.
type once struct {
	raw   []byte
	at    int64
	armed bool
}

func (o *once) ReadAt(b []byte, at int64) (int, error) {
	if o.armed && at+int64(len(b)) > o.at {
		if at >= o.at {
			o.armed = false
			panic("injected")
		}
		b = b[:o.at-at]
	}
	return bytes.NewReader(o.raw).ReadAt(b, at)
}

// A part whose reading breaks off costs that part: what stands before and behind it is read.
func TestPartThatFailsDoesNotEndTheMail(t *testing.T) {
	big := strings.Repeat("QUJD", 20_000)
	for _, inner := range []string{
		"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + big + "\r\n",
		"Content-Type: text/plain\r\n\r\n" + big + "\r\n",
		"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + big + "\r\n",
		"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\n" + big + "\r\n--i--\r\n",
	} {
		raw := []byte("From: a@example.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbefore\r\n--b\r\n" + inner +
			"--b\r\nContent-Type: text/plain; name=form.txt\r\n\r\nbehind\r\n--b--\r\n")
		m := Message(&once{raw, 40_000, true}, int64(len(raw)), casefile.DigestOf(raw), Limits{})
		last := m.Parts[len(m.Parts)-1]
		if len(m.Parts) < 3 || last.Name != "form.txt" || last.Size != 6 || !strings.HasPrefix(m.Text, "before") {
			t.Errorf("%.60q: text %.20q, parts %+v", inner, m.Text, m.Parts)
		}
		if len(m.Defects) != 1 || m.Defects[0].Code != DefectPanic || m.Defects[0].Where == "" {
			t.Errorf("%.60q: defects %+v", inner, m.Defects)
		}
		for index := range m.Parts {
			var out bytes.Buffer
			_, err := CopyPart(&out, &once{raw, 40_000, true}, int64(len(raw)), index, Limits{})
			if broken := index > 0 && index < last.Index; (err != nil) != broken || index == last.Index && out.String() != "behind" {
				t.Errorf("%.60q: part %d copied as %.20q with %v", inner, index, out.String(), err)
			}
		}
	}
}

func TestPartThatCannotBeReadIsAnErrorOfItsOwn(t *testing.T) {
	raw := mailWith([]byte("text"), bytes.Repeat([]byte("file"), 20_000))
	for name, src := range map[string]io.ReaderAt{
		"panic": &once{raw, 40_000, true},
		"disk":  failing{raw, 40_000, func() error { return fmt.Errorf("disk") }},
	} {
		_, err := CopyPart(io.Discard, src, int64(len(raw)), 1, Limits{})
		if got, want := errors.Is(err, ErrBroken), name == "panic"; err == nil || got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The rule above the footer of a scanner is no base64 in the URL-safe alphabet, nor is what stands behind the padding.
func TestRulesBelowBase64(t *testing.T) {
	const safe = "-_-_QUJDREVG-_-_QUJDREVGR0hJSktM"
	for body, want := range map[string]string{
		"QUJDREVG\r\n" + strings.Repeat("-", 24):     "ABCDEF",
		"QUJDREVG\r\n" + strings.Repeat("_", 72):     "ABCDEF",
		"QUJDREVG\r\n\r\n" + strings.Repeat("-", 64): "ABCDEF",
		"QUJDREVG\r\n" + strings.Repeat("-_", 20):    "ABCDEF",
		"QUJDREVGQUI=\r\n" + strings.Repeat("-", 32): "ABCDEFAB",
		"QUJDREVGQUI=\r\n" + safe:                    "ABCDEFAB",
		"QUJDREVG\r\n" + safe:                        "ABCDEF\xfb\xff\xbfABCDEF\xfb\xff\xbfABCDEFGHIJKL",
	} {
		raw := []byte("From: a@example.test\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body + "\r\n")
		var out bytes.Buffer
		if _, err := CopyPart(&out, bytes.NewReader(raw), int64(len(raw)), 0, Limits{}); err != nil || out.String() != want {
			t.Errorf("%q: %q, %v", body, out.String(), err)
		}
	}
}
