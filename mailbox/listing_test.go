package mailbox

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/mailbox/rawstore"
)

// listed is a server with one folder of mails that the book has, all of them: only listings cost anything.
type listed struct {
	Session
	uids       []uint32
	more       uint32 // by how many EXISTS is beyond them
	flaps      bool   // another UIDVALIDITY each time
	validity   uint64
	identities atomic.Int32
	fetches    atomic.Int32
}

func (l *listed) Connect(context.Context) (Session, error) { return l, nil }
func (l *listed) CertificateEnds() time.Time               { return time.Time{} }
func (l *listed) Close() error                             { return nil }
func (l *listed) Folders(context.Context) ([]Folder, error) {
	return []Folder{{Name: "INBOX", Role: RoleInbox}}, nil
}

func (l *listed) Open(context.Context, string) (Box, error) {
	if l.flaps || l.validity == 0 {
		l.validity++
	}
	return Box{UIDValidity: l.validity, Exists: uint32(len(l.uids)) + l.more}, nil
}

func (l *listed) List(_ context.Context, first uint32) ([]uint32, error) {
	if int(first) > len(l.uids) {
		return nil, nil
	}
	return l.uids[first-1:], nil
}

func (l *listed) Identify(_ context.Context, uids []uint32) (all []Shown, err error) {
	l.identities.Add(1)
	for _, uid := range uids {
		all = append(all, Shown{UID: uid, Size: 100, Date: time.Unix(1, 0)})
	}
	return all, nil
}

func (l *listed) MessageIDs(context.Context, []uint32) (map[uint32]string, error) { return nil, nil }
func (l *listed) Fetch(context.Context, []uint32, func(Body) error) error {
	l.fetches.Add(1)
	return nil
}

func (l *listed) Owed(context.Context, string, string, uint64, []uint32) ([]uint32, error) {
	return nil, nil
}
func (l *listed) Take(context.Context, []Fetched) error     { return nil }
func (l *listed) Quarantine(context.Context, Trouble) error { return nil }
func (l *listed) Booked(ctx context.Context, _, _ string, validity uint64) ([]Booked, error) {
	if l.flaps && validity > 1 {
		return nil, nil
	}
	return l.Everywhere(ctx, "", "")
}

func (l *listed) Identities(ctx context.Context, account, folder string, validity uint64) ([]Booked, error) {
	return l.Booked(ctx, account, folder, validity)
}

func (l *listed) Everywhere(context.Context, string, string) (all []Booked, err error) {
	for _, uid := range l.uids {
		all = append(all, Booked{UID: uid, Size: 100, Date: time.Unix(1, 0)})
	}
	return all, nil
}

// tally counts how often it was told that the number of messages does not add up.
type tally struct{ told atomic.Int32 }

func (l *tally) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("more or fewer messages")) {
		l.told.Add(1)
	}
	return len(b), nil
}

// What a day costs of a mailbox in which nothing happens: known mails are listed for what they are once an hour, once a
// day where there are more than 20,000, and told is once a day that the number of messages does not add up. A
// folder whose UIDVALIDITY never stays is looked at once an hour, and nothing of it is fetched again.
func TestListingsOfADay(t *testing.T) {
	for name, test := range map[string]struct {
		more        uint32
		flaps       bool
		mails       int
		hours       int
		least, most int // listings for identity in these; those of a poll come twice, with its audit's
		told        int
	}{
		"20,000 mails":     {0, false, fewMails, 6, 2 * 5, 2 * 7, 0},
		"more":             {0, false, fewMails + 1, 24, 1, 4, 0},
		"does not add up":  {1, false, 10, 24, 2 * 22, 2 * 25, 1},
		"nothing is there": {0, false, 0, 24, 0, 2 * 25, 0},
		"never steady":     {0, true, 10, 24, 22, 25, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, log := listed{more: test.more, flaps: test.flaps}, tally{}
				for uid := range test.mails {
					server.uids = append(server.uids, uint32(uid+1))
				}
				store, err := rawstore.Open(t.TempDir(), rawstore.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer store.Close()
				p := New(&server, store, &server, Options{Account: "foi", Book: &server, Log: zerolog.New(&log)})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- p.Run(ctx) }()
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				before, told := server.identities.Load(), log.told.Load()
				time.Sleep(time.Duration(test.hours) * time.Hour)
				synctest.Wait()
				cancel() // what Run has done is seen once it has ended
				if err := <-done; err != nil {
					t.Error(err)
				}
				got, again := int(server.identities.Load()-before), int(log.told.Load()-told)
				if got < test.least || got > test.most || again != test.told || server.fetches.Load() > 0 {
					t.Errorf("%d listings for identity, want %d to %d; told %d times, want %d; %d fetches", got, test.least, test.most, again, test.told, server.fetches.Load())
				}
			})
		})
	}
}
