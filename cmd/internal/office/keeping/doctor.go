package keeping

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Examine looks at everything that can be looked at without the register: for when it does not open.
func Examine(ctx context.Context, o desk.Options) []ask.Diagnosis {
	o = o.WithDefaults()
	var d desk.Diagnoses
	machineDiagnoses(&d, o)
	calendarDiagnoses(&d, workday.Embedded(), civil.Of(o.Now()))
	var accounts []*intake.Account
	for _, m := range o.Config.Mailboxes {
		accounts = append(accounts, intake.NewAccount(m, o.Version, nil, o.Dial))
	}
	return append(d, slices.Concat(probeAll(ctx, accounts, o.Now(), panics.Alone)...)...)
}

// look has one look say what it saw. Whatever hinders it, a panic too, is a line of its own.
func look(d *desk.Diagnoses, one panics.One[casefile.Digest], id, subject string, say func(*desk.Diagnoses) error) {
	if err := one(casefile.Digest{}, "自检"+subject, func() error { return say(d) }); panics.Is(err) {
		d.Fail(id, subject, "这是程序的缺陷，请报告给维护人员；日志里有详情（journalctl -u ysq）", "没有查成：%v", err)
	} else if err != nil {
		d.Fail(id, subject, "按所说的处理后再看", "没有查成：%v", desk.Told(err))
	}
}

// Doctor is Examine and what the register and the pollers know.
func (k *Room) Doctor(ctx context.Context, _ ask.Call, _ ask.None) ([]ask.Diagnosis, error) {
	var d desk.Diagnoses
	o := k.Options
	o.Config = k.Live().Config
	for _, l := range []struct {
		id, subject string
		say         func(*desk.Diagnoses) error
	}{
		{"machine", "本机和配置", func(d *desk.Diagnoses) error { machineDiagnoses(d, o); return nil }},
		{"calendar", "工作日历", func(d *desk.Diagnoses) error { calendarDiagnoses(d, k.Reg.Calendar(), k.Today()); return nil }},
		{"ocr", "扫描件识别", func(d *desk.Diagnoses) error { k.scansDiagnosis(ctx, d, o.Config); return nil }},
		{"register", "登记库", k.registerDiagnoses},
		{"intake", "收下的邮件", k.intakeDiagnoses},
		{"web-certificate", "网页的证书", func(d *desk.Diagnoses) error {
			if state, text := k.webCertificate(); state != "" {
				d.Say(state, "web-certificate", "网页的证书", text, renewOwn)
			}
			return nil
		}},
		{"notify", "每日通知", func(d *desk.Diagnoses) error { k.Reminders.Diagnose(d); return nil }},
		{"outbox", "待发的信", func(d *desk.Diagnoses) error { return k.Outbox.Diagnose(ctx, d) }},
	} {
		look(&d, k.One, l.id, l.subject, l.say)
	}
	var accounts []*intake.Account
	for i, m := range k.Config.Mailboxes {
		m.Folders = k.Live().Mailboxes[i].Folders
		s := k.Intake.Pollers[i].Status()
		k.pollDiagnosis(&d, s, k.Live().Mailboxes[i].PollInterval)
		if patient(s) { // a further login would make it worse
			d.Fail("login", "邮箱 "+s.Account, s.Hint+s.Meanwhile, "%s，%s 前不再登录", s.Label, clockOf(s.NextTry))
			continue
		}
		accounts = append(accounts, intake.NewAccount(m, k.Version, k.Store, k.Dial))
	}
	return append(d, k.probeOnce(ctx, accounts)...), nil
}

func (k *Room) scansDiagnosis(ctx context.Context, d *desk.Diagnoses, c config.Config) {
	if !c.Reading.OCR {
		return
	}
	if err := k.Reading.TryScans(ctx); err != nil {
		d.Warn("ocr", "扫描件识别", "装好后重启服务；不需要识别的，把 reading.ocr 改为 false", "用不了：%v", err)
	} else {
		d.OK("ocr", "扫描件识别", "tesseract 在限制下可以运行")
	}
}

// probeGap is for how long what a conversation with a mail server showed is good for another doctor:
// each costs a login, and providers punish more than one a minute (mailbox/PROVIDERS.md#netease-163-126).
const probeGap = time.Minute

// glance is what a conversation showed.
type glance struct {
	at   time.Time
	said []ask.Diagnosis
}

// probeOnce is probeAll, but no account is asked again within probeGap, however many ask.
func (k *Room) probeOnce(ctx context.Context, accounts []*intake.Account) (all []ask.Diagnosis) {
	k.probes.Lock()
	defer k.probes.Unlock()
	var due []*intake.Account
	for _, a := range accounts {
		if g, ok := k.glances[a.Config.Name]; ok && time.Since(g.at) < probeGap {
			all = append(all, g.said...)
		} else {
			due = append(due, a)
		}
	}
	at := time.Now()
	for i, said := range probeAll(ctx, due, k.Now(), k.One) {
		if ctx.Err() == nil { // whoever broke it off learnt nothing
			k.glances[due[i].Config.Name] = glance{at, said}
		}
		all = append(all, said...)
	}
	return all
}

func patient(s mailbox.Status) bool {
	return (s.Fault == mailbox.FaultAuth || s.Fault == mailbox.FaultThrottled || s.Fault == mailbox.FaultUnsafe) && time.Now().Before(s.NextTry)
}

// machineDiagnoses say what this machine and its configuration give.
func machineDiagnoses(d *desk.Diagnoses, o desk.Options) {
	configDiagnoses(d, o.Config)
	name, offset := time.Now().Zone()
	if offset == 8*3600 {
		d.OK("timezone", "时区", "%s，与北京时间相同", name)
	} else {
		d.OK("timezone", "时区", "本机为 %s（UTC%+d），期限一律按北京时间计算，不受影响", name, offset/3600)
	}
	switch s, err := o.Space(o.Config.Paths.State); {
	case err != nil:
		d.Fail("disk", "磁盘", "请检查 paths.state 和它的磁盘", "%v", err)
	case s.Free < 256<<20:
		d.Fail("disk", "磁盘", "请立即清理或扩容；写不下时来信留在服务器上，恢复后自动收取", "只剩 %d MiB", s.Free>>20)
	case s.Free < 2<<30:
		d.Warn("disk", "磁盘", "请清理或扩容", "只剩 %d MiB", s.Free>>20)
	default:
		d.OK("disk", "磁盘", "剩余 %.1f GiB", float64(s.Free)/(1<<30))
	}
}

// configDiagnoses say what the configuration and the files that it names give. A password that systemd hands to
// the service alone is no fault of a shell that does not see it.
func configDiagnoses(d *desk.Diagnoses, c config.Config) {
	const id, subject = "config", "配置"
	err := c.Check()
	if es, ok := errors.AsType[config.Errors](err); ok {
		err = nil
		if es = slices.DeleteFunc(slices.Clone(es), func(e config.Error) bool { return errors.Is(e, config.ErrOutsideSystemd) }); len(es) > 0 {
			err = es
		}
	}
	warnings := c.Warnings()
	switch {
	case err != nil:
		d.Fail(id, subject, "按提示改正后重启服务；ysq config check 可单独检查", "%s", strings.ReplaceAll(err.Error(), "\n", "；"))
	case len(warnings) == 0:
		d.OK(id, subject, "%d 个邮箱，密码和证书文件可读且他人不可读", len(c.Mailboxes))
	}
	for _, w := range warnings {
		d.Warn(id, subject, w.Hint, "%s", w.Msg)
	}
	var empty []string
	for _, s := range []struct{ what, is string }{
		{"机关代字（agency.code）", c.Agency.Code}, {"联系方式（letter.contact）", c.Letter.Contact},
		{"行政复议机关（letter.review_organ）", c.Letter.ReviewOrgan}, {"人民法院（letter.court）", c.Letter.Court},
	} {
		if s.is == "" {
			empty = append(empty, s.what)
		}
	}
	if len(empty) > 0 {
		d.Warn("letter", "文书", "写入 ysq.toml，再 systemctl reload ysq；缺救济告知的文书不得制发", "还没有写：%s", strings.Join(empty, "、"))
	} else {
		d.OK("letter", "文书", "代字、联系方式、复议机关和法院都已写")
	}
}

// calendarDiagnoses want this year's days off and, once its notice ought to be out, next year's.
func calendarDiagnoses(d *desk.Diagnoses, cal *workday.Calendar, today civil.Date) {
	const do = "导入国务院办公厅的放假通知：ysq calendar import"
	for _, year := range []int{today.Year(), today.Year() + 1} {
		id, subject := "calendar", fmt.Sprintf("%d 年放假安排", year)
		n, complete := cal.Count(year)
		switch {
		case complete:
			d.OK(id, subject, "已有，%d 个工作日", n)
		case year == today.Year():
			d.Fail(id, subject, do, "没有，期限都是暂定的")
		case year <= workday.Expected(today):
			d.Warn(id, subject, do, "没有，跨年的期限是暂定的")
		default:
			d.OK(id, subject, "还没有：通知一般在 11 月公布，公布前跨年的期限是暂定的")
		}
	}
}

func (k *Room) registerDiagnoses(d *desk.Diagnoses) error {
	records, head, err := k.Reg.Head()
	if err != nil {
		return err
	}
	lag, err := desk.Look(k.Desk, recentLag)
	if err != nil {
		return err
	}
	m := k.Reg.Meta()
	d.OK("register", "登记库", "%s，格式 %d，%d 条记录，%.1f MiB，末条摘要 %s", m.ID, m.Schema, records, float64(k.RegisterSize())/(1<<20), head.Short())
	clockBack := false
	for _, t := range k.Troubles() {
		switch t.Name {
		case "disk", "web-certificate": // told elsewhere
		case "clock":
			d.Fail(t.Name, "本机时钟", "timedatectl set-ntp true", "%s", t.Text)
			clockBack = true
		default:
			d.Fail(t.Name, "登记库", cmp.Or(t.Do, "详情见服务日志（journalctl -u ysq）"), "%s", t.Text)
		}
	}
	files, err := filepath.Glob(filepath.Join(k.Config.Paths.State, "journal", "*.jsonl"))
	switch {
	case err != nil:
		return err
	case len(files) == 0 && records > 0:
		d.Fail("journal", "流水", "ysq rebuild --journal 可由登记库重做", "没有流水文件")
	case len(files) > 0:
		last := slices.Max(files)
		if info, err := os.Stat(last); err == nil {
			d.OK("journal", "流水", "%s，%.1f MiB，最后写入 %s", filepath.Base(last), float64(info.Size())/(1<<20), info.ModTime().In(civil.Zone).Format("2006-01-02 15:04"))
		}
	}
	k.backupDiagnosis(d)
	if !clockBack { // by which the mails were dated, too
		k.clock(d, lag)
	}
	return nil
}

// lagOf is how long after their arrival, by the server's clock, mails were recorded, by ours.
type lagOf struct {
	mails int
	least time.Duration
	last  []time.Duration // of the three mails that were recorded last, the latest first
}

// clockSlack is how far two clocks may differ without harm.
const clockSlack = 2 * time.Minute

// behind is by how much our clock is behind the server's at least; 0: it is not. A single mail may bear any date:
// all of the latest mails must say so, and so it heals as soon as the clock is set.
func (l lagOf) behind() time.Duration {
	if len(l.last) == 0 || slices.Max(l.last) >= -clockSlack {
		return 0
	}
	return -slices.Max(l.last)
}

// recentLag reads the latest mails. The least lag says most: others waited for a poll, or for the
// machine to be switched on.
func recentLag(tx *desk.View) (lagOf, error) {
	var lag lagOf
	type seen struct {
		at  time.Time
		lag time.Duration
	}
	var all []seen
	for _, place := range []casefile.Disposition{casefile.ToCase, casefile.Parked, casefile.ToHistory} {
		n := 0
		for m, err := range tx.LatestMails(place, 0) {
			if err != nil {
				return lag, err
			}
			if n++; n > 20 {
				break
			}
			if m.ArrivedAt.IsZero() {
				continue
			}
			l := m.Recorded.Sub(m.ArrivedAt)
			if lag.mails == 0 || l < lag.least {
				lag.least = l
			}
			lag.mails++
			all = append(all, seen{m.Recorded, l})
		}
	}
	slices.SortFunc(all, func(a, b seen) int { return b.at.Compare(a.at) })
	for _, s := range all[:min(3, len(all))] {
		lag.last = append(lag.last, s.lag)
	}
	return lag, nil
}

// clock compares the server's clock with ours by the mails that were taken last. IMAP tells no time
// of its own, so where no mail was taken soon after it came, there is no telling.
func (k *Room) clock(d *desk.Diagnoses, lag lagOf) {
	const subject = "本机时钟"
	soon := 10 * time.Minute
	for _, m := range k.Live().Mailboxes {
		soon = max(soon, 2*m.PollInterval)
	}
	switch {
	case lag.mails == 0:
		d.OK("clock", subject, "还没有来信，无法判断")
	case lag.behind() > 0:
		d.Fail("clock", subject, "请校时（timedatectl set-ntp true）", "比邮件服务器至少慢 %v：取信早于到达", lag.behind().Round(time.Second))
	case lag.least < -clockSlack:
		d.OK("clock", subject, "最近来信说明与邮件服务器相符；此前有信的到达时刻在取信之后，是服务器写错的")
	case lag.least > soon:
		d.OK("clock", subject, "无法判断：最近 %d 封信都在到达 %v 以后才取到，可能是当时没有收信", lag.mails, lag.least.Round(time.Minute))
	default:
		d.OK("clock", subject, "与邮件服务器相符：最近 %d 封信最快在到达 %v 后取到", lag.mails, lag.least.Round(time.Second))
	}
}

// intakeDiagnoses is what waits for somebody.
func (k *Room) intakeDiagnoses(d *desk.Diagnoses) error {
	pending, err := k.Store.Pending()
	if err != nil {
		return err
	}
	pending = slices.DeleteFunc(pending, func(e rawstore.Entry) bool { return mailbox.Role(e.Role) == mailbox.RoleFile }) // what clerks have sent
	if n := len(pending); n > 0 {
		d.Warn("backlog", "待登记的邮件", "一般片刻即好；一直不减少的，看服务日志", "%d 封已存盘，尚未登记", n)
	} else {
		d.OK("backlog", "待登记的邮件", "没有")
	}
	var quarantined int
	var likely []string
	err = k.View(func(tx *desk.View) error {
		quarantined = tx.CountMails(casefile.Quarantined)
		for m, err := range tx.Mails(casefile.Parked) {
			if err != nil {
				return err
			}
			if k.Mails.LooksLikeApplication(m.MessageTaken) {
				likely = append(likely, m.Digest.Short())
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if quarantined > 0 {
		d.Warn("quarantine", "未取回的邮件", "ysq mail list --quarantined 查看并在网页邮箱核对；ysq mail retry --all 立即再取", "%d 封未取回", quarantined)
	} else {
		d.OK("quarantine", "未取回的邮件", "没有")
	}
	if n := len(likely); n > 0 {
		d.Warn("parked", "待甄别的邮件", "逐封看一看（ysq mail show），是申请的立案（ysq mail open）", "有 %d 封像是申请：%s", n, strings.Join(likely[:min(n, 10)], "、"))
	} else {
		d.OK("parked", "待甄别的邮件", "没有像是申请的")
	}
	return nil
}

func (k *Room) pollDiagnosis(d *desk.Diagnoses, s mailbox.Status, interval time.Duration) {
	id, subject := "poll", "收信 "+s.Account
	switch age := time.Since(s.LastSuccess); {
	case k.Started.IsZero():
		d.Fail(id, subject, "启动服务：systemctl start ysq", "守护进程没有运行，不在收信")
	case s.LastSuccess.IsZero() && s.Label == "":
		d.Warn(id, subject, "稍候再看", "刚刚启动，还没有收过信")
	case s.LastSuccess.IsZero():
		d.Fail(id, subject, s.Hint+s.Meanwhile, "启动以来没有成功过：%s", s.Label)
	case age > max(3*interval, 15*time.Minute):
		d.Fail(id, subject, s.Hint+s.Meanwhile, "上次成功在 %v 前：%s", age.Round(time.Minute), s.Label)
	case s.Failures > 0:
		d.Warn(id, subject, s.Hint+s.Meanwhile, "%s 的一次没有成功：%s；上次成功在 %v 前", clockOf(s.LastErrorAt), s.Label, age.Round(time.Second))
	case time.Since(s.LastErrorAt) < time.Hour:
		d.OK(id, subject, "上次成功在 %v 前；%s 有一次没有成功，已经恢复", age.Round(time.Second), clockOf(s.LastErrorAt))
	default:
		d.OK(id, subject, "上次成功在 %v 前", age.Round(time.Second))
	}
}

func clockOf(t time.Time) string { return t.In(civil.Zone).Format("15:04") }

// probeAll examines accounts side by side.
func probeAll(ctx context.Context, accounts []*intake.Account, now time.Time, one panics.One[casefile.Digest]) []desk.Diagnoses {
	all := make([]desk.Diagnoses, len(accounts))
	var wg sync.WaitGroup
	for i, a := range accounts {
		wg.Go(func() {
			look(&all[i], one, "login", "邮箱 "+a.Config.Name, func(d *desk.Diagnoses) error {
				p, err := a.Probe(ctx, mailbox.ProbeOptions{})
				if errors.Is(err, config.ErrOutsideSystemd) {
					d.Warn("login", "邮箱 "+a.Config.Name, "启动服务后再看：systemctl start ysq", "没有试登录：密码由 systemd 只交给服务，这里取不到")
					return nil
				}
				ServerDiagnoses(d, a.Config.Name, p, err, now)
				return nil
			})
		})
	}
	wg.Wait()
	return all
}
