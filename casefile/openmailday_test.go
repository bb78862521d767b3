package casefile

import (
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
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
