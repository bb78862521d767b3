package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func TestMayMerge(t *testing.T) {
	of := func(id casefile.ID, arrived, applicant string, stage casefile.Stage) casefile.Case {
		return casefile.Case{ID: id, ArrivedOn: civil.MustParse(arrived), Applicant: applicant, Stage: stage}
	}
	from := of("2026-00002", "2026-03-03", "张三", casefile.StageReceived)
	for _, tt := range []struct {
		name  string
		into  casefile.Case
		want  string
		warns bool
	}{
		{"into an earlier one", of("2026-00001", "2026-03-02", "张三", casefile.StageHandling), "", false},
		{"of the same day", of("2026-00003", "2026-03-03", "张三", casefile.StageReceived), "", false},
		{"into a later one", of("2026-00004", "2026-03-04", "张三", casefile.StageReceived), "merge-direction", false},
		{"replied, not yet served", of("2026-00001", "2026-03-02", "张三", casefile.StageReplied), "", false},
		{"answered", of("2026-00001", "2026-03-02", "张三", casefile.StageServed), "merge-closed", false},
		{"itself merged", of("2026-00001", "2026-03-02", "张三", casefile.StageMerged), "merge-closed", false},
		{"the same name with a blank", of("2026-00001", "2026-03-02", "张 三", casefile.StageReceived), "", false},
		{"another's", of("2026-00001", "2026-03-02", "李四", casefile.StageReceived), "", true},
		{"nobody's yet", of("2026-00001", "2026-03-02", "", casefile.StageReceived), "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			warnings, err := from.MayMerge(tt.into)
			if codeOf(err) != tt.want || (len(warnings) > 0) != tt.warns {
				t.Errorf("%v, %v", warnings, err)
			}
		})
	}
}
