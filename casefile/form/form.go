// Package form reads an application for government information (依申请公开): it turns the parts of a mail
// into documents and documents into proposals for the fields of an application (条例 第二十九条).
//
// Everything here is a proposal. A value carries where it was found and how sure the finding is; nothing
// is a fact until a clerk has registered it. The package is pure: bytes in, values out. It has no
// goroutine, no clock, no file, so that it can run in a process that has lost all its rights, which is
// where hostile bytes belong.
//
//	Sniff    bytes → Format               content first, name and type second
//	Read     Input → Document             one leaf of the MIME tree: lines, tables, notes
//	Laid     Input, segments → Document   the same for a PDF, whose text a sandbox took out before
//	Propose  Documents, Mail → Form       what the mail asks for, and who asks
//
// What becomes of one mail: the message's text is an Input of Index MessageText; every leaf of the MIME
// tree is one under its casefile.Part.Index, text/html included (its table tells more than the text that
// was made of it). Each is Read, in a child process or not; a Document is values only and survives JSON.
// All of them together go to Propose, because an application is often half in the body and half in a
// form, and the same value found twice is one value found with more certainty.
//
// A PDF's text is not taken out here. For bytes that Sniff calls PDF the caller has pdfium take out the
// text in segments with their places and calls Laid; Read gives such bytes a Document that only says so.
//
//	form.go     types of a document        read.go            Sniff, Read, limits
//	text.go     plain text, quotations     html.go            pages
//	docx.go     .docx, docxtable.go        xlsx.go            workbooks
//	doc.go      .doc, .wps, doctext.go     cfb.go             the file system within them
//	laid.go     pages of a PDF             field.go           fields and codes
//	label.go    the labels of forms        guess.go           labels that no list holds
//	near.go     labels misread in a picture
//	lines.go    label：value               grid.go            tables
//	prose.go    letters                    value.go, boxes.go what a value is; ticked boxes
//	delivery.go where a reply goes, behind a description
//	propose.go  Propose                    items.go           several requests in one
//	ident.go    check digits               column.go          the column of 表三
//	rtf.go      .rtf                       odf.go             .odt, .ods
//	attach.go   what was typed into a PDF
//	wrap.go     lines that were broken     script.go          traditional characters
//	nature.go   what is no application
package form

// Version names this package's way of reading. It changes whenever the same bytes may give another
// Document or another Form, so that results kept under a digest are made anew.
const Version = 20

// MessageText is the Index of the message's own text (casefile.Message.Text).
const MessageText = -1

// Input is a leaf of the MIME tree with its decoded bytes. Everything in it is the sender's claim.
type Input struct {
	Index int    // casefile.Part.Index, or MessageText
	Name  string // file name for people, may be empty
	Type  string // media type as declared, may be empty or wrong
	Body  []byte // for MessageText: UTF-8
}

// Document is what a part says, in the order in which a person reads it.
type Document struct {
	Part   int     `json:"part"` // Input.Index
	Name   string  `json:"name,omitzero"`
	Format Format  `json:"format"`         // what the bytes are, whatever their name says
	Title  string  `json:"title,omitzero"` // what a page calls itself
	Blocks []Block `json:"blocks,omitzero"`
	// Notes say what a person must know of this part: that it is a photo, encrypted, damaged, cut.
	Notes []Note `json:"notes,omitzero"`

	size          int // what Blocks cost as JSON, about
	tables, cells int // in Blocks
}

// Format is what kind of file a part is.
type Format string

// The formats. Those up to PDF can hold fields.
const (
	Text    Format = "text"
	HTML    Format = "html"
	Docx    Format = "docx" // and .docm, .dotx
	Xlsx    Format = "xlsx" // and .xlsm
	Doc     Format = "doc"  // Word 97–2003, .wps and .wpt of Kingsoft
	RTF     Format = "rtf"
	ODF     Format = "odf" // .odt, .ods
	OFD     Format = "ofd" // GB/T 33190
	PDF     Format = "pdf"
	Image   Format = "image"
	Archive Format = "archive"
	Mail    Format = "mail"  // a mail attached to a mail
	Other   Format = "other" // nothing that could hold an application, or unknown
)

// Block is a line or a table; exactly one of the two is set.
type Block struct {
	Line  *Line  `json:"line,omitzero"`
	Table *Table `json:"table,omitzero"`
}

// Line is a line of text without its end. Boxes to tick are characters in it, whatever they were in the
// file: □ empty, ☑ ticked.
type Line struct {
	Text string `json:"text"`
	// Quoted marks what an earlier mail says: text behind > or below "原始邮件". Propose ignores it,
	// unless the mail is a forwarded one.
	Quoted bool `json:"quoted,omitzero"`
	// Machine marks what was recognised in a picture, and may be read wrongly.
	Machine bool `json:"machine,omitzero"`
	// Place says where the line stands where that is not plain: "页眉", "文本框", "第2页".
	Place string `json:"place,omitzero"`
}

// Table is a grid of cells.
type Table struct {
	Place string `json:"place,omitzero"` // for people: "表1", "工作表“申请表”"
	Cells []Cell `json:"cells"`          // by row, then by column; what a merged cell covers is not there
	// Quoted and Machine are as in Line.
	Quoted  bool `json:"quoted,omitzero"`
	Machine bool `json:"machine,omitzero"`
}

// Cell is a cell with what it covers. Rows and columns count from 0; a span is at least 1.
type Cell struct {
	Row     int    `json:"row"`
	Col     int    `json:"col"`
	RowSpan int    `json:"row_span"`
	ColSpan int    `json:"col_span"`
	Text    string `json:"text"` // lines parted by \n
}

// Segment is a piece of a page's text with its place: what pdfium calls a text rectangle. Lengths are in
// points, from the upper left corner of the page; all four are 0 when the place is unknown.
type Segment struct {
	Page   int     `json:"page"` // from 1
	Text   string  `json:"text"`
	X      float64 `json:"x,omitzero"` // of the left edge
	Y      float64 `json:"y,omitzero"` // of the upper edge; grows downwards
	Width  float64 `json:"width,omitzero"`
	Height float64 `json:"height,omitzero"`
	// Entered is text that somebody typed into a field of the file: never a label, whatever it says.
	Entered bool `json:"entered,omitzero"`
}

// Note is what a person must know of a document. Its code is stable.
type Note struct {
	Code string `json:"code"`
	Text string `json:"text"` // in Chinese, a whole sentence
}

// The codes of notes.
const (
	NoteMachine   = "machine"   // recognised in a picture: may be wrong
	NoteScan      = "scan"      // only a picture of a text: a person reads it
	NoteImage     = "image"     // a photo, such as of an identity card
	NoteEncrypted = "encrypted" // a password is needed
	NoteDamaged   = "damaged"   // read as far as possible, or not at all
	NoteCut       = "cut"       // a limit was passed; the rest was not read
	NoteArchive   = "archive"   // files within a file are not read
	NoteUnread    = "unread"    // a kind of file that is not read here
	NoteEmpty     = "empty"     // there is no text in it
	NoteUnseen    = "unseen"    // what a page's author hid was left out
)

func (d *Document) note(code, text string) {
	for _, n := range d.Notes {
		if n.Code == code && n.Text == text {
			return
		}
	}
	if len(d.Notes) < 16 {
		d.Notes = append(d.Notes, Note{code, text})
	}
}
