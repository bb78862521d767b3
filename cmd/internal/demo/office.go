package demo

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/daemon"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/imapsim"
)

// year is the one in which the story plays.
const year = 2026

// at is an hour of a day of the story: at("01-05", 9).
func at(day string, hour int) time.Time {
	return civil.MustParse(fmt.Sprintf("%d-%s", year, day)).Start().Add(time.Duration(hour) * time.Hour)
}

// clock is the time of the story. It runs as real time does, from where it was last set.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// advance sets the clock, but never back.
func (c *clock) advance(to time.Time) {
	if to.After(c.now()) {
		c.ahead.Store(int64(time.Until(to)))
	}
}

// office is a daemon in a temporary directory, and the mail server that it polls.
type office struct {
	dir, config, socket, log string
	clock                    clock
	sim                      *imapsim.Server
	client                   *ask.Client

	stop  context.CancelFunc
	ended chan struct{} // closed when the daemon has ended, with err
	err   error
}

// open starts mail server and daemon. On error nothing is left.
func open(ctx context.Context, version string, from time.Time) (_ *office, err error) {
	base := os.TempDir()
	if len(base) > 80 || strings.ContainsAny(base, " \t'\"\\") { // the name of a socket has 107 bytes; and one copies it from the commands shown
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "ysq-demo-")
	if err != nil {
		return nil, err
	}
	f := &office{dir: dir, config: filepath.Join(dir, "ysq.toml"), socket: filepath.Join(dir, "ysq.sock"), log: filepath.Join(dir, "ysq.log"), ended: make(chan struct{})}
	f.clock.ahead.Store(int64(time.Until(from)))
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	password := rand.Text()
	if f.sim, err = imapsim.New(imapsim.Options{User: account, Password: password, Security: imapsim.ImplicitTLS}); err != nil {
		return nil, err
	}
	cfg, err := f.configure(password)
	if err != nil {
		return nil, fmt.Errorf("preparing the demonstration: %w", err)
	}
	if err := f.start(ctx, cfg, version); err != nil {
		return nil, err
	}
	return f, nil
}

// configure writes the configuration as an administrator would have it, and reads it back.
func (f *office) configure(password string) (c config.Config, err error) {
	addr, err := f.sim.Listen()
	if err != nil {
		return c, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return c, err
	}
	m := config.DefaultMailbox()
	m.Host, m.User = host, account
	if m.Port, err = strconv.Atoi(port); err != nil {
		return c, err
	}
	m.CAFile, m.PasswordFile = filepath.Join(f.dir, "ca.pem"), filepath.Join(f.dir, "password")
	ca, err := authority(addr, f.sim.Roots())
	if err != nil {
		return c, err
	}
	c = config.Default()
	c.Agency = config.Agency{Name: "某区城乡建设局（演示）", Code: "某建依申请"}
	c.Letter = config.Letter{
		Number: c.Letter.Number, Contact: "某区青石路00号，电话 00000000", Payment: "某区非税收入账户（演示）",
		ReviewOrgan: "某区人民政府", Court: "某区人民法院",
	}
	c.Paths = config.Paths{State: filepath.Join(f.dir, "state"), Socket: f.socket}
	c.Intake.CasesFrom = civil.New(year, time.January, 1)
	c.Mailboxes = []config.Mailbox{m}
	err = errors.Join(
		os.WriteFile(m.PasswordFile, []byte(password+"\n"), 0o600),
		os.WriteFile(m.CAFile, ca, 0o600),
		config.WriteFile(f.config, config.Render(c), config.Owner{}),
	)
	if err != nil {
		return c, err
	}
	if c, err = config.Load(f.config); err != nil {
		return c, err
	}
	return c, c.Check()
}

// authority asks the server for the certificate that vouches for it: what a provider of one's own
// would hand out as a file.
func authority(addr string, roots *x509.CertPool) ([]byte, error) {
	conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: roots, ServerName: imapsim.Host})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	chain := conn.ConnectionState().VerifiedChains[0]
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[len(chain)-1].Raw}), nil
}

// start runs the daemon and waits until it answers. It outlives ctx: it is stopped by close, after
// all that still asks it something.
func (f *office) start(ctx context.Context, c config.Config, version string) error {
	if err := offline.Init(c.Paths.State, config.Owner{}, f.clock.now()); err != nil {
		return err
	}
	log, err := os.OpenFile(f.log, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var o daemon.Options
	o.Config, o.Log, o.Version, o.Now, o.Command, o.Worker = c, zerolog.New(log).With().Timestamp().Logger(), version, f.clock.now, "ysq demo", true
	d, err := daemon.New(o)
	if err != nil {
		return errors.Join(err, log.Close())
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	f.stop = stop
	go func() {
		defer close(f.ended)
		f.err = errors.Join(d.Run(running), log.Close())
	}()
	f.client = ask.Dial(f.socket)
	for {
		_, err := ask.Do(ctx, f.client, ask.Overview, ask.None{})
		if err == nil {
			return nil
		}
		select {
		case <-f.ended:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(5 * time.Millisecond): // the socket is there in a moment
		}
	}
}

// close stops what was started, in reverse order, and removes the directory.
func (f *office) close() error {
	var err error
	if f.client != nil {
		err = f.client.Close()
	}
	if f.stop != nil {
		f.stop()
		<-f.ended
		err = errors.Join(err, f.err)
	}
	if f.sim != nil {
		f.sim.Close()
	}
	return errors.Join(err, os.RemoveAll(f.dir))
}
