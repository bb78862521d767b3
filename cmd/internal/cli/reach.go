package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats/render/grid"
)

// ask makes a command's RunE of what it does with a client.
func (a *app) ask(run func(ctx context.Context, c *ask.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		c, err := a.open(cmd)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.Close()) }()
		for _, s := range a.understood {
			fmt.Fprintln(a.errOut, grid.Clean(s))
		}
		a.understood = nil
		c = c.Seen(a.seen)
		if a.dryRun {
			c = c.Dry(true)
			if !a.json {
				fmt.Fprintln(a.out, "试算，什么都不记录：")
			}
		}
		return run(cmd.Context(), c, args)
	}
}

// open returns a client of the daemon or, where none listens, of the same Handler in this process.
func (a *app) open(cmd *cobra.Command) (*ask.Client, error) {
	socket, err := a.socketPath()
	if err != nil {
		return nil, err
	}
	if c, err := reach(cmd.Context(), socket); c != nil || err != nil {
		return c, err
	}
	cfg, err := a.loadConfig()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		hint := "由管理员启动服务（systemctl start ysq）；套接字在别处的，用 --socket 或 --config 指明"
		if errors.Is(err, fs.ErrNotExist) {
			hint = "由管理员启动服务（systemctl start ysq），新装的先运行 ysq init；套接字在别处的，用 --socket 或 --config 指明"
		}
		return nil, &ask.Error{Code: "unreachable", Exit: ask.ExitUnreachable,
			Msg: fmt.Sprintf("守护进程没有运行：%s 无人应答", socket), Hint: hint}
	}
	if err != nil {
		return nil, err
	}
	a.orderly(cmd)
	c, rescue, err := offline.Open(a.officeOptions(cmd, cfg, zerolog.Nop()))
	if rescue != nil && err == nil {
		a.sayRescue(rescue)
	}
	if held, ok := errors.AsType[*ask.Error](err); ok && held.Code == "held" {
		return started(cmd.Context(), socket, held)
	}
	return c, err
}

// sayRescue says that what follows was read from a register that cannot be written, and how far it goes.
func (a *app) sayRescue(r *offline.Rescue) {
	why, _, _ := strings.Cut(forPeople(r.Cause).Msg, "（")
	if r.Unread > 0 {
		why += fmt.Sprintf("；流水里另有 %d 条还没有进库（修好后 ysq rebuild）", r.Unread)
	}
	fmt.Fprintf(a.errOut, "注意：守护进程没有运行，登记库写不进，只能读：读到第 %d 条记录为止，什么都不能记录。%s\n", r.Records, grid.Clean(why))
}

// startsWithin is how long a daemon that has the register may take until it listens.
const startsWithin = 5 * time.Second

// started waits for a daemon that holds the register and does not listen yet: it is just starting.
func started(ctx context.Context, socket string, held *ask.Error) (*ask.Client, error) {
	for waited := time.Duration(0); waited < startsWithin; waited += 50 * time.Millisecond {
		if c, err := reach(ctx, socket); c != nil || err != nil {
			return c, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return nil, &ask.Error{Code: held.Code, Msg: held.Msg, Exit: held.Exit, Do: "systemctl restart ysq",
		Hint: "那是服务而命令连不上它的，多半是它的套接字（配置中的 paths.socket）被移走或换掉了：请重启服务"}
}

// reach returns a client of the daemon that answers on the socket, which goes on asking over the connection that was
// answered; nil where nobody listens. The error is that of somebody who may not know.
func reach(ctx context.Context, socket string) (*ask.Client, error) {
	c := ask.Dial(socket)
	if err := c.Alive(ctx, answersWithin); err != nil {
		c.Close()
		return nil, unanswered(socket, err)
	}
	return c, nil
}

// answersWithin is how long a daemon may take to say that it is there, on the busiest of machines.
const answersWithin = 10 * time.Second

// unanswered is nil where nobody listens: the socket is not there, or was left behind by a daemon
// that was killed.
func unanswered(socket string, err error) error {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, fs.ErrPermission):
		group := groupOf(socket)
		return &ask.Error{Code: "socket-denied", Exit: ask.ExitUnreachable,
			Msg:  fmt.Sprintf("您没有权限连接守护进程（%s）", socket),
			Hint: "请联系管理员把您的账号加入 " + group + " 组（usermod -aG " + group + " 用户名），然后重新登录"}
	}
	return err
}

// groupOf is the group whose members may connect, which differs from office to office.
func groupOf(socket string) string {
	info, err := os.Stat(socket)
	if err != nil {
		return config.DefaultGroup // nobody may look there
	}
	gid := strconv.FormatUint(uint64(info.Sys().(*syscall.Stat_t).Gid), 10) // always, on Linux
	if g, err := user.LookupGroupId(gid); err == nil {
		return g.Name
	}
	return gid
}

// socketPath is the flag, the environment, what the configuration says, or the default. A clerk
// cannot read the configuration and need not: the default is where the packages put the socket.
func (a *app) socketPath() (string, error) {
	if s := cmp.Or(a.socket, a.getenv("YSQ_SOCKET")); s != "" {
		return s, nil
	}
	cfg, err := a.loadConfig()
	path, expressly := a.configPath()
	switch {
	case err == nil:
		return cfg.Paths.Socket, nil
	case !expressly && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)):
		return config.DefaultSocket, nil
	}
	socket := cfg.Paths.Socket // of a file that was broken while the daemon runs, which goes on with what it has read
	if socket == "" && !expressly {
		socket = config.DefaultSocket
	}
	conn, e := net.Dial("unix", socket)
	if e != nil {
		return "", err
	}
	conn.Close()
	fmt.Fprintf(a.errOut, "注意：%s 有误，守护进程仍按原来的运行（ysq config check）\n", grid.Clean(path))
	return socket, nil
}

// configPath returns the configuration's place and whether somebody named it.
func (a *app) configPath() (path string, expressly bool) {
	if f := cmp.Or(a.configFile, a.getenv("YSQ_CONFIG")); f != "" {
		return f, true
	}
	return config.DefaultFile, false
}

func (a *app) loadConfig() (config.Config, error) {
	path, _ := a.configPath()
	cfg, err := config.Load(path)
	if err == nil {
		a.width = cfg.Terminal.AmbiguousWidth
	}
	return cfg, err
}

func (a *app) officeOptions(cmd *cobra.Command, cfg config.Config, log zerolog.Logger) (o offline.Options) {
	o.Config, o.Log, o.Version, o.Now, o.Command, o.Worker = cfg, log, a.version, a.now, cmd.CommandPath(), true
	return o
}
