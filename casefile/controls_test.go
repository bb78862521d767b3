package casefile_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func TestControl(t *testing.T) {
	for _, s := range []string{"张三", "一行\n又一行\t格", "a‍b", "“引号”", "\uFFFD", "العربية", "😀"} {
		if r, found := casefile.Control(s); found {
			t.Errorf("%q holds %U", s, r)
		}
	}
	for _, s := range []string{"周\x1b[三", "a\rb", "a\x00", "\x7f", "\u0085", "合同\u202Ecod.exe", "\u2066x", "甲\u2028乙"} {
		if _, found := casefile.Control(s); !found {
			t.Errorf("%q passes", s)
		}
	}
}

// Whatever texts an event brings, what becomes of it holds no such character, and what holds none stays as it is.
func TestLegible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("张三ab\n\t\r\x00\x1b\x7f\u0085\u202E\u2066\u2028\\\"u00<&"))).Draw(t, "text")
		e, body, err := casefile.Legible(casefile.CorrectionAsked{Items: []string{text, "甲"}, Until: civil.MustParse("2026-12-01"), Document: text})
		if err != nil {
			t.Fatal(err)
		}
		got := e.(casefile.CorrectionAsked)
		if again, err := casefile.EncodeEvent(e); err != nil || string(again) != string(body) {
			t.Fatalf("the event is %s, its JSON %s, %v", again, body, err)
		}
		for _, s := range []string{got.Items[0], got.Document} {
			if r, found := casefile.Control(s); found {
				t.Fatalf("%q leaves %U in %q", text, r, s)
			}
		}
		if _, found := casefile.Control(text); !found && got.Document != text {
			t.Fatalf("%q became %q", text, got.Document)
		}
		if got.Items[1] != "甲" || got.Until != civil.MustParse("2026-12-01") {
			t.Fatalf("the rest became %+v", got)
		}
	})
}

func TestDecideRefusesWhatIsNotSeen(t *testing.T) {
	history := []casefile.Record{{Seq: 1, On: civil.MustParse("2026-11-02"), Case: "2026-00001", Event: casefile.Received{Channel: casefile.InPerson}}}
	draft := casefile.Draft{Case: "2026-00001", On: civil.MustParse("2026-11-03"), Event: casefile.Noted{Text: "来电\u202E话"}}
	_, err := casefile.Decide(history, draft, civil.MustParse("2026-11-03"), casefile.Statute{}, nil)
	if rule, ok := errors.AsType[*casefile.RuleError](err); !ok || rule.Code != "control-character" || !strings.Contains(rule.Msg, "控制字符") {
		t.Errorf("got %v", err)
	}
}
