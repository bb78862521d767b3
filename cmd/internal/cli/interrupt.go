package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// brief are the commands, beside those of the recordings, that ask the daemon and print what it answers. They leave nothing in
// disorder wherever they end: the daemon sees the connection end, and gives up what it was doing for it.
var brief = []string{
	"ysq", "ysq list", "ysq due", "ysq show", "ysq search", "ysq explain", "ysq status", "ysq log", "ysq mail list", "ysq mail show",
	"ysq version",
}

// recordsOnly is the annotation of the commands of the recordings.
const recordsOnly = "records-only"

// withInterrupts lets every command that is not brief end in order.
func (a *app) withInterrupts(root *cobra.Command) {
	for _, c := range root.Commands() {
		a.withInterrupts(c)
	}
	run := root.RunE
	if run == nil {
		return
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if !isBrief(cmd) {
			a.orderly(cmd)
		}
		return run(cmd, args)
	}
}

func isBrief(cmd *cobra.Command) bool {
	for _, flag := range []string{"output", "follow"} { // a file is to be written, or the interrupt is the ordinary end
		if f := cmd.Flags().Lookup(flag); f != nil && f.Changed {
			return false
		}
	}
	_, records := cmd.Annotations[recordsOnly]
	return records || slices.Contains(brief, cmd.CommandPath())
}

// orderly lets an interrupt end the command's context; until then it ends the process at once. Catching signals takes four
// threads of the runtime, which is a tenth of what a command costs that lists some cases.
func (a *app) orderly(cmd *cobra.Command) {
	if a.uncatch != nil {
		return
	}
	ctx, stop := a.interruptible(cmd.Context())
	cmd.SetContext(ctx)
	a.uncatch = stop
}
