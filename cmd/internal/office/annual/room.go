// Package annual is the annual report of the office: computed, frozen, compared, and written as files, with
// the words that a clerk gives it.
package annual

import "ysq.internal/ysq/cmd/internal/office/desk"

// Room reports on years.
type Room struct{ *desk.Desk }

// New returns the room.
func New(d *desk.Desk) *Room { return &Room{d} }
