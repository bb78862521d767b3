package cli

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// completionsWithin is how long the shell waits for the daemon when Tab is pressed: whoever types
// must not notice.
const completionsWithin = 500 * time.Millisecond

// most is how many numbers the shell is offered: more help nobody.
const most = 50

type completer = func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

// completions gives every argument and every value of a flag what the shell may offer for it. What
// it is, its name in the help says, so that a new command has its completion without further ado;
// where nothing can be offered, neither are the files of the directory.
func (a *app) completions(root *cobra.Command) {
	for _, c := range root.Commands() {
		a.completions(c)
	}
	if words := strings.Fields(root.Use); len(words) > 1 && root.ValidArgsFunction == nil && root.ValidArgs == nil {
		root.ValidArgsFunction = a.completeWords(words[1:])
	}
	root.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if _, done := root.GetFlagCompletionFunc(f.Name); done || f.Value.Type() == "bool" || root.LocalNonPersistentFlags().Lookup(f.Name) == nil {
			return
		}
		word, _ := pflag.UnquoteUsage(f)
		if err := root.RegisterFlagCompletionFunc(f.Name, a.completeWord("", word)); err != nil {
			panic(err) // only for a flag that is not there
		}
	})
}

// completeWords completes the arguments of a command by their names, as in 编号 [文件…].
func (a *app) completeWords(words []string) completer {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		i := min(len(args), len(words)-1)
		repeats := i > 0 && strings.HasSuffix(words[i-1], "…") // as in 编号… [文书]
		if len(args) >= len(words) && !strings.Contains(words[i], "…") && !repeats {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found, directive := a.completeWord(cmd.Parent().Name(), words[i])(cmd, args, typed)
		if repeats {
			more, _ := a.completeWord(cmd.Parent().Name(), words[i-1])(cmd, args, typed)
			found = append(more, found...)
		}
		return found, directive
	}
}

// completeWord completes an argument by its name; parent is the command above, for names that several
// families use.
func (a *app) completeWord(parent, word string) completer {
	switch strings.Trim(word, "[]…") {
	case "案件":
		return a.completeCases
	case "编号":
		if parent == "dispute" {
			return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
				all, err := ask.Do(ctx, c, ask.Disputes, ask.DisputeQuery{})
				for _, d := range all {
					add(string(d.Dispute), d.Party)
				}
				return err
			})
		}
		return a.completeCases
	case "文书", "文书=最后用过的号":
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var kinds []cobra.Completion
			for _, k := range casefile.LetterKinds() {
				kinds = append(kinds, cobra.CompletionWithDesc(k.Label(), k.String()))
			}
			return kinds, cobra.ShellCompDirectiveNoFileComp
		}
	case "文号":
		return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
			all, err := ask.Do(ctx, c, ask.Letters, ask.LetterQuery{Year: a.today().Year()})
			for _, l := range all {
				if l.Document != "" {
					add(string(l.Document), l.Label, string(l.Applicant))
				}
			}
			return err
		})
	case "记录号":
		if parent == "outbox" {
			return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
				all, err := ask.Do(ctx, c, ask.Outbox, ask.OutboxQuery{All: false})
				for _, o := range all {
					add(strconv.FormatUint(o.ID, 10), string(o.Case), string(o.To), string(o.Subject))
				}
				return err
			})
		}
	case "科室", "经办人":
		return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
			used, err := ask.Do(ctx, c, ask.InCharge, ask.None{})
			names := used.Departments
			if word == "经办人" {
				names = used.Persons
			}
			for _, n := range names {
				add(string(n))
			}
			return err
		})
	case "摘要", "摘要|文件夹:UID":
		return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
			return ask.Each(ctx, c, ask.Mails, ask.MailQuery{Place: casefile.Parked}, func(m ask.MailView) error {
				add(m.Digest.Short(), string(m.From), m.Subject)
				return nil
			})
		})
	case "年份", "年度":
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			y := a.today().Year()
			return []cobra.Completion{strconv.Itoa(y - 1), strconv.Itoa(y), strconv.Itoa(y + 1)}, cobra.ShellCompDirectiveNoFileComp
		}
	case "日期":
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			today := a.today()
			return []cobra.Completion{today.String(), today.Add(-1).String()}, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		}
	case "文件", "附件", "文件或目录", "套接字", "备份":
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	case "目录":
		return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	}
	return cobra.NoFileCompletions
}

// completeCases offers the numbers of open cases with their subjects.
func (a *app) completeCases(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return a.asking(func(ctx context.Context, c *ask.Client, add func(string, ...string)) error {
		return ask.Each(ctx, c, ask.List, ask.ListQuery{Limit: most}, func(r ask.CaseRow) error {
			if !slices.Contains(args, string(r.Case)) {
				add(string(r.Case), string(r.Applicant), string(r.Subject))
			}
			return nil
		})
	})(cmd, args, typed)
}

// asking completes with what the daemon says in time. It says nothing where none runs: a shell is no
// place for errors, and the register is not opened for a key that was pressed.
func (a *app) asking(answer func(ctx context.Context, c *ask.Client, add func(value string, about ...string)) error) completer {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const nothing = cobra.ShellCompDirectiveNoFileComp
		socket, err := a.socketPath()
		if err != nil {
			return nil, nothing
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionsWithin)
		defer cancel()
		var d net.Dialer
		conn, err := d.DialContext(ctx, "unix", socket)
		if err != nil {
			return nil, nothing
		}
		conn.Close()
		c := ask.Dial(socket)
		defer c.Close()
		var found []cobra.Completion
		err = answer(ctx, c, func(value string, about ...string) {
			if len(found) < most {
				found = append(found, cobra.CompletionWithDesc(grid.Clean(value), grid.Clean(join(" ", about...))))
			}
		})
		if err != nil {
			return nil, nothing
		}
		return found, nothing
	}
}
