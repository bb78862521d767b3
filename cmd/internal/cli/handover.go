package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// chosen returns what a command records: its events on the cases that were typed or, where the command
// has --from, on the open ones of a department or person.
func (a *app) chosen(cmd *cobra.Command, info casefile.KindInfo, args []string, on civil.Date, events []casefile.Event) (ask.AppendRequest, error) {
	flags := cmd.Flags()
	if flags.Lookup("from") == nil || !flags.Changed("from") && !flags.Changed("open") {
		ids, err := a.cases(cmd, args)
		if err != nil {
			return ask.AppendRequest{}, err
		}
		return request(ids, on, events)
	}
	rows, err := a.inChargeOf(cmd, info, args)
	if err != nil {
		return ask.AppendRequest{}, err
	}
	return a.handedOver(rows, on, events)
}

// charged is what somebody is in charge of: the rows that may be handed over and what tells a person from
// a department.
type charged struct {
	rows        []ask.CaseRow
	byPerson    bool     // --from named a person, in every row
	departments []string // those that have an open case
}

// handedOver makes the drafts. --from A --to B between two persons is how people say it when A leaves: a B
// that is not known as a department, nor called like one, is then the person, and each case stays in the
// department where it is. It is said, for the person who types it may have meant a new department.
func (a *app) handedOver(c charged, on civil.Date, events []casefile.Event) (req ask.AppendRequest, err error) {
	for _, r := range c.rows {
		own := slices.Clone(events)
		for i, e := range own {
			if to, ok := e.(casefile.Assigned); ok && c.toPerson(to) {
				own[i] = casefile.Assigned{Department: string(r.Department), Person: to.Department}
			}
		}
		one, err := request([]casefile.ID{r.Case}, on, own)
		if err != nil {
			return req, err
		}
		req.Drafts = append(req.Drafts, one.Drafts...)
	}
	if to, ok := events[0].(casefile.Assigned); ok && c.toPerson(to) {
		fmt.Fprintf(a.errOut, "注意：“%s”不是承办过在办案件的科室，按经办人记录，科室不变；转给科室请加 --person 写明经办人\n", grid.Clean(to.Department))
	}
	return req, nil
}

func (c charged) toPerson(to casefile.Assigned) bool {
	called := slices.ContainsFunc([]string{"科", "室", "处", "股", "办", "局", "所", "站", "队", "部", "委", "院", "中心", "组"}, func(end string) bool {
		return strings.HasSuffix(to.Department, end)
	})
	return c.byPerson && to.Person == "" && !called && !slices.Contains(c.departments, to.Department)
}

// inChargeOf returns the open cases of the department or person that --from names.
func (a *app) inChargeOf(cmd *cobra.Command, info casefile.KindInfo, args []string) (all charged, err error) {
	flags := cmd.Flags()
	from, err := flags.GetString("from")
	if err != nil {
		return all, err
	}
	switch open := flags.Changed("open"); {
	case from == "" || !open:
		return all, usage(cmd, "--from 和 --open 须同时写：转办某科室或某人的全部在办案件")
	case len(args) > 0:
		return all, usage(cmd, "写了编号就不写 --from")
	}
	c, err := a.open(cmd)
	if err != nil {
		return all, err
	}
	defer c.Close()
	all.byPerson = true
	var rest []string
	err = ask.Each(cmd.Context(), c, ask.List, ask.ListQuery{}, func(r ask.CaseRow) error {
		all.departments = append(all.departments, string(r.Department))
		if string(r.Department) != from && string(r.Assignee) != from {
			return nil
		}
		if stage, err := casefile.ParseStage(r.Stage); err != nil || !slices.Contains(info.Stages, stage) {
			rest = append(rest, string(r.Case)+"（"+ask.StageLabel(r.Stage)+"）")
			return nil //nolint:nilerr // a stage of a newer daemon
		}
		all.rows = append(all.rows, r)
		all.byPerson = all.byPerson && string(r.Department) != from
		return nil
	})
	if err != nil {
		return all, err
	}
	if len(rest) > 0 {
		fmt.Fprintf(a.errOut, "注意：不再%s：%s\n", info.Label, grid.Clean(strings.Join(rest, "、")))
	}
	if len(all.rows) == 0 {
		return all, &ask.Error{Code: "not-found", Msg: fmt.Sprintf("没有可以%s的、由“%s”承办的在办案件", info.Label, from), Hint: "ysq list 可查承办", Exit: ask.ExitNotFound}
	}
	return all, nil
}

// casesOrFrom asks for case numbers unless --from names them.
func casesOrFrom(cmd *cobra.Command, args []string) error {
	if f := cmd.Flags().Lookup("from"); f != nil && (f.Changed || cmd.Flags().Changed("open")) {
		return nil
	}
	return atLeastOne("编号")(cmd, args)
}
