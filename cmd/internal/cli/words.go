package cli

import (
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// day reads 2026-11-22 周日; no day reads as nothing.
func day(d ask.Day) string {
	return d.Long()
}

// instant reads 2026-11-22 周日 09:30, in Asia/Shanghai wherever the computer stands.
func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return civil.Of(*t).Long() + t.In(civil.Zone).Format(" 15:04")
}
