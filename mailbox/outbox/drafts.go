package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ysq.internal/ysq/mailbox"
)

// Shelf is the folder for drafts of one account; imapsource is one.
type Shelf interface {
	// Append puts a mail into the folder, on a connection of its own. It calls begin when the next
	// thing the server gets is the mail. A refusal of the server is returned in refused; an error after
	// begin means that nobody knows.
	Append(ctx context.Context, mail []byte, begin func() error) (refused string, err error)
	// Holds looks through the folder for Message-IDs, the newest mails first, without asking the
	// server to search: servers answer that with what they like (mailbox/PROVIDERS.md#netease-163-126).
	// whole says that it has looked at every mail.
	Holds(ctx context.Context, messageIDs ...string) (held map[string]bool, whole bool, err error)
}

// maxDraft bounds what is held in memory to be appended; NetEase takes 68 MiB (APPENDLIMIT).
const maxDraft = 70 << 20

// Drafts is a Channel over a Shelf. APPEND is not idempotent: a second one makes a second draft, which
// a person might send, too.
type Drafts struct {
	Shelf Shelf
}

// Deliver implements Channel.
func (d *Drafts) Deliver(ctx context.Context, m Item, body io.Reader, begin func() error) (Receipt, error) {
	if m.Size > maxDraft {
		return Receipt{}, &Refusal{Phase: PhaseAppend, Outcome: Failed, Reason: fmt.Sprintf("信有 %d MiB，超过草稿箱的上限", m.Size>>20)}
	}
	mail, err := io.ReadAll(io.LimitReader(body, maxDraft+1))
	if err != nil {
		return Receipt{}, err
	}
	begun := false
	refused, err := d.Shelf.Append(ctx, mail, func() error {
		err := begin()
		begun = err == nil
		return err
	})
	switch {
	case err != nil && begun:
		return Receipt{}, err
	case err != nil:
		return Receipt{}, unreached(err)
	case refused != "":
		return Receipt{}, judge(PhaseAppend, 0, oneLine(refused))
	}
	return Receipt{State: Drafted}, nil
}

// Find implements Channel.
func (d *Drafts) Find(ctx context.Context, m Item) (bool, error) {
	held, _, err := d.Shelf.Holds(ctx, m.MessageID)
	return held[m.MessageID], unreached(err)
}

// unreached tells a mailbox that cannot be used from a line that broke: an account that is refused
// must not be tried every minute (mailbox/PROVIDERS.md#netease-163-126).
func unreached(err error) error {
	e, ok := errors.AsType[*mailbox.Error](err)
	if !ok || e.Fault == mailbox.FaultUnreachable {
		return err
	}
	r := &Refusal{Phase: PhaseLogin, Said: oneLine(e.Said), Outcome: Queued, Fault: Fault(e.Fault), Rest: 15 * time.Minute, Reason: e.Label() + "。" + e.Hint(), Err: err}
	if e.Fault == mailbox.FaultRefused && e.Said == "" {
		r.Reason = e.Err.Error()
	}
	return r
}
