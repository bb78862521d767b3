package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
)

// One does something with one mail or file. A panic in it becomes an error of this one, is logged with its stack and stands
// in Status until the same goes well: the mails behind it, and the daemon, go on.
func (d *Desk) One(digest casefile.Digest, doing string, do func() error) (err error) {
	caught := panics.In(func() error {
		if d.OnOne != nil {
			d.OnOne(doing, digest)
		}
		err = do()
		return nil
	})
	if caught == nil {
		d.hurt.remove(hurt{doing, digest})
		return err
	}
	d.tellPanic(caught, doing, digest)
	return fmt.Errorf("%s时%w", doing, caught)
}

func (d *Desk) tellPanic(caught error, doing string, digest casefile.Digest) {
	d.hurt.add(hurt{doing, digest})
	log := d.Log.Error().Err(caught).Str("doing", doing).Str("digest", digest.String())
	if p, ok := errors.AsType[*panics.Error](caught); ok {
		log = log.Bytes("stack", p.Stack)
	}
	log.Msg("the program panicked over one mail or file; everything else goes on")
}

// startAgain is how long a loop of the daemon rests that has panicked.
const startAgain = time.Minute

// Loop runs a loop of the daemon until ctx ends: a panic that is no single mail's costs it a minute.
func (d *Desk) Loop(ctx context.Context, doing string, loop func(context.Context)) {
	for ctx.Err() == nil {
		caught := panics.In(func() error { loop(ctx); return nil })
		if caught == nil {
			return
		}
		d.tellPanic(caught, doing, casefile.Digest{})
		rest := time.NewTimer(startAgain)
		select {
		case <-rest.C:
		case <-ctx.Done():
		}
		rest.Stop()
	}
}

// hurt is what panicked: over one mail or file, or, without a digest, a loop of the daemon.
type hurt struct {
	doing  string
	digest casefile.Digest
}

func (h hurt) String() string {
	if h.digest.IsZero() {
		return h.doing
	}
	return h.digest.Short() + "（" + h.doing + "）"
}

// hurts remembers what panicked, the newest last. The log has all of it.
type hurts struct {
	mu  sync.Mutex
	all []hurt
}

const (
	mostHurt  = 1000
	namedHurt = 3
)

func (h *hurts) add(one hurt) {
	h.remove(one)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all = append(h.all, one); len(h.all) > mostHurt {
		h.all = slices.Delete(h.all, 0, 1)
	}
}

func (h *hurts) remove(one hurt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.all, one); i >= 0 {
		h.all = slices.Delete(h.all, i, i+1)
	}
}

// Hurt says over what the program has panicked since it started: somebody has to look at these mails and files.
func (d *Desk) Hurt() (all Troubles) {
	d.hurt.mu.Lock()
	defer d.hurt.mu.Unlock()
	if n := len(d.hurt.all); n > 0 {
		var names []string
		for _, one := range slices.Backward(d.hurt.all[max(0, n-namedHurt):]) {
			names = append(names, one.String())
		}
		all.Add("panic", "程序处理 %d 项时出错，其余照常；请人工阅看并报告：%s\njournalctl -u ysq", n, strings.Join(names, "、"))
	}
	return all
}
