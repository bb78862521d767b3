// Package keeping is how the register is kept and let go: its proof, its backups, the erasure of what has
// been kept long enough, the case file for the archive, and the doctor who looks at all of it.
package keeping

import (
	"context"
	"sync"
	"time"

	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/intake"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/cmd/internal/office/reading"
)

// Cases is what the case file says in the words of the office's answers.
type Cases interface {
	Show(context.Context, ask.Call, ask.ShowQuery) (ask.CaseDetail, error)
	Explain(context.Context, ask.Call, ask.CaseRef) (ask.Explanation, error)
}

// Outbox is what the doctor asks about sending.
type Outbox interface {
	// Troubles is what is wrong with it.
	Troubles() desk.Troubles
	// Diagnose looks whether mails could be sent, and which wait for somebody.
	Diagnose(context.Context, *desk.Diagnoses) error
}

// Reminders is what the doctor asks about the counts of the morning.
type Reminders interface {
	// Notices are what failed to go out and does not keep anybody from being answered.
	Notices() desk.Troubles
	// Diagnose says how they went out last.
	Diagnose(*desk.Diagnoses)
}

// People is what the doctor asks about the desk in the browser.
type People interface {
	// CertificateEnds is when its certificate ends; zero where the web service does not run.
	CertificateEnds() time.Time
}

// Rooms are those that keeping looks into.
type Rooms struct {
	Intake    *intake.Room
	Audits    *intake.Audits
	Mails     *intake.Mails
	Reading   *reading.Room
	Letters   *letters.Room
	Outbox    Outbox
	Reminders Reminders
	People    People
	Cases     Cases
}

// Room keeps the register.
type Room struct {
	*desk.Desk
	Rooms
	backups *backup.Backups
	proof   proof

	probes  sync.Mutex // one doctor at a time; guards what follows
	glances map[string]glance
}

func New(d *desk.Desk, rooms Rooms) *Room {
	return &Room{Desk: d, Rooms: rooms, backups: backup.Of(d.Reg), glances: map[string]glance{}}
}
