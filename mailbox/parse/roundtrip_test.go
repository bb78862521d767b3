package parse

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
)

// What a well-kept writer makes of a mail must be read back as it was.
func TestReadsWhatGoMessageWrites(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("申请公开表镕喆𠮷㐂张三李四abcXYZ019 -_（）·é")), 1, 60, -1)
	line := rapid.Custom(func(t *rapid.T) string { return strings.Join(strings.Fields(word.Draw(t, "words")), " ") })
	rapid.Check(t, func(t *rapid.T) {
		from := casefile.Address{Name: line.Draw(t, "from"), Mail: "zhangsan@example.test"}
		to := []casefile.Address{{Name: line.Draw(t, "to"), Mail: "a@example.test"}, {Mail: "b@example.test"}}
		subject := line.Draw(t, "subject")
		text := strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "text"), "\r\n")
		name := safeName(line.Draw(t, "name") + ".doc")
		file := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(t, "file")
		when := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "when"), 0)

		var h mail.Header
		h.SetAddressList("From", []*mail.Address{{Name: from.Name, Address: from.Mail}})
		h.SetAddressList("To", []*mail.Address{{Name: to[0].Name, Address: to[0].Mail}, {Address: to[1].Mail}})
		h.SetSubject(subject)
		h.SetDate(when)
		h.SetMessageID("1@example.test")
		h.SetMsgIDList("References", []string{"0@example.test", "x@example.test"})
		var raw bytes.Buffer
		write(t, &raw, h, text, name, file)

		m := read(raw.Bytes(), Limits{})
		checkMessage(t, raw.Bytes(), m)
		if !slices.Equal(m.From, []casefile.Address{from}) || !slices.Equal(m.To, to) {
			t.Fatalf("from %v to %v, want %v to %v\n%s", m.From, m.To, from, to, raw.Bytes())
		}
		if m.Subject != subject || m.MessageID != "1@example.test" || len(m.References) != 2 || !m.Date.Equal(when) {
			t.Fatalf("got %+v of\n%s", m, raw.Bytes())
		}
		if want := strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")); m.Text != want {
			t.Fatalf("text: got %q, want %q", m.Text, want)
		}
		if len(m.Parts) != 2 || m.Parts[1].Name != name || m.Parts[1].Digest != casefile.DigestOf(file) {
			t.Fatalf("parts %+v, want %q", m.Parts, name)
		}
		if len(m.Defects) > 0 {
			t.Fatalf("defects of a good mail: %+v\n%s", m.Defects, raw.Bytes())
		}
	})
}

func write(t *rapid.T, raw *bytes.Buffer, h mail.Header, text, name string, file []byte) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w, err := mail.CreateWriter(raw, h)
	must(err)
	var ih mail.InlineHeader
	ih.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	iw, err := w.CreateSingleInline(ih)
	must(err)
	_, err = iw.Write([]byte(text))
	must(err)
	must(iw.Close())
	var ah mail.AttachmentHeader
	ah.SetContentType("application/msword", nil)
	ah.SetFilename(name)
	aw, err := w.CreateAttachment(ah)
	must(err)
	_, err = aw.Write(file)
	must(err)
	must(aw.Close())
	must(w.Close())
}
