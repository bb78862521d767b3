package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/daemon"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "运行守护进程（由 systemd 启动）",
		Long: "运行守护进程：定时收信、立案（条例第四十五条），并应答其他命令。收到 SIGTERM 或 Ctrl-C 时有序停止。日志写到标准错误。\n" +
			"收到 SIGHUP（systemctl reload ysq）时重读配置：能当时生效的即生效，其余的在日志中列出，重启后生效；新配置有误的，逐条写入日志，仍按原来的运行。\n" +
			"启动时配置有误的，退出码为 78（其他命令为 2），systemd 不再重启；其余的异常退出，15 秒后重启。",
		Example: "ysq serve --config /etc/ysq/ysq.toml",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.toJournal()
			zerolog.ErrorMarshalFunc = briefly
			cfg, err := a.checkedConfig()
			if err != nil {
				return notToBeRestarted(err)
			}
			hangup := make(chan os.Signal, 1)
			signal.Notify(hangup, syscall.SIGHUP)
			defer signal.Stop(hangup)
			var level atomic.Int32
			setLevel := func(l config.Level) { level.Store(int32(levelOf(l))) }
			setLevel(cfg.Log.Level)
			d, err := daemon.New(daemon.Options{Options: a.officeOptions(cmd, cfg, a.log(&level)), Reload: hangup, Load: a.checkedConfig, SetLevel: setLevel})
			if err != nil {
				return notToBeRestarted(err)
			}
			return d.Run(cmd.Context())
		},
	}
}

// briefly is how the log writes an error: on a line that a journal and its readers can take.
func briefly(err error) any {
	if err == nil { // as the outcome of what went well
		return nil
	}
	return ask.Brief(err.Error(), ask.MostBrief)
}

// notToBeRestarted gives a wrong configuration an exit code of its own: the unit is started again after
// any other, also after 2, with which Go ends a program that has crashed.
func notToBeRestarted(err error) error {
	if e := *forPeople(err); e.Exit == ask.ExitUsage {
		e.Exit = ask.ExitConfig
		return &e
	}
	return err
}

func (a *app) pollCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "poll",
		Short:   "立即完整收一次信",
		Long:    "立即把各邮箱完整收一次信，新邮件立案（条例第四十五条）。守护进程在运行时由它来收，否则在本命令中收，收完退出。",
		Example: "ysq poll\nysq poll --config /etc/ysq/ysq.toml --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			res, err := a.poll(cmd)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(res)
			}
			fmt.Fprintf(a.out, "取到 %d 封新邮件\n", res.Taken)
			if res.Troubled > 0 {
				fmt.Fprintf(a.errOut, "注意：另有 %d 封未取回；见 ysq reconcile、ysq mail list --quarantined\n", res.Troubled)
			}
			return nil
		},
	}
}

func (a *app) poll(cmd *cobra.Command) (ask.PollResult, error) {
	ctx := cmd.Context()
	socket, err := a.socketPath()
	if err != nil {
		return ask.PollResult{}, err
	}
	c, err := reach(ctx, socket)
	if err != nil {
		return ask.PollResult{}, err
	}
	if c != nil {
		defer c.Close()
		defer a.sayWaiting(ctx, c)()
		return ask.Do(ctx, c, ask.Poll, ask.None{})
	}
	cfg, err := a.checkedConfig()
	if err != nil {
		return ask.PollResult{}, err
	}
	// A person reads this: what went wrong comes back as an error, and mails are reported by their number.
	res, err := offline.Poll(ctx, a.officeOptions(cmd, cfg, a.log(nil).Level(zerolog.ErrorLevel)))
	if held, ok := errors.AsType[*ask.Error](err); ok && held.Code == "held" {
		c, err := started(ctx, socket, held)
		if err != nil {
			return ask.PollResult{}, err
		}
		defer c.Close()
		return ask.Do(ctx, c, ask.Poll, ask.None{})
	}
	return res, err
}

// sayWaiting tells whoever has waited for some seconds what a poll of the daemon waits for, until stop is called.
func (a *app) sayWaiting(ctx context.Context, c *ask.Client) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var said sync.WaitGroup
	said.Go(func() {
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
			st, err := ask.Do(ctx, c, ask.Overview, ask.None{})
			if ctx.Err() == nil || err == nil {
				fmt.Fprint(a.errOut, waiting(st.Mailboxes)) // of none where that fails: the poll has that error, too
			}
		}
	})
	return func() { cancel(); said.Wait() }
}

// waiting says of each mailbox that is at work what it does at the moment.
func waiting(all []ask.MailboxStatus) string {
	var b strings.Builder
	b.WriteString("还没有收完：\n")
	for _, m := range all {
		if m.State != "polling" {
			continue
		}
		does := fmt.Sprintf("正在与邮件服务器通话，守护进程启动以来取到 %d 封；信多或服务器慢的要几分钟", m.Taken)
		if m.NextTry != nil {
			does = "等到 " + m.NextTry.In(civil.Zone).Format("15:04:05") + " 再登录：登录过密，服务商会封账号"
		}
		fmt.Fprintf(&b, "  %s：%s\n", grid.Clean(string(m.Account)), does)
	}
	b.WriteString("收完或收不成都会在这里说明；不想等的按 Ctrl-C，守护进程照常定时收信。\n")
	return b.String()
}

// checkedConfig is the configuration with everything it refers to.
func (a *app) checkedConfig() (config.Config, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return cfg, err
	}
	return cfg, cfg.Check()
}

// log goes to standard error and so to the journal, in the time of the law; what is below the level
// that holds at the moment is dropped.
func (a *app) log(level *atomic.Int32) zerolog.Logger {
	stamp := zerolog.HookFunc(func(e *zerolog.Event, l zerolog.Level, _ string) {
		if level != nil && l < zerolog.Level(level.Load()) {
			e.Discard()
			return
		}
		e.Str("time", a.now().In(civil.Zone).Format("2006-01-02T15:04:05.000Z07:00"))
	})
	return zerolog.New(a.errOut).Level(zerolog.DebugLevel).Hook(stamp)
}

func levelOf(l config.Level) zerolog.Level {
	switch l {
	case config.Debug:
		return zerolog.DebugLevel
	case config.Warn:
		return zerolog.WarnLevel
	case config.Fault:
		return zerolog.ErrorLevel
	}
	return zerolog.InfoLevel
}
