package post

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/outbox"
)

// notifyAgain are the pauses before a post is tried again. After the last the day is given up: what is to be done
// stands in the register, in the mail of the morning and in the journal anyway.
var notifyAgain = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// posting is how a post of the counts went.
type posting struct {
	at     time.Time
	why    string    // it failed, in words for people; empty: it was taken
	again  time.Time // when it is tried again; zero: the day is given up
	failed bool
}

// notifier posts the counts of the morning once a working day. It runs beside everything else, so that a server that
// does not answer holds up nothing.
type notifier struct {
	*Reminders
	done  civil.Date // the last day of which nothing is left to post
	tried int        // on the day
	next  time.Time
}

// Awake says that the daemon is awake: what goes by the clock looks at it now, and has no alarm of its own.
func (r *Reminders) Awake() {
	select {
	case r.awake <- struct{}{}:
	default:
	}
}

// keepNotifying looks whether it is time whenever the daemon is awake.
func (r *Reminders) keepNotifying(ctx context.Context) {
	n := &notifier{Reminders: r}
	for {
		n.morning(ctx)
		select {
		case <-r.awake:
		case <-ctx.Done():
			return
		}
	}
}

func (n *notifier) morning(ctx context.Context) {
	now := n.Now().In(civil.Zone)
	today, c := civil.Of(now), n.Live()
	switch {
	case !c.Notify.Enabled() || n.done == today || !n.Reg.Calendar().Day(today).Working || now.Before(c.Digest.At.On(now)), now.Before(n.next):
		return
	case n.notifiedOn() == today.String():
		n.done = today
		return
	}
	if civil.Of(n.next) != today {
		n.tried = 0
	}
	items, err := n.notify(ctx, false)
	wrong, known := errors.AsType[*outbox.HookError](err)
	switch {
	case ctx.Err() != nil:
		return
	case err == nil:
		n.done = today
		if items == 0 {
			return
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(n.notifiedFile()), 0o700), os.WriteFile(n.notifiedFile(), []byte(today.String()), 0o600)); err != nil {
			n.Log.Warn().Err(err).Msg("it cannot be kept that today's notification is out; after a restart it is posted again")
		}
	case known && !wrong.Again, n.tried == len(notifyAgain):
		n.done = today
		n.notified.Store(&posting{at: now, why: whyNot(err), failed: true})
		n.Log.Error().Err(err).Msg("today's notification is given up (ysq notify --test)")
	default:
		n.next = now.Add(notifyAgain[n.tried])
		n.tried++
		n.notified.Store(&posting{at: now, why: whyNot(err), again: n.next, failed: true})
		n.Log.Warn().Err(err).Time("again", n.next).Msg("the notification was not taken")
	}
}

// whyNot is why a post failed, without the key that its address is.
func whyNot(err error) string {
	if wrong, ok := errors.AsType[*outbox.HookError](err); ok {
		return wrong.Msg
	}
	if wrong, ok := errors.AsType[config.Error](err); ok {
		return wrong.Msg
	}
	return "内部错误，见日志"
}

// Notices says that the counts of the morning did not go out: whoever waits for them elsewhere does not look here.
func (r *Reminders) Notices() (all desk.Troubles) {
	if n := r.notified.Load(); n != nil && n.failed && r.Live().Notify.Enabled() {
		all.Add("notify", "每日通知没有发出（%s）：%s；%s", n.at.In(civil.Zone).Format("01-02 15:04"), n.why, n.next())
	}
	return all
}

func (n *posting) next() string {
	if n.again.IsZero() {
		return "当日不再发，核对后试发"
	}
	return n.again.In(civil.Zone).Format("15:04") + " 再发"
}

// Diagnose says how the last post of the counts went.
func (r *Reminders) Diagnose(d *desk.Diagnoses) {
	if !r.Live().Notify.Enabled() {
		return
	}
	const id, subject = "notify", "每日通知"
	switch n := r.notified.Load(); {
	case n == nil:
		d.OK(id, subject, "启动后还没有发过")
	case n.failed:
		d.Warn(id, subject, "核对 [notify] 的 host 和网址，用 ysq notify --test 试发", "%s 没有发出：%s；%s", n.at.In(civil.Zone).Format("01-02 15:04"), n.why, n.next())
	default:
		d.OK(id, subject, "%s 已发出", n.at.In(civil.Zone).Format("01-02 15:04"))
	}
}

// notifiedFile keeps the last day of which the counts are out. It is no record: losing it costs one more post.
func (n *notifier) notifiedFile() string {
	return filepath.Join(n.Config.Paths.State, "cache", "notified")
}

func (n *notifier) notifiedOn() string {
	b, err := os.ReadFile(n.notifiedFile())
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// notify posts the counts where there is something to do, or where it is a test, and logs it.
func (r *Reminders) notify(ctx context.Context, test bool) (items int, err error) {
	m, err := r.notification(ctx, test)
	if err != nil || m.Items == 0 && !test {
		return 0, err
	}
	c := r.Live().Notify
	roots, err := c.RootCAs()
	if err != nil {
		return 0, err
	}
	hook := outbox.Hook{Host: c.Host, URL: c.Address, Roots: roots}
	if r.dial != nil {
		hook.Dial = func(ctx context.Context, _, address string) (net.Conn, error) { return r.dial(ctx, address) }
	}
	if err := hook.Post(ctx, []byte(m.Body)); err != nil {
		return 0, masked(err)
	}
	r.notified.Store(&posting{at: r.Now()})
	r.Log.Info().Str("host", c.Host).Int("items", m.Items).Bool("test", test).Str("counts", m.Counts).Msg("posted the counts")
	return m.Items, nil
}

// masked hides personal numbers in what the messenger said: its words go to the journal and to systemd, too, where no door
// masks them.
func masked(err error) error {
	if wrong, ok := errors.AsType[*outbox.HookError](err); ok {
		return &outbox.HookError{Msg: ask.Mask(wrong.Msg), Again: wrong.Again}
	}
	return err
}

// notification is what would be posted now. Nothing but the office's name, the day and counts goes into it.
func (r *Reminders) notification(ctx context.Context, test bool) (v ask.NotifyView, err error) {
	c := r.Live()
	if !c.Notify.Enabled() {
		return v, ask.Refused("notify-off", "在配置 [notify] 写 host 和 credential（或 url_file）", "没有配置每日通知")
	}
	today := r.Today()
	d, err := r.digestOf(ctx, today)
	if err != nil {
		return v, err
	}
	v = ask.NotifyView{Host: c.Notify.Host, Items: d.Items(), Counts: d.Counts()}
	if v.Items == 0 {
		v.Counts = "没有要办的"
	}
	text := fmt.Sprintf("%s依申请公开 %s：%s", c.Agency.Name, today.Long(), v.Counts)
	if test {
		text = "（测试）" + text
	}
	v.Body = ask.Public(c.Notify.Fill(map[string]string{"提醒": text, "机关": c.Agency.Name, "日期": today.Long(), "清单": v.Counts, "件数": fmt.Sprint(v.Items)}))
	return v, nil
}

// Notify posts a test, or with a dry run says what would be posted.
func (r *Reminders) Notify(ctx context.Context, c ask.Call, _ ask.None) (ask.NotifyView, error) {
	v, err := r.notification(ctx, true)
	if err != nil || c.DryRun {
		return v, err
	}
	if _, err := r.notify(ctx, true); err != nil {
		if wrong, ok := errors.AsType[*outbox.HookError](err); ok {
			return v, &ask.Error{Code: "notify", Exit: ask.ExitFailed, Msg: wrong.Msg, Hint: "核对 [notify] 的 host、网址和 template；对方要求的关键词写进 template，要求的来源地址是本机的出口地址"}
		}
		if wrong, ok := errors.AsType[config.Error](err); ok {
			return v, &ask.Error{Code: "notify", Exit: ask.ExitUsage, Msg: wrong.Msg, Hint: wrong.Hint}
		}
		return v, err
	}
	v.Posted = true
	return v, nil
}
