package main

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// The files that the package has under another name.
var renamed = map[string]string{"CHANGELOG.md": doc + "changelog.gz", "LICENSE": doc + "copyright"}

var link = regexp.MustCompile(`(!?)\[([^\]]*)\]\(([^)\s]+)\)`)

// relink makes the links between documents lead to where the package has them. What only the source has is named and no link.
func (o order) relink(tree []item) error {
	places := map[string]string{}
	maps.Copy(places, renamed)
	for _, i := range tree {
		if i.from != "" {
			places[i.from] = i.to
		}
	}
	for n, i := range tree {
		if !strings.HasSuffix(i.to, ".md") {
			continue
		}
		text, err := os.ReadFile(i.from)
		if err != nil {
			return err
		}
		tree[n].from = filepath.Join(o.scratch, path.Base(i.to))
		if err := os.WriteFile(tree[n].from, relinked(text, i, places), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// relinked is a document as it stands at its place in the package.
func relinked(text []byte, i item, places map[string]string) []byte {
	return link.ReplaceAllFunc(text, func(whole []byte) []byte {
		m := link.FindSubmatch(whole)
		picture, words, target := string(m[1]), string(m[2]), string(m[3])
		if strings.Contains(target, "://") {
			return whole
		}
		to, ok := places[path.Join(path.Dir(i.from), target)]
		if !ok {
			return []byte(words + " (in the source)")
		}
		near, err := filepath.Rel(path.Dir(i.to), to)
		if err != nil { // both are absolute
			panic(err)
		}
		return []byte(picture + "[" + words + "](" + near + ")")
	})
}
