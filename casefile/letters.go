package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of what is recorded of the office's own letters (文书).
const (
	KindLetterIssued  Kind = "letter-issued"
	KindLetterVoided  Kind = "letter-voided"
	KindLetterResumed Kind = "letter-resumed"
	KindLetterPosted  Kind = "letter-posted"
)

// lettering are the rows of these kinds.
func lettering() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "制发文书", Command: "letter", Article: "条例第三十六条、第四十五条", Stages: written}, does[LetterIssued]{
			says: func(e LetterIssued) string {
				what := ""
				if d, err := e.Decided(); err == nil && d != nil {
					what = Describe(WithDocument(d, ""))
				}
				return phrases(e.Letter.Label(), e.Document, prefixed("致 ", e.Party), prefixed("同时答复 ", joined(e.With)), what, prefixed("附件 ", namesOf(e.Annexes)), prefixed("纸质附件 ", strings.Join(e.OnPaper, "、")))
			},
			rule: (*judge).letterIssued,
			fold: func(c *Case, _ Record, e LetterIssued) {
				if e.Decides == KindReplied && !c.RepliedOn.IsZero() && c.Document == "" { // its letter came after the record
					c.Document = e.Document
				}
			},
			fixed: fixed{"void-letter", "作废文书用 letter void，文号保留"},
		}),
		of(KindInfo{Label: "文书作废"}, does[LetterVoided]{
			says: func(e LetterVoided) string { return phrases(e.Document, e.Reason) },
			fold: func(c *Case, _ Record, e LetterVoided) {
				if c.Document == e.Document {
					c.Document = ""
				}
			},
			fixed: fixed{"void-letter", "作废文书用 letter void，文号保留"},
		}),
		of(KindInfo{Label: "续编文号"}, does[LetterResumed]{
			says: func(e LetterResumed) string {
				if e.Series == "" {
					return phrases(fmt.Sprintf("%d 年各类文书照登记库所载续编", e.Year), e.Reason)
				}
				name := e.Series
				if k, err := ParseLetterKind(name); err == nil {
					name = k.Label()
				}
				return phrases(fmt.Sprintf("%s %d 年自第 %d 号续编", name, e.Year, e.Number+1), e.Reason)
			},
		}),
		of(KindInfo{Label: "寄出文书", Article: "国办公开办函〔2016〕235号", Stages: written}, does[LetterPosted]{
			says: func(e LetterPosted) string {
				return phrases(e.Document, "以"+e.Way.Label()+"发出", prefixed("单号 ", e.Tracking))
			},
			rule: (*judge).letterPosted,
			fold: func(c *Case, _ Record, e LetterPosted) {
				if e.Of.waits() != NotWaiting {
					c.Unreached = c.Unreached.with(e.Of, c.law.reaches(e.Way))
				}
			},
			clock: func(c *Clock, _ Record, e LetterPosted) (Effect, string) {
				if e.Of != NoticeFee || c.Waiting != WaitFee || c.WaitUntil.IsZero() || !c.law.reaches(e.Way) {
					return EffectNone, ""
				}
				c.WaitUntil = 0 // it was counted from a mail that did not go out
				return EffectNone, "收费通知以" + e.Way.Label() + "发出，缴费期限自送达起算"
			},
		}),
	}
}

// LetterKind is which of the office's letters a document is (casefile/LAW.md#forms-and-letters).
type LetterKind uint8

// The letters, in the order in which a case may need them. From 申请表 on they are forms without a number.
const (
	LetterNone                LetterKind = iota
	LetterReceipt                        // 登记回执
	LetterCorrection                     // 条例 第三十条
	LetterExtension                      // 第三十三条第二款
	LetterThirdPartyOpinion              // 第三十二条, to the third party
	LetterOfficeOpinion                  // 第三十四条, 第三十三条第三款, to another office
	LetterConsultationNotice             // tells the applicant why the clock stands
	LetterThirdPartyNotice               // 第三十二条, last sentence
	LetterReason                         // 第三十五条: 说明理由
	LetterDeferral                       // 第三十五条: 延迟答复
	LetterFee                            // 第四十二条
	LetterDisclosure                     // 第三十六条第一、二项
	LetterPartial                        // 第三十七条
	LetterRefusal                        // 第十四条至第十六条
	LetterAdministrativeQuery            // 第三十六条第七项
	LetterNotHeld                        // 第三十六条第四项
	LetterNotOurs                        // 第三十六条第五项
	LetterNeedsCreation                  // 第三十八条
	LetterUnclear                        // 补正后仍不明确
	LetterDeclined                       // 第三十五条, 第三十六条第六项, 第三十九条
	LetterLapsed                         // 逾期不补正、逾期不缴费
	LetterClosed                         // 撤回、终止、非政府信息
	LetterRecordCorrected                // 第四十一条: 更正
	LetterTransfer                       // 第四十一条: to the office that may correct
	LetterOpinionConfirmed               // 征求意见确认函: an opinion that was given by word of mouth
	LetterUrging                         // 催办单, to a department
	LetterSupervision                    // 督办单
	LetterApplicationForm                // 第二十九条第一款: an oral application, written down for the applicant to sign
	LetterRegistrationForm               // 申请登记表
	LetterAssignmentSheet                // 转办单, with its 回执
	LetterApprovalSheet                  // 审查呈批单
	LetterDeliveryReceipt                // 送达回证
	LetterArchiveIndex                   // 归档目录
	LetterClosingNote                    // 卷内备考表
)

var letterKinds = codes{{},
	{"receipt", "登记回执"}, {"correction", "补正告知书"}, {"extension", "延期答复告知书"},
	{"third-party-opinion", "征求第三方意见书"}, {"office-opinion", "征求意见书"}, {"consultation-notice", "征求意见告知书"}, {"third-party-notice", "第三方告知书"},
	{"reason", "说明理由告知书"}, {"deferral", "延迟答复告知书"}, {"fee", "收费通知书"},
	{"disclosure", "政府信息公开告知书"}, {"partial", "部分公开告知书"}, {"refusal", "不予公开告知书"}, {"administrative-query", "行政查询事项告知书"},
	{"not-held", "政府信息不存在告知书"}, {"not-ours", "非本机关政府信息告知书"}, {"needs-creation", "不予提供告知书"}, {"unclear", "内容不明确告知书"},
	{"declined", "不予处理告知书"}, {"lapsed", "不再处理告知书"}, {"closed", "终止办理告知书"},
	{"record-corrected", "更正告知书"}, {"transfer", "转送函"}, {"opinion-confirmed", "征求意见确认函"}, {"urging", "催办单"}, {"supervision", "督办单"},
	{"application-form", "申请表（代填）"}, {"registration-form", "申请登记表"}, {"assignment-sheet", "转办单"}, {"approval-sheet", "审查呈批单"},
	{"delivery-receipt", "送达回证"}, {"archive-index", "归档目录"}, {"closing-note", "备考表"},
}

// LetterKinds lists every kind of letter in the order in which a case may need them.
func LetterKinds() []LetterKind {
	var all []LetterKind
	for k := LetterReceipt; int(k) < len(letterKinds); k++ {
		all = append(all, k)
	}
	return all
}

func (k LetterKind) String() string { return letterKinds.code(uint8(k)) }

// Label returns the letter's name, as its title ends.
func (k LetterKind) Label() string { return letterKinds.label(uint8(k)) }

// Numbered reports whether a letter of the kind bears a document number.
func (k LetterKind) Numbered() bool { return k < LetterApplicationForm }

// ParseLetterKind reads a code or a name.
func ParseLetterKind(s string) (LetterKind, error) {
	return parsed[LetterKind](letterKinds, "文书", s)
}

func (k LetterKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
func (k *LetterKind) UnmarshalText(b []byte) (err error) {
	*k, err = ParseLetterKind(string(b))
	return err
}

// LetterNumber is the place of a letter in its series: numbers run from 1 in each year, without gaps.
type LetterNumber struct {
	// Series is what is numbered together: the code of a LetterKind, or "all" where the office's
	// pattern of numbers does not tell the kinds apart.
	Series string `json:"series,omitzero"`
	Year   int    `json:"year,omitzero"`
	Number int    `json:"number,omitzero"` // from 1; 0 for a form that bears none
}

// LetterIssued (制发文书) is a letter of the office. On is its date. A letter that answers several cases
// is recorded on each of them with the same number and file.
type LetterIssued struct {
	Letter LetterKind `json:"letter"`
	LetterNumber
	Document string `json:"document,omitzero"` // the number as printed: 某环依申请补〔2026〕1号
	File     File   `json:"file"`              // the .docx, kept under its digest
	Template Digest `json:"template"`          // of the template from which it was made
	Party    string `json:"party,omitzero"`    // whom it addresses, where that is not the applicant
	With     []ID   `json:"with,omitzero"`     // the other cases that it answers
	// Annexes are the files that the letter says are enclosed, in their order; kept under their digests.
	Annexes []File   `json:"annexes,omitzero"`
	OnPaper []string `json:"on_paper,omitzero"` // enclosures of which there is no file, by name
	// Decides and Event are what the letter tells, as the event that is recorded when it goes out: its
	// kind and its JSON, without the document number. Empty for a letter that decides nothing.
	Decides Kind            `json:"decides,omitzero"`
	Event   json.RawMessage `json:"event,omitzero"`
}

// LetterVoided (文书作废): the letter does not go out, or is withdrawn. Its number is not given again.
type LetterVoided struct {
	LetterNumber
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// LetterResumed (续编文号) says that the numbers up to one are taken although no letter with them is
// recorded: written by hand before the register was, or lost with the records after a backup. A
// person has looked. It belongs to no case.
type LetterResumed struct {
	LetterNumber        // the last number that is taken; Series empty: every series of the year goes on as it is
	Reason       string `json:"reason"`
}

// LetterPosted (寄出文书) is how a letter left that is no reply, and the post's number for it. A reply is dispatched. Since
// schema 5.
type LetterPosted struct {
	Document string `json:"document"`
	// Of says that the applicant's time depends on the day on which this notice reaches him.
	Of       Notice `json:"of,omitzero"`
	Way      Way    `json:"way"`
	Tracking string `json:"tracking,omitzero"`
}

func (LetterPosted) Kind() Kind  { return KindLetterPosted }
func (LetterIssued) Kind() Kind  { return KindLetterIssued }
func (LetterVoided) Kind() Kind  { return KindLetterVoided }
func (LetterResumed) Kind() Kind { return KindLetterResumed }

// Decided returns the event that the letter announces, with the letter's number as its document; nil
// where it announces none.
func (l LetterIssued) Decided() (Event, error) {
	if l.Decides == "" {
		return nil, nil
	}
	e, err := DecodeEvent(l.Decides, l.Event)
	if err != nil {
		return nil, err
	}
	return WithDocument(e, l.Document), nil
}

// WithDocument returns the event with a document number where it has room for one.
func WithDocument(e Event, number string) Event {
	switch e := e.(type) {
	case CorrectionAsked:
		e.Document = number
		return e
	case ConsultationSent:
		e.Document = number
		return e
	case ThirdPartyTold:
		e.Document = number
		return e
	case ReasonAsked:
		e.Document = number
		return e
	case Deferred:
		e.Document = number
		return e
	case FeeNoticed:
		e.Document = number
		return e
	case Replied:
		e.Document = number
		return e
	}
	return e // 延期: its document is the approval, not the letter
}

// LetterOfReply is casefile/LAW.md#replies: which reply is which letter.
func LetterOfReply(o Outcome, basis string) LetterKind {
	switch {
	case o == Disclosed:
		return LetterDisclosure
	case o == Partial:
		return LetterPartial
	case o >= RefuseStateSecret && o <= RefuseEnforcementFile:
		return LetterRefusal
	case o == RefuseAdministrativeQuery:
		return LetterAdministrativeQuery
	case o == UnableNotHeld && basis == "36-5":
		return LetterNotOurs
	case o == UnableNotHeld:
		return LetterNotHeld
	case o == UnableNeedsCreation:
		return LetterNeedsCreation
	case o == UnableUnclear:
		return LetterUnclear
	case o >= DeclinePetition && o <= DeclineConfirm:
		return LetterDeclined
	case o.Lapse():
		return LetterLapsed
	case o == OtherOutcome && basis == BasisHandled:
		return LetterRecordCorrected // of 更正 alone; who asked a question gets a mail
	case o == OtherOutcome:
		return LetterClosed
	}
	return LetterNone
}

// Same reports whether two events differ at most in the numbers of their letters and in when and how a letter announced
// them: a letter is made before these are known.
func Same(a, b Event) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	x, err1 := EncodeEvent(untold(a))
	y, err2 := EncodeEvent(untold(b))
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func untold(e Event) Event {
	if x, ok := e.(Extended); ok {
		x.Told = 0
		return x
	}
	return WithDocument(Sent(e, WayNone), "")
}

// Sent returns the event that a letter announces, with the way by which the letter went out. Kinds of events that do not
// record a way are returned unchanged.
func Sent(e Event, w Way) Event {
	switch x := e.(type) {
	case CorrectionAsked:
		x.Way = w
		return x
	case FeeNoticed:
		x.Way = w
		return x
	}
	return e
}

// SentBy is the way that an event says its letter went; WayNone where it says none.
func SentBy(e Event) Way {
	switch e := e.(type) {
	case CorrectionAsked:
		return e.Way
	case FeeNoticed:
		return e.Way
	}
	return WayNone
}

// DocumentOf is the number of the letter that an event rests on; empty where it has none, or no room for one.
func DocumentOf(e Event) string {
	switch e := e.(type) {
	case CorrectionAsked:
		return e.Document
	case LetterPosted:
		return e.Document
	case ConsultationSent:
		return e.Document
	case ThirdPartyTold:
		return e.Document
	case ReasonAsked:
		return e.Document
	case Deferred:
		return e.Document
	case FeeNoticed:
		return e.Document
	case Replied:
		return e.Document
	}
	return ""
}

// CaseLetter is a letter as a case's records have it.
type CaseLetter struct {
	LetterIssued
	Seq    uint64
	On     civil.Date
	Actor  string
	Voided string // why it was voided; "" for one that stands
}

// Letters lists the letters of a case in the order in which they were issued.
func Letters(history []Record) []CaseLetter {
	var all []CaseLetter
	for _, r := range history {
		switch e := r.Event.(type) {
		case LetterIssued:
			all = append(all, CaseLetter{LetterIssued: e, Seq: r.Seq, On: r.On, Actor: r.Actor})
		case LetterVoided:
			for i := range all {
				if all[i].LetterNumber == e.LetterNumber {
					all[i].Voided = e.Reason
				}
			}
		}
	}
	return all
}

// Unannounced lists the letters of a case that stand and whose news is not recorded: they have not gone out, or
// nobody has recorded that they have. A step of the kind that was recorded after the letter, and rests on no
// other letter, is the letter's: a person wrote it by hand.
func Unannounced(live []Record) []CaseLetter {
	return slices.DeleteFunc(Letters(live), func(l CaseLetter) bool {
		if l.Voided != "" || l.Decides == "" {
			return true
		}
		d, err := l.Decided()
		if err != nil || d == nil {
			return true
		}
		return slices.ContainsFunc(live, func(r Record) bool {
			if r.Event.Kind() != l.Decides {
				return false
			}
			number := DocumentOf(r.Event)
			return r.Seq > l.Seq && (number == "" || SameDocument(number, l.Document)) || Same(d, r.Event)
		})
	})
}

// letterIssued refuses what cannot be a letter.
func (j *judge) letterIssued(e LetterIssued) error {
	switch {
	case e.Letter == LetterNone:
		return j.refuse("field-missing", "请写明是哪一种文书", "缺少文书种类")
	case e.File.Digest.IsZero():
		return j.refuse("field-missing", "", "没有文书的文件")
	case e.Letter.Numbered() != (e.Number > 0 && e.Series != "" && e.Document != "" && e.Year == j.draft.On.Year()):
		return j.refuse("letter-number", "", "“%s”的文号不对：%s", e.Letter.Label(), e.Document)
	}
	return nil
}

// letterPosted refuses what was posted before, or before it was made. A notice counts by the day on which it is recorded as
// told, which ought to be that of its posting (国办公开办函〔2016〕235号).
func (j *judge) letterPosted(e LetterPosted) error {
	var reached civil.Date // of the notice that was sent last
	for _, r := range Live(j.history) {
		switch came, ok := r.Event.(NoticeReached); {
		case ok && came.Of == e.Of && e.Of != NoticeReply:
			reached = r.On
		case slices.Contains(e.Of.kinds(), r.Event.Kind()):
			reached = 0
		}
		if !SameDocument(DocumentOf(r.Event), e.Document) {
			continue
		}
		if r.Event.Kind() == KindLetterPosted {
			return j.refuse("posted", "", "%s 已经记录寄出：%s", e.Document, r.On)
		}
		if err := j.after(r.On, r.Event.Kind().Label()+"日期"); err != nil {
			return err
		}
		if r.On != j.draft.On {
			j.warn("%s记录在 %s，而交邮之日是 %s：以交邮之日为准的，作废后按当日重新记录", r.Event.Kind().Label(), r.On, j.draft.On)
		}
	}
	if !reached.IsZero() && reached <= j.draft.On {
		return j.refuse("posted-late", "请写交邮的日期\n--on", "%s已于 %s 送达，交邮之日应在此前，不是 %s", e.Of.Label(), reached, j.draft.On)
	}
	return nil
}

// Posted reports whether a letter is recorded as posted.
func Posted(live []Record, document string) bool {
	return slices.ContainsFunc(live, func(r Record) bool {
		return r.Event.Kind() == KindLetterPosted && SameDocument(DocumentOf(r.Event), document)
	})
}

// Left reports whether the last reply was dispatched and has not come back.
func Left(live []Record) (left bool) {
	for _, r := range live {
		switch e := r.Event.(type) {
		case Dispatched:
			left = true
		case Replied, Reopened:
			left = false
		case DeliveryFailed:
			left = left && e.Of != NoticeReply
		}
	}
	return left
}

// Mailed reports whether a mail that brought a letter has gone out.
func Mailed(live []Record, document string) bool {
	brought := map[uint64]bool{}
	for _, r := range live {
		if e, ok := r.Event.(MailPrepared); ok && e.Document != "" && SameDocument(e.Document, document) {
			brought[r.Seq] = true
		}
	}
	return slices.ContainsFunc(live, func(r Record) bool {
		e, ok := r.Event.(MailSettled)
		return ok && e.State == OutSent && brought[e.Mail]
	})
}

// AddressOf is where a letter goes that is not for the applicant: as it says itself, or as the last said that asked the
// same party.
func AddressOf(live []Record, l LetterIssued) (address string) {
	if e, err := l.Decided(); err == nil {
		if asked, ok := e.(ConsultationSent); ok && asked.Address != "" {
			return asked.Address
		}
	}
	for _, r := range live {
		if e, ok := r.Event.(ConsultationSent); ok && e.Party == l.Party && e.Address != "" {
			address = e.Address
		}
	}
	return address
}
