// Package people is who may come in by a browser from the office's network: names, roles and the hashes of their
// passwords, and the stays that the daemon knows. Nothing of it is in the register, whose records keep only who did
// something, as 王某(web).
//
//	state/people.json   0600 of the daemon's account: the people, with hashes (argon2id)
//	memory              the stays: the hash of each token, so that a look into memory gives nobody's away
//
// The web service is asked to believe nothing: it carries tokens and has no hash.
package people

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Room lets people in.
type Room struct {
	*desk.Desk
	Memory  uint32     // KiB of a new hash; tests take less
	hashing sync.Mutex // one at a time
	waiting chan struct{}

	mu     sync.Mutex
	read   bool
	people []person
	stays  map[[32]byte]*stay // by the hash of the token
	tries  tries

	shown shown
}

// person is as the file has it.
type person struct {
	Name       string     `json:"name"`
	Role       string     `json:"role"` // its code
	Department string     `json:"department,omitzero"`
	Hash       string     `json:"hash"`                 // see hash.go
	Must       bool       `json:"must_change,omitzero"` // the password is not his own yet
	Added      civil.Date `json:"added"`
	Closed     civil.Date `json:"closed,omitzero"`
}

func New(d *desk.Desk) *Room {
	return &Room{Desk: d, Memory: memory, waiting: make(chan struct{}, 16), stays: map[[32]byte]*stay{}, tries: tries{}}
}

func (r *Room) file() string { return filepath.Join(r.Config.Paths.State, "people.json") }

// load reads the file when it is first needed. The caller holds mu.
func (r *Room) load() error {
	if r.read {
		return nil
	}
	b, err := os.ReadFile(r.file())
	if errors.Is(err, fs.ErrNotExist) {
		r.read = true
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &r.people); err != nil {
		return fmt.Errorf("reading who may come in by the browser, %s: %w", r.file(), err)
	}
	r.read = true
	return nil
}

// save writes the file. The caller holds mu.
func (r *Room) save(people []person) error {
	b, err := json.MarshalIndent(people, "", "  ")
	if err != nil {
		return err
	}
	if err := (durable.Disk{}).Replace(r.file(), 0o600, durable.Content(append(b, '\n'))); err != nil {
		return err
	}
	r.people = people
	return nil
}

// find returns a person's place. The caller holds mu.
func (r *Room) find(name string) int {
	return slices.IndexFunc(r.people, func(p person) bool { return p.Name == name })
}

// People lists everybody who may or might come in.
func (r *Room) People(_ context.Context, _ ask.Call, _ ask.None) ([]ask.PersonView, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return nil, err
	}
	all := []ask.PersonView{}
	for _, p := range r.people {
		all = append(all, r.view(p))
	}
	slices.SortFunc(all, func(a, b ask.PersonView) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

func (r *Room) view(p person) ask.PersonView {
	role, err := ask.ParseRole(p.Role)
	if err != nil {
		role = ask.NoRole
	}
	v := ask.PersonView{Name: p.Name, Role: p.Role, Label: role.Label(), Department: ask.Text(p.Department), Added: ask.Day(p.Added), Closed: ask.Day(p.Closed), Must: p.Must}
	for _, s := range r.stays {
		if s.name == p.Name {
			v.Stays++
		}
	}
	return v
}

// Add lets a person in, with a first password that he must change.
func (r *Room) Add(ctx context.Context, _ ask.Call, q ask.PersonRequest) (ask.PersonSecret, error) {
	role, err := ask.ParseRole(q.Role)
	if err != nil {
		return ask.PersonSecret{}, err
	}
	if err := proper(q.Name); err != nil {
		return ask.PersonSecret{}, err
	}
	return r.set(ctx, q.Name, func(p *person, known bool) error {
		if known && p.Closed.IsZero() {
			return ask.Refused("person-exists", "可以换密码；同名的另一人，名字后面加科室\nysq web person passwd", "%s 已在名单里", q.Name)
		}
		*p = person{Name: q.Name, Role: role.String(), Department: strings.TrimSpace(q.Department), Added: r.Today()}
		return nil
	})
}

// Reset gives a person a new first password and ends his stays.
func (r *Room) Reset(ctx context.Context, _ ask.Call, q ask.PersonRef) (ask.PersonSecret, error) {
	return r.set(ctx, q.Name, func(p *person, known bool) error {
		if !known || !p.Closed.IsZero() {
			return unknown(q.Name)
		}
		return nil
	})
}

// set changes a person and gives him a password that is shown once.
func (r *Room) set(ctx context.Context, name string, change func(*person, bool) error) (ask.PersonSecret, error) {
	password := strings.ToLower(rand.Text()[:4] + "-" + rand.Text()[:4] + "-" + rand.Text()[:4])
	hash, err := r.hash(ctx, password)
	if err != nil {
		return ask.PersonSecret{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return ask.PersonSecret{}, err
	}
	people := slices.Clone(r.people)
	i := r.find(name)
	known := i >= 0
	if !known {
		i, people = len(people), append(people, person{})
	}
	if err := change(&people[i], known); err != nil {
		return ask.PersonSecret{}, err
	}
	people[i].Hash, people[i].Must = hash, true
	if err := r.save(people); err != nil {
		return ask.PersonSecret{}, err
	}
	r.end(name)
	r.tries.forget(name)
	r.Log.Info().Str("person", name).Str("role", people[i].Role).Msg("a person got a first password for the desk in the browser")
	return ask.PersonSecret{Person: r.view(people[i]), Password: ask.Handle(password)}, nil
}

// Close lets a person in no more and ends his stays.
func (r *Room) Close(_ context.Context, _ ask.Call, q ask.PersonRef) (ask.PersonView, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return ask.PersonView{}, err
	}
	i := r.find(q.Name)
	if i < 0 || !r.people[i].Closed.IsZero() {
		return ask.PersonView{}, unknown(q.Name)
	}
	people := slices.Clone(r.people)
	people[i].Closed, people[i].Hash = r.Today(), ""
	if err := r.save(people); err != nil {
		return ask.PersonView{}, err
	}
	r.end(q.Name)
	r.Log.Info().Str("person", q.Name).Msg("a person is let in by the browser no more")
	return r.view(people[i]), nil
}

func unknown(name string) error {
	return ask.NotFound("可查名单\nysq web person list", "名单里没有 %s", name)
}

// proper refuses what is no name of a person: records tell people of the browser from accounts by it.
func proper(name string) error {
	odd := func(c rune) bool {
		return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || strings.ContainsRune("()（）:：/\\\"<>", c)
	}
	switch n := utf8.RuneCountInString(name); {
	case n < 2 || n > 30 || strings.TrimSpace(name) != name || strings.ContainsFunc(name, odd):
		return ask.Usage("名字应为 2 至 30 个字，不含括号和空白")
	}
	if _, err := user.Lookup(name); err == nil {
		return ask.Refused("person-account", "写他的姓名", "%s 是本机的账号：记录里要分得清是谁", name)
	}
	return nil
}
