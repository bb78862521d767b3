package register

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// benchCases is how many cases the benchmarks work on: YSQ_BENCH_CASES, or 20,000. README.md
// says how a million is measured.
func benchCases(b *testing.B) int {
	if n, err := strconv.Atoi(os.Getenv("YSQ_BENCH_CASES")); err == nil {
		return n
	}
	if testing.Short() {
		b.Skip("it makes a large register")
	}
	return 20000
}

// large makes a register of n cases with six records each, and a mail in the book for each. It is
// written by a maker and not by a million Updates; the lines are the same.
func large(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	meta, err := Create(dir, start)
	must(b, err)
	path := dir + "/" + FileName
	must(b, os.Remove(path))
	must(b, create(path, meta))
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, FreelistType: bbolt.FreelistMapType})
	must(b, err)
	r := prepare(dir, Options{})
	m := (&maker{r: r, into: db, from: db, store: true, procs: allProcessors()}).begun()
	seq, prev, recorded := uint64(0), casefile.Digest{}, time.Time{} // which never runs backwards
	record := func(at time.Time, actor string, id casefile.ID, e casefile.Event) {
		seq++
		if at.After(recorded) {
			recorded = at
		}
		one := casefile.Record{Seq: seq, On: civil.Of(at), Recorded: recorded, Actor: actor, Case: id, Event: e, Prev: prev}
		line, err := one.Encode()
		must(b, err)
		must(b, m.add(one, line))
		prev = casefile.DigestOf(line)
	}
	for i := range n {
		at := start.AddDate(-20, 0, 0).Add(time.Duration(i) * (20 * 365 * 24 * time.Hour / time.Duration(n)))
		id := casefile.NewID(at.Year(), i+1)
		letter := casefile.Letter{
			Digest: casefile.DigestOf(fmt.Append(nil, i)), MessageID: fmt.Sprintf("%d@example.test", i),
			From: casefile.Address{Name: "张三", Mail: fmt.Sprintf("zhang%d@example.test", i%50000)}, Subject: "政府信息公开申请",
		}
		record(at, "mailbox", "", casefile.MessageTaken{Account: "office", Folder: "INBOX", UIDValidity: 1, UID: uint32(i + 1),
			ArrivedAt: at, Size: 70000, Letter: letter, Disposition: casefile.ToCase, Case: id})
		record(at, "mailbox", id, casefile.Received{Channel: casefile.Email, ArrivedAt: at, Letter: letter})
		record(at.Add(time.Hour), "李四(1001)", id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "2025 年监测数据"})
		record(at.Add(2*time.Hour), "李四(1001)", id, casefile.Assigned{Department: "监测科", Person: "王五"})
		if i < n-n/100 { // the last hundredth is open
			record(at.Add(100*time.Hour), "李四(1001)", id, casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: fmt.Sprintf("〔%d〕%d号", at.Year(), i)})
			record(at.Add(100*time.Hour), "李四(1001)", id, casefile.Dispatched{Way: casefile.ByEmail})
		}
	}
	must(b, m.finish(b.Context(), nil))
	must(b, m.end())
	must(b, db.Close())
	r, err = Open(dir, Options{}) // writes the journal
	must(b, err)
	must(b, r.Close())
	return dir
}

func BenchmarkLarge(b *testing.B) {
	n := benchCases(b)
	began := time.Now()
	dir := large(b, n)
	b.Logf("%d cases made in %v", n, time.Since(began).Round(time.Millisecond))
	r, err := Open(dir, Options{})
	must(b, err)
	b.Run("open", func(b *testing.B) {
		must(b, r.Close())
		for b.Loop() {
			r, err = Open(dir, Options{})
			must(b, err)
			must(b, r.Close())
		}
		r, err = Open(dir, Options{})
		must(b, err)
		b.ReportMetric(float64(r.size())/float64(n), "bytes/case")
	})
	b.Run("append", func(b *testing.B) {
		for b.Loop() {
			add(b, r, start, note("2026-00001", "x"))
		}
	})
	count := func(b *testing.B, each func(*Tx) int) {
		for b.Loop() {
			must(b, r.View(func(tx *Tx) error { b.ReportMetric(float64(each(tx)), "cases"); return nil }))
		}
	}
	b.Run("list-open", func(b *testing.B) {
		count(b, func(tx *Tx) (n int) {
			for _, err := range tx.OpenCases("") {
				must(b, err)
				n++
			}
			return n
		})
	})
	b.Run("list-200", func(b *testing.B) {
		count(b, func(tx *Tx) (n int) {
			for _, err := range tx.Cases("") {
				must(b, err)
				if n++; n == 200 {
					break
				}
			}
			return n
		})
	})
	b.Run("heads", func(b *testing.B) {
		count(b, func(tx *Tx) (n int) {
			for _, err := range tx.Heads("") {
				must(b, err)
				n++
			}
			return n
		})
	})
	b.Run("verify", func(b *testing.B) {
		defer reported(b, "verify", dir)()
		for b.Loop() {
			all := proven(b, r)
			if len(all) > 0 && all[len(all)-1].What[:6] != "另有" {
				b.Fatal(all[0])
			}
		}
	})
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			s, err := r.Snapshot(b.Context(), "", nil)
			must(b, err)
			must(b, s.Close())
		}
	})
	must(b, r.Close())
	b.Run("rebuild", func(b *testing.B) {
		defer reported(b, "rebuild", dir)()
		for b.Loop() {
			m, err := Rebuild(b.Context(), dir, Options{Now: start}, nil)
			must(b, err)
			must(b, os.Remove(m.Kept))
		}
	})
	b.Run("compact", func(b *testing.B) {
		for b.Loop() {
			m, err := Compact(b.Context(), dir, Options{Now: start}, nil)
			must(b, err)
			must(b, os.Remove(m.Kept))
		}
	})
}

// reported measures a repair: how long it takes, how much of the processor, and how long sha256sum needs for the same files,
// which each repair has to read and to digest.
func reported(b *testing.B, what, dir string) (end func()) {
	spent := processor(b)
	return func() {
		n := float64(b.N)
		b.ReportMetric(b.Elapsed().Seconds()/n, what+"-s")
		b.ReportMetric((processor(b)-spent).Seconds()/n, what+"-cpu-s")
		began := time.Now()
		if out, err := exec.Command("sh", "-c", `find "$1" -type f -exec sha256sum {} +`, "sh", dir).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.ReportMetric(time.Since(began).Seconds(), what+"-sha256sum-s")
	}
}

// processor is the time that this process has computed, itself and in the kernel.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
