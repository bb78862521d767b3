package letter

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/words"
)

// Problem is one mistake in a template, with its place.
type Problem struct {
	Part      string `json:"part"`      // 正文, 页眉, 页脚, 脚注
	Paragraph int    `json:"paragraph"` // which of the part, from 1; 0: the whole template
	Text      string `json:"text"`      // how the paragraph begins
	What      string `json:"what"`      // what is wrong and what to write
}

func (p Problem) String() string {
	if p.Paragraph == 0 {
		return p.What
	}
	return fmt.Sprintf("%s第 %d 段（%s）：%s", p.Part, p.Paragraph, p.Text, p.What)
}

// TemplateError says that a template cannot be used.
type TemplateError struct {
	Letter   casefile.LetterKind
	Problems []Problem
}

func (e *TemplateError) Error() string {
	var all []string
	for _, p := range e.Problems {
		all = append(all, p.String())
	}
	return "“" + e.Letter.Label() + "”的模板有误：" + strings.Join(all, "；")
}

// mistake is a Problem before its place is known.
type mistake struct {
	at   marker
	what string
}

// Check finds what is wrong with a template for a kind of letter: names that it does not have, sections
// without an end, and the lack of what the law wants said.
func (t *Template) Check(kind casefile.LetterKind) []Problem {
	known := vocabularyOf(kind)
	var all []Problem
	used := map[string]bool{}
	for _, name := range t.names {
		tree := t.filled[name]
		if tree == nil {
			continue
		}
		c := checker{known: known, used: used}
		c.container(tree, nil)
		for _, m := range c.wrong {
			p := m.at.p
			all = append(all, Problem{partLabel(name), p.at, excerpt(p.paragraphText()), m.what})
		}
	}
	for _, must := range mustHave(kind) {
		if !used[must] {
			all = append(all, Problem{What: "缺少 {{" + must + "}}，这种文书不能没有它"})
		}
	}
	return all
}

func partLabel(name string) string {
	base := strings.TrimPrefix(strings.ToLower(name), "word/")
	for prefix, label := range map[string]string{"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"} {
		if strings.HasPrefix(base, prefix) {
			return label
		}
	}
	return "正文"
}

type checker struct {
	known vocabulary
	used  map[string]bool
	wrong []mistake
}

// container checks what is below a node. inside are the lists within which it stands, ends the markers
// of a section around it.
func (c *checker) container(n *node, inside []string, ends ...marker) {
	all, wrong := segments(n.children)
	for _, w := range wrong {
		if !slices.Contains(ends, w.at) {
			c.wrong = append(c.wrong, w)
		}
	}
	for _, seg := range all {
		inner, around := inside, ends
		if seg.section {
			c.name(seg.begin, inside)
			if _, list := c.known.lists[seg.begin.name]; list {
				inner = append(slices.Clone(inside), seg.begin.name)
			}
			around = append(slices.Clone(ends), seg.begin, seg.end)
		}
		for _, u := range seg.units {
			if u.name == "p" {
				c.paragraph(u, inner, around)
			}
			c.container(u, inner, around...)
		}
	}
}

// paragraph checks the markers of a paragraph but those that are the ends of a section around it.
func (c *checker) paragraph(p *node, inside []string, ends []marker) {
	found, stray := markersOf(p)
	for _, s := range stray {
		c.wrong = append(c.wrong, mistake{marker{p: p}, "“" + s + "”的括号不成对；要写作 {{名称}}"})
	}
	var open []string
	for _, m := range found {
		if slices.Contains(ends, m) {
			continue
		}
		in := append(slices.Clone(inside), open...)
		if m.does == '/' {
			if n := len(open); n > 0 && open[n-1] == m.name {
				open = open[:n-1]
			}
			continue
		}
		c.name(m, in)
		if m.begins() {
			open = append(open, m.name)
		}
	}
}

// name checks one name where it stands.
func (c *checker) name(m marker, inside []string) {
	if m.does == 0 || m.does == '#' {
		c.used[m.name] = true
	}
	if m.name == "" {
		c.wrong = append(c.wrong, mistake{m, m.String() + " 里没有写名称"})
		return
	}
	for _, list := range inside {
		if slices.Contains(c.known.lists[list], m.name) {
			return
		}
	}
	_, list := c.known.lists[m.name]
	switch {
	case slices.Contains(c.known.text, m.name):
	case list && m.does != 0:
	case list:
		c.wrong = append(c.wrong, mistake{m, m.String() + " 有几项，要写作 {{#" + m.name + "}} … {{/" + m.name + "}}"})
	default:
		c.wrong = append(c.wrong, mistake{m, "没有 " + m.String() + " 这一项" + c.near(m.name, inside)})
	}
}

// near proposes the name that was probably meant.
func (c *checker) near(name string, inside []string) string {
	within := ""
	for list, names := range c.known.lists {
		if _, common := commonLists[list]; slices.Contains(names, name) && (within == "" || !common) { // the letter's own list is meant
			within = list
		}
	}
	if within != "" {
		return "；它只在 {{#" + within + "}} 与 {{/" + within + "}} 之间有"
	}
	if best := words.Nearest(name, c.known.names(inside), 2); best != "" {
		return "；是不是 {{" + best + "}}？"
	}
	return "；ysq letter kinds 列出各种文书可用的名称"
}
