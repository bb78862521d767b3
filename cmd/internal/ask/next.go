package ask

import (
	"ysq.internal/ysq/casefile"
)

// What forms must know before anything is entered.
var (
	// Me says who asks, as the office knows him.
	Me = Op[None, Person]{Name: "me", Role: Viewer}
	// Choices lists every step that people record, with what forbids it on a case as it stands.
	Choices = Op[CaseRef, CaseChoices]{Name: "choices", Role: Viewer}
)

// Person is who asks.
type Person struct {
	Name   Handle `json:"name"`
	Role   string `json:"role"` // viewer, operator, approver
	Label  string `json:"label"`
	Agency string `json:"agency"`
	// Department is the one whose cases somebody sees first in the browser.
	Department Text `json:"department"`
	Today      Day  `json:"today"`
	// Records is the number of the last record, from which an open page learns that there are more.
	Records uint64 `json:"records"`
}

// CaseChoices is what may follow on a case.
type CaseChoices struct {
	Case   casefile.ID    `json:"case"`
	Last   uint64         `json:"last"`   // Seq of its last record, for Envelope.IfSeq
	Likely []LikelyStep   `json:"likely"` // the likeliest first
	Steps  []PossibleStep `json:"steps"`  // in the order of Steps
}

// LikelyStep is a step that a case probably needs next.
type LikelyStep struct {
	Kind casefile.Kind `json:"kind"`
	Why  string        `json:"why"`
	By   Day           `json:"by"` // the last day for it; null: none
}

// PossibleStep is a step, and why it cannot be recorded now.
type PossibleStep struct {
	Kind  casefile.Kind `json:"kind"`
	Label string        `json:"label"`
	Why   string        `json:"why,omitzero"` // empty: it can be tried
	// Ahead: it cannot be recorded yet, and is among the next steps of the usual course.
	Ahead bool `json:"ahead,omitzero"`
}
