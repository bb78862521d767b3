package worker

import "golang.org/x/sys/unix"

// plain are the system calls that the Go runtime and the reading of pipes need, whatever their
// arguments. What is not listed here or in filterFor fails with EPERM.
var plain = append([]uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE, unix.SYS_FCNTL,
	unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK,
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_RESTART_SYSCALL,
	unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_GETRANDOM,
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
	dataArg2   = 32
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
	bits(unix.SYS_CLONE, dataArg0, unix.CLONE_THREAD, allow, deny) // threads, no processes
	bits(unix.SYS_MMAP, dataArg2, unix.PROT_EXEC, deny, allow)
	bits(unix.SYS_MPROTECT, dataArg2, unix.PROT_EXEC, deny, allow)
	equal(unix.SYS_TGKILL, dataArg0, pid) // the runtime signals its own threads
	equal(unix.SYS_KILL, dataArg0, pid)
	return append(f, unix.SockFilter{Code: ret, K: deny})
}
