package people

import (
	"context"
	"sync"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// shown is the certificate that the web service shows to browsers, as it says itself: the daemon cannot read its files, and
// what matters is what is shown, not what lies there.
type shown struct {
	mu          sync.Mutex
	ends, heard time.Time
}

// mostSilent is for how long the web service may be silent until it counts as switched off. It speaks up more often.
const mostSilent = time.Hour

// ShowCertificate is told by the web service which certificate it shows.
func (r *Room) ShowCertificate(_ context.Context, _ ask.Call, q ask.ShownCertificate) (ask.None, error) {
	r.shown.mu.Lock()
	defer r.shown.mu.Unlock()
	r.shown.ends, r.shown.heard = q.Ends, time.Now()
	return ask.None{}, nil
}

// CertificateEnds is when the certificate of the web service ends; zero: none is known to be shown.
func (r *Room) CertificateEnds() time.Time {
	r.shown.mu.Lock()
	defer r.shown.mu.Unlock()
	if time.Since(r.shown.heard) > mostSilent {
		return time.Time{}
	}
	return r.shown.ends
}
