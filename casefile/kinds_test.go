package casefile_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// filled returns an event of the kind in which no field is empty, so that a field that gets lost on
// the way to JSON and back is missed.
func filled(t testing.TB, k casefile.Kind) casefile.Event {
	t.Helper()
	empty, err := casefile.DecodeEvent(k, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(reflect.TypeOf(empty)).Elem()
	fill(t, v)
	return v.Interface().(casefile.Event)
}

func fill(t testing.TB, v reflect.Value) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)))
		return
	case civil.Date:
		v.Set(reflect.ValueOf(civil.MustParse("2026-03-02")))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"of":"a value","rows":[1,2]}`))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.String:
		v.SetString("李四 <a&b> “c”")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(1) // the first code of every enumeration
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(1<<31 + 7)
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<31 - 7)
	default:
		t.Fatalf("a field of type %s", v.Type())
	}
}

// TestEveryKind walks the table of kinds.
func TestEveryKind(t *testing.T) {
	seen := make(map[string]casefile.Kind)
	once := func(k casefile.Kind, what, word string) {
		if other, twice := seen[what+word]; twice {
			t.Errorf("%s and %s have the same %s %q", k, other, what, word)
		}
		seen[what+word] = k
	}
	for _, i := range casefile.Kinds() {
		t.Run(string(i.Kind), func(t *testing.T) {
			event := filled(t, i.Kind)
			if event.Kind() != i.Kind || i.Kind.Info().Label != i.Label {
				t.Errorf("the event is a %s, its row that of %s", event.Kind(), i.Kind.Info().Kind)
			}
			body, err := casefile.EncodeEvent(event)
			if err != nil {
				t.Fatal(err)
			}
			back, err := casefile.DecodeEvent(i.Kind, body)
			if err != nil || !reflect.DeepEqual(back, event) {
				t.Errorf("%s\nread back as %+v, %v\nwant %+v", body, back, err, event)
			}
			if e, err := casefile.DecodeEvent(i.Kind, []byte(`{"no_such_field":1}`)); err == nil {
				t.Errorf("an unknown field is dropped: %+v", e)
			}
			record := casefile.Record{Seq: 7, On: civil.MustParse("2026-03-02"), Recorded: time.Date(2026, 3, 9, 8, 30, 0, 0, civil.Zone),
				Actor: "李四(1001)", Case: "2026-00001", Event: event, Prev: casefile.DigestOf([]byte("before"))}
			line, err := record.Encode()
			if err != nil {
				t.Fatal(err)
			}
			again, err := casefile.DecodeRecord(line)
			if err != nil || !again.Recorded.Equal(record.Recorded) {
				t.Fatalf("recorded at %s, want %s (%v)", again.Recorded, record.Recorded, err)
			}
			again.Recorded = record.Recorded
			if !reflect.DeepEqual(again, record) || slices.Contains(line, '\n') {
				t.Errorf("%s\nread back as %+v", line, again)
			}

			if i.Label == "" || casefile.Describe(event) == "" {
				t.Errorf("label %q, description %q", i.Label, casefile.Describe(event))
			}
			for _, n := range i.Needs {
				var fields map[string]any
				if err := json.Unmarshal(body, &fields); err != nil || fields[n.Field] == nil || n.Label == "" {
					t.Errorf("the event must say %q (%q), which it cannot", n.Field, n.Label)
				}
			}
			once(i.Kind, "label", i.Label)
			// That a letter was posted is recorded by the list that comes back, and judged as a person's step is.
			if judged := len(i.Stages) > 0; judged != (i.Command != "" || i.Kind == casefile.KindLetterPosted) {
				t.Errorf("command %q, but stages %v", i.Command, i.Stages)
			}
			if i.Command != "" {
				once(i.Kind, "command", i.Command)
			}
			for _, s := range casefile.Stages() {
				waits := casefile.Case{Stage: s, Channel: casefile.Email, ToConfirm: true, ArrivalDoubted: true, OpenMail: 1, Returned: 1 << casefile.NoticeFee, Unreached: 1 << casefile.NoticeFee, Approval: casefile.AwaitsSigning}
				waits.Legal.Waiting, waits.Strict.Waiting = casefile.WaitCorrection, casefile.WaitFee
				if i.Kind == casefile.KindUnreachable {
					waits.Channel = casefile.PlainLetter
				}
				if slices.Contains(waits.Next(), i.Kind) != (i.Command != "" && slices.Contains(i.Stages, s)) {
					t.Errorf("at %s the table and Next differ", s)
				}
			}
		})
	}
}

// What an event must say is judged before anything else about it: blanks and items without words say
// nothing.
func TestNeeds(t *testing.T) {
	history := []casefile.Record{{Seq: 1, On: civil.MustParse("2026-03-02"), Case: "2026-00001", Event: casefile.Received{Channel: casefile.InPerson}}}
	for _, tt := range []struct {
		event casefile.Event
		want  string // of the message; "" for none lacking
	}{
		{casefile.Registered{}, "缺少申请人、类型；请写明：--applicant、--as"},
		{casefile.Registered{Applicant: " \u3000", As: casefile.Application, Column: casefile.Natural}, "缺少申请人；"},
		{casefile.Registered{Applicant: "张三", As: casefile.Application, Column: casefile.Natural}, ""},
		{casefile.Dismissed{Reason: "\t"}, "缺少理由；请写明：--reason"},
		{casefile.Merged{Into: "2026-00002"}, "缺少理由；"},
		{casefile.Split{Reason: "一信两事"}, "缺少拆出的案件；"},
		{casefile.Detached{Reason: "与本案无关"}, "缺少移出的邮件或文件"},
		{casefile.Noted{Text: "来电催办"}, ""},
	} {
		_, err := casefile.Decide(history, casefile.Draft{Case: "2026-00001", On: civil.MustParse("2026-03-03"), Event: tt.event}, civil.MustParse("2026-03-03"), casefile.Regulations(), workday.Embedded())
		refused, _ := errors.AsType[*casefile.RuleError](err)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%+v: %v", tt.event, err)
		case tt.want != "" && (refused == nil || refused.Code != "field-missing" || !strings.Contains(refused.Error(), tt.want)):
			t.Errorf("%+v: got %v, want %q", tt.event, err, tt.want)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	if e, err := casefile.DecodeEvent("abolished", []byte("{}")); err == nil {
		t.Errorf("got %+v", e)
	}
	if _, err := casefile.DecodeRecord([]byte(`{"seq":1,"on":"2026-03-02","recorded":"2026-03-02T08:00:00+08:00","actor":"a","kind":"noted","event":{"text":"a"},"prev":"","more":1}`)); err == nil {
		t.Error("an unknown field of a record is dropped")
	}
}

// TestNoDeadEnd: from every stage some step leads on, and at every stage a mistake can be put right.
func TestNoDeadEnd(t *testing.T) {
	for _, s := range casefile.Stages() {
		legal := casefile.Case{Stage: s, Channel: casefile.Email}.Next()
		moves := slices.ContainsFunc(legal, func(k casefile.Kind) bool {
			to := k.Info().To
			return to != casefile.StageNone && to != s || k == casefile.KindReinstated || k == casefile.KindDispatched ||
				k == casefile.KindVoided && s == casefile.StageMerged // a merger is undone by voiding it
		})
		if !moves {
			t.Errorf("from %s no step leads on: %v", s, legal)
		}
		if !slices.Contains(legal, casefile.KindVoided) || !slices.Contains(legal, casefile.KindNoted) {
			t.Errorf("at %s nothing can be voided or noted", s)
		}
	}
}
