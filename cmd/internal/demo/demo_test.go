package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/cli"
	"ysq.internal/ysq/cmd/internal/demo"
	"ysq.internal/ysq/cmd/internal/worker"
)

// TestMain is the program itself when the daemon executes it again to read an attachment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(cli.Main(context.Background(), context.WithCancel, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv, "test"))
	}
	os.Exit(m.Run())
}

// command is how `ysq demo` runs commands.
func command(ctx context.Context, out, errOut io.Writer, args ...string) int {
	return cli.Main(ctx, context.WithCancel, args, strings.NewReader(""), out, errOut, os.Getenv, "test")
}

var directory = regexp.MustCompile(`临时目录 (.+) 已删除`)

// tell runs the demonstration and checks that it leaves nothing behind.
func tell(t *testing.T, ctx context.Context, o demo.Options) (string, error) {
	t.Helper()
	var out, errOut bytes.Buffer
	if o.Out == nil {
		o.Out = &out
	} else {
		o.Out = io.MultiWriter(&out, o.Out)
	}
	o.Err, o.Version = &errOut, "test"
	err := demo.Run(ctx, o)
	dir := directory.FindStringSubmatch(out.String())
	if dir == nil {
		t.Fatalf("the end does not say that the directory is gone: %v\n%s", err, out.String())
	}
	if _, err := os.Stat(dir[1]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir[1], err)
	}
	if errOut.Len() > 0 {
		t.Errorf("standard error: %s", errOut.String())
	}
	return out.String(), err
}

// The final check finds everything that is done to the office just before it.
func TestCheckFails(t *testing.T) {
	t.Parallel()
	told := false // all of the story and the views
	out, err := tell(t, t.Context(), demo.Options{Once: true, Command: func(ctx context.Context, out, errOut io.Writer, args ...string) int {
		told = told || slices.Contains(args, "report")
		if !told || !slices.Contains(args, "mail") {
			return command(ctx, out, errOut, args...)
		}
		var b bytes.Buffer
		code := command(ctx, &b, errOut, args...)
		var book []map[string]any
		if err := json.Unmarshal(b.Bytes(), &book); err != nil {
			t.Error(err)
		}
		book = tamper(t, book, filepath.Join(filepath.Dir(args[slices.Index(args, "--config")+1]), "state", "mail"))
		if err := json.NewEncoder(out).Encode(book); err != nil {
			t.Error(err)
		}
		return code
	}})
	if err == nil {
		t.Fatal("the check passes")
	}
	for _, want := range []string{
		"自检没有通过", "（wu）没有去处", "账上有 INBOX UID 1，服务器上没有这封信", "cun 的摘要是", "keji 的原件与来信不同", "lushi 的原件：", "meng 取不到，却不在未取回之列",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	if n := len(strings.Split(err.Error(), "\n")); n != 6 {
		t.Errorf("%d complaints, want 6: %v", n, err)
	}
	if strings.Contains(out, "自检通过") {
		t.Error("the output claims that all is well")
	}
}

// tamper forges the book, and changes and removes originals.
func tamper(t *testing.T, book []map[string]any, dir string) (forged []map[string]any) {
	t.Helper()
	for _, m := range book {
		digest, _ := m["digest"].(string)
		original := func() string { return filepath.Join(dir, digest[:1], digest+".eml") }
		var err error
		switch m["subject"] {
		case "申请公开停车场规划":
			continue
		case "申请公开本村道路投资汇总":
			m["digest"] = strings.Repeat("0", 63) + "1"
		case "政府信息公开申请（污水管网验收资料）":
			err = os.WriteFile(original(), []byte("changed"), 0o600)
		case "关于申请公开临河地块出让合同的函":
			err = os.Remove(original())
		}
		if m["disposition"] == "quarantined" {
			m["disposition"] = "history"
		}
		if err != nil {
			t.Error(err)
		}
		forged = append(forged, m)
	}
	return append(forged, map[string]any{"folder": "INBOX", "uid": 1})
}

// A command that fails ends the story with what it said.
func TestCommandFails(t *testing.T) {
	t.Parallel()
	_, err := tell(t, t.Context(), demo.Options{Command: func(ctx context.Context, out, errOut io.Writer, args ...string) int {
		if slices.Contains(args, "assign") {
			args = append(args, "--nonsense")
		}
		return command(ctx, out, errOut, args...)
	}})
	if err == nil || !strings.Contains(err.Error(), "没有选项 --nonsense") {
		t.Errorf("err = %v", err)
	}
}

// Nobody reads on: the story ends there, and so does everything that was started for it.
func TestUnread(t *testing.T) {
	t.Parallel()
	gone := errors.New("the reader has gone")
	var config string
	err := demo.Run(t.Context(), demo.Options{Out: &closing{after: 40, err: gone}, Err: io.Discard, Version: "test",
		Command: func(ctx context.Context, out, errOut io.Writer, args ...string) int {
			config = args[slices.Index(args, "--config")+1]
			return command(ctx, out, errOut, args...)
		}})
	if !errors.Is(err, gone) {
		t.Errorf("err = %v, want %v", err, gone)
	}
	if _, err := os.Stat(filepath.Dir(config)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", filepath.Dir(config), err)
	}
}

// closing takes so many writes, then fails.
type closing struct {
	after int
	err   error
}

func (c *closing) Write(b []byte) (int, error) {
	if c.after--; c.after < 0 {
		return 0, c.err
	}
	return len(b), nil
}

// reader calls do, once, with what was written, as soon as that holds certain words.
type reader struct {
	words string
	do    func(text string)
	text  strings.Builder
}

func (r *reader) Write(b []byte) (int, error) {
	r.text.Write(b)
	if r.do != nil && strings.Contains(string(b), r.words) {
		r.do(r.text.String())
		r.do = nil
	}
	return len(b), nil
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, err := tell(t, ctx, demo.Options{Command: command, Out: &reader{words: "$ ysq correct", do: func(string) { stop() }}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want %v", err, context.Canceled)
	}
	if strings.Contains(out, "自检") || strings.Contains(out, "export YSQ_CONFIG=") {
		t.Errorf("goes on: %s", out)
	}
}

var (
	configuration = regexp.MustCompile(`export YSQ_CONFIG=(\S+)`)
	suggested     = regexp.MustCompile(`(?m)^  ysq (.+)$`)
)

// The whole story is told and proves itself. The register that is left running then answers the commands that the end of the
// story suggests, and ends with the context.
func TestTold(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	try := func(text string) {
		defer stop()
		config := configuration.FindStringSubmatch(text)
		lines := suggested.FindAllStringSubmatch(text, -1)
		if config == nil || len(lines) < 5 {
			t.Errorf("suggests %q with %q", lines, config)
			return
		}
		for _, l := range lines {
			want := ask.ExitDone
			if strings.Contains(l[1], "correction-lapsed") {
				want = ask.ExitRefused // as it says
			}
			var said bytes.Buffer
			if got := command(ctx, &said, &said, append(strings.Fields(l[1]), "--config", config[1])...); got != want || said.Len() == 0 {
				t.Errorf("ysq %s: exit code %d, want %d: %s", l[1], got, want, said.String())
			}
		}
		if code := command(ctx, io.Discard, io.Discard, "report", "2026", "--check", "--config", config[1]); code != ask.ExitDone {
			t.Errorf("report --check: exit code %d after the last case was registered", code)
		}
	}
	out, err := tell(t, ctx, demo.Options{Command: command, Out: &reader{words: "按 Ctrl-C 结束", do: try}})
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"模拟的", "真实的",
		"收件", "双方确认", "登记", "审查", "办理", "答复、发出", "送达", "归档", // the loop
		"补正告知", "收到补正", "征求意见", "收到意见", "延期", "收费通知", "缴费", "撤回", "非申请", "作废记录", // and around it
		"待甄别", "重复，不再立案", "历史邮件", "未取回", "归入", // the places of mails
		"$ ysq list", "$ ysq due", "$ ysq show", "$ ysq explain", "$ ysq mail list", "$ ysq report",
		"扣除：征求第三方意见", "春节（国办发明电", "调休上班", "逾期办结", "已逾期", "今天到期", "等待补正", "等待征求意见",
		"一、本年新收政府信息公开申请数量", "四、结转下年度继续办理", "刘䶮",
		"自检通过：服务器上的 37 封信各有去处，原件（35 份）逐字节相同，信箱未被改动",
		"24 件申请与表三逐列相符，勾稽关系成立",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if i := strings.IndexFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
		t.Errorf("control character in %q", out[max(0, i-40):i+1])
	}
	if t.Failed() {
		t.Log(out)
	}
}
