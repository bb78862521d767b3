package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/outbox"
)

// way is a way out with the loop that uses it.
type way struct {
	name string // for people
	smtp bool
	box  *outbox.Outbox
}

// openOutboxes makes the ways out that the configuration has: drafts for each mailbox, SMTP where it
// has a host. They do nothing until they run.
func (f *office) openOutboxes() {
	log := f.Log.With().Str("component", "outbox").Logger()
	for _, m := range f.Config.Mailboxes {
		channel := &outbox.Drafts{Shelf: shelf{newAccount(m, f.Version, f.store, f.dial)}}
		book := bookOf{f, casefile.OutDraft, m.Name}
		f.ways = append(f.ways, way{name: "草稿箱 " + m.Name, box: outbox.New(channel, book, outbox.Options{Name: "drafts", Between: time.Minute, Now: f.Now, Zone: civil.Zone, Log: log})})
	}
	if !f.Config.SMTP.Enabled() {
		return
	}
	f.ways = append(f.ways, way{name: "发信 " + f.Config.SMTP.User, smtp: true,
		box: outbox.New(f.post(), bookOf{f, casefile.OutSMTP, ""}, outbox.Options{Name: "smtp", Now: f.Now, Zone: civil.Zone, Log: log})})
}

// post is the configured SMTP server.
func (f *office) post() *outbox.SMTP {
	return &outbox.SMTP{Account: f.smtpAccount, Dial: f.dialSMTP}
}

func (f *office) smtpAccount() (outbox.Account, error) {
	c := f.Config.SMTP
	password, err := c.Password()
	if err != nil {
		return outbox.Account{}, err
	}
	roots, err := c.RootCAs()
	return outbox.Account{Host: c.Host, Port: c.Port, Security: outbox.Security(c.TLS), User: c.User, Password: password, Roots: roots}, err
}

// shelf is an outbox.Shelf that reads the password anew for every login.
type shelf struct{ *account }

func (s shelf) drafts() (*imapsource.Drafts, error) {
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	return imapsource.New(options, s.store).Drafts(), nil
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
func (s shelf) Holds(ctx context.Context, messageID string) (bool, error) {
	d, err := s.drafts()
	if err != nil {
		return false, err
	}
	return d.Holds(ctx, messageID)
}

// Between two looks when nothing is recorded: the digest depends on the time of day, and what failed is
// tried again.
const (
	lookEvery = time.Hour
	lookAgain = time.Minute
)

// untilLook is the time to the next look: an hour, or less when the digest is due before.
func (f *office) untilLook() time.Duration {
	now := f.Now().In(civil.Zone)
	if left := f.live().Digest.At.On(now).Sub(now); left > 0 {
		return min(left, lookEvery)
	}
	return lookEvery
}

// keepSending runs the ways out, and owns what the office sends by itself: it sees what was sent, writes
// receipts, and the morning's digest. It runs beside intake and reads what intake has committed.
func (f *office) keepSending(ctx context.Context) {
	grown := f.reg.Grown()
	var boxes sync.WaitGroup
	defer boxes.Wait()
	for _, w := range f.ways {
		boxes.Go(func() { w.box.Run(ctx) })
	}
	checked := map[[2]uint64]bool{}
	receipts := &receipts{f, map[casefile.ID]bool{}}
	morning := &morning{f, 0}
	said := ""
	for {
		wait := f.untilLook()
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"looking for what was sent", func() error { return f.reviewSent(checked) }},
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
				f.Log.Error().Err(err).Msg(step.name)
			}
		}
		for _, w := range f.ways {
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

// outboxTroubles are for status and the log: a way out that is shut for more than an hour, and mails
// for which a person has to do something.
func (f *office) outboxTroubles() (all troubles) {
	for i, w := range f.ways {
		if s := w.box.Status(); s.Fault != outbox.FaultNone && (f.Now().Sub(s.Since) > time.Hour || s.Fault != outbox.FaultUnreachable && s.Fault != outbox.FaultThrottled) {
			all.add(fmt.Sprintf("outbox-%d", i), "%s：%s（下次 %s）", w.name, s.Reason, s.NextTry.In(civil.Zone).Format("01-02 15:04"))
		}
	}
	counts := map[casefile.OutState]int{}
	err := f.reg.View(func(tx *register.Tx) error {
		for _, s := range []casefile.OutState{casefile.OutHeld, casefile.OutFailed, casefile.OutUnknown} {
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
		all.add("outbox", "%v", err)
		return all
	}
	for _, s := range []casefile.OutState{casefile.OutHeld, casefile.OutFailed, casefile.OutUnknown} {
		if n := counts[s]; n > 0 {
			all.add("outbox-"+s.String(), "%d 封信%s，见 ysq outbox list", n, s.Label())
		}
	}
	return all
}

// outboxDiagnoses says whether mails could be sent, and which wait for somebody.
func (f *office) outboxDiagnoses(ctx context.Context, d *diagnoses) error {
	counts := map[casefile.OutState]int{}
	err := f.reg.View(func(tx *register.Tx) error {
		for _, s := range casefile.OutStates() {
			counts[s] = tx.CountOutgoing(s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	const subject = "待发的信"
	waits := fmt.Sprintf("待发 %d，在草稿箱 %d", counts[casefile.OutQueued]+counts[casefile.OutSending], counts[casefile.OutDrafted])
	if n := counts[casefile.OutHeld] + counts[casefile.OutFailed] + counts[casefile.OutUnknown]; n > 0 {
		d.warn("outbox", subject, "逐封处理：ysq outbox list", "%s；%d 封要人处理", waits, n)
	} else {
		d.ok("outbox", subject, "%s", waits)
	}
	if !f.Config.SMTP.Enabled() {
		d.ok("smtp", "发信", "没有配置，不直接发信")
		return nil
	}
	id, name := "smtp", "发信 "+f.Config.SMTP.User
	for _, w := range f.ways {
		if s := w.box.Status(); w.smtp && s.Fault == outbox.FaultAuth && f.Now().Before(s.NextTry) { // a further login would make it worse
			d.fail(id, name, s.Reason, "上次登录被拒绝，%s 前不再登录", s.NextTry.In(civil.Zone).Format("15:04"))
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := f.post().Probe(ctx); err != nil {
		do := "请检查 [smtp]"
		if r, ok := errors.AsType[*outbox.Refusal](err); ok {
			do = r.Reason
		}
		d.fail(id, name, do, "登录不成：%v", err)
		return nil
	}
	d.ok(id, name, "登录成功")
	return nil
}
