package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox/imapsim"
)

// BenchmarkCommands offers a large office thirty commands a second for YSQ_SECONDS (180), every sixth of which records, whether
// or not those before have ended; then sixty clerks ask without a pause for a third of that. Meanwhile mails arrive.
//
//	YSQ_CASES=50000 go test ./cmd/ysq -run '^$' -bench Commands -benchtime 1x -timeout 30m
//
// Each is a process of its own, as clerks start it. Any error fails it. Beside them `ysq version`, which asks nobody, says what
// starting a process costs on this machine.
func BenchmarkCommands(b *testing.B) {
	const each, clerks = time.Second / 30, 60
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i, _, n := largeOffice(b, sim)
	last := func(k int) string { return string(casefile.NewID(2026, n-k%min(n/100, 500))) }
	args := func(k int) []string {
		return [][]string{
			{"list", "--limit", "50"}, {"show", last(k)}, {"due", "--within", "5", "监测科"}, {"show", last(k + 7)}, {"list", "--overdue", "--limit", "50"},
			{"note", last(k), "--text", fmt.Sprintf("第 %d 次来电", k)},
		}[k%6]
	}
	var mu sync.Mutex
	var took []float64
	ask := func(args ...string) {
		began := time.Now()
		if out, err := i.command(args...).CombinedOutput(); err != nil {
			b.Errorf("ysq %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		mu.Lock()
		defer mu.Unlock()
		took = append(took, float64(time.Since(began).Microseconds())/1000)
	}
	report := func(name string) {
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2], name+"-p50-ms")
		b.ReportMetric(took[len(took)*99/100], name+"-p99-ms")
		took = nil
	}
	for b.Loop() {
		for range 30 {
			ask("version")
		}
		report("version")

		length := time.Duration(number("YSQ_SECONDS", 180)) * time.Second
		var running sync.WaitGroup
		var arrived []float64
		ended := make(chan struct{})
		running.Go(func() {
			for mail := 0; ; mail++ {
				select {
				case <-ended:
					return
				case <-time.After(5 * time.Second):
				}
				began := time.Now()
				sim.Add("INBOX", application(mail), began)
				i.run("poll")
				arrived = append(arrived, time.Since(began).Seconds())
			}
		})
		tick := time.NewTicker(each)
		for k := range int(length / each) {
			<-tick.C
			running.Go(func() { ask(args(k)...) })
		}
		tick.Stop()
		close(ended)
		running.Wait()
		report("offered")
		if len(arrived) > 0 {
			b.ReportMetric(slices.Max(arrived), "mail-worst-s")
		}

		until := time.Now().Add(length / 3)
		for clerk := range clerks {
			running.Go(func() {
				for k := clerk; time.Now().Before(until); k++ {
					ask(args(k)...)
				}
			})
		}
		running.Wait()
		b.ReportMetric(float64(len(took))/(length/3).Seconds(), "closed-commands/s")
		report("closed")
	}
}

// BenchmarkIdle watches the daemon of a small office for YSQ_SECONDS (180) in which nothing happens:
//
//	go test ./cmd/ysq -run '^$' -bench Idle -benchtime 1x
//
// Reported are its share of memory (PSS: nobody else runs the program here, so all of its code counts) and what of it is its own, its
// time of the processor, and how often it was woken: a stretch in which it ran, with a tenth of a second of rest before it. What
// one thread does in such a stretch by waking once or twice is a look of Go's own watch over its threads (runtime.sysmon), which takes
// one a minute whatever the program does; it is counted apart.
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
	for b.Loop() {
		length := time.Duration(number("YSQ_SECONDS", 180)) * time.Second
		time.Sleep(length / 2) // what starting took is given back
		spent, polled := processor(b, pid), polls(sim)
		woken, looks := wakings(b, pid, length)
		b.ReportMetric(float64(woken)/float64(max(polls(sim)-polled, 1)), "wake-ups/poll")
		b.ReportMetric(float64(looks)/length.Minutes(), "runtime-looks/min")
		b.ReportMetric((processor(b, pid)-spent).Seconds()/length.Seconds()*100, "cpu-%")
		b.ReportMetric(float64(field(b, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:"))/1024, "pss-MiB")
		b.ReportMetric(float64(anonymous(b, pid))/1024, "anon-MiB")
	}
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

// wakings counts for a while how often a process was woken, and apart from that the looks of Go's runtime.
func wakings(b *testing.B, pid int, length time.Duration) (woken, looks int) {
	b.Helper()
	before := switches(b, pid)
	times, threads := 0, map[string]bool{} // in the stretch at hand
	end := func() {
		switch {
		case times == 0:
		case times <= 2 && len(threads) == 1:
			looks++
		default:
			woken++
		}
		times, threads = 0, map[string]bool{}
	}
	for until := time.Now().Add(length); time.Now().Before(until); {
		time.Sleep(100 * time.Millisecond)
		now, ran := switches(b, pid), false
		for thread, n := range now {
			if d := n - before[thread]; d > 0 {
				times, threads[thread], ran = times+d, true, true
			}
		}
		if before = now; !ran {
			end()
		}
	}
	end()
	return woken, looks
}

// switches is how often each thread of a process has waited and was woken.
func switches(b *testing.B, pid int) map[string]int {
	b.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		b.Fatal(err)
	}
	all := map[string]int{}
	for _, t := range threads {
		all[t.Name()] = field(b, fmt.Sprintf("/proc/%d/task/%s/status", pid, t.Name()), "voluntary_ctxt_switches:")
	}
	return all
}

// field is a number that a file of /proc gives a name.
func field(b *testing.B, file, name string) (n int) {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}
