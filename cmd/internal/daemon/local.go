package daemon

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/keeping"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsource"
)

// Local answers a command inside its own process, when no daemon runs. Only the owner of the state
// directory and root may: root goes on as the owner, and is recorded as root.
func Local(o Options) (*ask.Client, error) {
	f, who, err := local(o)
	if err != nil {
		return nil, err
	}
	return ask.InProcess(f.Door(nil), who, func() error {
		for _, p := range f.Intake.Pollers {
			p.Close()
		}
		return f.Close()
	}), nil
}

// PollOnce polls every account once, without a daemon.
func PollOnce(ctx context.Context, o Options) (res ask.PollResult, err error) {
	f, _, err := local(o)
	if err != nil {
		return res, err
	}
	defer func() {
		for _, p := range f.Intake.Pollers {
			p.Close()
		}
		err = errors.Join(err, f.Close())
	}()
	if _, err := mailbox.Recover(ctx, f.Store, f.Intake); err != nil {
		return res, err
	}
	return f.Intake.Poll(ctx)
}

func local(o Options) (*office.Office, ask.Actor, error) {
	owner, err := desk.OwnerOf(o.Config.Paths.State)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	if uid := uint32(os.Geteuid()); uid != 0 && uid != owner.UID {
		return nil, ask.Actor{}, &ask.Error{Code: "daemon-down", Exit: ask.ExitUnreachable,
			Msg: "守护进程没有运行，登记库只能由服务用户或 root 直接打开", Hint: "请管理员启动服务：systemctl start ysq"}
	}
	roles, err := desk.RolesOf(o.Config)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	who, err := ask.Self(roles)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	if err := owner.Become(); err != nil {
		return nil, ask.Actor{}, err
	}
	f, err := o.open()
	return f, who, err
}

// Examine looks at everything that can be looked at without the register: for when it does not open.
func Examine(ctx context.Context, o Options) []ask.Diagnosis {
	return keeping.Examine(ctx, o.desk())
}

// TryLogin has one conversation with a mail server, before there is a configuration: what it showed,
// and whether a daemon could poll with it. Nothing in the mailbox is changed.
func TryLogin(ctx context.Context, m config.Mailbox, password, version string, now time.Time) (found []ask.Diagnosis, good bool) {
	var d desk.Diagnoses
	roots, err := m.RootCAs()
	var p mailbox.Probe
	if err == nil {
		p, err = imapsource.New(imapsource.Options{
			Host: m.Host, Port: m.Port, Security: imapsource.Security(m.TLS), User: m.User, Password: password, Roots: roots, Version: version,
		}, nil).Probe(ctx, mailbox.ProbeOptions{})
	}
	keeping.ServerDiagnoses(&d, m.User, p, err, now)
	return d, !slices.ContainsFunc(d, func(x ask.Diagnosis) bool { return x.State == ask.DiagnosisFail })
}
