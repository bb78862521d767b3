package form

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// What one part may cost. A part beyond a limit is read up to it, with a NoteCut.
const (
	maxBody   = 64 << 20  // bytes of a part; a larger one is not opened
	maxSize   = 900 << 10 // bytes of the document as JSON, about
	maxText   = 512 << 10 // bytes of text taken from one part
	maxLines  = 10000     // lines of one part
	maxCells  = 8000      // cells of all tables of one part
	maxTables = 200       // tables of one part
	maxLine   = 256 << 10 // bytes of one line
)

// Sniff tells what kind of file a part is: by its first bytes where they tell, otherwise by its name and
// then by its declared type, which senders get wrong more often.
func Sniff(in Input) Format {
	if in.Index == MessageText {
		return Text
	}
	b := in.Body
	ext := strings.ToLower(path.Ext(in.Name))
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return sniffZip(b, ext)
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return Doc
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(b, []byte("{\\rtf")):
		return RTF
	case picture(b):
		return Image
	case bytes.HasPrefix(b, []byte("Rar!")), bytes.HasPrefix(b, []byte("7z\xbc\xaf'\x1c")), bytes.HasPrefix(b, []byte("\x1f\x8b")),
		bytes.HasPrefix(b, []byte("PK\x05\x06")), len(b) > 262 && string(b[257:262]) == "ustar":
		return Archive
	}
	return sniffText(b, ext, in.Type)
}

// sniffZip tells office files from archives by the names in the directory: an archive may well hold an office
// file, stored as it is. Where the directory is lost, the names before the files decide.
func sniffZip(b []byte, ext string) Format {
	has := func(name string) bool { return bytes.Contains(b, []byte(name)) }
	if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil || errors.Is(err, zip.ErrInsecurePath) {
		has = func(name string) bool {
			return slices.ContainsFunc(z.File, func(f *zip.File) bool { return strings.HasPrefix(f.Name, name) })
		}
	}
	switch {
	case has("word/document") || ext == ".docx" || ext == ".docm":
		return Docx
	case has("xl/workbook") || ext == ".xlsx" || ext == ".xlsm":
		return Xlsx
	case has("OFD.xml"):
		return OFD
	case has("mimetype") && (has("content.xml") || has("encrypted-package")):
		return ODF
	case has("[Content_Types].xml"):
		return Other // .pptx: people see one file, though it is an archive
	}
	return Archive
}

func picture(b []byte) bool {
	for _, magic := range []string{"\xff\xd8\xff", "\x89PNG\r\n", "GIF8", "BM", "II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(b, []byte(magic)) && (magic != "BM" || len(b) > 14 && b[6] == 0 && b[7] == 0) {
			return true
		}
	}
	if len(b) < 12 {
		return false
	}
	return string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" ||
		string(b[4:8]) == "ftyp" && strings.Contains("heic heix mif1 avif", string(b[8:12]))
}

func sniffText(b []byte, ext, mediaType string) Format {
	head := bytes.ToLower(b[:min(len(b), 4096)])
	utf16 := bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff"))
	switch {
	case ext == ".html" || ext == ".htm" || mediaType == "text/html",
		bytes.Contains(head, []byte("<html")), bytes.Contains(head, []byte("<table")), bytes.Contains(head, []byte("<!doctype html")):
		return HTML
	case mediaType == "message/rfc822" || ext == ".eml":
		return Mail
	case strings.HasPrefix(mediaType, "image/"):
		return Image
	case bytes.IndexByte(head, 0) >= 0 && !utf16:
		return Other
	case ext == ".txt" || ext == "" && (mediaType == "" || mediaType == "text/plain") || mediaType == "text/plain":
		return Text
	}
	return Other
}

// Read reads one part. It never fails: what cannot be read is said in the document's notes. Memory and
// time are bounded by the limits of this package and of casefile/ooxml, whatever the bytes say.
func Read(in Input) Document {
	d := Document{Part: in.Index, Name: in.Name, Format: Sniff(in)}
	if len(in.Body) > maxBody {
		d.note(NoteCut, fmt.Sprintf("附件大于 %d MiB，未读取，请打开原件查看。", maxBody>>20))
		return d
	}
	switch d.Format {
	case Text:
		d.readText(decodeText(in.Body))
	case HTML:
		d.readHTML(in.Body)
	case Docx:
		d.readDocx(in.Body)
	case Xlsx:
		d.readXlsx(in.Body)
	case Doc:
		d.readDoc(in.Body)
	case RTF:
		d.readRTF(in.Body)
	case ODF:
		d.readODF(in.Body)
	case Image:
		d.note(NoteImage, "这是图片（照片或扫描件），内容须人工查看。")
	case PDF, OFD:
		d.note(NoteUnread, "版式文件的文字尚未提取。")
	case Archive:
		d.note(NoteArchive, "这是压缩包，里面的文件未读取，请打开原件查看。")
	case Mail:
		d.note(NoteUnread, "这是作为附件转来的邮件，内容未读取，请打开原件查看。")
	default:
		if in.Name == "" && (strings.HasPrefix(in.Type, "message/") || strings.HasPrefix(in.Type, "text/")) {
			break // what machines write to one another: reports of delivery, headers that were returned
		}
		d.note(NoteUnread, "这种文件不能自动读取，请打开原件查看。")
	}
	return d
}

// line adds lines of text within the limits and reports whether there is room for more.
func (d *Document) line(text, place string) bool {
	for l := range strings.SplitSeq(text, "\n") {
		if len(d.Blocks) >= maxLines {
			d.note(NoteCut, fmt.Sprintf("内容超过 %d 行，其余未读取。", maxLines))
			return false
		}
		l = strings.TrimRight(l, " \t\r\u00a0\u3000")
		if len(l) > maxLine {
			d.note(NoteCut, fmt.Sprintf("有一行超过 %d KiB，其余未读取。", maxLine>>10))
			l = clip(l, maxLine)
		}
		if !d.room(l, 48+len(place)) {
			return false
		}
		d.Blocks = append(d.Blocks, Block{Line: &Line{Text: l, Place: place}})
	}
	return true
}

// room takes place for a text within maxSize and reports whether there was any.
func (d *Document) room(text string, around int) bool {
	cost := around + len(text)
	for _, c := range []byte(text) {
		if c == '<' || c == '>' || c == '&' || c == '"' || c == '\\' || c == '\n' {
			cost += 5
		}
	}
	if d.size+cost > maxSize {
		d.note(NoteCut, "内容过多，其余未读取。")
		return false
	}
	d.size += cost
	return true
}

// clip cuts s to at most n bytes, not inside of a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
