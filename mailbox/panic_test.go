package mailbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/rawstore"
)

// ill is a source whose sessions panic where sick says so: of what they do, in which folder, over which UID.
type ill struct {
	mailbox.Source
	sick func(doing, folder string, uid uint32)
}

func (i ill) Connect(ctx context.Context) (mailbox.Session, error) {
	i.sick("connect", "", 0)
	s, err := i.Source.Connect(ctx)
	return &illSession{s, i.sick, ""}, err
}

type illSession struct {
	mailbox.Session
	sick   func(doing, folder string, uid uint32)
	folder string
}

func (i *illSession) Folders(ctx context.Context) ([]mailbox.Folder, error) {
	i.sick("folders", "", 0)
	return i.Session.Folders(ctx)
}

func (i *illSession) Open(ctx context.Context, folder string) (mailbox.Box, error) {
	i.folder = folder
	i.sick("open", folder, 0)
	return i.Session.Open(ctx, folder)
}

func (i *illSession) List(ctx context.Context, first uint32) ([]uint32, error) {
	i.sick("list", i.folder, 0)
	return i.Session.List(ctx, first)
}

func (i *illSession) Fetch(ctx context.Context, uids []uint32, yield func(mailbox.Body) error) error {
	return i.Session.Fetch(ctx, uids, func(b mailbox.Body) error {
		i.sick("fetch", i.folder, b.UID)
		return yield(b)
	})
}

func (i *illSession) FetchSlowly(ctx context.Context, uid uint32, into *rawstore.Temp) (mailbox.Body, error) {
	i.sick("fetch", i.folder, uid)
	return i.Session.FetchSlowly(ctx, uid, into)
}

func (i *illSession) Await(ctx context.Context, folder string, messages uint32, wake <-chan struct{}, d time.Duration) (bool, error) {
	i.sick("await", folder, 0)
	return i.Session.(mailbox.Waiter).Await(ctx, folder, messages, wake, d)
}

func (i *illSession) Close() error {
	defer i.sick("close", "", 0)
	return i.Session.Close()
}

// illConn panics where sick says so of what was read.
type illConn struct {
	net.Conn
	sick func(read []byte)
}

func (i illConn) Read(b []byte) (int, error) {
	n, err := i.Conn.Read(b)
	i.sick(b[:n])
	return n, err
}

// A panic costs the one mail or the one answer over which it happens: the others are taken, the poller goes on at its usual
// pace or a slower one, somebody hears of it, and all comes in when the program is mended.
func TestPanics(t *testing.T) {
	const poison = 3 // the number of the mail
	digest := digestOf(mailOf(poison, 200))
	mark := []byte("zhang3@")
	const inbox = 6 // mails
	for name, test := range map[string]struct {
		doing, folder string // of the session
		one           bool   // only over the mail
		wire          bool
		keep, record  bool
		quarantine    bool
		taken         int // of the mails, while it is ill; the others come in all the same
		fault         mailbox.Fault
	}{
		"connecting":           {doing: "connect", taken: 0, fault: mailbox.FaultPanic},
		"listing folders":      {doing: "folders", taken: 0, fault: mailbox.FaultPanic},
		"opening a folder":     {doing: "open", folder: "垃圾邮件", taken: inbox + 1, fault: mailbox.FaultPanic},
		"listing a folder":     {doing: "list", folder: "垃圾邮件", taken: inbox + 1, fault: mailbox.FaultPanic},
		"listing the inbox":    {doing: "list", folder: "INBOX", taken: 2, fault: mailbox.FaultPanic},
		"fetching":             {doing: "fetch", folder: "INBOX", one: true, taken: inbox + 1},
		"reading":              {wire: true, taken: inbox + 1},
		"waiting":              {doing: "await", folder: "INBOX", taken: inbox + 2},
		"closing":              {doing: "close", taken: inbox + 2},
		"storing":              {keep: true, taken: inbox + 1},
		"recording":            {record: true, taken: inbox + 1},
		"recording, and of it": {record: true, quarantine: true, taken: inbox + 1, fault: mailbox.FaultPanic},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mended atomic.Bool
				var uid uint32
				var told atomic.Int32
				o := newOffice(t, officeOptions{
					sim: imapsim.Options{Security: imapsim.PlainText, Idle: true}, audits: true,
					poller: mailbox.Options{Interval: 10 * time.Minute, One: func(_ casefile.Digest, _ string, do func() error) error {
						var err error
						caught := panics.In(func() error { err = do(); return nil })
						if caught != nil {
							told.Add(1)
							return caught
						}
						return err
					}},
					store: rawstore.Options{Intercept: func(op durable.Op, path string, do func() error) error {
						if test.keep && op == durable.OpRename && strings.Contains(path, digest.String()) && !mended.Load() {
							panic("met its master")
						}
						return lazyDisk(op, path, do)
					}},
					conn: func(conn net.Conn) net.Conn {
						return illConn{conn, func(b []byte) {
							if test.wire && bytes.Contains(b, mark) && !mended.Load() {
								panic("met its master")
							}
						}}
					},
					wrap: func(s mailbox.Source) mailbox.Source {
						return ill{s, func(doing, folder string, this uint32) {
							if doing == test.doing && folder == test.folder && (!test.one || this == uid) && !mended.Load() {
								panic("met its master")
							}
						}}
					},
				})
				o.book.fail = func(batch []mailbox.Fetched) error {
					for _, f := range batch {
						if test.record && f.Digest == digest && !mended.Load() {
							panic("met its master")
						}
					}
					return nil
				}
				o.book.hear = func() {
					if test.quarantine && !mended.Load() {
						panic("met its master")
					}
				}
				for n := 1; n <= inbox; n++ {
					if added := o.add("INBOX", n, 200); n == poison {
						uid = added
					}
				}
				o.add("垃圾邮件", 100, 200)
				o.add("已发送", 101, 200)
				pass := running(t, o)
				pass(time.Hour)
				if got := o.book.taken(); got != test.taken {
					t.Errorf("%d mails taken, want %d", got, test.taken)
				}
				if test.doing == "close" {
					o.sim.Disconnect(imapsim.EOF)
					pass(10 * time.Minute)
				}
				s := o.poller.Status()
				if test.fault == mailbox.FaultNone && s.Fault != mailbox.FaultNone { // the mail was tried again just now, and cost this poll
					pass(2 * time.Minute)
					s = o.poller.Status()
				}
				if s.Fault != test.fault || s.LastPoll.Before(time.Now().Add(-30*time.Minute)) {
					t.Errorf("fault %q, last poll %s ago", s.Fault, time.Since(s.LastPoll))
				}
				one := test.one || test.wire || test.keep || test.record
				trouble, set := o.book.trouble(uid)
				if want := one && !test.quarantine; set != want || set && trouble.Reason != mailbox.ReasonPanic {
					t.Errorf("set aside: %t %+v", set, trouble)
				}
				if n := told.Load(); n == 0 || n > 60 {
					t.Errorf("%d panics in an hour", n)
				}
				if n, err := mailbox.Recover(t.Context(), o.store, o.book); n > 0 || err != nil {
					t.Errorf("at a start: %d taken, %v", n, err)
				}
				mended.Store(true)
				pass(3 * time.Hour)
				o.check(t)
				if s := o.poller.Status(); s.State != mailbox.StateIdle || s.Troubled > 0 {
					t.Errorf("in the end: %s", fmt.Sprintf("%+v", s))
				}
			})
		})
	}
}
