// Package search finds cases and mails by the words in them. An index of words says where to look; what it has not come to
// yet is looked at as a whole, and only what is found in the records and mails themselves counts.
package search

import "ysq.internal/ysq/cmd/internal/office/desk"

// Room searches, and keeps the index.
type Room struct {
	*desk.Desk
	wanted chan struct{} // somebody searches what the indexer has not come to
}

// New returns the room. Nothing is indexed before KeepIndex runs, except for a search without a daemon.
func New(d *desk.Desk) *Room { return &Room{Desk: d, wanted: make(chan struct{}, 1)} }
