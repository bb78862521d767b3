// Package ask is how commands reach the register: HTTP and JSON over a unix socket.
//
//	Backend  what can be asked; the daemon implements it
//	Handler  the only door: it knows who asks, what their role allows, and masks what it must
//	Client   what the command line uses
//
// Without a daemon the same Handler answers inside the command's own process (InProcess), so that
// roles and masking do not depend on which of the two it is.
package ask

import (
	"context"
	"fmt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/stats"
)

// Protocol is sent with every request and answer; a difference is told plainly instead of failing
// in odd ways after half an upgrade.
const Protocol = "1"

// Role says what a person may do. A higher role includes the lower.
type Role uint8

// The roles, each including those before it.
const (
	NoRole Role = iota
	Viewer
	Operator
	Approver
)

var roleLabels = [...]string{"无权限", "查看", "经办", "审核"}

// Label returns the Chinese word.
func (r Role) Label() string {
	if int(r) < len(roleLabels) {
		return roleLabels[r]
	}
	return fmt.Sprintf("角色 %d", r)
}

// Actor is who asks.
type Actor struct {
	Name string // login name, or "uid 1000" where the system does not know it
	UID  uint32
	Role Role
}

// String is how records name the actor.
func (a Actor) String() string { return fmt.Sprintf("%s(%d)", a.Name, a.UID) }

// Backend answers requests that Handler has admitted. Errors are casefile's or *Error.
// Its methods may be called at once by many goroutines. Personal data comes unmasked.
type Backend interface {
	Status(ctx context.Context) (Status, error)
	// List yields the cases of a query in the order of their numbers; yield's error ends it.
	List(ctx context.Context, q ListQuery, yield func(CaseRow) error) error
	Show(ctx context.Context, id casefile.ID) (CaseDetail, error)
	Explain(ctx context.Context, id casefile.ID) (Explanation, error)
	// Due lists what is due within so many working days or past, the earliest first, of the cases and
	// disputes that mention all the words.
	Due(ctx context.Context, within int, words string) ([]DueItem, error)
	Append(ctx context.Context, actor Actor, req AppendRequest) (AppendResult, error)
	// Reveal records that the actor looks at a case unmasked.
	Reveal(ctx context.Context, actor Actor, id casefile.ID) error
	Report(ctx context.Context, year int) (stats.Report, error)
	// ReportCases names what a cell counts such as （三）4,自然人 or 行政复议,结果维持, of the year or a part of it.
	ReportCases(ctx context.Context, year int, cell string, q ReportQuery) (CellCases, error)
	// Mails yields the mails that ended in a place; yield's error ends it.
	Mails(ctx context.Context, place casefile.Disposition, yield func(MailView) error) error
	// Mail finds a mail by the beginning of its digest and reads it.
	Mail(ctx context.Context, digest string) (MailView, error)
	// OpenMail makes a case of a parked or historical mail.
	OpenMail(ctx context.Context, actor Actor, digest string) (CaseRow, error)
	// Poll polls every account fully and returns when all are done.
	Poll(ctx context.Context) (PollResult, error)
	// Needs says which role an event needs.
	Needs(k casefile.Kind) Role
	// Holders names the groups whose members have a role, or a higher one.
	Holders(r Role) []string

	Overseer
	More
	Annual
	Ledgers
	Keeper
	Registrar
	Finder
	Postman
	Letters
}
