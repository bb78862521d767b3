package imapsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"

	"ysq.internal/ysq/mailbox"
)

// Drafts is the folder for drafts of an account. Each call has a connection of its own, so that
// whatever happens to it is nothing to polling.
type Drafts struct {
	source *Source
}

// Drafts returns the folder for drafts of the account.
func (s *Source) Drafts() *Drafts { return &Drafts{s} }

// ErrNoDrafts says that the account shows no folder for drafts.
var ErrNoDrafts = errors.New("邮箱里没有草稿箱：请登录网页邮箱核对文件夹")

// lookAt is how many of the newest drafts are looked at for a Message-ID, and how much of each: the
// header that we write ourselves has a few hundred bytes before it.
const (
	lookAt     = 100
	lookAtHead = 4 << 10
)

// Append puts a mail into the folder for drafts, marked \Draft. It calls begin before the server gets
// the mail: an error from then on means that nobody knows whether the folder has it. refused is the
// server's own no, which means that it has not.
func (d *Drafts) Append(ctx context.Context, mail []byte, begin func() error) (refused string, err error) {
	err = d.visit(ctx, func(t *talk, folder string) error {
		if err := begin(); err != nil {
			return err
		}
		r, err := t.put("APPEND "+folder+` (\Draft)`, mail)
		if err == nil && !r.ok() {
			refused = strings.TrimSpace(r.status + " " + r.text)
		}
		return err
	})
	return refused, err
}

// Holds looks for Message-IDs among the newest drafts and returns those that are there. whole says that there
// are no older drafts: only then is what was not found not in the folder.
func (d *Drafts) Holds(ctx context.Context, messageIDs ...string) (held map[string]bool, whole bool, err error) {
	held = map[string]bool{}
	err = d.visit(ctx, func(t *talk, folder string) error {
		if err := t.must("EXAMINE " + folder); err != nil {
			return err
		}
		r, err := t.say("UID SEARCH ALL")
		if err != nil {
			return err
		}
		var uids []uint32
		for word := range strings.FieldsSeq(r.untagged("SEARCH")) {
			if n, err := strconv.ParseUint(word, 10, 32); err == nil {
				uids = append(uids, uint32(n))
			}
		}
		slices.Sort(uids)
		whole = len(uids) <= lookAt
		for _, uid := range slices.Backward(uids[max(0, len(uids)-lookAt):]) {
			head, err := t.head(uid)
			if err != nil {
				return err
			}
			for _, id := range messageIDs {
				held[id] = held[id] || hasMessageID(head, id)
			}
			if !slices.ContainsFunc(messageIDs, func(id string) bool { return !held[id] }) {
				return nil
			}
		}
		return nil
	})
	return held, whole, err
}

// visit logs in, finds the folder, and leaves again when do is done.
func (d *Drafts) visit(ctx context.Context, do func(t *talk, folder string) error) error {
	conn, err := d.source.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	t := newTalk(conn, d.source.opts)
	if err := t.login(); err != nil {
		return err
	}
	if _, err := t.say(`ID ("name" "ysq" "version" ` + quoted(d.source.opts.Version) + ` "vendor" "ysq")`); err != nil {
		return err
	}
	folder, err := draftsFolder(t)
	if err != nil {
		return err
	}
	if err := do(t, folder); err != nil {
		return err
	}
	t.say("LOGOUT") // what it says no longer matters
	return nil
}

// draftsFolder finds the folder by SPECIAL-USE (RFC 6154), otherwise by the names in use, and returns it as
// it goes over the wire.
func draftsFolder(t *talk) (string, error) {
	list, err := t.say(`LIST "" "*"`)
	if err != nil {
		return "", err
	}
	byName := ""
	for _, line := range list.lines {
		data, wire, ok := listed(line)
		if !ok || slices.Contains(data.Attrs, imap.MailboxAttrNoSelect) {
			continue
		}
		if !strings.HasPrefix(wire, `"`) { // an atom is as good quoted
			wire = quoted(wire)
		}
		if slices.ContainsFunc(data.Attrs, func(a imap.MailboxAttr) bool { return strings.EqualFold(string(a), string(imap.MailboxAttrDrafts)) }) {
			return wire, nil
		}
		name := data.Mailbox
		if data.Delim != 0 {
			name = name[strings.LastIndex(name, string(data.Delim))+1:]
		}
		switch strings.ToLower(name) {
		case "草稿箱", "草稿", "drafts", "draft":
			byName = wire
		}
	}
	if byName == "" {
		return "", &mailbox.Error{Fault: mailbox.FaultRefused, Doing: "LIST", Err: ErrNoDrafts}
	}
	return byName, nil
}

// must is say for what has to be answered with OK.
func (t *talk) must(command string) error {
	r, err := t.say(command)
	if err == nil && !r.ok() {
		name, _, _ := strings.Cut(command, " ")
		err = &mailbox.Error{Fault: mailbox.FaultRefused, Doing: name, Said: t.redact(r.text), Err: errors.New("refused")}
	}
	return err
}

// put sends a command that ends in a literal (RFC 9051, 4.3).
func (t *talk) put(command string, literal []byte) (reply, error) {
	return t.sayMore(fmt.Sprintf("%s {%d}", command, len(literal)), literal)
}

// sayMore sends a command and, once the server asks for it, what belongs to it.
func (t *talk) sayMore(command string, more []byte) (reply, error) {
	t.tag++
	tag := "P" + strconv.Itoa(t.tag)
	name, _, _ := strings.Cut(command, " ")
	broken := func(err error) error {
		return &mailbox.Error{Fault: mailbox.FaultUnreachable, Doing: name, Err: err}
	}
	t.begin(answer)
	defer t.conn.expectNothing()
	if _, err := io.WriteString(t.conn, tag+" "+command+"\r\n"); err != nil {
		return reply{}, broken(err)
	}
	var r reply
	for asked := false; ; {
		line, err := t.read(&r)
		if err != nil {
			return r, broken(err)
		}
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case first == "+" && !asked:
			asked = true
			if err := t.give(more); err != nil {
				return r, broken(err)
			}
		case first == tag:
			r.status, r.text, _ = strings.Cut(rest, " ")
			r.status = strings.ToUpper(r.status)
			return r, nil
		}
	}
}

// give writes in pieces, each with a deadline of its own: a slow line may take its time.
func (t *talk) give(more []byte) error {
	for piece := range slices.Chunk(more, 64<<10) {
		if _, err := t.conn.Write(piece); err != nil {
			return err
		}
	}
	t.begin(answer) // the verdict takes its time from here
	_, err := io.WriteString(t.conn, "\r\n")
	return err
}

// head returns the beginning of a mail; servers that do not honour the range return all of it.
func (t *talk) head(uid uint32) ([]byte, error) {
	t.keep = lookAtHead
	defer func() { t.keep = 0 }()
	r, err := t.say(fmt.Sprintf("UID FETCH %d (UID BODY.PEEK[]<0.%d>)", uid, lookAtHead))
	return r.kept, err
}

// hasMessageID looks for the field in a header. It was written by us or by webmail, and need not be
// read as one of a stranger's.
func hasMessageID(head []byte, id string) bool {
	head, _, _ = bytes.Cut(head, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(bytes.ReplaceAll(head, []byte("\r\n "), []byte(" ")), []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(bytes.TrimSpace(name), []byte("Message-ID")) && string(bytes.TrimSpace(value)) == "<"+id+">" {
			return true
		}
	}
	return false
}
