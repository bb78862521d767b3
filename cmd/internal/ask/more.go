package ask

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// maxFile bounds a file that is put into a case.
const maxFile = 256 << 20

// NewCase is an application that came on another way than the mailbox.
type NewCase struct {
	Channel    casefile.Channel `json:"channel"`
	On         Day              `json:"on"` // the day of 提交, 签收 or arrival
	Carried    bool             `json:"carried,omitzero"`
	From       string           `json:"from,omitzero"` // who sent it, until it is registered
	Subject    string           `json:"subject,omitzero"`
	Files      []casefile.File  `json:"files,omitzero"`
	Registered json.RawMessage  `json:"registered,omitzero"` // the event, when it is registered at once
	DryRun     bool             `json:"dry_run,omitzero"`    // judge only
}

// SplitRequest divides a case.
type SplitRequest struct {
	Parts  int    `json:"parts"` // cases there are to be in all, this one included
	Reason string `json:"reason"`
	DryRun bool   `json:"dry_run,omitzero"` // judge only
}

// DisputeView is a 行政复议 or 行政诉讼.
type DisputeView struct {
	Dispute    casefile.DisputeID `json:"dispute"`
	Track      string             `json:"track"`
	TrackLabel string             `json:"track_label"`
	Party      string             `json:"party"`
	Organ      Text               `json:"organ"`
	Number     Text               `json:"number"`
	Matter     Text               `json:"matter"`
	Cases      []casefile.ID      `json:"cases"`
	FiledOn    Day                `json:"filed_on"` // served on the office
	AnswerBy   Day                `json:"answer_by"`
	AnsweredOn Day                `json:"answered_on"`
	DecidedOn  Day                `json:"decided_on"`
	Decision   Text               `json:"decision"`
	Result     string             `json:"result"` // a column of 表四
	Appealed   bool               `json:"appealed"`
	Voided     bool               `json:"voided"`             // its filing was, so that it counts nowhere
	Remaining  *int               `json:"remaining_workdays"` // to answer; null where nothing is awaited
	// Provisional tells that AnswerBy, while it is awaited, was counted past the last notice of holidays.
	Provisional bool         `json:"provisional"`
	Records     []RecordView `json:"records,omitzero"`
	Warnings    []string     `json:"warnings,omitzero"`
}

// DisputeRequest records an event on a dispute; a filing has no number yet.
type DisputeRequest struct {
	On     Day             `json:"on"`
	Kind   casefile.Kind   `json:"kind"`
	Event  json.RawMessage `json:"event"`
	DryRun bool            `json:"dry_run,omitzero"` // judge only
}

// DateChange is a case that another calendar moves. Where its dates stay, they become certain, or
// the day changes until which it waits.
type DateChange struct {
	Case         casefile.ID `json:"case"`
	Applicant    Text        `json:"applicant"`
	StrictBefore Day         `json:"strict_before"`
	StrictAfter  Day         `json:"strict_after"`
	LegalBefore  Day         `json:"legal_before"`
	LegalAfter   Day         `json:"legal_after"`
	WaitBefore   Day         `json:"wait_before"`
	WaitAfter    Day         `json:"wait_after"`
	Provisional  bool        `json:"provisional"` // the new dates still are
}

// CalendarYear is a year of the calendar as the register has it.
type CalendarYear struct {
	Year     int           `json:"year"`
	Workdays int           `json:"workdays"`
	Complete bool          `json:"complete"` // covered by a notice
	Days     []workday.Day `json:"days"`     // those that are not what their weekday says
}

// AdoptRequest adds a notice or local days to the calendar.
type AdoptRequest struct {
	Year   workday.Year `json:"year"`
	Reason string       `json:"reason"`
	DryRun bool         `json:"dry_run"`
}

// LogQuery selects records.
type LogQuery struct {
	Case  casefile.ID // empty: all
	Since civil.Date  // recorded on or after
	Until civil.Date  // recorded on or before
	After uint64      // Seq
	Last  int         // only so many, the last of them; 0: all
}

// More is what Backend offers beyond the daily round.
type More interface {
	New(ctx context.Context, actor Actor, n NewCase) (AppendResult, error)
	Split(ctx context.Context, actor Actor, id casefile.ID, r SplitRequest) (AppendResult, error)
	// PutFile keeps a file's bytes; it belongs to no case until an event names it.
	PutFile(ctx context.Context, name string, body io.Reader) (casefile.File, error)
	// AttachMail puts a mail into a case, wherever it lay.
	AttachMail(ctx context.Context, actor Actor, id casefile.ID, digest, reason string) (CaseRow, error)
	Disputes(ctx context.Context) ([]DisputeView, error)
	Dispute(ctx context.Context, id casefile.DisputeID) (DisputeView, error)
	RecordDispute(ctx context.Context, actor Actor, r DisputeRequest) (DisputeView, error)
	Calendar(ctx context.Context, year int) (CalendarYear, error)
	// Adopt adds to the calendar and returns the open cases whose dates move; with DryRun it only tells.
	Adopt(ctx context.Context, actor Actor, r AdoptRequest) ([]DateChange, error)
	SetOpening(ctx context.Context, actor Actor, o casefile.OpeningBalance) error
	// Records yields records in order; yield's error ends it.
	Records(ctx context.Context, q LogQuery, yield func(RecordView) error) error
}

// moreRoutes are the routes of More.
func (h *Handler) moreRoutes() []route {
	return []route{
		{"POST /v0/cases", Operator, h.newCase},
		{"POST /v0/cases/{id}/split", Operator, h.split},
		{"POST /v0/cases/{id}/mail/{digest}", Operator, h.attachMail},
		{"POST /v0/files", Operator, h.putFile},
		{"GET /v0/disputes", Viewer, h.disputes},
		{"GET /v0/disputes/{id}", Viewer, h.dispute},
		{"POST /v0/disputes", Operator, h.recordDispute},
		{"GET /v0/calendar/{year}", Viewer, h.calendar},
		{"POST /v0/calendar", Operator, h.adopt},
		{"POST /v0/opening", Operator, h.setOpening},
		{"GET /v0/log", Viewer, h.log},
	}
}

func decodeRequest(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return usage("请求无法理解：%v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return usage("请求之后还有多余的内容")
	}
	return nil
}

// answered writes what a call of the backend returned.
func answered[T any](w http.ResponseWriter, v T, err error) error {
	if err != nil {
		return err
	}
	return answer(w, v)
}

func (h *Handler) newCase(w http.ResponseWriter, r *http.Request, who Actor) error {
	var n NewCase
	if err := decodeRequest(r, &n); err != nil {
		return err
	}
	res, err := h.backend.New(r.Context(), who, n)
	return answered(w, maskResult(res), err)
}

func (h *Handler) split(w http.ResponseWriter, r *http.Request, who Actor) error {
	var s SplitRequest
	if err := decodeRequest(r, &s); err != nil {
		return err
	}
	res, err := h.backend.Split(r.Context(), who, casefile.ID(r.PathValue("id")), s)
	return answered(w, maskResult(res), err)
}

func (h *Handler) attachMail(w http.ResponseWriter, r *http.Request, who Actor) error {
	row, err := h.backend.AttachMail(r.Context(), who, casefile.ID(r.PathValue("id")), r.PathValue("digest"), r.URL.Query().Get("reason"))
	return answered(w, maskRow(row), err)
}

func (h *Handler) putFile(w http.ResponseWriter, r *http.Request, _ Actor) error {
	f, err := h.backend.PutFile(r.Context(), r.URL.Query().Get("name"), http.MaxBytesReader(w, r.Body, maxFile))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return usage("文件超过 %d MiB", maxFile>>20)
	}
	return answered(w, f, err)
}

func (h *Handler) disputes(w http.ResponseWriter, r *http.Request, _ Actor) error {
	all, err := h.backend.Disputes(r.Context())
	for i := range all {
		all[i] = maskDispute(all[i])
	}
	return answered(w, all, err)
}

func (h *Handler) dispute(w http.ResponseWriter, r *http.Request, _ Actor) error {
	d, err := h.backend.Dispute(r.Context(), casefile.DisputeID(r.PathValue("id")))
	return answered(w, maskDispute(d), err)
}

func (h *Handler) recordDispute(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req DisputeRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	d, err := h.backend.RecordDispute(r.Context(), who, req)
	return answered(w, maskDispute(d), err)
}

func (h *Handler) calendar(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	c, err := h.backend.Calendar(r.Context(), y)
	return answered(w, c, err)
}

func (h *Handler) adopt(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req AdoptRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	changes, err := h.backend.Adopt(r.Context(), who, req)
	for i := range changes {
		changes[i].Applicant = maskText(changes[i].Applicant)
	}
	return answered(w, changes, err)
}

func (h *Handler) setOpening(w http.ResponseWriter, r *http.Request, who Actor) error {
	var o casefile.OpeningBalance
	if err := decodeRequest(r, &o); err != nil {
		return err
	}
	return answered(w, o, h.backend.SetOpening(r.Context(), who, o))
}

func (h *Handler) log(w http.ResponseWriter, r *http.Request, _ Actor) error {
	v := r.URL.Query()
	q := LogQuery{Case: casefile.ID(v.Get("case"))}
	var err error
	if s := v.Get("since"); s != "" {
		if q.Since, err = civil.Parse(s); err != nil {
			return usage("since：%v", err)
		}
	}
	if s := v.Get("until"); s != "" {
		if q.Until, err = civil.Parse(s); err != nil {
			return usage("until：%v", err)
		}
	}
	if s := v.Get("after"); s != "" {
		if q.After, err = strconv.ParseUint(s, 10, 64); err != nil {
			return usage("after=%q 不是记录号", s)
		}
	}
	if s := v.Get("last"); s != "" {
		if q.Last, err = strconv.Atoi(s); err != nil || q.Last < 0 {
			return usage("last=%q 不是条数", s)
		}
	}
	return streamAnswer(w, func(yield func(RecordView) error) error {
		return h.backend.Records(r.Context(), q, func(v RecordView) error { return yield(maskRecord(v)) })
	})
}

// New records an application that came on another way than the mailbox.
func (c *Client) New(ctx context.Context, n NewCase) (r AppendResult, err error) {
	return r, c.post(ctx, "/cases", n, &r)
}

// Split divides a case into several; the answer's cases are all of them, the case itself first.
func (c *Client) Split(ctx context.Context, id casefile.ID, s SplitRequest) (r AppendResult, err error) {
	return r, c.post(ctx, "/cases/"+url.PathEscape(string(id))+"/split", s, &r)
}

// PutFile sends a file's bytes and returns what an Attached event names it by.
func (c *Client) PutFile(ctx context.Context, name string, body io.Reader) (f casefile.File, err error) {
	answer, _, err := c.send(ctx, http.MethodPost, "/files", url.Values{"name": {name}}, body)
	if err != nil {
		return f, err
	}
	defer answer.Close()
	return f, decodeAnswer(answer, &f)
}

// AttachMail puts a mail into a case.
func (c *Client) AttachMail(ctx context.Context, id casefile.ID, digest, reason string) (r CaseRow, err error) {
	path := "/cases/" + url.PathEscape(string(id)) + "/mail/" + url.PathEscape(digest) + "?" + url.Values{"reason": {reason}}.Encode()
	return r, c.post(ctx, path, struct{}{}, &r)
}

// Disputes lists every dispute.
func (c *Client) Disputes(ctx context.Context) (all []DisputeView, err error) {
	return all, c.get(ctx, "/disputes", nil, &all)
}

// Dispute returns a dispute with its records.
func (c *Client) Dispute(ctx context.Context, id casefile.DisputeID) (d DisputeView, err error) {
	return d, c.get(ctx, "/disputes/"+url.PathEscape(string(id)), nil, &d)
}

// RecordDispute records an event on a dispute.
func (c *Client) RecordDispute(ctx context.Context, r DisputeRequest) (d DisputeView, err error) {
	return d, c.post(ctx, "/disputes", r, &d)
}

// Calendar returns a year as the register counts it.
func (c *Client) Calendar(ctx context.Context, year int) (y CalendarYear, err error) {
	return y, c.get(ctx, "/calendar/"+strconv.Itoa(year), nil, &y)
}

// Adopt adds to the calendar; with DryRun it only tells whose dates would move.
func (c *Client) Adopt(ctx context.Context, r AdoptRequest) (changes []DateChange, err error) {
	return changes, c.post(ctx, "/calendar", r, &changes)
}

// SetOpening records the opening balance.
func (c *Client) SetOpening(ctx context.Context, o casefile.OpeningBalance) error {
	return c.post(ctx, "/opening", o, &o)
}

// Log yields records in order.
func (c *Client) Log(ctx context.Context, q LogQuery, yield func(RecordView) error) error {
	v := url.Values{"case": {string(q.Case)}, "since": {q.Since.String()}, "until": {q.Until.String()}, "after": {strconv.FormatUint(q.After, 10)}, "last": {strconv.Itoa(q.Last)}}
	return stream(ctx, c, "/log", v, yield)
}
