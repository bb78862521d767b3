package imapsource

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/rawstore"
)

// pieceSize is how much of a mail the slow path asks for at once.
const pieceSize = 256 << 10

// arrived is what one FETCH response brought.
type arrived struct {
	uid       uint32
	date      time.Time
	announced int64                // RFC822.SIZE; -1: none
	body      bool                 // a body came, whole
	size      int64                // of the body, as far as it came
	part      *imap.SectionPartial // where the body begins in the mail; nil: it is the mail
}

// fetch runs one UID FETCH and calls receive for every response to it, one at a time.
func (s *session) fetch(ctx context.Context, what pace, uids imap.UIDSet, opts *imap.FetchOptions, receive func(*imapclient.FetchMessageData)) error {
	s.mu.Lock()
	s.receive = receive
	s.mu.Unlock()
	err := s.run(ctx, what, "UID FETCH", func() error {
		cmd := s.client.Fetch(uids, opts)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			s.received(data)
		}
		return cmd.Close()
	})
	// A mail that came through the other door began before the command ended, so waiting for the
	// lock is waiting for it.
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receive = nil
	return err
}

func (s *session) received(data *imapclient.FetchMessageData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.receive != nil {
		// go-imap may have called this from a goroutine of its own, and waits until the mail has been read.
		if caught := panics.In(func() error { s.receive(data); return nil }); caught != nil {
			s.wire.fail(caught)
			s.wire.Conn.Close()
		}
	}
	for data.Next() != nil { // go-imap reads on only when everything has been taken
	}
}

// opener returns where a body is to be written, or an error of this machine.
type opener func(part *imap.SectionPartial) (io.Writer, error)

// Fetch implements mailbox.Session. A mail counts as whole when its literal has the size that it
// declared and that is RFC822.SIZE, too: go-imap itself reports a mail that was cut off as read
// (mailbox/PROVIDERS.md#go-imap). Such a mail is yielded although the command may break later; any other waits for
// FetchSlowly.
func (s *session) Fetch(ctx context.Context, uids []uint32, yield func(mailbox.Body) error) error {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	var failed error // what is still coming is of no use then
	came := 0
	err := s.fetch(ctx, bodies, set, fetchOptions(nil), func(data *imapclient.FetchMessageData) {
		if failed != nil {
			return
		}
		if came++; came > maxAnswers(len(uids)) {
			failed = &mailbox.Error{Fault: mailbox.FaultProtocol, Doing: "UID FETCH", Err: errors.New("the server sends more mails than were asked for")}
		} else {
			failed = s.fetchOne(data, yield)
		}
		if failed != nil {
			s.wire.Conn.Close()
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// maxAnswers bounds the FETCH responses to a command for n mails. Some servers send a second one with
// flags, or report flags that change meanwhile; one that sends more holds us up.
func maxAnswers(n int) int { return 3*n + 1000 }

func (s *session) fetchOne(data *imapclient.FetchMessageData, yield func(mailbox.Body) error) error {
	var temp *rawstore.Temp
	a, err := take(data, s.buffer(), func(*imap.SectionPartial) (w io.Writer, err error) {
		temp, err = s.source.store.Create()
		return temp, err
	})
	if temp == nil {
		return err
	}
	if err != nil || a.uid == 0 || !a.body || a.part != nil || a.size == 0 || a.size != a.announced {
		temp.Discard()
		return err
	}
	return yield(mailbox.Body{UID: a.uid, InternalDate: a.date, Announced: a.announced, Temp: temp})
}

func fetchOptions(part *imap.SectionPartial) *imap.FetchOptions {
	return &imap.FetchOptions{
		UID: true, RFC822Size: true, InternalDate: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: part}},
	}
}

// take reads one response and copies its body to where open says. Its error is of writing; a body
// that was cut off is no error but no body either.
func take(data *imapclient.FetchMessageData, buf []byte, open opener) (arrived, error) {
	a := arrived{announced: -1}
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			a.uid = uint32(item.UID)
		case imapclient.FetchItemDataInternalDate:
			if a.date = item.Time; a.date.Equal(noDate) {
				a.date = time.Time{}
			}
		case imapclient.FetchItemDataRFC822Size:
			a.announced = item.Size
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || a.body { // NIL; or a second body, which no command asked for
				continue
			}
			w, err := open(item.Section.Partial)
			if err != nil {
				return a, storageError(err)
			}
			declared := item.Literal.Size()
			a.part = item.Section.Partial
			if a.size, err = copyBody(w, item.Literal, buf); err != nil {
				return a, storageError(err)
			}
			a.body = a.size == declared
		}
	}
	return a, nil
}

// copyBody returns the error of writing only: how much could be read is judged by its length.
//
// It must not be the one who sees the literal's end. With the first error that a literal returns, io.EOF
// included, go-imap reads on; but FetchMessageData.Next reads the same literal once more, which is a
// race for its buffer unless the literal was complete. So copyBody takes what was declared and stops
// when wire has nothing more, and leaves the error to Next.
func copyBody(w io.Writer, r imap.LiteralReader, buf []byte) (n int64, err error) {
	for n < r.Size() {
		k, more := fill(r, buf[:min(int64(len(buf)), r.Size()-n)])
		if _, err := w.Write(buf[:k]); err != nil {
			return n, err
		}
		n += int64(k)
		if !more {
			break
		}
	}
	return n, nil
}

// fill reads until buf is full, so that a mail is written in large pieces: in the 16 KiB of a TLS
// record each, writing cost more than everything else about it. What trickles is passed on after a
// while all the same, for it is a sign of life (rawstore.LastWrite). more is false when there is none.
func fill(r io.Reader, buf []byte) (n int, more bool) {
	for began := time.Now(); n < len(buf) && time.Since(began) < 10*time.Second; {
		k, err := r.Read(buf[n:])
		if n += k; k == 0 || err != nil {
			return n, false
		}
	}
	return n, true
}

// FetchSlowly implements mailbox.Session. Pieces are written only when they came whole, so that into
// can always be continued. Where the mail does not end at RFC822.SIZE (some servers count wrong,
// mailbox/FAULTS.md, item 35) it must be read twice with the same result.
func (s *session) FetchSlowly(ctx context.Context, uid uint32, into *rawstore.Temp) (mailbox.Body, error) {
	f := &slowFetch{session: s, uid: uid, into: into}
	for {
		a, err := f.next(ctx)
		if err != nil {
			return mailbox.Body{}, err
		}
		more := a.part != nil && a.size > 0
		switch size := into.Size(); {
		case max(size, a.announced) > s.source.opts.MaxMail:
			return mailbox.Body{}, slowError(uid, mailbox.ErrTooLarge)
		case size == a.announced && size > 0:
		case more:
			continue
		case size == 0:
			return mailbox.Body{}, slowError(uid, mailbox.ErrEmpty)
		default:
			if err := f.confirm(ctx); err != nil {
				return mailbox.Body{}, err
			}
		}
		return mailbox.Body{UID: uid, InternalDate: a.date, Announced: max(a.announced, 0), Temp: into}, nil
	}
}

// slowFetch is one mail on the slow path.
type slowFetch struct {
	session *session
	uid     uint32
	into    *rawstore.Temp
	piece   bytes.Buffer
}

// next asks for the piece that follows what is here and appends it. A server that knows no pieces
// answers with the whole, which then replaces what is here.
func (f *slowFetch) next(ctx context.Context) (arrived, error) {
	offset := f.into.Size()
	a, err := f.ask(ctx, &imap.SectionPartial{Offset: offset, Size: pieceSize}, func(part *imap.SectionPartial) (io.Writer, error) {
		f.piece.Reset()
		if part != nil {
			return limitedWriter{&f.piece}, nil
		}
		return f.into, f.into.Reset()
	})
	switch {
	case a.part == nil && a.size > 0 && !a.body: // half of the whole
		return a, errors.Join(err, f.into.Reset())
	case err != nil || a.part == nil || !a.body:
		return a, err
	case a.part.Offset != offset:
		return a, slowError(f.uid, fmt.Errorf("asked for bytes from %d on, got from %d on", offset, a.part.Offset))
	}
	if _, err := f.into.Write(f.piece.Bytes()); err != nil {
		return a, storageError(err)
	}
	return a, nil
}

// confirm reads the whole mail once more.
func (f *slowFetch) confirm(ctx context.Context) error {
	h := sha256.New()
	a, err := f.ask(ctx, nil, func(*imap.SectionPartial) (io.Writer, error) { h.Reset(); return h, nil })
	if err != nil {
		return err
	}
	if !a.body || a.size != f.into.Size() || casefile.Digest(h.Sum(nil)) != f.into.Digest() {
		err := fmt.Errorf("RFC822.SIZE is %d, one reading has %d bytes, another %d", a.announced, f.into.Size(), a.size)
		return errors.Join(slowError(f.uid, err), f.into.Reset())
	}
	return nil
}

// ask runs one command for the mail and returns the response that had its body, or else any response
// for it; ErrMissing if there was none.
func (f *slowFetch) ask(ctx context.Context, part *imap.SectionPartial, open opener) (arrived, error) {
	var set imap.UIDSet
	set.AddNum(imap.UID(f.uid))
	var got arrived
	var failed error
	err := f.session.fetch(ctx, bodies, set, fetchOptions(part), func(data *imapclient.FetchMessageData) {
		if got.body || failed != nil { // given twice
			return
		}
		a, err := take(data, f.session.buffer(), open)
		if err != nil {
			failed = err
			f.session.wire.Conn.Close()
		}
		if a.uid == f.uid && (a.body || got.uid == 0) {
			got = a
		}
	})
	switch {
	case failed != nil:
		return got, failed
	case err != nil:
		return got, err
	case got.uid == 0:
		return got, slowError(f.uid, mailbox.ErrMissing)
	}
	return got, nil
}

// limitedWriter refuses a piece that is much longer than what was asked for.
type limitedWriter struct{ b *bytes.Buffer }

func (l limitedWriter) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > 2*pieceSize {
		return 0, fmt.Errorf("more than %d bytes for a piece of %d", 2*pieceSize, pieceSize)
	}
	return l.b.Write(p)
}

func slowError(uid uint32, err error) error {
	return &mailbox.Error{Fault: mailbox.FaultRefused, Doing: fmt.Sprintf("fetching UID %d", uid), Err: err}
}

func storageError(err error) error {
	return &mailbox.Error{Fault: mailbox.FaultStorage, Doing: "writing a mail", Err: err}
}
