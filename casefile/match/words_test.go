package match

import (
	"strings"
	"testing"
)

func TestAdviceInWords(t *testing.T) {
	for _, tt := range []struct {
		advice  Advice
		label   string
		command string
	}{
		{AdviceRepeat, "可能是重复申请", "ysq reply 2026-00009 --outcome decline.repeat --grounds '与 2026-00001 内容相同，已答复'"},
		{AdviceMerge, "可能是同一申请，可合并", "ysq merge 2026-00009 --into 2026-00001 --reason 答复前重复提交"},
		{AdviceNew, "按新申请办理", ""},
		{AdviceLook, "内容相近，请核对", ""},
	} {
		r := Relation{Case: "2026-00001", Advice: tt.advice}
		if got := r.Advice.Label(); got != tt.label {
			t.Errorf("%s is called %q", tt.advice, got)
		}
		if got := r.Command("2026-00009"); got != tt.command {
			t.Errorf("%s: %q, want %q", tt.advice, got, tt.command)
		}
	}
}

// What an application costs by the piece is what it adds: nothing up to the tenth of a month, 100 yuan from
// there to the thirtieth, 200 after it (国办函〔2020〕109号).
func TestCountsInWords(t *testing.T) {
	for _, tt := range []struct {
		inMonth, place int
		says           string // "" for nothing about a fee
	}{
		{10, 10, ""},
		{11, 3, "本件 0 元"},
		{11, 11, "本件 100 元"},
		{31, 30, "本件 100 元"},
		{31, 31, "本件 200 元"},
	} {
		got := Counts{Month: "2026-11", InMonth: tt.inMonth, Place: tt.place, InYear: 40}.Words("2026-00009")
		if !strings.Contains(got, "近一年 40 件") || strings.Contains(got, "第三十五条") != (tt.says != "") || !strings.Contains(got, tt.says) {
			t.Errorf("%d of %d: %s", tt.place, tt.inMonth, got)
		}
	}
}
