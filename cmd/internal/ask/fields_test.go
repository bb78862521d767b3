package ask

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile"
)

// entry is something that a field takes.
func entry(f Field) string {
	switch f.Shape {
	case Date:
		return "2026-11-23"
	case Amount:
		return "7"
	case Case:
		return "2026-00017"
	}
	if len(f.Choices) > 0 {
		return f.Choices[0].Code
	}
	return "某某"
}

// Every field of every step is in the event that it makes, and the code and the word of a choice mean the same.
func TestEveryFieldIsRecorded(t *testing.T) {
	for _, s := range append(Steps(), DisputeSteps()...) {
		for _, f := range s.Fields {
			if f.Label == "" || f.Help == "" {
				t.Errorf("%s: --%s is not described", s.Kind, f.Name)
			}
			entered := Entries{f.Name: {entry(f)}}
			body, err := s.Encode(entered, 0)
			if err != nil {
				t.Errorf("%s: --%s %q: %v", s.Kind, f.Name, entry(f), err)
				continue
			}
			e, err := casefile.DecodeEvent(s.Kind, body)
			if err != nil {
				t.Errorf("%s: --%s: %v", s.Kind, f.Name, err)
				continue
			}
			full, _ := casefile.EncodeEvent(e)
			var kept, said map[string]any
			if err := errors.Join(json.Unmarshal(full, &kept), json.Unmarshal(body, &said)); err != nil {
				t.Fatal(err)
			}
			for name := range said {
				if kept[name] == nil {
					t.Errorf("%s: --%s is lost as %q: %s", s.Kind, f.Name, name, full)
				}
			}
			for _, c := range f.Choices {
				code, err1 := s.Encode(Entries{f.Name: {c.Code}}, 0)
				label, err2 := s.Encode(Entries{f.Name: {c.Label}}, 0)
				if err1 != nil || !f.Offered && (err2 != nil || string(code) != string(label)) {
					t.Errorf("%s: --%s: %s is %s, %s is %s, %v, %v", s.Kind, f.Name, c.Code, code, c.Label, label, err1, err2)
				}
			}
		}
	}
}

// What an event must say can be entered, and every step that a person may record has its fields here.
func TestEveryStepHasItsFields(t *testing.T) {
	elsewhere := []casefile.Kind{casefile.KindSplit, casefile.KindAttached, casefile.KindDetached, casefile.KindLetterIssued, casefile.KindLetterVoided, casefile.KindSubmitted}
	for _, info := range casefile.Kinds() {
		s, ok := StepOf(info.Kind)
		if info.Stages == nil || slices.Contains(elsewhere, info.Kind) {
			continue
		}
		if !ok && info.Command != "" {
			t.Errorf("%s cannot be entered", info.Kind)
		}
		for _, n := range info.Needs {
			if ok && n.Option != "" && !slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Name == n.Option }) {
				t.Errorf("%s must say --%s, and has no such field", info.Kind, n.Option)
			}
		}
	}
	if s, _ := StepOf(casefile.KindDismissed); !s.Needs("reason") || s.Needs("nothing") {
		t.Error("a dismissal needs its reason, and nothing else")
	}
}

func TestWrongEntries(t *testing.T) {
	arrived, _ := StepOf(casefile.KindNoticeReached)
	if e, err := arrived.Event(Entries{}, 0); err != nil || e != (casefile.NoticeReached{Of: casefile.NoticeFee}) {
		t.Errorf("fee-reached is of a fee where nothing else is said: %+v, %v", e, err)
	}
	registered, _ := StepOf(casefile.KindRegistered)
	replied, _ := StepOf(casefile.KindReplied)
	for name, tt := range map[string]struct {
		step    Step
		entered Entries
		field   string
		missing bool
	}{
		"no column":          {registered, Entries{"applicant": {"张三"}}, "column", true},
		"an unknown column":  {registered, Entries{"column": {"动物"}}, "column", false},
		"two applicants":     {registered, Entries{"applicant": {"张三", "李四"}}, "applicant", false},
		"several bases":      {replied, Entries{"outcome": {"disclosed"}}, "basis", false},
		"no number":          {stepOf(t, casefile.KindVoided), Entries{"record": {"x"}}, "record", false},
		"no amount":          {stepOf(t, casefile.KindFeePaid), Entries{"yuan": {"二百"}}, "yuan", false},
		"no day of the year": {stepOf(t, casefile.KindDeferred), Entries{"until": {"2026-02-30"}}, "until", false},
	} {
		_, err := tt.step.Event(tt.entered, 0)
		f, ok := errors.AsType[*FieldError](err)
		if !ok || f.Field != tt.field || f.Missing != tt.missing || f.Error() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	e, err := replied.Event(Entries{"outcome": {"（三）2"}, "document": {"某〔2026〕1号"}}, 0)
	if r, ok := e.(casefile.Replied); err != nil || !ok || r.Basis == "" && len(r.Outcome.Bases()) == 1 {
		t.Errorf("%+v, %v", e, err)
	}
	e, err = registered.Event(Entries{"applicant": {"张三"}, "column": {"自然人"}, "other": {"李四", "王五"}}, 0)
	if r, ok := e.(casefile.Registered); err != nil || !ok || r.As != casefile.Application || len(r.Others) != 2 || r.Column != casefile.Natural {
		t.Errorf("%+v, %v", e, err)
	}
}

func stepOf(t *testing.T, k casefile.Kind) Step {
	t.Helper()
	s, ok := StepOf(k)
	if !ok {
		t.Fatalf("no step %s", k)
	}
	return s
}

func TestFieldUnderAnotherName(t *testing.T) {
	f := stepOf(t, casefile.KindExtended).Fields[3].As("approval", "审批的`文号`")
	body, err := Step{Kind: casefile.KindExtended, Fields: []Field{f}}.Encode(Entries{"approval": {"某〔2026〕1号"}}, 0)
	if err != nil || string(body) != `{"document":"某〔2026〕1号"}` {
		t.Errorf("%s, %v", body, err)
	}
}

// A row is moved with the words that answer a case: its only basis goes without saying, and articles are read.
func TestRowIsMovedByWords(t *testing.T) {
	s, _ := StepOf(casefile.KindReclassified)
	for _, tt := range []struct{ outcome, basis, want string }{
		{"（三）6", "", "16-process"}, {"过程性", "第十六条第二款", "16-process"}, {"信息不存在", "", "36-4"}, {"部分公开", "", "37"}, {"公开", "第三十六条第一项", "36-1"}, {"公开", "", "36-2-provide"}, {"予以公开", "", ""},
	} {
		entered := Entries{"outcome": {tt.outcome}, "reason": {"录错"}}
		if tt.basis != "" {
			entered["basis"] = []string{tt.basis}
		}
		e, err := s.Event(entered, 0)
		moved, _ := e.(casefile.Reclassified)
		if wrong, refused := errors.AsType[*FieldError](err); moved.Basis != tt.want || refused != (tt.want == "") || refused && wrong.Field != "basis" {
			t.Errorf("%s, %s: %+v, %v", tt.outcome, tt.basis, e, err)
		}
	}
}
