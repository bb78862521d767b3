package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
)

// thread lists the mails that this one answers, the nearest first.
func (d *decider) thread() []string {
	ids := slices.Clone(d.m.InReplyTo)
	for _, id := range slices.Backward(d.m.References) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// casesByIDs returns the cases of the first identifier that is on any: the nearest ancestor says
// more than the beginning of the thread.
func (d *decider) casesByIDs(ids []string) ([]casefile.ID, error) {
	for _, id := range ids {
		if id == "" {
			continue
		}
		cases, err := d.r.CasesByMessageID(id)
		if err != nil {
			return nil, err
		}
		if len(cases) > 0 {
			return cases, nil
		}
	}
	return nil, nil
}

// numbered returns the cases whose number the subject carries.
func (d *decider) numbered() ([]casefile.ID, error) {
	var cases []casefile.ID
	for _, id := range Numbers(d.m.Subject) {
		_, found, err := d.r.Case(id)
		if err != nil {
			return nil, err
		}
		if found {
			cases = append(cases, id)
		}
	}
	return cases, nil
}

// suggestAll proposes what can be found for a mail that is parked: the case of the mail that a
// bounce is about, of the one that an absence note answers, of the number.
func (d *decider) suggestAll() error {
	if report := d.m.Delivery; report != nil {
		cases, err := d.casesByIDs([]string{report.OriginalID})
		if err != nil {
			return err
		}
		for _, id := range cases {
			d.propose(id, 95, "回执所指的是该件上发出的邮件")
		}
	}
	answered, err := d.casesByIDs(d.thread())
	if err != nil {
		return err
	}
	for _, id := range answered {
		d.propose(id, 80, "是对该件邮件的回复")
	}
	numbered, err := d.numbered()
	if err != nil {
		return err
	}
	for _, id := range numbered {
		d.propose(id, 60, "标题中有该件编号")
	}
	return d.suggestBySender()
}

// suggestBySender proposes the sender's open cases, the more so where the mail reads like a
// follow-up (casefile/LAW.md#forms-and-letters).
func (d *decider) suggestBySender() error {
	likeness, reason := 30, "同一发件人有在办件"
	if followUp(d.m.Subject) {
		likeness, reason = 65, "同一发件人有在办件，标题像是后续材料"
	}
	for _, mail := range d.senders() {
		cases, err := d.r.CasesByAddress(mail)
		if err != nil {
			return err
		}
		d.suggest = slices.Grow(d.suggest, len(cases))
		for _, id := range cases {
			d.propose(id, likeness, reason)
		}
	}
	return nil
}

// forwardedLines is within how many lines of a mail that is passed on its author is looked for.
const forwardedLines = 40

// suggestForwarded proposes the open cases of whoever wrote what a colleague passes on, and those that it names: the
// sender is none of their people.
func (d *decider) suggestForwarded() error {
	if !hasPrefix(strings.ToLower(strings.TrimSpace(d.m.Subject)), "转发", "转寄", "fw") {
		return nil
	}
	n := 0
	for line := range strings.Lines(d.m.Text) {
		if n++; n > forwardedLines {
			break
		}
		line = strings.TrimSpace(strings.ReplaceAll(line, ":", "："))
		for _, id := range Numbers(line) {
			if c, found, err := d.r.Case(id); err != nil {
				return err
			} else if found && !c.Finished {
				d.propose(id, 60, "所转发的来信写有该件编号")
			}
		}
		label, value, ok := strings.Cut(line, "：")
		if label = strings.ToLower(letters(label)); !ok || label != "发件人" && label != "from" {
			continue
		}
		cases, err := d.r.CasesByAddress(authorIn(value))
		if err != nil {
			return err
		}
		for _, id := range cases {
			d.propose(id, 65, "所转发的来信的发件人属于该件")
		}
	}
	return nil
}

// authorIn is the address in a line like 王某 <wang@example.test> or wang@example.test.
func authorIn(line string) string {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" <>[]（）()\"'，,;；\t", r) }) {
		if strings.Contains(word, "@") {
			return strings.TrimPrefix(strings.ToLower(word), "mailto：")
		}
	}
	return ""
}

func followUp(subject string) bool {
	return containsAny(subject, "补正", "补充", "撤回", "撤销申请", "催办", "催促", "缴费", "说明理由", "第三方意见", "征求意见")
}

// propose adds a reason for a case; the likeness is that of the best one.
func (d *decider) propose(id casefile.ID, likeness int, reason string) {
	k := slices.IndexFunc(d.suggest, func(s Suggestion) bool { return s.Case == id })
	if k < 0 {
		d.suggest = append(d.suggest, Suggestion{Case: id})
		k = len(d.suggest) - 1
	}
	s := &d.suggest[k]
	s.Likeness = max(s.Likeness, likeness)
	if !slices.Contains(s.Reasons, reason) {
		s.Reasons = append(s.Reasons, reason)
	}
}

// suggestedAtMost is how many cases are suggested for a mail. Whoever sends a thousand must not have each of
// them name the others.
const suggestedAtMost = 5

// suggestions returns the proposals, likeliest first, without the case that the mail has joined. Where they are
// too many the latest of the likeliest are returned, and how many there were.
func (d *decider) suggestions() (list []Suggestion, of int) {
	list = slices.DeleteFunc(d.suggest, func(s Suggestion) bool { return s.Case == d.out.Case })
	slices.SortStableFunc(list, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.Case, b.Case))
	})
	if len(list) <= suggestedAtMost {
		return list, 0
	}
	// Of those that are as likely as the last one for which there is room, the latest ones stay.
	of = len(list)
	asLast := func(s Suggestion) bool { return s.Likeness == list[suggestedAtMost-1].Likeness }
	first := slices.IndexFunc(list, asLast)
	last := first + 1
	for last < of && asLast(list[last]) {
		last++
	}
	return append(list[:first:first], list[last-(suggestedAtMost-first):last]...), of
}

// Numbers finds case numbers such as 2026-00017 in a subject, in whatever brackets, with full-width
// digits or another dash, each once, in order.
func Numbers(subject string) []casefile.ID {
	var found []casefile.ID
	s := narrowed(subject)
	for dash := 0; ; dash++ {
		k := strings.IndexByte(s[dash:], '-')
		if k < 0 {
			return found
		}
		dash += k
		i := dash - 4
		if i < 0 || i+10 > len(s) || i > 0 && (digit(s[i-1]) || s[i-1] == '-') || s[i] != '2' || s[i+1] != '0' || !digit(s[i+2]) || !digit(s[i+3]) {
			continue
		}
		end := i + 5
		for end < len(s) && digit(s[end]) {
			end++
		}
		if end-i < 10 || end-i > 14 || end+1 < len(s) && s[end] == '-' && digit(s[end+1]) {
			continue
		}
		if id := casefile.ID(s[i:end]); !slices.Contains(found, id) {
			found = append(found, id)
		}
	}
}

// narrowed makes the digits and dashes of a text those of ASCII.
func narrowed(s string) string {
	if !holdsWide(s) {
		return s
	}
	return strings.Map(narrow, s)
}

// holdsWide reports whether narrow may change a text. Whole mails are looked through, and hardly any has such characters.
func holdsWide(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		switch c := s[i]; {
		case c < 0xe2:
			continue
		case c == 0xe2 && (s[i+1] == 0x80 || s[i+1] == 0x88), c == 0xef && (s[i+1] == 0xbc || s[i+1] == 0xb9):
			if r, _ := utf8.DecodeRuneInString(s[i:]); narrow(r) != r {
				return true
			}
		}
		i += 2
	}
	return false
}

// narrow makes digits and dashes those of ASCII.
func narrow(r rune) rune {
	switch {
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r == '－' || r >= '\u2010' && r <= '\u2015' || r == '\u2212' || r == '﹣':
		return '-'
	}
	return r
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}
