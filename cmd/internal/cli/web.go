package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/web"
)

func (a *app) webCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "web",
		Short: "在浏览器里办理",
		Long: "在本机起一个网页，以运行本命令的账号办理：待办、案件、登记、每一步的表单（先试算，再记录）、收发、年度、查询。\n" +
			"只听 127.0.0.1，只应答同一账号的浏览器。所示的地址 60 秒内可进入一次；在终端里按回车换一个新的。\n" +
			"守护进程须在运行；按 Ctrl-C 结束，两小时没有人操作也会结束。\n" +
			"服务器在别处的：ssh -L 8765:127.0.0.1:8765 服务器，在那里运行 ysq web --port 8765，在自己的浏览器里打开所示的地址。",
		Example: "ysq web\nysq web --port 8765",
		Args:    noArgs,
	}
	cmd.AddCommand(a.webPersonCommand(), a.webServeCommand(), a.webCertificateCommand())
	port := cmd.Flags().Int("port", 0, "`端口`；不写则用任一空闲的")
	stay := cmd.Flags().Bool("no-browser", false, "只显示地址，不打开浏览器")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *port < 0 || *port > 65535 {
			return usage(cmd, "--port 应在 1 到 65535 之间")
		}
		c, err := a.deskClient(cmd.Context())
		if err != nil {
			return err
		}
		defer c.Close()
		desk, err := web.Local(web.LocalOptions{Client: c, Listen: fmt.Sprintf("127.0.0.1:%d", *port), Failed: func(err error) { fmt.Fprintln(a.errOut, err) }})
		if errors.Is(err, syscall.EADDRINUSE) {
			return &ask.Error{Code: "port-busy", Msg: fmt.Sprintf("端口 %d 正由别的程序使用", *port), Hint: "换一个 --port，或不写", Exit: ask.ExitFailed}
		}
		if err != nil {
			return err
		}
		b := browser{a: a, show: a.screenOf(a.out).colour && !*stay}
		defer b.forget()
		invite := func() {
			address := desk.Address()
			fmt.Fprintln(a.out, address)
			b.open(address)
		}
		invite()
		fmt.Fprintln(a.errOut, "60 秒内用它进入；按回车换一个新的，按 Ctrl-C 结束")
		go again(a.in, invite)
		return desk.Serve(cmd.Context())
	}
	return cmd
}

// deskClient is a client of the daemon. A desk without one would hold the register for hours, and root's would record
// as root what is a clerk's doing.
func (a *app) deskClient(ctx context.Context) (*ask.Client, error) {
	socket, err := a.socketPath()
	if err != nil {
		return nil, err
	}
	c, err := reach(ctx, socket)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, &ask.Error{Code: "daemon-down", Exit: ask.ExitUnreachable, Msg: "守护进程没有运行，网页无法办理", Hint: "由管理员启动服务（systemctl start ysq）"}
	}
	info, err := os.Stat(socket)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 && owner.Uid != 0 {
		c.Close()
		return nil, &ask.Error{Code: "root", Exit: ask.ExitRefused, Msg: "请勿以 root 开网页：所办的事都会记在 root 名下", Hint: "以自己的账号运行；该账号须在 [access] 所列的组里"}
	}
	return c, nil
}

// again invites whenever somebody at the terminal presses Enter.
func again(in io.Reader, invite func()) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		invite()
	}
}

// browser opens the desk's address where there is a display. The address holds the key, which must not stand among a
// process's arguments, where everybody reads it: the browser gets a file that leads there.
type browser struct {
	a    *app
	show bool
	mu   sync.Mutex
	file string
}

func (b *browser) open(address string) {
	if !b.show || b.a.getenv("DISPLAY")+b.a.getenv("WAYLAND_DISPLAY") == "" {
		return
	}
	opener, err := exec.LookPath("xdg-open")
	if err != nil {
		return
	}
	b.forget()
	file := filepath.Join(cmp.Or(b.a.getenv("XDG_RUNTIME_DIR"), os.TempDir()), fmt.Sprintf("ysq-web-%d.html", os.Getpid()))
	page := `<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=` +
		html.EscapeString(address) + `"><title>依申请公开登记簿</title>`
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return // the address stands on the terminal
	}
	_, err = f.WriteString(page)
	if err := errors.Join(err, f.Close()); err != nil {
		return
	}
	b.mu.Lock()
	b.file = file
	b.mu.Unlock()
	if run := exec.Command(opener, file); run.Start() == nil {
		go run.Wait()
	}
	time.AfterFunc(time.Minute, b.forget) // the key in it is void by then
}

func (b *browser) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file != "" {
		os.Remove(b.file)
		b.file = ""
	}
}
