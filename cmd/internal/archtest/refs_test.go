package archtest

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// A document as it is cited: mailbox/FAULTS.md, or casefile/LAW.md#clocks for a section.
var cited = regexp.MustCompile(`\b([\w.-]+/)*[\w.-]+\.md\b(#[\w-]+)?`)

// Whatever the tree cites is in the tree: the document, by its path from the root or from where it is
// cited, and the section by the anchor of its heading.
func TestCitedDocumentsExist(t *testing.T) {
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (file == ".git" || file == "dist"):
			return fs.SkipDir
		case e.IsDir() || !strings.Contains(" .go .md .txtar .sh .toml ", " "+path.Ext(file)+" "):
			return nil
		}
		src, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		for n, line := range strings.Split(string(src), "\n") {
			if path.Ext(file) == ".go" { // comments cite; strings name files of elsewhere
				_, line, _ = strings.Cut(line, "//")
			}
			for _, ref := range cited.FindAllString(line, -1) {
				if why := unresolved(root, path.Dir(file), ref); why != "" {
					t.Errorf("%s:%d: %s: %s", file, n+1, ref, why)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unresolved says what is missing of a citation that stands in a file of the folder, "" if nothing.
func unresolved(root fs.FS, folder, ref string) string {
	name, anchor, section := strings.Cut(ref, "#")
	text, err := fs.ReadFile(root, path.Join(folder, name))
	if err != nil {
		text, err = fs.ReadFile(root, name)
	}
	switch {
	case err != nil:
		return "there is no such document"
	case section && !hasSection(string(text), anchor):
		return "the document has no such section"
	}
	return ""
}

// hasSection looks for the heading whose anchor, as browsers of repositories make it, is the one given.
func hasSection(text, anchor string) bool {
	for line := range strings.Lines(text) {
		heading := strings.TrimLeft(line, "#")
		if heading == line {
			continue
		}
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case strings.ContainsRune("(),.:;`'“”/", r):
				return -1
			}
			return r
		}, strings.ToLower(strings.TrimSpace(heading)))
		if slug == anchor {
			return true
		}
	}
	return false
}
