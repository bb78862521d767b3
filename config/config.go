// Package config reads the one configuration file of an instance, /etc/ysq/ysq.toml.
//
// An administrator meets it twice: when the office is set up, and years later when something in the
// office has changed. It is therefore strict: an unknown key is an error and never ignored, every
// error of the file is reported at once with its line and column, and each says what to write instead.
// The options stand in one table (options.go), from which the reader, the commented example and the
// file that `ysq init` writes are all made.
//
// A password is never in the file; see Mailbox.Password.
package config

import (
	"cmp"
	"net"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Where an installed ysq keeps its things (the packages and the units rely on them).
const (
	DefaultFile   = "/etc/ysq/ysq.toml"
	DefaultState  = "/var/lib/ysq"
	DefaultSocket = "/run/ysq/ysq.sock"
	// DefaultGroup owns the socket; its members may connect.
	DefaultGroup = "ysq-users"
	// DefaultWeb is the account of the web service.
	DefaultWeb = "ysq-web"
)

// Config is the configuration of one instance, which serves one office.
type Config struct {
	Agency      Agency
	Paths       Paths
	Mailboxes   []Mailbox // at least one; several when an office has several accounts
	Intake      Intake
	SMTP        SMTP
	Acknowledge Acknowledge
	Digest      Digest
	Notify      Notify
	Access      Access
	Approval    Approval
	Platform    Platform
	Report      Report
	Retention   Retention
	Letter      Letter
	Reading     Reading
	Backup      Backup
	Log         Log
	Terminal    Terminal

	source source // where each key stands, for errors found after reading
}

// Agency is the office (行政机关) that answers the applications.
type Agency struct {
	Name string // as printed on letters and reports; required
	Code string // 机关代字, the office's part of document numbers; may be empty
	// Names are what the office was or will be called, each from a day on; where none has begun, it is
	// Name. A letter bears the name of its own day.
	Names []Named
}

// Named is a name of the office from a day on.
type Named struct {
	From civil.Date
	Name string
}

// NameOn returns what the office is called on a day.
func (a Agency) NameOn(day civil.Date) string {
	name, from := a.Name, civil.Date(0)
	for _, n := range a.Names {
		if n.From <= day && n.From >= from {
			name, from = n.Name, n.From
		}
	}
	return name
}

// Letter is what the office's letters say beside the facts of a case.
type Letter struct {
	Templates   string // directory of the office's own templates, absolute; empty: the built-in ones
	Number      string // pattern of document numbers
	Contact     string // 联系方式
	Payment     string // how the 信息处理费 is paid
	ReviewOrgan string // 复议机关
	Court       string // 法院
}

// Reading is how what applicants send is read and shown.
type Reading struct {
	OCR   bool   // scans are read by tesseract, where it is installed
	Fonts string // a Chinese font for PDFs that hold none, absolute; empty: fonts-wqy-microhei, where it is installed
}

// Paths are absolute.
type Paths struct {
	State  string // directory of the register, the mails and the journal
	Socket string // on which the daemon listens for the commands; at most 107 bytes (unix(7))
}

// TLS is how a connection to a mail server is protected.
type TLS string

// The protections. With Plaintext the password and the mails cross the network readable; Check
// allows it to this machine itself, otherwise only when the mailbox says so expressly.
const (
	ImplicitTLS TLS = "tls" // TLS from the first byte (RFC 8314)
	StartTLS    TLS = "starttls"
	Plaintext   TLS = "none"
)

// Mailbox is one IMAP account that is polled.
type Mailbox struct {
	// Address is who drafts come from, where User is no address. Empty: User.
	Address string
	// Name is the account's name in the register. It must not change as long as the account lives:
	// the book of UIDs is kept under it. Empty in the file means User.
	Name string
	Host string
	Port int // empty in the file means 993 for ImplicitTLS, otherwise 143
	TLS  TLS
	// AllowPlaintext permits Plaintext to another machine.
	AllowPlaintext bool
	CAFile         string // PEM certificates trusted instead of the system's; empty: the system's
	User           string
	PasswordFile   string // see Password
	Credential     string // see Password
	PollInterval   time.Duration
	Folders        []string // the only folders to poll; empty: chosen by what the server lists
	// Open is the command by which folders are opened: "examine", which empty means, or "select", for
	// servers that keep their UIDs only then. Nothing but \Recent changes by it.
	Open string
}

// loopback reports whether the host is this machine by its spelling alone; nothing is resolved, so
// that no name server decides whether a password may travel in the clear.
func (m Mailbox) loopback() bool {
	ip := net.ParseIP(m.Host)
	return m.Host == "localhost" || ip != nil && ip.IsLoopback()
}

// Intake says what becomes of mails.
type Intake struct {
	// CasesFrom is the first day (by INTERNALDATE) whose mails open cases; older mails are kept and
	// searchable as 历史邮件. The zero Date: every mail may open a case.
	CasesFrom civil.Date
}

// Access maps groups of the system to roles. A person has the highest role of all their groups.
type Access struct {
	SocketGroup Group // owns the socket: nobody outside it can connect at all
	Viewer      []Group
	Operator    []Group
	Approver    []Group
	// Web is the account of the web service, which carries the logins of people without an account. Where the system
	// does not know it, nobody can log in by the browser.
	Web string
}

// Extension says how an extension (条例 第三十三条) is approved.
type Extension string

const (
	// ExtensionRecorded: approved on paper; the operator enters approver, date and document.
	ExtensionRecorded Extension = "recorded"
	// ExtensionRole: only an account with the role approver may enter an extension.
	ExtensionRole Extension = "role"
)

// Signing says whether answers are signed before they go out (条例 第四十五条: 审核).
type Signing string

const (
	// SigningNone: who handles a case answers it.
	SigningNone Signing = "none"
	// SigningRecorded: every answer is signed; an operator may enter it from the signed 审查呈批单.
	SigningRecorded Signing = "recorded"
	// SigningRole: every answer is signed, by an account with the role approver alone.
	SigningRole Signing = "role"
)

// PlatformStarts says from which day the time for an application over the office's platform runs (指导案例26号; 国办公开办函〔2015〕207号 no. 5).
type PlatformStarts string

const (
	// PlatformSubmitted: the day of submission, unless the platform's published rule says otherwise.
	PlatformSubmitted PlatformStarts = "submitted"
	// PlatformConfirmed: the published rule makes it the day on which both sides confirmed.
	PlatformConfirmed PlatformStarts = "confirmed"
)

// Platform is the office's own website for applications.
type Platform struct {
	Starts PlatformStarts
}

// Approval says who decides what.
type Approval struct {
	Extension Extension
	Answer    Signing
	// Screening says that nothing is disclosed without a 保密审查 on record (条例 第十七条).
	Screening bool
}

// Retention says how long the bytes of mails and files are kept.
type Retention struct {
	// Years after the year of archiving in which an approver may erase them. 0: never.
	Years int
}

// Backup says when somebody is to be reminded of backups. The timer makes them.
type Backup struct {
	// WarnDays is after how many days without a backup status, doctor and the log warn. 0: never.
	WarnDays int
}

// Report says by when the annual report must be out.
type Report struct {
	SubmitBy  MonthDay // to the superior office, which collects the reports
	PublishBy MonthDay // 条例 第四十九条: departments by 31 January, governments by 31 March
}

// Deadlines returns the days by which the report of a year must be submitted and published: in the
// year after it.
func (r Report) Deadlines(year int) (submit, publish civil.Date) {
	return r.SubmitBy.In(year + 1), r.PublishBy.In(year + 1)
}

// MonthDay is a day of any year.
type MonthDay struct {
	Month time.Month
	Day   int
}

func (d MonthDay) In(year int) civil.Date { return civil.New(year, d.Month, d.Day) }

// Level is the least severity that is logged.
type Level string

const (
	Debug Level = "debug"
	Info  Level = "info"
	Warn  Level = "warn"
	Fault Level = "error"
)

// Log is the daemon's log, which goes to standard error and so to the journal.
type Log struct {
	Level Level
}

// Width is the number of columns a character of ambiguous width (UAX #11) takes on the terminal;
// zero is auto: by the locale.
type Width int

// Terminal is how tables are drawn.
type Terminal struct {
	AmbiguousWidth Width
}

// Default returns the configuration before any file is read: every option at its default, no
// mailbox. It does not pass Check, because an office has a name and an account.
func Default() Config {
	return Config{
		Paths:       Paths{State: DefaultState, Socket: DefaultSocket},
		Access:      Access{SocketGroup: DefaultGroup, Operator: []Group{DefaultGroup}, Web: DefaultWeb},
		SMTP:        SMTP{TLS: ImplicitTLS},
		Acknowledge: Acknowledge{Subject: receiptSubject, Text: receiptText, PerSender: 3, PerDay: 100},
		Digest:      Digest{At: Clock{8, 30}, Days: 3},
		Notify:      Notify{Template: notifyTemplate},
		Approval:    Approval{Extension: ExtensionRecorded, Answer: SigningNone},
		Platform:    Platform{Starts: PlatformSubmitted},
		Report:      Report{SubmitBy: MonthDay{time.January, 15}, PublishBy: MonthDay{time.January, 31}},
		Backup:      Backup{WarnDays: 2},
		Letter:      Letter{Number: "{代字}{类}〔{年}〕{号}号"},
		Log:         Log{Level: Info},
	}
}

// Sender is the address from which mails of the account come.
func (m Mailbox) Sender() string { return cmp.Or(m.Address, m.User) }

// DefaultMailbox returns a mailbox with every option at its default; it lacks host, user and
// password.
func DefaultMailbox() Mailbox {
	return Mailbox{TLS: ImplicitTLS, PollInterval: 90 * time.Second}
}

// complete fills in what one option of the mailbox takes from another.
func (m *Mailbox) complete() {
	if m.Name == "" {
		m.Name = m.User
	}
	if m.Port == 0 {
		m.Port = 143
		if m.TLS == ImplicitTLS {
			m.Port = 993
		}
	}
}
