package post

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/outbox"
)

// Delivery brings what was prepared to the servers and finds out what became of it. It also runs what the office sends by
// itself: receipts, and the reminders of the morning.
type Delivery struct {
	*desk.Desk
	record    *record.Room
	intake    *intake.Room
	room      *Room
	reminders *Reminders
	dial      func(ctx context.Context, address string) (net.Conn, error)
	ways      []way
}

// NewDelivery returns the delivery of what the room prepares. Nothing is sent before KeepSending runs. dial is for
// tests and may be nil.
func NewDelivery(p *Room, r *Reminders, dial func(ctx context.Context, address string) (net.Conn, error)) *Delivery {
	y := &Delivery{Desk: p.Desk, record: p.record, intake: p.intake, room: p, reminders: r, dial: dial}
	y.openOutboxes()
	return y
}

// way is a way out with the loop that uses it.
type way struct {
	name   string // for people
	smtp   bool
	box    *outbox.Outbox
	drafts // where smtp is false
}

// openOutboxes makes the ways out that the configuration has: drafts for each mailbox, SMTP where it
// has a host. They do nothing until they run.
func (y *Delivery) openOutboxes() {
	log := y.Log.With().Str("component", "outbox").Logger()
	for _, m := range y.Config.Mailboxes {
		channel := &outbox.Drafts{Shelf: shelf{intake.NewAccount(m, y.Version, y.Store, y.Dial)}}
		book := book{y, casefile.OutDraft, m.Name}
		y.ways = append(y.ways, way{name: "草稿箱 " + m.Name, drafts: drafts{book, channel.Shelf}, box: outbox.New(channel, book, outbox.Options{Name: "drafts", Between: time.Minute, Now: y.Now, Zone: civil.Zone, One: y.One, Log: log})})
	}
	if !y.Config.SMTP.Enabled() {
		return
	}
	y.ways = append(y.ways, way{name: "发信 " + y.Config.SMTP.User, smtp: true,
		box: outbox.New(y.smtp(), book{y, casefile.OutSMTP, ""}, outbox.Options{Name: "smtp", Now: y.Now, Zone: civil.Zone, One: y.One, Log: log})})
}

// smtp is the configured server.
func (y *Delivery) smtp() *outbox.SMTP {
	return &outbox.SMTP{Account: y.smtpAccount, Dial: y.dial}
}

func (y *Delivery) smtpAccount() (outbox.Account, error) {
	c := y.Config.SMTP
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
func (y *Delivery) untilLook() time.Duration {
	now := y.Now().In(civil.Zone)
	if left := y.Live().Digest.At.On(now).Sub(now); left > 0 {
		return min(left, lookEvery)
	}
	return lookEvery
}

// KeepSending runs the ways out, and owns what the office sends by itself: it sees what was sent, writes
// receipts, and the morning's digest. It runs beside intake and reads what intake has committed.
func (y *Delivery) KeepSending(ctx context.Context) {
	grown := y.Reg.Grown()
	var boxes sync.WaitGroup
	defer boxes.Wait()
	for _, w := range y.ways {
		boxes.Go(func() { y.Loop(ctx, w.name, w.box.Run) })
	}
	boxes.Go(func() { y.Loop(ctx, "核对草稿箱", y.keepLookingForDrafts) })
	boxes.Go(func() { y.Loop(ctx, "每日通知", y.reminders.keepNotifying) })
	checked := map[[2]uint64]bool{}
	receipts := &receipts{y, map[casefile.ID]bool{}}
	daily := &daily{y.reminders, 0}
	said := ""
	for {
		wait := y.untilLook()
		for _, step := range []struct {
			name, doing string
			do          func() error
		}{
			{"looking for what was sent", "核对已发送", func() error { return y.reviewSent(checked) }},
			{"writing receipts", "写收件回执", receipts.acknowledge},
			{"reminding", "每日提醒", daily.remindByMail},
		} {
			err := y.One(casefile.Digest{}, step.doing, step.do)
			if err == nil {
				continue
			}
			wait = min(wait, lookAgain)
			if ctx.Err() == nil && err.Error() != said {
				said = err.Error()
				y.Log.Error().Err(err).Msg(step.name)
			}
		}
		for _, w := range y.ways {
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
func (y *Delivery) Troubles() (all desk.Troubles) {
	for i, w := range y.ways {
		if s := w.box.Status(); s.Fault != outbox.FaultNone && (y.Now().Sub(s.Since) > time.Hour || s.Fault != outbox.FaultUnreachable && s.Fault != outbox.FaultThrottled) {
			all.Add(fmt.Sprintf("outbox-%d", i), "%s：%s（下次 %s）", w.name, s.Reason, s.NextTry.In(civil.Zone).Format("01-02 15:04"))
		}
	}
	counts := map[casefile.OutState]int{}
	err := y.View(func(tx *desk.View) error {
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
func (y *Delivery) Diagnose(ctx context.Context, d *desk.Diagnoses) error {
	counts, err := y.Reg.CountOutgoing()
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
	if !y.Config.SMTP.Enabled() {
		d.OK("smtp", "发信", "没有配置，不直接发信")
		return nil
	}
	id, name := "smtp", "发信 "+y.Config.SMTP.User
	for _, w := range y.ways {
		if s := w.box.Status(); w.smtp && s.Fault == outbox.FaultAuth && y.Now().Before(s.NextTry) { // a further login would make it worse
			d.Fail(id, name, s.Reason, "上次登录被拒绝，%s 前不再登录", s.NextTry.In(civil.Zone).Format("15:04"))
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := y.smtp().Probe(ctx); err != nil {
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
