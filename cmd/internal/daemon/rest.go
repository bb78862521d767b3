package daemon

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// mostCode is how much of the program may stay mapped while nothing happens.
const mostCode = 6 << 20

// rest gives back the pages of the program's own file. Starting and the first poll touch two thirds of the file, because the
// kernel maps sixteen pages for each one that is read, and all of them would count as the daemon's memory for as long as it
// runs. The kernel keeps them in its cache while there is room, and the few that a poll needs come back in microseconds.
func rest() {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return
	}
	var size, resident, shared int
	if _, err := fmt.Sscan(string(statm), &size, &resident, &shared); err != nil || shared*os.Getpagesize() < mostCode {
		return
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for _, m := range untouched(smaps, exe) {
		// A page of the file that was never written comes back unchanged. Nothing is lost if the kernel refuses.
		unix.Syscall(unix.SYS_MADVISE, m.start, m.length, unix.MADV_DONTNEED)
	}
}

type mapping struct{ start, length uintptr }

// untouched returns the mappings of a file, as smaps describes them (proc(5)), that may not be written and of which no page
// has been changed. A loader may change pages before it makes a mapping read-only.
func untouched(smaps []byte, file string) (all []mapping) {
	var at mapping
	for line := range bytes.Lines(smaps) {
		var start, end uintptr
		var may, offset, device string
		var inode, kib int
		if n, _ := fmt.Sscanf(string(line), "%x-%x %s %s %s %d", &start, &end, &may, &offset, &device, &inode); n == 6 {
			if at = (mapping{start, end - start}); may[1] != '-' || !strings.HasSuffix(strings.TrimSpace(string(line)), " "+file) {
				at = mapping{}
			}
		} else if n, _ := fmt.Sscanf(string(line), "Anonymous: %d kB", &kib); n == 1 && kib == 0 && at.length > 0 {
			all = append(all, at)
		}
	}
	return all
}
