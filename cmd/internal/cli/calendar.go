package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

func (a *app) calendarCommand() *cobra.Command {
	return parent("calendar", "放假安排：查看，采用新一年的通知",
		"期限按工作日计算（条例第三十三条），工作日以国务院办公厅的放假安排为准。程序内已有历年的通知；新一年的通知公布后用 import 录入，\n"+
			"此前该年的期限都是暂定的。",
		"ysq calendar show 2026\nysq calendar check\nysq calendar import 2027.txt --dry-run",
		a.calendarShowCommand(), a.calendarCheckCommand(), a.calendarImportCommand(), a.calendarOverrideCommand())
}

func (a *app) calendarShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show [年份]", Short: "列出一年的节假日和调休", Long: "列出一年中与星期不同的日子及其依据，和全年的工作日数（条例第三十三条）。不写年份即今年。",
		Example: "ysq calendar show 2026",
		Args:    atMostOne("年份"),
		RunE: func(cmd *cobra.Command, args []string) error {
			year := a.today().Year()
			if len(args) == 1 {
				var err error
				if year, err = strconv.Atoi(args[0]); err != nil {
					return usage(cmd, "年份 %q 不对", args[0])
				}
			}
			return a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
				y, err := ask.Do(ctx, c, ask.Calendar, ask.YearRef{Year: year})
				if err != nil {
					return err
				}
				return a.calendar(y)
			})(cmd, args)
		},
	}
}

func (a *app) calendar(y ask.CalendarYear) error {
	if a.json {
		return a.printJSON(y)
	}
	fmt.Fprintf(a.out, "%d 年 %d 个工作日%s\n", y.Year, y.Workdays, tentative(y))
	t := grid.Table{Header: []string{"日期", "类别", "名称", "天数", "依据"}}
	for days := y.Days; len(days) > 0; {
		n := 1
		for n < len(days) && follows(days[n-1], days[n]) {
			n++
		}
		first, last := days[0], days[n-1]
		when := a.day(ask.Day(first.Date))
		if n > 1 {
			when += " 至 " + a.day(ask.Day(last.Date))
		}
		t.Rows = append(t.Rows, []string{when, first.Kind.Label(), first.Name, strconv.Itoa(n), first.Notice})
		days = days[n:]
	}
	return a.table(t, nil)
}

// follows reports whether two days are of one holiday.
func follows(a, b workday.Day) bool {
	return b.Date == a.Date+1 && a.Kind == b.Kind && a.Name == b.Name && a.Notice == b.Notice
}

func tentative(y ask.CalendarYear) string {
	if y.Complete {
		return ""
	}
	return "（暂定：没有该年的放假安排）"
}

func (a *app) calendarCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "检查有没有缺哪一年的放假安排",
		Long: "检查历年的放假安排（条例第三十三条的工作日由此确定）有无缺口。11 月 1 日起还没有下一年的，提醒；缺今年的，以 6 退出：\n" +
			"所有在办案件的期限都是暂定的。",
		Example: "ysq calendar check\nysq calendar check --json",
		Args:    noArgs,
		RunE: a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
			var years []ask.CalendarYear
			first := workday.Embedded().Begin().Add(30).Year() // its last days of December belong to the year after
			for year := first; year <= a.today().Year()+1; year++ {
				y, err := ask.Do(ctx, c, ask.Calendar, ask.YearRef{Year: year})
				if err != nil {
					return err
				}
				y.Days = nil
				years = append(years, y)
			}
			return a.checkCalendar(years)
		}),
	}
}

// checkCalendar judges the years up to the next; the list has no gap.
func (a *app) checkCalendar(years []ask.CalendarYear) error {
	today := a.today()
	type verdict struct {
		Year     int    `json:"year"`
		Workdays int    `json:"workdays"`
		Complete bool   `json:"complete"`
		Problem  string `json:"problem,omitzero"`
	}
	var all []verdict
	failed := false
	for _, y := range years {
		v := verdict{Year: y.Year, Workdays: y.Workdays, Complete: y.Complete}
		switch {
		case y.Complete:
		case y.Year < today.Year():
			v.Problem = "缺口：该年的期限当时按暂定的工作日计算，请补录通知"
		case y.Year == today.Year():
			v.Problem = "缺少今年的放假安排，在办案件的期限都是暂定的"
			failed = true
		case y.Year <= workday.Expected(today):
			v.Problem = "11 月 1 日起应已公布，请查找通知并录入"
		}
		all = append(all, v)
	}
	if a.json {
		if err := a.printJSON(all); err != nil {
			return err
		}
	} else {
		t := grid.Table{Header: []string{"年份", "工作日", "放假安排", "说明"}}
		var tints []tint
		for _, v := range all {
			state, colour := "完整", plain
			if !v.Complete {
				state = "暂定"
			}
			if v.Problem != "" {
				colour = soon
			}
			if v.Problem != "" && v.Year == today.Year() {
				colour = alarm
			}
			t.Rows = append(t.Rows, []string{strconv.Itoa(v.Year), strconv.Itoa(v.Workdays), state, v.Problem})
			tints = append(tints, colour)
		}
		if err := a.table(t, tints); err != nil {
			return err
		}
	}
	if failed {
		return &ask.Error{Code: "calendar-missing", Exit: ask.ExitCheck,
			Msg:  fmt.Sprintf("没有 %d 年的放假安排", today.Year()),
			Hint: "取得国务院办公厅的通知，用 ysq calendar import 录入"}
	}
	return nil
}

func (a *app) calendarImportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import 文件", Short: "录入一年的放假安排",
		Long: "录入国务院办公厅关于一年节假日安排的通知（条例第三十三条的工作日由此确定）。先列出哪些在办案件的期限会变，再询问是否采用。\n" +
			"同一文号再次录入即更正。文件写 - 即读标准输入。\n\n" +
			"文件可以是通知原文，整篇粘贴；也可以每行写一项，# 之后为注释：\n" +
			"  年份 2027\n  文号 国办发明电〔2026〕0号\n  元旦 1月1日 至 1月3日\n  春节 2027-02-05 至 2027-02-11\n  上班 2月14日 2月20日\n" +
			"或同样内容的 CSV：元旦,2027-01-01,2027-01-03。写了星期、共几天的，须与日期相符。",
		Example: "ysq calendar import 2027.txt --dry-run\nysq calendar import 2027.txt --yes",
		Args:    exactly("文件"),
	}
	o := a.options(cmd)
	amends := o.flag("amends", "这是补充通知，只改它写明的日子")
	decide := a.deciding(o)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		y, err := a.readNotice(args[0])
		if err != nil {
			return err
		}
		var lacks []string
		for _, d := range y.Lacks() {
			lacks = append(lacks, d.Date.Long()+" "+d.Name)
		}
		if len(lacks) > 0 && !*amends {
			return &ask.Error{Code: "calendar-lacks", Exit: ask.ExitRefused,
				Msg:  fmt.Sprintf("%s：%s 没有写这些法定节假日放假：%s", args[0], y.Notice, strings.Join(lacks, "、")),
				Hint: "核对文件；如是只改几天的补充通知，加 --amends"}
		}
		if !a.json {
			a.notice(y)
		}
		return decide(ask.AdoptRequest{Year: y})
	}
	return cmd
}

// readNotice reads a file, or standard input where it is named -.
func (a *app) readNotice(path string) (y workday.Year, err error) {
	name := path
	if path == "-" {
		name = "标准输入"
		y, err = workday.ParseNotice(a.in)
	} else {
		f, openErr := os.Open(path)
		if openErr != nil {
			return y, openErr
		}
		defer f.Close()
		y, err = workday.ParseNotice(f)
	}
	var faults []string
	for _, e := range noticeErrors(err) {
		faults = append(faults, name+":"+e.Error())
	}
	if faults != nil {
		return y, &ask.Error{Code: "notice", Exit: ask.ExitUsage, Msg: "放假安排有误，没有录入\n" + strings.Join(faults, "\n"), Hint: "改正后再试"}
	}
	return y, err
}

// noticeErrors takes apart what ParseNotice has joined.
func noticeErrors(err error) []*workday.NoticeError {
	if one, ok := errors.AsType[*workday.NoticeError](err); ok {
		if joined, several := err.(interface{ Unwrap() []error }); several {
			var all []*workday.NoticeError
			for _, e := range joined.Unwrap() {
				all = append(all, noticeErrors(e)...)
			}
			return all
		}
		return []*workday.NoticeError{one}
	}
	return nil
}

// notice prints what was understood, for comparison with the paper.
func (a *app) notice(y workday.Year) {
	fmt.Fprintf(a.out, "%d 年  %s\n", y.Year, grid.Clean(y.Notice))
	var fields []field
	for _, r := range y.Rest {
		when := r.From.Long()
		if r.To != r.From {
			when += " 至 " + r.To.Long()
		}
		fields = append(fields, field{r.Name, fmt.Sprintf("%s，%d 天", when, r.To.Sub(r.From)+1)})
	}
	var work []string
	for _, d := range y.Work {
		work = append(work, d.Long())
	}
	a.sheet("  ", append(fields, field{"调休上班", strings.Join(work, "、")})...)
}

func (a *app) calendarOverrideCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "override 日期…", Short: "本机关某日停办或上班",
		Long: "本机关自己的例外，如防汛、停电停办（--rest），或某个休息日上班（--working）。只对本机关有效，期限（条例第三十三条）随之变动；\n" +
			"理由写进每个受影响期限的说明。先列出哪些在办案件的期限会变，再询问是否采用。",
		Example: "ysq calendar override 2026-11-24 --rest --reason 全市停电 --dry-run\nysq calendar override 2026-11-28 --working --reason 集中办理 --yes",
		Args:    atLeastOne("日期"),
	}
	o := a.options(cmd)
	rest, working := o.flag("rest", "本机关停办，不计工作日"), o.flag("working", "本机关上班，计工作日")
	reason := o.text("reason", "`理由`")
	o.need("reason")
	decide := a.deciding(o)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *rest == *working {
			return usage(cmd, "请写 --rest（停办）或 --working（上班）之一")
		}
		var y workday.Year
		for _, s := range args {
			d, err := civil.Said(s, o.today, civil.Anytime)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			if y.Year != 0 && y.Year != d.Year() {
				return usage(cmd, "请每年分别录入")
			}
			y.Year = d.Year()
			y.Overrides = append(y.Overrides, workday.Override{Date: d, Working: *working, Reason: *reason})
		}
		return decide(ask.AdoptRequest{Year: y, Reason: *reason})
	}
	return cmd
}
