package main

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
)

// The largest mail that 163 delivers passes through little memory (mailbox/FAULTS.md, item 36).
func TestLargeMail(t *testing.T) {
	if raced() {
		t.Skip("the race detector needs memory of its own")
	}
	const size, limit = 68 << 20, 100 << 20
	line := bytes.Repeat([]byte("QUJD"), 19)
	var b bytes.Buffer
	fmt.Fprint(&b, "From: zhangsan@example.test\r\nSubject: large\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for b.Len() < size {
		b.Write(line)
		b.WriteString("\r\n")
	}
	server := dovecottest.Start(t)
	server.Deliver(t, "INBOX", b.Bytes(), time.Now())
	i := newInstance(t, server, config.ImplicitTLS)
	poll := i.command("poll")
	if err := poll.Start(); err != nil {
		t.Fatal(err)
	}
	ended, peak := make(chan struct{}), make(chan int64)
	go func() { anon, _ := most(poll.Process.Pid, ended); peak <- anon }()
	err := poll.Wait()
	close(ended)
	most := <-peak
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB through %d MiB of memory", b.Len()>>20, most>>20)
	if most == 0 || most > limit {
		t.Errorf("at most %d MiB were in memory, want less than %d", most>>20, limit>>20)
	}
	compareBytes(t, i.state, map[casefile.Digest]bool{casefile.DigestOf(b.Bytes()): true})
}

func raced() bool {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return true
		}
	}
	return false
}
