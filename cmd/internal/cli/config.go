package cli

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

func (a *app) configCommand() *cobra.Command {
	return parent("config", "检查、显示配置，输出配置样例",
		"检查、显示配置，输出配置样例。谁可以办理、延期由谁批准（条例第三十三条）都写在配置里。",
		"ysq config check\nysq config example > /etc/ysq/ysq.toml",
		&cobra.Command{
			Use: "check", Short: "检查配置：一次列出所有错误，各有行和列",
			Long:    "检查配置文件及其所指：密码文件、证书、用户组（谁可以办理，条例第四十五条）。一次列出所有错误，各有行和列；有错误时以 2 退出。",
			Example: "ysq config check\nysq config check --config ./ysq.toml",
			Args:    noArgs,
			RunE: func(*cobra.Command, []string) error {
				cfg, err := a.checkedConfig()
				err, sealed := judgedHere(err)
				if err != nil {
					return err
				}
				if sealed {
					fmt.Fprintln(a.errOut, "密码由 systemd 交给服务，不能在这里核对；启动后看 ysq doctor")
				}
				for _, w := range cfg.Warnings() {
					fmt.Fprintln(a.errOut, "注意："+w.Error())
				}
				path, _ := a.configPath()
				if a.json {
					return a.printJSON(struct {
						File string `json:"file"`
						OK   bool   `json:"ok"`
					}{path, true})
				}
				fmt.Fprintln(a.out, "配置无误："+path)
				return nil
			},
		},
		a.configShowCommand(),
		&cobra.Command{
			Use: "example", Short: "输出配置样例",
			Long:    "输出一份完整的配置样例，每个选项都有说明（延期的批准方式见条例第三十三条）。",
			Example: "ysq config example > /etc/ysq/ysq.toml",
			Args:    noArgs,
			RunE: func(*cobra.Command, []string) error {
				if a.json {
					return a.printJSON(struct {
						TOML string `json:"toml"`
					}{config.Example()})
				}
				fmt.Fprint(a.out, config.Example())
				return nil
			},
		},
	)
}

func (a *app) configShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show", Short: "显示生效的配置",
		Long: "显示生效的配置：文件里写了的照写，没写的按默认，各附说明（延期的批准方式见条例第三十三条）。密码从不在配置里。\n" +
			"--effective 只列出全部的值，不带说明；密码一律遮盖。",
		Example: "ysq config show\nysq config show --effective",
		Args:    noArgs,
	}
	effective := cmd.Flags().Bool("effective", false, "只列值，不带说明，默认值也在内")
	cmd.RunE = func(*cobra.Command, []string) error {
		cfg, err := a.loadConfig()
		if err != nil {
			return err
		}
		if *effective && !a.json {
			_, err := fmt.Fprint(a.out, config.Effective(cfg))
			return err
		}
		return a.showConfig(cfg)
	}
	return cmd
}

func (a *app) showConfig(cfg config.Config) error {
	if !a.json {
		fmt.Fprint(a.out, config.Render(cfg))
		return nil
	}
	type mailbox struct {
		Name string     `json:"name"`
		Host string     `json:"host"`
		Port int        `json:"port"`
		TLS  config.TLS `json:"tls"`
		User string     `json:"user"`
		Poll string     `json:"poll_interval"`
	}
	path, _ := a.configPath()
	shown := struct {
		File      string    `json:"file"`
		Agency    string    `json:"agency"`
		State     string    `json:"state"`
		Socket    string    `json:"socket"`
		CasesFrom ask.Day   `json:"cases_from"`
		Mailboxes []mailbox `json:"mailboxes"`
	}{File: path, Agency: cfg.Agency.Name, State: cfg.Paths.State, Socket: cfg.Paths.Socket, CasesFrom: ask.Day(cfg.Intake.CasesFrom)}
	for _, m := range cfg.Mailboxes {
		shown.Mailboxes = append(shown.Mailboxes, mailbox{m.Name, m.Host, m.Port, m.TLS, m.User, m.PollInterval.String()})
	}
	return a.printJSON(shown)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "显示版本",
		Long:    "显示程序的版本、接口版本和编译环境。",
		Example: "ysq version\nysq version --json",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			platform := runtime.GOOS + "/" + runtime.GOARCH
			if a.json {
				return a.printJSON(struct {
					Version  string `json:"version"`
					Protocol string `json:"protocol"`
					Go       string `json:"go"`
					Platform string `json:"platform"`
				}{a.version, ask.Protocol, runtime.Version(), platform})
			}
			fmt.Fprintf(a.out, "ysq %s（接口 %s，%s，%s）\n", a.version, ask.Protocol, runtime.Version(), platform)
			return nil
		},
	}
}

// judgedHere leaves out of a configuration's errors that a password is handed to the service alone:
// whoever checks from a shell cannot see it and need not. It tells whether there was such a one.
func judgedHere(err error) (left error, sealed bool) {
	es, ok := errors.AsType[config.Errors](err)
	if !ok {
		return err, false
	}
	kept := slices.DeleteFunc(slices.Clone(es), func(e config.Error) bool { return errors.Is(e, config.ErrOutsideSystemd) })
	if len(kept) == 0 {
		return nil, true
	}
	return kept, len(kept) < len(es)
}

// configErrors returns the errors of a configuration one by one, without the file's place: where the
// values were typed as flags, there is no file yet.
func configErrors(err error) (all []config.Error) {
	if es, ok := errors.AsType[config.Errors](err); ok {
		for _, e := range es {
			e.File, e.Line, e.Col = "", 0, 0
			all = append(all, e)
		}
	}
	return all
}
