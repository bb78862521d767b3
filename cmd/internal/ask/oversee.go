package ask

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ysq.internal/ysq/casefile"
)

// Overseer is the part of a Backend that looks after the mailboxes and the mails in them.
type Overseer interface {
	// Reconcile polls every account and holds its folders against the book.
	Reconcile(ctx context.Context) (Reconciliation, error)
	// Doctor examines everything that ysq depends on.
	Doctor(ctx context.Context) ([]Diagnosis, error)
	// Live has one conversation with the mail server of each account and returns it, redacted. For
	// the time of wait it looks for new mail.
	Live(ctx context.Context, wait time.Duration) ([]Transcript, error)
	// Trace tells what became of a mail and why.
	Trace(ctx context.Context, digest string) (MailTrace, error)
	// Retry tries again what failed: a quarantined mail is fetched at once, a mail about which the
	// decision failed is decided anew. which is a digest or FOLDER:UID; empty: all of them.
	Retry(ctx context.Context, actor Actor, which string) (RetryResult, error)
	// SaveMail records that the actor takes the mail out of the register and returns what there is.
	SaveMail(ctx context.Context, actor Actor, digest string) (MailView, error)
	// CopyMail writes the bytes of a mail, or of one of its parts by its index; -1 is the mail.
	CopyMail(ctx context.Context, digest string, part int, w io.Writer) error
}

// Reconciliation is the proof that every mail that the servers show is in the book, or what is not.
type Reconciliation struct {
	Proved   bool           `json:"proved"` // of every folder of every account
	Accounts []AccountAudit `json:"accounts"`
}

// AccountAudit is the proof of one account.
type AccountAudit struct {
	Account string        `json:"account"`
	At      *time.Time    `json:"at"`             // null: it did not come to an end
	Error   string        `json:"error,omitzero"` // why not
	Hint    string        `json:"hint,omitzero"`  // what to do about it
	Gap     *Gap          `json:"gap"`            // null: none
	Folders []FolderAudit `json:"folders"`
}

// Gap is a time without polling that was longer than the window of some providers: what came in its
// first days may be hidden.
type Gap struct {
	From time.Time `json:"from"` // the last mail before it
	To   time.Time `json:"to"`   // polling began again
}

// FolderAudit is the proof of one folder.
type FolderAudit struct {
	Folder      string        `json:"folder"`
	Role        string        `json:"role"`
	UIDValidity uint64        `json:"uidvalidity"`
	Listed      int           `json:"listed"` // mails that the server shows
	Missing     []MissingMail `json:"missing"`
	Quarantined []MailView    `json:"quarantined"`
	Gone        int           `json:"gone"`             // in the book and no longer shown: information
	GoneFrom    *time.Time    `json:"gone_from"`        // arrival of the first and the last of them
	GoneTo      *time.Time    `json:"gone_to"`          //
	Window      bool          `json:"window"`           // they are gone as under 收取最近30天邮件
	Refused     string        `json:"refused,omitzero"` // the folder could not be opened: nothing is proved
}

// MissingMail is a mail that the server shows and the book does not know.
type MissingMail struct {
	UID   uint32    `json:"uid"`
	Since time.Time `json:"since"` // when it was first found missing
}

// Diagnosis is a line of doctor.
type Diagnosis struct {
	ID      string `json:"id"`      // stable: "config", "login", …
	Subject string `json:"subject"` // what was looked at, in Chinese
	State   string `json:"state"`   // ok, warn, fail
	Text    string `json:"text"`
	Do      string `json:"do,omitzero"` // what to do about it
}

// The states of a Diagnosis.
const (
	DiagnosisOK   = "ok"
	DiagnosisWarn = "warn"
	DiagnosisFail = "fail"
)

// Transcript is a conversation with a mail server without anything personal, and what it answers.
type Transcript struct {
	Account string   `json:"account"` // as "1": the address is personal
	Lines   []string `json:"lines"`
	Answers []Answer `json:"answers"`
	Error   string   `json:"error,omitzero"`
}

// Answer is what a conversation says about one question.
type Answer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// MailTrace is the way of a mail through the register.
type MailTrace struct {
	Digest casefile.Digest `json:"digest"`
	Steps  []TraceStep     `json:"steps"`
	Cases  []CaseRow       `json:"cases"` // on which it is, as they stand now
	Kept   bool            `json:"kept"`  // its bytes are here
}

// TraceStep is one record about the mail.
type TraceStep struct {
	Seq      uint64        `json:"seq"`
	Recorded time.Time     `json:"recorded"`
	Actor    string        `json:"actor"`
	Case     casefile.ID   `json:"case,omitzero"`
	Kind     casefile.Kind `json:"kind"`
	Label    string        `json:"label"`
	Text     string        `json:"text"`
	Voided   bool          `json:"voided,omitzero"`
	Taken    *MailView     `json:"taken,omitzero"` // of 取信: where it lay, what was decided and why
	Validity uint64        `json:"uidvalidity,omitzero"`
}

// RetryResult says what trying again came to.
type RetryResult struct {
	Due     int        `json:"due"`     // quarantined mails that were made due
	Decided []MailView `json:"decided"` // mails that were decided anew, where they are now
	Taken   int        `json:"taken"`   // by the poll that followed
	Left    int        `json:"left"`    // mails still in quarantine
}

func (h *Handler) overseerRoutes() []route {
	return []route{
		{"POST /v0/reconcile", Operator, h.reconcile},
		{"GET /v0/doctor", Viewer, h.doctor},
		{"POST /v0/doctor/live", Operator, h.live},
		{"GET /v0/mails/{digest}/trace", Viewer, h.trace},
		{"POST /v0/mails/retry", Operator, h.retry},
		{"POST /v0/mails/{digest}/save", Operator, h.saveMail},
		{"GET /v0/mails/{digest}/bytes", Operator, h.mailBytes},
	}
}

func (h *Handler) reconcile(w http.ResponseWriter, r *http.Request, _ Actor) error {
	all, err := h.backend.Reconcile(r.Context())
	return answered(w, maskReconciliation(all), err)
}

func maskReconciliation(all Reconciliation) Reconciliation {
	for _, a := range all.Accounts {
		for _, f := range a.Folders {
			for i, m := range f.Quarantined {
				f.Quarantined[i] = maskMail(m)
			}
		}
	}
	return all
}

func (h *Handler) doctor(w http.ResponseWriter, r *http.Request, _ Actor) error {
	all, err := h.backend.Doctor(r.Context())
	return answered(w, all, err)
}

func (h *Handler) live(w http.ResponseWriter, r *http.Request, _ Actor) error {
	wait, err := time.ParseDuration(r.URL.Query().Get("wait"))
	if err != nil || wait < 0 || wait > time.Hour {
		return usage("wait=%q 不是 1 小时以内的时长", r.URL.Query().Get("wait"))
	}
	all, err := h.backend.Live(r.Context(), wait)
	return answered(w, all, err)
}

func (h *Handler) trace(w http.ResponseWriter, r *http.Request, _ Actor) error {
	t, err := h.backend.Trace(r.Context(), r.PathValue("digest"))
	for i, s := range t.Steps {
		t.Steps[i].Text = maskString(s.Text)
		if s.Taken != nil {
			t.Steps[i].Taken = new(maskMail(*s.Taken))
		}
	}
	for i := range t.Cases {
		t.Cases[i] = maskRow(t.Cases[i])
	}
	return answered(w, t, err)
}

func (h *Handler) retry(w http.ResponseWriter, r *http.Request, who Actor) error {
	res, err := h.backend.Retry(r.Context(), who, r.URL.Query().Get("mail"))
	for i := range res.Decided {
		res.Decided[i] = maskMail(res.Decided[i])
	}
	return answered(w, res, err)
}

// saveMail answers unmasked: the bytes themselves follow, and that they were taken out is recorded.
func (h *Handler) saveMail(w http.ResponseWriter, r *http.Request, who Actor) error {
	m, err := h.backend.SaveMail(r.Context(), who, r.PathValue("digest"))
	return answered(w, m, err)
}

func (h *Handler) mailBytes(w http.ResponseWriter, r *http.Request, _ Actor) error {
	part, err := strconv.Atoi(r.URL.Query().Get("part"))
	if err != nil || part < -1 {
		return usage("part=%q 不是附件的序号", r.URL.Query().Get("part"))
	}
	return h.sendBytes(w, func(out io.Writer) error { return h.backend.CopyMail(r.Context(), r.PathValue("digest"), part, out) })
}

// sendBytes answers with what write gives. An error after the answer has begun breaks it off.
func (h *Handler) sendBytes(w http.ResponseWriter, write func(io.Writer) error) error {
	w.Header().Set("Content-Type", "application/octet-stream")
	out := &begun{w: w}
	if err := write(out); err != nil {
		if !out.yes {
			return err
		}
		h.failed(fmt.Errorf("sending bytes: %w", err))
		panic(http.ErrAbortHandler) // only breaking the answer off tells that it is not whole
	}
	return nil
}

// begun notes whether anything was written.
type begun struct {
	w   io.Writer
	yes bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.w.Write(p)
}

// Reconcile holds every account against the book.
func (c *Client) Reconcile(ctx context.Context) (r Reconciliation, err error) {
	return r, c.post(ctx, "/reconcile", struct{}{}, &r)
}

// Doctor examines everything that ysq depends on.
func (c *Client) Doctor(ctx context.Context) (all []Diagnosis, err error) {
	return all, c.get(ctx, "/doctor", nil, &all)
}

// Live converses with the mail servers.
func (c *Client) Live(ctx context.Context, wait time.Duration) (all []Transcript, err error) {
	return all, c.post(ctx, "/doctor/live?"+url.Values{"wait": {wait.String()}}.Encode(), struct{}{}, &all)
}

// Trace tells what became of a mail.
func (c *Client) Trace(ctx context.Context, digest string) (t MailTrace, err error) {
	return t, c.get(ctx, "/mails/"+url.PathEscape(digest)+"/trace", nil, &t)
}

// Retry tries again what failed; "" is all of it.
func (c *Client) Retry(ctx context.Context, which string) (r RetryResult, err error) {
	return r, c.post(ctx, "/mails/retry?"+url.Values{"mail": {which}}.Encode(), struct{}{}, &r)
}

// SaveMail records that a mail is taken out of the register and returns what it holds.
func (c *Client) SaveMail(ctx context.Context, digest string) (m MailView, err error) {
	return m, c.post(ctx, "/mails/"+url.PathEscape(digest)+"/save", struct{}{}, &m)
}

// CopyMail writes a mail, or one of its parts; -1 is the mail.
func (c *Client) CopyMail(ctx context.Context, digest string, part int, w io.Writer) error {
	return c.receive(ctx, http.MethodGet, "/mails/"+url.PathEscape(digest)+"/bytes", url.Values{"part": {strconv.Itoa(part)}}, w)
}

// ManifestName is the file of a case file that holds the digests of the others, as sha256sum writes them.
const ManifestName = "清单.sha256"

// receive writes what the daemon sends, or says that it broke off.
func (c *Client) receive(ctx context.Context, method, path string, query url.Values, w io.Writer) error {
	body, err := c.do(ctx, method, path, query, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("the daemon's answer broke off: %w", err)
	}
	return nil
}
