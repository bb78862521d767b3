package outbox_test

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox/outbox"
	"ysq.internal/ysq/mailbox/parse"
)

func file(name, kind, content string) outbox.File {
	return outbox.File{Name: name, Type: kind, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func letter() outbox.Mail {
	return outbox.Mail{
		From:      outbox.Address{Name: "示例市生态环境局", Mail: "foi@example.test"},
		To:        outbox.Address{Name: "张三", Mail: "zhangsan@example.test"},
		Date:      time.Date(2026, 3, 26, 9, 30, 0, 0, time.FixedZone("", 8*3600)),
		MessageID: outbox.NewMessageID("7M3KQX2A", "foi@Example.test"),
		InReplyTo: "abc.123@mail.example.test",
		Subject:   "关于某路改造工程环境影响评价批复文件的政府信息公开告知书（2026-00017）",
		Text:      "张三：\n\n您申请公开的信息，答复见附件。\n\n示例市生态环境局\n",
		Files:     []outbox.File{file("政府信息公开告知书.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", strings.Repeat("PK", 900))},
	}
}

func compose(t testing.TB, m outbox.Mail) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := outbox.Compose(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(raw []byte) casefile.Message {
	return parse.Message(bytes.NewReader(raw), int64(len(raw)), casefile.Digest{}, parse.Limits{})
}

// What is composed is read back as it was meant, by our parser and by the standard library, and the
// bytes are those that RFC 5322 and 5321 allow.
func TestComposedMailReadsBack(t *testing.T) {
	long := letter()
	long.References = []string{"first@example.test", "not an id", "<x>", "second@example.test"}
	long.Files = append(long.Files,
		file(strings.Repeat("关于公开某年度财政预算决算及“三公”经费有关情况的说明", 2)+".pdf", "", "b"),
		file("plain name 1.txt", "text/plain", "hello"), file(`odd"name\.txt`, "", "x"), file("../../etc/passwd\r\nBcc: x@example.test", "no type\r\nX: y", "x"))
	hostile := letter()
	hostile.Subject = "Re: 申请\r\nBcc: everybody@example.test\r\n\r\nbody\u202e\x00"
	hostile.To.Name = "王\r\nX-Injected: 1\"<a@b>"
	plain := letter()
	plain.Files, plain.Subject, plain.To.Name, plain.Text = nil, "Reply 2026-00017", `O'Brien "Bob"`, "a\r\n.\r\n..b\n"
	auto := letter()
	auto.Auto = outbox.AutoReplied
	for name, m := range map[string]outbox.Mail{"letter": letter(), "long": long, "hostile": hostile, "plain": plain, "automatic": auto} {
		t.Run(name, func(t *testing.T) {
			raw := compose(t, m)
			for line := range strings.SplitSeq(string(raw), "\r\n") {
				if len(line) > 78 && !strings.HasPrefix(line, "Content-Type: ") || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("line of %d characters, or not ASCII: %q", len(line), line)
				}
			}
			if !bytes.Equal(raw, compose(t, m)) {
				t.Error("a second time it is not the same")
			}
			got := read(raw)
			if len(got.Defects) > 0 {
				t.Errorf("defects: %+v", got.Defects)
			}
			oneLine := strings.NewReplacer("\r\n", " ", "\x00", " ", "\u202e", "")
			if want := strings.Join(strings.Fields(oneLine.Replace(m.Subject)), " "); got.Subject != want {
				t.Errorf("subject %q, want %q", got.Subject, want)
			}
			if got.MessageID != m.MessageID || got.InReplyTo[0] != m.InReplyTo || got.From[0].Mail != m.From.Mail || got.From[0].Name != m.From.Name || got.To[0].Mail != m.To.Mail {
				t.Errorf("read as %+v", got)
			}
			if want := oneLine.Replace(m.To.Name); got.To[0].Name != want {
				t.Errorf("to %q, want %q", got.To[0].Name, want)
			}
			if want := strings.TrimRight(strings.ReplaceAll(m.Text, "\r\n", "\n"), "\n"); strings.TrimRight(got.Text, "\n") != want {
				t.Errorf("text %q, want %q", got.Text, want)
			}
			if !got.Date.Equal(m.Date) || (m.Auto != "") != (got.Machine.AutoSubmitted != "") {
				t.Errorf("date %v, automatic %q", got.Date, got.Machine.AutoSubmitted)
			}
			var enclosed []casefile.Part
			for _, p := range got.Parts {
				if p.Attachment {
					enclosed = append(enclosed, p)
				}
			}
			if len(enclosed) != len(m.Files) {
				t.Fatalf("%d enclosures, want %d", len(enclosed), len(m.Files))
			}
			for i, f := range m.Files {
				r, _ := f.Open()
				content, _ := io.ReadAll(r)
				if enclosed[i].Digest != casefile.DigestOf(content) {
					t.Errorf("enclosure %d is not what was enclosed", i)
				}
				if i < 3 && enclosed[i].Name != f.Name {
					t.Errorf("enclosure %d is named %q, want %q", i, enclosed[i].Name, f.Name)
				}
			}
			std, err := mail.ReadMessage(bytes.NewReader(raw))
			if err != nil || std.Header.Get("Bcc") != "" || std.Header.Get("X-Injected") != "" || std.Header.Get("X") != "" {
				t.Errorf("the standard library reads %v, %v", std.Header, err)
			}
		})
	}
	if got := read(compose(t, long)).References; strings.Join(got, " ") != "first@example.test second@example.test abc.123@mail.example.test" {
		t.Errorf("references: %q", got)
	}
}

func TestNoMailToWhatIsNoAddress(t *testing.T) {
	for _, address := range []string{"", "zhangsan", "张三@example.test", "a@例子.test", "a b@example.test", "a@b@example.test", "a@example.test>\r\nRCPT TO:<b@example.test",
		"<a@example.test>", `"a b"@example.test`, ".a@example.test", "a@-", "a@", "@b", strings.Repeat("a", 65) + "@example.test"} {
		m := letter()
		m.To.Mail = address
		if err := outbox.Compose(io.Discard, m); address != "a@-" && !errors.Is(err, outbox.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if err := outbox.CheckAddress("zhang.san+foi_1@mail.example.test"); err != nil {
		t.Error(err)
	}
}

// A Message-ID carries nothing but its token and the domain.
func TestMessageID(t *testing.T) {
	if got := outbox.NewMessageID("ABCD2345", "Zhang.San@Example.test"); got != "ysq.abcd2345@example.test" {
		t.Error(got)
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("主题", "张三", "正文", "附件.docx")
	f.Add("=?utf-8?B?=?=\r\n", "a\"b\\", "\r.\r\n", "\x00..//")
	f.Fuzz(func(t *testing.T, subject, name, text, enclosure string) {
		m := letter()
		m.Subject, m.To.Name, m.Text, m.Files = subject, name, text, []outbox.File{file(enclosure, enclosure, "content")}
		raw := compose(t, m)
		for line := range strings.SplitSeq(string(raw), "\r\n") {
			if len(line) > 200 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("line of %d characters, or not ASCII: %q", len(line), line)
			}
		}
		got := read(raw)
		if len(got.To) != 1 || got.To[0].Mail != m.To.Mail || len(got.Parts) != 2 || got.Parts[1].Digest != casefile.DigestOf([]byte("content")) || got.InReplyTo[0] != m.InReplyTo {
			t.Errorf("read as %+v from\n%s", got, raw)
		}
	})
}
