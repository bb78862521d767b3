package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsource"
)

// Probe implements mailbox.Prober.
func (a *account) Probe(ctx context.Context, o mailbox.ProbeOptions) (mailbox.Probe, error) {
	options, err := a.options()
	if err != nil {
		return mailbox.Probe{}, err
	}
	return imapsource.New(options, a.store).Probe(ctx, o)
}

// TryLogin has one conversation with a mail server, before there is a configuration: what it showed,
// and whether a daemon could poll with it. Nothing in the mailbox is changed.
func TryLogin(ctx context.Context, m config.Mailbox, password, version string, now time.Time) (found []ask.Diagnosis, good bool) {
	var d diagnoses
	roots, err := m.RootCAs()
	var p mailbox.Probe
	if err == nil {
		p, err = imapsource.New(imapsource.Options{
			Host: m.Host, Port: m.Port, Security: imapsource.Security(m.TLS), User: m.User, Password: password, Roots: roots, Version: version,
		}, nil).Probe(ctx, mailbox.ProbeOptions{})
	}
	serverDiagnoses(&d, m.User, p, err, now)
	return d, !slices.ContainsFunc(d, func(x ask.Diagnosis) bool { return x.State == ask.DiagnosisFail })
}

// certificateSoon is how long before a certificate ends somebody is told: providers renew theirs
// later than that, but an office's own server may have nobody who does.
const certificateSoon = 14 * 24 * time.Hour

// serverDiagnoses say what one conversation with the server showed.
func serverDiagnoses(d *diagnoses, name string, p mailbox.Probe, err error, now time.Time) {
	at := func(what string) string { return what + " " + name }
	if left := time.Until(p.CertificateEnds); p.CertificateEnds.IsZero() {
		if p.LoggedIn {
			d.warn("tls", at("TLS 证书"), "仅限本机的邮件服务器可以如此", "连接没有加密")
		}
	} else if left < certificateSoon {
		d.warn("tls", at("TLS 证书"), "请告知邮件服务器的管理员", "%s 到期", civil.Of(p.CertificateEnds))
	} else {
		d.ok("tls", at("TLS 证书"), "有效至 %s", civil.Of(p.CertificateEnds))
	}
	if err != nil {
		fault, said := mailbox.FaultUnreachable, err.Error()
		if e, ok := errors.AsType[*mailbox.Error](err); ok {
			fault = e.Fault
		}
		if p.LoggedIn {
			d.ok("login", at("登录"), "成功")
		}
		d.fail("login", at("邮箱"), fault.Hint(), "%s：%s", fault.Label(), said)
		return
	}
	d.ok("login", at("登录"), "成功")
	if p.Named {
		d.ok("id", at("ID"), "服务器接受")
	} else {
		d.ok("id", at("ID"), "服务器不认识，不影响收信")
	}
	d.ok("capabilities", at("能力"), "%s", strings.Join(p.Capabilities, " "))
	folderDiagnoses(d, at, p)
	windowDiagnosis(d, at, p, now)
}

func folderDiagnoses(d *diagnoses, at func(string) string, p mailbox.Probe) {
	var names []string
	roles := map[mailbox.Role]string{mailbox.RoleInbox: "收件箱", mailbox.RoleJunk: "垃圾邮件类", mailbox.RoleSent: "已发送"}
	for _, f := range p.Folders {
		names = append(names, fmt.Sprintf("%s（%s）", f.Name, roles[f.Role]))
		if f.Refused != "" {
			d.fail("folder", at("文件夹 "+f.Name), "请在网页邮箱中确认它可以打开", "打不开：%s", f.Refused)
		} else if f.UIDValidity == 0 {
			d.warn("uidvalidity", at("UIDVALIDITY "+f.Name), "不影响收信：邮件另按内容辨认", "服务器没有给出")
		} else {
			next := "没有 UIDNEXT（网易即如此，不影响收信）"
			if f.UIDNext > 0 {
				next = "UIDNEXT " + strconv.FormatUint(f.UIDNext, 10)
			}
			d.ok("uidvalidity", at("UIDVALIDITY "+f.Name), "%d，%s，%d 封", f.UIDValidity, next, f.Exists)
		}
	}
	d.ok("folders", at("收信的文件夹"), "%s", strings.Join(names, "、"))
	for _, role := range []mailbox.Role{mailbox.RoleJunk, mailbox.RoleSent} {
		if !slices.ContainsFunc(p.Folders, func(f mailbox.ProbedFolder) bool { return f.Role == role }) {
			d.warn("folders", at("文件夹"), "名称特别的，在配置的 folders 中写明", "没有认出“%s”的文件夹", roles[role])
		}
	}
}

// windowDiagnosis tells whether the server may hide old mail. It cannot be asked; it shows only by what is
// there.
func windowDiagnosis(d *diagnoses, at func(string) string, p mailbox.Probe, now time.Time) {
	if len(p.Folders) == 0 || p.Folders[0].Refused != "" {
		return
	}
	inbox := p.Folders[0]
	if inbox.Listed < inbox.Exists {
		d.warn("listing", at("邮件列表"), "收信时会换一种方式再列，不会漏", "服务器说有 %d 封，只列出 %d 封", inbox.Exists, inbox.Listed)
	}
	switch {
	case inbox.Oldest.IsZero():
		d.ok("window", at("收取范围"), "收件箱是空的，无法判断；请在网页邮箱确认是“收取全部邮件”")
	case now.Sub(inbox.Oldest) > 31*24*time.Hour:
		d.ok("window", at("收取范围"), "可见 %s 起的邮件，不限于最近 30 天", civil.Of(inbox.Oldest))
	default:
		d.warn("window", at("收取范围"), "请登录网页邮箱，确认“设置 → POP3/SMTP/IMAP → 收取选项”是“收取全部邮件”；新邮箱本来没有旧信的不必理会",
			"最早的邮件是 %s 的，可能只收取最近 30 天的邮件", civil.Of(inbox.Oldest))
	}
}

// Live converses with every account, one after the other.
func (f *office) Live(ctx context.Context, _ ask.Call, q ask.LiveRequest) ([]ask.Transcript, error) {
	wait := q.Wait
	if wait < 0 || wait > time.Hour {
		return nil, ask.Usage("%v 不是 1 小时以内的时长", wait)
	}
	var accounts []*account
	for i, m := range f.Config.Mailboxes {
		if s := f.pollers[i].Status(); patient(s) {
			return nil, pollError(s, errors.New("过早重试会使账号被封"))
		}
		accounts = append(accounts, newAccount(m, f.Version, f.store, f.dial))
	}
	return converse(ctx, accounts, wait), nil
}

func converse(ctx context.Context, accounts []*account, wait time.Duration) []ask.Transcript {
	all := []ask.Transcript{}
	for i, a := range accounts {
		p, err := a.Probe(ctx, mailbox.ProbeOptions{Live: true, Wait: wait})
		t := ask.Transcript{Account: strconv.Itoa(i + 1), Lines: []ask.Public{}, Answers: []ask.Learned{}}
		for _, line := range p.Lines {
			t.Lines = append(t.Lines, ask.Public(line))
		}
		if !p.CertificateEnds.IsZero() {
			t.Answers = append(t.Answers, ask.Learned{Question: "TLS 证书有效至", Answer: civil.Of(p.CertificateEnds).String()})
		}
		for _, x := range p.Answers {
			t.Answers = append(t.Answers, ask.Learned{Question: x.Question, Answer: x.Answer})
		}
		if e, ok := errors.AsType[*mailbox.Error](err); ok {
			t.Error = e.Fault.Label()
			if e.Said != "" {
				t.Error += "（服务器说：" + e.Said + "）"
			}
		} else if err != nil {
			t.Error = err.Error()
		}
		all = append(all, t)
	}
	return all
}
