package match

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

func TestAnswerable(t *testing.T) {
	from := func(mail string) *casefile.Message {
		return &casefile.Message{From: []casefile.Address{{Mail: mail}}, Subject: "政府信息公开申请"}
	}
	with := func(change func(*casefile.Message)) *casefile.Message {
		m := from("zhangsan@example.test")
		change(m)
		return m
	}
	for name, tt := range map[string]struct {
		mail *casefile.Message
		want bool
	}{
		"a person":                 {from("zhangsan@example.test"), true},
		"a person at a firm":       {from("administration.zhang@example.test"), true},
		"Auto-Submitted: no":       {with(func(m *casefile.Message) { m.Machine.AutoSubmitted = "no" }), true},
		"Exchange, on all mails":   {with(func(m *casefile.Message) { m.Machine.AutoReply = "X-Auto-Response-Suppress: DR, OOF" }), true},
		"asks for none":            {with(func(m *casefile.Message) { m.Machine.AutoReply = "X-Auto-Response-Suppress: All" }), false},
		"Auto-Submitted":           {with(func(m *casefile.Message) { m.Machine.AutoSubmitted = "auto-generated" }), false},
		"a reply by itself":        {with(func(m *casefile.Message) { m.Machine.AutoSubmitted = "auto-replied" }), false},
		"X-Autoreply":              {with(func(m *casefile.Message) { m.Machine.AutoReply = "X-Autoreply: yes" }), false},
		"Precedence: bulk":         {with(func(m *casefile.Message) { m.Machine.Precedence = "bulk" }), false},
		"List-Id":                  {with(func(m *casefile.Message) { m.Machine.ListID = "<a.example.test>" }), false},
		"null return path":         {with(func(m *casefile.Message) { m.Machine.NullReturnPath = true }), false},
		"a bounce":                 {with(func(m *casefile.Message) { m.Delivery = &casefile.DeliveryReport{Action: "failed"} }), false},
		"absence, by its subject":  {with(func(m *casefile.Message) { m.Subject = "自动回复: 政府信息公开申请" }), false},
		"nobody":                   {with(func(m *casefile.Message) { m.From = nil }), false},
		"two people":               {with(func(m *casefile.Message) { m.From = append(m.From, casefile.Address{Mail: "b@example.test"}) }), false},
		"the office":               {from("FOI@office.test"), false},
		"noreply":                  {from("noreply@example.test"), false},
		"No-Reply in the middle":   {from("a.No-Reply.b@example.test"), false},
		"postmaster":               {from("postmaster@example.test"), false},
		"a list's owner":           {from("owner-a@example.test"), false},
		"a list's address":         {from("a-request@example.test"), false},
		"variable bounce address":  {from("bounce+zhangsan=example.test@list.test"), false},
		"no address":               {from("张三"), false},
		"a ticket system's notice": {with(func(m *casefile.Message) { m.Machine.AutoSubmitted = "auto-generated; type=ticket" }), false},
	} {
		if got, why := Answerable(tt.mail, []string{"foi@office.test"}); got != tt.want || got == (why != "") {
			t.Errorf("%s: %v (%s), want %v", name, got, why, tt.want)
		}
	}
}
