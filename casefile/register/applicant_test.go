package register

import (
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
			"by mark": tx.CasesByMark("aa"), "by name": tx.CasesByName("张三"), "by another's name": tx.CasesByName(" 王 五"),
		} {
			if !slices.Equal(got, []casefile.ID{first}) {
				t.Errorf("%s: %v", what, got)
			}
		}
		if got := tx.CasesByName("ACME公司"); !slices.Equal(got, []casefile.ID{second}) {
			t.Errorf("by name: %v", got)
		}
		if got := slices.Concat(tx.CasesByMark(""), tx.CasesByName(""), tx.CasesByMark("a"), tx.CasesByName("张")); len(got) != 0 {
			t.Errorf("by nothing: %v", got)
		}
		return nil
	}))
}
