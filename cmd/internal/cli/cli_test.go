package cli

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/worker"
	"ysq.internal/ysq/stats/render/grid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestMain is the program itself when a daemon of a test executes it again to read an attachment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(worker.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// now is a morning in Shanghai that is still the evening before in New York and in UTC.
var now = time.Date(2026, 11, 23, 7, 30, 0, 0, civil.Zone)

type terminal struct {
	*app
	out, err bytes.Buffer
}

// newTerminal is an app that prints into memory, as if piped (columns 0) or on a terminal.
func newTerminal(columns int, env map[string]string) *terminal {
	t := &terminal{}
	t.app = &app{
		in: strings.NewReader(""), version: "v1", now: func() time.Time { return now },
		getenv: func(name string) string { return env[name] }, columns: func(io.Writer) int { return columns },
		interruptible: context.WithCancel,
	}
	t.app.out, t.app.errOut = &t.out, &t.err
	return t
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", file, got, want)
	}
}

// walk calls f with every command.
func walk(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, below := range c.Commands() {
		walk(below, f)
	}
}

// elsewhere are the kinds whose commands need more than a record: new numbers, files.
var elsewhere = []casefile.Kind{casefile.KindSplit, casefile.KindAttached, casefile.KindDetached, casefile.KindLetterIssued, casefile.KindSubmitted}

// Every event that a person may record has its command, in the order of the loop, and no other has.
func TestEveryKindHasItsCommand(t *testing.T) {
	var want, got []casefile.Kind
	for _, k := range casefile.Kinds() {
		if k.Command != "" && !slices.Contains(elsewhere, k.Kind) {
			want = append(want, k.Kind)
		}
	}
	for _, r := range recordings() {
		got = append(got, r.Kind)
	}
	root := newTerminal(0, nil).root()
	for _, k := range elsewhere {
		if c, _, err := root.Find([]string{k.Info().Command}); err != nil || c == root {
			t.Errorf("no command %s", k.Info().Command)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("commands for\n%v, want\n%v", got, want)
	}
}

func TestHelp(t *testing.T) {
	articles := map[string]string{}
	for _, k := range casefile.Kinds() {
		articles["ysq "+k.Command] = k.Article
	}
	root := newTerminal(0, nil).root()
	commands := 0
	walk(root, func(c *cobra.Command) {
		if c.Name() == "help" || strings.HasPrefix(c.Name(), "__") {
			return
		}
		commands++
		term := newTerminal(0, nil)
		args := append(strings.Fields(c.CommandPath())[1:], "-h")
		tree := term.rootFor(args)
		if c != root && c.Name() != "man" && len(tree.Commands()) != 1 {
			t.Errorf("%s: %d commands are made", c.CommandPath(), len(tree.Commands()))
		}
		tree.SetArgs(args)
		if err := tree.Execute(); err != nil {
			t.Errorf("%s -h: %v", c.CommandPath(), err)
		}
		help := term.out.String()
		if !strings.Contains(help, "\n例\n  ysq") || !strings.Contains(c.Example, c.CommandPath()) {
			t.Errorf("%s has no example of itself", c.CommandPath())
		}
		if !strings.Contains(help, articles[c.CommandPath()]) {
			t.Errorf("%s does not name %s", c.CommandPath(), articles[c.CommandPath()])
		}
		for _, english := range []string{"Usage", "Flags", "help for", "default", "Available"} {
			if strings.Contains(help, english) {
				t.Errorf("%s: %q in the help", c.CommandPath(), english)
			}
		}
		if c.Short == "" || c.HasParent() && c.Long == "" {
			t.Errorf("%s does not say what it does", c.CommandPath())
		}
		if len(help) != len(strings.ToValidUTF8(help, "")) {
			t.Errorf("%s: bad UTF-8", c.CommandPath())
		}
	})
	if commands < 40 {
		t.Errorf("only %d commands were looked at", commands)
	}
}

// Help lines up although names are Chinese; it is Chinese whatever the locale.
func TestHelpGolden(t *testing.T) {
	for _, name := range []string{"extend", "list", "mail"} {
		term := newTerminal(0, map[string]string{"LANG": "en_US.UTF-8"})
		root := term.root()
		root.SetArgs(strings.Fields(name + " -h"))
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		golden(t, "help-"+name, term.out.String())
	}
}

// The front page names every command under its group, and records in the order of the loop.
func TestFrontPage(t *testing.T) {
	term := newTerminal(0, nil)
	root := term.root()
	root.SetArgs([]string{"-h"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	rest := term.out.String()
	for _, g := range root.Groups() {
		_, after, ok := strings.Cut(rest, "\n"+g.Title+"\n")
		if !ok {
			t.Fatalf("no group %s in its place", g.Title)
		}
		rest = after
		section, _, _ := strings.Cut(rest, "\n\n")
		for _, c := range root.Commands() {
			if got, want := strings.Contains(section, "  "+c.Name()+" "), c.GroupID == g.ID && c.Name() != "help"; got != want {
				t.Errorf("%s under %s: %v, want %v", c.Name(), g.Title, got, want)
			}
		}
		if g.ID == groupRecord && !strings.HasPrefix(section, "  new ") {
			t.Errorf("the loop does not begin with new:\n%s", section)
		}
	}
}

// Every example of the help is a command that works: its flags parse, and what it records has an
// event that the register can read.
func TestExamples(t *testing.T) {
	byCommand := map[string]recording{}
	for _, r := range recordings() {
		byCommand[r.Kind.Info().Command] = r
	}
	walk(newTerminal(0, nil).root(), func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if i := strings.LastIndex(line, "| ysq"); i >= 0 {
				line = line[i+2:]
			}
			line, _, _ = strings.Cut(line, " > ")
			words := shellWords(line)
			if words[0] != "ysq" {
				t.Errorf("example %q does not begin with ysq", line)
				continue
			}
			isHelp := len(words) > 1 && words[1] == "help" // cobra adds that command when it runs
			if isHelp {
				words = words[1:]
			}
			found, args, err := newTerminal(0, nil).rootFor(words[1:]).Find(words[1:])
			if err != nil || isHelp && len(args) > 0 {
				t.Errorf("example %q: %v", line, err)
			}
			if err != nil || isHelp {
				continue
			}
			proposed := found.Flags().Lookup("accept") != nil && !strings.Contains(line, "--applicant") || strings.Contains(line, "--last") // what is recorded comes from elsewhere
			if r, ok := byCommand[found.Name()]; ok && found.Parent() == found.Root() && !proposed {
				checkRecording(t, line, r, args)
				continue
			}
			if err := found.ParseFlags(args); err != nil {
				t.Errorf("example %q: %v", line, err)
			} else if err := found.ValidateArgs(found.Flags().Args()); err != nil {
				t.Errorf("example %q: %v", line, err)
			}
		}
	})
}

func checkRecording(t *testing.T, line string, r recording, args []string) {
	t.Helper()
	o := &options{cmd: &cobra.Command{Use: "x"}}
	o.date("on", "", civil.Past)
	o.flag("dry-run", "")
	build := r.declare(o, r.Step)
	r.need(o)
	if err := cmp.Or(o.cmd.ParseFlags(args), o.missing()); err != nil {
		t.Errorf("example %q: %v", line, err)
		return
	}
	if err := o.missing(); err != nil {
		t.Errorf("example %q: %v", line, err)
	}
	events, err := build()
	if err != nil || len(events) == 0 || events[0].Kind() != r.Kind {
		t.Errorf("example %q makes %v, %v", line, events, err)
	}
	req, err := request([]casefile.ID{"2026-00017"}, 0, events)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range req.Drafts {
		got, err := casefile.DecodeEvent(d.Kind, d.Event)
		if err != nil {
			t.Errorf("example %q: %v", line, err)
		} else if casefile.Describe(got) != casefile.Describe(events[i]) {
			t.Errorf("example %q: %q came back as %q", line, casefile.Describe(events[i]), casefile.Describe(got))
		}
	}
}

// shellWords splits as a shell does, as far as the examples need it.
func shellWords(s string) (words []string) {
	var word strings.Builder
	quoted, any := false, false
	for _, r := range s {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if any || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			any = false
		default:
			word.WriteRune(r)
		}
	}
	return append(words, word.String())
}

func TestReplyEvents(t *testing.T) {
	for _, tt := range []struct{ name, args, want string }{
		{"sent the same day, the way left to the case", "--outcome 部分公开", "（二）部分公开，依据条例第三十七条（区分处理），不予公开部分的依据没有记载 / "},
		{"sent otherwise", "--outcome （三）4 --way 邮寄 --tracking XA1", "（三）4保护第三方合法权益，依据条例第十五条（第三方合法权益） / 邮寄，单号 XA1"},
		{"with a number", "--outcome partial --tracking 1", "（二）部分公开，依据条例第三十七条（区分处理），不予公开部分的依据没有记载 / 单号 1"},
		{"not sent yet", "--outcome partial --no-dispatch", "（二）部分公开，依据条例第三十七条（区分处理），不予公开部分的依据没有记载"},
		{"a lapse needs no letter", "--outcome other.fee-lapsed", "（六）2申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请，依据条例第四十二条（逾期不缴费）"},
		{"the basis that was given", "--outcome disclosed --basis 36-1 --no-dispatch", "（一）予以公开，依据条例第三十六条第（一）项（已主动公开，告知获取方式）"},
		{"several bases fit", "--outcome disclosed", "“予以公开”可有几种依据，请用 --basis 写明其一：可以公开，提供信息（第三十六条第（二）项）、第三十六条第（一）项（已主动公开，告知获取方式）、可以公开，告知获取方式和时间（第三十六条第（二）项）；看用法：reply -h"},
		{"a lapse is not sent", "--outcome other.fee-lapsed --way 邮寄", "“申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请”不需发出，请去掉 --way、--tracking；看用法：reply -h"},
		{"sent and not sent", "--outcome partial --way 邮寄 --no-dispatch", "--no-dispatch 与 --way、--tracking 不能同时写；看用法：reply -h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &options{cmd: &cobra.Command{Use: "reply"}}
			build := reply(o, stepOf(casefile.KindReplied))
			if err := o.cmd.ParseFlags(strings.Fields(tt.args)); err != nil {
				t.Fatal(err)
			}
			events, err := build()
			var said []string
			for _, e := range events {
				said = append(said, casefile.Describe(e))
			}
			got := strings.Join(said, " / ")
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestCaseNumbers(t *testing.T) {
	for _, tt := range []struct {
		name, args, in, want string
	}{
		{"short and long", "17 2025-3 旧2019-7", "", "2026-00017 2025-00003 旧2019-7"},
		{"from a pipe", "- 1", "\n 5 \r\n2025-00006\n", "2026-00005 2025-00006 2026-00001"},
		{"twice", "1 2026-00001", "", "编号 2026-00001 写了两次"},
		{"twice by pipe", "1 -", "1\n", "编号 2026-00001 写了两次"},
		{"empty pipe", "-", "\n", "标准输入里没有编号"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(0, nil)
			term.in = strings.NewReader(tt.in)
			ids, err := term.cases(&cobra.Command{Use: "note"}, strings.Fields(tt.args))
			var words []string
			for _, id := range ids {
				words = append(words, string(id))
			}
			got := strings.Join(words, " ")
			if err != nil {
				got = forPeople(err).Msg
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A new year begins at midnight in Shanghai, whatever the computer's zone.
func TestShortNumbersFollowShanghai(t *testing.T) {
	term := newTerminal(0, nil)
	term.now = func() time.Time { return time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC) }
	ids, err := term.cases(&cobra.Command{}, []string{"1"})
	if err != nil || ids[0] != "2027-00001" {
		t.Errorf("got %v, %v", ids, err)
	}
}

func widest(s string) (n int) {
	for line := range strings.Lines(s) {
		n = max(n, grid.Width(strings.TrimSuffix(line, "\n"), grid.Options{}))
	}
	return n
}
