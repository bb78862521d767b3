package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
)

const (
	protocolHeader = "Ysq-Protocol"
	maxRequest     = 4 << 20 // bytes of a request body; a burst of cases fits
)

// Handler is the only door to a Backend. It admits by role, masks, and turns errors into answers.
type Handler struct {
	backend Backend
	mux     *http.ServeMux
	failed  func(error)
}

// NewHandler returns a Handler. failed is told of internal errors (to log them); nil ignores them.
func NewHandler(b Backend, failed func(error)) *Handler {
	if failed == nil {
		failed = func(error) {}
	}
	h := &Handler{backend: b, mux: http.NewServeMux(), failed: failed}
	for _, route := range h.routes() {
		h.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			h.guard(w, r, route)
		})
	}
	return h
}

// routes is everything that can be asked.
func (h *Handler) routes() []route {
	daily := []route{
		{"GET /v0/status", Viewer, h.status},
		{"GET /v0/cases", Viewer, h.list},
		{"GET /v0/cases/{id}", Viewer, h.show},
		{"GET /v0/cases/{id}/explain", Viewer, h.explain},
		{"GET /v0/due", Viewer, h.due},
		{"POST /v0/records", Viewer, h.append}, // the role depends on what is recorded
		{"GET /v0/reports/{year}", Viewer, h.report},
		{"GET /v0/reports/{year}/cases", Viewer, h.reportCases},
		{"GET /v0/mails", Viewer, h.mails},
		{"GET /v0/mails/{digest}", Viewer, h.mail},
		{"POST /v0/mails/{digest}/open", Operator, h.openMail},
		{"POST /v0/poll", Operator, h.poll},
		{"GET " + metricsPath, Viewer, h.metrics},
	}
	return slices.Concat(daily, h.moreRoutes(), h.findRoutes(), h.letterRoutes(), h.keepRoutes(), h.ledgerRoutes(), h.annualRoutes(), h.overseerRoutes(), h.postmanRoutes(), h.registrarRoutes())
}

// route is one thing that can be asked, and which role it needs.
type route struct {
	pattern string
	needs   Role
	serve   func(w http.ResponseWriter, r *http.Request, who Actor) error
}

type actorKey struct{}

// WithActor marks a context with who asks; Serve does it for each connection.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(protocolHeader, Protocol)
	if v := r.Header.Get(protocolHeader); v != Protocol && !(v == "" && r.URL.Path == metricsPath) { // curl and collectors know no such header
		h.fail(w, &Error{Code: "protocol", Exit: ExitUnreachable,
			Msg: fmt.Sprintf("命令的接口版本是 %q，守护进程是 %q", v, Protocol), Hint: "升级后请重启服务：systemctl restart ysq"})
		return
	}
	h.mux.ServeHTTP(w, r)
}

func (h *Handler) guard(w http.ResponseWriter, r *http.Request, route route) {
	defer func() { // one request that panics must not take the daemon with it
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			h.failed(fmt.Errorf("panic in %s: %v\n%s", r.URL.Path, p, debug.Stack()))
			h.fail(w, &Error{Code: "internal", Msg: fmt.Sprintf("程序内部错误：%v", p), Hint: "详情见服务日志（journalctl -u ysq）", Exit: ExitFailed})
		}
	}()
	who, _ := r.Context().Value(actorKey{}).(Actor)
	if who.Role < route.needs {
		h.fail(w, h.denied(who, route.needs))
		return
	}
	r, err := judging(r, route.pattern)
	if err != nil {
		h.fail(w, err)
		return
	}
	if r.URL.Path != "/v0/files" && r.URL.Path != "/v0/import" { // which have limits of their own
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	}
	if err := route.serve(w, r, who); err != nil {
		h.fail(w, err)
	}
}

func (h *Handler) denied(who Actor, needs Role) error {
	hint := "请管理员在配置 [access] 中为“" + needs.Label() + "”指定组"
	if groups := h.backend.Holders(needs); len(groups) > 0 {
		hint = "可由这些组的人员操作：" + strings.Join(groups, "、")
	}
	return &Error{Code: "denied", Exit: ExitRefused,
		Msg:  fmt.Sprintf("%s 的角色是“%s”，此操作需要“%s”", who, who.Role.Label(), needs.Label()),
		Hint: hint}
}

func (h *Handler) fail(w http.ResponseWriter, err error) {
	e := public(err)
	if e.Exit == ExitFailed {
		h.failed(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status())
	json.NewEncoder(w).Encode(e) // the peer may be gone; there is nobody else to tell
}

func answer(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

// errPeer marks that the asking side went away; the answer has begun and cannot become an error.
var errPeer = errors.New("the peer went away")

// streamAnswer writes items as they come, one a line, then the line that says it is whole.
func streamAnswer[T any](w http.ResponseWriter, each func(yield func(T) error) error) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	e := json.NewEncoder(w)
	err := each(func(item T) error {
		if err := e.Encode(streamLine[T]{Item: &item}); err != nil {
			return fmt.Errorf("%w: %w", errPeer, err)
		}
		return nil
	})
	switch {
	case errors.Is(err, errPeer):
		return nil
	case err != nil:
		e.Encode(streamLine[T]{Error: public(err)})
		return nil
	}
	e.Encode(streamLine[T]{})
	return nil
}

func usage(format string, args ...any) error {
	return &Error{Code: "usage", Msg: fmt.Sprintf(format, args...), Exit: ExitUsage}
}

func (h *Handler) status(w http.ResponseWriter, r *http.Request, _ Actor) error {
	s, err := h.backend.Status(r.Context())
	if err != nil {
		return err
	}
	return answer(w, s)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, _ Actor) error {
	q, err := parseListQuery(r.URL.Query())
	if err != nil {
		return usage("%v", err)
	}
	return streamAnswer(w, func(yield func(CaseRow) error) error {
		return h.backend.List(r.Context(), q, func(c CaseRow) error { return yield(maskRow(c)) })
	})
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, who Actor) error {
	id := casefile.ID(r.PathValue("id"))
	d, err := h.backend.Show(r.Context(), id)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("reveal") != "true" {
		return answer(w, maskDetail(d))
	}
	if who.Role < Operator {
		return h.denied(who, Operator)
	}
	if err := h.backend.Reveal(r.Context(), who, id); err != nil {
		return err // not recorded, not shown
	}
	return answer(w, d)
}

func (h *Handler) explain(w http.ResponseWriter, r *http.Request, _ Actor) error {
	e, err := h.backend.Explain(r.Context(), casefile.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	e.Case = maskRow(e.Case)
	return answer(w, e)
}

func (h *Handler) due(w http.ResponseWriter, r *http.Request, _ Actor) error {
	q := r.URL.Query()
	within, err := strconv.Atoi(q.Get("within"))
	if err != nil || within < 0 {
		return usage("within=%q 不是天数", q.Get("within"))
	}
	items, err := h.backend.Due(r.Context(), within, q.Get("words"))
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Subject, items[i].Applicant = maskText(items[i].Subject), maskText(items[i].Applicant)
	}
	return answer(w, items)
}

func (h *Handler) append(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req AppendRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	if len(req.Drafts) == 0 {
		return usage("没有要记录的内容")
	}
	for _, draft := range req.Drafts {
		if draft.Kind.Info().Stages == nil || draft.Kind == casefile.KindLetterIssued { // whose number is given with it
			return usage("“%s”只能由登记库自己记录", draft.Kind.Label())
		}
		if needs := h.backend.Needs(draft.Kind); who.Role < needs {
			return h.denied(who, needs)
		}
	}
	res, err := h.backend.Append(r.Context(), who, req)
	if err != nil {
		return err
	}
	return answer(w, maskResult(res))
}

func year(r *http.Request) (int, error) {
	y, err := strconv.Atoi(r.PathValue("year"))
	if err != nil || y < 2008 || y > 9999 { // 条例 came into force in 2008
		return 0, usage("年份 %q 不对", r.PathValue("year"))
	}
	return y, nil
}

func (h *Handler) report(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	rep, err := h.backend.Report(r.Context(), y)
	if err != nil {
		return err
	}
	return answer(w, rep)
}

func (h *Handler) mails(w http.ResponseWriter, r *http.Request, _ Actor) error {
	place, err := casefile.ParseDisposition(r.URL.Query().Get("place"))
	if err != nil {
		return usage("%v", err)
	}
	return streamAnswer(w, func(yield func(MailView) error) error {
		return h.backend.Mails(r.Context(), place, func(m MailView) error { return yield(maskMail(m)) })
	})
}

func (h *Handler) mail(w http.ResponseWriter, r *http.Request, _ Actor) error {
	m, err := h.backend.Mail(r.Context(), r.PathValue("digest"))
	if err != nil {
		return err
	}
	return answer(w, maskMail(m))
}

func (h *Handler) openMail(w http.ResponseWriter, r *http.Request, who Actor) error {
	row, err := h.backend.OpenMail(r.Context(), who, r.PathValue("digest"))
	if err != nil {
		return err
	}
	return answer(w, maskRow(row))
}

func (h *Handler) poll(w http.ResponseWriter, r *http.Request, _ Actor) error {
	res, err := h.backend.Poll(r.Context())
	if err != nil {
		return err
	}
	return answer(w, res)
}
