package ooxml

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Reader reads the parts of a container. It is for one goroutine.
type Reader struct {
	limits Limits
	parts  map[string]*zip.File // by folded name
	names  []string
	read   int64 // inflated bytes so far
}

// Open reads the directory of a container and checks it. Nothing is inflated yet. r must stay open
// while parts are read.
func Open(r io.ReaderAt, size int64, l Limits) (*Reader, error) {
	l = l.withDefaults()
	// The directory is read before anybody can count its entries, so its bytes are counted.
	directory := &meter{r: r, left: 256<<10 + int64(l.Entries)*1024}
	z, err := zip.NewReader(directory, size)
	if directory.left < 0 {
		return nil, fmt.Errorf("opening container: directory of more than %d entries: %w", l.Entries, ErrLimit)
	}
	if err != nil {
		return nil, fmt.Errorf("opening container: %w: %w", ErrFormat, err)
	}
	directory.off = true
	if len(z.File) > l.Entries {
		return nil, fmt.Errorf("opening container: %d entries: %w", len(z.File), ErrLimit)
	}
	x := &Reader{limits: l, parts: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		if err := x.enter(f); err != nil {
			return nil, fmt.Errorf("opening container: entry %.80q: %w", f.Name, err)
		}
	}
	slices.Sort(x.names)
	return x, nil
}

// enter takes an entry of the directory. Names are compared as ISO/IEC 29500-2 compares them, without
// regard to case: two that differ in case alone would be read differently by different programs.
func (x *Reader) enter(f *zip.File) error {
	switch name := f.Name; {
	case strings.HasSuffix(name, "/") && f.UncompressedSize64 == 0:
		return nil // a folder
	case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00"):
		return fmt.Errorf("bad name: %w", ErrFormat)
	case f.Flags&0x1 != 0:
		return fmt.Errorf("encrypted: %w", ErrFormat)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fmt.Errorf("compression method %d: %w", f.Method, ErrFormat)
	case !f.Mode().IsRegular():
		return fmt.Errorf("not a regular file: %w", ErrFormat)
	}
	key := strings.ToLower(f.Name)
	if x.parts[key] != nil {
		return fmt.Errorf("there twice: %w", ErrFormat)
	}
	x.parts[key] = f
	x.names = append(x.names, f.Name)
	return nil
}

// Names lists the parts, sorted.
func (x *Reader) Names() []string { return slices.Clone(x.names) }

// Has reports whether the container has a part.
func (x *Reader) Has(name string) bool { return x.parts[strings.ToLower(name)] != nil }

// Part opens a part. Its reader fails with ErrLimit where a limit is passed, and with ErrFormat where
// the bytes are damaged; until it has returned io.EOF nothing that came from it is certain.
func (x *Reader) Part(name string) (io.ReadCloser, error) {
	f := x.parts[strings.ToLower(name)]
	if f == nil {
		return nil, fmt.Errorf("part %s: %w", name, ErrNoPart)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("part %s: %w: %w", name, ErrFormat, err)
	}
	most := min(x.limits.Part, 1<<20+x.limits.Ratio*int64(min(f.CompressedSize64, 1<<40)))
	return &part{ReadCloser: r, x: x, name: name, left: most}, nil
}

// Bytes reads a whole part.
func (x *Reader) Bytes(name string) ([]byte, error) {
	r, err := x.Part(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// part counts what is inflated.
type part struct {
	io.ReadCloser
	x    *Reader
	name string
	left int64
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.left -= int64(n)
	p.x.read += int64(n)
	if p.left < 0 || p.x.read > p.x.limits.Total {
		return 0, fmt.Errorf("part %s: %w", p.name, ErrLimit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("part %s: %w: %w", p.name, ErrFormat, err)
	}
	return n, err
}

// meter stops a reader that reads more than it should.
type meter struct {
	r    io.ReaderAt
	left int64
	off  bool
}

var errMeter = errors.New("read too much")

func (m *meter) ReadAt(b []byte, at int64) (int, error) {
	if !m.off {
		if m.left -= int64(len(b)); m.left < 0 {
			return 0, errMeter
		}
	}
	return m.r.ReadAt(b, at)
}
