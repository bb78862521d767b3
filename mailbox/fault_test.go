package mailbox_test

import (
	"crypto/x509"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox"
)

// Whoever reads why a certificate was refused knows whom to ask: the server's administrator, his own, or the network's.
func TestCertificateReason(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	cert := &x509.Certificate{NotBefore: day, NotAfter: day.AddDate(1, 0, 0)}
	for want, err := range map[string]error{
		"：已过期或尚未生效（有效期 2026-03-02 至 2027-03-02）": x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired},
		"：不是发给 imap.example.test 的":              x509.HostnameError{Certificate: cert, Host: "imap.example.test"},
		"：签发机构不受信任":                              x509.UnknownAuthorityError{Cert: cert},
		"":                                       fmt.Errorf("handshake failure"),
	} {
		e := &mailbox.Error{Fault: mailbox.FaultTLS, Doing: "TLS", Err: fmt.Errorf("tls: %w", err)}
		if got := e.Label(); got != "邮件服务器的 TLS 证书未通过验证"+want || !strings.Contains(e.Hint(), "不会改用明文") {
			t.Errorf("%v: %q, %q", err, got, e.Hint())
		}
	}
}

// A limit on open files, or a directory that is gone, is no fault of a disk, and is mended elsewhere.
func TestTooManyFiles(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE} {
		e := &mailbox.Error{Fault: mailbox.FaultStorage, Doing: "beginning a mail", Err: &fs.PathError{Op: "open", Path: "1.part", Err: errno}}
		if !strings.Contains(e.Label(), "文件太多") || !strings.Contains(e.Hint(), "LimitNOFILE=") || e.Do() == "" {
			t.Errorf("%v: %q, %q, %q", errno, e.Label(), e.Hint(), e.Do())
		}
	}
	if e := (&mailbox.Error{Fault: mailbox.FaultStorage, Err: &fs.PathError{Op: "open", Path: "1.part", Err: syscall.ENOENT}}); !strings.Contains(e.Label(), "不见了") || !strings.Contains(e.Hint(), "挂载") {
		t.Errorf("a directory that is gone: %q, %q", e.Label(), e.Hint())
	}
	if e := (&mailbox.Error{Fault: mailbox.FaultStorage, Err: syscall.ENOSPC}); e.Label() != "邮件写不进本机磁盘" {
		t.Errorf("a full disk: %q", e.Label())
	}
}

// A hint is also read where nothing polls: by whoever sets up, changes the password, or examines while the daemon is
// down. What the Poller does by itself is no part of it.
func TestHintPromisesNothing(t *testing.T) {
	var all []*mailbox.Error
	for _, f := range []mailbox.Fault{
		mailbox.FaultUnreachable, mailbox.FaultTLS, mailbox.FaultAuth, mailbox.FaultSettings, mailbox.FaultUnsafe,
		mailbox.FaultThrottled, mailbox.FaultProtocol, mailbox.FaultRefused, mailbox.FaultStorage, mailbox.FaultIntake,
	} {
		all = append(all, &mailbox.Error{Fault: f})
	}
	for _, d := range []mailbox.Detail{mailbox.DetailOutage, mailbox.DetailQuota, mailbox.DetailLoginOff, mailbox.DetailInvented} {
		all = append(all, &mailbox.Error{Detail: d})
	}
	all = append(all, &mailbox.Error{Fault: mailbox.FaultUnreachable, Err: mailbox.ErrSlow}, &mailbox.Error{Fault: mailbox.FaultStorage, Err: syscall.EMFILE}, &mailbox.Error{Fault: mailbox.FaultStorage, Err: syscall.ENOENT})
	for _, e := range all {
		if e.Label() == "" || e.Hint() == "" || !strings.HasSuffix(e.Hint(), "。") {
			t.Errorf("%+v: %q, %q", e, e.Label(), e.Hint())
		}
		for _, promise := range []string{"自动", "重试", "下一轮", "仍在服务器上"} {
			if strings.Contains(e.Hint(), promise) {
				t.Errorf("%+v: the hint %q promises %q", e, e.Hint(), promise)
			}
		}
	}
}
