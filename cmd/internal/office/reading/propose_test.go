package reading

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

// Whose words a request is in is as the clerk says, and stays as it was for as long as neither he nor the request changes that.
func TestTypedVerbatim(t *testing.T) {
	for _, tt := range []struct {
		name, written string
		was, want     bool
	}{
		{"nothing said", `{"contact":"某路1号"}`, true, true},
		{"nothing said of a clerk's words", `{"contact":"某路1号"}`, false, false},
		{"the same request", `{"request":"甲路的批复"}`, true, true},
		{"another request", `{"request":"乙路的批复"}`, true, false},
		{"another in his words", `{"request":"乙路的批复","verbatim":true}`, false, true},
		{"it is not in his words", `{"verbatim":false}`, true, false},
		{"it is in his words", `{"verbatim":true}`, false, true},
	} {
		e := casefile.Registered{Request: "甲路的批复", Verbatim: tt.was}
		if err := typed(&e, []byte(tt.written), tt.was); err != nil || e.Verbatim != tt.want {
			t.Errorf("%s: verbatim is %v, %v", tt.name, e.Verbatim, err)
		}
	}
	if err := typed(new(casefile.Registered), []byte(`{"verbatim":"是"}`), false); err == nil {
		t.Error("what is no truth value was read")
	}
}
