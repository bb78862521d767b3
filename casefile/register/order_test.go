package register

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/casefile/panics"
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

// A panic over one record or case, in whatever goroutine, is an error that names it; the register is as it was.
func TestPanicsNameTheirRecord(t *testing.T) {
	home := durabletest.Dir(t)
	_, err := Create(home, start)
	must(t, err)
	r, err := Open(home, Options{})
	must(t, err)
	for n := range uint32(3) {
		take(t, r, fmt.Sprint(n), n+1)
	}
	for _, which := range []string{"记录 2", "案件 2026-00002"} {
		for _, l := range []limits{{}, crowded, {run: 1, recent: 1}} {
			l.each = func(one string) {
				if one == which {
					panic("met its master")
				}
			}
			r.limits = l
			_, here := r.Verify(t.Context(), nil)
			_, aside := r.VerifyAside(t.Context())
			dir := durabletest.Dir(t)
			must(t, os.CopyFS(dir, os.DirFS(r.dir)))
			_, again := Rebuild(t.Context(), dir, Options{Now: start, limits: l}, nil)
			for doing, err := range map[string]error{"verify": here, "in the background": aside, "rebuild": again} {
				if !panics.Is(err) || !strings.Contains(err.Error(), which+"：") || strings.Count(err.Error(), "：程序出错") != 1 {
					t.Errorf("%s, %s, %d: %v", which, doing, l.recent, err)
				}
			}
		}
	}
	r.limits = limits{}
	if wrong := proven(t, r); len(wrong) > 0 {
		t.Errorf("afterwards: %v", wrong)
	}
	must(t, r.Close())
}

// A panic in a goroutine of inOrder is the first error.
func TestInOrderPanics(t *testing.T) {
	for _, where := range []string{"feed", "work"} {
		at := func(this string, n int) error {
			if this == where && n == 20 {
				panic("met its master")
			}
			return nil
		}
		did := 0
		err := inOrder(t.Context(), 3,
			func(give func(int) error) error {
				for n := range 1000 {
					at("feed", n)
					if err := give(n); err != nil {
						return err
					}
				}
				return nil
			},
			func(n int) error { return at("work", n) },
			func(int) error { did++; return nil })
		if !panics.Is(err) || did > 20 {
			t.Errorf("%s: %v after %d", where, err, did)
		}
	}
}
