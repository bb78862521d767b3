package ask

import (
	"encoding/json"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Day is a civil date on the wire: "2026-11-23", or null where there is none.
type Day civil.Date

// MarshalJSON encodes the day; no day is null.
func (d Day) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + civil.Date(d).String() + `"`), nil
}

// UnmarshalJSON reads the form of MarshalJSON.
func (d *Day) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = 0
		return nil
	}
	return json.Unmarshal(b, (*civil.Date)(d))
}

// Text is a string on the wire that is null where it is empty.
type Text string

// MarshalJSON encodes the text; the empty one is null.
func (s Text) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// CaseRow is a case as lists show it. The names are an interface that others build on (CHANGELOG):
// absent values are null, a waiting case has no due, a finished one is not overdue and late or not.
type CaseRow struct {
	Case         casefile.ID `json:"case"`
	Kind         Text        `json:"kind"`  // application, correction, other; null before registration
	Stage        string      `json:"stage"` // code; see casefile.Stage
	Clock        string      `json:"clock"` // running, waiting, stopped, none
	Applicant    Text        `json:"applicant"`
	Category     Text        `json:"category"` // one of the six columns of 表三, by its heading
	Department   Text        `json:"department"`
	Assignee     Text        `json:"assignee"`
	Subject      Text        `json:"subject"`
	Channel      string      `json:"channel"`
	ArrivedAt    *time.Time  `json:"arrived_at"` // +08:00
	ConfirmedOn  Day         `json:"confirmed_on"`
	RegisteredOn Day         `json:"registered_on"`
	ReceivedOn   Day         `json:"received_on"` // 收到申请之日
	DueStrict    Day         `json:"due_strict"`
	DueLegal     Day         `json:"due_legal"`
	Due          Day         `json:"due"` // the one that alarms
	WaitingFor   Text        `json:"waiting_for"`
	WaitingUntil Day         `json:"waiting_until"`
	Provisional  bool        `json:"provisional"`
	Overdue      bool        `json:"overdue"`
	Late         *bool       `json:"late"` // null while open
	// Disputable: the strict due date was missed and the legal one was not, or not yet.
	Disputable        bool     `json:"disputable"`
	RemainingWorkdays *int     `json:"remaining_workdays"`
	Outcome           Text     `json:"outcome"`
	Basis             Text     `json:"basis"`
	DocumentNumber    Text     `json:"document_number"`
	RepliedOn         Day      `json:"replied_on"`
	StoppedOn         Day      `json:"stopped_on"`
	Disputes          []string `json:"disputes"`
	Messages          int      `json:"messages"`
}

// ListQuery selects cases; the zero value means every open one.
type ListQuery struct {
	All          bool             // closed ones, too
	Stages       []casefile.Stage // any of these; implies All for closed stages
	DueWithin    *int             // due within so many working days, overdue ones included
	Overdue      bool
	Disputable   bool // past the strict due date only; implies All
	Unregistered bool
	Words        string // all of these words in applicant, subject, request or department
	After        casefile.ID
	Limit        int // 0: no limit
}

// CaseDetail is all there is to know about a case.
type CaseDetail struct {
	CaseRow
	Request     Text                  `json:"request"`
	Contact     Text                  `json:"contact"`
	Addresses   []string              `json:"addresses"`
	Agent       Text                  `json:"agent,omitzero"` // 委托代理人, by name
	Masked      bool                  `json:"masked"`         // personal data is masked in this answer
	Alarms      []Alarm               `json:"alarms"`
	Next        []Step                `json:"next"` // what may be recorded now
	Suggestions []casefile.Suggestion `json:"suggestions"`
	Records     []RecordView          `json:"records"`
	Mails       []MailView            `json:"mails"`
	Files       []casefile.File       `json:"files"` // documents that were put into it
	// MergedInto is the case that goes on for this one, and Merged are the numbers that point to this one.
	MergedInto casefile.ID   `json:"merged_into,omitzero"`
	Merged     []casefile.ID `json:"merged,omitzero"`
	Letters    []LetterView  `json:"letters"`
	// FileReadings are what became of reading Files, as far as they were read, by their digests.
	FileReadings []PartReading `json:"file_readings,omitzero"`
	// Related are earlier applications of the same applicant for the like, and Counts is there where there
	// are many in the month; both of open cases only.
	Related []RelatedCase    `json:"related,omitzero"`
	Counts  *ApplicantCounts `json:"counts,omitzero"`
	// Candidates are mails without a case that may be the application of this one, which has none: an
	// imported row, say. A person attaches them.
	Candidates []MailView `json:"candidates,omitzero"`
}

// Step is something that may be recorded now.
type Step struct {
	Command string `json:"command"`
	Label   string `json:"label"`
}

// RecordView is a record for people and machines.
type RecordView struct {
	Seq      uint64          `json:"seq"`
	On       Day             `json:"on"`
	Recorded time.Time       `json:"recorded"`
	Actor    string          `json:"actor"`
	Case     casefile.ID     `json:"case,omitzero"`
	Kind     casefile.Kind   `json:"kind"`
	Label    string          `json:"label"`
	Text     string          `json:"text"`
	Voided   bool            `json:"voided,omitzero"`
	Event    json.RawMessage `json:"event,omitzero"`
}

// Alarm is a day on which something about a case is due.
type Alarm struct {
	Kind      string `json:"kind"`
	Label     string `json:"label"`
	On        Day    `json:"on"`
	Remaining int    `json:"remaining_workdays"` // from today, negative when past
	Text      string `json:"text"`
}

// DueItem is an alarm with its case, or with its dispute: then Case and Stage are absent, Applicant
// is who complains and Subject says where and about what.
type DueItem struct {
	Case      casefile.ID        `json:"case,omitzero"`
	Dispute   casefile.DisputeID `json:"dispute,omitzero"`
	Applicant Text               `json:"applicant"`
	Subject   Text               `json:"subject"`
	Stage     string             `json:"stage,omitzero"`
	Alarm
	Provisional bool `json:"provisional"`
}

// Explanation is how a case's due dates come about.
type Explanation struct {
	Case   CaseRow     `json:"case"`
	Today  Day         `json:"today"`
	Clocks []ClockView `json:"clocks"` // strict, then legal
}

// ClockView is one reading of the statutory period.
type ClockView struct {
	View         string     `json:"view"`  // strict or legal
	Label        string     `json:"label"` // in Chinese
	Start        Day        `json:"start"`
	Limit        int        `json:"limit"` // working days, extension included
	Due          Day        `json:"due"`
	Set          bool       `json:"set"` // the due date was set, not counted
	Provisional  bool       `json:"provisional"`
	WaitingFor   Text       `json:"waiting_for"`
	WaitingUntil Day        `json:"waiting_until"`
	Stopped      Day        `json:"stopped"`
	Turns        []TurnView `json:"turns"`
	Days         []DayView  `json:"days"`
}

// TurnView is what one record did to the clock.
type TurnView struct {
	Seq    uint64 `json:"seq"`
	On     Day    `json:"on"`
	Label  string `json:"label"`
	Effect string `json:"effect"` // in Chinese
	Text   string `json:"text"`
}

// DayView is one day of the walk.
type DayView struct {
	Date   Day    `json:"date"`
	Number int    `json:"number"` // which working day; 0: not counted
	Why    string `json:"why"`    // 周末, 春节（国办发明电〔2025〕7号）, 调休上班, or what it is excluded for
}

// MailView is a mail of the register.
type MailView struct {
	Digest      casefile.Digest       `json:"digest"`
	Disposition string                `json:"disposition"`
	Case        casefile.ID           `json:"case,omitzero"`
	Account     string                `json:"account"`
	Folder      string                `json:"folder"`
	UID         uint32                `json:"uid"`
	ArrivedAt   *time.Time            `json:"arrived_at"`
	From        string                `json:"from"`
	Subject     string                `json:"subject"`
	Size        int64                 `json:"size"`
	DueStrict   Day                   `json:"due_strict"` // if it were an application
	Reasons     []string              `json:"reasons"`
	Suggestions []casefile.Suggestion `json:"suggestions"`
	// The following are read from the mail itself and are absent in lists.
	Text    string            `json:"text,omitzero"`
	Parts   []casefile.Part   `json:"parts,omitzero"`
	Defects []casefile.Defect `json:"defects,omitzero"`
	// Readings are what became of reading its parts; absent until they were read.
	Readings []PartReading `json:"readings,omitzero"`
	History  []RecordView  `json:"history,omitzero"` // how it was taken and where it went
}

// PartReading is what became of reading a part of a mail, or a file of a case.
type PartReading struct {
	Index  int             `json:"index"`           // casefile.Part's; -1 is the mail's own text
	Digest casefile.Digest `json:"digest,omitzero"` // of a file of the case, or of one in an archive
	Name   string          `json:"name,omitzero"`   // of one in an archive: the path through the archives
	Member int             `json:"member,omitzero"` // its number in the archive, from 1
	Size   int64           `json:"size,omitzero"`   // its bytes
	State  string          `json:"state"`           // worker.State: read, scan, encrypted, damaged, empty, too-large, unread, failed, opened
	Label  string          `json:"label"`
	Notes  []string        `json:"notes,omitzero"` // what a person should know, in Chinese
}

// AppendRequest asks to record drafts: all of them in one transaction, or none.
type AppendRequest struct {
	Drafts []DraftView `json:"drafts"`
	DryRun bool        `json:"dry_run,omitzero"` // judge only
}

// DraftView is a draft on the wire. On is today where it is null.
type DraftView struct {
	Case  casefile.ID     `json:"case"`
	On    Day             `json:"on"`
	Kind  casefile.Kind   `json:"kind"`
	Event json.RawMessage `json:"event"`
}

// AppendResult says what was recorded and how the cases stand now.
type AppendResult struct {
	Records  []RecordView `json:"records"`
	Warnings []string     `json:"warnings"`
	Cases    []CaseRow    `json:"cases"`
	DryRun   bool         `json:"dry_run"`
}

// Status is what the office looks at first.
type Status struct {
	Version      string          `json:"version"`
	Agency       string          `json:"agency"`
	PID          int             `json:"pid"`     // of the daemon; 0 when none runs
	Started      *time.Time      `json:"started"` // null when no daemon runs
	Today        Day             `json:"today"`
	CalendarEnd  Day             `json:"calendar_end"`
	Register     string          `json:"register"` // its id
	Records      uint64          `json:"records"`
	Size         int64           `json:"size"` // of the register file, bytes
	Stages       map[string]int  `json:"stages"`
	Open         int             `json:"open"`
	Unregistered int             `json:"unregistered"`
	DueToday     int             `json:"due_today"`
	DueSoon      int             `json:"due_soon"` // within three working days, today included
	Overdue      int             `json:"overdue"`
	Unconfirmed  int             `json:"unconfirmed"`
	Mails        map[string]int  `json:"mails"` // by disposition
	Mailboxes    []MailboxStatus `json:"mailboxes"`
	Troubles     []string        `json:"troubles"` // with the keeping of the register: disk, journal, proof
	Verified     *time.Time      `json:"verified"` // when the daemon last proved the register; null: not yet

	Backup BackupStatus `json:"backup"`

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
	Account     string     `json:"account"`
	State       string     `json:"state"`
	Fault       string     `json:"fault,omitzero"`
	Label       string     `json:"label,omitzero"`
	Hint        string     `json:"hint,omitzero"`
	ServerSays  string     `json:"server_says,omitzero"`
	LastSuccess *time.Time `json:"last_success"` // the end of the last complete poll
	LastTaken   *time.Time `json:"last_taken"`   // when a mail was last committed
	NextTry     *time.Time `json:"next_try"`
	Interval    int        `json:"interval"` // seconds between polls
	Stale       bool       `json:"stale"`    // Silence has become longer than may be
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
