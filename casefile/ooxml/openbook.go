package ooxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Book is an .xlsx whose sheets can be read. It is for one goroutine.
//
// It is read here and not by excelize, because that keeps a sheet whole in memory or spills it into
// temporary files, trusts relations and references more than a hostile file deserves, and evaluates
// number formats; a ledger needs rows of values, one at a time.
type Book struct {
	Sheets []SheetName // in the order of their tabs

	x       *Reader
	parts   []string // of the sheets
	strings []string
	dates   []bool // of the styles of cells: whether numbers are shown as dates
	from    float64
}

// SheetName names a sheet.
type SheetName struct {
	Name   string
	Hidden bool
}

// Row is a row of a sheet: its cells that hold something.
type Row struct {
	Number int // as the program shows it, from 1
	Values []Value
}

// Value is what a cell holds; of a formula the value that it had when the file was saved.
type Value struct {
	Column int // from 0
	Kind   Kind
	Text   string  // of Words; of a Fault the error, such as #REF!, or "" for a formula without a value
	Number float64 // of Number and Serial; of Bool 0 or 1
}

// Kind is what kind of value a cell holds.
type Kind uint8

// The kinds of values.
const (
	Words  Kind = iota
	Number      // a number
	Serial      // a number shown as a date: days since 1899-12-30
	Bool
	Fault
)

// OpenBook opens a workbook and reads what its sheets share.
func OpenBook(r io.ReaderAt, size int64, l Limits) (*Book, error) {
	x, err := Open(r, size, l)
	if err != nil {
		return nil, err
	}
	b := &Book{x: x}
	main, err := x.Main()
	if err != nil {
		return nil, err
	}
	rels, err := x.relations(main)
	if err != nil {
		return nil, err
	}
	if err := b.readSheets(main, rels); err != nil {
		return nil, err
	}
	if p := rels.target("/sharedStrings"); x.Has(p) {
		if err := b.readStrings(p); err != nil {
			return nil, err
		}
	}
	if p := rels.target("/styles"); x.Has(p) {
		if err := b.readStyles(p); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// relation is what ties one part to another (ISO/IEC 29500-2, 9.3).
type relation struct{ id, kind, part string }

type relations []relation

// target is the part of the first relation of a kind. Kinds are recognised by their last word: the strict
// and the transitional form of the standard differ in what stands before it.
func (rs relations) target(kind string) string {
	i := slices.IndexFunc(rs, func(r relation) bool { return strings.HasSuffix(r.kind, kind) })
	if i < 0 {
		return ""
	}
	return rs[i].part
}

// Main is the part that the document begins with, such as word/document.xml; ErrFormat when there is
// none.
func (x *Reader) Main() (string, error) {
	rels, err := x.relations("")
	if err != nil {
		return "", err
	}
	if main := rels.target("/officeDocument"); main != "" {
		return main, nil
	}
	return "", fmt.Errorf("container without a document: %w", ErrFormat)
}

// Targets are the parts that a part is tied to by relations of a kind, which is the last word of the
// relation's type, such as header. A part without relations has none.
func (x *Reader) Targets(of, kind string) ([]string, error) {
	rels, err := x.relations(of)
	if errors.Is(err, ErrNoPart) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/"+kind) {
			parts = append(parts, r.part)
		}
	}
	return parts, nil
}

// relations reads those of a part, "" for those of the container.
func (x *Reader) relations(of string) (relations, error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	d, err := x.XML(name)
	if errors.Is(err, ErrNoPart) {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Root(); err != nil {
		return nil, err
	}
	var all relations
	err = d.Each(func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && Attr(e, "TargetMode") != "External" {
			target := Attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("/"+dir, target)
			}
			all = append(all, relation{Attr(e, "Id"), Attr(e, "Type"), strings.TrimPrefix(path.Clean(target), "/")})
		}
		if len(all) > x.limits.Entries {
			return fmt.Errorf("part %s: %w", name, ErrLimit)
		}
		return nil
	})
	return all, err
}

func (b *Book) readSheets(main string, rels relations) error {
	d, err := b.x.XML(main)
	if err != nil {
		return err
	}
	defer d.Close()
	root, err := d.Root()
	if err != nil {
		return err
	}
	if root.Name.Local != "workbook" {
		return fmt.Errorf("%s is no workbook: %w", main, ErrFormat)
	}
	return d.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := Attr(e, "date1904"); v == "1" || v == "true" {
				b.from = 1462 // days from 1899-12-30 to 1904-01-01
			}
		case "sheets":
			n := 0
			return d.Each(func(e xml.StartElement) error {
				if n++; n > maxSheets {
					return fmt.Errorf("sheets: %w", ErrLimit)
				}
				i := slices.IndexFunc(rels, func(r relation) bool {
					return r.id == Attr(e, "id") && strings.HasSuffix(r.kind, "/worksheet")
				})
				if i >= 0 { // otherwise it is a chart or a macro sheet, without cells
					b.Sheets = append(b.Sheets, SheetName{Attr(e, "name"), Attr(e, "state") == "hidden" || Attr(e, "state") == "veryHidden"})
					b.parts = append(b.parts, rels[i].part)
				}
				return nil
			})
		}
		return nil
	})
}

func (b *Book) readStrings(name string) error {
	d, err := b.x.XML(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Root(); err != nil {
		return err
	}
	held := int64(0)
	return d.Each(func(e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := richText(d)
		if held += 16 + int64(len(s)); held > b.x.limits.Strings {
			return fmt.Errorf("part %s: %d strings: %w", name, len(b.strings), ErrLimit)
		}
		b.strings = append(b.strings, s)
		return err
	})
}

// richText reads the text of the element that was opened last (CT_Rst): its own and that of its runs,
// but not how it is pronounced.
func richText(d *XML) (string, error) {
	var s strings.Builder
	var read func(e xml.StartElement) error
	read = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			t, err := d.Text()
			if s.WriteString(decodeControls(t)); int64(s.Len()) > d.limits.Token {
				return fmt.Errorf("text of runs: %w", ErrLimit)
			}
			return err
		case "r":
			return d.Each(read)
		}
		return nil
	}
	err := d.Each(read)
	return s.String(), err
}

// What a workbook may hold of each, as in Excel or beyond it.
const (
	maxStyles = 1 << 16
	maxSheets = 1 << 12
)

func (b *Book) readStyles(name string) error {
	d, err := b.x.XML(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Root(); err != nil {
		return err
	}
	custom := make(map[string]bool)
	return d.Each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmts":
			return d.Each(func(e xml.StartElement) error {
				if len(custom) > maxStyles {
					return fmt.Errorf("formats of numbers: %w", ErrLimit)
				}
				custom[Attr(e, "numFmtId")] = dateFormat(Attr(e, "formatCode"))
				return nil
			})
		case "cellXfs":
			return d.Each(func(e xml.StartElement) error {
				if len(b.dates) > maxStyles {
					return fmt.Errorf("styles: %w", ErrLimit)
				}
				id := Attr(e, "numFmtId")
				is, known := custom[id]
				if !known {
					is = builtinDate(id)
				}
				b.dates = append(b.dates, is)
				return nil
			})
		}
		return nil
	})
}

// builtinDate knows the built-in formats for dates, those of the Chinese edition too (ISO/IEC 29500-1,
// 18.8.30).
func builtinDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58)
}

// dateFormat tells whether a format shows a number as a date: there is a letter of a date in it that
// is neither quoted nor a colour or a locale in brackets.
func dateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[code[i]])
			if end < 0 {
				return false
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case ';':
			return false
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return !strings.EqualFold(code, "standard")
		}
	}
	return false
}

// Rows reads the rows of a sheet by its place in Sheets. The slice of values is used again for the
// next row. After an error nothing follows.
func (b *Book) Rows(sheet int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := b.rows(b.parts[sheet], yield); err != nil && !errors.Is(err, errStop) {
			yield(Row{}, err)
		}
	}
}

// Range is a rectangle of cells; rows and columns count from 0.
type Range struct{ Column, Row, Columns, Rows int }

// Merged lists the merged cells of a sheet by its place in Sheets, at most most of them; what is no
// range is left out.
func (b *Book) Merged(sheet, most int) ([]Range, error) {
	d, err := b.x.XML(b.parts[sheet])
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Root(); err != nil {
		return nil, err
	}
	var all []Range
	err = d.Each(func(e xml.StartElement) error {
		if e.Name.Local != "mergeCells" {
			return nil
		}
		return d.Each(func(e xml.StartElement) error {
			from, to, _ := strings.Cut(Attr(e, "ref"), ":")
			c1, r1, ok1 := parseRef(from)
			c2, r2, ok2 := parseRef(to)
			if ok1 && ok2 && c1 <= c2 && r1 <= r2 && len(all) < most {
				all = append(all, Range{c1, r1, c2 - c1 + 1, r2 - r1 + 1})
			}
			return nil
		})
	})
	return all, err
}

// errStop ends a walk whose reader has had enough.
var errStop = errors.New("stopped")

func (b *Book) rows(name string, yield func(Row, error) bool) error {
	d, err := b.x.XML(name)
	if errors.Is(err, ErrNoPart) {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err != nil {
		return err
	}
	defer d.Close()
	root, err := d.Root()
	if err != nil {
		return err
	}
	if root.Name.Local != "worksheet" {
		return fmt.Errorf("%s is no worksheet: %w", name, ErrFormat)
	}
	row := Row{}
	return d.Each(func(e xml.StartElement) error {
		if e.Name.Local != "sheetData" {
			return nil
		}
		return d.Each(func(e xml.StartElement) error {
			if e.Name.Local != "row" {
				return nil
			}
			n, err := next(Attr(e, "r"), row.Number, MaxRows)
			if err != nil {
				return fmt.Errorf("%s: row %.20q: %w", name, Attr(e, "r"), err)
			}
			row.Number, row.Values = n, row.Values[:0]
			if err := b.cells(d, &row); err != nil {
				return fmt.Errorf("%s: row %d: %w", name, n, err)
			}
			if len(row.Values) > 0 && !yield(row, nil) {
				return errStop
			}
			return nil
		})
	})
}

// next reads the number of a row, which may be left out and must grow.
func next(s string, last, most int) (int, error) {
	n := last + 1
	if s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n <= last {
			return 0, fmt.Errorf("out of order: %w", ErrFormat)
		}
	}
	if n > most {
		return 0, fmt.Errorf("more than %d: %w", most, ErrLimit)
	}
	return n, nil
}

func (b *Book) cells(d *XML, row *Row) error {
	last := -1
	return d.Each(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return nil
		}
		column := last + 1
		if ref := Attr(e, "r"); ref != "" {
			c, r, ok := parseRef(ref)
			if !ok || c <= last || r != row.Number-1 {
				return fmt.Errorf("cell %.20q out of order: %w", ref, ErrFormat)
			}
			column = c
		}
		if column >= MaxColumns {
			return fmt.Errorf("more than %d cells: %w", MaxColumns, ErrLimit)
		}
		last = column
		v, ok, err := b.value(d, Attr(e, "t"), Attr(e, "s"))
		if err != nil {
			return fmt.Errorf("cell %s: %w", Ref(column, row.Number-1), err)
		}
		if ok {
			v.Column = column
			row.Values = append(row.Values, v)
		}
		return nil
	})
}

// value reads a cell of a type and a style to its end; ok is false for one that holds nothing.
func (b *Book) value(d *XML, kind, style string) (v Value, ok bool, err error) {
	text, formula, saved := "", false, false
	err = d.Each(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "v":
			text, err = d.Text()
			ok, saved = text != "", true
		case "is":
			text, err = richText(d)
			ok = text != ""
		case "f":
			formula = true
		}
		return err
	})
	if err != nil {
		return Value{}, false, err
	}
	if !ok {
		return Value{Kind: Fault}, formula && !saved, nil // a saved "" is nothing
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(b.strings) {
			return Value{}, false, fmt.Errorf("no shared string %.20q: %w", text, ErrFormat)
		}
		return Value{Text: b.strings[i]}, b.strings[i] != "", nil
	case "inlineStr":
		return Value{Text: text}, true, nil
	case "str":
		return Value{Text: decodeControls(text)}, true, nil
	case "d": // ISO 8601, in the strict form of the standard
		day, _ := strings.CutSuffix(text, "T00:00:00")
		return Value{Text: day}, true, nil
	case "e":
		return Value{Kind: Fault, Text: text}, true, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n-n != 0 { // neither NaN nor infinite
		return Value{}, false, fmt.Errorf("no number: %.20q: %w", text, ErrFormat)
	}
	if kind == "b" {
		return Value{Kind: Bool, Number: n}, true, nil
	}
	if s, err := strconv.Atoi(style); err == nil && s >= 0 && s < len(b.dates) && b.dates[s] {
		return Value{Kind: Serial, Number: n + b.from}, true, nil
	}
	return Value{Kind: Number, Number: n}, true, nil
}
