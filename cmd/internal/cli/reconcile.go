package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) reconcileCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reconcile",
		Short: "对账：证明邮箱里的每封信都在登记簿里",
		Long: "对账：先完整收一次信，再把各邮箱各文件夹的全部邮件与登记簿逐一核对（条例第四十五条）。\n" +
			"有没收进来的逐封列出，退出码为 6。未取回的另列；登记簿里有而邮箱里已不见的只作说明，不影响案件。守护进程在运行时每小时自动对账一次。",
		Example: "ysq reconcile\nysq reconcile --json",
		Args:    noArgs,
		RunE: a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			r, err := ask.Do(ctx, c, ask.Reconcile, ask.None{})
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(r)
			} else {
				err = a.reconciliation(r)
			}
			if err != nil {
				return err
			}
			return proof(r)
		}),
	}
}

// proof is the error of a reconciliation that did not prove everything.
func proof(r ask.Reconciliation) error {
	if r.Proved {
		return nil
	}
	missing, refused, unsteady := 0, 0, 0
	var first ask.AccountAudit // that could not be looked at
	for _, acc := range r.Accounts {
		if acc.Error != "" && first.Error == "" {
			first = acc
		}
		for _, f := range acc.Folders {
			missing += len(f.Missing)
			if f.Refused != "" {
				refused++
			}
			if strings.Contains(f.Refused, "UIDVALIDITY") {
				unsteady++
			}
		}
	}
	switch {
	case missing > 0:
		return &ask.Error{Code: "missing-mail", Exit: ask.ExitCheck, Msg: fmt.Sprintf("有 %d 封邮件在邮箱里，不在登记簿里", missing),
			Hint: "看上表和服务日志中的原因（journalctl -u ysq）；确认前请勿在邮箱中移动或删除它们"}
	case unsteady > 0:
		return &ask.Error{Code: "folder-unsteady", Exit: ask.ExitCheck, Msg: fmt.Sprintf("有 %d 个文件夹每次打开都换 UIDVALIDITY，无法按 UID 对账；新邮件每小时按 Message-ID 收一次", unsteady),
			Hint: "在配置的 [[mailbox]] 中写 open = \"select\"（只会去掉 \\Recent 标记），重启服务后再对账"}
	case refused > 0:
		return &ask.Error{Code: "folder-refused", Exit: ask.ExitCheck, Msg: fmt.Sprintf("有 %d 个文件夹打不开，无法对账", refused),
			Hint: "请在网页邮箱中确认它们存在；已不用的，从配置的 folders 中去掉"}
	}
	return &ask.Error{Code: "not-reconciled", Exit: ask.ExitFailed, Msg: "没能对账：" + first.Error, Hint: first.Hint}
}

func (a *app) reconciliation(r ask.Reconciliation) error {
	t := grid.Table{Header: []string{"账号", "文件夹", "UIDVALIDITY", "邮箱里", "没收进来", "未取回", "邮箱里已不见", "结果"}}
	var tints []tint
	for _, acc := range r.Accounts {
		for _, f := range acc.Folders {
			result, colour := "相符", plain
			switch {
			case f.Refused != "":
				result, colour = "打不开", alarm
			case len(f.Missing) > 0:
				result, colour = "不符", alarm
			}
			t.Rows = append(t.Rows, []string{acc.Account, string(f.Folder), strconv.FormatUint(f.UIDValidity, 10), strconv.Itoa(f.Listed),
				strconv.Itoa(len(f.Missing)), strconv.Itoa(len(f.Quarantined)), strconv.Itoa(f.Gone), result})
			tints = append(tints, colour)
		}
	}
	if len(t.Rows) > 0 {
		if err := a.fitted(t, tints, []int{0, 1}, []int{2}); err != nil {
			return err
		}
	}
	if err := a.missingMails(r); err != nil {
		return err
	}
	if err := a.quarantinedMails(r); err != nil {
		return err
	}
	a.goneMails(r)
	return nil
}

func (a *app) missingMails(r ask.Reconciliation) error {
	t := grid.Table{Header: []string{"账号", "文件夹", "UIDVALIDITY", "UID", "自何时起"}}
	for _, acc := range r.Accounts {
		for _, f := range acc.Folders {
			for _, m := range f.Missing {
				name := uid(m.UID)
				if m.Other {
					name += "（登记簿里是另一封）"
				}
				t.Rows = append(t.Rows, []string{acc.Account, string(f.Folder), strconv.FormatUint(f.UIDValidity, 10), name, instant(&m.Since)})
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	a.heading("没收进登记簿的邮件")
	return a.table(t, nil)
}

func (a *app) quarantinedMails(r ask.Reconciliation) error {
	t := grid.Table{Header: []string{"账号", "文件夹", "UID", "原因"}}
	for _, acc := range r.Accounts {
		for _, f := range acc.Folders {
			for _, m := range f.Quarantined {
				t.Rows = append(t.Rows, []string{acc.Account, string(f.Folder), uid(m.UID), strings.Join(m.Reasons, "；")})
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	a.heading("未取回的邮件（服务器列出而没有给出；ysq mail retry --all 立即再取）")
	return a.table(t, nil, 3)
}

// arrived reads 2026-11-22 周日, and says so where the server gave no date.
func arrived(t *time.Time) string {
	if t == nil {
		return "日期不详"
	}
	return civil.Of(*t).Long()
}

// goneMails tells what is no longer in the mailbox. It is never a reason to do anything to a case.
func (a *app) goneMails(r ask.Reconciliation) {
	for _, acc := range r.Accounts {
		for _, f := range acc.Folders {
			if f.Gone == 0 {
				continue
			}
			fmt.Fprintf(a.out, "\n%s %s：登记簿里的 %d 封在此文件夹中已不见（到达 %s 至 %s）：被移走、删除或隐藏。原文已存，案件不受影响。\n",
				grid.Clean(acc.Account), grid.Clean(string(f.Folder)), f.Gone, arrived(f.GoneFrom), arrived(f.GoneTo))
			if f.Window {
				fmt.Fprintln(a.out, "  不见的都是一个月以前的信：很可能网页邮箱设成了“收取最近30天邮件”。请登录网页邮箱，在“设置 → POP3/SMTP/IMAP → 收取选项”改为“收取全部邮件”，否则停机超过 30 天会漏收。")
			}
		}
		if g := acc.Gap; g != nil {
			fmt.Fprintf(a.out, "\n注意：%s 自 %s 至 %s 没有收过信，邮箱里也不见此前的邮件。\n  如网页邮箱只收取最近30天邮件，其间的来信可能看不到：请改为“收取全部邮件”，再运行 ysq reconcile；并登录网页邮箱核对这段时间的来信。\n",
				grid.Clean(acc.Account), instant(&g.From), instant(&g.To))
		}
	}
}
