package stats_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws fewer reports than rapid would by itself: each computes nine years. .ci/run asks for more.
func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "30")
	os.Exit(m.Run())
}
