package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_AARCH64
	compiles  = true // wazero has a compiler for this machine
)

var plainHere []uint32

// startsHere are what a program of C needs here to start.
var startsHere = []uint32{unix.SYS_NEWFSTATAT, unix.SYS_FSTAT}
