// Package letters is the letter in the making: its template, its number, its bytes, and the record of it on
// every case that it answers. Sending is post's.
package letters

import (
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/record"
)

// Room makes letters.
type Room struct {
	*desk.Desk
	record *record.Room
}

func New(d *desk.Desk, r *record.Room) *Room { return &Room{d, r} }
