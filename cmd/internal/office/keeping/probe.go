package keeping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/mailbox"
)

// ownCertificateSoon is what mailbox.CertificateSoon is, for the office's own, which nobody renews but the office, with an order from its authority first.
const ownCertificateSoon = 30 * 24 * time.Hour

// renewOwn is how the certificate of the web service is changed.
const renewOwn = "换好 /etc/ysq 下的 web-cert.pem 和 web-key.pem，再 systemctl restart ysq-web（实例为 ysq-web@名称）"

// webCertificate says how it stands with the certificate of the web service; the state is "" where that does not run.
func (k *Room) webCertificate() (state, text string) {
	ends := k.People.CertificateEnds()
	switch left := time.Until(ends); {
	case ends.IsZero():
		return "", ""
	case left <= 0:
		return ask.DiagnosisFail, fmt.Sprintf("网页服务的证书已于 %s 到期，浏览器不再信任", civil.Of(ends))
	case left < ownCertificateSoon:
		return ask.DiagnosisWarn, fmt.Sprintf("网页服务的证书 %s 到期，还有 %d 天", civil.Of(ends), left/(24*time.Hour))
	default:
		return ask.DiagnosisOK, fmt.Sprintf("有效至 %s", civil.Of(ends))
	}
}

// ServerDiagnoses say what one conversation with the server showed.
func ServerDiagnoses(d *desk.Diagnoses, name string, p mailbox.Probe, err error, now time.Time) {
	at := func(what string) string { return what + " " + name }
	if left := time.Until(p.CertificateEnds); p.CertificateEnds.IsZero() {
		if p.LoggedIn {
			d.Warn("tls", at("TLS 证书"), "仅限本机的邮件服务器可以如此", "连接没有加密")
		}
	} else if left < mailbox.CertificateSoon {
		d.Warn("tls", at("TLS 证书"), "请告知邮件服务器的管理员", "%s 到期", civil.Of(p.CertificateEnds))
	} else {
		d.OK("tls", at("TLS 证书"), "有效至 %s", civil.Of(p.CertificateEnds))
	}
	if err != nil {
		fault := mailbox.AsError(err)
		if p.LoggedIn {
			d.OK("login", at("登录"), "成功")
		}
		d.Fail("login", at("邮箱"), casefile.WithCommands(fault.Hint(), fault.Do()), "%s：%v", fault.Label(), err)
		return
	}
	d.OK("login", at("登录"), "成功")
	if p.Named {
		d.OK("id", at("ID"), "服务器接受")
	} else {
		d.OK("id", at("ID"), "服务器不认识，不影响收信")
	}
	idle := "没有 IDLE，定时收信，不影响收全"
	if slices.Contains(p.Capabilities, "IDLE") {
		idle = "有 IDLE，新邮件随到随收"
	}
	d.OK("capabilities", at("能力"), "%s（%s）", strings.Join(p.Capabilities, " "), idle)
	folderDiagnoses(d, at, p)
	windowDiagnosis(d, at, p, now)
}

func folderDiagnoses(d *desk.Diagnoses, at func(string) string, p mailbox.Probe) {
	var names []string
	roles := map[mailbox.Role]string{mailbox.RoleInbox: "收件箱", mailbox.RoleJunk: "垃圾邮件类", mailbox.RoleSent: "已发送"}
	for _, f := range p.Folders {
		names = append(names, fmt.Sprintf("%s（%s）", f.Name, roles[f.Role]))
		if f.Marked != "" {
			d.Warn("folder", at("文件夹 "+f.Name), "不该收的，从配置的 folders 去掉，再 systemctl reload ysq；确要收的不必理会",
				"服务器把它标为 %s；写在 folders 里的，除已发送和垃圾邮件外都照收件箱收取，其中的信会立案", f.Marked)
		}
		if f.Refused != "" {
			why, do := "打不开", "请在网页邮箱中确认它可以打开"
			if f.Unlisted {
				why, do = "服务器没有这个文件夹，打不开", "改正配置的 folders，再 systemctl reload ysq"
			}
			d.Fail("folder", at("文件夹 "+f.Name), do, "%s：%s；其中的信收不进来，其他文件夹照常收取", why, f.Refused)
		} else if f.Unlisted {
			d.Warn("folder", at("文件夹 "+f.Name), "请核对配置的 folders", "能打开，而服务器的列表里没有它：照收件箱收取")
		} else if f.Unsteady {
			d.Warn("uidvalidity", at("UIDVALIDITY "+f.Name), "在 [[mailbox]] 中写 open = \"select\"，再 systemctl restart ysq；只会去掉邮件的 \\Recent 标记", "每次打开都换，无法按 UID 核对")
		} else if f.UIDValidity == 0 {
			d.Warn("uidvalidity", at("UIDVALIDITY "+f.Name), "不影响收信：邮件另按内容辨认", "服务器没有给出")
		} else {
			next := "没有 UIDNEXT（网易即如此，不影响收信）"
			if f.UIDNext > 0 {
				next = "UIDNEXT " + strconv.FormatUint(f.UIDNext, 10)
			}
			d.OK("uidvalidity", at("UIDVALIDITY "+f.Name), "%d，%s，%d 封", f.UIDValidity, next, f.Exists)
		}
	}
	d.OK("folders", at("收信的文件夹"), "%s", strings.Join(names, "、"))
	for _, f := range p.Unpolled {
		d.Warn("folders", at("文件夹"), "要收的，加进 folders，再 systemctl reload ysq", "%s（%s）不收：配置的 folders 里没有它", f.Name, roles[f.Role])
	}
	// Only the list of the server makes a folder one of junk or of sent mail (mailbox.Chosen).
	for _, missing := range []struct {
		role mailbox.Role
		do   string
	}{
		{mailbox.RoleJunk, "确实没有的不必理会；名称特别的，请邮件管理员标上 \\Junk（RFC 6154），或时常在网页邮箱里看一看"},
		{mailbox.RoleSent, "确实没有的不必理会；名称特别的，请邮件管理员标上 \\Sent（RFC 6154），在此之前从网页邮箱发出的信要手工记录"},
	} {
		ofRole := func(f mailbox.Folder) bool { return f.Role == missing.role }
		if !slices.ContainsFunc(p.Folders, func(f mailbox.ProbedFolder) bool { return ofRole(f.Folder) }) && !slices.ContainsFunc(p.Unpolled, ofRole) {
			d.Warn("folders", at("文件夹"), missing.do, "没有认出“%s”的文件夹", roles[missing.role])
		}
	}
}

// windowDiagnosis tells whether the server may hide old mail. It cannot be asked; it shows only by what is
// there.
func windowDiagnosis(d *desk.Diagnoses, at func(string) string, p mailbox.Probe, now time.Time) {
	i := slices.IndexFunc(p.Folders, func(f mailbox.ProbedFolder) bool { return f.Role == mailbox.RoleInbox && f.Refused == "" })
	if i < 0 {
		return
	}
	inbox := p.Folders[i]
	if inbox.Listed < inbox.Exists {
		d.Warn("listing", at("邮件列表"), "收信时会换一种方式再列，不会漏", "服务器说有 %d 封，只列出 %d 封", inbox.Exists, inbox.Listed)
	}
	switch {
	case inbox.Oldest.IsZero():
		d.OK("window", at("收取范围"), "收件箱是空的，无法判断；请在网页邮箱确认是“收取全部邮件”")
	case now.Sub(inbox.Oldest) > 31*24*time.Hour:
		d.OK("window", at("收取范围"), "可见 %s 起的邮件，不限于最近 30 天", civil.Of(inbox.Oldest))
	default:
		d.Warn("window", at("收取范围"), "请登录网页邮箱，确认“设置 → POP3/SMTP/IMAP → 收取选项”是“收取全部邮件”；新邮箱本来没有旧信的不必理会",
			"最早的邮件是 %s 的，可能只收取最近 30 天的邮件", civil.Of(inbox.Oldest))
	}
}

// Converse converses with every account, one after the other.
func (k *Room) Converse(ctx context.Context, _ ask.Call, q ask.LiveRequest) ([]ask.Transcript, error) {
	wait := q.Wait
	if wait < 0 || wait > time.Hour {
		return nil, ask.Usage("%v 不是 1 小时以内的时长", wait)
	}
	var accounts []*intake.Account
	for i, m := range k.Config.Mailboxes {
		if s := k.Intake.Pollers[i].Status(); patient(s) {
			return nil, k.Intake.PollError(s, errors.New("过早重试会使账号被封"))
		}
		accounts = append(accounts, intake.NewAccount(m, k.Version, k.Store, k.Dial))
	}
	return converse(ctx, accounts, wait, k.One), nil
}

func converse(ctx context.Context, accounts []*intake.Account, wait time.Duration, one panics.One[casefile.Digest]) []ask.Transcript {
	all := []ask.Transcript{}
	for i, a := range accounts {
		var p mailbox.Probe
		err := one(casefile.Digest{}, "自检邮箱 "+a.Config.Name, func() (err error) {
			p, err = a.Probe(ctx, mailbox.ProbeOptions{Live: true, Wait: wait})
			return err
		})
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
			t.Error = e.Label()
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
