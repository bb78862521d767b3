package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/casefile/register"
)

// sealFor reads age's public keys; nil where there are none.
func sealFor(keys []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, k := range keys {
		r, err := age.ParseRecipients(strings.NewReader(k))
		if err != nil {
			return nil, fmt.Errorf("age 公钥 %q 不对，应是 age1 开头的一整行，没有抄漏：%w", k, err)
		}
		all = append(all, r...)
	}
	return all, nil
}

// writeSealed writes the backup as one encrypted file, and reads it back.
func (b *backup) writeSealed(path string, to []age.Recipient) error {
	f, err := b.disk.Open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	sum := sha256.New()
	err = b.disk.Step(durable.OpWrite, path, func() error {
		w, err := age.Encrypt(io.MultiWriter(f, sum), to...)
		if err != nil {
			return err
		}
		t := tar.NewWriter(w)
		return errors.Join(b.pack(t), t.Close(), w.Close())
	})
	if err == nil {
		err = b.disk.Sync(f)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	b.tell.Say("检查备份", 0, 1)
	read, err := durable.Sum(path)
	if err == nil && read != casefile.Digest(sum.Sum(nil)) {
		err = fmt.Errorf("%s：写入的备份读回来不一样；目标磁盘可能有故障", path)
	}
	return err
}

// pack puts everything into an archive, the manifest last: what it says is then known.
func (b *backup) pack(t *tar.Writer) error {
	if err := b.packFile(t, register.FileName, b.s.Database().Path, b.s.Database().Size); err != nil {
		return err
	}
	for _, f := range b.s.Journal() {
		if err := b.packFile(t, "journal/"+filepath.Base(f.Path), f.Path, f.Size); err != nil {
			return err
		}
	}
	small := [][2]string{{"journal/register.json", filepath.Join(b.live.Dir(), register.JournalDir, "register.json")}, {"secret", filepath.Join(b.live.Dir(), "secret")},
		{peopleFile, filepath.Join(b.live.Dir(), peopleFile)}}
	if b.config != "" {
		small = append(small, [2]string{"ysq.toml", b.config})
	}
	for _, path := range b.templates {
		small = append(small, [2]string{"letters/" + filepath.Base(path), path})
	}
	for _, s := range small {
		info, err := os.Stat(s[1])
		if errors.Is(err, fs.ErrNotExist) && (s[0] == "secret" || s[0] == peopleFile) {
			continue
		} else if err != nil {
			return err
		}
		if err := b.packFile(t, s[0], s[1], info.Size()); err != nil {
			return err
		}
	}
	for i, d := range b.mails {
		if i%100 == 0 {
			b.tell.Say("备份邮件原文", int64(i), int64(len(b.mails)))
		}
		if err := b.packMail(t, d); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	return b.packBytes(t, "backup.json", append(text, '\n'))
}

func (b *backup) packMail(t *tar.Writer, d casefile.Digest) error {
	path := register.MailPath(b.live.Dir(), d)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !b.live.Erased(d) {
			b.lacks(d, "文件不在")
		}
		return nil
	} else if err != nil {
		return err
	}
	b.manifest.Mails++
	if casefile.DigestOf(raw) != d {
		b.lacks(d, "内容与摘要不符")
	}
	return b.packBytes(t, "mail/"+d.String()[:1]+"/"+d.String()+".eml", raw)
}

func (b *backup) packBytes(t *tar.Writer, name string, content []byte) error {
	return b.packFrom(t, name, bytes.NewReader(content), int64(len(content)))
}

func (b *backup) packFile(t *tar.Writer, name, path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return b.packFrom(t, name, f, size)
}

func (b *backup) packFrom(t *tar.Writer, name string, in io.Reader, size int64) error {
	if b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size, ModTime: b.manifest.Taken})
	if err != nil {
		return err
	}
	_, err = io.CopyN(t, in, size)
	return err
}

var packed = regexp.MustCompile(`^(register\.db|backup\.json|ysq\.toml|people\.json|secret|journal/(register\.json|[0-9]{4}\.jsonl)|mail/[0-9a-f]/[0-9a-f]{64}\.eml|letters/[\p{L}\p{N} _-]{1,80}\.docx)$`)

// proven is the inside of an encrypted file: what cannot be read was not written so.
type proven struct{ io.Reader }

func (p proven) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("备份不完整或已损坏，请用另一份：%w", err)
	}
	return n, err
}

// unseal unpacks an encrypted backup into a directory. Names that no backup has are refused.
func unseal(ctx context.Context, path, dir string, identities []age.Identity) error {
	if len(identities) == 0 {
		return fmt.Errorf("%s 是加密的备份；请用 --age-identity 指明私钥文件", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := age.Decrypt(f, identities...)
	if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
		return fmt.Errorf("%s 不是为这把私钥加密的；请用当初与公钥一同生成的私钥文件：%w", path, err)
	}
	if err != nil {
		return fmt.Errorf("%s 不是 age 加密的备份，或已损坏：%w", path, err)
	}
	plain = proven{plain}
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.Copy(io.Discard, plain) // age proves the end of the file only when it is read
			return err
		}
		if err != nil {
			return fmt.Errorf("%s：%w", path, err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if h.Typeflag != tar.TypeReg || !packed.MatchString(h.Name) {
			return fmt.Errorf("%s 里有不属于备份的 %q", path, h.Name)
		}
		if err := unpack(filepath.Join(dir, h.Name), t); err != nil {
			return fmt.Errorf("%s：%w", path, err)
		}
	}
}

func unpack(path string, in io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Close())
}
