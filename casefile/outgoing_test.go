package casefile_test

import (
	"testing"

	"ysq.internal/ysq/casefile"
)

// A mail that a server took is on the case, though no 已发送 shows it; one that is seen there, or that
// nobody took, is not told twice or at all.
func TestPostedIn(t *testing.T) {
	prepared := func(id string) casefile.MailPrepared {
		return casefile.MailPrepared{Letter: casefile.Letter{MessageID: id}, Way: casefile.OutSMTP, Purpose: casefile.PurposeLetter}
	}
	sent := func(mail uint64) casefile.MailSettled {
		return casefile.MailSettled{Mail: mail, State: casefile.OutSent, Code: 250}
	}
	var history []casefile.Record
	for i, e := range []casefile.Event{
		prepared("taken@x"), prepared("seen@x"), prepared("held@x"), prepared("draft@x"),
		sent(1), sent(2), casefile.MailSettled{Mail: 3, State: casefile.OutHeld}, sent(99), sent(1),
		casefile.MessageOut{Letter: casefile.Letter{MessageID: "seen@x"}},
		casefile.MailSettled{Mail: 4, State: casefile.OutSent, Seen: casefile.DigestOf([]byte("a copy"))},
	} {
		history = append(history, casefile.Record{Seq: uint64(i + 1), Event: e})
	}
	got := casefile.PostedIn(history)
	if len(got) != 1 || got[0].MessageID != "taken@x" || got[0].Seq != 5 {
		t.Errorf("%+v", got)
	}
}

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
