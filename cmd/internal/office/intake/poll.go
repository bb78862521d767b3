package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
)

// RoleOf returns the role of the folder in which a mail lay, by the server's last listing. Where nobody
// has polled yet, anything but the inbox counts as a junk folder: the mail then joins a case or stays
// parked, and never becomes a case unseen.
func (n *Room) RoleOf(t casefile.MessageTaken) mailbox.Role {
	for _, p := range n.Pollers {
		s := p.Status()
		i := slices.IndexFunc(s.Folders, func(o mailbox.FolderStatus) bool { return s.Account == t.Account && o.Name == t.Folder })
		if i >= 0 {
			return s.Folders[i].Role
		}
	}
	if t.Folder == "INBOX" {
		return mailbox.RoleInbox
	}
	return mailbox.RoleJunk
}

// Poll polls every account fully, side by side, and waits for all of them.
func (n *Room) Poll(ctx context.Context) (ask.PollResult, error) {
	results := make([]mailbox.Result, len(n.Pollers))
	errs := make([]error, len(n.Pollers))
	var wg sync.WaitGroup
	for i, p := range n.Pollers {
		wg.Go(func() { results[i], errs[i] = p.Poll(ctx) })
	}
	wg.Wait()
	var sum ask.PollResult
	for i, r := range results {
		sum.Taken += r.Taken
		sum.Troubled += r.Quarantined
		if a, audited := n.Pollers[i].LastAudit(); audited && errs[i] == nil {
			for _, f := range a.Folders {
				sum.Troubled += len(f.Missing) // listed and not handed out, and not tried often enough yet
			}
		}
		if errs[i] != nil {
			errs[i] = n.PollError(n.Pollers[i].Status(), errs[i])
		}
	}
	return sum, errors.Join(errs...)
}

// PollError says what hinders a poll and, where a daemon polls, when it is tried again.
func (n *Room) PollError(s mailbox.Status, err error) error {
	if s.Label == "" {
		return fmt.Errorf("%s: %w", s.Account, err)
	}
	hint := s.Hint
	if !n.Started.IsZero() && !s.NextTry.IsZero() { // zero: it is tried again already
		hint += s.Meanwhile + "下次自动收信在 " + s.NextTry.In(civil.Zone).Format("15:04") + "。"
	}
	return &ask.Error{Code: string(s.Fault), Msg: fmt.Sprintf("邮箱 %s：%s（%v）", s.Account, s.Label, err), Hint: hint, Do: s.Do, Exit: ask.ExitFailed}
}
