package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_AARCH64
	compiles  = true // wazero has a compiler for this machine
)

var plainHere []uint32
