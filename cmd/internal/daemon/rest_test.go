package daemon

import (
	"slices"
	"testing"
)

// Only what nobody may write, and nobody has changed, of the program's own file is let go.
func TestUntouched(t *testing.T) {
	const smaps = `00400000-0140b000 r-xp 00000000 00:1b 6101986                            /usr/bin/ysq
Size:              16428 kB
Rss:                8192 kB
Anonymous:             0 kB
Swap:                  0 kB
0140b000-024ce000 r--p 0100b000 00:1b 6101986                            /usr/bin/ysq
Rss:                4096 kB
Anonymous:             4 kB
Swap:                  0 kB
024ce000-02bcc000 rw-p 020ce000 00:1b 6101986                            /usr/bin/ysq
Rss:                   4 kB
Anonymous:             0 kB
Swap:                  0 kB
02bcc000-02bce000 r--p 027ce000 00:1b 6101986                            /usr/bin/ysq
Rss:                   0 kB
Anonymous:             0 kB
Swap:                  4 kB
7f0000000000-7f0000001000 r--p 00000000 00:1b 77                         /usr/bin/ysq2
Rss:                   4 kB
Anonymous:             0 kB
Swap:                  0 kB
7f0000002000-7f0040000000 r--s 00000000 00:1b 78                         /var/lib/ysq/register.db
Rss:              999999 kB
Anonymous:             0 kB
Swap:                  0 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
Rss:                   8 kB
Anonymous:             0 kB
Swap:                  0 kB
`
	if got, want := untouched([]byte(smaps), "/usr/bin/ysq"), []mapping{{0x400000, 0x100b000, 8 << 20}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// The program goes on, and what it had mapped is gone.
func TestRest(t *testing.T) {
	mapped := func() (bytes int) {
		for _, m := range ownCode() {
			bytes += m.resident
		}
		return bytes
	}
	before := mapped()
	rest()
	if after := mapped(); before >= 6<<20 && after >= before {
		t.Errorf("%d bytes of the program were mapped, and %d are", before, after)
	}
}
