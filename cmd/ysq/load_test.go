package main

import (
	"fmt"
	"os"
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
