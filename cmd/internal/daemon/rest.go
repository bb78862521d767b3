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

// rest lets the program's own pages go that nobody needs any more. Starting and the first poll touch two thirds of the
// file, sixteen pages for each that is read, and all of them would count as the daemon's for as long as it runs. They stay in
// the kernel's cache for as long as there is room, and the few that a poll needs come back from there in microseconds.
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
		// A page of a file that was never written comes back as it was. Should the kernel refuse, nothing is lost.
		unix.Syscall(unix.SYS_MADVISE, m.start, m.length, unix.MADV_DONTNEED)
	}
}

type mapping struct{ start, length uintptr }

// untouched are the mappings of a file, as smaps describes them (proc(5)), that may not be written and of which no page was
// ever changed, as a loader changes pages before it forbids that.
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
