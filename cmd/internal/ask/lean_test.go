package ask

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestLean(t *testing.T) {
	for _, test := range []struct {
		item any
		want string
	}{
		{lean(&CaseRow{}), `{}`},
		{lean(&CaseRow{Case: "2026-00001", Late: new(false), RemainingWorkdays: new(0), OpenMails: 2}), `{"case":"2026-00001","late":false,"remaining_workdays":0,"open_mails":2}`},
		{lean(&CaseRow{Applicant: "张三", Disputes: nil, Overdue: true}), `{"applicant":"张三","overdue":true}`},
		{lean(new(true)), `true`},
		{lean(new(Text(""))), `null`},
		{lean(&Alarm{}), `{}`},
	} {
		got, err := json.Marshal(test.item)
		if err != nil || string(got) != test.want {
			t.Errorf("%s, %v, want %s", got, err, test.want)
		}
	}
}

// What a client reads is what the office answered, of everything that comes in streams.
func TestLeanLosesNothing(t *testing.T) {
	asLean(t, CaseRow{})
	asLean(t, CaseRow{Case: "2026-00001", Late: new(false), Periods: []PeriodView{{Late: new(false)}, {Late: new(true)}, {}}, Stage: "archived"})
	asLean(t, full[CaseRow]())
	asLean(t, full[RecordView]())
	asLean(t, full[Hit]())
	asLean(t, full[Proof]())
	asLean(t, full[BackupLine]())
	asLean(t, full[MailView]())
}

func asLean[T any](t *testing.T, item T) {
	t.Helper()
	whole, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	some, err := json.Marshal(lean(&item))
	if err != nil {
		t.Fatal(err)
	}
	var got, want T
	if err := json.Unmarshal(some, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(whole, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is read as %+v, want %+v", some, got, want)
	}
}

// full is a value of which every other field is not zero.
func full[T any]() (item T) {
	v := reflect.ValueOf(&item).Elem()
	for i := 0; i < v.NumField(); i += 2 {
		switch f := v.Field(i); {
		case f.Type() == reflect.TypeFor[*time.Time]():
			f.Set(reflect.ValueOf(new(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))))
		case f.Kind() == reflect.Bool:
			f.SetBool(true)
		case f.CanInt():
			f.SetInt(7)
		case f.CanUint():
			f.SetUint(7)
		case f.Kind() == reflect.String:
			f.SetString("x")
		case f.Kind() == reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case f.Kind() == reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		}
	}
	return item
}
