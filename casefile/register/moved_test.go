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
	c := casefile.Fold("a", history, casefile.Regulations(), workday.Embedded())
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

// A notice of before over three applications of a month, recorded on each of them with the whole amount, is proposed as one.
func TestOldNotices(t *testing.T) {
	var o oldNotices
	seq := uint64(0)
	add := func(id casefile.ID, on string, e casefile.Event) {
		seq++
		o.add(casefile.Record{Seq: seq, On: civil.MustParse(on), Case: id, Event: e})
	}
	fee := func(document string, yuan int) casefile.FeeNoticed {
		return casefile.FeeNoticed{By: "件", Count: 13, Yuan: yuan, Document: document}
	}
	for _, id := range []casefile.ID{"2025-00011", "2025-00012", "2025-00013"} {
		add(id, "2025-11-25", fee("某费〔2025〕1号", 300))
	}
	add("2025-00013", "2025-11-25", fee("某费〔2025〕1号", 300)) // recorded twice
	add("2025-00014", "2025-11-26", fee("某费〔2025〕1号", 300)) // another day
	add("2025-00015", "2025-11-25", fee("", 300))           // nobody knows which notice
	add("2025-00021", "2025-12-01", fee("某费〔2025〕2号", 100))
	add("2025-00022", "2025-12-01", fee("某费〔2025〕2号", 100))
	add("2025-00022", "2025-12-02", casefile.Voided{Seq: seq, Reason: "误"})
	got := o.proposals()
	if len(got) != 1 || got[0].Case != "2025-00011" || got[0].Before != "2025-00011、2025-00012、2025-00013 各记 300 元，第六部分合计 900 元" || !strings.Contains(got[0].After, "ysq fee 2025-00011 2025-00012 2025-00013 --by 件 --on 2025-11-25") {
		t.Errorf("%+v", got)
	}
}
