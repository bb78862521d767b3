package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) mailSaveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "save 摘要 目录",
		Short: "把邮件原文和附件存到目录",
		Long: "把一封邮件的原文（.eml）和附件存到目录（条例第四十五条）。文件名取自邮件，去掉路径和控制字符；压缩包里已列出的文件另存一份；已有的文件绝不覆盖。\n" +
			"存出的内容不遮盖个人信息，谁存了什么会记录在案。附件来自外部，打开前请查杀病毒。",
		Example: "ysq mail save 3f2a9c /tmp/附件",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage(cmd, "请写邮件的摘要和目录")
			}
			return nil
		},
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			saved, err := saveMail(ctx, c, args[0], args[1])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(saved)
			}
			for _, f := range saved {
				fmt.Fprintln(a.out, grid.Clean(path.Join(args[1], f)))
			}
			return nil
		}),
	}
}

// saveMail writes the mail and its attachments into the directory: all of them, or none. Nothing can
// lead out of the directory, whatever a mail calls its attachments or links lie there.
func saveMail(ctx context.Context, c *ask.Client, digest, dir string) (saved []string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	m, content, err := ask.Get(ctx, c, ask.SaveMail, ask.SaveMailRequest{MailRef: ask.MailRef{Mail: digest}})
	if err != nil {
		return nil, err
	}
	defer content.Close()
	defer func() {
		if err != nil {
			for _, name := range saved {
				err = errors.Join(err, root.Remove(name))
			}
			saved = nil
		}
	}()
	write := func(name string, size int64) error {
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return &ask.Error{Code: "file-exists", Msg: fmt.Sprintf("%s 已存在，没有覆盖，也没有存其他文件", path.Join(dir, name)), Hint: "换一个目录，或先移走它", Exit: ask.ExitRefused}
		}
		if err != nil {
			return err
		}
		saved = append(saved, name)
		_, err = io.CopyN(f, content, size)
		return errors.Join(err, f.Sync(), f.Close())
	}
	if err := write(m.Digest.Short()+".eml", m.Size); err != nil {
		return saved, err
	}
	names := attachmentNames(m)
	for _, p := range m.Parts {
		if p.Attachment {
			if err := write(names[p.Index], p.Size); err != nil {
				return saved, err
			}
		}
	}
	twice := make(map[string]bool)
	for _, p := range m.Parts {
		for _, r := range membersOf(m, p.Index) {
			if name := insideName(m, r); twice[name] {
				continue // the same bytes under the same name
			} else {
				twice[name] = true
			}
			_, inside, err := ask.Get(ctx, c, ask.SaveMail, ask.SaveMailRequest{MailRef: ask.MailRef{Mail: m.Digest.String()}, Part: &p.Index, Member: r.Digest})
			if err != nil {
				return saved, err
			}
			content = inside
			err = write(insideName(m, r), r.Size)
			if err = errors.Join(err, inside.Close()); err != nil {
				return saved, err
			}
		}
	}
	return saved, nil
}

// membersOf are the files in an archive that can be had, in the order in which they are listed.
func membersOf(m ask.MailView, part int) (all []ask.PartReading) {
	for _, r := range m.Readings {
		if r.Index == part && r.Member > 0 && !r.Digest.IsZero() && r.Size > 0 && r.State != "encrypted" && r.State != "damaged" && r.State != "too-large" {
			all = append(all, r)
		}
	}
	return all
}

// insideName is the name of a file out of an archive: the way through the archives is in it, and its digest keeps it apart.
func insideName(m ask.MailView, r ask.PartReading) string {
	return m.Digest.Short() + "-" + r.Digest.Short()[:6] + "-" + safeName(casefile.Part{Index: r.Index, Name: r.Name})
}

// attachmentNames gives each attachment a name of its own that every file system takes. The digest
// before it keeps the attachments of different mails apart.
func attachmentNames(m ask.MailView) map[int]string {
	names, taken := make(map[int]string), make(map[string]bool)
	for _, p := range m.Parts {
		if !p.Attachment {
			continue
		}
		name := m.Digest.Short() + "-" + safeName(p)
		if taken[strings.ToLower(name)] {
			name = fmt.Sprintf("%s-%d-%s", m.Digest.Short(), p.Index, safeName(p))
		}
		taken[strings.ToLower(name)] = true
		names[p.Index] = name
	}
	return names
}

// maxName leaves room below the 255 bytes of a name for what is put before it.
const maxName = 200

func safeName(p casefile.Part) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r), r == utf8.RuneError:
			return '_'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r): // also what turns the direction of writing
			return -1
		}
		return r
	}, p.Name)
	name = strings.Trim(name, ". ")
	if name == "" {
		name = fmt.Sprintf("附件%d", p.Index)
	}
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	stem := name[:maxName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ext
}
