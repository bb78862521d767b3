package web

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

const (
	pictureStays   = time.Minute // long enough for the page around it to load
	picturesAtOnce = 32 << 20    // bytes
)

// pictures are what the office has drawn for pages that are loading: a page may show nothing but what this site serves, and
// what somebody looks at is recorded when the page is made, not when the browser comes for its pictures. Each lies here for
// a minute under a name that nobody can guess, for the person whose page it is. It is safe for concurrent use.
type pictures struct {
	mu  sync.Mutex
	all []picture // the oldest first
}

type picture struct {
	name, kind string
	whose      ask.Handle
	content    []byte
}

// put keeps a picture for a page that is being written, and returns the address under which the browser finds it. Where
// there are too many, the oldest go.
func (p *pictures) put(whose ask.Handle, kind string, content []byte) (address string) {
	name := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, picture{name, kind, whose, content})
	for sum, i := 0, len(p.all)-1; i >= 0; i-- {
		if sum += len(p.all[i].content); sum > picturesAtOnce {
			p.all = slices.Delete(p.all, 0, i+1)
			break
		}
	}
	time.AfterFunc(pictureStays, func() { p.forget(name) }) // the name alone: one that has gone before is not kept for this
	return "/picture/" + name
}

func (p *pictures) forget(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = slices.DeleteFunc(p.all, func(one picture) bool { return one.name == name })
}

func (p *pictures) find(whose ask.Handle, name string) (picture, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.all, func(one picture) bool { return one.name == name && one.whose == whose })
	if i < 0 {
		return picture{}, false
	}
	return p.all[i], true
}

// showPicture hands a picture to the page that it was drawn for.
func showPicture(x *visit) error {
	one, ok := x.site.pictures.find(x.me.Name, x.r.PathValue("name"))
	if !ok {
		return ask.NotFound("", "这张图已经不在，请重新打开那一页")
	}
	h := x.w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("Content-Security-Policy", sandbox)
	_, err := x.w.Write(one.content)
	return err
}
