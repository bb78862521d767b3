package ask

import (
	"encoding/json"
	"reflect"
	"testing"

	"ysq.internal/ysq/casefile"
)

func TestLean(t *testing.T) {
	for _, test := range []struct{ full, want string }{
		{`{}`, `{}`},
		{`{"a":null}`, `{}`},
		{`{"a":null,"b":1,"c":false}` + "\n", `{"b":1,"c":false}` + "\n"},
		{`{"a":1,"b":null,"c":2}`, `{"a":1,"c":2}`},
		{`{"a":false,"b":null,"c":{"d":null}}`, `{"a":false,"c":{}}`},
		{`{"a":[null,false,{"b":false}],"c":true}`, `{"a":[null,false,{"b":false}],"c":true}`},
		{`{"a":":null","b":"\":null","c":"x\\","d":null}`, `{"a":":null","b":"\":null","c":"x\\"}`},
		{`{"a\"":null,"b":"null"}`, `{"b":"null"}`},
		{`["a",null]`, `["a",null]`},
	} {
		if got := string(lean([]byte(test.full))); got != test.want {
			t.Errorf("%s: %s, want %s", test.full, got, test.want)
		}
	}
}

// What a client reads is what the office answered.
func TestLeanLosesNothing(t *testing.T) {
	row := CaseRow{Case: "2026-00001", Late: new(false), Periods: []PeriodView{{Late: new(false)}, {Late: new(true)}, {}}, Stage: casefile.StageArchived.String()}
	full, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var got, want CaseRow
	if err := json.Unmarshal(lean(full), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(full, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || got.Late == nil || *got.Late {
		t.Errorf("%+v, want %+v", got, want)
	}
}
