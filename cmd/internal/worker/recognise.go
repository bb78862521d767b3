package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Tesseract is a large program of C++ that is given what strangers send. It becomes what a child of ours is after the
// child has locked itself up: of all files it can open those that it consists of and the description of the
// language, to read; it has no socket, starts no other program, and ends at its limits. The picture comes on fd 0, what
// it read goes to fd 1.

// Engine is tesseract, as it is installed.
type Engine struct {
	Program  string // the binary
	Language string // the directory that holds chi_sim.traineddata
}

// Where distributions put them.
var (
	enginePrograms  = []string{"/usr/bin/tesseract", "/usr/local/bin/tesseract"}
	engineLanguages = []string{
		"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tesseract/tessdata", "/usr/share/tessdata",
	}
)

const engineLanguage = "chi_sim"

// FindEngine finds tesseract and its Chinese, or says what is missing, and whether this kernel can confine it.
func FindEngine() (e Engine, err error) {
	for _, p := range enginePrograms {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			e.Program = p
			break
		}
	}
	for _, d := range engineLanguages {
		if info, err := os.Stat(filepath.Join(d, engineLanguage+".traineddata")); err == nil && info.Mode().IsRegular() {
			e.Language = d
			break
		}
	}
	switch {
	case e.Program == "":
		return e, fmt.Errorf("没有安装 tesseract（apt install tesseract-ocr tesseract-ocr-chi-sim）")
	case e.Language == "":
		return e, fmt.Errorf("tesseract 没有简体中文数据（apt install tesseract-ocr-chi-sim）")
	}
	switch version, errno := landlockVersion(); {
	case errno == unix.EPERM:
		return e, fmt.Errorf("这里不许使用 Landlock 的系统调用（容器，或 systemd 较旧，不认得它们的名字），不能给 tesseract 设限，不识别扫描件")
	case version < 1:
		return e, fmt.Errorf("内核没有 Landlock（需 5.13 或以上并启用），不能给 tesseract 设限，不识别扫描件")
	}
	return e, nil
}

// What tesseract may use: a page at 200 dpi takes a third of it.
const (
	engineMemory  = 400 << 20 // addresses
	engineSeconds = 20        // of processor
)

// TryOCR has tesseract read a blank picture, confined as ever.
func (r *Reader) TryOCR(ctx context.Context) error {
	const side = 200
	picture := slices.Concat(fmt.Appendf(nil, "P5\n%d %d\n255\n", side, side), bytes.Repeat([]byte{255}, side*side))
	said, err := r.tesseract(ctx, bytes.NewReader(picture), modePage6)
	if err == nil && !bytes.HasPrefix(said.out, []byte("level\t")) {
		err = errors.New("it said nothing")
	}
	if err != nil {
		return fmt.Errorf("%s（%w：%s）", said.why(), err, said.complaint)
	}
	return nil
}

// tesseract reads one picture.
func (r *Reader) tesseract(ctx context.Context, picture io.Reader, mode int) (answer, error) {
	return r.run(ctx, []string{Command, modeRecognise, r.OCR.Program, r.OCR.Language, strconv.Itoa(mode)}, picture)
}

// landlockVersion is the version that this kernel speaks, or why none can be used.
func landlockVersion() (int, unix.Errno) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, errno
	}
	return int(v), 0
}

// become turns this process into tesseract, confined. It returns only if that failed.
func (e Engine) become(mode int) error {
	program, err := unix.BytePtrFromString(e.Program)
	if err != nil {
		return err
	}
	argv, err := pointers("tesseract", "stdin", "stdout", "--tessdata-dir", e.Language, "-l", engineLanguage, "--oem", "1", "--psm", strconv.Itoa(mode),
		"--dpi", "200", "-c", "tessedit_create_tsv=1", "-c", "tessedit_create_boxfile=1")
	if err != nil {
		return err
	}
	env, err := pointers("LC_ALL=C", "OMP_THREAD_LIMIT=1")
	if err != nil {
		return err
	}
	runtime.LockOSThread() // what follows is this thread's, and exec ends the others
	if err := e.confine(); err != nil {
		return fmt.Errorf("confining the recogniser: %w", err)
	}
	limits := []struct {
		resource uintptr
		most     uint64
	}{
		{unix.RLIMIT_CPU, engineSeconds}, {unix.RLIMIT_CORE, 0}, {unix.RLIMIT_FSIZE, 0}, {unix.RLIMIT_NOFILE, openFiles},
		{unix.RLIMIT_AS, engineMemory}, // last: Go has more addresses than that, and asks for none from here on
	}
	// Nothing from here to the end allocates.
	for i := range limits {
		l := unix.Rlimit{Cur: limits[i].most, Max: limits[i].most}
		if _, _, errno := unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, limits[i].resource, uintptr(unsafe.Pointer(&l)), 0, 0, 0); errno != 0 {
			return fmt.Errorf("confining the recogniser: limits: %w", errno)
		}
	}
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(program)), uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&env[0])))
	return fmt.Errorf("starting tesseract: %w", errno)
}

// pointers are the strings as exec wants them.
func pointers(all ...string) ([]*byte, error) {
	out := make([]*byte, 0, len(all)+1)
	for _, s := range all {
		p, err := unix.BytePtrFromString(s)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return append(out, nil), nil
}

// confine locks up this thread, and what it becomes.
func (e Engine) confine() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if err := e.landlock(); err != nil {
		return err
	}
	filter := engineFilter()
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&prog))); errno != 0 {
		return fmt.Errorf("the system call filter: %w", errno)
	}
	return nil
}

// landlock leaves this thread the files that tesseract consists of.
func (e Engine) landlock() error {
	const every = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR |
		unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	rules := unix.LandlockRulesetAttr{Handled_access_fs: every}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules.Handled_access_fs), 0)
	if errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	const read, run = unix.LANDLOCK_ACCESS_FS_READ_FILE, unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	for _, r := range []struct {
		path   string
		access uint64
		must   bool
	}{
		{e.Program, run, true}, {filepath.Join(e.Language, engineLanguage+".traineddata"), read, true},
		{"/usr/lib", run, true}, {"/usr/lib64", run, false}, {"/lib", run, false}, {"/lib64", run, false}, {"/usr/local/lib", run, false},
		{"/etc/ld.so.cache", read, false},
	} {
		at, err := unix.Open(r.path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil && !r.must {
			continue
		}
		if err != nil {
			return &fs.PathError{Op: "open", Path: r.path, Err: err}
		}
		rule := unix.LandlockPathBeneathAttr{Allowed_access: r.access, Parent_fd: int32(at)}
		_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, fd, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
		if err := unix.Close(at); errno != 0 || err != nil {
			return fmt.Errorf("landlock: %s: %w", r.path, errno)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	return nil
}

// engineCalls are the system calls that tesseract makes from its start to its end.
var engineCalls = append([]uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_LSEEK, unix.SYS_PREAD64,
	unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_BRK, unix.SYS_FUTEX, unix.SYS_CLOCK_GETTIME, unix.SYS_GETRANDOM,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SYSINFO, unix.SYS_SCHED_GETAFFINITY,
	unix.SYS_SET_TID_ADDRESS, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_GETPID, unix.SYS_GETTID,
	unix.SYS_FACCESSAT, unix.SYS_READLINKAT, unix.SYS_UNAME,
	unix.SYS_EXECVE, // once, by this process; what Landlock lets be executed is bound by the same rules
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
}, startsHere...)

// engineFilter allows them, and files to be opened for reading only. Memory becomes executable out of a file,
// which Landlock has to allow, and in no other way. There is no socket, no process and no thread.
func engineFilter() []unix.SockFilter {
	return filterOf(engineCalls,
		without(unix.SYS_OPENAT, dataArg2, unix.O_WRONLY|unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC),
		[]unix.SockFilter{
			{Code: is, Jf: 6, K: unix.SYS_MMAP}, {Code: load, K: dataArg2},
			{Code: has, Jf: 3, K: unix.PROT_EXEC}, {Code: load, K: dataArg3},
			{Code: has, Jf: 1, K: unix.MAP_ANONYMOUS}, {Code: ret, K: deny}, {Code: ret, K: allow},
		},
		without(unix.SYS_MPROTECT, dataArg2, unix.PROT_EXEC),
		equal(unix.SYS_FCNTL, dataArg1, unix.F_GETFL),
		equal(unix.SYS_PRLIMIT64, dataArg0, 0)) // its own limits, which it cannot raise, and nobody else's
}
