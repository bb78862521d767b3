package ask

import (
	"testing"
	"time"
)

// What a mailbox is judged by is the age of its last complete poll, whether anything failed or not; while one runs, that
// of the last mail committed.
func TestSilence(t *testing.T) {
	started := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	at := func(minutes int) *time.Time { t := started.Add(time.Duration(minutes) * time.Minute); return &t }
	for name, test := range map[string]struct {
		m       MailboxStatus
		silence int // minutes, two hours after the start
	}{
		"polled just now":                    {MailboxStatus{State: "idle", LastSuccess: at(119)}, 1},
		"idle for long, and nothing failed":  {MailboxStatus{State: "idle", LastSuccess: at(10)}, 110},
		"never polled to the end":            {MailboxStatus{State: "polling"}, 120},
		"a poll that brings mail":            {MailboxStatus{State: "polling", LastSuccess: at(10), LastTaken: at(115)}, 5},
		"the first one, which brings mail":   {MailboxStatus{State: "polling", LastTaken: at(100)}, 20},
		"a poll that brings no more":         {MailboxStatus{State: "polling", LastSuccess: at(30), LastTaken: at(20)}, 90},
		"mail came before the poll failed":   {MailboxStatus{State: "failing", LastSuccess: at(30), LastTaken: at(118), Failures: 1}, 90},
		"failing, which is judged elsewhere": {MailboxStatus{State: "failing", LastSuccess: at(60), Failures: 9}, 60},
	} {
		if got, most := test.m.Silence(*at(120), &started); got != time.Duration(test.silence)*time.Minute || most != time.Hour {
			t.Errorf("%s: silent for %v, at most %v", name, got, most)
		}
	}
	if _, most := (MailboxStatus{Interval: 7200}).Silence(*at(0), nil); most != 6*time.Hour {
		t.Errorf("with two hours between polls at most %v", most)
	}
}
