package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// todayRows is how many lines `ysq` alone shows of anything: it is a glance.
const todayRows = 10

// agenda is what has to be done: what `ysq` alone shows.
type agenda struct {
	Status       ask.Status    `json:"status"`
	Due          []ask.DueItem `json:"due"`          // overdue or due within ask.SoonDays
	Unregistered []ask.CaseRow `json:"unregistered"` // at 收件
}

func askAgenda(ctx context.Context, c *ask.Client, limit int) (g agenda, err error) {
	if g.Status, err = ask.Do(ctx, c, ask.Overview, ask.None{}); err != nil {
		return g, err
	}
	if g.Due, err = ask.Do(ctx, c, ask.Due, ask.DueQuery{Within: ask.SoonDays}); err != nil {
		return g, err
	}
	g.Unregistered = []ask.CaseRow{}
	err = ask.Each(ctx, c, ask.List, ask.ListQuery{Stages: []casefile.Stage{casefile.StageReceived}, Limit: limit}, func(r ask.CaseRow) error {
		g.Unregistered = append(g.Unregistered, r)
		return nil
	})
	return g, err
}

// front is `ysq` alone: what needs doing today. Where nothing is set up yet, it is the help.
func (a *app) front(cmd *cobra.Command, args []string) error {
	c, err := a.open(cmd)
	if e, ok := errors.AsType[*ask.Error](err); ok && e.Code == "unreachable" && !a.json {
		path, _ := a.configPath()
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			fmt.Fprint(a.errOut, "这台机器上还没有设置 ysq：管理员运行 ysq init；想先看看，用 ysq demo\n\n")
		}
		if !slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.GroupID == groupQuery }) {
			cmd = a.root() // without args, rootFor made none of the commands that help lists
		}
		return cmd.Help()
	}
	if err != nil {
		return err
	}
	defer c.Close()
	g, err := askAgenda(cmd.Context(), c, todayRows)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(g)
	}
	return a.agenda(g)
}

func (a *app) agenda(g agenda) error {
	s := g.Status
	a.fold(plain, grid.Clean(join("  ", day(s.Today), s.Agency)))
	fmt.Fprintln(a.out, a.agendaCounts(s))
	if s.PID == 0 {
		a.fold(alarm, "注意：守护进程没有运行，不在收信")
	}
	for _, m := range s.Mailboxes {
		if m.Failures > 0 {
			a.fold(alarm, grid.Clean("注意："+string(m.Account)+"："+m.Label+"（ysq status）"))
		}
	}
	for _, t := range troubles(s) {
		a.fold(alarm, grid.Clean("注意："+t))
	}
	if len(g.Due) > 0 {
		fmt.Fprintln(a.out)
		if err := a.dueTables(topOfBlocks(g.Due), false); err != nil {
			return err
		}
		a.rest(len(g.Due), "ysq due")
	}
	if n := s.Mails[casefile.Parked.String()] + s.Mails[casefile.Quarantined.String()]; n > 0 {
		fmt.Fprintf(a.out, "\n待甄别的邮件 %d 封（ysq mail list）\n", n)
	}
	fmt.Fprintln(a.out, "\n各条命令见 ysq -h")
	return nil
}

// topOfBlocks leaves of what is due a screenful: the first of each block.
func topOfBlocks(items []ask.DueItem) (top []ask.DueItem) {
	for _, b := range blocks {
		some := inBlock(items, b.code)
		if b.code == ask.BlockInternal { // they become one line where they are many
			top = append(top, some...)
			continue
		}
		top = append(top, some[:min(len(some), todayRows)]...)
	}
	return top
}

func (a *app) rest(n int, command string) {
	if n > todayRows {
		fmt.Fprintf(a.out, "……共 %d 项，见 %s\n", n, command)
	}
}

// agendaCounts is a line of numbers, those that hurt in colour, or two where the terminal is narrow.
func (a *app) agendaCounts(s ask.Status) string {
	screen := a.screenOf(a.out)
	paint := func(n int, t tint, text string) string {
		if n == 0 {
			t = plain
		}
		return screen.paint(t, fmt.Sprintf("%s %d", text, n))
	}
	some := func(n int, text string) string { // most offices have none, most days
		if n == 0 {
			return ""
		}
		return paint(n, soon, text)
	}
	counts := []string{fmt.Sprintf("在办 %d", s.Open), some(s.OpenMails, "未处理来信"), paint(s.Overdue, alarm, "逾期"), paint(s.DueToday, soon, "今天到期"),
		paint(s.DueSoon, soon, fmt.Sprintf("%d 个工作日内", ask.SoonDays)), paint(s.Unregistered, soon, "未登记"), some(s.Unconfirmed, "未双方确认"),
		some(s.Disputes, "复议诉讼待答复")}
	counts = slices.DeleteFunc(counts, func(s string) bool { return s == "" })
	lines := []string{""}
	for _, c := range counts { // a number stays with what it counts
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = c
		case screen.grid.MaxWidth > 0 && grid.Width(uncoloured.Replace(*last+"  "+c), screen.grid) > screen.grid.MaxWidth:
			lines = append(lines, c)
		default:
			*last += "  " + c
		}
	}
	return strings.Join(lines, "\n")
}
