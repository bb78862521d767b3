package parse

import (
	"bytes"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

func read(raw []byte, limits Limits) casefile.Message {
	return Message(bytes.NewReader(raw), int64(len(raw)), casefile.Digest{}, limits)
}

func TestCopyPartGivesTheBytesThatTheDigestNames(t *testing.T) {
	file := bytes.Repeat([]byte("政府信息公开申请表\x00\xff"), 10_000)
	raw := mailWith([]byte("见附件"), file)
	m := read(raw, Limits{})
	if got := len(m.Parts); got != 2 {
		t.Fatalf("parts: got %d, want 2: %+v", got, m)
	}
	if m.Parts[1].Digest != casefile.DigestOf(file) || m.Parts[1].Name != "a.pdf" || !m.Parts[1].Attachment {
		t.Errorf("attachment: %+v", m.Parts[1])
	}
	var out bytes.Buffer
	p, err := CopyPart(&out, bytes.NewReader(raw), int64(len(raw)), 1, Limits{})
	if err != nil || !bytes.Equal(out.Bytes(), file) {
		t.Errorf("copied %d bytes, want %d; %v", out.Len(), len(file), err)
	}
	if p != m.Parts[1] {
		t.Errorf("part: got %+v, want %+v", p, m.Parts[1])
	}
	if m.Digest != casefile.DigestOf(raw) {
		t.Errorf("digest of the mail: %v", m.Digest)
	}
	if m.Text != "见附件" || m.Subject != "依申请公开" || m.From[0] != (casefile.Address{Name: "张三", Mail: "zhang@example.test"}) || len(m.Defects) > 0 {
		t.Errorf("message: %+v", m)
	}
}

// The topmost Received line is the one that the office's own server wrote.
func TestReceived(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 15, 3, 0, civil.Zone)
	for header, want := range map[string]casefile.Stamp{
		"Received: from mx (unknown [192.0.2.1; x])\r\n\tby mail-m (Coremail) with SMTP id A1; Mon, 02 Nov 2026\r\n 09:15:03 +0800 (CST)\r\nReceived: by b; Sun, 1 Nov 2026 00:00:00 +0800\r\n": {At: at, By: "mail-m", ID: "A1"},
		"Received: by a; some day\r\nReceived: by b; Sun, 1 Nov 2026 00:00:00 +0800\r\n":                                                                                                        {By: "a"},
		"Received: by a\r\n": {By: "a"},
		"Received: from x (by forged id 9 (nested)) by MX.Example.test. with ESMTPS\r\n\tid <q7> for <o@e>; Mon, 2 Nov 2026 09:15:03 +0800\r\n": {At: at, By: "mx.example.test", ID: "q7"},
		"Received: by a id 1; Mon, 2 Nov 2026 09:15:03 +0800 (CST; no DST)\r\n":                                                                 {At: at, By: "a", ID: "1"},
		"Received: by a id 1; Mon, 2 Nov 2026 09:15:03 +0800;\r\n":                                                                              {At: at, By: "a", ID: "1"},
		"Received: by a id 1; Mon, 2 Nov 26 09:15:03 +0800\r\n":                                                                                 {At: at, By: "a", ID: "1"},
		"Received: by a id 1 Mon, 2 Nov 2026 09:15:03 +0800\r\n":                                                                                {At: at, By: "a", ID: "1"},
		"Received: by a id 1; Mon, 2 Nov 2026 09:15:03 +0800 X-Spam: no\r\n":                                                                    {At: at, By: "a", ID: "1"},
		"Received: by a id 2 Nov 2026\r\nReceived: by b; Tue, 3 Nov 2026 00:00:00 +0800\r\n":                                                    {By: "a", ID: "2"},
		"Received: from c; Mon, 2 Nov 2026 09:15:03 +0800 (by forged) by a (;) id 1; later\r\n":                                                 {At: at},
		"Subject: x\r\n": {},
	} {
		if got := read([]byte(header+"\r\nx"), Limits{}).Received; !got.At.Equal(want.At) || got.By != want.By || got.ID != want.ID {
			t.Errorf("%q was received %v, want %v", header, got, want)
		}
	}
}

// The fields that stand for Auto-Submitted say what it says: auto-generated is a program's mail, and no automatic answer.
func TestAutoSubmittedByAnotherName(t *testing.T) {
	for header, want := range map[string]casefile.Machine{
		"X-Auto-Submitted: auto-generated\r\n":                     {AutoSubmitted: "auto-generated"},
		"X-Autosubmitted: auto-replied\r\n":                        {AutoSubmitted: "auto-replied"},
		"Auto-Submitted: no\r\nX-Auto-Submitted: auto-replied\r\n": {AutoSubmitted: "no", AutoReply: "x-auto-submitted: auto-replied"},
		"X-Auto-Submitted:\r\n":                                    {AutoReply: "x-auto-submitted:"},
		"X-Auto-Submitted: auto-generated\r\nX-Autoreply: yes\r\n": {AutoSubmitted: "auto-generated", AutoReply: "x-autoreply: yes"},
	} {
		if got := read([]byte(header+"\r\nx"), Limits{}).Machine; got != want {
			t.Errorf("%q: %+v, want %+v", header, got, want)
		}
	}
}
