package letter

import (
	"slices"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// What a clerk notes beside a request stays out of every letter; what an applicant wrote stays in.
func TestNotes(t *testing.T) {
	for _, tt := range []struct {
		request, quoted string
		left            []string
		doubt           string
	}{
		{"拆迁文件（不明确）", "拆迁文件", []string{"（不明确）"}, ""},
		{"某批复【待核】及附图", "某批复及附图", []string{"【待核】"}, ""},
		{"有关材料，内容不明确。", "有关材料", []string{"，内容不明确。"}, ""},
		{"小区规划 —— 太笼统", "小区规划", []string{"—— 太笼统"}, ""},
		{"2025年财政决算；备注：老上访户，先请示", "2025年财政决算", []string{"；备注：老上访户，先请示"}, ""},
		{"某路拓宽工程的征收决定（哪一年？）", "某路拓宽工程的征收决定", []string{"（哪一年？）"}, ""},
		{"产权不明确房屋的处理办法", "产权不明确房屋的处理办法", nil, "不明确"},
		{"关于《某条例（修订）》的起草说明", "关于《某条例（修订）》的起草说明", nil, ""},
		{"（一）某路拓宽工程的批复；（二）规划许可证", "（一）某路拓宽工程的批复；（二）规划许可证", nil, ""},
		{"疑似污染地块名录", "疑似污染地块名录", nil, "疑似"},
	} {
		if got := quoted(tt.request); got != tt.quoted {
			t.Errorf("%s is quoted as %q", tt.request, got)
		}
		s := Subject{Case: casefile.Case{Request: tt.request}}
		left, doubt := s.Notes()
		if !slices.Equal(left, tt.left) || doubt != tt.doubt {
			t.Errorf("%s: left out %q, doubt %q", tt.request, left, doubt)
		}
		s.History = []casefile.Record{{Seq: 1, Event: casefile.Registered{Request: tt.request, Verbatim: true}}}
		if left, doubt := s.Notes(); left != nil || doubt != "" || s.request() != oneLine(tt.request) {
			t.Errorf("%s, as the applicant wrote it, is quoted as %q", tt.request, s.request())
		}
	}
}

// The reasons that the office notes for itself, of a withdrawal, of a new answer by its own will and of an opinion,
// stand in no letter.
func TestOwnReasons(t *testing.T) {
	on := civil.MustParse("2026-03-02")
	if got := again(on, casefile.Reopened{Cause: "上次写错了依据，怕输官司"}); got != "本机关于2026年3月2日决定重新办理，现重新答复。" {
		t.Error(got)
	}
	if got := again(on, casefile.Reopened{Cause: "示例市人民政府示复决〔2026〕3号复议决定"}); got != "本机关于2026年3月2日收到重新办理的决定（示例市人民政府示复决〔2026〕3号复议决定），现重新答复。" {
		t.Error(got)
	}
	f := Facts{Kind: casefile.LetterClosed, On: on, Event: casefile.Withdrawn{Reason: "来电发火后撤回"}, Subjects: []Subject{{Case: casefile.Case{Applicant: "张三", Request: "某批复"}}}}
	values, _ := f.Values()
	if got := values.Text["理由"]; got != "" {
		t.Errorf("a withdrawal's reason is told: %q", got)
	}
}
