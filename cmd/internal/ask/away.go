package ask

// Who stands in for whom.
var (
	// StandIns lists who is away today or later, and who does his work meanwhile (代班).
	StandIns = Op[None, []StandInView]{Name: "away", Role: Viewer}
	// RecordStandIn records an absence, or that somebody is back, and returns what stands then.
	RecordStandIn = Op[StandInRequest, StandInAnswer]{Name: "away record", Role: Operator, Dry: true}
)

// StandInRequest is an absence, both days included; without a deputy Who is back from the first day on.
type StandInRequest struct {
	Who    string `json:"who"`
	Deputy string `json:"deputy,omitzero"`
	From   Day    `json:"from"` // the zero day is today
	Until  Day    `json:"until"`
	Note   string `json:"note,omitzero"`
}

// StandInView is an absence.
type StandInView struct {
	Who    Text `json:"who"`
	Deputy Text `json:"deputy"`
	From   Day  `json:"from"`
	Until  Day  `json:"until"`
	Now    bool `json:"now"`  // he is away today
	Open   int  `json:"open"` // open cases that are his
}

// StandInAnswer lists the absences in force, with warnings about the one that was just recorded.
type StandInAnswer struct {
	All      []StandInView `json:"all"`
	Warnings []string      `json:"warnings"`
}
