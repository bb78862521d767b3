package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/daemon"
	"ysq.internal/ysq/config"
)

// setup is the answers to `init`.
type setup struct {
	a   *app
	cmd *cobra.Command
	o   *options

	agency, state            string
	provider                 string
	host, user, password, ca string // password: the file
	credential, store, unit  string
	port                     int
	tls                      config.TLS
	casesFrom                *civil.Date
	fromStdin                bool
	check, noCheck           bool
	yes                      bool
	ask                      *bufio.Reader // nil where nobody can be asked
	path                     string        // of the configuration
	root                     string        // of the system, for tests; empty: /
	secret                   string        // the password itself, where it was typed
	kept                     []string      // files that were written before the configuration
	notes                    []string      // what the administrator has to know
}

func (a *app) initCommand() *cobra.Command {
	s := &setup{a: a}
	s.cmd = &cobra.Command{
		Use:   "init",
		Short: "初始化：写配置，存密码，建登记库",
		Long: "初始化一个机关：写配置文件（权限 0600），建立登记库（条例第四十五条）。在终端上运行时，没写的逐项询问，至多六问：\n" +
			"机关名称、邮箱地址、哪家邮箱、授权码或密码、自哪一天起立案，试登录不成时是否继续。脚本中加 --yes，一概不问。\n" +
			"163、126、yeah.net、QQ、腾讯企业邮、阿里、Coremail 的服务器已经知道，并说明在网页的哪里开启 IMAP、取授权码、选“收取全部邮件”。\n" +
			"密码从不写在命令行上：在终端上输入（不显示），或用 --password-stdin、--password-file。由 systemd 运行的，尽可能加密存放\n" +
			"（systemd-creds，LoadCredentialEncrypted=），否则存成权限 0600 的文件。在终端上，写之前先试登录一次；脚本中加 --login-check 才试。\n" +
			"已有的配置和登记库从不覆盖。",
		Example: "ysq init\nysq init --agency 某市生态环境局 --imap-user foi@163.com --password-file /etc/ysq/imap-password --yes\n" +
			"systemd-ask-password -n | ysq init --agency 某市某局 --imap-user foi@example.test --provider exmail --cases-from 2026-01-01 --password-stdin --login-check --yes",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return s.run() },
	}
	s.o = &options{cmd: s.cmd}
	f := s.cmd.Flags()
	f.StringVar(&s.agency, "agency", "", "本机关的`名称`")
	f.StringVar(&s.user, "imap-user", "", "邮箱的`登录名`，通常是完整的地址")
	var ids []string
	for _, p := range config.Presets() {
		ids = append(ids, p.ID)
	}
	f.Var(word{&s.provider, ids}, "provider", "哪家`邮箱`："+strings.Join(ids, "、")+"；公共邮箱由地址得知，不必写")
	f.StringVar(&s.host, "imap-host", "", "IMAP `服务器`；不写则由 --provider 或登录名推定")
	f.IntVar(&s.port, "imap-port", 0, "`端口`；不写则 tls 用 993，其余用 143")
	f.StringVar((*string)(&s.tls), "imap-tls", string(config.ImplicitTLS), "加密`方式`：tls、starttls、none（只限本机）")
	f.StringVar(&s.ca, "ca-file", "", "单位自建 CA 的证书`文件`")
	f.StringVar(&s.password, "password-file", "", "只存密码（授权码）一行的`文件`，权限 0600；不写则为配置旁的 imap-password")
	f.BoolVar(&s.fromStdin, "password-stdin", false, "从标准输入读密码（授权码）一行，代为存放")
	s.store = storeAuto
	f.Var(word{&s.store, []string{storeAuto, storeCredential, storeFile}}, "password-store", "密码如何`存放`：auto（能加密即加密）、credential（systemd 加密凭据）、file（0600 的文件）")
	f.StringVar(&s.credential, "credential", "", "systemd 凭据`名`（LoadCredential=），代替或配合密码文件")
	f.StringVar(&s.unit, "unit", "", "运行它的 systemd `单元`；默认的配置文件即 ysq.service")
	s.casesFrom = s.o.date("cases-from", "自此`日期`起收到的邮件才立案；不写则都立案")
	f.StringVar(&s.state, "state", config.DefaultState, "登记库所在`目录`")
	f.BoolVar(&s.noCheck, "no-login-check", false, "不试登录")
	f.BoolVar(&s.check, "login-check", false, "与 --yes 同用：先试登录，不成则什么都不写")
	f.BoolVar(&s.yes, "yes", false, "不询问；缺什么就报错")
	s.o.complete("imap-tls", []string{string(config.ImplicitTLS), string(config.StartTLS), string(config.Plaintext)})
	s.o.complete("provider", ids)
	s.o.complete("password-store", []string{storeAuto, storeCredential, storeFile})
	return s.cmd
}

func (s *setup) run() (err error) {
	if f, ok := s.a.in.(*os.File); ok && !s.yes && term.IsTerminal(int(f.Fd())) {
		s.ask = bufio.NewReader(f)
	}
	if s.path, _ = s.a.configPath(); s.path == config.DefaultFile && s.unit == "" {
		s.unit = "ysq.service"
	}
	if s.path, err = filepath.Abs(s.path); err != nil {
		return err
	}
	if _, err := os.Lstat(s.path); err == nil { // before anybody answers questions in vain
		return &ask.Error{Code: "config", Msg: s.path + ": 配置文件已经存在，没有改动它", Hint: "要重新生成，请先把它移走；要改，编辑它再 systemctl reload ysq", Exit: ask.ExitUsage}
	}
	if err := s.questions(); err != nil {
		return err
	}
	defer func() {
		if err != nil { // so that a second init is a first one again
			for _, path := range s.kept {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	if err := s.keepSecret(); err != nil {
		return err
	}
	cfg, err := s.config()
	if err != nil {
		return err
	}
	if err := s.judge(cfg); err != nil {
		return err
	}
	if err := config.WriteFile(s.path, config.Render(cfg), owner()); err != nil {
		return err
	}
	s.kept = append(s.kept, s.path)
	if err := daemon.Init(cfg.Paths.State, s.a.now()); err != nil {
		return err
	}
	return s.done(s.path, cfg)
}

func (s *setup) config() (config.Config, error) {
	cfg := config.Default()
	cfg.Agency.Name = s.agency
	cfg.Intake.CasesFrom = *s.casesFrom
	m := config.DefaultMailbox()
	m.Host, m.Port, m.TLS, m.User = s.host, s.port, s.tls, s.user
	m.Credential = s.credential
	if s.path == config.DefaultFile && s.password == s.defaultPassword() && m.Credential == "" {
		m.Credential = credentialName // the unit loads it from there
	}
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
// this machine still lacks, such as the password, is only reported: it may come later.
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
	problems, _ := judgedHere(loaded.Check())
	for _, p := range configErrors(problems) {
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
	next := []string{"ysq config check" + flag, "ysq serve" + flag, "ysq status" + flag}
	if s.unit != "" {
		next[1] = "systemctl enable --now " + strings.TrimSuffix(s.unit, ".service")
		if rest, ours := strings.CutPrefix(s.unit, "ysq"); ours { // the packages' units: the nightly backup and the morning check are theirs, too
			timer := strings.TrimSuffix(rest, ".service") + ".timer"
			next[1] += " ysq-backup" + timer + " ysq-remind" + timer
		}
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
	for _, k := range s.kept[:len(s.kept)-1] {
		what := "已存密码   "
		if strings.HasSuffix(k, ".conf") {
			what = "已改单元   "
		}
		io.WriteString(s.a.out, what+k+"\n")
	}
	for _, n := range s.notes {
		fmt.Fprintln(s.a.errOut, "注意："+n)
	}
	fmt.Fprintln(s.a.out, "\n接下来：")
	for _, n := range next {
		fmt.Fprintln(s.a.out, "  "+n)
	}
	return nil
}
