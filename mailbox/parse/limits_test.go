package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// repeat is a mail too large to be held: head, then unit again and again up to size, then tail. It
// counts what is read of it: work is linear when each byte is read once.
type repeat struct {
	head, unit, tail string
	size             int64
	read             int64
}

func (r *repeat) ReadAt(b []byte, at int64) (int, error) {
	if at >= r.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), r.size-at))
	for i := 0; i < n; {
		pos := at + int64(i)
		end := r.size - int64(len(r.tail))
		switch {
		case pos < int64(len(r.head)):
			i += copy(b[i:n], r.head[pos:])
		case pos >= end:
			i += copy(b[i:n], r.tail[pos-end:])
		default:
			k := (pos - int64(len(r.head))) % int64(len(r.unit))
			i += copy(b[i:min(int64(n), int64(i)+end-pos)], r.unit[k:])
		}
	}
	r.read += int64(n)
	return n, nil
}

func has(m casefile.Message, code string) bool {
	for _, d := range m.Defects {
		if d.Code == code {
			return true
		}
	}
	return false
}

func TestLimits(t *testing.T) {
	const top = "From: zhangsan@example.test\r\nSubject: x\r\n"
	deep := func(n int) string {
		var b strings.Builder
		b.WriteString(top)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String() + "Content-Type: text/plain\r\n\r\ninnermost\r\n"
	}
	base := repeat{head: top + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"}
	for _, tc := range []struct {
		name   string
		mail   repeat
		defect string
		parts  int
		alloc  uint64 // bytes at most
	}{
		{"depth 8000", repeat{head: deep(8000), size: int64(len(deep(8000)))}, DefectDepth, 1, 4 << 20},
		{"a million parts", repeat{head: base.head, unit: "--b\r\n\r\n\r\n", size: 9_000_000}, DefectParts, 500, 8 << 20},
		{"part header of 64 MB in one line", repeat{head: base.head + "--b\r\nContent-Type: text/plain; x=", unit: "xxxxxxxxxxxxxxxx", tail: "\r\n\r\nhello\r\n--b--\r\n", size: 64 << 20}, DefectHeaderLimit, 1, 4 << 20},
		{"part header of 24 MB in many lines", repeat{head: base.head + "--b\r\n", unit: "Content-Type: text/plain\r\n", tail: "\r\n\r\nhello\r\n--b--\r\n", size: 24 << 20}, DefectHeaderLimit, 1, 16 << 20},
		{"subject of 1 MB", repeat{head: "From: a@example.test\r\nSubject:", unit: " =?gbk?B?yerH6w==?=\r\n", tail: "\r\n\r\nx", size: 1 << 20}, DefectFieldLimit, 1, 64 << 20},
		{"words without an end", repeat{head: "From: a@example.test\r\nSubject: ", unit: "=?x?B?", tail: "\r\n\r\nx", size: 1 << 20}, DefectFieldLimit, 1, 64 << 20},
		{"a million addresses", repeat{head: "From: a@example.test\r\nTo: ", unit: "a,", tail: "@example.test\r\n\r\nx", size: 1 << 20}, DefectFieldLimit, 1, 64 << 20},
		{"colons after an address", repeat{head: "From: a@example.test\r\nTo: " + strings.Repeat("x", 400_000) + "@", unit: ":", tail: "\r\n\r\nx", size: 1 << 20}, "", 1, 64 << 20},
		{"references without end", repeat{head: "From: a@example.test\r\nReferences:", unit: " <1@x>", tail: "\r\n\r\nx", size: 1 << 20}, DefectFieldLimit, 1, 64 << 20},
		{"text of 20 MB", repeat{head: top + "Content-Type: text/plain\r\n\r\n", unit: "text\r\n", size: 20 << 20}, DefectText, 1, 32 << 20},
		{"page of 8 MB of open tags", repeat{head: top + "Content-Type: text/html\r\n\r\n", unit: "<table><tr><td>a", size: 8 << 20}, DefectText, 1, 64 << 20},
		{"page of comments without end", repeat{head: top + "Content-Type: text/html\r\n\r\n", unit: "<!--<a b=c", size: 4 << 20}, "", 1, 64 << 20},
		{"attachment of 24 MB", repeat{head: top + "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n", unit: strings.Repeat("QUJD", 19) + "\r\n", size: 24 << 20}, "", 1, 1 << 20},
		{"lines like delimiters", repeat{head: base.head + "--b\r\n\r\n", unit: "--\r\n--c\n", size: 4 << 20}, DefectText, 1, 16 << 20},
		{"preamble of lines like delimiters", repeat{head: base.head, unit: "--x\n", size: 4 << 20}, DefectNoParts, 1, 16 << 20},
		{"header of lines that are no fields", repeat{head: top + "Content-Type: text/plain\r\n", unit: "x\n", tail: "X-Y: z\r\n\r\nx", size: 1 << 20}, "", 1, 16 << 20},
		{"base64 among lines that are none", repeat{head: top + "Content-Transfer-Encoding: base64\r\n\r\nQUJDREVG\r\n", unit: "!\n", size: 6 << 20}, DefectBase64Junk, 1, 8 << 20},
		{"mails within each other", repeat{head: top + strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 8000), size: 280_000}, DefectDepth, 21, 16 << 20},
		{"base64 in one line of foreign characters", repeat{head: top + "Content-Transfer-Encoding: base64\r\n\r\nQUJDREVG\r\n", unit: "!!!!", size: 8 << 20}, DefectBase64Junk, 1, 8 << 20},
		{"declared base64 and plain", repeat{head: top + "Content-Transfer-Encoding: base64\r\n\r\n", unit: "申请公开\r\n", size: 16 << 20}, DefectBase64Plain, 1, 16 << 20},
		{"only equals signs", repeat{head: top + "Content-Transfer-Encoding: quoted-printable\r\n\r\n", unit: "=", size: 3 << 20}, DefectQuoted, 1, 32 << 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.mail.unit == "" {
				tc.mail.unit = "x"
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m := Message(&tc.mail, tc.mail.size, casefile.Digest{}, Limits{})
			runtime.ReadMemStats(&after)
			if len(m.Parts) != tc.parts || tc.defect != "" && !has(m, tc.defect) || len(m.From) != 1 {
				t.Errorf("from %v, %d parts, defects %v; want %d parts and %s", m.From, len(m.Parts), m.Defects, tc.parts, tc.defect)
			}
			if tc.mail.read != tc.mail.size {
				t.Errorf("read %d bytes of %d", tc.mail.read, tc.mail.size)
			}
			if m.Digest.IsZero() || len(m.Text) > 1<<20 || len(m.Subject) > 8<<10 || len(m.To) > 500 || len(m.References) > 500 {
				t.Errorf("beyond the limits: text %d, subject %d, to %d, references %d", len(m.Text), len(m.Subject), len(m.To), len(m.References))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > tc.alloc {
				t.Errorf("allocated %d KiB, want at most %d", got>>10, tc.alloc>>10)
			}
		})
	}
}

// failing breaks off behind good bytes, with an error or a panic.
type failing struct {
	raw  []byte
	good int64
	fail func() error
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at >= f.good {
		return 0, f.fail()
	}
	n := copy(b, f.raw[at:f.good])
	if n < len(b) {
		return n, f.fail()
	}
	return n, nil
}

func TestReadingThatBreaksOffKeepsWhatWasRead(t *testing.T) {
	raw := mailWith(bytes.Repeat([]byte("正文\r\n"), 10_000), []byte("file"))
	errDisk := errors.New("disk")
	for _, tc := range []struct {
		name   string
		fail   func() error
		defect string
	}{
		{"error", func() error { return errDisk }, DefectRead},
		{"file shorter than it should be", func() error { return io.EOF }, DefectRead},
		{"panic", func() error { panic("injected") }, DefectPanic},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := Message(failing{raw, 40_000, tc.fail}, int64(len(raw)), casefile.DigestOf(raw), Limits{})
			if !has(m, tc.defect) || m.Subject != "依申请公开" || len(m.Parts) != 1 || !strings.HasPrefix(m.Text, "正文\n正文") {
				t.Errorf("subject %q, parts %v, defects %v", m.Subject, m.Parts, m.Defects)
			}
		})
	}
	for _, fail := range []func() error{func() error { return errDisk }, func() error { panic("injected") }} {
		if m := Message(failing{raw, 40_000, fail}, int64(len(raw)), casefile.Digest{}, Limits{}); !m.Digest.IsZero() {
			t.Error("a digest of bytes that could not be read")
		}
	}
	_, err := CopyPart(io.Discard, failing{raw, 40_000, func() error { return errDisk }}, int64(len(raw)), 1, Limits{})
	if !errors.Is(err, errDisk) {
		t.Errorf("copying from a bad disk: %v", err)
	}
	if _, err = CopyPart(io.Discard, failing{raw, 40_000, func() error { panic("injected") }}, int64(len(raw)), 0, Limits{}); err == nil {
		t.Error("a panic while copying is no error")
	}
}

type fullDisk struct{ err error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.err }

func TestCopyPartErrors(t *testing.T) {
	raw := mailWith([]byte("text"), []byte("file"))
	for _, index := range []int{-1, 2, math.MaxInt} {
		if _, err := CopyPart(io.Discard, bytes.NewReader(raw), int64(len(raw)), index, Limits{}); !errors.Is(err, ErrNoPart) {
			t.Errorf("part %d: %v", index, err)
		}
	}
	errFull := errors.New("no space")
	if _, err := CopyPart(fullDisk{errFull}, bytes.NewReader(raw), int64(len(raw)), 1, Limits{}); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
}

func TestDefectsAreLimited(t *testing.T) {
	raw := []byte("From: a@example.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\nContent-Transfer-Encoding: none-such\r\n\r\nx\r\n", 300) + "--b--\r\n")
	m := read(raw, Limits{})
	if n := len(m.Defects); n != maxDefects+1 || m.Defects[n-1].Code != DefectDefects || len(m.Parts) != 300 {
		t.Errorf("%d defects, the last %+v; %d parts", n, m.Defects[n-1], len(m.Parts))
	}
}
