package parse

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// A mail whose From can be read as naming two people names nobody: with one author, it is the one whom every reader sees.
func TestOneAuthor(t *testing.T) {
	const evil, victim = "evil@x.test", "victim@v.test"
	for _, tt := range []struct {
		header string
		author string // "" where there must be no single address
	}{
		{"From: victim@v.test", victim},
		{"From:\r\n victim@v.test", victim},
		{"From : victim@v.test", victim},
		{"From \r\n : victim@v.test", victim},
		{"From: Zhang San\r\r\n <victim@v.test>", victim},
		{"From: victim@v.test <victim@v.test>", victim},
		{"From: victim@v.test <Victim@V.test.>", "Victim@v.test"},
		{"From: mailto:victim@v.test", victim},
		{"From: victim @ v . test", victim},
		{"From: <victim@v.test> <>", victim},
		{"From: 张三@某公司 <victim@v.test>", victim},
		{"From: Mike@Sales <victim@v.test>", victim},
		{"From: victim＠v.test", victim},
		{"Resent-From: evil@x.test\r\nFrom: victim@v.test", victim},
		{`From: "张三"victim@v.test`, victim},
		{`From: "张三"victim@v.test <evil@x.test>`, ""},
		{`From: "张三"victim@v.test evil@x.test`, ""},
		{`From: "zhang"victim@v.test`, `"zhang"victim@v.test`},
		{`From: "张三".victim@v.test`, `"张三".victim@v.test`},
		{`From: "张三"@v.test`, `"张三"@v.test`},
		{`From: "张三 evil@x.test"victim@v.test`, `"张三 evil@x.test"victim@v.test`},
		{`From: a"张三"victim@v.test`, `a"张三"victim@v.test`},
		// Names and comments are no addresses.
		{`From: "evil@x.test, " <victim@v.test>`, victim},
		{`From: "a\" <evil@x.test>" <victim@v.test>`, victim},
		{"From: (evil@x.test) victim@v.test", victim},
		{"From: a (c (d) <evil@x.test> ) <victim@v.test>", victim},
		{"From: =?utf-8?B?ZXZpbEB4LnRlc3Q=?= <victim@v.test>", victim},
		{"From: =?utf-8?q?=3Cvictim=40v=2Etest=3E=2C?= <evil@x.test>", evil},
		{`From: "victim@v.test"@x.test`, `"victim@v.test"@x.test`},
		// One address twice.
		{"From: victim@v.test, victim@v.test", victim},
		{"From: A <victim@v.test>\r\nFrom: B <victim@V.test>", victim},
		{"From: victim@v.test\r\nFrom: Victim@v.test", ""},
		// A comma in a name without quotes.
		{"From: Zhang, San <victim@v.test>", victim},
		{"From: 某公司，张三 <victim@v.test>", victim},
		{"From: =?utf-8?B?5byg5LiJ?=, Ltd. <victim@v.test>", victim},
		{`From: "evil@x.test", <victim@v.test>`, ""},
		{"From: =?utf-8?B?ZXZpbEB4LnRlc3Q=?=, <victim@v.test>", ""},
		{"From: <evil>, <victim@v.test>", ""},
		{"From: victim@v.test, Zhang San", ""},
		// Two addresses in one field.
		{"From: <evil@x.test> <victim@v.test>", ""},
		{"From: victim@v.test <evil@x.test>", ""},
		{"From: <victim@v.test> evil@x.test", ""},
		{"From: <evil@x.test><victim@v.test>", ""},
		{`From: "a" <evil@x.test> "b" <victim@v.test>`, ""},
		{"From: evil@x.test victim@v.test", ""},
		{"From: evil@x.test;victim@v.test", ""},
		{"From: evil@x.test\r\n\t, victim@v.test", ""},
		{"From: <evil@x.test,victim@v.test>", ""},
		{"From: <evil@x.test victim@v.test>", ""},
		{"From: [evil@x.test] victim@v.test", ""},
		{"From: a: evil@x.test;, b: victim@v.test;", ""},
		{"From: <@x.test,@y.test:victim@v.test>", ""},
		{"From: 受害人＜victim@v.test＞ <evil@x.test>", ""},
		{"From: <victim@v.test>\v<evil@x.test>", ""},
		{"From: victim@v.test、evil@x.test", ""},
		{"From: <evil@x.test> " + strings.Repeat("x ", 40<<10) + "<victim@v.test>", ""},
		{"From: " + strings.Repeat("x ", 40<<10) + "<evil@x.test> <victim@v.test>", ""},
		{"From: " + strings.Repeat("((", 100) + " <evil@x.test> (<victim@v.test>)", ""},
		// Two fields.
		{"From: evil@x.test\r\nfrom: victim@v.test", ""},
		{"From : evil@x.test\r\nFrom: victim@v.test", ""},
		{"From: victim@v.test\r\nFROM\t: evil@x.test", ""},
		{"From \r\n : victim@v.test\r\nFrom: evil@x.test", ""},
		{"From:\r\nFrom: victim@v.test", ""},
		{"From: victim@v.test\r\nFrom:", ""},
		{"From: evil@x.test\r\nbad line\r\nFrom: victim@v.test", ""},
		{"From\xc2\xa0: victim@v.test\r\nFrom: evil@x.test", ""},
		{"From\x00: victim@v.test\r\nFrom: evil@x.test", ""},
		{"\xe2\x80\x8bFrom: victim@v.test\r\nFrom: evil@x.test", ""},
		{"From: evil@x.test\rFrom: victim@v.test", ""},
		{"Subject: x\rFrom: victim@v.test\r\nFrom: evil@x.test", ""},
		{"From: victim@v.test\r\nX-Long: " + strings.Repeat("x", 2<<20) + "\r\nFrom: evil@x.test", ""},
		// Addresses that others read as another one.
		{"From: victim\x00@v.test", ""},
		{"From: victim@v.test\x00.x.test", ""},
		{"From: evil@x.test@v.test", ""},
		{"From: vic\u200etim@v.test", ""},
		{"From: vi\u212atim@v.test", ""},
		{"From: \u017fictim@v.test", ""},
		{"From: victim@\u0130.test", ""},
		{`From: "victim@v.test"`, ""},
	} {
		m := read([]byte(tt.header+"\r\nTo: o@example.test\r\n\r\nx\r\n"), Limits{})
		got := ""
		if len(m.From) == 1 {
			got = m.From[0].Mail
		}
		if got != tt.author || len(m.From) == 0 {
			t.Errorf("%.100q: %q of %q", tt.header, got, m.From)
		}
		if m.From[0] == (casefile.Address{}) {
			t.Errorf("%.100q: an author of nothing", tt.header)
		}
	}
}
