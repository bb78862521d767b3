package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func each(all ...Filed) (others []*Filed) {
	for _, f := range all {
		others = append(others, &f)
	}
	return others
}

func filed(id string, change ...func(*Filed)) Filed {
	f := Filed{Case: casefile.ID(id), Applicant: "张三", Column: casefile.Natural, Contact: "示例路1号，13800000000",
		Request: "东河街道2025年度部门预算及其说明", Received: civil.MustParse("2026-03-02")}
	for _, c := range change {
		c(&f)
	}
	return f
}

func TestRepeats(t *testing.T) {
	now := filed("2026-00009", func(f *Filed) { f.Received = civil.MustParse("2026-05-06") })
	for name, tt := range map[string]struct {
		earlier Filed
		want    Advice // "" is no relation
		says    string
	}{
		"answered": {filed("2026-00001", func(f *Filed) { f.Fate = Answered }), AdviceRepeat, "第三十六条第六项"},
		"pending":  {filed("2026-00001"), AdviceMerge, "并为一件"},
		"ended":    {filed("2026-00001", func(f *Filed) { f.Fate = Ended }), AdviceNew, "按新申请"},
		"gone":     {filed("2026-00001", func(f *Filed) { f.Fate = Gone }), "", ""},
		"later":    {filed("2026-00010", func(f *Filed) { f.Received = civil.MustParse("2026-06-01") }), "", ""},
		"blanks and brackets": {filed("2026-00001", func(f *Filed) {
			f.Applicant, f.Request = "张 三", "东河街道 2025 年度部门预算，及其说明。"
		}), AdviceMerge, "内容相同"},
		"nearly":               {filed("2026-00001", func(f *Filed) { f.Request = "申请公开东河街道2025年度部门预算及其说明材料" }), AdviceMerge, "相似度"},
		"another year":         {filed("2026-00001", func(f *Filed) { f.Request = "东河街道2024年度部门预算及其说明"; f.Fate = Answered }), AdviceLook, "2025／2024"},
		"another thing":        {filed("2026-00001", func(f *Filed) { f.Request = "某路改造工程的环境影响评价批复" }), "", ""},
		"nothing asked":        {filed("2026-00001", func(f *Filed) { f.Request = "" }), "", ""},
		"a namesake":           {filed("2026-00001", func(f *Filed) { f.Contact = "另一路9号，13900000000" }), "", ""},
		"same number":          {filed("2026-00001", func(f *Filed) { f.Contact = "手机 13800000000" }), AdviceMerge, "联系方式相同"},
		"same mailbox":         {filed("2026-00001", func(f *Filed) { f.Contact = ""; f.Addresses = []string{"A@example.test"} }), AdviceMerge, "电子邮箱相同"},
		"somebody's household": {filed("2026-00001", func(f *Filed) { f.Applicant = "李四"; f.Addresses = []string{"a@example.test"} }), "", ""},
		"not registered yet": {filed("2026-00001", func(f *Filed) {
			f.Applicant, f.Column, f.Addresses = "昵称", casefile.ColumnNone, []string{"a@example.test"}
		}), AdviceMerge, "电子邮箱相同"},
		"marks differ":         {filed("2026-00001", func(f *Filed) { f.Mark = "bb" }), "", ""},
		"mark under two names": {filed("2026-00001", func(f *Filed) { f.Applicant, f.Contact, f.Mark = "张叁", "", "aa" }), AdviceMerge, "证件号码相同"},
	} {
		t.Run(name, func(t *testing.T) {
			a := now
			a.Addresses = []string{"a@example.test"}
			if strings.Contains(name, "mark") {
				a.Mark = "aa"
			}
			got := Repeats(a, each(a, tt.earlier))
			if tt.want == "" {
				if len(got) != 0 {
					t.Errorf("%+v, want none", got)
				}
				return
			}
			if len(got) != 1 || got[0].Advice != tt.want || !strings.Contains(got[0].Reason, tt.says) {
				t.Errorf("%+v, want %s with %q", got, tt.want, tt.says)
			}
		})
	}
}

func TestSameBody(t *testing.T) {
	firm := func(f *Filed) { f.Applicant, f.Column, f.Contact = "某化工有限公司", casefile.Business, "" }
	if why := SameApplicant(new(filed("2026-00001", firm)), new(filed("2026-00002", firm))); why != "申请人名称相同" {
		t.Errorf("%q", why)
	}
}

func TestCountOf(t *testing.T) {
	var all []Filed
	for i := range 12 {
		all = append(all, filed(fmt.Sprintf("2026-%05d", i+1), func(f *Filed) { f.Received = civil.MustParse("2026-03-02").Add(i) }))
	}
	all = append(all,
		filed("2025-00001", func(f *Filed) { f.Received = civil.MustParse("2025-06-02") }),
		filed("2024-00001", func(f *Filed) { f.Received = civil.MustParse("2024-06-02") }),
		filed("2026-00020", func(f *Filed) { f.Applicant = "李四" }),
		filed("2026-00021", func(f *Filed) { f.Fate = Gone }),
		filed("2026-00022", func(f *Filed) { f.Received = civil.MustParse("2026-04-01") }))
	c := CountOf(all[10], each(all...))
	if c.Month != "2026-03" || c.InMonth != 12 || c.Place != 11 || c.InYear != 12 || len(c.Cases) != 12 {
		t.Errorf("%+v", c)
	}
}

func TestFateOf(t *testing.T) {
	replied := civil.MustParse("2026-03-02")
	for want, c := range map[Fate]casefile.Case{
		Pending:  {Stage: casefile.StageHandling},
		Answered: {Stage: casefile.StageArchived, RepliedOn: replied, Outcome: casefile.Disclosed},
		Ended:    {Stage: casefile.StageServed, RepliedOn: replied, Outcome: casefile.CorrectionLapsed},
		Gone:     {Stage: casefile.StageRegistered, Kind: casefile.CorrectionOfRecord},
	} {
		if got := FateOf(c); got != want {
			t.Errorf("%+v: %d, want %d", c, got, want)
		}
	}
	// An archived withdrawal is still none that was answered.
	if got := FateOf(casefile.Case{Stage: casefile.StageArchived, Outcome: casefile.OtherOutcome, Basis: "withdrawn"}); got != Ended {
		t.Errorf("withdrawn: %d", got)
	}
}

// What several apply for and what is the same is noticed; the same person twice, another year and what was long ago are not.
func TestShared(t *testing.T) {
	day := civil.MustParse
	a := Filed{Case: "2026-00009", Applicant: "张三", Column: casefile.Natural, Request: "示例市2025年老旧小区改造计划", Received: day("2026-06-01")}
	others := []Filed{
		{Case: "2026-00003", Applicant: "李四", Column: casefile.Natural, Request: "示例市 2025 年老旧小区改造计划。", Received: day("2026-03-02")},
		{Case: "2026-00004", Applicant: "甲公司", Column: casefile.Business, Request: "示例市2025年老旧小区改造计划", Received: day("2026-04-02")},
		{Case: "2026-00005", Applicant: "李四", Column: casefile.Natural, Request: "示例市2025年老旧小区改造计划", Received: day("2026-05-06")},
		{Case: "2026-00006", Applicant: "张三", Column: casefile.Natural, Request: "示例市2025年老旧小区改造计划", Received: day("2026-05-07")},
		{Case: "2026-00007", Applicant: "王五", Column: casefile.Natural, Request: "示例市2024年老旧小区改造计划", Received: day("2026-05-08")},
		{Case: "2024-00001", Applicant: "赵六", Column: casefile.Natural, Request: "示例市2025年老旧小区改造计划", Received: day("2024-05-08")},
		{Case: "2026-00008", Applicant: "钱七", Column: casefile.Natural, Request: "示例市2025年老旧小区改造计划", Received: day("2026-05-09"), Fate: Gone},
	}
	got := Shared(a, each(others...), 365)
	var ids []casefile.ID
	for _, r := range got {
		ids = append(ids, r.Case)
	}
	if want := []casefile.ID{"2026-00005", "2026-00004", "2026-00003"}; !slices.Equal(ids, want) {
		t.Fatalf("%v, want %v", ids, want)
	}
	prepared := slices.Clone(others)
	for i := range prepared {
		prepared[i] = prepared[i].Prepared()
	}
	if again := Shared(a.Prepared(), each(prepared...), 365); !slices.Equal(again, got) {
		t.Errorf("prepared %v, else %v", again, got)
	}
	if got[0].Reason != "连同本件有 3 个申请人申请相同的信息；可以公开的，可纳入主动公开（条例第四十四条）" || got[0].Command("2026-00009") == "" {
		t.Errorf("%+v", got[0])
	}
}

// What the same applicant sent before is listed whatever it asked for, the latest first; not what came later, and not
// what somebody of the same name sent with another number of identity.
func TestPastOf(t *testing.T) {
	on := func(id casefile.ID, day, mark, request string) Filed {
		return Filed{Case: id, Applicant: "张三", Mark: mark, Request: request, Received: civil.MustParse(day)}
	}
	a := on("2026-00009", "2026-03-09", "m1", "预算")
	var got []casefile.ID
	for _, p := range PastOf(a, each(on("2026-00001", "2026-01-05", "m1", "批复"), on("2026-00010", "2026-03-10", "m1", "合同"), on("2026-00003", "2026-02-01", "m2", "预算"), on("2026-00005", "2026-02-20", "m1", "验收报告"), a)) {
		got = append(got, p.Case)
		if p.Why != "证件号码相同" {
			t.Errorf("%s because %s", p.Case, p.Why)
		}
	}
	if want := []casefile.ID{"2026-00005", "2026-00001"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
