package outbox_test

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox/outbox"
)

// A server that talks without end, before or after TLS is offered, costs little memory and less than
// the time of an answer; one that drips costs that time.
func TestServerWithoutEnd(t *testing.T) {
	for _, tt := range []struct {
		name       string
		greet, say string // once; for ever
		pause      time.Duration
		security   outbox.Security
	}{
		{"greeting", "", "220-hello\r\n", 0, outbox.None},
		{"greeting in one line", "", "220-hello", 0, outbox.None},
		{"greeting before STARTTLS", "", "220-hello\r\n", 0, outbox.StartTLS},
		{"EHLO", "220 hello\r\n", "250-X\r\n", 0, outbox.None},
		{"EHLO before STARTTLS", "220 hello\r\n", "250-X\r\n", 0, outbox.StartTLS},
		{"dripping greeting", "", "220-hello\r\n", 5 * time.Second, outbox.None},
		{"dripping EHLO", "220 hello\r\n", "250-X\r\n", 5 * time.Second, outbox.StartTLS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var server sync.WaitGroup
				defer server.Wait()
				channel := &outbox.SMTP{
					Account: func() (outbox.Account, error) {
						return outbox.Account{Host: "mail.example.test", Port: 25, Security: tt.security, User: "u", Password: "p"}, nil
					},
					Dial: func(context.Context, string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						server.Go(func() { io.Copy(io.Discard, theirs) })
						server.Go(func() {
							defer theirs.Close()
							_, err := io.WriteString(theirs, tt.greet)
							for err == nil {
								time.Sleep(tt.pause)
								_, err = io.WriteString(theirs, tt.say)
							}
						})
						return ours, nil
					},
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := time.Now()
				err := channel.Probe(t.Context())
				runtime.ReadMemStats(&after)
				took := time.Since(began)
				if err == nil || took > time.Minute || tt.pause == 0 && took > time.Second {
					t.Errorf("%v after %v", err, took)
				}
				if got := after.TotalAlloc - before.TotalAlloc; got > 20<<20 {
					t.Errorf("%d MB were allocated", got>>20)
				}
			})
		})
	}
}
