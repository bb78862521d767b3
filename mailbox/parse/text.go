package parse

import (
	"bytes"
	"strings"
	"unicode"
)

// keep says how many of a leaf's bytes are to be held.
func (w *walker) keep(li leafInfo) int {
	if w.target >= 0 {
		return 0
	}
	switch {
	case li.ofReport():
		return maxReport
	case !li.isBody():
		return 0
	case li.mediaType == "text/html":
		return max(0, 4*w.limits.Text-w.pages) // most of it is markup
	}
	return max(0, w.limits.Text-w.plain)
}

// give takes the held bytes of a leaf of that size to where they are wanted.
func (w *walker) give(li leafInfo, kept []byte, size int64) {
	switch {
	case w.target >= 0 || size == 0:
	case li.ofReport():
		if !li.nested { // a bounce that somebody forwards is not about our mail
			w.report.take(w, li, kept)
		}
	case li.isBody():
		if int64(len(kept)) < size {
			w.defect(DefectText, li.path, "正文过长，已截断")
			end := kept[max(0, len(kept)-4096):]
			if k := bytes.LastIndexByte(end, '\n'); k >= 0 { // not inside of a character
				kept = kept[:len(kept)-len(end)+k]
			}
		}
		b := textBlock{bytes: kept, html: li.mediaType == "text/html", charset: li.charset, where: li.path, flowed: li.flowed, delSp: li.delSp}
		if b.html {
			w.pages += len(kept)
		} else {
			w.plain += len(kept)
		}
		w.texts = append(w.texts, b)
	}
}

// canonical is a text without what an encoding adds to it or takes away.
func canonical(b []byte, charset string) []byte {
	text, _ := toText(b, charset)
	var lines bytes.Buffer
	for line := range strings.Lines(text) {
		lines.WriteString(strings.TrimRight(line, " \t\r\n"))
		lines.WriteByte('\n')
	}
	return bytes.TrimRight(lines.Bytes(), "\n")
}

// chooseText keeps of the alternatives since begin the plain one, unless it is only a word of excuse
// beside the page: senders leave it empty or write that pages are needed. A plain text that says what the
// page says is found in it again.
func (w *walker) chooseText(begin int) {
	const brief = 1000
	var plain, page strings.Builder
	has := false
	for _, b := range w.texts[begin:] {
		if !b.html {
			text := bytes.TrimSpace(b.bytes)
			plain.Write(text[:min(len(text), brief+1)])
		}
		has = has || b.html
	}
	if !has {
		return
	}
	wantHTML := false
	if plain.Len() < brief {
		plain.Reset()
		for _, b := range w.texts[begin:] {
			text := w.blockText(b)
			if b.html {
				text, _ = htmlText([]byte(text), w.limits.Text)
				page.WriteString(text)
			} else {
				plain.WriteString(text)
			}
		}
		wantHTML = excuse(plain.String(), page.String())
		if plain.Len() == 0 && page.Len() == 0 {
			return
		}
	}
	kept := w.texts[:begin]
	for _, b := range w.texts[begin:] {
		if b.html == wantHTML || b.title != "" {
			kept = append(kept, b)
		}
	}
	w.texts = kept
}

// excuse reports whether a plain text does not say what the page beside it says.
func excuse(plain, page string) bool {
	page = lettersOf(page)
	lines, found := 0, 0
	for line := range strings.SplitSeq(plain, "\n") {
		if line = lettersOf(line); line != "" {
			lines++
			if strings.Contains(page, line) {
				found++
			}
		}
	}
	return 2*len(page) > len(lettersOf(plain)) && 2*found < max(lines, 1)
}

// lettersOf leaves out blanks and signs, which the two forms of a text set differently.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// assemble makes Text of the blocks.
func (w *walker) assemble() {
	var out strings.Builder
	for _, b := range w.texts {
		text := w.blockText(b)
		if b.html {
			var unshown string
			if text, unshown = htmlText([]byte(text), w.limits.Text); unshown != "" {
				w.defect(DefectUnseen, b.where, "网页里有发件人设为不可见的文字，没有当作正文：“"+unshown+"”")
			}
		}
		text = strings.TrimSpace(cleanText(text))
		w.linksIn(text, b)
		if b.title != "" {
			text = b.title + "\n" + text
		}
		if text == "" {
			continue
		}
		if len(w.texts) == 1 && len(text) <= w.limits.Text { // of most mails, and long
			w.msg.Text = text
			return
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(text)
		if out.Len() > w.limits.Text {
			w.defect(DefectText, "", "正文过长，已截断")
			break
		}
	}
	w.msg.Text = clip(out.String(), w.limits.Text)
}

// blockText decodes a block; a page may name its charset itself.
func (w *walker) blockText(b textBlock) string {
	label := b.charset
	if b.html && labelled(label) == nil {
		if meta := metaCharset(b.bytes); meta != "" {
			label = meta
		}
	}
	text, defect := toText(b.bytes, label)
	w.textDefect(defect, b.where)
	if b.flowed && !b.html {
		text = unflow(text, b.delSp)
	}
	return text
}

// metaCharset finds charset=… in the beginning of a page, in either form of the meta element.
func metaCharset(page []byte) string {
	head := bytes.ToLower(page[:min(len(page), 4<<10)])
	for {
		k := bytes.Index(head, []byte("<meta"))
		if k < 0 {
			return ""
		}
		head = head[k+len("<meta"):]
		tag, _, _ := bytes.Cut(head, []byte(">"))
		if k = bytes.Index(tag, []byte("charset")); k < 0 {
			continue
		}
		value := bytes.TrimLeft(tag[k+len("charset"):], " \t\r\n=\"'")
		if end := bytes.IndexAny(value, "\"'; \t\r\n/"); end >= 0 {
			value = value[:end]
		}
		return string(value)
	}
}
