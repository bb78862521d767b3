package casefile

import (
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Event is what a record says happened. The set is closed: every kind has its row in kinds.go.
type Event interface {
	// Kind names the event in records, on the wire and in the table of kinds.
	Kind() Kind
}

// Kind is the stable name of a kind of event.
type Kind string

// The kinds, in the order in which a case meets them.
const (
	KindReceived             Kind = "received"
	KindConfirmed            Kind = "confirmed"
	KindRegistered           Kind = "registered"
	KindAssigned             Kind = "assigned"
	KindReviewed             Kind = "reviewed"
	KindCorrectionAsked      Kind = "correction-asked"
	KindCorrectionReceived   Kind = "correction-received"
	KindConsultationSent     Kind = "consultation-sent"
	KindConsultationReached  Kind = "consultation-reached"
	KindConsultationAnswered Kind = "consultation-answered"
	KindThirdPartyTold       Kind = "third-party-told"
	KindReasonAsked          Kind = "reason-asked"
	KindReasonGiven          Kind = "reason-given"
	KindDeferred             Kind = "deferred"
	KindFeeNoticed           Kind = "fee-noticed"
	KindFeePaid              Kind = "fee-paid"
	KindExtended             Kind = "extended"
	KindReplied              Kind = "replied"
	KindDispatched           Kind = "dispatched"
	KindDelivered            Kind = "delivered"
	KindDeliveryFailed       Kind = "delivery-failed"
	KindArchived             Kind = "archived"
	KindWithdrawn            Kind = "withdrawn"
	KindReopened             Kind = "reopened"
	KindDismissed            Kind = "dismissed"
	KindReinstated           Kind = "reinstated"
	KindMessageIn            Kind = "message-in"
	KindMessageOut           Kind = "message-out"
	KindMerged               Kind = "merged"
	KindSplit                Kind = "split"
	KindAttached             Kind = "attached"
	KindDetached             Kind = "detached"
	KindAgentNamed           Kind = "agent-named"
	KindCountedIn            Kind = "counted-in"
	KindLapseNoted           Kind = "lapse-noted"
	KindNoted                Kind = "noted"
	KindVoided               Kind = "voided"
	KindRevealed             Kind = "revealed"
	KindMessageTaken         Kind = "message-taken"
	KindDisputeFiled         Kind = "dispute-filed"
	KindDisputeAnswered      Kind = "dispute-answered"
	KindDisputeDecided       Kind = "dispute-decided"
	KindDisputeAppealed      Kind = "dispute-appealed"
	KindOpeningBalance       Kind = "opening-balance"
	KindCalendarAdopted      Kind = "calendar-adopted"
)

// Letter names a mail of the case without quoting it: enough to list and to search, the bytes lie
// under Digest.
type Letter struct {
	Digest    Digest  `json:"digest,omitzero"`
	MessageID string  `json:"message_id,omitzero"`
	From      Address `json:"from,omitzero"`
	Subject   string  `json:"subject,omitzero"`
}

// Received (收件) opens the case. On is the day of ArrivedAt in Asia/Shanghai, for an e-mail the
// earliest INTERNALDATE over all copies: the strict clock starts here.
type Received struct {
	Channel   Channel   `json:"channel"`
	ArrivedAt time.Time `json:"arrived_at,omitzero"` // instant of arrival, when one is known
	Letter
	// Suggestions are cases that the mail may belong to, each with its reason; a person decides.
	Suggestions []Suggestion `json:"suggestions,omitzero"`
	// Carried (结转) marks a case that was open when the register began and is therefore part of the
	// opening balance: it is 上年结转, never 新收.
	Carried bool `json:"carried,omitzero"`
	// SplitFrom is the case of which this one is a part.
	SplitFrom ID `json:"split_from,omitzero"`
}

// Suggestion is a case that a mail may belong to, and why.
type Suggestion struct {
	Case   ID     `json:"case"`
	Reason string `json:"reason"`
}

// Confirmed (双方确认) fixes the day of receipt for internet, fax and plain letters (条例31(3)).
type Confirmed struct {
	How  string `json:"how,omitzero"`  // 电话, 邮件, 当面
	With string `json:"with,omitzero"` // with whom
}

// Registered (登记) says what the mail is, whose it is and in which column it counts (条例29, 45).
type Registered struct {
	As        RequestKind `json:"as"`
	Applicant string      `json:"applicant"`
	Others    []string    `json:"others,omitzero"`  // joint applicants beside the first: still 1 件
	Column    Column      `json:"column"`           // of the first named; a person confirms where they differ
	Contact   string      `json:"contact,omitzero"` // address or telephone for replies
	Request   string      `json:"request,omitzero"` // 所需信息的内容描述
	Form      string      `json:"form,omitzero"`    // 载体形式, 条例40
	Delivery  string      `json:"delivery,omitzero"`

	// Of the applicant's ID number, or an organisation's code, the register keeps what the document is
	// called, the last four characters, and a mark by which the same applicant is recognised: an HMAC
	// under the office's secret, in hexadecimal, from which nobody gets the number back. A clerk's
	// registration from the application sets them.
	IDType string `json:"id_type,omitzero"`
	IDTail string `json:"id_tail,omitzero"`
	IDMark string `json:"id_mark,omitzero"`
}

// Assigned (转办) gives the case to a department and, if known, a person.
type Assigned struct {
	Department string `json:"department"`
	Person     string `json:"person,omitzero"`
}

// Reviewed (审核) records that the application was examined (条例45).
type Reviewed struct {
	Finding string `json:"finding,omitzero"`
}

// CorrectionAsked (补正告知): the request is unclear; one notice lists every item (条例30).
type CorrectionAsked struct {
	Items    []string   `json:"items"`
	Until    civil.Date `json:"until"` // 补正期限, set by the office
	Document string     `json:"document,omitzero"`
	// Force is the reason for a notice later than 7 working days; it then stops the legal clock only.
	Force string `json:"force,omitzero"`
}

// CorrectionReceived (收到补正) restarts the whole period (条例30).
type CorrectionReceived struct {
	Note string `json:"note,omitzero"`
}

// ConsultationSent (征求意见) asks another side in writing (条例32, 33, 34).
type ConsultationSent struct {
	Side     Side   `json:"side"`
	Party    string `json:"party"` // names the consultation within the case
	Document string `json:"document,omitzero"`
}

// ConsultationReached records the day on which the letter reached the other side; the 15 working
// days run from it.
type ConsultationReached struct {
	Party string `json:"party"`
}

// ConsultationAnswered records the other side's opinion and ends the excluded time.
type ConsultationAnswered struct {
	Party   string  `json:"party"`
	Opinion Opinion `json:"opinion"`
	Note    string  `json:"note,omitzero"`
}

// ThirdPartyTold (告知第三方): disclosed for public interest against its will (条例32, last sentence).
type ThirdPartyTold struct {
	Party    string `json:"party"`
	Document string `json:"document,omitzero"`
}

// ReasonAsked (要求说明理由): number or frequency is clearly beyond reason (条例35). The clock runs on.
type ReasonAsked struct {
	Document string `json:"document,omitzero"`
}

// ReasonGiven (说明理由) is the applicant's answer and what the office made of it.
type ReasonGiven struct {
	Accepted bool   `json:"accepted"`
	Note     string `json:"note,omitzero"`
}

// Deferred (延迟答复) sets the day to which a reasonable but excessive request is deferred (条例35).
type Deferred struct {
	Until    civil.Date `json:"until"`
	Document string     `json:"document,omitzero"`
}

// FeeNoticed (收费通知) asks for the 信息处理费 (条例42; 国办函〔2020〕109号).
type FeeNoticed struct {
	By       string     `json:"by"`                // 件 or 页, never both for one application
	Count    int        `json:"count"`             // how many of them
	Yuan     int        `json:"yuan"`              // the amount asked for
	Received civil.Date `json:"received,omitzero"` // the day the notice reached the applicant; 20 working days run from it
	Document string     `json:"document,omitzero"`
}

// FeePaid (缴费) restarts the period on the day after payment. Partial payment is no payment.
type FeePaid struct {
	Yuan int `json:"yuan"`
}

// Extended (延期) adds working days once in a period, with approval, told in time (条例33).
type Extended struct {
	Days     int        `json:"days"`
	Approver string     `json:"approver"` // 政府信息公开工作机构负责人
	Document string     `json:"document,omitzero"`
	Told     civil.Date `json:"told"` // the day the applicant was told
	// Force is the reason for an extension told after the due date.
	Force string `json:"force,omitzero"`
}

// Replied (答复) fixes the outcome. Only service stops the clock, except for a lapse.
type Replied struct {
	Outcome  Outcome `json:"outcome"`
	Basis    string  `json:"basis"` // code of casefile/LAW.md#replies, such as 36-1
	Document string  `json:"document,omitzero"`
	Grounds  string  `json:"grounds,omitzero"`
}

// Dispatched (发出) sends the reply; by post and by e-mail this is service.
type Dispatched struct {
	Way      Way    `json:"way"`
	Tracking string `json:"tracking,omitzero"`
}

// Delivered (送达) is the proof that the reply arrived; by hand this is service.
type Delivered struct {
	Proof string `json:"proof,omitzero"`
}

// DeliveryFailed (送达失败) puts the case back to 待送达. The clock and the count stay as they are.
type DeliveryFailed struct {
	Reason string `json:"reason"`
}

// Archived (归档) closes the file.
type Archived struct {
	Number string `json:"number,omitzero"` // 归档号
}

// Withdrawn (撤回): the applicant takes the application back before the reply; counts as （六）3.
type Withdrawn struct {
	Reason string `json:"reason,omitzero"`
}

// Reopened (重新办理): a decision orders a new reply, or the office replaces its own. Both clocks
// restart on the day the decision is received.
type Reopened struct {
	Cause   string     `json:"cause"`
	Due     civil.Date `json:"due,omitzero"` // the date that the decision sets, if it sets one
	Dispute DisputeID  `json:"dispute,omitzero"`
}

// Dismissed (非申请): a person found that this is no application. Visible and reversible.
type Dismissed struct {
	Reason string `json:"reason"`
}

// Reinstated undoes a dismissal as if it had not been.
type Reinstated struct {
	Reason string `json:"reason"`
}

// MessageIn (来信) is a further mail to the case.
type MessageIn struct {
	Letter
	ArrivedAt time.Time `json:"arrived_at"`
	Reason    string    `json:"reason"` // why it belongs here
}

// MessageOut (去信) is a mail of ours on the case, as seen in 已发送.
type MessageOut struct {
	Letter
	SentAt time.Time `json:"sent_at"`
	Reason string    `json:"reason"`
}

// Merged (合并): the same request sent twice before the reply is one case. This number stays as a
// pointer to the other, which arrived no later.
type Merged struct {
	Into   ID     `json:"into"`
	Reason string `json:"reason,omitzero"`
}

// Split (拆分): the case held several requests. The parts named here are cases of their own with the
// same dates; this one goes on as the first.
type Split struct {
	Parts  []ID   `json:"parts"`
	Reason string `json:"reason,omitzero"`
}

// File is a document kept under its digest beside the mails: what came on paper, scanned.
type File struct {
	Digest Digest `json:"digest"`
	Name   string `json:"name"` // for people: no path, no control characters
	Size   int64  `json:"size"`
}

// Attached (附卷) puts files, or a mail that lay elsewhere, into the case.
type Attached struct {
	Files []File `json:"files,omitzero"`
	Letter
	Reason string `json:"reason,omitzero"`
}

// Detached takes a file or a mail out of the case again; its bytes stay.
type Detached struct {
	Digest Digest `json:"digest"`
	Reason string `json:"reason"`
}

// AgentNamed (委托代理人) names who acts for the applicant. The column stays the applicant's.
type AgentNamed struct {
	Name     string `json:"name"`
	Contact  string `json:"contact,omitzero"`
	Document string `json:"document,omitzero"` // 授权委托书
}

// CountedIn (计入年度): a person says in which year's 新收 a case around the turn of the year counts.
type CountedIn struct {
	Year   int    `json:"year"`
	Reason string `json:"reason"`
}

// LapseNoted (期满提示) is the register's own note, on the first day after the applicant's time to
// correct or to pay has ended, that a lapse may now be decided. A person decides.
type LapseNoted struct {
	Waiting Waiting    `json:"waiting"`
	Until   civil.Date `json:"until"` // the last day that the applicant had
}

// Noted (备注) adds words and changes nothing.
type Noted struct {
	Text string `json:"text"`
}

// Voided puts a mistake right: the record with that Seq no longer counts. It stays readable.
type Voided struct {
	Seq     uint64    `json:"seq"`
	Reason  string    `json:"reason"`
	Dispute DisputeID `json:"dispute,omitzero"` // whose record it is, when it is no case's
}

// Revealed records that somebody looked at personal data unmasked.
type Revealed struct {
	What string `json:"what"`
}

// MessageTaken (取信) is the book's entry of one UID: which mail it was and where it ended.
// It belongs to the register; the case, if any, is named here and in the record that follows.
type MessageTaken struct {
	Account     string    `json:"account"`
	Folder      string    `json:"folder"`
	UIDValidity uint64    `json:"uidvalidity"`
	UID         uint32    `json:"uid"`
	ArrivedAt   time.Time `json:"arrived_at,omitzero"` // INTERNALDATE
	Size        int64     `json:"size"`
	Letter
	Disposition Disposition  `json:"disposition"`
	Case        ID           `json:"case,omitzero"`
	Reasons     []string     `json:"reasons,omitzero"`
	Suggestions []Suggestion `json:"suggestions,omitzero"`
	Defects     []Defect     `json:"defects,omitzero"`
	// Tries counts fetches that failed; Retry is when a quarantined mail is tried again.
	Tries int       `json:"tries,omitzero"`
	Retry time.Time `json:"retry,omitzero"`
}

// OpeningBalance (期初) is 上年结转 of the register's first year, column by column in the order of
// Columns: row 四 of the report before. On is 1 January of that year.
type OpeningBalance struct {
	Year    int               `json:"year"`
	Columns [len(Columns)]int `json:"columns"`
	Source  string            `json:"source,omitzero"` // the report it comes from
}

// CalendarAdopted (采用日历) adds a notice of the State Council, or local days, to the calendar.
type CalendarAdopted struct {
	workday.Year
	Reason string `json:"reason,omitzero"`
}

func (Received) Kind() Kind             { return KindReceived }
func (Confirmed) Kind() Kind            { return KindConfirmed }
func (Registered) Kind() Kind           { return KindRegistered }
func (Assigned) Kind() Kind             { return KindAssigned }
func (Reviewed) Kind() Kind             { return KindReviewed }
func (CorrectionAsked) Kind() Kind      { return KindCorrectionAsked }
func (CorrectionReceived) Kind() Kind   { return KindCorrectionReceived }
func (ConsultationSent) Kind() Kind     { return KindConsultationSent }
func (ConsultationReached) Kind() Kind  { return KindConsultationReached }
func (ConsultationAnswered) Kind() Kind { return KindConsultationAnswered }
func (ThirdPartyTold) Kind() Kind       { return KindThirdPartyTold }
func (ReasonAsked) Kind() Kind          { return KindReasonAsked }
func (ReasonGiven) Kind() Kind          { return KindReasonGiven }
func (Deferred) Kind() Kind             { return KindDeferred }
func (FeeNoticed) Kind() Kind           { return KindFeeNoticed }
func (FeePaid) Kind() Kind              { return KindFeePaid }
func (Extended) Kind() Kind             { return KindExtended }
func (Replied) Kind() Kind              { return KindReplied }
func (Dispatched) Kind() Kind           { return KindDispatched }
func (Delivered) Kind() Kind            { return KindDelivered }
func (DeliveryFailed) Kind() Kind       { return KindDeliveryFailed }
func (Archived) Kind() Kind             { return KindArchived }
func (Withdrawn) Kind() Kind            { return KindWithdrawn }
func (Reopened) Kind() Kind             { return KindReopened }
func (Dismissed) Kind() Kind            { return KindDismissed }
func (Reinstated) Kind() Kind           { return KindReinstated }
func (MessageIn) Kind() Kind            { return KindMessageIn }
func (MessageOut) Kind() Kind           { return KindMessageOut }
func (CountedIn) Kind() Kind            { return KindCountedIn }
func (LapseNoted) Kind() Kind           { return KindLapseNoted }
func (Noted) Kind() Kind                { return KindNoted }
func (Voided) Kind() Kind               { return KindVoided }
func (Revealed) Kind() Kind             { return KindRevealed }
func (MessageTaken) Kind() Kind         { return KindMessageTaken }
func (Merged) Kind() Kind               { return KindMerged }
func (Split) Kind() Kind                { return KindSplit }
func (Attached) Kind() Kind             { return KindAttached }
func (Detached) Kind() Kind             { return KindDetached }
func (AgentNamed) Kind() Kind           { return KindAgentNamed }
func (DisputeFiled) Kind() Kind         { return KindDisputeFiled }
func (DisputeAnswered) Kind() Kind      { return KindDisputeAnswered }
func (DisputeDecided) Kind() Kind       { return KindDisputeDecided }
func (DisputeAppealed) Kind() Kind      { return KindDisputeAppealed }
func (OpeningBalance) Kind() Kind       { return KindOpeningBalance }
func (CalendarAdopted) Kind() Kind      { return KindCalendarAdopted }
