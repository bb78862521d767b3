package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) attachCommand() *cobra.Command {
	info := casefile.KindAttached.Info()
	cmd := &cobra.Command{
		Use:   info.Command + " 编号 [文件…]",
		Short: info.Label + "：把文件或邮件放入案卷",
		Long: "把文件（如扫描的申请表、审批单）或别处的邮件放入案卷（条例第四十五条）。文件按摘要保存，同一内容只存一份；\n" +
			"以后可用 detach 凭摘要移出。",
		Example: "ysq attach 17 申请表.pdf 身份证明.jpg\nysq attach 17 --mail 3f2a9c --reason 申请人补寄的说明",
		Args:    atLeastOne("编号"),
	}
	o := a.options(cmd)
	mail, reason := o.text("mail", "邮件的`摘要`，写开头几位即可"), o.text("reason", "`理由`")
	o.recording(a)
	o.judged(a)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (*mail == "") == (len(args) == 1) {
			return usage(cmd, "请写要附卷的文件，或用 --mail 写明邮件，二者之一")
		}
		if err := regular(cmd, args[1:]); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			id := casefile.ExpandID(args[0], o.today.Year())
			if *mail == "" {
				return a.attach(ctx, c, id, args[1:], *reason)
			}
			r, err := ask.Do(ctx, c, ask.AttachMail, ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: *mail}, Reason: *reason})
			if err != nil {
				return err
			}
			return a.opened("已归入", r)
		})(cmd, args)
	}
	return cmd
}

func (a *app) attach(ctx context.Context, c *ask.Client, id casefile.ID, paths []string, reason string) error {
	if _, err := ask.Do(ctx, c, ask.Show, ask.BareCase(id)); err != nil { // before files are sent that would then be in no case
		return err
	}
	if a.dryRun { // the bytes are not sent for a trial; nothing else could be wrong with them
		for _, path := range paths {
			fmt.Fprintln(a.out, "将归入 "+string(id)+"："+grid.Clean(filepath.Base(path)))
		}
		return nil
	}
	files, err := putFiles(ctx, c, paths)
	if err != nil {
		return err
	}
	req, err := request([]casefile.ID{id}, 0, []casefile.Event{casefile.Attached{Files: files, Reason: reason}})
	if err != nil {
		return err
	}
	res, err := ask.Do(ctx, c, ask.Append, req)
	if err != nil {
		return err
	}
	if err := a.recorded(res); err != nil || a.json {
		return err
	}
	return a.files(files, nil)
}

// files lists documents of a case under a heading.
func (a *app) files(all []casefile.File, read []ask.PartReading) error {
	if len(all) == 0 {
		return nil
	}
	a.heading("附卷的文件")
	t := grid.Table{Header: []string{"摘要", "大小", "名称"}}
	if len(read) > 0 {
		t.Header = append(t.Header, "读取情况")
	}
	for _, f := range all {
		row := []string{f.Digest.Short(), ask.Size(f.Size), f.Name}
		if i := slices.IndexFunc(read, func(r ask.PartReading) bool { return r.Digest == f.Digest }); i >= 0 {
			row = append(row, readingText(read[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return a.table(t, nil)
}

// mostSent is how many bytes of files one command sends.
const mostSent = 1 << 30

// regular refuses what cannot be kept before anything is sent: a pipe would never end, and what was
// sent before the refusal would be in no case.
func regular(cmd *cobra.Command, paths []string) error {
	var total int64
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &ask.Error{Code: "no-file", Exit: ask.ExitFailed, Msg: "没有文件 " + path, Hint: "核对路径；文件要先在这台机器上"}
		case errors.Is(err, fs.ErrPermission):
			return &ask.Error{Code: "no-file", Exit: ask.ExitFailed, Msg: "没有权限读文件 " + path}
		case err != nil:
			return err
		}
		if !info.Mode().IsRegular() {
			return usage(cmd, "%s 不是文件", path)
		}
		if info.Size() == 0 {
			return usage(cmd, "文件 %s 是空的", path)
		}
		if info.Size() > ask.PutFile.Limit {
			return tooLarge("文件 %s 有 %d MiB，一份至多 %d MiB", path, info.Size()>>20, ask.PutFile.Limit>>20)
		}
		total += info.Size()
	}
	if total > mostSent {
		return tooLarge("这些文件共 %d MiB，一条命令至多送 %d MiB", total>>20, mostSent>>20)
	}
	return nil
}

func tooLarge(format string, args ...any) error {
	return &ask.Error{Code: "too-large", Exit: ask.ExitUsage, Msg: fmt.Sprintf(format, args...) + "；什么都没有送",
		Hint: "分几次送（每次都归卷），或把扫描件压小；更大的以光盘等其他方式提供，在案卷里备注"}
}

// putFiles sends files to be kept. Until an event names them they are in no case, so that a failure
// half-way does no harm.
func putFiles(ctx context.Context, c *ask.Client, paths []string) (files []casefile.File, err error) {
	for _, path := range paths {
		f, err := putFile(ctx, c, path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func putFile(ctx context.Context, c *ask.Client, path string) (casefile.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return casefile.File{}, err
	}
	defer f.Close()
	var kept casefile.File
	err = ask.Put(ctx, c, ask.PutFile, ask.FileName{Name: ask.Foreign(filepath.Base(path))}, f, func(f casefile.File) error { kept = f; return nil })
	return kept, err
}

func (a *app) detachCommand() *cobra.Command {
	info := casefile.KindDetached.Info()
	cmd := &cobra.Command{
		Use:   info.Command + " 编号 摘要…",
		Short: info.Label + "：误归入的邮件、文件",
		Long: "把误归入的邮件或附卷的文件移出案卷（条例第四十五条）；内容本身仍保存。摘要写开头至少 4 位，show 可查。\n" +
			"收件时的邮件不能移出。",
		Example: "ysq detach 17 2d711642 --reason 与本案无关",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(cmd, "请写编号，再写要移出的邮件或文件的摘要")
			}
			return nil
		},
	}
	o := a.options(cmd)
	reason, dryRun := o.text("reason", "`理由`"), o.flag("dry-run", "只试算能否移出，不记录")
	o.recording(a)
	o.needOf(info)
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		d, err := ask.Do(ctx, c, ask.Show, ask.WholeCase(casefile.ExpandID(args[0], o.today.Year())))
		if err != nil {
			return err
		}
		var events []casefile.Event
		for _, s := range args[1:] {
			digest, err := held(d, s)
			if err != nil {
				return err
			}
			events = append(events, casefile.Detached{Digest: digest, Reason: *reason})
		}
		req, err := request([]casefile.ID{d.Case}, 0, events)
		if err != nil {
			return err
		}
		res, err := ask.Do(ctx, c.Dry(*dryRun).IfSeq(d.Case, d.Last), ask.Append, req)
		if err != nil {
			return err
		}
		return a.recorded(res)
	})
	return cmd
}

// held finds the one mail or document of a case whose digest begins so.
func held(d ask.CaseDetail, digest string) (found casefile.Digest, err error) {
	digest = strings.ToLower(digest)
	if len(digest) < 4 {
		return found, &ask.Error{Code: "usage", Msg: fmt.Sprintf("摘要 %q 太短", digest), Hint: "写开头至少 4 位", Exit: ask.ExitUsage}
	}
	all := map[casefile.Digest]bool{}
	for _, f := range d.Files {
		all[f.Digest] = true
	}
	for _, m := range d.Mails {
		all[m.Digest] = true
	}
	n := 0
	for one := range all {
		if strings.HasPrefix(one.String(), digest) {
			found = one
			n++
		}
	}
	switch n {
	case 0:
		return found, &ask.Error{Code: "not-found", Msg: fmt.Sprintf("案卷 %s 中没有摘要以 %s 开头的邮件或文件", d.Case, digest),
			Hint: "ysq show " + string(d.Case) + " 可查", Exit: ask.ExitNotFound}
	case 1:
		return found, nil
	}
	return found, &ask.Error{Code: "usage", Msg: fmt.Sprintf("不止一份邮件或文件的摘要以 %s 开头", digest), Hint: "请多写几位", Exit: ask.ExitUsage}
}
