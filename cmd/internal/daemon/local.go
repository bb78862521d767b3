package daemon

import (
	"context"
	"errors"
	"os"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
)

// Local answers a command inside its own process, when no daemon runs. Only the owner of the state
// directory and root may: root goes on as the owner, and is recorded as root.
func Local(o Options) (*ask.Client, error) {
	f, who, err := local(o)
	if err != nil {
		return nil, err
	}
	return ask.InProcess(f.door(nil), who, func() error {
		for _, p := range f.pollers {
			p.Close()
		}
		return f.close()
	}), nil
}

// PollOnce polls every account once, without a daemon.
func PollOnce(ctx context.Context, o Options) (res ask.PollResult, err error) {
	f, _, err := local(o)
	if err != nil {
		return res, err
	}
	defer func() {
		for _, p := range f.pollers {
			p.Close()
		}
		err = errors.Join(err, f.close())
	}()
	if _, err := mailbox.Recover(ctx, f.store, f); err != nil {
		return res, err
	}
	return f.Poll(ctx)
}

func local(o Options) (*office, ask.Actor, error) {
	owner, err := ownerOf(o.Config.Paths.State)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	if uid := uint32(os.Geteuid()); uid != 0 && uid != owner.uid {
		return nil, ask.Actor{}, &ask.Error{Code: "daemon-down", Exit: ask.ExitUnreachable,
			Msg: "守护进程没有运行，登记库只能由服务用户或 root 直接打开", Hint: "请管理员启动服务：systemctl start ysq"}
	}
	roles, err := rolesOf(o.Config)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	who, err := ask.Self(roles)
	if err != nil {
		return nil, ask.Actor{}, err
	}
	if err := owner.become(); err != nil {
		return nil, ask.Actor{}, err
	}
	f, err := openOffice(o)
	return f, who, err
}
