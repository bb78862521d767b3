package parse

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// A header or a page of a megabyte that is made to be looked at again for each of its words. All of it is read in 0.2 s;
// before, in the order of the table, it took more than fifteen minutes, six seconds, and a second and a half.
func TestHostileWordsAreReadOnce(t *testing.T) {
	const n = 900_000
	for name, mail := range map[string]string{
		"identifiers without an @":      "Message-ID: " + strings.Repeat("a ", n/2) + "\r\n\r\nx",
		"encoded words without an end":  "Subject: " + strings.Repeat("=?x?B?a", n/7) + "?=\r\n\r\nx",
		"a page and what it never says": "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n" + strings.Repeat(" ", 2000) + "x" + strings.Repeat("\r\nqz", n/4) + "\r\n--b\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat("ba<br>", n/6) + "\r\n--b--\r\n",
	} {
		mail = "From: zhangsan@example.test\r\n" + mail
		if m := Message(strings.NewReader(mail), int64(len(mail)), casefile.Digest{}, Limits{}); len(m.From) != 1 || m.Text == "" {
			t.Errorf("%s: from %v, text %.20q", name, m.From, m.Text)
		}
	}
}
