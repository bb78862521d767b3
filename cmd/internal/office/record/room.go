// Package record is where drafts become records: judged by the law and by what the register knows, appended,
// and followed by what rests on them.
//
//	Room      steps on cases, which are opened, divided and merged here
//	Disputes  what is filed against the office's decisions
//	Calendar  working days, and periods that have ended
//	StandIns  who is away, and who does the work
//	Ledger    lists of cases from elsewhere, and for elsewhere
package record

import "ysq.internal/ysq/cmd/internal/office/desk"

// Room records what people do with cases.
type Room struct {
	*desk.Desk
	received desk.Sums[received] // see receivedAbout
	inBlocks desk.Sums[named]    // see inUse
}

func New(d *desk.Desk) *Room { return &Room{Desk: d} }
