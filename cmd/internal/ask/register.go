package ask

import (
	"encoding/json"

	"ysq.internal/ysq/casefile"
)

// Registering out of what an applicant sent.
var (
	// Propose reads what has not been read yet, and decides nothing.
	Propose = Op[CaseRef, Proposals]{Name: "propose", Role: Viewer, Look: CaseRef.look}
	// Snippets returns, for each value that was recognised in a picture, the piece of the picture that it was read from.
	Snippets = Op[CaseRef, []Snippet]{Name: "snippets", Role: Operator, Look: CaseRef.look}
	Register = Op[RegisterRequest, AppendResult]{Name: "register", Role: Operator, Dry: true, Limit: 1 << 20, Records: func(RegisterRequest) []casefile.Kind {
		return []casefile.Kind{casefile.KindRegistered}
	}}
)

// Proposals is what the mails and files of a case seem to say of an application (条例 第二十九条). Nothing
// in it is a fact before a clerk registers it.
type Proposals struct {
	Case   casefile.ID `json:"case"`
	Last   uint64      `json:"last"`   // Seq of its last record when it was read, for Envelope.IfSeq
	Token  Handle      `json:"token"`  // names these values: who accepts them quotes it
	Masked bool        `json:"masked"` // personal data is masked in this answer
	// Registered says that the case is registered already; registering it again puts that right.
	Registered bool `json:"registered"`
	// Values are for the flags of `register`, in their order.
	Values  []ProposedValue  `json:"values"`
	Columns []ProposedColumn `json:"columns"` // of 表三, the likeliest first
	Fields  []ProposedField  `json:"fields"`  // all that was found, in the order of the form
	Missing []MissingItem    `json:"missing"` // what 第二十九条 requires and was not found
	Notes   []ProposalNote   `json:"notes"`   // what a person must read himself
	// Found counts the labels whose values were taken; Puzzling are lines of which nothing was made.
	Found    int            `json:"found"`
	Puzzling []ProposalNote `json:"puzzling"`
	// Commands are lines ready to be typed, each with the reason for it: a 补正, an agent, a split.
	Commands []ProposedCommand `json:"commands"`
	// Related are applications for the like: of the same applicant the ten most alike, RelatedMore says how many more.
	Related     []RelatedCase `json:"related"`
	RelatedMore int           `json:"related_more,omitzero"`
	// Past are earlier cases of the same applicant, the ten latest of PastAll.
	Past    []PastCase       `json:"past,omitzero"`
	PastAll int              `json:"past_all,omitzero"`
	Counts  *ApplicantCounts `json:"counts"` // null where the applicant is not known
}

// ProposedValue is a value for a flag of `register`.
type ProposedValue struct {
	Flag       string   `json:"flag"` // applicant, other, column, request, contact, email, form, delivery, id
	Label      string   `json:"label"`
	Value      string   `json:"value"`
	Sources    []string `json:"sources"` // in Chinese: which part, which place, which label; of a column, the reason
	Confidence int      `json:"confidence"`
	Doubt      string   `json:"doubt,omitzero"`      // what speaks against it
	Others     []string `json:"others,omitzero"`     // what it might be instead
	Recognised bool     `json:"recognised,omitzero"` // in a picture, and is to be compared with it: see Snippets
}

// Snippet is a piece of a picture in which a value was recognised. A value that is masked in Proposals has one only for
// a caller that reveals it; an identity card and a number of identity have none.
type Snippet struct {
	Flag  string `json:"flag"`  // as in ProposedValue
	Label string `json:"label"` // of what was read there
	PNG   []byte `json:"png"`
}

// ProposedColumn is a column of 表三 with its reason.
type ProposedColumn struct {
	Column     casefile.Column `json:"column"`
	Label      string          `json:"label"`
	Reason     string          `json:"reason"`
	Confidence int             `json:"confidence"`
}

// ProposedField is a value as it was found.
type ProposedField struct {
	Field      string `json:"field"` // form.Field
	Label      string `json:"label"`
	N          int    `json:"n"` // which applicant or which request, from 0
	Value      string `json:"value"`
	Source     string `json:"source"`
	Confidence int    `json:"confidence"`
	Doubt      string `json:"doubt,omitzero"`
}

// MissingItem is an item for a 补正告知书.
type MissingItem struct {
	Field string `json:"field"`
	Item  string `json:"item"`
}

// ProposalNote is what a person must know of a part: that it is a scan, encrypted, damaged.
type ProposalNote struct {
	Part string `json:"part"`
	Text string `json:"text"`
}

// ProposedCommand is a line that somebody may type next.
type ProposedCommand struct {
	Line   string `json:"line"`
	Reason string `json:"reason"`
}

// RelatedCase is an earlier application of the same applicant for similar information, or another's for the same.
type RelatedCase struct {
	Case     casefile.ID `json:"case"`
	Advice   string      `json:"advice"` // repeat, merge, new, look, public
	Label    string      `json:"label"`
	Likeness int         `json:"likeness"` // of the requests, in percent
	Reason   string      `json:"reason"`
	Line     string      `json:"line,omitzero"` // the command that follows the advice
}

// PastCase is an earlier case of the same applicant, with what became of it.
type PastCase struct {
	Case       casefile.ID `json:"case"`
	ReceivedOn Day         `json:"received_on"`
	Subject    Text        `json:"subject"` // the request as it was registered, else the mail's
	Stage      string      `json:"stage"`
	Outcome    Text        `json:"outcome"` // the row of 表三 in words; empty: not answered
	Basis      Text        `json:"basis"`   // in words
	RepliedOn  Day         `json:"replied_on"`
	Document   Number      `json:"document_number"`
	Why        Public      `json:"why"` // from what it is known that it is the same applicant
}

// ApplicantCounts are an applicant's applications around one of them.
type ApplicantCounts struct {
	Month    string        `json:"month"`    // 2026-11
	InMonth  int           `json:"in_month"` // received in that month, this one included
	Place    int           `json:"place"`    // which of them this one is
	InYear   int           `json:"in_year"`  // in the 365 days up to this one
	Cases    []casefile.ID `json:"cases"`    // of the month
	Proposed bool          `json:"proposed"` // 条例 第三十五条, 第四十二条 are worth a thought
	Text     string        `json:"text"`
}

// RegisterRequest registers a case with values that were proposed; without a Token it changes what a case was
// registered with, and leaves the rest.
type RegisterRequest struct {
	CaseRef
	On     Day      `json:"on"`
	Token  Handle   `json:"token"`
	Accept []string `json:"accept"` // flags whose proposed value is taken
	// Event is a casefile.Registered with what the clerk wrote himself; what Accept names goes before it.
	Event json.RawMessage `json:"event"`
}

func (p *Proposals) setMasked() { p.Masked = true }

// hide leaves the end of a number of identity, as a form gives it, however it is written.
func (f *ProposedField) hide(audience) {
	if f.Field == "id-number" {
		f.Value = stars(f.Value)
	}
}
