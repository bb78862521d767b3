package intake

import (
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/mailbox/parse"
)

// earlierCases is with how many of a sender's applications a new one is compared: their mails are read
// for it inside the transaction. Of somebody who has sent more than a burst only the latest are: what a mail
// costs must not grow with the mails of its sender, and whoever registers it is shown all that are alike.
const (
	earlierCases   = 8
	burst          = 20
	earlierInBurst = 2
)

// Earlier reads the sender's latest applications. One whose bytes are erased or damaged is compared
// by its subject alone.
func (i index) Earlier(mail string) ([]match.Earlier, error) {
	var all []match.Earlier
	most, sent := earlierCases, 0
	for range i.casesOf(mail) {
		if sent++; sent > burst {
			most = earlierInBurst
			break
		}
	}
	for id := range i.casesOf(mail) {
		e, ok, err := i.application(id)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, e)
		}
		if len(all) == most {
			break
		}
	}
	return all, nil
}

// application returns what a case began with; ok is false for one that is closed without a reply.
func (i index) application(id casefile.ID) (e match.Earlier, ok bool, err error) {
	if e, ok := i.read.applications[id]; ok {
		return e, true, nil
	}
	c, err := i.caseOf(id)
	if err != nil {
		return e, false, err
	}
	answered := !c.RepliedOn.IsZero()
	if !c.Stage.Open() && !answered {
		return e, false, nil
	}
	history, err := i.tx.History(id)
	if err != nil {
		return e, false, err
	}
	e = match.Earlier{Case: id, Answered: answered}
	for _, r := range casefile.Live(history) {
		received, is := r.Event.(casefile.Received)
		if !is {
			continue
		}
		e.Subject = received.Subject
		if received.Digest.IsZero() {
			continue
		}
		e.Text = i.textOf(received.Digest)
	}
	if i.read.applications == nil {
		i.read.applications = make(map[casefile.ID]match.Earlier)
	}
	i.read.applications[id] = e
	return e, true, nil
}

// earlierTexts keeps the texts that were read last: of somebody who sends a thousand applications the same
// few are compared with each new one.
type earlierTexts struct {
	mu    sync.Mutex
	texts map[casefile.Digest]*match.Text // worked out in a transaction alone
	order []casefile.Digest               // as they were read
}

const earlierKept = 64

// textOf is the text of a mail; nil where it cannot be read.
func (n *Room) textOf(d casefile.Digest) *match.Text {
	k := &n.earlier
	k.mu.Lock()
	defer k.mu.Unlock()
	if text, ok := k.texts[d]; ok {
		return text
	}
	var t *match.Text
	err := n.One(d, "比对来信", func() error {
		m, err := n.Parse(d, parse.Limits{Text: textForMatching, Undigested: true})
		t = match.NewText(m.Text)
		return err
	})
	if err != nil {
		return nil
	}
	k.keep(d, t)
	return t
}

// keepText remembers the text of a mail that was read for its own sake.
func (n *Room) keepText(d casefile.Digest, text *match.Text) {
	n.earlier.mu.Lock()
	defer n.earlier.mu.Unlock()
	if _, known := n.earlier.texts[d]; !known {
		n.earlier.keep(d, text)
	}
}

// keep must be called with mu held.
func (k *earlierTexts) keep(d casefile.Digest, text *match.Text) {
	if k.texts == nil {
		k.texts = make(map[casefile.Digest]*match.Text)
	}
	if len(k.order) == earlierKept {
		delete(k.texts, k.order[0])
		k.order = k.order[1:]
	}
	k.texts[d], k.order = text, append(k.order, d)
}
