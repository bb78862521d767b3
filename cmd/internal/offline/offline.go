// Package offline is what a command does by itself when no daemon runs: the whole office inside the command's process,
// and what is done to a register that nobody has open.
//
//	Open, Poll               the office, for reading alone where the disk takes nothing
//	Init, Look, Adopt        a state directory before its first daemon
//	Rebuild, Compact         a database or a journal written anew
//	Restore, VerifyBackup    what a backup brings back
//	Examine, TryLogin        what can be looked at without a register
//
// Only the owner of the state directory and root may. Root goes on as the owner, so that nothing root-owned is left there.
package offline

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/journal"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/keeping"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsource"
)

// Options of the office that a command opens. A register of an earlier format is never migrated: only the daemon's start is
// preceded by a backup.
type Options = office.Options

// Rescue says that a register could only be read, and how far it goes.
type Rescue struct {
	Cause   error // why it cannot be written
	Records uint64
	Unread  uint64 // records of the journal that the database lacks: nobody sees them before it is mended
}

// leastRoom is what a disk must have for a record. Where it has less, looks at personal data could not be recorded either: they
// are told to the system's journal, as on a disk that is read-only.
const leastRoom = 1 << 20

// Open answers a command inside its own process. Root is recorded as root. On a disk that takes nothing the
// register is opened for reading; rescue then says so.
func Open(o Options) (c *ask.Client, rescue *Rescue, err error) {
	who, err := become(o)
	if err != nil {
		return nil, nil, err
	}
	if o.Witness == nil {
		o.Witness = tellJournal
	}
	f, err := office.Open(o)
	if err == nil {
		if room, unknown := f.Space(f.Config.Paths.State); unknown == nil && room.Free < leastRoom {
			err = desk.Told(errors.Join(syscall.ENOSPC, f.Close()))
		}
	}
	if desk.TakesNothing(err) {
		rescue = &Rescue{Cause: err}
		o.ToRead = true
		if f, err = office.Open(o); err == nil {
			rescue.Records, _ = f.Head()
			rescue.Unread = f.Reg.Findings().Unread
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return ask.InProcess(f.Door(nil), who, func() error { return shut(f) }), rescue, nil
}

// Poll polls every account once.
func Poll(ctx context.Context, o Options) (res ask.PollResult, err error) {
	if _, err := become(o); err != nil {
		return res, err
	}
	f, err := office.Open(o)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, shut(f)) }()
	if _, err := mailbox.Recover(ctx, f.Store, f.Intake); err != nil {
		return res, err
	}
	return f.Intake.Poll(ctx)
}

// shut ends an office whose pollers nobody runs.
func shut(f *office.Office) error {
	for _, p := range f.Intake.Pollers {
		p.Close()
	}
	return f.Close()
}

// become goes on as the owner of the state directory, and says who it was that asked.
func become(o Options) (ask.Actor, error) {
	owner, err := desk.OwnerOf(o.Config.Paths.State)
	if err != nil {
		return ask.Actor{}, err
	}
	if !owner.Admits() {
		return ask.Actor{}, &ask.Error{Code: "daemon-down", Exit: ask.ExitUnreachable,
			Msg: "守护进程没有运行，登记库只能由服务用户或 root 直接打开", Hint: "请管理员启动服务：systemctl start ysq"}
	}
	roles, err := desk.RolesOf(o.Config)
	if err != nil {
		return ask.Actor{}, err
	}
	who, err := ask.Self(roles)
	if err != nil {
		return ask.Actor{}, err
	}
	return who, owner.Become()
}

// tellJournal tells the system's journal of a look at personal data that the register cannot record.
func tellJournal(text string) error {
	return journal.Send(text, journal.PriNotice, map[string]string{"SYSLOG_IDENTIFIER": "ysq"})
}

// Examine looks at everything that can be looked at without the register: for when it does not open.
func Examine(ctx context.Context, o Options) []ask.Diagnosis {
	return keeping.Examine(ctx, o.Options)
}

// TryLogin has one conversation with a mail server, before there is a configuration: what it showed,
// and whether a daemon could poll with it. Nothing in the mailbox is changed.
func TryLogin(ctx context.Context, m config.Mailbox, password, version string, now time.Time) (found []ask.Diagnosis, good bool) {
	var d desk.Diagnoses
	roots, err := m.RootCAs()
	var p mailbox.Probe
	if err == nil {
		p, err = imapsource.New(imapsource.Options{
			Host: m.Host, Port: m.Port, Security: imapsource.Security(m.TLS), User: m.User, Password: password, Roots: roots, Version: version,
		}, nil).Probe(ctx, mailbox.ProbeOptions{})
	}
	keeping.ServerDiagnoses(&d, m.User, p, err, now)
	if err != nil {
		d[len(d)-1].Do = mailbox.AsError(err).Hint() // without the command for an office that is set up
	}
	return d, !slices.ContainsFunc(d, func(x ask.Diagnosis) bool { return x.State == ask.DiagnosisFail })
}
