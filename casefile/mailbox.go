package casefile

import (
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// mailboxShape is an address to which every provider takes mail: ASCII, one @, a domain with a dot.
var (
	mailboxShape = regexp.MustCompile(`^` + mailboxPattern + `$`)
	mailboxes    = regexp.MustCompile(mailboxPattern)
)

const mailboxPattern = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}"

// IsMailbox reports whether a text is one e-mail address and nothing else.
func IsMailbox(s string) bool { return mailboxShape.MatchString(s) }

// Mailbox is the e-mail address that a person registered for replies; empty where nobody did. Before schema
// 4 it was part of Contact: where one address stands there, it is meant.
func (c Case) Mailbox() string {
	if c.Email != "" || c.RegisteredOn.IsZero() {
		return c.Email
	}
	if all := mailboxes.FindAllString(c.Contact, 2); len(all) == 1 {
		return all[0]
	}
	return ""
}

// noReply are the names that programs give to addresses nobody reads.
var noReply = regexp.MustCompile(`(?i)^(no[-_.]?reply|do[-_.]?not[-_.]?reply|donot[-_.]?reply|noresponse|no[-_.]?response|mailer-daemon|postmaster|bounces?|notifications?|system|robot|auto[-_.]?(reply|mail|send)?)([-_.+].*)?@`)

// NoReply reports whether nobody reads what is sent to an address, by its name: a portal's, a program's.
func NoReply(mail string) bool { return noReply.MatchString(strings.TrimSpace(mail)) }

// Wanted is in which form and on which way the applicant wants the information (条例 第四十条); empty where
// that is not known.
func (c Case) Wanted() string { return wanted(c.Form, c.Delivery) }

func wanted(form, delivery string) string {
	form, delivery = strings.TrimSpace(form), strings.TrimSpace(delivery)
	if form == delivery {
		return form
	}
	return phrases(form, delivery)
}

var (
	byMail  = regexp.MustCompile(`(?i)电子邮[件箱]|电子信箱|电邮|邮箱|e-?mail|网上|网络|在线|不限|均可|都可|任何|任意|@`)
	notMail = regexp.MustCompile(`(?i)(不|非|勿|无需)[^，。；、]{0,6}(电子邮[件箱]|电子信箱|电邮|邮箱|e-?mail)`)
	inHand  = regexp.MustCompile(`纸|书面|打印|复印件|光盘|磁盘|U盘|优盘`)
)

// WantedByMail reports whether e-mail is a way that the applicant asked for, or left to the office.
func (c Case) WantedByMail() bool {
	said := c.Delivery
	if strings.TrimSpace(said) == "" {
		return !inHand.MatchString(c.Form) || byMail.MatchString(c.Form) && !notMail.MatchString(c.Form)
	}
	return byMail.MatchString(said) && !notMail.MatchString(said)
}

// AnsweredByMail reports whether a reply leaves by e-mail where nobody says how: the applicant wrote by e-mail or left
// an address, and asked for no other way (条例 第四十条).
func (c Case) AnsweredByMail() bool {
	return (c.Channel == Email || c.Mailbox() != "") && c.WantedByMail()
}

// NoticeWay is how a notice most likely goes to the applicant where nobody says it.
func (c Case) NoticeWay() Way {
	switch {
	case c.Channel == Platform:
		return ByPlatform
	case c.Channel == Email, c.Email != "":
		return ByEmail
	}
	return ByPost
}
