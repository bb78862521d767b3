package imapsource

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"ysq.internal/ysq/casefile/panics"
	"ysq.internal/ysq/mailbox"
)

// session is one connection, used by one goroutine, one command at a time.
type session struct {
	source *Source
	wire   *wire
	client *imapclient.Client
	box    mailbox.Box // as last opened

	certificate time.Time // end of the server's; zero: no TLS

	asked, idles bool // whether the server was asked for IDLE, and offers it
	asides       int  // commands so far that go-imap does not know of

	mu      sync.Mutex // held while a mail is received; guards what follows
	receive func(*imapclient.FetchMessageData)
	buf     []byte // for copying bodies
}

func newSession(s *Source, conn net.Conn) *session {
	ses := &session{source: s, wire: newWire(conn, s.opts.Idle, s.opts.MaxMail)}
	ses.client = imapclient.New(ses.wire, &imapclient.Options{
		// go-imap calls this, in a goroutine, for a mail that it cannot assign to the command: the
		// UID came after the body, or a change of flags came before it. It is ours all the same.
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Fetch: ses.received},
	})
	return ses
}

// buffer is what literals are copied through, made for the first of them: a session that finds nothing new has none.
func (s *session) buffer() []byte {
	if s.buf == nil {
		s.buf = make([]byte, 256<<10)
	}
	return s.buf
}

// run runs one command and classifies what went wrong by when it did: go-imap's errors carry no more
// than text. The server's own words count only as a status reply or as NetEase's refusals.
func (s *session) run(ctx context.Context, what pace, doing string, command func() error) error {
	_, err := s.hear(ctx, what, doing, command)
	return err
}

func (s *session) hear(ctx context.Context, what pace, doing string, command func() error) (heard, error) {
	stop := context.AfterFunc(ctx, func() { s.wire.Conn.Close() })
	s.wire.arm(what)
	err := command()
	heard := s.wire.disarm()
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	s.resume()
	if err == nil {
		return heard, nil
	}
	return heard, s.classify(ctx, doing, err)
}

// resume goes on with a panic that ended the connection, in a goroutine of go-imap's or in this one.
func (s *session) resume() {
	_, broken := s.wire.failure()
	panics.Resume(broken)
}

func (s *session) classify(ctx context.Context, doing string, err error) error {
	s.resume()
	if e, ok := errors.AsType[*mailbox.Error](err); ok {
		return e
	}
	out := &mailbox.Error{Doing: doing, Err: err}
	heard, broken := s.wire.failure()
	reply, refused := errors.AsType[*imap.Error](err)
	switch {
	case ctx.Err() != nil:
		out.Fault, out.Err = mailbox.FaultUnreachable, context.Cause(ctx)
	case refused && (doing == "LOGIN" || doing == "AUTHENTICATE"):
		return loginRefused(doing, reply)
	case refused:
		out.Fault, out.Detail = mailbox.FaultRefused, detailOf(reply.Code)
		out.Said, out.Err = legible(reply.Text), errors.New("refused")
		if unsafeLogin(reply.Text) {
			out.Fault = mailbox.FaultUnsafe
		}
	case heard.bye != "":
		out.Fault, out.Detail = byeFault(heard.bye)
		out.Said, out.Err = heard.bye, errors.New("connection closed by the server")
	case broken != nil:
		out.Fault, out.Err = mailbox.FaultUnreachable, broken
	default: // the connection held: go-imap did not understand what came over it
		out.Fault = mailbox.FaultProtocol
	}
	return out
}

// Folders implements mailbox.Session.
func (s *session) Folders(ctx context.Context) ([]mailbox.Folder, error) {
	var list []*imap.ListData
	err := s.run(ctx, listing, "LIST", func() (err error) {
		list, err = s.client.List("", "*", nil).Collect()
		return err
	})
	if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Fault == mailbox.FaultRefused {
		err = nil // the inbox is there without a list
	}
	if err != nil {
		return nil, err
	}
	return chooseFolders(list), nil
}

// Open implements mailbox.Session. When NetEase calls the login unsafe, ID is sent once more, once.
func (s *session) Open(ctx context.Context, folder string) (mailbox.Box, error) {
	box, err := s.examine(ctx, folder)
	if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Fault == mailbox.FaultUnsafe {
		if _, broken := s.wire.failure(); broken == nil {
			if err := s.identify(ctx); err != nil {
				return mailbox.Box{}, err
			}
			box, err = s.examine(ctx, folder)
		}
	}
	s.box = box
	return box, err
}

func (s *session) examine(ctx context.Context, folder string) (mailbox.Box, error) {
	command := "EXAMINE "
	if s.source.opts.Select {
		command = "SELECT "
	}
	heard, err := s.hear(ctx, answer, command+folder, func() error {
		_, err := s.client.Select(folder, &imap.SelectOptions{ReadOnly: !s.source.opts.Select}).Wait()
		return err
	})
	if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Fault == mailbox.FaultRefused {
		e.Folder = folder
	}
	if err != nil {
		return mailbox.Box{}, err
	}
	return mailbox.Box{UIDValidity: heard.uidvalidity, Exists: heard.exists}, nil
}

// List implements mailbox.Session. Servers that refuse SEARCH, or find less than they say there is,
// are asked for the UIDs of all messages instead; both answers together count.
func (s *session) List(ctx context.Context, first uint32) ([]uint32, error) {
	uids, err := s.search(ctx, first)
	e, _ := errors.AsType[*mailbox.Error](err)
	refused := e != nil && e.Fault == mailbox.FaultRefused
	if err != nil && !refused {
		return nil, err
	}
	if refused || first == 1 && len(uids) < int(s.box.Exists) {
		more, err := s.fetchUIDs(ctx, first)
		if err != nil {
			return nil, err
		}
		uids = append(uids, more...)
	}
	slices.Sort(uids)
	uids = slices.Compact(uids)
	// "n:*" always names the last message, however low its UID (RFC 9051, 6.4.9).
	return slices.DeleteFunc(uids, func(uid uint32) bool { return uid < first }), nil
}

func (s *session) search(ctx context.Context, first uint32) ([]uint32, error) {
	criteria := &imap.SearchCriteria{}
	if first > 1 {
		criteria.UID = []imap.UIDSet{from(first)}
	}
	var uids []uint32
	err := s.run(ctx, listing, "UID SEARCH", func() error {
		data, err := s.client.UIDSearch(criteria, nil).Wait()
		if err != nil {
			return err
		}
		set, _ := data.All.(imap.UIDSet)
		uids = uidsOf(set)
		return nil
	})
	return uids, err
}

func (s *session) fetchUIDs(ctx context.Context, first uint32) ([]uint32, error) {
	var uids []uint32
	err := s.fetch(ctx, listing, from(first), &imap.FetchOptions{UID: true}, func(data *imapclient.FetchMessageData) {
		for item := data.Next(); item != nil; item = data.Next() {
			if uid, ok := item.(imapclient.FetchItemDataUID); ok {
				uids = append(uids, uint32(uid.UID))
			}
		}
	})
	return uids, err
}

// uidsOf is UIDSet.Nums for what a server says: Nums gives up on UID 0 and does not end on the last
// UID there is.
func uidsOf(set imap.UIDSet) (uids []uint32) {
	for _, r := range set {
		if r.Start == 0 || r.Stop == 0 {
			continue
		}
		for uid := r.Start; ; uid++ {
			uids = append(uids, uint32(uid))
			if uid == r.Stop {
				break
			}
		}
	}
	return uids
}

func from(first uint32) imap.UIDSet {
	return imap.UIDSet{imap.UIDRange{Start: imap.UID(first)}} // Stop 0 is "*"
}

// CertificateEnds implements mailbox.Session.
func (s *session) CertificateEnds() time.Time { return s.certificate }

// Close implements mailbox.Session. LOGOUT is a courtesy and gets no time to speak of.
func (s *session) Close() error {
	if _, broken := s.wire.failure(); broken == nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		s.run(ctx, answer, "LOGOUT", func() error { return s.client.Logout().Wait() })
	}
	s.teardown()
	return nil
}

// teardown closes the connection under go-imap first: Client.Close alone waits for ever when a mail
// is half read. Every command has been waited for before, so nothing else is in progress.
func (s *session) teardown() {
	s.wire.Conn.Close()
	s.client.Close() // tells once more what broke the connection, or complains about the ID reply
	s.mu.Lock()      // a mail may still be with received
	defer s.mu.Unlock()
	s.receive = nil
}

// chooseFolders picks what is polled, by SPECIAL-USE (RFC 6154) or by name; the inbox is always there.
func chooseFolders(list []*imap.ListData) []mailbox.Folder {
	folders := []mailbox.Folder{{Name: "INBOX", Role: mailbox.RoleInbox}}
	for _, l := range list {
		role := roleOf(l)
		if role != "" && l.Mailbox != "INBOX" && !slices.Contains(l.Attrs, imap.MailboxAttrNoSelect) &&
			!slices.Contains(l.Attrs, imap.MailboxAttrNonExistent) {
			folders = append(folders, mailbox.Folder{Name: l.Mailbox, Role: role})
		}
	}
	return folders
}

func roleOf(l *imap.ListData) mailbox.Role {
	switch {
	case slices.Contains(l.Attrs, imap.MailboxAttrJunk):
		return mailbox.RoleJunk
	case slices.Contains(l.Attrs, imap.MailboxAttrSent):
		return mailbox.RoleSent
	case slices.ContainsFunc(l.Attrs, otherUse):
		return ""
	}
	name := l.Mailbox
	if l.Delim != 0 {
		name = name[strings.LastIndex(name, string(l.Delim))+1:]
	}
	switch strings.ToLower(name) {
	case "垃圾邮件", "垃圾箱", "垃圾邮箱", "广告邮件", "订阅邮件", "病毒文件夹", "病毒邮件", "隔离邮件", "junk", "junk e-mail", "junk email", "spam", "bulk mail":
		return mailbox.RoleJunk
	case "已发送", "已发送邮件", "发件箱", "sent", "sent messages", "sent items", "sent mail":
		return mailbox.RoleSent
	}
	return ""
}

func otherUse(a imap.MailboxAttr) bool {
	return a == imap.MailboxAttrDrafts || a == imap.MailboxAttrTrash || a == imap.MailboxAttrArchive || a == imap.MailboxAttrAll
}
