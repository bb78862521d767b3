package worker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/cmd/internal/worker/scan"
)

// Scans are read in three steps, each in a child of its own. The child that reads the attachment makes the pictures
// of its bare pages ready and hands them over on fd 3; tesseract, confined, reads each of them (recognise.go); a third
// child makes a document of what it says. The parent only carries bytes from one to the next.

const (
	mostScanned = 6               // pages of an attachment; a form has one or two
	mostPrepare = 8 * time.Second // for all of them; what takes longer is left to people
	mostSheets  = 64 << 20        // bytes of pictures out of one attachment
	mostHeader  = 256 << 10       // of a sheet's description
	modePage6   = 6               // tesseract's: one block of text
	modePage11  = 11              // scattered words
)

// sheet is a page made ready, without its pixels.
type sheet struct {
	Page  int         `json:"page"`
	Size  image.Point `json:"size"`
	Stack image.Point `json:"stack,omitzero"` // zero without cells
	Tight image.Point `json:"tight,omitzero"`
	Cells []scan.Cell `json:"cells,omitzero"`

	Boxes   []scan.Box        `json:"boxes,omitzero"`
	Rings   []image.Rectangle `json:"rings,omitzero"`
	Turned  int               `json:"turned,omitzero"`  // as scan.Page
	Degrees float64           `json:"degrees,omitzero"` // as scan.Page
	Paper   *scan.Corners     `json:"paper,omitzero"`   // as scan.Page

	Dots  float64   `json:"dots"`           // pixels in a point
	Words [3]string `json:"words,omitzero"` // what tesseract said: of the page, of the stack, of the smaller stack
	at    [3]int64  // where the pixels lie
}

// pictures are the sizes of what is read of a page.
func (s *sheet) pictures() [3]image.Point { return [3]image.Point{s.Size, s.Stack, s.Tight} }

// Card is what is known of a page that looks like an identity card: nothing of it is transcribed.
type Card struct {
	Page int `json:"page"`
	// Name and Number are in memory only, to be compared with what the applicant wrote. Number is "" unless its
	// check digit fits.
	Name   string `json:"-"`
	Number string `json:"-"`
	// What is kept: the last four of the number, and the office's marks of number and name, by which they are
	// recognised and which tell nothing.
	Tail       string `json:"tail,omitzero"`
	NumberMark string `json:"number_mark,omitzero"`
	NameMark   string `json:"name_mark,omitzero"`
}

// Recognised is where the words of a page stand that was recognised.
type Recognised struct {
	Page   int     `json:"page"`
	Turned int     `json:"turned,omitzero"` // by how many quarters, clockwise, the page has to be turned to be read
	Words  []Glyph `json:"words,omitzero"`  // on the page as it is read
}

// sheetTo hands over a page: a line of JSON, then the pixels of its pictures. over is as in scan.Prepare.
func sheetTo(w io.Writer, page int, m *image.Gray, over bool) error {
	p := scan.Prepare(m, over)
	s := sheet{Page: page, Size: p.Clean.Rect.Size(), Cells: p.Cells, Boxes: p.Boxes, Rings: p.Rings, Turned: p.Turned, Degrees: p.Degrees, Paper: p.Paper, Dots: float64(max(p.Clean.Rect.Dx(), p.Clean.Rect.Dy())) / 842}
	pictures := []*image.Gray{p.Clean}
	if p.Stack != nil {
		s.Stack, s.Tight = p.Stack.Rect.Size(), p.Tight.Rect.Size()
		pictures = append(pictures, p.Stack, p.Tight)
	}
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	for _, m := range pictures {
		for y := range m.Rect.Dy() {
			if _, err := w.Write(m.Pix[y*m.Stride : y*m.Stride+m.Rect.Dx()]); err != nil {
				return err
			}
		}
	}
	return nil
}

// runForSheets runs a child that reads an attachment. With a word for it, it hands over the pictures of what it could not
// read: they lie in spool, whatever became of the child after its answer.
func (r *Reader) runForSheets(ctx context.Context, args []string, in io.Reader, pictures string) (said answer, sheets []sheet, spool *os.File, err error) {
	if args = slices.Concat(args, []string{pictures}); pictures == withoutSheets {
		said, err := r.run(ctx, args, in)
		return said, nil, nil, err
	}
	if spool, err = r.unnamed(); err != nil {
		return answer{}, nil, nil, err
	}
	from, to, err := os.Pipe()
	if err != nil {
		return answer{}, nil, spool, err
	}
	came := make(chan struct{})
	go func() {
		defer close(came)
		sheets, _ = readSheets(from, spool) // what came whole is read; the rest stays for people
		from.Close()                        // a child that goes on gets a broken pipe
	}()
	out := &bounded{most: MaxOutput, full: true}
	said, err = r.runTo(ctx, args, in, out, to)
	to.Close()
	<-came
	said.out = out.kept
	return said, sheets, spool, err
}

// readSheets takes sheets from a child and lays their pixels into spool. It believes no length.
func readSheets(r io.Reader, spool io.Writer) (all []sheet, err error) {
	b := bufio.NewReaderSize(r, mostHeader)
	total := int64(0)
	for {
		line, err := b.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		var s sheet
		if err := json.Unmarshal(line, &s); err != nil {
			return all, err
		}
		for i, size := range s.pictures() {
			if size.X < 0 || size.Y < 0 || size.X > scan.MostSide || size.Y > scan.MostSide {
				return all, errFlood
			}
			n := int64(size.X) * int64(size.Y)
			if s.at[i] = total; total+n > mostSheets || len(all) >= mostScanned {
				return all, errFlood
			}
			if _, err := io.CopyN(spool, b, n); err != nil {
				return all, err
			}
			total += n
		}
		all = append(all, s)
	}
}

// recognise has tesseract read the sheets and adds the result to the reading. Pages that make no sense may stand on their
// heads: again returns them turned.
func (r *Reader) recognise(ctx context.Context, in form.Input, given Reading, sheets []sheet, spool io.ReaderAt, again func() ([]sheet, *os.File, error)) (Reading, error) {
	said, err := r.transcribe(ctx, sheets, spool)
	var u transcript
	if err == nil {
		u, said, err = r.understood(ctx, in, sheets)
	}
	if err == nil && u.Unclear != nil {
		turned, spool, failed := again()
		if spool != nil {
			defer spool.Close()
		}
		turned = slices.DeleteFunc(turned, func(s sheet) bool { return !slices.Contains(u.Unclear, s.Page) })
		if failed == nil && len(turned) > 0 {
			if _, failed = r.transcribe(ctx, turned, spool); failed == nil { // else the first reading stands
				if better, _, failed := r.understood(ctx, in, slices.Concat(sheets, turned)); failed == nil {
					u = better
				}
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		return given, context.Cause(ctx)
	case err != nil:
		given.note(form.NoteScan, "文字没有识别出来："+said.why()+"。")
		given.Complaint = fmt.Sprintf("tesseract: %v: %s", err, said.complaint)
		return given, nil
	}
	given.Document.Blocks = append(given.Document.Blocks, u.Blocks...)
	for _, n := range u.Notes {
		given.note(n.Code, n.Text)
	}
	for _, c := range u.Cards {
		given.Cards = append(given.Cards, Card{Page: c.Page, Name: c.Name, Number: c.Number})
	}
	given.Recognised = u.Pages
	return given, nil
}

// transcribe has tesseract read the pictures of sheets.
func (r *Reader) transcribe(ctx context.Context, sheets []sheet, spool io.ReaderAt) (said answer, err error) {
	for i := range sheets {
		for k, size := range sheets[i].pictures() {
			if size.X*size.Y == 0 {
				continue
			}
			mode := [3]int{modePage11, modePage6, modePage6}[k]
			picture := io.MultiReader(bytes.NewReader(fmt.Appendf(nil, "P5\n%d %d\n255\n", size.X, size.Y)), io.NewSectionReader(spool, sheets[i].at[k], int64(size.X)*int64(size.Y)))
			if said, err = r.tesseract(ctx, picture, mode); err != nil {
				return said, err
			}
			sheets[i].Words[k] = string(said.out)
		}
	}
	return said, nil
}

// understood has a child make sense of what tesseract said.
func (r *Reader) understood(ctx context.Context, in form.Input, sheets []sheet) (u transcript, said answer, err error) {
	line, err := json.Marshal(preface{in.Index, in.Name, in.Type})
	if err != nil {
		return u, said, err
	}
	body, err := json.Marshal(sheets)
	if err != nil {
		return u, said, err
	}
	if said, err = r.run(ctx, []string{Command, modeUnderstand}, bytes.NewReader(slices.Concat(line, []byte("\n"), body))); err == nil {
		err = json.Unmarshal(said.out, &u)
	}
	return u, said, err
}

// transcript is what the third child makes of tesseract's words.
type transcript struct {
	Blocks []form.Block     `json:"blocks,omitzero"`
	Notes  []form.Note      `json:"notes,omitzero"`
	Cards  []transcriptCard `json:"cards,omitzero"`
	Pages  []Recognised     `json:"pages,omitzero"`
	// Unclear are the pages that may stand on their heads.
	Unclear []int `json:"unclear,omitzero"`
}

type transcriptCard struct {
	Page   int    `json:"page"`
	Name   string `json:"name,omitzero"`
	Number string `json:"number,omitzero"`
}

// understandTo is the third child's part.
func understandTo(out io.Writer, in form.Input) error {
	var sheets []sheet
	if err := json.Unmarshal(in.Body, &sheets); err != nil {
		return fmt.Errorf("reading what was recognised: %w", err)
	}
	return json.NewEncoder(out).Encode(understand(in, sheets))
}

// sense is what is to be made of a sheet.
type sense struct {
	sheet
	words   []scan.Word
	unclear []string // options
	kind    scan.Kind
	sure    int
}

func senseOf(s sheet) sense {
	page := scan.Words(s.Words[0])
	words, unclear := scan.Join(s.Cells, s.Boxes, s.Rings, page, scan.Words(s.Words[1]), scan.Words(s.Words[2]))
	kind := scan.KindOf(scan.Text(words))
	if scan.KindOf(scan.Text(page)) == scan.Card {
		kind = scan.Card
	}
	return sense{s, words, unclear, kind, scan.Sure(page)}
}

// understand makes blocks of the pages that are part of an application. A page without a sign of one is only taken
// for one behind a page that has them. Of a page that is there twice, turned, the better reading counts.
func understand(in form.Input, sheets []sheet) (t transcript) {
	var all []sense
	for _, s := range sheets {
		own := senseOf(s)
		at := slices.IndexFunc(all, func(o sense) bool { return o.Page == s.Page })
		switch {
		case at < 0:
			all = append(all, own)
		case own.kind != scan.Unclear && all[at].kind == scan.Unclear || own.kind == all[at].kind && own.sure > all[at].sure:
			all[at] = own
		}
	}
	var read, left, cards []int
	letter := false
	for _, s := range all {
		switch {
		case s.kind == scan.Card:
			name, number := scan.Identity(scan.Text(scan.Words(s.Words[0])))
			t.Cards = append(t.Cards, transcriptCard{s.Page, name, number})
			cards = append(cards, s.Page)
			continue
		case s.kind == scan.Unclear:
			t.Unclear = append(t.Unclear, s.Page)
		}
		if len(s.words) == 0 || s.kind == scan.Unclear && !letter {
			left = append(left, s.Page)
			continue
		}
		letter = true
		t.Blocks, read = append(t.Blocks, blocksOf(in, len(all), s.sheet, s.words)...), append(read, s.Page)
		t.Pages = append(t.Pages, Recognised{s.Page, s.Turned & 3, placesOf(s.sheet, s.words)})
		if s.unclear != nil {
			t.Notes = append(t.Notes, form.Note{Code: form.NoteMachine, Text: fmt.Sprintf("第 %d 页的勾选无法辨认，须看原件：%s。", s.Page, strings.Join(s.unclear[:min(len(s.unclear), 12)], "、"))})
		}
	}
	note := func(code string, pages []int, text string) {
		if pages != nil {
			t.Notes = append(t.Notes, form.Note{Code: code, Text: fmt.Sprintf(text, numbers(pages))})
		}
	}
	note(form.NoteMachine, read, "第 %s 页的文字由机器识别，可能有错，须对照原件。")
	note(form.NoteImage, cards, "第 %s 页像是身份证件，文字不转录。")
	note(form.NoteScan, left, "第 %s 页看不出是申请的内容，文字不转录，须人工阅看。")
	return t
}

// mostWords is how many words of a page are placed.
const mostWords = 2000

// placesOf are the places of words on the page as it is read, before it was laid straight.
func placesOf(s sheet, words []scan.Word) (all []Glyph) {
	w, h := float64(max(s.Size.X, 1)), float64(max(s.Size.Y, 1))
	sin, cos := math.Sincos(s.Degrees * math.Pi / 180)
	part := func(v float64) int { return int(10000 * min(max(v, 0), 1)) }
	for _, one := range words[:min(len(words), mostWords)] {
		b := one.Seen
		if b.Empty() {
			continue
		}
		dx, dy := float64(b.Min.X+b.Max.X)/2-w/2, float64(b.Min.Y+b.Max.Y)/2-h/2
		x, y := w/2+dx*cos+dy*sin, h/2-dx*sin+dy*cos
		rx := (float64(b.Dx())*cos + float64(b.Dy())*math.Abs(sin)) / 2
		ry := (float64(b.Dy())*cos + float64(b.Dx())*math.Abs(sin)) / 2
		left, top := s.onPicture((x-rx)/w, (y-ry)/h)
		right, bottom := s.onPicture((x+rx)/w, (y+ry)/h)
		all = append(all, Glyph{one.Text, [4]int{part(min(left, right)), part(min(top, bottom)), part(max(left, right)), part(max(top, bottom))}})
	}
	return all
}

// onPicture is where a point of the sheet lies on the picture, both turned by quarters until they are read.
func (s *sheet) onPicture(x, y float64) (float64, float64) {
	if s.Paper == nil {
		return x, y
	}
	for range s.Turned & 3 { // back to how the picture came
		x, y = y, 1-x
	}
	x, y = s.Paper.At(x, y)
	for range s.Turned & 3 {
		x, y = 1-y, x
	}
	return x, y
}

// blocksOf lays out the words of a page as those of a PDF, with the cells' edges for rules.
func blocksOf(in form.Input, pages int, s sheet, words []scan.Word) []form.Block {
	dots := max(s.Dots, 0.1)
	inPoints := func(r image.Rectangle) box {
		return box{float64(r.Min.X) / dots, float64(r.Min.Y) / dots, float64(r.Max.X) / dots, float64(r.Max.Y) / dots}
	}
	var all []glyph
	for i, w := range words {
		all = append(all, glyph{text: w.Text, box: inPoints(w.Box), at: 2 * i}) // two words never follow each other closely
	}
	var rules []rule
	for _, c := range s.Cells {
		b := inPoints(c.Snapped)
		rules = append(rules, rule{true, b.left, b.top, b.bottom}, rule{true, b.right, b.top, b.bottom}, rule{false, b.top, b.left, b.right}, rule{false, b.bottom, b.left, b.right})
	}
	blocks := layOut(in, pages, s.Page, all, nil, rules)
	for i := range blocks {
		if l := blocks[i].Line; l != nil {
			l.Machine, l.Text = true, signs(unspaced(l.Text))
			continue
		}
		blocks[i].Table.Machine = true
		for k := range blocks[i].Table.Cells {
			if c := &blocks[i].Table.Cells[k]; c.Text != "" {
				c.Text = form.NearLabel(closed(signs(unspaced(c.Text))))
			}
		}
	}
	return blocks
}

var (
	besideBox     = regexp.MustCompile(`[\s"“”'‘’.。,，]*([□☑])[\s"“”'‘’.。,，]*`)
	mailAddress   = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+`)
	bracketedTick = regexp.MustCompile(`[（(]\s*[VvYy√✓✔]{1,4}\s*[)）]`)
	documentYear  = regexp.MustCompile(`(\p{Han})\s*[\[【〔(（［{]\s*((?:19|20)\d{2})\s*[\]】〕)）］}]\s*(第?\d{1,5})\s*号`)
)

// signs corrects what tesseract does not read reliably: a tick in brackets, which it takes for letters; the year in the number
// of a document, around which it reads brackets of any kind; the places of boxes, where it takes specks for dots; and e-mail
// addresses, in which it takes small letters for large ones.
func signs(s string) string {
	s = mailAddress.ReplaceAllStringFunc(besideBox.ReplaceAllString(s, " $1"), strings.ToLower)
	return documentYear.ReplaceAllString(bracketedTick.ReplaceAllString(s, "（√）"), "$1〔$2〕${3}号")
}

// closed removes a closing bracket from the end of a short text that has no opening one: that one was lost.
func closed(s string) string {
	if body := strings.TrimRight(s, ")） "); len(body) < len(s) && len(s) < 90 && !strings.ContainsAny(body, "(（") {
		return body
	}
	return s
}

var spacedHan = regexp.MustCompile(`(\p{Han}) (\p{Han})`)

// unspaced takes out the single blanks between Chinese characters: tesseract's boxes are narrower than they are.
func unspaced(s string) string {
	return spacedHan.ReplaceAllString(spacedHan.ReplaceAllString(s, "$1$2"), "$1$2")
}

// upright turns a photograph as its camera says (Exif, tag 0x0112): telephones store what their sensor saw.
func upright(file []byte, m *image.Gray) *image.Gray {
	o := orientation(file)
	if o < 2 || o > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewGray(size)
	for y := range h {
		for x := range w {
			u, v := x, y
			switch o {
			case 2:
				u = w - 1 - x
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				v = h - 1 - y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			out.Pix[v*out.Stride+u] = m.Pix[y*m.Stride+x]
		}
	}
	return out
}

// orientation reads the tag out of a JPEG or PNG; 0 where there is none.
func orientation(b []byte) int {
	mark := "Exif\x00\x00"
	if bytes.HasPrefix(b, []byte("\x89PNG")) {
		mark = "eXIf"
	}
	at := bytes.Index(b[:min(len(b), 64<<10)], []byte(mark))
	if at < 0 {
		return 0
	}
	t := b[at+len(mark) : min(len(b), at+len(mark)+64<<10)]
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(t, []byte("II*\x00")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(t, []byte("MM\x00*")):
		return 0
	}
	if len(t) < 8 {
		return 0
	}
	first := uint64(order.Uint32(t[4:]))
	if first+2 > uint64(len(t)) {
		return 0
	}
	entries := t[first+2:]
	for range order.Uint16(t[first:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 {
			return int(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 0
}
