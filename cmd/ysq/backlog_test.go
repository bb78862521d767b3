package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
)

// BenchmarkBacklog takes a backlog from a local Dovecot into durable, parsed, listed cases, and has
// mbsync store the bytes of the same mailbox with fsync, in turn and in random order:
//
//	go test ./cmd/ysq -run '^$' -bench Backlog -benchtime 1x -timeout 60m
//
// YSQ_BACKLOG is the number of mails (10000), YSQ_PAIRS that of pairs (9). It reports the medians,
// the median of the ratios pair by pair, the processor time and the most anonymous memory and open files of ysq, and
// the disk's floor: the same bytes written by dd with one fsync at the end. With YSQ_BACKLOG_PROFILE a further run, which
// counts for nothing else, leaves a profile of its processor time there. What was stored stays until
// the end (1.5 GB a pair of 10,000): for half a minute ext4 does not give a file the inode of a removed
// one, and looking for another cost either program up to two seconds of every run.
func BenchmarkBacklog(b *testing.B) {
	if _, err := exec.LookPath("mbsync"); err != nil {
		b.Skip("mbsync (package isync) is not installed")
	}
	n, pairs := number("YSQ_BACKLOG", 10000), number("YSQ_PAIRS", 9)
	server := dovecottest.Start(b)
	rng := rand.New(rand.NewPCG(1, 2))
	day := civil.MustParse("2026-03-02").Start()
	var total int64
	for i := range n {
		raw := bulky(rng, i)
		total += int64(len(raw))
		server.Deliver(b, "INBOX", raw, day.Add(time.Duration(i)*time.Minute))
	}
	work := b.TempDir()
	runs := 0
	fresh := func() string {
		runs++
		dir := filepath.Join(work, strconv.Itoa(runs))
		if err := os.Mkdir(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		return dir
	}
	var anon int64
	var open int
	var cpu, theirCPU []float64
	us := func() float64 {
		took := pollBacklog(b, server, fresh(), n)
		anon, open, cpu = max(anon, took.anon), max(open, took.open), append(cpu, took.cpu)
		return took.wall
	}
	them := func() float64 {
		took := syncBacklog(b, server, fresh(), n)
		theirCPU = append(theirCPU, took.cpu)
		return took.wall
	}
	them() // lets Dovecot number and index its mails, for both
	for b.Loop() {
		var ours, theirs, ratios []float64
		for range pairs {
			var x, y float64
			if rng.IntN(2) == 0 {
				x, y = us(), them()
			} else {
				y, x = them(), us()
			}
			b.Logf("ysq %.2f s, mbsync %.2f s, ratio %.2f", x, y, x/y)
			ours, theirs, ratios = append(ours, x), append(theirs, y), append(ratios, x/y)
		}
		slices.Sort(ratios)
		b.Logf("%d mails, %d MB; ratio from %.2f to %.2f", n, total>>20, ratios[0], ratios[len(ratios)-1])
		b.ReportMetric(median(ours), "ysq-s")
		b.ReportMetric(median(theirs), "mbsync-s")
		b.ReportMetric(median(ratios), "ratio")
		b.ReportMetric(median(cpu), "ysq-cpu-s")
		b.ReportMetric(median(theirCPU), "mbsync-cpu-s")
		b.ReportMetric(float64(anon)/(1<<20), "ysq-anon-MiB")
		b.ReportMetric(float64(open), "ysq-open-files")
		if anon > mostAnonymous {
			b.Errorf("%d MiB of anonymous memory, want less than %d", anon>>20, mostAnonymous>>20)
		}
		b.ReportMetric(floor(b, work, total), "dd-s")
		if path := os.Getenv("YSQ_BACKLOG_PROFILE"); path != "" {
			pollBacklog(b, server, fresh(), n, "YSQ_PROFILE="+path)
		}
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return x[len(x)/2]
}

// mostAnonymous is what a poll may hold in memory of its own, whatever comes.
const mostAnonymous = 64 << 20

// usage is what a command took.
type usage struct {
	wall, cpu float64 // seconds
	anon      int64   // bytes of anonymous memory, at most, as /proc tells it every few milliseconds
	open      int     // open files, at most, told likewise
}

// timed runs a command. Nothing of earlier runs is still on its way to the disk.
func timed(b testing.TB, cmd *exec.Cmd) usage {
	b.Helper()
	if err := exec.Command("sync").Run(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	var r usage
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { r.anon, r.open = most(cmd.Process.Pid, ended) })
	err := cmd.Wait()
	r.wall = time.Since(began).Seconds()
	close(ended)
	watching.Wait()
	if err != nil {
		b.Fatalf("%s: %v\n%s", cmd, err, out.Bytes())
	}
	r.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return r
}

// most watches a process until it has ended.
func most(pid int, ended chan struct{}) (anon int64, open int) {
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil {
			if _, rest, ok := strings.Cut(string(status), "RssAnon:"); ok {
				var kb int64
				fmt.Sscan(rest, &kb)
				anon = max(anon, kb<<10)
			}
		}
		files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		if err == nil {
			open = max(open, len(files))
		}
		select {
		case <-ended:
			return anon, open
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// pollBacklog polls into a fresh register and checks that all of it is there.
func pollBacklog(b *testing.B, server *dovecottest.Server, dir string, n int, env ...string) usage {
	b.Helper()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(server.Password+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(dir, "ysq.toml")
	ysq := func(args ...string) *exec.Cmd { return exec.Command("ysq", append(args, "--config", file)...) }
	if out, err := ysq("init", "--agency", "示例局", "--state", filepath.Join(dir, "state"), "--socket", filepath.Join(dir, "s"),
		"--imap-host", "localhost", "--imap-port", fmt.Sprint(server.TLSPort), "--imap-tls", string(config.ImplicitTLS),
		"--imap-user", server.User, "--ca-file", server.CAFile, "--password-file", password, "--yes").CombinedOutput(); err != nil {
		b.Fatalf("init: %v\n%s", err, out)
	}
	poll := ysq("poll")
	poll.Env = append(os.Environ(), env...)
	if len(env) > 0 { // for a profile, which this binary leaves and a release does not
		self, err := os.Executable()
		if err != nil {
			b.Fatal(err)
		}
		poll.Path, poll.Err = self, nil
	}
	took := timed(b, poll)
	out, err := ysq("list", "--all", "--json", "--limit", "0").Output()
	if got := bytes.Count(out, []byte(`"case":`)); err != nil || got != n {
		b.Fatalf("%d cases, want %d; %v", got, n, err)
	}
	return took
}

// syncBacklog has mbsync store the mailbox in a fresh Maildir, with nothing remembered.
func syncBacklog(b *testing.B, server *dovecottest.Server, dir string, n int) usage {
	b.Helper()
	mails := filepath.Join(dir, "mails")
	text := fmt.Sprintf(`FSync yes

IMAPAccount a
Host localhost
Port %d
User %s
Pass %s
SSLType IMAPS
CertificateFile %s

IMAPStore far
Account a

MaildirStore near
Path %s/
Inbox %s/INBOX

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState %s/state
`, server.TLSPort, server.User, server.Password, server.CAFile, mails, mails, dir)
	file := filepath.Join(dir, "mbsyncrc")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Mkdir(mails, 0o700); err != nil {
		b.Fatal(err)
	}
	took := timed(b, exec.Command("mbsync", "-q", "-c", file, "c"))
	stored := 0
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(mails, "INBOX", sub))
		if err != nil {
			b.Fatal(err)
		}
		stored += len(entries)
	}
	if stored != n {
		b.Fatalf("mbsync stored %d mails, want %d", stored, n)
	}
	return took
}

// floor is how long the disk itself needs for the bytes.
func floor(b *testing.B, dir string, size int64) float64 {
	file := filepath.Join(dir, "floor")
	defer os.Remove(file)
	return timed(b, exec.Command("dd", "if=/dev/zero", "of="+file, "bs=1M", fmt.Sprintf("count=%d", size>>20), "conv=fsync")).wall
}

// bulky composes mail number i: 75 KB on average, a quarter with an attachment, in mixed charsets.
func bulky(rng *rand.Rand, i int) []byte {
	text := strings.Repeat(fmt.Sprintf("现申请公开第 %d 号项目的立项批复、环评文件与验收资料，请以电子邮件答复。\r\n", i), 40+rng.IntN(80))
	body, charset := []byte(text), "utf-8"
	if i%3 == 1 {
		charset = "gb18030"
		body, _ = simplifiedchinese.GB18030.NewEncoder().Bytes(body) // every character of it has a place there
	}
	var m bytes.Buffer
	fmt.Fprintf(&m, "From: =?utf-8?B?%s?= <applicant%d@example.test>\r\nTo: <foi@example.test>\r\nSubject: =?utf-8?B?%s?=\r\n"+
		"Message-ID: <backlog-%d@example.test>\r\nMIME-Version: 1.0\r\n",
		base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "申请人%d", i)), i, base64.StdEncoding.EncodeToString([]byte("政府信息公开申请")), i)
	if i%4 != 0 {
		filler := strings.Repeat(text, 2)
		fmt.Fprintf(&m, "Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s", charset, body)
		if charset == "utf-8" {
			m.WriteString(filler)
		}
		return m.Bytes()
	}
	attachment := make([]byte, 120_000+rng.IntN(160_000))
	for j := range attachment {
		attachment[j] = byte(rng.Uint32())
	}
	fmt.Fprintf(&m, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n"+
		"--b%d\r\nContent-Type: application/pdf; name=\"form.pdf\"\r\nContent-Disposition: attachment; filename=\"form.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		i, i, charset, body, i)
	encoded := base64.StdEncoding.EncodeToString(attachment)
	for len(encoded) > 0 {
		line := encoded[:min(76, len(encoded))]
		encoded = encoded[len(line):]
		m.WriteString(line + "\r\n")
	}
	fmt.Fprintf(&m, "--b%d--\r\n", i)
	return m.Bytes()
}
