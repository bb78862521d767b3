package cli

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// dueDays is how far `due` looks ahead unless told otherwise: a working week.
const dueDays = 5

// burst is from how many alarms of one kind about one applicant's cases they become one line. Who
// files three hundred applications must not hide everybody else's last day.
const burst = 10

// internalMost is the same for what the office owes to itself: on the first day of a live mailbox every mail of a
// month is not registered.
const internalMost = 5

func (a *app) dueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "due [词…]",
		Short: "列出到期和将到期的事项",
		Long: "列出等着办的事，一件一行，分三段：没有人处理的来信；法律定了日期的——应答复（条例第三十三条）、\n" +
			"补正告知截止（第三十条）、征求意见期满（第三十二条）、等待期满、复议答复、诉讼答辩（第五十一条）、年度报告的公布（第四十九条），\n" +
			"以及像是申请而没有立案的来信（编号处写摘要，日期是它的从严期限）；\n" +
			"本机关自己须办的——未登记、待双方确认（第三十一条）、送达失败、到达日存疑。每行末尾是办完它的命令；红色只用于法定日期已过的，并写明按哪一种口径。\n" +
			"写几个词，则同 ysq list 一样只列含有这些词的，例如自己的科室或名字。\n" +
			fmt.Sprintf("同一申请人的同类事项满 %d 件、须办的同类事项满 %d 件的合为一行，日期是其中最早的；--all 每件的每个事项都列出。", burst, internalMost),
		Example: "ysq due\nysq due 监测科\nysq due --within 0\nysq due --all",
	}
	within := cmd.Flags().Int("within", dueDays, "看到`几`个工作日之内")
	all := cmd.Flags().Bool("all", false, "每件的每个事项都列出")
	out := newListing[ask.DueItem](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		words := strings.Join(args, " ")
		items, err := ask.Do(ctx, c, ask.Due, ask.DueQuery{Within: *within, Words: words, Each: *all})
		if err != nil {
			return err
		}
		if words != "" {
			words = "含有“" + words + "”的"
		}
		none := fmt.Sprintf("%d 个工作日之内没有%s到期事项", *within, words)
		return out.show(items, none, func(wide bool) error { return a.dueTables(items, *all || wide) })
	}))
	return cmd
}

// blocks are the parts of what is due, in their order.
var blocks = []struct{ code, title string }{
	{ask.BlockMail, "来信"}, {ask.BlockStatutory, "法定"}, {ask.BlockInternal, "须办"},
}

// dueTables draws what is due in blocks, a case a line.
func (a *app) dueTables(items []ask.DueItem, all bool) error {
	first := true
	for _, b := range blocks {
		some := inBlock(items, b.code)
		if len(some) == 0 {
			continue
		}
		if !first {
			fmt.Fprintln(a.out)
		}
		first = false
		fmt.Fprintln(a.out, a.screenOf(a.out).paint(header, fmt.Sprintf("%s %d", b.title, len(some))))
		if err := a.dueTable(some, all); err != nil {
			return err
		}
	}
	return nil
}

func inBlock(items []ask.DueItem, block string) (some []ask.DueItem) {
	for _, i := range items {
		if cmp.Or(i.Block, ask.BlockStatutory) == block {
			some = append(some, i)
		}
	}
	return some
}

// dueTable lists lines of one block. Lines that say the same of many cases become one, unless all are wanted.
func (a *app) dueTable(items []ask.DueItem, all bool) error {
	t := grid.Table{Header: []string{"编号", "日期", "剩余", "事项", "承办", "申请人", "主题", "下一步"}}
	if len(items) > 0 && items[0].Block == ask.BlockMail {
		t.Header[1], t.Header[2] = "到达", "已到"
	}
	var tints []tint
	count, told := map[string]int{}, map[string]bool{}
	for _, i := range items {
		count[bundle(i)]++
	}
	for _, i := range items {
		key := bundle(i)
		many := !all && key != "" && count[key] >= burstOf(i)
		if many && told[key] {
			continue
		}
		told[key] = true
		number, who, about, step := string(i.Case)+string(i.Dispute)+i.Mail.Short(), string(i.Applicant), string(i.Subject), a.shortStep(i)
		if i.Year != 0 {
			number = strconv.Itoa(i.Year)
		}
		what := join("，", append([]string{i.Label}, i.Marks...)...)
		if many {
			number, what, about, step = number+" 起", i.Label, fmt.Sprintf("共 %d 件", count[key]), "due --all"
			if i.Block == ask.BlockInternal {
				who = ""
			}
		}
		t.Rows = append(t.Rows, []string{number, a.day(i.On), i.Left(), what, i.InCharge(), who, about, step})
		tints = append(tints, tintOf(i.Urgency()))
	}
	return a.fitted(t, tints, []int{4, 5, 6}, []int{6, 1, 5}) // what it is, and whose, last of all
}

// shortStep is the line that ends something as a clerk types it.
func (a *app) shortStep(i ask.DueItem) string {
	year, n, ok := i.Case.Number()
	step := strings.TrimPrefix(string(i.Step), "ysq ")
	if ok && year == a.today().Year() {
		step = strings.ReplaceAll(step, string(i.Case), strconv.Itoa(n))
	}
	return step
}

// bundle is what many lines have in common that become one: an applicant and a kind of alarm, or, of what the
// office owes to itself, what is to be done.
func bundle(i ask.DueItem) string {
	switch {
	case i.Block == ask.BlockInternal:
		return i.Kind + "\x00" + i.Label
	case i.Block == ask.BlockMail || i.Applicant == "":
		return ""
	}
	return i.Kind + "\x00" + string(i.Applicant)
}

// burstOf is from how many lines on they become one.
func burstOf(i ask.DueItem) int {
	if i.Block == ask.BlockInternal {
		return internalMost
	}
	return burst
}
