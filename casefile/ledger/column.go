package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// group is columns that repeat together, or that happen once.
type group []column

func (g group) rounds(r *Row) int {
	if g[0].rounds == nil {
		return 1
	}
	return g[0].rounds(r)
}

// maxRounds is how often something may happen in one case. A header beyond it is a typing error.
const maxRounds = 20

// column is one column of the ledger: its name and where in a row its cells live.
type column struct {
	name   string
	needed bool
	form   form
	wide   float64               // width in a spreadsheet, in characters
	rounds func(r *Row) int      // how many elements the row has; nil for what happens once
	at     func(*Row, int) field // the cell of a round; the row must hold it
	grow   func(r *Row, n int)   // makes the row hold n rounds
	shown  bool                  // for whoever looks at an export; not read
}

// form is what the cells of a column look like.
type form uint8

const (
	wording form = iota
	date
	number
)

// field reads and prints one cell. set is given text that is not empty.
type field interface {
	String() string
	set(string) error
}

// heading is the name of a column's round, which counts from 0.
func heading(name string, round int) string {
	if round == 0 {
		return name
	}
	return name + strconv.Itoa(round+1)
}

// groupCount is how many groups there are.
const groupCount = 13

// received is the column that every row has a day in.
const received = "收到日期"

// groups are the ledger's columns in the order in which they are written: one row a case, one column
// a fact. What repeats, repeats as a group.
var groups = sync.OnceValue(func() *[groupCount]group {
	return &[...]group{
		{
			one("编号", wording, 14, func(r *Row) field { return caseNumber{&r.Number} }).must(),
			one(received, date, 12, func(r *Row) field { return day{&r.Received} }).must(),
			one("渠道", wording, 10, func(r *Row) field { return code(&r.Channel, casefile.ParseChannel, casefile.Channel.Label) }).must(),
			one("申请人类别", wording, 14, func(r *Row) field { return code(&r.Column, casefile.ParseColumn, casefile.Column.Label) }).must(),
			one("确认日期", date, 12, func(r *Row) field { return confirmation{r} }),
			one("申请人", wording, 16, func(r *Row) field { return text{&r.Applicant} }),
			one("申请内容", wording, 40, func(r *Row) field { return text{&r.Request} }),
			one("结转", wording, 6, func(r *Row) field { return yes{&r.Carried} }),
			one("承办科室", wording, 14, func(r *Row) field { return text{&r.Department} }),
			one("承办", wording, 16, func(r *Row) field { return text{&r.Now.Charge} }).look(),
			one("阶段", wording, 10, func(r *Row) field { return text{&r.Now.Stage} }).look(),
			one("法定期限", date, 12, func(r *Row) field { return day{&r.Now.Legal} }).look(),
			one("从严期限", date, 12, func(r *Row) field { return day{&r.Now.Strict} }).look(),
			one("主动公开", wording, 10, func(r *Row) field { return text{&r.Now.Publicity} }).look(),
			one("保管期限", wording, 10, func(r *Row) field { return text{&r.Now.Retention} }).look(),
		},
		many(func(r *Row) *[]Correction { return &r.Corrections },
			part[Correction]{"补正告知日期", date, 14, func(c *Correction) field { return day{&c.Asked} }},
			part[Correction]{"补正期限", date, 12, func(c *Correction) field { return day{&c.Until} }},
			part[Correction]{"补正收到日期", date, 14, func(c *Correction) field { return day{&c.Received} }},
		),
		many(func(r *Row) *[]Consultation { return &r.Consultations },
			part[Consultation]{"征求类型", wording, 14, func(c *Consultation) field { return code(&c.Side, casefile.ParseSide, casefile.Side.Label) }},
			part[Consultation]{"征求对象", wording, 16, func(c *Consultation) field { return text{&c.Party} }},
			part[Consultation]{"征求意见日期", date, 14, func(c *Consultation) field { return day{&c.Sent} }},
			part[Consultation]{"征求送达日期", date, 14, func(c *Consultation) field { return day{&c.Reached} }},
			part[Consultation]{"征求意见答复日期", date, 18, func(c *Consultation) field { return day{&c.Answered} }},
		),
		many(func(r *Row) *[]Fee { return &r.Fees },
			part[Fee]{"收费方式", wording, 10, func(f *Fee) field { return feeBy{&f.By} }},
			part[Fee]{"收费通知日期", date, 14, func(f *Fee) field { return day{&f.Noticed} }},
			part[Fee]{"收费金额", number, 10, func(f *Fee) field { return count{&f.Yuan, "元"} }},
			part[Fee]{"缴费日期", date, 12, func(f *Fee) field { return day{&f.Paid} }},
			part[Fee]{"收费通知书编号", wording, 20, func(f *Fee) field { return text{&f.Number} }},
			part[Fee]{"收费送达日期", date, 14, func(f *Fee) field { return day{&f.Reached} }},
		),
		many(func(r *Row) *[]Extension { return &r.Extensions },
			part[Extension]{"延期工作日", number, 12, func(e *Extension) field { return count{&e.Days, "个工作日"} }},
			part[Extension]{"延期批准人", wording, 12, func(e *Extension) field { return text{&e.Approver} }},
			part[Extension]{"延期告知日期", date, 14, func(e *Extension) field { return day{&e.Told} }},
		),
		{one("延迟答复至", date, 12, func(r *Row) field { return day{&r.Deferred} })},
		many(func(r *Row) *[]civil.Date { return &r.Reopened },
			part[civil.Date]{"重新办理日期", date, 14, func(d *civil.Date) field { return day{d} }},
		),
		{one("重新办理限期", date, 14, func(r *Row) field { return day{&r.Ordered} })},
		many(func(r *Row) *[]Reply { return &r.Replies },
			part[Reply]{"答复日期", date, 12, func(p *Reply) field { return day{&p.On} }},
			part[Reply]{"答复类别", wording, 28, func(p *Reply) field { return code(&p.Outcome, casefile.ParseOutcome, outcomeWords) }},
			part[Reply]{"答复依据", wording, 16, func(p *Reply) field { return basis{&p.Basis} }},
			part[Reply]{"不予公开依据", wording, 16, func(p *Reply) field { return basis{&p.Withheld} }},
			part[Reply]{"答复文号", wording, 20, func(p *Reply) field { return text{&p.Document} }},
			part[Reply]{"送达日期", date, 12, func(p *Reply) field { return day{&p.Delivered} }},
		),
		{
			one("归档日期", date, 12, func(r *Row) field { return day{&r.Archived} }),
			one("撤回日期", date, 12, func(r *Row) field { return day{&r.Withdrawn} }),
			one("申请人数", number, 10, func(r *Row) field { return count{&r.Applicants, "人"} }),
			one("代理人", wording, 12, func(r *Row) field { return text{&r.Agent} }),
		},
		many(func(r *Row) *[]Review { return &r.Reviews },
			part[Review]{"复议日期", date, 12, func(v *Review) field { return day{&v.Filed} }},
			part[Review]{"行政复议", wording, 10, func(v *Review) field { return result{&v.Result, &v.Filed} }},
			part[Review]{"复议结案日期", date, 14, func(v *Review) field { return day{&v.Closed} }},
		),
		many(func(r *Row) *[]Suit { return &r.Suits },
			part[Suit]{"诉讼日期", date, 12, func(s *Suit) field { return day{&s.Filed} }},
			part[Suit]{"行政诉讼", wording, 10, func(s *Suit) field { return code(&s.Track, parseSuit, suitWords) }},
			part[Suit]{"诉讼结果", wording, 10, func(s *Suit) field { return result{&s.Result, &s.Filed} }},
			part[Suit]{"诉讼结案日期", date, 14, func(s *Suit) field { return day{&s.Closed} }},
		),
		{one("备注", wording, 40, func(r *Row) field { return text{&r.Note} })},
	}
})

// columns are the columns of all groups.
var columns = sync.OnceValue(func() []column { return slices.Concat(groups()[:]...) })

func one(name string, f form, wide float64, at func(*Row) field) column {
	return column{name: name, form: f, wide: wide, at: func(r *Row, _ int) field { return at(r) }}
}

func (c column) must() column { c.needed = true; return c }
func (c column) look() column { c.shown = true; return c }

// beside is a column that people keep for themselves.
var beside = column{name: "序号", shown: true}

// besides are its names, as fold leaves them.
var besides = []string{"序号", "序", "行号", "No", "No.", "NO", "NO.", "no", "no.", "№"}

// part is a column of something that may happen more than once.
type part[T any] struct {
	name string
	form form
	wide float64
	at   func(*T) field
}

func many[T any](of func(*Row) *[]T, parts ...part[T]) group {
	var all group
	for _, p := range parts {
		all = append(all, column{
			name: p.name, form: p.form, wide: p.wide,
			rounds: func(r *Row) int { return len(*of(r)) },
			at:     func(r *Row, i int) field { return p.at(&(*of(r))[i]) },
			grow: func(r *Row, n int) {
				if s := of(r); len(*s) < n {
					*s = append(*s, make([]T, n-len(*s))...)
				}
			},
		})
	}
	return all
}

type text struct{ p *string }

func (t text) String() string { return *t.p }
func (t text) set(s string) error {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if r, found := casefile.Control(s); found {
		return fmt.Errorf("含有看不见的控制字符（U+%04X），请去掉", r)
	}
	*t.p = s
	return nil
}

type caseNumber struct{ p *casefile.ID }

func (n caseNumber) String() string { return string(*n.p) }
func (n caseNumber) set(s string) error {
	if _, found := casefile.Control(s); found || strings.ContainsAny(s, "\n\t") || len(s) > 100 {
		return fmt.Errorf("%.40q 不能作编号：编号应在一行之内，不超过 100 字节", s)
	}
	*n.p = casefile.ID(s)
	return nil
}

type day struct{ p *civil.Date }

func (d day) String() string           { return d.p.String() }
func (d day) set(s string) (err error) { *d.p, err = parseDay(s); return err }

// unconfirmed is what stands in 确认日期 while both sides have not confirmed: an empty cell means
// that 收到日期 counts, which is what a ledger kept by hand says.
const unconfirmed = "未确认"

type confirmation struct{ r *Row }

func (c confirmation) String() string {
	if c.r.Unconfirmed {
		return unconfirmed
	}
	return c.r.Confirmed.String()
}

func (c confirmation) set(s string) (err error) {
	if fold(s) == unconfirmed {
		c.r.Unconfirmed = true
		return nil
	}
	c.r.Confirmed, err = parseDay(s)
	return err
}

type yes struct{ p *bool }

func (y yes) String() string {
	if *y.p {
		return "是"
	}
	return ""
}

func (y yes) set(s string) error {
	switch fold(s) {
	case "是":
		*y.p = true
	case "否":
	default:
		return fmt.Errorf("%.40q 应写“是”或“否”，或留空", s)
	}
	return nil
}

// count is a number of something; its unit may stand behind it.
type count struct {
	p    *int
	unit string
}

func (c count) String() string {
	if *c.p == 0 {
		return ""
	}
	return strconv.Itoa(*c.p)
}

func (c count) set(s string) error {
	digits := strings.TrimSuffix(fold(s), c.unit)
	whole, frac, _ := strings.Cut(digits, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 0 || n > 100_000_000 || strings.Trim(frac, "0") != "" {
		return fmt.Errorf("%.40q 应为不小于 0 的整数", s)
	}
	*c.p = n
	return nil
}

type feeBy struct{ p *string }

func (f feeBy) String() string { return *f.p }
func (f feeBy) set(s string) error {
	by := strings.TrimPrefix(fold(s), "按")
	if by != "件" && by != "页" {
		return fmt.Errorf("%.40q 应写“件”或“页”（国办函〔2020〕109号）", s)
	}
	*f.p = by
	return nil
}

type basis struct{ p *string }

func (b basis) String() string     { return *b.p }
func (b basis) set(s string) error { *b.p = fold(s); return nil }

type result struct {
	p     *casefile.Result
	filed *civil.Date // a matter that was filed and has no result is 未审结
}

// resultWords are the words of the ledger for the columns of 表四.
var resultWords = [...]string{casefile.ResultPending: "未审结", casefile.ResultUpheld: "维持", casefile.ResultCorrected: "纠正", casefile.ResultOther: "其他"}

func (r result) String() string {
	if r.filed.IsZero() {
		return ""
	}
	return resultWords[*r.p]
}

func (r result) set(s string) error {
	want := strings.TrimPrefix(strings.TrimPrefix(fold(s), "尚"), "结果")
	if i := slices.Index(resultWords[:], want); i >= 0 {
		*r.p = casefile.Result(i)
		return nil
	}
	decided, ok := casefile.ResultSaid(want)
	if !ok {
		return fmt.Errorf("%.40q 应为：维持、纠正、其他、未审结，或裁决的原话", s)
	}
	*r.p = decided
	return nil
}

func parseSuit(s string) (casefile.Track, error) {
	switch s {
	case "直接", "直接起诉":
		return casefile.DirectSuit, nil
	case "复议后", "复议后起诉":
		return casefile.SuitAfterReconsider, nil
	}
	return casefile.TrackNone, fmt.Errorf("%.40q 应写“直接”或“复议后”", s)
}

func suitWords(t casefile.Track) string {
	switch t {
	case casefile.DirectSuit:
		return "直接"
	case casefile.SuitAfterReconsider:
		return "复议后"
	}
	return ""
}

// outcomeWords is the row of 表三 with its name: （三）4.保护第三方合法权益.
func outcomeWords(o casefile.Outcome) string {
	if o == casefile.OutcomeNone {
		return ""
	}
	row := o.Row()
	if !strings.HasSuffix(row, "）") {
		row += "."
	}
	return row + o.Label()
}

// coded is a cell that holds one of a few words of the domain.
type coded[T comparable] struct {
	p     *T
	parse func(string) (T, error)
	label func(T) string
}

func code[T comparable](p *T, parse func(string) (T, error), label func(T) string) field {
	return coded[T]{p, parse, label}
}

func (c coded[T]) String() string           { return c.label(*c.p) }
func (c coded[T]) set(s string) (err error) { *c.p, err = c.parse(fold(s)); return err }

// fold undoes what an input method does to digits and brackets, and the spaces between them.
func fold(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0 {
		return s
	}
	return strings.Join(strings.Fields(width.Fold.String(s)), "")
}

// parseDay reads the ways in which clerks and spreadsheets write a day: 2026-03-02, 2026/3/2,
// 2026.3.2 and 2026年3月2日, each also with the midnight that Excel puts behind it.
func parseDay(s string) (civil.Date, error) {
	if d, err := civil.Parse(s); err == nil {
		return d, nil
	}
	bad := fmt.Errorf("%.40q 不是日期：请写 2026-03-02、2026/3/2 或 2026年3月2日", s)
	f := strings.Fields(width.Fold.String(s))
	if n := len(f); n > 1 && (f[n-1] == "0:00" || f[n-1] == "0:00:00" || f[n-1] == "00:00:00") {
		f = f[:n-1]
	}
	plain := strings.Join(f, "")
	if y, rest, ok := strings.Cut(plain, "年"); ok {
		m, d, ok := strings.Cut(rest, "月")
		if !ok || !strings.HasSuffix(d, "日") {
			return 0, bad
		}
		plain = y + "-" + m + "-" + strings.TrimSuffix(d, "日")
	} else if strings.Count(plain, "/") == 2 {
		plain = strings.ReplaceAll(plain, "/", "-")
	} else if strings.Count(plain, ".") == 2 {
		plain = strings.ReplaceAll(plain, ".", "-")
	}
	p := strings.Split(plain, "-")
	if len(p) != 3 || len(p[0]) != 4 {
		return 0, bad
	}
	for i := range p {
		if len(p[i]) == 1 {
			p[i] = "0" + p[i]
		}
	}
	d, err := civil.Parse(strings.Join(p, "-"))
	if err != nil {
		return 0, bad
	}
	return d, nil
}
