package dovecottest

import (
	"fmt"
	"os"
	"os/user"
	"strings"
)

// configuration is the whole of it: the system's files are not included.
func (s *Server) configuration() string {
	text := strings.NewReplacer(
		"DIR", s.dir, "CERT", s.CAFile, "KEYFILE", s.keyFile(), "PASSWD", s.passwdFile(),
		"UID", fmt.Sprint(s.uid), "GID", fmt.Sprint(s.gid),
		"PORT", fmt.Sprint(s.Port), "SECURE", fmt.Sprint(s.TLSPort),
	).Replace(template)
	if os.Getuid() != 0 { // without privileges every process must run as whoever runs the test
		me, group := fmt.Sprint(os.Getuid()), fmt.Sprint(os.Getgid())
		if u, err := user.Current(); err == nil {
			me = u.Username
		}
		if g, err := user.LookupGroupId(group); err == nil {
			group = g.Name
		}
		text += fmt.Sprintf("default_internal_user = %s\ndefault_internal_group = %s\ndefault_login_user = %s\n", me, group, me)
	}
	return text
}

const template = `base_dir = DIR/run
state_dir = DIR/state
log_path = /dev/stderr
listen = 127.0.0.1
protocols = imap
ssl = yes
ssl_cert = <CERT
ssl_key = <KEYFILE
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_fsync = never
mail_max_userip_connections = 100
first_valid_uid = UID
first_valid_gid = GID
mail_location = maildir:~/Maildir:UTF-8
namespace inbox {
  inbox = yes
  separator = /
  mailbox 垃圾邮件 {
    auto = create
    special_use = \Junk
  }
  mailbox 已发送 {
    auto = create
    special_use = \Sent
  }
  mailbox 草稿箱 {
    auto = create
    special_use = \Drafts
  }
  mailbox 已删除 {
    auto = create
    special_use = \Trash
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN PASSWD
}
userdb {
  driver = static
  args = uid=UID gid=GID home=DIR/home
}
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = SECURE
    ssl = yes
  }
}
service anvil {
  chroot =
  # No growing delay after a wrong password: tests give several.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`
