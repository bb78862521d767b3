package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ysq.internal/ysq/cmd/internal/ask"
)

const (
	idle      = 30 * time.Minute // without anybody's doing
	whole     = 12 * time.Hour   // in all
	mostStays = 300
	perPerson = 6
)

// stay is one browser of a person.
type stay struct {
	name        string
	since, seen time.Time
}

// Stay says who a token belongs to now: the person's role is that of this moment. passive requests, which a page makes
// by itself, keep no stay alive.
func (r *Room) Stay(token string, passive bool) (ask.Actor, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ended := &ask.Error{Code: "session", Msg: "登录已过期", Hint: "请重新登录", Exit: ask.ExitRefused}
	key, now := sha256.Sum256([]byte(token)), r.Now()
	s := r.stays[key]
	if s == nil {
		return ask.Actor{}, ended
	}
	if now.Sub(s.seen) > idle || now.Sub(s.since) > whole {
		delete(r.stays, key)
		return ask.Actor{}, ended
	}
	if err := r.load(); err != nil {
		return ask.Actor{}, err
	}
	i := r.find(s.name)
	if i < 0 || !r.people[i].Closed.IsZero() {
		delete(r.stays, key)
		return ask.Actor{}, ended
	}
	role, err := ask.ParseRole(r.people[i].Role)
	if err != nil {
		return ask.Actor{}, err
	}
	if !passive {
		s.seen = now
	}
	return ask.Actor{Name: s.name, Role: role, Web: true, Department: r.people[i].Department}, nil
}

// end ends every stay of a person. The caller holds mu.
func (r *Room) end(name string) {
	for key, s := range r.stays {
		if s.name == name {
			delete(r.stays, key)
		}
	}
}

// Logout ends one stay.
func (r *Room) Logout(_ context.Context, c ask.Call, _ ask.None) (ask.None, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.stays, sha256.Sum256([]byte(c.Session)))
	return ask.None{}, nil
}

// Login begins a stay for a person who knows his password. Wrong names and wrong passwords take the same time and get
// the same answer.
func (r *Room) Login(ctx context.Context, _ ask.Call, q ask.LoginRequest) (ask.LoginResult, error) {
	if len(q.Password) > 200 || len(q.New) > 200 || len(q.Name) > 120 {
		return ask.LoginResult{}, wrong()
	}
	kept, must, err := r.kept(q)
	if err != nil {
		return ask.LoginResult{}, err
	}
	good, err := r.matches(ctx, q.Password, kept)
	r.mu.Lock()
	r.tries.end(r.Now(), q.Name, q.From, err == nil && !good)
	r.mu.Unlock()
	if err != nil {
		return ask.LoginResult{}, err
	}
	if !good {
		r.Log.Warn().Str("from", q.From).Msg("a login at the desk in the browser failed")
		return ask.LoginResult{}, wrong()
	}
	renewed := ""
	switch {
	case q.New != "":
		if err := strong(q); err != nil {
			return ask.LoginResult{}, err
		}
		if renewed, err = r.hash(ctx, q.New); err != nil {
			return ask.LoginResult{}, err
		}
	case must:
		return ask.LoginResult{}, ask.Refused("password-change", "再登录一次，同时写上新密码", "第一次登录须改密码")
	}
	return r.enter(q.Name, kept, renewed)
}

func wrong() error {
	return &ask.Error{Code: "login", Msg: "姓名或密码不对", Hint: "忘了密码的，请审核人员重设\nysq web person passwd", Exit: ask.ExitRefused}
}

// nobody is a hash that no password has, with the work of any other.
func (r *Room) nobody() string {
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$AAAAAAAAAAAAAAAAAAAAAA$%s", r.Memory, passes, lanes, strings.Repeat("A", 43))
}

// kept returns the hash that a login is compared with. Who failed too often waits. The try is pending until it is compared.
func (r *Room) kept(q ask.LoginRequest) (hash string, must bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return "", false, err
	}
	if wait := r.tries.wait(r.Now(), q.Name, q.From); wait > 0 {
		return "", false, &ask.Error{Code: "login-slow", Msg: fmt.Sprintf("失败的次数太多，请过 %d 秒再试", int(wait.Seconds())+1), Exit: ask.ExitRefused}
	}
	r.tries.begin(r.Now(), q.Name, q.From)
	i := r.find(q.Name)
	if i < 0 || !r.people[i].Closed.IsZero() {
		return r.nobody(), false, nil
	}
	return r.people[i].Hash, r.people[i].Must, nil
}

// enter begins a stay, if the password is still the one that was compared.
func (r *Room) enter(name, kept, renewed string) (ask.LoginResult, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.find(name)
	if i < 0 || r.people[i].Hash != kept {
		return ask.LoginResult{}, wrong()
	}
	if renewed != "" {
		people := slices.Clone(r.people)
		people[i].Hash, people[i].Must = renewed, false
		if err := r.save(people); err != nil {
			return ask.LoginResult{}, err
		}
		r.end(name)
	}
	r.tries.forget(name)
	now := r.Now()
	r.sweep(now, name)
	token := rand.Text()
	r.stays[sha256.Sum256([]byte(token))] = &stay{name, now, now}
	return ask.LoginResult{Token: ask.Handle(token)}, nil
}

// sweep makes room: stays that have ended, then the longest idle of a person who has many, or of everybody.
func (r *Room) sweep(now time.Time, name string) {
	own := 0
	oldest := func(of func(*stay) bool) (key [32]byte) {
		var first *stay
		for k, s := range r.stays {
			if of(s) && (first == nil || s.seen.Before(first.seen)) {
				key, first = k, s
			}
		}
		return key
	}
	for k, s := range r.stays {
		switch {
		case now.Sub(s.seen) > idle || now.Sub(s.since) > whole:
			delete(r.stays, k)
		case s.name == name:
			own++
		}
	}
	if own >= perPerson {
		delete(r.stays, oldest(func(s *stay) bool { return s.name == name }))
	}
	if len(r.stays) >= mostStays {
		delete(r.stays, oldest(func(*stay) bool { return true }))
	}
}

// strong refuses passwords that are guessed first.
func strong(q ask.LoginRequest) error {
	switch n := utf8.RuneCountInString(q.New); {
	case n < 10:
		return ask.Refused("password-weak", "", "新密码至少 10 个字符")
	case q.New == q.Password:
		return ask.Refused("password-weak", "", "新密码与原来的相同")
	case strings.Contains(strings.ToLower(q.New), strings.ToLower(q.Name)), strings.Count(q.New, q.New[:1]) == n:
		return ask.Refused("password-weak", "", "新密码太容易猜")
	}
	return nil
}

// tries counts failures by person and by address.
type tries map[string]*failures

type failures struct {
	n       int
	last    time.Time
	pending int // tries that are being compared
}

const (
	freeTries = 4 // before anybody has to wait
	longest   = 15 * time.Minute
	forgotten = time.Hour
	mostTries = 10_000
)

func (t tries) keys(name, from string) []string { return []string{"person " + name, "address " + from} }

// wait is for how long the next try is refused: one second after the fifth failure, and twice as long after each. Tries
// that are not compared yet may all fail: many at the same moment are no way around the waiting.
func (t tries) wait(now time.Time, name, from string) (longer time.Duration) {
	for _, k := range t.keys(name, from) {
		f := t[k]
		if f == nil || f.n+f.pending <= freeTries {
			continue
		}
		if f.pending > 0 {
			longer = max(longer, time.Second)
		}
		if f.n > freeTries {
			d := min(time.Second<<min(f.n-freeTries-1, 10), longest)
			longer = max(longer, f.last.Add(d).Sub(now))
		}
	}
	return longer
}

func (t tries) begin(now time.Time, name, from string) {
	for k, f := range t {
		if f.pending == 0 && now.Sub(f.last) > forgotten || len(t) > mostTries {
			delete(t, k)
		}
	}
	for _, k := range t.keys(name, from) {
		if t[k] == nil {
			t[k] = &failures{}
		}
		t[k].pending++
	}
}

func (t tries) end(now time.Time, name, from string, failed bool) {
	for _, k := range t.keys(name, from) {
		f := t[k]
		if f == nil { // let go meanwhile, for there were too many
			continue
		}
		f.pending--
		if failed {
			f.n, f.last = f.n+1, now
		}
		if f.n == 0 && f.pending <= 0 {
			delete(t, k)
		}
	}
}

func (t tries) forget(name string) { delete(t, "person "+name) }
