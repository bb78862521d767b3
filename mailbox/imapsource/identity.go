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
	"github.com/emersion/go-imap/v2/imapclient"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/mailbox"
)

// identityRange is how many mails one command asks about; the answer has some 90 bytes for each.
const identityRange = 20_000

// Identify implements mailbox.Session, beside go-imap: an answer that go-imap cannot read would end the
// connection, and with it the knowledge of all mails behind it.
func (s *session) Identify(ctx context.Context, uids []uint32) (all []mailbox.Shown, err error) {
	for some := range slices.Chunk(uids, identityRange) {
		a := &aside{fetched: func(items []byte) {
			if shown, ok := identity(items); ok && shown.UID >= some[0] && shown.UID <= some[len(some)-1] {
				all = append(all, shown)
			}
		}}
		err := s.asideCommand(ctx, a, listing, fmt.Sprintf("UID FETCH %d:%d (UID RFC822.SIZE INTERNALDATE)", some[0], some[len(some)-1]))
		if e, ok := errors.AsType[*mailbox.Error](err); ok && e.Fault == mailbox.FaultRefused {
			err = nil // then nothing is known of them
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(x, y mailbox.Shown) int { return int(int64(x.UID) - int64(y.UID)) })
	return slices.CompactFunc(all, func(x, y mailbox.Shown) bool { return x.UID == y.UID }), nil
}

var (
	uidItem  = regexp.MustCompile(`(?i)\bUID (\d+)`)
	sizeItem = regexp.MustCompile(`(?i)\bRFC822\.SIZE (\d+)`)
)

// identity reads the items of a FETCH response one by one: what cannot be read is not told, and the
// others are.
func identity(items []byte) (shown mailbox.Shown, ok bool) {
	m := uidItem.FindSubmatch(items)
	if m == nil {
		return shown, false
	}
	uid, err := strconv.ParseUint(string(m[1]), 10, 32)
	if err != nil || uid == 0 {
		return shown, false
	}
	shown.UID = uint32(uid)
	if m := sizeItem.FindSubmatch(items); m != nil {
		shown.Size, _ = strconv.ParseInt(string(m[1]), 10, 64)
	}
	if m := internalDate.FindSubmatch(items); m != nil {
		shown.Date = readDate(string(m[1]))
	}
	return shown, true
}

// MessageIDs implements mailbox.Session.
func (s *session) MessageIDs(ctx context.Context, uids []uint32) (map[uint32]string, error) {
	ids := make(map[uint32]string, len(uids))
	opts := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"MESSAGE-ID"}, Peek: true,
	}}}
	for some := range slices.Chunk(uids, 500) {
		var set imap.UIDSet
		for _, uid := range some {
			set.AddNum(imap.UID(uid))
		}
		err := s.fetch(ctx, listing, set, opts, func(data *imapclient.FetchMessageData) {
			var header bytes.Buffer
			a, err := take(data, s.buffer(), func(*imap.SectionPartial) (io.Writer, error) {
				header.Reset()
				return limitedWriter{&header}, nil
			})
			if err == nil && a.body && a.uid != 0 {
				ids[a.uid] = messageID(header.String())
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// messageID is what stands between the angle brackets of the field; "" where there are none. Some servers
// answer with more than the field.
func messageID(header string) string {
	m := messageIDField.FindStringSubmatch(header)
	if m == nil {
		return ""
	}
	return strings.TrimSpace(m[1])
}

var messageIDField = regexp.MustCompile(`(?im)^Message-ID:\s*<([^<>]*)>`)
