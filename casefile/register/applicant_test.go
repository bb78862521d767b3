package register

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile"
)

// Whoever was once registered is found by mark and by name, however it was written.
func TestCasesOfAnApplicant(t *testing.T) {
	r := opened(t)
	first, second := take(t, r, "a", 1), take(t, r, "b", 2)
	must(t, r.Update(start, func(tx *Tx) error {
		_, err := tx.Append("李四(1000)",
			casefile.Draft{Case: first, On: tx.Today(), Event: casefile.Registered{As: casefile.Application, Applicant: "张 三", Others: []string{"王五"}, Column: casefile.Natural, IDTail: "1239", IDMark: "aa"}},
			casefile.Draft{Case: second, On: tx.Today(), Event: casefile.Registered{As: casefile.Application, Applicant: "Acme 公司", Column: casefile.Business}})
		return err
	}))
	must(t, r.View(func(tx *Tx) error {
		for what, got := range map[string][]casefile.ID{
			"by mark": slices.Collect(tx.CasesByMark("aa")), "by name": slices.Collect(tx.CasesByName("张三")), "by another's name": slices.Collect(tx.CasesByName(" 王 五")),
		} {
			if !slices.Equal(got, []casefile.ID{first}) {
				t.Errorf("%s: %v", what, got)
			}
		}
		if got := slices.Collect(tx.CasesByName("ACME公司")); !slices.Equal(got, []casefile.ID{second}) {
			t.Errorf("by name: %v", got)
		}
		for what, found := range map[string]iter.Seq[casefile.ID]{
			"no mark": tx.CasesByMark(""), "no name": tx.CasesByName(""), "a part of a mark": tx.CasesByMark("a"), "a part of a name": tx.CasesByName("张"),
		} {
			if got := slices.Collect(found); len(got) != 0 {
				t.Errorf("by %s: %v", what, got)
			}
		}
		return nil
	}))
}

// The cases of an applicant come latest first, and who has seen enough reads no more of them.
func TestCasesComeLatestFirst(t *testing.T) {
	r := opened(t)
	var ids []casefile.ID
	for n := range 12 {
		id, who := take(t, r, fmt.Sprint(n), uint32(n+1)), []string{"张三", "张三丰"}[n%2]
		ids = append(ids, id)
		must(t, r.Update(start, func(tx *Tx) error {
			_, err := tx.Append("李四(1000)", casefile.Draft{Case: id, On: tx.Today(), Event: casefile.Registered{As: casefile.Application, Applicant: who, Column: casefile.Natural}})
			return err
		}))
	}
	must(t, r.View(func(tx *Tx) error {
		if got, want := slices.Collect(tx.CasesByName("张三")), []casefile.ID{ids[10], ids[8], ids[6], ids[4], ids[2], ids[0]}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for id := range tx.CasesByName("张三丰") { // the last of the index
			if id != ids[11] {
				t.Errorf("the latest is %s, want %s", id, ids[11])
			}
			break
		}
		return nil
	}))
}
