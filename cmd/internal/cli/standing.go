package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
)

// standing is what an earlier set-up, a restored backup or another machine left here.
type standing struct {
	config   bool // there is one, at its place or from a backup
	broken   bool // and it cannot be read
	cfg      config.Config
	backed   string // where a restoration left configuration and templates; "": nowhere
	register offline.Standing
	there    []string // what there is, in words, each with its path
	needs    *account // the first account of the configuration without a password that can be used
}

func (f standing) adopted() []string { return f.there }

// look finds everything that stands in the way, so that it is told at once and before anything is asked or
// written: what is there already, and what cannot be.
func (s *setup) look() error {
	f, wrong := &s.found, []string{}
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	s.lookAtConfig(bad)
	for _, r := range s.required() {
		if *r.to == "" && s.ask == nil && !f.config { // nobody can be asked
			bad("缺少 --%s（%s）", r.flag, r.question)
		}
	}
	state := s.state
	if f.config {
		state = f.cfg.Paths.State
	}
	found, err := offline.Look(state)
	f.register = found
	if err != nil {
		bad("登记库：%v", err)
	} else if found.There {
		f.there = append(f.there, fmt.Sprintf("%s：登记库，%d 条记录", state, found.Records))
	}
	s.lookAtSecrets(bad)
	if s.ask == nil && !s.fromStdin && s.password == "" && s.credential == "" && !f.config && (f.needs != nil || !s.adopt) {
		if _, err := os.Lstat(s.vault.defaultFile()); err != nil {
			bad("缺少 --password-file（存密码的文件）、--password-stdin 或 --credential")
		}
	}
	s.lookAtCertificates(bad)
	s.lookAtSocket(bad)
	for _, dir := range []string{filepath.Dir(s.path), state} {
		if why := unwritable(dir); why != "" {
			bad("%s", why)
		}
	}
	if len(f.there) > 0 && !s.adopt {
		wrong = append(f.there, wrong...)
	}
	if len(wrong) == 0 {
		return nil
	}
	e := &ask.Error{Code: "obstacles", Exit: ask.ExitUsage, Msg: "还不能初始化，什么都没有写\n  " + strings.Join(wrong, "\n  "), Hint: "逐项解决后再运行"}
	if len(f.there) > 0 && !s.adopt {
		e.Hint = "要沿用已有的、只补缺的，加 --adopt；要重新来过，先把它们移走"
	}
	return e
}

// lookAtConfig loads the configuration that is there, or the one that came back with a backup.
func (s *setup) lookAtConfig(bad func(string, ...any)) {
	f, path := &s.found, s.path
	if _, err := os.Lstat(path); err != nil {
		if found, _ := offline.Look(s.state); found.Backed == "" {
			return
		} else {
			f.backed, path = found.Backed, filepath.Join(found.Backed, "ysq.toml")
		}
	}
	cfg, err := config.Load(path)
	if err != nil {
		bad("配置有误，请改正或移走：\n  %s", strings.ReplaceAll(err.Error(), "\n", "\n  "))
		f.config, f.broken = true, true // and nobody knows what it says
		f.cfg = config.Default()
		f.cfg.Paths.State = s.state
		return
	}
	what := "配置"
	if f.backed != "" {
		what = "备份里的配置，将放回 " + s.path
		cfg.Paths.State = s.state
	}
	f.config, f.cfg = true, cfg
	f.there = append(f.there, path+"："+what)
	if !s.adopt {
		return
	}
	for _, name := range []string{"agency", "imap-user", "provider", "imap-host", "imap-port", "imap-tls", "ca-file", "cases-from", "credential", "password-file"} {
		if s.o.given(name) {
			bad("--%s 不起作用：已有配置 %s，要改请编辑它", name, path)
		}
	}
	if s.o.given("state") && f.backed == "" && filepath.Clean(s.state) != cfg.Paths.State {
		bad("--state 与已有配置 %s 的 paths.state（%s）不同", path, cfg.Paths.State)
	}
}

// lookAtSecrets finds passwords that were kept here before.
func (s *setup) lookAtSecrets(bad func(string, ...any)) {
	f, v := &s.found, s.vault
	accounts := []account{{"", secretPlace{cmp.Or(s.credential, filepath.Base(v.defaultFile())), s.password}}}
	if f.config && !f.broken {
		accounts = accountsOf(f.cfg)
	}
	for _, account := range accounts {
		at, usable := account.at, true
		switch {
		case v.missing(at):
			usable = false
		case v.sealed(at.credential):
			f.there = append(f.there, v.sealedFile(at.credential)+"：加密的密码"+prefix("，", account.name))
			if _, err := v.read(at); err != nil {
				if usable = false; s.adopt && !s.given() {
					bad("%s：在这里解不开（别的机器加密的？）；请加 --password-stdin 重新给出密码，或移走它", v.sealedFile(at.credential))
				}
			}
		case f.config && !f.broken, s.fromStdin && s.password == "": // alone and named, it is what was asked for
			f.there = append(f.there, v.plain(at)+"：密码"+prefix("，", account.name))
		}
		if usable && !v.sealed(at.credential) { // as the daemon will, which starts with none that others may read
			if _, err := v.read(at); err != nil {
				bad("%v", err)
			}
		}
		if !usable && f.needs == nil {
			f.needs = &account
		}
	}
	if f.needs == nil && s.fromStdin && s.adopt {
		bad("--password-stdin 不起作用：密码已有；换密码用 ysq password")
	}
	if drop := v.dropIn(filepath.Base(v.defaultFile())); v.unit != "" {
		if there, err := durable.Exists(drop); err != nil {
			bad("%v", err)
		} else if there {
			f.there = append(f.there, drop+"：单元的密码从哪里来")
		}
	}
}

// given tells whether somebody will give a password.
func (s *setup) given() bool { return s.fromStdin || s.ask != nil }

// lookAtCertificates tries the office's own CA before a server is blamed for it, and as the daemon will.
func (s *setup) lookAtCertificates(bad func(string, ...any)) {
	files := []string{s.ca}
	if s.found.config {
		for _, m := range s.found.cfg.Mailboxes {
			files = append(files, m.CAFile)
		}
	}
	for _, file := range files {
		if file == "" {
			continue
		}
		if _, err := (config.Mailbox{CAFile: file}).RootCAs(); err != nil {
			bad("%v", err)
		} else if err := config.Readable(file, s.vault.owner); err != nil {
			bad("%v", err)
		}
	}
}

// socketPath is where the daemon will listen.
func (s *setup) socketPath() string {
	return cmp.Or(s.a.socket, s.a.getenv("YSQ_SOCKET"), config.DefaultSocket)
}

// lookAtSocket finds what the daemon would not take away from the place of its socket.
func (s *setup) lookAtSocket(bad func(string, ...any)) {
	path := s.socketPath()
	if s.found.config && !s.found.broken {
		path = s.found.cfg.Paths.Socket
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != os.ModeSocket {
		bad("%s 已有别的东西，不是套接字；请移走它，或用 --socket 另写一处", path)
	}
}

// unwritable says why nothing can be made in a directory, or in the nearest one above that there is.
func unwritable(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err.Error()
	}
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return dir + " 不是目录"
		case err == nil:
			if err := unix.Access(dir, unix.W_OK|unix.X_OK); errors.Is(err, unix.EROFS) {
				return dir + " 所在的磁盘是只读的"
			} else if err != nil {
				return dir + " 写不进：当前用户没有权限，请用 root 运行"
			}
			return ""
		case filepath.Dir(dir) == dir:
			return err.Error()
		}
		if _, err := os.Lstat(dir); err == nil {
			return dir + " 是符号链接，所指的地方不存在"
		}
		dir = filepath.Dir(dir)
	}
}

// account is somebody whose password the daemon needs.
type account struct {
	name string // as `ysq password` is told it
	at   secretPlace
}

// accountsOf lists them, each password once.
func accountsOf(c config.Config) (all []account) {
	seen := map[secretPlace]bool{}
	add := func(name string, at secretPlace) {
		if !seen[at] {
			seen[at] = true
			all = append(all, account{name, at})
		}
	}
	for _, m := range c.Mailboxes {
		add(m.Name, secretPlace{m.Credential, m.PasswordFile})
	}
	if c.SMTP.Enabled() {
		add("smtp", secretPlace{c.SMTP.Credential, c.SMTP.PasswordFile})
	}
	return all
}

// keepMissing gives the accounts of a configuration that is there their passwords.
func (s *setup) keepMissing() error {
	for _, account := range accountsOf(s.found.cfg) {
		secret := ""
		if s.found.needs != nil && account == *s.found.needs {
			secret = s.secret
		}
		var err error
		switch at := account.at; {
		case secret != "":
			how := s.store
			if at.credential == "" {
				how = storeFile // the configuration names no credential
			}
			var kept secretPlace
			if kept, err = s.vault.keep(secret, how, at); err == nil && !s.vault.reaches(at, kept) {
				err = s.vault.unnamed(kept)
			}
		case s.vault.missing(at):
			s.notes = append(s.notes, fmt.Sprintf("还没有 %s 的密码：ysq password --mailbox %s", account.name, account.name))
		case s.vault.sealed(at.credential):
			err = s.vault.pointTo(at.credential)
		case at.credential != "" || unitOf(s.path) != "":
			_, err = s.vault.handOver(secretPlace{at.credential, s.vault.plain(at)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeConfig writes the configuration, unless it is at its place already.
func (s *setup) writeConfig(cfg config.Config) error {
	switch {
	case !s.found.config:
		return s.vault.put(s.path, config.Render(cfg), 0o600, s.vault.owner)
	case s.found.backed == "":
		return nil
	}
	text, err := os.ReadFile(filepath.Join(s.found.backed, "ysq.toml"))
	if err != nil {
		return err
	}
	if was, err := config.Load(filepath.Join(s.found.backed, "ysq.toml")); err != nil || was.Paths.State != cfg.Paths.State {
		text = []byte(config.Render(cfg)) // another directory than before
	}
	if err := s.vault.put(s.path, string(text), 0o600, s.vault.owner); err != nil {
		return err
	}
	return s.putTemplates(cfg.Letter.Templates)
}

// putTemplates puts the office's own templates back. Only below /etc/ysq: what a backup says must not make
// root write elsewhere.
func (s *setup) putTemplates(dir string) error {
	names, err := filepath.Glob(filepath.Join(s.found.backed, "letters", "*.docx"))
	if err != nil || len(names) == 0 {
		return err
	}
	if !strings.HasPrefix(filepath.Clean(dir)+"/", filepath.Dir(s.path)+"/") {
		s.notes = append(s.notes, fmt.Sprintf("模板在 %s，配置里写的是 %s，请自行拷贝", filepath.Join(s.found.backed, "letters"), dir))
		return nil
	}
	for _, name := range names {
		to := filepath.Join(dir, filepath.Base(name))
		if there, err := durable.Exists(to); err != nil || there {
			s.notes = append(s.notes, to+" 已经有了，没有改动它")
			continue
		}
		text, err := os.ReadFile(name)
		if err == nil {
			err = s.vault.put(to, string(text), 0o644, config.Owner{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepRegister makes an empty register, or takes over the one that is there.
func (s *setup) keepRegister(state string) error {
	if !s.found.register.There {
		if err := offline.Init(state, s.vault.owner, s.a.now()); err != nil {
			return err
		}
		s.made = append(s.made, "已建登记库 "+state)
		return nil
	}
	if err := offline.Adopt(state, s.vault.owner); err != nil {
		return err
	}
	if s.found.backed != "" {
		return os.RemoveAll(s.found.backed)
	}
	return nil
}
