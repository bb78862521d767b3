package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/daemon"
	"ysq.internal/ysq/config"
)

// setup is what `init` is told.
type setup struct {
	a   *app
	cmd *cobra.Command
	o   *options

	agency, state            string
	host, user, password, ca string
	credential               string
	port                     int
	tls                      config.TLS
	casesFrom                *civil.Date
	yes                      bool
	ask                      *bufio.Reader // nil where nobody can be asked
	notes                    []string      // what the administrator has to know
}

func (a *app) initCommand() *cobra.Command {
	s := &setup{a: a}
	s.cmd = &cobra.Command{
		Use:   "init",
		Short: "初始化：写配置，建登记库",
		Long: "初始化一个机关：写配置文件（权限 0600），建立登记库（条例第四十五条）。在终端上运行时，没写的逐项询问；脚本中加 --yes。\n" +
			"已有的配置和登记库从不覆盖。",
		Example: "ysq init\nysq init --agency 某市生态环境局 --imap-user foi@163.com --password-file /etc/ysq/imap-password --yes",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return s.run() },
	}
	s.o = &options{cmd: s.cmd}
	f := s.cmd.Flags()
	f.StringVar(&s.agency, "agency", "", "本机关的`名称`")
	f.StringVar(&s.state, "state", config.DefaultState, "登记库所在`目录`")
	f.StringVar(&s.user, "imap-user", "", "邮箱的`登录名`，通常是完整的地址")
	f.StringVar(&s.host, "imap-host", "", "IMAP `服务器`；不写则由登录名推定")
	f.IntVar(&s.port, "imap-port", 0, "`端口`；不写则 tls 用 993，其余用 143")
	f.StringVar((*string)(&s.tls), "imap-tls", string(config.ImplicitTLS), "加密`方式`：tls、starttls、none（只限本机）")
	f.StringVar(&s.ca, "ca-file", "", "单位自建 CA 的证书`文件`")
	f.StringVar(&s.password, "password-file", "", "只存密码（授权码）一行的`文件`，权限 0600")
	f.StringVar(&s.credential, "credential", "", "systemd 凭据`名`（LoadCredential=），代替或配合密码文件")
	s.casesFrom = s.o.date("cases-from", "自此`日期`起收到的邮件才立案；不写则都立案")
	f.BoolVar(&s.yes, "yes", false, "不询问；缺什么就报错")
	s.o.complete("imap-tls", []string{string(config.ImplicitTLS), string(config.StartTLS), string(config.Plaintext)})
	return s.cmd
}

func (s *setup) run() error {
	if f, ok := s.a.in.(*os.File); ok && !s.yes && term.IsTerminal(int(f.Fd())) {
		s.ask = bufio.NewReader(f)
	}
	if err := s.questions(); err != nil {
		return err
	}
	cfg, err := s.config()
	if err != nil {
		return err
	}
	path, _ := s.a.configPath()
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	if err := s.judge(cfg); err != nil {
		return err
	}
	if err := config.WriteFile(path, config.Render(cfg), owner()); err != nil {
		return err
	}
	if err := daemon.Init(cfg.Paths.State, s.a.now()); err != nil {
		return errors.Join(err, os.Remove(path)) // so that a second init is a first one again
	}
	return s.done(path, cfg)
}

// questions asks for what is missing, at most five things.
func (s *setup) questions() error {
	for _, q := range []struct {
		flag, question string
		to             *string
		suggest        func() string
	}{
		{"agency", "本机关的名称", &s.agency, nil},
		{"imap-user", "邮箱的登录名（如 foi@163.com）", &s.user, nil},
		{"imap-host", "IMAP 服务器", &s.host, func() string { return imapHost(s.user) }},
		{"password-file", "存密码（授权码）的文件", &s.password, func() string { return "/etc/ysq/imap-password" }},
	} {
		if *q.to != "" || q.flag == "password-file" && s.credential != "" {
			continue
		}
		suggested := ""
		if q.suggest != nil {
			suggested = q.suggest()
		}
		if s.ask == nil {
			if q.flag == "imap-host" && suggested != "" {
				*q.to = suggested
				s.notes = append(s.notes, "IMAP 服务器由登录名推定为 "+suggested+"，不对的请改配置")
				continue
			}
			return usage(s.cmd, "缺少 --%s（%s）", q.flag, q.question)
		}
		answer, err := s.question(q.question, suggested)
		if err != nil {
			return err
		}
		*q.to = answer
	}
	return s.askPassword()
}

// imapHost guesses the server from an address; the administrator sees it and can say otherwise.
func imapHost(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok || domain == "" {
		return ""
	}
	return "imap." + domain
}

func (s *setup) question(text, suggested string) (string, error) {
	for {
		prompt := text
		if suggested != "" {
			prompt += "（回车即 " + suggested + "）"
		}
		fmt.Fprint(s.a.errOut, prompt+"：")
		line, err := s.ask.ReadString('\n')
		if answer := cmp.Or(strings.TrimSpace(line), suggested); answer != "" {
			return answer, nil
		}
		if err != nil {
			return "", usage(s.cmd, "没有回答“%s”", text)
		}
	}
}

// askPassword writes a password file that is not there yet. The password is not shown and is never
// an argument, which every user of the machine could read.
func (s *setup) askPassword() error {
	if s.ask == nil || s.password == "" {
		return nil
	}
	if _, err := os.Lstat(s.password); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	fmt.Fprintf(s.a.errOut, "%s 还不存在。请输入密码（163、126 等邮箱用网页设置里生成的“授权码”），不显示；回车则以后再写：", s.password)
	b, err := term.ReadPassword(int(s.a.in.(*os.File).Fd()))
	fmt.Fprintln(s.a.errOut)
	if err != nil {
		return fmt.Errorf("reading the password: %w", err)
	}
	if len(b) == 0 {
		return nil
	}
	return config.WriteFile(s.password, string(b)+"\n", owner())
}

func (s *setup) config() (config.Config, error) {
	cfg := config.Default()
	cfg.Agency.Name = s.agency
	cfg.Intake.CasesFrom = *s.casesFrom
	m := config.DefaultMailbox()
	m.Host, m.Port, m.TLS, m.User = s.host, s.port, s.tls, s.user
	m.Credential = s.credential
	paths := []struct {
		from string
		to   *string
	}{
		{s.state, &cfg.Paths.State}, {cmp.Or(s.a.socket, s.a.getenv("YSQ_SOCKET"), config.DefaultSocket), &cfg.Paths.Socket},
		{s.password, &m.PasswordFile}, {s.ca, &m.CAFile},
	}
	for _, p := range paths {
		if p.from == "" {
			continue
		}
		abs, err := filepath.Abs(p.from)
		if err != nil {
			return cfg, err
		}
		*p.to = abs
	}
	cfg.Mailboxes = []config.Mailbox{m}
	s.group(&cfg)
	return cfg, nil
}

// group replaces the packages' group where it does not exist, so that an instance without the
// packages runs; it says so.
func (s *setup) group(cfg *config.Config) {
	if _, err := config.Group(config.DefaultGroup).GID(); err == nil {
		return
	}
	gid := config.Group(strconv.Itoa(os.Getgid()))
	cfg.Access.SocketGroup, cfg.Access.Operator = gid, []config.Group{gid}
	s.notes = append(s.notes, fmt.Sprintf("系统中没有 %s 组，[access] 暂写当前用户的组 %s；建组后请改配置", config.DefaultGroup, gid))
}

// judge refuses what the configuration itself shows to be wrong, before anything is written. What
// this machine still lacks, such as the password, is only told: it may come later.
func (s *setup) judge(cfg config.Config) error {
	dir, err := os.MkdirTemp("", "ysq-init-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	trial := filepath.Join(dir, "ysq.toml")
	if err := config.WriteFile(trial, config.Render(cfg), config.Owner{}); err != nil {
		return err
	}
	loaded, err := config.Load(trial)
	if problems := configErrors(err); problems != nil {
		return usage(s.cmd, "给出的内容不能用作配置\n%s", lines(problems))
	} else if err != nil {
		return err
	}
	for _, p := range configErrors(loaded.Check()) {
		s.notes = append(s.notes, p.Error())
	}
	return nil
}

func lines(all []config.Error) string {
	var b strings.Builder
	for _, e := range all {
		b.WriteString(e.Error() + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// owner is the user that runs the daemon, who must be able to read the configuration; for anybody
// but root, and where the packages made no such user, it is whoever runs init.
func owner() config.Owner {
	u, err := user.Lookup("ysq")
	if err != nil || os.Geteuid() != 0 {
		return config.Owner{}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return config.Owner{}
	}
	return config.Owner{UID: uid, GID: gid}
}

func (s *setup) done(path string, cfg config.Config) error {
	flag := ""
	if path != config.DefaultFile {
		flag = " --config " + path
	}
	next := []string{"ysq config check" + flag, "systemctl enable --now ysq", "ysq status" + flag}
	if flag != "" {
		next[1] = "ysq serve" + flag
	}
	if s.a.json {
		return s.a.printJSON(struct {
			Config string   `json:"config"`
			State  string   `json:"state"`
			Socket string   `json:"socket"`
			Notes  []string `json:"notes"`
			Next   []string `json:"next"`
		}{path, cfg.Paths.State, cfg.Paths.Socket, append([]string{}, s.notes...), next})
	}
	io.WriteString(s.a.out, "已写配置   "+path+"\n已建登记库 "+cfg.Paths.State+"\n")
	for _, n := range s.notes {
		fmt.Fprintln(s.a.errOut, "注意："+n)
	}
	fmt.Fprintln(s.a.out, "\n接下来：")
	for _, n := range next {
		fmt.Fprintln(s.a.out, "  "+n)
	}
	return nil
}
