package ooxml

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
)

// Writer writes a container. The parts stand in the order in which they are added, without times, so
// that the same parts give the same bytes.
type Writer struct {
	z    *zip.Writer
	have map[string]bool
}

// NewWriter starts a container.
func NewWriter(w io.Writer) *Writer {
	return &Writer{zip.NewWriter(w), make(map[string]bool)}
}

// 1980-01-01, the first day that a zip can name, in its own form.
const zipEpoch = 1<<5 | 1

// Add adds a part, which write streams.
func (w *Writer) Add(name string, write func(io.Writer) error) error {
	key := strings.ToLower(name)
	if w.have[key] {
		return fmt.Errorf("part %s is there twice", name)
	}
	w.have[key] = true
	//nolint:staticcheck // Modified would add an extra field to every entry, which Word does not write
	p, err := w.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, ModifiedDate: zipEpoch})
	if err == nil {
		err = write(p)
	}
	if err != nil {
		return fmt.Errorf("writing part %s: %w", name, err)
	}
	return nil
}

// AddText adds a part that is at hand.
func (w *Writer) AddText(name, text string) error {
	return w.Add(name, func(p io.Writer) error { _, err := io.WriteString(p, text); return err })
}

// Close finishes the container; it does not close what lies below.
func (w *Writer) Close() error { return w.z.Close() }
