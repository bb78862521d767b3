package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_LOONGARCH64
	compiles  = false // wazero only interprets here
)

var plainHere []uint32

// startsHere are what a program of C needs here to start.
var startsHere = []uint32{unix.SYS_STATX}
