package mailbox_test

import (
	"testing"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
)

// One poll brings everything that is polled, a second nothing; items 16, 17, 28, 31.
func TestPoll(t *testing.T) {
	for name, security := range map[string]imapsim.Security{"starttls": imapsim.StartTLS, "tls": imapsim.ImplicitTLS, "none": imapsim.PlainText} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, officeOptions{sim: imapsim.Options{Security: security}})
			for n := range 7 {
				o.sim.SetSeen("INBOX", o.add("INBOX", n, 3000), true)
			}
			o.add("垃圾邮件", 7, 100)
			o.add("已发送", 8, 100)
			o.add("广告邮件", 9, 100_000)
			o.sim.Add("草稿箱", mailOf(10, 100), arrival)
			res := o.poll(t)
			if res.Taken != 10 || !res.Full {
				t.Errorf("first poll: %+v, want 10 taken, full", res)
			}
			if res = o.poll(t); res.Taken != 0 || res.Listed != 10 {
				t.Errorf("second poll: %+v, want nothing taken of 10", res)
			}
			o.check(t)
			roles := map[mailbox.Role]int{}
			for _, f := range o.book.known {
				roles[f.Role]++
				if f.InternalDate.IsZero() || f.UIDValidity != 1 || f.Announced != 0 {
					t.Errorf("%+v lacks its date or UIDVALIDITY, or was announced wrongly", f)
				}
			}
			if roles[mailbox.RoleInbox] != 7 || roles[mailbox.RoleJunk] != 2 || roles[mailbox.RoleSent] != 1 {
				t.Errorf("roles: %v", roles)
			}
			if got := o.sim.Counts().Logins; got != 1 {
				t.Errorf("%d logins, want 1 for both polls", got)
			}
		})
	}
}
