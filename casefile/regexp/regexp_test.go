package regexp

import "testing"

func TestMustCompile(t *testing.T) {
	re := MustCompile(`第(\d+)号`)
	if got := re.FindStringSubmatch("第17号"); len(got) != 2 || got[1] != "17" {
		t.Errorf("found %q", got)
	}
	if re.MatchString("第号") {
		t.Error("it matches what it should not")
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression goes unnoticed in tests")
		}
	}()
	MustCompile(`(`)
}
