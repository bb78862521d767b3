package cli

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

func on(s string) ask.Day { return ask.Day(civil.MustParse(s)) }

func sampleRows() []ask.CaseRow {
	arrived := time.Date(2026, 11, 2, 9, 5, 0, 0, civil.Zone)
	base := ask.CaseRow{Channel: "email", ArrivedAt: &arrived, ReceivedOn: on("2026-11-02"), DueStrict: on("2026-11-30"), DueLegal: on("2026-12-01"), Disputes: []casefile.DisputeID{}}
	row := func(n int, change func(*ask.CaseRow)) ask.CaseRow {
		r := base
		r.Case = casefile.NewID(2026, n)
		change(&r)
		return r
	}
	return []ask.CaseRow{
		row(1, func(r *ask.CaseRow) {
			r.Stage, r.Applicant, r.Subject = "received", "张某", "申请公开 2025 年度大气环境质量监测数据、污染源监督性监测数据和排污许可证核发情况"
			r.Due, r.RemainingWorkdays = on("2026-11-30"), new(5)
		}),
		row(2, func(r *ask.CaseRow) {
			r.Stage, r.Applicant, r.Subject, r.Department, r.Assignee = "handling", "某化工有限公司", "环评批复", "监测科", "王某"
			r.Due, r.RemainingWorkdays, r.Overdue = on("2026-11-19"), new(-2), true
		}),
		row(3, func(r *ask.CaseRow) {
			r.Stage, r.Applicant, r.Subject = "handling", "李某", "补正中的申请"
			r.WaitingFor, r.WaitingUntil = "补正", on("2026-12-11")
		}),
		row(4, func(r *ask.CaseRow) {
			r.Stage, r.Applicant, r.Subject = "registered", "赵某", "跨年的申请"
			r.Due, r.RemainingWorkdays, r.Provisional = on("2027-01-05"), new(28), true
		}),
		row(5, func(r *ask.CaseRow) {
			r.Stage, r.Applicant, r.Subject = "archived", "钱某", "已办结"
			r.Clock, r.Due, r.Late, r.Outcome, r.Basis = "stopped", on("2026-11-20"), new(false), "refuse.third-party", "15"
		}),
	}
}

func TestRows(t *testing.T) {
	for _, tt := range []struct {
		name    string
		columns int
		env     map[string]string
	}{
		{"piped", 0, nil},
		{"terminal-100", 100, map[string]string{"NO_COLOR": "1"}},
		{"terminal-colour", 100, map[string]string{"TERM": "xterm"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(tt.columns, tt.env)
			if err := term.rows(sampleRows()); err != nil {
				t.Fatal(err)
			}
			got := term.out.String()
			golden(t, "rows-"+tt.name, got)
			if tt.env["TERM"] == "" && strings.Contains(got, "\x1b") {
				t.Error("coloured")
			}
			if tt.name == "terminal-100" && widest(got) > 100 {
				t.Errorf("%d columns wide", widest(got))
			}
		})
	}
}

// COLUMNS is for a terminal that does not tell; a pipe is never cut.
func TestColumnsVariable(t *testing.T) {
	for columns, want := range map[int]int{0: 0, 200: 90} {
		term := newTerminal(columns, map[string]string{"COLUMNS": "90"})
		if got := term.screenOf(term.app.out).grid.MaxWidth; got != want {
			t.Errorf("on %d columns: %d, want %d", columns, got, want)
		}
	}
}

func TestAmbiguousWidth(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		conf config.Width
		want bool
	}{
		{nil, 0, false},
		{map[string]string{"LANG": "zh_CN.UTF-8"}, 0, false},
		{map[string]string{"LANG": "zh_CN.utf8"}, 0, false},
		{map[string]string{"LANG": "zh_CN.GB18030"}, 0, true},
		{map[string]string{"LANG": "zh_CN"}, 0, true},
		{map[string]string{"LANG": "zh_CN.GBK", "LC_ALL": "C.UTF-8"}, 0, false},
		{map[string]string{"LANG": "zh_CN.GBK"}, 1, false},
		{map[string]string{"LANG": "en_US.UTF-8"}, 2, true},
	} {
		term := newTerminal(0, tt.env)
		term.width = tt.conf
		if got := term.ambiguousWide(); got != tt.want {
			t.Errorf("%v, configured %d: %v", tt.env, tt.conf, got)
		}
	}
}

// hostile is what a mail may hold: a coloured lie, a cursor that goes up, a reversed file name.
const hostile = "正文\x1b[2J\x1b[1A已答复\x07 \u202egpj.exe\r\n第二行\u0085"

func detail() ask.CaseDetail {
	d := ask.CaseDetail{CaseRow: sampleRows()[1], Request: "环评批复全文", Contact: "138****0001", Masked: true,
		Addresses: []ask.Address{"a@example.test"},
		Alarms:    []ask.Alarm{{Block: ask.BlockStatutory, Clock: ask.ClockStrict, Kind: "reply", Label: "应答复", On: on("2026-11-19"), Remaining: -2, Text: "答复并送达（reply、dispatch）"}},
		Next:      []ask.NextStep{{Command: "review", Label: "审查"}, {Command: "correct", Label: "补正告知"}, {Command: "reply", Label: "答复"}},
	}
	d.ConfirmedOn, d.RegisteredOn, d.Kind, d.Category, d.Provisional = on("2026-11-03"), on("2026-11-03"), "application", "商业企业", true
	d.Records = []ask.RecordView{
		{Seq: 2, On: on("2026-11-02"), Recorded: now, Actor: "mailbox", Kind: casefile.KindReceived, Label: "收件", Text: "渠道：电子邮件"},
		{Seq: 9, On: on("2026-11-03"), Recorded: now, Actor: "wang(1001)", Kind: casefile.KindRegistered, Label: "登记", Text: "公开申请", Voided: true},
	}
	arrived := now
	d.Suggestions = []casefile.Suggestion{{Case: "2026-00001", Reason: "同一发件人"}}
	d.Mails = []ask.MailView{{Digest: casefile.DigestOf([]byte("x")), Disposition: "case", Case: d.Case, Account: "foi@example.test", Folder: "INBOX", UID: 7,
		ArrivedAt: &arrived, From: "某 <a@example.test>", Subject: hostile, Size: 2048, Text: hostile + strings.Repeat("\n又一行", 20),
		Parts: []casefile.Part{{Type: "application/pdf", Name: hostile, Attachment: true, Size: 5 << 20, Note: "加密"}, {Type: "text/plain"}}}}
	return d
}

func explanation() ask.Explanation {
	return ask.Explanation{Case: sampleRows()[0], Today: on("2026-11-23"), Clocks: []ask.ClockView{
		{View: "strict", Label: "从严（到达日起）", Start: on("2026-11-19"), Limit: 3, Due: on("2026-11-24"),
			Turns: []ask.TurnView{{Seq: 2, On: on("2026-11-19"), Label: "收件", Effect: "起算", Text: "到达之日为第零日"}},
			Days: []ask.DayView{{Date: on("2026-11-20"), Number: 1}, {Date: on("2026-11-21"), Why: "周末"}, {Date: on("2026-11-22"), Why: "周末"},
				{Date: on("2026-11-23"), Number: 2}, {Date: on("2026-11-24"), Number: 3}}},
		{View: "legal", Label: "法定（收到申请之日起）"},
	}}
}

func status() ask.Status {
	started, backup := now, now.Add(-28*time.Hour)
	return ask.Status{Version: "v1", Agency: "示例市生态环境局", PID: 42, Started: &started, Today: on("2026-11-23"), CalendarEnd: on("2026-12-31"),
		Register: "ABC", Records: 12, Size: 3 << 20, Stages: map[string]int{"received": 2, "handling": 1}, Open: 3, Unregistered: 2, Overdue: 1, DueSoon: 1,
		Backup: ask.BackupStatus{At: &backup, Path: "/var/backups/ysq/ysq-ABC", Records: 11, Encrypted: true}, Troubles: []string{},
		Mails: map[string]int{"case": 3, "parked": 1}, Mailboxes: []ask.MailboxStatus{
			{Account: "foi@example.test", State: "idle", LastSuccess: &started, NextTry: &started, Logins: 1, Taken: 4},
			{Account: "b@example.test", State: "failing", Failures: 3, Label: "授权码被邮件服务器拒绝", Hint: "请重新生成授权码", ServerSays: "LOGIN \x1b[31merror", Logins: 1},
		}}
}

func TestSheets(t *testing.T) {
	for name, print := range map[string]func(*app) error{
		"show":    func(a *app) error { return a.showCase(detail()) },
		"explain": func(a *app) error { return a.explain(explanation()) },
		"status":  func(a *app) error { return a.status(status()) },
		"mail":    func(a *app) error { return a.mail(detail().Mails[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			term := newTerminal(0, nil)
			if err := print(term.app); err != nil {
				t.Fatal(err)
			}
			got := term.out.String()
			golden(t, name, got)
			if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' && r != '\n' || r == '‮' || r == '\u0085' }); i >= 0 {
				t.Errorf("%q reached the terminal", got[i:i+4])
			}
		})
	}
}

// What is long goes on below itself, within the terminal: sheets, and the last column of tables.
func TestNarrowSheets(t *testing.T) {
	for name, print := range map[string]func(*app) error{
		"show-80":    func(a *app) error { return a.showCase(detail()) },
		"explain-80": func(a *app) error { return a.explain(explanation()) },
	} {
		t.Run(name, func(t *testing.T) {
			term := newTerminal(80, map[string]string{"TERM": "dumb"})
			if err := print(term.app); err != nil {
				t.Fatal(err)
			}
			golden(t, name, term.out.String())
			for line := range strings.Lines(term.out.String()) {
				if widest(line) > 80 {
					t.Errorf("%d columns: %s", widest(line), line)
				}
			}
		})
	}
}

func TestJSONArray(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		term := newTerminal(0, nil)
		array := jsonArray[ask.CaseRow]{a: term.app}
		for _, r := range sampleRows()[:n] {
			if err := array.add(r); err != nil {
				t.Fatal(err)
			}
		}
		unfinished := term.out.String()
		if err := array.close(); err != nil {
			t.Fatal(err)
		}
		var got []ask.CaseRow
		if err := json.Unmarshal(term.out.Bytes(), &got); err != nil || len(got) != n || got == nil {
			t.Errorf("%d rows came back as %d, %v", n, len(got), err)
		}
		if json.Valid([]byte(unfinished)) {
			t.Errorf("%d rows without an end are taken for whole", n)
		}
	}
}

func TestFail(t *testing.T) {
	err := &ask.Error{Code: "x", Msg: "没有\x1b[2J案件\n第二行", Hint: "请核对编号", Exit: ask.ExitNotFound}
	term := newTerminal(0, nil)
	if code := term.fail(errors.Join(err, nil)); code != ask.ExitNotFound {
		t.Errorf("exit code %d", code)
	}
	if got, want := term.err.String(), "错误：没有\uFFFD[2J案件\n第二行\n请：核对编号\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	term = newTerminal(0, nil)
	term.json = true
	term.fail(err)
	var back ask.Error
	if e := json.Unmarshal(term.err.Bytes(), &back); e != nil || !reflect.DeepEqual(back, *err) {
		t.Errorf("%s came back as %v, %v", term.err.String(), back, e)
	}
}

// Of an application of before the present Regulations no day is said on which it would be due.
func TestDayOfReceiptBefore(t *testing.T) {
	if got := dayOfReceipt(casefile.InPerson, ask.CaseRow{Case: "2019-00001", ReceivedOn: on("2019-03-04")}); strings.Contains(got, "期限至") {
		t.Error(got)
	}
}
