package cli

import (
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// An answer that a courier carries is not to be posted as well, until it comes back.
func TestGone(t *testing.T) {
	of := func(kinds ...casefile.Kind) (records []ask.RecordView) {
		for _, k := range kinds {
			records = append(records, ask.RecordView{Kind: k})
		}
		return records
	}
	voided := of(casefile.KindReplied, casefile.KindDispatched)
	voided[1].Voided = true
	for _, tt := range []struct {
		name    string
		records []ask.RecordView
		want    bool
	}{
		{"answered", of(casefile.KindReplied), false},
		{"dispatched", of(casefile.KindReplied, casefile.KindDispatched, casefile.KindNoted), true},
		{"came back", of(casefile.KindReplied, casefile.KindDispatched, casefile.KindDeliveryFailed), false},
		{"dispatched by mistake", voided, false},
		{"answered again", of(casefile.KindReplied, casefile.KindDispatched, casefile.KindReopened, casefile.KindReplied), false},
	} {
		if got := gone(tt.records); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
