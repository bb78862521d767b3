package ask

import (
	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/workday"
)

// The calendar of working days.
var (
	Calendar = Op[YearRef, CalendarYear]{Name: "calendar", Role: Viewer}
	// Adopt adds to the calendar and returns the open cases whose dates move.
	Adopt = Op[AdoptRequest, []DateChange]{Name: "calendar adopt", Role: Operator, Dry: true}
)

// DateChange is a case that another calendar moves. Where its dates stay, they become certain, or
// the day changes until which it waits.
type DateChange struct {
	Case         casefile.ID `json:"case"`
	Applicant    Text        `json:"applicant"`
	StrictBefore Day         `json:"strict_before"`
	StrictAfter  Day         `json:"strict_after"`
	LegalBefore  Day         `json:"legal_before"`
	LegalAfter   Day         `json:"legal_after"`
	WaitBefore   Day         `json:"wait_before"`
	WaitAfter    Day         `json:"wait_after"`
	Provisional  bool        `json:"provisional"` // the new dates still are
}

// CalendarYear is a year of the calendar as the register has it.
type CalendarYear struct {
	Year     int           `json:"year"`
	Workdays int           `json:"workdays"`
	Complete bool          `json:"complete"` // covered by a notice
	Days     []workday.Day `json:"days"`     // those that are not what their weekday says
}

// AdoptRequest adds a notice or local days to the calendar.
type AdoptRequest struct {
	Year   workday.Year `json:"year"`
	Reason string       `json:"reason"`
}
