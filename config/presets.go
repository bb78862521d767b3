package config

import (
	"slices"
	"strings"
)

// Preset is what is known of a provider of mailboxes: the servers, and where in its web pages an
// administrator finds what a program needs. The hosts and ports are those the providers publish.
type Preset struct {
	ID      string   // as typed: 163
	Name    string   // as the provider calls itself
	Domains []string // of the addresses that it alone gives out; empty: an office's own domain
	Host    string   // IMAP; DomainHost is replaced
	Port    int
	TLS     TLS
	SMTP    Server // for letters that are sent
	// Code says that programs log in with a code of their own (授权码), not with the password.
	Code bool
	// Steps tell where to click, one a line, in the words of the provider's pages.
	Steps []string
}

// Server is where a service of a provider listens.
type Server struct {
	Host string
	Port int
	TLS  TLS
}

// DomainHost stands, in a preset for an office's own domain, for that domain.
const DomainHost = "{domain}"

var netease = []string{
	"登录网页邮箱，点“设置 → POP3/SMTP/IMAP”。",
	"开启“IMAP/SMTP服务”，按提示用手机验证；网页显示一串 16 个字母的“授权码”，只显示一次，请抄下。",
	"同一页“收取选项”选“收取全部邮件”，保存。选“收取最近30天邮件”的，更早的来信对程序不可见，停机稍久就会漏收。",
	"授权码可随时在该页删除、另建；改网页密码不影响它。",
}

// Presets lists the providers, those with domains of their own first. It is a new slice each time.
func Presets() []Preset {
	return []Preset{
		{"163", "网易 163 免费邮箱", []string{"163.com", "vip.163.com"}, "imap.163.com", 993, ImplicitTLS, Server{"smtp.163.com", 465, ImplicitTLS}, true, netease},
		{"126", "网易 126 免费邮箱", []string{"126.com", "vip.126.com"}, "imap.126.com", 993, ImplicitTLS, Server{"smtp.126.com", 465, ImplicitTLS}, true, netease},
		{"yeah", "网易 yeah.net 邮箱", []string{"yeah.net"}, "imap.yeah.net", 993, ImplicitTLS, Server{"smtp.yeah.net", 465, ImplicitTLS}, true, netease},
		{"qq", "QQ 邮箱", []string{"qq.com", "vip.qq.com", "foxmail.com"}, "imap.qq.com", 993, ImplicitTLS, Server{"smtp.qq.com", 465, ImplicitTLS}, true, []string{
			"登录网页邮箱，点“设置 → 账号”（新版为“账号与安全 → 安全设置”）。",
			"在“POP3/IMAP/SMTP/Exchange/CardDAV 服务”处开启服务，按提示用密保手机发短信；网页显示 16 个字母的“授权码”，请抄下。",
			"同一处“收取选项”选“全部”，保存。只收取最近 30 天的，更早的来信对程序不可见。",
			"改 QQ 密码后授权码失效，要重新生成。",
		}},
		{"exmail", "腾讯企业邮箱（自有域名）", nil, "imap.exmail.qq.com", 993, ImplicitTLS, Server{"smtp.exmail.qq.com", 465, ImplicitTLS}, true, []string{
			"管理员：登录 exmail.qq.com 的管理后台，确认允许成员使用 IMAP/SMTP 客户端。",
			"以该邮箱登录网页，点“设置 → 客户端设置”，开启“IMAP/SMTP服务”。",
			"“收取选项”选“收取全部邮件”，保存；只收取最近 30 天的，更早的来信对程序不可见。",
			"“设置 → 邮箱绑定”中开启了“安全登录”的，须生成“客户端专用密码”，填它；没有开启的，填邮箱密码。",
		}},
		{"aliyun", "阿里邮箱、阿里云企业邮箱（自有域名）", []string{"aliyun.com"}, "imap.qiye.aliyun.com", 993, ImplicitTLS, Server{"smtp.qiye.aliyun.com", 465, ImplicitTLS}, false, []string{
			"管理员：登录 qiye.aliyun.com 的管理后台，确认该账号允许使用 IMAP 和 SMTP。",
			"以该邮箱登录网页，在“设置 → 账户与安全”中查看是否开启了“三方客户端安全密码”；开启了的须生成并填它，没有开启的填邮箱密码。",
			"在“设置”中确认客户端收信范围是全部邮件。",
		}},
		{"coremail", "Coremail 自建邮箱（自有域名）", nil, "imap." + DomainHost, 993, ImplicitTLS, Server{"smtp." + DomainHost, 465, ImplicitTLS}, false, []string{
			"向邮件系统管理员确认 IMAP 服务器名、端口，以及该账号已开通 IMAP。",
			"以该邮箱登录网页，点“设置 → 客户端设置”（或“POP3/SMTP/IMAP”）；有“客户端专用密码”“授权码”的须生成并填它，没有的填邮箱密码。",
			"有“收取选项”的选“收取全部邮件”，保存。",
		}},
	}
}

// PresetByID returns the preset of that name.
func PresetByID(id string) (Preset, bool) {
	all := Presets()
	if i := slices.IndexFunc(all, func(p Preset) bool { return p.ID == id }); i >= 0 {
		return all[i], true
	}
	return Preset{}, false
}

// PresetOf returns the preset of an address whose domain belongs to a provider.
func PresetOf(address string) (Preset, bool) {
	domain := domainOf(address)
	all := Presets()
	if i := slices.IndexFunc(all, func(p Preset) bool { return slices.Contains(p.Domains, domain) }); i >= 0 {
		return all[i].For(address), true
	}
	return Preset{}, false
}

// For returns the preset with the domain of an address in the place of DomainHost.
func (p Preset) For(address string) Preset {
	domain := domainOf(address)
	if provider, vip := strings.CutPrefix(domain, "vip."); vip && provider != "qq.com" { // NetEase's paid mailboxes
		p.Host, p.SMTP.Host = strings.Replace(p.Host, "."+provider, "."+domain, 1), strings.Replace(p.SMTP.Host, "."+provider, "."+domain, 1)
	}
	if p.ID == "aliyun" && domain == "aliyun.com" { // the personal mailbox has servers of its own
		p.Host, p.SMTP.Host = "imap.aliyun.com", "smtp.aliyun.com"
	}
	p.Host = strings.ReplaceAll(p.Host, DomainHost, domain)
	p.SMTP.Host = strings.ReplaceAll(p.SMTP.Host, DomainHost, domain)
	return p
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	return domain
}
