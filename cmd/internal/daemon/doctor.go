package daemon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/parse"
)

// diagnoses gathers the lines of doctor.
type diagnoses []ask.Diagnosis

func (d *diagnoses) say(state, id, subject, text, do string) {
	*d = append(*d, ask.Diagnosis{ID: id, Subject: subject, State: state, Text: text, Do: do})
}

func (d *diagnoses) ok(id, subject, format string, args ...any) {
	d.say(ask.DiagnosisOK, id, subject, fmt.Sprintf(format, args...), "")
}

func (d *diagnoses) warn(id, subject, do, format string, args ...any) {
	d.say(ask.DiagnosisWarn, id, subject, fmt.Sprintf(format, args...), do)
}

func (d *diagnoses) fail(id, subject, do, format string, args ...any) {
	d.say(ask.DiagnosisFail, id, subject, fmt.Sprintf(format, args...), do)
}

// Examine looks at everything that can be looked at without the register: for when it does not open.
func Examine(ctx context.Context, o Options) []ask.Diagnosis {
	o = o.withDefaults()
	var d diagnoses
	machineDiagnoses(&d, o)
	calendarDiagnoses(&d, workday.Embedded(), civil.Of(o.Now()))
	var accounts []*account
	for _, m := range o.Config.Mailboxes {
		accounts = append(accounts, newAccount(m, o.Version, nil, o.dial))
	}
	return append(d, slices.Concat(probeAll(ctx, accounts, o.Now())...)...)
}

// Doctor is Examine and what the register and the pollers know.
func (f *office) Doctor(ctx context.Context, _ ask.Call, _ ask.None) ([]ask.Diagnosis, error) {
	var d diagnoses
	machineDiagnoses(&d, f.Options)
	calendarDiagnoses(&d, f.reg.Calendar(), f.today())
	if err := f.registerDiagnoses(&d); err != nil {
		return nil, told(err)
	}
	if err := f.intakeDiagnoses(&d); err != nil {
		return nil, told(err)
	}
	if err := f.outboxDiagnoses(ctx, &d); err != nil {
		return nil, told(err)
	}
	var accounts []*account
	for i, m := range f.Config.Mailboxes {
		s := f.pollers[i].Status()
		f.pollDiagnosis(&d, s, f.live().Mailboxes[i].PollInterval)
		if patient(s) { // a further login would make it worse
			d.fail("login", "邮箱 "+s.Account, s.Hint, "%s，%s 前不再登录", s.Label, s.NextTry.In(civil.Zone).Format("15:04"))
			continue
		}
		accounts = append(accounts, newAccount(m, f.Version, f.store, f.dial))
	}
	return append(d, f.probeOnce(ctx, accounts)...), nil
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
func (f *office) probeOnce(ctx context.Context, accounts []*account) (all []ask.Diagnosis) {
	f.probes.Lock()
	defer f.probes.Unlock()
	var due []*account
	for _, a := range accounts {
		if g, ok := f.glances[a.config.Name]; ok && time.Since(g.at) < probeGap {
			all = append(all, g.said...)
		} else {
			due = append(due, a)
		}
	}
	at := time.Now()
	for i, said := range probeAll(ctx, due, f.Now()) {
		if ctx.Err() == nil { // whoever broke it off learnt nothing
			f.glances[due[i].config.Name] = glance{at, said}
		}
		all = append(all, said...)
	}
	return all
}

func patient(s mailbox.Status) bool {
	return (s.Fault == mailbox.FaultAuth || s.Fault == mailbox.FaultThrottled || s.Fault == mailbox.FaultUnsafe) && time.Now().Before(s.NextTry)
}

// machineDiagnoses say what this machine and its configuration give.
func machineDiagnoses(d *diagnoses, o Options) {
	if err := o.Config.Check(); err != nil {
		d.fail("config", "配置", "按提示改正后重启服务；ysq config check 可单独检查", "%s", strings.ReplaceAll(err.Error(), "\n", "；"))
	} else {
		d.ok("config", "配置", "%d 个邮箱，密码和证书文件可读且他人不可读", len(o.Config.Mailboxes))
	}
	name, offset := time.Now().Zone()
	if offset == 8*3600 {
		d.ok("timezone", "时区", "%s，与北京时间相同", name)
	} else {
		d.ok("timezone", "时区", "本机为 %s（UTC%+d），期限一律按北京时间计算，不受影响", name, offset/3600)
	}
	switch s, err := o.space(o.Config.Paths.State); {
	case err != nil:
		d.fail("disk", "磁盘", "请检查 paths.state 所在的磁盘", "%v", err)
	case s.Free < 256<<20:
		d.fail("disk", "磁盘", "请立即清理或扩容；写不下时来信留在服务器上，恢复后自动收取", "只剩 %d MiB", s.Free>>20)
	case s.Free < 2<<30:
		d.warn("disk", "磁盘", "请清理或扩容", "只剩 %d MiB", s.Free>>20)
	default:
		d.ok("disk", "磁盘", "剩余 %.1f GiB", float64(s.Free)/(1<<30))
	}
}

// calendarDiagnoses want this year's days off and, once its notice ought to be out, next year's.
func calendarDiagnoses(d *diagnoses, cal *workday.Calendar, today civil.Date) {
	const do = "导入国务院办公厅的放假通知：ysq calendar import"
	for _, year := range []int{today.Year(), today.Year() + 1} {
		id, subject := "calendar", fmt.Sprintf("%d 年放假安排", year)
		n, complete := cal.Count(year)
		switch {
		case complete:
			d.ok(id, subject, "已有，%d 个工作日", n)
		case year == today.Year():
			d.fail(id, subject, do, "没有，期限都是暂定的")
		case year <= workday.Expected(today):
			d.warn(id, subject, do, "没有，跨年的期限是暂定的")
		default:
			d.ok(id, subject, "还没有：通知一般在 11 月公布，公布前跨年的期限是暂定的")
		}
	}
}

func (f *office) registerDiagnoses(d *diagnoses) error {
	records, head := uint64(0), casefile.Digest{}
	var lag lagOf
	err := f.reg.View(func(tx *register.Tx) (err error) {
		records, head = tx.Head()
		lag, err = recentLag(tx)
		return err
	})
	if err != nil {
		return err
	}
	m := f.reg.Meta()
	d.ok("register", "登记库", "%s，格式 %d，%d 条记录，%.1f MiB，末条摘要 %s", m.ID, m.Schema, records, float64(f.registerSize())/(1<<20), head.Short())
	for _, t := range f.troubles() {
		if t.name != "disk" { // told above
			d.fail(t.name, "登记库", "详情见服务日志（journalctl -u ysq）", "%s", t.text)
		}
	}
	files, err := filepath.Glob(filepath.Join(f.Config.Paths.State, "journal", "*.jsonl"))
	switch {
	case err != nil:
		return err
	case len(files) == 0 && records > 0:
		d.fail("journal", "流水", "ysq rebuild --journal 可由登记库重做", "没有流水文件")
	case len(files) > 0:
		last := slices.Max(files)
		if info, err := os.Stat(last); err == nil {
			d.ok("journal", "流水", "%s，%.1f MiB，最后写入 %s", filepath.Base(last), float64(info.Size())/(1<<20), info.ModTime().In(civil.Zone).Format("2006-01-02 15:04"))
		}
	}
	backupDiagnosis(d, f.backupStatus(), f.Now())
	f.clock(d, lag)
	return nil
}

// lagOf is how long after their arrival, by the server's clock, mails were recorded, by ours.
type lagOf struct {
	mails int
	least time.Duration
}

// recentLag reads the latest mails. The least lag says most: others waited for a poll, or for the
// machine to be switched on.
func recentLag(tx *register.Tx) (lagOf, error) {
	var lag lagOf
	for _, place := range []casefile.Disposition{casefile.ToCase, casefile.Parked, casefile.ToHistory} {
		n := 0
		for m, err := range tx.LatestMails(place) {
			if err != nil {
				return lag, err
			}
			if n++; n > 20 {
				break
			}
			if m.ArrivedAt.IsZero() {
				continue
			}
			if l := m.Recorded.Sub(m.ArrivedAt); lag.mails == 0 || l < lag.least {
				lag.least = l
			}
			lag.mails++
		}
	}
	return lag, nil
}

// clock compares the server's clock with ours by the mails that were taken last. IMAP tells no time
// of its own, so where no mail was taken soon after it came, there is no telling.
func (f *office) clock(d *diagnoses, lag lagOf) {
	const subject = "本机时钟"
	soon := 10 * time.Minute
	for _, m := range f.live().Mailboxes {
		soon = max(soon, 2*m.PollInterval)
	}
	switch {
	case lag.mails == 0:
		d.ok("clock", subject, "还没有来信，无法判断")
	case lag.least < -2*time.Minute:
		d.fail("clock", subject, "请校时（timedatectl set-ntp true）", "比邮件服务器至少慢 %v：取信早于到达", (-lag.least).Round(time.Second))
	case lag.least > soon:
		d.ok("clock", subject, "无法判断：最近 %d 封信都在到达 %v 以后才取到，可能是当时没有收信", lag.mails, lag.least.Round(time.Minute))
	default:
		d.ok("clock", subject, "与邮件服务器相符：最近 %d 封信最快在到达 %v 后取到", lag.mails, lag.least.Round(time.Second))
	}
}

// intakeDiagnoses is what waits for somebody.
func (f *office) intakeDiagnoses(d *diagnoses) error {
	pending, err := f.store.Pending()
	if err != nil {
		return err
	}
	if n := len(pending); n > 0 {
		d.warn("backlog", "待登记的邮件", "一般片刻即好；一直不减少的，看服务日志", "%d 封已存盘，尚未登记", n)
	} else {
		d.ok("backlog", "待登记的邮件", "没有")
	}
	var quarantined int
	var likely []string
	err = f.reg.View(func(tx *register.Tx) error {
		quarantined = tx.CountMails(casefile.Quarantined)
		for m, err := range tx.Mails(casefile.Parked) {
			if err != nil {
				return err
			}
			if f.looksLikeApplication(m.MessageTaken) {
				likely = append(likely, m.Digest.Short())
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if quarantined > 0 {
		d.warn("quarantine", "隔离的邮件", "ysq mail list --quarantined 查看并在网页邮箱核对；ysq mail retry --all 立即再取", "%d 封取不下来", quarantined)
	} else {
		d.ok("quarantine", "隔离的邮件", "没有")
	}
	if n := len(likely); n > 0 {
		d.warn("parked", "待确认的邮件", "逐封看一看（ysq mail show），是申请的立案（ysq mail open）", "有 %d 封像是申请：%s", n, strings.Join(likely[:min(n, 10)], "、"))
	} else {
		d.ok("parked", "待确认的邮件", "没有像是申请的")
	}
	return nil
}

// looksLikeApplication judges a parked mail as intake would. An automatic answer quotes ours.
func (f *office) looksLikeApplication(t casefile.MessageTaken) bool {
	m, err := f.parse(t.Digest, parse.Limits{Text: textForMatching})
	return err == nil && match.Applies(&m)
}

func (f *office) pollDiagnosis(d *diagnoses, s mailbox.Status, interval time.Duration) {
	id, subject := "poll", "收信 "+s.Account
	switch age := time.Since(s.LastSuccess); {
	case f.started.IsZero():
		d.fail(id, subject, "启动服务：systemctl start ysq", "守护进程没有运行，不在收信")
	case s.LastSuccess.IsZero() && s.Label == "":
		d.warn(id, subject, "稍候再看", "刚刚启动，还没有收过信")
	case s.LastSuccess.IsZero():
		d.fail(id, subject, s.Hint, "启动以来没有成功过：%s", s.Label)
	case age > max(3*interval, 15*time.Minute):
		d.fail(id, subject, s.Hint, "上次成功在 %v 前：%s", age.Round(time.Minute), s.Label)
	default:
		d.ok(id, subject, "上次成功在 %v 前", age.Round(time.Second))
	}
}

// probeAll examines accounts side by side.
func probeAll(ctx context.Context, accounts []*account, now time.Time) []diagnoses {
	all := make([]diagnoses, len(accounts))
	var wg sync.WaitGroup
	for i, a := range accounts {
		wg.Go(func() {
			p, err := a.Probe(ctx, mailbox.ProbeOptions{})
			serverDiagnoses(&all[i], a.config.Name, p, err, now)
		})
	}
	wg.Wait()
	return all
}
