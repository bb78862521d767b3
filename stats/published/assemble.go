package published

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"ysq.internal/ysq/stats"
)

// A PDF's text may come in blocks: some rows of some columns, row by row or column by column, and a block may stand behind
// those that it belongs before. The blocks are laid like tiles until they fill 表三. Every sum of the form must hold, those of
// the rows as well as those of the columns, and no other table may be laid with as few blocks out of their order.

// tile is a block of numbers.
type tile struct {
	numbers []int
	line    bool // it stands on one line, and so in one row
}

const (
	manyMoves = 3     // tiles that stand behind those that they belong before
	manySteps = 50000 // to look for ways
)

// assembled lays 表三 of the numbers of its part and of those beyond; rest are those that are left.
func assembled(f stats.Format, own, beyond []run) (lines []stats.Line, rest []int, ok bool) {
	tiles, ok := tilesOf(slices.Concat(own, beyond))
	n := len(numbersOf(tiles))
	if size := len(f.Rows) * width; !ok || n < size || n > size+manyBeyond {
		return nil, nil, false
	}
	equal := make([][]int, len(tiles))
	for i, t := range tiles {
		for k, o := range tiles {
			if k != i && o.line == t.line && slices.Equal(o.numbers, t.numbers) {
				equal[i] = append(equal[i], k)
			}
		}
	}
	for moves := range manyMoves + 1 {
		l := laying{f: f, tiles: tiles, equal: equal, own: len(own), moves: moves, grid: make([]int, len(f.Rows)*width), used: make([]bool, len(tiles)), tried: make(map[uint64]bool), seed: maphash.MakeSeed()}
		for i := range l.grid {
			l.grid[i] = unlaid
		}
		l.lay(0, -1)
		switch {
		case l.other || l.steps > manySteps:
			return nil, nil, false
		case l.found != nil:
			return l.found, l.rest, true
		}
	}
	return nil, nil, false
}

// manyBeyond is how many numbers may stand beyond 表三: those of 表四, the numbers of pages.
const manyBeyond = 40

const (
	width  = len(stats.Line{})
	unlaid = -1 // a cell of which the number is not known yet
)

func tilesOf(all []run) ([]tile, bool) {
	var tiles []tile
	for _, r := range all {
		t := tile{line: r.line}
		for _, v := range r.numbers {
			if v%stats.Whole(1) != 0 || v < 0 {
				return nil, false
			}
			t.numbers = append(t.numbers, int(v/stats.Whole(1)))
		}
		tiles = append(tiles, t)
	}
	return tiles, true
}

func numbersOf(tiles []tile) (all []int) {
	for _, t := range tiles {
		all = append(all, t.numbers...)
	}
	return all
}

// laying is the table while tiles are laid.
type laying struct {
	f     stats.Format
	tiles []tile
	equal [][]int // of each tile, those with the same numbers
	own   int     // so many tiles stand in the part
	grid  []int
	used  []bool
	moves int // tiles that may still be taken out of their order
	steps int
	tried map[uint64]bool
	seed  maphash.Seed
	key   []byte

	found []stats.Line
	rest  []int
	other bool // there is more than one way
}

// lay covers the first cell that is open, and then all behind it. Tiles follow the one laid before, or are the first of those
// left; any other is out of its order.
func (l *laying) lay(at, before int) {
	if at > 0 && at%width == 0 && !l.holds(at/width) {
		return
	}
	for at < len(l.grid) && l.grid[at] != unlaid {
		at++
		if at%width == 0 && !l.holds(at/width) {
			return
		}
	}
	if l.steps++; l.other || l.steps > manySteps {
		return
	}
	if at == len(l.grid) {
		l.keep()
		return
	}
	if l.been(before) {
		return
	}
	first := slices.Index(l.used, false)
	for i := range l.tiles {
		moves := 1
		if i == first || i == before+1 {
			moves = 0
		}
		if l.used[i] || moves > l.moves || moves > 0 && l.between(i) {
			continue
		}
		l.used[i] = true
		l.moves -= moves
		l.fit(at, i)
		l.moves += moves
		l.used[i] = false
	}
}

// between reports whether a tile has an equal before it and another behind it: it is enough to try those.
func (l *laying) between(i int) bool {
	return slices.ContainsFunc(l.equal[i], func(k int) bool { return k < i && !l.used[k] }) &&
		slices.ContainsFunc(l.equal[i], func(k int) bool { return k > i && !l.used[k] })
}

// fit lays a tile in each of the ways in which it fits.
func (l *laying) fit(at, i int) {
	t, row, col := l.tiles[i], at/width, at%width
	for w := 1; col+w <= width && w <= len(t.numbers) && l.grid[at+w-1] == unlaid; w++ {
		h := len(t.numbers) / w
		if h*w != len(t.numbers) || t.line && h > 1 || row+h > len(l.grid)/width || !l.clear(at, h, w) {
			continue
		}
		for _, down := range []bool{false, true} {
			if down && (h == 1 || w == 1) {
				continue
			}
			for k, v := range t.numbers {
				l.grid[tileCell(at, h, w, k, down)] = v
			}
			if l.add(row, h) {
				l.lay(at+w, i)
			}
		}
		for k := range t.numbers {
			l.grid[tileCell(at, h, w, k, false)] = unlaid
		}
	}
}

func tileCell(at, h, w, k int, down bool) int {
	if down {
		return at + k%h*width + k/h
	}
	return at + k/w*width + k%w
}

// clear reports whether all cells below are open.
func (l *laying) clear(at, h, w int) bool {
	for r := range h {
		for c := range w {
			if l.grid[at+r*width+c] != unlaid {
				return false
			}
		}
	}
	return true
}

// add reports whether the rows that are full now add up.
func (l *laying) add(row, h int) bool {
	for r := row; r < row+h; r++ {
		if line := l.grid[r*width : (r+1)*width]; !slices.Contains(line, unlaid) && !adds(line) {
			return false
		}
	}
	return true
}

// holds checks the outcomes' sum as soon as it is laid.
func (l *laying) holds(rows int) bool {
	if l.f.Rows[rows-1].Counts != stats.CountsEnded {
		return true
	}
	for c := range width {
		sum := 0
		for r := range rows {
			if l.f.Rows[r].Counts == stats.CountsOutcome {
				sum += l.grid[r*width+c]
			}
		}
		if sum != l.grid[(rows-1)*width+c] {
			return false
		}
	}
	return true
}

// been reports whether the same cells were laid before with what is left now.
func (l *laying) been(before int) bool {
	l.key = append(l.key[:0], byte(l.moves), byte(before), byte(before>>8))
	for _, v := range l.grid {
		l.key = binary.AppendVarint(l.key, int64(v))
	}
	for i, used := range l.used {
		if used {
			l.key = append(l.key, byte(i), byte(i>>8))
		}
	}
	key := maphash.Bytes(l.seed, l.key)
	if l.tried[key] {
		return true
	}
	l.tried[key] = true
	return false
}

// keep takes a full table whose sums hold.
func (l *laying) keep() {
	var rest []int
	for i, t := range l.tiles {
		if !l.used[i] {
			rest = append(rest, t.numbers...)
		}
	}
	if _, ok := restOfDisputes(l.f, rest); !ok && !zeros(rest) && slices.Contains(l.used[:l.own], false) {
		return // numbers of the part that are of neither table
	}
	lines := make([]stats.Line, len(l.grid)/width)
	for i := range lines {
		copy(lines[i][:], l.grid[i*width:])
	}
	switch {
	case !sound(l.f, lines):
	case l.found == nil:
		l.found, l.rest = lines, rest
	case !slices.Equal(l.found, lines):
		l.other = true
	}
}

// restOfDisputes makes 表四 of what 表三 left: fifteen numbers whose sums hold, or noughts.
func restOfDisputes(f stats.Format, rest []int) ([]stats.Standings, bool) {
	n := len(f.Results)
	lines := make([]stats.Standings, len(f.Tracks))
	if zeros(rest) {
		return lines, len(rest) >= n*len(lines)
	}
	if len(rest) != n*len(lines) {
		return nil, false
	}
	for i := range lines {
		copy(lines[i][:], rest[i*n:])
		if !adds(rest[i*n : (i+1)*n]) {
			return nil, false
		}
	}
	return lines, true
}

func zeros(all []int) bool { return !slices.ContainsFunc(all, func(v int) bool { return v != 0 }) }
