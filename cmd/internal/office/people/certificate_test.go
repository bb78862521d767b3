package people

import (
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// A web service that was switched off shows no certificate: nobody is warned of its end.
func TestCertificateIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := room(t)
		ends := time.Now().AddDate(0, 0, 3)
		if _, err := r.ShowCertificate(t.Context(), ask.Call{}, ask.ShownCertificate{Ends: ends}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []time.Time{ends, {}} {
			time.Sleep(50 * time.Minute)
			if got := r.CertificateEnds(); !got.Equal(want) {
				t.Errorf("the certificate ends %v, want %v", got, want)
			}
		}
	})
}
