package unseen

import (
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
)

// colour is one of CSS. One that is not known here is told by its name alone.
type colour struct {
	known bool
	rgb   [3]int
	name  string
}

var (
	black = colour{known: true}
	white = colour{known: true, rgb: [3]int{255, 255, 255}}
)

const (
	clear   = "transparent"
	picture = "url" // what lies behind the text cannot be compared
	alike   = 12    // of 255: colours that differ less in each part look the same
)

// lost reports whether nobody sees ink on paper.
func (ink colour) lost(paper colour) bool {
	if ink.name == clear {
		return true
	}
	if !ink.known || !paper.known {
		return ink.name != "" && ink.name == paper.name
	}
	for i, v := range ink.rgb {
		if d := v - paper.rgb[i]; d > alike || d < -alike {
			return false
		}
	}
	return true
}

// paint sets the colour of text.
func (c *colour) paint(value string) {
	switch value = strings.TrimSpace(strings.ToLower(value)); value {
	case "", "inherit", "initial", "unset", "currentcolor":
	default:
		if read, ok := colourOf(value); ok {
			*c = read
		} else {
			*c = colour{name: value}
		}
	}
}

var shade = regexp.MustCompile(`#?[0-9a-z]+(\([^)]*\))?`)

// lay sets what lies behind text: of background, the part that is a colour. What is clear shows what lies behind it.
func (c *colour) lay(value string) {
	value = strings.ToLower(value)
	if strings.Contains(value, picture+"(") || strings.Contains(value, "gradient(") {
		*c = colour{name: picture}
		return
	}
	for _, v := range shade.FindAllString(value, 8) {
		if read, ok := colourOf(v); ok && read.name != clear {
			*c = read
		}
	}
}

// named are the names of colours that are near to white, or common.
var named = map[string]string{
	"white": "fff", "snow": "fffafa", "ivory": "fffff0", "whitesmoke": "f5f5f5", "ghostwhite": "f8f8ff", "floralwhite": "fffaf0", "mintcream": "f5fffa",
	"azure": "f0ffff", "seashell": "fff5ee", "aliceblue": "f0f8ff", "black": "000", "red": "f00", "lime": "0f0", "blue": "00f", "yellow": "ff0",
	"silver": "c0c0c0", "gray": "808080", "grey": "808080", "lightgray": "d3d3d3", "lightgrey": "d3d3d3", "navy": "000080", "green": "008000",
	"maroon": "800000", "purple": "800080", "teal": "008080", "olive": "808000", "orange": "ffa500",
}

func colourOf(v string) (colour, bool) {
	if hex, ok := named[v]; ok {
		v = hex
	}
	if v == clear {
		return colour{name: clear}, true
	}
	if kind, inside, ok := strings.Cut(strings.TrimSuffix(v, ")"), "("); ok {
		parts := strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || r == '/' || r == ' ' })
		if !strings.HasPrefix(kind, "rgb") || len(parts) < 3 {
			return colour{}, false
		}
		return shaded(parts)
	}
	v = strings.TrimPrefix(v, "#")
	if len(v) == 3 || len(v) == 4 {
		var long strings.Builder
		for _, digit := range v {
			long.WriteString(strings.Repeat(string(digit), 2))
		}
		v = long.String()
	}
	if len(v) != 6 && len(v) != 8 {
		return colour{}, false
	}
	n, err := strconv.ParseUint(v, 16, 32)
	if err != nil {
		return colour{}, false
	}
	if len(v) == 8 {
		if n&0xff == 0 {
			return colour{name: clear}, true
		}
		n >>= 8
	}
	return colour{known: true, rgb: [3]int{int(n >> 16), int(n >> 8 & 0xff), int(n & 0xff)}}, true
}

// shaded reads red, green, blue and, where it is there, how much of them is seen.
func shaded(parts []string) (c colour, ok bool) {
	c.known = true
	for i, p := range parts[:min(len(parts), 4)] {
		n, err := strconv.ParseFloat(strings.TrimSuffix(p, "%"), 64)
		if err != nil {
			return colour{}, false
		}
		percent := strings.HasSuffix(p, "%")
		switch {
		case i == 3 && n == 0:
			return colour{name: clear}, true
		case i == 3:
		case percent:
			c.rgb[i] = int(n * 2.55)
		default:
			c.rgb[i] = int(n)
		}
	}
	return c, true
}
