package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile/form"
)

// TestMain is the program when a test executes it again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Command:
			os.Exit(Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
		case "hostile":
			os.Exit(hostile(os.Args[2]))
		case "hostile-recogniser":
			os.Exit(hostileRecogniser(os.Args[2], os.Args[3]))
		case "without-exec": // as systemd's MemoryDenyWriteExecute= would have it
			if err := unix.Prctl(unix.PR_SET_MDWE, unix.PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0); err != nil || mayExecute() {
				fmt.Fprintln(os.Stderr, "no MDWE:", err)
				os.Exit(1)
			}
			os.Exit(Main(os.Args[3:], os.Stdin, os.Stdout, os.Stderr))
		}
	}
	os.Exit(m.Run())
}

func testReader(t testing.TB) *Reader { return &Reader{Dir: t.TempDir()} }

// read reads bytes as an attachment.
func (r *Reader) read(ctx context.Context, in form.Input) (Reading, error) {
	body := in.Body
	return r.Read(ctx, in, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// prepared returns a directory with pdfium compiled, once for all runs of the test on this machine; ""
// where it cannot be.
func prepared(t testing.TB) string {
	t.Helper()
	if !compiles || !mayExecute() {
		return ""
	}
	base, err := os.UserCacheDir()
	if err != nil || os.MkdirAll(base, 0o700) != nil { // an account without a home
		base = filepath.Join(os.TempDir(), fmt.Sprint("ysq-", os.Getuid()))
	}
	dir := filepath.Join(base, "ysq-test", CacheName)
	if err := testReader(t).Prepare(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// hostile is a child whose reading went wrong in one of the ways in which it can. It is confined as the
// real one is.
func hostile(how string) int {
	if err := confine(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if call, ok := forbidden[how]; ok {
		fmt.Printf(`{"state":"read","note":%q}`, call())
		return 0
	}
	io.Copy(io.Discard, os.Stdin)
	switch how {
	case "crash":
		panic("on purpose")
	case "hang":
		time.Sleep(time.Hour)
	case "spin":
		for n := 0; n >= 0; {
		}
	case "eat":
		for kept := [][]byte{}; ; {
			kept = append(kept, bytes.Repeat([]byte{1}, 16<<20))
			fmt.Fprintln(io.Discard, len(kept))
		}
	case "flood":
		for {
			os.Stdout.WriteString(strings.Repeat("x", 64<<10))
		}
	case "whine":
		for range 1000 {
			fmt.Fprintln(os.Stderr, strings.Repeat("x", 1000))
		}
		return 1
	case "silent":
		return 0
	case "killed": // as the kernel does where memory runs out
		unix.Kill(os.Getpid(), unix.SIGKILL)
	case "flags":
		errs := []error{}
		for _, call := range [][2]int{{unix.F_GETFD, 0}, {unix.F_SETFD, unix.FD_CLOEXEC}, {unix.F_GETFL, 0}, {unix.F_SETFL, unix.O_NONBLOCK}} {
			_, err := unix.FcntlInt(1, call[0], call[1])
			errs = append(errs, err)
		}
		fmt.Printf(`{"state":"read","note":%q}`, fmt.Sprint(errors.Join(errs...)))
	case "environment":
		fmt.Printf(`{"state":"read","note":%q}`, fmt.Sprint(os.Environ()))
	case "nonsense":
		fmt.Print(`{"state":"approved"}`)
	}
	return 0
}

func TestHostile(t *testing.T) {
	for how, want := range map[string]string{
		"crash":    "读取进程异常退出",
		"hang":     "读取用时过长，已中止",
		"spin":     "读取用时过长，已中止",
		"eat":      "读取所需内存过大，已中止",
		"flood":    "读出的内容过多，已中止",
		"whine":    "读取进程异常退出",
		"silent":   "读取进程异常退出",
		"killed":   "读取进程被终止（killed）",
		"nonsense": "读取进程异常退出",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			if how == "eat" && slack > 1 {
				t.Skip("the race detector has its own words for want of memory")
			}
			r := testReader(t)
			r.argv = []string{"hostile", how}
			if strings.Contains(want, "过长") {
				r.wall = 300 * time.Millisecond
			}
			got, err := r.read(t.Context(), form.Input{Index: 1, Name: "a.docx", Body: []byte("x")})
			if err != nil || got.State != Failed || got.Note != want {
				t.Errorf("state %q, note %q (%s), error %v; want %q, %q", got.State, got.Note, got.Complaint, err, Failed, want)
			}
		})
	}
}

// A child that is stopped because its caller is leaves an error, and no reading to keep.
func TestStopped(t *testing.T) {
	r := testReader(t)
	r.argv = []string{"hostile", "hang"}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopping := errors.New("stopping")
	time.AfterFunc(50*time.Millisecond, func() { cancel(stopping) })
	if _, err := r.read(ctx, form.Input{Body: []byte("x")}); !errors.Is(err, stopping) {
		t.Errorf("error %v, want %v", err, stopping)
	}
}

// forbidden are what a confined process must not be able to do; each returns the error's name.
var forbidden = map[string]func() string{
	"socket":  func() string { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); return name(err) },
	"unix":    func() string { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); return name(err) },
	"connect": func() string { return name(unix.Connect(0, &unix.SockaddrUnix{Name: "/run/ysq/ysq.sock"})) },
	"execve":  func() string { return name(unix.Exec("/bin/true", []string{"true"}, nil)) },
	"fork": func() string {
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		return name(e)
	},
	"clone3": func() string { _, _, e := unix.RawSyscall(unix.SYS_CLONE3, 0, 0, 0); return name(e) },
	"ptrace": func() string { return name(unix.PtraceAttach(os.Getppid())) },
	"create": func() string {
		_, err := unix.Open("/tmp/ysq-worker-test", unix.O_WRONLY|unix.O_CREAT, 0o600)
		return name(err)
	},
	"write":   func() string { _, err := unix.Open("/dev/null", unix.O_WRONLY, 0); return name(err) },
	"open":    func() string { _, err := unix.Open("/etc/passwd", unix.O_RDONLY, 0); return name(err) },
	"openat2": func() string { _, err := unix.Openat2(unix.AT_FDCWD, "/etc/passwd", &unix.OpenHow{}); return name(err) },
	"unlink":  func() string { return name(unix.Unlink("/tmp/ysq-worker-test")) },
	"rename":  func() string { return name(unix.Rename("/tmp/a", "/tmp/b")) },
	"chmod":   func() string { return name(unix.Chmod("/tmp", 0o777)) },
	"memfd":   func() string { _, err := unix.MemfdCreate("x", 0); return name(err) },
	"kill":    func() string { return name(unix.Kill(os.Getppid(), 0)) },
	"tgkill":  func() string { return name(unix.Tgkill(os.Getppid(), os.Getppid(), 0)) },
	"pidfd":   func() string { _, err := unix.PidfdOpen(os.Getppid(), 0); return name(err) },
	"rlimit":  func() string { return name(unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: 1, Max: 1})) },
	"uring":   func() string { _, _, e := unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, 0, 0); return name(e) },
	"vm read": func() string {
		_, err := unix.ProcessVMReadv(os.Getppid(), nil, []unix.RemoteIovec{{Base: 4096, Len: 1}}, 0)
		return name(err)
	},
	// Calls that are allowed, with arguments that reach beyond the process.
	"fcntl owner":      func() string { return fcntl(unix.F_SETOWN, os.Getppid()) },
	"fcntl owner self": func() string { return fcntl(unix.F_SETOWN, os.Getpid()) },
	"fcntl owner ex":   func() string { return fcntl(unix.F_SETOWN_EX, 0) },
	"fcntl signal":     func() string { return fcntl(unix.F_SETSIG, 9) },
	"fcntl async":      func() string { return fcntl(unix.F_SETFL, unix.O_ASYNC|unix.O_NONBLOCK) },
	"fcntl lease":      func() string { return fcntl(unix.F_SETLEASE, unix.F_WRLCK) },
	"fcntl notify":     func() string { return fcntl(unix.F_NOTIFY, 2) },
	"fcntl pipe size":  func() string { return fcntl(unix.F_SETPIPE_SZ, 1<<20) },
	"fcntl duplicate":  func() string { return fcntl(unix.F_DUPFD, 3) },
	"fcntl lock":       func() string { return fcntl(unix.F_SETLK, 0) },
	"kill the group":   func() string { return name(unix.Kill(0, 0)) },
	"kill everybody":   func() string { return name(unix.Kill(-1, 0)) },
	"kill its group":   func() string { return name(unix.Kill(-os.Getpid(), 0)) },
	"affinity":         func() string { var set unix.CPUSet; return name(unix.SchedGetaffinity(os.Getppid(), &set)) },
	"namespace": func() string {
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, unix.CLONE_THREAD|unix.CLONE_SIGHAND|unix.CLONE_VM|unix.CLONE_NEWUSER, 0, 0, 0, 0, 0)
		return name(e)
	},
	"traced thread": func() string {
		_, _, e := unix.RawSyscall6(unix.SYS_CLONE, unix.CLONE_THREAD|unix.CLONE_SIGHAND|unix.CLONE_VM|unix.CLONE_PTRACE, 0, 0, 0, 0, 0)
		return name(e)
	},
	"exec map": func() string {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
		return name(err)
	},
	"exec protect": func() string {
		b, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			return "mmap: " + name(err)
		}
		return name(unix.Mprotect(b, unix.PROT_READ|unix.PROT_EXEC))
	},
}

// fcntl turns to the pipe that the parent reads.
func fcntl(command, argument int) string {
	_, err := unix.FcntlInt(uintptr(1), command, argument)
	return name(err)
}

func name(err error) string {
	if errno, ok := err.(unix.Errno); ok {
		return unix.ErrnoName(errno)
	}
	return fmt.Sprint(err)
}

func TestForbidden(t *testing.T) {
	for what := range forbidden {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := testReader(t)
			r.argv = []string{"hostile", what}
			got, err := r.read(t.Context(), form.Input{Body: []byte("x")})
			want := "EPERM"
			if what == "clone3" {
				want = "ENOSYS"
			}
			if err != nil || got.State != Read || got.Note != want {
				t.Errorf("state %q, %q, error %v; want %s", got.State, got.Note, err, want)
			}
		})
	}
}

// What the runtime asks of a descriptor is allowed.
func TestAllowedFlags(t *testing.T) {
	r := testReader(t)
	r.argv = []string{"hostile", "flags"}
	if got, err := r.read(t.Context(), form.Input{Body: []byte("x")}); err != nil || got.Note != "<nil>" {
		t.Errorf("%q (%s), error %v", got.Note, got.Complaint, err)
	}
}

// The child has no environment.
func TestBare(t *testing.T) {
	r := testReader(t)
	r.argv = []string{"hostile", "environment"}
	t.Setenv("YSQ_TEST_SECRET", "x")
	if got, err := r.read(t.Context(), form.Input{Body: []byte("x")}); err != nil || got.Note != "[]" {
		t.Errorf("it has %q (%s), error %v", got.Note, got.Complaint, err)
	}
}

// While it reads, the program itself is confined as the hostile children of these tests are: on every thread, and within its limits.
func TestProgramIsConfined(t *testing.T) {
	for _, args := range [][]string{{modePlain, withoutSheets}, {modeUnpack}, {modeUnderstand}, {modePicture, "0"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("/proc/self/exe", append([]string{Command}, args...)...)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait() //nolint:errcheck // it complains of what it was given
			defer in.Close()
			// More than the pipe holds: when all of it is written, the child has begun to read.
			if _, err := io.WriteString(in, "{}\n"+strings.Repeat("x", 256<<10)); err != nil {
				t.Fatal(err)
			}
			proc := fmt.Sprintf("/proc/%d/", cmd.Process.Pid)
			threads, err := filepath.Glob(proc + "task/*/status")
			if err != nil || len(threads) == 0 {
				t.Fatalf("%d threads, %v", len(threads), err)
			}
			for _, file := range threads {
				status, err := os.ReadFile(file)
				if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH) {
					continue // a thread that has ended
				}
				if err != nil || !strings.Contains(string(status), "\nNoNewPrivs:\t1\n") || !strings.Contains(string(status), "\nSeccomp:\t2\n") {
					t.Errorf("%s: %v\n%s", file, err, status)
				}
			}
			limits, err := os.ReadFile(proc + "limits")
			if err != nil {
				t.Fatal(err)
			}
			for name, most := range map[string]int{"Max file size": 0, "Max open files": openFiles, "Max core file size": 0, "Max cpu time": slack * cpuSeconds, "Max data size": slack * hardMemory} {
				if !regexp.MustCompile(fmt.Sprintf(`(?m)^%s +%d +%[2]d `, name, most)).Match(limits) {
					t.Errorf("%s is not %d\n%s", name, most, limits)
				}
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	got, err := testReader(t).read(t.Context(), form.Input{Body: make([]byte, MaxInput+1)})
	if err != nil || got.State != TooLarge {
		t.Errorf("state %q, error %v", got.State, err)
	}
}

func TestCache(t *testing.T) {
	dir := prepared(t)
	if dir == "" {
		t.Skip("pdfium is interpreted here")
	}
	before := filesOf(t, dir)
	if len(before) != 1 {
		t.Fatalf("files %v, want one", before)
	}
	if info, err := os.Stat(before[0]); err != nil || info.Mode().Perm()&0o222 != 0 {
		t.Errorf("mode %v, %v; want nobody to write", info.Mode(), err)
	}
	in := form.Input{Name: "a.pdf", Body: writePDF("", new(pdfPage).text(72, 700, "申请人：张三"))}
	for _, argv := range [][]string{nil, {"without-exec"}} {
		r := testReader(t)
		r.Cache, r.argv, r.wall = dir, argv, 4*wallTime // interpreted, under the race detector, beside other tests
		got, err := r.read(t.Context(), in)
		if text := blockText(got.Document.Blocks); err != nil || got.State != Read || text != "申请人：张三\n" {
			t.Errorf("%v: state %q, %q, error %v", argv, got.State, text, err)
		}
	}
	if after := filesOf(t, dir); !slices.Equal(before, after) {
		t.Errorf("a child has changed the cache: %v", after)
	}
}

func TestCacheName(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := func(path string) string {
		_, rest, _ := strings.Cut(string(mod), path+" v")
		v, _, _ := strings.Cut(rest, "\n")
		return v
	}
	if want := "pdfium-" + version("github.com/klippa-app/go-pdfium") + "-wazero-" + version("github.com/tetratelabs/wazero"); CacheName != want {
		t.Errorf("CacheName is %q, want %q as in go.mod", CacheName, want)
	}
}

func filesOf(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCopyFails(t *testing.T) {
	broken := errors.New("broken")
	if _, err := testReader(t).Read(t.Context(), form.Input{}, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
