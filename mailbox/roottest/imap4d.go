package roottest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/realtest"
)

// Imap4d runs GNU imap4d 3. It answers UID SEARCH UID n:* with nothing, whatever came.
func Imap4d(t testing.TB) *Server {
	t.Helper()
	s := open(t)
	if _, err := realtest.Certificate(filepath.Join(s.root, "etc/cert.pem"), filepath.Join(s.root, "etc/key.pem")); err != nil {
		t.Fatal(err) // it does not start without one, though nobody asks for TLS
	}
	s.write(t, "etc/imap4d.conf", `mode inetd;
login-disabled no;
tls-mode ondemand;
tls { ssl-certificate-file /etc/cert.pem; ssl-key-file /etc/key.pem; };
tls-file-checks { key-file none; cert-file none; };
logging { syslog no; };
mailbox { mailbox-pattern "mbox:/var/mail/${user}"; };
auth { authentication generic:system; authorization system; };
`)
	s.shell(t, `rm -rf /home/office /var/mail/office*
mkdir -p /home/office
: >/var/mail/office
chmod 600 /var/mail/office
chmod 1777 /var/mail # for its lock
chown -R 1000:8 /var/mail/office
chown 1000:1000 /home/office`)
	s.each(t, nil, "/usr/sbin/imap4d", "--inetd", "--config-file=/etc/imap4d.conf")
	if err := s.answers(); err != nil {
		t.Fatalf("GNU imap4d does not answer: %v", err)
	}
	return s
}

// Spool puts a mail into imap4d's mailbox, at its end.
func (s *Server) Spool(t testing.TB, raw []byte, received time.Time) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(s.root, "var/mail/office"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "From a@example.test %s\n%s\n", received.UTC().Format("Mon Jan _2 15:04:05 2006"), bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))); err != nil {
		t.Fatal(err)
	}
}
