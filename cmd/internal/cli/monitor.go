package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats/render/grid"
)

// quiet ends the program with a code and without a word: what there was to say has been said.
type quiet struct{ code int }

func (q quiet) Error() string { return fmt.Sprintf("exit code %d", q.code) }

func (a *app) metricsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "输出监控指标（Prometheus 文本）",
		Long: "以 Prometheus 的文本格式输出监控指标：件数（条例第三十三条的期限）、邮箱、登记库、备份。\n" +
			"-o 把指标写入文件，要么写完整，要么不写，供 node_exporter 的 textfile 收集器读取（文件名以 .prom 结尾，由定时任务每分钟运行一次）。\n" +
			"守护进程在套接字上也直接提供：curl --unix-socket " + config.DefaultSocket + " http://ysq/v0/metrics（需“查看”角色）。\n\n指标\n" + metricsHelp(),
		Example: "ysq metrics\nysq metrics -o /var/lib/prometheus/node-exporter/ysq.prom",
		Args:    noArgs,
	}
	output := cmd.Flags().StringP("output", "o", "", "写入`文件`；不写则为标准输出")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		var b bytes.Buffer
		if err := c.Metrics(ctx, &b); err != nil {
			return err
		}
		if *output == "" {
			_, err := b.WriteTo(a.out)
			return err
		}
		return replaceFile(*output, 0o644, func(w io.Writer) error { // whoever collects is somebody else
			_, err := b.WriteTo(w)
			return err
		})
	})
	return cmd
}

func metricsHelp() string {
	var b strings.Builder
	for _, m := range ask.Metrics() {
		name := m.Full()
		if m.Label != "" {
			name += "{" + m.Label + "}"
		}
		b.WriteString("  " + name + "\n      " + m.Help + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// The states of a check and their exit codes, as monitoring plugins have them.
const (
	checkOK = iota
	checkWarning
	checkCritical
	checkUnknown
)

// mostChecked is how many bytes the words and the numbers of a check have: monitors cut lines off, or worse.
const mostChecked = 1000

var checkWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// check is `status --check`: one line and an exit code for Nagios and its kin.
func (a *app) check(cmd *cobra.Command) error {
	state, text, numbers := checkUnknown, "", ""
	s, err := a.askStatus(cmd)
	if err == nil {
		var said []string
		state, said = judge(s, a.now())
		text, numbers = strings.Join(said, "；"), perfdata(s)
	} else {
		e := forPeople(err)
		if text = e.Msg; e.Code != "socket-denied" && e.Exit != ask.ExitUsage { // whoever may not look, or looks at the wrong place, knows nothing
			state = checkCritical
		}
	}
	fmt.Fprintln(a.out, checkLine(state, text, numbers))
	if state == checkOK {
		return nil
	}
	return quiet{state}
}

func checkLine(state int, text, numbers string) string {
	words := strings.ReplaceAll(grid.Clean(text), "|", "/")
	return fmt.Sprintf("YSQ %s - %s%s", checkWords[state], ask.Cut(words, mostChecked-len(numbers)), prefix(" | ", numbers))
}

func (a *app) askStatus(cmd *cobra.Command) (s ask.Status, err error) {
	c, err := a.open(cmd)
	if err != nil {
		return s, err
	}
	defer c.Close()
	return ask.Do(cmd.Context(), c, ask.Overview, ask.None{})
}

// judge says how bad it is, the worst first.
func judge(s ask.Status, now time.Time) (state int, said []string) {
	var by [checkUnknown][]string
	say := func(level int, format string, args ...any) {
		by[level] = append(by[level], fmt.Sprintf(format, args...))
		state = max(state, level)
	}
	if s.PID == 0 {
		say(checkCritical, "守护进程没有运行")
	}
	for _, m := range s.Mailboxes {
		silence, most := m.Silence(now, s.Started)
		if s.PID == 0 || m.Failures == 0 && silence < most {
			continue
		}
		level, since := checkWarning, "启动以来没有成功过"
		if silence >= most {
			level = checkCritical
		}
		if m.LastSuccess != nil {
			since = "上次成功 " + instant(m.LastSuccess)
		}
		what := m.Label
		if m.Failures == 0 {
			what = "久未收完一次信"
		}
		say(level, "%s %s（%s）", m.Account, what, since)
	}
	for _, t := range s.Troubles {
		say(checkCritical, "%s", t)
	}
	for _, n := range []struct {
		level, n int
		text     string
	}{
		{checkCritical, s.Overdue, "逾期"}, {checkCritical, s.DisputesOverdue, "复议诉讼逾期"}, {checkWarning, s.DueToday, "今天到期"},
		{checkWarning, s.Mails[casefile.Quarantined.String()], "未取回的邮件"},
	} {
		if n.n > 0 {
			say(n.level, "%s %d", n.text, n.n)
		}
	}
	for _, n := range s.Notices {
		say(checkWarning, "%s", n)
	}
	if s.Backup.Late {
		say(checkWarning, "没有新的备份")
	}
	if s.CalendarMissing != 0 {
		say(checkWarning, "缺 %d 年的放假安排", s.CalendarMissing)
	}
	say(checkOK, "在办 %d，未登记 %d，待甄别的邮件 %d", s.Open, s.Unregistered, s.Mails[casefile.Parked.String()])
	for level := checkCritical; level >= checkOK; level-- {
		said = append(said, by[level]...)
	}
	return state, said
}

// perfdata are the numbers that a monitor draws.
func perfdata(s ask.Status) string {
	return fmt.Sprintf("open=%d;;;0 overdue=%d;;0;0 due_today=%d;0;;0 unregistered=%d;;;0 parked=%d;;;0 size=%dB;;;0",
		s.Open, s.Overdue, s.DueToday, s.Unregistered, s.Mails[casefile.Parked.String()], s.Size)
}
