package ask

import (
	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/stats"
)

// The annual report.
var (
	Report      = Op[YearRef, stats.Report]{Name: "report", Role: Viewer}
	Draft       = Op[ReportQuery, stats.Report]{Name: "report draft", Role: Viewer, Look: ReportQuery.look} // as asked, whether the year is frozen or not
	ReportCases = Op[CellQuery, CellCases]{Name: "report cases", Role: Viewer}
	Years       = Op[None, []YearView]{Name: "year list", Role: Viewer}
	CloseYear   = Op[CloseRequest, YearView]{Name: "year close", Role: Approver, Dry: true}
	ReopenYear  = Op[ReopenRequest, YearView]{Name: "year reopen", Role: Approver, Dry: true}
	Baseline    = Op[BaselineRequest, YearView]{Name: "report baseline", Role: Approver, Dry: true, Limit: 4 << 20}
	Rehearse    = Op[YearRef, Rehearsal]{Name: "year rehearse", Role: Viewer}
	YearDiff    = Op[YearRef, []stats.Difference]{Name: "year diff", Role: Viewer} // what would differ if a frozen year were computed now
	Manual      = Op[YearRef, ManualText]{Name: "report manual", Role: Viewer}
	SetManual   = Op[ManualEdit, ManualText]{Name: "report edit", Role: Operator, Limit: 4 << 20}
	Stats       = Op[Span, StatsAnswer]{Name: "stats", Role: Viewer}
	Departments = Op[Span, []stats.Department]{Name: "departments", Role: Viewer}
	SetOpening  = Op[casefile.OpeningBalance, casefile.OpeningBalance]{Name: "opening", Role: Operator, Dry: true}
)

// YearRef names a year.
type YearRef struct {
	Year int `json:"year"`
}

// Span is a time from one day to another, both included.
type Span struct {
	From civil.Date `json:"from"`
	To   civil.Date `json:"to"`
}

// ReportQuery asks for a report in another way than as it stands.
type ReportQuery struct {
	YearRef
	Span          // a part of the year; zero is its first, its last day
	Trace  bool   `json:"trace,omitzero"`  // with its cases
	Format string `json:"format,omitzero"` // "" is the current one
}

// look: what applicants asked for stands in the cases.
func (q ReportQuery) look() Look {
	if !q.Trace {
		return Look{}
	}
	return Look{What: "report --with-cases"}
}

// CellQuery asks what a cell such as （三）4,自然人 or 行政复议,结果维持 counts, of the year or a part of it.
type CellQuery struct {
	ReportQuery
	Cell string `json:"cell"`
	Most int    `json:"most,omitzero"` // so many cases are named, the others counted; 0: all are named
}

// CellCases is what a cell counts: cases in 表三, disputes in 表四.
type CellCases struct {
	Cases    []casefile.ID        `json:"cases"`
	Disputes []casefile.DisputeID `json:"disputes"`
	Unnamed  int                  `json:"unnamed"` // of an opening balance for which no case was entered
	Rest     int                  `json:"rest"`    // of the cases that were not named, for more than CellQuery.Most
}

// YearView is how a year's report stands.
type YearView struct {
	Year      int               `json:"year"`
	Frozen    bool              `json:"frozen"`
	FrozenOn  Day               `json:"frozen_on"`
	FrozenBy  string            `json:"frozen_by"`
	Digest    Handle            `json:"digest"` // of the frozen report
	Waivers   []casefile.Waiver `json:"waivers"`
	SubmitBy  Day               `json:"submit_by"`
	PublishBy Day               `json:"publish_by"`
	Remaining int               `json:"remaining_days"` // calendar days to PublishBy, negative when past
	Failed    int               `json:"failed_checks"`
	Directory Handle            `json:"directory"` // where its files are
	// Warnings are what a person should look at in a report that was recorded just now.
	Warnings []string `json:"warnings,omitzero"`
}

// CloseRequest freezes a year in spite of the checks that it names.
type CloseRequest struct {
	YearRef
	Waivers []casefile.Waiver `json:"waivers"`
}

// Rehearsal is what the end of a year would bring if it were today.
type Rehearsal struct {
	Report  stats.Report  `json:"report"`  // checked as if the year were over
	Order   string        `json:"order"`   // why the year could not be frozen next; "" if it could
	Carried []casefile.ID `json:"carried"` // the cases that it would carry out
	Year    YearView      `json:"year"`
}

// BaselineRequest takes a published report as that of a frozen year before the register's first.
type BaselineRequest struct {
	Report stats.Report `json:"report"`
	Source string       `json:"source"` // what it was read from
}

// ReopenRequest undoes the freezing of a year.
type ReopenRequest struct {
	YearRef
	Reason string `json:"reason"`
}

// ManualText is the file that the clerk writes for a year.
type ManualText struct {
	Text  Public `json:"text"`
	Saved bool   `json:"saved"` // false: a draft that nobody has saved
}

// ManualEdit is the file as the clerk wants it.
type ManualEdit struct {
	YearRef
	Text string `json:"text"`
}

// StatsAnswer is the summary of a period, and whose it is.
type StatsAnswer struct {
	Agency  Public        `json:"agency"`
	Summary stats.Summary `json:"summary"`
}
