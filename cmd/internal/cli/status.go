package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "看服务、邮箱和办件的全貌",
		Long: "看全貌：守护进程是否在运行，各邮箱收信是否正常，在办、逾期和将到期的件数（条例第三十三条），有没有待甄别的邮件，上次备份。\n" +
			"--json 的格式是稳定的接口，--schema 输出它的 JSON Schema。\n" +
			"--check 供 Nagios 一类的监控使用：输出一行，退出码 0 正常、1 注意、2 严重、3 不明。严重：守护进程没有运行，邮箱一小时收不到信，\n" +
			"登记库的保管不正常，有逾期的案件或复议诉讼；注意：邮箱刚出故障，有今天到期的案件，有未取回的邮件，备份过期，缺放假安排，\n" +
			"以及可能变成故障的：等待重启的配置、慢了的时钟、别人能读的密码原件、将到期的证书。一行至多 1 KB。",
		Example: "ysq status\nysq status --json\nysq status --check",
		Args:    noArgs,
	}
	check := cmd.Flags().Bool("check", false, "输出一行，以 0、1、2、3 退出，供监控使用")
	schema := cmd.Flags().Bool("schema", false, "输出 --json 的 JSON Schema")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case *schema:
			_, err := io.WriteString(a.out, ask.StatusSchema)
			return err
		case *check:
			return a.check(cmd)
		}
		s, err := a.askStatus(cmd)
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(s)
		}
		return a.status(s)
	}
	return cmd
}

func (a *app) status(s ask.Status) error {
	fmt.Fprintln(a.out, grid.Clean(join("  ", s.Agency, "ysq "+string(s.Version), day(s.Today))))
	running := "没有运行，不在收信"
	if s.PID != 0 {
		running = fmt.Sprintf("运行中（进程 %d，自 %s）", s.PID, instant(s.Started))
	}
	a.sheet("  ",
		field{"守护进程", running},
		field{"登记库", join("，", string(s.Register), fmt.Sprintf("%d 条记录", s.Records), ask.Size(s.Size))},
		field{"放假安排", "至 " + day(s.CalendarEnd) + "，此后的期限为暂定" + missingNotice(s.CalendarMissing)},
		field{"在办", fmt.Sprintf("%d 件%s", s.Open, stageCounts(s.Stages))},
		field{"未处理来信", openMailCount(s)},
		field{"未登记", count(s.Unregistered, "ysq list --unregistered")},
		field{"未双方确认", count(s.Unconfirmed, "ysq due")},
		field{"已逾期", count(s.Overdue, "ysq list --overdue")},
		field{"今天到期", count(s.DueToday, "ysq due --within 0")},
		field{"三个工作日内", count(s.DueSoon, "ysq due --within 3")},
		field{"复议诉讼待答复", disputeCount(s)},
		field{"邮件", mailCounts(s.Mails)},
		field{"未了结的信", outboxCounts(s.Outbox)},
		field{"备份", lastBackup(s.Backup)},
	)
	for _, t := range troubles(s) {
		fmt.Fprintln(a.out, a.screenOf(a.out).paint(alarm, "  注意：")+grid.Clean(t))
	}
	for _, n := range s.Notices {
		fmt.Fprintln(a.out, "  注意："+grid.Clean(n))
	}
	if s.Backup.Late {
		fmt.Fprintln(a.out, a.screenOf(a.out).paint(alarm, "  注意：")+"近日没有备份；每日备份用 systemctl enable --now ysq-backup.timer")
	}
	if s.PID == 0 {
		return nil // nobody polls: there is nothing to say of the mailboxes
	}
	return a.mailboxes(s.Mailboxes)
}

func lastBackup(b ask.BackupStatus) string {
	if b.At == nil {
		return "还没有做过"
	}
	how := ""
	if b.Encrypted {
		how = "（已加密）"
	}
	return join("，", instant(b.At), string(b.Path)+how)
}

// count reads 3 件（ysq list --overdue）; the command is named where there is something to see.
func count(n int, command string) string {
	if n == 0 {
		return "0 件"
	}
	return fmt.Sprintf("%d 件（%s）", n, command)
}

// openMailCount says how many mails nobody has decided about.
func openMailCount(s ask.Status) string {
	if s.OpenMails == 0 {
		return "0 封"
	}
	return fmt.Sprintf("%d 封，最早 %s 到（ysq due）", s.OpenMails, day(s.OldestOpen))
}

// troubles are the troubles of an office, each with the command that says more.
func troubles(s ask.Status) []string {
	all := slices.Clone(s.Troubles)
	for i := range all {
		if i < len(s.TroublesDo) && s.TroublesDo[i] != "" {
			all[i] += "，见 " + s.TroublesDo[i]
		}
	}
	return all
}

// missingNotice asks for the notice that ought to be known.
func missingNotice(year int) string {
	if year == 0 {
		return ""
	}
	return fmt.Sprintf("；请录入 %d 年的通知（ysq calendar import）", year)
}

// disputeCount is empty where no dispute waits, which is nearly always.
func disputeCount(s ask.Status) string {
	if s.Disputes == 0 {
		return ""
	}
	late := ""
	if s.DisputesOverdue > 0 {
		late = fmt.Sprintf("，其中 %d 件已逾期", s.DisputesOverdue)
	}
	return fmt.Sprintf("%d 件%s，最早 %s（ysq dispute list）", s.Disputes, late, day(s.DisputeBy))
}

func stageCounts(by map[string]int) string {
	var parts []string
	for _, s := range casefile.Stages() {
		if n := by[s.String()]; n > 0 {
			parts = append(parts, s.Label()+" "+strconv.Itoa(n))
		}
	}
	return prefix("；各阶段：", strings.Join(parts, "、"))
}

func mailCounts(by map[string]int) string {
	var parts []string
	for _, d := range places() {
		if n := by[d.String()]; n > 0 {
			parts = append(parts, d.Label()+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(parts, "、")
}

// outboxCounts is empty where every letter is out.
func outboxCounts(by map[string]int) string {
	var parts []string
	for _, s := range casefile.OutStates() {
		if n := by[s.String()]; n > 0 {
			parts = append(parts, s.Label()+" "+strconv.Itoa(n))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "、") + "（ysq outbox list）"
}

func places() []casefile.Disposition {
	return []casefile.Disposition{casefile.ToCase, casefile.ToHistory, casefile.Parked, casefile.Duplicate, casefile.Quarantined}
}

func (a *app) mailboxes(all []ask.MailboxStatus) error {
	if len(all) == 0 {
		return nil
	}
	a.heading("邮箱")
	t := grid.Table{Header: []string{"账号", "状态", "上次成功", "下次", "已取", "未取回", "登录次数"}}
	var tints []tint
	for _, m := range all {
		next := ""
		if m.NextTry != nil && !m.NextTry.IsZero() {
			next = m.NextTry.In(civil.Zone).Format("15:04:05")
		}
		t.Rows = append(t.Rows, []string{string(m.Account), mailboxState(m), instant(m.LastSuccess), next,
			strconv.Itoa(m.Taken), strconv.Itoa(m.Troubled), strconv.Itoa(m.Logins)})
		colour := plain
		if m.Failures > 0 {
			colour = alarm
		}
		tints = append(tints, colour)
	}
	if err := a.fitted(t, tints, []int{0, 1}, []int{6, 5}); err != nil {
		return err
	}
	for _, m := range all {
		if m.Label == "" && m.ServerSays == "" {
			continue
		}
		fmt.Fprintf(a.out, "\n%s：%s\n", grid.Clean(string(m.Account)), grid.Clean(join("；", m.Label, prefix("服务器说：", m.ServerSays))))
		if m.Hint != "" {
			fmt.Fprintf(a.out, "请：%s\n", grid.Clean(bracketed(strings.TrimPrefix(m.Hint, "请"), m.Do)))
		}
	}
	return nil
}

func mailboxState(m ask.MailboxStatus) string {
	switch m.State {
	case "starting":
		return "正在启动"
	case "polling":
		if m.NextTry != nil { // logins are some time apart
			return "等待登录"
		}
		return "正在收信"
	case "idle":
		return "正常"
	case "failing":
		return fmt.Sprintf("故障（连续 %d 次）", m.Failures)
	}
	return m.State
}
