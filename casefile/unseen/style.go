package unseen

import (
	"strconv"
	"strings"
)

// declaration is what a style says of one property, in small letters.
type declaration struct {
	name, value string
	important   bool // goes before all that are not
}

const maxBody = 4 << 10 // bytes of declarations that are read

// declarations reads those that may hide something, or show it.
func declarations(style string) (all []declaration) {
	if len(style) > maxBody {
		return nil
	}
	for d := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, ok := strings.Cut(d, ":")
		if name = strings.TrimSpace(name); !ok {
			continue
		}
		value, _, important := strings.Cut(value, "!")
		switch name {
		case "display", "visibility", "content-visibility", "opacity", "font-size", "font", "color", "background", "background-color", "background-image",
			"width", "max-width", "height", "max-height", "overflow", "overflow-x", "overflow-y", "position", "left", "right", "top", "bottom",
			"margin-left", "margin-top", "text-indent", "transform", "clip", "clip-path", "-webkit-text-fill-color":
			all = append(all, declaration{name, strings.TrimSpace(value), important})
		}
	}
	return all
}

// dress applies declarations to an element that has got what those around it give; the last word on a property counts.
func (o *element) dress(all [][]declaration, hidden bool) {
	said := make(map[string]string)
	if hidden {
		said["display"] = "none"
	}
	for _, important := range []bool{false, true} {
		for _, list := range all {
			for _, d := range list {
				if d.important == important && !o.inherits(d) {
					said[d.name] = d.value
				}
			}
		}
	}
	o.gone = o.gone || gone(said)
}

// inherits takes what goes on to those within, until they say something else.
func (o *element) inherits(d declaration) bool {
	switch d.name {
	case "visibility":
		o.invisible = d.value == "hidden" || d.value == "collapse" || o.invisible && d.value != "visible"
	case "font-size":
		o.size(d.value)
	case "font": // style, weight, size/height, family
		for v := range strings.FieldsSeq(d.value) {
			v, _, slash := strings.Cut(v, "/")
			if _, unit, ok := measure(v); slash || ok && (unit != "" || v == "0") {
				o.size(v)
				break
			}
		}
	case "color", "-webkit-text-fill-color":
		o.ink.paint(d.value)
	case "background", "background-color", "background-image":
		o.paper.lay(d.value)
	default:
		return false
	}
	return true
}

// gone reports whether properties that do not go on to those within hide an element with all that it holds.
func gone(said map[string]string) bool {
	cut := strings.HasPrefix(said["overflow"]+said["overflow-x"]+said["overflow-y"], "hidden") || said["overflow"] == "clip"
	thin := thin(said["width"]) || thin(said["max-width"]) || thin(said["height"]) || thin(said["max-height"])
	placed := said["position"] == "absolute" || said["position"] == "fixed" || said["position"] == "relative"
	opacity, _, ok := measure(said["opacity"])
	return said["display"] == "none" || said["content-visibility"] == "hidden" || ok && opacity < 0.05 || cut && thin ||
		placed && (far(said["left"]) || far(said["right"]) || far(said["top"]) || far(said["bottom"])) ||
		far(said["margin-left"]) || far(said["margin-top"]) || far(said["text-indent"]) ||
		moved(said["transform"]) || clipped(said["clip"]) || clipped(said["clip-path"])
}

// size takes the size of characters. One that is relative to nothing stays nothing.
func (o *element) size(value string) {
	n, unit, ok := measure(value)
	switch {
	case !ok: // small, medium, large …
		o.tiny = o.tiny && (value == "inherit" || value == "smaller" || value == "larger" || value == "")
	case unit == "%":
		o.tiny = o.tiny || n <= 10
	case unit == "em" || unit == "ex":
		o.tiny = o.tiny || n <= 0.1
	case unit == "rem" || unit == "vw" || unit == "vh":
		o.tiny = n <= 0.1
	default:
		o.tiny = n <= 1
	}
}

// measure reads a number and its unit.
func measure(value string) (n float64, unit string, ok bool) {
	i := strings.IndexFunc(value, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' })
	if i < 0 {
		i = len(value)
	}
	n, err := strconv.ParseFloat(value[:i], 64)
	return n, value[i:], err == nil
}

// thin reports whether a side leaves no room for a character.
func thin(value string) bool {
	n, unit, ok := measure(value)
	return ok && (n == 0 || n <= 1 && unit != "em" && unit != "rem" && unit != "%" && unit != "in" && unit != "cm")
}

// far reports whether a distance leads off the page.
func far(value string) bool {
	n, unit, ok := measure(value)
	switch {
	case !ok:
		return false
	case unit == "em" || unit == "rem" || unit == "in" || unit == "cm":
		return n <= -40 || n >= 400
	case unit == "%" || unit == "vw" || unit == "vh":
		return n <= -100 || n >= 200
	}
	return n <= -500 || n >= 5000
}

// moved reports whether a transformation makes an element nothing or leads off the page.
func moved(value string) bool {
	for f := range strings.SplitSeq(value, ")") {
		name, of, _ := strings.Cut(strings.TrimSpace(f), "(")
		for v := range strings.SplitSeq(of, ",") {
			v = strings.TrimSpace(v)
			if n, _, ok := measure(v); strings.HasPrefix(name, "scale") && ok && n < 0.05 && n > -0.05 || strings.HasPrefix(name, "translate") && far(v) {
				return true
			}
		}
	}
	return false
}

// clipped reports whether what is cut out of an element is nothing.
func clipped(value string) bool {
	name, of, ok := strings.Cut(strings.TrimSuffix(value, ")"), "(")
	if !ok {
		return false
	}
	parts := strings.FieldsFunc(of, func(r rune) bool { return r == ',' || r == ' ' })
	if len(parts) == 0 {
		return false
	}
	switch first, unit, _ := measure(parts[0]); name {
	case "rect": // rect(0,0,0,0), rect(1px,1px,1px,1px)
		for _, p := range parts {
			if n, _, ok := measure(p); !ok || n > 1 {
				return false
			}
		}
		return true
	case "inset":
		return unit == "%" && first >= 50
	case "circle", "ellipse":
		return first == 0
	}
	return false
}
