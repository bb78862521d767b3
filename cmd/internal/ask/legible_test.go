package ask

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// What nobody sees is refused wherever a request has texts, whoever sends it.
func TestControlCharactersAreRefused(t *testing.T) {
	reached := 0
	k := &desk{}
	appends := asking(t, k, Operator, Append, func(context.Context, Call, AppendRequest) (AppendResult, error) {
		reached++
		return AppendResult{}, nil
	})
	letters := asking(t, k, Operator, PreviewLetter, func(context.Context, Call, LetterRequest) (LetterResult, error) {
		reached++
		return LetterResult{}, nil
	})
	for _, bad := range []string{"周\x1b[三", "合同\u202Ecod.exe", "a\rb", "\u0085", "\x00"} {
		event, err := json.Marshal(map[string]any{"text": "见" + bad})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Do(t.Context(), appends, Append, AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: event}}})
		if codeOf(err) != "control-character" {
			t.Errorf("%q in an event: %v", bad, err)
		}
		for _, q := range []LetterRequest{{Cases: []casefile.ID{"1"}, Fill: map[string]string{"甲": bad}}, {Cases: []casefile.ID{"1"}, OnPaper: []string{"甲", bad}}, {Cases: []casefile.ID{casefile.ID(bad)}}} {
			if _, err = Do(t.Context(), letters, PreviewLetter, q); codeOf(err) != "control-character" {
				t.Errorf("%q in %+v: %v", bad, q, err)
			}
			if r, found := casefile.Control(err.Error()); found {
				t.Errorf("the error itself has %U: %q", r, err)
			}
		}
	}
	if reached > 0 {
		t.Errorf("%d requests came through", reached)
	}
}

// Browsers end lines in text areas with two characters.
func TestLineEndsOfBrowsers(t *testing.T) {
	var got casefile.Noted
	c := asking(t, &desk{}, Operator, Append, func(_ context.Context, _ Call, q AppendRequest) (AppendResult, error) {
		return AppendResult{}, json.Unmarshal(q.Drafts[0].Event, &got)
	})
	event := json.RawMessage(`{"text":"甲\r\n乙\\r\\n丙"}`)
	if _, err := Do(t.Context(), c, Append, AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: event}}}); err != nil {
		t.Fatal(err)
	}
	if got.Text != "甲\n乙\\r\\n丙" || strings.Contains(got.Text, "\r") {
		t.Errorf("got %q", got.Text)
	}
}
