package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// latest are the options of lists that grow with the years: a table shows the latest, and --after goes back from there.
type latest struct {
	a     *app
	cmd   *cobra.Command
	limit *int
	after *uint64
}

var latestHelp = fmt.Sprintf("等人办理的全部列出；其余的，表格默认列最新的 %d 封，-o json、csv、tsv 不写 --limit 则列出全部。", listLimit)

func (a *app) latest(cmd *cobra.Command) latest {
	return latest{a, cmd, cmd.Flags().Int("limit", listLimit, "最多列几`封`，0 为不限"), cmd.Flags().Uint64("after", 0, "从此`记录号`之前的列起")}
}

// whole reports whether nobody asked for a part.
func (l latest) whole() bool { return !l.cmd.Flags().Changed("limit") && *l.after == 0 }

// most is how many are listed; 0: all of them. What waits for a person is listed whole, for its oldest is what is due first.
func (l latest) most(machine, waits bool) (int, error) {
	switch {
	case *l.limit < 0:
		return 0, usage(l.cmd, "--limit 不能是负数")
	case (machine || waits) && !l.cmd.Flags().Changed("limit"):
		return 0, nil
	}
	return *l.limit, nil
}

// oneMore is how many are asked for: one more tells that there are more.
func oneMore(limit int) int { return min(limit, 1) + limit }

// said tells how the earlier ones are listed.
func (l latest) said(option string, from uint64) {
	fmt.Fprintf(l.a.errOut, "只列出最新的 %d 封；更早的用 %s--after %d 或 --limit 0\n", *l.limit, option, from)
}

// pageOf is what is shown of a list, the oldest first, as lists without a limit come.
func pageOf[T any](all []T, limit int, after uint64) (page []T, more bool) {
	if more = limit > 0 && len(all) > limit; more {
		all = all[:limit]
	}
	if limit > 0 || after > 0 {
		slices.Reverse(all)
	}
	return all, more
}
