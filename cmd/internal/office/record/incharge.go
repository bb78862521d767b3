package record

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/words"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// InCharge lists the departments and persons that cases of this year and the last are with.
func (b *Room) InCharge(context.Context, ask.Call, ask.None) (ask.NamesInUse, error) {
	departments, persons, err := b.inUse()
	return ask.NamesInUse{Departments: departments, Persons: persons}, err
}

// named are the departments and persons that the cases of a block are with.
type named struct {
	first  casefile.ID
	in, by map[ask.Text]int
}

func (b *Room) inUse() (departments, persons []ask.Text, err error) {
	since := casefile.ID(fmt.Sprintf("%04d-", b.Today().Year()-1))
	blocks, err := desk.Look(b.Desk, func(tx *desk.View) ([]named, error) {
		return b.inBlocks.Of(tx, true, func(cases iter.Seq2[casefile.Case, error]) (n named, err error) {
			for c, err := range cases {
				if err != nil {
					return n, err
				}
				if n.in == nil {
					n = named{c.ID, map[ask.Text]int{}, map[ask.Text]int{}}
				}
				if c.ID < since { // and so are all of the block
					break
				}
				n.in[ask.Text(c.Department)]++
				n.by[ask.Text(c.Assignee)]++
			}
			return n, nil
		})
	})
	in, by := map[ask.Text]int{}, map[ask.Text]int{}
	for _, n := range blocks {
		if n.first < since {
			continue
		}
		for name, cases := range n.in {
			in[name] += cases
		}
		for name, cases := range n.by {
			by[name] += cases
		}
	}
	return frequent(in), frequent(by), err
}

func frequent(names map[ask.Text]int) []ask.Text {
	delete(names, "")
	return slices.SortedFunc(maps.Keys(names), func(a, b ask.Text) int { return cmp.Or(cmp.Compare(names[b], names[a]), cmp.Compare(a, b)) })
}

// departments writes the departments of drafts as those in use are written, and refuses one that nobody has
// used and that is called almost like one in use, unless it is said to be new: in the report 工程科 and 工程处
// would be two.
func (b *Room) departments(drafts []casefile.Draft, isNew bool) error {
	var used []ask.Text
	for i, d := range drafts {
		e, ok := d.Event.(casefile.Assigned)
		if !ok || e.Department == "" {
			continue
		}
		if used == nil {
			var err error
			if used, _, err = b.inUse(); err != nil {
				return err
			}
		}
		e.Department = written(e.Department, used)
		drafts[i].Event = e
		if isNew || slices.Contains(used, ask.Text(e.Department)) {
			continue
		}
		if like := alike(e.Department, used); like != "" {
			return &ask.Error{Code: "department-like", Exit: ask.ExitRefused,
				Msg:  fmt.Sprintf("没有用过科室“%s”，是不是“%s”？", e.Department, like),
				Hint: "写“" + like + "”；确是另一科室的，写明是新科室\n--to " + like + "、--new"}
		}
	}
	return nil
}

// written is a name without the blanks and full-width letters of input methods, or as one in use has it that
// is the same without them.
func written(name string, used []ask.Text) string {
	plain := func(s string) string { return strings.Join(strings.Fields(width.Fold.String(s)), "") }
	for _, u := range used {
		if plain(string(u)) == plain(name) {
			return string(u)
		}
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return strings.Join(strings.Fields(name), "")
	}
	return strings.TrimSpace(name)
}

// alike is the name in use that a slip of the hand, or another word for a department, separates from a name;
// 一科 and 二科 are two.
func alike(name string, used []ask.Text) string {
	for _, u := range used {
		a, b := []rune(name), []rune(string(u))
		if stem(name) == stem(string(u)) && stem(name) != "" {
			return string(u)
		}
		if min(len(a), len(b)) < 3 || words.Nearest(name, []string{string(u)}, 1) == "" || numbersApart(a, b) {
			continue
		}
		return string(u)
	}
	return ""
}

// stem is a department's name without the word for a department.
func stem(s string) string {
	for _, end := range []string{"中心", "科", "室", "处", "股", "办", "局", "所", "站", "队", "部", "组"} {
		if rest, ok := strings.CutSuffix(s, end); ok {
			return rest
		}
	}
	return s
}

// numbersApart reports whether two names differ by a number alone.
func numbersApart(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return strings.ContainsRune("一二三四五六七八九十0123456789", a[i]) && strings.ContainsRune("一二三四五六七八九十0123456789", b[i])
		}
	}
	return false
}
