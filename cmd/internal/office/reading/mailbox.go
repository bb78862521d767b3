package reading

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/parse"
)

// mailbox is an address to which a reply may go, before a person has registered one: what the application
// says, then Reply-To, then From.
type mailbox struct {
	Mail       string
	Source     string // in Chinese
	Doubt      string
	confidence int
}

// Recipients lists to whom a mail on a case may go: the address that a person registered first, then what the
// applicant's mails say. It reads what has not been read yet.
func (g *Proposals) Recipients(ctx context.Context, id casefile.ID) (all []ask.Recipient, err error) {
	u, err := g.understand(ctx, id)
	if err != nil {
		return nil, err
	}
	registered := u.kase.Mailbox()
	if registered != "" {
		all = append(all, ask.Recipient{Mail: ask.Address(registered), Source: "登记的电子邮箱", Registered: true})
	}
	for _, m := range u.mailboxes {
		if !strings.EqualFold(m.Mail, registered) {
			all = append(all, ask.Recipient{Mail: ask.Address(m.Mail), Source: m.Source, Doubt: m.Doubt})
		}
	}
	return all, nil
}

// mailboxes lists where a reply to a case may go, each address once. Whoever passed the application on, the
// office itself and programs are not among them.
func (g *Proposals) mailboxes(forms form.Mails, sources []source) (all []mailbox) {
	add := func(m mailbox) {
		known := slices.ContainsFunc(all, func(o mailbox) bool { return strings.EqualFold(o.Mail, m.Mail) })
		if !known && casefile.IsMailbox(m.Mail) && !casefile.NoReply(m.Mail) && !g.ownMailbox(m.Mail) {
			all = append(all, m)
		}
	}
	for _, p := range forms.Proposals() {
		if p.Field == form.Email && p.N == 0 && !p.Source.OfHeader() {
			add(mailbox{p.Value, p.Source.String(), p.Doubt, p.Confidence})
		}
	}
	var from []mailbox
	n := 0
	for _, s := range sources[:min(len(sources), mostSources)] {
		if s.file != "" {
			continue
		}
		said := forms[min(n, len(forms)-1)]
		n++
		header, ok := said.Best(form.Email, 0)
		if i := slices.IndexFunc(said.Form.Proposals, func(p form.Proposal) bool { return p.Field == form.Email && p.Source.OfHeader() }); i >= 0 {
			header, ok = said.Form.Proposals[i], true
		}
		passedOn := form.PassedOn(s.title) || ok && header.Source.OfHeader() && !strings.EqualFold(header.Value, s.from.Mail)
		if ok && header.Source.OfHeader() && passedOn && !strings.EqualFold(header.Value, s.from.Mail) {
			from = append(from, mailbox{header.Value, "所转发的来信的发件人", "来信是 " + s.from.Mail + " 转来的", 50})
		}
		if passedOn {
			continue
		}
		if m, err := g.Parse(s.digest, parse.Limits{Text: 1, Undigested: true}); err == nil {
			for _, a := range m.ReplyTo {
				add(mailbox{a.Mail, cmp.Or(said.Title, "来信") + "的回复地址（Reply-To）", "", 60})
			}
		}
		doubt := ""
		if g.colleague(s.from.Mail) {
			doubt = "与本机关邮箱同一域名，可能是同事转来的"
		}
		from = append(from, mailbox{s.from.Mail, cmp.Or(said.Title, "来信") + "的发件人", doubt, 50})
	}
	for _, m := range from {
		add(m)
	}
	return all
}

// ownMailbox reports whether an address is the office's.
func (g *Proposals) ownMailbox(mail string) bool {
	for _, box := range g.Config.Mailboxes {
		if strings.EqualFold(box.User, mail) {
			return true
		}
	}
	return false
}

// colleague reports whether an address is of a domain that is the office's and no public provider's.
func (g *Proposals) colleague(mail string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(mail), "@")
	for _, box := range g.Config.Mailboxes {
		if _, own, ok := strings.Cut(strings.ToLower(box.User), "@"); ok && own == domain && !slices.Contains(providers, domain) {
			return true
		}
	}
	return false
}

// providers give addresses to everybody, so that a domain of theirs says nothing about the sender.
var providers = []string{"163.com", "126.com", "yeah.net", "188.com", "vip.163.com", "vip.126.com", "qq.com", "vip.qq.com", "foxmail.com",
	"sina.com", "sina.cn", "vip.sina.com", "sohu.com", "139.com", "189.cn", "wo.cn", "aliyun.com", "21cn.com", "tom.com",
	"outlook.com", "hotmail.com", "live.com", "gmail.com", "icloud.com", "yahoo.com"}
