package unseen

import (
	"cmp"
	"slices"
	"strings"
)

// sheet is the page's own style: its rules by the key of those that they mean, which is an id, a class or a tag.
type sheet struct {
	rules map[string][]rule
	count int
	work  int // elements that were compared with a rule, and what was applied; beyond maxWork the style counts no more
}

type rule struct {
	path   []compound // the element and, before it, those that it must stand in
	weight int        // a rule of greater weight goes before one of less, a later one before one of the same
	says   []declaration
	cost   int // of applying it, for sheet.work
}

// compound is a part of a selector that means one element: div.note#a.
type compound struct {
	tag, id string
	classes []string
	child   bool // of the element before it, not only within it
}

const (
	maxRules = 1000
	maxSheet = 64 << 10 // bytes of a style that are searched for rules
	maxClass = 256      // bytes of an element's classes
	maxWork  = 1 << 18
	maxPath  = 8
	maxNames = 8 // classes that one element must have
	maxMedia = 4 // conditions within conditions
)

// Sheet reads the text of a style element.
func (e *Elements) Sheet(css string) { e.sheet.read(uncommented(css[:min(len(css), maxSheet)]), 0) }

// read takes rules that stand within so many conditions. Those for a screen of some width are ignored: what they hide on a
// narrow one is shown on a wide one.
func (s *sheet) read(css string, within int) {
	for len(css) > 0 {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			return
		}
		selectors, depth, end := css[:open], 1, open+1
		for ; end < len(css) && depth > 0; end++ {
			switch css[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		body := css[open+1 : end]
		if depth == 0 { // else the page ended before it
			body = body[:len(body)-1]
		}
		css = css[end:]
		if i := strings.LastIndexByte(selectors, ';'); i >= 0 { // @import …;
			selectors = selectors[i+1:]
		}
		if selectors = strings.TrimSpace(selectors); strings.HasPrefix(selectors, "@") {
			if media, ok := strings.CutPrefix(selectors, "@media"); ok && onScreens(media) && within < maxMedia {
				s.read(body, within+1)
			}
			continue
		}
		says := declarations(body) // once for all selectors: a hostile page has thousands before one long body
		if len(says) == 0 {
			continue
		}
		for one := range strings.SplitSeq(selectors, ",") {
			s.add(one, rule{says: says, cost: 1 + len(body)/64})
		}
	}
}

// onScreens reports whether a condition holds for every screen.
func onScreens(media string) bool {
	for one := range strings.SplitSeq(strings.ToLower(media), ",") {
		if !slices.ContainsFunc(strings.Fields(one), func(w string) bool { return w != "all" && w != "screen" && w != "only" }) {
			return true
		}
	}
	return false
}

// uncommented takes the comments out of a style, and the marks by which it is hidden from programs that know none.
func uncommented(css string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(css, "/*")
		b.WriteString(before)
		if !ok {
			break
		}
		_, css, _ = strings.Cut(after, "*/")
	}
	return strings.NewReplacer("<!--", "", "-->", "").Replace(b.String())
}

// add takes a rule for a selector, if it is one that can be told here: attributes, states and neighbours cannot.
func (s *sheet) add(selector string, r rule) {
	if strings.ContainsAny(selector, "[:+~*\\") || s.count >= maxRules {
		return
	}
	var path []compound
	weight, child := 0, false
	for part := range strings.FieldsSeq(strings.ReplaceAll(selector, ">", " > ")) {
		if part == ">" {
			child = true
			continue
		}
		c := compound{child: child}
		child = false
		for i := 0; i < len(part); {
			end := i + 1
			for end < len(part) && part[end] != '.' && part[end] != '#' {
				end++
			}
			switch name := part[i:end]; name[0] {
			case '#':
				c.id, weight = name[1:], weight+10000
			case '.':
				c.classes, weight = append(c.classes, name[1:]), weight+100
			default:
				c.tag, weight = strings.ToLower(name), weight+1
			}
			i = end
		}
		if len(c.classes) > maxNames {
			return
		}
		path = append(path, c)
	}
	if len(path) == 0 || len(path) > maxPath {
		return
	}
	if s.rules == nil {
		s.rules = make(map[string][]rule)
	}
	s.count++
	key := path[len(path)-1].key()
	r.path, r.weight = path, weight*maxRules+s.count
	s.rules[key] = append(s.rules[key], r)
}

func (c *compound) key() string {
	switch {
	case c.id != "":
		return "#" + c.id
	case c.classes != nil:
		return "." + c.classes[0]
	}
	return c.tag
}

// of returns what the rules say of the element that was opened last, the weightiest last.
func (s *sheet) of(open []element) (says [][]declaration) {
	if s.count == 0 || s.work > maxWork {
		return nil
	}
	o := &open[len(open)-1]
	keys := []string{o.tag.String(), "#" + o.id}
	for i, c := range o.classes {
		if !slices.Contains(o.classes[:i], c) {
			keys = append(keys, "."+c)
		}
	}
	var found []rule
	for _, k := range keys {
		for _, r := range s.rules[k] {
			if s.means(r.path, open) {
				found = append(found, r)
				s.work += r.cost
			}
		}
	}
	slices.SortFunc(found, func(a, b rule) int { return cmp.Compare(a.weight, b.weight) })
	for _, r := range found {
		says = append(says, r.says)
	}
	return says
}

// means reports whether a path leads to the element that was opened last.
func (s *sheet) means(path []compound, open []element) bool {
	next := true // the element that is looked at must be the one that the path names
	for i := len(path) - 1; i >= 0; i-- {
		for fits := false; !fits; open = open[:len(open)-1] {
			if s.work++; len(open) == 0 || s.work > maxWork {
				return false
			}
			if fits = path[i].fits(&open[len(open)-1]); !fits && next {
				return false
			}
		}
		next = path[i].child
	}
	return true
}

func (c *compound) fits(o *element) bool {
	if c.tag != "" && c.tag != o.tag.String() || c.id != "" && c.id != o.id {
		return false
	}
	for _, class := range c.classes {
		if !slices.Contains(o.classes, class) {
			return false
		}
	}
	return true
}
