package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ysq.internal/ysq/casefile/words"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// fail tells a person what went wrong and returns the exit code.
func (a *app) fail(err error) int {
	if q, ok := errors.AsType[quiet](err); ok {
		return q.code
	}
	e := forPeople(err)
	if a.json {
		enc := json.NewEncoder(a.errOut)
		enc.SetEscapeHTML(false)
		if enc.Encode(e) == nil {
			return e.Exit
		}
	}
	fmt.Fprintf(a.errOut, "错误：%s\n", cleanLines(e.Msg))
	if advice := e.Advice(); advice != "" {
		fmt.Fprintf(a.errOut, "请：%s\n", cleanLines(strings.TrimPrefix(strings.TrimPrefix(advice, "请"), "：")))
	}
	return e.Exit
}

// forPeople gives any error its code, words and exit code.
func forPeople(err error) *ask.Error {
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return e
	}
	if _, ok := errors.AsType[config.Error](err); ok {
		return &ask.Error{Code: "config", Msg: "配置有误\n" + err.Error(), Hint: "改正后再试；ysq config check 可单独检查", Exit: ask.ExitUsage}
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return &ask.Error{Code: "unreachable", Msg: "与守护进程的连接失败：" + err.Error(), Hint: "查看服务是否正常：systemctl status ysq", Exit: ask.ExitUnreachable}
	}
	if errors.Is(err, context.Canceled) {
		return &ask.Error{Code: "interrupted", Msg: "已中断", Exit: ask.ExitFailed}
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		e := &ask.Error{Code: "file", Msg: fmt.Sprintf("无法使用文件 %s：%v", p.Path, p.Err), Exit: ask.ExitFailed}
		if errors.Is(err, fs.ErrPermission) {
			e.Hint = "换一个用得了的地方，如 /tmp 下；守护进程没有运行时，root 的命令以登记库的用户（如 ysq）读写文件"
		}
		return e
	}
	return &ask.Error{Code: "internal", Msg: err.Error(), Exit: ask.ExitFailed}
}

// usage is the error of a command that was typed wrong.
func usage(cmd *cobra.Command, format string, args ...any) error {
	return &ask.Error{Code: "usage", Msg: fmt.Sprintf(format, args...), Exit: ask.ExitUsage,
		Hint: "看用法：" + cmd.CommandPath() + " -h"}
}

// flagError says in Chinese what pflag says in English.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + e.GetSpecifiedName()
		if e.GetSpecifiedShortnames() != "" {
			name = "-" + e.GetSpecifiedName()
		}
		if near := words.Nearest(e.GetSpecifiedName(), optionsOf(cmd), 2); near != "" {
			return usage(cmd, "没有选项 %s；是不是 --%s？", name, near)
		}
		return usage(cmd, "没有选项 %s", name)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usage(cmd, "选项 --%s 后面没有写内容", e.GetFlag().Name)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		why := errors.Unwrap(e).Error()
		switch e.GetFlag().Value.Type() { // those of pflag speak English
		case "int":
			why = "应为整数"
		case "bool":
			why = "应为 true 或 false"
		case "duration":
			why = "应为时长，如 90s、2m"
		}
		return usage(cmd, "选项 --%s 的内容 %q 不对：%s", e.GetFlag().Name, e.GetValue(), why)
	}
	return usage(cmd, "选项写得不对：%v", err)
}

// optionsOf names the options that a command takes.
func optionsOf(cmd *cobra.Command) (names []string) {
	own, general := flagsOf(cmd)
	for _, f := range slices.Concat(own, general) {
		names = append(names, f.Name)
	}
	return names
}

// noSuchCommand refuses words after a command that only holds others.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usage(cmd, "没有命令 %q；是不是 %s？", args[0], strings.Join(near, "、"))
	}
	return usage(cmd, "没有命令 %q", args[0])
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd, "多写了 %q", args[0])
	}
	return nil
}

// exactly asks for one word of a kind.
func exactly(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usage(cmd, "没有写%s", what)
		case len(args) > 1:
			return usage(cmd, "只能写一个%s，多写了 %q", what, args[1])
		}
		return nil
	}
}

// atMostOne allows one word of a kind.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage(cmd, "只能写一个%s，多写了 %q", what, args[1])
		}
		return nil
	}
}

// atLeastOne asks for words of a kind.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(cmd, "没有写%s", what)
		}
		return nil
	}
}
