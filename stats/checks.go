package stats

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Level says how much a check matters.
type Level string

const (
	Fine    Level = "ok"
	Warning Level = "warning" // a person should look; the report can stand
	Failure Level = "failure" // the report is wrong or incomplete
)

// Check is one thing that was verified about a report.
type Check struct {
	ID     string        `json:"id"` // stable
	OK     bool          `json:"ok"` // false where it does not hold: a Failure, or a Warning of the words
	Level  Level         `json:"level"`
	Detail string        `json:"detail"`
	Do     string        `json:"do,omitzero"`    // the terminal's commands that put it right
	Cases  []casefile.ID `json:"cases,omitzero"` // those it is about
}

func verdict(id string, l Level, detail string) Check {
	return Check{ID: id, OK: l != Failure, Level: l, Detail: detail}
}

// String is what was found, with the commands that mend it.
func (c Check) String() string {
	if c.Do == "" {
		return c.Detail
	}
	return c.Detail + "（" + c.Do + "）"
}

// by names the commands with which a person at a terminal puts it right.
func (c Check) by(do string) Check {
	c.Do = do
	return c
}

// finding is a reason for a person to look at a case.
type finding uint8

const (
	unregistered finding = iota
	undated
	withoutColumn
	unaccounted
	betweenYears
	provisional
	reopened
	leftOut
	reclassified
	withoutDocument
	withoutOpening
	lateEntry
	leftBooks
	carriedOver // no check of its own: opening-balance names these
	lastFinding
)

// findings is a set of them.
type findings uint32

func (s findings) has(k finding) bool { return s&(1<<k) != 0 }

func (e *entry) note(k finding, found bool) {
	if found {
		e.findings |= 1 << k
	}
}

// check turns the cases of a finding into a check.
func (k finding) check(cases []casefile.ID) Check {
	id, level, none, some, do := k.words()
	if len(cases) == 0 {
		return verdict(id, Fine, none)
	}
	c := verdict(id, level, fmt.Sprintf(some, len(cases))).by(do)
	c.Cases = cases
	return c
}

// words is the table of findings: the check's stable name, its level when there are cases, and what
// to tell a person when there are none and when there are some, with the commands that help.
func (k finding) words() (id string, level Level, none, some, do string) {
	switch k {
	case unregistered:
		return "unregistered", Failure, "截至年底到达的来件均已登记或认定",
			"%d 件截至年底到达而尚未登记，未计入表三：请登记或认定为非申请", "register、dismiss"
	case undated:
		return "undated", Failure, "各件均有收到申请之日",
			"%d 件没有收到申请之日，无法计入任何年度：请补记到达日期", ""
	case withoutColumn:
		return "without-column", Failure, "各件均有申请人类别",
			"%d 件没有申请人类别，未计入表三：请重新登记并写明类别", "register --column"
	case unaccounted:
		return "without-outcome", Failure, "办结的各件均有办理结果",
			"%d 件已结束而没有可计入表三的办理结果：请查其记录", "show"
	case betweenYears:
		return "between-years", Warning, "没有跨年待定的申请",
			"%d 件于年末到达、次年才确认或尚未确认，现按日期计入：请核定计入年度", "count-in"
	case provisional:
		return "provisional", Warning, "结转各件的期限均有放假通知可依",
			"%d 件结转的期限为暂定，待导入放假通知后重算", "calendar import"
	case reopened:
		return "reopened", Fine, "没有办结后又重新办理的申请",
			"%d 件办结后重新办理，表三不再重复计数：请在第六部分说明", ""
	case leftOut:
		return "left-out", Fine, "没有认定为不计入的来件",
			"%d 件本年到达而不计入表三：非申请、更正本人信息或其他来件", ""
	case reclassified:
		return "reclassified", Fine, "没有答复后改列的申请",
			"%d 件答复后改列过申请人类别或者表三的行：理由见各件记录", "show"
	case withoutDocument:
		return "without-document", Warning, "答复的各件均有文号",
			"%d 件答复没有文号：请核对，补记的作废后重录", "void"
	case withoutOpening:
		return "without-opening", Failure, "结转案件均有期初数可依",
			"%d 件标为结转而没有期初数：请录入登记簿首年的上年结转", "year opening"
	case lateEntry:
		return "after-freeze", Warning, "没有冻结后补登的上年申请",
			"%d 件收到于已冻结的年度而冻结时未计，现计入本年新收：确需计入原年度的，先解冻", "year reopen"
	case leftBooks:
		return "left-books", Fine, "已冻结年度结转的各件仍在册",
			"%d 件由已冻结的年度结转而现不再计数（非申请、合并等），按（六）3 计入本年", ""
	case carriedOver:
		return "carried", Fine, "没有结转案件", "%d 件结转案件", ""
	}
	panic("stats: no such finding") // the set is closed and a test walks it
}

// Reading is what is known of a report that others printed, beside its numbers.
type Reading struct {
	Text            string // its words
	Blank           []Cell // of 表三: where nothing is printed; a sum there is what the form says
	WithoutDisputes bool   // 表四 was not read
}

// Examine checks a report that others made, by its numbers and, against them, its words alone.
func Examine(r Report, read Reading) ([]Check, error) {
	f, err := r.Form()
	if err != nil {
		return nil, err
	}
	checks := append(r.identities(f), read.filledIn(f))
	if read.WithoutDisputes {
		checks[disputesSums] = verdict("disputes-sums", Warning, "表四没有读入，未核对")
	}
	w := words{report: r, format: f, unread: read.WithoutDisputes}
	return append(checks, w.check(read.Text)), nil
}

// filledIn names the numbers of 表三 that nobody printed.
func (r Reading) filledIn(f Format) Check {
	if len(r.Blank) == 0 {
		return verdict("filled-in", Fine, "表三各格均已填写")
	}
	var names []string
	for i, c := range r.Blank {
		if i == 12 {
			names = append(names, "……")
			break
		}
		names = append(names, f.CellName(c))
	}
	return verdict("filled-in", Warning, fmt.Sprintf("表三有 %d 格没有填写（合计按各项之和、其余按零核对）：%s", len(r.Blank), strings.Join(names, "、")))
}

// identities are the rules by which the numbers of a published report must hang together. They look
// at the numbers alone, whoever made them.
func (r Report) identities(f Format) []Check {
	var rows, columns, balance, disputes []string
	rowOf := make(map[Counts]Line)
	var outcomes Line
	for i, line := range r.Table3 {
		sum := 0
		for _, n := range line[:total] {
			sum += n
		}
		if sum != line[total] {
			rows = append(rows, fmt.Sprintf("%s：六列之和 %d，总计 %d", f.Rows[i].Number, sum, line[total]))
		}
		if f.Rows[i].Counts != CountsOutcome {
			rowOf[f.Rows[i].Counts] = line
			continue
		}
		for k, n := range line {
			outcomes[k] += n
		}
	}
	for k, label := range ColumnLabels() {
		ended := rowOf[CountsEnded][k]
		if outcomes[k] != ended {
			columns = append(columns, fmt.Sprintf("%s：（一）至（六）之和 %d，（七） %d", label, outcomes[k], ended))
		}
		in, out := rowOf[CountsNew][k]+rowOf[CountsCarriedIn][k], ended+rowOf[CountsCarriedOut][k]
		if in != out {
			balance = append(balance, fmt.Sprintf("%s：一加二为 %d，（七）加四为 %d", label, in, out))
		}
	}
	for i, line := range r.Table4 {
		sum := 0
		for _, n := range line[:results] {
			sum += n
		}
		if sum != line[results] {
			disputes = append(disputes, fmt.Sprintf("%s：四项之和 %d，总计 %d", f.Tracks[i].Label, sum, line[results]))
		}
	}
	return []Check{ // disputesSums says where the last one stands
		identity("row-sums", "表三各行：六列之和等于总计", rows),
		identity("column-sums", "表三各列：（七）总计等于（一）至（六）之和", columns),
		identity("balance", "表三各列：第一项加第二项之和，等于第三项加第四项之和", balance),
		identity("disputes-sums", "表四各项：四种结果之和等于总计", disputes),
	}
}

const disputesSums = 3

func identity(id, rule string, broken []string) Check {
	if len(broken) == 0 {
		return verdict(id, Fine, rule)
	}
	return verdict(id, Failure, rule+"——不成立："+strings.Join(broken, "；"))
}

func disputesRecorded(all []Matter) Check {
	if all == nil {
		return verdict("disputes-recorded", Warning, "本版本尚不登记复议、诉讼，表四须人工核对")
	}
	return verdict("disputes-recorded", Fine, fmt.Sprintf("登记复议、诉讼 %d 件", len(all)))
}

// check fails where, the year being over, a mail that may be an application is in no case.
func (u Undecided) check(over bool) Check {
	if u == (Undecided{}) {
		return verdict("mails-undecided", Fine, "本年到达的邮件均已处理")
	}
	level := Warning
	if over {
		level = Failure
	}
	return verdict("mails-undecided", level, fmt.Sprintf("本年到达的邮件有 %d 封待甄别、%d 封未取回，可能是申请：请处理", u.Parked, u.Quarantined)).by("mail list")
}

func (b *book) over(today civil.Date) Check {
	if today <= b.to {
		return verdict("year-over", Warning, fmt.Sprintf("%d 年尚未结束，数字截至 %s", b.year, today))
	}
	if !b.whole() {
		return verdict("year-over", Fine, fmt.Sprintf("%s 至 %s 已结束", b.from, b.to))
	}
	return verdict("year-over", Fine, fmt.Sprintf("%d 年已结束", b.year))
}
