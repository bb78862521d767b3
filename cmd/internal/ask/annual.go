package ask

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
)

// ReportQuery asks for a report in another way than as it stands.
type ReportQuery struct {
	From, To civil.Date // a part of the year; zero is its first, its last day
	Trace    bool       // with its cases
	Format   string     // "" is the current one
}

// CellCases is what a cell counts: cases in 表三, disputes in 表四.
type CellCases struct {
	Cases    []casefile.ID        `json:"cases"`
	Disputes []casefile.DisputeID `json:"disputes"`
	Unnamed  int                  `json:"unnamed"` // of an opening balance for which no case was entered
}

// YearView is how a year's report stands.
type YearView struct {
	Year      int               `json:"year"`
	Frozen    bool              `json:"frozen"`
	FrozenOn  Day               `json:"frozen_on"`
	FrozenBy  string            `json:"frozen_by"`
	Digest    string            `json:"digest"` // of the frozen report
	Waivers   []casefile.Waiver `json:"waivers"`
	SubmitBy  Day               `json:"submit_by"`
	PublishBy Day               `json:"publish_by"`
	Remaining int               `json:"remaining_days"` // calendar days to PublishBy, negative when past
	Failed    int               `json:"failed_checks"`
	Directory string            `json:"directory"` // where its files are
}

// CloseRequest freezes a year in spite of the checks that it names.
type CloseRequest struct {
	Waivers []casefile.Waiver `json:"waivers"`
	DryRun  bool              `json:"dry_run"`
}

// Reason is why something is done.
type Reason struct {
	Reason string `json:"reason"`
}

// ManualText is the file that the clerk writes for a year.
type ManualText struct {
	Text  string `json:"text"`
	Saved bool   `json:"saved"` // false: a draft that nobody has saved
}

// Annual is what Backend offers for the annual report.
type Annual interface {
	// Draft computes a report as asked, whether the year is frozen or not.
	Draft(ctx context.Context, year int, q ReportQuery) (stats.Report, error)
	Years(ctx context.Context) ([]YearView, error)
	CloseYear(ctx context.Context, actor Actor, year int, r CloseRequest) (YearView, error)
	ReopenYear(ctx context.Context, actor Actor, year int, reason string) (YearView, error)
	// YearDiff lists what would differ if a frozen year were computed now.
	YearDiff(ctx context.Context, year int) ([]stats.Difference, error)
	Manual(ctx context.Context, year int) (ManualText, error)
	SetManual(ctx context.Context, actor Actor, year int, text string) error
	Departments(ctx context.Context, from, to civil.Date) ([]stats.Department, error)
}

func (h *Handler) annualRoutes() []route {
	return []route{
		{"GET /v0/reports/{year}/draft", Viewer, h.draft},
		{"GET /v0/years", Viewer, h.years},
		{"POST /v0/years/{year}/close", Approver, h.closeYear},
		{"POST /v0/years/{year}/reopen", Approver, h.reopenYear},
		{"GET /v0/years/{year}/diff", Viewer, h.yearDiff},
		{"GET /v0/years/{year}/manual", Viewer, h.manual},
		{"POST /v0/years/{year}/manual", Operator, h.setManual},
		{"GET /v0/departments", Viewer, h.departments},
	}
}

func (h *Handler) draft(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	q, err := reportQuery(r)
	if err != nil {
		return err
	}
	rep, err := h.backend.Draft(r.Context(), y, q)
	for i := range rep.Cases {
		rep.Cases[i].Subject = maskString(rep.Cases[i].Subject)
	}
	return answered(w, rep, err)
}

func (h *Handler) reportCases(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	q, err := reportQuery(r)
	if err != nil {
		return err
	}
	held, err := h.backend.ReportCases(r.Context(), y, r.URL.Query().Get("cell"), q)
	return answered(w, held, err)
}

func reportQuery(r *http.Request) (q ReportQuery, err error) {
	q.Trace, q.Format = r.URL.Query().Get("trace") == "true", r.URL.Query().Get("format")
	q.From, q.To, err = period(r)
	return q, err
}

func (q ReportQuery) values() url.Values {
	v := url.Values{}
	for name, day := range map[string]civil.Date{"from": q.From, "to": q.To} {
		if !day.IsZero() {
			v.Set(name, day.String())
		}
	}
	if q.Trace {
		v.Set("trace", "true")
	}
	if q.Format != "" {
		v.Set("format", q.Format)
	}
	return v
}

// period reads from and to; absent days are zero.
func period(r *http.Request) (from, to civil.Date, err error) {
	for name, day := range map[string]*civil.Date{"from": &from, "to": &to} {
		s := r.URL.Query().Get(name)
		if s == "" {
			continue
		}
		if *day, err = civil.Parse(s); err != nil {
			return 0, 0, usage("%s：%v", name, err)
		}
	}
	if !from.IsZero() && !to.IsZero() && to < from {
		return 0, 0, usage("起始日 %s 晚于截止日 %s", from, to)
	}
	return from, to, nil
}

func (h *Handler) years(w http.ResponseWriter, r *http.Request, _ Actor) error {
	all, err := h.backend.Years(r.Context())
	return answered(w, all, err)
}

func (h *Handler) closeYear(w http.ResponseWriter, r *http.Request, who Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	var req CloseRequest
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	v, err := h.backend.CloseYear(r.Context(), who, y, req)
	return answered(w, v, err)
}

func (h *Handler) reopenYear(w http.ResponseWriter, r *http.Request, who Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	var req Reason
	if err := decodeRequest(r, &req); err != nil {
		return err
	}
	v, err := h.backend.ReopenYear(r.Context(), who, y, req.Reason)
	return answered(w, v, err)
}

func (h *Handler) yearDiff(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	all, err := h.backend.YearDiff(r.Context(), y)
	return answered(w, all, err)
}

func (h *Handler) manual(w http.ResponseWriter, r *http.Request, _ Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	m, err := h.backend.Manual(r.Context(), y)
	return answered(w, m, err)
}

func (h *Handler) setManual(w http.ResponseWriter, r *http.Request, who Actor) error {
	y, err := year(r)
	if err != nil {
		return err
	}
	var m ManualText
	if err := decodeRequest(r, &m); err != nil {
		return err
	}
	return answered(w, m, h.backend.SetManual(r.Context(), who, y, m.Text))
}

func (h *Handler) departments(w http.ResponseWriter, r *http.Request, _ Actor) error {
	from, to, err := period(r)
	if err != nil {
		return err
	}
	if from.IsZero() || to.IsZero() {
		return usage("请写明起止日期")
	}
	all, err := h.backend.Departments(r.Context(), from, to)
	return answered(w, all, err)
}

// Draft returns a report computed as asked.
func (c *Client) Draft(ctx context.Context, year int, q ReportQuery) (r stats.Report, err error) {
	return r, c.get(ctx, "/reports/"+strconv.Itoa(year)+"/draft", q.values(), &r)
}

// ReportCases names what a cell counts.
func (c *Client) ReportCases(ctx context.Context, year int, cell string, q ReportQuery) (held CellCases, err error) {
	v := q.values()
	v.Set("cell", cell)
	return held, c.get(ctx, "/reports/"+strconv.Itoa(year)+"/cases", v, &held)
}

// Years says how the years' reports stand.
func (c *Client) Years(ctx context.Context) (all []YearView, err error) {
	return all, c.get(ctx, "/years", nil, &all)
}

// CloseYear freezes a year.
func (c *Client) CloseYear(ctx context.Context, year int, r CloseRequest) (v YearView, err error) {
	return v, c.post(ctx, "/years/"+strconv.Itoa(year)+"/close", r, &v)
}

// ReopenYear undoes the freezing of a year.
func (c *Client) ReopenYear(ctx context.Context, year int, reason string) (v YearView, err error) {
	return v, c.post(ctx, "/years/"+strconv.Itoa(year)+"/reopen", Reason{reason}, &v)
}

// YearDiff lists what would differ if a frozen year were computed now.
func (c *Client) YearDiff(ctx context.Context, year int) (all []stats.Difference, err error) {
	return all, c.get(ctx, "/years/"+strconv.Itoa(year)+"/diff", nil, &all)
}

// Manual returns the file that the clerk writes for a year.
func (c *Client) Manual(ctx context.Context, year int) (m ManualText, err error) {
	return m, c.get(ctx, "/years/"+strconv.Itoa(year)+"/manual", nil, &m)
}

// SetManual saves it.
func (c *Client) SetManual(ctx context.Context, year int, text string) error {
	var m ManualText
	return c.post(ctx, "/years/"+strconv.Itoa(year)+"/manual", ManualText{Text: text}, &m)
}

// Departments compares the departments over a period.
func (c *Client) Departments(ctx context.Context, from, to civil.Date) (all []stats.Department, err error) {
	return all, c.get(ctx, "/departments", url.Values{"from": {from.String()}, "to": {to.String()}}, &all)
}
