// Package casefile is the domain: an application for government information (依申请公开) as a case
// whose whole history is a list of dated records.
//
//	Record  what happened: the event, the day it took effect (On), when we learned of it (Recorded)
//	Fold    records → Case: stage, dates, outcome, both clocks. Total: history never errors
//	Decide  Case + Draft → may this be recorded? Strict: the answer is nil or says what is legal
//	Clock   the statutory period (条例 第三十三条), read from the records by ReadClock
//
// Nothing here does I/O, asks for the time or logs. One table says of every kind of event at which stage
// it is legal, what it does to the case and to the clock, which article it rests on and what clerks call
// it; deciding, explaining and the help texts all read that table. Its rows stand beside the structs:
//
//	arriving.go    how an application comes in       answering.go  how it is answered, or leaves
//	asking.go      what is asked meanwhile, and time  filing.go     what is in a case, notes, voiding
//	mailing.go     mails that came and went           outgoing.go   mails that the office sends
//	letters.go     the office's letters               dispute.go, year.go, keeping.go
package casefile

import (
	"fmt"
	"strconv"
	"strings"
)

// ID is a case number as people write it, such as 2026-00017. Numbers given by the register are the
// year of arrival and a running number; those taken over from a ledger are whatever stood there.
type ID string

// NewID returns the register's own form of a number.
func NewID(year, n int) ID { return ID(fmt.Sprintf("%04d-%05d", year, n)) }

// Number returns the year and running number of an ID in the register's own form.
func (id ID) Number() (year, n int, ok bool) {
	y, rest, found := strings.Cut(string(id), "-")
	if !found || len(y) != 4 || len(rest) < 5 {
		return 0, 0, false
	}
	year, err1 := strconv.Atoi(y)
	n, err2 := strconv.Atoi(rest)
	return year, n, err1 == nil && err2 == nil && n > 0
}
