package cli

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// What was found stands out in bold on a terminal and between brackets elsewhere; nothing from a mail
// reaches the terminal as a command.
func TestHit(t *testing.T) {
	inCase := ask.Hit{Case: "2026-00017", Stage: "handling", Applicant: "张三", Subject: "申请\x1b[2J", Found: []ask.Finding{
		{Where: "邮件正文", Before: "…公开", Match: "环境\x1b]0;x\a", After: "监测\u202e…"}, {Where: "承办", Match: "大气科"},
	}}
	outside := ask.Hit{Mail: casefile.DigestOf([]byte("x")), Place: "parked", Applicant: "李四", Found: []ask.Finding{{Where: "主题", Match: "申请"}}}
	for _, tt := range []struct {
		name    string
		columns int
		hit     ask.Hit
		want    string
	}{
		{"piped", 0, inCase, "2026-00017  办理  张三  申请�[2J\n  邮件正文：…公开【环境�]0;x�】监测�…\n  承办：【大气科】\n"},
		{"terminal", 100, inCase, "\x1b[1m2026-00017  办理  张三  申请�[2J\x1b[0m\n  邮件正文：…公开\x1b[1m环境�]0;x�\x1b[0m监测�…\n  承办：\x1b[1m大气科\x1b[0m\n"},
		{"no case", 0, outside, "邮件 2d711642b726  待甄别  李四\n  主题：【申请】\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(tt.columns, nil)
			term.hit(tt.hit)
			if got := term.out.String(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
