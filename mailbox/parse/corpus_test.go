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
	// Skimmed, a large part differs in its size, and in what its far end says of it.
	got := read(raw, Limits{Undigested: true, Skim: true})
	if got.Text != m.Text || len(got.Parts) != len(m.Parts) {
		t.Errorf("skimmed: got %+v, want %+v", got, m)
		return
	}
	for i, p := range got.Parts {
		if want := m.Parts[i]; p.Size > want.Size || p.Size < min(want.Size, skimmed) || p.Name != want.Name || p.Type != want.Type || p.Attachment != want.Attachment {
			t.Errorf("skimmed part: got %+v, want %+v", p, want)
		}
	}
}

// tester is what tests, fuzzing and properties have in common.
type tester interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

// What is known that mailers do (item 39), and where the corpus has it: nothing of it may get lost when
// the corpus is tidied.
func TestCorpusHasEveryManner(t *testing.T) {
	for manner, files := range map[string]string{
		"charset labels that are understood, some by this program alone":    "charset-known-labels",
		"labels that nobody knows: default, ansi, utf-7, iso-2022-cn, none": "charset-unknown-labels charset-none-gbk-bytes",
		"gb2312 that holds GB18030":                                         "charset-gb2312-holds-gb18030 from-gb18030-name",
		"subject of raw GBK bytes":                                          "subject-raw-gbk",
		"labelled UTF-8, bytes of GBK":                                      "subject-utf8-label-gbk-bytes charset-utf8-label-gbk-bytes",
		"From of raw GBK":                                                   "from-raw-gbk",
		"From with an encoded word in quotes":                               "from-quoted-word",
		"From with the address as its name":                                 "from-address-as-name",
		"From without >, with full-width brackets, <>":                      "from-missing-bracket from-full-width from-empty-brackets",
		"From empty, absent":                                                "from-empty from-absent",
		"a character split over two encoded words":                          "subject-gbk-split-in-character subject-utf8-split-in-character",
		"base64 without padding, words side by side, Q with a space":        "subject-no-padding subject-adjacent-words subject-q-with-space",
		"HTML that names its charset in meta":                               "charset-html-meta charset-html-meta-short",
		"transfer encodings that are none":                                  "cte-8bits cte-base-64 cte-base64-semicolon cte-unknown",
		"base64 with a footer, padded in the middle":                        "base64-footer base64-two-padded base64-unpadded-footer",
		"file names as encoded words, folded, unquoted":                     "name-encoded-word name-encoded-word-folded name-encoded-word-unquoted",
		"file names by RFC 2231, continued, in GBK":                         "name-rfc2231-utf8 name-rfc2231-continued name-rfc2231-gbk",
		"file names unquoted, with blanks, ;;":                              "name-unquoted-utf8 name-unquoted-blanks name-semicolons",
		"file names of raw GBK, split in a character":                       "name-raw-gbk name-encoded-word-gbk-split",
		"inline with a name":                                                "inline-pdf",
		"text attachment whose bytes must stay":                             "attached-text-keeps-its-bytes",
		"boundary with = and without quotes, missing":                       "boundary-unquoted-equals boundary-missing",
		"no final boundary, truncated":                                      "boundary-absent-final multipart-truncated",
		"mixed line ends, a boundary used again within":                     "multipart-mixed-line-ends boundary-reused-in-nesting",
		"preamble longer than a buffer":                                     "multipart-long-preamble",
		"header lines without colon, mbox From, BOM, 主题, a leading space":   "header-no-colon header-mbox-from header-bom header-chinese-key header-leading-space",
		"file names that are paths":                                         "name-path name-windows-path name-nul-bidi-reserved name-too-long",
		"Date absent, CST":                                                  "date-absent date-cst",
		"Message-ID absent, without brackets, two @, blanks":                "message-id-absent message-id-no-brackets message-id-two-at message-id-blanks",
		"winmail.dat, mail in a mail, encrypted archives":                   "winmail nested-mail nested-mail-base64 archives-encrypted",
		"bounces, absence notes, lists":                                     "bounce-163 report-failed report-headers-only vacation list",
	} {
		for name := range strings.FieldsSeq(files) {
			if _, err := os.Stat("testdata/" + name + ".eml"); err != nil {
				t.Errorf("%s: %v", manner, err)
			}
		}
	}
}
