package worker

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a child may use. Its memory is bounded thrice: the Go heap by a soft limit that makes the
// collector work harder, WebAssembly by its pages, and everything together by RLIMIT_DATA, which counts
// private writable pages. RLIMIT_AS would not do: Go reserves addresses far beyond what it uses.
const (
	softMemory = 192 << 20 // of the Go heap
	hardMemory = 768 << 20 // of all data; pdfium's interpreter alone takes 250 MiB
	wasmPages  = 256 << 20 >> 16
	cpuSeconds = 20
	openFiles  = 16
)

// limit bounds what the process may use. It is the part of confine that is also right for preparing
// the cache, which has to write.
func limit(memory, seconds uint64) error {
	runtime.GOMAXPROCS(2) // fixed: the runtime then stops looking for cgroups, which it could not open
	for _, l := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"RLIMIT_CPU", unix.RLIMIT_CPU, seconds},
		{"RLIMIT_DATA", unix.RLIMIT_DATA, memory},
		{"RLIMIT_CORE", unix.RLIMIT_CORE, 0}, // a dump would hold what the applicant wrote
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("setting %s: %w", l.name, err)
		}
	}
	return nil
}

// confine takes from the process all that reading an attachment does not need, for good and on every
// thread: it can read and write what is open, ask for memory up to its limit, and end. It cannot open,
// create, connect, execute, trace, fork, signal others, or make memory executable.
func confine() error {
	debug.SetMemoryLimit(softMemory)
	if err := limit(slack*hardMemory, slack*cpuSeconds); err != nil {
		return err
	}
	for name, l := range map[string]struct {
		resource int
		most     uint64
	}{
		"RLIMIT_FSIZE":  {unix.RLIMIT_FSIZE, 0}, // pipes are no files
		"RLIMIT_NOFILE": {unix.RLIMIT_NOFILE, openFiles},
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	// The flag is a thread's own; the filter carries it to the others (seccomp(2), TSYNC).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("setting no_new_privs: %w", err)
	}
	filter := filterFor(uint32(os.Getpid()))
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("setting the system call filter: %w", errno)
	}
	if thread != 0 {
		return fmt.Errorf("setting the system call filter: thread %d did not follow", thread)
	}
	return nil
}

// mayExecute reports whether this process may make memory executable. Under systemd's
// MemoryDenyWriteExecute it may not; WebAssembly is then interpreted.
func mayExecute() bool {
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return false
	}
	defer unix.Munmap(page)
	return unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC) == nil
}
