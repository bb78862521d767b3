package ask

import (
	"time"

	"ysq.internal/ysq/casefile"
)

// The mails in the register.
var (
	Mails = Stream[MailQuery, MailView]{Name: "mail list", Role: Viewer}
	Mail  = Op[MailRef, MailView]{Name: "mail show", Role: Viewer} // with what it says
	// OpenMail makes a case of a parked or historical mail.
	OpenMail = Op[MailRef, CaseRow]{Name: "mail open", Role: Operator, Dry: true}
	// SeenMail marks mails that are in no case as read; they are history then.
	SeenMail = Op[SeenRequest, []casefile.Digest]{Name: "mail seen", Role: Operator, Dry: true}
	// Trace says what became of a mail and why.
	Trace = Op[MailRef, MailTrace]{Name: "mail trace", Role: Viewer}
	// Retry tries again what failed: a quarantined mail is fetched at once, a mail about which the decision
	// failed is decided anew.
	Retry = Op[RetryRequest, RetryResult]{Name: "mail retry", Role: Operator}
	// SaveMail gives a mail with what it is made of: its bytes and then those of each attachment, as long as
	// the head says.
	SaveMail = Download[SaveMailRequest, MailView]{Name: "mail save", Role: Operator, Open: true, Look: func(q SaveMailRequest) Look {
		return Look{Mail: q.Mail, What: "mail save"}
	}}
)

// MailRef names a mail by the beginning of its digest.
type MailRef struct {
	Mail string `json:"mail"`
}

// SeenRequest names mails by the beginnings of their digests.
type SeenRequest struct {
	Mails []string `json:"mails"`
	As    string   `json:"as,omitzero"` // what they were, in the person's words
	// Undo takes the marks back: the mails wait for a person again.
	Undo bool `json:"undo,omitzero"`
}

// MailQuery selects the mails that ended in a place.
type MailQuery struct {
	Place casefile.Disposition `json:"place"`
	// Limit asks for so many, the latest first; 0: for all, the oldest first.
	Limit int `json:"limit,omitzero"`
	// After asks for those before this Entry, the latest first.
	After uint64 `json:"after,omitzero"`
}

// RetryRequest names a mail by its digest or as FOLDER:UID; none: all of them.
type RetryRequest struct {
	Mail string `json:"mail,omitzero"`
}

// SaveMailRequest asks for a mail with its attachments, or for one of its parts alone.
type SaveMailRequest struct {
	MailRef
	Part *int `json:"part,omitzero"` // casefile.Part's Index
	// Member asks for a file in the archive that the part is, by its digest.
	Member casefile.Digest `json:"member,omitzero"`
}

// MailView is a mail of the register.
type MailView struct {
	Entry       uint64          `json:"entry,omitzero"` // of lists: the number of the record that put it where it is
	Digest      casefile.Digest `json:"digest"`
	Disposition string          `json:"disposition"`
	Case        casefile.ID     `json:"case,omitzero"`
	Account     Handle          `json:"account"`
	Folder      Handle          `json:"folder"`
	UID         uint32          `json:"uid"`
	ArrivedAt   *time.Time      `json:"arrived_at"`
	// StampedAt and StampedBy are the topmost Received line's, where it can be of use: when and by whom it was
	// written.
	StampedAt *time.Time `json:"stamped_at,omitzero"`
	StampedBy Handle     `json:"stamped_by,omitzero"`
	From      Address    `json:"from"`
	// Verified says whether the office's own server vouches for From: verified, unverified, mismatched; absent
	// where nobody looked.
	Verified    string                `json:"verified,omitzero"`
	Subject     string                `json:"subject"`
	Size        int64                 `json:"size"`
	DueStrict   Day                   `json:"due_strict"` // if it were an application
	Reasons     []string              `json:"reasons"`
	Suggestions []casefile.Suggestion `json:"suggestions"`        // the five best
	Suggested   int                   `json:"suggested,omitzero"` // how many there were, where they are more; 10 stands for 10 and more
	Likely      bool                  `json:"likely,omitzero"`    // it is outside of cases and looks like an application
	CopyOf      casefile.Digest       `json:"copy_of,omitzero"`   // the mail of which it is a copy by another way
	Opening     Text                  `json:"opening,omitzero"`   // how it begins; of the agenda alone
	// The following are read from the mail itself and are absent in lists.
	Text    string            `json:"text,omitzero"`
	Parts   []casefile.Part   `json:"parts,omitzero"`
	Defects []casefile.Defect `json:"defects,omitzero"`
	// Readings are what became of reading its parts; absent until they were read.
	Readings []PartReading `json:"readings,omitzero"`
	// Unread says what of the mail was not read, or is not in it: a person has to look.
	Unread  []string     `json:"unread,omitzero"`
	History []RecordView `json:"history,omitzero"` // how it was taken and where it went
}

// PartReading is what became of reading a part of a mail, or a file of a case.
type PartReading struct {
	Index  int             `json:"index"`           // casefile.Part's; -1 is the mail's own text
	Digest casefile.Digest `json:"digest,omitzero"` // of a file of the case, or of one in an archive
	Name   string          `json:"name,omitzero"`   // of one in an archive: the path through the archives
	Member int             `json:"member,omitzero"` // its number in the archive, from 1
	Size   int64           `json:"size,omitzero"`   // its bytes
	State  string          `json:"state"`           // worker.State: read, scan, encrypted, damaged, empty, too-large, unread, failed, opened
	Label  string          `json:"label"`
	Notes  []string        `json:"notes,omitzero"` // what a person should know, in Chinese
}

// MailTrace is the way of a mail through the register.
type MailTrace struct {
	Digest casefile.Digest `json:"digest"`
	Steps  []TraceStep     `json:"steps"`
	Cases  []CaseRow       `json:"cases"` // on which it is, as they stand now
	Kept   bool            `json:"kept"`  // its bytes are here
}

// TraceStep is one record about the mail.
type TraceStep struct {
	Seq      uint64        `json:"seq"`
	Recorded time.Time     `json:"recorded"`
	Actor    string        `json:"actor"`
	Case     casefile.ID   `json:"case,omitzero"`
	Kind     casefile.Kind `json:"kind"`
	Label    string        `json:"label"`
	Text     string        `json:"text"`
	Voided   bool          `json:"voided,omitzero"`
	Taken    *MailView     `json:"taken,omitzero"` // of 取信: where it lay, what was decided and why
	Validity uint64        `json:"uidvalidity,omitzero"`
}

// RetryResult says what trying again came to.
type RetryResult struct {
	Due     int        `json:"due"`     // quarantined mails that were made due
	Decided []MailView `json:"decided"` // mails that were decided anew, where they are now
	Taken   int        `json:"taken"`   // by the poll that followed
	Left    int        `json:"left"`    // mails still in quarantine
}
