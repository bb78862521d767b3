package form

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
)

// A compound file (MS-CFB) is a file system in a file: sectors chained by a table, a directory, and
// streams. It is read here, by 130 lines, because what is read of it is three streams by name, and a
// hostile one must not cost more than its own size: every chain is followed at most as far as the file
// has sectors, whatever it claims.
type compound struct {
	b      []byte
	shift  uint // sectors have 1<<shift bytes
	fat    []uint32
	mini   []uint32 // the table of small sectors
	small  []byte   // where small sectors lie
	cutoff uint32   // shorter streams lie in small sectors
	dir    []byte
}

var errCompound = errors.New("not a sound compound file")

const (
	endOfChain = 0xfffffffa // and all above it
	miniShift  = 6
)

func openCompound(b []byte) (*compound, error) {
	if len(b) < 512 {
		return nil, errCompound
	}
	le := binary.LittleEndian
	c := &compound{b: b, shift: uint(le.Uint16(b[30:])), cutoff: le.Uint32(b[56:])}
	if c.shift != 9 && c.shift != 12 {
		return nil, errCompound
	}
	// The sectors of the table: 109 in the header, the rest in a chain of their own.
	sectors := len(b) >> c.shift
	var places []uint32
	for i := range 109 {
		places = append(places, le.Uint32(b[76+4*i:]))
	}
	for next, n := le.Uint32(b[68:]), 0; next < endOfChain && n < sectors; n++ {
		s := c.sector(next)
		if len(s) < 1<<c.shift { // cut: its last word, the next sector, is missing
			break
		}
		for i := 0; i+8 <= len(s); i += 4 {
			places = append(places, le.Uint32(s[i:]))
		}
		next = le.Uint32(s[len(s)-4:])
	}
	for _, p := range places {
		if p >= endOfChain || len(c.fat) > sectors {
			continue
		}
		for s := c.sector(p); len(s) >= 4; s = s[4:] {
			c.fat = append(c.fat, le.Uint32(s))
		}
	}
	c.dir = c.chain(le.Uint32(b[48:]), 1<<20)
	if len(c.dir) < 128 {
		return nil, errCompound
	}
	table := c.chain(le.Uint32(b[60:]), len(b))
	for ; len(table) >= 4; table = table[4:] {
		c.mini = append(c.mini, le.Uint32(table))
	}
	c.small = c.chain(le.Uint32(c.dir[116:]), len(b))
	return c, nil
}

// sector returns a sector, a short one at the end of a file that was cut, nil beyond it.
func (c *compound) sector(n uint32) []byte {
	from := (uint64(n) + 1) << c.shift
	if from >= uint64(len(c.b)) {
		return nil
	}
	return c.b[from:min(from+1<<c.shift, uint64(len(c.b)))]
}

// chain reads a chain of sectors, at most most bytes of it.
func (c *compound) chain(n uint32, most int) []byte {
	var out []byte
	for steps := 0; n < endOfChain && steps <= len(c.b)>>c.shift && len(out) < most; steps++ {
		s := c.sector(n)
		if s == nil {
			break
		}
		out = append(out, s...)
		if int(n) >= len(c.fat) {
			break
		}
		n = c.fat[n]
	}
	return out
}

// entries walks the tree of a storage's members from its root and calls f with each entry.
func (c *compound) entries(f func(name string, entry []byte)) {
	le := binary.LittleEndian
	count := uint32(len(c.dir) / 128)
	seen := make(map[uint32]bool)
	todo := []uint32{le.Uint32(c.dir[76:])} // the root's child
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if i >= count || seen[i] {
			continue
		}
		seen[i] = true
		e := c.dir[128*i:][:128]
		todo = append(todo, le.Uint32(e[68:]), le.Uint32(e[72:]))
		units := min(int(le.Uint16(e[64:]))/2, 32)
		name := make([]uint16, 0, 32)
		for k := range max(0, units-1) {
			name = append(name, le.Uint16(e[2*k:]))
		}
		f(string(utf16.Decode(name)), e)
	}
}

// has reports whether the root holds a member of that name.
func (c *compound) has(name string) (found bool) {
	c.entries(func(n string, _ []byte) { found = found || strings.EqualFold(n, name) })
	return found
}

// stream reads a stream of the root, nil when there is none.
func (c *compound) stream(name string) []byte {
	var out []byte
	c.entries(func(n string, e []byte) {
		if out != nil || !strings.EqualFold(n, name) || e[66] != 2 {
			return
		}
		start, size := binary.LittleEndian.Uint32(e[116:]), binary.LittleEndian.Uint32(e[120:])
		size = min(size, uint32(len(c.b)))
		if size >= c.cutoff {
			out = c.chain(start, int(size))
		} else {
			out = c.smallChain(start, int(size))
		}
		out = out[:min(len(out), int(size))]
	})
	return out
}

func (c *compound) smallChain(n uint32, most int) []byte {
	out := []byte{}
	for steps := 0; n < endOfChain && steps <= len(c.mini) && len(out) < most; steps++ {
		from := uint64(n) << miniShift
		if from >= uint64(len(c.small)) {
			break
		}
		out = append(out, c.small[from:min(from+1<<miniShift, uint64(len(c.small)))]...)
		if int(n) >= len(c.mini) {
			break
		}
		n = c.mini[n]
	}
	return out
}
