package daemon

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// rest gives back what the daemon does not need while it waits. What Go would collect every two minutes, and give back to
// the kernel little by little, is done at once while the daemon is awake. And the pages of the program's own file go: starting
// and the first poll touch two thirds of the file, because the kernel maps sixteen pages for each one that is read, and all of
// them would count as the daemon's memory for as long as it runs. The kernel keeps them in its cache while there is room, and
// the few that a poll needs come back in microseconds.
func rest() {
	debug.FreeOSMemory()
	forgetTimers()
	for _, m := range ownCode() {
		// A page of the file that was never written comes back unchanged. Nothing is lost if the kernel refuses.
		unix.Syscall(unix.SYS_MADVISE, m.start, m.length, unix.MADV_DONTNEED)
	}
}

// forgetTimers takes the timers that were stopped or put off out of the heaps of Go's runtime. It leaves them there, as most
// programs run on: at the time that such a timer had at first, the process is woken for nothing, once for a deadline of the
// connection and once for the watchdog after each poll. It does look through a heap of which a quarter was stopped, but only
// through that of the processor that it runs on; with one processor there is one heap. The runtime may do otherwise in a later
// version: then this does nothing.
func forgetTimers() {
	procs := runtime.GOMAXPROCS(1)
	stopped := make([]*time.Timer, 256) // more than a third of what a daemon with very many mailboxes waits for
	for i := range stopped {
		stopped[i] = time.AfterFunc(time.Hour, func() {})
	}
	for _, t := range stopped { // at last, for each that is added throws out the stopped ones at the heap's end
		t.Stop()
	}
	runtime.Gosched() // it looks now
	runtime.GOMAXPROCS(procs)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.SetDefaultGOMAXPROCS() // which follows what the cgroup grants
	}
	time.Sleep(time.Millisecond) // wakes the thread that waits for the network, which counts on the old times
}

// ownCode returns the untouched mappings of the program's own file. The register's file is mapped, too, and does not count.
func ownCode() []mapping {
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return nil
	}
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	return untouched(smaps, exe)
}

type mapping struct {
	start, length uintptr
	resident      int // bytes of it that are in memory
}

// untouched returns the mappings of a file, as smaps describes them (proc(5)), that may not be written and of which no page
// has been changed. A loader may change pages before it makes a mapping read-only; they may have gone to the swap since.
func untouched(smaps []byte, file string) (all []mapping) {
	within := false // the lines are about the last of all
	for line := range bytes.Lines(smaps) {
		var start, end uintptr
		var may, offset, device, field string
		var inode, kib int
		if n, _ := fmt.Sscanf(string(line), "%x-%x %s %s %s %d", &start, &end, &may, &offset, &device, &inode); n == 6 {
			if within = may[1] == '-' && strings.HasSuffix(strings.TrimSpace(string(line)), " "+file); within {
				all = append(all, mapping{start: start, length: end - start})
			}
			continue
		}
		if !within {
			continue
		}
		if n, _ := fmt.Sscanf(string(line), "%s %d kB", &field, &kib); n < 2 {
			continue
		}
		switch last := len(all) - 1; {
		case field == "Rss:":
			all[last].resident = kib << 10
		case (field == "Anonymous:" || field == "Swap:") && kib > 0:
			all, within = all[:last], false
		}
	}
	return all
}
