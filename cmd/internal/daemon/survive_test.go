package daemon

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
)

// A mail on which the reading dies is parked with the reason; the mails around it have their cases.
func TestPoisonMailCostsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		poison := compose("王五 <wangwu@example.test>", "政府信息公开申请", "poison")
		b.seams = func(o *Options) {
			o.OnOne = func(doing string, d casefile.Digest) {
				if doing == "读信" && d == casefile.DigestOf(poison) {
					panic("the reader met its master")
				}
			}
		}
		b.start()
		for n := range 9 {
			b.deliver(fmt.Sprintf("张三 <z%d@example.test>", n), "政府信息公开申请", "申请公开")
			if n == 4 {
				b.sim.Add("INBOX", poison, b.now())
			}
		}
		b.poll()
		parked := b.mails(casefile.Parked)
		if len(parked) != 1 || parked[0].Digest != casefile.DigestOf(poison) || !strings.Contains(strings.Join(parked[0].Reasons, ""), "met its master") {
			t.Errorf("parked: %+v", parked)
		}
		if rows := b.list(ask.ListQuery{}); len(rows) != 9 {
			t.Errorf("%d cases, want 9", len(rows))
		}
	})
}

// Whatever panics over one mail, its case or its entry under 待甄别 is there, status names it, and the mails behind it are
// read, indexed and answered.
func TestPanicOverOneMail(t *testing.T) {
	for _, doing := range []string{"读信", "判断去处", "登记来信", "读来信", "读附件 1", "按附件判断去处", "编入索引", "列出来信", "写收件回执"} {
		t.Run(doing, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				enclosing := func(n int) []byte {
					subject := "政府信息公开申请"
					if n == 0 && doing == "按附件判断去处" {
						subject = "补充材料：2026-00001" // an open mail of another's case
					}
					return withAttachment(fmt.Sprintf("王五 <w%d@example.test>", (n+3)%4), subject, "申请公开", "附件.txt", fmt.Sprintf("文件第%d号", n))
				}
				poison := casefile.DigestOf(enclosing(0))
				var panicked atomic.Int32
				b, post := openPost(t, "2026-03-02", func(b *bureau) {
					b.config.Acknowledge.Enabled = true
					sends := b.seams
					b.seams = func(o *Options) {
						sends(o)
						o.OnOne = func(this string, d casefile.Digest) {
							if this == doing && d == poison {
								panicked.Add(1)
								panic("met its master")
							}
						}
					}
				})
				b.sim.Add("INBOX", compose("王五 <w3@example.test>", "政府信息公开申请", "申请公开某路改造的批复"), b.now())
				b.poll()
				for n := range 4 {
					b.sim.Add("INBOX", enclosing(n), b.now())
				}
				b.poll()
				time.Sleep(2 * time.Hour)
				b.poll()
				b.daemon.Reading.Opening(poison) // for the lists
				if parked, cases := len(b.mails(casefile.Parked)), len(b.list(ask.ListQuery{})); cases < 4 || parked+cases < 5 && doing != "按附件判断去处" {
					t.Errorf("%d cases and %d parked", cases, parked)
				}
				if len(post.Mails()) < 4 {
					t.Errorf("%d receipts", len(post.Mails()))
				}
				for n := 1; n < 4; n++ {
					if d := casefile.DigestOf(enclosing(n)); !b.read(d) {
						t.Errorf("mail %d is unread", n)
					}
				}
				if indexed, head := b.position(); indexed != head {
					t.Errorf("indexed up to %d of %d", indexed, head)
				}
				troubles := fmt.Sprint(b.daemon.Keeping.Troubles())
				if panicked.Load() == 0 || doing != "登记来信" && !strings.Contains(troubles, poison.Short()) { // that one is parked, and says why
					t.Errorf("panicked %d times; status: %s", panicked.Load(), troubles)
				}
			})
		})
	}
}

// A mail that cannot even be parked is one that was not fetched: those behind it have their cases, polls go on, status names
// it, and when the program is mended it has its own.
func TestPanicWhileParking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		poison := compose("王五 <wangwu@example.test>", "政府信息公开申请", "poison")
		var mended atomic.Bool
		b.seams = func(o *Options) {
			o.OnOne = func(doing string, d casefile.Digest) {
				if (doing == "登记来信" || doing == "列为待甄别") && d == casefile.DigestOf(poison) && !mended.Load() {
					panic("met its master")
				}
			}
		}
		b.start()
		b.sim.Add("INBOX", poison, b.now())
		for round := range 2 { // it is pending at the second poll
			for n := range 3 {
				b.deliver(fmt.Sprintf("张三 <z%d%d@example.test>", round, n), "政府信息公开申请", "申请公开")
			}
			b.poll()
		}
		s := b.daemon.Intake.Pollers[0].Status()
		if rows := b.list(ask.ListQuery{}); len(rows) != 6 || s.State != mailbox.StateIdle {
			t.Errorf("%d cases, want 6; %+v", len(rows), s)
		}
		q := b.mails(casefile.Quarantined)
		if len(q) != 1 || !strings.Contains(fmt.Sprint(q[0].Reasons), "出错") {
			t.Errorf("not fetched: %+v", q)
		}
		if troubles := fmt.Sprint(b.daemon.Keeping.Troubles()); !strings.Contains(troubles, casefile.DigestOf(poison).Short()) {
			t.Errorf("status: %s", troubles)
		}
		mended.Store(true)
		time.Sleep(2 * time.Hour)
		b.poll()
		if rows, q := b.list(ask.ListQuery{}), b.mails(casefile.Quarantined); len(rows) != 7 || len(q) != 0 {
			t.Errorf("mended: %d cases, want 7, and %+v", len(rows), q)
		}
	})
}

// A disk that is full where mails are written: the daemon stays, says so, and goes on by itself.
func TestFullDisk(t *testing.T) {
	for _, op := range []durable.Op{durable.OpCreate, durable.OpWrite, durable.OpSync, durable.OpRename, durable.OpSyncDir} {
		t.Run(string(op), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBureau(t, "2026-03-02")
				var full atomic.Bool
				b.seams = func(o *Options) {
					o.Disk = func(this durable.Op, path string, do func() error) error {
						if full.Load() && this == op {
							return fmt.Errorf("%s: %w", path, syscall.ENOSPC)
						}
						return do()
					}
				}
				b.start()
				full.Store(true)
				for n := range 20 {
					b.deliver(fmt.Sprintf("张三 <z%d@example.test>", n), "政府信息公开申请", "申请公开")
				}
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				s := b.daemon.Intake.Pollers[0].Status()
				if s.State != mailbox.StateFailing || s.Fault != mailbox.FaultStorage || s.Hint == "" {
					t.Errorf("while full: %+v", s)
				}
				if rows := b.list(ask.ListQuery{}); len(rows) != 0 {
					t.Errorf("%d cases of mails that are nowhere", len(rows))
				}
				full.Store(false)
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if rows := b.list(ask.ListQuery{}); len(rows) != 20 || len(b.mails(casefile.Duplicate)) != 0 {
					t.Errorf("%d cases afterwards, want 20; %d duplicates", len(rows), len(b.mails(casefile.Duplicate)))
				}
			})
		})
	}
}

// A password file that was moved away, or that others can read, is no refused 授权码: no login is tried,
// what is said names the file, and its return is noticed within the ordinary back-off.
func TestPasswordFileUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		path := b.config.Mailboxes[0].PasswordFile
		password, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		b.start()
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		s := b.daemon.Intake.Pollers[0].Status()
		if s.Fault != mailbox.FaultSettings || !strings.Contains(s.LastError, path) || s.Hint == "" || b.sim.Counts().LoginAttempts != 0 {
			t.Errorf("status %+v after %d logins", s, b.sim.Counts().LoginAttempts)
		}
		if told, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || !strings.Contains(told.Mailboxes[0].Label, path) {
			t.Errorf("told as %+v, %v", told.Mailboxes, err)
		}
		if err := os.WriteFile(path, password, 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if rows := b.list(ask.ListQuery{}); len(rows) != 1 {
			t.Errorf("%d cases afterwards, want 1", len(rows))
		}
	})
}

// However hostile the mails of a batch are, intake holds no more of them than of a few.
func TestHostileHeadersAreNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		var mu sync.Mutex
		var peak uint64
		b.seams = func(o *Options) {
			o.OnOne = func(doing string, _ casefile.Digest) {
				if doing != "读信" {
					return
				}
				mu.Lock() // one looks, not all; the others wait, so that what is held is the same in each run
				defer mu.Unlock()
				runtime.GC()
				peak = max(peak, liveHeap())
			}
		}
		b.start()
		const mails = 40
		for n := range mails {
			b.sim.Add("INBOX", hostile(n), b.now())
		}
		runtime.GC()
		before := liveHeap()
		b.poll()
		if got := len(b.mails(casefile.ToCase)) + len(b.mails(casefile.Parked)); got != mails {
			t.Errorf("%d mails taken, want %d", got, mails)
		}
		t.Logf("%d KiB held at most", (int64(peak)-int64(before))>>10)
		if grown := int64(peak) - int64(before); grown > 36<<20 {
			t.Errorf("%d MiB held for %d mails", grown>>20, mails)
		}
	})
}

// Reading takes most of the time that a batch takes. No clerk who writes waits for it.
func TestMailsAreReadBeforeTheTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		var writing atomic.Bool
		var read, within atomic.Int64
		b.seams = func(o *Options) {
			o.RegisterDisk = func(op durable.Op, _ string, do func() error) error {
				if op == durable.OpCommit { // the whole transaction, not only its end
					writing.Store(true)
					defer writing.Store(false)
				}
				return do()
			}
			o.OnOne = func(doing string, _ casefile.Digest) {
				if doing != "读信" {
					return
				}
				read.Add(1)
				if writing.Load() {
					within.Add(1)
				}
			}
		}
		b.start()
		synctest.Wait() // it has looked for mails of an earlier run, which it reads where it records them
		for n := range 20 {
			b.deliver(fmt.Sprintf("张三 <z%d@example.test>", n), "政府信息公开申请", "申请公开")
		}
		b.poll()
		if rows := b.list(ask.ListQuery{}); len(rows) != 20 || read.Load() < 20 || within.Load() != 0 {
			t.Errorf("%d cases; %d mails read, %d of them while the register was being written", len(rows), read.Load(), within.Load())
		}
	})
}

// hostile is a mail of a megabyte of header, in every field that is read.
func hostile(n int) []byte {
	var m bytes.Buffer
	fmt.Fprintf(&m, "Message-ID: <%d@example.test>\r\n", n)
	for _, field := range []string{"From", "To", "Cc", "Reply-To"} {
		fmt.Fprintf(&m, "%s: ", field)
		for k := range 490 {
			fmt.Fprintf(&m, "%q <%d@example.test>,\r\n ", strings.Repeat("x", 300), k)
		}
		m.WriteString("a@example.test\r\n")
	}
	for _, field := range []string{"Subject", "Auto-Submitted", "List-Id", "X-Autoreply"} {
		fmt.Fprintf(&m, "%s: %s\r\n", field, strings.Repeat("申请公开", 4000))
	}
	fmt.Fprintf(&m, "References: %s\r\n", strings.Repeat("<"+strings.Repeat("r", 200)+"@example.test>\r\n ", 490))
	m.WriteString("\r\nx\r\n")
	return m.Bytes()
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// Item 4 with the register behind it: wherever the connection ends in a session with five mails, there
// are five cases. Package mailbox cuts at every byte; here, where each costs commits, at some.
func TestCutSessionGivesFiveCases(t *testing.T) {
	step := 397
	if os.Getenv("YSQ_REQUIRE_REAL") == "1" {
		step = 41
	}
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.poll()
		rounds, whole := 0, 0
		session := func(cut int) {
			for _, uid := range b.sim.Messages("INBOX") {
				b.sim.Remove("INBOX", uid)
			}
			for n := range 5 {
				b.deliver(fmt.Sprintf("张三 <z%05d@example.test>", 5*rounds+n), "政府信息公开申请", strings.Repeat("申请公开", 20*n))
			}
			b.sim.Disconnect(imapsim.EOF)
			next := b.sim.Counts().Connections + 1
			if cut > 0 {
				b.sim.Inject(imapsim.At{Session: next}.Do(imapsim.CutAfter(int64(cut), imapsim.EOF)))
			}
			for range 10 {
				if _, err := ask.Do(t.Context(), b.client, ask.Poll, ask.None{}); err == nil {
					break
				}
				time.Sleep(time.Until(b.daemon.Intake.Pollers[0].Status().NextTry))
			}
			b.sim.Heal()
			if cut == 0 {
				whole = int(b.sim.Sent(next))
			}
			rounds++
			want := casefile.NewID(2026, 5*rounds+1)
			b.daemon.Reg.View(func(tx *register.Tx) error {
				if got := tx.NextID(2026); got != want {
					t.Fatalf("cut after %d of %d bytes: the next case is %s, want %s", cut, whole, got, want)
				}
				return nil
			})
		}
		session(0)
		if whole < 2000 {
			t.Fatalf("a session has %d bytes only", whole)
		}
		for cut := 1; cut < whole; cut += step {
			session(cut)
		}
		rows := b.list(ask.ListQuery{})
		if d, q := len(b.mails(casefile.Duplicate)), len(b.mails(casefile.Quarantined)); len(rows) != 5*rounds || d+q != 0 {
			t.Errorf("%d cases of %d mails, %d duplicates, %d quarantined", len(rows), 5*rounds, d, q)
		}
	})
}
