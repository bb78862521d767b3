package form

import (
	"cmp"
	"slices"
	"strings"
)

// leastNear is how many characters a label has that is known again with one of them wrong. A name is shorter.
const leastNear = 4

// NearLabel gives a cell that was recognised in a picture the label that it seems to be: one character lost, added or
// taken for another, brackets aside. A text that is a label or an option, or near none or near labels of two fields, stays
// as it is.
func NearLabel(text string) string {
	x := allLabels()
	if _, _, ok := x.whole(text); ok {
		return text
	}
	plain := strings.TrimRight(strings.Join(strings.Fields(simple(fold(text))), ""), ":：;；.。")
	if slices.Contains(mediumWords, plain) || slices.Contains(deliveryWords, plain) {
		return text
	}
	rs := unbracketed([]rune(plain))
	if len(rs) < leastNear-1 || len(rs) > 40 {
		return text
	}
	var found *label
	for _, all := range x {
		for i, l := range all {
			if len(l.text) < leastNear || len(l.text)-len(rs) > 5 || len(rs)-len(l.text) > 1 || !oneApart(unbracketed(l.text), rs) {
				continue
			}
			if found != nil && found.field != l.field {
				return text
			}
			if found == nil || cmp.Or(len(l.text)-len(found.text), cmp.Compare(string(l.text), string(found.text))) > 0 { // whatever the order of the map
				found = &all[i]
			}
		}
	}
	if found == nil {
		return text
	}
	return string(found.text)
}

// unbracketed leaves out brackets, which tesseract loses first.
func unbracketed(rs []rune) []rune {
	return slices.DeleteFunc(slices.Clone(rs), func(r rune) bool { return strings.ContainsRune("()[]{}<>《》", r) })
}

// oneApart reports whether two texts differ in one character.
func oneApart(a, b []rune) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	a, b = a[n:], b[n:]
	if len(a) == 0 && len(b) == 0 || len(a) > 0 && len(b) > 0 && slices.Equal(a[1:], b[1:]) {
		return true
	}
	return len(a) > 0 && slices.Equal(a[1:], b) || len(b) > 0 && slices.Equal(a, b[1:])
}
