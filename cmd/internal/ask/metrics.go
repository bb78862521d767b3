package ask

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// metricsPath is where a collector asks: curl --unix-socket /run/ysq/ysq.sock http://ysq/v0/metrics.
const metricsPath = "/v0/metrics"

// Metric is one family of numbers for monitoring. The names are an interface: they change only with
// a note in CHANGELOG.
type Metric struct {
	Name  string // without the _total of a counter
	Type  string // gauge or counter
	Unit  string // seconds, bytes; empty for a plain number
	Help  string // in Chinese
	Label string // the name of its label; empty where it has none

	of func(Status) []sample
}

// sample is a number, with the value of the family's label.
type sample struct {
	label string
	value float64
}

// Metrics lists every family, in the order in which they are written.
func Metrics() []Metric {
	return []Metric{
		gauge("ysq_up", "", "守护进程在运行为 1", func(s Status) float64 { return yes(s.PID != 0) }),
		gauge("ysq_start_time_seconds", "seconds", "守护进程启动的时刻（Unix 秒）；没有运行为 0", func(s Status) float64 { return seconds(s.Started) }),
		{"ysq_version", "gauge", "", "程序的版本，值总是 1", "version", func(s Status) []sample { return []sample{{string(s.Version), 1}} }},
		gauge("ysq_cases_open", "", "在办案件数", func(s Status) float64 { return float64(s.Open) }),
		{"ysq_cases", "gauge", "", "案件数，按阶段", "stage", func(s Status) []sample { return counts(s.Stages) }},
		gauge("ysq_cases_unregistered", "", "未登记案件数", func(s Status) float64 { return float64(s.Unregistered) }),
		gauge("ysq_cases_unconfirmed", "", "须双方确认而未确认的在办案件数", func(s Status) float64 { return float64(s.Unconfirmed) }),
		gauge("ysq_cases_due_today", "", "今天到期的案件数", func(s Status) float64 { return float64(s.DueToday) }),
		gauge("ysq_cases_due_soon", "", "三个工作日内到期的案件数，含今天", func(s Status) float64 { return float64(s.DueSoon) }),
		gauge("ysq_cases_overdue", "", "已逾期的案件数", func(s Status) float64 { return float64(s.Overdue) }),
		gauge("ysq_mails_open", "", "还没有人处理的来信", func(s Status) float64 { return float64(s.OpenMails) }),
		gauge("ysq_mails_open_oldest_timestamp_seconds", "seconds", "其中最早一封到达之日（Unix 秒）；没有为 0", func(s Status) float64 { return daySeconds(s.OldestOpen) }),
		gauge("ysq_disputes_open", "", "待答复的复议、诉讼件数", func(s Status) float64 { return float64(s.Disputes) }),
		gauge("ysq_disputes_overdue", "", "其中已逾期的件数", func(s Status) float64 { return float64(s.DisputesOverdue) }),
		{"ysq_mails", "gauge", "", "邮件数，按去处", "disposition", func(s Status) []sample { return counts(s.Mails) }},
		{"ysq_outbox", "gauge", "", "还没有了结的信，按状态；held、failed、unknown 要人处理", "state", func(s Status) []sample { return counts(s.Outbox) }},
		{"ysq_records", "counter", "", "登记库的记录数", "", func(s Status) []sample { return []sample{{"", float64(s.Records)}} }},
		gauge("ysq_register_size_bytes", "bytes", "登记库文件的大小", func(s Status) float64 { return float64(s.Size) }),
		gauge("ysq_register_verified_timestamp_seconds", "seconds", "上次核验登记库的时刻（Unix 秒）；还没有为 0", func(s Status) float64 { return seconds(s.Verified) }),
		gauge("ysq_troubles", "", "有几处不正常：登记库的保管、对账、发信、改坏的配置（ysq status 逐项列出）", func(s Status) float64 { return float64(len(s.Troubles)) }),
		gauge("ysq_notices", "", "有几处可能变成故障：等待重启的配置、慢了的时钟、文件权限、将到期的证书（ysq status 列出）", func(s Status) float64 { return float64(len(s.Notices)) }),
		gauge("ysq_calendar_missing", "", "缺应有的放假安排为 1", func(s Status) float64 { return yes(s.CalendarMissing != 0) }),
		gauge("ysq_backup_timestamp_seconds", "seconds", "上次备份的时刻（Unix 秒）；没有做过为 0", func(s Status) float64 { return seconds(s.Backup.At) }),
		gauge("ysq_backup_late", "", "按配置该有而没有新的备份为 1", func(s Status) float64 { return yes(s.Backup.Late) }),
		gauge("ysq_web_certificate_expiry_timestamp_seconds", "seconds", "网页服务的证书到期的时刻（Unix 秒）；网页服务没有运行为 0", func(s Status) float64 { return seconds(s.WebCertificate) }),
		mailboxes("ysq_mailbox_up", "gauge", "", "收信正常为 1：上一次收完了，而且不太久", func(m MailboxStatus) float64 { return yes(m.LastSuccess != nil && m.Failures == 0 && !m.Stale) }),
		mailboxes("ysq_mailbox_last_success_timestamp_seconds", "gauge", "seconds", "上次完整收完一次信的时刻（Unix 秒）；还没有为 0", func(m MailboxStatus) float64 { return seconds(m.LastSuccess) }),
		mailboxes("ysq_mailbox_stale", "gauge", "", "太久没有收完过信，正在收的也没有邮件入库，为 1；与有没有失败无关", func(m MailboxStatus) float64 { return yes(m.Stale) }),
		mailboxes("ysq_mailbox_certificate_expiry_timestamp_seconds", "gauge", "seconds", "服务器证书到期的时刻（Unix 秒）；没有 TLS 或还没有连过为 0", func(m MailboxStatus) float64 { return seconds(m.Certificate) }),
		mailboxes("ysq_mailbox_failures", "gauge", "", "连续失败的次数", func(m MailboxStatus) float64 { return float64(m.Failures) }),
		mailboxes("ysq_mailbox_logins", "counter", "", "启动以来的登录次数", func(m MailboxStatus) float64 { return float64(m.Logins) }),
		mailboxes("ysq_mailbox_mails_taken", "counter", "", "启动以来取到的邮件数", func(m MailboxStatus) float64 { return float64(m.Taken) }),
		mailboxes("ysq_mailbox_mails_troubled", "gauge", "", "服务器列出而未取回的邮件数", func(m MailboxStatus) float64 { return float64(m.Troubled) }),
	}
}

func gauge(name, unit, help string, of func(Status) float64) Metric {
	return Metric{name, "gauge", unit, help, "", func(s Status) []sample { return []sample{{"", of(s)}} }}
}

func mailboxes(name, kind, unit, help string, of func(MailboxStatus) float64) Metric {
	return Metric{name, kind, unit, help, "account", func(s Status) (all []sample) {
		for _, m := range s.Mailboxes {
			all = append(all, sample{string(m.Account), of(m)})
		}
		return all
	}}
}

func counts(by map[string]int) (all []sample) {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		all = append(all, sample{name, float64(by[name])})
	}
	return all
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func daySeconds(d Day) float64 {
	if d == 0 {
		return 0
	}
	return float64(civil.Date(d).Start().Unix())
}

func seconds(t *time.Time) float64 {
	if t == nil || t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

// WriteMetrics writes a status in the text format of Prometheus (version 0.0.4), which node_exporter's textfile
// collector reads as well.
func WriteMetrics(w io.Writer, s Status) error {
	var b bytes.Buffer
	for _, m := range Metrics() {
		name := m.Full()
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, m.Help, name, m.Type)
		for _, v := range m.of(s) {
			label := ""
			if m.Label != "" {
				label = `{` + m.Label + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(v.label) + `"}`
			}
			fmt.Fprintf(&b, "%s%s %s\n", name, label, strconv.FormatFloat(v.value, 'f', -1, 64))
		}
	}
	_, err := b.WriteTo(w)
	return err
}

// Full is the name as it is written.
func (m Metric) Full() string {
	if m.Type == "counter" {
		return m.Name + "_total"
	}
	return m.Name
}

// Collect lets collectors of numbers ask for the office's status.
func (d *Door) Collect(status func(context.Context) (Status, error)) { d.status = status }

func (d *Door) metrics(w http.ResponseWriter, r *http.Request) error {
	if who := d.who(r.Context()); who.Role < Viewer {
		return d.denied(who, Viewer)
	}
	s, err := d.status(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	return WriteMetrics(w, s)
}

// Metrics writes the office's numbers for monitoring.
func (c *Client) Metrics(ctx context.Context, w io.Writer) error {
	body, err := c.send(ctx, http.MethodGet, metricsPath, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(w, body); err != nil {
		return brokeOff(err)
	}
	return nil
}
