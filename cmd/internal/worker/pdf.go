package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/casefile/panics"
)

// Limits of a PDF. An application has a few pages; what lies beyond is reported, not read.
const (
	maxPages  = 30
	maxGlyphs = 60_000 // of all pages
)

// library is pdfium, ready to read one document. Its module has no file system, no scripts and no
// network; its memory ends at wasmPages.
type library struct {
	pool pdfium.Pool
	pdfium.Pdfium
}

// compiled runs pdfium as machine code out of a cache.
func compiled(cache wazero.CompilationCache) wazero.RuntimeConfig {
	return wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache)
}

// startLibrary readies pdfium as machine code where there is a cache and the process may run it,
// interpreted elsewhere.
func startLibrary(cache string, fonts fs.FS) (*library, error) {
	runtime := wazero.NewRuntimeConfigInterpreter()
	if info, err := os.Stat(cache); compiles && cache != "" && err == nil && info.IsDir() && mayExecute() {
		c, err := wazero.NewCompilationCacheWithDir(cache)
		if err != nil {
			return nil, err
		}
		runtime = compiled(c)
	}
	return newLibrary(runtime, fonts)
}

// newLibrary starts pdfium, which sees the files of fonts and no others.
func newLibrary(runtime wazero.RuntimeConfig, fonts fs.FS) (*library, error) {
	files := wazero.NewFSConfig()
	if fonts != nil {
		files = files.WithFSMount(fonts, "/")
	}
	runtime = runtime.WithMemoryLimitPages(wasmPages).
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling) // pdfium is built with them
	pool, err := webassembly.Init(webassembly.Config{
		Context: context.Background(), MaxIdle: 1, MaxTotal: 1,
		FSConfig: files, Stdout: io.Discard, Stderr: io.Discard, RuntimeConfig: runtime,
	})
	if err != nil {
		return nil, fmt.Errorf("starting pdfium: %w", err)
	}
	instance, err := pool.GetInstance(time.Minute)
	if err != nil {
		return nil, fmt.Errorf("starting pdfium: %w", err)
	}
	return &library{pool, instance}, nil
}

func (l *library) close() error { return l.pool.Close() }

// read reads a PDF. It never fails: what cannot be read is a state. bare are its pages without text, from 1.
func (l *library) read(in form.Input) (r Reading, bare []int) {
	r = Reading{Document: form.Document{Part: in.Index, Name: in.Name, Format: form.PDF}}
	opened, err := l.OpenDocument(&requests.OpenDocument{File: &in.Body})
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword), errors.Is(err, pdfiumerrors.ErrSecurity):
		return r.with(Encrypted, form.NoteEncrypted, "PDF 已加密，没有密码读不出。"), bare
	case err != nil:
		return r.with(Damaged, form.NoteDamaged, "PDF 损坏，读不出。"), bare
	}
	counted, err := l.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil || counted.PageCount == 0 {
		return r.with(Damaged, form.NoteDamaged, "PDF 里没有页。"), bare
	}
	fields := l.openForms(opened.Document)
	room := maxGlyphs
	var broken []int // pages that could not be read
	for i := range min(counted.PageCount, maxPages) {
		blocks, glyphs, err := l.page(in, opened.Document, fields, i, counted.PageCount, room)
		switch {
		case errors.Is(err, errNoText):
			bare = append(bare, i+1)
		case err != nil:
			broken = append(broken, i+1)
		}
		r.Document.Blocks = append(r.Document.Blocks, blocks...)
		if room -= glyphs; room <= 0 {
			r.note(form.NoteCut, fmt.Sprintf("文字过多，只读到第 %d 页。", i+1))
			break
		}
	}
	if counted.PageCount > maxPages {
		r.note(form.NoteCut, fmt.Sprintf("共 %d 页，只读了前 %d 页。", counted.PageCount, maxPages))
	}
	if broken != nil {
		r.note(form.NoteDamaged, "第 "+numbers(broken)+" 页读不出。")
	}
	switch {
	case len(r.Document.Blocks) > 0 && bare != nil:
		r.note(form.NoteScan, "第 "+numbers(bare)+" 页没有文字，可能是扫描件，须人工阅看。")
	case len(r.Document.Blocks) == 0 && bare != nil:
		return r.with(Scan, form.NoteScan, "这份 PDF 没有文字，是扫描件或照片，须人工阅看。"), bare
	case len(r.Document.Blocks) == 0 && broken != nil:
		r.State = Damaged
		return r, bare
	case len(r.Document.Blocks) == 0:
		return r.with(Empty, form.NoteEmpty, "PDF 里都是空白页。"), bare
	}
	r.State = Read
	return r, bare
}

func (r Reading) with(s State, code, text string) Reading {
	r.State = s
	r.note(code, text)
	return r
}

func (r *Reading) note(code, text string) {
	r.Document.Notes = append(r.Document.Notes, form.Note{Code: code, Text: text})
}

func numbers(all []int) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, "、")
}

// page reads a page: its glyphs with their places, the lines drawn on it, and from both its blocks. One over which our code
// panics cannot be read; the others can.
func (l *library) page(in form.Input, doc references.FPDF_DOCUMENT, fields *forms, index, pages, room int) (blocks []form.Block, glyphs int, err error) {
	defer panics.Catch(&err)
	loaded, err := l.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		_, closed := l.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
		err = errors.Join(err, closed)
	}()
	page := requests.Page{ByReference: &loaded.Page}
	size, err := l.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, 0, err
	}
	text, err := l.GetPageTextStructured(&requests.GetPageTextStructured{Page: page, Mode: requests.GetPageTextStructuredModeChars})
	if err != nil {
		return nil, 0, err
	}
	all := glyphsOf(text.Chars, size.Height, room)
	typed, boxes := l.entered(fields, page, size.Height, len(all))
	all = append(all, boxes...)
	// A page whose drawing cannot be read still has its text.
	rules, drawn, _ := l.rules(page, size.Height)
	if len(all) == 0 && len(typed) == 0 {
		if drawn {
			return nil, 0, errNoText
		}
		return nil, 0, nil
	}
	return layOut(in, pages, index+1, all, typed, rules), len(all), nil
}

// errNoText is a page on which there is something, and no text.
var errNoText = errors.New("a page without text")

func glyphsOf(chars []*responses.GetPageTextStructuredChar, height float64, room int) (all []glyph) {
	apart := false
	for _, c := range chars {
		at := c.PointPosition
		g := glyph{text: c.Text, box: box{at.Left, height - at.Top, at.Right, height - at.Bottom}, at: len(all), apart: apart}
		if apart = strings.TrimFunc(g.text, nothing) == ""; apart {
			continue
		}
		if all = append(all, g); len(all) == room {
			break
		}
	}
	return all
}

// nothing are runes that show nothing.
func nothing(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufffe' || r == 0
}
