package web

import (
	"net"
	"net/netip"
	"sync"
)

// places are a number of things that may be held at once: by everybody, and from one address, so that whoever takes
// all that he can does not shut the others out.
type places struct {
	all, each int

	mu   sync.Mutex
	held map[string]int
	sum  int
}

// take takes one for an address, until leave is called. With false there is none.
func (p *places) take(address string) (leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sum >= p.all || p.held[address] >= p.each {
		return nil, false
	}
	if p.held == nil {
		p.held = map[string]int{}
	}
	p.held[address]++
	p.sum++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sum--
		if p.held[address]--; p.held[address] == 0 {
			delete(p.held, address)
		}
	}), true
}

// addressOf is the machine at the other end of a connection. One machine out in the world has a whole network of 64 bits in
// IPv6 and may come from each of its addresses; within an office such a network is all of its machines.
func addressOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	ip := at.Addr().Unmap().WithZone("")
	if !ip.Is6() || ip.IsPrivate() || ip.IsLinkLocalUnicast() {
		return ip.String()
	}
	network, _ := ip.Prefix(64) // of IPv6 there always is one
	return network.String()
}

// bounded is a listener that holds no more connections than there are places, and closes others at once.
type bounded struct {
	net.Listener
	places places
}

func (l *bounded) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if leave, ok := l.places.take(addressOf(c.RemoteAddr().String())); ok {
			return &placed{c, leave}, nil
		}
		c.Close()
	}
}

// placed is a connection that gives its place back when it is closed.
type placed struct {
	net.Conn
	leave func()
}

func (c *placed) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
