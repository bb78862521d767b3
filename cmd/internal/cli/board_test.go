package cli

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

func sampleBoard(columns int) *board {
	term := newTerminal(columns, map[string]string{"NO_COLOR": "1"})
	b := &board{a: term.app, out: &bytes.Buffer{}, size: func() (int, int) { return 80, 10 }, asked: now, open: sampleRows()}
	b.shown = agenda{Status: status(), Due: []ask.DueItem{
		{Case: "2026-00002", Applicant: "某化工有限公司\x1b[2J", Subject: "环评批复", Stage: "handling", Alarm: ask.Alarm{Label: "应答复", On: on("2026-11-19"), Remaining: -2}},
	}, Unregistered: sampleRows()[:1]}
	return b
}

// The screen is never larger than the terminal, whatever its size and whatever a mail wrote.
func TestBoardFits(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {80, 6}, {82, 2}, {80, 1}} {
		b := sampleBoard(size[0])
		lines := b.lines(size[0], size[1])
		if len(lines) != size[1] {
			t.Errorf("%d lines on %d", len(lines), size[1])
		}
		text := strings.Join(lines, "\n")
		if got := widest(text); got > size[0] {
			t.Errorf("%d columns on %d:\n%s", got, size[0], text)
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("an escape sequence of a mail is on the screen: %q", text)
		}
		if !strings.HasPrefix(lines[len(lines)-1], "q 退出") {
			t.Errorf("the last line is %q", lines[len(lines)-1])
		}
	}
}

func TestBoardShows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*board)
		want   []string
		not    []string
	}{
		{"all of it", func(*board) {}, []string{"在办 3  逾期 1", "到期和逾期 1", "未登记 1", "在办 5", "b@example.test：授权码被邮件服务器拒绝", "待甄别的邮件 1 封"}, nil},
		{"what is overdue alone", func(b *board) { b.part = 1 }, []string{"到期和逾期 1"}, []string{"在办 5", "未登记 1\n"}},
		{"nothing yet", func(b *board) { b.asked, b.failed = time.Time{}, &net.OpError{Op: "dial", Err: errors.New("refused")} }, []string{"守护进程没有应答"}, []string{"在办"}},
		{"the daemon restarts", func(b *board) { b.failed = &net.OpError{Op: "dial", Err: errors.New("refused")} }, []string{"守护进程没有应答", "以下是 07:30:00 的情形", "在办 5"}, nil},
		{"somebody who may not", func(b *board) { b.failed = &ask.Error{Code: "denied", Msg: "角色是“无权限”"} }, []string{"角色是“无权限”"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := sampleBoard(100)
			tt.change(b)
			got := strings.Join(b.lines(100, 60), "\n")
			for _, w := range tt.want {
				if !strings.Contains(got, w) {
					t.Errorf("%q is not on\n%s", w, got)
				}
			}
			for _, w := range tt.not {
				if strings.Contains(strings.TrimSuffix(got, "\n"+foot(got)), w) {
					t.Errorf("%q is on\n%s", w, got)
				}
			}
		})
	}
}

func foot(screen string) string { return screen[strings.LastIndex(screen, "\n")+1:] }

// Keys move within what there is; sequences are keys as a whole.
func TestBoardKeys(t *testing.T) {
	b := sampleBoard(80)
	move := func(keys string) int {
		b.press(keys)
		b.lines(80, 10)
		return b.top
	}
	end := move("G")
	for _, tt := range []struct {
		keys string
		want int
	}{{"g", 0}, {"k", 0}, {"j", 1}, {"\x1b[B\x1b[B", 3}, {"\x1b[A", 2}, {"\x1bOA", 1}, {"\x1b[5~", 0}, {"\x1b[F", end}, {"j", end}, {"\x1b[H", 0}, {" ", 6}, {"xyz\x1b", 6}} {
		if got := move(tt.keys); got != tt.want {
			t.Errorf("after %q at line %d, want %d", tt.keys, got, tt.want)
		}
	}
	if b.press("3"); b.part != 3 || b.top != 0 {
		t.Errorf("part %d at %d", b.part, b.top)
	}
}
