package outbox_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ysq.internal/ysq/mailbox/outbox"
)

func TestCalendarFile(t *testing.T) {
	days := []outbox.Day{
		{UID: "2026-00017.reply@abcdefgh.ysq", Date: [3]int{2026, 3, 30}, Summary: "应答复 2026-00017 张三；李,四\\", Detail: "答复并送达\n" + strings.Repeat("关于某路改造的批复", 20)},
		{UID: "2026-00018.correct@abcdefgh.ysq", Date: [3]int{2026, 12, 31}, Summary: "补正告知截止\r\nEND:VEVENT"},
	}
	got := outbox.Calendar("依申请公开", time.Date(2026, 3, 26, 8, 30, 0, 0, time.FixedZone("", 8*3600)), days)
	if !bytes.Equal(got, outbox.Calendar("依申请公开", time.Date(2026, 3, 26, 0, 30, 0, 0, time.UTC), days)) {
		t.Error("a second time it is not the same")
	}
	for l := range strings.SplitSeq(string(got), "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) || strings.ContainsAny(l, "\r\n") {
			t.Errorf("line of %d octets, or cut within a character: %q", len(l), l)
		}
	}
	whole := strings.ReplaceAll(string(got), "\r\n ", "")
	for _, want := range []string{
		"DTSTART;VALUE=DATE:20260330\r\nDTEND;VALUE=DATE:20260331\r\n", "DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n",
		"DTSTAMP:20260326T003000Z\r\n", `SUMMARY:应答复 2026-00017 张三\；李`, `李\,四\\` + "\r\n", `DESCRIPTION:答复并送达\n关于`, "SUMMARY:补正告知截止\\nEND:VEVENT\r\n",
		"CLASS:PRIVATE\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:应答复 2026-00017", "TRIGGER:-PT15H\r\nEND:VALARM\r\n", "TRIGGER:PT8H30M\r\nEND:VALARM\r\nEND:VEVENT\r\n",
		"UID:2026-00017.reply@abcdefgh.ysq\r\n",
	} {
		want = strings.Replace(want, `\；`, "；", 1) // the Chinese semicolon needs no escape
		if !strings.Contains(whole, want) {
			t.Errorf("no %q in\n%s", want, whole)
		}
	}
	if n := strings.Count(string(got), "\r\nEND:VEVENT\r\n"); n != 2 {
		t.Errorf("%d events", n)
	}
}
