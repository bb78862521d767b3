package casefile

import (
	"fmt"
	"strings"
	"time"
)

// The kinds of what the office sends. A mail is prepared once; whatever is done about it afterwards
// names it by the Seq of that record.
const (
	KindMailPrepared Kind = "mail-prepared"
	KindMailTried    Kind = "mail-tried"
	KindMailSettled  Kind = "mail-settled"
	KindReminded     Kind = "reminded"
)

// sending are the rows of these kinds.
func sending() []KindInfo {
	stays := fixed{"void-mail", "不再发的信用 outbox drop；发出了的收不回来"}
	return []KindInfo{
		of(KindInfo{Label: "拟信"}, does[MailPrepared]{
			says: func(e MailPrepared) string {
				return phrases(e.Purpose.Label(), e.Way.Label(), prefixed("收件人 ", e.To.String()), prefixed("主题：", e.Subject), prefixed("文号 ", e.Document), prefixed("附件 ", namesOf(e.Files)), prefixed("未按所要求的方式提供：", e.Despite))
			},
			fixed: stays,
		}),
		of(KindInfo{Label: "开始发信"}, does[MailTried]{
			says:  func(e MailTried) string { return fmt.Sprintf("待发信 %d，第 %d 次", e.Mail, e.Try) },
			fixed: stays,
		}),
		of(KindInfo{Label: "发信结果"}, does[MailSettled]{
			says: func(e MailSettled) string {
				said := e.Said
				if e.Code != 0 {
					said = strings.TrimSpace(fmt.Sprintf("%d %s", e.Code, e.Said))
				}
				return phrases(fmt.Sprintf("待发信 %d：%s", e.Mail, e.State.Label()), e.Reason, prefixed("服务器说：", said), prefixed("与拟稿不同：", strings.Join(e.Differs, "；")), prefixed("发信人另附 ", strings.Join(e.Added, "、")))
			},
			fixed: stays,
		}),
		of(KindInfo{Label: "每日提醒"}, does[Reminded]{
			says: func(e Reminded) string { return phrases(e.Text, prefixed("发往 ", strings.Join(e.To, "、"))) },
		}),
	}
}

// OutWay is how a prepared mail leaves.
type OutWay uint8

// The ways out.
const (
	OutNone  OutWay = iota
	OutDraft        // put into 草稿箱; a person looks at it and sends it from webmail
	OutSMTP         // sent
)

var outWays = codes{{}, {"draft", "存草稿箱"}, {"smtp", "直接发出"}}

func (w OutWay) String() string                      { return outWays.code(uint8(w)) }
func (w OutWay) Label() string                       { return outWays.label(uint8(w)) }
func (w OutWay) MarshalText() ([]byte, error)        { return []byte(w.String()), nil }
func ParseOutWay(s string) (OutWay, error)           { return parsed[OutWay](outWays, "发信方式", s) }
func (w *OutWay) UnmarshalText(b []byte) (err error) { *w, err = ParseOutWay(string(b)); return err }

// OutPurpose is what a prepared mail is for.
type OutPurpose uint8

const (
	PurposeNone            OutPurpose = iota
	PurposeLetter                     // a clerk's letter on a case
	PurposeAcknowledgement            // 登记回执, sent by itself where the office wants it
	PurposeDigest                     // the morning's list for the office's own people
)

var outPurposes = codes{{}, {"letter", "公文"}, {"acknowledgement", "收件回执"}, {"digest", "每日提醒"}}

func (p OutPurpose) String() string               { return outPurposes.code(uint8(p)) }
func (p OutPurpose) Label() string                { return outPurposes.label(uint8(p)) }
func (p OutPurpose) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
func (p *OutPurpose) UnmarshalText(b []byte) (err error) {
	*p, err = parsed[OutPurpose](outPurposes, "用途", string(b))
	return err
}

// OutState is where a prepared mail stands.
type OutState uint8

// The states. A mail leaves OutSending and OutUnknown only by evidence or by a person: nothing that
// may have been sent is sent again by itself.
const (
	OutStateNone OutState = iota
	OutQueued             // waits for its turn, or for the next try
	OutSending            // the server is about to be given it: after a crash it may have it
	OutDrafted            // is in 草稿箱
	OutSent               // the server took it, or it was seen in 已发送
	OutFailed             // it cannot be delivered as it is: a person must change something
	OutHeld               // the provider did not want it: a person decides whether to try again
	OutUnknown            // nobody knows whether the server took it
	OutDropped            // a person gave it up
	OutVanished           // it is in 草稿箱 no longer, and was not seen in 已发送: a person knows why
)

var outStates = codes{{}, {"queued", "待发"}, {"sending", "正在发"}, {"drafted", "在草稿箱"}, {"sent", "已发出"}, {"failed", "发不出"}, {"held", "被退回待处理"}, {"unknown", "不知是否发出"}, {"dropped", "已放弃"}, {"vanished", "草稿不见了"}}

func (s OutState) String() string               { return outStates.code(uint8(s)) }
func (s OutState) Label() string                { return outStates.label(uint8(s)) }
func (s OutState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
func ParseOutState(s string) (OutState, error)  { return parsed[OutState](outStates, "状态", s) }
func (s *OutState) UnmarshalText(b []byte) (err error) {
	*s, err = ParseOutState(string(b))
	return err
}

// Ended reports whether nothing more is to be done about the mail.
func (s OutState) Ended() bool { return s == OutSent || s == OutDropped }

// OutStates lists the states in their order.
func OutStates() []OutState {
	return []OutState{OutQueued, OutSending, OutDrafted, OutSent, OutFailed, OutHeld, OutUnknown, OutDropped, OutVanished}
}

// MailPrepared (拟信) is a mail of the office as it is to leave: its bytes are under Digest. The
// record's Seq is its number in the outbox. Recorded before anything is sent.
type MailPrepared struct {
	Letter             // Digest of the whole mail; From is the office
	To      Address    `json:"to"`
	Way     OutWay     `json:"way"`
	Purpose OutPurpose `json:"purpose"`
	Size    int64      `json:"size"` // of the bytes
	// Document is the number of the letter that is enclosed, such as 某环依申请〔2026〕1号; empty for none.
	Document string `json:"document,omitzero"`
	// Files are the enclosures, by the digests of their own bytes.
	Files []File `json:"files,omitzero"`
	// Account is the mailbox in whose 草稿箱 a draft is put.
	Account string `json:"account,omitzero"`
	// Despite is why it goes by e-mail although the applicant wants the information otherwise (条例 第四十条).
	Despite string `json:"despite,omitzero"`
	// InReplyTo is the Message-ID of the mail that is answered; empty for none.
	InReplyTo string `json:"in_reply_to,omitzero"`
}

// MailTried (开始发信) says that the server is about to be given the mail. What becomes of it is said
// by the MailSettled that follows; where none does, the program ended in between.
type MailTried struct {
	Mail uint64 `json:"mail"` // Seq of the MailPrepared
	Try  int    `json:"try"`  // counted from 1
}

// MailSettled (发信结果) says where a prepared mail stands now, and on what evidence.
type MailSettled struct {
	Mail  uint64   `json:"mail"` // Seq of the MailPrepared
	State OutState `json:"state"`
	Code  int      `json:"code,omitzero"` // the server's reply (RFC 5321, 4.2); 0: none
	Said  string   `json:"said,omitzero"` // its words, as "Mail OK queued as …"
	// Reason says in Chinese why, where it is not the server's words.
	Reason string    `json:"reason,omitzero"`
	Try    int       `json:"try,omitzero"`  // tries so far
	Next   time.Time `json:"next,omitzero"` // of a queued mail: not before
	// Seen is the copy in 已发送 by which it is known that the mail was sent.
	Seen Digest `json:"seen,omitzero"`
	// Differs lists in what the mail as it was sent is not what was prepared; empty: in nothing.
	Differs []string `json:"differs,omitzero"`
	// Added names the files that the mail as it was sent encloses beside those that were prepared: it is the
	// letter all the same.
	Added []string `json:"added,omitzero"`
}

// Reminded (每日提醒) says that the office's people were told by mail what is to be done on a day.
type Reminded struct {
	Items int      `json:"items"` // lines of the list
	To    []string `json:"to"`    // addresses to which it is sent
	Text  string   `json:"text"`  // the counts, in a line
}

func (MailPrepared) Kind() Kind { return KindMailPrepared }
func (MailTried) Kind() Kind    { return KindMailTried }
func (MailSettled) Kind() Kind  { return KindMailSettled }
func (Reminded) Kind() Kind     { return KindReminded }

// OutgoingState follows a prepared mail through the records about it, in their order; e is the next
// of them and was the state before. Restored with records lost means that the mail may have been
// given to the server meanwhile.
func OutgoingState(was OutState, e Event) OutState {
	switch e := e.(type) {
	case MailPrepared:
		return OutQueued
	case MailTried:
		if was.Ended() {
			return was
		}
		return OutSending
	case MailSettled:
		if was == OutSent { // nothing makes it unsent
			return was
		}
		return e.State
	case Restored:
		switch was {
		case OutQueued, OutSending, OutHeld, OutFailed: // the last two may have been tried again
			return OutUnknown
		}
	}
	return was
}
