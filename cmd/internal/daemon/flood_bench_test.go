package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
)

// BenchmarkFlood takes applications from one sender, and from as many senders as mails: what a mail costs must
// not depend on how many its sender has sent. Compare the two, on a busy machine by the processor's time: go test
// -bench Flood -benchtime 3x.
func BenchmarkFlood(b *testing.B) {
	const mails, each = 4000, 100
	for _, name := range []string{"many", "one"} {
		b.Run(name, func(b *testing.B) {
			var worked time.Duration
			for b.Loop() {
				b.StopTimer()
				state := filepath.Join(b.TempDir(), "state")
				now := civil.MustParse("2026-03-02").Start()
				if err := offline.Init(state, config.Owner{}, now); err != nil {
					b.Fatal(err)
				}
				c := config.Default()
				c.Paths.State = state
				f, err := office.Open(office.Options{Options: desk.Options{Config: c, Log: zerolog.Nop()}})
				if err != nil {
					b.Fatal(err)
				}
				var batches [][]mailbox.Fetched
				for i := range mails {
					sender := "张三 <zhangsan@example.test>"
					if name == "many" {
						sender = fmt.Sprintf("张三 <p%d@example.test>", i)
					}
					raw := compose(sender, "政府信息公开申请", fmt.Sprintf("现申请公开第 %d 号文件的全文及其附件。申请人：张三", i))
					d := casefile.DigestOf(raw)
					dir := filepath.Join(state, "mail", d.String()[:1])
					if err := os.MkdirAll(dir, 0o700); err != nil {
						b.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(dir, d.String()+".eml"), raw, 0o600); err != nil {
						b.Fatal(err)
					}
					if i%each == 0 {
						batches = append(batches, nil)
					}
					last := &batches[len(batches)-1]
					*last = append(*last, mailbox.Fetched{
						Ref:  mailbox.Ref{Account: "office", Folder: "INBOX", UIDValidity: 1, UID: uint32(i + 1)},
						Role: mailbox.RoleInbox, InternalDate: now, Size: int64(len(raw)), Digest: d,
					})
				}
				began := processor(b)
				b.StartTimer()
				for _, batch := range batches {
					if err := f.Intake.Take(b.Context(), batch); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				worked += processor(b) - began
				if err := f.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/mails, "ns/mail")
			b.ReportMetric(float64(worked.Nanoseconds())/float64(b.N)/mails, "cpu-ns/mail")
		})
	}
}

// processor is how long this process has kept the processors busy.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
