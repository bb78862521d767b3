package ask

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/user"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Roles maps groups to roles. The zero value gives nobody a role but those of RoleOf's own rule.
type Roles struct {
	Viewer, Operator, Approver []uint32 // gids
	// Owner is the uid under which the daemon runs. It and root may operate: whoever is one of them
	// can read the files anyway, and is at least recorded here. Neither is an approver by that.
	Owner uint32
}

// RoleOf returns the highest role of a uid and its groups.
func (r Roles) RoleOf(uid uint32, gids []uint32) Role {
	role := NoRole
	if uid == 0 || uid == r.Owner {
		role = Operator
	}
	for _, gid := range gids {
		for _, m := range []struct {
			gids []uint32
			role Role
		}{{r.Viewer, Viewer}, {r.Operator, Operator}, {r.Approver, Approver}} {
			for _, g := range m.gids {
				if g == gid {
					role = max(role, m.role)
				}
			}
		}
	}
	return role
}

// Peer says who is at the other end of a unix socket. The groups come from the kernel, because a
// static binary cannot ask LDAP or SSSD for them.
func (r Roles) Peer(c *net.UnixConn) (Actor, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return Actor{}, err
	}
	var cred *unix.Ucred
	var groups []uint32
	var sockErr error
	err = raw.Control(func(fd uintptr) {
		if cred, sockErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); sockErr == nil {
			groups, sockErr = peerGroups(int(fd))
		}
	})
	if err := errors.Join(err, sockErr); err != nil {
		return Actor{}, fmt.Errorf("asking who is at the other end: %w", err)
	}
	return Actor{Name: loginName(cred.Uid), UID: cred.Uid, Role: r.RoleOf(cred.Uid, append(groups, cred.Gid))}, nil
}

func loginName(uid uint32) string {
	if u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", uid)
}

// Serve answers on a unix listener until ctx ends, then lets requests finish for up to grace. roles is
// asked for each connection.
func (h *Handler) Serve(ctx context.Context, l *net.UnixListener, roles func() Roles, grace time.Duration) error {
	return h.serve(ctx, l, grace, func(ctx context.Context, c net.Conn) context.Context {
		who, err := roles().Peer(c.(*net.UnixConn))
		if err != nil {
			h.failed(err) // without a role every request is denied
		}
		return WithActor(ctx, who)
	})
}

func (h *Handler) serve(ctx context.Context, l net.Listener, grace time.Duration, mark func(context.Context, net.Conn) context.Context) error {
	s := &http.Server{Handler: h, ConnContext: mark, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := s.Shutdown(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close() // those still asking see the connection end
		}
		stopped <- err
	})
	err := s.Serve(l)
	if stop() { // ctx has not ended: Serve failed by itself
		return err
	}
	return <-stopped
}

// InProcess returns a client that the Handler answers within this process, over in-memory
// connections, as the actor. release runs when the client is closed and all is answered.
func (h *Handler) InProcess(who Actor, release func() error) *Client {
	ctx, cancel := context.WithCancel(context.Background())
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- h.serve(ctx, l, time.Second, func(ctx context.Context, _ net.Conn) context.Context {
			return WithActor(ctx, who)
		})
	}()
	return newClient(l.dial, func() error {
		cancel()
		return errors.Join(<-ended, release())
	})
}

// Self says who runs this process, with the role that it has by roles.
func Self(roles Roles) (Actor, error) {
	gids, err := unix.Getgroups()
	if err != nil {
		return Actor{}, err
	}
	uid := uint32(unix.Geteuid())
	groups := []uint32{uint32(unix.Getegid())}
	for _, g := range gids {
		groups = append(groups, uint32(g))
	}
	return Actor{Name: loginName(uid), UID: uid, Role: roles.RoleOf(uid, groups)}, nil
}

// pipeListener accepts the in-memory connections that dial makes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Net: "pipe"} }
