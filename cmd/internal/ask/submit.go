package ask

import (
	"ysq.internal/ysq/casefile"
)

// An answer on its way through the office (送审、签发). That it is signed or sent back is recorded like any step.
var (
	// Submit freezes a proposed answer for whoever signs it: what it decides, its letter, its files and the mail.
	// It answers as AnswerCase would; a dry run keeps nothing.
	Submit = Op[SubmitRequest, AnswerResult]{Name: "submit", Role: Operator, Dry: true, Limit: 4 << 20,
		Look: func(q SubmitRequest) Look { return Look{Cases: q.Cases, What: "submit"} }}
	// Submissions lists the proposed answers that wait to be signed, the longest first; of one case the latest,
	// whatever became of it.
	Submissions = Op[SubmissionQuery, []SubmissionView]{Name: "submissions", Role: Viewer}
)

// SubmitRequest proposes an answer. What it says of the way by which a letter has left already means nothing here.
type SubmitRequest struct {
	AnswerRequest
	Note string `json:"note,omitzero"` // 拟办意见
}

// SubmissionQuery selects proposed answers.
type SubmissionQuery struct {
	Case casefile.ID `json:"case,omitzero"` // empty: all that wait
}

// SubmissionView is a proposed answer, with what was asked beside it.
type SubmissionView struct {
	Case     CaseRow             `json:"case"`
	Request  Text                `json:"request"`
	Wanted   Text                `json:"wanted"` // in which form and on which way the applicant wants the information
	Open     []UnreadMail        `json:"open"`   // mails of the case about which nobody has decided
	Last     uint64              `json:"last"`   // Seq of the last record of the case, for Envelope.IfSeq
	Seq      uint64              `json:"seq"`
	On       Day                 `json:"on"`
	Actor    string              `json:"actor"`
	State    string              `json:"state"` // awaits, signed, returned
	Label    string              `json:"label"`
	Note     Text                `json:"note"`
	With     []casefile.ID       `json:"with,omitzero"`
	Letter   string              `json:"letter"` // its name
	Draft    casefile.File       `json:"draft"`
	Preview  []LetterLine        `json:"preview"` // how it reads
	Decides  string              `json:"decides"` // the reply in words
	Row      string              `json:"row"`
	Basis    string              `json:"basis"`
	Remedy   string              `json:"remedy,omitzero"`
	Grounds  Verbatim            `json:"grounds,omitzero"`
	Effects  []Effect            `json:"effects"` // on the due dates, if it goes out today
	Files    []casefile.File     `json:"files"`
	OnPaper  []string            `json:"on_paper,omitzero"`
	Fill     map[string]Verbatim `json:"fill,omitzero"`
	Outcome  string              `json:"outcome"` // code
	BasisOf  string              `json:"basis_code"`
	Withheld []string            `json:"withheld,omitzero"` // codes of the bases of what 部分公开 does not give
	// Objection is the code of why a third party's opinion is set aside; empty: there is none, or it is not.
	Objection string   `json:"objection,omitzero"`
	Way       string   `json:"way"` // draft, smtp; empty: on paper
	To        Address  `json:"to"`
	Despite   string   `json:"despite,omitzero"`
	Subject   Verbatim `json:"subject,omitzero"`
	Text      Verbatim `json:"text,omitzero"` // of the mail
	Screened  string   `json:"screened"`      // the 保密审查 in words; empty: there is none
	// Changed lists in what the letter would read otherwise by now: then it has to be submitted anew.
	Changed []string `json:"changed"`
	// Of the decision.
	By      Text   `json:"by"`
	Words   Text   `json:"words"`
	Decided Day    `json:"decided"`
	Paper   Number `json:"paper"` // the signed 审查呈批单
}
