package reading

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// Who asks is served before what waits, and what the background has in hand gives way.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turns
		var mu sync.Mutex
		var order []string
		note := func(s string) { mu.Lock(); order = append(order, s); mu.Unlock() }
		take := func(name string, asked bool, work func(context.Context)) {
			ctx, done, err := turns.take(t.Context(), asked)
			if err != nil {
				note(name + ": " + err.Error())
				return
			}
			note(name)
			work(ctx)
			done()
		}
		go take("background", false, func(ctx context.Context) {
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), errGaveWay) {
				t.Errorf("ended by %v", context.Cause(ctx))
			}
		})
		synctest.Wait()
		go take("waiting", false, func(context.Context) {})
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { _, _, err := turns.take(ctx, false); left <- err }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("left with %v", err)
		}
		release := make(chan struct{})
		go take("asked", true, func(context.Context) { <-release })
		synctest.Wait()
		go take("asked beside", true, func(context.Context) { <-release })
		synctest.Wait()
		go take("asked too", true, func(context.Context) {})
		synctest.Wait()
		note("nobody else")
		close(release)
		synctest.Wait()
		if want := []string{"background", "asked", "asked beside", "nobody else", "asked too", "waiting"}; !slices.Equal(order, want) {
			t.Errorf("order %q, want %q", order, want)
		}
		if turns.inHand != 0 || turns.yield != nil || len(turns.urgent)+len(turns.others) > 0 {
			t.Errorf("left over: %+v", &turns)
		}
	})
}
