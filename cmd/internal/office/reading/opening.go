package reading

import (
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
)

// openings keeps the beginnings of mails, because 待办 shows the same few mails to everybody all day.
type openings struct {
	mu  sync.Mutex
	all map[casefile.Digest]string
}

const (
	mostOpenings = 2048     // are kept, some 700 bytes each at most
	openingText  = 64 << 10 // of a mail's text are looked through for its opening
)

func (o *openings) get(d casefile.Digest) (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, ok := o.all[d]
	return s, ok
}

func (o *openings) put(d casefile.Digest, s string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil || len(o.all) >= mostOpenings {
		o.all = make(map[casefile.Digest]string)
	}
	o.all[d] = s
}

func (o *openings) drop(d casefile.Digest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, d)
}

// Opening returns how a mail begins (form.Opening), or nothing where the mail cannot be read. Each mail is read once, and
// again only if many others have been asked for since.
func (g *Room) Opening(d casefile.Digest) string {
	if d.IsZero() || g.Reg.Erased(d) {
		return ""
	}
	s, ok := g.openings.get(d)
	if ok {
		return s
	}
	err := g.One(d, "列出来信", func() error {
		m, err := g.Skim(d, openingText)
		s = form.Opening(m.Text)
		return err
	})
	if err != nil { // what cannot be read now may be read later: it is not kept
		g.Log.Debug().Err(err).Str("digest", d.Short()).Msg("a mail cannot be shown in a list")
		return ""
	}
	g.openings.put(d, s)
	if g.Reg.Erased(d) { // while it was read
		g.openings.drop(d)
	}
	return s
}
