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
