package wire

import (
	"errors"
	"fmt"
	"net"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// peerOf asks the kernel who is at the other end of a socket. The groups come from there, too, because a
// static binary cannot ask LDAP or SSSD for them.
func peerOf(c *net.UnixConn) (Peer, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return Peer{}, err
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
		return Peer{}, fmt.Errorf("asking who is at the other end: %w", err)
	}
	return Peer{Name: loginName(cred.Uid), UID: cred.Uid, Groups: append(groups, cred.Gid)}, nil
}

// Self says who runs this process.
func Self() (Peer, error) {
	gids, err := unix.Getgroups()
	if err != nil {
		return Peer{}, err
	}
	groups := []uint32{uint32(unix.Getegid())}
	for _, g := range gids {
		groups = append(groups, uint32(g))
	}
	uid := uint32(unix.Geteuid())
	return Peer{Name: loginName(uid), UID: uid, Groups: groups}, nil
}

func loginName(uid uint32) string {
	if u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid %d", uid)
}
