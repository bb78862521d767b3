package ask

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

// A trial reaches the backend as one; where the backend could not tell, it is refused and not done.
func TestJudging(t *testing.T) {
	d := &desk{}
	c := asked(t, d, Operator)
	if _, err := c.Judging().OpenMail(t.Context(), "ab"); err != nil || !d.judged {
		t.Errorf("a trial: judged %v, %v", d.judged, err)
	}
	if _, err := c.OpenMail(t.Context(), "ab"); err != nil || d.judged {
		t.Errorf("the same in earnest: judged %v, %v", d.judged, err)
	}
	_, err := c.Judging().Append(t.Context(), AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: []byte("{}")}}})
	if e, ok := err.(*Error); !ok || e.Exit != ExitUsage || len(d.appended) > 0 {
		t.Errorf("a change that knows no such wish: %v, appended %v", err, d.appended)
	}
	if _, err := c.Judging().Status(t.Context()); err != nil { // reading is never a change
		t.Error(err)
	}
}

// Every pattern that can be judged is a route.
func TestJudgedAreRoutes(t *testing.T) {
	known := map[string]bool{}
	for _, r := range NewHandler(&desk{}, nil).routes() {
		known[r.pattern] = true
	}
	for _, p := range judged {
		if !known[p] {
			t.Errorf("no route %s", p)
		}
	}
}
