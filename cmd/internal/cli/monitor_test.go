package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ysq.internal/ysq/cmd/internal/ask"
)

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*ask.Status)
		state  int
		first  string
	}{
		{"all is well", func(*ask.Status) {}, checkOK, "在办 3，未登记 2，待甄别的邮件 1"},
		{"nobody runs", func(s *ask.Status) { s.PID = 0; s.Mailboxes[0].Failures = 1 }, checkCritical, "守护进程没有运行"},
		{"a case is overdue", func(s *ask.Status) { s.Overdue = 2; s.DueToday = 1 }, checkCritical, "逾期 2"},
		{"one is due today", func(s *ask.Status) { s.DueToday = 1 }, checkWarning, "今天到期 1"},
		{"a mailbox has just failed", func(s *ask.Status) { s.Mailboxes[0].Failures, s.Mailboxes[0].Label = 1, "连不上" }, checkWarning, "foi@example.test 连不上（上次成功 2026-11-23 周一 07:30）"},
		{"a mailbox has failed for long", func(s *ask.Status) {
			s.Mailboxes[0].Failures, s.Mailboxes[0].LastSuccess = 9, new(now.Add(-2*time.Hour))
		}, checkCritical, "foi@example.test （上次成功"},
		{"a mailbox never worked, but the daemon is new", func(s *ask.Status) { s.Mailboxes[0].Failures, s.Mailboxes[0].LastSuccess = 1, nil }, checkWarning, "foi@example.test （启动以来没有成功过）"},
		{"a poll does not end, though nothing fails", func(s *ask.Status) {
			s.Mailboxes[0].State, s.Mailboxes[0].LastSuccess = "polling", new(now.Add(-time.Hour))
		}, checkCritical, "foi@example.test 久未收完一次信（上次成功"},
		{"a long poll brings mails", func(s *ask.Status) {
			s.Mailboxes[0].State, s.Mailboxes[0].LastSuccess, s.Mailboxes[0].LastTaken = "polling", new(now.Add(-3*time.Hour)), new(now.Add(-time.Minute))
		}, checkOK, "在办 3"},
		{"polls are rare", func(s *ask.Status) {
			s.Mailboxes[0].Interval, s.Mailboxes[0].LastSuccess = 3600, new(now.Add(-2*time.Hour))
		}, checkOK, "在办 3"},
		{"a first poll does not end", func(s *ask.Status) {
			s.Mailboxes[0].State, s.Mailboxes[0].LastSuccess, s.Started = "polling", nil, new(now.Add(-2*time.Hour))
		}, checkCritical, "foi@example.test 久未收完一次信（启动以来没有成功过）"},
		{"the disk is full", func(s *ask.Status) { s.Troubles = []string{"磁盘将满"} }, checkCritical, "磁盘将满"},
		{"no backup", func(s *ask.Status) { s.Backup.Late = true }, checkWarning, "没有新的备份"},
		{"quarantine", func(s *ask.Status) { s.Mails["quarantined"] = 1 }, checkWarning, "未取回的邮件 1"},
		{"no calendar", func(s *ask.Status) { s.CalendarMissing = 2027 }, checkWarning, "缺 2027 年的放假安排"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := status()
			s.Overdue, s.Mailboxes = 0, s.Mailboxes[:1]
			tt.change(&s)
			state, said := judge(s, now)
			if state != tt.state || !strings.HasPrefix(said[0], tt.first) {
				t.Errorf("got %s %v, want %s %s", checkWords[state], said, checkWords[tt.state], tt.first)
			}
		})
	}
}

// After a full disk five hundred mails had each its own sentence: a line has 1 KB all the same, with what is worst
// first and all its numbers.
func TestCheckLineIsShort(t *testing.T) {
	var said []string
	for i := range 500 {
		said = append(said, fmt.Sprintf("邮箱 foi%d@example.test 的信存不下来|: no space left on device，请清理或扩容，恢复后自动收取", i))
	}
	const numbers = "open=3;;;0 overdue=1;;0;0"
	line := checkLine(checkCritical, strings.Join(said, "；"), numbers)
	if len(line) > 1024 || !utf8.ValidString(line) || strings.Count(line, "|") != 1 || !strings.HasPrefix(line, "YSQ CRITICAL - 邮箱 foi0@") || !strings.HasSuffix(line, "…… | "+numbers) {
		t.Errorf("%d bytes: %s", len(line), line)
	}
}
