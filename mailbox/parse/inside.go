package parse

import (
	"bytes"
	"io"
	"strings"
)

// opener tells what is inside of a leaf and how it is opened; nil for what stays closed. Mails are
// forwarded as files of any type, so the beginning of the bytes decides. The source that is returned
// takes the place of src.
func (w *walker) opener(src source, li leafInfo) (func(io.Reader, int, leafInfo), source) {
	if li.mediaType == "message/rfc822" || li.mediaType == "message/global" {
		return w.mailInside, src
	}
	name := strings.ToLower(li.name)
	isMail := strings.HasSuffix(name, ".eml") || li.mediaType == "application/x-mimearchive"
	isFile := li.mediaType == "application/octet-stream" || li.mediaType == "application/ms-tnef" || strings.HasPrefix(li.mediaType, "message/")
	isSigned := strings.HasSuffix(li.mediaType, "pkcs7-mime") || strings.HasSuffix(name, ".p7m")
	if !isMail && !isFile && !isSigned && name != "winmail.dat" || li.ofReport() || li.mediaType == "message/partial" {
		return nil, src
	}
	head, src := begins(src, headSize)
	switch {
	case bytes.HasPrefix(head, tnefMark):
		return w.tnefInside, src
	case isSigned && len(head) > 0 && head[0] == 0x30:
		return w.signedInside, src
	case beginsMail(head, isMail):
		return w.mailInside, src
	}
	return nil, src
}

// beginsMail reports whether bytes begin like the header of a mail. Of a file that is called one, a single
// field is enough.
func beginsMail(head []byte, called bool) bool {
	known := 0
	for line := range bytes.Lines(head) {
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' || bytes.HasPrefix(line, []byte("From ")) {
			continue
		}
		key, _, ok := splitField(line)
		if !ok {
			break
		}
		switch strings.ToLower(string(key)) {
		case "from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to":
			known++
		}
	}
	return known > 2 || called && known > 0
}

// holder reads a leaf that holds others: it is a part of its own, with all its bytes, and what open finds
// in it follows as parts too.
func (w *walker) holder(src source, li leafInfo, open func(r io.Reader, index int, li leafInfo)) {
	index, ok := w.part(li)
	if !ok {
		return
	}
	t := newTap(w, index)
	r := &tapReader{src: src, tap: t}
	open(r, index, li)
	if _, err := io.Copy(io.Discard, r); err != nil {
		w.readErr = err
	}
	t.sum(&w.msg.Parts[index])
}

// mailInside reads a mail within the mail, for an application may well have been forwarded as an
// attachment.
func (w *walker) mailInside(r io.Reader, index int, li leafInfo) {
	inner := newScanner(r, 0)
	child := li.child(1)
	child.nested = true
	w.lineEnds(inner, child.path)
	h := w.header(inner, ofMail, w.limits.Header, child.path)
	subject := w.fieldText(h.get("subject"), child.path+" subject")
	if ids := w.identifiers(h.get("message-id"), child.path+" message-id"); len(ids) > 0 && w.report.original == "" && !li.nested {
		w.report.original = ids[0]
	}
	part := &w.msg.Parts[index]
	part.Note = NoteNested
	if part.Name == "" && !li.report {
		if part.Name = safeName(strings.ReplaceAll(strings.ReplaceAll(subject, "/", "_"), `\`, "_")); part.Name != "" {
			part.Name = safeName(clip(part.Name, maxName-len(".eml")) + ".eml")
		}
	}
	begin := len(w.texts)
	w.entity(inner, h, child)
	if li.report {
		w.texts = w.texts[:begin] // our own words come back; they are not the sender's
	} else if begin < len(w.texts) {
		head := "—— 嵌套邮件：" + subject + " ——\n"
		if from := w.addresses(h.get("from"), child.path+" from"); len(from) > 0 {
			head += "发件人：" + from[0].String() + "\n"
		}
		w.texts[begin].title = strings.TrimSpace(head + w.texts[begin].title)
	}
}
