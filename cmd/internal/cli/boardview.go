package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats/render/grid"
)

// lines is the whole screen, as many lines as it has: a head, as much of the body as fits, a foot.
func (b *board) lines(width, height int) []string {
	var page bytes.Buffer
	a := *b.a
	a.out, a.columns = &page, func(io.Writer) int { return width }
	head := b.head(&a)
	body := b.body(&a, &page)
	room := max(1, height-len(head)-1)
	b.top = max(0, min(b.top, len(body)-room))
	screen := head
	for i := range room {
		line := ""
		if b.top+i < len(body) {
			line = body[b.top+i]
		}
		screen = append(screen, line)
	}
	if len(screen) >= height { // a very low screen: the foot is worth more than the last line
		screen = screen[:height-1]
	}
	more := ""
	if hidden := len(body) - b.top - room; hidden > 0 {
		more = fmt.Sprintf("  下面还有 %d 行", hidden)
	}
	return append(screen, grid.Cut("q 退出  r 刷新  ↑↓ 翻看  1 到期  2 未登记  3 在办  0 全部"+more, width, a.screenOf(&page).grid))
}

// head says whose board this is, how fresh it is, and the numbers.
func (b *board) head(a *app) []string {
	screen := a.screenOf(a.out)
	now := a.now()
	today := civil.Of(now)
	if b.failed == nil && b.shown.Status.Today != 0 {
		today = civil.Date(b.shown.Status.Today) // of the office; that of the demonstration is another
	}
	left := join("  ", today.Long()+now.In(civil.Zone).Format(" 15:04"), b.shown.Status.Agency)
	lines := []string{screen.paint(header, grid.Cut(grid.Clean(left), screen.grid.MaxWidth, screen.grid))}
	if !b.asked.IsZero() {
		lines = append(lines, a.agendaCounts(b.shown.Status))
	}
	if b.failed != nil {
		said := forPeople(b.failed)
		what := said.Msg
		if said.Code == "unreachable" {
			what = "守护进程没有应答（可能正在重启），每 2 秒再试"
		}
		if !b.asked.IsZero() {
			what += fmt.Sprintf("；以下是 %s 的情形", b.asked.In(civil.Zone).Format("15:04:05"))
		}
		lines = append(lines, screen.paint(alarm, grid.Cut(grid.Clean(what), screen.grid.MaxWidth, screen.grid)))
	}
	for _, text := range b.troubles() {
		lines = append(lines, screen.paint(alarm, grid.Cut("注意："+grid.Clean(text), screen.grid.MaxWidth, screen.grid)))
	}
	return append(lines, "")
}

func (b *board) troubles() (all []string) {
	for _, m := range b.shown.Status.Mailboxes {
		if m.Failures > 0 {
			all = append(all, string(m.Account)+"："+m.Label)
		}
	}
	all = append(all, b.shown.Status.Troubles...)
	if b.shown.Status.Backup.Late {
		all = append(all, "近日没有备份")
	}
	return all
}

// body is everything that can be scrolled.
func (b *board) body(a *app, page *bytes.Buffer) []string {
	page.Reset()
	if b.asked.IsZero() {
		return nil
	}
	part := func(n int, title string, some int, table func() error) {
		if b.part != 0 && b.part != n || some == 0 && b.part == 0 {
			return
		}
		if page.Len() > 0 {
			page.WriteByte('\n')
		}
		page.WriteString(a.screenOf(page).paint(header, fmt.Sprintf("%s %d", title, some)) + "\n")
		if some == 0 {
			page.WriteString("没有\n")
			return
		}
		if err := table(); err != nil { // writing into memory does not fail
			page.WriteString(err.Error() + "\n")
		}
	}
	part(1, "到期和逾期", len(b.shown.Due), func() error { return a.dueTables(b.shown.Due, false) })
	part(2, "未登记", len(b.shown.Unregistered), func() error { return a.rows(b.shown.Unregistered) })
	part(3, "在办", len(b.open), func() error { return a.rows(b.open) })
	if n := b.shown.Status.Mails[casefile.Parked.String()] + b.shown.Status.Mails[casefile.Quarantined.String()]; n > 0 && b.part == 0 {
		fmt.Fprintf(page, "\n待甄别的邮件 %d 封（ysq mail list）\n", n)
	}
	return strings.Split(strings.TrimRight(page.String(), "\n"), "\n")
}
