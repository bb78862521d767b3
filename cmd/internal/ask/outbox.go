package ask

import (
	"time"

	"ysq.internal/ysq/casefile"
)

// What goes out.
var (
	Outbox   = Op[OutboxQuery, []OutgoingView]{Name: "outbox", Role: Viewer}
	Outgoing = Op[OutgoingRef, OutgoingView]{Name: "outbox show", Role: Viewer} // with its text
	// Send prepares a mail; the outbox takes it out afterwards.
	Send = Op[SendRequest, OutgoingView]{Name: "send", Role: Operator, Dry: true, Limit: 4 << 20, Look: func(q SendRequest) Look {
		return Look{Cases: []casefile.ID{q.Case}, What: "send"}
	}}
	DecideOutgoing = Op[OutgoingDecision, OutgoingView]{Name: "outbox decide", Role: Operator, Dry: true}
	// Notify posts the counts of the morning as a test; a dry run says what would be posted.
	Notify = Op[None, NotifyView]{Name: "notify", Role: Operator, Dry: true}
	Digest = Op[None, DigestView]{Name: "digest", Role: Viewer} // what the office would be told now
)

// Codes of refusals to which whoever asks has an answer.
const (
	CodeNoAddress = "no-address" // nobody registered an e-mail address of the applicant: To
	CodeOtherWay  = "other-way"  // the applicant wants the information on another way: Despite
)

// OutboxQuery selects the mails for which something is to be done yet, or all of the last year.
type OutboxQuery struct {
	All bool `json:"all,omitzero"`
	// Limit asks for so many, the latest first; 0: for all, the oldest first.
	Limit int `json:"limit,omitzero"`
	// After asks for those that were prepared before this ID, the latest first.
	After uint64 `json:"after,omitzero"`
}

// OutgoingRef names a mail of the outbox.
type OutgoingRef struct {
	ID uint64 `json:"id"`
}

// SendRequest asks for a mail on a case: into 草稿箱, or out.
type SendRequest struct {
	Case     casefile.ID     `json:"case"`
	Way      casefile.OutWay `json:"way"`
	To       string          `json:"to,omitzero"`       // an address; empty: the one that a person registered
	Despite  string          `json:"despite,omitzero"`  // why by e-mail, where the applicant wants the information otherwise
	Subject  string          `json:"subject,omitzero"`  // empty: that of the mail that is answered; the case number is added
	Text     string          `json:"text,omitzero"`     //
	Document string          `json:"document,omitzero"` // the number of the letter enclosed
	Files    []casefile.File `json:"files,omitzero"`
}

// Recipient is an address to which a mail on a case may go. Only one that a person registered is a default.
type Recipient struct {
	Mail       Address `json:"mail"`
	Source     string  `json:"source"` // in Chinese
	Registered bool    `json:"registered,omitzero"`
	Doubt      string  `json:"doubt,omitzero"`
}

// OutgoingView is a mail of the outbox.
type OutgoingView struct {
	ID        uint64          `json:"id"`
	Case      casefile.ID     `json:"case,omitzero"`
	Way       string          `json:"way"`     // draft, smtp
	Purpose   string          `json:"purpose"` // letter, acknowledgement, digest
	State     string          `json:"state"`   // see casefile.OutState
	To        Address         `json:"to"`
	Subject   Verbatim        `json:"subject"`
	Document  Number          `json:"document"`
	Files     []string        `json:"files"` // names
	Prepared  time.Time       `json:"prepared"`
	Actor     string          `json:"actor"`
	Since     time.Time       `json:"since"` // in this state
	Tries     int             `json:"tries"`
	Next      *time.Time      `json:"next"` // of a queued one: not before
	Code      int             `json:"code,omitzero"`
	Said      string          `json:"said,omitzero"`
	Reason    string          `json:"reason,omitzero"`
	Differs   []string        `json:"differs"`        // in what the mail as sent is not what was prepared
	Added     []string        `json:"added,omitzero"` // files that were enclosed beside those that were prepared
	MessageID Handle          `json:"message_id,omitzero"`
	Digest    casefile.Digest `json:"digest,omitzero"`
	// The following are there when a mail is prepared or judged.
	Recipients []Recipient `json:"recipients,omitzero"` // to whom it might go
	Wanted     Text        `json:"wanted,omitzero"`     // in which form and on which way the applicant wants the information
	Warnings   []string    `json:"warnings,omitzero"`
	// The following are absent in lists.
	Text    Verbatim     `json:"text,omitzero"`
	History []RecordView `json:"history,omitzero"`
}

// OutgoingDecision is what a person decides about a mail of the outbox.
type OutgoingDecision struct {
	OutgoingRef
	Do     string `json:"do"`              // retry, drop, sent
	Again  bool   `json:"again,omitzero"`  // retry although it may have been sent
	Reason string `json:"reason,omitzero"` // of drop and sent
}

// NotifyView is what is posted to an office messenger: counts, and nothing that names anybody.
type NotifyView struct {
	Host   string `json:"host"`
	Items  int    `json:"items"`
	Counts string `json:"counts"`
	Body   Public `json:"body"` // the JSON
	Posted bool   `json:"posted"`
}

// DigestView is the morning's reminder of a working day.
type DigestView struct {
	Today    Day        `json:"today"`
	Items    int        `json:"items"`
	Counts   string     `json:"counts"`
	Text     Public     `json:"text"`     // masked where it is written
	Calendar Public     `json:"calendar"` // RFC 5545; masked likewise
	To       []Address  `json:"to"`
	Last     *time.Time `json:"last"` // when the office was told last; null: never
}
