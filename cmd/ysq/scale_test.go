package main

import (
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/imapsim"
)

// BenchmarkScale takes small mails into one register, ten times as many each time, and then polls a
// mailbox that has nothing new:
//
//	go test ./cmd/ysq -run '^$' -bench Scale -benchtime 1x -timeout 30m
//
// YSQ_SCALE is the number of mails in the end (100000). Reported is the processor time of the process
// for each new mail, by how many there were, which is to be flat, and for the poll that finds nothing.
func BenchmarkScale(b *testing.B) {
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i := onSimulator(b, sim)
	poll := func() usage { return timed(b, i.command("poll")) }
	arrived := time.Now().Add(-time.Hour)
	mails := 0
	for b.Loop() {
		for _, many := range []int{1, 10, 100} {
			until := number("YSQ_SCALE", 100_000) * many / 100
			added := until - mails
			for ; mails < until; mails++ {
				sim.Add("INBOX", application(mails), arrived)
			}
			used := poll()
			b.Logf("%6d mails to %6d: %.0f µs of processor each, %.2f s, %d MiB of anonymous memory", added, mails, 1e6*used.cpu/float64(added), used.wall, used.anon>>20)
		}
		used := poll()
		b.Logf("nothing new among %d: %.2f s of processor, %.2f s, %d MiB of anonymous memory", mails, used.cpu, used.wall, used.anon>>20)
		b.ReportMetric(used.cpu, "idle-poll-cpu-s")
	}
}
