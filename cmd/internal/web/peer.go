package web

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// ownPeers is a listener on loopback that accepts connections of one uid only. Anybody with an account can connect to
// loopback; whose socket it is, the kernel knows.
type ownPeers struct {
	net.Listener
	uid     uint32
	uidOf   func(ours, theirs netip.AddrPort) (uint32, error)
	refused func(error)
}

func (l ownPeers) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		uid, err := l.peer(c)
		if err == nil && uid == l.uid {
			return c, nil
		}
		if err == nil {
			err = fmt.Errorf("a browser of uid %d was refused: this desk is that of uid %d", uid, l.uid)
		}
		l.refused(err)
		c.Close()
	}
}

func (l ownPeers) peer(c net.Conn) (uint32, error) {
	ours, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return 0, err
	}
	theirs, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return 0, err
	}
	return l.uidOf(ours, theirs)
}

// tcpTable is where the kernel lists the IPv4 sockets of this machine: proc(5), /proc/net/tcp.
const tcpTable = "/proc/net/tcp"

// uidOfSocket returns whose socket is at the other end of a connection between two loopback addresses.
func uidOfSocket(ours, theirs netip.AddrPort) (uint32, error) {
	f, err := os.Open(tcpTable)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	want := [2]string{procAddr(theirs), procAddr(ours)}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > 7 && fields[1] == want[0] && fields[2] == want[1] {
			uid, err := strconv.ParseUint(fields[7], 10, 32)
			return uint32(uid), err
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, errors.New("the other end of a connection is not in " + tcpTable)
}

// procAddr writes an address as the table does: the four bytes in the machine's order, little-endian on all that we
// build for.
func procAddr(a netip.AddrPort) string {
	b := a.Addr().Unmap().As4()
	b[0], b[1], b[2], b[3] = b[3], b[2], b[1], b[0]
	return strings.ToUpper(hex.EncodeToString(b[:])) + fmt.Sprintf(":%04X", a.Port())
}
