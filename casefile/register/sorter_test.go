package register

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// crowded makes makers do with registers of some records what they otherwise do with millions: several runs, and cases
// in several parts.
var crowded = limits{run: 1 << 10, recent: 1 << 10}

// Whatever is added comes out in the order of its keys, bucket by bucket; of one key in the order in which it was added.
func TestSorter(t *testing.T) {
	type pair struct {
		which      byte
		key, value string
	}
	random := rand.New(rand.NewPCG(1, 2))
	long := string(bytes.Repeat([]byte("长"), 30_000)) // longer than a reader's buffer
	var want []pair
	for i := range 2000 {
		p := pair{byte(random.IntN(3)), fmt.Sprintf("%0*d", 1+random.IntN(12), random.IntN(300)), fmt.Sprint(i)}
		switch random.IntN(100) {
		case 0:
			p.value = long + p.value
		case 1:
			p.key = ""
		case 2:
			p.key += "\x00"
		}
		want = append(want, p)
	}
	for _, tt := range []struct {
		name   string
		limit  int
		beside bool
	}{
		{"in memory", 1 << 30, true}, {"in runs", 4 << 10, false}, {"in runs, beside", 4 << 10, true}, {"one by one", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := sorter{dir: dir, limit: tt.limit, beside: tt.beside}
			for _, p := range want {
				must(t, s.add(p.which, []byte(p.key), []byte(p.value)))
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("a crash would leave %v, %v", left, err)
			}
			m, err := s.merged()
			must(t, err)
			var got []pair
			for which := range byte(4) { // nothing has the last
				for {
					more, err := m.next(which)
					must(t, err)
					if !more {
						break
					}
					got = append(got, pair{which, string(m.key), string(m.value)})
				}
			}
			must(t, s.close())
			slices.SortStableFunc(want, func(a, b pair) int {
				return bytes.Compare(append([]byte{a.which}, a.key...), append([]byte{b.which}, b.key...))
			})
			if !slices.Equal(got, want) {
				t.Errorf("%d pairs come out of %d, or in another order", len(got), len(want))
			}
		})
	}
}
