package parse

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
)

// A backlog is mails of 75 KB, a quarter of them with attachments; the other mails hold long text.
func BenchmarkMessage(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	file := make([]byte, 54<<10)
	for i := range file {
		file[i] = byte(rnd.Uint32())
	}
	text := bytes.Repeat([]byte("申请人：张三，现申请公开本街道二〇二六年度预算执行情况。\r\n"), 30)
	for _, bm := range []struct {
		name string
		raw  []byte
	}{
		{"attachment", mailWith(text, file)},
		{"page", pageMail(text)},
		{"text", append([]byte(benchHeader+"Content-Type: text/plain; charset=utf-8\r\n\r\n"), bytes.Repeat(text, 30)...)},
	} {
		for _, known := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/digest-known=%v", bm.name, known), func(b *testing.B) {
				var digest casefile.Digest
				if known {
					digest = casefile.DigestOf(bm.raw)
				}
				b.SetBytes(int64(len(bm.raw)))
				b.ReportAllocs()
				for b.Loop() {
					Message(bytes.NewReader(bm.raw), int64(len(bm.raw)), digest, Limits{})
				}
			})
		}
	}
}

const benchHeader = "Received: from mail.example.test (unknown [192.0.2.1])\r\n\tby mx (Coremail) with SMTP id 1; Mon, 23 Nov 2026 10:00:00 +0800 (CST)\r\n" +
	"From: =?gbk?B?1cXI/Q==?= <zhang@example.test>\r\nTo: gk@office.example.test\r\nSubject: =?utf-8?B?5L6d55Sz6K+35YWs5byA?=\r\n" +
	"Date: Mon, 23 Nov 2026 10:00:00 +0800\r\nMessage-ID: <1@example.test>\r\nMIME-Version: 1.0\r\n"

func mailWith(text, file []byte) []byte {
	var m bytes.Buffer
	m.WriteString(benchHeader + "Content-Type: multipart/mixed; boundary=\"----=_Part_1\"\r\n\r\n------=_Part_1\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\n")
	m.Write(text)
	m.WriteString("\r\n------=_Part_1\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=\"a.pdf\"\r\n\r\n")
	enc := base64.StdEncoding.EncodeToString(file)
	for len(enc) > 76 {
		m.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	m.WriteString(enc + "\r\n------=_Part_1--\r\n")
	return m.Bytes()
}

// pageMail is what webmailers write: the text twice, in GBK, as base64 and as quoted-printable HTML.
func pageMail(text []byte) []byte {
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(bytes.Repeat(text, 5))
	if err != nil {
		panic(err)
	}
	var m bytes.Buffer
	m.WriteString(benchHeader + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" +
		"Content-Type: text/plain; charset=GBK\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(gbk) +
		"\r\n--b\r\nContent-Type: text/html; charset=GBK\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>")
	w := quotedprintable.NewWriter(&m)
	w.Write(bytes.ReplaceAll(gbk, []byte("\r\n"), []byte("</p>\r\n<p style=\"margin:0\">")))
	w.Close()
	m.WriteString("\r\n--b--\r\n")
	return m.Bytes()
}
