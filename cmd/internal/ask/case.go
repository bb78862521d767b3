package ask

import (
	"encoding/json"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// What is known of cases.
var (
	List    = Stream[ListQuery, CaseRow]{Name: "list", Role: Viewer} // in the order of their numbers
	Show    = Op[ShowQuery, CaseDetail]{Name: "show", Role: Viewer, Look: ShowQuery.look}
	Explain = Op[CaseRef, Explanation]{Name: "explain", Role: Viewer}
	// Due lists what is due within so many working days or past, the earliest first, of the cases and disputes
	// that mention all the words.
	Due = Op[DueQuery, []DueItem]{Name: "due", Role: Viewer}
	// Agenda is what somebody finds on the desk in one answer: what Overview counts, and the first of what waits.
	Agenda = Op[AgendaQuery, AgendaView]{Name: "agenda", Role: Viewer}
	Log    = Stream[LogQuery, RecordView]{Name: "log", Role: Viewer} // in order
)

// CaseRef names a case.
type CaseRef struct {
	Case casefile.ID `json:"case"`
}

// ShowQuery names a case. Part bounds what is told of one that has hundreds of mails; nil: all there is.
type ShowQuery struct {
	CaseRef
	Part *ShowPart `json:"part,omitzero"`
}

// ShowPart is a part of what is in a case: of its mails and records the latest so many, behind so many that are later still; of
// its open mails and files the first so many, behind so many that come before them.
type ShowPart struct {
	Mails        int    `json:"mails,omitzero"`
	MailsAfter   int    `json:"mails_after,omitzero"`
	First        bool   `json:"first,omitzero"` // and the first mail, wherever it is
	Records      int    `json:"records,omitzero"`
	RecordsAfter int    `json:"records_after,omitzero"`
	Record       uint64 `json:"record,omitzero"` // this record alone, by its Seq
	Open         int    `json:"open,omitzero"`
	OpenFrom     int    `json:"open_from,omitzero"`
	Files        int    `json:"files,omitzero"`
	FilesFrom    int    `json:"files_from,omitzero"`
}

// WholeCase asks for all there is about a case.
func WholeCase(id casefile.ID) ShowQuery { return ShowQuery{CaseRef: CaseRef{id}} }

// BareCase asks for a case without its mails, files and records.
func BareCase(id casefile.ID) ShowQuery { return ShowQuery{CaseRef{id}, &ShowPart{}} }

func (q CaseRef) look() Look { return Look{Cases: []casefile.ID{q.Case}, What: "show --reveal"} }

// DueQuery says how far ahead to look.
type DueQuery struct {
	Within int    `json:"within"`
	Words  string `json:"words,omitzero"`
	// For names somebody who also sees what is due of the people whom he stands in for (代班), whatever the words are.
	For string `json:"for,omitzero"`
	// Each asks for every alarm by itself, instead of one line for each case.
	Each bool `json:"each,omitzero"`
}

// AgendaQuery says how far ahead to look, and how much of it is wanted.
type AgendaQuery struct {
	Within int    `json:"within"`
	Words  string `json:"words,omitzero"` // that what is due mentions
	Own    bool   `json:"own,omitzero"`   // Words are a department: what is not registered has none yet, and is not judged by them
	Lines  int    `json:"lines"`          // of each block of what is due, at most
	Aside  int    `json:"aside"`          // of mails and of what was not registered
}

// AgendaView is one line of each case in each block; of a case with more, the others are its marks.
type AgendaView struct {
	Status    Status            `json:"status"` // without its Stages
	Mails     Portion[DueItem]  `json:"mails"`  // the newest first
	Statutory Portion[DueItem]  `json:"statutory"`
	Internal  Portion[DueItem]  `json:"internal"`
	Arrived   Portion[Arrival]  `json:"arrived"` // not registered, the newest first
	Parked    Portion[MailView] `json:"parked"`  // the newest first
	Signing   int               `json:"signing"` // answers that wait to be signed, of all cases
	// StandIns are today's absences in which the asker stands in for somebody, or somebody for him.
	StandIns []StandInView `json:"stand_ins"`
}

// Arrival is a case that nobody has registered, with the mail that opened it if a mail did.
type Arrival struct {
	CaseRow
	From     Address `json:"from,omitzero"`
	Verified string  `json:"verified,omitzero"` // as in MailView
	Opening  Text    `json:"opening,omitzero"`  // how the mail begins
}

// Portion is the beginning of a list, and how much of it follows.
type Portion[T any] struct {
	First []T `json:"first"`
	Rest  int `json:"rest"`
}

// All is how many there are.
func (p Portion[T]) All() int { return len(p.First) + p.Rest }

// FirstOf is the beginning of a list.
func FirstOf[T any](all []T, most int) Portion[T] {
	shown := all[:min(len(all), most)]
	return Portion[T]{append([]T{}, shown...), len(all) - len(shown)}
}

// LogQuery selects records.
type LogQuery struct {
	Case  casefile.ID `json:"case,omitzero"`  // empty: all
	Since civil.Date  `json:"since,omitzero"` // recorded on or after
	Until civil.Date  `json:"until,omitzero"` // recorded on or before
	After uint64      `json:"after,omitzero"` // Seq
	Last  int         `json:"last,omitzero"`  // only so many, the last of them; 0: all
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
	Deputy       Text        `json:"deputy"`       // who stands in for them today (代班)
	DeputyUntil  Day         `json:"deputy_until"` // the last day
	ReportBy     Day         `json:"report_by"`    // by when the department has to report
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
	Late         *bool       `json:"late"` // whether any period was; null while the case is open and none was
	// Internal: no law sets Due, it is the office's own measure (更正, 其他来件). OldRegulations: arrived before 2019-05-15, so
	// that nothing is computed. ToConfirm: 收到申请之日 is the day on which both sides confirmed it.
	Internal       bool `json:"internal"`
	OldRegulations bool `json:"old_regulations"`
	ToConfirm      bool `json:"to_confirm"`
	// ArrivalDoubted (到达日存疑): a person has to settle the day of arrival; see ysq arrived.
	ArrivalDoubted bool `json:"arrival_doubted"`
	// Disputable: the strict due date of a period was missed and the legal one was not, or not yet.
	Disputable bool `json:"disputable"`
	// OverdueBy says by which clock an open case is overdue: ClockStrict, ClockLegal, ClockBoth; null: by none.
	OverdueBy         Text                 `json:"overdue_by"`
	RemainingWorkdays *int                 `json:"remaining_workdays"`
	Outcome           Text                 `json:"outcome"`
	Basis             Text                 `json:"basis"`
	DocumentNumber    Number               `json:"document_number"`
	RepliedOn         Day                  `json:"replied_on"`
	StoppedOn         Day                  `json:"stopped_on"`
	Disputes          []casefile.DisputeID `json:"disputes"`
	Messages          int                  `json:"messages"`
	// OpenMails are those about which nobody has decided, and OldestOpen when the oldest of them arrived.
	OpenMails  int `json:"open_mails"`
	OldestOpen Day `json:"oldest_open"`
	// Publicity is what was decided about making the information public (主动公开, 条例第四十四条). KeepYears is how many years
	// the files are kept, 0 for the office's usual term; KeepForGood: for ever.
	Publicity   Text         `json:"publicity"`
	KeepYears   int          `json:"keep_years"`
	KeepForGood bool         `json:"keep_for_good"`
	Periods     []PeriodView `json:"periods"` // in order; the last may run
}

// PeriodView is a statutory period of a case. Between two of them is the applicant's time to correct or to pay.
type PeriodView struct {
	From        string `json:"from"` // first, correction, fee, reopened
	StartStrict Day    `json:"start_strict"`
	StartLegal  Day    `json:"start_legal"`
	DueStrict   Day    `json:"due_strict"` // as it stood when the period ended
	DueLegal    Day    `json:"due_legal"`
	Ended       Day    `json:"ended"`
	How         Text   `json:"how"`  // served, correction, fee, lapsed, withdrawn, dismissed, merged, reopened; null while it runs
	Late        *bool  `json:"late"` // null while it runs
	// Disputable: it ended between the strict and the legal due date.
	Disputable bool `json:"disputable"`
}

// ListQuery selects cases; the zero value means every open one.
type ListQuery struct {
	All          bool             `json:"all,omitzero"`        // closed ones, too
	Stages       []casefile.Stage `json:"stages,omitzero"`     // any of these; implies All for closed stages
	DueWithin    *int             `json:"due_within,omitzero"` // due within so many working days, overdue ones included
	Overdue      bool             `json:"overdue,omitzero"`
	Disputable   bool             `json:"disputable,omitzero"` // past the strict due date only, finished or not; implies All
	Unregistered bool             `json:"unregistered,omitzero"`
	// Late asks for cases of which a period ended late, Outcomes for those answered in one of these ways. Both
	// imply All, and From and To then bound the day of that ending; else they bound 收到申请之日.
	Late     bool               `json:"late,omitzero"`
	Outcomes []casefile.Outcome `json:"outcomes,omitzero"`
	// Publicity: only cases with this decision about 主动公开, the closed ones included.
	Publicity casefile.Publicity `json:"publicity,omitzero"`
	From      civil.Date         `json:"from,omitzero"`
	To        civil.Date         `json:"to,omitzero"`
	Words     string             `json:"words,omitzero"` // all of these words in applicant, subject, request or department
	// Department and Person narrow the list to cases that they have in hand or look after for somebody else. DueBy narrows
	// it to open cases that are due on that day or before.
	Department string        `json:"department,omitzero"`
	Person     string        `json:"person,omitzero"`
	DueBy      civil.Date    `json:"due_by,omitzero"`
	Cases      []casefile.ID `json:"cases,omitzero"` // only these, in this order; implies All
	After      casefile.ID   `json:"after,omitzero"`
	Sort       ListSort      `json:"sort,omitzero"`   // of open cases; not with After
	Newest     bool          `json:"newest,omitzero"` // the highest number first, and After counts downwards; implies All
	Limit      int           `json:"limit,omitzero"`  // 0: no limit
	Brief      bool          `json:"brief,omitzero"`  // rows as CaseRow.Brief leaves them
}

// ListSort is an order in which open cases are listed; "" is that of their numbers.
type ListSort string

// The orders. Where a case has no due date, it comes last.
const (
	SortDue    ListSort = "due"    // the earliest due date first
	SortNewest ListSort = "newest" // the highest number first
	SortNumber ListSort = "number"
	SortCharge ListSort = "charge" // by department and person, then by due date
)

// CaseDetail is all there is to know about a case.
type CaseDetail struct {
	CaseRow
	Request  Text    `json:"request"`
	Contact  Text    `json:"contact"`
	Email    Address `json:"email,omitzero"`    // that a person registered: where a reply by e-mail goes
	Form     Text    `json:"form,omitzero"`     // 载体形式 that the applicant wants
	Delivery Text    `json:"delivery,omitzero"` // 获取方式
	// MailWanted: e-mail is a way that the applicant asked for, or he asked for none. ByMail: a reply leaves by e-mail where
	// nobody says how.
	MailWanted  bool                  `json:"mail_wanted"`
	ByMail      bool                  `json:"by_mail"`
	Addresses   []Address             `json:"addresses"`
	Agent       Text                  `json:"agent,omitzero"` // 委托代理人, by name
	Open        []UnreadMail          `json:"open"`           // those that CaseRow counts
	Masked      bool                  `json:"masked"`         // personal data is masked in this answer
	Alarms      []Alarm               `json:"alarms"`
	Likely      []NextStep            `json:"likely"`             // the first of Next, at most three
	Next        []NextStep            `json:"next"`               // what may be recorded now
	Suggestions []casefile.Suggestion `json:"suggestions"`        // the five best
	Suggested   int                   `json:"suggested,omitzero"` // how many there were, where they are more; 10 stands for 10 and more
	Records     []RecordView          `json:"records"`
	Mails       []MailView            `json:"mails"`
	// Last is the number of the last record. RecordsAll, MailsAll, OpenAll and FilesAll are how many there are where a part was
	// asked for, and RecordsAfter is how many records come after those that are shown.
	Last         uint64          `json:"last"`
	RecordsAll   int             `json:"records_all,omitzero"`
	RecordsAfter int             `json:"records_after,omitzero"`
	MailsAll     int             `json:"mails_all,omitzero"`
	OpenAll      int             `json:"open_all,omitzero"`
	FilesAll     int             `json:"files_all,omitzero"`
	Files        []casefile.File `json:"files"` // documents that were put into it
	// MergedInto is the case that goes on for this one, and Merged are the numbers that point to this one.
	MergedInto casefile.ID   `json:"merged_into,omitzero"`
	Merged     []casefile.ID `json:"merged,omitzero"`
	Letters    []LetterView  `json:"letters"`
	// FileReadings are what became of reading Files, as far as they were read, by their digests.
	FileReadings []PartReading `json:"file_readings,omitzero"`
	// Related are earlier applications of the same applicant for the like, the ten most alike, and RelatedMore says how many
	// more there are. Counts is there where there are many in the month. All are of open cases only.
	Related     []RelatedCase `json:"related,omitzero"`
	RelatedMore int           `json:"related_more,omitzero"`
	// Past are earlier cases of the same applicant, the ten latest of PastAll; of an open case.
	Past    []PastCase       `json:"past,omitzero"`
	PastAll int              `json:"past_all,omitzero"`
	Counts  *ApplicantCounts `json:"counts,omitzero"`
	// Candidates are mails without a case that may be the application of this one, which has none: an
	// imported row, say. A person attaches them.
	Candidates []MailView `json:"candidates,omitzero"`
}

// UnreadMail is a mail about which nobody has decided.
type UnreadMail struct {
	Digest    casefile.Digest `json:"digest"`
	ArrivedAt *time.Time      `json:"arrived_at"`
	Age       int             `json:"age_workdays"` // since its arrival
	From      Address         `json:"from"`
	Verified  string          `json:"verified,omitzero"` // as in MailView
	Subject   Text            `json:"subject"`
	Opening   Text            `json:"opening,omitzero"`      // how it begins; of the agenda alone
	Guess     string          `json:"guess,omitzero"`        // what it probably is: casefile.Guess
	Label     string          `json:"label"`                 // in Chinese
	By        Text            `json:"by"`                    // from what that was guessed
	Unread    bool            `json:"unread_files,omitzero"` // it brings files that are not read yet
	Case      casefile.ID     `json:"case,omitzero"`         // in which it lies; absent: in none
	Merely    bool            `json:"merely"`                // it lies elsewhere and may belong here
	DueStrict Day             `json:"due_strict"`            // if the guess is right: the due date of the application, or of the case whose reply came back
	Command   Handle          `json:"command"`               // decides it, where the guess is right
}

// NextStep is something that may be recorded now.
type NextStep struct {
	Command string `json:"command"`
	Label   string `json:"label"`
	Why     Text   `json:"why,omitzero"`  // why a step is likely
	Line    Handle `json:"line,omitzero"` // the whole command, where it needs more than the number of the case
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
	Do        string `json:"do,omitzero"` // the commands of a terminal for it, by their names
	// Block says whose time runs: BlockMail, BlockStatutory or BlockInternal. Of BlockMail, On is when the oldest of the mails
	// arrived.
	Block string `json:"block"`
	// Clock says by which clock the case is overdue: ClockStrict, ClockLegal, ClockBoth; absent: by none.
	Clock string `json:"clock,omitzero"`
}

// DueItem is an alarm with its case, or with its dispute: then Case and Stage are absent, Applicant
// is who complains and Subject says where and about what.
type DueItem struct {
	Case      casefile.ID        `json:"case,omitzero"`
	Dispute   casefile.DisputeID `json:"dispute,omitzero"`
	Year      int                `json:"year,omitzero"` // whose report is to be published
	Mail      casefile.Digest    `json:"mail,omitzero"` // that lies outside of cases: it looks like an application, or a person wrote it about a case that is not open
	Applicant Text               `json:"applicant"`
	Subject   Text               `json:"subject"`
	Stage     string             `json:"stage,omitzero"`
	Alarm
	Provisional bool        `json:"provisional"`
	Mails       int         `json:"mails,omitzero"`  // in BlockMail
	Newest      *UnreadMail `json:"newest,omitzero"` // in BlockMail, the latest of the mails
	// In whose charge the case is.
	Department Text `json:"department"`
	Assignee   Text `json:"assignee"`
	// Deputy stands in for the Assignee or the Department until DeputyUntil; null: nobody is away.
	Deputy      Text `json:"deputy"`
	DeputyUntil Day  `json:"deputy_until"`
	// Marks are what else waits in the case, two things at most.
	Marks []string `json:"marks,omitzero"`
	// Step is the line with which a person ends it.
	Step Handle `json:"step,omitzero"`
}

// DueRegister is the kind of an alarm that a case is not registered yet; On is when it arrived.
const DueRegister = "register"

// DueLetter is the kind of an alarm that a letter of the case was prepared and is not out; On is since when.
const DueLetter = "letter"

// DueLetterOwed is the kind of an alarm that a letter was issued of which nobody has recorded that it went out; On
// is when it was issued.
const DueLetterOwed = "letter-owed"

// The clocks by which a case may be overdue.
const (
	ClockStrict = "strict" // from the arrival
	ClockLegal  = "legal"  // from 收到申请之日
	ClockBoth   = "both"
)

// The blocks of what is due.
const (
	BlockMail      = "mail"      // 来信: about which nobody has decided
	BlockStatutory = "statutory" // 法定: the law sets the day
	BlockInternal  = "internal"  // 须办: the office's own
)

// Explanation is how a case's due dates come about.
type Explanation struct {
	Case   CaseRow     `json:"case"`
	Today  Day         `json:"today"`
	Clocks []ClockView `json:"clocks"` // strict, then legal; of the current period
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
	Later  Day    `json:"entered,omitzero"` // the day of the entry where that is a later one: 补录
}

// DayView is one day of the walk.
type DayView struct {
	Date   Day    `json:"date"`
	Number int    `json:"number"` // which working day; 0: not counted
	Sort   string `json:"sort"`   // counted, rest, excluded, waiting
	Why    string `json:"why"`    // 周末, 春节（国办发明电〔2025〕7号）, 调休上班, or what it is excluded for
}

func (d *CaseDetail) setMasked() { d.Masked = true }
