package daemon

import (
	"context"
	"time"

	"ysq.internal/ysq/cmd/internal/control"
)

func (f *office) Doctor(ctx context.Context) ([]control.Diagnosis, error) { return nil, nil }
func (f *office) Live(ctx context.Context, wait time.Duration) ([]control.Transcript, error) {
	return nil, nil
}
