package parse

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// The corpus is mails of our own making, one for each thing that real mailers do, with what must
// be read of them beside it.
func TestCorpus(t *testing.T) {
	for _, file := range corpus(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m := read(raw, Limits{})
			checkMessage(t, raw, m)
			checkUndigested(t, raw, m)
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "\t")
			if err := enc.Encode(m); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".json"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
			}
		})
	}
}

func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) < 60 {
		t.Fatalf("corpus: %d mails, %v", len(files), err)
	}
	return files
}

// checkMessage holds for every message of whatever bytes.
func checkMessage(t tester, raw []byte, m casefile.Message) {
	t.Helper()
	if m.Digest != casefile.DigestOf(raw) || m.Size != int64(len(raw)) {
		t.Errorf("digest %v, size %d of %d bytes", m.Digest, m.Size, len(raw))
	}
	doc, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(doc) || bytes.Contains(doc, []byte(`\u0000`)) || !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject) {
		t.Errorf("not clean text: %s", doc)
	}
	for i, p := range m.Parts {
		if p.Index != i || p.Digest.IsZero() {
			t.Errorf("part %d: %+v", i, p)
		}
		if strings.ContainsAny(p.Name, "/\\\x00\n") || len(p.Name) > maxName || p.Name == ".." {
			t.Errorf("part %d: unsafe name %q", i, p.Name)
		}
		var out bytes.Buffer
		got, err := CopyPart(&out, bytes.NewReader(raw), int64(len(raw)), i, Limits{})
		if err != nil || got != p || casefile.DigestOf(out.Bytes()) != p.Digest || int64(out.Len()) != p.Size {
			t.Errorf("part %d: copied %d bytes as %+v (%v), listed as %+v", i, out.Len(), got, err, p)
		}
	}
	for _, d := range m.Defects {
		if d.Code == DefectPanic {
			t.Errorf("panic: %+v", d)
		}
	}
}

// checkUndigested demands that without digests all else is the same.
func checkUndigested(t *testing.T, raw []byte, m casefile.Message) {
	t.Helper()
	m.Parts = slices.Clone(m.Parts)
	for i := range m.Parts {
		m.Parts[i].Digest = casefile.Digest{}
	}
	if got := read(raw, Limits{Undigested: true}); !reflect.DeepEqual(got, m) {
		t.Errorf("undigested: got %+v, want %+v", got, m)
	}
}

// tester is what tests, fuzzing and properties have in common.
type tester interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}
