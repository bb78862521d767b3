package keeping

import (
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// SayFindings logs what opening the register brought to light.
func (k *Room) SayFindings() {
	found := k.Reg.Findings()
	log := k.Log
	if found.Replayed > 0 {
		log.Error().Uint64("records", found.Replayed).Msg("the database had lost records; they were taken back from the journal. Check the disk")
	}
	if found.CaughtUp > 0 {
		log.Warn().Uint64("records", found.CaughtUp).Int64("torn_bytes", found.Cut).Msg("the journal was caught up after a crash")
	}
	if found.Migrated {
		log.Warn().Int("schema", register.Schema).Str("kept", found.Kept).Msg("the register was brought to the present format; the old file is kept")
	}
	if n := len(found.Moved); n > 0 {
		log.Warn().Int("differences", n).Str("list", found.MovedList).Msg("the present rules say other due dates, lateness or stop dates of these cases, or a notice of a fee seems to be one over several; frozen years stay as they are")
		for _, m := range found.Moved[:min(n, 50)] {
			log.Warn().Str("case", string(m.Case)).Str("what", m.What).Str("before", m.Before).Str("after", m.After).Msg("differs by the present rules")
		}
	}
	if found.Ahead > time.Minute {
		log.Error().Dur("by", found.Ahead).Msg("the clock is behind the last record: it has gone back")
	}
	if len(found.Modes) > 0 {
		log.Warn().Strs("files", found.Modes).Msg("files could be read by others; they no longer can")
	}
	if len(found.Foreign) > 0 {
		log.Error().Strs("files", found.Foreign).Msg("files belong to another user than the state directory")
	}
}

// Troubles lists everything that is wrong now, here and in the rooms that it watches.
func (k *Room) Troubles() (all desk.Troubles) {
	h := k.Reg.Health()
	if h.Err != nil {
		all.Add("writing", "自 %s 起无法记录：%v", h.Since.In(civil.Zone).Format("01-02 15:04"), desk.Told(h.Err))
	} else if err := k.Reg.InPlace(); err != nil {
		all.Add("writing", "%v", desk.Told(err))
	} else if err := k.Reg.Writable(); err != nil {
		all.Add("writing", "无法记录：%v", desk.Told(err))
	}
	if back := k.clockBack(); back > time.Minute {
		all.Add("clock", "本机时钟比末条记录慢 %v：现在的钟不准，或当时不准；请校时（timedatectl set-ntp true），追上后自行消失", back.Round(time.Second))
	}
	if s, err := k.Space(k.Config.Paths.State); err != nil {
		all.Add("disk", "%v", err)
	} else if s.Free < k.leastSpace() {
		all.Add("disk", "磁盘只剩 %d MiB，将满；请清理或扩容", s.Free>>20)
	}
	if n := k.Reg.Findings().Replayed; n > 0 {
		all.Add("replayed", "启动时登记库缺 %d 条记录，已由流水补回；请检查磁盘", n)
	}
	if k.Complained.Load() {
		all.Add("reload", "配置文件改得有误，仍按原来的运行\nysq config check")
	}
	if state, text := k.webCertificate(); state == ask.DiagnosisFail {
		all.Add("web-certificate", "%s；%s", text, renewOwn)
	}
	all = append(all, k.Hurt()...)
	all = append(all, k.Audits.Troubles()...)
	all = append(all, k.Outbox.Troubles()...)
	k.proof.mu.Lock()
	defer k.proof.mu.Unlock()
	if k.proof.differences > 0 {
		all.Add("proof", "核验发现 %d 处不符\nysq verify", k.proof.differences)
	}
	return all
}

// Notices lists what may become a trouble, and what to do about it.
func (k *Room) Notices() (all desk.Troubles) {
	if pending := k.Pending.Load(); pending != nil {
		all.Add("restart", "配置改过，要重启才生效（systemctl restart ysq）：%s", strings.Join(*pending, "、"))
	}
	if lag, err := desk.Look(k.Desk, recentLag); err == nil && lag.behind() > 0 {
		all.Add("clock-behind", "本机时钟比邮件服务器至少慢 %v，请校时（timedatectl set-ntp true）", lag.behind().Round(time.Second))
	}
	if found := k.Reg.Findings(); len(found.Moved) > 0 {
		all.Add("moved", "登记库已换成现行格式：%d 处期限、逾期或收费按现行规则与以前不同（冻结的年度不变），逐条看 %s", len(found.Moved), found.MovedList)
	}
	all = append(all, k.Reminders.Notices()...)
	for _, w := range k.Live().Warnings() {
		all.Add("file", "%s；请 %s", w.Msg, w.Hint)
	}
	for _, p := range k.Intake.Pollers {
		if s := p.Status(); !s.Certificate.IsZero() && time.Until(s.Certificate) < mailbox.CertificateSoon {
			all.Add("certificate", "邮箱 %s 的服务器证书 %s 到期，请告知其管理员", s.Account, civil.Of(s.Certificate))
		}
	}
	if state, text := k.webCertificate(); state == ask.DiagnosisWarn {
		all.Add("web-certificate", "%s；%s", text, renewOwn)
	}
	return all
}

// clockBack is by how much the clock is behind the last record; 0: it is not. The records never run backwards, and so
// it heals as the clock passes the last of them.
func (k *Room) clockBack() time.Duration {
	last, err := desk.Look(k.Desk, func(tx *desk.View) (time.Time, error) {
		seq, _ := tx.Head()
		if seq == 0 {
			return time.Time{}, nil
		}
		r, err := tx.Record(seq)
		return r.Recorded, err
	})
	if err != nil || last.IsZero() {
		return 0
	}
	return max(0, last.Sub(k.Now()))
}

// leastSpace is the room below which status warns: a snapshot of the register and some mails.
func (k *Room) leastSpace() int64 { return 256<<20 + 2*k.RegisterSize() }
