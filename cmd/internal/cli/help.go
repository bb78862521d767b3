package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/stats/render/grid"
)

// help prints a command's help. Cobra's templates speak English and count bytes for columns.
func (a *app) help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	title := cmp.Or(cmd.Long, cmd.Short)
	o := a.screenOf(a.out).grid
	if o.MaxWidth > 0 { // a line in the source that ends within a sentence goes on
		title = softBreak.ReplaceAllString(title, "$1")
	}
	for line := range strings.SplitSeq(title, "\n") {
		b.WriteString(hanging("", line, o))
	}
	fmt.Fprintf(&b, "\n用法\n  %s\n", strings.Join(useLines(cmd), "\n  "))
	helpCommands(&b, cmd, o)
	own, general := flagsOf(cmd)
	helpFlags(&b, "选项", own, o)
	helpFlags(&b, "通用选项", general, o)
	if cmd.Example != "" {
		b.WriteString("\n例\n")
		for line := range strings.Lines(cmd.Example) {
			b.WriteString("  " + strings.TrimSpace(line) + "\n")
		}
	}
	a.paging(func() error {
		_, err := fmt.Fprint(a.out, b.String())
		return err
	})
}

// softBreak is the end of a line that is no end of a sentence.
var softBreak = regexp.MustCompile(`([，、；])\n`)

// flagsOf returns the flags of a command itself and those of every command, in the order in which
// they are declared: the needed ones first.
func flagsOf(cmd *cobra.Command) (own, general []*pflag.Flag) {
	cmd.Flags().SortFlags = false
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if cmd.Root().PersistentFlags().Lookup(f.Name) == nil && !f.Hidden {
			own = append(own, f)
		}
	})
	return own, flagsOfRoot(cmd)
}

func flagsOfRoot(cmd *cobra.Command) (all []*pflag.Flag) {
	general := cmd.Root().PersistentFlags()
	general.SortFlags = false
	general.VisitAll(func(f *pflag.Flag) { all = append(all, f) })
	return all
}

// useLines says how a command is typed; one that both does something and holds others has two lines.
func useLines(cmd *cobra.Command) (lines []string) {
	own := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		if len(strings.Fields(cmd.Use)) > 1 {
			lines = append(lines, own)
		}
		own = cmd.CommandPath() + " 命令 [选项]"
	}
	lines = append(lines, own)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "[flags]", "[选项]")
	}
	return lines
}

// place is the annotation by which help lists commands: in the order in which work meets them. Cobra
// sorts them by the alphabet.
const place = "place"

// inPlace returns the commands below one that a person may type, in that order.
func inPlace(cmd *cobra.Command) []*cobra.Command {
	all := slices.SortedStableFunc(slices.Values(cmd.Commands()), func(x, y *cobra.Command) int {
		return strings.Compare(x.Annotations[place], y.Annotations[place])
	})
	return slices.DeleteFunc(all, func(c *cobra.Command) bool { return !c.IsAvailableCommand() })
}

func helpCommands(b *strings.Builder, cmd *cobra.Command, o grid.Options) {
	inOrder := inPlace(cmd)
	list := func(title string, of func(*cobra.Command) bool) {
		var rows [][2]string
		for _, c := range inOrder {
			if of(c) {
				rows = append(rows, [2]string{c.Name(), c.Short})
			}
		}
		helpRows(b, title, rows, o)
	}
	for _, g := range cmd.Groups() {
		list(g.Title, func(c *cobra.Command) bool { return c.GroupID == g.ID })
	}
	list("命令", func(c *cobra.Command) bool { return c.GroupID == "" })
}

func helpFlags(b *strings.Builder, title string, flags []*pflag.Flag, o grid.Options) {
	var rows [][2]string
	for _, f := range flags {
		name, value, text := flagHelp(f)
		rows = append(rows, [2]string{strings.TrimSpace(name + " " + value), text})
	}
	helpRows(b, title, rows, o)
}

// flagHelp says how a flag is written, what its value is called ("": it has none), and what it does.
func flagHelp(f *pflag.Flag) (name, value, text string) {
	value, text = pflag.UnquoteUsage(f)
	name = "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if f.Value.Type() == "bool" {
		value = ""
	}
	switch {
	case f.Annotations[needed] != nil:
		text = text + "（必填）"
	case f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0":
		text = fmt.Sprintf("%s（默认 %s）", text, f.DefValue)
	}
	return name, value, text
}

// helpRows prints names in one column and what they mean in another.
func helpRows(b *strings.Builder, title string, rows [][2]string, o grid.Options) {
	if len(rows) == 0 {
		return
	}
	widest := 0
	for _, r := range rows {
		widest = max(widest, grid.Width(r[0], o))
	}
	b.WriteString("\n" + title + "\n")
	for _, r := range rows {
		b.WriteString(hanging("  "+pad(r[0], widest, o)+"  ", r[1], o))
	}
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [命令]",
		Short:   "显示一条命令的帮助",
		Example: "ysq help\nysq help reply\nysq help mail open",
		GroupID: groupAdmin,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(cmd.Root(), "没有命令 %q", strings.Join(args, " "))
			}
			return found.Help()
		},
	}
}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Short:     "输出命令补全脚本",
		Long:      "输出 shell 的命令补全脚本；按 Tab 可补全命令、选项和选项的可选内容。",
		Example:   "ysq completion bash > /etc/bash_completion.d/ysq",
		Args:      exactly(" shell 的名字"),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(a.out, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(a.out)
			case "fish":
				return cmd.Root().GenFishCompletion(a.out, true)
			}
			return usage(cmd, "没有 %q 的补全脚本；可写 bash、zsh、fish", args[0])
		},
	}
}
