package mailbox_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/imapsim"
	"ysq.internal/ysq/mailbox/imapsource"
	"ysq.internal/ysq/mailbox/rawstore"
)

// book is an Intake that remembers, as the register does, and checks what it is told.
type book struct {
	t     testing.TB
	store *rawstore.Store

	mu       sync.Mutex
	known    map[mailbox.Ref]mailbox.Fetched
	digests  map[casefile.Digest]int
	troubles map[mailbox.Ref]mailbox.Trouble
	batches  []int
	fail     func(batch []mailbox.Fetched) error // called before a batch is recorded; nil: none fails
	hear     func()                              // called before a quarantine is recorded; nil: nothing is
}

func newBook(t testing.TB, store *rawstore.Store) *book {
	return &book{t: t, store: store, known: map[mailbox.Ref]mailbox.Fetched{}, digests: map[casefile.Digest]int{}, troubles: map[mailbox.Ref]mailbox.Trouble{}}
}

func (b *book) Owed(_ context.Context, account, folder string, uidvalidity uint64, uids []uint32) ([]uint32, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var owed []uint32
	for _, uid := range uids {
		ref := mailbox.Ref{Account: account, Folder: folder, UIDValidity: uidvalidity, UID: uid}
		if _, ok := b.known[ref]; ok {
			continue
		}
		if t, ok := b.troubles[ref]; ok && (t.Next.IsZero() || time.Now().Before(t.Next)) {
			continue
		}
		owed = append(owed, uid)
	}
	return owed, nil
}

func (b *book) Take(_ context.Context, batch []mailbox.Fetched) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(batch); err != nil {
			return err
		}
	}
	b.batches = append(b.batches, len(batch))
	for _, f := range batch {
		if got := readMail(b.t, b.store, f.Digest); int64(len(got)) != f.Size || casefile.DigestOf(got) != f.Digest {
			b.t.Errorf("UID %d: %d bytes in the store do not have size %d and digest %s", f.UID, len(got), f.Size, f.Digest.Short())
		}
		if old, ok := b.known[f.Ref]; ok && old == f {
			b.t.Errorf("UID %d taken twice: %v, %v", f.UID, old, f)
		}
		b.known[f.Ref] = f
		b.digests[f.Digest]++
		delete(b.troubles, f.Ref)
	}
	return nil
}

func (b *book) Quarantine(_ context.Context, t mailbox.Trouble) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hear != nil {
		b.hear()
	}
	b.troubles[t.Ref] = t
	return nil
}

// Booked implements mailbox.Book.
func (b *book) Booked(ctx context.Context, account, folder string, uidvalidity uint64) ([]mailbox.Booked, error) {
	return b.booked(account, folder, &uidvalidity), nil
}

// Identities implements mailbox.Book.
func (b *book) Identities(_ context.Context, account, folder string, uidvalidity uint64) ([]mailbox.Booked, error) {
	return b.booked(account, folder, &uidvalidity), nil
}

// Everywhere implements mailbox.Book.
func (b *book) Everywhere(_ context.Context, account, folder string) ([]mailbox.Booked, error) {
	return b.booked(account, folder, nil), nil
}

func (b *book) booked(account, folder string, uidvalidity *uint64) (all []mailbox.Booked) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ref, f := range b.known {
		if ref.Account != account || ref.Folder != folder || uidvalidity != nil && ref.UIDValidity != *uidvalidity {
			continue
		}
		_, quarantined := b.troubles[ref]
		all = append(all, mailbox.Booked{UID: ref.UID, Quarantined: quarantined, Size: cmp.Or(f.Announced, f.Size), Date: f.InternalDate, MessageID: messageIDOf(readMail(b.t, b.store, f.Digest))})
	}
	slices.SortFunc(all, func(x, y mailbox.Booked) int { return cmp.Compare(x.UID, y.UID) })
	return all
}

func messageIDOf(raw []byte) string {
	_, after, _ := strings.Cut(string(raw), "Message-ID: <")
	id, _, ok := strings.Cut(after, ">")
	if !ok {
		return ""
	}
	return id
}

func (b *book) taken() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.known)
}

func (b *book) trouble(uid uint32) (mailbox.Trouble, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ref, t := range b.troubles {
		if ref.UID == uid {
			return t, true
		}
	}
	return mailbox.Trouble{}, false
}

func readMail(t testing.TB, store *rawstore.Store, d casefile.Digest) []byte {
	t.Helper()
	f, err := store.Open(d)
	if err != nil {
		t.Errorf("opening %s: %v", d.Short(), err)
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Error(err)
	}
	return b
}

// office is a simulated provider with a Poller on it.
type office struct {
	sim    *imapsim.Server
	store  *rawstore.Store
	source *imapsource.Source
	opts   mailbox.Options
	book   *book
	poller *mailbox.Poller
	sent   map[casefile.Digest]bool // what lies in polled folders
}

type officeOptions struct {
	sim    imapsim.Options
	source imapsource.Options
	poller mailbox.Options
	store  rawstore.Options
	dir    string // state directory; "": a new one
	audits bool   // every full poll is held against the book
	wrap   func(mailbox.Source) mailbox.Source
	conn   func(net.Conn) net.Conn
}

func newOffice(t testing.TB, o officeOptions) *office {
	t.Helper()
	sim, err := imapsim.New(o.sim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return openOffice(t, sim, o)
}

func openOffice(t testing.TB, sim *imapsim.Server, o officeOptions) *office {
	t.Helper()
	if o.dir == "" {
		o.dir = durabletest.Dir(t)
	}
	if o.store.Intercept == nil {
		o.store.Intercept = lazyDisk
	}
	store, err := rawstore.Open(o.dir, o.store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	o.source.Host, o.source.User, o.source.Roots = imapsim.Host, "sqgk@example.test", sim.Roots()
	o.source.Password = orString(o.source.Password, "ABCDEFGHIJKLMNOP")
	if o.source.Security == "" {
		o.source.Security = map[imapsim.Security]imapsource.Security{
			imapsim.StartTLS: imapsource.StartTLS, imapsim.ImplicitTLS: imapsource.TLS, imapsim.PlainText: imapsource.None,
		}[o.sim.Security]
	}
	refuse := o.source.Dial
	o.source.Dial = func(ctx context.Context, address string) (net.Conn, error) {
		if refuse != nil {
			if _, err := refuse(ctx, address); err != nil {
				return nil, err
			}
		}
		conn, err := sim.Dial(ctx)
		if err == nil && o.conn != nil {
			conn = o.conn(conn)
		}
		return conn, err
	}
	o.poller.Account = "sqgk"
	if o.poller.Jitter == nil {
		o.poller.Jitter = func() float64 { return 0 }
	}
	b := newBook(t, store)
	if o.audits {
		o.poller.Book = b
	}
	source := imapsource.New(o.source, store)
	var polled mailbox.Source = source
	if o.wrap != nil {
		polled = o.wrap(source)
	}
	p := mailbox.New(polled, store, b, o.poller)
	t.Cleanup(func() {
		p.Close()
		if m := sim.Mutations(); len(m) > 0 {
			t.Errorf("the mailbox was changed: %v", m)
		}
		for _, c := range sim.Log() {
			if strings.Contains(c.Args, "ENVELOPE") || strings.Contains(c.Args, "BODYSTRUCTURE") {
				t.Errorf("item 38: %v asks for what servers get wrong", c)
			}
		}
	})
	return &office{sim: sim, store: store, source: source, opts: o.poller, book: b, poller: p, sent: map[casefile.Digest]bool{}}
}

func orString(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// mailOf composes a mail of about size bytes that differs from every other n.
func mailOf(n, size int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: =?UTF-8?B?5byg5LiJ?= <zhang%d@example.test>\r\nSubject: %d\r\n\r\n", n, n)
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d/%d: ) OK {17} \"quoted\" * BYE\r\n", n, i)
	}
	return b.Bytes()
}

// lazyDisk takes fsync for done: most tests are not about the disk.
func lazyDisk(op durable.Op, _ string, do func() error) error {
	if op == durable.OpSync || op == durable.OpSyncDir {
		return nil
	}
	return do()
}

var arrival = time.Date(2026, 11, 20, 9, 30, 0, 0, time.FixedZone("", 8*3600))

func digestOf(raw []byte) casefile.Digest { return casefile.DigestOf(raw) }

func (o *office) add(folder string, n, size int) uint32 {
	raw := mailOf(n, size)
	o.sent[digestOf(raw)] = true
	return o.sim.Add(folder, raw, arrival.Add(time.Duration(n)*time.Minute))
}

// check compares what was taken with what was sent: each mail once, byte for byte.
func (o *office) check(t testing.TB) {
	t.Helper()
	o.book.mu.Lock()
	defer o.book.mu.Unlock()
	for d := range o.sent {
		if got := o.book.digests[d]; got != 1 {
			t.Errorf("mail %s taken %d times, want once", d.Short(), got)
		}
	}
	if got, want := len(o.book.known), len(o.sent); got != want {
		t.Errorf("%d mails taken, want %d", got, want)
	}
	left, err := o.store.Pending()
	if err != nil || len(left) > 0 {
		t.Errorf("left pending: %v, %v", left, err)
	}
}

// pollUntilWell polls, waiting as the Poller would, until a poll goes well; it returns the errors before.
func (o *office) pollUntilWell(t testing.TB) (failed []error) {
	t.Helper()
	for range 20 {
		_, err := o.poller.Poll(t.Context())
		if err == nil {
			return failed
		}
		failed = append(failed, err)
		time.Sleep(time.Until(o.poller.Status().NextTry))
	}
	t.Fatalf("no poll went well: %v", failed)
	return nil
}

func (o *office) poll(t testing.TB) mailbox.Result {
	t.Helper()
	res, err := o.poller.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// faultIs compares the fault of a failed poll.
func faultIs(t testing.TB, err error, want mailbox.Fault) *mailbox.Error {
	t.Helper()
	e, ok := errors.AsType[*mailbox.Error](err)
	if !ok || e.Fault != want {
		t.Fatalf("got error %v, want fault %s", err, want)
	}
	return e
}

func (o *office) commands(name string) (args []string) {
	for _, c := range o.sim.Log() {
		if c.Name == name {
			args = append(args, c.Args)
		}
	}
	return args
}
