// Package daemon is the life of the office, as a value: New opens the register, Run polls its mailboxes and
// answers its clerks until the context ends.
//
// Here are sockets, pollers, schedules, systemd, reload and the ordered stop. What the office knows and does is package
// office's; the same office inside a command, when no daemon runs, is package offline's.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
)

// grace is how long requests in hand may take once the daemon is to stop. With the pollers'
// hanging up it keeps the whole stop below five seconds.
const grace = 3 * time.Second

// Daemon is an office that runs.
type Daemon struct {
	*office.Office
	options Options
	handler *ask.Door
}

// New opens the register. It fails when another process holds it (*ask.Error with ExitUnreachable)
// or when it is not fit to be used. A register of an earlier format is migrated. Run must be called.
func New(o Options) (*Daemon, error) {
	o.Migrate = true
	f, err := office.Open(o.Options)
	if err != nil {
		return nil, err
	}
	f.Started = f.Now()
	failed := func(err error) { f.Log.Error().Err(err).Msg("a request failed") }
	return &Daemon{f, o, f.Door(failed)}, nil
}

// Run takes what a crash left pending, then polls and answers until ctx ends, and stops in order:
// no new requests or mails, what is in hand finished, register closed. nil is an ordinary stop.
func (d *Daemon) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, d.Close()) }()
	var listener *net.UnixListener
	if !d.options.unbound {
		if listener, err = listen(d.Config); err != nil {
			return err
		}
		defer listener.Close() // closing it twice is harmless: Serve closes it in the ordinary case
	}
	d.Keeping.SayFindings()
	if err := d.Keeping.FinishErasures(); err != nil {
		d.Log.Error().Err(err).Msg("erased mails could not be removed; the next start tries again")
	}
	n, err := mailbox.Recover(ctx, d.Store, d.Intake)
	if err != nil { // as with a full disk: queries go on, and the pollers try again
		d.Log.Error().Err(err).Msg("the mails that an earlier run left pending cannot be recorded now")
	} else if n > 0 {
		d.Log.Warn().Int("mails", n).Msg("took mails that an earlier run had fetched and not recorded")
	}
	d.Log.Info().Str("version", d.Version).Str("state", d.Config.Paths.State).Str("socket", d.Config.Paths.Socket).Msg("ready")
	d.notify("READY=1")

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	context.AfterFunc(ctx, func() { d.End(context.Cause(ctx)) })
	var wg sync.WaitGroup
	if listener != nil {
		wg.Go(func() {
			if err := d.handler.Serve(ctx, listener, grace); err != nil {
				cancel(failure{fmt.Errorf("answering on the socket: %w", err)})
			}
		})
	}
	for _, p := range d.Intake.Pollers {
		wg.Go(func() {
			if err := p.Run(ctx); err != nil {
				cancel(failure{fmt.Errorf("polling: %w", err)})
			}
		})
	}
	for _, l := range []struct {
		doing string
		loop  func(context.Context)
	}{
		{"自查", d.watch}, {"重读配置", d.reloads}, {"核验登记库", d.prove}, {"编索引", d.Search.KeepIndex}, {"读附件", d.Reading.KeepReading},
		{"提醒", d.remind}, {"写年报", d.yearEnd}, {"发信", d.Delivery.KeepSending},
	} {
		wg.Go(func() { d.Loop(ctx, l.doing, l.loop) })
	}

	<-ctx.Done()
	d.notify("STOPPING=1")
	d.Log.Info().Str("cause", context.Cause(ctx).Error()).Msg("stopping")
	wg.Wait()
	d.Log.Info().Msg("stopped")
	if own, ok := errors.AsType[failure](context.Cause(ctx)); ok {
		return own.error
	}
	return nil
}

// removeStale removes the socket that a crash of ours left. Anything else at its path is somebody's.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a stale socket: %w", err)
	}
	st := info.Sys().(*syscall.Stat_t) // always, on Linux
	if info.Mode().Type() != fs.ModeSocket || int(st.Uid) != os.Geteuid() && st.Uid != 0 {
		return &ask.Error{Code: "socket-occupied", Exit: ask.ExitUsage, Msg: fmt.Sprintf("%s 已有别的东西（不是本服务留下的套接字），没有动它", path),
			Hint: "请核对配置中的 paths.socket；确是多余的，把它移走再启动"}
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("removing the stale socket: %w", err)
	}
	return nil
}

// failure is why the daemon stops by itself; any other cause is somebody's wish.
type failure struct{ error }

// listen binds the control socket. A socket file that nobody answers on was left by a crash: the
// register's lock, which we hold, says that its daemon is gone. One that answers belongs to another
// instance, whose configuration names the same path.
func listen(c config.Config) (*net.UnixListener, error) {
	path := c.Paths.Socket
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		conn.Close()
		return nil, &ask.Error{Code: "socket-busy", Msg: fmt.Sprintf("套接字 %s 正由另一个守护进程使用", path), Hint: "每个实例应有自己的 paths.socket", Exit: ask.ExitUnreachable}
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("creating the socket's directory: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listening on the control socket: %w", err)
	}
	// Connecting is what the mode permits; what a caller may do is decided by roles.
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if gid, err := c.Access.SocketGroup.GID(); err == nil {
		if err := os.Chown(path, -1, int(gid)); err != nil && os.Geteuid() == 0 {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}
