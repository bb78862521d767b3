package imapsource

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ysq.internal/ysq/mailbox"
)

// idleAtMost is how long one IDLE lasts: servers end a session that says nothing for 30 minutes
// (RFC 2177).
const idleAtMost = 28 * time.Minute

// aside is a command that goes over the wire beside go-imap, which never learns of it: go-imap's own
// IDLE restarts itself from a goroutine and may leave the client hanging after its end (go-imap#668).
// It is sent only while go-imap has no command of its own running. wire hands its answers here.
type aside struct {
	tag     string
	events  chan asideEvent    // never blocks wire: what does not fit says nothing new
	fetched func(items []byte) // gets the FETCH responses, in wire's goroutine; nil: go-imap does
}

type asideEvent uint8

const (
	asideContinued asideEvent = iota // "+": the server is waiting for us
	asideExists                      // the number of messages may have changed
	asideEnded                       // tagged OK
	asideRefused                     // tagged NO or BAD
)

func (a *aside) tell(e asideEvent) {
	select {
	case a.events <- e:
	default:
	}
}

// Await implements mailbox.Waiter.
func (s *session) Await(ctx context.Context, folder string, messages uint32, wake <-chan struct{}, d time.Duration) (changed bool, err error) {
	if !s.asked {
		if err := s.askCapabilities(ctx); err != nil {
			return false, err
		}
		s.asked = true
	}
	if !s.idles {
		return false, mailbox.ErrNoIdle
	}
	box, err := s.Open(ctx, folder)
	if err != nil || box.Exists != messages {
		return err == nil, err
	}
	return s.idle(ctx, wake, min(d, idleAtMost))
}

func (s *session) askCapabilities(ctx context.Context) error {
	err := s.asideCommand(ctx, &aside{}, answer, "CAPABILITY")
	heard, _ := s.wire.failure()
	if err == nil {
		s.idles = strings.Contains(" "+strings.ToUpper(heard.capabilities)+" ", " IDLE ")
	}
	return err
}

// asideCommand runs a command aside to its end.
func (s *session) asideCommand(ctx context.Context, a *aside, what pace, command string) error {
	if err := s.begin(ctx, a, what, command); err != nil {
		return err
	}
	defer s.end()
	_, err := s.until(ctx, a, asideEnded, command)
	return err
}

func (s *session) idle(ctx context.Context, wake <-chan struct{}, d time.Duration) (changed bool, err error) {
	a := &aside{}
	if err := s.begin(ctx, a, answer, "IDLE"); err != nil {
		return false, err
	}
	defer s.end()
	if changed, err = s.until(ctx, a, asideContinued, "IDLE"); err != nil {
		return false, err
	}
	s.wire.disarm() // now the server owes nothing
	timer := time.NewTimer(d)
	defer timer.Stop()
	for resting := !changed; resting; {
		select {
		case e := <-a.events:
			changed = e == asideExists
			resting = false
			if e == asideEnded || e == asideRefused { // the server has had enough: no harm done
				return false, nil
			}
		case <-wake:
			resting = false
		case <-timer.C:
			resting = false
		case <-s.client.Closed():
			return false, s.classify(ctx, "IDLE", errors.New("connection lost"))
		case <-ctx.Done():
			s.wire.Conn.Close() // nobody waits for a server when stopping
			return false, s.classify(ctx, "IDLE", context.Cause(ctx))
		}
	}
	s.wire.arm(answer)
	defer s.wire.disarm()
	if _, err := s.wire.Write([]byte("DONE\r\n")); err != nil {
		return false, s.classify(ctx, "DONE", err)
	}
	more, err := s.until(ctx, a, asideEnded, "DONE")
	return changed || more, err
}

func (s *session) begin(ctx context.Context, a *aside, what pace, command string) error {
	s.asides++
	a.tag, a.events = fmt.Sprintf("X%d", s.asides), make(chan asideEvent, 8)
	s.wire.beside(a)
	s.wire.arm(what)
	if _, err := s.wire.Write([]byte(a.tag + " " + command + "\r\n")); err != nil {
		s.end()
		return s.classify(ctx, command, err)
	}
	return nil
}

func (s *session) end() {
	s.wire.disarm()
	s.wire.beside(nil)
}

// until waits for an event; exists reports whether EXISTS came before it. The deadline is wire's: it
// ends the connection.
func (s *session) until(ctx context.Context, a *aside, want asideEvent, doing string) (exists bool, err error) {
	for {
		select {
		case e := <-a.events:
			switch e {
			case want:
				return exists, nil
			case asideExists:
				exists = true
			case asideRefused, asideEnded:
				return exists, &mailbox.Error{Fault: mailbox.FaultRefused, Doing: doing, Err: errors.New("refused")}
			}
		case <-s.client.Closed():
			return exists, s.classify(ctx, doing, errors.New("connection lost"))
		case <-ctx.Done():
			s.wire.Conn.Close()
			return exists, s.classify(ctx, doing, context.Cause(ctx))
		}
	}
}

// beside lets the answers to a command that is not go-imap's go to a; nil ends that.
func (w *wire) beside(a *aside) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aside = a
}

// fetchedAside hands a FETCH response to the command beside go-imap, if it asked for one.
func (w *wire) fetchedAside(items []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.aside == nil || w.aside.fetched == nil {
		return false
	}
	w.aside.fetched(items)
	return true
}

// tellAside hands a line to the command beside go-imap; it reports whether the line was its own.
func (w *wire) tellAside(first, rest []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.aside == nil:
		return false
	case string(first) == "+":
		w.aside.tell(asideContinued)
		return true
	case string(first) == w.aside.tag:
		status, _ := cutWord(rest)
		if strings.EqualFold(string(status), "OK") {
			w.aside.tell(asideEnded)
		} else {
			w.aside.tell(asideRefused)
		}
		return true
	}
	return false
}
