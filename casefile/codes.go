package casefile

import (
	"fmt"
	"strings"
)

// A codes table gives a small enumeration its stable codes and its Chinese labels; index 0 is the absent value and has
// neither. String is the code, as is what JSON holds; Label is for people, and what is read may be either.
type codes [][2]string

func (t codes) code(i uint8) string {
	if int(i) < len(t) {
		return t[i][0]
	}
	return fmt.Sprintf("unknown-%d", i)
}

func (t codes) label(i uint8) string {
	if int(i) < len(t) {
		return t[i][1]
	}
	return t.code(i)
}

// formerly are labels that scripts may still write, with their codes.
var formerly = map[string]string{"审核": "reviewed", "待人工确认": "parked", "隔离": "quarantined"}

// parse reads a code or a label; empty is the absent value.
func (t codes) parse(what, s string) (uint8, error) {
	if s == "" {
		return 0, nil
	}
	if code, ok := formerly[s]; ok {
		s = code
	}
	var known []string
	for i := 1; i < len(t); i++ {
		if s == t[i][0] || s == t[i][1] {
			return uint8(i), nil
		}
		known = append(known, t[i][0]+"（"+t[i][1]+"）")
	}
	return 0, fmt.Errorf("%s %q 不认识；可写：%s", what, s, strings.Join(known, "、"))
}

// parsed is parse for the type of one table.
func parsed[T ~uint8](t codes, what, s string) (T, error) {
	i, err := t.parse(what, s)
	return T(i), err
}

// Stage is where a case stands in the loop 收件、登记、审查、办理、答复、送达、归档, or how it left it.
type Stage uint8

// The stages. The first seven are the loop that 条例 第四十五条 asks for.
const (
	StageNone Stage = iota
	StageReceived
	StageRegistered
	StageReviewed
	StageHandling
	StageReplied // answered, not yet served
	StageServed  // service took effect: the clock has stopped
	StageArchived
	StageWithdrawn
	StageDismissed
	StageMerged // one with another case, to which its number points
)

var stages = codes{{}, {"received", "收件"}, {"registered", "登记"}, {"reviewed", "审查"}, {"handling", "办理"},
	{"replied", "答复"}, {"served", "送达"}, {"archived", "归档"}, {"withdrawn", "撤回"}, {"dismissed", "非申请"}, {"merged", "合并"}}

// Stages lists every stage in the order of the loop.
func Stages() []Stage {
	var all []Stage
	for s := StageReceived; int(s) < len(stages); s++ {
		all = append(all, s)
	}
	return all
}

func (s Stage) String() string { return stages.code(uint8(s)) }
func (s Stage) Label() string  { return stages.label(uint8(s)) }

// Open reports whether work is still owed to the applicant: neither served nor closed otherwise.
func (s Stage) Open() bool { return s >= StageReceived && s <= StageReplied }

func ParseStage(s string) (Stage, error)            { return parsed[Stage](stages, "阶段", s) }
func (s Stage) MarshalText() ([]byte, error)        { return []byte(s.String()), nil }
func (s *Stage) UnmarshalText(b []byte) (err error) { *s, err = ParseStage(string(b)); return err }

// Channel is the way by which an application reached the office. It decides which day is the day of
// receipt (条例 第三十一条).
type Channel uint8

// The channels of casefile/LAW.md#applications, article 31, and oral applications of article 29.
const (
	ChannelNone Channel = iota
	InPerson
	RegisteredPost
	PlainLetter
	Fax
	Platform
	Email
	Oral
)

var channels = codes{{}, {"in-person", "当面"}, {"post", "邮寄"}, {"letter", "平信"}, {"fax", "传真"},
	{"platform", "网上平台"}, {"email", "电子邮件"}, {"oral", "口头"}}

func (c Channel) String() string { return channels.code(uint8(c)) }
func (c Channel) Label() string  { return channels.label(uint8(c)) }

// NeedsConfirmation reports whether the day of receipt is the day on which both sides confirmed it:
// e-mail, fax and unregistered letters (条例 第三十一条第二、三项). A platform confirms a submission by itself, and the
// day of submission is that of receipt (最高人民法院指导案例26号).
func (c Channel) NeedsConfirmation() bool {
	return c == PlainLetter || c == Fax || c == Email
}

// Starts is the day on which the time for an application over a platform begins.
type Starts uint8

// The days: of submission, or of the confirmation where the office's published rule says so.
const (
	StartsSubmitted Starts = iota
	StartsConfirmed
)

var starts = codes{{"submitted", "提交之日"}, {"confirmed", "双方确认之日"}}

func (s Starts) String() string               { return starts.code(uint8(s)) }
func (s Starts) Label() string                { return starts.label(uint8(s)) }
func (s Starts) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a code or a label.
func (s *Starts) UnmarshalText(b []byte) error {
	for i, c := range starts {
		if w := string(b); w == c[0] || w == c[1] {
			*s = Starts(i)
			return nil
		}
	}
	return fmt.Errorf("起算日 %q 不认识，可写：submitted、confirmed", b)
}

func ParseChannel(s string) (Channel, error)          { return parsed[Channel](channels, "渠道", s) }
func (c Channel) MarshalText() ([]byte, error)        { return []byte(c.String()), nil }
func (c *Channel) UnmarshalText(b []byte) (err error) { *c, err = ParseChannel(string(b)); return err }

// RequestKind is what a person found the mail to be when registering it.
type RequestKind uint8

// Only an Application counts in 表三.
const (
	KindNone RequestKind = iota
	Application
	CorrectionOfRecord // 更正本人信息, 条例 第四十一条
	OtherRequest
)

var requestKinds = codes{{}, {"application", "公开申请"}, {"correction", "更正申请"}, {"other", "其他来件"}}

func (k RequestKind) String() string { return requestKinds.code(uint8(k)) }
func (k RequestKind) Label() string  { return requestKinds.label(uint8(k)) }
func ParseRequestKind(s string) (RequestKind, error) {
	return parsed[RequestKind](requestKinds, "类型", s)
}
func (k RequestKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
func (k *RequestKind) UnmarshalText(b []byte) (err error) {
	*k, err = ParseRequestKind(string(b))
	return err
}

// Way is how a letter leaves the office. With the law of the day it decides whether dispatch or delivery is service.
type Way uint8

// The ways of serving a reply.
const (
	WayNone Way = iota
	ByEmail
	ByPost    // 邮政企业, EMS and firms entitled to carry 公文: 交邮之日 is service (国办公开办函〔2016〕235号)
	ByCourier // any other courier: 235号 forbids it; served when signed for
	ByHand    // 直接送达: 签收之日 is service
	ByFax
	ByPlatform
	ByDelegate // 委托送达: served when signed for; since schema 4
)

var ways = codes{{}, {"email", "电子邮件"}, {"post", "邮寄"}, {"courier", "快递"}, {"by-hand", "当面"}, {"fax", "传真"}, {"platform", "网上平台"}, {"delegate", "委托送达"}}

func (w Way) String() string { return ways.code(uint8(w)) }
func (w Way) Label() string  { return ways.label(uint8(w)) }

// Served is the day of a letter that left in some way that counts as that of service.
func (s Statute) Served(w Way) Service {
	switch w {
	case ByPost:
		return s.Post
	case ByCourier:
		return s.Courier
	case ByHand:
		return s.ByHand
	case ByDelegate:
		return s.Delegated
	case ByFax:
		return s.Fax
	case ByPlatform:
		return s.Platform
	}
	return s.Email
}

func ParseWay(s string) (Way, error)              { return parsed[Way](ways, "送达方式", s) }
func (w Way) MarshalText() ([]byte, error)        { return []byte(w.String()), nil }
func (w *Way) UnmarshalText(b []byte) (err error) { *w, err = ParseWay(string(b)); return err }

// Side is whom a consultation asks; the law differs in limit and in what silence means.
type Side uint8

// The three kinds of consultation.
const (
	SideNone    Side = iota
	ThirdParty       // 条例 第三十二条: 15 working days from receipt; silence leaves the office to decide
	JointOffice      // 第三十四条: 15 working days from receipt; silence is consent
	OtherOffice      // 第三十三条第三款: no limit in law
)

var sides = codes{{}, {"third-party", "第三方"}, {"joint-office", "共同制作机关"}, {"other-office", "其他机关"}}

func (s Side) String() string                      { return sides.code(uint8(s)) }
func (s Side) Label() string                       { return sides.label(uint8(s)) }
func ParseSide(s string) (Side, error)             { return parsed[Side](sides, "征求类型", s) }
func (s Side) MarshalText() ([]byte, error)        { return []byte(s.String()), nil }
func (s *Side) UnmarshalText(b []byte) (err error) { *s, err = ParseSide(string(b)); return err }

// Opinion is what the consulted side answered.
type Opinion uint8

const (
	OpinionNone Opinion = iota
	Agrees
	Objects
	OtherOpinion
)

var opinions = codes{{}, {"agrees", "同意公开"}, {"objects", "不同意公开"}, {"other", "其他意见"}}

func (o Opinion) String() string                      { return opinions.code(uint8(o)) }
func (o Opinion) Label() string                       { return opinions.label(uint8(o)) }
func ParseOpinion(s string) (Opinion, error)          { return parsed[Opinion](opinions, "意见", s) }
func (o Opinion) MarshalText() ([]byte, error)        { return []byte(o.String()), nil }
func (o *Opinion) UnmarshalText(b []byte) (err error) { *o, err = ParseOpinion(string(b)); return err }

// Waiting is what a case waits for while its clock does not run.
type Waiting uint8

// Reasons for waiting.
const (
	NotWaiting Waiting = iota
	WaitCorrection
	WaitFee
	WaitConsultation
	WaitContact // the applicant cannot be reached to confirm; since schema 4
)

var waitings = codes{{}, {"correction", "补正"}, {"fee", "缴费"}, {"consultation", "征求意见"}, {"contact", "联系上申请人"}}

// String returns the stable code; "" when the case does not wait.
func (w Waiting) String() string { return waitings.code(uint8(w)) }

func (w Waiting) Label() string                       { return waitings.label(uint8(w)) }
func ParseWaiting(s string) (Waiting, error)          { return parsed[Waiting](waitings, "等待事项", s) }
func (w Waiting) MarshalText() ([]byte, error)        { return []byte(w.String()), nil }
func (w *Waiting) UnmarshalText(b []byte) (err error) { *w, err = ParseWaiting(string(b)); return err }

// Disposition is the one place in which a mail ended.
type Disposition uint8

const (
	DispositionNone Disposition = iota
	ToCase
	ToHistory
	Parked
	Duplicate
	Quarantined
)

var dispositions = codes{{}, {"case", "入案"}, {"history", "历史邮件"}, {"parked", "待甄别"}, {"duplicate", "重复"}, {"quarantined", "未取回"}}

func (d Disposition) String() string { return dispositions.code(uint8(d)) }
func (d Disposition) Label() string  { return dispositions.label(uint8(d)) }
func ParseDisposition(s string) (Disposition, error) {
	return parsed[Disposition](dispositions, "去处", s)
}
func (d Disposition) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
func (d *Disposition) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDisposition(string(b))
	return err
}
