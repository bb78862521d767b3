// Package ledger is the 台账: the list of cases that an office keeps by hand, as csv or as xlsx.
//
// A row is one case. Reading a file gives rows, or every problem of the file at once; a row gives the
// events that it means (Drafts), and a case's history gives the row that it leaves behind (FromCase).
// The ledger knows days and words only: what it cannot hold, FromCase names. Nothing here touches the
// register or asks for the date.
//
// A title above the header, lines of a foot below the rows and a column 序号 are passed over. What a spreadsheet has
// spoiled is refused at its place. A text that is too long for one cell goes on in the next (申请内容（续）).
//
//	file ─Read→ []Row ─Drafts→ events ─(the register)→ history ─FromCase→ Row ─Write→ file
package ledger

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Row is one case of the ledger. The zero value of a field is an empty cell. What can happen more
// than once is a slice; its elements stand in the columns 补正告知日期, 补正告知日期2 and so on.
type Row struct {
	Number   casefile.ID      // 编号
	Received civil.Date       // 收到日期: the arrival, or the day on which the office signed for it
	Channel  casefile.Channel // 渠道
	Column   casefile.Column  // 申请人类别

	// Confirmed is 双方确认之日. Where the channel needs one and it is empty, 收到日期 is 收到申请之日,
	// unless Unconfirmed says (未确认) that both sides have not confirmed yet.
	Confirmed   civil.Date
	Unconfirmed bool

	Applicant  string // 申请人; joint applicants are separated by 、
	Request    string // 申请内容
	Carried    bool   // 结转: received in an earlier year and open when the register's first year began
	Department string // 承办科室

	Corrections   []Correction
	Consultations []Consultation
	Fees          []Fee
	Extensions    []Extension
	Deferred      civil.Date // 延迟答复至: the day to which the reply is put off (条例35)

	// Reopened are the days of 重新办理. Each stands between two of the case's ends, which are the
	// Replies and Withdrawn; the last may be followed by none.
	Reopened  []civil.Date
	Ordered   civil.Date // 重新办理限期: the date that the decision sets for the last of them
	Replies   []Reply
	Withdrawn civil.Date // 撤回日期
	Archived  civil.Date // 归档日期

	Applicants int    // 申请人数, where there are several; still 1 件
	Agent      string // 代理人
	Reviews    []Review
	Suits      []Suit
	Note       string // 备注

	// Now is how the case stands when the ledger is written. It is for people: reading a ledger passes it over,
	// because the records say it.
	Now Standing

	place place
}

// Standing is what a ledger shows and does not hold.
type Standing struct {
	Charge        string     // 承办: department and person
	Stage         string     // 阶段
	Legal, Strict civil.Date // 法定期限, 从严期限
	Publicity     string     // 主动公开: what was decided (条例44)
	Retention     string     // 保管期限, where it is not the office's usual one
}

// Correction is one round of 补正 (条例30).
type Correction struct {
	Asked    civil.Date // 补正告知日期
	Until    civil.Date // 补正期限
	Received civil.Date // 补正收到日期
}

// Consultation is one side that was asked for its opinion (条例32 to 34).
type Consultation struct {
	Side     casefile.Side // 征求类型
	Party    string        // 征求对象
	Sent     civil.Date    // 征求意见日期
	Reached  civil.Date    // 征求送达日期
	Answered civil.Date    // 征求意见答复日期
}

// Fee is one 信息处理费 (条例42).
type Fee struct {
	By      string     // 收费方式: 件 or 页
	Noticed civil.Date // 收费通知日期
	Yuan    int        // 收费金额
	Paid    civil.Date // 缴费日期
	Number  string     // 收费通知书编号
	Reached civil.Date // 收费送达日期
}

// Extension is one 延期 (条例33).
type Extension struct {
	Days     int        // 延期工作日
	Approver string     // 延期批准人
	Told     civil.Date // 延期告知日期
}

// Reply is one 答复 with its service. The first is the answer to the application, each further one
// that after a 重新办理.
type Reply struct {
	On        civil.Date       // 答复日期: the day on which the clock stopped
	Outcome   casefile.Outcome // 答复类别
	Basis     string           // 答复依据, a code such as 36-1; empty: not said where several fit
	Withheld  string           // 不予公开依据 of 部分公开, codes joined by 、; empty: not said
	Document  string           // 答复文号
	Delivered civil.Date       // 送达日期
}

// Review is one 行政复议. It is there when Filed is.
type Review struct {
	Filed  civil.Date      // 复议日期
	Result casefile.Result // 行政复议
	Closed civil.Date      // 复议结案日期
}

// Suit is one 行政诉讼. It is there when Filed is.
type Suit struct {
	Filed  civil.Date      // 诉讼日期
	Track  casefile.Track  // 行政诉讼: 直接 or 复议后
	Result casefile.Result // 诉讼结果
	Closed civil.Date      // 诉讼结案日期
}

// place is where a row stood, so that a contradiction found later still names line and column.
type place struct {
	file    string
	line    int
	letters map[string]string // of the header; shared by all rows of a file
}

// Line returns the line of the file in which the row stood; 0 for a row that was not read.
func (r Row) Line() int { return r.place.line }

// Problem is one thing wrong with a file.
type Problem struct {
	File   string
	Line   int    // 0 when it concerns the file
	Column string // the column's name; empty when it concerns the whole line
	Letter string // the column's letter in a spreadsheet
	Msg    string // what is wrong and what to do, for people
}

func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Column != "" {
		b.WriteString(p.Column)
		if p.Letter != "" {
			b.WriteString("（" + p.Letter + " 列）")
		}
		b.WriteString("：")
	}
	b.WriteString(p.Msg)
	return b.String()
}

// Problems are all problems of a file, one a line. As an error it is never empty.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems as an error, nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int { return a.Line - b.Line })
	return ps
}

// problem places something wrong with a row. round counts from 0.
func (r *Row) problem(column string, round int, format string, args ...any) Problem {
	name := heading(column, round)
	return Problem{r.place.file, r.place.line, name, r.place.letters[name], fmt.Sprintf(format, args...)}
}
