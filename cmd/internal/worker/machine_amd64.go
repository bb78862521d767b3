package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_X86_64
	compiles  = true // wazero has a compiler for this machine
)

var plainHere = []uint32{unix.SYS_EPOLL_WAIT}
