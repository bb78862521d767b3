package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// credentialsDirectory is where systemd puts what LoadCredential= names (systemd.exec(5)).
const credentialsDirectory = "CREDENTIALS_DIRECTORY"

// What is read at most as a password and as certificates.
const (
	maxPassword = 4 << 10
	maxBundle   = 4 << 20
)

// ErrOutsideSystemd is found in the error of a password that systemd alone hands out, to the service.
var ErrOutsideSystemd = errors.New("not started by systemd")

// Password reads the account's password, anew each time, so that a changed file is used without a
// restart. Under systemd it is the credential, if one is named; otherwise it is the file, which
// must be regular, owned by root or by this process's user, and accessible to nobody else. One
// newline at the end is not part of the password. No error contains any part of it.
func (m Mailbox) Password() (string, error) {
	if m.passwordKey() == "password_file" {
		return readPassword(m.PasswordFile, private)
	}
	dir := os.Getenv(credentialsDirectory)
	if dir == "" {
		return "", Error{
			err:  ErrOutsideSystemd,
			Msg:  "只写了 credential，而现在不是由 systemd 启动的，取不到凭据",
			Hint: "用 systemctl start ysq 启动；手工运行请另写 password_file",
		}
	}
	// The directory is systemd's own and closed to others; the files in it carry an access list
	// that looks like a group's permission, so their mode says nothing.
	return readPassword(filepath.Join(dir, m.Credential), anyOwner)
}

// passwordKey returns the key that Password goes by.
func (m Mailbox) passwordKey() string {
	if m.PasswordFile != "" && (m.Credential == "" || os.Getenv(credentialsDirectory) == "") {
		return "password_file"
	}
	return "credential"
}

// RootCAs returns the certificates of ca_file; nil, meaning the system's, when there is none.
func (m Mailbox) RootCAs() (*x509.CertPool, error) {
	if m.CAFile == "" {
		return nil, nil
	}
	pem, err := readFile(m.CAFile, maxBundle)
	if err != nil {
		return nil, Error{Msg: fmt.Sprintf("无法读取证书文件 %s", m.CAFile), Hint: reason(err), err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, Error{Msg: fmt.Sprintf("%s 中没有证书", m.CAFile), Hint: "应为 PEM 格式，以 -----BEGIN CERTIFICATE----- 开头；DER 格式先用 openssl x509 -inform der 转换"}
	}
	return pool, nil
}

func readPassword(path string, check func(string, fs.FileInfo) error) (string, error) {
	// O_NONBLOCK keeps a FIFO from holding up the daemon before it is refused.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", Error{Msg: fmt.Sprintf("无法读取密码 %s", path), Hint: reason(err), err: err}
	}
	defer f.Close()
	info, err := f.Stat() // of the opened file: nobody can exchange it in between
	if err != nil {
		return "", Error{Msg: fmt.Sprintf("无法读取密码 %s", path), Hint: reason(err), err: err}
	}
	if !info.Mode().IsRegular() {
		return "", Error{Msg: fmt.Sprintf("%s 不是普通文件", path), Hint: "写只存密码一行的文件"}
	}
	if err := check(path, info); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPassword+1))
	if err != nil {
		return "", Error{Msg: fmt.Sprintf("无法读取密码 %s", path), Hint: reason(err), err: err}
	}
	return password(path, string(b))
}

// private is the rule for a password file.
func private(path string, info fs.FileInfo) error {
	if extra := info.Mode().Perm() & 0o077; extra != 0 {
		return Error{
			Msg:  fmt.Sprintf("密码文件 %s 的权限是 %04o，别的用户也能读写", path, info.Mode().Perm()),
			Hint: "chmod 600 " + path + "；此前可能已经泄露，宜换密码",
		}
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != 0 && int(stat.Uid) != os.Geteuid() && !servedBy(stat.Uid) {
		return Error{
			Msg:  fmt.Sprintf("密码文件 %s 属于别的用户", path),
			Hint: "用 chown 把它改为运行 ysq 的用户或 root",
		}
	}
	return nil
}

// servedBy tells whether root looks at a file of the user that runs the daemon, to whom init gives it:
// the packages call it ysq, or ysq-NAME for an instance.
func servedBy(uid uint32) bool {
	if os.Geteuid() != 0 {
		return false
	}
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	return err == nil && (u.Username == "ysq" || strings.HasPrefix(u.Username, "ysq-"))
}

func anyOwner(string, fs.FileInfo) error { return nil }

// password judges the content of a password file.
func password(path, s string) (string, error) {
	if line, ok := strings.CutSuffix(s, "\n"); ok {
		s = strings.TrimSuffix(line, "\r")
	}
	switch {
	case s == "":
		return "", Error{Msg: fmt.Sprintf("密码文件 %s 是空的", path), Hint: "写入密码（163、126 邮箱写授权码）"}
	case len(s) > maxPassword:
		return "", Error{Msg: fmt.Sprintf("%s 超过 %d 字节，不像是密码文件", path, maxPassword), Hint: "文件里只写密码一行"}
	case strings.HasPrefix(s, "\ufeff"):
		return "", Error{Msg: fmt.Sprintf("密码文件 %s 以 BOM 开头", path), Hint: "另存为不带 BOM 的 UTF-8"}
	case strings.ContainsFunc(s, unicode.IsControl):
		return "", Error{Msg: fmt.Sprintf("密码文件 %s 不止一行，或含有控制字符", path), Hint: "文件里只写密码一行"}
	}
	return s, nil
}

func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件"
	case errors.Is(err, fs.ErrPermission):
		return "当前用户没有权限"
	}
	return err.Error()
}

// errorOf returns err as an Error that can be given a key.
func errorOf(err error) (Error, bool) {
	if err == nil {
		return Error{}, false
	}
	if e, ok := errors.AsType[Error](err); ok {
		return e, true
	}
	return Error{Msg: err.Error(), err: err}, true
}
