package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
)

// desk is a Backend that answers with what a test put into it.
type desk struct {
	Overseer
	More
	Keeper
	Ledgers
	Finder
	Postman
	Annual
	Registrar
	rows     []CaseRow
	detail   CaseDetail
	err      error
	panics   bool
	judged   bool // the last change was to be judged only
	appended []AppendRequest
	revealed int
}

func (d *desk) Status(context.Context) (Status, error) {
	if d.panics {
		panic("boom")
	}
	return Status{Agency: "某局"}, d.err
}
func (d *desk) List(_ context.Context, _ ListQuery, yield func(CaseRow) error) error {
	for _, r := range d.rows {
		if err := yield(r); err != nil {
			return err
		}
	}
	return d.err
}
func (d *desk) Show(context.Context, casefile.ID) (CaseDetail, error) { return d.detail, d.err }
func (d *desk) Explain(context.Context, casefile.ID) (Explanation, error) {
	return Explanation{}, d.err
}
func (d *desk) Due(context.Context, int, string) ([]DueItem, error) { return nil, d.err }
func (d *desk) Report(context.Context, int) (stats.Report, error)   { return stats.Report{}, d.err }
func (d *desk) Mail(context.Context, string) (MailView, error)      { return MailView{}, d.err }
func (d *desk) OpenMail(ctx context.Context, _ Actor, _ string) (CaseRow, error) {
	d.judged = DryRun(ctx)
	return CaseRow{}, d.err
}
func (d *desk) Poll(context.Context) (PollResult, error)         { return PollResult{Taken: 3}, d.err }
func (d *desk) Reveal(context.Context, Actor, casefile.ID) error { d.revealed++; return d.err }
func (d *desk) ReportCases(context.Context, int, string, ReportQuery) (CellCases, error) {
	return CellCases{}, d.err
}
func (d *desk) Mails(context.Context, casefile.Disposition, func(MailView) error) error {
	return d.err
}
func (d *desk) Append(_ context.Context, _ Actor, r AppendRequest) (AppendResult, error) {
	d.appended = append(d.appended, r)
	return AppendResult{}, d.err
}
func (d *desk) Letter(context.Context, Actor, LetterRequest) (LetterResult, error) {
	return LetterResult{Letter: LetterView{Applicant: "电话13800000000"}}, d.err
}
func (d *desk) LetterList(context.Context, LetterQuery) ([]LetterView, error) {
	return []LetterView{{Party: "电话13800000000"}}, d.err
}
func (d *desk) CopyLetter(_ context.Context, _ string, w io.Writer) error {
	_, err := io.WriteString(w, "docx")
	return errors.Join(err, d.err)
}
func (d *desk) VoidLetter(context.Context, Actor, VoidLetterRequest) (LetterResult, error) {
	return LetterResult{}, d.err
}
func (d *desk) RecordLetter(context.Context, Actor, RecordLetterRequest) (AppendResult, error) {
	return AppendResult{}, d.err
}
func (d *desk) ResumeLetters(context.Context, Actor, ResumeLettersRequest) ([]RecordView, error) {
	return nil, d.err
}
func (d *desk) Dossier(_ context.Context, _ Actor, _ casefile.ID, w io.Writer) error {
	d.revealed++
	return d.err
}
func (d *desk) Holders(Role) []string { return []string{"foi-approvers"} }
func (d *desk) Needs(k casefile.Kind) Role {
	if k == casefile.KindExtended {
		return Approver
	}
	return Operator
}

func asked(t *testing.T, d *desk, role Role) *Client {
	t.Helper()
	h := NewHandler(d, func(err error) { t.Logf("logged: %v", err) })
	c := h.InProcess(Actor{Name: "test", UID: 1000, Role: role}, func() error { return nil })
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestRoles(t *testing.T) {
	noted := AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindNoted, Event: json.RawMessage(`{"text":"x"}`)}}}
	extended := AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindExtended, Event: json.RawMessage(`{}`)}}}
	own := AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: casefile.KindReceived, Event: json.RawMessage(`{}`)}}}
	status := func(c *Client) error { _, err := c.Status(t.Context()); return err }
	reveal := func(c *Client) error { _, err := c.Show(t.Context(), "2026-00001", true); return err }
	poll := func(c *Client) error { _, err := c.Poll(t.Context()); return err }
	add := func(r AppendRequest) func(*Client) error {
		return func(c *Client) error { _, err := c.Append(t.Context(), r); return err }
	}
	for _, tt := range []struct {
		name string
		role Role
		do   func(*Client) error
		want string // code of the refusal; "" is admitted
	}{
		{"nobody reads", NoRole, status, "denied"},
		{"viewer reads", Viewer, status, ""},
		{"viewer does not record", Viewer, add(noted), "denied"},
		{"viewer does not poll", Viewer, poll, "denied"},
		{"viewer does not see personal data", Viewer, reveal, "denied"},
		{"operator records", Operator, add(noted), ""},
		{"operator sees personal data", Operator, reveal, ""},
		{"operator does not extend here", Operator, add(extended), "denied"},
		{"approver extends", Approver, add(extended), ""},
		{"nobody records an arrival by hand", Approver, add(own), "usage"},
		{"an empty request", Operator, add(AppendRequest{}), "usage"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.do(asked(t, &desk{}, tt.role))
			code := ""
			if e, ok := errors.AsType[*Error](err); ok {
				code = e.Code
			} else if err != nil {
				t.Fatal(err)
			}
			if code != tt.want {
				t.Errorf("refused with %q (%v), want %q", code, err, tt.want)
			}
			if code == "denied" && !strings.Contains(err.Error(), "foi-approvers") {
				t.Errorf("the refusal does not say who could: %v", err)
			}
		})
	}
}

func TestRoleOf(t *testing.T) {
	r := Roles{Viewer: []uint32{10}, Operator: []uint32{20}, Approver: []uint32{30}, Owner: 500}
	for _, tt := range []struct {
		name string
		uid  uint32
		gids []uint32
		want Role
	}{
		{"stranger", 1000, []uint32{1000}, NoRole},
		{"viewer", 1000, []uint32{1000, 10}, Viewer},
		{"highest counts", 1000, []uint32{30, 10}, Approver},
		{"root is no approver", 0, []uint32{0}, Operator},
		{"root in the approvers' group", 0, []uint32{0, 30}, Approver},
		{"service user", 500, []uint32{500}, Operator},
	} {
		if got := r.RoleOf(tt.uid, tt.gids); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The kernel says who is at the other end of a real socket.
func TestPeer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	roles := Roles{Owner: uint32(os.Geteuid())}
	go func() { ended <- NewHandler(&desk{}, nil).Serve(ctx, l, func() Roles { return roles }, time.Second) }()
	c := Dial(path)
	if s, err := c.Status(t.Context()); err != nil || s.Agency != "某局" {
		t.Errorf("status over the socket: %+v, %v", s, err)
	}
	c.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := Dial(path).Status(t.Context()); err == nil {
		t.Error("the stopped daemon answered")
	}
}

func TestListIsWholeOrAnError(t *testing.T) {
	rows := []CaseRow{{Case: "2026-00001"}, {Case: "2026-00002"}}
	read := func(c *Client) (n int, err error) {
		err = c.List(t.Context(), ListQuery{}, func(CaseRow) error { n++; return nil })
		return n, err
	}
	if n, err := read(asked(t, &desk{rows: rows}, Viewer)); n != 2 || err != nil {
		t.Errorf("whole list: %d, %v", n, err)
	}
	n, err := read(asked(t, &desk{rows: rows, err: errors.New("page 7 is unreadable")}, Viewer))
	if n != 2 || err == nil || !strings.Contains(err.Error(), "page 7") {
		t.Errorf("a list that breaks off: %d, %v", n, err)
	}
	stop := errors.New("enough")
	err = asked(t, &desk{rows: rows}, Viewer).List(t.Context(), ListQuery{}, func(CaseRow) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("yield's error: %v", err)
	}
}

func TestErrorsCross(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		code string
		exit int
	}{
		{"rule", &casefile.RuleError{Code: "extension-twice", Case: "2026-00001", Msg: "只能延长一次"}, "extension-twice", ExitRefused},
		{"step", &casefile.TransitionError{Case: "2026-00001", Stage: casefile.StageReceived, Kind: casefile.KindReplied}, "illegal-step", ExitRefused},
		{"own", &Error{Code: "not-found", Msg: "没有", Hint: "list", Exit: ExitNotFound}, "not-found", ExitNotFound},
		{"wrapped", fmt.Errorf("x: %w", &Error{Code: "held", Msg: "m", Exit: ExitUnreachable}), "held", ExitUnreachable},
		{"internal", errors.New("disk on fire"), "internal", ExitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := asked(t, &desk{err: tt.err}, Viewer).Status(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Code != tt.code || e.Exit != tt.exit || e.Msg == "" {
				t.Errorf("got %+v (%v)", e, err)
			}
		})
	}
}

func TestPanicIsOneAnswer(t *testing.T) {
	d := &desk{panics: true}
	c := asked(t, d, Viewer)
	if _, err := c.Status(t.Context()); err == nil {
		t.Error("a panic became an answer")
	}
	d.panics = false
	if _, err := c.Status(t.Context()); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

func TestProtocolMismatchIsTold(t *testing.T) {
	c := asked(t, &desk{}, Viewer)
	req, err := http.NewRequest(http.MethodGet, "http://ysq/v0/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(protocolHeader, "0")
	res, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var e Error
	if err := json.NewDecoder(res.Body).Decode(&e); err != nil || e.Code != "protocol" || !strings.Contains(e.Hint, "restart") {
		t.Errorf("answer: %+v, %v", e, err)
	}
}

func TestMasking(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"身份证号 11010119000307123X，电话13800138000", "身份证号 **************123X，电话*******8000"},
		{"0371-65900000", "********0000"},
		{"固话 65900000", "固话 ****0000"},
		{"案件 2026-00017，日期 2026-11-23、20261123", "案件 2026-00017，日期 2026-11-23、20261123"},
		{"豫政〔2026〕12号", "豫政〔2026〕12号"},
		{"共 1234567 元", "共 1234567 元"},
		{"单号 XA12345678901", "单号 XA12345678901"},
		{"卡号 6222020000000000000", "卡号 ***************0000"},
	} {
		if got := maskString(tt.in); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestShowMasksUnlessRevealed(t *testing.T) {
	d := &desk{detail: CaseDetail{CaseRow: CaseRow{Subject: "申请人13800138000"}, Contact: "13800138000",
		Records: []RecordView{{Text: "联系 13800138000", Event: json.RawMessage(`{"contact":"13800138000"}`)}},
		Mails:   []MailView{{Text: "电话13800138000", History: []RecordView{{Text: "13800138000"}}}}}}
	c := asked(t, d, Operator)
	masked, err := c.Show(t.Context(), "2026-00001", false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(masked)
	if err != nil || strings.Contains(string(b), "13800138000") || !masked.Masked {
		t.Errorf("masked answer: %s", b)
	}
	if d.revealed != 0 {
		t.Error("a masked look was recorded as a reveal")
	}
	open, err := c.Show(t.Context(), "2026-00001", true)
	if err != nil || open.Contact != "13800138000" || open.Masked || d.revealed != 1 {
		t.Errorf("revealed: %+v, %v, recorded %d", open, err, d.revealed)
	}
	d.err = errors.New("cannot record")
	if _, err := c.Show(t.Context(), "2026-00001", true); err == nil {
		t.Error("shown although it could not be recorded")
	}
}

func TestDayIsNullWhereAbsent(t *testing.T) {
	b, err := json.Marshal(struct{ A, B Day }{Day(civil.MustParse("2026-11-23")), 0})
	if err != nil || string(b) != `{"A":"2026-11-23","B":null}` {
		t.Errorf("%s, %v", b, err)
	}
	var back struct{ A, B Day }
	if err := json.Unmarshal(b, &back); err != nil || civil.Date(back.A).String() != "2026-11-23" || back.B != 0 {
		t.Errorf("%+v, %v", back, err)
	}
}

func FuzzAppendRequest(f *testing.F) {
	f.Add(`{"drafts":[{"case":"2026-00001","on":null,"kind":"noted","event":{"text":"x"}}]}`)
	f.Add(`{"drafts":[{"kind":"received"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		d := &desk{}
		h := NewHandler(d, nil)
		c := h.InProcess(Actor{Role: Operator}, func() error { return nil })
		defer c.Close()
		r, err := c.do(t.Context(), http.MethodPost, "/records", nil, []byte(body))
		if err == nil {
			r.Close()
		}
		for _, req := range d.appended {
			for _, draft := range req.Drafts {
				if draft.Kind.Info().Stages == nil {
					t.Errorf("%q was admitted", draft.Kind)
				}
			}
		}
	})
}
