package unseen

import (
	"strconv"
	"strings"
	"sync"

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
	faint   = 0.05  // a colour of which less is seen is as good as none
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
		if read, seen, ok := colourOf(value); ok && seen < faint {
			*c = colour{name: clear}
		} else if ok {
			*c = read
		} else {
			*c = colour{name: value}
		}
	}
}

var shade = regexp.MustCompile(`#?[0-9a-z]+(\([^)]*\)|%)?`)

// lay sets what lies behind text: of background, the part that is a colour. What is clear shows what lies behind it, and so
// does, in part, what is half clear: a tenth of black on white is a light grey.
func (c *colour) lay(value string) {
	value = strings.ToLower(value)
	if strings.Contains(value, picture+"(") || strings.Contains(value, "gradient(") {
		*c = colour{name: picture}
		return
	}
	for _, v := range shade.FindAllString(value, 8) {
		switch read, seen, ok := colourOf(v); {
		case ok && seen >= faint:
			c.cover(read, seen)
		case !ok && strings.HasSuffix(v, ")"):
			*c = colour{name: v} // hsl(…), var(…): one that is not known
		}
	}
}

// cover lays a colour over another, of which some is seen through it.
func (c *colour) cover(over colour, seen float64) {
	if seen >= 1 {
		*c = over
		return
	}
	for i := range c.rgb { // over what is not known nothing is known either
		c.rgb[i] = int(float64(over.rgb[i])*seen + float64(c.rgb[i])*(1-seen))
	}
}

// named are the names of colours (CSS Color 4, section 6.1). All of them: white text on one that is not known would be taken
// for text on white. The table is made when a colour is first read: most commands read none.
var named = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"aliceblue": "f0f8ff", "antiquewhite": "faebd7", "aqua": "0ff", "aquamarine": "7fffd4", "azure": "f0ffff", "beige": "f5f5dc", "bisque": "ffe4c4",
		"black": "000", "blanchedalmond": "ffebcd", "blue": "00f", "blueviolet": "8a2be2", "brown": "a52a2a", "burlywood": "deb887", "cadetblue": "5f9ea0",
		"chartreuse": "7fff00", "chocolate": "d2691e", "coral": "ff7f50", "cornflowerblue": "6495ed", "cornsilk": "fff8dc", "crimson": "dc143c",
		"cyan": "0ff", "darkblue": "00008b", "darkcyan": "008b8b", "darkgoldenrod": "b8860b", "darkgray": "a9a9a9", "darkgreen": "006400",
		"darkgrey": "a9a9a9", "darkkhaki": "bdb76b", "darkmagenta": "8b008b", "darkolivegreen": "556b2f", "darkorange": "ff8c00", "darkorchid": "9932cc",
		"darkred": "8b0000", "darksalmon": "e9967a", "darkseagreen": "8fbc8f", "darkslateblue": "483d8b", "darkslategray": "2f4f4f",
		"darkslategrey": "2f4f4f", "darkturquoise": "00ced1", "darkviolet": "9400d3", "deeppink": "ff1493", "deepskyblue": "00bfff", "dimgray": "696969",
		"dimgrey": "696969", "dodgerblue": "1e90ff", "firebrick": "b22222", "floralwhite": "fffaf0", "forestgreen": "228b22", "fuchsia": "f0f",
		"gainsboro": "dcdcdc", "ghostwhite": "f8f8ff", "gold": "ffd700", "goldenrod": "daa520", "gray": "808080", "green": "008000",
		"greenyellow": "adff2f", "grey": "808080", "honeydew": "f0fff0", "hotpink": "ff69b4", "indianred": "cd5c5c", "indigo": "4b0082", "ivory": "fffff0",
		"khaki": "f0e68c", "lavender": "e6e6fa", "lavenderblush": "fff0f5", "lawngreen": "7cfc00", "lemonchiffon": "fffacd", "lightblue": "add8e6",
		"lightcoral": "f08080", "lightcyan": "e0ffff", "lightgoldenrodyellow": "fafad2", "lightgray": "d3d3d3", "lightgreen": "90ee90",
		"lightgrey": "d3d3d3", "lightpink": "ffb6c1", "lightsalmon": "ffa07a", "lightseagreen": "20b2aa", "lightskyblue": "87cefa", "lightslategray": "789",
		"lightslategrey": "789", "lightsteelblue": "b0c4de", "lightyellow": "ffffe0", "lime": "0f0", "limegreen": "32cd32", "linen": "faf0e6",
		"magenta": "f0f", "maroon": "800000", "mediumaquamarine": "66cdaa", "mediumblue": "0000cd", "mediumorchid": "ba55d3", "mediumpurple": "9370db",
		"mediumseagreen": "3cb371", "mediumslateblue": "7b68ee", "mediumspringgreen": "00fa9a", "mediumturquoise": "48d1cc", "mediumvioletred": "c71585",
		"midnightblue": "191970", "mintcream": "f5fffa", "mistyrose": "ffe4e1", "moccasin": "ffe4b5", "navajowhite": "ffdead", "navy": "000080",
		"oldlace": "fdf5e6", "olive": "808000", "olivedrab": "6b8e23", "orange": "ffa500", "orangered": "ff4500", "orchid": "da70d6",
		"palegoldenrod": "eee8aa", "palegreen": "98fb98", "paleturquoise": "afeeee", "palevioletred": "db7093", "papayawhip": "ffefd5",
		"peachpuff": "ffdab9", "peru": "cd853f", "pink": "ffc0cb", "plum": "dda0dd", "powderblue": "b0e0e6", "purple": "800080", "rebeccapurple": "639",
		"red": "f00", "rosybrown": "bc8f8f", "royalblue": "4169e1", "saddlebrown": "8b4513", "salmon": "fa8072", "sandybrown": "f4a460",
		"seagreen": "2e8b57", "seashell": "fff5ee", "sienna": "a0522d", "silver": "c0c0c0", "skyblue": "87ceeb", "slateblue": "6a5acd",
		"slategray": "708090", "slategrey": "708090", "snow": "fffafa", "springgreen": "00ff7f", "steelblue": "4682b4", "tan": "d2b48c", "teal": "008080",
		"thistle": "d8bfd8", "tomato": "ff6347", "turquoise": "40e0d0", "violet": "ee82ee", "wheat": "f5deb3", "white": "fff", "whitesmoke": "f5f5f5",
		"yellow": "ff0", "yellowgreen": "9acd32",
	}
})

// colourOf reads a colour and how much of it is seen, from 0 to 1.
func colourOf(v string) (c colour, seen float64, ok bool) {
	if hex, ok := named()[v]; ok {
		v = hex
	}
	if v == clear {
		return colour{}, 0, true
	}
	if kind, inside, ok := strings.Cut(strings.TrimSuffix(v, ")"), "("); ok {
		parts := strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || r == '/' || r == ' ' })
		if !strings.HasPrefix(kind, "rgb") || len(parts) < 3 {
			return colour{}, 0, false
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
		return colour{}, 0, false
	}
	n, err := strconv.ParseUint(v, 16, 32)
	if err != nil {
		return colour{}, 0, false
	}
	seen = 1
	if len(v) == 8 {
		seen = float64(n&0xff) / 0xff
		n >>= 8
	}
	return colour{known: true, rgb: [3]int{int(n >> 16), int(n >> 8 & 0xff), int(n & 0xff)}}, seen, true
}

// shaded reads red, green, blue and, where it is there, how much of them is seen.
func shaded(parts []string) (c colour, seen float64, ok bool) {
	c.known, seen = true, 1
	for i, p := range parts[:min(len(parts), 4)] {
		n, err := strconv.ParseFloat(strings.TrimSuffix(p, "%"), 64)
		if err != nil {
			return colour{}, 0, false
		}
		percent := strings.HasSuffix(p, "%")
		switch {
		case i == 3 && percent:
			seen = n / 100
		case i == 3:
			seen = n
		case percent:
			c.rgb[i] = int(n * 2.55)
		default:
			c.rgb[i] = int(n)
		}
	}
	return c, seen, true
}
