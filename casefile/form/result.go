package form

import (
	"ysq.internal/ysq/casefile"
)

// Header is what the mail's header tells Propose. All of it is the sender's claim.
type Header struct {
	Subject string
	From    casefile.Address
}

// Form is what a mail seems to say. Nothing in it is decided.
type Form struct {
	// Proposals are in the order of the form; those for one field and one N with the most certain first.
	Proposals []Proposal `json:"proposals,omitzero"`
	// Columns propose the column of 表三 for the first applicant, the most certain first.
	Columns []ColumnProposal `json:"columns,omitzero"`
	// Missing lists what 条例 第二十九条 requires and nobody found: items for a 补正告知书 (第三十条).
	Missing []Missing `json:"missing,omitzero"`
	// Notes say what a person must read or know, of all documents; Source.Part tells which.
	Notes []PartNote `json:"notes,omitzero"`
	// Nature is what the mail seems to be where that is no application for disclosure.
	Nature casefile.Nature `json:"nature,omitzero"`
	// Found counts the labels whose values were taken, Puzzling lists lines of which nothing was made: both say
	// how far the reading went.
	Found    int      `json:"found,omitzero"`
	Puzzling []Puzzle `json:"puzzling,omitzero"`
	// Blank is set where a form was found that nobody has filled in.
	Blank bool `json:"blank,omitzero"`
}

// Proposal is a value for a field, with its source.
type Proposal struct {
	Field      Field  `json:"field"`
	N          int    `json:"n"` // which applicant or which request, from 0 in the order named
	Value      string `json:"value"`
	Source     Source `json:"source"`
	Confidence int    `json:"confidence"` // in per cent, 1 to 99; it orders, it proves nothing
	// Doubt is what speaks against the value, in Chinese: a check digit that does not fit.
	Doubt string `json:"doubt,omitzero"`
}

// Source is where a value was found.
type Source struct {
	Part  int    `json:"part"`           // Input.Index
	Name  string `json:"name,omitzero"`  // file name
	Label string `json:"label,omitzero"` // the label as written; empty where the value spoke for itself
	Place string `json:"place,omitzero"` // for people: "表1第3行", "第12行", "落款", "发件人"
	// Machine marks a value that was recognised in a picture: it is to be compared with it.
	Machine bool `json:"machine,omitzero"`
}

// ColumnProposal is a column of 表三 with the reason for it (casefile/LAW.md#annual-report: suffixes propose only).
type ColumnProposal struct {
	Column     casefile.Column `json:"column"`
	Reason     string          `json:"reason"` // in Chinese
	Confidence int             `json:"confidence"`
}

// Puzzle is a line that was read and not understood.
type Puzzle struct {
	Source Source `json:"source"`
	Text   string `json:"text"`
}

// Missing is something that 条例 第二十九条 requires and that was not found.
type Missing struct {
	Field Field  `json:"field"`
	N     int    `json:"n"`
	Item  string `json:"item"` // worded as an item of a 补正告知书
}

// PartNote is a note of one of the documents.
type PartNote struct {
	Part int    `json:"part"`
	Name string `json:"name,omitzero"`
	Note
}

// Best returns the most certain proposal for a field of the n-th applicant or request; n is 0 for fields
// of the mail as a whole.
func (f Form) Best(field Field, n int) (Proposal, bool) {
	for _, p := range f.Proposals {
		if p.Field == field && p.N == n {
			return p, true
		}
	}
	return Proposal{}, false
}

// All returns the proposals for a field of the n-th applicant or request, the most certain first.
func (f Form) All(field Field, n int) []Proposal {
	var all []Proposal
	for _, p := range f.Proposals {
		if p.Field == field && p.N == n {
			all = append(all, p)
		}
	}
	return all
}

// Applicants is how many applicants were found.
func (f Form) Applicants() int { return f.count(ofApplicant) }

// Requests is how many separate requests were found.
func (f Form) Requests() int { return f.count(ofRequest) }

func (f Form) count(g group) int {
	n := 0
	for _, p := range f.Proposals {
		if p.Field.group() == g {
			n = max(n, p.N+1)
		}
	}
	return n
}
