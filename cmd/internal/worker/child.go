package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker/scan"
)

// What a child is for.
const (
	modePlain      = "plain"      // reads anything but PDF; whether pictures are to be handed over follows
	modeUnpack     = "unpack"     // gives out the files of an archive
	modePDF        = "pdf"        // reads a PDF; the cache's directory follows, and whether bare pages are to be handed over
	modePage       = "page"       // draws a page of a PDF; by how many quarters it is to be turned, its number, the cache's directory and a font follow
	modePicture    = "picture"    // draws a picture; by how many quarters it is to be turned follows
	modeRecognise  = "recognise"  // becomes tesseract; its binary, its language's directory and its mode follow
	modeUnderstand = "understand" // makes a document of what tesseract says
	modePrepare    = "prepare"    // compiles pdfium into the directory that follows; reads nothing
)

// following is how many arguments follow each.
var following = map[string]int{modePlain: 1, modeUnpack: 0, modePDF: 2, modePage: 4, modePicture: 1, modeRecognise: 3, modeUnderstand: 0, modePrepare: 1}

// Whether the pictures of scans are asked for, on fd 3.
const (
	withoutSheets = "-"
	withSheets    = "sheets"
	withOver      = "over" // turned by half, too
)

// Main is the child: args are what follows Command. It returns the exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	if err := child(args, in, out); err != nil {
		fmt.Fprintln(errOut, err)
		return 1
	}
	return 0
}

func child(args []string, in io.Reader, out io.Writer) error {
	if len(args) < 1 || len(args)-1 != following[args[0]] {
		return fmt.Errorf("this command is the program's own: %v", args)
	}
	if args[0] == modePrepare {
		if err := limit(slack*prepareMemory, slack*prepareSeconds); err != nil {
			return err
		}
		return compileInto(args[1])
	}
	if args[0] == modeRecognise {
		mode, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		return Engine{args[1], args[2]}.become(mode)
	}
	// Whatever has to be opened is opened before the door is shut, and no byte of the attachment is read
	// before it is.
	pdf, page, quarters, err := libraryFor(args)
	if err != nil {
		return err
	}
	if err := confine(); err != nil {
		return fmt.Errorf("confining the child: %w", err)
	}
	given, err := receive(in)
	if err != nil {
		return err
	}
	switch args[0] {
	case modeUnpack:
		return unpackTo(out, given)
	case modePage, modePicture:
		return showPage(pdf, given, page, quarters, out, pictureTo())
	case modeUnderstand:
		return understandTo(out, given)
	}
	return readTo(out, pdf, given, args[len(args)-1])
}

// libraryFor opens what the mode needs, and reads the numbers among its arguments.
func libraryFor(args []string) (pdf *library, page, quarters int, err error) {
	page = 1
	if args[0] == modePage || args[0] == modePicture {
		if quarters, err = strconv.Atoi(args[1]); err != nil {
			return nil, 0, 0, err
		}
	}
	switch args[0] {
	case modePDF:
		pdf, err = startLibrary(args[1], nil)
	case modePage:
		if page, err = strconv.Atoi(args[2]); err != nil {
			return nil, 0, 0, err
		}
		var fonts fs.FS
		if fonts, err = readFont(args[4]); err != nil {
			return nil, 0, 0, err
		}
		pdf, err = startLibrary(args[3], fonts)
	}
	return pdf, page, quarters, err
}

// readTo writes what an attachment says, and then the pictures of what has to be recognised, if they are asked for.
func readTo(out io.Writer, pdf *library, given form.Input, asked string) error {
	var reading Reading
	var bare []int
	if pdf != nil {
		reading, bare = pdf.read(given)
	} else {
		reading = readPlain(given)
	}
	if err := json.NewEncoder(out).Encode(reading); err != nil || asked == withoutSheets {
		return err
	}
	// What was read is out already: whatever a picture does, it is kept.
	if pdf != nil {
		return pdf.sheets(given, bare, pictureTo(), asked == withOver)
	}
	if reading.Document.Format != form.Image {
		return nil
	}
	picture, err := decode(given.Body)
	if err != nil || !scan.Large(picture) {
		return nil //nolint:nilerr // a picture that cannot be read stays one for people
	}
	return sheetTo(pictureTo(), 1, upright(given.Body, picture), asked == withOver)
}

// receive reads the preface and the attachment.
func receive(r io.Reader) (form.Input, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	line, err := b.ReadSlice('\n')
	if err != nil {
		return form.Input{}, fmt.Errorf("reading the preface: %w", err)
	}
	var p preface
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return form.Input{}, fmt.Errorf("reading the preface: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(b, MaxInput))
	if err != nil {
		return form.Input{}, fmt.Errorf("reading the attachment: %w", err)
	}
	return form.Input{Index: p.Index, Name: p.Name, Type: p.Type, Body: body}, nil
}

func readPlain(in form.Input) Reading {
	if form.Sniff(in) == form.OFD {
		return readOFD(in)
	}
	d := form.Read(in)
	return Reading{State: stateOf(d), Document: d}
}

// stateOf tells from form's notes what became of a document.
func stateOf(d form.Document) State {
	if len(d.Blocks) > 0 {
		return Read // whatever else is noted: a clerk sees the notes beside it
	}
	for _, n := range d.Notes {
		switch n.Code {
		case form.NoteScan, form.NoteImage:
			return Scan
		case form.NoteEncrypted:
			return Encrypted
		case form.NoteDamaged:
			return Damaged
		case form.NoteCut:
			return TooLarge
		case form.NoteArchive, form.NoteUnread:
			return Unread
		}
	}
	return Empty
}
