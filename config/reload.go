package config

import (
	"slices"
	"strings"
)

// live lists what a running daemon takes over from a changed file. Everything else binds what the
// daemon opened at its start: directories, sockets, connections.
var live = []string{
	"agency.name", "agency.code", "agency.names", "letter.templates", "letter.number", "letter.contact", "letter.payment", "letter.review_organ", "letter.court",
	"intake.cases_from", "access.viewer", "access.operator", "access.approver", "access.web", "approval.extension", "platform.starts", "approval.answer", "approval.screening",
	"retention.years", "backup.warn_days", "report.submit_by", "report.publish_by", "log.level", "terminal.ambiguous_width",
	"mailbox.poll_interval", "mailbox.folders",
	"smtp.sender", "acknowledge.enabled", "acknowledge.subject", "acknowledge.text", "acknowledge.confirms", "acknowledge.per_sender", "acknowledge.per_day",
	"digest.to", "digest.at", "digest.days", "notify.host", "notify.credential", "notify.url_file", "notify.template", "notify.ca_file",
}

// Live tells whether a key, as in Changes, can change while the daemon runs.
func Live(key string) bool {
	if i := strings.Index(key, "["); i >= 0 { // mailbox[0].folders
		_, after, _ := strings.Cut(key, "]")
		key = key[:i] + after
	}
	return slices.Contains(live, key)
}

// Changes names the keys in which two configurations differ, in the order of the file. Where the
// accounts are not the same, it is all of mailbox.
func Changes(before, after Config) (keys []string) {
	a, b := before.sections(), after.sections()
	for i, s := range a {
		keys = append(keys, changes(s.name+".", s.options, b[i].options)...)
		if s.name != "paths" {
			continue
		}
		if !sameAccounts(before.Mailboxes, after.Mailboxes) {
			keys = append(keys, mailboxSection)
			continue
		}
		for i := range before.Mailboxes {
			keys = append(keys, changes(mailboxKey(i, "")+".", before.Mailboxes[i].options(), after.Mailboxes[i].options())...)
		}
	}
	return keys
}

func changes(prefix string, a, b []option) (keys []string) {
	for i, o := range a {
		if o.value.literal() != b[i].value.literal() {
			keys = append(keys, prefix+o.key)
		}
	}
	return keys
}

func sameAccounts(a, b []Mailbox) bool {
	return slices.EqualFunc(a, b, func(x, y Mailbox) bool { return x.Name == y.Name })
}

// Adopt returns c with everything of n that is Live; the rest stays as it is.
func (c Config) Adopt(n Config) Config {
	c.Agency, c.Approval, c.Platform, c.Retention, c.Backup, c.Report, c.Letter, c.Log, c.Terminal = n.Agency, n.Approval, n.Platform, n.Retention, n.Backup, n.Report, n.Letter, n.Log, n.Terminal
	c.Intake.CasesFrom, c.SMTP.Sender, c.Acknowledge, c.Digest, c.Notify = n.Intake.CasesFrom, n.SMTP.Sender, n.Acknowledge, n.Digest, n.Notify
	c.Access.Viewer, c.Access.Operator, c.Access.Approver, c.Access.Web = n.Access.Viewer, n.Access.Operator, n.Access.Approver, n.Access.Web
	if !sameAccounts(c.Mailboxes, n.Mailboxes) {
		return c
	}
	c.Mailboxes = slices.Clone(c.Mailboxes)
	for i, m := range n.Mailboxes {
		c.Mailboxes[i].PollInterval, c.Mailboxes[i].Folders = m.PollInterval, m.Folders
	}
	return c
}
