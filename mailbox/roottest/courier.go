package roottest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/realtest"
)

// Courier runs Courier 5. It stores the UIDs of a folder when somebody SELECTs it, and never on EXAMINE.
func Courier(t testing.TB) *Server {
	t.Helper()
	s := open(t)
	s.write(t, "etc/courier/authdaemonrc", `authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
`)
	s.write(t, "etc/courier/userdb", account+"\tuid=1000|gid=1000|home=/home/office|mail=/home/office/Maildir|imappw="+hashed+"\n")
	s.shell(t, `chmod 600 /etc/courier/userdb
rm -rf /run/courier /home/office
mkdir -p /run/courier/authdaemon /home/office/Maildir/cur /home/office/Maildir/new /home/office/Maildir/tmp
chown -R 1000:1000 /home/office
makeuserdb`)
	realtest.Run(t, realtest.Process{
		Name: "Courier's authdaemond",
		Command: func([]int) (*exec.Cmd, error) {
			return exec.Command("chroot", s.root, "/usr/lib/courier/courier-authlib/authdaemond"), nil
		},
		Answers: func() error {
			_, err := os.Stat(filepath.Join(s.root, "run/courier/authdaemon/socket"))
			return err
		},
	})
	s.each(t, []string{
		"TCPREMOTEIP=127.0.0.1", "TCPREMOTEPORT=1", "TCPLOCALIP=127.0.0.1", "TCPLOCALPORT=143", "PROTOCOL=IMAP", "IMAP_STARTTLS=NO",
		"IMAP_CAPABILITY=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE", "IMAP_IDLE_TIMEOUT=60", "IMAP_ULIMITD=131072",
		"IMAP_TRASHFOLDERNAME=Trash", "IMAP_USELOCKS=1", "IMAP_KEYWORDS=1", "IMAP_MAILBOX_SANITY_CHECK=0",
	}, "/usr/lib/courier/courier/imaplogin", "/usr/bin/imapd", "Maildir")
	if err := s.answers(); err != nil {
		t.Fatalf("Courier does not answer: %v", err)
	}
	return s
}

// Maildir is where Courier keeps the mails of the account.
func (s *Server) Maildir() string { return filepath.Join(s.root, "home/office/Maildir") }

// DeliverFile puts a mail into Courier's mailbox under a name of its own.
func (s *Server) DeliverFile(t testing.TB, name string, raw []byte, received time.Time) {
	t.Helper()
	tmp := filepath.Join(s.Maildir(), "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(tmp, uid, gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(tmp, received, received); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, filepath.Join(s.Maildir(), "new", name)); err != nil {
		t.Fatal(err)
	}
}
