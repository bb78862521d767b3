package parse

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// leafInfo is what a leaf's header says.
type leafInfo struct {
	place
	mediaType string
	charset   string
	name      string
	flowed    bool
	delSp     bool
	note      string // for casefile.Part.Note, where the header already tells
	attached  bool   // Content-Disposition: attachment
	inline    bool   // Content-Disposition: inline, or of a piece that a page refers to
	contentID bool
}

func (w *walker) info(h header, in place, mediaType string, p params) leafInfo {
	where := at(in.path, "content-disposition")
	disposition, dp := w.mediaField(h.get("content-disposition"), where)
	li := leafInfo{place: in, mediaType: mediaType, charset: p["charset"]}
	li.attached = disposition == "attachment"
	li.contentID = len(h.get("content-id")) > 0
	if mediaType == "message/partial" {
		li.note = partialNote(p["number"], p["total"])
	}
	li.flowed = strings.EqualFold(p["format"], "flowed")
	li.delSp = strings.EqualFold(p["delsp"], "yes")
	li.inline = disposition == "inline" || disposition == "" && li.contentID
	for _, value := range [...]string{dp["filename"], p["name"], dp["name"], p["filename"]} {
		if li.name = w.fileName(value, where); li.name != "" {
			break
		}
	}
	return li
}

// isBody reports whether a leaf is what a person reads in the mail itself.
func (li leafInfo) isBody() bool {
	return !li.attached && li.name == "" && (li.mediaType == "text/plain" || li.mediaType == "text/html")
}

// leaf reads what is no multipart. What holds further leaves is opened.
func (w *walker) leaf(s *scanner, h header, in place, mediaType string, p params) {
	li := w.info(h, in, mediaType, p)
	src := w.decoder(s, h.get("content-transfer-encoding"), in.path)
	if open, src := w.opener(src, li); open != nil && !w.tooDeep(in) {
		w.holder(src, li, open)
	} else {
		if w.limits.Skim && !li.isBody() && !li.ofReport() {
			src = &headSource{src, skimmed}
		}
		w.content(src, li)
	}
	s.skip() // a decoder may stop early
}

// part appends an entry for a leaf; ok is false at the limit.
func (w *walker) part(li leafInfo) (index int, ok bool) {
	if len(w.msg.Parts) >= w.limits.Parts {
		w.defect(DefectParts, "", fmt.Sprintf("部分超过 %d 个，其余未列", w.limits.Parts))
		w.done = true
		return 0, false
	}
	index = len(w.msg.Parts)
	p := casefile.Part{Index: index, Type: clip(li.mediaType, 200), Name: li.name, Inline: li.inline, Note: li.note}
	p.Attachment = li.attached || li.name != "" || !li.isBody() && !li.ofReport()
	if p.Attachment && li.nested && p.Note == "" {
		p.Note = NoteFromNested
	}
	w.msg.Parts = append(w.msg.Parts, p)
	return index, true
}

// content reads a leaf's decoded bytes once and gives them to all who want them.
func (w *walker) content(src source, li leafInfo) {
	index, ok := w.part(li)
	if !ok {
		return
	}
	t := newTap(w, index)
	var kept keeper
	kept.most = w.keep(li)
	text := w.pieces(li, &kept) // nil unless files may stand in the text
	defer func() {              // also when the reading breaks off
		w.finish(t, li)
		if w.limits.Canonical && li.isBody() && kept.size == t.size && int64(len(kept.bytes)) == t.size {
			if text := canonical(kept.bytes, li.charset); utf8.Valid(kept.bytes) || !bytes.ContainsRune(text, utf8.RuneError) {
				p := &w.msg.Parts[index] // else several texts are written the same, with � in them
				p.Size, p.Digest = int64(len(text)), casefile.DigestOf(text)
			}
		}
		w.give(li, kept.bytes, kept.size)
	}()
	for !w.done {
		b, err := src.chunk()
		if err != nil || w.copyErr != nil {
			break
		}
		t.write(b)
		if text != nil {
			text.write(b)
		} else {
			kept.write(b)
		}
	}
	if text != nil {
		text.close()
	}
}

// finish fills in the entry of a leaf whose bytes have passed.
func (w *walker) finish(t *tap, li leafInfo) {
	p := &w.msg.Parts[t.index]
	t.sum(p)
	if note := noteOf(li.mediaType, li.name, t.head, t.tail.bytes()); note != "" {
		p.Note = note
	}
	switch {
	case p.Note == NoteFork:
		p.Attachment = false
	case li.name == "" && li.inline && strings.HasPrefix(li.mediaType, "image/"):
		// Of a few bytes, what a page refers to is a dot that it is laid out with.
		if p.Attachment = p.Size > 1<<10 || !li.contentID; p.Attachment {
			w.photos++
			p.Name = fmt.Sprintf("正文图片%d%s", w.photos, pictureExtension(li.mediaType))
		}
	}
}

func pictureExtension(mediaType string) string {
	switch kind := strings.TrimPrefix(mediaType, "image/"); kind {
	case "jpeg", "jpg", "pjpeg":
		return ".jpg"
	case "png", "gif", "bmp", "webp", "heic", "tiff":
		return "." + kind
	}
	return ""
}

// keeper holds the first bytes of a text and counts them all.
type keeper struct {
	bytes []byte
	most  int
	size  int64
}

func (k *keeper) write(b []byte) {
	k.size += int64(len(b))
	if room := k.most - len(k.bytes); room > 0 {
		k.bytes = append(k.bytes, b[:min(room, len(b))]...)
	}
}
