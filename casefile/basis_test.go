package casefile

import (
	"strings"
	"testing"
)

// A clerk writes a basis as the 条例 is cited.
func TestParseBasis(t *testing.T) {
	for _, tt := range []struct {
		o        Outcome
		written  string
		want     string // empty: refused
		mentions string
	}{
		{Disclosed, "36-1", "36-1", ""}, {Disclosed, "第三十六条第一项", "36-1", ""}, {Disclosed, "第三十六条第（一）项", "36-1", ""}, {Disclosed, "36（一）", "36-1", ""},
		{Disclosed, "36(1)", "36-1", ""}, {Disclosed, "条例第36条第1项", "36-1", ""}, {Disclosed, "《政府信息公开条例》第三十六条第一款第一项", "36-1", ""}, {Disclosed, "３６．１", "36-1", ""},
		{Disclosed, "提供", "36-2-provide", ""}, {Disclosed, "提供信息", "36-2-provide", ""}, {Disclosed, "第三十六条第二项", "", "提供信息"}, {Disclosed, "36", "", "几种依据"},
		{Disclosed, "36-2 提供", "36-2-provide", ""}, {Disclosed, "第三十六条第（二）项（可以公开，提供信息）", "36-2-provide", ""}, {Disclosed, "36②告知", "36-2-inform", ""}, {Disclosed, "36-2 不存在", "", "不能是"},
		{Disclosed, "第十四条", "", "不能是"}, {Disclosed, "36-9", "", "不能是"},
		{UnableNotHeld, "36（四）", "36-4", ""}, {UnableNotHeld, "第三十六条第五项", "36-5", ""}, {UnableNotHeld, "信息不存在", "36-4", ""}, {UnableNotHeld, "不属于本机关", "36-5", ""},
		{RefuseDeliberative, "第十六条", "16-process", ""}, {RefuseDeliberative, "十六条二款", "16-process", ""}, {RefuseInternal, "16-1", "16-internal", ""}, {RefuseInternal, "第十六条第二款", "", "不能是"},
		{RefuseThirdParty, "15", "15", ""}, {RefuseThirdParty, "第十五条", "15", ""}, {DeclinePetition, "39", "39-1", ""}, {DeclinePublication, "第三十九条第二款", "39-2", ""},
		{OtherOutcome, "撤回", "withdrawn", ""}, {OtherOutcome, "第二条", "not-government-information", ""}, {OtherOutcome, "withdrawn", "withdrawn", ""},
		{CorrectionLapsed, "第三十条", "lapse-30", ""}, {UnableUnclear, "第三十条", "30", ""},
		{Disclosed, "", "", "不能是"}, {Disclosed, "第", "", "不能是"}, {Disclosed, strings.Repeat("三十", 1000), "", "不能是"},
	} {
		got, err := tt.o.ParseBasis(tt.written)
		if got != tt.want || (err != nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.mentions) {
			t.Errorf("%s %.40q: %q, %v; want %q", tt.o, tt.written, got, err, tt.want)
		}
	}
}

// Every basis of every outcome has its words, and its words and its article lead back to it.
func TestBasesHaveWords(t *testing.T) {
	for _, o := range Outcomes() {
		for _, code := range o.Bases() {
			b := BasisOf(code)
			if b.Label == "" {
				t.Errorf("%s has no words", code)
			}
			for _, written := range []string{code, b.Label} {
				if got, err := o.ParseBasis(written); got != code {
					t.Errorf("%s %q: %q, %v", o, written, got, err)
				}
			}
		}
	}
	for _, code := range WithheldBases() {
		if got, err := ParseWithheld(BasisOf(code).Label); got != code {
			t.Errorf("withheld %s: %q, %v", code, got, err)
		}
	}
}

// A clerk names an outcome by its row, its words or a word of the office.
func TestReadOutcome(t *testing.T) {
	for _, tt := range []struct {
		written  string
		want     Outcome
		basis    string
		mentions string
	}{
		{"disclosed", Disclosed, "", ""}, {"（三）4", RefuseThirdParty, "", ""}, {"(三)4", RefuseThirdParty, "", ""}, {"三4", RefuseThirdParty, "", ""}, {"3.4", RefuseThirdParty, "", ""}, {"3-4", RefuseThirdParty, "", ""},
		{"（三）4.保护第三方合法权益", RefuseThirdParty, "", ""}, {"（一）", Disclosed, "", ""}, {"一", Disclosed, "", ""}, {"（六）3", OtherOutcome, "", ""}, {"（３）４", RefuseThirdParty, "", ""},
		{"信息不存在", UnableNotHeld, "36-4", ""}, {"不属于本机关", UnableNotHeld, "36-5", ""}, {"第三方", RefuseThirdParty, "15", ""}, {"商业秘密", RefuseThirdParty, "15", ""}, {"信访", DeclinePetition, "39-1", ""},
		{"公开", Disclosed, "36-2-provide", ""}, {"已主动公开", Disclosed, "36-1", ""}, {"部分公开", Partial, "", ""}, {"过程性信息", RefuseDeliberative, "16-process", ""}, {"撤回", OtherOutcome, "withdrawn", ""},
		{"其他", OtherOutcome, "", ""}, {"逾期不补正", CorrectionLapsed, "lapse-30", ""}, {"属于国家秘密", RefuseStateSecret, "", ""}, {"重复申请", DeclineRepeat, "", ""},
		{"秘密", OutcomeNone, "", "（三）4"}, {"不予公开", OutcomeNone, "", "（三）7"}, {"不予处理", OutcomeNone, "", "（五）1"}, {"（四）", OutcomeNone, "", "（四）3"}, {"三、（一）", RefuseStateSecret, "", ""}, {"（五）二", DeclineRepeat, "", ""},
		{"36-5", UnableNotHeld, "36-5", ""}, {"第三十六条第二项", Disclosed, "", ""}, {"第三十七条", Partial, "37", ""}, {"第三十条", OutcomeNone, "", "（六）1"}, {"第五十条", OutcomeNone, "", "没有以"}, {"全部公开", Disclosed, "36-2-provide", ""}, {"1", OutcomeNone, "", ""}, {"", OutcomeNone, "", "没有写"}, {"（七）", OutcomeNone, "", ""}, {"天气", OutcomeNone, "", "不在表三"},
	} {
		got, basis, err := ReadOutcome(tt.written)
		if got != tt.want || basis != tt.basis || (err != nil) != (tt.want == OutcomeNone) || err != nil && !strings.Contains(err.Error(), tt.mentions) {
			t.Errorf("%q: %s %q %v, want %s %q", tt.written, got, basis, err, tt.want, tt.basis)
		}
	}
	for _, o := range Outcomes() {
		for _, written := range []string{o.String(), o.Row(), o.Label(), o.Row() + o.Label()} {
			if got, _, err := ReadOutcome(written); got != o {
				t.Errorf("%q: %s, %v", written, got, err)
			}
		}
	}
	for _, m := range meanings {
		for w := range strings.FieldsSeq(m.words) {
			if got, basis, err := ReadOutcome(w); got != m.outcome || basis != "" && basis != m.basis {
				t.Errorf("%q: %s %s, %v", w, got, basis, err)
			}
		}
	}
}
