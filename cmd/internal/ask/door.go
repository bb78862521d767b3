package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask/wire"
)

const (
	defaultLimit = 64 << 10         // bytes of a request
	bodyTime     = 30 * time.Second // for a request to arrive whole
	contentTime  = 15 * time.Minute // for what is sent along
)

// Office is what a Door must know about the side that answers. Its methods may be called by many goroutines at once.
type Office interface {
	// Roles says who has which role now.
	Roles() Roles
	// Holders names the groups whose members have a role, or a higher one.
	Holders(Role) []string
	// Needs says which role recording an event needs.
	Needs(casefile.Kind) Role
	// Stay says who a token of Login belongs to now, and with which role.
	Stay(token string, passive bool) (Actor, error)
	// Now is the instant of a call.
	Now() time.Time
	// Looked records that the caller sees personal data, before he does.
	Looked(context.Context, Call, Look) error
	// Own is what the office writes of itself into each letter. The numbers in it are nobody's secret.
	Own() string
	// Texts returns the words of cases in which a masked number may stand.
	Texts(context.Context, []casefile.ID) ([]string, error)
	// Explain gives an error that is neither this package's nor casefile's its code and words, if it can.
	Explain(error) error
	// Failed receives internal errors, to log them.
	Failed(error)
}

// Door is the only way to an office. Everything that holds for every operation happens here, and only here.
type Door struct {
	office     Office
	operations map[string]*operation
	shares     shares
	status     func(context.Context) (Status, error) // for collectors
}

// NewDoor returns a Door behind which nothing is answered yet.
func NewDoor(o Office) *Door { return &Door{office: o, operations: map[string]*operation{}} }

// operation is an Op of whichever shape with its handler.
type operation struct {
	name    string
	role    Role
	dry     bool
	limit   int64
	content bool // bytes are sent along
	gate    bool
	serve   func(*exchange) error
}

// exchange is a request on its way through the door.
type exchange struct {
	door *Door
	op   *operation
	w    http.ResponseWriter
	r    *http.Request
	call Call
}

// Answer lets a handler answer an operation.
func Answer[Q, A any](d *Door, op Op[Q, A], handle func(context.Context, Call, Q) (A, error)) {
	add(d, op, false, func(x *exchange) error {
		q, err := read(x, op, x.r.Body)
		if err != nil {
			return err
		}
		a, err := handle(x.r.Context(), x.call, q)
		if err != nil {
			return err
		}
		much, err := look(x, op, q)
		if err != nil {
			return err // not recorded, not shown
		}
		maskAnswer(&a, x.audience(much))
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		x.w.Header().Set("Content-Type", "application/json")
		x.w.Write(append(b, '\n')) // the peer may be gone; there is nobody else to tell
		return nil
	})
}

// AnswerEach lets a handler answer a Stream.
func AnswerEach[Q, Item any](d *Door, op Stream[Q, Item], handle func(ctx context.Context, c Call, q Q, yield func(Item) error) error) {
	add(d, Op[Q, Item](op), false, func(x *exchange) error {
		q, err := read(x, Op[Q, Item](op), x.r.Body)
		if err != nil {
			return err
		}
		return stream(x, func(ctx context.Context, yield func(Item) error) error { return handle(ctx, x.call, q, yield) })
	})
}

// AnswerUpload lets a handler answer an Upload. It need not read the bytes to their end.
func AnswerUpload[Q, Item any](d *Door, op Upload[Q, Item], handle func(ctx context.Context, c Call, q Q, content io.Reader, yield func(Item) error) error) {
	add(d, Op[Q, Item](op), true, func(x *exchange) error {
		var q Q
		content, err := headOf(x.r.Body, &q)
		if err != nil {
			return unreadable(err)
		}
		if err := admit(x, Op[Q, Item](op), &q); err != nil {
			return err
		}
		content = &ending{content, x.patient}
		return stream(x, func(ctx context.Context, yield func(Item) error) error { return handle(ctx, x.call, q, content, yield) })
	})
}

// ending calls back at the end of what it reads.
type ending struct {
	io.Reader
	ended func()
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err == io.EOF {
		e.ended()
	}
	return n, err
}

// AnswerDownload lets a handler answer a Download. It calls begin once, when nothing can be refused any
// more, and writes the bytes to what it gets.
func AnswerDownload[Q, Head any](d *Door, op Download[Q, Head], handle func(ctx context.Context, c Call, q Q, begin func(Head) (io.Writer, error)) error) {
	add(d, Op[Q, Head](op), false, func(x *exchange) error {
		q, err := read(x, Op[Q, Head](op), x.r.Body)
		if err != nil {
			return err
		}
		begun := false
		err = handle(x.r.Context(), x.call, q, func(head Head) (io.Writer, error) {
			much, err := look(x, Op[Q, Head](op), q)
			if err != nil {
				return nil, err
			}
			maskAnswer(&head, x.audience(much))
			begun = true
			x.w.Header().Set("Content-Type", "application/octet-stream")
			return x.w, json.NewEncoder(x.w).Encode(head)
		})
		if err != nil && begun {
			if !errors.Is(err, syscall.EPIPE) { // who hangs up is no trouble of the office
				x.door.office.Failed(fmt.Errorf("sending bytes: %w", err))
			}
			panic(http.ErrAbortHandler) // only breaking the answer off says that it is not whole
		}
		return err
	})
}

func add[Q, A any](d *Door, op Op[Q, A], content bool, serve func(*exchange) error) {
	if d.operations[op.Name] != nil || (op.Role == NoRole) != op.Gate {
		panic("ask: " + op.Name + " is answered twice, or by nobody's leave") // before the first question
	}
	o := &operation{name: op.Name, role: op.Role, dry: op.Dry, limit: op.Limit, content: content, gate: op.Gate, serve: serve}
	if o.limit == 0 {
		o.limit = defaultLimit
	}
	d.operations[op.Name] = o
}

// read reads a request and admits it.
func read[Q, A any](x *exchange, op Op[Q, A], body io.Reader) (q Q, err error) {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if _, refused := errors.AsType[*Error](err); refused { // busy
			return q, err
		}
		return q, Usage("请求之后还有多余的内容")
	}
	x.patient()
	return q, admit(x, op, &q)
}

// patient lifts the deadline of a request of which all is read: the answer may take longer.
func (x *exchange) patient() { http.NewResponseController(x.w).SetReadDeadline(time.Time{}) }

func unreadable(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return large
	}
	if e, ok := errors.AsType[*Error](err); ok { // busy
		return e
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &Error{Code: "usage", Msg: fmt.Sprintf("送来的内容没有在 %.0f 秒内送完，什么都没有记录", bodyTime.Seconds()), Hint: "再试一次；一直如此的，看机器是否太忙", Exit: ExitUsage}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Usage("送来的内容不完整，什么都没有记录")
	}
	return Usage("请求无法理解：%v", err)
}

// admit judges what only the request shows: the kinds that it records, whether all of it can be seen, and
// whether it has a masked number in place of a number.
func admit[Q, A any](x *exchange, op Op[Q, A], q *Q) error {
	if op.Records != nil {
		for _, k := range op.Records(*q) {
			if k.Info().Command == "" || k == casefile.KindLetterIssued || k == casefile.KindSubmitted { // whose number is given with it, and what is frozen
				return Usage("“%s”只能由登记库自己记录", k.Label())
			}
			if needs := x.door.office.Needs(k); x.call.Who.Role < needs {
				return x.door.denied(x.call.Who, needs)
			}
		}
	}
	if err := legible(reflect.ValueOf(q).Elem()); err != nil {
		return err
	}
	return x.door.unmask(x.r.Context(), reflect.ValueOf(q).Elem())
}

// look records that somebody sees the answer unmasked, if he may and will, and says how much of it he sees.
func look[Q, A any](x *exchange, op Op[Q, A], q Q) (Reveal, error) {
	much := x.call.Reveal
	if op.Open {
		much = All
	}
	if op.Look == nil || much == Masked {
		return Masked, nil
	}
	seen := op.Look(q)
	if seen.What == "" {
		return Masked, nil
	}
	if x.call.Who.Role < Operator {
		return Masked, x.door.denied(x.call.Who, Operator)
	}
	if much == Contact && (len(seen.Cases) > 0 || seen.Mail != "" || seen.Letter != "") {
		seen.What = "电话、地址" // what is about nobody in particular keeps its own words
	}
	call := x.call
	call.Reveal = much
	return much, x.door.office.Looked(x.r.Context(), call, seen)
}

func (x *exchange) audience(much Reveal) audience {
	return audience{much: much, handles: x.call.Who.Role >= Operator,
		own: sync.OnceValue(func() []string { return numbersOf(x.door.office.Own()) })}
}

// errPeer marks that the asking side went away; the answer has begun and cannot become an error.
var errPeer = errors.New("the peer went away")

// stream writes items as they come, one a line, each at once when they come slowly, then the line that says
// it is whole.
func stream[T any](x *exchange, each func(ctx context.Context, yield func(T) error) error) error {
	x.w.Header().Set("Content-Type", "application/x-ndjson")
	e := json.NewEncoder(x.w)
	out := http.NewResponseController(x.w)
	ctx, cancel := context.WithCancelCause(x.r.Context())
	defer cancel(nil)
	flushed := time.Now()
	err := each(ctx, func(item T) error {
		maskAnswer(&item, x.audience(Masked))
		err := e.Encode(streamLine[any]{Item: new(lean(&item))})
		if now := time.Now(); err == nil && now.Sub(flushed) > 100*time.Millisecond {
			err, flushed = out.Flush(), now
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", errPeer, err)
			cancel(err)
		}
		return err
	})
	switch {
	case errors.Is(err, errPeer):
		return nil
	case err != nil:
		e.Encode(streamLine[T]{Error: x.door.public(err)})
		return nil
	}
	e.Encode(streamLine[T]{})
	return nil
}

type actorKey struct{}

// WithActor marks a context with who asks, for those who do not come over a socket.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

func (d *Door) who(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	if p, ok := wire.PeerOf(ctx); ok {
		return d.office.Roles().actor(p)
	}
	return Actor{}
}

// actor is who is at the other end of a socket.
func (r Roles) actor(p wire.Peer) Actor {
	return Actor{Name: p.Name, UID: p.UID, Role: r.RoleOf(p.UID, p.Groups), Web: p.UID == r.Web && p.UID != 0}
}

// person is who a request of the web service stands for: whoever the token belongs to at this moment. Anybody else's
// token is refused, so that a stay can be used from nowhere but where it began.
func (d *Door) person(who Actor, e Envelope) (Actor, error) {
	if !who.Web {
		return Actor{}, Usage("登录的凭据只能由网页服务使用")
	}
	a, err := d.office.Stay(e.Session, e.Passive)
	a.UID = who.UID
	return a, err
}

// Self says who runs this process, with the role that it has by roles.
func Self(roles Roles) (Actor, error) {
	p, err := wire.Self()
	return roles.actor(p), err
}

// Serve answers on a unix listener until ctx ends, then lets requests finish for up to grace.
func (d *Door) Serve(ctx context.Context, l *net.UnixListener, grace time.Duration) error {
	return wire.Serve(ctx, l, d, grace, d.office.Failed)
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(protocolHeader, Protocol)
	defer func() { // one request that panics must not take the daemon with it
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
				panic(p)
			}
			d.office.Failed(fmt.Errorf("panic in %s: %v\n%s", r.URL.Path, p, debug.Stack()))
			d.refuse(w, &Error{Code: "internal", Msg: fmt.Sprintf("程序内部错误：%v", p), Hint: "详情见服务日志（journalctl -u ysq）", Exit: ExitFailed})
		}
	}()
	if r.Method == http.MethodGet && r.URL.Path == metricsPath && d.status != nil { // curl and collectors know no protocol
		if err := d.metrics(w, r); err != nil {
			d.refuse(w, err)
		}
		return
	}
	if r.Method == http.MethodGet && r.URL.Path == alivePath { // says nothing but that somebody answers
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if v := r.Header.Get(protocolHeader); v != Protocol {
		d.refuse(w, &Error{Code: "protocol", Exit: ExitUnreachable,
			Msg: fmt.Sprintf("命令的接口版本是 %q，守护进程是 %q", v, Protocol), Hint: "升级后请重启服务：systemctl restart ysq"})
		return
	}
	name, _ := strings.CutPrefix(r.URL.Path, operations)
	op := d.operations[name]
	if op == nil || r.Method != http.MethodPost {
		d.refuse(w, Usage("没有这个操作：%s %s", r.Method, r.URL.Path))
		return
	}
	if err := d.exchange(w, r, op); err != nil {
		d.refuse(w, err)
	}
}

// exchange admits by role before anything of the request is read, and bounds its bytes and its time.
func (d *Door) exchange(w http.ResponseWriter, r *http.Request, op *operation) error {
	call := Call{Who: d.who(r.Context()), At: d.office.Now()}
	if s := r.Header.Get(envelopeHeader); s != "" {
		e := json.NewDecoder(strings.NewReader(s))
		e.DisallowUnknownFields()
		if err := e.Decode(&call.Envelope); err != nil {
			return unreadable(err)
		}
	}
	if call.Session != "" && !op.gate {
		var err error
		if call.Who, err = d.person(call.Who, call.Envelope); err != nil {
			return err
		}
	}
	if call.Who.Role < op.role || op.gate && !call.Who.Web {
		w.Header().Set("Connection", "close") // so that nothing more of the request is read
		return d.denied(call.Who, op.role)
	}
	switch {
	case call.DryRun && !op.dry && op.role > Viewer:
		return Usage("此操作不能试算")
	case !slices.Contains([]Reveal{Masked, Contact, All}, call.Reveal):
		return Usage("不认识的 reveal %q", call.Reveal)
	case call.Within < 0:
		return Usage("时限 %v 不对", call.Within)
	case call.Within > 0:
		ctx, cancel := context.WithTimeout(r.Context(), call.Within)
		defer cancel()
		r = r.WithContext(ctx)
	}
	until := bodyTime
	if op.content {
		until = contentTime
	}
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(until))
	body, leave, err := d.shares.enter(call.Who, call.Session != "" && !op.gate)
	if err != nil {
		w.Header().Set("Connection", "close")
		return err
	}
	defer leave()
	if op.content { // it goes on to a file as it comes
		sent, err := d.shares.send(body.own)
		if err != nil {
			w.Header().Set("Connection", "close")
			return err
		}
		defer sent()
	} else {
		body.ReadCloser = r.Body
		r.Body = body
	}
	r.Body = http.MaxBytesReader(w, r.Body, op.limit)
	return op.serve(&exchange{door: d, op: op, w: w, r: r, call: call})
}

func (d *Door) denied(who Actor, needs Role) error {
	hint := "请管理员在配置 [access] 中为“" + needs.Label() + "”指定组"
	if groups := d.office.Holders(needs); len(groups) > 0 {
		hint = "可由这些组的人员操作：" + strings.Join(groups, "、")
	}
	return &Error{Code: "denied", Exit: ExitRefused,
		Msg:  fmt.Sprintf("%s 的角色是“%s”，此操作需要“%s”", who, who.Role.Label(), needs.Label()),
		Hint: hint}
}

func (d *Door) refuse(w http.ResponseWriter, err error) {
	e := d.public(err)
	if e.Exit == ExitFailed {
		d.office.Failed(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status())
	json.NewEncoder(w).Encode(e) // the peer may be gone; there is nobody else to tell
}

// public is an error as it goes out: like an answer, without personal numbers.
func (d *Door) public(err error) *Error {
	e := *d.worded(err)
	if hint, do, ok := strings.Cut(e.Hint, "\n"); ok {
		e.Hint, e.Do, e.Options = hint, do, casefile.Options(do)
	}
	e.Msg, e.Hint, e.Do = Mask(e.Msg), Mask(e.Hint), Mask(e.Do)
	return &e
}

// worded turns any error into one for people. What nobody knows is an internal error: its text goes out,
// too, for there is nobody else to tell.
func (d *Door) worded(err error) *Error {
	err = d.office.Explain(err)
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*casefile.TransitionError](err); ok {
		err = e.Rule()
	}
	if e, ok := errors.AsType[*casefile.RuleError](err); ok {
		return &Error{Code: e.Code, Msg: e.Said(), Hint: e.Hint, Exit: ExitRefused}
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		e, _ := errors.AsType[*Error](Usage("内容太大，超过 %d KiB", large.Limit>>10))
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Code: "too-long", Msg: "没有在时限内办完", Hint: "请稍后再试，或放宽时限", Exit: ExitFailed}
	}
	return &Error{Code: "internal", Msg: err.Error(), Exit: ExitFailed}
}

// Terms are what an operation asks of those who use it.
type Terms struct {
	Name string
	Role Role
	Dry  bool
}

// Operations lists what is answered behind a door, by name.
func (d *Door) Operations() (all []Terms) {
	for _, name := range slices.Sorted(maps.Keys(d.operations)) {
		op := d.operations[name]
		all = append(all, Terms{op.name, op.role, op.dry})
	}
	return all
}
