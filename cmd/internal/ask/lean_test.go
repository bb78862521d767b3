package ask

import "testing"

func TestLean(t *testing.T) {
	for _, test := range []struct{ full, want string }{
		{`{}`, `{}`},
		{`{"a":null}`, `{}`},
		{`{"a":null,"b":1,"c":false}` + "\n", `{"b":1}` + "\n"},
		{`{"a":1,"b":null,"c":2}`, `{"a":1,"c":2}`},
		{`{"a":false,"b":null,"c":{"d":null}}`, `{"c":{}}`},
		{`{"a":[null,false,{"b":false}],"c":true}`, `{"a":[null,false,{}],"c":true}`},
		{`{"a":":null","b":"\":null","c":"x\\","d":null}`, `{"a":":null","b":"\":null","c":"x\\"}`},
		{`{"a\"":null,"b":"false"}`, `{"b":"false"}`},
		{`["a",null]`, `["a",null]`},
	} {
		if got := string(lean([]byte(test.full))); got != test.want {
			t.Errorf("%s: %s, want %s", test.full, got, test.want)
		}
	}
}
