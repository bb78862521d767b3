package daemon

import (
	"os"

	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/config"
)

// Options of New: those of the office, and what concerns its life.
type Options struct {
	office.Options

	// Reload asks for the configuration to be read again, by Load. Nil: never.
	Reload <-chan os.Signal
	// Load reads the configuration and checks it. Needed where Reload is given.
	Load func() (config.Config, error)
	// SetLevel changes what is logged from now on; nil where nothing can.
	SetLevel func(config.Level)

	// unbound is what tests put in the place of the network: no socket.
	unbound bool
}
