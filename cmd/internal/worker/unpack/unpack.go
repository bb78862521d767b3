// Package unpack takes the files out of an archive that an applicant sent: .zip, .rar, .7z, .gz and .tar.
// It runs in a process that has lost all its rights, on bytes that may be made to break it: what comes out
// is counted as it comes, whatever the headers say, and memory is the process's to bound.
package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bodgit/sevenzip"
	"github.com/nwaples/rardecode/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of one archive. What is beyond them is reported, not unpacked.
const (
	MaxMembers = 200      // listed
	MaxMember  = 32 << 20 // bytes of one file
	MaxTotal   = 96 << 20 // bytes of all

	rarDictionary = 128 << 20
	maxName       = 400 // bytes
)

// State is what became of taking a file out.
type State string

const (
	Whole     State = ""          // all of it came out
	Encrypted State = "encrypted" // a password is needed
	Damaged   State = "damaged"   // it came out in part, or not at all
	TooLarge  State = "too-large" // it was left inside
	Unknown   State = "unknown"   // packed in a way that is not known here
)

// Member is a file in an archive.
type Member struct {
	Name string `json:"name"` // for people: parts joined by /, none of them a way up
}

// Sink takes what is found: Begin names a file, Write gives its bytes, End says what became of it. An
// error from any of them ends the work.
type Sink interface {
	Begin(Member) error
	io.Writer
	End(State) error
}

// ErrMore says that the archive holds more files than are listed.
var ErrMore = errors.New("too many files in the archive")

// Is reports whether bytes begin like an archive that is opened here.
func Is(b []byte) bool {
	for _, mark := range []string{"PK\x03\x04", "PK\x05\x06", "Rar!\x1a\x07", "7z\xbc\xaf'\x1c", "\x1f\x8b"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return true
		}
	}
	return len(b) > 262 && string(b[257:262]) == "ustar"
}

// All takes every file out of an archive. The error is a Sink's own, ErrMore, or says that the archive
// itself could not be read (to its end); StateOf tells which kind that was.
func All(body []byte, to Sink) (err error) {
	defer survive(&err)
	x := &extraction{to: to}
	switch {
	case bytes.HasPrefix(body, []byte("PK")):
		return x.zip(body)
	case bytes.HasPrefix(body, []byte("Rar!")):
		return x.rar(body)
	case bytes.HasPrefix(body, []byte("7z")):
		return x.sevenZip(body)
	case bytes.HasPrefix(body, []byte("\x1f\x8b")):
		return x.gzip(body)
	}
	return x.tar(bytes.NewReader(body))
}

// survive makes an error of a panic: the libraries give some headers up in that way.
func survive(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the archive cannot be read: %v", p)
	}
}

// StateOf tells from an error what is the matter.
func StateOf(err error) State {
	if err == nil {
		return Whole
	}
	if e, ok := errors.AsType[*sevenzip.ReadError](err); ok && e.Encrypted {
		return Encrypted
	}
	switch {
	case errors.Is(err, rardecode.ErrArchiveEncrypted), errors.Is(err, rardecode.ErrArchivedFileEncrypted), errors.Is(err, rardecode.ErrBadPassword):
		return Encrypted
	case errors.Is(err, errLarge), errors.Is(err, rardecode.ErrDictionaryTooLarge):
		return TooLarge
	case errors.Is(err, zip.ErrAlgorithm), errors.Is(err, rardecode.ErrUnknownDecoder), errors.Is(err, rardecode.ErrUnsupportedDecoder):
		return Unknown
	}
	return Damaged
}

var errLarge = errors.New("larger than is taken out")

// extraction counts what comes out of one archive.
type extraction struct {
	to      Sink
	members int
	total   int64
}

// member takes one file out. open is nil for one that state already says cannot be.
func (x *extraction) member(name string, state State, open func() (io.ReadCloser, error)) error {
	if x.members++; x.members > MaxMembers {
		return ErrMore
	}
	if err := x.to.Begin(Member{cleanName(name)}); err != nil {
		return err
	}
	if state != Whole {
		return x.to.End(state)
	}
	failed, err := x.contents(open)
	if failed != nil {
		return failed
	}
	return x.to.End(StateOf(err))
}

// contents gives a file's bytes to the sink, whose error is failed, as far as there is room.
func (x *extraction) contents(open func() (io.ReadCloser, error)) (failed, err error) {
	defer survive(&err)
	r, err := open()
	if err != nil {
		return nil, err
	}
	most := x.total + min(MaxMember, MaxTotal-x.total)
	buf := make([]byte, 32<<10)
	for {
		k, err := r.Read(buf)
		if x.total += int64(k); x.total > most {
			return nil, errors.Join(errLarge, r.Close())
		}
		if _, failed := x.to.Write(buf[:k]); failed != nil {
			return failed, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, r.Close()
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
}

func (x *extraction) zip(body []byte) error {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		state := Whole
		if f.Flags&1 != 0 {
			state = Encrypted
		}
		if err := x.member(zipName(f), state, f.Open); err != nil {
			return err
		}
	}
	return nil
}

// zipName decodes a name: UTF-8 if it is that, whatever the flag says, otherwise what Windows writes in China;
// a field of its own may tell it in UTF-8 beside (APPNOTE 4.6.9).
func zipName(f *zip.File) string {
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		if v := extra[:size]; id == 0x7075 && size > 5 && v[0] == 1 && binary.LittleEndian.Uint32(v[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(v[5:]) {
			return string(v[5:])
		}
		extra = extra[size:]
	}
	return decodeName(f.Name)
}

func decodeName(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if gb, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil {
		return gb
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func (x *extraction) rar(body []byte) error {
	r, err := rardecode.NewReader(bytes.NewReader(body), rardecode.MaxDictionarySize(rarDictionary))
	if err != nil {
		return err
	}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.IsDir || h.LinkType != 0 {
			continue
		}
		state := Whole
		if h.Encrypted {
			state = Encrypted
		}
		if err := x.member(decodeName(h.Name), state, func() (io.ReadCloser, error) { return io.NopCloser(r), nil }); err != nil {
			return err
		}
	}
}

func (x *extraction) sevenZip(body []byte) error {
	z, err := sevenzip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if err := x.member(f.Name, Whole, func() (io.ReadCloser, error) {
			r, err := f.Open()
			return &checked{r, crc32.NewIEEE(), f.UncompressedSize, f.CRC32}, err
		}); err != nil {
			return err
		}
	}
	return nil
}

// checked is a file of a .7z, whose size and checksum the library leaves to its callers: what was hurt on the way is
// not whole.
type checked struct {
	io.ReadCloser
	sum  hash.Hash32
	left uint64 // bytes that are to come
	want uint32 // 0: the archive has none
}

var errChecksum = errors.New("not what was packed")

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	c.left -= uint64(n)
	if errors.Is(err, io.EOF) && (c.left != 0 || c.want != 0 && c.want != c.sum.Sum32()) {
		err = errChecksum
	}
	return n, err
}

// gzip takes out the one file, or those of the .tar in it.
func (x *extraction) gzip(body []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return err
	}
	head := make([]byte, 512)
	n, _ := io.ReadFull(z, head)
	all := io.MultiReader(bytes.NewReader(head[:n]), z)
	if n > 262 && string(head[257:262]) == "ustar" {
		return x.tar(all)
	}
	return x.member(decodeName(z.Name), Whole, func() (io.ReadCloser, error) { return io.NopCloser(all), nil })
}

func (x *extraction) tar(r io.Reader) error {
	t := tar.NewReader(&atMost{r, 2 * MaxTotal})
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := x.member(decodeName(h.Name), Whole, func() (io.ReadCloser, error) { return io.NopCloser(t), nil }); err != nil {
			return err
		}
	}
}

// atMost reads so many bytes and then fails: a tar skips what is not wanted by reading it.
type atMost struct {
	r    io.Reader
	left int64
}

func (a *atMost) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errLarge
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

// cleanName makes of what an archive calls a file a name for people: no way up, no drive, nothing that
// controls a terminal or turns text around.
func cleanName(s string) string {
	var parts []string
	for p := range strings.FieldsFuncSeq(strings.ToValidUTF8(s, "\ufffd"), func(r rune) bool { return r == '/' || r == '\\' }) {
		p = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
				return -1
			}
			return r
		}, p))
		if strings.Trim(p, ". ") != "" && !(len(p) == 2 && p[1] == ':') {
			parts = append(parts, p)
		}
	}
	name := strings.Join(parts, "/")
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		cut := maxName - len(ext)
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = strings.TrimRight(name[:cut], "./ ") + ext // what is left of a part is no way up
	}
	return name
}
