package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
)

// The corpus: applications as people send them, composed by us with invented people, one mail a file of
// testdata/corpus. Its sections:
//
//	header       Subject: and From:
//	body         the message's text
//	html         the same as a page, in the compact source of write_test.go
//	form NAME    a form, in the compact source, written once for each carrier of the line "as:"
//	file NAME    bytes as they stand
//	want         field: value, or field[n]: value for the n-th applicant or request, \n for a line end;
//	             also column:, missing:, note:, blank:
//
// Every value that is proposed first for its field counts, those with little confidence included.
type mail struct {
	name    string
	layout  string // form, lines, prose, scan
	carrier string
	docs    []Document
	header  Header
	want    map[string]string
	column  string
	missing string
	hasMiss bool
	note    string
	blank   bool
}

// score counts for one field.
type score struct{ want, got, right int }

func TestCorpus(t *testing.T) {
	mails := corpus(t)
	if len(mails) < 60 {
		t.Fatalf("only %d applications", len(mails))
	}
	byLayout := map[string]map[Field]*score{}
	carriers := map[string]int{}
	for _, m := range mails {
		carriers[m.layout+"/"+m.carrier]++
		if byLayout[m.layout] == nil {
			byLayout[m.layout] = map[Field]*score{}
		}
		f := Propose(m.docs, m.header)
		m.judge(t, f, byLayout[m.layout])
	}
	t.Logf("%d applications: %v", len(mails), carriers)
	for layout, scores := range byLayout {
		all := score{}
		for _, known := range fields {
			f := known.field
			s := scores[f]
			if s == nil {
				continue
			}
			all.want, all.got, all.right = all.want+s.want, all.got+s.got, all.right+s.right
			t.Logf("%-6s %-15s wanted %4d  proposed %4d  right %4d  precision %.3f  recall %.3f", layout, f, s.want, s.got, s.right, s.precision(), s.recall())
		}
		t.Logf("%-6s %-15s wanted %4d  proposed %4d  right %4d  precision %.3f  recall %.3f", layout, "ALL", all.want, all.got, all.right, all.precision(), all.recall())
		bar := 0.95
		if layout == "prose" {
			bar = 0.85
		}
		if all.precision() < 0.98 || all.recall() < bar {
			t.Errorf("layout %s: precision %.3f (at least 0.98), recall %.3f (at least %.2f)", layout, all.precision(), all.recall(), bar)
		}
	}
}

func (s score) precision() float64 {
	if s.got == 0 {
		return 1
	}
	return float64(s.right) / float64(s.got)
}

func (s score) recall() float64 {
	if s.want == 0 {
		return 1
	}
	return float64(s.right) / float64(s.want)
}

func (m mail) judge(t *testing.T, f Form, fields map[Field]*score) {
	t.Helper()
	got := map[string]Proposal{}
	for _, p := range f.Proposals {
		k := key(p.Field, p.N)
		if _, have := got[k]; !have {
			got[k] = p
		}
	}
	all := maps.Clone(m.want)
	for k := range got {
		if _, wanted := all[k]; !wanted {
			all[k] = ""
		}
	}
	for _, k := range slices.Sorted(maps.Keys(all)) {
		want, p := all[k], got[k]
		field, _, _ := strings.Cut(k, "[")
		s := fields[Field(field)]
		if s == nil {
			s = &score{}
			fields[Field(field)] = s
		}
		if want != "" {
			s.want++
		}
		if p.Value != "" {
			s.got++
		}
		switch {
		case want == "" && p.Value == "":
		case m.right(Field(field), p.Value, want):
			s.right++
		default:
			t.Logf("%s [%s] %s: got %q (%d, %s, part %d %s) want %q", m.name, m.carrier, k, p.Value, p.Confidence, p.Source.Label, p.Source.Part, p.Source.Place, want)
		}
	}
	if m.column != "" && (len(f.Columns) == 0 || f.Columns[0].Column.Label() != m.column) {
		t.Errorf("%s [%s]: column: got %v want %s", m.name, m.carrier, f.Columns, m.column)
	}
	if m.hasMiss {
		var miss []string
		for _, x := range f.Missing {
			miss = append(miss, string(x.Field))
		}
		if g := strings.Join(miss, " "); g != m.missing {
			t.Errorf("%s [%s]: missing: got %q want %q", m.name, m.carrier, g, m.missing)
		}
	}
	if m.note != "" && !slices.ContainsFunc(f.Notes, func(n PartNote) bool { return n.Code == m.note }) {
		t.Errorf("%s [%s]: note: got %v want %s", m.name, m.carrier, f.Notes, m.note)
	}
	if f.Blank != m.blank {
		t.Errorf("%s [%s]: blank: got %v want %v", m.name, m.carrier, f.Blank, m.blank)
	}
}

// right compares a value with what a person would have entered. In prose the limits of a description are
// a matter of taste: there the two must share nine tenths.
func (m mail) right(field Field, got, want string) bool {
	if got == "" || want == "" {
		return false
	}
	if same(got, want) {
		return true
	}
	if m.layout != "prose" || field != Request && field != Purpose && field != Address {
		return false
	}
	a, b := []rune(bare(got)), []rune(bare(want))
	if !strings.Contains(string(a), string(b)) && !strings.Contains(string(b), string(a)) {
		return false
	}
	return min(len(a), len(b))*10 >= max(len(a), len(b))*9
}

func key(f Field, n int) string { return fmt.Sprintf("%s[%d]", f, n) }

func corpus(t *testing.T) []mail {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []mail
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		carriers := strings.Fields(directive(a.Comment, "as"))
		if len(carriers) == 0 {
			carriers = []string{"text"}
		}
		for _, c := range carriers {
			all = append(all, readMail(t, strings.TrimSuffix(filepath.Base(file), ".txtar"), a, c))
		}
	}
	return all
}

func directive(comment []byte, name string) string {
	for l := range strings.SplitSeq(string(comment), "\n") {
		if v, ok := strings.CutPrefix(l, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func readMail(t *testing.T, name string, a *txtar.Archive, carrier string) mail {
	t.Helper()
	m := mail{name: name, layout: directive(a.Comment, "layout"), carrier: carrier, want: map[string]string{}}
	part := 0
	add := func(in Input) {
		d := Read(in)
		b, err := json.Marshal(d) // a document is made in another process
		if err != nil {
			t.Fatal(err)
		}
		var back Document
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		m.docs = append(m.docs, back)
	}
	for _, f := range a.Files {
		kind, rest, _ := strings.Cut(f.Name, " ")
		switch kind {
		case "header":
			m.header = header(string(f.Data))
		case "body":
			add(Input{Index: MessageText, Type: "text/plain", Body: f.Data})
		case "html":
			add(Input{Index: part, Type: "text/html", Body: writeHTML(compact(string(f.Data)), strings.Contains(directive(a.Comment, "charset"), "gb"))})
			part++
		case "form":
			if d, in, laid := carry(t, carrier, rest, string(f.Data), part); laid {
				m.docs = append(m.docs, d)
			} else {
				add(in)
			}
			part++
		case "file":
			b := f.Data
			if strings.Contains(directive(a.Comment, "charset"), "gb") {
				b, _ = simplifiedchinese.GB18030.NewEncoder().Bytes(b)
			}
			if strings.HasSuffix(rest, ".jpg") {
				b = []byte("\xff\xd8\xff\xe0photo")
			}
			add(Input{Index: part, Name: rest, Body: b})
			part++
		case "want":
			m.expect(t, string(f.Data))
		default:
			t.Fatalf("%s: section %q", name, f.Name)
		}
	}
	if _, ok := m.want[key(Email, 0)]; !ok && m.header.From.Mail != "" {
		m.want[key(Email, 0)] = m.header.From.Mail
	}
	return m
}

func header(s string) (h Header) {
	for l := range strings.SplitSeq(s, "\n") {
		if v, ok := strings.CutPrefix(l, "Subject:"); ok {
			h.Subject = strings.TrimSpace(v)
		}
		if v, ok := strings.CutPrefix(l, "From:"); ok {
			name, addr, _ := strings.Cut(strings.TrimSpace(v), "<")
			h.From = casefile.Address{Name: strings.TrimSpace(name), Mail: strings.TrimSuffix(addr, ">")}
		}
	}
	return h
}

// carry writes a form in a carrier.
func carry(t *testing.T, carrier, name, source string, part int) (d Document, in Input, laid bool) {
	t.Helper()
	blocks := compact(source)
	in = Input{Index: part, Name: name}
	ext := carrier
	switch carrier {
	case "html":
		in.Body, in.Type = writeHTML(blocks, false), "text/html"
	case "html-gbk":
		in.Body, in.Type, ext = writeHTML(blocks, true), "text/html", "html"
	case "docx":
		in.Body = writeDocx(t, blocks, asCharacter, false)
	case "docx-control":
		in.Body, ext = writeDocx(t, blocks, asControl, false), "docx"
	case "docx-field":
		in.Body, ext = writeDocx(t, blocks, asField, false), "docx"
	case "docx-symbol":
		in.Body, ext = writeDocx(t, blocks, asSymbol, false), "docx"
	case "docx-frame":
		in.Body, ext = writeDocx(t, blocks, asCharacter, true), "docx"
	case "doc":
		in.Body = writeDoc(blocks, false)
	case "wps":
		in.Body = writeDoc(blocks, false)
	case "doc-gbk":
		in.Body, ext = writeDoc(blocks, true), "doc"
	case "xlsx":
		in.Body = writeXlsx(t, blocks)
	case "text":
		in.Body, ext = writeText(blocks), "txt"
	case "text-gbk":
		b, err := simplifiedchinese.GB18030.NewEncoder().Bytes(writeText(blocks))
		if err != nil {
			t.Fatal(err)
		}
		in.Body, ext = b, "txt"
	case "pdf":
		in.Name += ".pdf"
		return Laid(in, 1, layOut(blocks, 6)), in, true
	case "pdf-tight":
		in.Name += ".pdf"
		return Laid(in, 1, layOut(blocks, 1)), in, true
	default:
		t.Fatalf("carrier %q", carrier)
	}
	in.Name += "." + ext
	return d, in, false
}

func (m *mail) expect(t *testing.T, s string) {
	t.Helper()
	for l := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(l) == "" {
			continue
		}
		k, v, ok := strings.Cut(l, ":")
		v = strings.ReplaceAll(strings.TrimSpace(v), `\n`, "\n")
		switch k {
		case "column":
			m.column = v
		case "missing":
			m.missing, m.hasMiss = v, true
		case "note":
			m.note = v
		case "blank":
			m.blank = v == "true"
		default:
			if !strings.Contains(k, "[") {
				k += "[0]"
			}
			field, _, _ := strings.Cut(k, "[")
			if !ok || Field(field).Label() == field {
				t.Fatalf("%s: want %q", m.name, l)
			}
			m.want[k] = v
		}
	}
}
