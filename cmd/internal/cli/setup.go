package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
)

// questions asks for what was not given: five things, and after a login that failed whether to go on.
func (s *setup) questions() error {
	if s.found.config { // it answers them
		if err := s.askPassword(); err != nil {
			return err
		}
		return s.tryLogin()
	}
	for _, r := range s.required() {
		if err := s.fill(r.flag, r.question, "", r.to); err != nil {
			return err
		}
	}
	if err := s.server(); err != nil {
		return err
	}
	if err := s.askPassword(); err != nil {
		return err
	}
	if err := s.askCasesFrom(); err != nil {
		return err
	}
	return s.tryLogin()
}

type required struct {
	flag, question string
	to             *string
}

// required is what only a person can say.
func (s *setup) required() []required {
	return []required{{"agency", "本机关的名称", &s.agency}, {"imap-user", "邮箱的登录名（如 foi@163.com）", &s.user}}
}

// fill asks for one thing, or takes what is suggested; where nobody can be asked, it is missing.
func (s *setup) fill(flag, question, suggested string, to *string) (err error) {
	switch {
	case *to != "":
		return nil
	case s.ask == nil:
		return usage(s.cmd, "缺少 --%s（%s）", flag, question)
	}
	*to, err = s.question(question, suggested)
	return err
}

func (s *setup) question(text, suggested string) (string, error) {
	for {
		prompt := text
		if suggested != "" {
			prompt += "（回车即 " + suggested + "）"
		}
		line, err := s.ask.line(prompt+"：", "")
		if err != nil {
			return "", usage(s.cmd, "没有回答“%s”", text)
		}
		if answer := cmp.Or(line, suggested); answer != "" {
			return answer, nil
		}
	}
}

// say speaks to whoever answers; the result goes to standard output.
func (s *setup) say(text string) { fmt.Fprint(s.a.errOut, text) }

// server finds the provider by the address, or asks for it, and says where to click before the
// password is asked for.
func (s *setup) server() error {
	preset, known := config.PresetOf(s.user)
	if s.provider != "" {
		preset, known = config.PresetByID(s.provider)
		preset = preset.For(s.user)
	}
	if s.host != "" {
		return nil
	}
	if !known {
		guess := imapHost(s.user)
		if s.ask == nil {
			if guess == "" {
				return usage(s.cmd, "缺少 --imap-host（IMAP 服务器）")
			}
			s.host = guess
			s.notes = append(s.notes, "IMAP 服务器由登录名推定为 "+guess+"，不对的请改配置")
			return nil
		}
		s.say("\n自有域名的邮箱，由哪家提供？\n")
		for _, p := range config.Presets() {
			if len(p.Domains) == 0 || p.ID == "aliyun" {
				s.say("  " + p.ID + strings.Repeat(" ", 10-len(p.ID)) + p.Name + "\n")
			}
		}
		answer, err := s.question("写以上一个，或直接写 IMAP 服务器", guess)
		if err != nil {
			return err
		}
		if preset, known = config.PresetByID(answer); !known {
			s.host = answer
			return nil
		}
		preset = preset.For(s.user)
	}
	s.host = preset.Host
	if !s.o.given("imap-port") {
		s.port = preset.Port
	}
	if !s.o.given("imap-tls") {
		s.tls = preset.TLS
	}
	if s.ask == nil {
		s.notes = append(s.notes, fmt.Sprintf("服务器按“%s”填写：%s:%d", preset.Name, s.host, s.port))
		return nil
	}
	s.explain(preset)
	return nil
}

func (s *setup) explain(p config.Preset) {
	s.say("\n" + p.Name + "，服务器 " + p.Host + "。请先在网页上做好：\n")
	for i, step := range p.Steps {
		s.say(fmt.Sprintf("  %d. %s\n", i+1, step))
	}
	if p.Code {
		s.say("授权码是专给程序登录用的密码，ysq 只用它收信，不改动、不删除邮箱里的任何邮件。\n")
	}
	s.say("\n")
}

// imapHost guesses the server from an address; the administrator sees it and can say otherwise.
func imapHost(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok || domain == "" {
		return ""
	}
	return "imap." + domain
}

// askPassword has the password typed, unseen, or reads it from standard input; it is never an
// argument, which every user of the machine could read. A file that is there already is only named.
func (s *setup) askPassword() error {
	of := "授权码或密码"
	switch needs := s.found.needs; {
	case needs == nil && s.adopt:
		return nil // what there is will do
	case needs != nil && needs.name != "":
		of = needs.name + " 的" + of
	case s.password != "":
		if _, err := os.Lstat(s.password); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	case !s.fromStdin:
		if _, err := os.Lstat(s.vault.defaultFile()); err == nil {
			s.password = s.vault.defaultFile()
			s.notes = append(s.notes, "用已有的密码文件 "+s.password)
			return nil
		}
	}
	switch {
	case s.fromStdin:
		return s.readPassword()
	case s.ask == nil:
		return nil // it comes later, or from elsewhere
	}
	var err error
	s.secret, err = s.a.typed(of + "（输入时不显示；回车则以后再写）：")
	return err
}

// typed reads what is typed unseen.
func (a *app) typed(question string) (string, error) {
	fmt.Fprint(a.errOut, question)
	b, err := term.ReadPassword(int(a.in.(*os.File).Fd()))
	fmt.Fprintln(a.errOut)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (s *setup) readPassword() (err error) {
	s.secret, err = s.a.piped(s.cmd)
	return err
}

// piped reads a password from standard input.
func (a *app) piped(cmd *cobra.Command) (string, error) {
	const most = 4 << 10
	b, err := io.ReadAll(io.LimitReader(a.in, most+1))
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" || strings.ContainsAny(secret, "\n\r") || len(b) > most {
		return "", usage(cmd, "标准输入应只有密码（授权码）一行")
	}
	return secret, nil
}

// askCasesFrom settles from which day on mails become cases: an old mailbox holds years of them.
func (s *setup) askCasesFrom() error {
	if s.ask == nil || s.o.given("cases-from") {
		return nil
	}
	first := civil.New(s.a.today().Year(), time.January, 1).String()
	s.say("\n自哪一天起收到的邮件立案？更早的只保存、可检索，不立案（以后仍可用 ysq mail open 立案）。\n")
	for {
		answer, err := s.question("日期，全部立案写 all", first)
		if err != nil {
			return err
		}
		if answer == "all" {
			return nil
		}
		if *s.casesFrom, err = civil.Said(answer, s.a.today(), civil.Past); err == nil {
			return nil
		}
		s.say(err.Error() + "\n")
	}
}

// loginWithin bounds the trial: whoever sits there waits for it.
const loginWithin = 90 * time.Second

// tryLogin has the conversation with the server that the daemon will have. It changes nothing there.
func (s *setup) tryLogin() error {
	if s.noCheck || s.ask == nil && !s.check {
		return nil
	}
	m, at := s.mailbox()
	password := s.secret
	if password == "" {
		var err error
		if password, err = s.vault.read(at); err != nil {
			if s.check {
				return &ask.Error{Code: "login", Msg: "不能试登录，什么都没有写：" + err.Error(), Hint: "写好密码文件，或用 --password-stdin 给出密码；不试登录的，去掉 --login-check", Exit: ask.ExitFailed, Cause: err}
			}
			s.notes = append(s.notes, "没有试登录："+forPeople(err).Msg)
			return nil
		}
	}
	question := s.question
	if s.ask == nil {
		question = nil
	}
	tried, good, err := s.a.tryLogin(s.cmd, m, password, question)
	if err != nil {
		return err
	}
	if tried != password {
		s.secret = tried
	}
	if !good {
		s.notes = append(s.notes, "试登录没有成功，启动服务之前请先解决（ysq doctor）")
	}
	return nil
}

// tryLogin tries a password and lets whoever sits there type another one, or go on without. Where question
// is nil, nobody can be asked.
func (a *app) tryLogin(cmd *cobra.Command, m config.Mailbox, password string, question func(text, suggested string) (string, error)) (tried string, good bool, err error) {
	for {
		fmt.Fprint(a.errOut, "\n正在试登录 "+m.Host+"……\n")
		ctx, cancel := context.WithTimeout(cmd.Context(), loginWithin)
		found, good := offline.TryLogin(ctx, m, password, a.version, a.now())
		cancel()
		if question != nil {
			out := a.out
			a.out = a.errOut
			err := a.diagnoses(found)
			if a.out = out; err != nil {
				return "", false, err
			}
		}
		switch {
		case good:
			return password, true, nil
		case question == nil:
			return "", false, &ask.Error{Code: "login", Msg: "试登录没有成功\n" + failures(found), Hint: "改正后再运行；不试登录用 --no-login-check", Exit: ask.ExitFailed}
		}
		answer, err := question("试登录没有成功：r 重新输入授权码，y 仍然继续，n 退出", "r")
		switch {
		case err != nil:
			return "", false, err
		case strings.HasPrefix(answer, "y"):
			return password, false, nil
		case strings.HasPrefix(answer, "n"):
			return "", false, &ask.Error{Code: "interrupted", Msg: "已退出，什么都没有写", Exit: ask.ExitFailed}
		}
		again, err := a.typed("授权码或密码：")
		if err != nil {
			return "", false, err
		}
		password = cmp.Or(again, password)
	}
}

func failures(found []ask.Diagnosis) string {
	var lines []string
	for _, d := range found {
		if d.State == ask.DiagnosisFail {
			lines = append(lines, d.Subject+"："+d.Text+prefix("；", strings.TrimSuffix(d.Do, "。")))
		}
	}
	return strings.Join(lines, "\n")
}

// mailbox is the account that is tried, and where its password is.
func (s *setup) mailbox() (config.Mailbox, secretPlace) {
	if s.found.config {
		m := s.found.cfg.Mailboxes[0]
		return m, secretPlace{m.Credential, m.PasswordFile}
	}
	m := config.DefaultMailbox()
	m.Host, m.Port, m.TLS, m.User, m.Name, m.CAFile = s.host, s.port, s.tls, s.user, s.user, s.ca
	if m.Port == 0 {
		m.Port = 143
		if m.TLS == config.ImplicitTLS {
			m.Port = 993
		}
	}
	return m, secretPlace{cmp.Or(s.credential, filepath.Base(s.vault.defaultFile())), s.password}
}
