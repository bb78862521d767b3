package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Warnings are what is not wrong with a configuration and ought to be seen to: files of this machine that
// others may read or change. The daemon starts with them.
func (c Config) Warnings() (all []Error) {
	warn := func(key, msg, hint string) {
		all = append(all, c.source.locate(Error{Key: key, Msg: msg, Hint: hint}))
	}
	if mode, ok := modeOf(c.source.file); ok && mode&0o022 != 0 {
		warn("", fmt.Sprintf("配置文件的权限是 %04o，别的用户能改它，而它规定谁有什么角色", mode), "chmod 600 "+c.source.file)
	}
	seen := map[string]bool{}
	judge := func(key string, m Mailbox) {
		if m.Credential == "" || seen[m.Credential] { // a file that the daemon reads itself is judged by Check
			return
		}
		seen[m.Credential] = true
		dir := filepath.Dir(c.source.file)
		for _, path := range []string{m.PasswordFile, filepath.Join(dir, m.Credential), filepath.Join(dir, m.Credential+".cred")} {
			if mode, ok := modeOf(path); ok && mode&0o077 != 0 && !seen[path] {
				seen[path] = true
				warn(key, fmt.Sprintf("密码的原件 %s 的权限是 %04o，本机别的账号也能读", path, mode), "chmod 600 "+path+"；明文的此前可能已经泄露，宜换密码（ysq password）")
			}
		}
	}
	for i, m := range c.Mailboxes {
		if !strings.Contains(m.Sender(), "@") {
			warn(mailboxKey(i, "user"), fmt.Sprintf("登录名 %q 不是邮箱地址，不能从这个邮箱存草稿、发信", m.User), "在同一节写 address = \"…@…\"，再 systemctl restart ysq")
		}
		if len(m.Folders) > 0 && !slices.ContainsFunc(m.Folders, func(f string) bool { return strings.EqualFold(f, "INBOX") }) {
			warn(mailboxKey(i, "folders"), "folders 里没有 INBOX：只收所列的文件夹，收件箱的来信不会收", "补上 \"INBOX\"，或整行去掉，再 systemctl reload ysq")
		}
		judge(mailboxKey(i, "credential"), m)
	}
	if c.SMTP.Enabled() {
		judge("smtp.credential", c.SMTP.account())
	}
	return all
}

func modeOf(path string) (os.FileMode, bool) {
	if path == "" {
		return 0, false
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Mode().Perm(), true
}
