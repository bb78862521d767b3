package ask

import (
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Instant is a time as it goes over the wire: in +08:00, nil where there is none.
func Instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(civil.Zone).Truncate(time.Second)
	return &t
}
