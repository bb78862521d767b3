package workday

import (
	"ysq.internal/ysq/casefile/civil"
)

// MissingYear is the year of which the office ought to have the notice and has not; 0 when it has all.
func MissingYear(cal *Calendar, today civil.Date) int {
	for year := today.Year(); year <= Expected(today); year++ {
		if _, complete := cal.Count(year); !complete {
			return year
		}
	}
	return 0
}
