package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"ysq.internal/ysq/casefile/durable"
)

// Render writes c as a file for people: every option with its explanation, those at their default
// commented out. Load reads it back as c.
func Render(c Config) string {
	defaults := Default()
	sections, plain := c.sections(), defaults.sections()
	var b strings.Builder
	b.WriteString("# 依申请公开登记簿 ysq 的配置（TOML，UTF-8）。以 # 开头的行不起作用；\n")
	b.WriteString("# 改完先用 ysq config check 检查，再 systemctl reload ysq；须重启才生效的，日志会列出。\n")
	for i, s := range sections {
		renderSection(&b, s.doc, "["+s.name+"]", s.options, plain[i].options)
		if s.name == "paths" { // mailboxes come early: they are what an administrator looks for
			for _, m := range c.Mailboxes {
				unset := DefaultMailbox()
				renderSection(&b, mailboxDoc, "[["+mailboxSection+"]]", m.options(), unset.options())
			}
		}
	}
	return b.String()
}

func renderSection(b *strings.Builder, doc, header string, options, defaults []option) {
	b.WriteString("\n" + comment(doc) + header + "\n")
	for i, o := range options {
		b.WriteString("\n" + comment(o.doc))
		is, unset := o.value.literal(), defaults[i].value.literal()
		if is != unset {
			fmt.Fprintf(b, "%s = %s\n", o.key, is)
			continue
		}
		if o.sample != "" {
			is = o.sample
		}
		b.WriteString(comment(o.key + " = " + is)) // of several lines each
	}
}

// Effective writes every value that is in force, defaults included, without explanations. Where a
// password comes from is shown, the password itself is masked: it is never read for this.
func Effective(c Config) string {
	var b strings.Builder
	write := func(header string, options []option) {
		b.WriteString(header + "\n")
		for _, o := range options {
			is, unset := o.value.literal(), false
			switch o.value.(type) {
			case port, years:
				unset = is == "0" // which may not be written
			}
			if unset || is == "" || is == `""` {
				b.WriteString("# " + o.key + " =\n")
			} else {
				b.WriteString(o.key + " = " + is + "\n")
			}
			if s, ok := o.value.(text); ok && *s.p != "" && (o.key == "credential" || o.key == "password_file") {
				b.WriteString("# 密码：********\n")
			}
		}
		b.WriteString("\n")
	}
	for _, s := range c.sections() {
		write("["+s.name+"]", s.options)
		if s.name != "paths" {
			continue
		}
		for _, m := range c.Mailboxes {
			write("[["+mailboxSection+"]]", m.options())
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Example returns a complete file with every option explained; it loads as it stands.
func Example() string {
	c := Default()
	c.Agency.Name = "示例市生态环境局"
	m := DefaultMailbox()
	m.Host = "imap.163.com"
	m.User = "foi@example.test"
	m.Credential = "imap-password" // as the unit gives it
	m.PasswordFile = "/etc/ysq/imap-password"
	c.Mailboxes = []Mailbox{m}
	return Render(c)
}

// Owner is who a new file shall belong to; the zero value leaves it to whoever writes it.
type Owner struct{ UID, GID int }

// WriteFile writes the text of a configuration to a new file of mode 0600. The file appears at once
// and complete, or not at all; one that exists is never touched, and errors.Is finds fs.ErrExist.
func WriteFile(path, text string, owner Owner) error {
	err := durable.Disk{}.Create(path, 0o600, func(f *os.File) error {
		_, err := f.WriteString(text)
		if err == nil && owner != (Owner{}) {
			err = f.Chown(owner.UID, owner.GID)
		}
		return err
	})
	switch {
	case errors.Is(err, fs.ErrExist):
		return Error{File: path, Msg: "配置文件已经存在，没有改动它", Hint: "要重新生成，请先把它移走", err: err}
	case err != nil:
		return fmt.Errorf("writing configuration: %w", err)
	}
	return nil
}
