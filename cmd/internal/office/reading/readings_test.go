package reading

import (
	"os"
	"path/filepath"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/worker"
)

// What is kept is bounded, and what another version kept goes.
func TestReadingsAreTidied(t *testing.T) {
	var erased casefile.Digest
	r := &readings{cache: t.TempDir(), erased: func(d casefile.Digest) bool { return d == erased }}
	old := filepath.Join(r.cache, "read", "0.0", "a")
	for _, dir := range []string{old, filepath.Join(r.cache, "pdfium-1-wazero-1"), filepath.Join(r.cache, "pdfium-1.tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	gone, stays := casefile.DigestOf([]byte("gone")), casefile.DigestOf([]byte("stays"))
	for _, d := range []casefile.Digest{gone, stays} {
		if err := r.put(d, []worker.Reading{{State: worker.Read}}); err != nil {
			t.Fatal(err)
		}
	}
	erased = gone // as by a crash between the record and the files
	if err := r.tidy(); err != nil {
		t.Fatal(err)
	}
	if r.has(gone) || !r.has(stays) {
		t.Errorf("the erased one is kept: %v, the other: %v", r.has(gone), r.has(stays))
	}
	left, err := os.ReadDir(r.cache)
	if err != nil || len(left) != 1 || r.size == 0 {
		t.Errorf("left %v, %v; size %d", left, err, r.size)
	}
	if err := os.Truncate(r.path(stays), 5); err != nil { // torn by a crash
		t.Fatal(err)
	}
	if _, ok := r.get(stays); ok {
		t.Error("a torn file was taken for a reading")
	}
	if err := r.put(gone, nil); err != nil || r.has(gone) {
		t.Errorf("erased while it was read, and kept: %v, %v", r.has(gone), err)
	}
}
