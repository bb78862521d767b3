package reading

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/worker"
)

// pageCache keeps pages beside the readings, under the same versions:
//
//	cache/page/<version>/<digest>/<part>.<member>.<page>   the head as a line of JSON, then the bytes
//
// What is erased goes with its folder; what grows too large is thrown away whole, since it is soon made again.
type pageCache struct {
	dir    string
	erased func(casefile.Digest) bool
}

const mostPages = 128 << 20 // bytes of all that is kept

// pageHead is the head of a page as it is kept: with the text of its picture.
type pageHead struct {
	ask.PageHead
	Glyphs []worker.Glyph `json:"glyphs,omitzero"`
}

type pageKey struct {
	digest     casefile.Digest
	part, page int
	member     casefile.Digest
}

func (p *pageCache) path(k pageKey) string {
	return filepath.Join(p.folder(k.digest), fmt.Sprintf("%d.%s.%d", k.part, k.member.Short(), k.page))
}

func (p *pageCache) folder(d casefile.Digest) string { return filepath.Join(p.dir, d.String()) }

func (p *pageCache) get(k pageKey) (head pageHead, content []byte, ok bool) {
	b, err := os.ReadFile(p.path(k))
	if err != nil {
		return head, nil, false
	}
	line, content, found := bytes.Cut(b, []byte("\n"))
	return head, content, found && json.Unmarshal(line, &head) == nil
}

func (p *pageCache) put(k pageKey, head pageHead, content []byte) error {
	line, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if p.size()+int64(len(content)) > mostPages {
		if err := os.RemoveAll(p.dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(p.folder(k.digest), 0o700); err != nil {
		return err
	}
	path := p.path(k)
	if err := desk.RoomBeyondRecords(filepath.Dir(path), len(content)); err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", slices.Concat(line, []byte("\n"), content), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	if p.erased(k.digest) { // while it was drawn
		return p.drop(k.digest)
	}
	return nil
}

// drop lets go the pages of erased bytes.
func (p *pageCache) drop(d casefile.Digest) error { return os.RemoveAll(p.folder(d)) }

func (p *pageCache) size() (n int64) {
	_ = filepath.WalkDir(p.dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				n += onDisk(info.Size())
			}
		}
		return nil // what cannot be looked at counts nothing
	})
	return n
}

// tidy removes the pages of other versions and of erased bytes.
func (p *pageCache) tidy() error {
	return errors.Join(keepVersion(p.dir), removeErased(p.dir, "", p.erased))
}
