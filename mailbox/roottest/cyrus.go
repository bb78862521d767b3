package roottest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ysq.internal/ysq/mailbox/realtest"
)

// Cyrus runs Cyrus 3 with the folders Sent, Junk and Drafts.
func Cyrus(t testing.TB) *Server {
	t.Helper()
	s := open(t)
	// A mail that idled does not tell of is seen by the server's own look, once a second instead of once a minute.
	s.write(t, "etc/imapd.conf", `configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus/mail
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
lmtpsocket: /run/cyrus/socket/lmtp
idlesocket: /run/cyrus/socket/idle
imapidlepoll: 1
admins: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /etc/sasldb2
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Sent|Junk|Drafts
xlist-sent: Sent
xlist-junk: Junk
xlist-drafts: Drafts
`)
	s.shell(t, `rm -rf /var/lib/cyrus /var/spool/cyrus /run/cyrus /etc/sasldb2
mkdir -p /var/lib/cyrus /var/spool/cyrus/mail /run/cyrus/socket /run/cyrus/proc /run/cyrus/lock
chown -R cyrus:mail /var/lib/cyrus /var/spool/cyrus /run/cyrus
echo `+password+` | saslpasswd2 -p -c -f /etc/sasldb2 `+account+`
chmod 644 /etc/sasldb2`)
	realtest.Run(t, realtest.Process{
		Name: "Cyrus", Ports: 1, Answers: s.answers,
		Command: func(ports []int) (*exec.Cmd, error) {
			s.Port = ports[0]
			services := fmt.Sprintf(`START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
  idled cmd="/usr/lib/cyrus/bin/idled"
}
SERVICES {
  imap cmd="imapd -U 30" listen="127.0.0.1:%d" prefork=1 maxchild=20
  lmtpunix cmd="lmtpd -a" listen="/run/cyrus/socket/lmtp" prefork=0 maxchild=5
}
`, s.Port)
			if err := os.WriteFile(filepath.Join(s.root, "etc/cyrus.conf"), []byte(services), 0o644); err != nil {
				return nil, err
			}
			return exec.Command("chroot", s.root, "/usr/lib/cyrus/bin/master", "-C", "/etc/imapd.conf", "-M", "/etc/cyrus.conf", "-D",
				"-p", "/run/cyrus/master.pid", "-L", "/run/cyrus/log"), nil
		},
	})
	s.Talk(t, "LIST \"\" *") // the first login makes the mailbox
	return s
}

// Mail delivers a mail as Cyrus's own delivery agent does. It arrives now.
func (s *Server) Mail(t testing.TB, raw []byte) {
	t.Helper()
	cmd := exec.Command("chroot", "--userspec=cyrus:mail", s.root, "/usr/lib/cyrus/bin/deliver", "-C", "/etc/imapd.conf", account)
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("delivering to Cyrus: %v\n%s", err, out)
	}
}
