package people

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// login is one with the password that in has set, or with another.
func login(t *testing.T, r *Room, name, password string) (token string, err error) {
	t.Helper()
	res, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: password, From: "192.0.2.1"})
	return string(res.Token), err
}

// Hashes are computed one after the other; where many wait, the next login is sent away, and who has gone is not computed for.
func TestOneHashAtATime(t *testing.T) {
	r, _ := room(t)
	ctx, gone := context.WithCancel(t.Context())
	r.hashing.Lock()
	ended := make(chan error, cap(r.waiting))
	for range cap(r.waiting) {
		go func() {
			_, err := r.hash(ctx, good)
			ended <- err
		}()
	}
	for len(r.waiting) < cap(r.waiting) {
		if len(ended) > 0 {
			t.Fatal("a hash is computed beside another")
		}
		runtime.Gosched()
	}
	if _, err := r.hash(ctx, good); code(err) != "busy" {
		t.Errorf("one more than may wait: %v", err)
	}
	gone()
	r.hashing.Unlock()
	for range cap(r.waiting) {
		if err := <-ended; err == nil {
			t.Error("a hash is computed for somebody who has gone")
		}
	}
}

// The work of a guess is that of RFC 9106 whether or not there is such a person, and no two people share a salt.
func TestWorkOfHash(t *testing.T) {
	r, _ := room(t)
	if m := New(&desk.Desk{}).Memory; m != 32<<10 {
		t.Errorf("a hash takes %d KiB", m)
	}
	one, err1 := r.hash(t.Context(), good)
	other, err2 := r.hash(t.Context(), good)
	const work = "$argon2id$v=19$m=64,t=2,p=1$"
	if err1 != nil || err2 != nil || one == other || !strings.HasPrefix(one, work) || !strings.HasPrefix(r.nobody(), work) || len(one) != len(r.nobody()) {
		t.Errorf("%s %v, %s %v, nobody's %s", one, err1, other, err2, r.nobody())
	}
}

// A stay is worth what the list says at each request: whoever is closed is out, and a role is that of now.
func TestStayIsLookedUp(t *testing.T) {
	r, _ := room(t)
	token := in(t, r, "王某", "operator")
	r.people[0].Role = "viewer"
	if a, err := r.Stay(token, false); err != nil || a.Role != ask.Viewer {
		t.Errorf("after his role has changed: %v, %v", a.Role, err)
	}
	r.people[0].Closed = r.Today()
	if _, err := r.Stay(token, false); code(err) != "session" {
		t.Errorf("a closed person's stay goes on: %v", err)
	}
	r.people[0].Closed = 0
	second, err := login(t, r, "王某", good)
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Close(t.Context(), ask.Call{}, ask.PersonRef{Name: "王某"})
	if err != nil || v.Stays != 0 || len(r.stays) != 0 || r.people[0].Hash != "" {
		t.Errorf("of a closed person there are left %d stays and the hash %q: %v", len(r.stays), r.people[0].Hash, err)
	}
	if _, err := r.Stay(second, false); code(err) != "session" {
		t.Errorf("a closed person is still in: %v", err)
	}
}

// A password that was changed while it was compared lets nobody in.
func TestComparedAndChanged(t *testing.T) {
	r, _ := room(t)
	in(t, r, "王某", "operator")
	kept := r.people[0].Hash
	if _, err := r.Reset(t.Context(), ask.Call{}, ask.PersonRef{Name: "王某"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.enter("王某", kept, ""); code(err) != "login" || len(r.stays) != 0 {
		t.Errorf("%v, %d stays", err, len(r.stays))
	}
}

// A new password ends the stays that began with the old one; leaving ends one's own only.
func TestWhichStaysEnd(t *testing.T) {
	r, _ := room(t)
	first := in(t, r, "王某", "operator")
	second, err := login(t, r, "王某", good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Logout(t.Context(), ask.Call{Envelope: ask.Envelope{Session: first}}, ask.None{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Stay(first, false); code(err) != "session" {
		t.Errorf("after leaving: %v", err)
	}
	if _, err := r.Stay(second, false); err != nil {
		t.Errorf("another browser has left: %v", err)
	}
	if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "王某", Password: good, New: "another long password"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Stay(second, false); code(err) != "session" {
		t.Errorf("a stay of the old password: %v", err)
	}
}

// However many come in, the stays and the guesses that are remembered are bounded, and those that have ended go first.
func TestBounded(t *testing.T) {
	r, now := room(t)
	in(t, r, "王某", "operator")
	clear(r.stays)
	for i := range mostStays - 1 {
		r.stays[[32]byte{1, byte(i), byte(i >> 8)}] = &stay{fmt.Sprint("人", i), *now, *now}
	}
	r.stays[[32]byte{2}] = &stay{"李某", now.Add(-whole - time.Second), *now}
	r.stays[[32]byte{3}] = &stay{"李某", now.Add(-idle - time.Second), now.Add(-idle - time.Second)}
	r.stays[[32]byte{4}] = &stay{"李某", *now, now.Add(-time.Second)}
	token, err := login(t, r, "王某", good)
	if err != nil || len(r.stays) != mostStays || r.stays[[32]byte{2}] != nil || r.stays[[32]byte{3}] != nil || r.stays[[32]byte{4}] != nil {
		t.Errorf("%v, %d stays", err, len(r.stays))
	}
	if _, err := r.Stay(token, false); err != nil {
		t.Error(err)
	}
	all := tries{}
	for i := range mostTries {
		all[fmt.Sprint(i)] = &failures{n: 1, last: *now}
	}
	for i := range 9 {
		all.begin(*now, fmt.Sprint(i), fmt.Sprint(i))
	}
	if len(all) > mostTries+2 {
		t.Errorf("%d names and addresses are remembered", len(all))
	}
}

// Tries that are under way count as if they failed: many at the same moment are no way around the waiting. A new first password
// lets its person try again.
func TestPendingTries(t *testing.T) {
	r, now := room(t)
	for i := range freeTries + 1 {
		if wait := r.tries.wait(*now, "王某", "192.0.2.1"); wait != 0 {
			t.Errorf("try %d waits %v", i, wait)
		}
		r.tries.begin(*now, "王某", "192.0.2.1")
	}
	if wait := r.tries.wait(*now, "王某", "192.0.2.9"); wait != time.Second {
		t.Errorf("one more for the same person waits %v", wait)
	}
	if wait := r.tries.wait(*now, "李某", "192.0.2.1"); wait != time.Second {
		t.Errorf("one more from the same address waits %v", wait)
	}
	in(t, r, "张某", "operator")
	for range 2 * freeTries {
		r.tries.begin(*now, "张某", "192.0.2.2")
		r.tries.end(*now, "张某", "192.0.2.2", true)
	}
	secret, err := r.Reset(t.Context(), ask.Call{}, ask.PersonRef{Name: "张某"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "张某", Password: string(secret.Password), From: "192.0.2.3"}); code(err) != "password-change" {
		t.Errorf("with the new first password: %v", err)
	}
}
