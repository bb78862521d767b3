package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "体检：配置、邮箱、登记库、日历、磁盘有没有毛病",
		Long: "逐项检查系统所依靠的一切（条例第四十五条）：配置、密码、邮箱能否登录、文件夹、证书、时钟、放假安排、磁盘、登记库、积压。\n" +
			"每项标明正常、注意或异常，并说明该怎么办；有异常时退出码为 6。\n" +
			"--live 与邮件服务器对话一次，打印去掉密码、地址和主题的实录，可以发给提供支持的人。",
		Example: "ysq doctor\nysq doctor --json\nysq doctor --live --wait 90s",
		Args:    noArgs,
	}
	live := cmd.Flags().Bool("live", false, "与邮件服务器对话一次并打印实录")
	wait := cmd.Flags().Duration("wait", 0, "与 --live 同用：等待新邮件的`时长`，其间请给邮箱发一封信")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *wait != 0 && !*live || *wait < 0 {
			return usage(cmd, "--wait 要与 --live 同用，且不能是负的")
		}
		if *live {
			return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error { return a.live(ctx, c, *wait) })(cmd, nil)
		}
		all := a.examine(cmd)
		if a.json {
			if err := a.printJSON(all); err != nil {
				return err
			}
		} else if err := a.diagnoses(all); err != nil {
			return err
		}
		return health(all)
	}
	return cmd
}

// examine asks whoever holds the register; where that fails, this command looks at what can be looked
// at without it, for then it is needed most.
func (a *app) examine(cmd *cobra.Command) []ask.Diagnosis {
	c, err := a.open(cmd)
	if err == nil {
		var all []ask.Diagnosis
		all, err = ask.Do(cmd.Context(), c, ask.Doctor, ask.None{})
		if err = errors.Join(err, c.Close()); err == nil {
			return append(all, a.broken()...)
		}
	}
	e := forPeople(err)
	all := []ask.Diagnosis{{ID: cmp.Or(e.Code, "register"), Subject: "登记库和守护进程", State: ask.DiagnosisFail, Text: e.Msg, Do: e.Advice()}}
	cfg, err := a.loadConfig()
	if err != nil {
		if e := forPeople(err); e.Msg != all[0].Text {
			all = append(all, ask.Diagnosis{ID: "config", Subject: "配置", State: ask.DiagnosisFail, Text: e.Msg, Do: e.Advice()})
		}
		return all
	}
	return append(all, offline.Examine(cmd.Context(), a.officeOptions(cmd, cfg, a.log(nil).Level(levelOf(cfg.Log.Level))))...)
}

// broken says of a configuration that became wrong after the daemon had read it, and that the next start will refuse.
func (a *app) broken() []ask.Diagnosis {
	_, err := a.loadConfig()
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	e := forPeople(err)
	return []ask.Diagnosis{{ID: "config-broken", Subject: "改过的配置", State: ask.DiagnosisFail, Text: e.Msg, Do: "守护进程仍按原来的运行，但下次启动不了：" + e.Advice()}}
}

// health is the error of an examination that found something broken.
func health(all []ask.Diagnosis) error {
	n := 0
	for _, d := range all {
		if d.State == ask.DiagnosisFail {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &ask.Error{Code: "unhealthy", Exit: ask.ExitCheck, Msg: fmt.Sprintf("有 %d 项异常", n), Hint: "按各项所说处理，再运行 ysq doctor"}
}

// widestSubject is up to where the lines of doctor are aligned.
const widestSubject = 24

func (a *app) diagnoses(all []ask.Diagnosis) error {
	s := a.screenOf(a.out)
	widest := 0
	for _, d := range all {
		if w := grid.Width(grid.Clean(d.Subject), s.grid); w <= widestSubject { // one with a long address goes beyond
			widest = max(widest, w)
		}
	}
	for _, d := range all {
		word, colour := "正常", plain
		switch d.State {
		case ask.DiagnosisWarn:
			word, colour = "注意", soon
		case ask.DiagnosisFail:
			word, colour = "异常", alarm
		}
		begin := word + "  " + pad(grid.Clean(d.Subject), widest, s.grid) + "  "
		line := strings.TrimPrefix(hanging(begin, grid.Clean(d.Text), s.grid), word)
		if _, err := fmt.Fprint(a.out, s.paint(colour, word)+line); err != nil {
			return err
		}
		if d.Do != "" {
			fmt.Fprint(a.out, hanging("      → ", grid.Clean(d.Do), s.grid))
		}
	}
	return nil
}

func (a *app) live(ctx context.Context, c *ask.Client, wait time.Duration) error {
	if wait > 0 {
		fmt.Fprintf(a.errOut, "正在与邮件服务器对话，请在 %v 内给邮箱发一封信……\n", wait)
	}
	all, err := ask.Do(ctx, c, ask.Live, ask.LiveRequest{Wait: wait})
	if err != nil {
		return err
	}
	broken := 0
	for _, t := range all {
		if t.Error != "" {
			broken++
		}
	}
	if a.json {
		err = a.printJSON(all)
	} else {
		a.transcripts(all)
	}
	if err != nil || broken == 0 {
		return err
	}
	return &ask.Error{Code: "unhealthy", Exit: ask.ExitCheck, Msg: fmt.Sprintf("有 %d 个邮箱没能谈完", broken), Hint: "实录止于出错之处，可以照样发出"}
}

func (a *app) transcripts(all []ask.Transcript) {
	for _, t := range all {
		fmt.Fprintf(a.out, "邮箱 %s（ysq %s）\n", t.Account, a.version)
		for _, l := range t.Lines {
			fmt.Fprintln(a.out, "  "+grid.Clean(string(l)))
		}
		if t.Error != "" {
			fmt.Fprintln(a.out, "  未能继续："+grid.Clean(t.Error))
		}
		fmt.Fprintln(a.out)
		var fields []field
		for _, x := range t.Answers {
			fields = append(fields, field{x.Question, x.Answer})
		}
		a.sheet("  ", fields...)
	}
}
