package config

import (
	"slices"
	"strings"
	"testing"
)

func TestPresetOf(t *testing.T) {
	for _, tt := range []struct{ name, address, host, smtp string }{
		{"163", "foi@163.com", "imap.163.com", "smtp.163.com"},
		{"written large", " Foi@VIP.163.COM ", "imap.vip.163.com", "smtp.vip.163.com"},
		{"QQ's paid one", "foi@vip.qq.com", "imap.qq.com", "smtp.qq.com"},
		{"QQ under another name", "foi@foxmail.com", "imap.qq.com", "smtp.qq.com"},
		{"Aliyun's personal mailbox", "foi@aliyun.com", "imap.aliyun.com", "smtp.aliyun.com"},
		{"an office's own domain", "foi@example.test", "", ""},
		{"no address", "foi", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := PresetOf(tt.address)
			if p.Host != tt.host || p.SMTP.Host != tt.smtp || ok != (tt.host != "") {
				t.Errorf("got %q and %q (%v), want %q and %q", p.Host, p.SMTP.Host, ok, tt.host, tt.smtp)
			}
		})
	}
}

// What a preset gives is a mailbox that the configuration accepts, and it says where to click.
func TestPresetsAreUsable(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Presets() {
		for _, d := range append(slices.Clone(p.Domains), p.ID) {
			if seen[d] {
				t.Errorf("%s stands twice", d)
			}
			seen[d] = true
		}
		p = p.For("foi@gov.example.test")
		c := Default()
		c.Agency.Name = "某局"
		m := DefaultMailbox()
		m.Host, m.Port, m.TLS, m.User, m.Credential = p.Host, p.Port, p.TLS, "foi@gov.example.test", "imap-password"
		c.Mailboxes = []Mailbox{m}
		for _, e := range c.problems() {
			t.Errorf("%s: %v", p.ID, e)
		}
		if !hostname(p.SMTP.Host) || p.SMTP.Port != 465 || strings.Contains(p.Host, "{") {
			t.Errorf("%s: servers %s, %+v", p.ID, p.Host, p.SMTP)
		}
		if steps := strings.Join(p.Steps, ""); !strings.Contains(steps, "IMAP") || !strings.Contains(steps, "全部") {
			t.Errorf("%s does not say where to switch IMAP on and how to receive everything", p.ID)
		}
	}
	if p, _ := PresetByID("coremail"); p.For("a@gov.example.test").Host != "imap.gov.example.test" {
		t.Error("coremail does not take the office's domain")
	}
}
