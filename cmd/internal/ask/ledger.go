package ask

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
)

// maxLedger bounds a ledger that is sent for import.
const maxLedger = 512 << 20

// ImportProgress is how far an import has come; the last one has Done.
type ImportProgress struct {
	Row      int  `json:"row"`
	Rows     int  `json:"rows"`
	Disputes int  `json:"disputes,omitzero"`
	Done     bool `json:"done,omitzero"`
	DryRun   bool `json:"dry_run,omitzero"`
}

// ExportQuery selects what is exported.
type ExportQuery struct {
	Format string // csv, xlsx or records
	Year   int    // only cases that arrived in this year; 0: all
}

// Ledgers is the way in from a ledger (台账) and the way out.
type Ledgers interface {
	// Import takes every row of a ledger, or none. records means that the file holds records as
	// export writes them, for an empty register.
	Import(ctx context.Context, actor Actor, name string, file io.Reader, records, dry bool, progress func(ImportProgress) error) error
	// Export writes to a file that the caller removes. lossy names what the ledger cannot hold, a line for
	// each kind of thing and not for each case: it travels in the header.
	Export(ctx context.Context, q ExportQuery) (file *os.File, lossy []string, err error)
}

func (h *Handler) ledgerRoutes() []route {
	return []route{
		{"POST /v0/import", Operator, h.importLedger},
		{"GET /v0/export", Operator, h.exportLedger}, // personal data unmasked
	}
}

func (h *Handler) importLedger(w http.ResponseWriter, r *http.Request, who Actor) error {
	v := r.URL.Query()
	return streamAnswer(w, func(yield func(ImportProgress) error) error {
		return h.backend.Import(r.Context(), who, v.Get("name"), http.MaxBytesReader(w, r.Body, maxLedger), v.Get("records") == "true", v.Get("dry") == "true", yield)
	})
}

// lossyHeader carries, line by line, what an export left out.
const lossyHeader = "Ysq-Lossy"

func (h *Handler) exportLedger(w http.ResponseWriter, r *http.Request, _ Actor) error {
	q := ExportQuery{Format: r.URL.Query().Get("format")}
	if s := r.URL.Query().Get("year"); s != "" {
		var err error
		if q.Year, err = strconv.Atoi(s); err != nil {
			return usage("year=%q 不是年份", s)
		}
	}
	file, lossy, err := h.backend.Export(r.Context(), q)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	for _, l := range lossy {
		w.Header().Add(lossyHeader, url.QueryEscape(l))
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10)) // a short answer is an error for the client
	_, err = io.Copy(w, file)
	if err != nil {
		h.failed(err) // the answer has begun; its length tells the client
	}
	return nil
}

// Import sends a ledger; progress is told as it goes.
func (c *Client) Import(ctx context.Context, name string, file io.Reader, records, dry bool, progress func(ImportProgress) error) error {
	v := url.Values{"name": {name}, "records": {strconv.FormatBool(records)}, "dry": {strconv.FormatBool(dry)}}
	body, _, err := c.send(ctx, http.MethodPost, "/import", v, file)
	if err != nil {
		return err
	}
	defer body.Close()
	return readStream(body, progress)
}

// Export writes the ledger to w and returns what it cannot hold.
func (c *Client) Export(ctx context.Context, q ExportQuery, w io.Writer) (lossy []string, err error) {
	v := url.Values{"format": {q.Format}}
	if q.Year != 0 {
		v.Set("year", strconv.Itoa(q.Year))
	}
	body, header, err := c.send(ctx, http.MethodGet, "/export", v, nil)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	for _, l := range header[lossyHeader] {
		if s, err := url.QueryUnescape(l); err == nil {
			lossy = append(lossy, s)
		}
	}
	_, err = io.Copy(w, body)
	return lossy, err
}
