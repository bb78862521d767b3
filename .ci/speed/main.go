// Command speed runs the benchmarks of the speed page and writes the page, so that all of its figures are of one run on one
// machine. It takes about half an hour, in which nothing else should run, and writes its files below TMPDIR, which should lie on
// a disk with 20 GB to spare:
//
//	make speed
//
// The page names the settings of each benchmark as they were. A setting that the environment already has, for a trial say,
// is left as it is.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// bench is a benchmark, and what the page says of it: a line for each figure, which names metrics as {NAME}.
type bench struct {
	title, dir, name, env string
	lines                 []string
}

var page = []bench{
	{"A backlog of 10,000 mails into durable cases, beside mbsync with fsync, which only stores the bytes", "./cmd/ysq", "Backlog", "YSQ_REQUIRE_REAL=1", []string{
		"whole command, medians of nine pairs in random order | {ysq-s} s | mbsync {mbsync-s} s",
		"median of the ratios, pair by pair | {ratio} | 1",
		"processor | {ysq-cpu-s} s | mbsync {mbsync-cpu-s} s",
		"`dd conv=fsync` of the same bytes, the disk's floor | | {dd-s} s",
		"anonymous memory at most | {ysq-anon-MiB} MiB | ",
		"open files at most | {ysq-open-files} | ",
	}},
	{"A register of 1,000,000 cases", "./casefile/register", "Large/^(verify|rebuild)", "YSQ_BENCH_CASES=1000000", []string{
		"verify | {verify-s} s, {verify-cpu-s} s of processor | `sha256sum` of the same files {verify-sha256sum-s} s",
		"rebuild | {rebuild-s} s, {rebuild-cpu-s} s of processor | `sha256sum` of the same files {rebuild-sha256sum-s} s",
	}},
	{"4,000 mails of one sender, beside as many senders", "./cmd/internal/daemon", "Flood/many", "", []string{"processor for a mail, 4,000 senders | {cpu-ns/mail} ns | "}},
	{"", "./cmd/internal/daemon", "Flood/one", "", []string{"processor for a mail, one sender | {cpu-ns/mail} ns | the line above"}},
	{"Commands in an office of 100,000 cases, whole processes", "./cmd/ysq", "Office", "", []string{
		"list, the first 200 | {list-ms} ms | `sqlite3 -readonly` {sqlite3-list-ms} ms",
		"its processor | {list-cpu-ms} ms | `sqlite3 -readonly` {sqlite3-list-cpu-ms} ms",
		"overdue | {overdue-ms} ms | ", "due, all | {due-ms} ms | ", "due, one department of eleven | {mine-ms} ms | ", "show | {show-ms} ms | ",
		"annual report | {report-ms} ms | `sqlite3` groups the same rows in {sqlite3-report-ms} ms",
		"daemon ready | {ready-ms} ms | ",
	}},
	{"50,000 cases, thirty commands a second offered (five record), then sixty clerks without a pause", "./cmd/ysq", "Commands", "YSQ_CASES=50000", []string{
		"offered, median | {offered-p50-ms} ms | `ysq version`, which asks nobody, {version-p50-ms} ms",
		"offered, 99 % | {offered-p99-ms} ms | `ysq version` {version-p99-ms} ms",
		"a new mail is a case meanwhile, at worst | {mail-worst-s} s | ",
		"sixty clerks | {closed-commands/s} commands/s, median {closed-p50-ms} ms, 99 % {closed-p99-ms} ms | ",
	}},
	{"Nothing happens", "./cmd/ysq", "Idle", "", []string{
		"memory (PSS) of the only daemon on the machine, with all of its code | {pss-MiB} MiB | ", "of which its own | {anon-MiB} MiB | ",
		"wake-ups for a poll | {wake-ups/poll} | a bare program of Go that asks as often over TLS: {floor-wake-ups/poll}",
		"looks of Go's own watch over its threads | {runtime-looks/min} a minute | the bare program: {floor-looks/min} a minute", "processor | {cpu-%} % | ",
	}},
	{"The desk in a browser, 100,000 cases, 95 % of requests", "./cmd/ysq", "Desk", "", []string{
		"待办 | {today-p95-ms} ms | ", "the same, each time after a record | {today-after-record-p95-ms} ms | ",
		"办件 | {cases-p95-ms} ms | ", "a case | {case-p95-ms} ms | ", "登记 | {register-p95-ms} ms | ", "答复 | {answer-p95-ms} ms | ", "a step | {step-p95-ms} ms | ",
		"收发 | {mails-p95-ms} ms | ", "年度 | {year-p95-ms} ms | ", "查询 | {search-p95-ms} ms | ", "every step's form | {steps-p95-ms} ms | ",
		"every step, tried | {tries-p95-ms} ms | ", "the slowest of all pages, right after a record, too | {slowest-p95-ms} ms | ",
	}},
	{"Fifty people at the desk for ten minutes, who record on every tenth page; meanwhile mails arrive", "./cmd/ysq", "Fifty", "YSQ_SECONDS=600", []string{
		"requests without an error | {requests} | ", "requests, 95 % | {p95-ms} ms | ", "a poll with one new mail, before and meanwhile | {poll-quiet-ms} and {poll-busy-ms} ms | ",
		"at worst | {poll-worst-ms} ms | ", "daemon's memory | {daemon-MiB} MiB | ",
	}},
}

var metric = regexp.MustCompile(`([\d.e+]+)\s+([^\s\d]\S*)`)

func main() {
	if !measured() {
		fmt.Fprintln(os.Stderr, "not everything was measured")
		os.Exit(1) // make keeps the page that was there
	}
}

// measured prints the page and reports whether every figure is on it.
func measured() bool {
	scratch, err := os.MkdirTemp("", "ysq-speed-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return false
	}
	defer os.RemoveAll(scratch)
	disk := fileSystem(scratch)
	if disk == "tmpfs" {
		fmt.Fprintln(os.Stderr, "the temporary directory is memory, where nothing waits for a disk: set TMPDIR to a directory on one")
	}
	commit, _ := exec.Command("git", "rev-parse", "--short", "HEAD").Output() // a tarball has none
	fmt.Printf("# Speed, and how it was measured\n\n`make speed` writes this page: every figure is of one run, on %s, at commit %s, on %d cores, files on %s. Each stands\n"+
		"beside another program that does the same work, or beside what the machine can do at all, measured in that run. Commands and\n"+
		"daemons are the program as releases build it. No test fails over time.\n",
		time.Now().Format(time.DateOnly), strings.TrimSpace(string(commit)), runtime.NumCPU(), disk)
	profile := filepath.Join(scratch, "backlog.pprof")
	whole := true
	for _, b := range page {
		if name, _, _ := strings.Cut(b.env, "="); os.Getenv(name) != "" { // what is set already, as for a trial, stays so
			b.env = name + "=" + os.Getenv(name)
		}
		command := fmt.Sprintf("go test %s -run '^$' -bench '%s$' -benchtime 1x -timeout 60m", b.dir, b.name)
		if b.title != "" {
			fmt.Printf("\n## %s\n\n`%s`\n\n| | ysq | beside |\n|---|---|---|\n", b.title, strings.TrimSpace(b.env+" "+command))
		}
		cmd := exec.Command("sh", "-c", command)
		cmd.Env = append(os.Environ(), "YSQ_BACKLOG_PROFILE="+profile)
		if b.env != "" {
			cmd.Env = append(cmd.Env, b.env)
		}
		fmt.Fprintln(os.Stderr, command)
		out, err := cmd.CombinedOutput()
		if err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			fmt.Printf("| not measured: %v | | |\n", err)
			whole = false
			continue
		}
		got := metrics(string(out))
		for _, l := range b.lines {
			fmt.Printf("| %s |\n", filled(l, got))
		}
		if b.name == "Backlog" {
			whole = shares(profile) && whole
		}
	}
	return whole
}

// fileSystem names the kind of file system on which a directory lies.
func fileSystem(dir string) string {
	out, err := exec.Command("df", "--output=fstype", dir).Output()
	if err != nil {
		return "an unknown file system"
	}
	_, kind, _ := strings.Cut(string(out), "\n") // below its heading
	return strings.TrimSpace(kind)
}

// works is what a backlog's processor time goes into, by the function in which it is spent; the first that fits counts.
var works = []struct {
	name      string
	functions *regexp.Regexp
}{
	{"the kernel: reading the network, writing files, fsync", regexp.MustCompile(`[Ss]yscall`)},
	{"SHA-256 of mails and records", regexp.MustCompile(`sha256`)},
	{"TLS", regexp.MustCompile(`^crypto/`)},
	{"memory and scheduling", regexp.MustCompile(`^(runtime|internal/runtime|internal/bytealg|sync|memeqbody|aeshash|gcWriteBarrier|_rt0|gogo|mcall)`)},
	{"the IMAP session", regexp.MustCompile(`go-imap|imapsource|^bufio|^io\.|^internal/poll`)},
	{"taking mails apart: structure, charsets, base64", regexp.MustCompile(`mailbox/parse|go-message|encoding/base64|^mime|net/textproto|golang.org/x/text|^unicode`)},
	{"the database", regexp.MustCompile(`bbolt`)},
	{"JSON of records", regexp.MustCompile(`encoding/json|^reflect|^strconv|/register\.`)},
	{"deciding what a mail is", regexp.MustCompile(`casefile|office|regexp|^strings|^bytes|^slices|^sort`)},
	{"all else", regexp.MustCompile(``)},
}

// shares prints where the processor time of a profile was spent, and reports whether there is one.
func shares(profile string) bool {
	out, err := exec.Command("go", "tool", "pprof", "-top", "-flat", "-nodecount=100000", "-nodefraction=0", profile).Output()
	if err != nil {
		fmt.Fprintf(os.Stderr, "the profile: %v\n", err)
		return false
	}
	spent, all := map[string]float64{}, 0.0
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 6 {
			continue
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(f[1], "%"), 64)
		if err != nil || !strings.HasSuffix(f[1], "%") {
			continue
		}
		for _, w := range works {
			if w.functions.MatchString(f[5]) {
				spent[w.name] += percent
				break
			}
		}
		all += percent
	}
	fmt.Printf("\nWhere the processor time goes, by a profile of one further run:\n\n| | share |\n|---|---|\n")
	for _, w := range works {
		fmt.Printf("| %s | %.0f %% |\n", w.name, spent[w.name]/max(all, 1)*100)
	}
	return true
}

// metrics are the figures of a benchmark's line, by their units.
func metrics(out string) map[string]string {
	got := map[string]string{}
	for line := range strings.Lines(out) {
		if name, figures, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(name, "Benchmark") {
			for _, m := range metric.FindAllStringSubmatch(figures, -1) {
				got[m[2]] = m[1]
			}
		}
	}
	return got
}

// filled puts figures into a line; one that was not reported, as for want of the other program, is a dash.
func filled(line string, got map[string]string) string {
	return regexp.MustCompile(`\{[^}]+\}`).ReplaceAllStringFunc(line, func(name string) string {
		f, err := strconv.ParseFloat(got[name[1:len(name)-1]], 64)
		if err != nil {
			return "–"
		}
		if f >= 100 {
			return strconv.FormatFloat(f, 'f', 0, 64)
		}
		return strconv.FormatFloat(f, 'g', 3, 64)
	})
}
