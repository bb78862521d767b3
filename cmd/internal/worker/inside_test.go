package worker

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
)

func archive(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		method := zip.Deflate
		if strings.HasSuffix(files[i], ".docx") {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tree is a reading in words.
func tree(r Reading) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s%s\n", r.Document.Name, r.State, r.Note)
	for _, i := range r.Inside {
		b.WriteString(tree(i))
	}
	return b.String()
}

func TestArchive(t *testing.T) {
	const text = "申请人：张三\n"
	const mail = "From: <a@example.test>\r\nSubject: =?utf-8?B?55Sz6K+3?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n申请人：赵六\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename*=utf-8''%E9%99%84.txt\r\n\r\n说明\n\r\n--x--\r\n"
	docx := archive(t, "[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>申请人：李四</w:t></w:r></w:p></w:body></w:document>`)
	body := archive(t, "材料/申请表.txt", text, "申请表.docx", docx, "里.zip", archive(t, "二.zip", archive(t, "三.zip", archive(t, "a.txt", "x"))),
		"转发.eml", mail, "身份证.jpg", "\xff\xd8\xff\xe0", "a.exe", "MZ\x00", "form.pdf", string(writePDF("", new(pdfPage).text(72, 700, "申请人：王五"))))
	r := testReader(t)
	r.Cache = prepared(t)
	got, err := r.read(t.Context(), form.Input{Index: 3, Name: "材料.zip", Body: []byte(body)})
	const want = `材料.zip: opened
材料.zip/材料/申请表.txt: read
材料.zip/申请表.docx: read
材料.zip/里.zip: opened
材料.zip/里.zip/二.zip: unread
材料.zip/转发.eml: opened
材料.zip/转发.eml/正文.txt: read
材料.zip/转发.eml/附.txt: read
材料.zip/身份证.jpg: scan
材料.zip/a.exe: unread
材料.zip/form.pdf: read
`
	if err != nil || tree(got) != want {
		t.Fatalf("%v, got\n%s\nwant\n%s", err, tree(got), want)
	}
	first := got.Inside[0]
	if first.Document.Part != 3 || first.Member != 1 || first.Size != int64(len(text)) || first.Digest != casefile.DigestOf([]byte(text)) || len(first.Document.Blocks) == 0 {
		t.Errorf("the first file: %+v", first)
	}
	// The files themselves, for whoever wants to see or save them: also out of an archive within, and of a mail.
	for name, want := range map[string]string{"材料/申请表.txt": text, "二.zip": "", "附.txt": "说明\n"} {
		member := find(got, name)
		name, inside, err := testReader(t).Inside(t.Context(), form.Input{Name: "材料.zip"}, func(w io.Writer) error { _, err := io.WriteString(w, body); return err }, member.Digest)
		if err != nil || want != "" && string(inside) != want || casefile.DigestOf(inside) != member.Digest {
			t.Errorf("%s: %q, %v", name, inside, err)
		}
	}
	if _, _, err := testReader(t).Inside(t.Context(), form.Input{Name: "材料.zip"}, func(w io.Writer) error { _, err := io.WriteString(w, body); return err }, casefile.Digest{1}); !errors.Is(err, ErrNotInside) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// find is the reading of a file somewhere in an archive.
func find(r Reading, name string) Reading {
	for _, i := range r.Inside {
		if strings.HasSuffix(i.Document.Name, "/"+name) {
			return i
		}
		if in := find(i, name); in.Document.Name != "" {
			return in
		}
	}
	return Reading{}
}

func TestArchivesThatAreNotOpened(t *testing.T) {
	locked := []byte(archive(t, "a.txt", "x"))
	for _, mark := range []string{"PK\x03\x04", "PK\x01\x02"} {
		at := bytes.Index(locked, []byte(mark)) + 6
		if mark == "PK\x01\x02" {
			at += 2
		}
		locked[at] |= 1
	}
	var many []string
	for i := range mostInside + 2 {
		many = append(many, fmt.Sprintf("%d.jpg", i), "\xff\xd8\xff\xe0")
	}
	for _, tc := range []struct {
		name string
		body string
		want string // the beginning of the tree
	}{
		{"a password", string(locked), "a: encrypted\na/a.txt: encrypted\n"},
		{"nothing inside", archive(t), "a: empty压缩包是空的\n"},
		{"cut", archive(t, "a.txt", strings.Repeat("x", 1000))[:60], "a: damaged\n"},
		{"a dictionary of 4 GB", lzma7z(0xf0000000), "a: "},
	} {
		got, err := testReader(t).read(t.Context(), form.Input{Name: "a", Body: []byte(tc.body)})
		if err != nil || !strings.HasPrefix(tree(got), tc.want) {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", tc.name, err, tree(got), tc.want)
		}
		t.Logf("%s: %s %s", tc.name, tree(got), got.Complaint)
	}
	got, err := testReader(t).read(t.Context(), form.Input{Name: "a", Body: []byte(archive(t, many...))})
	if err != nil || len(got.Inside) != mostInside+2 || got.Inside[mostInside].State != Unread || got.Inside[mostInside-1].State != Scan {
		t.Errorf("many files: %v, %d inside", err, len(got.Inside))
	}
}

// lzma7z is a .7z whose one file asks for a dictionary of so many bytes.
func lzma7z(dictionary uint32) string {
	packed := []byte{0, 0, 0, 0, 0, 0, 0, 0}
	coder := binary.LittleEndian.AppendUint32([]byte{0x23, 3, 1, 1, 5, 0x5d}, dictionary)
	h := append([]byte{1, 4, 6, 0, 1, 9, byte(len(packed)), 0, 7, 0x0b, 1, 0, 1}, coder...)
	h = append(h, 0x0c, 0x64, 0, 0, 5, 1, 0x11, 5, 0, 'a', 0, 0, 0, 0, 0)
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(h)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(h))
	out := append([]byte("7z\xbc\xaf'\x1c\x00\x04"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start))...)
	return string(append(append(append(out, start...), packed...), h...))
}

// A parent believes nothing that an unpacking child says.
func TestFramesAreNotBelieved(t *testing.T) {
	huge := "{}\n{\"name\":\"a\"}\n" + strings.Repeat("\x7f\xff\xff\xff"+strings.Repeat("x", 100), 3)
	for name, said := range map[string]string{
		"nothing": "", "no line": strings.Repeat("x", 100_000), "no JSON": "{}\nx\n", "cut": "{}\n{\"name\":\"a\"}\n\x00\x00\x00\x05ab",
		"a huge piece": huge, "too many": strings.Repeat("{}\n{\"name\":\"a\"}\n\x00\x00\x00\x00{}\n", 1000),
	} {
		if all, _, err := readFrames(strings.NewReader(said), func(int, string) io.Writer { return io.Discard }); err == nil || len(all) > 200 {
			t.Errorf("%s: %d files, %v", name, len(all), err)
		}
	}
	r := testReader(t)
	r.argv = []string{"hostile", "flood"}
	file, _, err := r.stage(form.Input{}, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, _, err := r.unpack(context.Background(), file, func(int, string) io.Writer { return io.Discard }); err == nil {
		t.Error("a child that floods its parent unpacks")
	}
}
