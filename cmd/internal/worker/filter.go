package worker

import (
	"slices"

	"golang.org/x/sys/unix"
)

// plain are the system calls that the Go runtime and the reading of pipes need, whatever their
// arguments: none of them reaches another process. What is not listed here or in filterFor fails with EPERM.
var plain = append([]uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE,
	unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK,
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_SCHED_YIELD, unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETRANDOM,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2,
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, // what glibc does for a thread, in a test built with cgo
}, plainHere...)

// Fields of struct seccomp_data (seccomp(2)). Arguments are 64 bits wide; all machines that ysq runs
// on are little-endian, so the lower half comes first.
const (
	dataNumber = 0
	dataArch   = 4
	dataArg0   = 16
	dataArg1   = 24
	dataArg2   = 32
	dataArg3   = 40
)

// The instructions of the kernel's classic BPF that filters use: each rule is a comparison, which falls through to the
// next rule where it does not match.
const (
	load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	is   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	has  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	ret  = unix.BPF_RET | unix.BPF_K

	allow = unix.SECCOMP_RET_ALLOW
	deny  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
)

// filterOf allows calls whatever their arguments, judges others by the rules, and denies the rest.
func filterOf(calls []uint32, rules ...[]unix.SockFilter) []unix.SockFilter {
	f := []unix.SockFilter{
		{Code: load, K: dataArch},
		{Code: is, Jt: 1, K: auditArch},
		{Code: ret, K: unix.SECCOMP_RET_KILL_PROCESS}, // numbers of another machine's table mean other calls
		{Code: load, K: dataNumber},
	}
	for _, nr := range calls {
		f = append(f, unix.SockFilter{Code: is, Jf: 1, K: nr}, unix.SockFilter{Code: ret, K: allow})
	}
	return append(append(f, slices.Concat(rules...)...), unix.SockFilter{Code: ret, K: deny})
}

// without allows a call where an argument has none of the bits.
func without(nr, arg, bits uint32) []unix.SockFilter {
	return []unix.SockFilter{{Code: is, Jf: 4, K: nr}, {Code: load, K: arg}, {Code: has, Jf: 1, K: bits}, {Code: ret, K: deny}, {Code: ret, K: allow}}
}

// equal allows a call where the lower half of an argument is the value.
func equal(nr, arg, value uint32) []unix.SockFilter {
	return []unix.SockFilter{{Code: is, Jf: 4, K: nr}, {Code: load, K: arg}, {Code: is, Jf: 1, K: value}, {Code: ret, K: allow}, {Code: ret, K: deny}}
}

// filterFor is the filter of the process with that pid.
func filterFor(pid uint32) []unix.SockFilter {
	return filterOf(plain,
		// Its flags are in memory, which a filter cannot read; a caller that gets this error falls back to clone.
		[]unix.SockFilter{{Code: is, Jf: 1, K: unix.SYS_CLONE3}, {Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)}},
		// Threads, no processes, and none in namespaces of their own.
		[]unix.SockFilter{
			{Code: is, Jf: 6, K: unix.SYS_CLONE}, {Code: load, K: dataArg0},
			{Code: has, Jf: 1, K: strangeThread}, {Code: ret, K: deny},
			{Code: has, Jf: 1, K: unix.CLONE_THREAD}, {Code: ret, K: allow}, {Code: ret, K: deny},
		},
		without(unix.SYS_MMAP, dataArg2, unix.PROT_EXEC),
		without(unix.SYS_MPROTECT, dataArg2, unix.PROT_EXEC),
		// Only a descriptor's flags may be read and set: with an owner and a signal of its choice (F_SETOWN, F_SETSIG) a
		// process could have the kernel kill whoever reads from its pipe; leases and notifications allow the same.
		[]unix.SockFilter{
			{Code: is, Jf: 13, K: unix.SYS_FCNTL},
			{Code: load, K: dataArg1},
			{Code: is, Jf: 1, K: unix.F_GETFD}, {Code: ret, K: allow},
			{Code: is, Jf: 1, K: unix.F_SETFD}, {Code: ret, K: allow},
			{Code: is, Jf: 1, K: unix.F_GETFL}, {Code: ret, K: allow},
			{Code: is, Jt: 1, K: unix.F_SETFL}, {Code: ret, K: deny},
			{Code: load, K: dataArg2},
			{Code: has, Jt: 1, K: unix.O_ASYNC}, {Code: ret, K: allow},
			{Code: ret, K: deny},
		},
		equal(unix.SYS_SCHED_GETAFFINITY, dataArg0, 0), // of others, it tells which processes there are
		equal(unix.SYS_TGKILL, dataArg0, pid),          // the runtime signals its own threads
		equal(unix.SYS_KILL, dataArg0, pid))
}

// strangeThread are the flags of clone that the runtime does not use for its threads and that reach beyond
// the process.
const strangeThread = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP | unix.CLONE_PTRACE | unix.CLONE_PIDFD | unix.CLONE_PARENT
