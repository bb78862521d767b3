package cli

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/config"
)

// manCommand writes the manual pages out of the command tree and the table of options, for whoever
// makes a package: what is typed and what is documented cannot differ.
func (a *app) manCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "man 目录",
		Short:   "写出全部手册页",
		Long:    "把全部命令和配置的手册页写到一个已有的目录，供打包：ysq.1、每条命令一页、ysq.toml.5、ysq-register.7。\n页上的日期取自环境变量 SOURCE_DATE_EPOCH；没有则为今天。",
		Example: "ysq man debian/tmp/usr/share/man",
		Args:    exactly("目录"),
		Hidden:  true,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		on := a.today()
		if s := a.getenv("SOURCE_DATE_EPOCH"); s != "" {
			seconds, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return usage(cmd, "SOURCE_DATE_EPOCH=%q 不是秒数", s)
			}
			on = civil.Of(time.Unix(seconds, 0))
		}
		for _, p := range a.manPages(cmd.Root(), on) {
			if err := os.WriteFile(filepath.Join(args[0], p.file), []byte(p.text), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// What the command tree does not know is written by hand, as roff.page reads it.
var (
	//go:embed manual/ysq.1.txt
	manRootTail string
	//go:embed manual/register.7.txt
	manRegisterText string
)

// manPage is one page: ysq-list.1.
type manPage struct{ file, text string }

func (a *app) manPages(root *cobra.Command, on civil.Date) []manPage {
	pages := []manPage{{"ysq.1", a.manRoot(root, on)}}
	var below func(c *cobra.Command)
	below = func(c *cobra.Command) {
		for _, sub := range inPlace(c) {
			pages = append(pages, manPage{manName(sub) + ".1", a.manCommandPage(sub, on)})
			below(sub)
		}
	}
	below(root)
	return append(pages, manPage{"ysq.toml.5", a.manConfig(on)}, manPage{"ysq-register.7", a.manRegister(on)})
}

// manName is the page of a command, as `man ysq mail list` looks for it: ysq-mail-list.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func (a *app) manBegin(name, section, short string, on civil.Date) *roff {
	r := &roff{}
	r.WriteString(`.\" 由 ysq man 生成，请勿手改` + "\n")
	fmt.Fprintf(r, ".TH %q %s %s %q %q\n", strings.ToUpper(name), section, on, "ysq "+a.version, "依申请公开登记簿")
	r.WriteString(".ad l\n.nh\n") // Chinese lines are not stretched, options are not hyphenated
	r.section("名称")
	r.line(escape(name) + ` \- ` + escape(short))
	return r
}

func (a *app) manRoot(root *cobra.Command, on civil.Date) string {
	r := a.manBegin("ysq", "1", root.Short, on)
	r.section("用法")
	r.line(bold("ysq") + " [" + italic("选项") + "] " + italic("命令") + " …")
	r.section("说明")
	r.text(root.Long)
	for _, g := range root.Groups() {
		r.section(g.Title)
		for _, c := range inPlace(root) {
			if c.GroupID == g.ID {
				r.item(bold(manName(c))+"(1)", c.Short)
			}
		}
	}
	a.manFlags(r, "通用选项", flagsOfRoot(root))
	r.page(manRootTail)
	r.section("例")
	r.example(root.Example)
	manSeeAlso(r, "ysq.toml(5)", "ysq-register(7)", "systemd(1)")
	return r.String()
}

func (a *app) manCommandPage(c *cobra.Command, on civil.Date) string {
	r := a.manBegin(manName(c), "1", c.Short, on)
	r.section("用法")
	for i, line := range useLines(c) {
		if i > 0 {
			r.request("br")
		}
		r.line(bold(c.CommandPath()) + escape(strings.TrimPrefix(line, c.CommandPath())))
	}
	r.section("说明")
	r.text(c.Long)
	subs := inPlace(c)
	if len(subs) > 0 {
		r.section("命令")
		for _, s := range subs {
			r.item(bold(manName(s))+"(1)", s.Short)
		}
	}
	own, _ := flagsOf(c)
	a.manFlags(r, "选项", own)
	r.section("通用选项")
	var general []string
	for _, f := range flagsOfRoot(c) {
		general = append(general, "--"+f.Name)
	}
	r.line(breakable("与各命令相同：" + strings.Join(general, "、") + "；见 ysq(1)。"))
	if c.Example != "" {
		r.section("例")
		r.example(c.Example)
	}
	r.section("退出码")
	r.line(breakable("见 ysq(1)。"))
	manSeeAlso(r, manName(c.Parent())+"(1)", "ysq.toml(5)")
	return r.String()
}

func (a *app) manFlags(r *roff, title string, flags []*pflag.Flag) {
	if len(flags) == 0 {
		return
	}
	r.section(title)
	for _, f := range flags {
		name, value, text := flagHelp(f)
		tag := bold(name)
		if value != "" {
			tag += " " + italic(value)
		}
		r.item(tag, text)
	}
}

func manSeeAlso(r *roff, pages ...string) {
	r.section("另见")
	for i, p := range pages {
		name, section, _ := strings.Cut(p, "(")
		end := ","
		if i == len(pages)-1 {
			end = ""
		}
		r.line(bold(name) + "(" + section + end)
	}
}

// manRegister is ysq-register(7): the format on disk, for those who read it without this program.
func (a *app) manRegister(on civil.Date) string {
	r := a.manBegin("ysq-register", "7", "依申请公开登记库的格式", on)
	r.page(manRegisterText)
	manSeeAlso(r, "ysq(1)", "ysq-verify(1)", "ysq-rebuild(1)", "ysq-backup(1)", "ysq-export(1)")
	return r.String()
}

// manConfig is ysq.toml(5), out of the table of options.
func (a *app) manConfig(on civil.Date) string {
	r := a.manBegin("ysq.toml", "5", "依申请公开登记簿的配置", on)
	r.section("说明")
	r.text(fmt.Sprintf("%s 是 TOML 文件，编码为 UTF-8，权限 0600，属主为运行 ysq 的用户或 root。以 # 开头的行不起作用。不认识的节和键都是错误，从不忽略；"+
		"ysq config check 一次列出所有错误，各有行和列。ysq config example 输出带说明的样例，ysq config show 显示生效的配置。改了以后 systemctl reload ysq 即生效，注明“须重启”的除外；改得有误的不会生效，仍按原来的运行。", config.DefaultFile))
	for _, s := range config.Reference() {
		title := "[" + s.Name + "]"
		if s.Repeated {
			title = "[" + title + "]"
		}
		r.section(title)
		r.text(s.Doc)
		for _, o := range s.Options {
			r.item(bold(o.Key), o.Doc)
			if o.Default != "" {
				r.request("br")
				r.line(breakable("默认 " + o.Default + "。"))
			}
			if o.Sample != "" {
				r.request("br")
				r.line(breakable("例：" + o.Key + " = " + o.Sample))
			}
			if !o.Live {
				r.request("br")
				r.line(breakable("改后须重启服务。"))
			}
		}
	}
	r.section("文件")
	r.item(italic(config.DefaultFile), "默认的位置；可用 --config 或环境变量 YSQ_CONFIG 另指。")
	manSeeAlso(r, "ysq(1)", "ysq-config(1)", "systemd.exec(5)")
	return r.String()
}
