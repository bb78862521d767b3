package desk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Keeps refuses to put documents into a case whose bytes are not there, or under a name that is not
// for people: a record would hold both for ever.
func (d *Desk) Keeps(files []casefile.File) error {
	for _, file := range files {
		if !d.Store.Has(file.Digest) {
			return ask.NotFound("先送文件\nysq attach、ysq new", "没有摘要为 %s 的文件", file.Digest.Short())
		}
		if file.Name != FileName(file.Name) {
			return ask.Usage("文件名 %q 不对", file.Name)
		}
	}
	return nil
}

// FileName makes a name for people of whatever a program called the file: no path, nothing invisible.
func FileName(name string) string {
	name = filepath.Base(filepath.Clean("/" + strings.ReplaceAll(name, `\`, "/")))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	runes := []rune(name)
	if len(runes) > 120 {
		runes = append(runes[:100], runes[len(runes)-20:]...) // the ending says what it is
	}
	if s := strings.TrimSpace(string(runes)); s != "" && s != "/" {
		return s
	}
	return "未命名"
}

// HandOver gives out the bytes of a file that a record names; called is how a refusal speaks of it.
func (d *Desk) HandOver(digest casefile.Digest, called string, begin func() (io.Writer, error)) error {
	erased, err := Look(d, func(tx *View) (bool, error) { return tx.Erased(digest), nil })
	if err != nil {
		return err
	}
	if erased { // though its bytes may be there until the erasing is finished
		return ask.NotFound("", "%s已经销毁", called)
	}
	file, err := d.Store.Open(digest)
	if errors.Is(err, fs.ErrNotExist) {
		return ask.NotFound("", "%s不在：请从备份恢复", called)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	w, err := begin()
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}

// DropUnknown removes bytes of which no record speaks: those of a letter that came to nothing.
func (d *Desk) DropUnknown(digest casefile.Digest) error {
	if digest.IsZero() {
		return nil
	}
	if known, err := d.Reg.Known(digest); err != nil || known {
		return err
	}
	return d.Store.Erase(digest)
}

// KeepFile keeps bytes of the office's own making under their digest, as TakeFile does what somebody sends.
func (d *Desk) KeepFile(name string, body io.Reader) (casefile.File, error) {
	return d.keepFile("", name, body)
}

func (d *Desk) keepFile(sender, name string, body io.Reader) (casefile.File, error) {
	kept, err := d.keep(sender, func(w io.Writer) error {
		n, err := io.Copy(w, body)
		if err == nil && n == 0 {
			err = ask.Usage("文件 %q 是空的", name)
		}
		return err
	})
	return casefile.File{Digest: kept.Digest, Name: FileName(name), Size: kept.Size}, err
}

// Keep keeps what write writes, a file or a mail of the office, under its digest. It is the caller's to settle when
// a record names it.
func (d *Desk) Keep(write func(io.Writer) error) (rawstore.Entry, error) { return d.keep("", write) }

func (d *Desk) keep(sender string, write func(io.Writer) error) (rawstore.Entry, error) {
	temp, err := d.Store.Create()
	if err != nil {
		return rawstore.Entry{}, err
	}
	if err := write(temp); err != nil {
		temp.Discard()
		return rawstore.Entry{}, err
	}
	kept, err := d.Store.Keep([]rawstore.Incoming{{Temp: temp, Entry: rawstore.Entry{Account: sender, Role: string(mailbox.RoleFile)}}})
	if err != nil {
		return rawstore.Entry{}, err
	}
	return kept[0], nil
}

// Parse reads a mail of the store. One over which the parser panics is an error.
func (d *Desk) Parse(digest casefile.Digest, limits parse.Limits) (m casefile.Message, err error) {
	err = d.One(digest, "读信", func() error {
		m, err = d.parse(digest, limits)
		return err
	})
	return m, err
}

func (d *Desk) parse(digest casefile.Digest, limits parse.Limits) (casefile.Message, error) {
	file, err := d.Store.Open(digest)
	if errors.Is(err, fs.ErrNotExist) {
		return casefile.Message{}, fmt.Errorf("邮件原文 %s 不在：请从备份恢复", digest.Short())
	}
	if err != nil {
		return casefile.Message{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return casefile.Message{}, err
	}
	return parse.Message(file, info.Size(), digest, limits), nil
}

// Skim reads so much of the text of a mail, and the names of its parts without their bytes.
func (d *Desk) Skim(digest casefile.Digest, text int) (casefile.Message, error) {
	return d.Parse(digest, parse.Limits{Text: text, Undigested: true, Skim: true})
}

// forRecords is what caches leave of a disk that fills up: what can be read again must not take the last room from
// the register and its journal.
const forRecords = 64 << 20

// RoomBeyondRecords returns a *durable.NoSpaceError where n more bytes of a cache in a directory would leave less
// than that.
func RoomBeyondRecords(dir string, n int) error { return durable.RoomFor(dir, forRecords+int64(n)) }
