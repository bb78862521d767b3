package ask

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// Proposals is what the mails and files of a case seem to say of an application (条例 第二十九条). Nothing
// in it is a fact before a clerk registers it.
type Proposals struct {
	Case   casefile.ID `json:"case"`
	Token  string      `json:"token"`  // names these values: who accepts them quotes it
	Masked bool        `json:"masked"` // personal data is masked in this answer
	// Registered says that the case is registered already; registering it again puts that right.
	Registered bool `json:"registered"`
	// Values are for the flags of `register`, in their order.
	Values  []ProposedValue  `json:"values"`
	Columns []ProposedColumn `json:"columns"` // of 表三, the likeliest first
	Fields  []ProposedField  `json:"fields"`  // all that was found, in the order of the form
	Missing []MissingItem    `json:"missing"` // what 第二十九条 requires and was not found
	Notes   []ProposalNote   `json:"notes"`   // what a person must read himself
	// Commands are lines ready to be typed, each with the reason for it: a 补正, an agent, a split.
	Commands []ProposedCommand `json:"commands"`
	Related  []RelatedCase     `json:"related"`
	Counts   *ApplicantCounts  `json:"counts"` // null where the applicant is not known
}

// ProposedValue is a value for a flag of `register`.
type ProposedValue struct {
	Flag       string   `json:"flag"` // applicant, other, column, request, contact, form, delivery, id
	Label      string   `json:"label"`
	Value      string   `json:"value"`
	Sources    []string `json:"sources"` // in Chinese: which part, which place, which label; of a column, the reason
	Confidence int      `json:"confidence"`
	Doubt      string   `json:"doubt,omitzero"`  // what speaks against it
	Others     []string `json:"others,omitzero"` // what it might be instead
}

// ProposedColumn is a column of 表三 with its reason.
type ProposedColumn struct {
	Column     casefile.Column `json:"column"`
	Label      string          `json:"label"`
	Reason     string          `json:"reason"`
	Confidence int             `json:"confidence"`
}

// ProposedField is a value as it was found.
type ProposedField struct {
	Field      string `json:"field"` // form.Field
	Label      string `json:"label"`
	N          int    `json:"n"` // which applicant or which request, from 0
	Value      string `json:"value"`
	Source     string `json:"source"`
	Confidence int    `json:"confidence"`
	Doubt      string `json:"doubt,omitzero"`
}

// MissingItem is an item for a 补正告知书.
type MissingItem struct {
	Field string `json:"field"`
	Item  string `json:"item"`
}

// ProposalNote is what a person must know of a part: that it is a scan, encrypted, damaged.
type ProposalNote struct {
	Part string `json:"part"`
	Text string `json:"text"`
}

// ProposedCommand is a line that somebody may type next.
type ProposedCommand struct {
	Line   string `json:"line"`
	Reason string `json:"reason"`
}

// RelatedCase is an earlier application of the same applicant for the like.
type RelatedCase struct {
	Case     casefile.ID `json:"case"`
	Advice   string      `json:"advice"` // repeat, merge, new, look
	Label    string      `json:"label"`
	Likeness int         `json:"likeness"` // of the requests, in percent
	Reason   string      `json:"reason"`
	Line     string      `json:"line,omitzero"` // the command that follows the advice
}

// ApplicantCounts are an applicant's applications around one of them.
type ApplicantCounts struct {
	Month    string        `json:"month"`    // 2026-11
	InMonth  int           `json:"in_month"` // received in that month, this one included
	Place    int           `json:"place"`    // which of them this one is
	InYear   int           `json:"in_year"`  // in the 365 days up to this one
	Cases    []casefile.ID `json:"cases"`    // of the month
	Proposed bool          `json:"proposed"` // 条例 第三十五条, 第四十二条 are worth a thought
	Text     string        `json:"text"`
}

// RegisterRequest registers a case with values that were proposed.
type RegisterRequest struct {
	On     Day      `json:"on"`
	Token  string   `json:"token"`
	Accept []string `json:"accept"` // flags whose proposed value is taken
	// Event is a casefile.Registered with what the clerk wrote himself; what Accept names goes before it.
	Event  json.RawMessage `json:"event"`
	DryRun bool            `json:"dry_run,omitzero"`
}

// Registrar is what Backend offers for registering out of what an applicant sent.
type Registrar interface {
	// Propose reads what has not been read yet, and decides nothing.
	Propose(ctx context.Context, id casefile.ID) (Proposals, error)
	Register(ctx context.Context, actor Actor, id casefile.ID, r RegisterRequest) (AppendResult, error)
}

func (h *Handler) registrarRoutes() []route {
	return []route{
		{"GET /v0/cases/{id}/proposals", Viewer, h.proposals},
		{"POST /v0/cases/{id}/register", Operator, h.register},
	}
}

func (h *Handler) proposals(w http.ResponseWriter, r *http.Request, who Actor) error {
	id := casefile.ID(r.PathValue("id"))
	reveal := r.URL.Query().Get("reveal") == "true"
	if reveal && who.Role < Operator {
		return h.denied(who, Operator)
	}
	p, err := h.backend.Propose(r.Context(), id)
	if err != nil {
		return err
	}
	if !reveal {
		return answer(w, maskProposals(p))
	}
	if err := h.backend.Reveal(r.Context(), who, id); err != nil {
		return err // not recorded, not shown
	}
	return answer(w, p)
}

func (h *Handler) register(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req RegisterRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	if needs := h.backend.Needs(casefile.KindRegistered); who.Role < needs {
		return h.denied(who, needs)
	}
	res, err := h.backend.Register(r.Context(), who, casefile.ID(r.PathValue("id")), req)
	return answered(w, maskResult(res), err)
}

// identifying are the fields whose values are hidden but for their end, whatever they look like.
var identifying = map[string]bool{"id-number": true}

func maskProposals(p Proposals) Proposals {
	p.Masked = true
	values := make([]ProposedValue, len(p.Values))
	for i, v := range p.Values {
		v.Value, v.Sources = maskString(v.Value), maskStrings(v.Sources)
		v.Others = maskStrings(v.Others)
		values[i] = v
	}
	fields := make([]ProposedField, len(p.Fields))
	for i, f := range p.Fields {
		if f.Value = maskString(f.Value); identifying[f.Field] {
			f.Value = maskEnd(f.Value)
		}
		f.Source = maskString(f.Source)
		fields[i] = f
	}
	columns := make([]ProposedColumn, len(p.Columns))
	for i, c := range p.Columns {
		c.Reason = maskString(c.Reason)
		columns[i] = c
	}
	notes := make([]ProposalNote, len(p.Notes))
	for i, n := range p.Notes {
		n.Part, n.Text = maskString(n.Part), maskString(n.Text)
		notes[i] = n
	}
	commands := make([]ProposedCommand, len(p.Commands))
	for i, c := range p.Commands {
		c.Line, c.Reason = maskString(c.Line), maskString(c.Reason)
		commands[i] = c
	}
	p.Values, p.Fields, p.Columns, p.Notes, p.Commands = values, fields, columns, notes, commands
	return p
}

func maskStrings(all []string) []string {
	if all == nil {
		return nil
	}
	masked := make([]string, len(all))
	for i, s := range all {
		masked[i] = maskString(s)
	}
	return masked
}

// maskEnd hides all of a number but its last four characters.
func maskEnd(s string) string {
	n := utf8.RuneCountInString(s)
	if n <= 4 {
		return strings.Repeat("*", n)
	}
	runes := []rune(s)
	return strings.Repeat("*", n-4) + string(runes[n-4:])
}

// Proposals returns what a case's mails and files seem to say; with reveal unmasked, and recorded.
func (c *Client) Proposals(ctx context.Context, id casefile.ID, reveal bool) (p Proposals, err error) {
	v := url.Values{}
	if reveal {
		v.Set("reveal", "true")
	}
	return p, c.get(ctx, "/cases/"+url.PathEscape(string(id))+"/proposals", v, &p)
}

// Register registers a case with proposed values.
func (c *Client) Register(ctx context.Context, id casefile.ID, r RegisterRequest) (res AppendResult, err error) {
	return res, c.post(ctx, "/cases/"+url.PathEscape(string(id))+"/register", r, &res)
}
