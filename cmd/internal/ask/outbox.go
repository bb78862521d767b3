package ask

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ysq.internal/ysq/casefile"
)

// SendRequest asks for a mail on a case: into 草稿箱, or out.
type SendRequest struct {
	Case     casefile.ID     `json:"case"`
	Way      casefile.OutWay `json:"way"`
	To       string          `json:"to,omitzero"`       // an address; empty: the applicant's
	Subject  string          `json:"subject,omitzero"`  // empty: that of the mail that is answered; the case number is added
	Text     string          `json:"text,omitzero"`     //
	Document string          `json:"document,omitzero"` // the number of the letter enclosed
	Files    []casefile.File `json:"files,omitzero"`
	DryRun   bool            `json:"dry_run,omitzero"` // judge only
}

// OutgoingView is a mail of the outbox.
type OutgoingView struct {
	ID        uint64          `json:"id"`
	Case      casefile.ID     `json:"case,omitzero"`
	Way       string          `json:"way"`     // draft, smtp
	Purpose   string          `json:"purpose"` // letter, acknowledgement, digest
	State     string          `json:"state"`   // see casefile.OutState
	To        string          `json:"to"`
	Subject   string          `json:"subject"`
	Document  Text            `json:"document"`
	Files     []string        `json:"files"` // names
	Prepared  time.Time       `json:"prepared"`
	Actor     string          `json:"actor"`
	Since     time.Time       `json:"since"` // in this state
	Tries     int             `json:"tries"`
	Next      *time.Time      `json:"next"` // of a queued one: not before
	Code      int             `json:"code,omitzero"`
	Said      string          `json:"said,omitzero"`
	Reason    string          `json:"reason,omitzero"`
	Differs   []string        `json:"differs"` // in what the mail as sent is not what was prepared
	MessageID string          `json:"message_id,omitzero"`
	Digest    casefile.Digest `json:"digest,omitzero"`
	// The following are absent in lists.
	Text    string       `json:"text,omitzero"`
	History []RecordView `json:"history,omitzero"`
}

// OutgoingDecision is what a person decides about a mail of the outbox.
type OutgoingDecision struct {
	Do     string `json:"do"`              // retry, drop, sent
	Again  bool   `json:"again,omitzero"`  // retry although it may have been sent
	Reason string `json:"reason,omitzero"` // of drop and sent
}

// DigestView is what the office is told on the morning of a working day.
type DigestView struct {
	Today    Day        `json:"today"`
	Items    int        `json:"items"`
	Counts   string     `json:"counts"`
	Text     string     `json:"text"`
	Calendar string     `json:"calendar"` // RFC 5545
	To       []string   `json:"to"`
	Last     *time.Time `json:"last"` // when the office was told last; null: never
}

// Postman is the part of a Backend that sends.
type Postman interface {
	// Outbox lists the mails for which something is to be done yet, or all of the last year.
	Outbox(ctx context.Context, all bool) ([]OutgoingView, error)
	Outgoing(ctx context.Context, id uint64) (OutgoingView, error)
	// Send prepares a mail; the outbox takes it out afterwards.
	Send(ctx context.Context, actor Actor, r SendRequest) (OutgoingView, error)
	RetryOutgoing(ctx context.Context, actor Actor, id uint64, again bool) (OutgoingView, error)
	DropOutgoing(ctx context.Context, actor Actor, id uint64, sent bool, reason string) (OutgoingView, error)
	// Digest returns what the office would be told now.
	Digest(ctx context.Context) (DigestView, error)
}

func (h *Handler) postmanRoutes() []route {
	return []route{
		{"GET /v0/outbox", Viewer, h.outbox},
		{"GET /v0/outbox/{id}", Viewer, h.outgoing},
		{"POST /v0/outbox", Operator, h.send},
		{"POST /v0/outbox/{id}", Operator, h.decideOutgoing},
		{"GET /v0/digest", Viewer, h.digest},
	}
}

func (h *Handler) outbox(w http.ResponseWriter, r *http.Request, _ Actor) error {
	all, err := h.backend.Outbox(r.Context(), r.URL.Query().Get("all") == "true")
	for i := range all {
		all[i] = maskOutgoing(all[i])
	}
	return answered(w, all, err)
}

func outgoingID(r *http.Request) (uint64, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, usage("待发信的编号 %q 不对", r.PathValue("id"))
	}
	return id, nil
}

func (h *Handler) outgoing(w http.ResponseWriter, r *http.Request, _ Actor) error {
	id, err := outgoingID(r)
	if err != nil {
		return err
	}
	v, err := h.backend.Outgoing(r.Context(), id)
	return answered(w, maskOutgoing(v), err)
}

func (h *Handler) send(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req SendRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	if req.Way == casefile.OutNone {
		return usage("没有写明存草稿箱还是直接发出")
	}
	v, err := h.backend.Send(r.Context(), who, req)
	return answered(w, maskOutgoing(v), err)
}

func (h *Handler) decideOutgoing(w http.ResponseWriter, r *http.Request, who Actor) error {
	id, err := outgoingID(r)
	if err != nil {
		return err
	}
	var d OutgoingDecision
	if err := decodeRequest(r, &d); err != nil {
		return err
	}
	var v OutgoingView
	switch {
	case d.Do == "retry":
		v, err = h.backend.RetryOutgoing(r.Context(), who, id, d.Again)
	case d.Do != "drop" && d.Do != "sent":
		return usage("不认识的处理 %q", d.Do)
	case d.Reason == "":
		return usage("要写明理由（--reason）")
	default:
		v, err = h.backend.DropOutgoing(r.Context(), who, id, d.Do == "sent", d.Reason)
	}
	return answered(w, maskOutgoing(v), err)
}

func (h *Handler) digest(w http.ResponseWriter, r *http.Request, _ Actor) error {
	d, err := h.backend.Digest(r.Context())
	d.Text, d.Calendar = maskString(d.Text), maskString(d.Calendar)
	return answered(w, d, err)
}

func maskOutgoing(v OutgoingView) OutgoingView {
	v.To, v.Subject, v.Text, v.Reason = maskString(v.To), maskString(v.Subject), maskString(v.Text), maskString(v.Reason)
	files := make([]string, len(v.Files))
	for i, f := range v.Files {
		files[i] = maskString(f)
	}
	v.Files = files
	v.History = maskRecords(v.History)
	return v
}

// Outbox lists the mails for which something is to be done yet, or all of the last year.
func (c *Client) Outbox(ctx context.Context, all bool) (list []OutgoingView, err error) {
	return list, c.get(ctx, "/outbox", url.Values{"all": {strconv.FormatBool(all)}}, &list)
}

// Outgoing returns a mail of the outbox with its text.
func (c *Client) Outgoing(ctx context.Context, id uint64) (v OutgoingView, err error) {
	return v, c.get(ctx, "/outbox/"+strconv.FormatUint(id, 10), nil, &v)
}

// Send prepares a mail on a case.
func (c *Client) Send(ctx context.Context, r SendRequest) (v OutgoingView, err error) {
	return v, c.post(ctx, "/outbox", r, &v)
}

// DecideOutgoing decides about a mail of the outbox.
func (c *Client) DecideOutgoing(ctx context.Context, id uint64, d OutgoingDecision) (v OutgoingView, err error) {
	return v, c.post(ctx, "/outbox/"+strconv.FormatUint(id, 10), d, &v)
}

// Digest returns what the office would be told now.
func (c *Client) Digest(ctx context.Context) (d DigestView, err error) {
	return d, c.get(ctx, "/digest", nil, &d)
}
