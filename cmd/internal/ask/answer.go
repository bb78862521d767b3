package ask

import (
	"ysq.internal/ysq/casefile"
)

// AnswerCase makes a letter with its number and, in the same transaction, the mail that brings it with its
// files, or nothing of both. A dry run is the same up to its end, but it lists what is missing where the
// operation itself is refused.
var AnswerCase = Op[AnswerRequest, AnswerResult]{Name: "answer", Role: Operator, Dry: true, Limit: 4 << 20, Records: AnswerRequest.records,
	Look: func(q AnswerRequest) Look { return Look{Cases: q.Cases, What: "answer"} }}

// What is missing of an answer where the office wants it: the signature (Submit, 签发), and that the information was
// examined before it is disclosed (保密审查).
const (
	MissingSignature = "签发"
	MissingScreening = "保密审查"
)

// MissingOtherWay is the name of what is missing where the applicant wants the information otherwise than by
// e-mail: the reason, in Despite.
const MissingOtherWay = "用电子邮件的理由"

// AnswerRequest asks for a letter, which may be of any kind, and for its way out. Files are kept before
// (PutFile); those of a dry run need not be.
type AnswerRequest struct {
	LetterRequest
	Way casefile.OutWay `json:"way,omitzero"` // into 草稿箱, or out; absent: on paper
	To  string          `json:"to,omitzero"`  // an address; empty: the one that a person registered
	// Register is an address that a person registers for the applicant of the only case with the answer; the mail
	// goes there.
	Register string `json:"register,omitzero"`
	Despite  string `json:"despite,omitzero"` // why by e-mail, where the applicant wants the information otherwise
	Subject  string `json:"subject,omitzero"` // of the mail; empty: the letter's name
	Text     string `json:"text,omitzero"`    // of the mail; empty: the usual words
	// Gone says that a letter on paper has left already: that is recorded with the reply.
	Gone     casefile.Way `json:"gone,omitzero"`
	Tracking string       `json:"tracking,omitzero"`
	// Signed asks for the answer as it was signed: what it decides, its letter and its files, and of the mail what is
	// not written here.
	Signed bool `json:"signed,omitzero"`
}

// records are what is recorded at once. What goes out by mail records itself when it has gone out.
func (q AnswerRequest) records() []casefile.Kind {
	if q.Way != casefile.OutNone {
		return nil
	}
	if q.Signed && !q.Later {
		return []casefile.Kind{casefile.KindReplied}
	}
	return q.LetterRequest.records()
}

// AnswerResult is the letter and the mail as they are, or, of a dry run, as they would be.
type AnswerResult struct {
	Letter  LetterView   `json:"letter"`
	Content []byte       `json:"content,omitzero"` // the .docx that was issued
	Preview []LetterLine `json:"preview"`          // how it reads
	// Mail is the mail in which it goes out; null on paper. Its Recipients are there in a dry run.
	Mail   *OutgoingView `json:"mail"`
	Wanted Text          `json:"wanted"` // in which form and on which way the applicant wants the information
	// Row, Basis and Remedy say what a reply is: its row of 表三, what it rests on, how it may be complained of.
	Row     string    `json:"row,omitzero"`
	Basis   string    `json:"basis,omitzero"`
	Remedy  string    `json:"remedy,omitzero"`
	Effects []Effect  `json:"effects"` // on the due dates, if it goes out today
	Missing []Missing `json:"missing"` // without which it is refused
	// Explained is as in AppendResult.
	Explained []string     `json:"explained,omitzero"`
	Open      []UnreadMail `json:"open"` // mails of the cases about which nobody has decided; they stop nothing
	Warnings  []string     `json:"warnings"`
	Records   []RecordView `json:"records"` // what is recorded at once
	Follows   []string     `json:"follows"` // what records itself when the mail has gone out, in Chinese
	Cases     []CaseRow    `json:"cases"`
}

// LetterLine is a paragraph of a letter.
type LetterLine struct {
	Text  Verbatim `json:"text"`
	Align string   `json:"align,omitzero"` // center or right
}

// Effect is what becomes of one due date.
type Effect struct {
	Case  casefile.ID `json:"case"`
	View  string      `json:"view"` // strict or legal
	Label string      `json:"label"`
	Due   Day         `json:"due"`           // as it is
	Then  Day         `json:"then"`          // as it will be; null where the period ends
	Late  bool        `json:"late,omitzero"` // the period ends after its due date
	Text  string      `json:"text"`          // in Chinese
}
