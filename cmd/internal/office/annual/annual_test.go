package annual

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
)

type rooms struct {
	*Room
	freezing Freezing
	files    Files
}

// open opens the rooms in 2026 with one application that was refused an answer for want of the information.
func open(t *testing.T) (rooms, *desktest.Clock) {
	t.Helper()
	d, k := desktest.Open(t, "2026-03-02")
	desktest.Application(t, d, k, "2026-00001")
	k.Set("2026-03-12")
	desktest.Record(t, d, k, "2026-00001", casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Document: "〔2026〕1号", Grounds: "未制作"},
		casefile.Dispatched{Way: casefile.ByEmail})
	a := New(d)
	return rooms{a, NewFreezing(a, NewFiles(a)), NewFiles(a)}, k
}

func refusal(t *testing.T, err error) string {
	t.Helper()
	refused, ok := errors.AsType[*ask.Error](err)
	if !ok {
		t.Fatalf("%T %v is no refusal", err, err)
	}
	return refused.Code
}

func (a rooms) mustClose(t *testing.T, k *desktest.Clock) ask.YearView {
	t.Helper()
	rep, err := a.Report(t.Context(), k.Call(), ask.YearRef{Year: 2026})
	if err != nil {
		t.Fatal(err)
	}
	req := ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}}
	for _, c := range rep.Failed() {
		req.Waivers = append(req.Waivers, casefile.Waiver{Check: c.ID, Reason: "已核对"})
	}
	v, err := a.freezing.CloseYear(t.Context(), k.Call(), req)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A year is frozen when it is over, once, and stays as it was published whatever is recorded afterwards; what has
// changed since is told.
func TestFreeze(t *testing.T) {
	a, k := open(t)
	k.Set("2026-12-10")
	desktest.Application(t, a.Desk, k, "2026-00002")
	year := ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}}
	if _, err := a.freezing.CloseYear(t.Context(), k.Call(), year); refusal(t, err) != "year-open" {
		t.Errorf("frozen before its end: %v", err)
	}
	k.Set("2027-01-05")
	frozen := a.mustClose(t, k)
	if _, err := a.freezing.CloseYear(t.Context(), k.Call(), year); refusal(t, err) != "year-frozen" {
		t.Errorf("frozen twice: %v", err)
	}
	if err := a.files.WriteYears(); err != nil {
		t.Fatal(err)
	}
	published := filepath.Join(yearDir(a.Desk, 2026), "report.json")
	before, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	if got := casefile.DigestOf(before[:len(before)-1]).String(); got != string(frozen.Digest) {
		t.Errorf("the file's digest is %s, frozen was %s", got, frozen.Digest)
	}

	// Somebody finds the answer to another application of that year in a drawer.
	drafts := []casefile.Draft{
		{Case: "2026-00002", On: civil.MustParse("2026-12-21"), Event: casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Document: "〔2026〕2号", Grounds: "未制作"}},
		{Case: "2026-00002", On: civil.MustParse("2026-12-21"), Event: casefile.Dispatched{Way: casefile.ByEmail}},
	}
	if _, err := a.Append(k.Call(), drafts...); err != nil {
		t.Fatal(err)
	}
	differ, err := a.freezing.YearDiff(t.Context(), k.Call(), ask.YearRef{Year: 2026})
	if err != nil || len(differ) == 0 {
		t.Errorf("an answer entered later changes nothing: %v", err)
	}
	if err := a.View(func(tx *desk.View) error {
		past, err := pastYears(tx)
		if err != nil {
			return err
		}
		whole, _, err := sinceFrozen(tx, past, 2026, a.compute)
		if !reflect.DeepEqual(whole, differ) {
			t.Errorf("part by part it is %+v, counted whole %+v", differ, whole)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.files.WriteYears(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(published); err != nil || string(after) != string(before) {
		t.Errorf("the frozen report was written again: %v", err)
	}
	draft, err := readReport(filepath.Join(yearDir(a.Desk, 2026), "draft", "report.json"))
	if err != nil || draft == nil {
		t.Errorf("no draft of what the year would be now: %v", err)
	}
}

// A check that fails stops the freezing until somebody says why it may fail.
func TestFailedCheckStopsFreezing(t *testing.T) {
	a, k := open(t)
	desktest.Record(t, a.Desk, k, "2026-00002", casefile.Received{Channel: casefile.InPerson})
	k.Set("2027-01-05")
	rep, err := a.Report(t.Context(), k.Call(), ask.YearRef{Year: 2026})
	if err != nil || len(rep.Failed()) == 0 {
		t.Fatalf("an application nobody registered fails no check: %v", err)
	}
	_, err = a.freezing.CloseYear(t.Context(), k.Call(), ask.CloseRequest{YearRef: ask.YearRef{Year: 2026}})
	if err == nil || !strings.Contains(err.Error(), rep.Failed()[0].ID) {
		t.Errorf("frozen over a failed check: %v", err)
	}
}

// A letter that the office sent and that no case claims is work, and no application that the year lacks.
func TestUndecidedMails(t *testing.T) {
	a, k := open(t)
	for uid, guess := range []casefile.Guess{casefile.GuessNone, casefile.GuessSent, casefile.GuessOther} {
		_, err := a.Append(k.Call(), casefile.Draft{On: a.Today(), Event: casefile.MessageTaken{Account: "a", Folder: "x", UIDValidity: 1, UID: uint32(uid + 1), ArrivedAt: k.Now,
			Letter: casefile.Letter{Digest: casefile.DigestOf([]byte{byte(uid)})}, Disposition: casefile.Parked, Guess: guess}})
		if err != nil {
			t.Fatal(err)
		}
	}
	rep, err := a.Report(t.Context(), k.Call(), ask.YearRef{Year: 2026})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rep.Checks {
		if c.ID == "mails-undecided" && strings.Contains(c.Detail, "2 封待甄别") {
			return
		}
	}
	t.Errorf("the checks are %+v", rep.Checks)
}

// What is remembered of a year is forgotten with the next record and the next day.
func TestRememberedReport(t *testing.T) {
	a, k := open(t)
	failed := func() int {
		years, err := a.Years(t.Context(), k.Call(), ask.None{})
		if err != nil || len(years) != 1 {
			t.Fatalf("%+v, %v", years, err)
		}
		return years[0].Failed
	}
	first := failed()
	if again := failed(); again != first {
		t.Errorf("%d failed checks, then %d", first, again)
	}
	desktest.Record(t, a.Desk, k, "2026-00002", casefile.Received{Channel: casefile.InPerson})
	if later := failed(); later <= first {
		t.Errorf("%d failed checks, and %d with an application nobody registered", first, later)
	}
}

// The report of a year that is over is due until it is frozen. The desk, which asks after each record, does not have it
// computed for that.
func TestReportIsDue(t *testing.T) {
	a, k := open(t)
	desktest.Record(t, a.Desk, k, "2026-00002", casefile.Received{Channel: casefile.InPerson})
	k.Set("2027-01-05")
	due := func(checks bool) (all []ask.DueItem) {
		if err := a.View(func(tx *desk.View) error {
			return a.Due(tx, a.Today(), checks, func(i ask.DueItem) { all = append(all, i) })
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := due(false); len(all) != 1 || all[0].Year != 2026 || all[0].Subject != "2026 年度报告尚未冻结" || len(a.memo.reports) != 0 {
		t.Errorf("%+v, and %d reports were computed", all, len(a.memo.reports))
	}
	if all := due(true); len(all) != 1 || !strings.Contains(string(all[0].Subject), "项核对不通过") {
		t.Errorf("with its checks: %+v", all)
	}
	a.mustClose(t, k)
	if all := due(false); len(all) != 0 {
		t.Errorf("of a frozen year: %+v", all)
	}
}

// The files of a report are written once, and again when its facts change; those for the public name no case.
func TestWriteYears(t *testing.T) {
	a, k := open(t)
	k.Set("2027-01-05")
	if err := a.files.WriteYears(); err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(yearDir(a.Desk, 2026), "report.json")
	made, err := os.Stat(public)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	var rep struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(text, &rep); err != nil || len(rep.Cases) != 0 {
		t.Errorf("%d cases in what is handed on, %v", len(rep.Cases), err)
	}
	if err := a.files.WriteYears(); err != nil {
		t.Fatal(err)
	}
	if again, err := os.Stat(public); err != nil || !os.SameFile(made, again) {
		t.Errorf("written again although nothing had changed: %v", err)
	}
}
