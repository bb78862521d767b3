package daemon

import (
	"testing"
	"testing/synctest"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// The day after the applicant's time to correct has ended the register says so, once; deciding the
// lapse stays with a person.
func TestLapseIsNotedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "x"},
			casefile.CorrectionAsked{Items: []string{"名称"}, Until: civil.MustParse("2026-03-10")})
		noted := func() (n int) {
			d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00001"))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range d.Records {
				if r.Kind == casefile.KindLapseNoted {
					n++
					if r.Actor != "calendar" || civil.Date(r.On) != civil.MustParse("2026-03-11") {
						t.Errorf("noted by %s on %s", r.Actor, civil.Date(r.On))
					}
				}
			}
			return n
		}
		b.sleepUntil("2026-03-10")
		if n := noted(); n != 0 {
			t.Errorf("noted %d times on the last day", n)
		}
		b.sleepUntil("2026-03-13")
		if n := noted(); n != 1 {
			t.Errorf("noted %d times, want once", n)
		}
		if rows := b.list(ask.ListQuery{}); rows[0].WaitingFor != "补正" {
			t.Errorf("the case was decided by itself: %+v", rows[0])
		}
	})
}
