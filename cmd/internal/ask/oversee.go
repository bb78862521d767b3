package ask

import (
	"time"
)

// What watches over the office's mailboxes and the register.
var (
	Overview = Op[None, Status]{Name: "status", Role: Viewer}
	// Poll polls every account fully and answers when all are done.
	Poll = Op[None, PollResult]{Name: "poll", Role: Operator}
	// Reconcile polls every account and compares its folders with the book.
	Reconcile = Op[None, Reconciliation]{Name: "reconcile", Role: Operator}
	// Doctor examines everything that ysq depends on.
	Doctor = Op[None, []Diagnosis]{Name: "doctor", Role: Viewer}
	// Live has one conversation with the mail server of each account and returns it, redacted. For the time
	// of Wait it looks for new mail.
	Live = Op[LiveRequest, []Transcript]{Name: "doctor live", Role: Operator}
)

// LiveRequest says how long to wait for new mail, an hour at most.
type LiveRequest struct {
	Wait time.Duration `json:"wait"`
}

// Status is what the office looks at first.
type Status struct {
	Version      Handle          `json:"version"`
	Agency       string          `json:"agency"`
	PID          int             `json:"pid"`     // of the daemon; 0 when none runs
	Started      *time.Time      `json:"started"` // null when no daemon runs
	Today        Day             `json:"today"`
	CalendarEnd  Day             `json:"calendar_end"`
	Register     Handle          `json:"register"` // its id
	Records      uint64          `json:"records"`
	Size         int64           `json:"size"` // of the register file, bytes
	Stages       map[string]int  `json:"stages"`
	Open         int             `json:"open"`
	Unregistered int             `json:"unregistered"`
	DueToday     int             `json:"due_today"`
	DueSoon      int             `json:"due_soon"` // within three working days, today included
	Overdue      int             `json:"overdue"`
	Unconfirmed  int             `json:"unconfirmed"`
	OpenMails    int             `json:"open_mails"`  // about which nobody has decided
	OldestOpen   Day             `json:"oldest_open"` // when the oldest of them arrived
	Mails        map[string]int  `json:"mails"`       // by disposition
	Mailboxes    []MailboxStatus `json:"mailboxes"`
	Troubles     []string        `json:"troubles"`             // with the keeping of the register: disk, journal, proof
	TroublesDo   []string        `json:"troubles_do,omitzero"` // the command that says more of each trouble; "": none
	Notices      []string        `json:"notices"`              // what may become a trouble: a restart that is wanted, a clock, a file's mode
	Verified     *time.Time      `json:"verified"`             // when the daemon last proved the register; null: not yet

	Backup BackupStatus `json:"backup"`

	// WebCertificate is when the certificate of the web service ends; null: it is not running.
	WebCertificate *time.Time `json:"web_certificate"`

	// Outbox counts the mails that are not out yet, by their state.
	Outbox map[string]int `json:"outbox"`

	// CalendarMissing is the year of which the notice ought to be known and is not; 0: none.
	CalendarMissing int `json:"calendar_missing"`

	// Disputes are those that wait for the office's answer, DisputesOverdue those of them whose last
	// day has passed; DisputeBy is the earliest last day.
	Disputes        int `json:"disputes"`
	DisputesOverdue int `json:"disputes_overdue"`
	DisputeBy       Day `json:"dispute_by"`
}

// BackupStatus is the last backup as it left its trace in the state directory.
type BackupStatus struct {
	At        *time.Time `json:"at"` // null: none was made
	Path      Text       `json:"path"`
	Records   uint64     `json:"records"` // that it holds
	Encrypted bool       `json:"encrypted"`
	Late      bool       `json:"late"` // there ought to be a newer one by now
}

// MailboxStatus is an account as its poller sees it.
type MailboxStatus struct {
	Account     Handle     `json:"account"`
	State       string     `json:"state"`
	Fault       string     `json:"fault,omitzero"`
	Label       string     `json:"label,omitzero"`
	Hint        string     `json:"hint,omitzero"`
	Do          string     `json:"do,omitzero"` // the command line that belongs to Hint
	ServerSays  string     `json:"server_says,omitzero"`
	LastSuccess *time.Time `json:"last_success"` // the end of the last complete poll
	LastTaken   *time.Time `json:"last_taken"`   // when a mail was last committed
	NextTry     *time.Time `json:"next_try"`
	Certificate *time.Time `json:"certificate"` // when the server's ends; null: no TLS, or not seen yet
	Interval    int        `json:"interval"`    // seconds between polls
	Stale       bool       `json:"stale"`       // Silence has become longer than may be
	Failures    int        `json:"failures"`
	Logins      int        `json:"logins"`
	Taken       int        `json:"taken"`
	Troubled    int        `json:"troubled"`
}

// Silence is for how long no poll has come to its end, counted from the last mail committed while one
// runs, and from the start of the daemon where none ever did. A server that keeps a poll going without
// ever failing it is as silent as one that fails. most is how long it may be: providers have bad hours.
func (m MailboxStatus) Silence(now time.Time, started *time.Time) (silence, most time.Duration) {
	heard := m.LastSuccess
	if heard == nil {
		heard = started
	}
	if m.State == "polling" && m.LastTaken != nil && (heard == nil || m.LastTaken.After(*heard)) {
		heard = m.LastTaken
	}
	most = max(time.Hour, 3*time.Duration(m.Interval)*time.Second)
	if heard == nil {
		return 0, most
	}
	return now.Sub(*heard), most
}

// PollResult is what one full poll of every account found.
type PollResult struct {
	Taken    int `json:"taken"`    // mails
	Troubled int `json:"troubled"` // mails that could not be fetched
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
	Folder      Handle        `json:"folder"`
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

// MissingMail is a mail that the server shows and the register does not have.
type MissingMail struct {
	UID   uint32    `json:"uid"`
	Since time.Time `json:"since"`          // when it was first found missing
	Other bool      `json:"other,omitzero"` // the register has another mail under this UID
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
	Account string    `json:"account"` // as "1": the address is personal
	Lines   []Public  `json:"lines"`   // redacted where they are heard
	Answers []Learned `json:"answers"`
	Error   string    `json:"error,omitzero"`
}

// Learned is what a conversation says about one question.
type Learned struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}
