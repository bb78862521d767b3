package cli

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) saveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "save 编号 目录",
		Short: "存出整个案卷，供归档、复议、诉讼",
		Long: "把整个案卷存到一个新目录（条例第四十五条）：登记摘录、经过、逐日的期限计算、登记簿的原始记录、每封邮件的原文和可读文本、附件、文书、归档目录，\n" +
			"以及各文件的 SHA-256（清单.sha256）。目录须不存在或是空的；要么全部写出，要么不写。已销毁的、缺失的在“说明.txt”里列明。\n" +
			"存出的内容不遮盖个人信息，谁存了什么会记录在案。邮件和附件来自外部，打开前请查杀病毒。",
		Example: "ysq save 17 /tmp/2026-00017",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage(cmd, "请写编号和目录")
			}
			return nil
		},
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			id := casefile.ExpandID(args[0], a.today().Year())
			saved, err := saveDossier(ctx, c, id, args[1])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(saved)
			}
			fmt.Fprintln(a.out, grid.Clean(fmt.Sprintf("案卷 %s 已存入 %s：%d 个文件，%s", id, args[1], len(saved.Files), ask.Size(saved.Size))))
			for _, line := range saved.Absent {
				fmt.Fprintln(a.errOut, "注意：未能放入："+grid.Clean(line))
			}
			return nil
		}),
	}
}

// savedDossier is what was written of a case file.
type savedDossier struct {
	Case   casefile.ID `json:"case"`
	Dir    string      `json:"dir"`
	Files  []string    `json:"files"`
	Size   int64       `json:"size"`
	Absent []string    `json:"absent"` // what the register could not give, and why
}

// saveDossier writes a case file into a directory that is new or empty: all of it, or nothing.
func saveDossier(ctx context.Context, c *ask.Client, id casefile.ID, dir string) (saved savedDossier, err error) {
	saved = savedDossier{Case: id, Dir: dir, Files: []string{}, Absent: []string{}}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return saved, err
	case len(entries) > 0:
		return saved, &ask.Error{Code: "file-exists", Msg: fmt.Sprintf("目录 %s 不是空的，没有写入", dir), Hint: "换一个目录", Exit: ask.ExitRefused}
	}
	temp, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), ".ysq-save-*")
	if err != nil {
		return saved, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	root, err := os.OpenRoot(temp)
	if err != nil {
		return saved, err
	}
	_, content, err := ask.Get(ctx, c, ask.SaveCase, ask.CaseRef{Case: id})
	if err != nil {
		return saved, errors.Join(err, root.Close())
	}
	defer content.Close()
	u := unpacker{root: root, sums: map[string]string{}, saved: &saved}
	err = u.unpack(content)
	if err = errors.Join(err, root.Close()); err != nil {
		return saved, err
	}
	return saved, os.Rename(temp, dir)
}

// unpacker writes the parts of a case file below a directory that they cannot leave.
type unpacker struct {
	root  *os.Root
	sums  map[string]string
	saved *savedDossier
}

func (u *unpacker) unpack(r io.Reader) error {
	in := tar.NewReader(r)
	var manifest []byte
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) {
			return fmt.Errorf("%q is no file of a case", h.Name)
		}
		var kept bytes.Buffer
		if err := u.write(h.Name, in, &kept); err != nil {
			return err
		}
		switch h.Name {
		case ask.ManifestName:
			manifest = bytes.Clone(kept.Bytes())
		case ask.RemarksName:
			u.absent(kept.String())
		}
	}
	return u.prove(manifest)
}

func (u *unpacker) write(name string, r io.Reader, kept *bytes.Buffer) error {
	if dir := path.Dir(name); dir != "." {
		if err := u.root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	out := io.MultiWriter(f, sum)
	if name == ask.ManifestName || name == ask.RemarksName {
		out = io.MultiWriter(out, kept)
	}
	n, err := io.Copy(out, r)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	u.sums[name] = fmt.Sprintf("%x", sum.Sum(nil))
	u.saved.Files, u.saved.Size = append(u.saved.Files, name), u.saved.Size+n
	return nil
}

// absent reads from the remarks what could not be put in.
func (u *unpacker) absent(remarks string) {
	_, list, ok := strings.Cut(remarks, ask.AbsentHead)
	if !ok {
		return
	}
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" {
			u.saved.Absent = append(u.saved.Absent, line)
		}
	}
}

// prove holds what was written against the manifest, which comes last: what broke off has none.
func (u *unpacker) prove(manifest []byte) error {
	n := 1
	for lines := bufio.NewScanner(bytes.NewReader(manifest)); lines.Scan(); n++ {
		sum, name, _ := strings.Cut(lines.Text(), "  ")
		if u.sums[name] != sum {
			return fmt.Errorf("%s does not have the digest of the manifest", name)
		}
	}
	if n != len(u.sums) {
		return fmt.Errorf("the manifest names %d files, %d were written", n-1, len(u.sums)-1)
	}
	return nil
}
