// Command tests is go test with a closing word on what was skipped, and for want of what, which go test
// prints only with -v. It takes the arguments of go test.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// place is what comes before the text of t.Skip: its file and line.
var place = regexp.MustCompile(`^\s*\S+\.go:\d+: `)

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	said := map[string]map[string][]string{} // package, test, lines; until the test has ended
	skipped := map[string]int{}              // reason to tests
	tests := 0
	for lines := json.NewDecoder(out); ; {
		var e event
		if err := lines.Decode(&e); err != nil {
			break // Wait says why
		}
		of := said[e.Package]
		if of == nil {
			of = map[string][]string{}
			said[e.Package] = of
		}
		switch e.Action {
		case "build-output":
			fmt.Print(e.Output)
		case "output":
			if !strings.HasPrefix(e.Output, "=== ") {
				of[e.Test] = append(of[e.Test], e.Output)
			}
		case "skip", "pass", "fail":
			switch {
			case e.Test == "": // the package has ended; what is left belongs to it or to tests that never did
				for _, test := range slices.Sorted(maps.Keys(of)) {
					if test == "" || e.Action == "fail" {
						show(of[test])
					}
				}
			case e.Action == "fail":
				show(of[e.Test])
			case e.Action == "skip":
				skipped[reason(of[e.Test])]++
			}
			delete(of, e.Test)
			if e.Test != "" {
				tests++
			}
		}
	}
	err = cmd.Wait()
	sum := 0
	for _, n := range skipped {
		sum += n
	}
	fmt.Printf("\n%d tests, %d of them skipped:\n", tests, sum)
	for _, why := range slices.SortedFunc(maps.Keys(skipped), func(a, b string) int {
		return cmp.Or(skipped[b]-skipped[a], cmp.Compare(a, b))
	}) {
		fmt.Printf("%4d  %s\n", skipped[why], why)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// show prints what a test or a package said, without the PASS of each package.
func show(lines []string) {
	for _, l := range lines {
		if l != "PASS\n" && !strings.HasSuffix(l, "[no test files]\n") {
			fmt.Print(l)
		}
	}
}

// reason is the text that a test gave to t.Skip.
func reason(lines []string) string {
	for _, l := range lines {
		if rest := place.ReplaceAllString(l, ""); rest != l {
			return strings.TrimSpace(rest)
		}
	}
	return "no reason given"
}
