package parse

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"ysq.internal/ysq/casefile"
)

// reading is what two parsers can be compared by.
type reading struct {
	Subject, From, Text string
	Attachments         []string // their digests; names are where parsers differ most, and are in the corpus
}

// Another parser reads the corpus. Where it reads something else, the difference stands here with
// what is the matter; a difference that is gone, or new, fails.
func TestOracle(t *testing.T) {
	found := make(map[string]string)
	for _, file := range corpus(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if deep(raw) {
			continue // enmime takes exponential time
		}
		ours := oursOf(read(raw, Limits{}))
		theirs, err := oracle(raw)
		switch {
		case err != nil:
			found[name] = "unreadable"
		case ours.Subject != theirs.Subject:
			found[name] = "subject"
		case ours.From != theirs.From:
			found[name] = "from"
		case ours.Text != theirs.Text:
			found[name] = "text"
		case !slices.Equal(ours.Attachments, theirs.Attachments):
			found[name] = "attachments"
		}
		if known := differences[name]; known.what != found[name] {
			t.Errorf("%s: differ in %q, known is %q\nours   %+v\ntheirs %+v (%v)", name, found[name], known.what, ours, theirs, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(differences)) {
		if found[name] == "" {
			t.Errorf("%s: known to differ in %q, and does not", name, differences[name].what)
		}
	}
	if agreed := len(corpus(t)) - len(found); agreed < 60 {
		t.Errorf("only %d mails are read alike", agreed)
	}
}

func deep(raw []byte) bool { return bytes.Count(raw, []byte("boundary")) > 12 }

func oursOf(m casefile.Message) reading {
	r := reading{Subject: squeezed(m.Subject), Text: squeezed(m.Text)}
	if len(m.From) > 0 {
		r.From = squeezed(m.From[0].String())
	}
	for _, p := range m.Parts {
		if p.Attachment {
			r.Attachments = append(r.Attachments, p.Digest.Short())
		}
	}
	slices.Sort(r.Attachments)
	return r
}

func oracle(raw []byte) (r reading, err error) {
	type result struct {
		envelope *enmime.Envelope
		err      error
	}
	read := make(chan result, 1)
	go func() { // it has no limits of its own
		e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
		read <- result{e, err}
	}()
	var e *enmime.Envelope
	select {
	case done := <-read:
		if e, err = done.envelope, done.err; err != nil {
			return r, err
		}
	case <-time.After(time.Minute):
		return r, os.ErrDeadlineExceeded
	}
	r = reading{Subject: squeezed(e.GetHeader("Subject")), Text: squeezed(e.Text)}
	if from, err := e.AddressList("From"); err == nil && len(from) > 0 {
		r.From = squeezed(casefile.Address{Name: from[0].Name, Mail: from[0].Address}.String())
	}
	for _, parts := range [][]*enmime.Part{e.Attachments, e.Inlines, e.OtherParts} {
		for _, p := range parts {
			r.Attachments = append(r.Attachments, casefile.DigestOf(p.Content).Short())
		}
	}
	slices.Sort(r.Attachments)
	return r, nil
}

// squeezed leaves out blanks: where lines break is no difference.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// difference is where the readings part, and why ours is what we want.
type difference struct{ what, why string }

var differences = named(map[difference][]string{
	{"from", "the local part keeps its quotes, the domain is lower case"}:      {"address-odd"},
	{"from", "an address that RFC 5322 does not allow is read as it is meant"}: {"from-empty-brackets", "from-full-width", "from-missing-bracket", "from-no-angle", "header-bom"},
	{"from", "bytes are GB18030, whatever their label or the lack of one"}:     {"from-gb18030-name", "from-raw-gbk"},

	{"subject", "bytes are GB18030, whatever their label or the lack of one"}:                       {"charset-utf8-label-gbk-bytes", "subject-raw-gbk", "subject-utf8-label-gbk-bytes"},
	{"subject", "adjacent words are one text: a character or a base64 group may be cut in between"}: {"subject-gbk-split-in-character", "subject-split-in-base64-group"},
	{"subject", "an encoded word that is not quite one (RFC 2047, 2231) is decoded"}:                {"subject-cut-word", "subject-language-tag", "subject-no-padding"},
	{"subject", "what is invisible or turns the text around does not reach a person"}:               {"subject-control-and-bidi"},
	{"subject", "the header may begin after a blank line"}:                                          {"header-leading-blank-line"},

	{"text", "the label is a superset, or wrong, or the page knows better"}: {
		"charset-gb2312-holds-gb18030", "charset-gbk-label-utf8-bytes", "charset-html-meta-short", "charset-html-meta",
		"charset-known-labels", "charset-latin1-label-gbk-bytes", "charset-none-gbk-bytes", "charset-utf16-mark",
	},
	{"text", "a misspelt transfer encoding is undone"}:                       {"cte-base-64", "cte-base64-semicolon", "cte-qp-misspelt"},
	{"text", "base64 may come in several padded pieces"}:                     {"base64-two-padded"},
	{"text", "base64 may be in the alphabet for addresses of pages"}:         {"base64-url-alphabet"},
	{"text", "what can be decoded of cut base64 is kept, a footer left out"}: {"base64-unpadded-footer"},
	{"text", "a plain part that only refers to the page is not the text"}:    {"alternative-excuse", "alternative-stub"},
	{"text", "a mail within the mail is read, too"}:                          {"bounce-163", "digest", "nested-mail-base64", "nested-mail", "report-forwarded"},
	{"text", "parts are found without, or beside, the declared structure"}:   {"boundary-wrong", "header-without-blank-line", "multipart-long-preamble", "multipart-part-without-header", "multipart-without-parts"},
	{"text", "what only delimits is not text"}:                               {"multipart-delimiter-in-header", "multipart-ends-in-a-header"},
	{"text", "a type of one word is understood"}:                             {"type-html-alone", "type-malformed", "type-multipart-alone"},
	{"text", "the boxes of a form are part of what it says"}:                 {"html-table"},

	{"attachments", "an attached text keeps its bytes"}:                                            {"attached-text-keeps-its-bytes"},
	{"attachments", "what can be decoded of a damaged file is kept"}:                               {"base64-footer", "base64-one-line-cut"},
	{"attachments", "parts behind a reused or closing delimiter are found"}:                        {"boundary-reused-in-nesting", "multipart-part-after-close"},
	{"attachments", "the page beside the plain text, and a report's own part, are no attachments"}: {"alternative-both", "report-failed", "report-headers-only", "report-part-attached-by-a-person"},

	{"text", "a line that was broken for the wire is one line"}:                        {"flowed-delsp"},
	{"text", "declared base64, written plain"}:                                         {"base64-plain"},
	{"text", "what the page hides, and the addresses behind its links, are no text"}:   {"page-unseen-text", "link-of-webmail"},
	{"text", "a mail in a file, or inside a signature, is read"}:                       {"nested-mail-as-file", "signed-opaque", "signed-opaque-in-pieces"},
	{"text", "a file in the text is an attachment"}:                                    {"uuencode-in-text"},
	{"subject", "CR alone ends a line"}:                                                {"line-ends-cr"},
	{"attachments", "a file that some program packed or put into a page is taken out"}: {"picture-in-page", "uuencode-transfer", "winmail-attachments"},
	{"attachments", "what has no content is none"}:                                     {"apple-double", "picture-by-cid"},

	{"unreadable", "a case begins with whatever bytes came"}: {"boundary-missing", "charset-unknown-labels", "header-leading-space", "not-a-mail"},
})

func named(by map[difference][]string) map[string]difference {
	all := make(map[string]difference)
	for d, names := range by {
		for _, n := range names {
			all[n] = d
		}
	}
	return all
}
