package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats/render/grid"
)

// watching draws how a long work goes on, on a terminal's error output only.
func (a *app) watching() (tell func(ask.Progress), end func()) {
	f, ok := a.errOut.(*os.File)
	if !ok || a.json || !term.IsTerminal(int(f.Fd())) {
		return func(ask.Progress) {}, func() {}
	}
	last := time.Time{}
	tell = func(p ask.Progress) {
		if now := a.now(); now.Sub(last) < 100*time.Millisecond && p.Done < p.Total {
			return
		} else {
			last = now
		}
		count := ""
		if p.Total > 1 {
			count = fmt.Sprintf(" %d/%d", p.Done, p.Total)
		} else if p.Done > 0 {
			count = fmt.Sprintf(" %d", p.Done)
		}
		fmt.Fprintf(f, "\r\x1b[K%s%s", grid.Clean(p.Doing), count)
	}
	return tell, func() { fmt.Fprint(f, "\r\x1b[K") }
}

// differences prints what a proof found and makes of it the exit code of a check that failed.
func (a *app) differences(all []ask.Difference, good string) error {
	if len(all) == 0 {
		if !a.json {
			fmt.Fprintln(a.out, good)
		}
		return nil
	}
	if !a.json {
		t := grid.Table{Header: []string{"处", "何处", "不符", "怎么办"}}
		for _, d := range all {
			t.Rows = append(t.Rows, []string{d.Place, string(d.Key), d.What, d.Do})
		}
		if err := a.table(t, nil); err != nil {
			return err
		}
	}
	return &ask.Error{Code: "differences", Msg: fmt.Sprintf("发现 %d 处不符", len(all)), Hint: "按“怎么办”一列处理；登记库有不符的，处理前先做一次备份", Exit: ask.ExitCheck}
}

func (a *app) verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "核验登记库：结构、记录链、索引、流水、邮件原文",
		Long: "核验登记库是否就是各条记录所说的样子：数据库结构，记录的摘要链，由记录重算的每个案件和索引，流水，每封邮件原文的摘要。\n" +
			"在一份快照上进行，不妨碍收信和办理。有不符之处时逐一列出，并以 6 退出。",
		Example: "ysq verify\nysq verify --backup /var/backups/ysq/ysq-ABCDEFGH-20261123T030000-00001234-…",
		Args:    noArgs,
	}
	backup := cmd.Flags().String("backup", "", "核验这份（未加密的）`备份`目录，而不是正在使用的登记库")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		tell, end := a.watching()
		finish := func(all []ask.Difference, err error) error {
			end()
			if err != nil {
				return err
			}
			if a.json {
				if err := a.printJSON(append([]ask.Difference{}, all...)); err != nil {
					return err
				}
			}
			return a.differences(all, "核验无误")
		}
		if *backup != "" {
			all, err := offline.VerifyBackup(cmd.Context(), *backup, tell)
			return finish(all, a.unwitnessed(*backup, err))
		}
		return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			var all []ask.Difference
			err := ask.Each(ctx, c, ask.Verify, ask.None{}, func(p ask.Proof) error {
				if p.Progress != nil {
					tell(*p.Progress)
				}
				all = p.Differences
				return nil
			})
			return finish(all, err)
		})(cmd, args)
	}
	return cmd
}

func (a *app) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup 目录",
		Short: "备份登记库、流水和邮件原文",
		Long: "在一个已有的目录里做一份备份：登记库、流水、邮件原文和配置。不妨碍收信和办理；写完读回检查后才以正式名字出现。\n" +
			"邮件原文与上一份备份共用（硬链接），所以每份备份都完整，而只占新增的空间。目录应在另一块磁盘上，属主为服务用户。\n" +
			"名字里有末条记录的摘要：把它抄在别处，日后可证明登记库没有被整个改写。",
		Example: "ysq backup /var/backups/ysq --keep 14d,12m\nysq backup /mnt/usb --age-recipient age1…",
		Args:    exactly("目录"),
	}
	keep := cmd.Flags().String("keep", "", "只保留最近若干天每天一份、最近若干个月每月一份，如 14d,12m；不写`规则`则都保留")
	recipients := cmd.Flags().StringArray("age-recipient", nil, "用此 age `公钥`加密成一个文件（可写多个）；离开本机的备份都应加密")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		target, err := filepath.Abs(args[0])
		if err != nil {
			return err
		}
		req := ask.BackupRequest{Target: target, Recipients: *recipients, Keep: *keep}
		if path, _ := a.configPath(); path != "" {
			if path, err = filepath.Abs(path); err != nil {
				return err
			}
			if _, err := os.Stat(path); err == nil {
				req.Config = path
			}
		}
		tell, end := a.watching()
		var res ask.BackupResult
		err = ask.Each(ctx, c, ask.Backup, req, func(l ask.BackupLine) error {
			if l.Progress != nil {
				tell(*l.Progress)
			} else if l.Backup != nil {
				res = *l.Backup
			}
			return nil
		})
		end()
		if err != nil {
			return err
		}
		if a.json {
			if err := a.printJSON(res); err != nil {
				return err
			}
		} else {
			fmt.Fprintf(a.out, "已备份 %s\n%d 条记录，%d 封邮件（其中 %d 封与上一份共用）\n", grid.Clean(string(res.Path)), res.Records, res.Mails, res.Linked)
			for _, name := range res.Removed {
				fmt.Fprintln(a.out, "已删去 "+grid.Clean(string(name)))
			}
			if res.Plain > 0 {
				fmt.Fprintf(a.errOut, "注意：这个目录里还有 %d 份没有加密的备份，--keep 不会删去它们；核对过这一份（ysq restore --test）以后请自行删去\n", res.Plain)
			}
		}
		return a.differences(res.Missing, "读回检查无误")
	})
	return cmd
}

func (a *app) restoreCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore 备份",
		Short: "从备份恢复登记库",
		Long: "把一份备份恢复到没有登记库的状态目录。目录里如留有更新的流水，备份之后的记录由它补回；否则记下从哪条记录起可能缺失。\n" +
			"备份之后收到的邮件，只要还在邮箱里，会重新收取。恢复后自动核验，有不符之处以 6 退出。须先停止服务。\n" +
			"新机器上还没有配置的，备份里的配置和模板一并取出，接着用 ysq init --adopt 放回原处。\n" +
			"--test 是演练：恢复到临时目录（可用环境变量 TMPDIR 指定），核验，再删去，不动正式的登记库。",
		Example: "ysq restore --test /var/backups/ysq/ysq-…\nysq restore /mnt/usb/ysq-….tar.age --age-identity key.txt",
		Args:    exactly("备份"),
	}
	test := cmd.Flags().Bool("test", false, "演练：恢复到临时目录，核验后删去")
	identity := cmd.Flags().String("age-identity", "", "存有 age 私钥的`文件`，用于加密的备份")
	state := cmd.Flags().String("state", config.DefaultState, "还没有配置时，登记库所在`目录`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o, bare, err := a.restoring(cmd, *state)
		if err != nil {
			return err
		}
		q := offline.Restoring{Test: *test, Config: bare}
		if path, _ := a.configPath(); bare {
			q.Owner = servant(unitOf(path))
		}
		if *identity != "" {
			b, err := os.ReadFile(*identity)
			if err != nil {
				return err
			}
			q.Identities = string(b)
		}
		if q.From, err = filepath.Abs(args[0]); err != nil {
			return err
		}
		tell, end := a.watching()
		res, err := offline.Restore(cmd.Context(), o, q, tell)
		end()
		if err := a.unwitnessed(q.From, err); err != nil {
			return err
		}
		if a.json {
			if err := a.printJSON(res); err != nil {
				return err
			}
			return a.differences(res.Differences, "")
		}
		what := "已恢复"
		if *test {
			what = "演练完成，未动正式的登记库"
		}
		fmt.Fprintf(a.out, "%s：%d 条记录，%d 封邮件\n", what, res.Records, res.Mails)
		if res.Replayed > 0 {
			fmt.Fprintf(a.out, "由留存的流水补回 %d 条记录\n", res.Replayed)
		}
		if res.Config {
			fmt.Fprintln(a.out, "备份里的配置和模板也已取出；接着运行 ysq init --adopt，放回原处并存密码")
		} else if bare && !*test {
			fmt.Fprintln(a.out, "备份里没有配置；接着运行 ysq init --adopt，重写配置并存密码")
		}
		if res.LostFrom > 0 && !*test {
			fmt.Fprintf(a.errOut, "注意：备份之后（记录 %d 起）的记录如有，已经缺失，请对照纸质材料补录\n", res.LostFrom)
		}
		return a.differences(res.Differences, "核验无误")
	}
	return cmd
}

// unwitnessed says that a backup's name proves nothing, unless something worse has been found.
func (a *app) unwitnessed(path string, err error) error {
	if err == nil && !offline.Witnessed(path) {
		fmt.Fprintln(a.errOut, "注意：这个名字不是 ysq backup 起的，里面没有摘要可以对照；只核验了内容")
	}
	return err
}

func (a *app) rebuildCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "据流水重建登记库，或据登记库重写流水",
		Long: "登记库损坏时，据流水逐条重建：记录、案件、邮件登记和期限都与原来相同。旧库改名留存。\n" +
			"流水损坏而登记库完好时，用 --journal 据登记库重写流水，旧流水留存。须先停止服务。",
		Example: "ysq rebuild\nysq rebuild --journal",
		Args:    noArgs,
	}
	journal := cmd.Flags().Bool("journal", false, "据登记库重写流水")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.mend(cmd, func(ctx context.Context, o offline.Options, tell func(ask.Progress)) (offline.Mended, error) {
			return offline.Rebuild(ctx, o, *journal, tell)
		})
	}
	return cmd
}

func (a *app) compactCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "compact",
		Short:   "压缩登记库文件",
		Long:    "把登记库重写一遍，收回已不用的空间；内容逐字节不变，旧库改名留存。须先停止服务。",
		Example: "ysq compact",
		Args:    noArgs,
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return a.mend(cmd, offline.Compact) }
	return cmd
}

// restoring is mending where there may be no configuration yet, as on a new machine: bare says so.
func (a *app) restoring(cmd *cobra.Command, state string) (o offline.Options, bare bool, err error) {
	if o, err = a.mending(cmd); !errors.Is(err, fs.ErrNotExist) {
		if err == nil && cmd.Flags().Changed("state") && filepath.Clean(state) != o.Config.Paths.State {
			err = usage(cmd, "--state 与配置里的 paths.state（%s）不同", o.Config.Paths.State)
		}
		return o, false, err
	}
	cfg := config.Default()
	cfg.Paths.State, err = filepath.Abs(state)
	return a.officeOptions(cmd, cfg, zerolog.Nop()), true, err
}

// mending is how a command works on a register that no daemon has open.
func (a *app) mending(cmd *cobra.Command) (offline.Options, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return offline.Options{}, err
	}
	return a.officeOptions(cmd, cfg, zerolog.Nop()), nil
}

func (a *app) mend(cmd *cobra.Command, work func(context.Context, offline.Options, func(ask.Progress)) (offline.Mended, error)) error {
	o, err := a.mending(cmd)
	if err != nil {
		return err
	}
	tell, end := a.watching()
	m, err := work(cmd.Context(), o, tell)
	end()
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(m)
	}
	parts := []string{fmt.Sprintf("%d 条记录", m.Records)}
	if m.Is > 0 {
		parts = append(parts, fmt.Sprintf("%d 件（在办 %d）", m.Cases, m.Open), fmt.Sprintf("%d 个邮件登记", m.Mails), ask.Size(m.Was)+" → "+ask.Size(m.Is))
	}
	fmt.Fprintln(a.out, "已完成："+strings.Join(parts, "，"))
	if m.Kept != "" {
		fmt.Fprintln(a.out, "旧的留在 "+grid.Clean(m.Kept)+"，确认无误后可删去")
	}
	if m.Beyond > 0 {
		fmt.Fprintf(a.errOut, "注意：旧流水中有 %d 行记录是登记库所没有的，只留在上述旧流水里\n", m.Beyond)
	}
	return nil
}

func (a *app) eraseCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase 编号…",
		Short: "销毁保管期满案件的邮件原文和附件",
		Long: "销毁已归档、保管期限（配置 [retention] years）届满的案件的邮件原文和附件。记录永远保留，摘要留作凭证；\n" +
			"别的案件还在用的文件，到最后一个案件销毁时才删去。须“审核”角色，不能撤销；先用 --dry-run 看结果。",
		Example: "ysq erase 2015-3 --reason 保管期满 --dry-run\nysq erase 2015-3 2015-4 --reason 保管期满",
		Args:    atLeastOne("编号"),
	}
	o := a.options(cmd)
	reason := o.text("reason", "销毁的`理由`，如鉴定销毁清单的文号")
	dry := o.flag("dry-run", "只看结果，不销毁")
	o.need("reason")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		ids, err := a.cases(cmd, args)
		if err != nil {
			return err
		}
		res, err := ask.Do(ctx, c.Dry(*dry), ask.Erase, ask.EraseRequest{Cases: ids, Reason: *reason})
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(res)
		}
		verb := "已销毁"
		if res.DryRun {
			verb = "将销毁"
		}
		fmt.Fprintf(a.out, "%s %d 件案件的 %d 个文件", verb, len(res.Cases), res.Erased)
		if res.Held > 0 {
			fmt.Fprintf(a.out, "；另有 %d 个别的案件还在用", res.Held)
		}
		fmt.Fprintln(a.out)
		return nil
	})
	return cmd
}
