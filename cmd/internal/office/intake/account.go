package intake

import (
	"context"
	"net"
	"time"

	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/rawstore"
)

// Account is a mailbox.Source that reads the password anew for every login, so that a 授权码 that was
// replaced is used without a restart.
type Account struct {
	Config  config.Mailbox
	version string
	Store   *rawstore.Store
	dial    func(ctx context.Context, address string) (net.Conn, error)
}

// NewAccount is the account of a configured mailbox. store may be nil where no mail is fetched, dial where
// the network is to be used.
func NewAccount(m config.Mailbox, version string, store *rawstore.Store, dial func(ctx context.Context, address string) (net.Conn, error)) *Account {
	return &Account{m, version, store, dial}
}

// Connect implements mailbox.Source.
func (a *Account) Connect(ctx context.Context) (mailbox.Session, error) {
	s, err := a.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &chosen{s, func() []string { return a.Config.Folders }}, nil
}

func (a *Account) connect(ctx context.Context) (mailbox.Session, error) {
	options, err := a.Options()
	if err != nil {
		return nil, err
	}
	return imapsource.New(options, a.Store).Connect(ctx)
}

// Options are those of a login now: the password is read each time.
func (a *Account) Options() (imapsource.Options, error) {
	password, err := a.Config.Password()
	if err != nil {
		return imapsource.Options{}, &mailbox.Error{Fault: mailbox.FaultSettings, Doing: "reading the password", Err: err}
	}
	roots, err := a.Config.RootCAs()
	if err != nil {
		return imapsource.Options{}, &mailbox.Error{Fault: mailbox.FaultSettings, Doing: "reading the root certificates", Err: err}
	}
	return imapsource.Options{
		Host: a.Config.Host, Port: a.Config.Port, Security: imapsource.Security(a.Config.TLS),
		User: a.Config.User, Password: password, Roots: roots, Version: a.version, Dial: a.dial, Select: a.Config.Open == "select",
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
	return mailbox.Chosen(found, c.names()), nil
}

// Await implements mailbox.Waiter.
func (c *chosen) Await(ctx context.Context, folder string, messages uint32, wake <-chan struct{}, d time.Duration) (bool, error) {
	w, ok := c.Session.(mailbox.Waiter)
	if !ok {
		return false, mailbox.ErrNoIdle
	}
	return w.Await(ctx, folder, messages, wake, d)
}

// Probe has one conversation with the server of the account.
func (a *Account) Probe(ctx context.Context, o mailbox.ProbeOptions) (mailbox.Probe, error) {
	options, err := a.Options()
	if err != nil {
		return mailbox.Probe{}, err
	}
	if !o.Live { // whose questions are about the provider, whatever is polled there
		o.Folders = a.Config.Folders
	}
	return imapsource.New(options, a.Store).Probe(ctx, o)
}

// folders is a mailbox's source whose folders follow the configuration in force.
type folders struct {
	*Account
	names func() []string
}

func (s *folders) Connect(ctx context.Context) (mailbox.Session, error) {
	session, err := s.Account.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &chosen{session, s.names}, nil
}
