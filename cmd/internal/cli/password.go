package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// change is the answers to `password`.
type change struct {
	a         *app
	cmd       *cobra.Command
	mailbox   string
	fromStdin bool
	noCheck   bool
	store     string
	unit      string
}

func (a *app) passwordCommand() *cobra.Command {
	p := &change{a: a}
	p.cmd = &cobra.Command{
		Use:   "password",
		Short: "换邮箱的授权码（密码）",
		Long: "换邮箱的授权码（密码）：读入新的，试登录一次，成了才写；原来怎样存放，就照样存放（加密的 systemd 凭据，或 0600 的文件），\n" +
			"服务在运行的，随即重启。授权码在终端上输入（不显示），或用 --password-stdin；从不写在命令行上。须由 root 运行（条例第四十五条的登记、审核都靠邮箱收得到信）。\n" +
			"还没有存过密码的，也用它；原来是明文文件、想改为加密存放的，加 --password-store credential。",
		Example: "ysq password\nsystemd-ask-password -n | ysq password --password-stdin\nysq password --mailbox smtp",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return p.run() },
	}
	f := p.cmd.Flags()
	f.StringVar(&p.mailbox, "mailbox", "", "哪个`账号`：配置里 [[mailbox]] 的 name（不写 name 的即 user），发信另有密码的写 smtp；不写则为第一个")
	f.BoolVar(&p.fromStdin, "password-stdin", false, "从标准输入读密码（授权码）一行")
	f.BoolVar(&p.noCheck, "no-login-check", false, "不试登录")
	p.store = storeAuto
	f.Var(word{&p.store, stores}, "password-store", "密码如何`存放`：auto（照原来的）、credential（systemd 加密凭据）、file（0600 的文件）")
	f.StringVar(&p.unit, "unit", "", "运行它的 systemd `单元`；/etc/ysq 下的配置由文件名得知")
	(&options{cmd: p.cmd}).complete("password-store", stores)
	return p.cmd
}

func (p *change) run() (err error) {
	path, _ := p.a.configPath()
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	cfg, err := p.a.loadConfig()
	if err != nil {
		return err
	}
	if p.unit == "" {
		p.unit = unitOf(path)
	}
	if os.Geteuid() != 0 && p.unit != "" {
		return ask.Refused("denied", "请用 root 运行：sudo ysq password", "密码只有 root 可以换")
	}
	account, box, err := p.account(cfg)
	if err != nil {
		return err
	}
	v := &vault{ctx: p.cmd.Context(), config: path, unit: p.unit, owner: servant(p.unit)}
	how, err := p.how(v, account.at)
	if err != nil {
		return err
	}
	secret, err := p.secret(account, box)
	if err != nil {
		return err
	}
	old := v.plain(account.at)
	at, err := v.keep(secret, how, account.at)
	if err != nil {
		return errors.Join(err, v.takeBack())
	}
	if !v.reaches(account.at, at) {
		return errors.Join(v.unnamed(at), v.takeBack())
	}
	return p.done(v, account, old)
}

// account is whose password is changed, and the mailbox that can be tried with it, if any.
func (p *change) account(c config.Config) (account, *config.Mailbox, error) {
	all := accountsOf(c)
	var names []string
	for _, a := range all {
		names = append(names, a.name)
	}
	i := 0
	if p.mailbox != "" {
		if i = slices.Index(names, p.mailbox); i < 0 {
			return account{}, nil, ask.NotFound("写其中之一："+strings.Join(names, "、"), "配置里没有另有密码的账号 %q", p.mailbox)
		}
	}
	for _, m := range c.Mailboxes {
		if (secretPlace{m.Credential, m.PasswordFile}) == all[i].at {
			return all[i], &m, nil
		}
	}
	return all[i], nil, nil
}

// how is the way in which the password was kept, unless another one is asked for.
func (p *change) how(v *vault, at secretPlace) (string, error) {
	switch {
	case p.store == storeCredential:
		if why := v.unsealable(); why != "" {
			return "", usage(p.cmd, "不能存成加密凭据：%s", why)
		}
		if at.credential == "" {
			return "", usage(p.cmd, "配置里没有写 credential，服务不会去取凭据；请先在配置里写 credential = %q，去掉 password_file", filepath.Base(v.defaultFile()))
		}
		return storeCredential, nil
	case p.store == storeFile:
		if at.file == "" && at.credential == "" {
			return "", usage(p.cmd, "配置里没有写 password_file")
		}
		return storeFile, nil
	case v.sealed(at.credential):
		if why := v.unsealable(); why != "" {
			return "", usage(p.cmd, "原来是加密存放的，现在不能照样存：%s；可用 --password-store file", why)
		}
		return storeCredential, nil
	case v.missing(at) && at.credential != "":
		return storeAuto, nil
	}
	return storeFile, nil
}

// secret has the new password typed or piped, and tries it.
func (p *change) secret(account account, box *config.Mailbox) (secret string, err error) {
	a := p.a
	f, _ := a.in.(*os.File)
	onTerminal := f != nil && term.IsTerminal(int(f.Fd()))
	switch {
	case p.fromStdin:
		secret, err = a.piped(p.cmd)
	case onTerminal:
		if secret, err = a.typed(account.name + " 的新授权码或密码（输入时不显示）："); err == nil && secret == "" {
			err = &ask.Error{Code: "interrupted", Msg: "没有输入，什么都没有改", Exit: ask.ExitFailed}
		}
	default:
		err = usage(p.cmd, "缺少 --password-stdin（这里不是终端）")
	}
	if err != nil || p.noCheck || box == nil {
		return secret, err
	}
	var question func(text, suggested string) (string, error)
	if onTerminal && !p.fromStdin {
		question = (&setup{a: a, cmd: p.cmd, ask: a.somebody()}).question
	}
	secret, _, err = a.tryLogin(p.cmd, *box, secret, question)
	return secret, err
}

// done has the daemon take the new password, and says what is left to do.
func (p *change) done(v *vault, account account, old string) error {
	restarted := false
	if v.unserved() == "" {
		if _, err := v.systemd("", "systemctl", "is-active", "--quiet", p.unit); err == nil {
			if _, err := v.systemd("", "systemctl", "restart", p.unit); err != nil {
				return &ask.Error{Code: "restart", Exit: ask.ExitFailed, Msg: "新密码已存好，而服务没有重启成功：" + err.Error(), Hint: "systemctl status " + p.unit + "；journalctl -u " + p.unit}
			}
			restarted = true
		}
	}
	if p.a.json {
		return p.a.printJSON(struct {
			Account   string   `json:"account"`
			Files     []string `json:"files"`
			Restarted bool     `json:"restarted"`
		}{account.name, v.wrote, restarted})
	}
	fmt.Fprintf(p.a.out, "已换 %s 的密码：%s\n", account.name, strings.Join(v.wrote, "、"))
	if restarted {
		fmt.Fprintf(p.a.out, "服务已重启：%s\n", p.unit)
	} else {
		fmt.Fprintln(p.a.out, "服务没有在运行，或不由 systemd 管理：启动（重启）之后用新密码")
	}
	if there, err := durable.Exists(old); err == nil && there && v.sealed(account.at.credential) {
		fmt.Fprintf(p.a.errOut, "注意：明文的 %s 不再使用，请删去（rm %s）\n", old, old)
	}
	return nil
}
