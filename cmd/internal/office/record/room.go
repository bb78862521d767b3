// Package record is where drafts become records: judged by the law and by what the register knows, appended,
// and followed by what rests on them. Cases are opened, divided and merged here; disputes, calendars and
// ledgers are recorded here, too.
package record

import "ysq.internal/ysq/cmd/internal/office/desk"

// Room records what people and the calendar say.
type Room struct{ *desk.Desk }

// New returns the room.
func New(d *desk.Desk) *Room { return &Room{d} }
