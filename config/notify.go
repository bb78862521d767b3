package config

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Notify is the post of the morning's counts to an office messenger. It is off unless it has a host.
type Notify struct {
	Host       string // host or host:port, the only one that is ever posted to
	Credential string // of systemd, which holds the whole address (URL): whoever has it may post
	URLFile    string // the same in a file of mode 0600
	Template   string // JSON, with placeholders within its strings
	CAFile     string
}

// Enabled reports whether anything is posted.
func (n Notify) Enabled() bool { return n.Host != "" }

// account is what the address has in common with the password of a mailbox.
func (n Notify) account() Mailbox {
	return Mailbox{PasswordFile: n.URLFile, Credential: n.Credential, CAFile: n.CAFile}
}

// Address reads the address anew, as Mailbox.Password reads a password. No error contains any part of it.
func (n Notify) Address() (string, error) { return n.account().Password() }

// RootCAs returns the certificates of ca_file, as Mailbox.RootCAs does.
func (n Notify) RootCAs() (*x509.CertPool, error) { return n.account().RootCAs() }

// notifyPlaceholders are what may stand in the template.
var notifyPlaceholders = []string{"提醒", "机关", "日期", "清单", "件数"}

// notifyTemplate is what 企业微信 and 政务微信 take.
const notifyTemplate = `{"msgtype": "text", "text": {"content": "{提醒}"}}`

// maxNotify bounds the template; messengers take 2 to 20 KB.
const maxNotify = 4 << 10

// Fill puts values into the template. They are written as JSON writes them, so that they stay within their strings.
func (n Notify) Fill(values map[string]string) string {
	said := n.Template
	for name, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			continue // a string always has a form in JSON
		}
		said = strings.ReplaceAll(said, "{"+name+"}", string(text[1:len(text)-1]))
	}
	return said
}

func (c *Config) notifySection() section {
	return section{"notify", "每日通知：工作日早晨（[digest] 的 at）把要办事项的件数，用一次 HTTPS POST 发到政务微信、浙政钉、粤政易等的群机器人。\n只有件数，没有姓名和编号；没有要办的不发。不写 host 则不发。ysq notify 看内容，ysq notify --test 试发一次。", []option{
		{"host", "只发往这一台主机，可带端口；不跟随跳转。", `"qyapi.weixin.qq.com"`, text{&c.Notify.Host}},
		{"credential", "systemd 凭据名，内容是 https:// 开头的完整网址一行。知道网址的人都能往群里发，所以与密码一样保管，不写在这里。", `"notify-url"`, text{&c.Notify.Credential}},
		{"url_file", "只存网址一行的文件，权限须为 0600。", `"/etc/ysq/notify-url"`, text{&c.Notify.URLFile}},
		{"template", "发出的 JSON。可用：{提醒}（整句）{机关} {日期} {清单}（各项件数）{件数}（总数），写在引号里。", "'" + notifyTemplate + "'", text{&c.Notify.Template}},
		{"ca_file", "对方用单位自建 CA 的证书（PEM）时写；不写则信任系统自带的证书。", `"/etc/ysq/ca.pem"`, text{&c.Notify.CAFile}},
	}}
}

func (n Notify) problems(p *problems) {
	if n.Template != notifyTemplate || n.Enabled() {
		n.templateProblems(p)
	}
	if !n.Enabled() {
		return
	}
	// What is wrong is not repeated: it may be the whole address.
	if host, port, err := net.SplitHostPort(n.Host); err == nil {
		if i, err := strconv.Atoi(port); !hostname(host) || err != nil || i < 1 || i > 65535 {
			p.add("notify.host", "不是主机名或 主机名:端口", "如 \"qyapi.weixin.qq.com\"")
		}
	} else if !hostname(n.Host) {
		p.add("notify.host", "不是主机名", "只写主机名，不带 https:// 和网址的其余部分；网址放在 credential 或 url_file")
	}
	if n.Credential == "" && n.URLFile == "" {
		p.add("notify.credential", "没有写网址从哪里取", "写 credential（systemd 的 LoadCredential=）或 url_file")
	}
	if n.URLFile != "" {
		p.path("notify.url_file", n.URLFile)
	}
	if n.CAFile != "" {
		p.path("notify.ca_file", n.CAFile)
	}
}

func (n Notify) templateProblems(p *problems) {
	values := map[string]string{}
	for _, name := range notifyPlaceholders {
		values[name] = "“\"\\"
	}
	switch filled := n.Fill(values); {
	case len(n.Template) > maxNotify:
		p.add("notify.template", fmt.Sprintf("超过 %d 字节", maxNotify), "写短些")
	case !json.Valid([]byte(filled)):
		p.add("notify.template", "不是 JSON", "占位写在引号里，如 "+quote(notifyTemplate))
	default:
		for _, m := range placeholder.FindAllStringSubmatch(n.Template, -1) {
			if strings.TrimSpace(m[1]) != "" && !slices.Contains(notifyPlaceholders, m[1]) && !strings.ContainsAny(m[1], "\":,") {
				p.add("notify.template", fmt.Sprintf("不认识的占位 %s", m[0]), "可用：{"+strings.Join(notifyPlaceholders, "} {")+"}")
			}
		}
	}
}
