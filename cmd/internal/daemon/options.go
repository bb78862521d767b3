package daemon

import (
	"context"
	"net"
	"os"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/reading"
	"ysq.internal/ysq/config"
)

// Options of New, Local and PollOnce.
type Options struct {
	// Config is a configuration that passed Check.
	Config config.Config
	// Log receives what the daemon has to say. The zero value is silent.
	Log zerolog.Logger
	// Version is shown to mail servers and in `ysq status`.
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

	// toRead opens the register for reading only.
	toRead bool
	// migrate lets a register of an earlier format be brought to the present one.
	migrate bool

	// And in the place of the system's journal.
	witness func(text string) error
	// What tests put in the place of the network: a connection to the mail server, and no socket.
	dial, dialSMTP func(ctx context.Context, address string) (net.Conn, error)
	unbound        bool
	// What tests put before the mails' disk, and before intake reads a mail.
	disk func(op durable.Op, path string, do func() error) error
	// And before the register's.
	registerDisk func(op durable.Op, path string, do func() error) error
	onRead       func(casefile.Digest)
	// And in the place of the children that read attachments.
	readPart reading.ReadFunc
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
	if o.witness == nil {
		o.witness = tellJournal
	}
	if o.space == nil {
		o.space = durable.SpaceOf
	}
	return o
}

// desk is what the rooms need to know of them.
func (o Options) desk() desk.Options {
	o = o.withDefaults()
	return desk.Options{Config: o.Config, Log: o.Log, Version: o.Version, Now: o.Now, Command: o.Command,
		Migrate: o.migrate, ToRead: o.toRead, Witness: o.witness, Space: o.space, Dial: o.dial, Disk: o.disk, RegisterDisk: o.registerDisk}
}

func (o Options) open() (*office.Office, error) {
	return office.Open(office.Options{Options: o.desk(), Worker: o.Worker, OnRead: o.onRead, DialSMTP: o.dialSMTP, ReadPart: o.readPart})
}
