package ask

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ysq.internal/ysq/casefile"
)

// SearchQuery is what somebody looks for.
type SearchQuery struct {
	Words string // all of them have to be there; see package words
	Limit int    // 0: no limit
}

// Hit is a case, or a mail outside of every case, that has all the words.
type Hit struct {
	Case      casefile.ID     `json:"case,omitzero"`
	Mail      casefile.Digest `json:"mail,omitzero"` // when there is no case
	Stage     Text            `json:"stage"`         // of the case; code, see casefile.Stage
	Place     Text            `json:"place"`         // of the mail; see casefile.Disposition
	Applicant Text            `json:"applicant"`     // of the mail: its sender
	Subject   Text            `json:"subject"`
	ArrivedAt *time.Time      `json:"arrived_at"`
	Found     []Finding       `json:"found"` // a place for each word; one place may have several
}

// Finding is where a word stands, with what is around it.
type Finding struct {
	Where  string `json:"where"` // 主题, 邮件正文, or what the record is called
	Before string `json:"before"`
	Match  string `json:"match"`
	After  string `json:"after"`
}

// MonthCount is what counts together when the 信息处理费 is charged by 件: the applications of one
// applicant in a calendar month.
type MonthCount struct {
	Applicant Text        `json:"applicant"`
	Month     string      `json:"month"` // 2026-11
	Cases     []MonthCase `json:"cases"`
}

// MonthCase is one of these applications.
type MonthCase struct {
	Case       casefile.ID `json:"case"`
	ReceivedOn Day         `json:"received_on"`
	Noticed    int         `json:"noticed"` // 元 by 件 that were asked for on it; 0: none
}

// Finder is what Backend offers across cases.
type Finder interface {
	// Search yields what has all the words, the newest first; yield's error ends it.
	Search(ctx context.Context, q SearchQuery, yield func(Hit) error) error
	// Month counts the applications of a case's applicant in the month in which it was received.
	Month(ctx context.Context, id casefile.ID) (MonthCount, error)
}

func (h *Handler) findRoutes() []route {
	return []route{
		{"GET /v0/search", Viewer, h.search},
		{"GET /v0/cases/{id}/month", Viewer, h.month},
	}
}

func (h *Handler) search(w http.ResponseWriter, r *http.Request, _ Actor) error {
	v := r.URL.Query()
	q := SearchQuery{Words: v.Get("words")}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return usage("limit=%q 不是件数", s)
		}
		q.Limit = n
	}
	return streamAnswer(w, func(yield func(Hit) error) error {
		return h.backend.Search(r.Context(), q, func(hit Hit) error { return yield(maskHit(hit)) })
	})
}

func (h *Handler) month(w http.ResponseWriter, r *http.Request, _ Actor) error {
	m, err := h.backend.Month(r.Context(), casefile.ID(r.PathValue("id")))
	m.Applicant = maskText(m.Applicant)
	return answered(w, m, err)
}

func maskHit(h Hit) Hit {
	h.Applicant, h.Subject = maskText(h.Applicant), maskText(h.Subject)
	found := make([]Finding, len(h.Found))
	for i, f := range h.Found {
		found[i] = Finding{f.Where, maskString(f.Before), maskString(f.Match), maskString(f.After)}
	}
	h.Found = found
	return h
}

// Hides reports whether a span of a text lies in a number that is masked, and is not the whole of it.
// Such a span must not count as found: digit by digit, a search would spell out what is hidden.
func Hides(text string, start, end int) bool {
	for _, n := range personal.FindAllStringIndex(text, -1) {
		if n[0] < end && start < n[1] && (start > n[0] || n[1] > end) && maskString(text[n[0]:n[1]]) != text[n[0]:n[1]] {
			return true
		}
	}
	return false
}

// Search yields what has all the words, the newest first.
func (c *Client) Search(ctx context.Context, q SearchQuery, yield func(Hit) error) error {
	v := url.Values{"words": {q.Words}}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return stream(ctx, c, "/search", v, yield)
}

// Month counts the applications of a case's applicant in its month.
func (c *Client) Month(ctx context.Context, id casefile.ID) (m MonthCount, err error) {
	return m, c.get(ctx, "/cases/"+url.PathEscape(string(id))+"/month", nil, &m)
}
