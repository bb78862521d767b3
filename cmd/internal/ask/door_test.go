package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask/wire"
)

// desk is an Office that remembers what a Door told it.
type desk struct {
	mu     sync.Mutex
	looks  []Look
	err    error // of recording a look
	texts  []string
	needs  map[casefile.Kind]Role
	failed []error
}

func (k *desk) Roles() Roles            { return Roles{Owner: uint32(os.Geteuid())} }
func (k *desk) Own() string             { return "某局办公室，电话 0755-8800 0001" }
func (k *desk) Holders(r Role) []string { return []string{"组" + r.Label()} }
func (k *desk) Needs(kind casefile.Kind) Role {
	if r, ok := k.needs[kind]; ok {
		return r
	}
	return Operator
}
func (k *desk) Now() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone) }
func (k *desk) Looked(_ context.Context, _ Call, l Look) error {
	k.looks = append(k.looks, l)
	return k.err
}
func (k *desk) Texts(context.Context, []casefile.ID) ([]string, error) { return k.texts, nil }
func (k *desk) Stay(token string, _ bool) (Actor, error) {
	if token != "token" {
		return Actor{}, &Error{Code: "session", Msg: "登录已过期", Exit: ExitRefused}
	}
	return Actor{Name: "王某", Role: Operator, Web: true}, nil
}
func (k *desk) Explain(err error) error { return err }
func (k *desk) Failed(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed = append(k.failed, err)
}

func nothing() error { return nil }

func codeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// asking opens a door at which one operation is answered, and a client of somebody.
func asking[Q, A any](t *testing.T, k *desk, role Role, op Op[Q, A], handle func(context.Context, Call, Q) (A, error)) *Client {
	t.Helper()
	d := NewDoor(k)
	Answer(d, op, handle)
	c := InProcess(d, Actor{Name: "某人", UID: 1000, Role: role}, nothing)
	t.Cleanup(func() { c.Close() })
	return c
}

func shown(context.Context, Call, ShowQuery) (CaseDetail, error) {
	return CaseDetail{CaseRow: CaseRow{Subject: "申请人13800138000"}, Contact: "张三 13800138000，证号11010119900307123X"}, nil
}

func TestContactIsOpenedWithoutIdentity(t *testing.T) {
	k := &desk{}
	c := asking(t, k, Operator, Show, shown)
	d, err := Do(t.Context(), c.Reveal(Contact), Show, WholeCase("2026-00001"))
	if err != nil || d.Contact != "张三 13800138000，证号**************123X" || !d.Masked || len(k.looks) != 1 {
		t.Errorf("%+v, %v, looks %v", d, err, k.looks)
	}
	if d, err = Do(t.Context(), c.Reveal(All), Show, WholeCase("2026-00001")); err != nil || !strings.Contains(string(d.Contact), "11010119900307123X") || d.Masked {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := Do(t.Context(), c.Reveal("some"), Show, ShowQuery{}); codeOf(err) != "usage" {
		t.Errorf("a degree that there is not: %v", err)
	}
}

// What the office tells everybody of itself is hidden from nobody, however it is written.
func TestOwnNumbersAreOpen(t *testing.T) {
	d := NewDoor(&desk{})
	Answer(d, AnswerCase, func(context.Context, Call, AnswerRequest) (AnswerResult, error) {
		return AnswerResult{Warnings: []string{"联系电话：0755—88000001、（0755）8800-0001；申请人 0755-88000002、13800001111"}}, nil
	})
	c := InProcess(d, Actor{Role: Operator}, nothing)
	defer c.Close()
	res, err := Do(t.Context(), c.Dry(true), AnswerCase, AnswerRequest{LetterRequest: LetterRequest{Cases: []casefile.ID{"2026-00001"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := res.Warnings[0], "联系电话：0755—88000001、（0755）8800-0001；申请人 ********0002、*******1111"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The kinds that a request records may need another role than the operation, and some are the register's.
func TestKindsDecideTheRole(t *testing.T) {
	k := &desk{needs: map[casefile.Kind]Role{casefile.KindExtended: Approver}}
	var recorded int
	c := asking(t, k, Operator, Append, func(context.Context, Call, AppendRequest) (AppendResult, error) {
		recorded++
		return AppendResult{}, nil
	})
	for kind, want := range map[casefile.Kind]string{casefile.KindNoted: "", casefile.KindExtended: "denied", casefile.KindMessageTaken: "usage", casefile.KindLetterIssued: "usage"} {
		_, err := Do(t.Context(), c, Append, AppendRequest{Drafts: []DraftView{{Case: "2026-00001", Kind: kind, Event: []byte("{}")}}})
		if codeOf(err) != want {
			t.Errorf("%s: %v, want %q", kind, err, want)
		}
	}
	if recorded != 1 {
		t.Errorf("recorded %d", recorded)
	}
}

// What the asker wishes comes with the call; what came before a deadline is given up after it.
func TestEnvelope(t *testing.T) {
	calls := make(chan Call, 1)
	c := asking(t, &desk{}, Operator, Append, func(ctx context.Context, c Call, _ AppendRequest) (AppendResult, error) {
		calls <- c
		if c.Within == 0 {
			return AppendResult{}, nil
		}
		<-ctx.Done()
		return AppendResult{}, ctx.Err()
	})
	_, err := Do(t.Context(), c.Dry(true).IfSeq("2026-00001", 7), Append, AppendRequest{})
	if got := <-calls; err != nil || !got.DryRun || got.IfSeq["2026-00001"] != 7 || got.Who.UID != 1000 || got.At.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = Do(t.Context(), c, Append, AppendRequest{})
	if got := <-calls; err != nil || got.DryRun || got.IfSeq != nil {
		t.Errorf("the first client keeps its own: %+v, %v", got, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Do(ctx, c, Append, AppendRequest{})
	if got := <-calls; err == nil || got.Within <= 0 || got.Within > 50*time.Millisecond {
		t.Errorf("within %v: %v", got.Within, err)
	}
}

// The role is judged and the size bounded before a body is read.
func TestBodies(t *testing.T) {
	d := NewDoor(&desk{})
	Answer(d, Append, func(context.Context, Call, AppendRequest) (AppendResult, error) { return AppendResult{}, nil })
	Answer(d, Show, shown)
	c := InProcess(d, Actor{Role: Viewer}, nothing)
	defer c.Close()
	never, _ := net.Pipe()
	defer never.Close()
	if _, err := c.send(t.Context(), http.MethodPost, "/v1/record", never); codeOf(err) != "denied" {
		t.Errorf("a body that never comes, of somebody who may not: %v", err)
	}
	for name, body := range map[string]string{
		"too large": `{"case":"` + strings.Repeat("x", 70<<10) + `"}`, "no JSON": `case`, "unknown": `{"kase":"x"}`, "more than one": `{}{}`, "nothing": ``,
	} {
		if _, err := c.send(t.Context(), http.MethodPost, "/v1/show", strings.NewReader(body)); codeOf(err) != "usage" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.send(t.Context(), http.MethodPost, "/v1/nothing", nil); codeOf(err) != "usage" {
		t.Errorf("an operation that there is not: %v", err)
	}
	if _, err := c.send(t.Context(), http.MethodGet, "/v1/show", nil); codeOf(err) != "usage" {
		t.Errorf("another method: %v", err)
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
		{"changed", Changed("2026-00001", "ysq show", 3, 5), "changed", ExitRefused},
		{"refused", Refused("x", "y", "z"), "x", ExitRefused},
		{"late", context.DeadlineExceeded, "too-long", ExitFailed},
		{"internal", errors.New("disk on fire"), "internal", ExitFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking(t, &desk{}, Viewer, Show, func(context.Context, Call, ShowQuery) (CaseDetail, error) { return CaseDetail{}, tt.err })
			_, err := Do(t.Context(), c, Show, ShowQuery{})
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Code != tt.code || e.Exit != tt.exit || e.Msg == "" {
				t.Errorf("got %+v (%v)", e, err)
			}
		})
	}
}

func TestPanicIsOneAnswer(t *testing.T) {
	k := &desk{}
	panics := true
	c := asking(t, k, Viewer, Show, func(context.Context, Call, ShowQuery) (d CaseDetail, err error) {
		if panics {
			panic("boom")
		}
		return d, nil
	})
	if _, err := Do(t.Context(), c, Show, ShowQuery{}); codeOf(err) != "internal" || len(k.failed) == 0 {
		t.Errorf("a panic became %v", err)
	}
	panics = false
	if _, err := Do(t.Context(), c, Show, ShowQuery{}); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

func TestListIsWholeOrAnError(t *testing.T) {
	var broken error
	d := NewDoor(&desk{})
	AnswerEach(d, List, func(_ context.Context, _ Call, _ ListQuery, yield func(CaseRow) error) error {
		for _, id := range []casefile.ID{"2026-00001", "2026-00002"} {
			if err := yield(CaseRow{Case: id}); err != nil {
				return err
			}
		}
		return broken
	})
	c := InProcess(d, Actor{Role: Viewer}, nothing)
	defer c.Close()
	read := func() (n int, err error) {
		err = Each(t.Context(), c, List, ListQuery{}, func(CaseRow) error { n++; return nil })
		return n, err
	}
	if n, err := read(); n != 2 || err != nil {
		t.Errorf("whole list: %d, %v", n, err)
	}
	stop := errors.New("enough")
	if err := Each(t.Context(), c, List, ListQuery{}, func(CaseRow) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("yield's error: %v", err)
	}
	broken = errors.New("page 7 is unreadable")
	if n, err := read(); n != 2 || err == nil || !strings.Contains(err.Error(), "page 7") {
		t.Errorf("a list that breaks off: %d, %v", n, err)
	}
}

func TestProtocolMismatchIsReported(t *testing.T) {
	d := NewDoor(&desk{})
	Answer(d, Show, shown)
	c := InProcess(d, Actor{Role: Viewer}, nothing)
	defer c.Close()
	res, err := c.wire.Send(t.Context(), http.MethodPost, "/v1/show", http.Header{protocolHeader: {"1"}}, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var e Error
	if err := json.NewDecoder(res.Body).Decode(&e); err != nil || e.Code != "protocol" || !strings.Contains(e.Hint, "restart") {
		t.Errorf("answer: %+v, %v", e, err)
	}
}

// Over a socket the kernel says who asks; collectors need no protocol, but a role.
func TestSocket(t *testing.T) {
	t.Chdir(t.TempDir()) // whose name may be longer than a socket's
	path := "s"
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	d := NewDoor(&desk{})
	var who Actor
	Answer(d, Show, func(_ context.Context, c Call, _ ShowQuery) (CaseDetail, error) {
		who = c.Who
		return CaseDetail{}, nil
	})
	d.Collect(func(context.Context) (Status, error) { return Status{Open: 3}, nil })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx, l, time.Second) }()
	c := Dial(path)
	if _, err := Do(t.Context(), c, Show, ShowQuery{}); err != nil || who.UID != uint32(os.Geteuid()) || who.Role != Operator {
		t.Errorf("over the socket: %+v, %v", who, err)
	}
	var b strings.Builder
	if err := c.Metrics(t.Context(), &b); err != nil || !strings.Contains(b.String(), "ysq_cases_open 3") {
		t.Errorf("metrics: %s, %v", b.String(), err)
	}
	nobody := InProcess(d, Actor{}, nothing)
	defer nobody.Close()
	if err := nobody.Metrics(t.Context(), &b); codeOf(err) != "denied" {
		t.Errorf("metrics for nobody: %v", err)
	}
	c.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := Do(t.Context(), Dial(path), Show, ShowQuery{}); err == nil {
		t.Error("the stopped daemon answered")
	}
}

func TestRoleOf(t *testing.T) {
	r := Roles{Viewer: []uint32{10}, Operator: []uint32{20}, Approver: []uint32{30}, Owner: 990}
	for _, tt := range []struct {
		uid  uint32
		gids []uint32
		want Role
	}{{1000, nil, NoRole}, {1000, []uint32{10}, Viewer}, {1000, []uint32{10, 20}, Operator}, {1000, []uint32{30, 10}, Approver}, {0, nil, Operator}, {990, nil, Operator}, {0, []uint32{30}, Approver}} {
		if got := r.RoleOf(tt.uid, tt.gids); got != tt.want {
			t.Errorf("uid %d with %v: %s, want %s", tt.uid, tt.gids, got.Label(), tt.want.Label())
		}
	}
	if _, err := Self(r); err != nil {
		t.Error(err)
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

// A token stands for a person when the web service carries it, and for nobody otherwise. Without one the service has no
// role, and only it may carry a login.
func TestSessions(t *testing.T) {
	d := NewDoor(&desk{})
	Answer(d, Me, func(_ context.Context, c Call, _ None) (Person, error) {
		if c.Who.Web && c.Who.UID != 900 {
			t.Errorf("a person who came in by the browser has the uid %d", c.Who.UID)
		}
		return Person{Name: Handle(c.Who.String()), Role: c.Who.Role.String()}, nil
	})
	Answer(d, Login, func(context.Context, Call, LoginRequest) (LoginResult, error) {
		return LoginResult{Token: "token"}, nil
	})
	web, clerk := Actor{Name: "ysq-web", UID: 900, Web: true}, Actor{Name: "li", UID: 1000, Role: Operator}
	for _, tt := range []struct {
		name    string
		who     Actor
		session string
		want    string // who it is, or the code of the refusal
	}{
		{"the service alone", web, "", "denied"},
		{"a person", web, "token", "王某(web)"},
		{"a token that has ended", web, "old", "session"},
		{"a clerk", clerk, "", "li(1000)"},
		{"a clerk with somebody's token", clerk, "token", "usage"},
	} {
		c := InProcess(d, tt.who, func() error { return nil })
		p, err := Do(t.Context(), c.Session(tt.session, false), Me, None{})
		got := string(p.Name)
		if e, ok := errors.AsType[*Error](err); ok {
			got = e.Code
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		_, err = Do(t.Context(), c, Login, LoginRequest{})
		if (err == nil) != tt.who.Web {
			t.Errorf("%s: a login is carried: %v", tt.name, err)
		}
		c.Close()
	}
	for _, tt := range []struct {
		roles Roles
		uid   uint32
		want  Role
		web   bool
	}{
		{Roles{Web: 900, Operator: []uint32{7}}, 900, NoRole, true},
		{Roles{Web: 900, Operator: []uint32{7}}, 901, Operator, false},
		{Roles{Web: 900, Owner: 900, Operator: []uint32{7}}, 900, NoRole, true},
		{Roles{Operator: []uint32{7}}, 0, Operator, false}, // where there is no web service, root is not one
	} {
		if a := tt.roles.actor(wire.Peer{UID: tt.uid, Groups: []uint32{7}}); a.Role != tt.want || a.Web != tt.web || a.UID != tt.uid {
			t.Errorf("%+v: uid %d is %+v", tt.roles, tt.uid, a)
		}
	}
}

// deadlines is a connection that remembers by when its request had to arrive.
type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Duration // from now; -1: no more
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, max(-1, time.Until(t)))
	return nil
}

// A request arrives in time, what is sent along in longer, and the answer may take as long as it takes.
func TestRequestsArriveInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDoor(&desk{})
		Answer(d, Show, shown)
		AnswerUpload(d, PutFile, func(_ context.Context, _ Call, _ FileName, content io.Reader, _ func(casefile.File) error) error {
			_, err := io.Copy(io.Discard, content)
			return err
		})
		for op, want := range map[string]time.Duration{Show.Name: bodyTime, PutFile.Name: contentTime} {
			r := httptest.NewRequest(http.MethodPost, operations+op, strings.NewReader("{}\n"))
			r.Header.Set(protocolHeader, Protocol)
			w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
			d.ServeHTTP(w, r.WithContext(WithActor(t.Context(), Actor{UID: 1000, Role: Operator})))
			if w.Code != http.StatusOK || !slices.Equal(w.set, []time.Duration{want, -1}) {
				t.Errorf("%s: %d %s, deadlines %v", op, w.Code, w.Body, w.set)
			}
		}
	})
}

// An error says no more of a person than an answer does, and wishes that nobody knows are refused.
func TestErrorsAreMasked(t *testing.T) {
	c := asking(t, &desk{}, Operator, Show, func(context.Context, Call, ShowQuery) (CaseDetail, error) {
		return CaseDetail{}, Refused("x", "请联系 13800138000\nysq show 13800138000", "证号11010119900307123X 的人")
	})
	_, err := Do(t.Context(), c, Show, ShowQuery{})
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != "x" || strings.Contains(e.Msg+e.Hint+e.Do, "13800138000") || strings.Contains(e.Msg, "1990") {
		t.Errorf("%+v", err)
	}
	res, err := c.wire.Send(t.Context(), http.MethodPost, operations+Show.Name, http.Header{protocolHeader: {Protocol}, envelopeHeader: {`{"as":"zhao"}`}}, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&e); err != nil || e.Code != "usage" {
		t.Errorf("%+v, %v", e, err)
	}
}
