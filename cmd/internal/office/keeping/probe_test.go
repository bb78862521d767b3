package keeping

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox"
)

// A conversation that fails is told by what the server said, and not only by the class of the failure.
func TestServerDiagnosesOfAFailure(t *testing.T) {
	for _, tt := range []struct {
		err        error
		text, does string
	}{
		{&mailbox.Error{Fault: mailbox.FaultAuth, Detail: mailbox.DetailLoginOff, Doing: "login"}, "邮件服务器不接受用户名和密码登录", "不是授权码写错"},
		{&mailbox.Error{Fault: mailbox.FaultUnreachable, Detail: mailbox.DetailOutage, Doing: "login"}, "邮件服务器暂时不可用", "不必改动配置"},
		{&mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: "list", Err: mailbox.ErrSlow}, "迟迟不答完", "时限"},
		{errors.New("no route"), "连接不上邮件服务器：no route", "请检查网络"},
	} {
		var d desk.Diagnoses
		ServerDiagnoses(&d, "公开办", mailbox.Probe{}, tt.err, time.Now())
		last := d[len(d)-1]
		if !strings.Contains(last.Text, tt.text) || !strings.Contains(last.Do, tt.does) {
			t.Errorf("%v: %q; %q", tt.err, last.Text, last.Do)
		}
	}
}

// What is said of folders is what the poller does with them.
func TestFolderDiagnoses(t *testing.T) {
	folder := func(name string, r mailbox.Role) mailbox.Folder { return mailbox.Folder{Name: name, Role: r} }
	var d desk.Diagnoses
	ServerDiagnoses(&d, "公开办", mailbox.Probe{LoggedIn: true, Capabilities: []string{"IMAP4rev1"}, Unpolled: []mailbox.Folder{folder("垃圾邮件", mailbox.RoleJunk)}, Folders: []mailbox.ProbedFolder{
		{Folder: folder("来信", mailbox.RoleInbox), Refused: "no such folder", Unlisted: true},
		{Folder: folder("INBOX", mailbox.RoleInbox), UIDValidity: 1, Exists: 1, Listed: 1, Oldest: time.Now()},
		{Folder: folder("草稿箱", mailbox.RoleInbox), UIDValidity: 1, Marked: `\Drafts`},
	}}, nil, time.Now())
	var all strings.Builder
	for _, x := range d {
		all.WriteString(x.Text + "→" + x.Do + "\n")
	}
	for _, want := range []string{
		`服务器把它标为 \Drafts；`, "照收件箱收取，其中的信会立案→不该收的，从配置的 folders 去掉",
		"没有 IDLE，定时收信", "服务器没有这个文件夹，打不开：no such folder", "改正配置的 folders", "垃圾邮件（垃圾邮件类）不收：配置的 folders 里没有它→要收的，加进 folders",
		`没有认出“已发送”的文件夹→确实没有的不必理会；名称特别的，请邮件管理员标上 \Sent`, "最近 30 天",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in\n%s", want, all.String())
		}
	}
	if strings.Contains(all.String(), "没有认出“垃圾邮件类”") {
		t.Errorf("a folder that is left out is known\n%s", all.String())
	}
}
