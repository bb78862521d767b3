package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	inlineCommand = regexp.MustCompile("`(ysq [^`]+)`")
	blockCommand  = regexp.MustCompile(`^\s*(?:\$ )?(ysq [^#]+)`)
	// What follows a command in a table of commands stands two blanks apart.
	beside = regexp.MustCompile(`\s{2,}\p{Han}.*$`)
)

// Every command that a document shows exists, with the options that it shows.
func TestDocumentsShowCommands(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../../*.md", "../../../deploy/doc/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	shown := 0
	for _, file := range files {
		if filepath.Base(file) == "CHANGELOG.md" {
			continue // tells of what was
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		block, n := false, 0
		for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
			n++
			var commands []string
			switch {
			case strings.HasPrefix(strings.TrimSpace(line), "```"):
				block = !block
			case block:
				if m := blockCommand.FindStringSubmatch(line); m != nil {
					commands = []string{beside.ReplaceAllString(strings.TrimRight(m[1], "\n"), "")}
				}
			default:
				for _, m := range inlineCommand.FindAllStringSubmatch(line, -1) {
					commands = append(commands, m[1])
				}
			}
			for _, c := range commands {
				shown++
				if why := unknown(c); why != "" {
					t.Errorf("%s:%d: %s: %s", filepath.Base(file), n, c, why)
				}
			}
		}
	}
	if shown < 60 {
		t.Errorf("only %d commands were looked at", shown)
	}
}

// unknown says what is wrong with a command line, "" for nothing. Several ways that are shown at once
// (a|b, …) count as one.
func unknown(line string) string {
	line, _, _ = strings.Cut(line, " | ")
	words := strings.Fields(line)
	root := newTerminal(0, nil).rootFor(words[1:])
	c, rest, err := root.Find(words[1:])
	if err != nil {
		return err.Error()
	}
	if len(words) > 1 && c == root && !strings.HasPrefix(words[1], "-") {
		return "there is no such command"
	}
	for _, w := range rest {
		name, isFlag := strings.CutPrefix(w, "--")
		if name, _, _ = strings.Cut(name, "="); !isFlag || name == "" {
			continue
		}
		name = strings.TrimRight(name, "）)，。；、'\"")
		if c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
			return "there is no option --" + name
		}
	}
	return ""
}

// Every command has its place in one of the guides, those of the daily work in the clerk's: what no guide shows, nobody
// looks for.
func TestGuidesShowCommands(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("../../../deploy/doc/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	clerk := read("clerk.zh-CN.md")
	both := clerk + read("admin.zh-CN.md")
	for _, c := range newTerminal(0, nil).root().Commands() {
		guide, where := both, "the guides"
		if c.GroupID == groupRecord {
			guide, where = clerk, "the clerk's guide"
		}
		if c.GroupID != "" && !regexp.MustCompile("(ysq |`)"+c.Name()+"\\b").MatchString(guide) {
			t.Errorf("%s: %s does not show it", c.Name(), where)
		}
	}
}
