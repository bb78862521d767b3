package worker

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"testing"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker/unpack"
)

// Whatever a picture or a PDF is made of, the child that draws a page answers with a state, and with a PNG within its
// bounds or with none.
func FuzzPage(f *testing.F) {
	l := pdfiumHere(f)
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		f.Fatal(err)
	}
	f.Add(small.Bytes(), 1)
	f.Add([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), 1)
	f.Add(unembedded(), 1)
	f.Add(rawPDF("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 9 >>"), 7)
	f.Fuzz(func(t *testing.T, body []byte, page int) {
		in := form.Input{Name: "a", Body: body}
		library := l
		if form.Sniff(in) != form.PDF {
			library = nil
		}
		var out, picture bytes.Buffer
		if err := showPage(library, in, page, page&3, &out, &picture); err != nil {
			t.Fatal(err)
		}
		var p Page
		if err := json.Unmarshal(out.Bytes(), &p); err != nil || p.State.Label() == "" {
			t.Fatalf("%s: %v", out.Bytes(), err)
		}
		if picture.Len() > MaxPicture || (picture.Len() > 0) != (p.State == Read) {
			t.Errorf("%s with %d bytes of picture", p.State, picture.Len())
		}
		if picture.Len() > 0 {
			if _, err := png.DecodeConfig(&picture); err != nil {
				t.Error(err)
			}
		}
	})
}

// A mail that lies in an archive is taken apart as an archive is: what its child says is what the parent reads, and
// no more files come out than are allowed.
func FuzzMailInside(f *testing.F) {
	f.Add([]byte("Subject: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nb\r\n--x\r\nContent-Disposition: attachment; filename=\"../c\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ\r\n--x--\r\n"))
	f.Add([]byte("From: a\n\nbegin 644 b\n#86)C\n`\nend\n"))
	f.Add([]byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var out bytes.Buffer
		if err := unpackTo(&out, form.Input{Name: "a.eml", Type: "message/rfc822", Body: body}); err != nil {
			t.Fatal(err)
		}
		all, end, err := readFrames(&out, func(int, string) io.Writer { return io.Discard })
		if err != nil || !end.Last || len(all) > unpack.MaxMembers {
			t.Errorf("%d files, %+v, %v", len(all), end, err)
		}
	})
}

// What tesseract's process says is believed as little as a file: blocks come of it, or none.
func FuzzRecognised(f *testing.F) {
	f.Add([]byte(`[{"page":1,"size":{"X":9,"Y":9},"dots":2.7,"words":["5\t1\t1\t1\t1\t1\t1\t1\t9\t9\t90\t申请\n","5\t1\t1\t1\t1\t2\t1\t1\t9\t9\t90\t公开\n"],"cells":[{"box":{"Min":{"X":0,"Y":0},"Max":{"X":9,"Y":9}},"stacked":3}]}]`))
	f.Add([]byte(`[{}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var out bytes.Buffer
		if err := understandTo(&out, form.Input{Name: "a.jpg", Body: body}); err != nil {
			return
		}
		var u transcript
		if err := json.Unmarshal(out.Bytes(), &u); err != nil {
			t.Fatal(err)
		}
		form.Propose([]form.Document{{Blocks: u.Blocks}}, form.Header{})
	})
}
