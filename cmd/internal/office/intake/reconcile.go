package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// Providers hide over IMAP what is older than thirty days unless the account is set to 收取全部邮件
// (mailbox/PROVIDERS.md#netease-163-126). A day less, because it is not known at which hour they count.
const providerWindow = 29 * 24 * time.Hour

// severalGone is from how many mails on their vanishing looks like the window and not like tidying up.
const severalGone = 5

// Audits say whether every mail that the servers list is in the book.
type Audits struct {
	*desk.Desk
	room      *Room
	mails     *Mails
	opened    time.Time // by Now
	lastTaken time.Time // the last mail recorded before opened; zero: none
}

// NewAudits returns the audits of the room's accounts. It is to be called before a mail is taken in.
func NewAudits(n *Room, mails *Mails) (*Audits, error) {
	last, err := n.Reg.LastTaken()
	return &Audits{Desk: n.Desk, room: n, mails: mails, opened: n.Now(), lastTaken: last}, err
}

// Reconcile audits every account, side by side.
func (n *Audits) Reconcile(ctx context.Context, _ ask.Call, _ ask.None) (ask.Reconciliation, error) {
	errs := make([]error, len(n.room.Pollers))
	var wg sync.WaitGroup
	for i, p := range n.room.Pollers {
		wg.Go(func() { _, errs[i] = p.Audit(ctx) })
	}
	wg.Wait()
	res := ask.Reconciliation{Proved: true, Accounts: []ask.AccountAudit{}}
	for i, p := range n.room.Pollers {
		v := ask.AccountAudit{Account: p.Status().Account, Folders: []ask.FolderAudit{}}
		audit, _ := p.LastAudit()
		var err error
		if errs[i] == nil {
			v, err = n.auditView(audit)
		} else if e, ok := errors.AsType[*ask.Error](n.room.PollError(p.Status(), errs[i])); ok {
			v.Error, v.Hint = e.Msg, e.Hint
		} else {
			v.Error = errs[i].Error()
		}
		if err != nil {
			return res, err
		}
		res.Proved = res.Proved && v.Error == "" && audit.Proved()
		res.Accounts = append(res.Accounts, v)
	}
	return res, nil
}

func (n *Audits) auditView(a mailbox.Audit) (v ask.AccountAudit, err error) {
	v = ask.AccountAudit{Account: a.Account, At: ask.Instant(officeTime(n.Desk, a.At)), Folders: []ask.FolderAudit{}}
	err = n.View(func(tx *desk.View) error {
		for _, folder := range a.Folders {
			one, err := n.folderView(tx, a, folder)
			if err != nil {
				return err
			}
			v.Folders = append(v.Folders, one)
		}
		v.Gap, err = n.gap(tx, a)
		return err
	})
	return v, err
}

// officeTime translates an instant of the machine into the office's time; only in the demo and in
// tests are they not the same.
func officeTime(d *desk.Desk, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return d.Now().Add(-time.Since(t))
}

func (n *Audits) folderView(tx *desk.View, a mailbox.Audit, folder mailbox.FolderAudit) (ask.FolderAudit, error) {
	v := ask.FolderAudit{
		Folder: ask.Handle(folder.Name), Role: string(folder.Role), UIDValidity: folder.UIDValidity, Listed: folder.Listed,
		Missing: []ask.MissingMail{}, Quarantined: []ask.MailView{}, Gone: len(folder.Gone), Refused: folder.Refused,
	}
	for _, m := range folder.Missing {
		v.Missing = append(v.Missing, ask.MissingMail{UID: m.UID, Since: *ask.Instant(officeTime(n.Desk, m.Since)), Other: m.Other})
	}
	for _, uid := range folder.Quarantined {
		e, err := tx.Booked(a.Account, folder.Name, folder.UIDValidity, uid)
		if err != nil {
			return v, err
		}
		m, err := n.mails.MailView(tx, e)
		if err != nil {
			return v, err
		}
		v.Quarantined = append(v.Quarantined, m)
	}
	if len(folder.Gone) == 0 {
		return v, nil
	}
	arrivalOfUID := func(uid uint32) (time.Time, error) {
		e, err := tx.Booked(a.Account, folder.Name, folder.UIDValidity, uid)
		return e.ArrivedAt, err
	}
	first, err := arrivalOfUID(folder.Gone[0])
	if err != nil {
		return v, err
	}
	last, err := arrivalOfUID(folder.Gone[len(folder.Gone)-1])
	v.GoneFrom, v.GoneTo = ask.Instant(first), ask.Instant(last)
	// Under the window the oldest go, all of them, and only when they are a month old.
	oldest := folder.Listed == 0 || folder.Gone[len(folder.Gone)-1] < folder.Lowest
	v.Window = len(folder.Gone) >= severalGone && oldest && !last.IsZero() && officeTime(n.Desk, a.At).Sub(last) >= providerWindow
	return v, err
}

// gap tells whether mails may have come and been hidden again while nobody polled. They cannot when
// the inbox still shows a mail from before: a window hides by age.
func (n *Audits) gap(tx *desk.View, a mailbox.Audit) (*ask.Gap, error) {
	if n.lastTaken.IsZero() || n.opened.Sub(n.lastTaken) < providerWindow {
		return nil, nil
	}
	for _, folder := range a.Folders {
		if folder.Role != mailbox.RoleInbox || folder.Lowest == 0 {
			continue
		}
		e, err := tx.Booked(a.Account, folder.Name, folder.UIDValidity, folder.Lowest)
		switch {
		case errors.Is(err, register.ErrNotFound): // owed: it is reported as missing
		case err != nil:
			return nil, err
		case !e.ArrivedAt.IsZero() && !e.ArrivedAt.After(n.lastTaken):
			return nil, nil
		}
	}
	return &ask.Gap{From: *ask.Instant(n.lastTaken), To: *ask.Instant(n.opened)}, nil
}

// Troubles is what the last audits say that somebody has to see to.
func (n *Audits) Troubles() (all desk.Troubles) {
	for _, p := range n.room.Pollers {
		for _, f := range p.Status().Folders {
			if f.Refused != "" && f.Role != mailbox.RoleInbox && !strings.Contains(f.Refused, "UIDVALIDITY") { // the inbox is the error of the poll
				all.Add("folder", "邮箱 %s 的文件夹 %s 打不开，其中的信收不进来；请登录网页邮箱核对\nysq doctor", p.Status().Account, f.Name)
			}
			if f.Off != 0 {
				all.Add("exists", "邮箱 %s 的文件夹 %s 报有 %d 封邮件，却只列出 %d 封：列不出的收不进来，请登录网页邮箱核对，或请邮箱管理员检查服务器", p.Status().Account, f.Name, f.Exists, int(f.Exists)-f.Off)
			}
		}
		a, ok := p.LastAudit()
		if !ok {
			continue
		}
		v, err := n.auditView(a)
		if err != nil {
			all.Add("reconcile", "对账结果读不出：%v", err)
			return all
		}
		if missing := missingIn(v); missing > 0 {
			all.Add("reconcile", "邮箱 %s 有 %d 封邮件没有收进登记簿\nysq reconcile", a.Account, missing)
		}
		for _, folder := range v.Folders {
			if strings.Contains(folder.Refused, "UIDVALIDITY") {
				all.Add("unsteady", "邮箱 %s 的文件夹 %s 每次打开都换 UIDVALIDITY，新邮件每小时才收一次：请在 [[mailbox]] 中写 open = \"select\"，重启服务", a.Account, folder.Folder)
			}
		}
		if v.Gap != nil {
			all.Add("gap", "%s", gapText(a.Account, *v.Gap))
		}
	}
	return all
}

func missingIn(v ask.AccountAudit) (n int) {
	for _, folder := range v.Folders {
		n += len(folder.Missing)
	}
	return n
}

func gapText(account string, g ask.Gap) string {
	return fmt.Sprintf("邮箱 %s 自 %s 至 %s 没有收过信，邮箱里也不见此前的邮件；如网页邮箱只收取最近30天邮件，其间的来信可能看不到：请改为“收取全部邮件”，并登录网页邮箱核对",
		account, civil.Of(g.From), civil.Of(g.To))
}
