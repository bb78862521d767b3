package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/cmd/internal/worker/unpack"
)

// listing is a Sink that says what came: name, bytes or their number, state.
type listing struct {
	names []string
	lines []string
	body  bytes.Buffer
	total int
}

func (l *listing) Begin(m unpack.Member) error {
	l.names = append(l.names, m.Name)
	l.body.Reset()
	return nil
}
func (l *listing) Write(b []byte) (int, error) {
	l.total += len(b)
	if l.body.Len() < 100 {
		l.body.Write(b)
	}
	return len(b), nil
}
func (l *listing) End(s unpack.State) error {
	l.lines = append(l.lines, fmt.Sprintf("%s=%.20s %s", l.names[len(l.names)-1], l.body.String(), s))
	return nil
}

func list(body []byte) (string, error) {
	var l listing
	err := unpack.All(body, &l)
	return strings.Join(l.lines, "|"), err
}

func zipOf(change func(*zip.FileHeader), files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) }) // bombs are made, too
	for i := 0; i+1 < len(files); i += 2 {
		h := &zip.FileHeader{Name: files[i], Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		io.WriteString(f, files[i+1])
	}
	w.Close()
	return b.Bytes()
}

func gbk(s string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func TestNames(t *testing.T) {
	unicodePath := func(h *zip.FileHeader) {
		h.NonUTF8 = true
		name := "申请表.txt"
		v := binary.LittleEndian.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(h.Name)))
		v = append(v, name...)
		h.Extra = binary.LittleEndian.AppendUint16([]byte{0x75, 0x70}, uint16(len(v)))
		h.Extra = append(h.Extra, v...)
	}
	raw := func(h *zip.FileHeader) { h.NonUTF8 = true }
	for _, tc := range []struct {
		name string
		body []byte
		want string
	}{
		{"flagged UTF-8", zipOf(nil, "申请表.txt", "a"), "申请表.txt=a "},
		{"GBK, as Windows writes it", zipOf(raw, gbk("材料/申请表.txt"), "a"), "材料/申请表.txt=a "},
		{"GB18030 of four bytes", zipOf(raw, gbk("𠮷.txt"), "a"), "𠮷.txt=a "},
		{"UTF-8 without the flag", zipOf(raw, "申请表.txt", "a"), "申请表.txt=a "},
		{"the path in a field of its own", zipOf(unicodePath, "?.txt", "a"), "申请表.txt=a "},
		{"ways up", zipOf(nil, "../../etc/a", "a", "/abs", "b", `C:\x\b`, "c", "a/./b", "d"), "etc/a=a |abs=b |x/b=c |a/b=d "},
		{"what turns text around", zipOf(nil, "a\u202excod.exe\x1b", "a"), "axcod.exe=a "},
		{"a long one, cut in the middle of dots", zipOf(nil, strings.Repeat("x", 395)+"/...."+strings.Repeat("y", 30), "a"), strings.Repeat("x", 395) + "=a "},
		{"folders", zipOf(nil, "d/", "", "d/a", "x"), "d/a=x "},
		{"nothing", zipOf(nil), ""},
	} {
		if got, err := list(tc.body); got != tc.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", tc.name, got, err, tc.want)
		}
	}
}

// rar5 is an archive of stored files.
func rar5(fileFlags uint64, files ...string) []byte {
	out := []byte("Rar!\x1a\x07\x01\x00")
	block := func(header, data []byte) {
		header = append(binary.AppendUvarint(nil, uint64(len(header))), header...)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
		out = append(append(out, header...), data...)
	}
	block([]byte{1, 0, 0}, nil)
	for i := 0; i+1 < len(files); i += 2 {
		name, data := files[i], []byte(files[i+1])
		h := []byte{2, 2} // a file, with data
		h = binary.AppendUvarint(h, uint64(len(data)))
		h = binary.AppendUvarint(h, 4|fileFlags) // a checksum
		h = binary.AppendUvarint(h, uint64(len(data)))
		h = binary.AppendUvarint(h, 0)
		h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(data))
		h = append(h, 0, 1) // stored, Unix
		h = append(binary.AppendUvarint(h, uint64(len(name))), name...)
		block(h, data)
	}
	block([]byte{5, 0, 0}, nil)
	return out
}

// sevenZip is an archive of one file under a coder with properties, without a checksum.
func sevenZip(name string, packed []byte, size int, coder ...byte) []byte {
	return sevenZipOf(name, packed, size, 0, coder...)
}

// sevenZipOf is one with a checksum; 0: without.
func sevenZipOf(name string, packed []byte, size int, sum uint32, coder ...byte) []byte {
	h := []byte{0x01, 0x04, 0x06, 0, 1, 0x09} // header, streams, one packed at 0 of size
	h = append(h, number(len(packed))...)
	h = append(h, 0, 0x07, 0x0b, 1, 0, 1) // one folder of one coder
	h = append(h, coder...)
	h = append(h, 0x0c)
	h = append(h, number(size)...)
	h = append(h, 0)
	if sum != 0 {
		h = append(binary.LittleEndian.AppendUint32(append(h, 0x08, 0x0a, 1), sum), 0)
	}
	h = append(h, 0, 0x05, 1, 0x11) // end of streams; one file, with its name
	utf16 := []byte{0}
	for _, r := range name {
		utf16 = append(utf16, byte(r), byte(r>>8))
	}
	utf16 = append(utf16, 0, 0)
	h = append(append(h, number(len(utf16))...), utf16...)
	h = append(h, 0, 0)
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(h)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(h))
	out := append([]byte("7z\xbc\xaf'\x1c\x00\x04"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start))...)
	return append(append(append(out, start...), packed...), h...)
}

func number(n int) []byte {
	return append([]byte{0xff}, binary.LittleEndian.AppendUint64(nil, uint64(n))...)
}

func tarOf(files ...string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644})
		io.WriteString(w, files[i+1])
	}
	w.WriteHeader(&tar.Header{Name: "link", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink})
	w.Close()
	return b.Bytes()
}

func gzipped(name string, body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic(err)
	}
	w.Name = name
	w.Write(body)
	w.Close()
	return b.Bytes()
}

func TestKinds(t *testing.T) {
	for _, tc := range []struct {
		name string
		body []byte
		want string
	}{
		{"rar", rar5(0, "材料/申请表.txt", "abc", "b", ""), "材料/申请表.txt=abc |b= "},
		{"7z", sevenZip("申请表.txt", []byte("abc"), 3, 0x01, 0x00), "申请表.txt=abc "},
		{"7z with its checksum", sevenZipOf("申请表.txt", []byte("abc"), 3, crc32.ChecksumIEEE([]byte("abc")), 0x01, 0x00), "申请表.txt=abc "},
		{"7z with another's", sevenZipOf("申请表.txt", []byte("abd"), 3, crc32.ChecksumIEEE([]byte("abc")), 0x01, 0x00), "申请表.txt=abd damaged"},
		{"7z with less in it than it says", sevenZip("申请表.txt", []byte("ab"), 3, 0x01, 0x00), "申请表.txt=ab damaged"},
		{"tar", tarOf("申请表.txt", "abc"), "申请表.txt=abc "},
		{"tar.gz", gzipped("", tarOf("a/b.txt", "abc")), "a/b.txt=abc "},
		{"gz", gzipped("a.txt", []byte("abc")), "a.txt=abc "},
		{"zip with a password", zipOf(func(h *zip.FileHeader) { h.Flags |= 1 }, "a", "x"), "a= encrypted"},
		{"zip in an unknown way", bytes.ReplaceAll(zipOf(nil, "a", "x"), []byte("\x08\x00\x08\x00"), []byte("\x08\x00\x63\x00")), "a= unknown"},
	} {
		if !unpack.Is(tc.body) {
			t.Errorf("%s: not taken for an archive", tc.name)
		}
		if got, err := list(tc.body); got != tc.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", tc.name, got, err, tc.want)
		}
	}
}

// What is made to fill the disk or the memory ends at a limit.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	big := zipOf(nil, "a", strings.Repeat(zeros, 40), "b", "x")
	many := make([]string, 0, 1000)
	for i := range 300 {
		many = append(many, fmt.Sprint(i), "x")
	}
	var all []string
	for i := range 5 {
		all = append(all, fmt.Sprint(i), strings.Repeat(zeros, 30))
	}
	for _, tc := range []struct {
		name  string
		body  []byte
		end   string // of the listing
		state unpack.State
	}{
		{"a large file", big, "a=" + zeros[:20] + " too-large|b=x ", unpack.Whole},
		{"all together", zipOf(nil, all...), "4= too-large", unpack.Whole},
		{"many files", zipOf(nil, many...), "199=x ", unpack.Damaged},
		{"a large file, packed alone", gzipped("a", []byte(strings.Repeat(zeros, 40))), "a=" + zeros[:20] + " too-large", unpack.Whole},
		{"cut", rar5(0, "a", "abc")[:40], "", unpack.Damaged},
		{"7z with files and no streams, on which the library panics", []byte("7z\xbc\xaf'\x1c00\x88\xa3G(\x03\x00\x00\x00\x00\x00\x00\x006\x00\x00\x00\x00\x00\x00\x00z\xc4\xc7X000\x01\x04\x00\x050\x00\x00"), "", unpack.Damaged},
		{"cut 7z", sevenZip("a", []byte("abc"), 3, 0x01, 0x00)[:40], "", unpack.Damaged},
	} {
		var l listing
		err := unpack.All(tc.body, &l)
		if got := strings.Join(l.lines, "|"); !strings.HasSuffix(got, tc.end) || l.total > unpack.MaxTotal || unpack.StateOf(err) != tc.state {
			t.Errorf("%s: %d bytes out, %d files, the last %.80q; %v is %q, want %.80q and %q", tc.name, l.total, len(l.lines), got[max(0, len(got)-80):], err, unpack.StateOf(err), tc.end, tc.state)
		}
		if tc.name == "many files" && !errors.Is(err, unpack.ErrMore) {
			t.Errorf("many files: %v", err)
		}
	}
}

// broken is a Sink in which the first file panics, as a library may over its bytes.
type broken struct{ listing }

func (b *broken) Write(p []byte) (int, error) {
	if len(b.lines) == 0 {
		panic("injected")
	}
	return b.listing.Write(p)
}

// A file over which a library panics ends as a damaged one, and those behind it come out.
func TestPanicOverOneFile(t *testing.T) {
	var l broken
	if err := unpack.All(zipOf(nil, "a", "x", "b", "y"), &l); err != nil || strings.Join(l.lines, "|") != "a= damaged|b=y " {
		t.Errorf("%q, %v", l.lines, err)
	}
}

func FuzzAll(f *testing.F) {
	f.Add(zipOf(nil, "申请表.txt", "a", "b", strings.Repeat("x", 1000)))
	f.Add(rar5(0, "a", "abc"))
	f.Add(sevenZip("a", []byte("abc"), 3, 0x01, 0x00))
	f.Add(gzipped("", tarOf("a", "b")))
	f.Add(tarOf("a", "b"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var l listing
		err := unpack.All(body, &l)
		if unpack.StateOf(err); l.total > unpack.MaxTotal+unpack.MaxMember || len(l.lines) > unpack.MaxMembers {
			t.Errorf("%d bytes, %d files", l.total, len(l.lines))
		}
		for _, name := range l.names {
			hidden := strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
			if hidden || !utf8.ValidString(name) || len(name) > 400 || strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..") {
				t.Errorf("a name that is none: %q", name)
			}
		}
	})
}
