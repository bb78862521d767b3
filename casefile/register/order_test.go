package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Whatever takes longest, things are done in the order in which they were fed, and after the work on them.
func TestInOrder(t *testing.T) {
	for _, procs := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			var did []int
			worked := make([]bool, 100)
			err := inOrder(t.Context(), procs,
				func(give func(int) error) error {
					for n := range worked {
						if err := give(n); err != nil {
							return err
						}
					}
					return nil
				},
				func(n int) error { time.Sleep(time.Duration(n%7) * time.Second); worked[n] = true; return nil },
				func(n int) error {
					if !worked[n] {
						t.Errorf("%d is done before its work", n)
					}
					did = append(did, n)
					return nil
				})
			if err != nil || len(did) != len(worked) || !slices.IsSorted(did) {
				t.Errorf("on %d processors: %v, %v", procs, did, err)
			}
		})
	}
}

// The first error ends everything; nothing that comes after it is done, and no goroutine stays (synctest).
func TestInOrderEnds(t *testing.T) {
	fails := errors.New("fails")
	for _, procs := range []int{0, 1, 3} {
		for _, where := range []string{"feed", "work", "done", "cancelled"} {
			t.Run(fmt.Sprint(where, " ", procs), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					fail := func(at string, n int) error {
						switch {
						case n != 20 || at != where && where != "cancelled":
							return nil
						case where == "cancelled":
							cancel(fails)
							return nil
						}
						return fails
					}
					did := 0
					err := inOrder(ctx, procs,
						func(give func(int) error) error {
							for n := range 1000 {
								if err := errors.Join(fail("feed", n), give(n)); err != nil {
									return err
								}
							}
							return nil
						},
						func(n int) error { return fail("work", n) },
						func(n int) error { did++; return fail("done", n) })
					if !errors.Is(err, fails) || did > 200 || where != "cancelled" && did > 21 {
						t.Errorf("%v after %d", err, did)
					}
				})
			})
		}
	}
}
