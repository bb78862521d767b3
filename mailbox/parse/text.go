package parse

import (
	"bytes"
	"strings"
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
		b := textBlock{bytes: kept, html: li.mediaType == "text/html", charset: li.charset, where: li.path}
		if b.html {
			w.pages += len(kept)
		} else {
			w.plain += len(kept)
		}
		w.texts = append(w.texts, b)
	}
}

// chooseText keeps of the alternatives since begin the plain one, unless it is only a word of
// excuse beside the HTML: senders leave it empty or write that HTML is needed.
func (w *walker) chooseText(begin int) {
	const brief = 200
	var plain, pages int
	var has bool
	for _, b := range w.texts[begin:] {
		if b.html {
			has = true
			if plain < brief {
				pages += len(htmlText([]byte(w.blockText(b)), brief*5))
			}
		} else {
			plain += len(bytes.TrimSpace(b.bytes))
		}
	}
	if !has || plain == 0 && pages == 0 {
		return
	}
	wantHTML := plain < brief && pages > 4*plain
	kept := w.texts[:begin]
	for _, b := range w.texts[begin:] {
		if b.html == wantHTML || b.title != "" {
			kept = append(kept, b)
		}
	}
	w.texts = kept
}

// assemble makes Text of the blocks.
func (w *walker) assemble() {
	var out strings.Builder
	for _, b := range w.texts {
		text := w.blockText(b)
		if b.html {
			text = htmlText([]byte(text), w.limits.Text)
		}
		text = strings.TrimSpace(cleanText(text))
		if strings.Contains(text, "超大附件") || strings.Contains(text, "云附件") {
			// What QQ and NetEase webmail make of a large file: it is on their server for some days.
			w.defect(DefectLinked, b.where, "附件可能只是会过期的下载链接，不在邮件之内，请尽快下载保存")
		}
		if b.title != "" {
			text = b.title + "\n" + text
		}
		if text == "" {
			continue
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
