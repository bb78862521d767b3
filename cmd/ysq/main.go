// Command ysq is the office's register of applications for government information (依申请公开): the
// daemon, and every command that speaks to it.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"ysq.internal/ysq/cmd/internal/cli"
)

// version is set when a release is linked: -ldflags "-X main.version=v0.1.0".
var version string

func main() { os.Exit(run()) }

// gcPercent lets the heap grow somewhat more than Go would before it is collected: through a backlog the
// collector took one part in fifteen of the time. With 100,000 mails the daemon still stays below 64 MiB.
const gcPercent = 150

func run() int {
	return cli.Main(context.Background(), orderly, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv, release())
}

// orderly makes the process ready for a command that does more than to ask the daemon: its context ends when somebody asks the
// process to end.
func orderly(ctx context.Context) (context.Context, context.CancelFunc) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// release is the linked version, otherwise that of the module as built.
func release() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
