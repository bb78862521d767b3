package panics_test

import (
	"errors"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile/panics"
)

func TestIn(t *testing.T) {
	plain := errors.New("plain")
	if err := panics.In(func() error { return plain }); !errors.Is(err, plain) {
		t.Errorf("an error became %v", err)
	}
	err := panics.In(func() error {
		var none []int
		return map[int]error{none[0]: nil}[0]
	})
	p, ok := errors.AsType[*panics.Error](err)
	if !ok || !strings.Contains(err.Error(), "out of range") || !strings.Contains(string(p.Stack), "panics_test.go") {
		t.Errorf("a panic became %v", err)
	}
}
