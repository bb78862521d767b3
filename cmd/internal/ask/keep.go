package ask

import (
	"context"
	"encoding/json"
	"net/http"

	"ysq.internal/ysq/casefile"
)

// Keeper is the part of a Backend that keeps the register trustworthy: proof, backup, erasure. These
// take long; they tell how they go on, and end early when the asking side goes away.
type Keeper interface {
	// Verify proves the register and returns every difference.
	Verify(ctx context.Context, tell func(Progress)) ([]Difference, error)
	Backup(ctx context.Context, actor Actor, req BackupRequest, tell func(Progress)) (BackupResult, error)
	// Erase lets the bytes of archived cases go whose period of keeping is over: all of them, or none.
	Erase(ctx context.Context, actor Actor, req EraseRequest) (EraseResult, error)
}

// Progress says how a long work goes on.
type Progress struct {
	Doing string `json:"doing"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0: unknown
}

// Difference is one place in which the register is not what it should be.
type Difference struct {
	Place string `json:"place"`
	Key   string `json:"key"`
	What  string `json:"what"`
	Do    string `json:"do"` // what to do about it
}

// BackupRequest asks for a backup. Paths are the daemon's, and absolute.
type BackupRequest struct {
	Target     string   `json:"target"`
	Recipients []string `json:"recipients"` // age public keys; any: one encrypted file
	Keep       string   `json:"keep"`       // as 14d,12m; empty: all stay
	Config     string   `json:"config"`     // file to take along; empty: none
}

// BackupResult says what a backup holds.
type BackupResult struct {
	Path    string       `json:"path"`
	Records uint64       `json:"records"`
	Head    string       `json:"head"`
	Mails   int          `json:"mails"`
	Linked  int          `json:"linked"`  // of them shared with the backup before
	Missing []Difference `json:"missing"` // mails that the register could not give whole
	Removed []string     `json:"removed"` // earlier backups that were not to be kept
}

// EraseRequest asks to let the mails and files of cases go. The records stay.
type EraseRequest struct {
	Cases  []casefile.ID `json:"cases"`
	Reason string        `json:"reason"`
	DryRun bool          `json:"dry_run,omitzero"`
}

// EraseResult says what went.
type EraseResult struct {
	Cases  []casefile.ID `json:"cases"`
	Erased int           `json:"erased"` // mails and files whose bytes are gone
	Held   int           `json:"held"`   // those that another case still holds
	DryRun bool          `json:"dry_run"`
}

// keepLine is an item of the streams below: how it goes on, or what came out.
type keepLine struct {
	Progress    *Progress     `json:"progress,omitzero"`
	Differences []Difference  `json:"differences,omitzero"`
	Backup      *BackupResult `json:"backup,omitzero"`
}

func (h *Handler) keepRoutes() []route {
	return []route{
		{"POST /v0/verify", Operator, h.verify},
		{"POST /v0/backup", Operator, h.backup}, // and more than that: the backend judges
		{"POST /v0/erase", Approver, h.erase},
	}
}

func (h *Handler) verify(w http.ResponseWriter, r *http.Request, _ Actor) error {
	return keepAnswer(w, r, func(ctx context.Context, tell func(Progress)) (keepLine, error) {
		all, err := h.backend.Verify(ctx, tell)
		return keepLine{Differences: all}, err
	})
}

func (h *Handler) backup(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req BackupRequest
	if err := readRequest(r, &req); err != nil {
		return err
	}
	return keepAnswer(w, r, func(ctx context.Context, tell func(Progress)) (keepLine, error) {
		res, err := h.backend.Backup(ctx, who, req, tell)
		return keepLine{Backup: &res}, err
	})
}

func (h *Handler) erase(w http.ResponseWriter, r *http.Request, who Actor) error {
	var req EraseRequest
	if err := readRequest(r, &req); err != nil {
		return err
	}
	if len(req.Cases) == 0 || req.Reason == "" {
		return usage("销毁要写明案件和理由")
	}
	res, err := h.backend.Erase(r.Context(), who, req)
	if err != nil {
		return err
	}
	return answer(w, res)
}

func readRequest(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return usage("请求无法理解：%v", err)
	}
	return nil
}

// keepAnswer streams how a work goes on, each step at once, and then what came out.
func keepAnswer(w http.ResponseWriter, r *http.Request, work func(context.Context, func(Progress)) (keepLine, error)) error {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	out := http.NewResponseController(w)
	return streamAnswer(w, func(yield func(keepLine) error) error {
		line, err := work(ctx, func(p Progress) {
			err := yield(keepLine{Progress: &p})
			if err == nil {
				err = out.Flush()
			}
			if err != nil {
				cancel(err)
			}
		})
		if err != nil {
			return err
		}
		return yield(line)
	})
}

// Verify proves the register and returns every difference.
func (c *Client) Verify(ctx context.Context, tell func(Progress)) (all []Difference, err error) {
	err = c.keep(ctx, "/verify", struct{}{}, tell, func(l keepLine) { all = l.Differences })
	return all, err
}

// Backup makes a backup where the daemon can write.
func (c *Client) Backup(ctx context.Context, req BackupRequest, tell func(Progress)) (res BackupResult, err error) {
	err = c.keep(ctx, "/backup", req, tell, func(l keepLine) {
		if l.Backup != nil {
			res = *l.Backup
		}
	})
	return res, err
}

// Erase lets the bytes of archived cases go.
func (c *Client) Erase(ctx context.Context, req EraseRequest) (res EraseResult, err error) {
	return res, c.post(ctx, "/erase", req, &res)
}

func (c *Client) keep(ctx context.Context, path string, what any, tell func(Progress), done func(keepLine)) error {
	b, err := json.Marshal(what)
	if err != nil {
		return err
	}
	body, err := c.do(ctx, http.MethodPost, path, nil, b)
	if err != nil {
		return err
	}
	defer body.Close()
	return readStream(body, func(l keepLine) error {
		if l.Progress != nil {
			tell(*l.Progress)
		} else {
			done(l)
		}
		return nil
	})
}
