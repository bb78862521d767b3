package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// roff writes a manual page as man(7) has it, in UTF-8. Both groff and mandoc break lines at blanks
// only, and Chinese has none: every place where a Chinese line may break is marked.
type roff struct{ strings.Builder }

func (r *roff) request(name string, args ...string) {
	r.WriteString("." + name)
	for _, a := range args {
		r.WriteString(` "` + strings.ReplaceAll(escape(a), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

func (r *roff) section(title string) { r.request("SH", title) }

// text writes paragraphs. Lines that are indented stand as they are; others flow.
func (r *roff) text(s string) {
	var flow []string
	verbatim := false
	flush := func() {
		if len(flow) > 0 {
			r.line(breakable(joinLines(flow)))
		}
		flow = nil
	}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		if indented != verbatim {
			flush()
			r.request(map[bool]string{true: "nf", false: "fi"}[indented])
			verbatim = indented
		}
		switch {
		case indented:
			r.line(escape(strings.TrimPrefix(line, "  ")))
		case strings.TrimSpace(line) == "":
			flush()
			r.request("PP")
		default:
			flow = append(flow, strings.TrimSpace(line))
		}
	}
	flush()
	if verbatim {
		r.request("fi")
	}
}

// page writes text as the files under manual/ have it: paragraphs with blank lines between them, "# "
// before a title, ": " on the line below a tag, of which the part before a wide blank is bold.
func (r *roff) page(text string) {
	afterTitle := false
	for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		title, isTitle := strings.CutPrefix(block, "# ")
		tag, meaning, isItem := strings.Cut(block, "\n: ")
		switch {
		case isTitle:
			r.section(title)
		case isItem:
			name, _, _ := strings.Cut(tag, "　")
			r.item(bold(name)+escape(tag[len(name):]), meaning)
		case !afterTitle:
			r.request("PP")
			fallthrough
		default:
			r.text(block)
		}
		afterTitle = isTitle
	}
}

// item is a paragraph with a tag in front: an option, a command.
func (r *roff) item(tag, text string) {
	r.request("TP")
	r.line(tag)
	r.text(text)
}

// line writes a line of text that is escaped already; one that begins like a request must not be one.
func (r *roff) line(s string) {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	r.WriteString(s + "\n")
}

func (r *roff) example(lines string) {
	r.request("nf")
	for line := range strings.Lines(lines) {
		r.line(escape(strings.TrimSpace(line)))
	}
	r.request("fi")
}

func bold(s string) string   { return `\fB` + escape(s) + `\fR` }
func italic(s string) string { return `\fI` + escape(s) + `\fR` }

var escaped = strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// escape keeps what roff would read: a backslash, and a hyphen that is a minus on a command line.
func escape(s string) string { return escaped.Replace(s) }

// joinLines makes one line of several; between Chinese characters there is no blank.
func joinLines(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		before, _ := utf8.DecodeLastRuneInString(b.String())
		if next, _ := utf8.DecodeRuneInString(line); i > 0 && !(wide(before) && wide(next)) {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || strings.ContainsRune("“”‘’—…", r)
}

const (
	notFirst = "，。、；：？！）》」』”’〕】…—" // what must not begin a line
	notLast  = "（《「『“‘〔【"          // nor end one
)

// breakable escapes s and marks where a line may break beside a Chinese character.
func breakable(s string) string {
	var b strings.Builder
	last := ' '
	for _, r := range s {
		if last != ' ' && r != ' ' && (wide(last) || wide(r)) && !strings.ContainsRune(notFirst, r) && !strings.ContainsRune(notLast, last) {
			b.WriteString(`\:`)
		}
		b.WriteString(escape(string(r)))
		last = r
	}
	return b.String()
}
