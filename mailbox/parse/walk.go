package parse

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// walker reads one mail. What it has read is in msg at every moment, so that a panic costs only
// what comes after.
type walker struct {
	limits Limits
	msg    casefile.Message

	texts  []textBlock
	plain  int // bytes of plain text held in texts
	pages  int // bytes of HTML held in texts
	photos int // pictures without a name that stand in the text
	report reportParts
	strays int // fields of the header at hand that strayAuthors found

	// CopyPart's wish; target is -1 for Message.
	target  int
	dst     io.Writer
	copyErr error

	readErr error
	done    bool // nothing more is of interest
}

// textBlock is a leaf that a person reads, not yet decoded.
type textBlock struct {
	bytes   []byte
	html    bool
	charset string
	flowed  bool // format=flowed (RFC 3676)
	delSp   bool // with DelSp=yes
	where   string
	title   string // what stands above it: the beginning of a nested mail
}

// place is where in the tree the walk is.
type place struct {
	path   string // "1.2"; "" for the mail itself
	depth  int
	nested bool // inside of a nested mail
	report bool // directly inside of a multipart/report
	digest bool // directly inside of a multipart/digest
}

func (p place) child(n int) place {
	p.path = strings.TrimPrefix(fmt.Sprintf("%s.%d", p.path, n), ".")
	p.depth++
	p.report, p.digest = false, false
	return p
}

func newWalker(limits Limits) *walker {
	return &walker{limits: limits.withDefaults(), target: -1}
}

// run reads the whole mail.
func (w *walker) run(src io.Reader, size int64) {
	w.safely("读取中断", func() {
		s := newScanner(src, size)
		defer func() { w.failed(s, size) }()
		w.lineEnds(s, "")
		h := w.header(s, ofMail, w.limits.Header, "")
		if len(h) == 0 && s.ended && s.i == s.j {
			w.defect(DefectEmpty, "", "邮件没有可读的内容")
		}
		if w.target < 0 {
			w.fields(h)
		}
		w.entity(s, h, place{})
	})
	if w.target < 0 {
		w.safely("正文读取中断", w.assemble)
		w.safely("退信内容读取中断", w.bounce)
	}
}

// safely runs f; a panic in it becomes a Defect.
func (w *walker) safely(what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			w.done = true
			w.readErr = fmt.Errorf("panic: %v", p)
			w.defect(DefectPanic, "", fmt.Sprintf("%s，已读出的部分保留（%v）", what, p))
		}
	}()
	f()
}

// failed notes that the bytes broke off, with an error or before their announced size.
func (w *walker) failed(s *scanner, size int64) {
	if s.eof && s.err == nil && s.total < size {
		s.err = io.ErrUnexpectedEOF
	}
	if s.err != nil && w.readErr == nil {
		w.readErr = s.err
		w.defect(DefectRead, "", "邮件文件未能读完："+s.err.Error())
	}
}

// fields takes what the header says of the mail.
func (w *walker) fields(h header) {
	m := &w.msg
	for _, f := range [...]struct {
		name string
		to   *[]casefile.Address
	}{{"reply-to", &m.ReplyTo}, {"to", &m.To}, {"cc", &m.Cc}} {
		*f.to = w.addresses(h.get(f.name), f.name)
	}
	m.From = w.authors(h)
	if sender := w.addresses(h.get("sender"), "sender"); len(sender) > 0 {
		m.Sender = sender[0]
	}
	if len(m.From) == 0 {
		w.defect(DefectFromMissing, "from", "没有可读的发件人")
	}
	m.Subject = w.fieldText(h.get("subject"), "subject")
	if ids := w.identifiers(h.get("message-id"), "message-id"); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = w.identifiers(h.get("in-reply-to"), "in-reply-to")
	m.References = w.identifiers(h.get("references"), "references")
	if text := w.fieldText(h.get("date"), "date"); text != "" {
		var assumed bool
		if m.Date, assumed = date(text); m.Date.IsZero() {
			w.defect(DefectDate, "date", "日期无法识别：“"+clip(text, 60)+"”")
		} else if assumed {
			w.defect(DefectDateZone, "date", "日期没有明确的时区，按北京时间理解")
		}
	}
	m.TransID = w.fieldText(h.get("x-cm-transid"), "x-cm-transid")
	if line := h.get("received"); line != nil {
		m.Received = stamp(line)
		m.Verified = verified(h, m.From, m.Received, writtenByCoremail(line), m.TransID)
	}
	w.machine(h)
}

func (w *walker) machine(h header) {
	m := &w.msg.Machine
	m.AutoSubmitted = w.fieldText(h.get("auto-submitted"), "auto-submitted")
	stands := "" // the field of another name that stands for Auto-Submitted and means the same
	for _, name := range [...]string{"x-auto-submitted", "x-autosubmitted"} {
		if m.AutoSubmitted == "" {
			m.AutoSubmitted, stands = w.fieldText(h.get(name), name), name
		}
	}
	m.Precedence = w.fieldText(h.get("precedence"), "precedence")
	for _, name := range [...]string{"x-autoreply", "x-autorespond", "x-auto-response-suppress"} {
		if v := w.fieldText(h.get(name), name); v != "" || name != "x-auto-response-suppress" && h.has(name) {
			m.AutoReply = strings.TrimSpace(name + ": " + v) // the field alone says it, whatever its value
			break
		}
	}
	for _, f := range h {
		if (m.AutoReply == "" || strings.HasPrefix(m.AutoReply, "x-auto-response-suppress")) && saysAutomatic(f) && (f.name != stands || m.AutoSubmitted == "") {
			m.AutoReply = f.name + ":"
			if f.name != "x-failed-recipients" { // addresses stand elsewhere
				m.AutoReply = strings.TrimSpace(m.AutoReply + " " + w.fieldText(f.value, f.name))
			}
		}
	}
	for _, name := range [...]string{"list-id", "list-unsubscribe"} {
		if v := w.fieldText(h.get(name), name); v != "" {
			m.ListID = v
			break
		}
	}
	m.NullReturnPath = string(bytes.ReplaceAll(h.get("return-path"), []byte(" "), nil)) == "<>"
	w.report.failed = w.addresses(h.get("x-failed-recipients"), "x-failed-recipients")
}

// automaticName returns the name of a field, in small letters, by which a program says that it answered for somebody.
// What programs call such a field has no end; the words in the names have.
func automaticName(key []byte) string {
	if len(key) < len("x-vacation") || key[0]|0x20 != 'x' || key[1] != '-' {
		return ""
	}
	field := strings.ToLower(string(key))
	if field == "x-post-messageclass" || field == "x-ms-exchange-generated-message-source" {
		return field
	}
	name := strings.ReplaceAll(field, "-", "")
	for _, word := range [...]string{"autoreply", "autorespon", "autosubmitted", "autoanswer", "autogenerated", "machinegenerated", "vacation"} {
		if strings.Contains(name, word) && !strings.Contains(name, "suppress") {
			return field
		}
	}
	return ""
}

// saysAutomatic reports whether a field says that a program answered for somebody, or that a mail did not arrive.
func saysAutomatic(f field) bool {
	value := strings.ToLower(string(bytes.TrimSpace(f.value)))
	switch f.name {
	case "preference":
		return value == "auto_reply"
	case "delivered-to":
		return value == "autoresponder"
	case "x-post-messageclass":
		return strings.Contains(value, "autoresponder")
	case "x-failed-recipients":
		return value != ""
	}
	return automaticName([]byte(f.name)) != ""
}

// entity reads what a header announces: a multipart, a nested mail or a leaf. Afterwards the
// scanner stands behind the delimiter that ended it, also where the reading of this one broke off: the
// parts behind it are read all the same.
func (w *walker) entity(s *scanner, h header, in place) {
	defer func() {
		if p := recover(); p != nil {
			w.defect(DefectPanic, in.path, fmt.Sprintf("这一部分读取中断，已读出的保留（%v）", p))
			if w.target >= 0 && w.target < len(w.msg.Parts) { // it was being copied, or holds what broke off
				w.readErr, w.done = fmt.Errorf("%w: panic: %v", ErrBroken, p), true
				return
			}
			s.skip()
		}
	}()
	mediaType, p := w.mediaType(h, in)
	if kind, ok := strings.CutPrefix(mediaType, "multipart/"); ok && !w.tooDeep(in) {
		w.multipart(s, in, kind, p["boundary"])
		return
	}
	w.leaf(s, h, in, mediaType, p)
}

// tooDeep reports whether what opens here stays closed.
func (w *walker) tooDeep(in place) bool {
	if in.depth < w.limits.Depth {
		return false
	}
	w.defect(DefectDepth, in.path, "嵌套过深，其内部不再拆分")
	return true
}

// lineEnds makes the line ends of a mail plain that has CR alone, as old programs on Macs wrote.
func (w *walker) lineEnds(s *scanner, where string) {
	if b := s.peek(); bytes.IndexByte(b, '\n') < 0 && bytes.Count(b, []byte("\r")) > 1 {
		w.defect(DefectLineEnds, where, "邮件以单独的回车符分行，已按换行读取")
		s.plainLineEnds()
	}
}

// mediaType reads Content-Type; without a usable one it is what RFC 2045 and 2046 assume.
func (w *walker) mediaType(h header, in place) (string, params) {
	where := at(in.path, "content-type")
	mediaType, p := w.mediaField(h.get("content-type"), where)
	if main, sub, ok := strings.Cut(mediaType, "/"); ok && main != "" && sub != "" && !strings.ContainsAny(mediaType, " \"<>@,") {
		return mediaType, p
	}
	assumed := "text/plain"
	switch {
	case mediaType == "" && in.digest:
		return "message/rfc822", p
	case mediaType == "":
		return assumed, p
	case strings.Contains(mediaType, "html"):
		assumed = "text/html"
	case strings.Contains(mediaType, "multipart") || p["boundary"] != "":
		assumed = "multipart/mixed"
	case p["name"] != "":
		assumed = "application/octet-stream"
	}
	w.defect(DefectType, where, "内容类型“"+clip(mediaType, 60)+"”写法有误，按 "+assumed+" 读取")
	return assumed, p
}

// multipart reads the parts between delimiters; preamble and epilogue are nobody's text, unless
// there are no parts.
func (w *walker) multipart(s *scanner, in place, kind, boundary string) {
	frame := len(s.bounds)
	defer func() { s.bounds = s.bounds[:frame] }()
	boundary = strings.TrimRight(boundary, " \t")
	if len(boundary) > maxDelimiter/2 {
		boundary = ""
	}
	if boundary == "" {
		w.defect(DefectBoundary, in.path, "没有声明分隔符，按内容寻找")
		boundary = "\n" // no line holds it
	}
	s.bounds = append(s.bounds, boundary)

	begin := len(w.texts)
	before := w.preamble(s, frame, in)
	n, closed := 0, false
	for !w.done {
		if s.end.frame == frame && s.end.close {
			closed = true
			w.epilogue(s, frame, in)
		}
		if s.end.frame != frame || s.end.close {
			break
		}
		s.resume()
		n++
		child := in.child(n)
		child.report, child.digest = kind == "report", kind == "digest"
		h := w.header(s, ofPart, w.limits.PartHeader, child.path)
		w.entity(s, h, child)
	}
	if w.done {
		return
	}
	if n == 0 && len(bytes.TrimSpace(before)) > 0 {
		w.defect(DefectNoParts, in.path, "多部分邮件中找不到任何部分，其内容按正文读取")
		w.content(&bytesSource{before}, leafInfo{place: in, mediaType: "text/plain"})
	}
	if !closed {
		w.defect(DefectUnclosed, in.path, "多部分内容没有结束标记，邮件可能不完整")
	}
	if kind == "alternative" {
		w.chooseText(begin)
	}
}

// preamble reads up to the first delimiter. Where the declared boundary is not in use, a line that
// looks like a delimiter before a part's header is taken for one.
func (w *walker) preamble(s *scanner, frame int, in place) (text []byte) {
	for {
		line, whole, ok := s.line()
		if !ok {
			return text
		}
		if whole && bytes.HasPrefix(line, []byte("--")) {
			s.back()
			boundary := unannounced(s.peek())
			line, _, _ = s.line()
			if boundary != "" {
				if s.bounds[frame] != "\n" {
					w.defect(DefectBoundaryWrong, in.path, "声明的分隔符与实际不符，按实际的读取")
				}
				s.bounds[frame] = boundary
				s.finish(ending{frame: frame})
				return text
			}
		}
		if len(text) < w.limits.Text {
			if text = append(text, line...); whole {
				text = append(text, '\n')
			}
		}
	}
}

// unannounced returns the boundary of a line that looks like a delimiter, with a part's header after
// it.
func unannounced(b []byte) string {
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	if len(line) > maxDelimiter/2 || len(rest) < 8 || !strings.EqualFold(string(rest[:8]), "content-") {
		return ""
	}
	return string(bytes.TrimRight(line[2:], " \t\r"))
}

// epilogue skips what follows a closing delimiter, unless it is more parts: they are read as if
// the delimiter had not been a closing one. A boundary that an outer multipart uses too is its.
func (w *walker) epilogue(s *scanner, frame int, in place) {
	if slices.Contains(s.bounds[:frame], s.bounds[frame]) {
		s.bounds = s.bounds[:frame]
	}
	for s.end.frame == frame && s.end.close {
		s.resume()
		s.skip()
		if len(s.bounds) == frame {
			break
		}
	}
	if s.end.frame == frame {
		w.defect(DefectAfterClose, in.path, "结束标记之后还有内容，已一并读取")
	}
}
