package register

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// A fee notice after the due date made a late case timely by the rules before: its lateness is told at the first
// start, and what is the same is not.
func TestMovedCases(t *testing.T) {
	day := civil.MustParse
	history := []casefile.Record{
		{Seq: 1, On: day("2026-03-02"), Case: "a", Event: casefile.Received{Channel: casefile.RegisteredPost}},
		{Seq: 2, On: day("2026-03-02"), Case: "a", Event: casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural}},
		{Seq: 3, On: day("2026-04-13"), Case: "a", Event: casefile.FeeNoticed{By: "页", Count: 57, Yuan: 270, Received: day("2026-04-13")}},
		{Seq: 4, On: day("2026-04-20"), Case: "a", Event: casefile.FeePaid{Yuan: 270}},
		{Seq: 5, On: day("2026-05-15"), Case: "a", Event: casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-1"}},
		{Seq: 6, On: day("2026-05-15"), Case: "a", Event: casefile.Dispatched{Way: casefile.ByPost}},
	}
	c := casefile.Fold("a", history, casefile.Regulations, workday.Embedded())
	old := make([]byte, oldDaysAt+4*oldDays)
	old[0] = oldProjection
	for i, d := range map[int]string{oldStopped: "2026-05-15", oldStrictDue: "2026-05-20", oldLegal: "2026-04-20", oldLegalDue: "2026-05-20"} {
		binary.BigEndian.PutUint32(old[oldDaysAt+4*i:], uint32(day(d)))
	}
	got := movedIn(old, c)
	if want := "[{a 逾期 否 是}]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	r := &Register{}
	r.found.Moved = got
	path := filepath.Join(t.TempDir(), "list.csv")
	must(t, r.listMoved(path))
	b, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(b), "a,逾期,否,是") {
		t.Errorf("listed: %q", b)
	}
}
