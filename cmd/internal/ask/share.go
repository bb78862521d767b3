package ask

import (
	"fmt"
	"io"
	"sync"
)

// What one caller, and all of them, may have under way at once. A caller is an account, or a person behind the web
// service, whose account carries many: how many connections an account has, package wire bounds.
const (
	requestsOfPerson = 16       // a browser asks six things at once
	bytesOfCaller    = 16 << 20 // of requests that are being read or worked on; the largest has 4 MiB
	bytesInAll       = 48 << 20
	sendingOfCaller  = 8 // files that are being sent: each goes to the disk as it comes, 256 MiB at most
	sendingInAll     = 24
)

// shares knows what is under way.
type shares struct {
	mu      sync.Mutex
	bytes   int64
	sending int
	of      map[string]*share
}

type share struct {
	requests int
	sending  int
	bytes    int64
}

// send begins a request that brings a file, within one that has been entered. The caller calls sent at its end.
func (s *shares) send(own *share) (sent func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own.sending >= sendingOfCaller || s.sending >= sendingInAll {
		return nil, busy("同时送来的文件太多（本账号 %d 个，共 %d 个还没有送完）", own.sending, s.sending)
	}
	own.sending++
	s.sending++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		own.sending--
		s.sending--
	}, nil
}

// enter begins a request; person is one behind the web service. The caller calls leave when it has been answered.
func (s *shares) enter(who Actor, person bool) (body *counted, leave func(), err error) {
	caller := fmt.Sprint(who.UID)
	if person {
		caller += " " + who.Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]*share{}
	}
	own := s.of[caller]
	if own == nil {
		own = &share{}
		s.of[caller] = own
	}
	if person && own.requests >= requestsOfPerson {
		return nil, nil, busy("%s 同时有 %d 个请求还没有办完", who.Name, own.requests)
	}
	own.requests++
	body = &counted{all: s, own: own}
	return body, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bytes -= body.read
		own.bytes -= body.read
		if own.requests--; own.requests == 0 {
			delete(s.of, caller)
		}
	}, nil
}

// counted is the body of a request, each byte of which counts until the request has been answered.
type counted struct {
	io.ReadCloser
	all  *shares
	own  *share
	read int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.read += int64(n)
	c.own.bytes += int64(n)
	c.all.bytes += int64(n)
	if c.own.bytes > bytesOfCaller || c.all.bytes > bytesInAll {
		return n, busy("同时送来的内容太多（本账号 %d MiB，共 %d MiB）", c.own.bytes>>20, c.all.bytes>>20)
	}
	return n, err
}

func busy(format string, args ...any) *Error {
	return &Error{Code: "busy", Msg: fmt.Sprintf(format, args...), Hint: "等前面的办完，再试一次；没有记录任何内容", Exit: ExitUnreachable}
}
