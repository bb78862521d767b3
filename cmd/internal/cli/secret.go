package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"ysq.internal/ysq/config"
)

// How a password is kept.
const (
	storeAuto       = "auto"
	storeCredential = "credential"
	storeFile       = "file"
)

// credentialName is by which name the packages' unit hands the password to the daemon.
const credentialName = "imap-password"

// defaultPassword is the file beside the configuration from which the packages' units load the
// password: imap-password for ysq.toml, east.imap-password for the instance of east.toml.
func (s *setup) defaultPassword() string {
	name := credentialName
	if office := strings.TrimSuffix(filepath.Base(s.path), ".toml"); office != "ysq" {
		name = office + "." + name
	}
	return filepath.Join(filepath.Dir(s.path), name)
}

// keepSecret puts the password that was typed where the daemon finds it: encrypted by systemd for
// this machine alone where that can be, else in a file of its own.
func (s *setup) keepSecret() error {
	named := s.password != "" // an administrator who names a file means a file
	if s.password == "" && s.credential == "" {
		s.password = s.defaultPassword()
	}
	if s.secret == "" {
		return nil // it is there, or comes later: judge tells what is missing
	}
	why := s.unsealable()
	if named {
		why = cmp.Or(why, "已用 --password-file 指定了文件")
	}
	switch {
	case s.store == storeCredential && why != "":
		return usage(s.cmd, "不能存成加密凭据：%s", why)
	case s.store != storeFile && why == "":
		return s.seal()
	}
	s.password = cmp.Or(s.password, s.defaultPassword())
	if err := config.WriteFile(s.password, s.secret+"\n", owner()); err != nil {
		return err
	}
	s.kept = append(s.kept, s.password)
	return nil
}

// unsealable says why systemd cannot keep the password; "" where it can.
func (s *setup) unsealable() string {
	switch {
	case s.unit == "":
		return "没有说由哪个 systemd 单元运行（--unit）"
	case os.Geteuid() != 0:
		return "须由 root 运行"
	}
	if _, err := os.Stat(s.root + "/run/systemd/system"); err != nil {
		return "本机不由 systemd 管理"
	}
	if _, err := exec.LookPath("systemd-creds"); err != nil {
		return "systemd 太旧，没有 systemd-creds（250 起有）"
	}
	return ""
}

// seal encrypts the password with the machine's key, proves that it comes back, and tells the unit
// where it lies.
func (s *setup) seal() error {
	s.password = ""
	s.credential = cmp.Or(s.credential, credentialName)
	path := filepath.Join(filepath.Dir(s.path), s.credential+".cred")
	dropIn := filepath.Join(s.root+"/etc/systemd/system", s.unit+".d", "50-ysq-credential.conf")
	for _, file := range []string{path, dropIn} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return usage(s.cmd, "%s 已经存在，没有改动它；请先移走，或用 --password-store file", file)
		}
	}
	if _, err := s.systemd(s.secret, "systemd-creds", "encrypt", "--name="+s.credential, "-", path); err != nil {
		return err
	}
	s.kept = append(s.kept, path)
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	if back, err := s.systemd("", "systemd-creds", "decrypt", "--name="+s.credential, path, "-"); err != nil || back != s.secret {
		return errors.Join(err, errors.New("加密的凭据解不回来；请用 --password-store file"))
	}
	if err := os.MkdirAll(filepath.Dir(dropIn), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(dropIn, []byte(credentialDropIn(s.credential, path)), 0o644); err != nil {
		return err
	}
	s.kept = append(s.kept, dropIn)
	_, err := s.systemd("", "systemctl", "daemon-reload")
	return err
}

// credentialDropIn replaces the plain file of the packages' unit; the empty assignment is needed, for
// a unit whose credential is missing does not start.
func credentialDropIn(name, path string) string {
	return "# 由 ysq init 写：邮箱密码以本机密钥加密存放。换密码：\n" +
		"#   systemd-ask-password -n | systemd-creds encrypt --name=" + name + " - " + path + "\n" +
		"[Service]\nLoadCredential=\nLoadCredentialEncrypted=" + name + ":" + path + "\n"
}

// systemd runs one of its programs. What goes in is never an argument.
func (s *setup) systemd(in, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(s.cmd.Context(), name, args...)
	cmd.Stdin = strings.NewReader(in)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s：%w：%s", name, args[0], err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
