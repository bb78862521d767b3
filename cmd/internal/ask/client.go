package ask

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask/wire"
)

const (
	protocolHeader = "Ysq-Protocol"
	envelopeHeader = "Ysq-Envelope"
	operations     = "/v1/" // before the name of an operation
)

// Client asks a Door. Every error for people is an *Error.
type Client struct {
	wire     *wire.Client
	envelope Envelope
	// A Door in another process may stop within an answer: an answer owed for so long is doubted, and a Door that does not say
	// within so long that it lives is given up. Zero: never.
	doubts, lives time.Duration
}

// What a daemon is given: a busy one says all the same that it is alive.
const (
	doubtAfter  = 30 * time.Second
	livesWithin = 20 * time.Second
)

// Dial returns a client of the daemon behind a unix socket. Nothing is sent before the first question.
func Dial(socket string) *Client {
	return &Client{wire: wire.Dial(socket), doubts: doubtAfter, lives: livesWithin}
}

// InProcess returns a client that a Door answers within this process, as the actor. release runs when the
// client is closed and all is answered.
func InProcess(d *Door, who Actor, release func() error) *Client {
	as := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.ServeHTTP(w, r.WithContext(WithActor(r.Context(), who)))
	})
	return &Client{wire: wire.InProcess(as, release)}
}

// Close ends idle connections and, in process, the server.
func (c *Client) Close() error { return c.wire.Close() }

// alivePath is answered to everybody who may connect.
const alivePath = "/v0/alive"

// Alive waits until the daemon answers, for so long at most: the kernel takes connections for one that is stopped,
// too. The error is that of the connection, or an *Error that says so.
func (c *Client) Alive(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	res, err := c.wire.Send(ctx, http.MethodGet, alivePath, nil, nil)
	if err == nil {
		res.Body.Close()
		if res.Header.Get(protocolHeader) == "" {
			return stranger()
		}
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Code: "frozen", Exit: ExitUnreachable, Msg: fmt.Sprintf("守护进程在 %.0f 秒内没有应答：它停住了，或者机器太忙", within.Seconds()),
			Hint: "稍后再试；一直如此的，请管理员看 systemctl status ysq，必要时 systemctl restart ysq（已答“已记录”的不会丢）"}
	}
	return lost(err)
}

// stranger says that another program listens where the daemon should.
func stranger() error {
	return &Error{Code: "stranger", Exit: ExitUnreachable, Msg: "套接字上应答的不是 ysq 的守护进程",
		Hint: "请管理员核对配置中的 paths.socket 和环境变量 YSQ_SOCKET：那里另有程序在监听（ss -xlp），移走它再启动服务", Do: "systemctl restart ysq"}
}

// lost puts into words that a question had no answer, or half of one. Other errors stay as they are: those of dialling, by
// which a caller tells that nobody listens, the end of ctx, and what has words already.
func lost(err error) error {
	dial, _ := errors.AsType[*net.OpError](err)
	_, told := errors.AsType[*Error](err)
	_, odd := errors.AsType[*url.Error](err)
	switch {
	case told, dial != nil && dial.Op == "dial", errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &Error{Code: "hung-up", Exit: ExitUnreachable, Cause: err, Msg: "守护进程没有答完就断开了：它停止了，或者同时连着的命令太多",
			Hint: "稍后再试，要记录的先看是否已经记上；一直如此的，请管理员看服务是否正常", Do: "systemctl status ysq"}
	case odd:
		return stranger()
	}
	return err
}

// Dry returns a client whose changes are judged and not recorded, if dry. The two share their connections.
func (c *Client) Dry(dry bool) *Client {
	with := *c
	with.envelope.DryRun = dry
	return &with
}

// Reveal returns a client that asks for personal data unmasked, which is recorded.
func (c *Client) Reveal(much Reveal) *Client {
	with := *c
	with.envelope.Reveal = much
	return &with
}

// IfSeq returns a client whose changes are refused where the case has gone on since a record.
func (c *Client) IfSeq(id casefile.ID, seq uint64) *Client {
	return c.IfSeqs(map[casefile.ID]uint64{id: seq})
}

// Session returns a client that asks in the name of whoever a token of Login belongs to. passive: a page asks by itself.
func (c *Client) Session(token string, passive bool) *Client {
	with := *c
	with.envelope.Session, with.envelope.Passive = token, passive
	return &with
}

// IfSeqs is IfSeq for several cases.
func (c *Client) IfSeqs(seen map[casefile.ID]uint64) *Client {
	with := *c
	with.envelope.IfSeq = seen
	return &with
}

// Seen returns a client whose changes are refused where what they record on has gone on since a record; 0: no check.
func (c *Client) Seen(seq uint64) *Client {
	with := *c
	with.envelope.Seen = seq
	return &with
}

// Do asks for one answer.
func Do[Q, A any](ctx context.Context, c *Client, op Op[Q, A], q Q) (a A, err error) {
	body, err := c.question(ctx, op.Name, q, nil)
	if err != nil {
		return a, err
	}
	defer body.Close()
	return a, decodeAnswer(body, &a)
}

// Each yields the items of an answer as they come. A list that breaks off is an error.
func Each[Q, Item any](ctx context.Context, c *Client, op Stream[Q, Item], q Q, yield func(Item) error) error {
	body, err := c.question(ctx, op.Name, q, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return readStream(body, yield)
}

// Put sends bytes along, and yields the items of the answer.
func Put[Q, Item any](ctx context.Context, c *Client, op Upload[Q, Item], q Q, content io.Reader, yield func(Item) error) error {
	body, err := c.question(ctx, op.Name, q, content)
	if err != nil {
		return err
	}
	defer body.Close()
	return readStream(body, yield)
}

// Get returns the head of an answer and the bytes that follow it. The caller closes them; bytes that break off
// are an error.
func Get[Q, Head any](ctx context.Context, c *Client, op Download[Q, Head], q Q) (head Head, content io.ReadCloser, err error) {
	body, err := c.question(ctx, op.Name, q, nil)
	if err != nil {
		return head, nil, err
	}
	rest, err := headOf(body, &head)
	if err != nil {
		body.Close()
		return head, nil, brokeOff(err)
	}
	return head, &download{rest, body}, nil
}

// download is the bytes of a Download.
type download struct {
	rest io.Reader
	io.Closer
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.rest.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = brokeOff(err)
	}
	return n, err
}

func brokeOff(err error) error { return lost(fmt.Errorf("the daemon's answer broke off: %w", err)) }

// headOf reads the JSON value that a body begins with, up to the line's end, and returns the rest.
func headOf(body io.Reader, into any) (io.Reader, error) {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return nil, err
	}
	rest := io.MultiReader(d.Buffered(), body)
	var end [1]byte
	if _, err := io.ReadFull(rest, end[:]); err != nil || end[0] != '\n' {
		return nil, errors.New("no end of the line")
	}
	return rest, nil
}

// question sends a request, the bytes behind it, and returns the body of a good answer, which the caller
// closes.
func (c *Client) question(ctx context.Context, name string, q any, content io.Reader) (io.ReadCloser, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	var body io.Reader = bytes.NewReader(b)
	if content != nil {
		body = io.MultiReader(bytes.NewReader(append(b, '\n')), content)
	}
	return c.send(ctx, http.MethodPost, operations+url.PathEscape(name), body)
}

func (c *Client) send(ctx context.Context, method, path string, body io.Reader) (io.ReadCloser, error) {
	e := c.envelope
	if t, ok := ctx.Deadline(); ok {
		e.Within = max(time.Until(t), time.Millisecond)
	}
	envelope, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	ctx, end := c.doubting(ctx)
	res, err := c.wire.Send(ctx, method, path, http.Header{protocolHeader: {Protocol}, envelopeHeader: {string(envelope)}}, body)
	if err != nil {
		end()
		return nil, lost(err)
	}
	res.Body = &owed{res.Body, end}
	if v := res.Header.Get(protocolHeader); v != Protocol {
		res.Body.Close()
		if v == "" {
			return nil, stranger()
		}
		return nil, &Error{Code: "protocol", Exit: ExitUnreachable,
			Msg:  fmt.Sprintf("守护进程的接口版本是 %q，本命令是 %q", v, Protocol),
			Hint: "升级后请重启服务：systemctl restart ysq"}
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer res.Body.Close()
	told := &Error{}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(told); err != nil || told.Msg == "" {
		return nil, &Error{Code: "protocol", Msg: "守护进程的答复无法理解：" + res.Status, Exit: ExitFailed}
	}
	return nil, told
}

// doubting returns a context for one question, which ends with an *Error once the daemon does not even say any more that
// it is alive: some answers take hours, so that no time for them could be right. The function ends the asking.
func (c *Client) doubting(ctx context.Context) (context.Context, func()) {
	if c.doubts == 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(c.doubts)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			// Any other error than that it is frozen, the question itself will have.
			if frozen, ok := errors.AsType[*Error](c.Alive(ctx, c.lives)); ok && frozen.Code == "frozen" {
				cancel(frozen)
			}
		}
	})
	return ctx, func() {
		cancel(nil)
		asking.Wait()
	}
}

// owed is the body of an answer, whose end is the question's.
type owed struct {
	io.ReadCloser
	end func()
}

func (a *owed) Close() error {
	defer a.end()
	return a.ReadCloser.Close()
}

func decodeAnswer(r io.Reader, into any) error {
	if err := json.NewDecoder(r).Decode(into); err != nil {
		return lost(fmt.Errorf("reading the daemon's answer: %w", err))
	}
	return nil
}

// readStream yields what a stream holds, one JSON value a line; the last line says that it is whole.
func readStream[T any](body io.Reader, yield func(T) error) error {
	d := json.NewDecoder(body)
	for {
		var l streamLine[T]
		if err := d.Decode(&l); err != nil {
			return brokeOff(err)
		}
		switch {
		case l.Error != nil:
			return l.Error
		case l.Item == nil:
			return nil
		}
		if err := yield(*l.Item); err != nil {
			return err
		}
	}
}

// streamLine is one line of a stream: an item, an error that ends it, or neither: the end.
type streamLine[T any] struct {
	Item  *T     `json:"item,omitzero"`
	Error *Error `json:"error,omitzero"`
}
