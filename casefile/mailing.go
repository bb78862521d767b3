package casefile

import (
	"fmt"
	"strings"
	"time"
)

// The kinds of mails that came and went.
const (
	KindMessageIn    Kind = "message-in"
	KindMessageOut   Kind = "message-out"
	KindMessageTaken Kind = "message-taken"
	// KindMessageJudged is recorded by the register itself.
	KindMessageJudged Kind = "message-judged"
)

func (MessageIn) Kind() Kind     { return KindMessageIn }
func (MessageOut) Kind() Kind    { return KindMessageOut }
func (MessageTaken) Kind() Kind  { return KindMessageTaken }
func (MessageJudged) Kind() Kind { return KindMessageJudged }

// mailing are the rows of these kinds.
func mailing() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "来信"}, does[MessageIn]{
			says: func(e MessageIn) string {
				guess := ""
				if e.Guess != GuessNone && e.Guess != GuessNotice && e.Guess != GuessOther {
					guess = e.Guess.Likely()
				}
				return phrases(prefixed("来自 ", e.From.String()), prefixed("主题：", e.Subject), e.Reason, e.Bounce.Said, guess)
			},
			fixed: fixed{"void-fixed", "不是本案的，用 detach 移出"},
		}),
		of(KindInfo{Label: "去信"}, does[MessageOut]{
			says:  func(e MessageOut) string { return phrases(prefixed("主题：", e.Subject), e.Reason) },
			fixed: fixed{"void-fixed", "不是本案的，用 detach 移出"},
		}),
		of(KindInfo{Label: "附件已读"}, does[MessageJudged]{
			says:  func(e MessageJudged) string { return phrases(e.Mail.Short(), e.Guess.Likely(), e.GuessedBy) },
			fixed: fixed{"void-fixed", "判断只是提议，由人决定（seen 等）"},
		}),
		of(KindInfo{Label: "取信"}, does[MessageTaken]{
			says: func(e MessageTaken) string {
				return phrases(e.Folder, fmt.Sprintf("UID %d", e.UID), e.Disposition.Label(), strings.Join(e.Reasons, "；"))
			},
		}),
	}
}

// MessageIn (来信) is a further mail to the case.
type MessageIn struct {
	Letter
	ArrivedAt time.Time `json:"arrived_at"`
	Reason    string    `json:"reason"` // why it belongs here
	// Stamp is the topmost Received line, where it lies between 2008 and ArrivedAt: a step that takes the mail has
	// the earlier day, as an application has. Since schema 4.
	Stamp Stamp `json:"stamp,omitzero"`
	// Bounce says that a letter of the office seems to have come back. It moves nothing: anybody who knows the
	// letter can write such a mail. Since schema 4.
	Bounce Bounce `json:"bounce,omitzero"`
	// Guess is what the mail probably is, and GuessedBy from what that was guessed; set by intake since
	// schema 4.
	Guess     Guess  `json:"guess,omitzero"`
	GuessedBy string `json:"guessed_by,omitzero"`
	// Enclosed is how many files it brings that were not read yet when that was guessed. Since schema 4.
	Enclosed int `json:"enclosed,omitzero"`
}

// MessageJudged (附件已读): the files of an open mail have been read, and what it probably is was guessed once
// more. Since schema 4.
type MessageJudged struct {
	Mail      Digest `json:"mail"`
	Guess     Guess  `json:"guess"`
	GuessedBy string `json:"guessed_by,omitzero"`
}

// Bounce is a letter that a report says has come back.
type Bounce struct {
	Letter string `json:"letter"`      // its Message-ID
	Of     Notice `json:"of,omitzero"` // what it was, as far as that can be told
	Said   string `json:"said"`        // what the report says, for people
}

// MessageOut (去信) is a mail of ours on the case, as seen in 已发送.
type MessageOut struct {
	Letter
	SentAt time.Time `json:"sent_at"`
	Reason string    `json:"reason"`
}

// MessageTaken (取信) is the book's entry of one UID: which mail it was and where it ended. Where it is a
// later decision about a mail whose UID means another one meanwhile, UID is 0.
// It belongs to the register; the case, if any, is named here and in the record that follows.
type MessageTaken struct {
	Account     string    `json:"account"`
	Folder      string    `json:"folder"`
	UIDValidity uint64    `json:"uidvalidity"`
	UID         uint32    `json:"uid"`
	ArrivedAt   time.Time `json:"arrived_at,omitzero"` // INTERNALDATE
	// Stamp is the topmost Received line, where it lies between 2008 and ArrivedAt. Since schema 4.
	Stamp Stamp `json:"stamp,omitzero"`
	// ByHeader says that ArrivedAt was taken from that line, which anybody may have written, because INTERNALDATE could not
	// be an arrival. Since schema 4.
	ByHeader bool  `json:"by_header,omitzero"`
	Size     int64 `json:"size"`
	// Announced is RFC822.SIZE where it is not Size, and ShownAt INTERNALDATE where it is not ArrivedAt: by
	// these two the mail under the UID is known to be still this one.
	Announced int64     `json:"announced,omitzero"`
	ShownAt   time.Time `json:"shown_at,omitzero"`
	Letter
	Disposition Disposition  `json:"disposition"`
	Case        ID           `json:"case,omitzero"`
	Reasons     []string     `json:"reasons,omitzero"`
	Suggestions []Suggestion `json:"suggestions,omitzero"`
	Suggested   int          `json:"suggested,omitzero"` // how many cases suggest themselves, where more than five do
	Defects     []Defect     `json:"defects,omitzero"`
	// Guess is what a parked mail probably is on the suggested cases; set by intake since schema 4.
	Guess     Guess  `json:"guess,omitzero"`
	GuessedBy string `json:"guessed_by,omitzero"`
	// Likely says of a mail outside of cases that it looks like an application, and CopyOf of a duplicate
	// of which other bytes it is a copy by another way. Since schema 4.
	Likely bool   `json:"likely,omitzero"`
	CopyOf Digest `json:"copy_of,omitzero"`
	// Tries counts fetches that failed; Retry is when a quarantined mail is tried again.
	Tries int       `json:"tries,omitzero"`
	Retry time.Time `json:"retry,omitzero"`
}
