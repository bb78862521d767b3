package daemon

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// Only what nobody may write, and nobody has changed, of the program's own file is let go.
func TestUntouched(t *testing.T) {
	const smaps = `00400000-0140b000 r-xp 00000000 00:1b 6101986                            /usr/bin/ysq
Size:              16428 kB
Anonymous:             0 kB
0140b000-024ce000 r--p 0100b000 00:1b 6101986                            /usr/bin/ysq
Anonymous:             4 kB
024ce000-02bcc000 rw-p 020ce000 00:1b 6101986                            /usr/bin/ysq
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 00:1b 77                         /usr/bin/ysq2
Anonymous:             0 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
Anonymous:             0 kB
`
	if got, want := untouched([]byte(smaps), "/usr/bin/ysq"), []mapping{{0x400000, 0x100b000}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// The program goes on, and what it had mapped is gone.
func TestRest(t *testing.T) {
	mapped := func() (pages int) {
		var size, resident int
		statm, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Skip(err)
		}
		fmt.Sscan(string(statm), &size, &resident, &pages)
		return pages
	}
	before := mapped()
	rest()
	if after := mapped(); before*os.Getpagesize() > mostCode && after >= before {
		t.Errorf("%d pages of files were mapped, and %d are", before, after)
	}
}
