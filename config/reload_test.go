package config

import (
	"slices"
	"strings"
	"testing"
)

// Every option is either taken over by a running daemon or named as one that is not: Adopt and Live
// say the same of each.
func TestAdoptTakesWhatIsLive(t *testing.T) {
	other := mustParse(t, `[agency]
name = "另一局"
code = "另依申请"
names = ["2026-01-01 又一局"]
[paths]
state = "/srv/other"
socket = "/run/other"
[[mailbox]]
name = "foi@example.test"
host = "imap.other.test"
port = 1993
tls = "starttls"
allow_plaintext = true
ca_file = "/other.pem"
user = "other"
credential = "other"
password_file = "/other"
poll_interval = "7m"
folders = ["别的"]
[intake]
cases_from = 2020-02-02
[smtp]
host = "smtp.other.test"
port = 1465
tls = "starttls"
allow_plaintext = true
ca_file = "/other.pem"
user = "other@example.test"
sender = "别的局"
credential = "other"
password_file = "/other"
[acknowledge]
enabled = true
subject = "收到 {编号}"
text = "收到"
confirms = true
per_sender = 9
per_day = 9
[digest]
to = ["other@example.test"]
at = "09:09"
days = 9
[notify]
host = "hook.other.test:8443"
credential = "other"
url_file = "/other"
template = '{"other": "{件数}"}'
ca_file = "/other.pem"
[access]
socket_group = "other"
viewer = ["other"]
operator = ["other"]
approver = ["other"]
web = "other"
[approval]
extension = "role"
answer = "role"
screening = true
[platform]
starts = "confirmed"
[retention]
years = 77
[backup]
warn_days = 77
[report]
submit_by = "02-02"
publish_by = "02-02"
[letter]
templates = "/other"
number = "{年}{号}"
contact = "别处"
payment = "别处"
review_organ = "另一政府"
court = "另一法院"
[log]
level = "debug"
[terminal]
ambiguous_width = 2
`)
	before := mustParse(t, smallest)
	changed := Changes(before, other)
	for _, key := range live {
		section, name, _ := strings.Cut(key, ".")
		if section == mailboxSection {
			key = mailboxKey(0, name)
		}
		if !slices.Contains(changed, key) {
			t.Errorf("%s is said to be live and does not exist, or this test does not change it", key)
		}
	}
	adopted := Changes(before, before.Adopt(other))
	for _, key := range changed {
		if got, want := slices.Contains(adopted, key), Live(key); got != want {
			t.Errorf("%s adopted: %v, live: %v", key, got, want)
		}
	}
	if left := Changes(before.Adopt(other), other); slices.ContainsFunc(left, Live) {
		t.Errorf("after adopting these still differ: %v", left)
	}
	if got := Changes(before, before); got != nil {
		t.Errorf("a configuration differs from itself in %v", got)
	}
}

// An account that comes or goes cannot be taken over, and nothing of the others is.
func TestAdoptWithOtherAccounts(t *testing.T) {
	before, after := mustParse(t, smallest), mustParse(t, smallest+"[[mailbox]]\nhost = \"imap.example.test\"\nuser = \"second@example.test\"\ncredential = \"b\"\n")
	after.Mailboxes[0].PollInterval *= 2
	if got := Changes(before, after); !slices.Equal(got, []string{mailboxSection}) || Live(mailboxSection) {
		t.Errorf("changes: %v", got)
	}
	if got := before.Adopt(after); len(got.Mailboxes) != 1 || got.Mailboxes[0].PollInterval != before.Mailboxes[0].PollInterval {
		t.Errorf("adopted %+v", got.Mailboxes)
	}
}
