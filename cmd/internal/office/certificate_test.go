package office

import (
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// The certificate that browsers are shown is watched over from 30 days before its end on; status and doctor agree about it.
func TestCertificateIsWatched(t *testing.T) {
	o := openedOffice(t, time.Now)
	const day = 24 * time.Hour
	for _, tt := range []struct {
		left                   time.Duration // 0: no web service runs
		state, trouble, notice string
	}{
		{0, "", "", ""},
		{31 * day, ask.DiagnosisOK, "", ""},
		{29*day + time.Hour, ask.DiagnosisWarn, "", "还有 29 天；换好"},
		{-day, ask.DiagnosisFail, "浏览器不再信任；换好", ""},
	} {
		if ends := time.Now().Add(tt.left); tt.left != 0 {
			if _, err := o.People.ShowCertificate(t.Context(), ask.Call{}, ask.ShownCertificate{Ends: ends}); err != nil {
				t.Fatal(err)
			}
		}
		s, err := o.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if (s.WebCertificate == nil) != (tt.left == 0) {
			t.Errorf("%v left: status says it ends %v", tt.left, s.WebCertificate)
		}
		for where, said := range map[string][2]string{"troubles": {strings.Join(s.Troubles, "\n"), tt.trouble}, "notices": {strings.Join(s.Notices, "\n"), tt.notice}} {
			if got, want := said[0], said[1]; !strings.Contains(got, want) || want == "" && strings.Contains(got, "证书") {
				t.Errorf("%v left: %s are %q, want %q", tt.left, where, got, want)
			}
		}
		all, err := o.Keeping.Doctor(t.Context(), ask.Call{}, ask.None{})
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, d := range all {
			if d.ID == "web-certificate" {
				states = append(states, d.State)
			}
		}
		if got := strings.Join(states, " "); got != tt.state {
			t.Errorf("%v left: doctor says %q, want %q", tt.left, got, tt.state)
		}
	}
}
