package casefile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestSequences runs testdata/sequences.txt: courses that cross each other's ways, each with the dates that the law gives,
// worked out by hand before they were run. A course begins with "# name: why"; its records are those of TestStories, and
// what is expected of it follows "= ".
func TestSequences(t *testing.T) {
	text, err := os.ReadFile("testdata/sequences.txt")
	if err != nil {
		t.Fatal(err)
	}
	courses := strings.Split("\n"+string(text), "\n# ")[1:]
	if len(courses) < 30 {
		t.Errorf("only %d courses", len(courses))
	}
	for _, course := range courses {
		head, body, _ := strings.Cut(course, "\n")
		name, _, _ := strings.Cut(head, ":")
		t.Run(name, func(t *testing.T) {
			s := story{t: t}
			var expect []string
			for line := range lines(&txtar.File{Data: []byte(body)}) {
				if want, ok := strings.CutPrefix(line, "= "); ok {
					expect = append(expect, want)
					continue
				}
				s.record(line)
			}
			s.compare(&txtar.File{Data: []byte(strings.Join(expect, "\n"))})
		})
	}
}
