package ooxml

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// container makes a zip of parts, in order; modify may change headers.
func container(t testing.TB, modify func(*zip.FileHeader), parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		h := &zip.FileHeader{Name: parts[i], Method: zip.Deflate}
		if modify != nil {
			modify(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, parts[i+1])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(b []byte, l Limits) (*Reader, error) { return Open(bytes.NewReader(b), int64(len(b)), l) }

func TestParts(t *testing.T) {
	x, err := open(container(t, nil, "word/document.xml", "<a>一</a>", "[Content_Types].xml", "<t/>", "word/", ""), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(x.Names()); got != "[[Content_Types].xml word/document.xml]" {
		t.Errorf("names %s", got)
	}
	if b, err := x.Bytes("Word/Document.XML"); err != nil || string(b) != "<a>一</a>" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := x.Bytes("none"); !errors.Is(err, ErrNoPart) {
		t.Errorf("a part that is not there: %v", err)
	}
	if x.Has("none") || !x.Has("[content_types].xml") {
		t.Error("Has is wrong")
	}
}

func TestHostileContainers(t *testing.T) {
	long := strings.Repeat("x", 1000)
	encrypted := container(t, nil, "a", "b")
	binary.LittleEndian.PutUint16(encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8:], 1)
	damaged := container(t, nil, "a", long)
	damaged[40] ^= 0xff
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprint("part", i), "")
	}
	tests := []struct {
		name string
		file []byte
		l    Limits
		want error
	}{
		{"empty", nil, Limits{}, ErrFormat},
		{"no zip", []byte(long), Limits{}, ErrFormat},
		{"truncated", container(t, nil, "a", long)[:60], Limits{}, ErrFormat},
		{"absolute name", container(t, nil, "/etc/passwd", "x"), Limits{}, ErrFormat},
		{"parent", container(t, nil, "a/../../b", "x"), Limits{}, ErrFormat},
		{"backslash", container(t, nil, `word\document.xml`, "x"), Limits{}, ErrFormat},
		{"drive", container(t, nil, "c:x", "x"), Limits{}, ErrFormat},
		{"no UTF-8", container(t, nil, "\xff", "x"), Limits{}, ErrFormat},
		{"empty name", container(t, nil, "", "x"), Limits{}, ErrFormat},
		{"twice", container(t, nil, "a", "1", "a", "2"), Limits{}, ErrFormat},
		{"twice but for case", container(t, nil, "a.xml", "1", "A.XML", "2"), Limits{}, ErrFormat},
		{"symbolic link", container(t, func(h *zip.FileHeader) { h.SetMode(0o777 | 1<<27) }, "a", "b"), Limits{}, ErrFormat},
		{"encrypted", encrypted, Limits{}, ErrFormat},
		{"damaged bytes", damaged, Limits{}, ErrFormat},
		{"too many entries", container(t, nil, many...), Limits{Entries: 19}, ErrLimit},
		{"large part", container(t, nil, "a", long), Limits{Part: 999}, ErrLimit},
		{"large in total", container(t, nil, "a", long, "b", long), Limits{Total: 1999}, ErrLimit},
		{"bomb", container(t, nil, "a", strings.Repeat("\x00", 8<<20)), Limits{}, ErrLimit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x, err := open(test.file, test.l)
			for _, name := range namesOf(x) {
				if err == nil {
					_, err = x.Bytes(name)
				}
			}
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func namesOf(x *Reader) []string {
	if x == nil {
		return nil
	}
	return x.Names()
}

// TestDirectoryIsNotHeld: a directory of very many entries is refused before it is in memory.
func TestDirectoryIsNotHeld(t *testing.T) {
	var parts []string
	for i := range 20_000 {
		parts = append(parts, fmt.Sprintf("%0100d", i), "")
	}
	b := container(t, nil, parts...)
	if _, err := open(b, Limits{Entries: 100}); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v", err)
	}
	got := testing.AllocsPerRun(1, func() { open(b, Limits{Entries: 100}) })
	if got > 20_000 {
		t.Errorf("%.0f allocations", got)
	}
}

func TestReaderOfContainerFails(t *testing.T) {
	b := container(t, nil, "a", "b")
	if _, err := Open(failing{}, int64(len(b)), Limits{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestHostileXML(t *testing.T) {
	tests := []struct {
		name, xml string
		want      error
	}{
		{"sound", `<?xml version="1.0" encoding="UTF-8"?><a b="1"><!-- c --><d>&amp;&#20013;</d></a>`, nil},
		{"document type", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, ErrFormat},
		{"entity", `<a>&x;</a>`, ErrFormat},
		{"not closed", `<a><b></a>`, ErrFormat},
		{"end missing", `<a><b>`, ErrFormat},
		{"other encoding", `<?xml version="1.0" encoding="GB2312"?><a/>`, ErrFormat},
		{"no UTF-8", "<a>\xff</a>", ErrFormat},
		{"control character", "<a>\x01</a>", ErrFormat},
		{"deep", strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300), ErrLimit},
		{"large", "<a>" + strings.Repeat("<b/>", 5000) + "</a>", ErrLimit},
		{"large token", "<a " + strings.Repeat("x='' ", 2500) + "/>", ErrLimit},
		{"nothing", "", ErrFormat},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x, err := open(container(t, nil, "a.xml", test.xml), Limits{Part: 20_000, Token: 3000})
			if err != nil {
				t.Fatal(err)
			}
			d, err := x.XML("a.xml")
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if _, err = d.Root(); err == nil {
				err = d.Skip()
			}
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ text, want string }{
		{"普通 text", "普通 text"},
		{`<a href="x">'&`, "&lt;a href=&#34;x&#34;&gt;&#39;&amp;"},
		{"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"},
		{"\x00\x1b\ufffe", "\ufffd\ufffd\ufffd"},
		{"\xff", "\ufffd"},
		{"😀", "😀"},
	}
	for _, test := range tests {
		if got := Escape(test.text); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
	if got, want := RunText("甲\t乙<\r\n\n 丙"), `<w:t xml:space="preserve">甲</w:t><w:tab/><w:t xml:space="preserve">乙&lt;</w:t><w:br/><w:br/><w:t xml:space="preserve"> 丙</w:t>`; got != want {
		t.Errorf("run: got %s, want %s", got, want)
	}
}

func TestWriterIsDeterministic(t *testing.T) {
	write := func() []byte {
		var b bytes.Buffer
		w := NewWriter(&b)
		for _, name := range []string{"z.xml", "a.xml"} {
			if err := w.AddText(name, "<"+strings.Repeat(name, 1000)+"/>"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.AddText("A.xml", ""); err == nil {
			t.Error("a part may be added twice")
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	a := write()
	if !bytes.Equal(a, write()) {
		t.Error("the same parts gave different bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(a), int64(len(a)))
	if err != nil {
		t.Fatal(err)
	}
	if f := z.File[0]; f.Name != "z.xml" || f.Modified.Year() != 1980 {
		t.Errorf("%s of %s", f.Name, f.Modified)
	}
	if _, err := open(a, Limits{}); err != nil {
		t.Error(err)
	}
}

func TestWriterPassesErrorsOn(t *testing.T) {
	w := NewWriter(io.Discard)
	if err := w.Add("a", func(io.Writer) error { return io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

// FuzzOpen: whatever the bytes, reading ends within the limits.
func FuzzOpen(f *testing.F) {
	f.Add(container(f, nil, "a.xml", "<a><b>1</b></a>", "b/c.xml", "<x/>"))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := Limits{Entries: 50, Part: 1 << 20, Total: 2 << 20}
		x, err := open(b, l)
		if err != nil {
			return
		}
		total := 0
		for _, name := range x.Names() {
			d, err := x.XML(name)
			if err != nil {
				continue
			}
			if _, err := d.Root(); err == nil {
				_ = d.Skip()
			}
			d.Close()
			p, _ := x.Bytes(name)
			total += len(p)
		}
		if int64(total) > l.Total || len(x.Names()) > l.Entries {
			t.Errorf("%d bytes of %d parts", total, len(x.Names()))
		}
	})
}
