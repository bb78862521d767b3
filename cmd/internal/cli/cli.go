// Package cli is the command tree: what a clerk and an administrator type, and what they read.
//
//	cli.go      Main, the root and its groups        help.go    help texts, in Chinese
//	reach.go    configuration, socket, the client    fail.go    errors for people, exit codes
//	monitor.go  metrics, and a check for monitoring   journal.go priorities for systemd's journal
//	web.go      the desk in a browser                 interrupt.go who ends in order when interrupted
//	today.go    ysq alone: what needs doing
//	screen.go   tables, colour, JSON                 words.go   how days, terms and stages read
//	record.go   one command for every kind of event  kinds.go   their flags, in one table
//	output.go   -o and --fields of lists        pager.go   what is longer than the terminal
//	man.go      the manual pages, out of the tree   complete.go what the shell offers: numbers, stages, codes
//	counter.go  what more than a record is needed for: new cases, parts of cases
//	files.go    documents and mails into a case and out of it
//	init.go     a new office; setup.go what it asks, standing.go what is there already, vault.go where passwords are kept
//
// The other files hold one command each, or one family of them.
//
// A command asks the daemon (package ask) and prints the answer. It decides nothing: what is
// legal, who may do it and what is masked is judged behind the socket, so that no command can get
// around it.
package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/config"
)

// Main runs the command that args name and returns its exit code (ask.Exit…). It ends early when ctx does, or what orderly
// makes of it for a command that does more than to ask the daemon; `serve` then stops in order, which is its ordinary end.
func Main(ctx context.Context, orderly func(context.Context) (context.Context, context.CancelFunc), args []string, in io.Reader, out, errOut io.Writer, getenv func(string) string, version string) int {
	if len(args) > 0 && args[0] == worker.Command { // the daemon's child: not for people, and nothing of the tree for it
		_, stop := orderly(ctx) // who stops the service stops all of it at once; the daemon ends its children itself
		defer stop()
		return worker.Main(args[1:], in, out, errOut)
	}
	a := &app{in: in, out: out, errOut: errOut, version: version, now: time.Now, getenv: getenv, columns: terminalColumns,
		interruptible: orderly}
	root := a.rootFor(args)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // the shell asks, not a person
		a.completions(root)
	}
	root.SetArgs(append([]string{}, args...)) // never nil, which cobra takes for os.Args
	err := root.ExecuteContext(ctx)
	if a.uncatch != nil {
		a.uncatch()
	}
	if err != nil {
		a.json = a.json || slices.Contains(args, "--json") // also when a flag before it was wrong
		return a.fail(err)
	}
	return ask.ExitDone
}

// app is one run of one command.
type app struct {
	in          io.Reader
	out, errOut io.Writer
	version     string
	now         func() time.Time
	getenv      func(string) string
	columns     func(io.Writer) int // of the terminal that this is; 0: it is none

	interruptible func(context.Context) (context.Context, context.CancelFunc)
	uncatch       context.CancelFunc // nil: an interrupt ends the process at once

	// Flags of every command.
	configFile string
	socket     string
	json       bool
	colour     string // auto, always, never
	noPager    bool
	dryRun     bool   // of a command that does not ask for it itself (options.judged)
	seen       uint64 // --seen

	understood []string // of what was typed, what it means; told before the answer

	width config.Width // of ambiguous characters, once a configuration was read
}

func (a *app) today() civil.Date { return civil.Of(a.now()) }

// The groups under which `ysq -h` lists the commands.
const (
	groupQuery  = "query"
	groupRecord = "record"
	groupReport = "report"
	groupAdmin  = "admin"
)

// branch is a command below the root that has not been made yet, with the commands below it and all their flags.
type branch struct {
	group, name string
	grow        func() *cobra.Command
}

// branches yields the commands in the order in which help lists them.
func (a *app) branches(yield func(branch) bool) {
	each := func(all []branch) bool {
		return !slices.ContainsFunc(all, func(b branch) bool { return !yield(b) })
	}
	if !each([]branch{
		{groupQuery, "list", a.listCommand}, {groupQuery, "due", a.dueCommand}, {groupQuery, "show", a.showCommand},
		{groupQuery, "search", a.searchCommand}, {groupQuery, "explain", a.explainCommand}, {groupQuery, "status", a.statusCommand},
		{groupQuery, "web", a.webCommand}, {groupQuery, "digest", a.digestCommand}, {groupQuery, "notify", a.notifyCommand},
		{groupQuery, "mail", a.mailCommand}, {groupQuery, "log", a.logCommand},

		{groupRecord, "new", a.newCommand},
	}) {
		return
	}
	for _, r := range recordings() {
		if !yield(branch{groupRecord, r.Kind.Info().Command, func() *cobra.Command { return a.recordCommand(r) }}) {
			return
		}
	}
	each([]branch{
		{groupRecord, "split", a.splitCommand}, {groupRecord, "attach", a.attachCommand}, {groupRecord, "detach", a.detachCommand},
		{groupRecord, "submit", a.submitCommand}, {groupRecord, "answer", a.answerCommand}, {groupRecord, "letter", a.letterCommand},
		{groupRecord, "send", a.sendCommand}, {groupRecord, "outbox", a.outboxCommand}, {groupRecord, "away", a.awayCommand},
		{groupRecord, "save", a.saveCommand}, {groupRecord, "dispute", a.disputeCommand},

		{groupReport, "report", a.reportCommand}, {groupReport, "stats", a.statsCommand}, {groupReport, "year", a.yearCommand},

		{groupAdmin, "demo", a.demoCommand}, {groupAdmin, "init", a.initCommand}, {groupAdmin, "password", a.passwordCommand},
		{groupAdmin, "serve", a.serveCommand}, {groupAdmin, "poll", a.pollCommand}, {groupAdmin, "reconcile", a.reconcileCommand},
		{groupAdmin, "doctor", a.doctorCommand}, {groupAdmin, "metrics", a.metricsCommand}, {groupAdmin, "calendar", a.calendarCommand},
		{groupAdmin, "law", a.lawCommand}, {groupAdmin, "import", a.importCommand}, {groupAdmin, "export", a.exportCommand},
		{groupAdmin, "config", a.configCommand}, {groupAdmin, "version", a.versionCommand}, {groupAdmin, "completion", a.completionCommand},
		{groupAdmin, "verify", a.verifyCommand}, {groupAdmin, "backup", a.backupCommand}, {groupAdmin, "restore", a.restoreCommand},
		{groupAdmin, "rebuild", a.rebuildCommand}, {groupAdmin, "compact", a.compactCommand}, {groupAdmin, "erase", a.eraseCommand},
	})
}

// root makes the tree of commands.
func (a *app) root() *cobra.Command {
	root := a.trunk(slices.Collect(a.branches)...)
	root.AddCommand(a.manCommand())
	return root
}

// rootFor makes only the part of the tree that args need: the command with which they begin, or the bare root where there
// are none. Making the flags of a hundred other commands would take a third of the time that `ysq list` needs.
func (a *app) rootFor(args []string) *cobra.Command {
	if len(args) == 0 {
		return a.trunk()
	}
	for b := range a.branches {
		if b.name == args[0] {
			return a.trunk(b)
		}
	}
	return a.root()
}

// trunk makes the root and some of its branches.
func (a *app) trunk(branches ...branch) *cobra.Command {
	root := &cobra.Command{
		Use:   "ysq",
		Short: "依申请公开登记簿",
		Long: "依申请公开登记簿：收取申请邮件，按《政府信息公开条例》登记、计时、答复，年终出报告。\n" +
			"只打 ysq，列出今天要办的事。编号可以简写：17 即今年第 17 号，2025-17 即 2025 年第 17 号，17..30 即第 17 至 30 号。",
		Example:       "ysq\nysq list\nysq show 17\nysq register 17 --applicant 张某 --column 自然人\nysq help reply",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          a.front,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(a.help)
	root.SetHelpCommand(a.helpCommand())
	root.CompletionOptions.DisableDefaultCmd = true // ours speaks Chinese

	all := root.PersistentFlags()
	all.StringVar(&a.configFile, "config", "", "配置`文件`，也可用环境变量 YSQ_CONFIG；不写则为 "+config.DefaultFile)
	all.StringVar(&a.socket, "socket", "", "守护进程的`套接字`，也可用环境变量 YSQ_SOCKET；不写则看配置")
	all.BoolVar(&a.json, "json", false, "输出 JSON，供程序读取")
	o := a.options(root)
	a.colour = "auto"
	all.Var(word{&a.colour, []string{"auto", "always", "never"}}, "color", "`何时`用颜色：auto（只在终端上）、always、never")
	o.complete("color", []string{"auto", "always", "never"})
	all.BoolVar(&a.noPager, "no-pager", false, "输出再长也不分页")
	all.BoolP("help", "h", false, "显示帮助和例子")

	root.AddGroup(
		&cobra.Group{ID: groupQuery, Title: "查询"},
		&cobra.Group{ID: groupRecord, Title: "办理（每条命令记录一件已经发生的事）"},
		&cobra.Group{ID: groupReport, Title: "年度报告"},
		&cobra.Group{ID: groupAdmin, Title: "管理"},
	)
	for i, b := range branches {
		c := b.grow()
		c.GroupID = b.group
		if c.Annotations == nil {
			c.Annotations = map[string]string{}
		}
		c.Annotations[place] = fmt.Sprintf("%03d", i)
		root.AddCommand(c)
	}
	a.withPager(root)
	a.withInterrupts(root)
	return root
}

// parent makes a command that only holds others.
func parent(use, short, long, example string, below ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Example: example, Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(below...)
	return c
}
