package wire

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// peerGroups asks the kernel for the supplementary groups of a socket's peer (SO_PEERGROUPS, since
// Linux 4.13). The buffer grows until the list fits.
func peerGroups(fd int) ([]uint32, error) {
	for n := 64; ; n *= 2 {
		groups := make([]uint32, n)
		size := uint32(4 * n)
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_PEERGROUPS,
			uintptr(unsafe.Pointer(&groups[0])), uintptr(unsafe.Pointer(&size)), 0)
		switch {
		case errno == 0:
			return groups[:size/4], nil
		case !errors.Is(errno, unix.ERANGE) || n > 1<<16: // NGROUPS_MAX is 65536
			return nil, errno
		}
	}
}
