package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/cli"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/smtpsim"
)

func TestMain(m *testing.M) {
	if len(os.TempDir()) > 40 { // the name of a socket has at most 107 bytes, and scripts lie deep
		os.Setenv("TMPDIR", "/tmp")
	}
	switch filepath.Base(os.Args[0]) {
	case "ysq":
		os.Exit(profiled())
	case "least":
		fmt.Fprintln(os.Stderr, askAndRest(os.Args[1]))
		os.Exit(1)
	}
	flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))) // scripts wait more than they reckon
	os.Exit(withProgram(m))
}

// withProgram runs the tests with this binary as ysq on PATH, and benchmarks with the program as releases build it: with the
// C library that a test links, and the packages of the test, a process takes half as long again to start.
func withProgram(m *testing.M) int {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	bin, err := os.MkdirTemp("", "ysq-bin")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(bin)
	flag.Parse()
	put := os.Symlink
	if flag.Lookup("test.bench").Value.String() != "" {
		self, put = released(bin), copyFile
	}
	if err := put(self, filepath.Join(bin, "ysq")); err != nil {
		panic(err)
	}
	os.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return m.Run()
}

// released builds the program as deploy/package does.
func released(dir string) string {
	program := filepath.Join(dir, "built")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", program, ".")
	cmd.Env, cmd.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		panic(err)
	}
	return program
}

// copyFile copies a program as dpkg and rpm do, 32 KiB at a time. The kernel keeps a file in pieces as large as it was written in:
// of one that the linker wrote, they are so small that it takes longer to start; of one that was written at once, so large that
// newer kernels map, and count, 2 MiB for each byte that is read.
func copyFile(from, to string) error {
	program, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(program, 32<<10) {
		if _, err := f.Write(piece); err != nil {
			return err
		}
	}
	return f.Close()
}

// profiled is the program, which leaves a profile of its processor time where YSQ_PROFILE says.
func profiled() int {
	path := os.Getenv("YSQ_PROFILE")
	if path == "" {
		return run()
	}
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		panic(err)
	}
	defer pprof.StopCPUProfile()
	return run()
}

// TestScripts runs the program as people do: a real daemon, a real socket, a mail server over TCP. What a script execs is a
// process: daemons, and what waits for one, for standard input, or for a second as doctor does. Any other command runs within this process, for starting
// takes longer than most commands do; where real programs are asked for (YSQ_REQUIRE_REAL=1, as in CI), each is a process.
func TestScripts(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chdir(here) }) // see runInside
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join(here, "testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("YSQ_CONFIG", e.Getenv("WORK")+"/ysq.toml")
			e.Setenv("LANG", "zh_CN.UTF-8")
			e.Setenv("GID", strconv.Itoa(os.Getgid())) // a group that whoever runs the tests is in
			e.Setenv("GORACE", "atexit_sleep_ms=10")   // else each of a hundred processes ends with a second of waiting
			return nil
		},
		Condition: func(c string) (bool, error) {
			if c != "real" {
				return false, fmt.Errorf("unknown condition %q", c)
			}
			return os.Getenv("YSQ_REQUIRE_REAL") == "1", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ysq":     command,
			"imapsim": startServer,
			"smtpsim": startPost,
			"setup":   setup,
			"setup2":  setupBeside,
			"pdfium":  compiledPDF,
			"ready":   ready,
			"code":    code,
			"days":    days,
			"seq":     seq,
			"mailof":  mailOf,
			"openof":  openOf,
			"cmpcrlf": compareCRLF,
			"until":   until,
		},
	})
}

// said is what a command said, and its exit code.
type said struct {
	out, err string
	code     int
}

// inside is held by the command that runs within this process: the working directory is there once.
var inside sync.Mutex

// typed runs a command of a script.
func typed(ts *testscript.TestScript, name string, args ...string) said {
	if name == "exec" {
		name, args = args[0], args[1:]
	} else if name == "ysq" && os.Getenv("YSQ_REQUIRE_REAL") != "1" {
		return runInside(ts, args)
	}
	code := exitCode(ts.Exec(name, args...))
	return said{ts.ReadFile("stdout"), ts.ReadFile("stderr"), code}
}

func runInside(ts *testscript.TestScript, args []string) said {
	inside.Lock()
	defer inside.Unlock()
	ts.Check(os.Chdir(ts.MkAbs(".")))
	var out, errOut strings.Builder
	code := cli.Main(context.Background(), context.WithCancel, args, strings.NewReader(""), &out, &errOut, ts.Getenv, release())
	return said{out.String(), errOut.String(), code}
}

// shown lets the script look at what was said.
func (s said) shown(ts *testscript.TestScript) said {
	io.WriteString(ts.Stdout(), s.out)
	io.WriteString(ts.Stderr(), s.err)
	return s
}

// command is `ysq ARGUMENT…`.
func command(ts *testscript.TestScript, fails bool, args []string) {
	if got := typed(ts, "ysq", args...).shown(ts); (got.code != 0) != fails {
		ts.Fatalf("exit code %d", got.code)
	}
}

// startServer is `imapsim [-password P] N [FILE…]`: a mail server with N applications and the mails
// of the files, all arrived a moment ago, until the script ends. It sets IMAP_PORT.
func startServer(ts *testscript.TestScript, _ bool, args []string) {
	f := flag.NewFlagSet("imapsim", flag.ContinueOnError)
	password := f.String("password", "", "what LOGIN accepts; empty accepts any")
	ts.Check(f.Parse(args))
	n, err := strconv.Atoi(f.Arg(0))
	ts.Check(err)
	s, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText, Password: *password})
	ts.Check(err)
	ts.Defer(s.Close)
	arrived := time.Now().Add(-time.Minute)
	for i := range n {
		s.Add("INBOX", application(i+1), arrived.Add(time.Duration(i)*time.Second))
	}
	for _, file := range f.Args()[1:] {
		s.Add("INBOX", []byte(strings.ReplaceAll(ts.ReadFile(file), "\n", "\r\n")), arrived)
	}
	addr, err := s.Listen()
	ts.Check(err)
	_, port, err := net.SplitHostPort(addr)
	ts.Check(err)
	ts.Setenv("IMAP_PORT", port)
}

// startPost is `smtpsim [STAGE LINE]`: an SMTP server that takes every mail, or always answers a stage with a
// line, until the script ends. It sets SMTP_PORT; what it takes is put into $WORK/posted, a file each.
func startPost(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.Getenv("WORK") + "/posted"
	ts.Check(os.MkdirAll(dir, 0o700))
	n := 0
	s := smtpsim.New(smtpsim.Options{User: "foi@example.test", Password: "secret", Taken: func(m smtpsim.Mail) {
		n++
		if err := os.WriteFile(fmt.Sprintf("%s/%d", dir, n), m.Raw, 0o600); err != nil {
			panic(err)
		}
	}})
	if len(args) == 2 {
		s.Always(smtpsim.Stage(args[0]), smtpsim.Answer{Line: args[1]})
	}
	ts.Defer(s.Close)
	addr, err := s.Listen()
	ts.Check(err)
	_, port, err := net.SplitHostPort(addr)
	ts.Check(err)
	ts.Setenv("SMTP_PORT", port)
}

// application composes the mail of an invented applicant.
func application(i int) []byte {
	word := func(s string) string { return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=" }
	body := fmt.Sprintf("你局：\n\n现申请公开 2025 年第 %d 号监测点的监测数据。\n\n联系电话 13800000%03d\n", i, i)
	return fmt.Appendf(nil, "From: %s <applicant%d@example.test>\r\nTo: <foi@example.test>\r\nSubject: %s\r\nMessage-ID: <%d@example.test>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
		word(fmt.Sprintf("申请人%d", i)), i, word(fmt.Sprintf("政府信息公开申请：第 %d 号监测点", i)), i,
		base64.StdEncoding.EncodeToString([]byte(body)))
}

// setup is `setup [FLAG…]`: a configured office on the simulated server, as an administrator makes it.
func setup(ts *testscript.TestScript, _ bool, args []string) {
	work := ts.Getenv("WORK")
	password := work + "/imap-password"
	if _, err := os.Stat(password); err != nil {
		ts.Check(os.WriteFile(password, []byte("secret\n"), 0o600))
	}
	command(ts, false, append([]string{"init", "--agency", "示例市生态环境局", "--state", work + "/state", "--socket", work + "/ysq.sock",
		"--imap-host", "127.0.0.1", "--imap-port", ts.Getenv("IMAP_PORT"), "--imap-tls", "none", "--imap-user", "foi@example.test",
		"--password-file", password, "--yes"}, args...))
}

// setupBeside is `setup2 DIR`: a second office with everything of its own below DIR.
func setupBeside(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.Getenv("WORK") + "/" + args[0]
	ts.Check(os.Mkdir(dir, 0o700))
	command(ts, false, []string{"init", "--config", dir + "/ysq.toml", "--agency", "示例市生态环境局", "--state", dir + "/state", "--socket", dir + "/s",
		"--imap-host", "127.0.0.1", "--imap-port", ts.Getenv("IMAP_PORT"), "--imap-tls", "none", "--imap-user", "foi@example.test",
		"--password-file", ts.Getenv("WORK") + "/imap-password", "--yes"})
}

// compiledPDF gives the office of setup the compiled pdfium that an earlier run on this machine has left, and leaves one:
// compiling takes four seconds of the processor. Nothing happens where it cannot be kept.
func compiledPDF(ts *testscript.TestScript, _ bool, _ []string) {
	base, err := os.UserCacheDir()
	if err != nil || os.MkdirAll(base, 0o700) != nil { // an account without a home
		return
	}
	kept := filepath.Join(base, "ysq-scripts", worker.CacheName)
	ts.Check(new(worker.Reader).Prepare(context.Background(), kept))
	if _, err := os.Stat(kept); err != nil { // it is interpreted here
		return
	}
	cache := ts.Getenv("WORK") + "/state/cache"
	ts.Check(os.MkdirAll(cache, 0o700))
	ts.Check(os.Symlink(kept, filepath.Join(cache, worker.CacheName)))
}

// ready waits until a daemon answers on the socket.
func ready(ts *testscript.TestScript, _ bool, _ []string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", ts.Getenv("WORK")+"/ysq.sock")
		if err == nil {
			ts.Check(conn.Close())
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the daemon does not answer: %v", err)
		}
	}
}

// code is `code N COMMAND…`: the command ends with that exit code.
func code(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := typed(ts, args[1], args[2:]...).shown(ts); got.code != want {
		ts.Fatalf("exit code %d, want %d", got.code, want)
	}
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return e.ExitCode()
	}
	return -1
}

// days sets YEAR to that in which the server's mails arrived, TODAY, LATER, a working day in a month, and
// NEXTWORKDAY and THENWORKDAY, on which the office works by the calendar of the program; all by the
// law's zone.
func days(ts *testscript.TestScript, _ bool, _ []string) {
	today := civil.Of(time.Now())
	ts.Setenv("YEAR", strconv.Itoa(civil.Of(time.Now().Add(-time.Minute)).Year()))
	ts.Setenv("TODAY", today.String())
	ts.Setenv("LATER", workday.Embedded().Next(today.Add(30)).String())
	next := workday.Embedded().Next(today.Add(1))
	ts.Setenv("NEXTWORKDAY", next.String())
	ts.Setenv("THENWORKDAY", workday.Embedded().Next(next.Add(1)).String())
}

// seq sets SEQ and LAST to the numbers of the first and last record in the JSON that was printed.
func seq(ts *testscript.TestScript, _ bool, _ []string) {
	var res struct{ Records []struct{ Seq uint64 } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &res))
	ts.Setenv("SEQ", strconv.FormatUint(res.Records[0].Seq, 10))
	ts.Setenv("LAST", strconv.FormatUint(res.Records[len(res.Records)-1].Seq, 10))
}

// mailOf is `mailof NUMBER`: it sets DIGEST and SHORT, its beginning, to that of the mail which opened the case with that
// running number, as the last `mail list --json` says.
func mailOf(ts *testscript.TestScript, _ bool, args []string) {
	var all []struct{ Case, Digest string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &all))
	for _, m := range all {
		if strings.HasSuffix(m.Case, "-"+args[0]) {
			ts.Setenv("DIGEST", m.Digest)
			ts.Setenv("SHORT", m.Digest[:12])
			return
		}
	}
	ts.Fatalf("no mail opened %s", args[0])
}

// openOf sets SHORT to the first open mail of the case that the last `show --json` printed.
func openOf(ts *testscript.TestScript, _ bool, _ []string) {
	var d struct{ Open []struct{ Digest string } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &d))
	if len(d.Open) == 0 {
		ts.Fatalf("no open mail")
	}
	ts.Setenv("SHORT", d.Open[0].Digest[:12])
}

// until is `until TEXT COMMAND…`: runs the command again and again until its output has the text.
func until(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := typed(ts, args[1], args[2:]...)
		if strings.Contains(got.out, args[0]) {
			got.shown(ts)
			return
		} else if time.Now().After(deadline) {
			ts.Fatalf("no %q within half a minute: exit code %d\n%s%s", args[0], got.code, got.out, got.err)
		}
	}
}

// compareCRLF is `cmpcrlf A B`: B is A with the line ends of a mail.
func compareCRLF(ts *testscript.TestScript, _ bool, args []string) {
	if strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n") != ts.ReadFile(args[1]) {
		ts.Fatalf("%s is not %s with other line ends", args[1], args[0])
	}
}
