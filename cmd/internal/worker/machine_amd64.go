package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_X86_64
	compiles  = true // wazero has a compiler for this machine
)

var plainHere = []uint32{unix.SYS_EPOLL_WAIT}

// startsHere are what a program of C needs here to start.
var startsHere = []uint32{unix.SYS_ARCH_PRCTL, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_NEWFSTATAT, unix.SYS_FSTAT}
