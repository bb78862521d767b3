package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Options of New, Local and PollOnce.
type Options struct {
	// Config is a configuration that passed Check.
	Config config.Config
	// Log receives what the daemon has to say. The zero value is silent.
	Log zerolog.Logger
	// Version is told to mail servers and in `ysq status`.
	Version string
	// Now tells the time of the office; nil means time.Now. The demo lives in another year.
	Now func() time.Time
	// Command names the process in the lock; "" means register.Serve.
	Command string
	// Worker says that this program, executed again, answers worker.Command: attachments are then read
	// in such children. Without it they are not read.
	Worker bool

	// Reload asks for the configuration to be read again, by Load. Nil: never.
	Reload <-chan os.Signal
	// Load reads the configuration and checks it. Needed where Reload is given.
	Load func() (config.Config, error)
	// SetLevel changes what is logged from now on; nil where nothing can.
	SetLevel func(config.Level)

	// migrate lets a register of an earlier format be brought to the present one.
	migrate bool

	// What tests put in the place of the network: a connection to the mail server, and no socket.
	dial, dialSMTP func(ctx context.Context, address string) (net.Conn, error)
	unbound        bool
	// What tests put before the mails' disk, and before intake reads a mail.
	disk func(op durable.Op, path string, do func() error) error
	// And before the register's.
	registerDisk func(op durable.Op, path string, do func() error) error
	onRead       func(casefile.Digest)
	// And in the place of the children that read attachments.
	readPart readFunc
	// And in the place of the room on the disk.
	space func(path string) (durable.Space, error)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Command == "" {
		o.Command = register.Serve
	}
	if o.space == nil {
		o.space = durable.SpaceOf
	}
	return o
}

// office is the open register with everything that answers questions about it and works on it: the
// Backend of control and the Intake of mailbox. It has no life of its own; Daemon gives it one.
type office struct {
	Options
	reg     *register.Register
	backups *backup.Backups
	store   *rawstore.Store
	pollers []*mailbox.Poller
	roles   ask.Roles // of the start: who owns the register does not change
	inForce atomic.Pointer[running]
	ways    []way     // out
	started time.Time // zero when no daemon runs
	proof   proof

	worker     *worker.Reader // nil without Options.Worker
	readings   *readings
	life       context.Context // ends when the daemon is to stop, or with close
	end        context.CancelCauseFunc
	complained atomic.Bool // the last reload found a wrong configuration

	probes  sync.Mutex // one doctor at a time; guards what follows
	glances map[string]glance

	secretMu sync.Mutex
	secret   []byte // once it was needed

	opened    time.Time // by Now
	lastTaken time.Time // the last mail recorded before opened; zero: none
}

// openOffice opens register and mails of the configured state directory.
func openOffice(o Options) (*office, error) {
	o = o.withDefaults()
	roles, err := rolesOf(o.Config)
	if err != nil {
		return nil, err
	}
	reg, err := register.Open(o.Config.Paths.State, register.Options{Command: o.Command, Now: o.Now(), Migrate: o.migrate, Intercept: o.registerDisk})
	if err != nil {
		return nil, toldOpening(err)
	}
	store, err := rawstore.Open(o.Config.Paths.State, rawstore.Options{Erased: reg.Erased, Intercept: o.disk})
	if err != nil {
		return nil, errors.Join(toldOpening(fmt.Errorf("opening the mails: %w", err)), reg.Close())
	}
	f := &office{Options: o, reg: reg, backups: backup.Of(reg), store: store, roles: roles, glances: map[string]glance{}}
	f.life, f.end = context.WithCancelCause(context.Background())
	f.readings = f.newReadings()
	f.inForce.Store(&running{o.Config, roles})
	if err := f.rememberLastTaken(); err != nil {
		return nil, errors.Join(told(err), f.close())
	}
	for i, m := range o.Config.Mailboxes {
		source := &folders{newAccount(m, o.Version, store, o.dial), func() []string { return f.live().Mailboxes[i].Folders }}
		f.pollers = append(f.pollers, mailbox.New(source, store, f, mailbox.Options{
			Account: m.Name, Interval: m.PollInterval, Book: f, Log: o.Log.With().Str("component", "mailbox").Logger(),
		}))
	}
	f.openOutboxes()
	return f, nil
}

// adopt puts another configuration into force.
func (f *office) adopt(c config.Config) error {
	roles, err := rolesOf(c)
	if err != nil {
		return err
	}
	f.inForce.Store(&running{c, roles})
	return nil
}

// close gives mails and register back. The pollers' sessions must have ended.
func (f *office) close() error {
	f.end(nil)
	return errors.Join(f.store.Close(), f.reg.Close())
}

// account is a mailbox.Source that reads the password anew for every login, so that a 授权码 that was
// replaced is used without a restart.
type account struct {
	config  config.Mailbox
	version string
	store   *rawstore.Store
	dial    func(ctx context.Context, address string) (net.Conn, error)
}

// newAccount is the account of a configured mailbox. store may be nil where no mail is fetched, dial where
// the network is to be used.
func newAccount(m config.Mailbox, version string, store *rawstore.Store, dial func(ctx context.Context, address string) (net.Conn, error)) *account {
	return &account{m, version, store, dial}
}

func (a *account) Connect(ctx context.Context) (mailbox.Session, error) {
	s, err := a.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &chosen{s, func() []string { return a.config.Folders }}, nil
}

func (a *account) connect(ctx context.Context) (mailbox.Session, error) {
	options, err := a.options()
	if err != nil {
		return nil, err
	}
	return imapsource.New(options, a.store).Connect(ctx)
}

func (a *account) options() (imapsource.Options, error) {
	password, err := a.config.Password()
	if err != nil {
		return imapsource.Options{}, &mailbox.Error{Fault: mailbox.FaultSettings, Doing: "reading the password", Err: err}
	}
	roots, err := a.config.RootCAs()
	if err != nil {
		return imapsource.Options{}, &mailbox.Error{Fault: mailbox.FaultSettings, Doing: "reading the root certificates", Err: err}
	}
	return imapsource.Options{
		Host: a.config.Host, Port: a.config.Port, Security: imapsource.Security(a.config.TLS),
		User: a.config.User, Password: password, Roots: roots, Version: a.version, Dial: a.dial,
	}, nil
}

// chosen is a session of an account whose configuration says which folders alone to poll.
type chosen struct {
	mailbox.Session
	names func() []string // as the configuration says now; none: what the server's list shows
}

// Folders returns the configured folders, with the roles by which the server's list knows them.
func (c *chosen) Folders(ctx context.Context) ([]mailbox.Folder, error) {
	found, err := c.Session.Folders(ctx)
	if err != nil {
		return nil, err
	}
	names := c.names()
	if len(names) == 0 {
		return found, nil
	}
	var all []mailbox.Folder
	for _, name := range names {
		f := mailbox.Folder{Name: name, Role: mailbox.RoleInbox}
		if i := slices.IndexFunc(found, func(o mailbox.Folder) bool { return o.Name == name }); i >= 0 {
			f = found[i]
		}
		all = append(all, f)
	}
	return all, nil
}

// Await implements mailbox.Waiter.
func (c *chosen) Await(ctx context.Context, folder string, messages uint32, wake <-chan struct{}, d time.Duration) (bool, error) {
	w, ok := c.Session.(mailbox.Waiter)
	if !ok {
		return false, mailbox.ErrNoIdle
	}
	return w.Await(ctx, folder, messages, wake, d)
}

// rolesOf asks the system for the gids of the configured groups. A group that does not exist gives
// nobody a role; Check has told the administrator.
func rolesOf(c config.Config) (ask.Roles, error) {
	owner, err := ownerOf(c.Paths.State)
	if err != nil {
		return ask.Roles{}, err
	}
	gids := func(groups []config.Group) []uint32 {
		var all []uint32
		for _, g := range groups {
			if gid, err := g.GID(); err == nil {
				all = append(all, gid)
			}
		}
		return all
	}
	return ask.Roles{
		Viewer: gids(c.Access.Viewer), Operator: gids(c.Access.Operator), Approver: gids(c.Access.Approver), Owner: owner.uid,
	}, nil
}

// Poll polls every account fully, side by side, and waits for all of them.
func (f *office) Poll(ctx context.Context) (ask.PollResult, error) {
	results := make([]mailbox.Result, len(f.pollers))
	errs := make([]error, len(f.pollers))
	var wg sync.WaitGroup
	for i, p := range f.pollers {
		wg.Go(func() { results[i], errs[i] = p.Poll(ctx) })
	}
	wg.Wait()
	var sum ask.PollResult
	for i, r := range results {
		sum.Taken += r.Taken
		sum.Troubled += r.Quarantined
		if errs[i] != nil {
			errs[i] = pollError(f.pollers[i].Status(), errs[i])
		}
	}
	return sum, errors.Join(errs...)
}

func pollError(s mailbox.Status, err error) error {
	if s.Label == "" {
		return fmt.Errorf("%s: %w", s.Account, err)
	}
	return &ask.Error{Code: string(s.Fault), Msg: fmt.Sprintf("邮箱 %s：%s（%v）", s.Account, s.Label, err), Hint: s.Hint, Exit: ask.ExitFailed}
}

func (f *office) registerSize() int64 {
	info, err := os.Stat(filepath.Join(f.Config.Paths.State, "register.db"))
	if err != nil {
		return 0 // it is open: whoever removed it will hear of it from doctor and verify
	}
	return info.Size()
}
