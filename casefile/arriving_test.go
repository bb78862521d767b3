package casefile_test

import (
	"testing"

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
