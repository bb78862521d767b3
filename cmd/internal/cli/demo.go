package cli

import (
	"context"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "演示：在模拟的信箱上看真实的程序走完一年",
		Long: "在临时目录里起一个模拟的邮箱服务器和一个真实的守护进程，让几十封虚构的邮件走完收件、登记、审查、办理、答复、\n" +
			"送达、归档，然后列出案件、期限和年度报告。登记库留着供您试用，按 Ctrl-C 结束并清除；不读也不写正式的配置和登记库。",
		Example: "ysq demo\nysq demo --once",
		Args:    noArgs,
	}
	once := cmd.Flags().Bool("once", false, "演示完就结束，不留登记库试用")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		// A terminal that is closed or a pager that is left must not leave the directory behind.
		ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGHUP)
		defer stop()
		signal.Ignore(syscall.SIGPIPE) // the write fails instead
		defer signal.Reset(syscall.SIGPIPE)
		return demo.Run(ctx, demo.Options{
			Once: *once, In: a.in, Out: a.out, Err: a.errOut, Version: a.version,
			Command: func(ctx context.Context, out, errOut io.Writer, args ...string) int {
				args = append([]string{"--no-pager"}, args...) // a story is not stopped for a long page
				return Main(ctx, context.WithCancel, args, strings.NewReader(""), out, errOut, a.getenv, a.version)
			},
		})
	}
	return cmd
}
