package web

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// everyPage lists the pages of a register with cases in it.
func (b *bureau) everyPage() []string {
	all := []string{"/", "/?words=x", "/cases", "/cases?which=all", "/mails", "/mails?place=case&out=all", "/years", "/year/2026", "/year/2026/words", "/year/2026/freeze", "/year/2026/opening", "/stats", "/dispute", "/split/1", "/attach/1", "/register?case=1&case=2", "/search", "/search?q=pwned", "/status", "/new",
		"/case/1", "/case/1/days", "/register/1", "/case/2", "/register/2", "/step/note?case=1&case=2", "/answer/1"}
	for command := range commands() {
		all = append(all, "/step/"+command+"?case=1")
	}
	slices.Sort(all)
	return all
}

// What screen readers need, on every page: one heading of the page, a name for each input and button, headings in
// order, heads of tables that say what they head, no name given twice.
func TestMarkup(t *testing.T) {
	b := openBureau(t)
	b.application("2026-11-02", "张三", "水质监测数据")
	b.application("2026-09-02", "李四", "规划许可")
	s := b.seat(clerk)
	for _, path := range append(b.everyPage(), "/nowhere") {
		_, page := s.get(path)
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, wrong := range check(root) {
			t.Errorf("%s: %s", path, wrong)
		}
		if len(page) > 150<<10 {
			t.Errorf("%s has %d KiB", path, len(page)>>10)
		}
	}
}

func check(root *html.Node) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	ids, labelled, heads, level := map[string]bool{}, map[string]bool{}, 0, 0
	for n := range root.Descendants() {
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				complain("id %s stands twice", id)
			}
			ids[id] = true
		}
		switch n.Data {
		case "html":
			if attr(n, "lang") != "zh-CN" {
				complain("no language")
			}
		case "h1", "h2", "h3":
			at := int(n.Data[1] - '0')
			if at == 1 {
				heads++
			}
			if at > level+1 {
				complain("%s after h%d: %s", n.Data, level, text(n))
			}
			level = at
		case "input", "select", "textarea":
			if kind := attr(n, "type"); kind == "hidden" || kind == "submit" {
				continue
			}
			if attr(n, "aria-label") == "" && !labelled[attr(n, "id")] && !within(n, "label") {
				complain("%s %s has no label", n.Data, attr(n, "name"))
			}
		case "button", "a", "summary":
			if strings.TrimSpace(text(n)) == "" {
				complain("%s %s says nothing", n.Data, attr(n, "href"))
			}
		case "th":
			if attr(n, "scope") == "" {
				complain("th %q has no scope", text(n))
			}
		case "img":
			if attr(n, "alt") == "" {
				complain("a picture without words")
			}
		case "svg":
			if attr(n, "role") != "img" || attr(n, "aria-label") == "" {
				complain("a drawing without words")
			}
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				complain("%s has %s of its own", n.Data, a.Key)
			}
		}
	}
	if heads != 1 {
		complain("%d headings of the page", heads)
	}
	return wrong
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func within(n *html.Node, name string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// young is what came after Chromium 86 (October 2020), as the browsers of 统信 and 麒麟 are: written with what the
// version is that first had it.
var young = map[string]string{
	`:has\(`: "105", `:is\(`: "88", `:where\(`: "88", `@container`: "105", `@layer`: "99", `aspect-ratio`: "88", `\binset\b\s*:`: "87", `accent-color`: "93",
	`color-mix`: "111", `text-underline-offset`: "87", `overflow:\s*clip`: "90", `\bdvh\b|\bsvh\b`: "108", `&\s*[.:>{]\s`: "112 (nesting)", `text-wrap`: "114",
	`\.at\(`: "92", `Object\.hasOwn`: "93", `structuredClone`: "98", `\.findLast`: "97", `\|\|=|&&=|\?\?=`: "85, not in Firefox ESR of then", `popover`: "114", `<dialog`: "134 of Firefox and Safari", `\binert\b`: "102",
	`scrollbar-gutter`: "94", `field-sizing`: "123", `subgrid`: "117", `\brgb\(\d+ \d+`: "kept out: blanks for commas",
}

func TestNothingYoungerThanItsBrowsers(t *testing.T) {
	for _, dir := range []fs.FS{assets, templates} {
		err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(dir, path)
			for feature, since := range young {
				if found := regexp.MustCompile(feature).Find(b); found != nil && !strings.HasSuffix(path, ".html") || found != nil && strings.HasPrefix(feature, "<") {
					t.Errorf("%s has %q, which browsers know since %s", path, found, since)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
