package letters

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
	"ysq.internal/ysq/cmd/internal/office/record"
)

const application = casefile.ID("2026-00001")

// open opens the room with one registered application.
func open(t *testing.T) (*Room, *desktest.Clock) {
	t.Helper()
	d, k := desktest.Open(t, "2026-03-02")
	desktest.Application(t, d, k, application)
	return New(d, record.New(d)), k
}

// answer asks for the letter that announces an answer.
func answer(t *testing.T, grounds string) ask.LetterRequest {
	t.Helper()
	body, err := json.Marshal(casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: grounds})
	if err != nil {
		t.Fatal(err)
	}
	return ask.LetterRequest{Cases: []casefile.ID{application}, Decides: casefile.KindReplied, Event: body}
}

func (l *Room) issue(k *desktest.Clock, req ask.LetterRequest, trial bool) (i Issued, err error) {
	c := k.Call()
	c.DryRun = trial
	err = l.Change(c, func(tx *desk.Change) error {
		m, err := l.Make(tx.View, l.Today(), req)
		if err != nil {
			return err
		}
		i, err = m.Issue(tx, trial)
		return err
	})
	return i, err
}

// code is the reason of a refusal.
func code(t *testing.T, err error) string {
	t.Helper()
	refused, ok := err.(*ask.Error) //nolint:errorlint // the room's own, not wrapped
	if !ok {
		t.Fatalf("%T %v is no refusal", err, err)
	}
	return refused.Code
}

// A preview and a trial take no number and keep nothing; what is issued has the next one, is kept as it was shown,
// and is recorded with what it announces.
func TestIssue(t *testing.T) {
	l, k := open(t)
	seq, _ := l.Head()
	req := answer(t, "经检索，本机关未制作、未获取该信息。")
	if res, err := l.Preview(t.Context(), k.Call(), req); err != nil || len(res.Content) == 0 {
		t.Fatalf("preview: %d bytes, %v", len(res.Content), err)
	}
	trial, err := l.issue(k, req, true)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := l.Head(); after != seq {
		t.Errorf("a trial has recorded: %d, then %d", seq, after)
	}
	if f, err := l.Store.Open(trial.File.Digest); err == nil {
		f.Close()
		t.Error("a trial has kept the letter")
	}
	issued, err := l.issue(k, req, false)
	if err != nil {
		t.Fatal(err)
	}
	if issued.Letter.Document != trial.Letter.Document || !slices.Equal(issued.Preview, trial.Preview[1:]) { // its first line says that it is a draft
		t.Errorf("issued %q, tried %q: a trial shows what is issued", issued.Letter.Document, trial.Letter.Document)
	}
	var kinds []casefile.Kind
	for _, r := range issued.Records {
		kinds = append(kinds, r.Kind)
	}
	if !slices.Equal(kinds, []casefile.Kind{casefile.KindLetterIssued, casefile.KindReplied}) {
		t.Errorf("records: %v", kinds)
	}
	var copied bytes.Buffer
	err = l.CopyLetter(t.Context(), k.Call(), ask.LetterRef{Document: strings.NewReplacer("〔", "[", "〕", "]").Replace(string(issued.Letter.Document))},
		func(ask.None) (io.Writer, error) { return &copied, nil })
	if err != nil || !bytes.Equal(copied.Bytes(), issued.Content) {
		t.Errorf("the letter by its number with other brackets: %d bytes, %v", copied.Len(), err)
	}
}

// What a letter announces is recorded once; a voided letter announces nothing, and is voided once.
func TestVoidedLetter(t *testing.T) {
	l, k := open(t)
	req := answer(t, "经检索，本机关未制作、未获取该信息。")
	req.Later = true
	issued, err := l.issue(k, req, false)
	if err != nil {
		t.Fatal(err)
	}
	number := string(issued.Letter.Document)
	announce := ask.RecordLetterRequest{Document: number, On: ask.Day(l.Today())}
	if _, err := l.RecordLetter(t.Context(), k.Call(), announce); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RecordLetter(t.Context(), k.Call(), announce); code(t, err) != "recorded" {
		t.Errorf("recorded twice: %v", err)
	}
	res, err := l.VoidLetter(t.Context(), k.Call(), ask.VoidLetterRequest{Document: number, Reason: "文号写错"})
	if err != nil || len(res.Warnings) != 1 || !strings.Contains(res.Warnings[0], "仍然有效") {
		t.Errorf("voiding tells of the answer that stays: %q, %v", res.Warnings, err)
	}
	if _, err := l.VoidLetter(t.Context(), k.Call(), ask.VoidLetterRequest{Document: number, Reason: "again"}); code(t, err) != "void-twice" {
		t.Errorf("voided twice: %v", err)
	}
	if _, err := l.RecordLetter(t.Context(), k.Call(), announce); code(t, err) != "letter-voided" {
		t.Errorf("a voided letter was recorded: %v", err)
	}
	again, err := l.issue(k, answer(t, "另行答复。"), true)
	if err == nil && again.Letter.Number == issued.Letter.Number {
		t.Error("the number of a voided letter was given again")
	}
}

// A letter that speaks of enclosures does not go out without them (条例第四十条).
func TestNothingEnclosed(t *testing.T) {
	l, k := open(t)
	req := answer(t, "详见附件。")
	if _, err := l.issue(k, req, false); code(t, err) != "letter-incomplete" {
		t.Errorf("issued without its annex: %v", err)
	}
	req.OnPaper = []string{"检索情况说明"}
	if _, err := l.issue(k, req, false); err != nil {
		t.Errorf("with the annex: %v", err)
	}
}

// The office's own template stands before the built-in one, and one that cannot be read is named.
func TestOwnTemplate(t *testing.T) {
	l, k := open(t)
	dir := t.TempDir()
	c := l.Live().Config
	c.Letter.Templates = dir
	if err := l.Adopt(c); err != nil {
		t.Fatal(err)
	}
	kind := casefile.LetterNotHeld
	if _, path, err := l.TemplateOf(kind); err != nil || path != "" {
		t.Errorf("without one: %q, %v", path, err)
	}
	path := filepath.Join(dir, kind.Label()+".docx")
	if err := os.WriteFile(path, []byte("no document"), 0o600); err != nil {
		t.Fatal(err)
	}
	req := answer(t, "未制作。")
	_, err := l.Preview(t.Context(), k.Call(), req)
	if code(t, err) != "template" || !strings.Contains(err.Error(), path) {
		t.Errorf("a damaged template: %v", err)
	}
}

// What is registered as no application is answered as 办结, which counts in no row: a 更正 by its own letter, a 咨询 by a
// mail without one. An application cannot be answered so.
func TestAnswerToWhatIsNoApplication(t *testing.T) {
	l, k := open(t)
	kinds := map[casefile.ID]casefile.RequestKind{"2026-00002": casefile.CorrectionOfRecord, "2026-00003": casefile.OtherRequest}
	for id, as := range kinds {
		desktest.Record(t, l.Desk, k, id, casefile.Received{Channel: casefile.InPerson}, casefile.Registered{As: as, Applicant: "李四", Request: "房屋面积的登记"})
	}
	req := answer(t, "经核实，面积登记有误，已更正。")
	req.Event = []byte(`{"outcome":"other.other","basis":"handled","grounds":"经核实，面积登记有误，已更正。"}`)
	req.Cases = []casefile.ID{"2026-00002"}
	i, err := l.issue(k, req, false)
	if err != nil || i.Letter.Letter != casefile.LetterRecordCorrected || len(i.Missing) > 0 {
		t.Fatalf("更正: %v, %v, missing %v", i.Letter.Letter, err, i.Missing)
	}
	if text := textOf(i.Preview); !strings.Contains(text, "要求更正") || !strings.Contains(text, "已更正") || strings.Contains(text, "申请公开") {
		t.Errorf("the letter says\n%s", text)
	}
	req.Cases = []casefile.ID{"2026-00003"}
	if _, err := l.issue(k, req, false); code(t, err) != "no-letter" {
		t.Errorf("其他来件: %v", err)
	}
	req.Cases = []casefile.ID{application}
	if _, err := l.issue(k, req, false); !strings.Contains(fmt.Sprint(err), "办结") {
		t.Errorf("公开申请: %v", err)
	}
}

func textOf(lines []ask.LetterLine) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(string(l.Text) + "\n")
	}
	return b.String()
}

// How a notice left is recorded, also without a number of the post.
func TestWayOfNotice(t *testing.T) {
	l, k := open(t)
	body, err := json.Marshal(casefile.Extended{Days: 20, Approver: "王主任", Told: l.Today()})
	if err != nil {
		t.Fatal(err)
	}
	i, err := l.issue(k, ask.LetterRequest{Cases: []casefile.ID{application}, Decides: casefile.KindExtended, Event: body, Later: true}, false)
	if err != nil {
		t.Fatal(err)
	}
	err = l.View(func(tx *desk.View) error {
		drafts, err := l.Announcement(tx, k.Call().Who, ask.RecordLetterRequest{Document: string(i.Letter.Document), Way: casefile.ByPost})
		if err == nil && (len(drafts) != 2 || drafts[1].Event != casefile.Event(casefile.LetterPosted{Document: string(i.Letter.Document), Of: casefile.NoticeExtension, Way: casefile.ByPost})) {
			t.Errorf("%+v", drafts)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
