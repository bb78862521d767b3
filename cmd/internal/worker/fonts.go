package worker

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A PDF may name a Chinese font and not hold it: pdfium then draws nothing in its place. It looks for fonts under
// usr/share/fonts of its own file system, which is this: one font, read before the child is confined, and nothing else.

// Fonts are where Debian and others put a Chinese font that stands in for all.
var Fonts = []string{
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
}

// maxFont is the size of a font that is taken.
const maxFont = 32 << 20

// Font returns the first font that is there, "" where there is none.
func Font() string {
	for _, p := range Fonts {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() && info.Size() <= maxFont {
			return p
		}
	}
	return ""
}

// fontFS is a file system that holds one font.
type fontFS struct {
	name string
	font []byte
}

const fontDir = "usr/share/fonts"

// readFont reads the font at a path; nothing is mounted where there is none.
func readFont(file string) (fs.FS, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &fontFS{filepath.Base(file), b}, err
}

func (f *fontFS) Open(name string) (fs.File, error) {
	switch {
	case name == path.Join(fontDir, f.name):
		return &fontFile{bytes.NewReader(f.font), f.info(f.name)}, nil
	case name == fontDir:
		return &fontFolder{f.info("fonts"), []fs.DirEntry{fs.FileInfoToDirEntry(f.info(f.name))}}, nil
	case name == ".":
		return &fontFolder{f.info("."), []fs.DirEntry{fs.FileInfoToDirEntry(f.info("usr"))}}, nil
	case strings.HasPrefix(fontDir, name+"/"):
		next, _, _ := strings.Cut(strings.TrimPrefix(fontDir, name+"/"), "/")
		return &fontFolder{f.info(path.Base(name)), []fs.DirEntry{fs.FileInfoToDirEntry(f.info(next))}}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (f *fontFS) info(name string) fontInfo {
	if name == f.name {
		return fontInfo{name, int64(len(f.font)), 0o444}
	}
	return fontInfo{name, 0, fs.ModeDir | 0o555}
}

type fontInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i fontInfo) Name() string       { return i.name }
func (i fontInfo) Size() int64        { return i.size }
func (i fontInfo) Mode() fs.FileMode  { return i.mode }
func (i fontInfo) ModTime() time.Time { return time.Time{} }
func (i fontInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fontInfo) Sys() any           { return nil }

type fontFile struct {
	*bytes.Reader
	info fontInfo
}

func (f *fontFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *fontFile) Close() error               { return nil }

type fontFolder struct {
	info    fontInfo
	entries []fs.DirEntry
}

func (f *fontFolder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *fontFolder) Close() error               { return nil }
func (f *fontFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: fs.ErrInvalid}
}
func (f *fontFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	all := f.entries
	f.entries = nil
	return all, nil
}
