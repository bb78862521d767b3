package post

import (
	"errors"
	"testing"

	"ysq.internal/ysq/mailbox/outbox"
)

// What a messenger says when it refuses goes to the journal without the numbers of persons, and what follows from it stays.
func TestRefusalIsMasked(t *testing.T) {
	err := masked(&outbox.HookError{Msg: "example.test 拒收：40001 user 13800001234 not found", Again: true})
	wrong, ok := errors.AsType[*outbox.HookError](err)
	if want := "example.test 拒收：40001 user *******1234 not found"; !ok || wrong.Msg != want || !wrong.Again {
		t.Errorf("got %v, want %s", err, want)
	}
	if other := errors.New("x"); !errors.Is(masked(other), other) {
		t.Error("another error becomes a new one")
	}
}
