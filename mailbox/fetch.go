package mailbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox/rawstore"
)

// fetch brings the mails that are owed: many with one command as long as all goes well, and one by
// one, piece by piece, those that did not come. While a batch is made durable or recorded, the next
// one is already arriving.
func (p *Poller) fetch(ctx context.Context, f Folder, box Box, owed []uint32, res *Result) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := p.startCommitter(ctx, cancel, f, box)
	err := p.one("收取 "+f.Name, func() error { return p.fetchAll(ctx, f, box, owed, c, res) })
	commitErr := c.finish()
	res.Taken += c.taken
	if commitErr != nil {
		err = commitErr // it broke the fetch, not the other way round
	}
	for _, in := range c.unkept { // next time one by one, for it may be one's fault
		p.troubled(refOf(in.Entry)).alone = true
	}
	hurt := slices.Concat(c.lost, c.hurt)
	for _, ref := range c.alone {
		if commitErr == nil && !slices.ContainsFunc(hurt, func(e rawstore.Entry) bool { return refOf(e) == ref }) {
			delete(p.troubles, ref)
		}
	}
	return cmp.Or(err, p.setAside(ctx, hurt, res))
}

func (p *Poller) fetchAll(ctx context.Context, f Folder, box Box, owed []uint32, c *committer, res *Result) error {
	var slow, fast []uint32
	for _, uid := range owed {
		if p.troubles[p.ref(f, box, uid)] != nil {
			slow = append(slow, uid)
		} else {
			fast = append(fast, uid)
		}
	}
	fast = p.fromWhereGivenUp(f.Name, fast)
	for {
		rest, left, err := p.fetchFast(ctx, f, box, fast, c)
		if err != nil {
			return err
		}
		delete(p.givenUp, f.Name)
		err = p.fetchAllSlowly(ctx, f, box, append(slow, left...), c, res)
		if errors.Is(err, ErrInvented) && len(rest) > 0 {
			p.givenUp[f.Name] = rest[0]
		}
		if err != nil || len(rest) == 0 {
			return err
		}
		fast, slow = rest, nil
	}
}

// A folder of which the server lists mails that it does not have is given up after so many commands in a row that brought
// nothing, and, as a server may be unable to hand out many mails at once, so many mails in a row, asked for one by one, of
// which it shows nothing. Somebody who empties the folder meanwhile looks the same: the next poll lists what is left.
const (
	emptyWindows = 20
	absentMails  = 100
)

// fromWhereGivenUp puts those UIDs first that an earlier poll gave up before: behind two million that do not exist, those
// that do get their turn.
func (p *Poller) fromWhereGivenUp(folder string, uids []uint32) []uint32 {
	at, _ := slices.BinarySearch(uids, p.givenUp[folder])
	return slices.Concat(uids[at:], uids[:at])
}

// newestFirst puts the window of the highest UIDs first.
func (p *Poller) newestFirst(uids []uint32) []uint32 {
	end := slices.Index(uids, slices.Max(uids)) + 1
	begin := max(0, end-p.opts.Window)
	return slices.Concat(uids[begin:end], uids[:begin], uids[end:])
}

// fetchFast fetches windows until emptyWindows of them in a row bring nothing, and returns what it did not ask for and
// what did not come. The last of these windows is that of the highest UIDs: new mail is there, and need not wait until those
// before it, which may not exist, have had their turn. Otherwise mails come in the order of their UIDs.
func (p *Poller) fetchFast(ctx context.Context, f Folder, box Box, uids []uint32, c *committer) (rest, slow []uint32, err error) {
	for empty := 0; len(uids) > 0 && empty < emptyWindows; {
		window := uids[:min(len(uids), p.opts.Window)]
		left, err := p.fetchWindow(ctx, window, c)
		if faultOf(err) == FaultRefused && len(left) < len(window) {
			err = nil // "some messages could not be fetched": some could
		}
		if err != nil {
			// Servers answer in order, so the first mail that is missing is the one that broke the
			// connection, if any did. Alone it cannot hold up the others again.
			// A disk or a register that takes nothing says nothing about a mail.
			if fault := faultOf(err); len(left) > 0 && ctx.Err() == nil && fault != FaultStorage && fault != FaultIntake {
				p.troubled(p.ref(f, box, left[0]))
			}
			return nil, nil, err
		}
		if empty++; len(left) < len(window) {
			empty = 0
		}
		uids, slow = uids[len(window):], append(slow, left...)
		if empty == emptyWindows-1 && len(uids) > 0 {
			uids = p.newestFirst(uids)
		}
	}
	return uids, slow, nil
}

func (p *Poller) fetchAllSlowly(ctx context.Context, f Folder, box Box, uids []uint32, c *committer, res *Result) error {
	// One listing serves all of them: of a full folder it is long. A mail that goes away after it is missed once more.
	listed := sync.OnceValues(func() ([]uint32, error) { return p.session.List(ctx, 1) })
	absent := 0
	for _, uid := range uids {
		reason, err := p.fetchSlowly(ctx, f, box, uid, listed, c, res)
		if err != nil {
			return err
		}
		if absent++; reason != ReasonMissing && reason != ReasonVanished {
			absent = 0
		}
		if absent == absentMails {
			return &Error{Fault: FaultProtocol, Detail: DetailInvented, Doing: "UID FETCH", Err: ErrInvented}
		}
	}
	return nil
}

// fetchWindow returns the UIDs that did not come.
func (p *Poller) fetchWindow(ctx context.Context, window []uint32, c *committer) ([]uint32, error) {
	missing := make(map[uint32]bool, len(window))
	for _, uid := range window {
		missing[uid] = true
	}
	yield := func(b Body) error {
		if !missing[b.UID] { // unasked for, or for the second time
			b.Temp.Discard()
			return nil
		}
		excuse, err := isExcuse(b.Temp)
		if err != nil || excuse {
			b.Temp.Discard()
			return err
		}
		delete(missing, b.UID)
		return c.add(b)
	}
	err := p.one("成批收取 "+c.folder.Name, func() error { return p.session.Fetch(ctx, window, yield) })
	return slices.Sorted(maps.Keys(missing)), err
}

// fetchSlowly tries one mail. Only errors that end the session are returned; the mail's own are
// counted, and after Options.Tries of them in a row it is quarantined. A try that brought some bytes
// is no failure: the next one goes on from there. The reason is why the mail did not come.
func (p *Poller) fetchSlowly(ctx context.Context, f Folder, box Box, uid uint32, listed func() ([]uint32, error), c *committer, res *Result) (Reason, error) {
	ref := p.ref(f, box, uid)
	t := p.troubled(ref)
	if t.part == nil {
		part, err := p.store.Create()
		if err != nil {
			return "", &Error{Fault: FaultStorage, Doing: "beginning a mail", Err: err}
		}
		t.part = part
	}
	before := t.part.Size()
	var body Body
	err := p.one(fmt.Sprintf("收取 %s UID %d", f.Name, uid), func() (err error) {
		if body, err = p.session.FetchSlowly(ctx, uid, t.part); err != nil {
			return err
		}
		excuse, err := isExcuse(body.Temp)
		if excuse {
			err = &Error{Fault: FaultRefused, Doing: fmt.Sprintf("fetching UID %d", uid), Err: ErrExcuse}
		}
		return err
	})
	if err == nil {
		t.part = nil // the committer's now
		if t.alone {
			c.alone = append(c.alone, ref)
			return "", c.addAlone(body)
		}
		delete(p.troubles, ref)
		return "", c.add(body)
	}
	if ctx.Err() != nil || faultOf(err) == FaultStorage {
		t.discard()
		return "", err
	}
	reason := reasonOf(err)
	if reason == ReasonMissing {
		uids, err := listed()
		if err != nil {
			return reason, err
		}
		if _, still := slices.BinarySearch(uids, uid); !still { // somebody moved or deleted it
			reason = ReasonVanished
		}
	}
	broke := (reason == ReasonBroken || reason == ReasonPanic) && faultOf(err) != FaultRefused // the session, too
	goesOn := broke && reason != ReasonPanic                                                   // the next session, where this one ended
	if !goesOn || t.part.Size() == before {
		t.tries++
	}
	if !goesOn {
		t.discard()
	}
	if reason == ReasonVanished || t.tries >= p.opts.Tries {
		if qerr := p.quarantine(ctx, Trouble{Ref: ref, Role: f.Role, Reason: reason, Tries: t.tries}, err); qerr != nil {
			return reason, qerr
		}
		t.discard()
		res.Quarantined++
	}
	if broke {
		return reason, err
	}
	return reason, nil
}

func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, ErrEmpty):
		return ReasonEmpty
	case errors.Is(err, ErrMissing):
		return ReasonMissing
	case errors.Is(err, ErrTooLarge):
		return ReasonTooLarge
	case errors.Is(err, ErrExcuse):
		return ReasonExcuse
	case panics.Is(err):
		return ReasonPanic
	}
	return ReasonBroken
}

// isExcuse knows what Exchange gives out in the place of a mail that it cannot convert: a small mail from
// itself, without an address.
func isExcuse(mail *rawstore.Temp) (bool, error) {
	if mail.Size() > 64<<10 {
		return false, nil
	}
	head, err := mail.Head(8 << 10)
	if err != nil {
		return false, &Error{Fault: FaultStorage, Doing: "reading a mail", Err: err}
	}
	if !bytes.Contains(head, []byte("Microsoft Exchange Server")) {
		return false, nil
	}
	header, _, _ := strings.Cut(strings.ReplaceAll(string(head), "\r\n", "\n"), "\n\n")
	for line := range strings.SplitSeq(header, "\n") {
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "From") {
			return strings.Contains(value, "Microsoft Exchange Server") && !strings.Contains(value, "@"), nil
		}
	}
	return false, nil
}

// quarantine has the mail set aside; it is tried again after a quarter of an hour, then after twice
// as long each time, up to a day.
func (p *Poller) quarantine(ctx context.Context, t Trouble, cause error) error {
	switch t.Reason {
	case ReasonVanished:
		t.Detail = "服务器列出了这封邮件，收取前它已被移走或删除；请在网页邮箱的其他文件夹和“已删除”中查找。"
		delete(p.troubles, t.Ref)
	case ReasonEmpty:
		t.Detail = "服务器给出的邮件内容为空；请在网页邮箱中打开该邮件核对。"
	case ReasonMissing:
		t.Detail = "服务器列出了这封邮件，却不返回其内容；请在网页邮箱中打开该邮件核对。"
	case ReasonExcuse:
		t.Detail = "服务器给出的不是这封邮件，而是一则“无法取出该邮件”的通知（Exchange 的做法）；系统会继续索取，请在网页邮箱中打开该邮件核对。"
	case ReasonTooLarge:
		t.Detail = "邮件超过允许收取的大小；请在网页邮箱中打开该邮件，按纸质来件登记。"
	case ReasonPanic:
		t.Detail = "本程序处理这封邮件时出错（原因在日志中）；请在网页邮箱中打开该邮件核对，并报告给维护人员。"
	default:
		t.Detail = "每次收取这封邮件都以连接中断或服务器拒绝告终；请在网页邮箱中打开该邮件核对。" + cause.Error()
	}
	if t.Reason != ReasonVanished {
		wait := 15 * time.Minute << min(max(0, t.Tries-p.opts.Tries), 7)
		t.Next = time.Now().Add(min(wait, 24*time.Hour))
		p.troubled(t.Ref).next = t.Next
	}
	p.opts.Log.Warn().Str("account", t.Account).Str("folder", t.Folder).Uint32("uid", t.UID).
		Str("reason", string(t.Reason)).Int("tries", t.Tries).Msg("mail quarantined")
	err := p.one("列为未取回", func() error { return p.intake.Quarantine(context.WithoutCancel(ctx), t) })
	if err != nil && !panics.Is(err) {
		return &Error{Fault: FaultIntake, Doing: "recording a quarantined mail", Err: err}
	}
	return err
}

func (p *Poller) troubled(ref Ref) *trouble {
	if p.troubles[ref] == nil {
		p.troubles[ref] = &trouble{}
	}
	return p.troubles[ref]
}

func (p *Poller) ref(f Folder, box Box, uid uint32) Ref {
	return Ref{Account: p.opts.Account, Folder: f.Name, UIDValidity: box.UIDValidity, UID: uid}
}

// committer gathers mails into batches; one goroutine makes each durable, another has it recorded. The
// hand-overs are unbuffered, so that at most three batches are in hand: one arrives while the one before
// is on its way to the disk and the one before that is being recorded.
type committer struct {
	p      *Poller
	ctx    context.Context
	cancel context.CancelCauseFunc // breaks the fetch off
	folder Folder
	box    Box

	batch []rawstore.Incoming // owned by the fetching goroutine
	bytes int64
	alone []Ref // mails that came in a batch of their own

	batches chan []rawstore.Incoming // whole
	kept    chan []rawstore.Entry    // durable; an empty batch only waits for the one before it
	workers sync.WaitGroup

	// Read when the workers have ended.
	taken  int
	hurt   []rawstore.Entry    // mails over which recording panics
	lost   []rawstore.Entry    // mails over which storing panics
	unkept []rawstore.Incoming // the batch over which storing panicked

	mu  sync.Mutex
	err error // the first
}

func (p *Poller) startCommitter(ctx context.Context, cancel context.CancelCauseFunc, f Folder, box Box) *committer {
	c := &committer{
		p: p, ctx: ctx, cancel: cancel, folder: f, box: box,
		batches: make(chan []rawstore.Incoming), kept: make(chan []rawstore.Entry),
	}
	c.workers.Go(c.keepAll)
	c.workers.Go(c.recordAll)
	return c
}

// add takes the mail over, also when it returns an error.
func (c *committer) add(b Body) error {
	announced := b.Announced
	if announced == b.Temp.Size() {
		announced = 0
	}
	c.batch = append(c.batch, rawstore.Incoming{Temp: b.Temp, Entry: rawstore.Entry{
		Account: c.p.opts.Account, Folder: c.folder.Name, Role: string(c.folder.Role),
		UIDValidity: c.box.UIDValidity, UID: b.UID, InternalDate: b.InternalDate, Announced: announced,
	}})
	c.bytes += b.Temp.Size()
	if len(c.batch) < c.p.opts.BatchMails && c.bytes < c.p.opts.BatchBytes {
		return nil
	}
	c.handOver()
	return c.failure()
}

// addAlone makes a batch of the one mail.
func (c *committer) addAlone(b Body) error {
	c.handOver()
	err := c.add(b)
	c.handOver()
	return err
}

func (c *committer) handOver() {
	if len(c.batch) > 0 {
		c.batches <- c.batch
	}
	c.batch, c.bytes = nil, 0
}

// finish commits what is in hand, also when the fetch was broken off: those mails are whole.
func (c *committer) finish() error {
	c.handOver()
	close(c.batches)
	c.workers.Wait()
	return c.failure()
}

// keptAtOnce is after how many batches the disk waits for the register: only when nothing is between
// the two does the store forget its manifest, which a restart would have to go through.
const keptAtOnce = 8

func (c *committer) keepAll() {
	defer close(c.kept)
	for n := 1; ; n++ {
		batch, ok := <-c.batches
		if !ok {
			return
		}
		if c.failure() != nil {
			discard(batch)
			continue
		}
		if n%keptAtOnce == 0 {
			c.kept <- nil
		}
		var entries []rawstore.Entry
		err := c.p.one("存盘", func() (err error) { entries, err = c.p.store.Keep(batch); return err })
		switch {
		case panics.Is(err):
			_ = panics.In(func() error { discard(batch); return nil })
			if len(batch) == 1 {
				c.lost = append(c.lost, batch[0].Entry)
				continue
			}
			c.unkept = batch
			c.fail(err)
		case err != nil:
			c.fail(&Error{Fault: FaultStorage, Doing: "storing mails", Err: err})
		default:
			c.kept <- entries
		}
	}
}

func discard(batch []rawstore.Incoming) {
	for _, in := range batch {
		in.Temp.Discard()
	}
}

// recordAll does not let itself be interrupted: stopping waits for what is in hand. After an error
// the rest stays pending in the store.
func (c *committer) recordAll() {
	failed := false
	for entries := range c.kept {
		if failed || len(entries) == 0 {
			continue
		}
		taken, hurt, err := take(context.WithoutCancel(c.ctx), c.p.store, c.p.intake, c.p.opts, entries)
		c.taken, c.hurt = c.taken+len(taken), append(c.hurt, hurt...)
		c.p.countTaken(len(taken))
		if err != nil {
			failed = true
			c.fail(err)
		}
	}
}

func (c *committer) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	c.cancel(err)
}

func (c *committer) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
