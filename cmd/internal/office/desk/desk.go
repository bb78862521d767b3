// Package desk is the ground that every room of the office stands on: the open register, the files of the
// mails, the clock, the configuration in force and the log.
//
//	Desk     what all rooms share; each of them embeds it
//	View     one consistent look at the register
//	Change   a transaction, the only way to record anything
//
// Nobody above it holds a transaction of the register itself.
package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Options of Open.
type Options struct {
	// Config is a configuration that passed Check.
	Config config.Config
	// Log receives what the office has to say. The zero value is silent.
	Log zerolog.Logger
	// Version is shown to mail servers and in `ysq status`.
	Version string
	// Now tells the time of the office; nil means time.Now. The demo lives in another year.
	Now func() time.Time
	// Command names the process in the lock; "" means register.Serve.
	Command string
	// Migrate lets a register of an earlier format be brought to the present one.
	Migrate bool
	// ToRead opens register and mails for reading only, for a disk that takes nothing. Witness is then told of
	// every look at personal data, before it is had.
	ToRead  bool
	Witness func(text string) error
	// Space is the room on the disk of a path; nil means durable.SpaceOf.
	Space func(path string) (durable.Space, error)
	// Bounds are of files that wait for a record; zero means the ordinary ones.
	Bounds Bounds

	// What tests put in the place of the network and before the disks; nil: nothing.
	Dial               func(ctx context.Context, address string) (net.Conn, error)
	Disk, RegisterDisk func(op durable.Op, path string, do func() error) error
	// OnOne is called before each step with one mail or file, and may panic as it might.
	OnOne func(doing string, digest casefile.Digest)
}

// WithDefaults puts what nil and "" mean in their place.
func (o Options) WithDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Command == "" {
		o.Command = register.Serve
	}
	if o.Space == nil {
		o.Space = durable.SpaceOf
	}
	o.Bounds.Each, o.Bounds.All = cmp.Or(o.Bounds.Each, ordinary.Each), cmp.Or(o.Bounds.All, ordinary.All)
	return o
}

// Desk is the open register with what everybody needs who works on it.
type Desk struct {
	Options
	Reg     *register.Register
	Store   *rawstore.Store
	Started time.Time       // when the daemon began; zero when none runs
	Life    context.Context // ends when the daemon is to stop, or with Close

	// Complained says that the last reload found a wrong configuration.
	Complained atomic.Bool

	// Pending names the keys of a configuration that was read again and waits for a restart; nil: none.
	Pending atomic.Pointer[[]string]

	end      context.CancelCauseFunc
	inForce  atomic.Pointer[Running]
	secretMu sync.Mutex
	secret   []byte // once it was needed
	hurt     hurts
	arrivals arrivals
}

// Open opens register and mails of the configured state directory.
func Open(o Options) (*Desk, error) {
	o = o.WithDefaults()
	roles, err := RolesOf(o.Config)
	if err != nil {
		return nil, err
	}
	open := register.Open
	if o.ToRead {
		open = register.OpenToRead
	}
	reg, err := open(o.Config.Paths.State, register.Options{Command: o.Command, Now: o.Now(), Migrate: o.Migrate, Intercept: o.RegisterDisk})
	if err != nil {
		return nil, toldOpening(err)
	}
	store, err := rawstore.Open(o.Config.Paths.State, rawstore.Options{Erased: reg.Erased, ReadOnly: o.ToRead, Intercept: o.Disk})
	if err != nil {
		return nil, errors.Join(toldOpening(fmt.Errorf("opening the mails: %w", err)), reg.Close())
	}
	d := &Desk{Options: o, Reg: reg, Store: store}
	d.Life, d.end = context.WithCancelCause(context.Background())
	d.inForce.Store(&Running{o.Config, roles})
	return d, nil
}

// End ends Life.
func (d *Desk) End(cause error) { d.end(cause) }

// Close gives mails and register back.
func (d *Desk) Close() error {
	d.end(nil)
	return errors.Join(d.Store.Close(), d.Reg.Close())
}

// Today is the day of the office.
func (d *Desk) Today() civil.Date { return civil.Of(d.Now()) }

// Scratch is the directory for what is needed for a moment only.
func (d *Desk) Scratch() (string, error) {
	if s, err := d.Space(d.Config.Paths.State); d.ToRead || err == nil && s.Free < 64<<20 {
		return durable.Scratch()
	}
	return filepath.Join(d.Config.Paths.State, "tmp"), nil
}

// RegisterSize is the size of the database in bytes.
func (d *Desk) RegisterSize() int64 {
	info, err := os.Stat(filepath.Join(d.Config.Paths.State, "register.db"))
	if err != nil {
		return 0 // it is open: whoever removed it will hear of it from doctor and verify
	}
	return info.Size()
}

// Head is the number and the digest of the last record; zero where the register cannot be read, which whoever
// needs it reports.
func (d *Desk) Head() (seq uint64, digest string) {
	seq, head, _ := d.Reg.Head()
	return seq, head.String()
}
