package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// needed marks a flag without which its command makes no sense.
const needed = "needed"

// options declares the flags of a command. The words between back quotes in a usage are the name of
// the flag's value in the help.
type options struct {
	cmd    *cobra.Command
	today  civil.Date       // completes dates and numbers of cases that say no year
	echo   func(say string) // what was understood; nil: nobody listens
	needed []string
}

func (a *app) options(cmd *cobra.Command) *options {
	return &options{cmd: cmd, today: a.today(), echo: func(say string) { a.understood = append(a.understood, say) }}
}

func (o *options) text(name, usage string) *string {
	return o.cmd.Flags().String(name, "", usage)
}

func (o *options) texts(name, usage string) *[]string {
	return o.cmd.Flags().StringArray(name, nil, usage)
}

func (o *options) flag(name, usage string) *bool {
	return o.cmd.Flags().Bool(name, false, usage)
}

// judged declares --dry-run for a command that sends its change as it is: the daemon judges it and
// gives it up.
func (o *options) judged(a *app) {
	o.cmd.Flags().BoolVar(&a.dryRun, "dry-run", false, "只试算，不记录")
}

// recording declares --seen for a command that records on cases or disputes.
func (o *options) recording(a *app) {
	parsed(o, "seen", "您看到的最后一条记录`号`：案件此后又有记录的，不记录（退出码 3）", func(s string) (uint64, error) {
		n, err := sequence(s)
		a.seen = n
		return n, err
	})
}

func (o *options) date(name, usage string, tense civil.Tense) *civil.Date {
	return parsed(o, name, usage, func(s string) (civil.Date, error) {
		d, err := civil.Said(s, o.today, tense)
		if err == nil {
			o.understand(name, s, d)
		}
		return d, err
	})
}

// understand tells which day a flag names, with its day of the week, unless it was written out.
func (o *options) understand(flag, said string, d civil.Date) {
	if o.echo != nil && said != d.String() {
		o.echo("--" + flag + " " + said + "：" + d.Long())
	}
}

func (o *options) number(name, usage string) *int { return parsed(o, name, usage, ask.Whole) }

// need marks flags without which the command does not run.
func (o *options) need(names ...string) {
	for _, n := range names {
		o.cmd.Flags().Lookup(n).Annotations = map[string][]string{needed: {"true"}}
	}
	o.needed = append(o.needed, names...)
	o.cmd.PreRunE = func(*cobra.Command, []string) error { return o.missing() }
}

// needOf marks the flags for what the event must say, but for those that the command finds out itself.
func (o *options) needOf(info casefile.KindInfo, derived ...string) {
	for _, n := range info.Needs {
		if n.Option != "" && !slices.Contains(derived, n.Option) {
			o.need(n.Option)
		}
	}
}

// missing names the needed flags that were not given.
func (o *options) missing() error {
	var names []string
	for _, n := range o.needed {
		if !o.cmd.Flags().Changed(n) {
			names = append(names, "--"+n)
		}
	}
	if names == nil {
		return nil
	}
	return usage(o.cmd, "缺少 %s", strings.Join(names, "、"))
}

// given tells whether a flag stands on the command line.
func (o *options) given(name string) bool { return o.cmd.Flags().Changed(name) }

// givenOf returns the first of the flags that stands on the command line, "" if none does.
func (o *options) givenOf(names ...string) string {
	for _, n := range names {
		if o.given(n) {
			return n
		}
	}
	return ""
}

// parsed declares a flag whose text means a T.
func parsed[T any](o *options, name, usage string, parse func(string) (T, error)) *T {
	v := &parsedValue[T]{parse: parse}
	o.cmd.Flags().Var(v, name, usage)
	return &v.is
}

type parsedValue[T any] struct {
	is    T
	text  string
	parse func(string) (T, error)
}

func (v *parsedValue[T]) Set(s string) (err error) {
	if s == "" {
		return errors.New("没有写内容")
	}
	v.is, err = v.parse(s)
	v.text = s
	return err
}

func (v *parsedValue[T]) String() string { return v.text }
func (v *parsedValue[T]) Type() string   { return "值" }

// word is a flag that must be one of a few words.
type word struct {
	is *string
	of []string
}

func (w word) Set(s string) error {
	if !slices.Contains(w.of, s) {
		return errors.New("可写 " + strings.Join(w.of, "、"))
	}
	*w.is = s
	return nil
}

func (w word) String() string {
	if w.is == nil {
		return ""
	}
	return *w.is
}

func (w word) Type() string { return "值" }

// coded is an enumeration of package casefile: a stable code and a Chinese word.
type coded interface {
	String() string
	Label() string
}

// choice is parsed for an enumeration; the shell completes it and the usage lists it.
func choice[T coded](o *options, name, usage string, parse func(string) (T, error), all ...T) *T {
	var words, completions []string
	for _, v := range all {
		words = append(words, v.Label())
		completions = append(completions, v.Label(), v.String())
	}
	to := parsed(o, name, usage+"："+strings.Join(words, "、"), parse)
	o.complete(name, completions)
	return to
}

// complete lets the shell complete a flag's value. Registering fails only for a flag that does not
// exist, which every run of the tests would meet.
func (o *options) complete(name string, values []string) {
	o.completeBy(name, func() []string { return values })
}

// completeBy is complete with values that depend on what was typed before.
func (o *options) completeBy(name string, values func() []string) {
	err := o.cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err)
	}
}

func sequence(s string) (uint64, error) {
	n, err := ask.Whole(s)
	if err != nil || n < 0 {
		return 0, errors.New("应为记录号（show 所列各条记录的号码）")
	}
	return uint64(n), nil
}
