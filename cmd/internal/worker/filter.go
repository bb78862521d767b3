package worker

import "golang.org/x/sys/unix"

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

// filterFor is the filter of the process with that pid, in the kernel's classic BPF: each rule is a
// comparison that falls through to the next where it does not match.
func filterFor(pid uint32) []unix.SockFilter {
	const (
		load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		is   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		has  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		ret  = unix.BPF_RET | unix.BPF_K

		allow = unix.SECCOMP_RET_ALLOW
		deny  = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
		kill  = unix.SECCOMP_RET_KILL_PROCESS
	)
	f := []unix.SockFilter{
		{Code: load, K: dataArch},
		{Code: is, Jt: 1, K: auditArch},
		{Code: ret, K: kill}, // numbers of another machine's table mean other calls
		{Code: load, K: dataNumber},
	}
	for _, nr := range plain {
		f = append(f, unix.SockFilter{Code: is, Jf: 1, K: nr}, unix.SockFilter{Code: ret, K: allow})
	}
	// bits decides by bits of an argument, equal by its lower half.
	bits := func(nr, arg, mask, set, clear uint32) {
		f = append(f, unix.SockFilter{Code: is, Jf: 4, K: nr}, unix.SockFilter{Code: load, K: arg},
			unix.SockFilter{Code: has, Jf: 1, K: mask}, unix.SockFilter{Code: ret, K: set}, unix.SockFilter{Code: ret, K: clear})
	}
	equal := func(nr, arg, value uint32) {
		f = append(f, unix.SockFilter{Code: is, Jf: 4, K: nr}, unix.SockFilter{Code: load, K: arg},
			unix.SockFilter{Code: is, Jf: 1, K: value}, unix.SockFilter{Code: ret, K: allow}, unix.SockFilter{Code: ret, K: deny})
	}
	// Its flags lie in memory, where a filter cannot look; who hears this goes on with clone.
	f = append(f, unix.SockFilter{Code: is, Jf: 1, K: unix.SYS_CLONE3}, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)})
	// Threads, no processes, and none in namespaces of their own.
	f = append(f, unix.SockFilter{Code: is, Jf: 6, K: unix.SYS_CLONE}, unix.SockFilter{Code: load, K: dataArg0},
		unix.SockFilter{Code: has, Jf: 1, K: strangeThread}, unix.SockFilter{Code: ret, K: deny},
		unix.SockFilter{Code: has, Jf: 1, K: unix.CLONE_THREAD}, unix.SockFilter{Code: ret, K: allow}, unix.SockFilter{Code: ret, K: deny})
	bits(unix.SYS_MMAP, dataArg2, unix.PROT_EXEC, deny, allow)
	bits(unix.SYS_MPROTECT, dataArg2, unix.PROT_EXEC, deny, allow)
	f = append(f, fcntlRules(load, is, has, ret, allow, deny)...)
	equal(unix.SYS_SCHED_GETAFFINITY, dataArg0, 0) // of others, it tells which processes there are
	equal(unix.SYS_TGKILL, dataArg0, pid)          // the runtime signals its own threads
	equal(unix.SYS_KILL, dataArg0, pid)
	return append(f, unix.SockFilter{Code: ret, K: deny})
}

// strangeThread are the flags of clone that the runtime does not use for its threads and that reach beyond
// the process.
const strangeThread = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP | unix.CLONE_PTRACE | unix.CLONE_PIDFD | unix.CLONE_PARENT

// fcntlRules let a descriptor's flags be read and set and nothing else: with an owner and a signal of
// somebody's choice (F_SETOWN, F_SETSIG) a pipe kills whoever reads from it, and leases and notifications do
// the like.
func fcntlRules(load, is, has uint16, ret uint16, allow, deny uint32) []unix.SockFilter {
	return []unix.SockFilter{
		{Code: is, Jf: 13, K: unix.SYS_FCNTL},
		{Code: load, K: dataArg1},
		{Code: is, Jf: 1, K: unix.F_GETFD}, {Code: ret, K: allow},
		{Code: is, Jf: 1, K: unix.F_SETFD}, {Code: ret, K: allow},
		{Code: is, Jf: 1, K: unix.F_GETFL}, {Code: ret, K: allow},
		{Code: is, Jt: 1, K: unix.F_SETFL}, {Code: ret, K: deny},
		{Code: load, K: dataArg2},
		{Code: has, Jt: 1, K: unix.O_ASYNC}, {Code: ret, K: allow},
		{Code: ret, K: deny},
	}
}
