package ask

import (
	"encoding/json"

	"ysq.internal/ysq/casefile"
)

// 行政复议 and 行政诉讼.
var (
	Disputes      = Op[DisputeQuery, []DisputeView]{Name: "dispute list", Role: Viewer}
	Dispute       = Op[DisputeRef, DisputeView]{Name: "dispute show", Role: Viewer} // with its records
	RecordDispute = Op[DisputeRequest, DisputeView]{Name: "dispute record", Role: Operator, Dry: true}
)

// DisputeRef names a dispute.
type DisputeRef struct {
	Dispute casefile.DisputeID `json:"dispute"`
}

// DisputeView is a 行政复议 or 行政诉讼.
type DisputeView struct {
	Dispute    casefile.DisputeID `json:"dispute"`
	Track      string             `json:"track"`
	TrackLabel string             `json:"track_label"`
	Party      string             `json:"party"`
	Organ      Text               `json:"organ"`
	Number     Number             `json:"number"`
	Matter     Text               `json:"matter"`
	Cases      []casefile.ID      `json:"cases"`
	FiledOn    Day                `json:"filed_on"` // served on the office
	AnswerBy   Day                `json:"answer_by"`
	AnsweredOn Day                `json:"answered_on"`
	DecidedOn  Day                `json:"decided_on"`
	Decision   Text               `json:"decision"`
	Result     string             `json:"result"` // a column of 表四
	Appealed   bool               `json:"appealed"`
	Voided     bool               `json:"voided"`             // its filing was, so that it counts nowhere
	Remaining  *int               `json:"remaining_workdays"` // to answer; null where nothing is awaited
	// Provisional tells that AnswerBy, while it is awaited, was counted past the last notice of holidays.
	Provisional bool         `json:"provisional"`
	Records     []RecordView `json:"records,omitzero"`
	Warnings    []string     `json:"warnings,omitzero"`
}

// DisputeQuery selects disputes: all, in the order of their numbers, or the newest.
type DisputeQuery struct {
	Newest int                `json:"newest,omitzero"` // only so many, the highest number first
	Before casefile.DisputeID `json:"before,omitzero"` // of those below a number
}

// DisputeRequest records an event on a dispute; a filing has no number yet.
type DisputeRequest struct {
	On    Day             `json:"on"`
	Kind  casefile.Kind   `json:"kind"`
	Event json.RawMessage `json:"event"`
}
