package desk

import (
	"context"
	"time"
)

// What works in the background leaves disk and processor to the mails that come in.
const (
	QuietAfter  = 2 * time.Second // nothing was recorded for so long
	QuietAtLast = time.Minute     // after this it goes on all the same
)

// UntilQuiet returns when nothing was recorded for a while, when somebody searches, or at last.
func UntilQuiet(ctx context.Context, grown, wanted <-chan struct{}) {
	last := time.After(QuietAtLast)
	for {
		select {
		case <-ctx.Done():
			return
		case <-grown:
		case <-last:
			return
		case <-wanted:
			return
		case <-time.After(QuietAfter):
			return
		}
	}
}
