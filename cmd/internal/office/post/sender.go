package post

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/outbox"
)

// way is a way out with the loop that uses it.
type way struct {
	name   string // for people
	smtp   bool
	box    *outbox.Outbox
	drafts // where smtp is false
}

// openOutboxes makes the ways out that the configuration has: drafts for each mailbox, SMTP where it
// has a host. They do nothing until they run.
func (p *Room) openOutboxes() {
	log := p.Log.With().Str("component", "outbox").Logger()
	for _, m := range p.Config.Mailboxes {
		channel := &outbox.Drafts{Shelf: shelf{intake.NewAccount(m, p.Version, p.Store, p.Dial)}}
		book := book{p, casefile.OutDraft, m.Name}
		p.ways = append(p.ways, way{name: "草稿箱 " + m.Name, drafts: drafts{book, channel.Shelf}, box: outbox.New(channel, book, outbox.Options{Name: "drafts", Between: time.Minute, Now: p.Now, Zone: civil.Zone, Log: log})})
	}
	if !p.Config.SMTP.Enabled() {
		return
	}
	p.ways = append(p.ways, way{name: "发信 " + p.Config.SMTP.User, smtp: true,
		box: outbox.New(p.post(), book{p, casefile.OutSMTP, ""}, outbox.Options{Name: "smtp", Now: p.Now, Zone: civil.Zone, Log: log})})
}

// post is the configured SMTP server.
func (p *Room) post() *outbox.SMTP {
	return &outbox.SMTP{Account: p.smtpAccount, Dial: p.dialSMTP}
}

func (p *Room) smtpAccount() (outbox.Account, error) {
	c := p.Config.SMTP
	password, err := c.Password()
	if err != nil {
		return outbox.Account{}, err
	}
	roots, err := c.RootCAs()
	return outbox.Account{Host: c.Host, Port: c.Port, Security: outbox.Security(c.TLS), User: c.User, Password: password, Roots: roots}, err
}

// shelf is an outbox.Shelf that reads the password anew for every login.
type shelf struct{ *intake.Account }

func (s shelf) drafts() (*imapsource.Drafts, error) {
	options, err := s.Options()
	if err != nil {
		return nil, err
	}
	return imapsource.New(options, s.Store).Drafts(), nil
}

// Append implements outbox.Shelf.
func (s shelf) Append(ctx context.Context, mail []byte, begin func() error) (refused string, err error) {
	d, err := s.drafts()
	if err != nil {
		return "", err
	}
	return d.Append(ctx, mail, begin)
}

// Holds implements outbox.Shelf.
func (s shelf) Holds(ctx context.Context, messageIDs ...string) (held map[string]bool, whole bool, err error) {
	d, err := s.drafts()
	if err != nil {
		return nil, false, err
	}
	return d.Holds(ctx, messageIDs...)
}

// Between two looks when nothing is recorded: the digest depends on the time of day, and what failed is
// tried again.
const (
	lookEvery = time.Hour
	lookAgain = time.Minute
)

// untilLook is the time to the next look: an hour, or less when the digest is due before.
func (p *Room) untilLook() time.Duration {
	now := p.Now().In(civil.Zone)
	if left := p.Live().Digest.At.On(now).Sub(now); left > 0 {
		return min(left, lookEvery)
	}
	return lookEvery
}

// KeepSending runs the ways out, and owns what the office sends by itself: it sees what was sent, writes
// receipts, and the morning's digest. It runs beside intake and reads what intake has committed.
func (p *Room) KeepSending(ctx context.Context) {
	grown := p.Reg.Grown()
	var boxes sync.WaitGroup
	defer boxes.Wait()
	for _, w := range p.ways {
		boxes.Go(func() { w.box.Run(ctx) })
	}
	boxes.Go(func() { p.keepLookingForDrafts(ctx) })
	boxes.Go(func() { p.keepNotifying(ctx) })
	checked := map[[2]uint64]bool{}
	receipts := &receipts{p, map[casefile.ID]bool{}}
	morning := &morning{p, 0}
	said := ""
	for {
		wait := p.untilLook()
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"looking for what was sent", func() error { return p.reviewSent(checked) }},
			{"writing receipts", receipts.acknowledge},
			{"reminding", morning.remindByMail},
		} {
			err := step.do()
			if err == nil {
				continue
			}
			wait = min(wait, lookAgain)
			if ctx.Err() == nil && err.Error() != said {
				said = err.Error()
				p.Log.Error().Err(err).Msg(step.name)
			}
		}
		for _, w := range p.ways {
			w.box.Wake()
		}
		look := time.NewTimer(wait)
		select {
		case <-grown:
		case <-look.C:
		case <-ctx.Done():
		}
		look.Stop()
		if !pause(ctx, time.Second) { // a batch of mails is one look, not hundreds
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attended are the states in which a mail waits for somebody to do something.
var attended = []casefile.OutState{casefile.OutHeld, casefile.OutFailed, casefile.OutUnknown, casefile.OutVanished}

// Troubles are for status and the log: a way out that is shut for more than an hour, and mails
// for which a person has to do something.
func (p *Room) Troubles() (all desk.Troubles) {
	for i, w := range p.ways {
		if s := w.box.Status(); s.Fault != outbox.FaultNone && (p.Now().Sub(s.Since) > time.Hour || s.Fault != outbox.FaultUnreachable && s.Fault != outbox.FaultThrottled) {
			all.Add(fmt.Sprintf("outbox-%d", i), "%s：%s（下次 %s）", w.name, s.Reason, s.NextTry.In(civil.Zone).Format("01-02 15:04"))
		}
	}
	counts := map[casefile.OutState]int{}
	err := p.View(func(tx *desk.View) error {
		for _, s := range attended {
			for o, err := range tx.OutgoingIn(s) {
				if err != nil {
					return err
				}
				if o.Purpose != casefile.PurposeDigest && !(s == casefile.OutUnknown && o.Way == casefile.OutDraft) {
					counts[s]++
				}
			}
		}
		return nil
	})
	if err != nil {
		all.Add("outbox", "%v", err)
		return all
	}
	for _, s := range attended {
		if n := counts[s]; n > 0 {
			all.Add("outbox-"+s.String(), "%d 封信%s\nysq outbox list", n, s.Label())
		}
	}
	return all
}

// Diagnose says whether mails could be sent, and which wait for somebody.
func (p *Room) Diagnose(ctx context.Context, d *desk.Diagnoses) error {
	p.diagnoseNotify(d)
	counts, err := p.Reg.CountOutgoing()
	if err != nil {
		return err
	}
	const subject = "待发的信"
	waits := fmt.Sprintf("待发 %d，在草稿箱 %d", counts[casefile.OutQueued]+counts[casefile.OutSending], counts[casefile.OutDrafted])
	if n := counts[casefile.OutHeld] + counts[casefile.OutFailed] + counts[casefile.OutUnknown] + counts[casefile.OutVanished]; n > 0 {
		d.Warn("outbox", subject, "逐封处理：ysq outbox list", "%s；%d 封要人处理", waits, n)
	} else {
		d.OK("outbox", subject, "%s", waits)
	}
	if !p.Config.SMTP.Enabled() {
		d.OK("smtp", "发信", "没有配置，不直接发信")
		return nil
	}
	id, name := "smtp", "发信 "+p.Config.SMTP.User
	for _, w := range p.ways {
		if s := w.box.Status(); w.smtp && s.Fault == outbox.FaultAuth && p.Now().Before(s.NextTry) { // a further login would make it worse
			d.Fail(id, name, s.Reason, "上次登录被拒绝，%s 前不再登录", s.NextTry.In(civil.Zone).Format("15:04"))
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := p.post().Probe(ctx); err != nil {
		do := "请检查 [smtp]"
		if r, ok := errors.AsType[*outbox.Refusal](err); ok {
			do = r.Reason
		}
		d.Fail(id, name, do, "登录不成：%v", err)
		return nil
	}
	d.OK(id, name, "登录成功")
	return nil
}
