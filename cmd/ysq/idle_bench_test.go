package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/imapsim"
)

// BenchmarkIdle watches the daemon of a small office for YSQ_SECONDS (180) in which nothing happens:
//
//	go test ./cmd/ysq -run '^$' -bench Idle -benchtime 1x
//
// Reported are its share of memory (PSS: nobody else runs the program here, so all of its code counts) and what of it is its own, its
// time of the processor, and how often it was woken: a stretch in which it ran, with a tenth of a second of rest before it. What
// one thread does in such a stretch by waking once or twice is a look of Go's own watch over its threads (runtime.sysmon), which takes
// one a minute whatever the program does; it is counted apart. Beside it runs the least that a program in Go can be that does such
// work: it asks one question over TLS as often as the daemon polls. What it takes is the floor.
func BenchmarkIdle(b *testing.B) {
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i := onSimulator(b, sim)
	// As a service of systemd, which is told how the office stands.
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(b.TempDir(), "n"), Net: "unixgram"})
	if err != nil {
		b.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { // as systemd does: a daemon waits where nobody reads
		for buf := make([]byte, 4096); ; {
			if _, err := told.Read(buf); err != nil {
				return
			}
		}
	})
	defer reading.Wait()
	defer told.Close()
	b.Setenv("NOTIFY_SOCKET", told.LocalAddr().String())
	pid := i.serve().Process.Pid
	for began := time.Now(); ; {
		if _, answered := i.status(); answered {
			break
		}
		if time.Since(began) > time.Minute {
			b.Fatal("the daemon does not answer after a minute")
		}
	}
	least := leastProgram(b)
	for b.Loop() {
		length := time.Duration(number("YSQ_SECONDS", 180)) * time.Second
		time.Sleep(length / 2) // what starting took is given back
		spent, polled := processor(b, pid), polls(sim)
		ours, floor := &wakings{b: b, pid: pid}, &wakings{b: b, pid: least}
		for until := time.Now().Add(length); time.Now().Before(until); {
			ours.look()
			floor.look()
			time.Sleep(100 * time.Millisecond)
		}
		per := float64(max(polls(sim)-polled, 1))
		b.ReportMetric(float64(ours.woken)/per, "wake-ups/poll")
		b.ReportMetric(float64(floor.woken)/(length.Seconds()/leastAsks.Seconds()), "floor-wake-ups/poll")
		b.ReportMetric(float64(ours.looks)/length.Minutes(), "runtime-looks/min")
		b.ReportMetric(float64(floor.looks)/length.Minutes(), "floor-looks/min")
		b.ReportMetric((processor(b, pid)-spent).Seconds()/length.Seconds()*100, "cpu-%")
		b.ReportMetric(float64(field(b, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:"))/1024, "pss-MiB")
		b.ReportMetric(float64(anonymous(b, pid))/1024, "anon-MiB")
	}
}

// leastAsks is how often the least program asks: as often as the daemon polls, with half of what that adds by chance.
const leastAsks = 99 * time.Second

// leastProgram starts this binary as the least program, and returns its process.
func leastProgram(b *testing.B) int {
	b.Helper()
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.ImplicitTLS})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { sim.Close() })
	address, err := sim.Listen()
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self, address)
	cmd.Args[0] = "least"
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd.Process.Pid
}

// askAndRest is the least program: a ticker and a connection.
func askAndRest(address string) error {
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	answers := bufio.NewReader(conn)
	if _, err := answers.ReadString('\n'); err != nil { // the greeting
		return err
	}
	for range time.Tick(leastAsks) {
		if _, err := fmt.Fprint(conn, "a NOOP\r\n"); err != nil {
			return err
		}
		if _, err := answers.ReadString('\n'); err != nil {
			return err
		}
	}
	return nil
}

// polls is how often the inbox was opened.
func polls(sim *imapsim.Server) (n int) {
	for _, c := range sim.Log() {
		if c.Name == "EXAMINE" && strings.Contains(c.Args, "INBOX") {
			n++
		}
	}
	return n
}

// wakings counts how often a process was woken, and apart from that the looks of Go's runtime.
type wakings struct {
	b            *testing.B
	pid          int
	woken, looks int

	before  map[string]int  // waits of each thread
	times   int             // in the stretch at hand
	threads map[string]bool // in it
}

// look is called each tenth of a second. A stretch that has not ended at the last is not counted.
func (w *wakings) look() {
	now, ran := switches(w.b, w.pid), false
	if w.before == nil {
		w.before, w.threads = now, map[string]bool{}
	}
	for thread, n := range now {
		if d := n - w.before[thread]; d > 0 {
			w.times, w.threads[thread], ran = w.times+d, true, true
		}
	}
	if w.before = now; ran {
		return
	}
	switch {
	case w.times == 0:
	case w.times <= 2 && len(w.threads) == 1:
		w.looks++
	default:
		w.woken++
	}
	w.times, w.threads = 0, map[string]bool{}
}
