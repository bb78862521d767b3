package durabletest

import (
	"os"
	"testing"

	"ysq.internal/ysq/casefile/durable"
)

// room is how much memory there must be free for files: more than the largest test writes.
const room = 256 << 20

// Dir is a directory in memory where there is one with room: what survives a power cut Disk decides, and waiting for a real disk
// takes longer than what most tests are about.
func Dir(t testing.TB) string {
	t.Helper()
	const memory = "/dev/shm"
	if s, err := durable.SpaceOf(memory); err != nil || s.Free < room {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "ysq")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
