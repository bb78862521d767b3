package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
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
	adopt                    bool
	yes                      bool
	ask                      *person // nil where nobody can be asked
	path                     string  // of the configuration
	vault                    *vault
	found                    standing
	secret                   string   // the password itself, where it was typed
	made                     []string // what was written, in words
	notes                    []string // what the administrator has to know
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
			"已有的配置、登记库和密码从不覆盖：有什么妨碍，一次全部列出，什么都不写。加 --adopt 则沿用已有的，只补缺的：\n" +
			"重装、搬家（ysq restore 之后）、丢了 /etc 或者只设了一半时用。换密码用 ysq password。",
		Example: "ysq init\nysq init --agency 某市生态环境局 --imap-user foi@163.com --password-file /etc/ysq/imap-password --yes\n" +
			"systemd-ask-password -n | ysq init --agency 某市某局 --imap-user foi@example.test --provider exmail --cases-from 2026-01-01 --password-stdin --login-check --yes\n" +
			"ysq init --adopt",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return s.run() },
	}
	s.o = s.a.options(s.cmd)
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
	f.Var(word{&s.store, stores}, "password-store", "密码如何`存放`：auto（能加密即加密）、credential（systemd 加密凭据）、file（0600 的文件）")
	f.StringVar(&s.credential, "credential", "", "systemd 凭据`名`（LoadCredential=），代替或配合密码文件")
	f.StringVar(&s.unit, "unit", "", "运行它的 systemd `单元`；默认的配置文件即 ysq.service")
	s.casesFrom = s.o.date("cases-from", "自此`日期`起收到的邮件才立案；不写则都立案", civil.Past)
	f.StringVar(&s.state, "state", config.DefaultState, "登记库所在`目录`")
	f.BoolVar(&s.noCheck, "no-login-check", false, "不试登录")
	f.BoolVar(&s.check, "login-check", false, "与 --yes 同用：先试登录，不成则什么都不写")
	f.BoolVar(&s.adopt, "adopt", false, "沿用已有的配置、登记库和密码，只补缺的")
	f.BoolVar(&s.yes, "yes", false, "不询问；缺什么就报错")
	s.o.complete("imap-tls", []string{string(config.ImplicitTLS), string(config.StartTLS), string(config.Plaintext)})
	s.o.complete("provider", ids)
	s.o.complete("password-store", stores)
	return s.cmd
}

func (s *setup) run() (err error) {
	if !s.yes {
		s.ask = s.a.somebody()
	}
	if s.path, _ = s.a.configPath(); s.unit == "" {
		s.unit = unitOf(s.path)
	}
	for _, path := range []*string{&s.path, &s.state} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	s.vault = &vault{ctx: s.cmd.Context(), config: s.path, unit: s.unit, owner: servant(s.unit)}
	if err := s.look(); err != nil { // before anybody answers questions in vain
		return err
	}
	if err := s.questions(); err != nil {
		return err
	}
	defer func() {
		if err != nil { // so that a second init is a first one again
			err = errors.Join(err, s.vault.takeBack())
		}
	}()
	cfg, err := s.keepSecrets()
	if err != nil {
		return err
	}
	if err := s.judge(cfg); err != nil {
		return err
	}
	if err := s.writeConfig(cfg); err != nil {
		return err
	}
	if err := s.keepRegister(cfg.Paths.State); err != nil {
		return err
	}
	return s.done(cfg)
}

// keepSecrets puts what was typed where the daemon finds it, and returns the configuration that says so.
func (s *setup) keepSecrets() (config.Config, error) {
	if s.found.config {
		return s.found.cfg, s.keepMissing()
	}
	at := secretPlace{s.credential, s.password}
	how := s.store
	if at.file != "" { // an administrator who names a file means a file
		if how == storeCredential {
			return config.Config{}, usage(s.cmd, "不能存成加密凭据：已用 --password-file 指定了文件")
		}
		how = storeFile
	}
	var err error
	switch {
	case s.secret != "":
		if why := s.vault.unsealable(); how == storeCredential && why != "" {
			return config.Config{}, usage(s.cmd, "不能存成加密凭据：%s", why)
		}
		at, err = s.vault.keep(s.secret, how, at)
	case at.file == "" && s.vault.sealed(cmp.Or(at.credential, filepath.Base(s.vault.defaultFile()))):
		at.credential = cmp.Or(at.credential, filepath.Base(s.vault.defaultFile()))
		err = s.vault.pointTo(at.credential)
	case at.file != "" || at.credential == "": // it is there, or comes later: judge reports what is missing
		at, err = s.vault.handOver(secretPlace{at.credential, s.vault.plain(at)})
	}
	if err != nil {
		return config.Config{}, err
	}
	return s.config(at)
}

func (s *setup) config(at secretPlace) (config.Config, error) {
	cfg := config.Default()
	cfg.Agency.Name = s.agency
	cfg.Intake.CasesFrom = *s.casesFrom
	m := config.DefaultMailbox()
	m.Host, m.Port, m.TLS, m.User = s.host, s.port, s.tls, s.user
	m.Credential = at.credential
	if unitOf(s.path) != "" && at.file == s.vault.defaultFile() && m.Credential == "" {
		m.Credential = filepath.Base(at.file) // the unit loads it from there, as soon as systemd can
	}
	paths := []struct {
		from string
		to   *string
	}{
		{s.state, &cfg.Paths.State}, {s.socketPath(), &cfg.Paths.Socket},
		{at.file, &m.PasswordFile}, {s.ca, &m.CAFile},
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

// group lets in the users of the packages' group, which is that of an instance for an instance. Where it
// does not exist, so that an office without the packages runs, it is whoever sets up; that is said.
func (s *setup) group(cfg *config.Config) {
	group := config.Group(servantName(s.unit) + "-users")
	if _, err := group.GID(); err != nil {
		missing := group
		group = config.Group(strconv.Itoa(os.Getgid()))
		s.notes = append(s.notes, fmt.Sprintf("系统中没有 %s 组，[access] 暂写当前用户的组 %s；建组后请改配置", missing, group))
	}
	cfg.Access.SocketGroup, cfg.Access.Operator = group, []config.Group{group}
	cfg.Access.Web = webAccount(s.unit)
}

// judge refuses what the configuration itself shows to be wrong, before anything is written. What
// this machine still lacks, such as the password, is only reported: it may come later.
func (s *setup) judge(cfg config.Config) error {
	if s.found.config { // it was loaded, and may have been edited since
		problems, _ := judgedHere(cfg.Check())
		for _, p := range configErrors(problems) {
			s.notes = append(s.notes, p.Error())
		}
		return nil
	}
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

func (s *setup) done(cfg config.Config) error {
	flag := ""
	if s.path != config.DefaultFile {
		flag = " --config " + s.path
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
			Config  string   `json:"config"`
			State   string   `json:"state"`
			Socket  string   `json:"socket"`
			Adopted []string `json:"adopted"`
			Notes   []string `json:"notes"`
			Next    []string `json:"next"`
		}{s.path, cfg.Paths.State, cfg.Paths.Socket, append([]string{}, s.found.adopted()...), append([]string{}, s.notes...), next})
	}
	for _, what := range s.found.adopted() {
		fmt.Fprintln(s.a.out, "沿用       "+what)
	}
	for _, line := range s.made {
		fmt.Fprintln(s.a.out, line)
	}
	for _, path := range s.vault.wrote {
		what := "已存密码   "
		switch {
		case path == s.path:
			what = "已写配置   "
		case strings.HasSuffix(path, ".conf"):
			what = "已改单元   "
		case strings.HasSuffix(path, ".docx"):
			what = "已放回模板 "
		}
		fmt.Fprintln(s.a.out, what+path)
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
