package config

import (
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2/unstable"

	"ysq.internal/ysq/casefile/regexp"
)

// SMTP is the account by which mails are sent. Without a host nothing is ever sent; letters can still
// be put into 草稿箱.
type SMTP struct {
	Host string // empty: nothing is sent
	Port int    // empty in the file means 465 for ImplicitTLS, 587 for StartTLS, 25 for Plaintext
	TLS  TLS
	// AllowPlaintext permits Plaintext to another machine.
	AllowPlaintext bool
	CAFile         string
	User           string // also the sender's address; empty in the file means that of the first mailbox
	Sender         string // the sender's name; empty: Agency.Name
	PasswordFile   string // with Credential empty, too: those of the mailbox with the same user
	Credential     string
}

// Enabled reports whether mails can be sent.
func (s SMTP) Enabled() bool { return s.Host != "" }

// account is what an SMTP account has in common with a mailbox.
func (s SMTP) account() Mailbox {
	return Mailbox{Host: s.Host, Port: s.Port, TLS: s.TLS, CAFile: s.CAFile, User: s.User, PasswordFile: s.PasswordFile, Credential: s.Credential}
}

// Password reads the account's password, as Mailbox.Password does.
func (s SMTP) Password() (string, error) { return s.account().Password() }

// RootCAs returns the certificates of ca_file, as Mailbox.RootCAs does.
func (s SMTP) RootCAs() (*x509.CertPool, error) { return s.account().RootCAs() }

// complete fills in what one option takes from another.
func (s *SMTP) complete(boxes []Mailbox) {
	if !s.Enabled() {
		return
	}
	if s.User == "" && len(boxes) > 0 {
		s.User = boxes[0].User
	}
	i := slices.IndexFunc(boxes, func(m Mailbox) bool { return m.User == s.User })
	if i >= 0 && s.PasswordFile == "" && s.Credential == "" {
		s.PasswordFile, s.Credential = boxes[i].PasswordFile, boxes[i].Credential
	}
	if s.Port == 0 {
		s.Port = map[TLS]int{ImplicitTLS: 465, StartTLS: 587, Plaintext: 25}[s.TLS]
	}
}

// Acknowledge is the receipt that an applicant may get by itself. It is off unless the office wants it.
type Acknowledge struct {
	Enabled bool
	Subject string // with placeholders; see placeholders
	Text    string // likewise, of several lines
	// Confirms says that the receipt is the office's confirmation (双方确认, 条例 第三十一条第三项): 收到申请
	// 之日 is then the day on which it was sent. The office answers for its text being one.
	Confirms  bool
	PerSender int // receipts to one address within 24 hours, at most
	PerDay    int // in all within 24 hours, at most
}

// Placeholders are what may stand in braces in the receipt's subject and text.
var placeholders = []string{"编号", "机关", "到达日期", "主题", "申请人"}

var placeholder = regexp.MustCompile(`[{｛]([^{}｛｝]*)[}｝]`)

// Fill puts values in the place of placeholders.
func Fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(s string) string {
		if v, ok := values[nowCalled(placeholder.FindStringSubmatch(s)[1])]; ok {
			return v
		}
		return s
	})
}

// nowCalled is the name of a placeholder that a file may still call as it was called before.
func nowCalled(name string) string {
	if name == "案号" {
		return "编号"
	}
	return name
}

const (
	receiptSubject = "已收到您的政府信息公开申请（{编号}）"
	receiptText    = `{申请人}：

{机关}已于{到达日期}收到您发来的电子邮件“{主题}”，编号 {编号}。本邮件由系统自动发出，仅说明来信已经收到；您的来信将由工作人员登记、审查，需要补正或者需要与您确认的，将另行联系。

今后就此事来信，请直接回复本邮件，或者在主题中写明编号。

{机关}
`
)

// Digest is the morning's list of what is to be done.
type Digest struct {
	To   []string // addresses of the office's own people; none: to the journal only
	At   Clock    // when, on working days
	Days int      // what is due within so many working days
}

// Clock is a time of day in Asia/Shanghai.
type Clock struct{ Hour, Minute int }

// On returns the time of day on the day of an instant.
func (c Clock) On(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, c.Hour, c.Minute, 0, 0, t.Location())
}

// smtpHost is what the provider of the first mailbox would have written, for the example.
func (c *Config) smtpHost() string {
	if len(c.Mailboxes) > 0 {
		if p, ok := PresetOf(c.Mailboxes[0].User); ok {
			return p.SMTP.Host
		}
	}
	return "smtp.163.com"
}

func (c *Config) sendingSections() []section {
	return []section{
		{"smtp", "发信（SMTP）。不写 host 则从不直接发信；答复仍可存入邮箱的草稿箱，由人在网页邮箱里核对后发出。", []option{
			{"host", "SMTP 服务器主机名。", quote(c.smtpHost()), text{&c.SMTP.Host}},
			{"port", "端口。不写则 tls 为 \"tls\" 时用 465，\"starttls\" 用 587。", "465", port{&c.SMTP.Port}},
			{"tls", "连接如何加密，与 [[mailbox]] 的 tls 相同。", "", choice[TLS]{&c.SMTP.TLS, []TLS{ImplicitTLS, StartTLS, Plaintext}}},
			{"allow_plaintext", "不加密只允许连接本机；确需明文连接别的机器，须在此写 true 明示。", "", boolean{&c.SMTP.AllowPlaintext}},
			{"ca_file", "单位自建 CA 的证书（PEM）；不写则信任系统自带的证书。", `"/etc/ysq/ca.pem"`, text{&c.SMTP.CAFile}},
			{"user", "登录名，也是发件人地址（163 等只允许以登录的地址发信）；不写则用第一个邮箱的。", `"foi@example.test"`, text{&c.SMTP.User}},
			{"sender", "发件人名称；不写则用机关名称。", `"示例市生态环境局依申请公开"`, text{&c.SMTP.Sender}},
			{"credential", "systemd 凭据名。credential 和 password_file 都不写时，用同一登录名的邮箱的（163 的收信和发信是同一个授权码）。", `"smtp-password"`, text{&c.SMTP.Credential}},
			{"password_file", "只存密码一行的文件，权限须为 0600。", `"/etc/ysq/smtp-password"`, text{&c.SMTP.PasswordFile}},
		}},
		{"acknowledge", "收件回执：新件立案后自动回复申请人一封，每件一次；对自动邮件、退信、邮件列表、本单位和 noreply 地址从不回复。\n默认不发。回执由系统发出，是否构成“双方确认”由 confirms 决定。", []option{
			{"enabled", "是否自动发回执（需要 [smtp]）。", "", boolean{&c.Acknowledge.Enabled}},
			{"subject", "主题，须含 {编号}，以便回信归入该件。可用：{编号} {机关} {到达日期} {主题} {申请人}。", "", text{&c.Acknowledge.Subject}},
			{"text", "正文，可用的占位与主题相同。", "", prose{&c.Acknowledge.Text}},
			{"confirms", "回执是否就是本机关的确认（条例第三十一条第三项）：写 true 则回执发出当日记为“双方确认”，法定期限自该日起算；\n正文应写明“以本邮件确认收到”之类的话。不写则由人另行确认。", "", boolean{&c.Acknowledge.Confirms}},
			{"per_sender", "24 小时内给同一地址最多发几封。", "", amount{&c.Acknowledge.PerSender, 1, 50}},
			{"per_day", "24 小时内总共最多发几封。", "", amount{&c.Acknowledge.PerDay, 1, 2000}},
		}},
		{"digest", "每日提醒：工作日早晨列出逾期、将到期、未确认、未登记、待甄别邮件等，写入系统日志，并可发给工作人员（附日历文件）；没有要办的就不发。", []option{
			{"to", "发给谁（需要 [smtp]）；不写则只写日志。", `["zhangke@example.test"]`, textList{&c.Digest.To}},
			{"at", "几点，北京时间。", "", clock{&c.Digest.At}},
			{"days", "列出几个工作日内到期的。", "", amount{&c.Digest.Days, 0, 30}},
		}},
		c.notifySection(),
	}
}

func (c Config) sendingProblems(p *problems) {
	s := c.SMTP
	if p.text("smtp.host", s.Host) && s.Host != "" && !hostname(s.Host) {
		p.add("smtp.host", fmt.Sprintf("%q 不是主机名或 IP 地址", s.Host), "只写主机名，不带 smtp:// 和端口；端口写在 port")
	}
	if s.Enabled() {
		switch {
		case !p.text("smtp.user", s.User):
		case s.User != "" && !mailAddress(s.User):
			p.add("smtp.user", fmt.Sprintf("%q 不是完整的邮箱地址，不能作发件人", s.User), "写完整地址，如 user = \"foi@example.test\"")
		}
		if s.TLS == Plaintext && !s.AllowPlaintext && !s.account().loopback() {
			p.add("smtp.tls", "不加密的连接只允许到本机", "改用 \"tls\" 或 \"starttls\"；确需明文，写 allow_plaintext = true")
		}
		if s.PasswordFile == "" && s.Credential == "" {
			p.add("smtp.credential", "没有写密码从哪里取", "写 credential（systemd 的 LoadCredential=）或 password_file")
		}
		if s.PasswordFile != "" {
			p.path("smtp.password_file", s.PasswordFile)
		}
		if s.CAFile != "" {
			p.path("smtp.ca_file", s.CAFile)
		}
	}
	p.text("smtp.sender", s.Sender)
	c.receiptProblems(p)
	c.Notify.problems(p)
	for _, to := range c.Digest.To {
		if !mailAddress(to) {
			p.add("digest.to", fmt.Sprintf("%q 不是邮箱地址", to), "如 [\"zhangke@example.test\"]，只能用英文字母、数字和常见符号")
		}
	}
	if len(c.Digest.To) > 0 && !s.Enabled() {
		p.add("digest.to", "没有配置发信，无法发给工作人员", "写 [smtp] 一节的 host，或去掉 to（仍写入日志）")
	}
}

func (c Config) receiptProblems(p *problems) {
	a := c.Acknowledge
	if a.Enabled && !c.SMTP.Enabled() {
		p.add("acknowledge.enabled", "没有配置发信，发不了回执", "写 [smtp] 一节的 host")
	}
	p.text("acknowledge.subject", a.Subject)
	if strings.ContainsFunc(a.Text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) {
		p.add("acknowledge.text", "含有控制字符", "写成普通文字")
	}
	for _, t := range []struct{ key, text string }{{"acknowledge.subject", a.Subject}, {"acknowledge.text", a.Text}} {
		if strings.TrimSpace(t.text) == "" {
			p.add(t.key, "是空的", "写回执的文字，或删去这一项用默认的")
		}
		for _, m := range placeholder.FindAllStringSubmatch(t.text, -1) {
			if !slices.Contains(placeholders, nowCalled(m[1])) {
				p.add(t.key, fmt.Sprintf("不认识的占位 %s", m[0]), "可用：{"+strings.Join(placeholders, "} {")+"}")
			}
		}
	}
	if !slices.ContainsFunc(placeholder.FindAllStringSubmatch(a.Subject, -1), func(m []string) bool { return nowCalled(m[1]) == "编号" }) {
		p.add("acknowledge.subject", "没有 {编号}", "写上 {编号}，申请人回信时才能归入该件")
	}
}

// mailAddress accepts what SMTP without SMTPUTF8 takes: local@domain of ASCII.
func mailAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && hostname(domain) && net.ParseIP(domain) == nil &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()[]",;:\`, r) })
}

// prose is text of several lines.
type prose struct{ p *string }

func (v prose) read(n *unstable.Node) (err error) {
	*v.p, err = stringOf(n)
	return err
}

// literal writes it between triple quotes, a line a line, as people write it.
func (v prose) literal() string {
	lines := strings.Split(*v.p, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(strings.TrimPrefix(quote(l), `"`), `"`)
	}
	return `"""` + "\n" + strings.Join(lines, "\n") + `"""`
}

// amount is a number within bounds.
type amount struct {
	p           *int
	least, most int
}

func (v amount) read(n *unstable.Node) error {
	i, err := strconv.Atoi(string(n.Data))
	if n.Kind != unstable.Integer || err != nil || i < v.least || i > v.most {
		return mismatch{fmt.Sprintf("应为 %d 到 %d 的整数", v.least, v.most), "不加引号"}
	}
	*v.p = i
	return nil
}

func (v amount) literal() string { return strconv.Itoa(*v.p) }

type clock struct{ p *Clock }

func (v clock) read(n *unstable.Node) error {
	s, err := stringOf(n)
	if err != nil {
		return err
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return mismatch{fmt.Sprintf("%q 不是钟点", s), `如 "08:30"`}
	}
	*v.p = Clock{t.Hour(), t.Minute()}
	return nil
}

func (v clock) literal() string { return fmt.Sprintf(`"%02d:%02d"`, v.p.Hour, v.p.Minute) }
