package simnet

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		big := make([]byte, 3*pipeSize)
		var n int
		go func() { n, _ = a.Write(big) }()
		synctest.Wait()
		if n != 0 {
			t.Error("a write beyond the buffer did not wait for the reader")
		}
		if _, err := io.ReadFull(b, make([]byte, len(big))); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n != len(big) {
			t.Errorf("wrote %d of %d", n, len(big))
		}

		start := time.Now()
		b.SetReadDeadline(start.Add(time.Minute))
		if _, err := b.Read(big); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("read: %v after %v, want a deadline after 1m", err, time.Since(start))
		}
		a.SetWriteDeadline(time.Now().Add(time.Minute))
		if n, err := a.Write(big); n != pipeSize || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %d, %v, want a full buffer and a deadline", n, err)
		}

		var err error
		go func() { _, err = a.Read(big) }() // no deadline yet: it is set while the read waits
		synctest.Wait()
		a.SetReadDeadline(time.Now())
		synctest.Wait()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a new deadline did not reach a waiting read: %v", err)
		}

		Reset(a)
		b.SetReadDeadline(time.Time{})
		if n, err := io.Copy(io.Discard, b); n != pipeSize || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("after a reset: %d, %v, want what was sent before and ECONNRESET", n, err)
		}
		if _, err := b.Write(big); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("writing to a closed reader: %v, want EPIPE", err)
		}
		if _, err := a.Read(big); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading after Close: %v, want net.ErrClosed", err)
		}
	})
}
