package casefile

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// The kinds of how an application comes in.
const (
	KindReceived    Kind = "received"
	KindConfirmed   Kind = "confirmed"
	KindRegistered  Kind = "registered"
	KindUnreachable Kind = "unreachable"
	KindReviewed    Kind = "reviewed"
	KindAssigned    Kind = "assigned"
)

func (Received) Kind() Kind    { return KindReceived }
func (Confirmed) Kind() Kind   { return KindConfirmed }
func (Registered) Kind() Kind  { return KindRegistered }
func (Unreachable) Kind() Kind { return KindUnreachable }
func (Reviewed) Kind() Kind    { return KindReviewed }
func (Assigned) Kind() Kind    { return KindAssigned }

// arriving are the rows of these kinds.
func arriving() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "收件", Article: "条例第三十一条", Effect: EffectStart, To: StageReceived, Counts: CountsNew}, does[Received]{
			says: func(e Received) string {
				return phrases("渠道："+e.Channel.Label(), prefixed("来自 ", e.From.String()), prefixed("主题：", e.Subject), prefixed("先送到 ", e.Unit), e.platformRule(), prefixed("拆自 ", string(e.SplitFrom)), prefixed("似为", e.Seems.Label()))
			},
			fold: func(c *Case, r Record, e Received) {
				c.Channel, c.ArrivedAt, c.ArrivedOn, c.ToConfirm = e.Channel, e.ArrivedAt, r.On, e.ToConfirm()
				c.Subject, c.Carried, c.Seems = e.Subject, e.Carried, e.Seems
				c.stamped(e.Stamp, r.On)
				c.Applicant = e.From.Name
				if c.Applicant == "" {
					c.Applicant = e.From.Mail
				}
			},
			clock: func(c *Clock, r Record, e Received) (Effect, string) {
				if c.View == Legal && e.ToConfirm() {
					return EffectNone, ""
				}
				if c.Start = r.On; c.law.StampMoves.holds(c.View) {
					c.Start = c.arrived
				}
				return EffectStart, c.arrivedText(r, e)
			},
			fixed: fixed{"void-fixed", "不是申请的，用 dismiss；误作废的，重新记录"},
		}),
		of(KindInfo{Label: "双方确认", Command: "confirm", Article: "条例第三十一条第三项", Effect: EffectStart, Stages: alive, Counts: CountsNew}, does[Confirmed]{
			says:   func(e Confirmed) string { return phrases(e.How, prefixed("与 ", e.With)) },
			awaits: Case.unconfirmed,
			rule:   (*judge).confirmed,
			keeps:  true,
			fold: func(c *Case, r Record, _ Confirmed) {
				if c.ConfirmedOn.IsZero() {
					c.ConfirmedOn = r.On
				}
			},
			clock: func(c *Clock, r Record, _ Confirmed) (Effect, string) {
				if c.Waiting == WaitContact { // both readings begin when the applicant is reached
					c.Waiting, c.WaitSince, c.WaitUntil, c.Start = NotWaiting, 0, 0, r.On
					return EffectStart, "联系上申请人，双方确认之日为收到申请之日（条例第三十一条）"
				}
				if c.View != Legal || !c.Start.IsZero() {
					return EffectNone, ""
				}
				if due := c.other.ranOut(r.On); !due.IsZero() && !bool(c.law.LateConfirm) {
					return EffectNone, "从严期限已于 " + due.String() + " 届满，此后的双方确认不起算法定期限"
				}
				c.Start = r.On
				if within, _ := c.cal.AddWorkdays(c.other.Start, c.law.ConfirmWithin); c.law.ConfirmWithin > 0 && r.On > within {
					c.slow = true
					return EffectStart, fmt.Sprintf("双方确认之日为收到申请之日（条例第三十一条第三项）；确认晚于到达后第 %d 个工作日，以此计算有争议", c.law.ConfirmWithin)
				}
				return EffectStart, "双方确认之日为收到申请之日（条例第三十一条第三项）"
			},
		}),
		of(KindInfo{Label: "联系不上", Command: "unreachable", Article: "条例第三十一条", Effect: EffectWait, Stages: alive,
			Needs: []Need{{"attempts", "每一次联系的时间、方式和结果", "attempt"}}}, does[Unreachable]{
			says:   func(e Unreachable) string { return strings.Join(e.Attempts, "、") },
			awaits: func(c Case) bool { return c.unconfirmed() && c.sameDay() && c.Legal.Start.IsZero() },
			rule:   (*judge).unreachable,
			clock: func(c *Clock, r Record, _ Unreachable) (Effect, string) {
				switch {
				case !c.running || !c.legal().running || !c.Stopped.IsZero() || !c.legal().Start.IsZero() || c.law.Unconfirmed.holds(c.View):
					return EffectNone, ""
				case c.Waiting == WaitContact:
					c.WaitUntil = r.On.Add(c.law.UnreachableEvery)
					return EffectNone, "仍联系不上"
				}
				if due := c.ranOut(r.On); !due.IsZero() {
					return EffectNone, "期限已于 " + due.String() + " 届满，不影响期限"
				}
				if c.View == Legal && c.other.Waiting != WaitContact {
					return EffectNone, ""
				}
				c.Waiting, c.WaitSince, c.WaitUntil = WaitContact, r.On, r.On.Add(c.law.UnreachableEvery)
				return EffectWait, "联系不上申请人，联系上并确认之日起算（条例第三十一条、国办公开办函〔2015〕207号）"
			},
		}),
		of(KindInfo{Label: "登记", Command: "register", Article: "条例第二十九条、第四十五条", Stages: alive, To: StageRegistered, Counts: CountsNew,
			Needs: []Need{{"applicant", "申请人", "applicant"}, {"as", "类型", "as"}}}, does[Registered]{
			says: func(e Registered) string {
				return phrases(e.As.Label(), e.Applicant, prefixed("共同申请人 ", strings.Join(e.Others, "、")), e.Column.Label(), prefixed("证件末四位 ", e.IDTail), prefixed("申请内容：", e.Request), prefixed("联系方式 ", e.Contact), prefixed("电子邮箱 ", e.Email), prefixed("要求 ", wanted(e.Form, e.Delivery)))
			},
			rule: (*judge).registered,
			fold: func(c *Case, r Record, e Registered) {
				if c.RegisteredOn.IsZero() {
					c.RegisteredOn = r.On
				}
				c.Kind, c.Column, c.Applicant = e.As, e.Column, e.Applicant
				c.Contact, c.Email, c.Request = e.Contact, e.Email, e.Request
				c.Form, c.Delivery = e.Form, e.Delivery
			},
			clock: func(c *Clock, _ Record, e Registered) (Effect, string) {
				days := c.law.internal(e.As)
				if c.internal = days > 0; !c.internal {
					if c.opening == OpenedFirst {
						c.base = c.law.Limit
					}
					return EffectNone, ""
				}
				c.base = days
				return EffectNone, fmt.Sprintf("%s没有法定期限，按内部期限 %d 个工作日提醒", e.As.Label(), days)
			},
		}),
		of(KindInfo{Label: "审查", Command: "review", Article: "条例第四十五条", Stages: working, To: StageReviewed}, does[Reviewed]{
			says: func(e Reviewed) string { return e.Finding },
			fold: func(c *Case, r Record, _ Reviewed) { c.ReviewedOn = r.On },
		}),
		of(KindInfo{Label: "转办", Command: "assign", Article: "条例第四十五条", Stages: working, To: StageHandling,
			Needs: []Need{{"department", "承办科室", "to"}}}, does[Assigned]{
			says: func(e Assigned) string {
				return phrases(e.Department, e.Person, prefixed("反馈期限 ", e.Until.String()))
			},
			rule: func(j *judge, e Assigned) error {
				if !e.Until.IsZero() && e.Until < j.draft.On {
					return j.refuse("date-order", "请核对日期\n--until", "反馈期限 %s 早于转办日期 %s", e.Until, j.draft.On)
				}
				return nil
			},
			fold: func(c *Case, _ Record, e Assigned) {
				c.Department, c.Assignee, c.ReportBy = e.Department, e.Person, e.Until
			},
		}),
	}
}

// Received (收件) opens the case. On is the day of ArrivedAt in Asia/Shanghai, for an e-mail the
// earliest INTERNALDATE over all copies. The strict clock starts here, or on the day of Stamp where that is
// earlier: a mailbox that was moved, collected or restored stamps old mail with today's INTERNALDATE.
// Number, year and 新收 follow On.
type Received struct {
	Channel   Channel   `json:"channel"`
	ArrivedAt time.Time `json:"arrived_at,omitzero"` // instant of arrival, when one is known
	// Stamp is the topmost Received line, where it lies between 2008 and ArrivedAt. Since schema 4.
	Stamp Stamp `json:"stamp,omitzero"`
	Letter
	// Suggestions are cases that the mail may belong to, each with its reason; a person decides.
	Suggestions []Suggestion `json:"suggestions,omitzero"`
	// Guess is what the mail probably is on those cases, and GuessedBy from what that was guessed; set by
	// intake since schema 4 where there are suggestions.
	Guess     Guess  `json:"guess,omitzero"`
	GuessedBy string `json:"guessed_by,omitzero"`
	Suggested int    `json:"suggested,omitzero"` // how many there were, where more than five; since schema 4
	// Carried (结转) marks a case that was open when the register began and is therefore part of the
	// opening balance: it is 上年结转, never 新收.
	Carried bool `json:"carried,omitzero"`
	// Starts is what the published rule of the office's platform said on that day, and Unit the unit of the office
	// that the application reached first. Since schema 4.
	Starts Starts `json:"starts,omitzero"`
	Unit   string `json:"unit,omitzero"`
	// Seems is what the text seems to be where that is no application for disclosure, set by intake for a mail that
	// brings no file which may say otherwise. Since schema 4.
	Seems Nature `json:"seems,omitzero"`
	// SplitFrom is the case of which this one is a part.
	SplitFrom ID `json:"split_from,omitzero"`
}

// ToConfirm reports whether the day of receipt is the one on which both sides confirmed it.
func (e Received) ToConfirm() bool {
	return e.Channel.NeedsConfirmation() || e.Unit != "" || e.Channel == Platform && e.Starts == StartsConfirmed
}

func (e Received) platformRule() string {
	if e.Starts == StartsSubmitted {
		return ""
	}
	return "平台的规则：自" + e.Starts.Label() + "起算"
}

// Unreachable (联系不上): nobody could confirm a plain letter, a fax or what another unit received. Neither reading
// runs until the applicant is reached (国办公开办函〔2015〕207号).
type Unreachable struct {
	Attempts []string `json:"attempts"` // when, how, with what result
}

// Confirmed (双方确认) fixes the day of receipt for internet, fax and plain letters (条例31(3)).
type Confirmed struct {
	How  string `json:"how,omitzero"`  // 电话, 邮件, 当面
	With string `json:"with,omitzero"` // with whom
	Answers
}

// Registered (登记) says what the mail is, whose it is and in which column it counts (条例29, 45).
type Registered struct {
	As        RequestKind `json:"as"`
	Applicant string      `json:"applicant"`
	Others    []string    `json:"others,omitzero"`  // joint applicants beside the first: still 1 件
	Column    Column      `json:"column"`           // of the first named; a person confirms where they differ
	Contact   string      `json:"contact,omitzero"` // address or telephone for replies
	Email     string      `json:"email,omitzero"`   // where replies go by e-mail; since schema 4, before it was part of Contact
	Request   string      `json:"request,omitzero"` // 所需信息的内容描述
	// Verbatim says that Request is the applicant's own text, because it was read from the mail or because a person says so.
	// Letters repeat all of it; from a text that a clerk typed they leave out what looks like his notes. Since schema 4.
	Verbatim bool   `json:"verbatim,omitzero"`
	Form     string `json:"form,omitzero"` // 载体形式, 条例40
	Delivery string `json:"delivery,omitzero"`

	// Of the applicant's ID number, or an organisation's code, the register keeps what the document is
	// called, the last four characters, and a mark by which the same applicant is recognised: an HMAC
	// under the office's secret, in hexadecimal, from which nobody gets the number back. A clerk's
	// registration from the application sets them.
	IDType string `json:"id_type,omitzero"`
	IDTail string `json:"id_tail,omitzero"`
	IDMark string `json:"id_mark,omitzero"`
}

// Reviewed (审查) records that the application was examined (条例45).
type Reviewed struct {
	Finding string `json:"finding,omitzero"`
}

// Assigned (转办) gives the case to a department and, if known, a person.
type Assigned struct {
	Department string `json:"department"`
	Person     string `json:"person,omitzero"`
	// Until is the day by which the department has to report, set by the office itself. Since schema 4.
	Until civil.Date `json:"until,omitzero"`
}

func (j *judge) confirmed(Confirmed) error {
	if !j.ToConfirm {
		return j.refuse("confirm-channel", "", "%s提交的申请以提交或签收之日为收到申请之日，不需双方确认（条例第三十一条）", j.Channel.Label())
	}
	if !j.ConfirmedOn.IsZero() {
		return j.refuse("confirm-twice", "如记录有误，先作废再确认\nysq void 编号", "已于 %s 确认", j.ConfirmedOn)
	}
	within, _ := j.cal.AddWorkdays(j.Strict.Start, j.law.ConfirmWithin)
	if late := j.draft.On > within && (j.Strict.Due.IsZero() || j.draft.On <= j.Strict.Due); late && j.law.ConfirmWithin > 0 && !j.Strict.Start.IsZero() {
		j.warn("确认晚于到达后第 %d 个工作日 %s：从严期限届满后才答复的，是否按时有争议", j.law.ConfirmWithin, within)
	}
	return nil
}

// sameDay reports whether the day of receipt is to be confirmed on the day of arrival (条例31(2); 国办公开办函〔2015〕207号 no. 2).
func (c Case) sameDay() bool { return c.ToConfirm && c.Channel != Email && c.Channel != Platform }

// legal is the legal reading beside or in this one.
func (c *Clock) legal() *Clock {
	if c.View == Legal {
		return c
	}
	return c.other
}

func (j *judge) unreachable(Unreachable) error {
	switch {
	case !j.Legal.Start.IsZero():
		return j.refuse("unreachable-begun", "", "期限已自 %s 起算，联系不上不影响期限", j.Legal.Start)
	case !j.sameDay():
		return j.refuse("unreachable-channel", "", "%s提交的申请，联系不上不影响期限（国办公开办函〔2015〕207号）", j.Channel.Label())
	case !j.ConfirmedOn.IsZero():
		return j.refuse("confirm-twice", "", "已于 %s 确认", j.ConfirmedOn)
	}
	return nil
}

func (j *judge) registered(e Registered) error {
	if e.As == Application && e.Column == ColumnNone {
		return j.refuse("field-missing", "请写明六类之一\n--column", "缺少申请人类别，年度报告表三按此分列")
	}
	if e.As == Application && strings.TrimSpace(e.Request) == "" {
		j.warn("未填申请内容（条例第二十九条）")
	}
	if e.Email != "" && !IsMailbox(e.Email) {
		return j.refuse("email", "只写一个地址，如 zhang@example.test；其他的写作联系方式\n--contact", "电子邮箱 %q 不是邮箱地址", e.Email)
	}
	said := append([]string{e.Applicant, e.Request, e.Contact, e.Email, e.IDType, e.Form, e.Delivery}, e.Others...)
	if slices.ContainsFunc(said, idNumber.MatchString) || utf8.RuneCountInString(e.IDTail) > 4 || len(e.IDMark) > 64 {
		return j.refuse("id-number", "记录不能修改；身份证明看来信原件即可", "登记内容里有身份证号码：记录永久保存，不应写入身份证号")
	}
	return nil
}

// WithoutIDNumbers takes citizens' numbers out of a text, wherever they stand in it, for records are kept for
// ever.
func WithoutIDNumbers(s string) string { return idDigits.ReplaceAllString(s, "（证件号码略）") }

// IDNumbers are the citizens' numbers that stand in a text, in their order, with narrow digits. Whole mails pass here: it
// looks for runs of digits, and only those of the right length are held against the pattern.
func IDNumbers(s string) (all []string) {
	if !longDigits(s) {
		return nil
	}
	var run []byte // digits, wide ones made narrow, and the check character; longer than a number where it is none
	for i := 0; i <= len(s); {
		r, size := rune(0), 1
		if i < len(s) {
			if r = rune(s[i]); r >= utf8.RuneSelf {
				if r, size = utf8.DecodeRuneInString(s[i:]); r >= '！' && r <= '～' {
					r -= '！' - '!'
				}
			}
		}
		i += size
		isDigit := r >= '0' && r <= '9'
		switch n := len(run); {
		case isDigit && n == 18 && run[17] > '9': // what ended in X goes on, and is none
			run = append(run[:0], byte(r))
		case isDigit && n <= 18, n == 17 && (r == 'X' || r == 'x'):
			run = append(run, byte(r))
		case !isDigit && n > 0:
			if n == 18 && wholeID.MatchString(string(run)) {
				all = append(all, string(run))
			}
			run = run[:0]
		}
	}
	return all
}

// longDigits is false only where 17 digits, narrow or wide, stand nowhere in a row. They come to 17 bytes at least, of which one
// is among every 17th.
func longDigits(s string) bool {
	const row = 17
	for i := row - 1; i < len(s); i += row {
		if !ofDigit(s[i]) {
			continue
		}
		from, to := i, i+1
		for from > 0 && to-from < row && ofDigit(s[from-1]) {
			from--
		}
		for to < len(s) && to-from < row && ofDigit(s[to]) {
			to++
		}
		if to-from >= row {
			return true
		}
	}
	return false
}

// ofDigit reports whether a byte may belong to a digit, a wide one being EF BC 90 to EF BC 99.
func ofDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 0x90 && c <= 0x99 || c == 0xef || c == 0xbc
}

// idDigits is a citizen's number (GB 11643): region, date of birth, sequence and check character. idNumber is
// one that is no part of a longer number.
var (
	idDigits = regexp.MustCompile(idPattern)
	idNumber = regexp.MustCompile(`(^|\D)` + idPattern + `($|\D)`)
	wholeID  = regexp.MustCompile(`^` + idPattern + `$`)
)

const idPattern = `\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]`
