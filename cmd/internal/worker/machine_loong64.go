package worker

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_LOONGARCH64
	compiles  = false // wazero only interprets here
)

var plainHere []uint32
