package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/control"
	"ysq.internal/ysq/stats/render/grid"
)

// longestSpan is how many cases 17..316 may stand for: more than any burst, and a slip of the pen
// does not become ten thousand records.
const longestSpan = 1000

// span reads 17..316 or 2025-17..30: the cases from the first number to the last. It returns none
// where the word is no such thing.
func span(s string, thisYear int) ([]casefile.ID, error) {
	first, last, ok := strings.Cut(s, "..")
	if !ok {
		return nil, nil
	}
	year, from, ok := casefile.ExpandID(first, thisYear).Number()
	if n, err := strconv.Atoi(last); err == nil {
		last = string(casefile.NewID(year, n)) // 30 in 2025-17..30 is of 2025
	}
	lastYear, to, okLast := casefile.ExpandID(last, thisYear).Number()
	switch {
	case !ok || !okLast || lastYear != year || to < from:
		return nil, fmt.Errorf("案号的起止 %q 不对：应写作 17..30 或 2025-17..30", s)
	case to-from >= longestSpan:
		return nil, fmt.Errorf("%q 有 %d 件，一次最多 %d 件", s, to-from+1, longestSpan)
	}
	var ids []casefile.ID
	for n := from; n <= to; n++ {
		ids = append(ids, casefile.NewID(year, n))
	}
	return ids, nil
}

// chosen returns the cases that a command records on: those that were typed, or, where the command
// has --from, the open ones of a department or person.
func (a *app) chosen(cmd *cobra.Command, info casefile.KindInfo, args []string) ([]casefile.ID, error) {
	flags := cmd.Flags()
	if flags.Lookup("from") == nil || !flags.Changed("from") && !flags.Changed("open") {
		return a.cases(cmd, args)
	}
	from, err := flags.GetString("from")
	if err != nil {
		return nil, err
	}
	switch open := flags.Changed("open"); {
	case from == "" || !open:
		return nil, usage(cmd, "--from 和 --open 须同时写：转办某科室或某人的全部在办案件")
	case len(args) > 0:
		return nil, usage(cmd, "写了案号就不写 --from")
	}
	c, err := a.open(cmd)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var ids []casefile.ID
	var rest []string
	err = c.List(cmd.Context(), control.ListQuery{}, func(r control.CaseRow) error {
		if string(r.Department) != from && string(r.Assignee) != from {
			return nil
		}
		if stage, err := casefile.ParseStage(r.Stage); err != nil || !slices.Contains(info.Stages, stage) {
			rest = append(rest, string(r.Case)+"（"+stageLabel(r.Stage)+"）")
			return nil
		}
		ids = append(ids, r.Case)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		fmt.Fprintf(a.errOut, "注意：不再%s：%s\n", info.Label, grid.Clean(strings.Join(rest, "、")))
	}
	if len(ids) == 0 {
		return nil, &control.Error{Code: "not-found", Msg: fmt.Sprintf("没有可以%s的、由“%s”承办的在办案件", info.Label, from), Hint: "ysq list 可查承办", Exit: control.ExitNotFound}
	}
	return ids, nil
}

// casesOrFrom asks for case numbers unless --from names them.
func casesOrFrom(cmd *cobra.Command, args []string) error {
	if f := cmd.Flags().Lookup("from"); f != nil && (f.Changed || cmd.Flags().Changed("open")) {
		return nil
	}
	return atLeastOne("案号")(cmd, args)
}
