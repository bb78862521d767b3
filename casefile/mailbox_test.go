package casefile

import (
	"testing"

	"ysq.internal/ysq/casefile/civil"
)

func TestMailbox(t *testing.T) {
	on := civil.MustParse("2026-03-02")
	for _, tt := range []struct {
		c    Case
		want string
	}{
		{Case{RegisteredOn: on, Email: "a@example.test", Contact: "b@example.test"}, "a@example.test"},
		{Case{RegisteredOn: on, Contact: "甲路1号，13800000000，b@mail.example.test"}, "b@mail.example.test"},
		{Case{RegisteredOn: on, Contact: "b@example.test，c@example.test"}, ""}, // whichever is meant, nobody said
		{Case{RegisteredOn: on, Addresses: []string{"from@example.test"}}, ""},
		{Case{Contact: "b@example.test"}, ""}, // read, not registered
	} {
		if got := tt.c.Mailbox(); got != tt.want {
			t.Errorf("%+v is reached at %q, want %q", tt.c, got, tt.want)
		}
	}
}

func TestIsMailbox(t *testing.T) {
	for s, want := range map[string]bool{
		"a@example.test": true, "a.b-c_d@mail.example.test": true, "A@EXAMPLE.TEST": true,
		"": false, "a": false, "a@b": false, "a@b.test, c@d.test": false, "a b@c.test": false, "张三@example.test": false,
		"a@example.test\n": false, "a@例.test": false, "<a@example.test>": false, "a@example.test\u202e": false,
	} {
		if got := IsMailbox(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestNoReply(t *testing.T) {
	for s, want := range map[string]bool{
		"noreply@portal.example.test": true, "no-reply@a.test": true, "NoReply+7@a.test": true, "donotreply@a.test": true, "MAILER-DAEMON@a.test": true,
		"system@a.test": true, "notification@a.test": true, "auto@a.test": true,
		"norma@a.test": false, "noah.reply@a.test": false, "systemli@a.test": false, "autumn@a.test": false, "zhangsan@a.test": false,
	} {
		if got := NoReply(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// Whoever asked for something else is not sent an e-mail by itself (条例 第四十条).
func TestWantedByMail(t *testing.T) {
	for _, tt := range []struct {
		form, delivery string
		want           bool
	}{
		{"", "", true}, {"电子邮件", "", true}, {"电子文档", "", true}, {"纸面", "", false}, {"光盘", "", false}, {"纸面或者电子邮件", "", true},
		{"纸面", "邮寄", false}, {"", "自行领取", false}, {"电子文档", "邮寄", false}, {"纸面", "电子邮件", true}, {"", "发到邮箱", true},
		{"", "邮寄或电子邮件均可", true}, {"", "快递，不要电子邮件", false}, {"", "当场阅读、抄录", false}, {"", "E-mail", true}, {"", "不限", true},
	} {
		if got := (Case{Form: tt.form, Delivery: tt.delivery}).WantedByMail(); got != tt.want {
			t.Errorf("%q, %q: %v", tt.form, tt.delivery, got)
		}
	}
}
