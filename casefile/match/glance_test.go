package match

import (
	"testing"

	"pgregory.net/rapid"
)

// A glance spares comparisons and decides none: what it leaves out is never the same.
func TestGlance(t *testing.T) {
	words := []string{"某市", "某区", "2025", "年", "地块", "国有土地", "出让合同", "规划许可证", "，", "附图", "12", "１２", "征收补偿", "公告", "A", "b"}
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) (all []string) {
			return rapid.SliceOfN(rapid.SampledFrom(words), 1, 30).Draw(t, name)
		}
		join := func(all []string) (s string) {
			for _, w := range all {
				s += w
			}
			return s
		}
		a := text("a")
		b := append([]string{}, a...)
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.SampledFrom(append(words, "", "甲", "乙丙丁")).Draw(t, "to")
		}
		if rapid.Bool().Draw(t, "another") {
			b = text("b")
		}
		one, two := join(a), join(b)
		likeness, differing := alike(letters(one), letters(two))
		if likeness >= same && differing == "" && !glanceAt(one).maybe(two) {
			t.Errorf("%q and %q are the same", one, two)
		}
	})
}
