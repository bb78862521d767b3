package config

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// maxSocket is the longest path that fits sun_path with its terminating NUL (unix(7)).
const maxSocket = 107

// Check judges the configuration on this machine: everything that Load judges, and beyond it what
// the file refers to, namely that passwords and certificates can be read and are well kept, and
// that groups exist. It is run by the user that will use them. The error is an Errors.
func (c Config) Check() error {
	var errs Errors
	for _, e := range append(c.problems(), c.problemsHere()...) {
		errs = append(errs, c.source.locate(e))
	}
	errs.sort()
	return errs.asError()
}

// problems finds what the configuration alone shows to be wrong.
func (c Config) problems() Errors {
	var p problems
	if p.text("agency.name", c.Agency.Name) && strings.TrimSpace(c.Agency.Name) == "" {
		p.add("agency.name", "没有写机关名称", "在 [agency] 一节写 name = \"某某局\"")
	}
	p.text("agency.code", c.Agency.Code)
	for _, n := range c.Agency.Names {
		p.text("agency.names", n.Name)
	}
	c.letterProblems(&p)
	p.path("paths.state", c.Paths.State)
	p.path("paths.socket", c.Paths.Socket)
	if n := len(c.Paths.Socket); n > maxSocket {
		p.add("paths.socket", fmt.Sprintf("套接字路径有 %d 字节，系统只允许 %d", n, maxSocket), "换一个短些的路径")
	}
	if len(c.Mailboxes) == 0 {
		p.add(mailboxSection, "没有写邮箱", "写一节 [[mailbox]]，至少有 host、user 和 credential 或 password_file")
	}
	for i, m := range c.Mailboxes {
		c.mailboxProblems(&p, i, m)
	}
	c.sendingProblems(&p)
	for _, g := range c.groupLists() {
		for _, group := range g.list {
			if strings.TrimSpace(string(group)) == "" {
				p.add(g.key, "组名为空", "写组名或 gid，或去掉这一项")
			}
		}
	}
	return Errors(p)
}

func (c Config) letterProblems(p *problems) {
	if c.Reading.Fonts != "" {
		p.path("reading.fonts", c.Reading.Fonts)
	}
	if c.Letter.Templates != "" {
		p.path("letter.templates", c.Letter.Templates)
	}
	for key, s := range map[string]string{"letter.contact": c.Letter.Contact, "letter.payment": c.Letter.Payment, "letter.review_organ": c.Letter.ReviewOrgan, "letter.court": c.Letter.Court} {
		p.text(key, s)
	}
	pattern := c.Letter.Number
	if !p.text("letter.number", pattern) {
		return
	}
	rest := strings.NewReplacer("{代字}", "", "{类}", "", "{年}", "", "{号}", "", "{NNN}", "").Replace(pattern)
	switch {
	case !strings.Contains(pattern, "{年}"):
		p.add("letter.number", "文号样式里没有 {年}，不同年份的文号会重复", "如 "+Default().Letter.Number)
	case !strings.Contains(pattern, "{号}") && !strings.Contains(pattern, "{NNN}"):
		p.add("letter.number", "文号样式里没有号码", "写 {号}（1、2、3）或 {NNN}（001、002、003）")
	case strings.ContainsAny(rest, "{}"):
		p.add("letter.number", fmt.Sprintf("文号样式 %q 里有不认识的项", pattern), "只能有 {代字}、{类}、{年}、{号} 或 {NNN}")
	}
}

func (c Config) mailboxProblems(p *problems, i int, m Mailbox) {
	key := func(name string) string { return mailboxKey(i, name) }
	p.text(key("name"), m.Name)
	same := slices.IndexFunc(c.Mailboxes[:i], func(o Mailbox) bool {
		return m.User != "" && m.User == o.User && m.Host == o.Host
	})
	namesake := slices.IndexFunc(c.Mailboxes[:i], func(o Mailbox) bool { return m.Name != "" && m.Name == o.Name })
	switch {
	case same >= 0:
		p.add(key("user"), fmt.Sprintf("与第 %d 节邮箱是同一个账号", same+1), "去掉其中一节")
	case namesake >= 0:
		p.add(key("name"), fmt.Sprintf("与第 %d 节邮箱同名", namesake+1), "登记簿按名字区分账号，请写不同的 name")
	}
	m.serverProblems(p, key)
	m.loginProblems(p, key)
	if m.PollInterval < time.Second || m.PollInterval > time.Hour {
		p.add(key("poll_interval"), "应在 1s 与 1h 之间", "公共邮箱建议 \"90s\"")
	}
	if m.Open != "" && m.Open != "examine" && m.Open != "select" {
		p.add(key("open"), "应为 \"examine\" 或 \"select\"", "一般不必写")
	}
	for _, f := range m.Folders {
		if p.text(key("folders"), f) && f == "" {
			p.add(key("folders"), "文件夹名为空", "去掉这一项")
		}
	}
}

// serverProblems are those of where the mailbox is and how it is reached.
func (m Mailbox) serverProblems(p *problems, key func(string) string) {
	if p.text(key("host"), m.Host) {
		switch {
		case m.Host == "":
			p.add(key("host"), "没有写 IMAP 服务器", "如 host = \"imap.163.com\"")
		case !hostname(m.Host):
			p.add(key("host"), fmt.Sprintf("%q 不是主机名或 IP 地址", m.Host), "只写主机名，不带 imap:// 和端口；端口写在 port")
		}
	}
	if m.TLS == Plaintext && !m.AllowPlaintext && !m.loopback() && m.Host != "" {
		p.add(key("tls"), "不加密的连接只允许到本机", "改用 \"tls\" 或 \"starttls\"；确需明文，写 allow_plaintext = true")
	}
	if m.CAFile != "" && p.path(key("ca_file"), m.CAFile) && m.TLS == Plaintext {
		p.add(key("ca_file"), "不加密的连接用不到证书", "去掉 ca_file，或改 tls")
	}
}

// loginProblems are those of whose mailbox it is and where its password comes from.
func (m Mailbox) loginProblems(p *problems, key func(string) string) {
	if p.text(key("user"), m.User) && m.User == "" {
		p.add(key("user"), "没有写登录名", "如 user = \"foi@example.test\"")
	}
	if p.text(key("address"), m.Address) && m.Address != "" && !strings.Contains(m.Address, "@") {
		p.add(key("address"), fmt.Sprintf("%q 不是邮箱地址", m.Address), "如 address = \"foi@example.test\"")
	}
	if m.PasswordFile == "" && m.Credential == "" {
		p.add(key("credential"), "没有写密码从哪里取", "写 credential（systemd 的 LoadCredential=）或 password_file")
	}
	if m.PasswordFile != "" {
		p.path(key("password_file"), m.PasswordFile)
	}
	if m.Credential != "" && m.Credential != filepath.Base(m.Credential) || m.Credential == ".." || m.Credential == "." {
		p.add(key("credential"), "应为凭据名，不是路径", "与 LoadCredential= 冒号前的名字相同，如 \"imap-password\"")
	}
}

// problems gathers errors that are not yet located.
type problems Errors

func (p *problems) add(key, msg, hint string) {
	*p = append(*p, Error{Key: key, Msg: msg, Hint: hint})
}

// text refuses control characters: the value would end up in IMAP commands, letters or paths.
func (p *problems) text(key, s string) bool {
	if strings.ContainsFunc(s, unicode.IsControl) {
		p.add(key, "含有控制字符（如换行）", "写成一行普通文字")
		return false
	}
	return true
}

func (p *problems) path(key, s string) bool {
	if !p.text(key, s) {
		return false
	}
	if !filepath.IsAbs(s) {
		p.add(key, fmt.Sprintf("%q 不是绝对路径", s), "从 / 写起")
		return false
	}
	return true
}

func hostname(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			return false
		}
	}
	return true
}

// problemsHere finds what is wrong with the things on this machine that the configuration names.
func (c Config) problemsHere() Errors {
	var p problems
	blame := func(key string, err error) {
		if e, ok := errorOf(err); ok {
			e.Key = key
			p = append(p, e)
		}
	}
	servant := c.servant()
	judge := func(section string, m Mailbox) {
		if m.PasswordFile != "" || m.Credential != "" {
			_, err := m.Password()
			if err == nil && m.Credential == "" { // no unit hands it over: the daemon reads it
				err = Readable(m.PasswordFile, servant)
			}
			blame(section+m.passwordKey(), err)
		}
		_, err := m.RootCAs()
		if err == nil && m.CAFile != "" {
			err = Readable(m.CAFile, servant)
		}
		blame(section+"ca_file", err)
	}
	for i, m := range c.Mailboxes {
		judge(mailboxKey(i, "")+".", m)
	}
	if c.SMTP.Enabled() {
		judge("smtp.", c.SMTP.account())
	}
	for _, g := range c.groupLists() {
		// The default group is made by the package; whoever runs ysq without it, as in a test, has
		// not named it.
		if c.source.file != "" && !c.source.has(g.key) {
			continue
		}
		for _, group := range g.list {
			if group != "" {
				_, err := group.GID()
				blame(g.key, err)
			}
		}
	}
	return Errors(p)
}

// servant is the owner of the state directory, who runs the daemon, when root looks; the zero value is
// whoever looks.
func (c Config) servant() Owner {
	info, err := os.Stat(c.Paths.State)
	if err != nil || os.Geteuid() != 0 {
		return Owner{}
	}
	st := info.Sys().(*syscall.Stat_t) // always, on Linux
	return Owner{int(st.Uid), int(st.Gid)}
}

type groupList struct {
	key  string
	list []Group
}

func (c Config) groupLists() []groupList {
	return []groupList{
		{"access.socket_group", []Group{c.Access.SocketGroup}},
		{"access.viewer", c.Access.Viewer},
		{"access.operator", c.Access.Operator},
		{"access.approver", c.Access.Approver},
	}
}
