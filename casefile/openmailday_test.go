package casefile

import (
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// A step that takes a mail has the earlier of its two instants for its day, as an application has: a mailbox that was
// moved stamps an old reply with the day of the move. What is a month apart a person judges.
func TestDayOfAnOpenMail(t *testing.T) {
	at := func(day string) time.Time { return civil.MustParse(day).Start().Add(9 * time.Hour) }
	for stamp, want := range map[string]string{
		"2026-03-19": "2026-03-19", "2026-03-20": "2026-03-20", "2026-02-18": "2026-02-18", "2026-02-17": "2026-03-20", "": "2026-03-20",
	} {
		history := []Record{{Seq: 1, Case: "2026-00001", On: civil.MustParse("2026-03-20"), Event: MessageIn{
			Letter: Letter{Digest: DigestOf([]byte("reply"))}, ArrivedAt: at("2026-03-20"), Guess: GuessCorrection,
		}}}
		if stamp != "" {
			e := history[0].Event.(MessageIn)
			e.Stamp = Stamp{At: at(stamp)}.Before(e.ArrivedAt)
			history[0].Event = e
		}
		open := openMails([][]Record{history})
		if len(open) != 1 || open[0].On() != civil.MustParse(want) {
			t.Errorf("stamped %q: %+v, want %s", stamp, open, want)
		}
	}
}

// A copy that came by another way earlier gives the day: the earliest arrival governs. The case's own arrival stays.
func TestDayOfACopiedMail(t *testing.T) {
	at := func(day string) time.Time { return civil.MustParse(day).Start().Add(9 * time.Hour) }
	reply, came := DigestOf([]byte("reply")), civil.MustParse("2026-03-20")
	for name, test := range map[string]struct {
		copied CopyReceived
		want   string
	}{
		"earlier":            {CopyReceived{ArrivedAt: at("2026-03-18"), Of: reply}, "2026-03-18"},
		"later":              {CopyReceived{ArrivedAt: at("2026-03-23"), Of: reply}, "2026-03-20"},
		"by its line":        {CopyReceived{ArrivedAt: at("2026-03-23"), Stamp: Stamp{At: at("2026-03-17")}, Of: reply}, "2026-03-17"},
		"of another mail":    {CopyReceived{ArrivedAt: at("2026-03-18"), Of: DigestOf([]byte("other"))}, "2026-03-20"},
		"of the application": {CopyReceived{ArrivedAt: at("2026-03-18")}, "2026-03-20"},
	} {
		history := []Record{
			{Seq: 1, Case: "2026-00001", On: civil.MustParse("2026-03-19"), Event: Received{Channel: Email, ArrivedAt: at("2026-03-19")}},
			{Seq: 2, Case: "2026-00001", On: came, Event: MessageIn{Letter: Letter{Digest: reply}, ArrivedAt: at("2026-03-20"), Guess: GuessCorrection}},
			{Seq: 3, Case: "2026-00001", On: came, Event: test.copied},
		}
		if open := openMails([][]Record{history}); len(open) != 1 || open[0].On() != civil.MustParse(test.want) {
			t.Errorf("%s: %+v, want %s", name, open, test.want)
		}
		start := "2026-03-19"
		if test.copied.Of.IsZero() {
			start = "2026-03-18"
		}
		if c := Fold("2026-00001", history, Regulations(), workday.Embedded()); c.ArrivedOn != civil.MustParse(start) || arrivalIn(history) != civil.MustParse(start) {
			t.Errorf("%s: the case arrived on %s, want %s", name, c.ArrivedOn, start)
		}
	}
}
