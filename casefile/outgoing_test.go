package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

// What was sent stays sent, and what a lossy restoration may have let out is unknown.
func TestOutgoingState(t *testing.T) {
	settled := func(s casefile.OutState) casefile.Event { return casefile.MailSettled{State: s} }
	for _, tt := range []struct {
		was  casefile.OutState
		e    casefile.Event
		want casefile.OutState
	}{
		{0, casefile.MailPrepared{}, casefile.OutQueued},
		{casefile.OutQueued, casefile.MailTried{}, casefile.OutSending},
		{casefile.OutUnknown, casefile.MailTried{}, casefile.OutSending},
		{casefile.OutSent, casefile.MailTried{}, casefile.OutSent},
		{casefile.OutSending, settled(casefile.OutQueued), casefile.OutQueued},
		{casefile.OutSending, settled(casefile.OutUnknown), casefile.OutUnknown},
		{casefile.OutUnknown, settled(casefile.OutSent), casefile.OutSent},
		{casefile.OutSent, settled(casefile.OutFailed), casefile.OutSent},
		{casefile.OutDropped, settled(casefile.OutSent), casefile.OutSent}, // the person was wrong
		{casefile.OutQueued, casefile.Restored{}, casefile.OutUnknown},
		{casefile.OutSending, casefile.Restored{}, casefile.OutUnknown},
		{casefile.OutHeld, casefile.Restored{}, casefile.OutUnknown},
		{casefile.OutDrafted, casefile.Restored{}, casefile.OutDrafted},
		{casefile.OutSent, casefile.Restored{}, casefile.OutSent},
	} {
		if got := casefile.OutgoingState(tt.was, tt.e); got != tt.want {
			t.Errorf("%s and %s: %s, want %s", tt.was, tt.e.Kind(), got, tt.want)
		}
	}
}

// A reply that came back, or that another replaces, is to be sent once more.
func TestLeft(t *testing.T) {
	reply, sent := casefile.Replied{Outcome: casefile.UnableNotHeld}, casefile.Dispatched{Way: casefile.ByEmail}
	for _, tt := range []struct {
		name   string
		events []casefile.Event
		want   bool
	}{
		{"answered", []casefile.Event{reply}, false},
		{"sent", []casefile.Event{reply, sent, casefile.Noted{Text: "x"}}, true},
		{"another letter came back", []casefile.Event{reply, sent, casefile.DeliveryFailed{Of: casefile.NoticeFee}}, true},
		{"came back", []casefile.Event{reply, sent, casefile.DeliveryFailed{}}, false},
		{"answered anew", []casefile.Event{reply, sent, casefile.Reopened{Cause: "判决"}, reply}, false},
	} {
		var live []casefile.Record
		for _, e := range tt.events {
			live = append(live, casefile.Record{Event: e})
		}
		if got := casefile.Left(live); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// A letter that a mail has brought is not taken to the post as well; one whose mail was given up is.
func TestMailed(t *testing.T) {
	const document = "某征〔2026〕1号"
	prepared := casefile.Record{Seq: 7, Event: casefile.MailPrepared{Document: "某征〔2026〕第001号"}}
	settled := func(mail uint64, state casefile.OutState) casefile.Record {
		return casefile.Record{Seq: 8, Event: casefile.MailSettled{Mail: mail, State: state}}
	}
	for _, tt := range []struct {
		name string
		live []casefile.Record
		want bool
	}{
		{"sent", []casefile.Record{prepared, settled(7, casefile.OutSent)}, true},
		{"waits", []casefile.Record{prepared}, false},
		{"given up", []casefile.Record{prepared, settled(7, casefile.OutDropped)}, false},
		{"another mail", []casefile.Record{prepared, settled(6, casefile.OutSent)}, false},
		{"without a letter", []casefile.Record{{Seq: 7, Event: casefile.MailPrepared{}}, settled(7, casefile.OutSent)}, false},
	} {
		if got := casefile.Mailed(tt.live, document); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
