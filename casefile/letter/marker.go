package letter

import (
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// marker is one {{…}} in the text of a paragraph. Places are counted in characters.
type marker struct {
	p        *node
	from, to int
	does     byte // 0 a content, '#' begins a section, '^' begins one for what is not there, '/' ends one
	name     string
}

func (m marker) begins() bool { return m.does == '#' || m.does == '^' }

func (m marker) String() string {
	if m.does == 0 {
		return "{{" + m.name + "}}"
	}
	return "{{" + string(m.does) + m.name + "}}"
}

var markers = regexp.MustCompile(`\{\{\s*([#^/]?)\s*([^{}]*?)\s*\}\}`)

// wide are the signs as an input method for Chinese types them.
var wide = strings.NewReplacer("｛", "{", "｝", "}", "＃", "#", "／", "/", "＾", "^")

// narrowed makes the braces of a text narrow and leaves everything else in its place.
func narrowed(text string) string {
	if !strings.ContainsRune(text, '｛') {
		return text
	}
	return wide.Replace(text)
}

// markersOf finds the markers of a paragraph. stray is what looks like one and is none: braces without
// their partner.
func markersOf(p *node) (found []marker, stray []string) {
	text := p.paragraphText()
	if !strings.ContainsAny(text, "{}｛｝") {
		return nil, nil
	}
	text = narrowed(text)
	rest, last := "", 0
	for _, at := range markers.FindAllStringSubmatchIndex(text, -1) {
		m := marker{p: p, from: runes(text[:at[0]]), to: runes(text[:at[1]]), name: strings.Join(strings.Fields(text[at[4]:at[5]]), "")}
		if m.name == "案号" { // as templates of earlier versions call it
			m.name = "编号"
		}
		if at[2] < at[3] {
			m.does = text[at[2]]
		}
		found = append(found, m)
		rest += text[last:at[0]] + "\x00"
		last = at[1]
	}
	rest += text[last:]
	for piece := range strings.SplitSeq(rest, "\x00") {
		if i := strings.Index(piece, "{{"); i >= 0 {
			stray = append(stray, excerpt(piece[i:]))
		} else if i := strings.Index(piece, "}}"); i >= 0 {
			stray = append(stray, excerpt(piece[:i+2]))
		}
	}
	return found, stray
}

func runes(s string) int { return len([]rune(s)) }

// loose returns those of the markers that begin or end a section whose other end is not among them.
func loose(all []marker) []marker {
	var open []marker
	for _, m := range all {
		switch {
		case m.begins():
			open = append(open, m)
		case m.does == '/':
			if n := len(open); n > 0 && open[n-1].begins() && open[n-1].name == m.name {
				open = open[:n-1]
			} else {
				open = append(open, m)
			}
		}
	}
	return open
}

// looseIn returns the loose markers of a unit of a container: a paragraph, or a row of a table, in which
// each cell is for itself.
func looseIn(unit *node) []marker {
	switch unit.name {
	case "p":
		all, _ := markersOf(unit)
		return loose(all)
	case "tr":
		var all []marker
		for _, c := range unit.children {
			var inCell []marker
			for _, p := range paragraphsIn(c) {
				found, _ := markersOf(p)
				inCell = append(inCell, found...)
			}
			all = append(all, loose(inCell)...)
		}
		return all
	}
	return nil
}

// paragraphsIn lists the paragraphs of a node in order, those of tables and text boxes within it, too.
func paragraphsIn(n *node) []*node {
	var all []*node
	if n.name == "p" {
		all = append(all, n)
	}
	for _, c := range n.children {
		all = append(all, paragraphsIn(c)...)
	}
	return all
}

// segment is a stretch of a container's units: one that stands for itself, or a section with its ends.
type segment struct {
	units      []*node
	begin, end marker
	section    bool
}

// segments divides the units of a container. wrong reports sections without an end.
func segments(units []*node) (all []segment, wrong []mistake) {
	for i := 0; i < len(units); i++ {
		ends := looseIn(units[i])
		if len(ends) == 0 {
			all = append(all, segment{units: units[i : i+1]})
			continue
		}
		begin := ends[0]
		if !begin.begins() {
			wrong = append(wrong, mistake{begin, begin.String() + " 之前没有 {{#" + begin.name + "}}"})
			all = append(all, segment{units: units[i : i+1]})
			continue
		}
		if units[i].name == "p" && len(ends) > 1 {
			wrong = append(wrong, mistake{begin, "一段里有几个跨段的标记（" + ends[0].String() + "、" + ends[1].String() + "），请分成几段"})
			all = append(all, segment{units: units[i : i+1]})
			continue
		}
		end, j, ok := partner(units, i, begin)
		if !ok {
			wrong = append(wrong, mistake{begin, begin.String() + " 没有 {{/" + begin.name + "}}"})
			all = append(all, segment{units: units[i : i+1]})
			continue
		}
		all = append(all, segment{units: units[i : j+1], begin: begin, end: end, section: true})
		i = j
	}
	return all, wrong
}

// partner finds the end of a section that begins in unit i.
func partner(units []*node, i int, begin marker) (end marker, j int, ok bool) {
	depth := 0
	for j = i; j < len(units); j++ {
		for _, m := range looseIn(units[j]) {
			switch {
			case m.name != begin.name:
			case m.begins():
				depth++
			default:
				if depth--; depth == 0 {
					return m, j, true
				}
			}
		}
	}
	return marker{}, 0, false
}

// excerpt is the beginning of a text, short enough for a message.
func excerpt(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return string(r)
}
