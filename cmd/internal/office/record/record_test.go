package record

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
)

// open opens the room with two registered applications of one person, the second two days later.
func open(t *testing.T) (*Room, *desktest.Clock) {
	t.Helper()
	d, k := desktest.Open(t, "2026-03-02")
	desktest.Application(t, d, k, "2026-00001")
	k.Set("2026-03-04")
	desktest.Application(t, d, k, "2026-00002")
	return New(d), k
}

// refusal is the code of a refusal, whoever refuses; "" where there is none.
func refusal(t *testing.T, err error) string {
	t.Helper()
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return e.Code
	}
	if e, ok := errors.AsType[*casefile.RuleError](err); ok {
		return e.Code
	}
	if err != nil {
		t.Fatalf("%T %v is no refusal", err, err)
	}
	return ""
}

func (b *Room) head(t *testing.T) uint64 {
	t.Helper()
	seq, _, err := b.Reg.Head()
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func draft(id casefile.ID, e casefile.Event) casefile.Draft {
	return casefile.Draft{Case: id, Event: e}
}

// The drafts of one call are judged each on top of those before. All of them are recorded, at one instant and by one
// person, or none is; a trial says the same and keeps nothing.
func TestAddAll(t *testing.T) {
	b, k := open(t)
	before := b.head(t)
	good := []casefile.Draft{draft("2026-00001", casefile.Noted{Text: "一"}), draft("2026-00002", casefile.Noted{Text: "二"})}
	if _, err := b.AddAll(k.Call(), append(slices.Clone(good), draft("2026-00001", casefile.Dispatched{Way: casefile.ByEmail}))...); err == nil {
		t.Fatal("a step that is not legal was recorded")
	}
	if after := b.head(t); after != before {
		t.Fatalf("a part of a refused call was recorded: %d, then %d", before, after)
	}
	trial := k.Call()
	trial.DryRun = true
	tried, err := b.AddAll(trial, good...)
	if err != nil || !tried.DryRun || b.head(t) != before {
		t.Fatalf("a trial: %v, %d records, then %d", err, before, b.head(t))
	}
	res, err := b.AddAll(k.Call(), good...)
	if err != nil || len(res.Records) != 2 || len(res.Cases) != 2 || len(tried.Records) != 2 || len(tried.Cases) != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	for i, r := range res.Records {
		if !r.Recorded.Equal(res.Records[0].Recorded) || r.Actor != res.Records[0].Actor || r.On != ask.Day(b.Today()) || r.Text != tried.Records[i].Text {
			t.Errorf("record %d: %+v", i, r)
		}
	}
	if _, err := b.AddAll(k.Call()); refusal(t, err) != "usage" {
		t.Errorf("nothing at all: %v", err)
	}
}

// Who decides about a case as he saw it is refused when it has gone on. That somebody looked at it is no change.
func TestChangedMeanwhile(t *testing.T) {
	b, k := open(t)
	_, history, err := b.Reg.Case("2026-00001")
	if err != nil {
		t.Fatal(err)
	}
	call := k.Call()
	call.IfSeq = map[casefile.ID]uint64{"2026-00001": history[len(history)-1].Seq}
	desktest.Record(t, b.Desk, k, "2026-00001", casefile.Revealed{What: "show --reveal"})
	if _, err := b.AddAll(call, draft("2026-00001", casefile.Noted{Text: "一"})); err != nil {
		t.Errorf("somebody had looked: %v", err)
	}
	if _, err := b.AddAll(call, draft("2026-00001", casefile.Noted{Text: "二"})); refusal(t, err) != "changed" {
		t.Errorf("it had gone on: %v", err)
	}
	if _, err := b.AddAll(call, draft("2026-00002", casefile.Noted{Text: "三"})); refusal(t, err) != "changed" {
		t.Errorf("another case is decided on what was seen of the first: %v", err)
	}
}

// The later application goes into the earlier one, which must be open; the law counts from the earlier day.
func TestMerge(t *testing.T) {
	b, k := open(t)
	call := k.Call()
	merge := func(from, into casefile.ID) (ask.AppendResult, error) {
		return b.AddAll(call, draft(from, casefile.Merged{Into: into, Reason: "重复提交"}))
	}
	if _, err := merge("2026-00001", "2026-00002"); refusal(t, err) != "merge-direction" {
		t.Errorf("into the later one: %v", err)
	}
	if _, err := merge("2026-00002", "2026-00009"); err == nil {
		t.Error("into a case that is not there")
	}
	desktest.Record(t, b.Desk, k, "2026-00003", casefile.Received{Channel: casefile.InPerson},
		casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Natural, Request: "甲路改造工程的批复"})
	res, err := merge("2026-00003", "2026-00001")
	if err != nil || !strings.Contains(strings.Join(res.Warnings, ""), "申请人不同") {
		t.Errorf("of another applicant: %v, %v", res.Warnings, err)
	}
	noted, err := b.AddAll(call, draft("2026-00001", casefile.Noted{Text: "来电催办"}))
	if err != nil {
		t.Fatal(err)
	}
	call.Seen = noted.Records[0].Seq - 1
	if _, err := merge("2026-00002", "2026-00001"); refusal(t, err) != "changed" {
		t.Errorf("into a case that has gone on: %v", err)
	}
	call.Seen++
	if res, err = merge("2026-00002", "2026-00001"); err != nil || len(res.Warnings) != 0 || res.Cases[0].Stage != casefile.StageMerged.String() {
		t.Errorf("%+v, %v", res, err)
	}
}

// Last is what the caller recorded in his last call, whole, and not what others recorded since or what he looked at.
func TestLast(t *testing.T) {
	b, k := open(t)
	k.Now = k.Now.Add(time.Second)
	if _, err := b.AddAll(k.Call(), draft("2026-00001", casefile.Noted{Text: "一"}), draft("2026-00002", casefile.Noted{Text: "二"})); err != nil {
		t.Fatal(err)
	}
	mine := k.Call()
	k.Set("2026-03-05")
	other := k.Call()
	other.Who.Name = "王五"
	if _, err := b.AddAll(other, draft("2026-00001", casefile.Noted{Text: "三"})); err != nil {
		t.Fatal(err)
	}
	desktest.Record(t, b.Desk, k, "2026-00001", casefile.Revealed{What: "show --reveal"})
	last, err := b.Last(t.Context(), mine, ask.LastQuery{})
	if err != nil || len(last.Records) != 2 || last.Records[0].Case != "2026-00001" || last.Records[1].Case != "2026-00002" || last.Records[0].Voided ||
		len(last.Since) != 1 || last.Since[0].Actor != "王五(1000)" {
		t.Fatalf("%+v, %v", last, err)
	}
	if _, err := b.AddAll(other, draft("2026-00001", casefile.Voided{Seq: last.Records[0].Seq, Reason: "录错"})); err != nil {
		t.Fatal(err)
	}
	if last, err = b.Last(t.Context(), mine, ask.LastQuery{}); err != nil || !last.Records[0].Voided || last.Records[1].Voided {
		t.Errorf("after one of them was voided: %+v, %v", last.Records, err)
	}
	stranger := k.Call()
	stranger.Who = ask.Actor{Name: "赵六", UID: 1001, Role: ask.Operator}
	if _, err := b.Last(t.Context(), stranger, ask.LastQuery{}); err == nil {
		t.Error("who has recorded nothing has a last call")
	}
}

// A mail that a record takes out of its case waits for a person again, and is back where the record is voided: none is
// ever nowhere.
func TestMailFollows(t *testing.T) {
	b, k := open(t)
	letter := casefile.Letter{Digest: casefile.Digest{1}, MessageID: "1@example.test", From: casefile.Address{Mail: "zhangsan@example.test"}, Subject: "补充材料"}
	taken := casefile.MessageTaken{Account: "foi", Folder: "INBOX", UIDValidity: 7, UID: 1, ArrivedAt: k.Now, Letter: letter, Disposition: casefile.Parked}
	desktest.Record(t, b.Desk, k, "", taken)
	where := func() (casefile.Disposition, casefile.ID) {
		t.Helper()
		last, err := desk.Look(b.Desk, func(v *desk.View) (*casefile.MessageTaken, error) {
			about, err := v.About(letter.Digest)
			return desk.LastTaken(about), err
		})
		if err != nil || last == nil {
			t.Fatalf("%v, %v", last, err)
		}
		return last.Disposition, last.Case
	}
	attach := func(id casefile.ID) {
		t.Helper()
		if err := b.Change(k.Call(), func(tx *desk.Change) error { return b.AttachMail(tx, id, letter.Digest, "补充材料") }); err != nil {
			t.Fatal(err)
		}
	}
	attach("2026-00001")
	if d, id := where(); d != casefile.ToCase || id != "2026-00001" {
		t.Fatalf("attached, it lies in %s %s", d, id)
	}
	attach("2026-00002") // it concerns both
	out := func(id casefile.ID) uint64 {
		t.Helper()
		res, err := b.AddAll(k.Call(), draft(id, casefile.Detached{Digest: letter.Digest, Reason: "归错"}))
		if err != nil {
			t.Fatal(err)
		}
		return res.Records[0].Seq
	}
	out("2026-00001")
	if d, id := where(); d != casefile.ToCase || id != "2026-00002" {
		t.Errorf("taken out of one of two, it lies in %s %s", d, id)
	}
	seq := out("2026-00002")
	if d, id := where(); d != casefile.Parked || id != "" {
		t.Errorf("taken out of both, it lies in %s %s", d, id)
	}
	if _, err := b.AddAll(k.Call(), draft("2026-00002", casefile.Voided{Seq: seq, Reason: "没有归错"})); err != nil {
		t.Fatal(err)
	}
	if d, id := where(); d != casefile.ToCase || id != "2026-00002" {
		t.Errorf("brought back, it lies in %s %s", d, id)
	}
}

// One request that says the same fee of several cases is one notice; anything else is a notice of its own.
func TestTogether(t *testing.T) {
	fee := json.RawMessage(`{"by":"件"}`)
	drafts := []ask.DraftView{{Case: "1", Kind: casefile.KindFeeNoticed, Event: fee}, {Case: "2", Kind: casefile.KindNoted, Event: fee}, {Case: "3", Kind: casefile.KindFeeNoticed, Event: fee},
		{Case: "4", Kind: casefile.KindFeeNoticed, Event: json.RawMessage(`{"by":"页"}`)}, {Case: "5", Kind: casefile.KindFeeNoticed, Event: fee, On: ask.Day(civil.MustParse("2026-03-02"))}}
	for i, want := range [][]casefile.ID{{"1", "3"}, {"2"}, {"1", "3"}, {"4"}, {"5"}} {
		if got := together(drafts, i); !slices.Equal(got, want) {
			t.Errorf("draft %d goes with %v, want %v", i, got, want)
		}
	}
}

// Every case that was received within a month of a day is looked at for the fee of the month, whatever its number says.
func TestReceivedAbout(t *testing.T) {
	b, k := open(t)
	for id, day := range map[casefile.ID]string{"2025-00001": "2026-03-03", "2025-01000": "2026-02-02", "2026-01000": "2026-04-01", "2026-01999": "2026-05-05", "2026-02": "2026-03-04", "2026-02000": "2026-06-05", "申1": "2026-03-31"} {
		k.Set(day)
		desktest.Application(t, b.Desk, k, id)
	}
	for _, s := range []string{"2026-01-15", "2026-02-28", "2026-03-10", "2026-04-30", "2026-07-01"} {
		day := civil.MustParse(s)
		var got, want []casefile.ID
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(b.View(func(tx *desk.View) error {
			for c, err := range tx.Cases("") {
				must(err)
				if away := c.ReceivedOn().Sub(day); away >= -31 && away <= 31 {
					want = append(want, c.ID)
				}
			}
			for c, err := range b.receivedAbout(tx, day) {
				must(err)
				got = append(got, c.ID)
			}
			return nil
		}))
		if !slices.Equal(got, want) {
			t.Errorf("about %s %v were received, want %v", day, got, want)
		}
	}
}

// That an applicant let his time pass is noted the day after, once, and decides nothing.
func TestNoteLapses(t *testing.T) {
	b, k := open(t)
	until := b.Today() + 9 // a Friday
	if _, err := b.AddAll(k.Call(), draft("2026-00001", casefile.CorrectionAsked{Items: []string{"写明文号"}, Until: until})); err != nil {
		t.Fatal(err)
	}
	notes := func(today civil.Date) (n int) {
		t.Helper()
		k.Set(today.String())
		if err := (Calendar{b.Desk}).NoteLapses(today); err != nil {
			t.Fatal(err)
		}
		c, history, err := b.Reg.Case("2026-00001")
		if err != nil || !c.Stage.Open() {
			t.Fatalf("%v, %v", c.Stage, err)
		}
		for _, r := range history {
			if _, ok := r.Event.(casefile.LapseNoted); ok {
				n++
			}
		}
		return n
	}
	for i, want := range []int{0, 1, 1} {
		if n := notes(until + civil.Date(i)); n != want {
			t.Errorf("%d days after the last day: %d notes, want %d", i, n, want)
		}
	}
}
