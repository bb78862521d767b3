package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

var initTrace = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, \S+ ms clock, (\d+) bytes, \d+ allocs$`)

// Tables are made when they are first asked for: a command must not make all of them before it begins.
func TestStartMakesNoTables(t *testing.T) {
	cmd := exec.Command("ysq", "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	all, total := initTrace.FindAllSubmatch(out, -1), 0
	for _, m := range all {
		n, err := strconv.Atoi(string(m[2]))
		if err != nil {
			t.Fatal(err)
		}
		if total += n; n > 192<<10 {
			t.Errorf("initialising %s takes %d bytes", m[1], n)
		}
	}
	if len(all) < 20 || total > 1<<20 {
		t.Errorf("initialising %d packages takes %d bytes", len(all), total)
	}
}
