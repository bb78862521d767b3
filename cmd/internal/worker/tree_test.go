package worker

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/mailbox/parse"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// Mails are taken apart to their leaves: each file with its type, size and digest, and what became of reading it. One mail is
// composed for the archives; the others are those of package parse in which something is hidden.
func TestTrees(t *testing.T) {
	r := testReader(t)
	r.Cache = prepared(t)
	for name, file := range map[string]string{
		"archives": "testdata/trees/archives.eml", "winmail": "winmail-attachments", "mail-in-mail": "nested-mail", "mail-as-file": "nested-mail-as-file", "signed": "signed-opaque",
		"sealed": "sealed", "uuencode": "uuencode-in-text", "picture-by-cid": "picture-by-cid", "picture-in-page": "picture-in-page", "stub": "alternative-stub", "partial": "partial",
		"apple-double": "apple-double", "carriage-returns": "line-ends-cr", "encrypted": "archives-encrypted", "net-disk": "link-to-net-disk", "pdf-alone": "type-pdf-at-the-top",
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.HasSuffix(file, ".eml") {
				file = filepath.Join("../../../mailbox/parse/testdata", file+".eml")
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := mailTree(t, r, raw)
			golden := "testdata/trees/" + name + ".tree"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || got != string(want) {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func mailTree(t *testing.T, r *Reader, raw []byte) string {
	t.Helper()
	m := parse.Message(bytes.NewReader(raw), int64(len(raw)), casefile.DigestOf(raw), parse.Limits{})
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", strings.Join(strings.Fields(m.Text), " "))
	for _, d := range m.Defects {
		fmt.Fprintf(&b, "! %s %s\n", d.Code, d.Detail)
	}
	for _, l := range m.Links {
		fmt.Fprintf(&b, "> %s\n", l.Where)
	}
	for _, p := range m.Parts {
		fmt.Fprintf(&b, "%d %s %q %d %s %s\n", p.Index, p.Type, p.Name, p.Size, p.Digest.Short(), p.Note)
		if !p.Attachment || parse.Opened(p.Note) || p.Type == "message/partial" {
			continue
		}
		var body bytes.Buffer
		if _, err := parse.CopyPart(&body, bytes.NewReader(raw), int64(len(raw)), p.Index, parse.Limits{}); err != nil {
			t.Fatal(err)
		}
		in := form.Input{Index: p.Index, Name: p.Name, Type: p.Type, Body: body.Bytes()}
		one := readPlain(in)
		if one.Document.Format == form.PDF || opens(in, one.Document.Format, 0) { // what a child does not read as it is
			var err error
			if one, err = r.Read(t.Context(), in, func(w io.Writer) error { _, err := w.Write(in.Body); return err }); err != nil {
				t.Fatal(err)
			}
		}
		leavesOf(&b, one, "  ")
	}
	return b.String()
}

func leavesOf(b *strings.Builder, r Reading, indent string) {
	fmt.Fprintf(b, "%s%s %s", indent, r.Document.Format, r.State)
	if r.Member > 0 {
		fmt.Fprintf(b, " %q %d %s", r.Document.Name, r.Size, r.Digest.Short())
	}
	fmt.Fprintf(b, " %s\n", r.Note)
	for _, i := range r.Inside {
		leavesOf(b, i, indent+"  ")
	}
}
