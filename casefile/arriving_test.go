package casefile_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
)

func TestWithoutIDNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"身份证110101199003070010。":     "身份证（证件号码略）。",
		"甲11010119900307001x乙":       "甲（证件号码略）乙",
		"文号 2026-00017，金额 100000000": "文号 2026-00017，金额 100000000",
		"":                           "",
	} {
		if got := casefile.WithoutIDNumbers(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// A citizen's number is found however it is surrounded, wherever a plain pattern finds one, and nothing else is.
func TestIDNumbers(t *testing.T) {
	const id, withX = "110101199001011234", "11010119900101123X"
	for in, want := range map[string][]string{
		"": nil, "身份证" + id + "。": {id}, id: {id}, withX: {withX}, "号：" + withX + "，电话": {withX}, "x" + id + "x": {id}, withX + "X": {withX},
		id + "," + withX: {id, withX}, id + "、" + id: {id, id}, "１１０１０１１９９００１０１１２３ｘ，": {"11010119900101123x"},
		id + "1": nil, "1" + id: nil, withX + "1": nil, "1" + withX: nil, "9" + id + "99999": nil, withX + id: {id}, "110101199013011234": nil, "110101 199001011234": nil,
	} {
		if got := casefile.IDNumbers(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	plain := regexp.MustCompile(`(?:^|\D)(\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?:$|\D)`)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{id, withX, id[:17], "1", "X", "x", "，", "号", " ", "\xff"}), 0, 6).Draw(t, "text"), "")
		var want []string
		for at := 0; at <= len(text); { // a character between two numbers ends one and begins the other
			m := plain.FindStringSubmatchIndex(text[at:])
			if m == nil {
				break
			}
			if at == 0 || m[2] > 0 || text[at-1] < '0' || text[at-1] > '9' {
				want = append(want, text[at+m[2]:at+m[3]])
			}
			at += m[3]
		}
		if got := casefile.IDNumbers(text); !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}
