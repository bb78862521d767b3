package post

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Send prepares a clerk's mail on a case. It is on its way when this returns, not yet there.
func (p *Room) Send(ctx context.Context, c ask.Call, req ask.SendRequest) (v ask.OutgoingView, err error) {
	if req.Way == casefile.OutNone {
		return v, ask.Usage("没有写明存草稿箱还是直接发出")
	}
	o := outgoing{SendRequest: req, purpose: casefile.PurposeLetter, still: func(v *desk.View) error { return desk.Unchanged(v, c, req.Case) }}
	if err := p.canSend(req.Way); err != nil {
		return v, err
	}
	if err := p.View(func(tx *desk.View) error { return p.complete(tx, &o) }); err != nil {
		return v, err
	}
	if len(o.lacks) > 0 {
		return v, p.withRecipients(ctx, req.Case, o.lacks[0])
	}
	if c.DryRun {
		if err := errors.Join(addressError(o.to.Mail), p.View(o.still)); err != nil {
			return v, err
		}
		return o.view(), nil
	}
	if err := p.Keeps(o.Files); err != nil {
		return v, err
	}
	id, err := p.prepare(c.Who.String(), o)
	if err != nil {
		return v, err
	}
	if v, err = p.Outgoing(ctx, c, ask.OutgoingRef{ID: id}); err != nil {
		return v, err
	}
	v.Wanted, v.Warnings = o.view().Wanted, o.warned
	if p.Started.IsZero() {
		v.Reason = "守护进程没有运行，启动后才会发出"
	}
	return v, nil
}

func (p *Room) canSend(way casefile.OutWay) error {
	if way == casefile.OutSMTP && !p.Config.SMTP.Enabled() {
		return ask.Refused("no-smtp", "改为存入草稿箱，或请管理员在配置 [smtp] 中写 host\n--draft", "没有配置发信服务器，不能直接发出")
	}
	return nil
}

// view is a mail that is not prepared.
func (o outgoing) view() ask.OutgoingView {
	return ask.OutgoingView{Case: o.Case, Way: o.Way.String(), Purpose: o.purpose.String(), To: ask.Address(o.to.String()), Subject: ask.Verbatim(o.Subject),
		Document: ask.Number(o.Document), Text: ask.Verbatim(o.Text), Files: fileNames(o.Files), Differs: []string{}, Wanted: ask.Text(o.wanted), Warnings: o.warned}
}

// complete makes a clerk's mail of what he wrote: whom it goes to, which mail it answers, the letter that it
// brings, its words. What is lacking before it may go is noted.
func (p *Room) complete(tx *desk.View, o *outgoing) error {
	c, history, err := tx.Whole(o.Case)
	if err != nil {
		return err
	}
	if err := p.encloseLetter(o, c, history); err != nil {
		return err
	}
	if err := p.address(tx, o, c); err != nil {
		return err
	}
	if o.Text == "" && len(o.Files) == 0 {
		return ask.Usage("没有正文也没有附件")
	}
	if o.Text == "" {
		o.Text = "您好：\n\n请查收附件。\n"
	}
	if !strings.Contains(o.Subject, string(o.Case)) {
		o.Subject = fmt.Sprintf("%s（%s）", o.Subject, o.Case)
	}
	o.wanted = c.Wanted()
	// A third party has asked for nothing.
	if o.party == "" && !c.WantedByMail() && strings.TrimSpace(o.Despite) == "" {
		o.lacks = append(o.lacks, &ask.Error{Code: ask.CodeOtherWay, Exit: ask.ExitRefused, Msg: fmt.Sprintf("申请人要求的是“%s”，不是电子邮件（条例第四十条）", o.wanted),
			Hint: "改按所要求的方式提供、送达；申请人同意、或者有条例第四十条所列情形仍用电子邮件的，写明理由\n--despite"})
	}
	return nil
}

// address fills in whom the mail goes to and which mail it answers: the case's last one from there. Unless the
// clerk writes an address it is the one that a person registered; what machines read is never taken by itself.
func (p *Room) address(tx *desk.View, o *outgoing, c casefile.Case) error {
	items, err := tx.Contents(o.Case)
	if err != nil {
		return err
	}
	mails := incoming(items)
	registered := c.Mailbox()
	want := cmp.Or(strings.TrimSpace(o.To), registered)
	if want == "" {
		o.lacks = append(o.lacks, noAddress(o.Case))
	}
	o.to = casefile.Address{Mail: want}
	if strings.EqualFold(want, registered) && o.party == "" {
		o.to.Name = c.Applicant // of any other address nobody has said whose it is
	}
	o.account = p.Config.Mailboxes[0].Name
	for _, l := range mails {
		if strings.EqualFold(l.From.Mail, want) {
			o.answers = l
		}
		about, err := tx.About(l.Digest)
		if err != nil {
			return err
		}
		if taken := desk.LastTaken(about); taken != nil && taken.Account != "" {
			o.account = taken.Account
		}
	}
	if o.Subject == "" && !o.answers.Digest.IsZero() {
		o.Subject = "回复：" + o.answers.Subject
	}
	o.Subject = cmp.Or(o.Subject, "政府信息公开申请的答复")
	if o.party == "" && want != "" {
		o.warnOfAddress(c, mails)
	}
	return nil
}

// warnOfAddress says where the recipient is not the one whom the register knows.
func (o *outgoing) warnOfAddress(c casefile.Case, mails []casefile.Letter) {
	registered, want := c.Mailbox(), o.to.Mail
	belongs := func(mail string) bool {
		return slices.ContainsFunc(c.Addresses, func(a string) bool { return strings.EqualFold(a, mail) })
	}
	switch {
	case strings.EqualFold(want, registered):
		i := slices.IndexFunc(mails, func(l casefile.Letter) bool { return !strings.EqualFold(l.From.Mail, registered) })
		if o.answers.Digest.IsZero() && i >= 0 {
			o.warned = append(o.warned, fmt.Sprintf("收件人是登记的电子邮箱 %s；来信是从 %s 发来的", registered, mails[i].From.Mail))
		}
	case !belongs(want):
		o.warned = append(o.warned, fmt.Sprintf("%s 不是本案的地址，请核对%s", want, registeredAt(registered)))
	case registered != "":
		o.warned = append(o.warned, fmt.Sprintf("%s 不是登记的电子邮箱%s", want, registeredAt(registered)))
	}
}

func registeredAt(mail string) string {
	if mail == "" {
		return ""
	}
	return "（登记的是 " + mail + "）"
}

func noAddress(id casefile.ID) *ask.Error {
	return &ask.Error{Code: ask.CodeNoAddress, Exit: ask.ExitRefused, Msg: string(id) + " 没有登记申请人的电子邮箱，不知道发给谁",
		Hint: "核对后写明收件地址；是申请人的，答复时一并登记\n--to、ysq answer " + string(id) + " --email 地址"}
}

// withRecipients adds to the refusal of a mail without an address where it might go.
func (p *Room) withRecipients(ctx context.Context, id casefile.ID, e *ask.Error) error {
	if e.Code != ask.CodeNoAddress {
		return e
	}
	all, failed := p.reader.Recipients(ctx, id)
	if failed != nil {
		return e
	}
	with := *e
	hint, do, _ := strings.Cut(e.Hint, "\n")
	with.Hint = hint + possible(all) + "\n" + do
	return &with
}

// possible names the addresses to which a mail might go.
func possible(all []ask.Recipient) string {
	var words []string
	for _, r := range all {
		words = append(words, fmt.Sprintf("%s（%s）", r.Mail, r.Source))
	}
	if words == nil {
		return ""
	}
	return "。可能的地址：" + strings.Join(words, "、")
}

// encloseLetter puts the letter that the mail names into it, with the words that go with it and what it
// announces as enclosed.
func (p *Room) encloseLetter(o *outgoing, c casefile.Case, history []casefile.Record) error {
	i := slices.IndexFunc(casefile.Letters(history), func(l casefile.CaseLetter) bool {
		return o.Document != "" && casefile.SameDocument(l.Document, o.Document)
	})
	if i < 0 {
		o.Document = casefile.DocumentNumber(o.Document)
		return nil // written elsewhere
	}
	l := casefile.Letters(history)[i]
	o.Document = l.Document
	o.party = l.Party
	switch {
	case l.Voided != "":
		return ask.Refused("letter-voided", "", "%s 已经作废：%s", l.Document, l.Voided)
	case l.Party != "" && strings.TrimSpace(o.To) == "":
		o.lacks = append(o.lacks, &ask.Error{Code: "no-party-address", Exit: ask.ExitRefused, Msg: fmt.Sprintf("%s 致 %s，不是给申请人的", l.Document, l.Party), Hint: "写明收件地址\n--to"})
	}
	if n := len(l.OnPaper); n > 0 {
		o.lacks = append(o.lacks, &ask.Error{Code: "annex-missing", Exit: ask.ExitRefused, Msg: fmt.Sprintf("%s 写有 %s，没有文件，不能用电子邮件送达", l.Document, strings.Join(l.OnPaper, "、")), Hint: "改为邮寄或当面送达；或作废后附上文件重新制发"})
	}
	o.enclose(l.File)
	for _, f := range l.Annexes {
		o.enclose(f)
	}
	o.letterWords(l.LetterIssued, c, p.Live().Agency.Name)
	return nil
}

// enclose adds a file, once; the letter stands before its annexes, and these before what else is enclosed.
func (o *outgoing) enclose(file casefile.File) {
	at := o.enclosed
	if i := slices.IndexFunc(o.Files, func(f casefile.File) bool { return f.Digest == file.Digest }); i >= 0 {
		o.Files = slices.Delete(slices.Clone(o.Files), i, i+1)
	}
	o.Files = slices.Insert(slices.Clone(o.Files), at, file)
	o.enclosed++
}

// letterWords are the subject and the text of a mail that brings a letter, unless the clerk wrote some.
func (o *outgoing) letterWords(l casefile.LetterIssued, c casefile.Case, office string) {
	o.Subject = cmp.Or(o.Subject, l.Letter.Label())
	if o.Text == "" {
		to := cmp.Or(l.Party, c.Applicant, "您好")
		annexes := ""
		if n := len(l.Annexes); n > 0 {
			annexes = fmt.Sprintf("及其附件（%d 个）", n)
		}
		o.Text = fmt.Sprintf("%s：\n\n现送达《%s》（%s）%s，请查收附件。案件编号 %s，就此事来信请直接回复本邮件。\n\n%s\n", to, l.Letter.Label(), l.Document, annexes, c.ID, office)
	}
}

// incoming lists the mails that came to a case, in their order. Those that a person attached are not
// among them: whose they are, nobody said.
func incoming(items []casefile.Item) (all []casefile.Letter) {
	for _, i := range items {
		if i.Sort == casefile.Incoming && i.Letter.From.Mail != "" && i.Record.Event.Kind() != casefile.KindAttached {
			all = append(all, i.Letter)
		}
	}
	return all
}
