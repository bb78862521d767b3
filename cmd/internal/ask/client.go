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
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

// Client asks a Handler. Every error for people is an *Error.
type Client struct {
	http *http.Client
	stop func() error // ends what an in-process client runs
	dry  bool         // changes are judged only
}

// Dial returns a client of the daemon behind a unix socket. Nothing is sent before the first call.
func Dial(socket string) *Client {
	return newClient(func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}, nil)
}

func newClient(dial func(context.Context) (net.Conn, error), stop func() error) *Client {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return &Client{http: &http.Client{Transport: transport}, stop: stop}
}

// Close ends idle connections and, in process, the server.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	if c.stop != nil {
		return c.stop()
	}
	return nil
}

// Status says how the office and its mailboxes stand.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.get(ctx, "/status", nil, &s)
}

// List yields the cases of a query as they arrive.
func (c *Client) List(ctx context.Context, q ListQuery, yield func(CaseRow) error) error {
	return stream(ctx, c, "/cases", q.values(), yield)
}

// Show returns a case; reveal asks for personal data unmasked, which is recorded.
func (c *Client) Show(ctx context.Context, id casefile.ID, reveal bool) (d CaseDetail, err error) {
	v := url.Values{}
	if reveal {
		v.Set("reveal", "true")
	}
	return d, c.get(ctx, "/cases/"+url.PathEscape(string(id)), v, &d)
}

// Explain returns how a case's due dates come about.
func (c *Client) Explain(ctx context.Context, id casefile.ID) (e Explanation, err error) {
	return e, c.get(ctx, "/cases/"+url.PathEscape(string(id))+"/explain", nil, &e)
}

// Due lists what is due within so many working days, or past, where all the words are mentioned.
func (c *Client) Due(ctx context.Context, within int, words string) (items []DueItem, err error) {
	return items, c.get(ctx, "/due", url.Values{"within": {strconv.Itoa(within)}, "words": {words}}, &items)
}

// Append records drafts, all or none.
func (c *Client) Append(ctx context.Context, req AppendRequest) (r AppendResult, err error) {
	return r, c.post(ctx, "/records", req, &r)
}

// Report returns the annual report of a year as far as it has come.
func (c *Client) Report(ctx context.Context, year int) (r stats.Report, err error) {
	return r, c.get(ctx, "/reports/"+strconv.Itoa(year), nil, &r)
}

// Mails yields the mails that ended in a place.
func (c *Client) Mails(ctx context.Context, place casefile.Disposition, yield func(MailView) error) error {
	return stream(ctx, c, "/mails", url.Values{"place": {place.String()}}, yield)
}

// Mail finds a mail by the beginning of its digest.
func (c *Client) Mail(ctx context.Context, digest string) (m MailView, err error) {
	return m, c.get(ctx, "/mails/"+url.PathEscape(digest), nil, &m)
}

// OpenMail makes a case of a parked or historical mail.
func (c *Client) OpenMail(ctx context.Context, digest string) (r CaseRow, err error) {
	return r, c.post(ctx, "/mails/"+url.PathEscape(digest)+"/open", struct{}{}, &r)
}

// Poll polls every account and waits for the end.
func (c *Client) Poll(ctx context.Context) (r PollResult, err error) {
	return r, c.post(ctx, "/poll", struct{}{}, &r)
}

func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	body, err := c.do(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return decodeAnswer(body, into)
}

func (c *Client) post(ctx context.Context, path string, what, into any) error {
	b, err := json.Marshal(what)
	if err != nil {
		return err
	}
	body, err := c.do(ctx, http.MethodPost, path, nil, b)
	if err != nil {
		return err
	}
	defer body.Close()
	return decodeAnswer(body, into)
}

func decodeAnswer(r io.Reader, into any) error {
	if err := json.NewDecoder(r).Decode(into); err != nil {
		return fmt.Errorf("reading the daemon's answer: %w", err)
	}
	return nil
}

// do sends a request and returns the body of a good answer, which the caller closes.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, body []byte) (io.ReadCloser, error) {
	answer, _, err := c.send(ctx, method, path, query, bytes.NewReader(body))
	return answer, err
}

func (c *Client) send(ctx context.Context, method, path string, query url.Values, body io.Reader) (io.ReadCloser, http.Header, error) {
	u := "http://ysq/v0" + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, u, body)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set(protocolHeader, Protocol)
	if c.dry {
		req.Header.Set(dryRunHeader, "true")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	if v := res.Header.Get(protocolHeader); v != Protocol {
		res.Body.Close()
		return nil, nil, &Error{Code: "protocol", Exit: ExitUnreachable,
			Msg:  fmt.Sprintf("守护进程的接口版本是 %q，本命令是 %q", v, Protocol),
			Hint: "升级后请重启服务：systemctl restart ysq"}
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, res.Header, nil
	}
	defer res.Body.Close()
	e := &Error{}
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(e); err != nil || e.Msg == "" {
		return nil, nil, &Error{Code: "protocol", Msg: "守护进程的答复无法理解：" + res.Status, Exit: ExitFailed}
	}
	return nil, nil, e
}

// unreachable keeps the cause, so that a caller can tell "nobody listens" from "not allowed in".
func unreachable(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op
	}
	return err
}

// stream reads a list, one JSON value a line, as it comes; the last line says that it is whole.
func stream[T any](ctx context.Context, c *Client, path string, query url.Values, yield func(T) error) error {
	body, err := c.do(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return readStream(body, yield)
}

// readStream yields what streamAnswer wrote.
func readStream[T any](body io.Reader, yield func(T) error) error {
	d := json.NewDecoder(body)
	for {
		var l streamLine[T]
		if err := d.Decode(&l); err != nil {
			return fmt.Errorf("the daemon's answer broke off: %w", err)
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

func (q ListQuery) values() url.Values {
	v := url.Values{}
	set := func(name string, on bool) {
		if on {
			v.Set(name, "true")
		}
	}
	set("all", q.All)
	set("overdue", q.Overdue)
	set("disputable", q.Disputable)
	set("unregistered", q.Unregistered)
	for _, s := range q.Stages {
		v.Add("stage", s.String())
	}
	if q.DueWithin != nil {
		v.Set("due", strconv.Itoa(*q.DueWithin))
	}
	if w := strings.TrimSpace(q.Words); w != "" {
		v.Set("words", w)
	}
	if q.After != "" {
		v.Set("after", string(q.After))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return v
}

func parseListQuery(v url.Values) (q ListQuery, err error) {
	q.Disputable = v.Get("disputable") == "true"
	q.All, q.Overdue, q.Unregistered = v.Get("all") == "true", v.Get("overdue") == "true", v.Get("unregistered") == "true"
	for _, s := range v["stage"] {
		stage, err := casefile.ParseStage(s)
		if err != nil {
			return q, err
		}
		q.Stages = append(q.Stages, stage)
	}
	if s := v.Get("due"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			return q, fmt.Errorf("due=%q 不是数字", s)
		}
		q.DueWithin = &n
	}
	q.Words, q.After = v.Get("words"), casefile.ID(v.Get("after"))
	if s := v.Get("limit"); s != "" {
		if q.Limit, err = strconv.Atoi(s); err != nil || q.Limit < 0 {
			return q, fmt.Errorf("limit=%q 不是数字", s)
		}
	}
	return q, nil
}
