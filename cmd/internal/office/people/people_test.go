package people

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

func room(t *testing.T) (*Room, *time.Time) {
	t.Helper()
	now := civil.MustParse("2026-11-23").Start().Add(9 * time.Hour)
	c := config.Default()
	c.Paths.State = t.TempDir()
	r := New(&desk.Desk{Options: desk.Options{Config: c, Log: zerolog.Nop(), Now: func() time.Time { return now }}})
	r.Memory = 64 // quick
	return r, &now
}

// code is that of a refusal; "" for none.
func code(err error) string {
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

const good = "correct horse battery"

// in adds a person and lets him change his first password.
func in(t *testing.T, r *Room, name, role string) (token string) {
	t.Helper()
	s, err := r.Add(t.Context(), ask.Call{}, ask.PersonRequest{PersonRef: ask.PersonRef{Name: name}, Role: role, Department: "监测科"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: string(s.Password)}); code(err) != "password-change" {
		t.Errorf("the first password without another: %v", err)
	}
	res, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: string(s.Password), New: good})
	if err != nil {
		t.Fatal(err)
	}
	return string(res.Token)
}

func TestLogin(t *testing.T) {
	r, now := room(t)
	token := in(t, r, "王某", "经办")
	a, err := r.Stay(token, false)
	if err != nil || a.String() != "王某(web)" || a.Role != ask.Operator || a.Department != "监测科" {
		t.Errorf("%v %+v", err, a)
	}
	for _, tt := range []struct{ name, password, renewed, want string }{
		{"王某", "wrong", "", "login"}, {"李某", good, "", "login"}, {"", "", "", "login"}, {"王某", good, "short", "password-weak"},
		{"王某", good, good, "password-weak"}, {"王某", good, "aaaaaaaaaaaa", "password-weak"}, {"王某", good, "my name is 王某", "password-weak"},
		{"王某", strings.Repeat("x", 300), "", "login"}, {"王某", good, strings.Repeat("long enough", 30), "login"}, {"王某", good, "", ""},
	} {
		if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: tt.name, Password: tt.password, New: tt.renewed}); code(err) != tt.want {
			t.Errorf("%q %q: %v, want %q", tt.name, tt.password, err, tt.want)
		}
	}
	b, err := os.ReadFile(r.file())
	if err != nil || strings.Contains(string(b), good) {
		t.Errorf("the file holds the password: %v %s", err, b)
	}
	if info, err := os.Stat(r.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", err, info)
	}
	// Another process, as after a restart, knows the people and none of the stays.
	again := New(r.Desk)
	if _, err := again.Stay(token, false); code(err) != "session" {
		t.Errorf("a stay of before the restart: %v", err)
	}
	if _, err := again.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "王某", Password: good}); err != nil {
		t.Error(err)
	}
	// What a page asks by itself keeps no stay alive; what a person does, does; nothing beyond twelve hours.
	for range 3 {
		*now = now.Add(11 * time.Minute)
		_, err = r.Stay(token, true)
	}
	if code(err) != "session" {
		t.Errorf("kept alive by the page itself: %v", err)
	}
	res, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "王某", Password: good})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		*now = now.Add(25 * time.Minute)
		if _, err := r.Stay(string(res.Token), false); (err != nil) != (i >= 28) {
			t.Errorf("after %d × 25 minutes: %v", i+1, err)
		}
	}
}

// Whoever is closed or gets another password is out at once.
func TestClosedAtOnce(t *testing.T) {
	r, _ := room(t)
	for name, end := range map[string]func(ask.PersonRef) error{
		"王某": func(q ask.PersonRef) error { _, err := r.Close(t.Context(), ask.Call{}, q); return err },
		"李某": func(q ask.PersonRef) error { _, err := r.Reset(t.Context(), ask.Call{}, q); return err },
	} {
		token := in(t, r, name, "approver")
		if err := end(ask.PersonRef{Name: name}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Stay(token, false); code(err) != "session" {
			t.Errorf("%s is still in: %v", name, err)
		}
		if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: good}); code(err) != "login" {
			t.Errorf("%s comes in again: %v", name, err)
		}
	}
	if _, err := r.Close(t.Context(), ask.Call{}, ask.PersonRef{Name: "王某"}); code(err) != "not-found" {
		t.Errorf("closed twice: %v", err)
	}
	in(t, r, "王某", "viewer") // who comes back is let in again
	if _, err := r.Add(t.Context(), ask.Call{}, ask.PersonRequest{PersonRef: ask.PersonRef{Name: "王某"}, Role: "viewer"}); code(err) != "person-exists" {
		t.Errorf("added twice: %v", err)
	}
	for _, name := range []string{"root", "王", " 王某", "王某(web)", "王\u202e某", "a:b"} {
		if _, err := r.Add(t.Context(), ask.Call{}, ask.PersonRequest{PersonRef: ask.PersonRef{Name: name}, Role: "viewer"}); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
	all, err := r.People(t.Context(), ask.Call{}, ask.None{})
	if err != nil || len(all) != 2 {
		t.Errorf("%v %+v", err, all)
	}
}

// Whoever guesses waits, longer each time; another person at another place does not.
func TestGuessing(t *testing.T) {
	r, now := room(t)
	in(t, r, "王某", "operator")
	in(t, r, "李某", "operator")
	try := func(name, password, from string) string {
		_, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: password, From: from})
		return code(err)
	}
	for i := range freeTries + 1 {
		if got := try("王某", "guess", "192.0.2.1"); got != "login" {
			t.Errorf("guess %d: %s", i, got)
		}
	}
	if got := try("王某", good, "192.0.2.9"); got != "login-slow" {
		t.Errorf("the right password at once after the guesses: %q", got)
	}
	if got := try("李某", good, "192.0.2.1"); got != "login-slow" {
		t.Errorf("somebody else from the address of the guesses: %q", got)
	}
	if got := try("李某", good, "192.0.2.2"); got != "" {
		t.Errorf("somebody else elsewhere: %q", got)
	}
	*now = now.Add(2 * time.Second)
	if got := try("王某", good, "192.0.2.9"); got != "" {
		t.Errorf("after the wait: %q", got)
	}
	for range 40 {
		*now = now.Add(longest)
		try("张某", "guess", "192.0.2.3")
	}
	if wait := r.tries.wait(*now, "张某", "192.0.2.3"); wait > longest || wait < longest/2 {
		t.Errorf("after many guesses one waits %v", wait)
	}
}

// Many guesses at the same moment are compared no oftener than one after the other.
func TestGuessingAtOnce(t *testing.T) {
	r, _ := room(t)
	in(t, r, "王某", "operator")
	got := make(chan string)
	for range 12 {
		go func() {
			_, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "王某", Password: "guess", From: "192.0.2.1"})
			got <- code(err)
		}()
	}
	count := map[string]int{}
	for range 12 {
		count[<-got]++
	}
	if count["login"] != freeTries+1 || count["login-slow"] != 12-freeTries-1 {
		t.Errorf("%v", count)
	}
	in(t, r, "李某", "operator")
	for range 2 * freeTries { // right passwords count for nothing
		if _, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "李某", Password: good, From: "192.0.2.2"}); err != nil {
			t.Error(err)
		}
	}
	if r.tries["address 192.0.2.2"] != nil {
		t.Error("right passwords are counted as guesses")
	}
}

// Who knows his password does not prolong how long others at his address wait for what somebody got wrong there.
func TestManyAtOneAddress(t *testing.T) {
	r, now := room(t)
	in(t, r, "王某", "operator")
	in(t, r, "李某", "operator")
	login := func(name, password string) string {
		_, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: name, Password: password, From: "192.0.2.1"})
		return code(err)
	}
	for n := range 2 * freeTries {
		login(fmt.Sprint("无人", n), "typo")
		*now = now.Add(time.Minute)
	}
	for range 3 {
		if got := login("王某", good) + login("李某", good); got != "" {
			t.Errorf("right passwords, one after the other: %q", got)
		}
	}
	*now = now.Add(forgotten)
	login("王某", good)
	if r.tries["address 192.0.2.1"] != nil {
		t.Error("right passwords keep old failures from being forgotten")
	}
}

// Somebody who logs in again and again is in no more than six times: his longest idle stay ends.
func TestStaysOfOnePerson(t *testing.T) {
	r, now := room(t)
	tokens := []string{in(t, r, "王某", "operator")}
	for range perPerson {
		*now = now.Add(time.Second)
		res, err := r.Login(t.Context(), ask.Call{}, ask.LoginRequest{Name: "王某", Password: good, From: "192.0.2.1"})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, string(res.Token))
	}
	for i, token := range tokens {
		if _, err := r.Stay(token, true); (err != nil) != (i == 0) {
			t.Errorf("stay %d: %v", i, err)
		}
	}
}

// A hash that somebody wrote into the file asks for no more than its share.
func TestHashBounds(t *testing.T) {
	r, _ := room(t)
	kept, err := r.hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := r.matches(t.Context(), good, kept); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if ok, err := r.matches(t.Context(), good, r.nobody()); ok || err != nil {
		t.Errorf("the hash of nobody: %v %v", ok, err)
	}
	salt := strings.Split(kept, "$")[4]
	for _, bad := range []string{"", "$2a$10$x", strings.Replace(kept, "m=64", fmt.Sprint("m=", mostMemory+1), 1), strings.Replace(kept, "m=64", "m=7", 1),
		strings.Replace(kept, "t=2", fmt.Sprint("t=", mostPasses+1), 1), strings.Replace(kept, "t=2", "t=0", 1), strings.Replace(kept, "p=1", "p=200", 1),
		strings.Replace(kept, salt, strings.Repeat("A", 88), 1), strings.Replace(kept, "v=19", "v=16", 1), kept[:len(kept)-3], strings.Replace(kept, "argon2id", "argon2i", 1)} {
		if ok, err := r.matches(t.Context(), good, bad); ok || err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if err := os.WriteFile(filepath.Join(r.Config.Paths.State, "people.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.People(t.Context(), ask.Call{}, ask.None{}); err == nil {
		t.Error("a damaged file is nobody's list")
	}
}
