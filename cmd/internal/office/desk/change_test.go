package desk

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

const application = casefile.ID("2026-00001")

// openDesk opens a desk with one application in its register, record 1.
func openDesk(t *testing.T) (*Desk, time.Time) {
	t.Helper()
	now := civil.MustParse("2026-03-02").Start().Add(9 * time.Hour)
	c := config.Default()
	c.Paths.State = filepath.Join(t.TempDir(), "state")
	if _, err := register.Create(c.Paths.State, now); err != nil {
		t.Fatal(err)
	}
	d, err := Open(Options{Config: c, Now: func() time.Time { return now }, Command: register.Serve, Space: durable.SpaceOf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	received := casefile.Draft{Case: application, On: d.Today(), Event: casefile.Received{Channel: casefile.InPerson}}
	if _, err := d.Reg.Append(now, "mailbox", received); err != nil {
		t.Fatal(err)
	}
	return d, now
}

func note(text string) casefile.Draft {
	return casefile.Draft{Case: application, On: civil.MustParse("2026-03-02"), Event: casefile.Noted{Text: text}}
}

// What a call records bears its caller and its instant; a dry run is judged and leaves nothing, also when it
// is refused.
func TestChange(t *testing.T) {
	d, now := openDesk(t)
	c := ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Operator}, At: now.Add(time.Minute)}
	dry := c
	dry.DryRun = true
	judged := 0
	refused := errors.New("refused")
	for _, want := range []error{nil, refused} {
		err := d.Change(dry, func(tx *Change) error {
			judged++
			if _, err := tx.Append(note("试算")); err != nil {
				t.Error(err)
			}
			if seq, _ := tx.Head(); seq != 2 {
				t.Errorf("within the dry run the head is %d", seq)
			}
			return want
		})
		if !errors.Is(err, want) {
			t.Errorf("dry run: %v, want %v", err, want)
		}
	}
	if seq, _ := d.Head(); judged != 2 || seq != 1 {
		t.Errorf("judged %d times, the head is %d", judged, seq)
	}
	records, err := d.Append(c, note("一"), note("二"))
	if err != nil || len(records) != 2 {
		t.Fatal(records, err)
	}
	for _, r := range records {
		if r.Actor != c.Who.String() || !r.Recorded.Equal(c.At) {
			t.Errorf("recorded by %s at %s", r.Actor, r.Recorded)
		}
	}
	one, err := Look(d, func(v *View) (casefile.Case, error) { return v.Case(application) })
	if err != nil || one.ID != application {
		t.Errorf("looked at %v, %v", one.ID, err)
	}
}

// A case that has gone on since the caller saw it is not changed; that somebody looked at it is no change.
func TestChangeOfWhatWasSeen(t *testing.T) {
	d, now := openDesk(t)
	c := ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Operator}, At: now}
	c.IfSeq = map[casefile.ID]uint64{application: 1}
	revealed := casefile.Draft{Case: application, On: d.Today(), Event: casefile.Revealed{What: "show --reveal"}}
	if _, err := d.Reg.Append(now, "王五(1001)", revealed); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Append(c, note("一")); err != nil {
		t.Errorf("after a look: %v", err)
	}
	_, err := d.Append(c, note("二"))
	if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != "changed" || e.Exit != ask.ExitRefused {
		t.Errorf("after a note: %v", err)
	}
	if seq, _ := d.Head(); seq != 3 {
		t.Errorf("the head is %d", seq)
	}
}

// Who does not name the cases says up to which record he has looked: where one of those that the call records on has gone
// on since, nothing is recorded. What the call itself records before does not count, nor what came to other cases.
func TestChangeOfWhateverWasSeen(t *testing.T) {
	d, now := openDesk(t)
	c := ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Operator}, At: now}
	filed := casefile.Draft{On: d.Today(), Event: casefile.DisputeFiled{Dispute: "Y2026-001", Track: casefile.Reconsideration, Party: "张三"}}
	other := note("另一件")
	other.Case = "2026-00002"
	began := casefile.Draft{Case: other.Case, On: d.Today(), Event: casefile.Received{Channel: casefile.InPerson}}
	if _, err := d.Append(c, filed, began); err != nil { // records 2 and 3
		t.Fatal(err)
	}
	answered := casefile.Draft{On: d.Today(), Event: casefile.DisputeAnswered{Dispute: "Y2026-001"}}
	about := casefile.Draft{On: d.Today(), Event: casefile.DisputeFiled{Dispute: "Y2026-002", Track: casefile.Reconsideration, Party: "李四", Cases: []casefile.ID{other.Case}}}
	for _, tt := range []struct {
		seen    uint64
		drafts  []casefile.Draft
		refused bool
	}{
		{1, []casefile.Draft{other}, true},
		{1, []casefile.Draft{note("一"), other}, true},
		{1, []casefile.Draft{answered}, true},
		{2, []casefile.Draft{about}, true},
		{1, []casefile.Draft{note("一"), note("二")}, false}, // records 4 and 5
		{3, []casefile.Draft{other}, false},
		{6, []casefile.Draft{answered, about}, false},
		{3, []casefile.Draft{note("三")}, true},
	} {
		c.Seen = tt.seen
		_, err := d.Append(c, tt.drafts...)
		e, ok := errors.AsType[*ask.Error](err)
		if refused := ok && e.Code == "changed"; refused != tt.refused || err != nil && !refused {
			t.Errorf("seen up to %d, %v: %v", tt.seen, tt.drafts, err)
		}
	}
}
