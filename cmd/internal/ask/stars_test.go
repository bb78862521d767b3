package ask

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// A mask that a request quotes means the number that it stands for; other stars beside digits are refused.
func TestStarsAreNeverStored(t *testing.T) {
	k := &desk{texts: []string{"联系 138 0000 1111", "13800001111", "证号11010119900307123X", "13922225555、13922235555", "卡号6222020000000000000"}}
	var got string
	c := asking(t, k, Operator, Append, func(_ context.Context, _ Call, q AppendRequest) (AppendResult, error) {
		var e casefile.Noted
		err := json.Unmarshal(q.Drafts[0].Event, &e)
		got = e.Text
		return AppendResult{}, err
	})
	for _, tt := range []struct{ in, want string }{
		{"张三 *******1111", ""}, // two spellings of it are recorded
		{"证号**************123X，地址不变", "证号11010119900307123X，地址不变"},
		{"***************0000", "6222020000000000000"},
		{"*******5555", ""}, // of two numbers
		{"*******9999", ""},
		{"138****1111", ""},
		{"*******11112", ""},
		{"张** 和 **重点**", "张** 和 **重点**"},
		{"3 * 5", "3 * 5"},
	} {
		got = ""
		event, err := casefile.EncodeEvent(casefile.Noted{Text: tt.in})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Do(t.Context(), c, Append, AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: event}}})
		if tt.want == "" && codeOf(err) != "masked" || tt.want != "" && err != nil || got != tt.want {
			t.Errorf("%q: recorded %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

// They are found wherever a request has texts.
func TestStarsInEveryPlace(t *testing.T) {
	k := &desk{texts: []string{"13800001111"}}
	var got LetterRequest
	c := asking(t, k, Operator, PreviewLetter, func(_ context.Context, _ Call, q LetterRequest) (LetterResult, error) {
		got = q
		return LetterResult{}, nil
	})
	q := LetterRequest{Cases: []casefile.ID{"2026-00001"}, Fill: map[string]string{"电话": "*******1111"}, OnPaper: []string{"*******1111"}}
	if _, err := Do(t.Context(), c, PreviewLetter, q); err != nil || got.Fill["电话"] != "13800001111" || got.OnPaper[0] != "13800001111" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestNoNumberIsFoundWhole(t *testing.T) {
	if _, err := putBack("*******1111", map[string]string{"*******1111": ""}); err == nil || !strings.Contains(err.Error(), "*******1111") {
		t.Errorf("a mask of several numbers: %v", err)
	}
}
