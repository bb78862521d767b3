package ask

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"ysq.internal/ysq/casefile"
)

// Letters is the part of a Backend that makes and numbers the office's letters, and gives whole case
// files out.
type Letters interface {
	// Letter makes a letter: a draft, which leaves no trace, or one that is issued with a number.
	Letter(ctx context.Context, actor Actor, req LetterRequest) (LetterResult, error)
	LetterList(ctx context.Context, q LetterQuery) ([]LetterView, error)
	// CopyLetter writes the .docx of a letter that was issued.
	CopyLetter(ctx context.Context, number string, w io.Writer) error
	VoidLetter(ctx context.Context, actor Actor, req VoidLetterRequest) (LetterResult, error)
	// RecordLetter records what a letter announces on the cases that it answers.
	RecordLetter(ctx context.Context, actor Actor, req RecordLetterRequest) (AppendResult, error)
	// ResumeLetters says which numbers are taken without a letter in the register.
	ResumeLetters(ctx context.Context, actor Actor, req ResumeLettersRequest) ([]RecordView, error)
	// Dossier writes the whole case file as a tar; that the actor took it is recorded first.
	Dossier(ctx context.Context, actor Actor, id casefile.ID, w io.Writer) error
}

// LetterRequest asks for a letter.
type LetterRequest struct {
	Cases  []casefile.ID       `json:"cases"`           // several: one letter for all
	Letter casefile.LetterKind `json:"letter,omitzero"` // absent: what the case calls for
	// Decides and Event are what the letter announces, when that is not recorded yet; it is recorded with
	// the letter.
	Decides casefile.Kind     `json:"decides,omitzero"`
	Event   json.RawMessage   `json:"event,omitzero"`
	Fill    map[string]string `json:"fill,omitzero"`    // contents that only the clerk knows
	Annexes []string          `json:"annexes,omitzero"` // what is sent along
	Draft   bool              `json:"draft,omitzero"`   // not issued
	Later   bool              `json:"later,omitzero"`   // issued; what it announces is recorded when it goes out
}

// LetterResult is a letter with its bytes.
type LetterResult struct {
	Letter   LetterView   `json:"letter"`
	Draft    bool         `json:"draft"`
	Content  []byte       `json:"content,omitzero"` // the .docx
	Missing  []Missing    `json:"missing"`          // what a draft lacks
	Warnings []string     `json:"warnings"`
	Records  []RecordView `json:"records"`
	Cases    []CaseRow    `json:"cases"`
}

// Missing is a content that a letter must have and does not.
type Missing struct {
	Name string `json:"name"`
	How  string `json:"how"`
}

// LetterView is a letter as lists show it.
type LetterView struct {
	Letter    casefile.LetterKind `json:"letter,omitzero"`
	Label     string              `json:"label"`
	Document  Text                `json:"document"`
	Series    string              `json:"series,omitzero"`
	Year      int                 `json:"year,omitzero"`
	Number    int                 `json:"number,omitzero"`
	On        Day                 `json:"on"`
	Cases     []casefile.ID       `json:"cases"`
	Applicant Text                `json:"applicant"`
	Party     Text                `json:"party"` // whom it addresses, where that is not the applicant
	Name      string              `json:"name,omitzero"`
	Digest    casefile.Digest     `json:"digest,omitzero"`
	Size      int64               `json:"size,omitzero"`
	Template  casefile.Digest     `json:"template,omitzero"`
	Own       bool                `json:"own_template,omitzero"` // made from the office's own template
	Decides   casefile.Kind       `json:"decides,omitzero"`
	Text      string              `json:"text,omitzero"` // what it announces, in words
	Recorded  bool                `json:"recorded"`      // what it announces is recorded
	Voided    Text                `json:"voided"`        // why
	Actor     string              `json:"actor,omitzero"`
	// Through says that the numbers up to it are taken without a letter (续编), Reason why.
	Through int    `json:"through,omitzero"`
	Reason  string `json:"reason,omitzero"`
}

// LetterQuery selects letters; the zero value is every one.
type LetterQuery struct {
	Year int
	Case casefile.ID
}

// VoidLetterRequest voids a letter.
type VoidLetterRequest struct {
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// RecordLetterRequest records what a letter announces. A reply that goes out the same day has a way.
type RecordLetterRequest struct {
	Document string       `json:"document"`
	On       Day          `json:"on"`
	Way      casefile.Way `json:"way,omitzero"`
	Tracking string       `json:"tracking,omitzero"`
	DryRun   bool         `json:"dry_run,omitzero"`
}

// ResumeLettersRequest says up to which number each kind of letter has come in a year.
type ResumeLettersRequest struct {
	Year   int            `json:"year"`
	Last   map[string]int `json:"last"` // by the code of the kind, or "all" for a common series
	Rest   bool           `json:"rest"` // the others go on as the register has them
	Reason string         `json:"reason"`
}

func (h *Handler) letterRoutes() []route {
	return []route{
		{"POST /v0/letters", Operator, h.letter}, // a draft, too, shows what is masked elsewhere
		{"GET /v0/letters", Viewer, h.letterList},
		{"GET /v0/letters/bytes", Operator, h.letterBytes},
		{"POST /v0/letters/void", Operator, h.voidLetter},
		{"POST /v0/letters/record", Operator, h.recordLetter},
		{"POST /v0/letters/resume", Operator, h.resumeLetters},
		{"POST /v0/cases/{id}/save", Operator, h.dossier},
	}
}

func (h *Handler) letter(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req LetterRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	if len(req.Cases) == 0 {
		return usage("没有写案号")
	}
	if req.Decides != "" && !req.Draft && !req.Later {
		if needs := h.backend.Needs(req.Decides); who.Role < needs {
			return h.denied(who, needs)
		}
	}
	res, err := h.backend.Letter(r.Context(), who, req)
	return answered(w, maskLetterResult(res), err)
}

// maskLetterResult masks everything but the letter's own bytes: they are what goes out.
func maskLetterResult(res LetterResult) LetterResult {
	res.Letter = maskLetter(res.Letter)
	for i := range res.Cases {
		res.Cases[i] = maskRow(res.Cases[i])
	}
	res.Records = maskRecords(res.Records)
	return res
}

func maskLetter(l LetterView) LetterView {
	l.Applicant, l.Party, l.Text = maskText(l.Applicant), maskText(l.Party), maskString(l.Text)
	return l
}

func (h *Handler) letterList(w http.ResponseWriter, r *http.Request, _ Actor) error {
	q := LetterQuery{Case: casefile.ID(r.URL.Query().Get("case"))}
	if s := r.URL.Query().Get("year"); s != "" {
		var err error
		if q.Year, err = strconv.Atoi(s); err != nil {
			return usage("year=%q 不是年份", s)
		}
	}
	all, err := h.backend.LetterList(r.Context(), q)
	for i := range all {
		all[i] = maskLetter(all[i])
	}
	return answered(w, all, err)
}

func (h *Handler) letterBytes(w http.ResponseWriter, r *http.Request, _ Actor) error {
	return h.sendBytes(w, func(out io.Writer) error {
		return h.backend.CopyLetter(r.Context(), r.URL.Query().Get("number"), out)
	})
}

func (h *Handler) voidLetter(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req VoidLetterRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	res, err := h.backend.VoidLetter(r.Context(), who, req)
	return answered(w, maskLetterResult(res), err)
}

func (h *Handler) recordLetter(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req RecordLetterRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	res, err := h.backend.RecordLetter(r.Context(), who, req)
	return answered(w, maskResult(res), err)
}

func (h *Handler) resumeLetters(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req ResumeLettersRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	all, err := h.backend.ResumeLetters(r.Context(), who, req)
	return answered(w, maskRecords(all), err)
}

func (h *Handler) dossier(w http.ResponseWriter, r *http.Request, who Actor) error {
	return h.sendBytes(w, func(out io.Writer) error {
		return h.backend.Dossier(r.Context(), who, casefile.ID(r.PathValue("id")), out)
	})
}

// Letter makes a letter.
func (c *Client) Letter(ctx context.Context, req LetterRequest) (r LetterResult, err error) {
	return r, c.post(ctx, "/letters", req, &r)
}

// LetterList lists letters in the order of their numbers, series by series.
func (c *Client) LetterList(ctx context.Context, q LetterQuery) (all []LetterView, err error) {
	v := url.Values{"case": {string(q.Case)}}
	if q.Year != 0 {
		v.Set("year", strconv.Itoa(q.Year))
	}
	return all, c.get(ctx, "/letters", v, &all)
}

// CopyLetter writes a letter's .docx.
func (c *Client) CopyLetter(ctx context.Context, number string, w io.Writer) error {
	return c.receive(ctx, http.MethodGet, "/letters/bytes", url.Values{"number": {number}}, w)
}

// VoidLetter voids a letter; its number stays taken.
func (c *Client) VoidLetter(ctx context.Context, req VoidLetterRequest) (r LetterResult, err error) {
	return r, c.post(ctx, "/letters/void", req, &r)
}

// RecordLetter records what a letter announces.
func (c *Client) RecordLetter(ctx context.Context, req RecordLetterRequest) (r AppendResult, err error) {
	return r, c.post(ctx, "/letters/record", req, &r)
}

// ResumeLetters says which numbers are taken.
func (c *Client) ResumeLetters(ctx context.Context, req ResumeLettersRequest) (all []RecordView, err error) {
	return all, c.post(ctx, "/letters/resume", req, &all)
}

// Dossier writes a case file as a tar.
func (c *Client) Dossier(ctx context.Context, id casefile.ID, w io.Writer) error {
	return c.receive(ctx, http.MethodPost, "/cases/"+url.PathEscape(string(id))+"/save", nil, w)
}
