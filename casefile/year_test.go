package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

// TestFoldYear: the latest freezing stands, unless the year was reopened after it.
func TestFoldYear(t *testing.T) {
	closed := func(seq uint64, digest byte) casefile.Record {
		return casefile.Record{Seq: seq, Event: casefile.YearClosed{Year: 2025, Digest: casefile.Digest{digest}}}
	}
	reopened := casefile.Record{Seq: 2, Event: casefile.YearReopened{Year: 2025, Reason: "漏计"}}
	tests := []struct {
		name    string
		history []casefile.Record
		by      uint64 // 0: open
	}{
		{"nothing", nil, 0},
		{"closed", []casefile.Record{closed(1, 1)}, 1},
		{"reopened", []casefile.Record{closed(1, 1), reopened}, 0},
		{"closed again", []casefile.Record{closed(1, 1), reopened, closed(3, 3)}, 3},
	}
	for _, test := range tests {
		e, by, ok := casefile.FoldYear(test.history)
		if ok != (test.by != 0) || by.Seq != test.by || e.Digest[0] != byte(test.by) {
			t.Errorf("%s: %t by record %d with digest %s", test.name, ok, by.Seq, e.Digest.Short())
		}
	}
}
