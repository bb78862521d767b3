package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func ownerOf(t testing.TB, path string) (uid, gid int) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid)
}

func write(t testing.TB, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestPassword(t *testing.T) {
	t.Setenv(credentialsDirectory, "")
	for _, tt := range []struct {
		name, text string
		mode       fs.FileMode
		want       string
		err        string // part of the message; "" for none
	}{
		{"plain", "geheim", 0o600, "geheim", ""},
		{"one newline", "geheim\n", 0o600, "geheim", ""},
		{"Windows newline", "geheim\r\n", 0o400, "geheim", ""},
		{"spaces are kept", " ge heim ", 0o600, " ge heim ", ""},
		{"Chinese", "密码", 0o600, "密码", ""},
		{"two lines", "geheim\n\n", 0o600, "", "不止一行"},
		{"two passwords", "geheim\nzwei\n", 0o600, "", "不止一行"},
		{"NUL", "ge\x00heim", 0o600, "", "控制字符"},
		{"byte order mark", "\ufeffgeheim", 0o600, "", "BOM"},
		{"empty", "", 0o600, "", "是空的"},
		{"only newline", "\n", 0o600, "", "是空的"},
		{"group may read", "geheim", 0o640, "", "权限是 0640"},
		{"world may read", "geheim", 0o604, "", "权限是 0604"},
		{"group may write", "geheim", 0o620, "", "权限是 0620"},
		{"longest", strings.Repeat("g", maxPassword), 0o600, strings.Repeat("g", maxPassword), ""},
		{"too long", strings.Repeat("g", maxPassword+1), 0o600, "", "超过 4096 字节"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "password")
			write(t, path, tt.text, tt.mode)
			got, err := Mailbox{PasswordFile: path}.Password()
			if got != tt.want {
				t.Errorf("Password() = %q, want %q", got, tt.want)
			}
			switch {
			case tt.err == "" && err != nil:
				t.Errorf("error %v", err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("error %v, want %q in it", err, tt.err)
			case err != nil && strings.Contains(err.Error(), "heim"):
				t.Errorf("error shows the password: %v", err)
			}
		})
	}
}

func TestPasswordRefusesOtherThanPrivateFiles(t *testing.T) {
	t.Setenv(credentialsDirectory, "")
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, dir} {
		if _, err := (Mailbox{PasswordFile: path}).Password(); err == nil || !strings.Contains(err.Error(), "不是普通文件") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := (Mailbox{PasswordFile: filepath.Join(dir, "none")}).Password(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if os.Geteuid() == 0 {
		foreign := filepath.Join(dir, "foreign")
		write(t, foreign, "geheim", 0o600)
		if err := os.Chown(foreign, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, err := (Mailbox{PasswordFile: foreign}).Password(); err == nil || !strings.Contains(err.Error(), "属于别的用户") {
			t.Errorf("foreign file: %v", err)
		}
	}
}

func TestPasswordCredential(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, "from file\n", 0o600)
	credentials := t.TempDir()
	write(t, filepath.Join(credentials, "imap-password"), "from systemd\n", 0o440)
	both := Mailbox{Credential: "imap-password", PasswordFile: file}

	t.Setenv(credentialsDirectory, credentials)
	if got, err := both.Password(); got != "from systemd" || err != nil {
		t.Errorf("under systemd: %q, %v", got, err)
	}
	if _, err := (Mailbox{Credential: "other"}).Password(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("credential that was not given: %v", err)
	}
	t.Setenv(credentialsDirectory, "")
	if got, err := both.Password(); got != "from file" || err != nil {
		t.Errorf("by hand: %q, %v", got, err)
	}
	if _, err := (Mailbox{Credential: "imap-password"}).Password(); err == nil || !strings.Contains(err.Error(), "不是由 systemd 启动") {
		t.Errorf("credential by hand: %v", err)
	}
}

func TestCheckLooksAtTheMachine(t *testing.T) {
	t.Setenv(credentialsDirectory, "")
	dir := t.TempDir()
	open, good, junk := filepath.Join(dir, "open"), filepath.Join(dir, "good"), filepath.Join(dir, "junk.pem")
	write(t, open, "geheim", 0o644)
	write(t, good, "geheim", 0o600)
	write(t, junk, "no certificate", 0o644)
	path := filepath.Join(dir, "ysq.toml")
	write(t, path, fmt.Sprintf(`[agency]
name = "示例局"
[[mailbox]]
host = "imap.example.test"
user = "a"
password_file = %q
ca_file = %q
[[mailbox]]
host = "imap.example.test"
user = "b"
password_file = %q
[access]
viewer = ["no-such-group-here", 0]
`, open, junk, good), 0o600)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	errs, _ := errors.AsType[Errors](c.Check())
	var got []string
	for _, e := range errs {
		got = append(got, fmt.Sprintf("%d:%d %s", e.Line, e.Col, e.Key))
		if e.File != path || e.Hint == "" {
			t.Errorf("incomplete: %#v", e)
		}
	}
	want := "6:1 mailbox[0].password_file, 7:1 mailbox[0].ca_file, 13:1 access.viewer"
	if got := strings.Join(got, ", "); got != want {
		t.Errorf("errors at %s\nwant %s\n%v", got, want, errs)
	}
	c.Mailboxes, c.Access.Viewer = c.Mailboxes[1:], nil
	if err := c.Check(); err != nil {
		t.Errorf("after putting right: %v", err)
	}
}

func TestCheckOfConfigMadeInCode(t *testing.T) {
	err := Default().Check()
	for _, key := range []string{"agency.name: ", "mailbox: "} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("Check() = %v, want an error of %s", err, key)
		}
	}
}

func TestRootCAs(t *testing.T) {
	if pool, err := (Mailbox{}).RootCAs(); pool != nil || err != nil {
		t.Errorf("without ca_file: %v, %v", pool, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(4e9, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	write(t, path, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o644)
	pool, err := Mailbox{CAFile: path}.RootCAs()
	if err != nil || pool == nil {
		t.Fatalf("RootCAs() = %v, %v", pool, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: time.Unix(1e9, 0)}); err != nil {
		t.Error(err)
	}
}

func TestGID(t *testing.T) {
	if got, err := Group("4294967295").GID(); got != 4294967295 || err != nil {
		t.Errorf("by number: %d, %v", got, err)
	}
	if got, err := Group("root").GID(); got != 0 || err != nil {
		t.Errorf("root: %d, %v", got, err)
	}
	for _, g := range []Group{"no-such-group-here", "4294967296", "-1", ""} {
		if _, err := g.GID(); err == nil {
			t.Errorf("group %q found", g)
		}
	}
}
