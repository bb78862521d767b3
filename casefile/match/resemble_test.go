package match

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// sender is a register with earlier applications of one address.
type sender struct {
	registered
	earlier []Earlier
}

func (s sender) Earlier(mail string) ([]Earlier, error) {
	if mail != stranger {
		return nil, nil
	}
	return s.earlier, nil
}

const (
	budget = "申请人：王五\n联系电话：无\n现申请公开东河街道 2025 年度部门预算执行情况明细表，以及该年度“三公”经费的使用明细。\n获取方式：电子邮件。\n"
	permit = "申请人：王五\n联系电话：无\n现申请公开西山路 18 号建设工程规划许可证及其附图、审批时的会议纪要和公示照片。\n获取方式：电子邮件。\n"
)

func TestRepeatedApplication(t *testing.T) {
	for _, tc := range []struct {
		name          string
		subject, text string
		earlier       Earlier
		want          string // begins the reason; "" for no suggestion
		advice        string
		least, most   int
	}{
		{"the same text once more", "申请公开预算", budget, Earlier{Subject: "申请公开预算", Text: NewText(budget)}, "同一发件人，正文相似度 100%", "合并", 100, 100},
		{"the same text, answered", "申请公开预算", budget, Earlier{Subject: "申请公开预算", Text: NewText(budget), Answered: true}, "同一发件人，正文相似度 100%", "重复申请", 100, 100},
		{"other line breaks and punctuation", "x", strings.NewReplacer("\n", " \n\n", "，", ", ").Replace(budget), Earlier{Text: NewText(budget)}, "同一发件人，正文相似度 100%", "合并", 100, 100},
		{"a little added", "申请公开预算", budget + "请尽快答复，谢谢！", Earlier{Subject: "回复：申请公开预算", Text: NewText(budget)}, "同一发件人，标题相同，正文相似度", "合并", 80, 89},
		{"quoting the earlier one is no repetition", "另一件", permit + "\n---- 原始邮件 ----\n" + budget, Earlier{Text: NewText(budget)}, "", "", 0, 0},
		{"another request on the same form", "申请公开许可证", permit, Earlier{Subject: "申请公开预算", Text: NewText(budget)}, "", "", 0, 0},
		{"another request under a name that says nothing", "政府信息公开申请表", permit, Earlier{Subject: "政府信息公开申请表", Text: NewText(budget)}, "", "", 0, 0},
		{"another text under the same name", "申请公开东河街道预算", "见附件。", Earlier{Subject: "Re: 申请公开 东河街道预算！", Text: NewText(budget)}, "同一发件人，标题相同", "合并", 40, 40},
		{"bytes of the earlier one are gone", "申请公开预算", budget, Earlier{Subject: "申请公开预算"}, "同一发件人，标题相同", "合并", 40, 40},
		{"two short texts", "x", "见附件", Earlier{Text: NewText("见附件")}, "", "", 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.earlier.Case = "2026-00031"
			m := from(stranger, tc.subject)
			m.Text = tc.text
			d, err := Decide(Mail{Message: m, Arrived: civil.MustParse("2026-11-23")}, office, sender{earlier: []Earlier{tc.earlier}})
			if err != nil || !d.New {
				t.Fatalf("it must become a case of its own whatever it resembles: %+v, %v", d, err)
			}
			if tc.want == "" {
				if len(d.Suggest) > 0 {
					t.Errorf("suggested %+v", d.Suggest)
				}
				return
			}
			if len(d.Suggest) != 1 || d.Suggest[0].Case != "2026-00031" {
				t.Fatalf("suggested %+v", d.Suggest)
			}
			s := d.Suggest[0]
			if s.Likeness < tc.least || s.Likeness > tc.most || !strings.HasPrefix(s.Reasons[0], tc.want) || !strings.Contains(s.Reasons[0], tc.advice) {
				t.Errorf("got %d %q, want %d to %d, %q, %q", s.Likeness, s.Reasons, tc.least, tc.most, tc.want, tc.advice)
			}
		})
	}
}

// A mail that joins a case, or is parked, repeats nothing.
func TestOnlyNewCasesRepeat(t *testing.T) {
	repeats := sender{earlier: []Earlier{{Case: "2026-00031", Subject: "申请公开预算", Text: NewText(budget)}}}
	m := with(from(stranger, "申请公开预算"), func(m *casefile.Message) { m.Text, m.Machine.AutoSubmitted = budget, "auto-replied" })
	d, err := Decide(Mail{Message: m, Arrived: civil.MustParse("2026-11-23")}, office, repeats)
	if err != nil || d.Disposition != casefile.Parked || len(d.Suggest) > 0 {
		t.Errorf("an automatic answer: %+v, %v", d, err)
	}
}

func TestLikenessOfTexts(t *testing.T) {
	a, b := shinglesOf(budget), shinglesOf(permit)
	if got := a.likeness(a); got != 100 {
		t.Errorf("with itself: %d", got)
	}
	if x, y := a.likeness(b), b.likeness(a); x != y || x <= 0 || x >= similar {
		t.Errorf("two requests on one form: %d and %d, want the same, below %d", x, y, similar)
	}
	if got := shinglesOf("").likeness(a); got != 0 {
		t.Errorf("with nothing: %d", got)
	}
}
