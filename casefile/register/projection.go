package register

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// A projection is a version byte, a head of fixed size, the case's periods, length-prefixed strings and the
// case's Seqs. Reports and filters read no further than the first two strings.
//
//	0      version
//	1-6    kind, stage, channel with 128 where it is to be confirmed, column, outcome, tally outcome
//	7      flags: 1 undelivered, 2 strict provisional, 4 legal provisional, 8 carried over,
//	       16 arrival doubted, 32 strict ordered, 64 legal ordered, 128 letters owed
//	8-9    what the strict and the legal clock wait for
//	10-17  arrival, Unix milliseconds; the smallest integer when unknown
//	18-23  year counted in, messages, corrections (16 bits each)
//	24-37  working days granted by extension, notices that came back (8 bits higher: not known to have arrived), open mails, approval, 改列, publicity, years of
//	       keeping (16 bits each)
//	38-    civil days, 32 bits each, in the order of days()
//
// A period is three bytes, how it began, how it ended and flags (1 late, 2 disputable, 4 slow, 8 returned), and its
// days as varints in the order of spans().
const (
	projectionVersion = 2
	daysAt            = 38
	dayCount          = 24
	headSize          = daysAt + 4*dayCount
	spanCount         = 5
	noArrival         = -1 << 63
	toConfirm         = 128
)

var errProjection = errors.New("projection is damaged")

// days lists the civil days of a projection in the order in which they lie in the head.
func days(c *casefile.Case) [dayCount]*civil.Date {
	return [dayCount]*civil.Date{
		&c.ArrivedOn, &c.ConfirmedOn, &c.RegisteredOn, &c.ReviewedOn, &c.CorrectedOn, &c.RepliedOn,
		&c.DispatchedOn, &c.DeliveredOn, &c.StoppedOn, &c.ArchivedOn, &c.TallyOn,
		&c.Strict.Start, &c.Strict.Due, &c.Strict.WaitSince, &c.Strict.WaitUntil,
		&c.Legal.Start, &c.Legal.Due, &c.Legal.WaitSince, &c.Legal.WaitUntil,
		&c.StampedOn, &c.SureDue, &c.OldestOn, &c.ApprovalOn, &c.ReportBy,
	}
}

// spans lists the days of a period.
func spans(p *casefile.Period) [spanCount]*civil.Date {
	return [...]*civil.Date{&p.StartStrict, &p.StartLegal, &p.DueStrict, &p.DueLegal, &p.Ended}
}

// texts lists the strings of a projection in the order in which they follow the head.
func texts(c *casefile.Case) []*string { // Heads relies on the first two
	return []*string{&c.Basis, &c.Document, &c.Applicant, &c.Contact, &c.Email, &c.Form, &c.Delivery, &c.Subject, &c.Request, &c.Department, &c.Assignee, &c.Agent, (*string)(&c.MergedInto)}
}

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}

func encodeProjection(c casefile.Case, seqs []uint64) []byte {
	b := make([]byte, headSize, headSize+256)
	b[0] = projectionVersion
	b[1], b[2], b[3] = byte(c.Kind)|byte(c.Seems)<<4, byte(c.Stage), byte(c.Channel)|flag(c.ToConfirm, toConfirm)
	b[4], b[5], b[6] = byte(c.Column), byte(c.Outcome), byte(c.Tally)
	b[7] = flag(c.Undelivered, 1) | flag(c.Strict.Provisional, 2) | flag(c.Legal.Provisional, 4) | flag(c.Carried, 8) | flag(c.ArrivalDoubted, 16) | flag(c.Strict.Ordered, 32) | flag(c.Legal.Ordered, 64) | flag(c.LettersOwed, 128)
	b[8], b[9] = byte(c.Strict.Waiting), byte(c.Legal.Waiting)
	arrived := int64(noArrival)
	if !c.ArrivedAt.IsZero() {
		arrived = c.ArrivedAt.UnixMilli()
	}
	binary.BigEndian.PutUint64(b[10:], uint64(arrived))
	for i, n := range []int{c.CountedIn, c.Messages, c.Corrections, c.ExtendedDays, int(c.Returned | c.Unreached<<8), c.OpenMail, int(c.Approval), c.Reclassified, int(c.Publicity), c.KeepYears} {
		binary.BigEndian.PutUint16(b[18+2*i:], uint16(min(n, 1<<16-1)))
	}
	for i, d := range days(&c) {
		binary.BigEndian.PutUint32(b[daysAt+4*i:], uint32(*d))
	}
	b = binary.AppendUvarint(b, uint64(len(c.Periods)))
	for _, p := range c.Periods {
		b = append(b, byte(p.From), byte(p.How), flag(p.Late, 1)|flag(p.Disputable, 2)|flag(p.Slow, 4)|flag(p.Returned, 8))
		for _, d := range spans(&p) {
			b = binary.AppendVarint(b, int64(*d))
		}
	}
	for _, s := range texts(&c) {
		b = appendText(b, *s)
	}
	b = binary.AppendUvarint(b, uint64(len(c.Addresses)))
	for _, a := range c.Addresses {
		b = appendText(b, a)
	}
	b = binary.AppendUvarint(b, uint64(len(seqs)))
	last := uint64(0)
	for _, s := range seqs {
		b = binary.AppendUvarint(b, s-last)
		last = s
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeHead reads what has a fixed place.
func decodeHead(id []byte, b []byte, c *casefile.Case) error {
	if len(b) < headSize || b[0] != projectionVersion {
		return fmt.Errorf("case %s: %w", id, errProjection)
	}
	c.Kind, c.Seems, c.Stage, c.Channel = casefile.RequestKind(b[1]&15), casefile.Nature(b[1]>>4), casefile.Stage(b[2]), casefile.Channel(b[3]&^toConfirm)
	c.ToConfirm = b[3]&toConfirm != 0
	c.Column, c.Outcome, c.Tally = casefile.Column(b[4]), casefile.Outcome(b[5]), casefile.Outcome(b[6])
	c.Undelivered, c.Strict.Provisional, c.Legal.Provisional = b[7]&1 != 0, b[7]&2 != 0, b[7]&4 != 0
	c.Carried, c.ArrivalDoubted = b[7]&8 != 0, b[7]&16 != 0
	c.Strict.Ordered, c.Legal.Ordered = b[7]&32 != 0, b[7]&64 != 0
	c.LettersOwed = b[7]&128 != 0
	c.Strict.Waiting, c.Legal.Waiting = casefile.Waiting(b[8]), casefile.Waiting(b[9])
	if ms := int64(binary.BigEndian.Uint64(b[10:])); ms != noArrival {
		c.ArrivedAt = time.UnixMilli(ms).In(civil.Zone)
	}
	for i, n := range [...]*int{&c.CountedIn, &c.Messages, &c.Corrections, &c.ExtendedDays, (*int)(&c.Returned), &c.OpenMail} {
		*n = int(binary.BigEndian.Uint16(b[18+2*i:]))
	}
	c.Returned, c.Unreached = c.Returned&0xff, c.Returned>>8
	c.Approval = casefile.Approval(binary.BigEndian.Uint16(b[30:]))
	c.Reclassified = int(binary.BigEndian.Uint16(b[32:]))
	c.Publicity, c.KeepYears = casefile.Publicity(binary.BigEndian.Uint16(b[34:])), int(binary.BigEndian.Uint16(b[36:]))
	for i, d := range days(c) {
		*d = civil.Date(binary.BigEndian.Uint32(b[daysAt+4*i:]))
	}
	return nil
}

// maybeUntimely reports whether a case is open, or one of its periods ended late or disputably. A projection that is damaged
// may be anything: whoever decodes it says so.
func maybeUntimely(b []byte) bool {
	if len(b) < headSize || b[0] != projectionVersion || casefile.Stage(b[2]).Open() {
		return true
	}
	r := reader{b: b[headSize:]}
	return r.skipPeriods()&(1|2) != 0 || r.bad
}

// decodeProjection reads the whole and the case's Seqs.
func decodeProjection(id, b []byte) (casefile.Case, []uint64, error) {
	c := casefile.Case{ID: casefile.ID(id)}
	if err := decodeHead(id, b, &c); err != nil {
		return c, nil, err
	}
	r := reader{b: b[headSize:]}
	c.Periods = r.periods()
	for _, s := range texts(&c) {
		*s = r.text()
	}
	for range r.count() {
		c.Addresses = append(c.Addresses, r.text())
	}
	seqs := make([]uint64, 0, r.left())
	last := uint64(0)
	for range r.count() {
		last += r.uvarint()
		seqs = append(seqs, last)
	}
	if r.bad {
		return c, nil, fmt.Errorf("case %s: %w", id, errProjection)
	}
	return c, seqs, nil
}

// reader takes a projection's tail apart; once something does not fit it is bad and gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) left() int { return len(r.b) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of things, each at least one byte long.
func (r *reader) count() uint64 {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) periods() []casefile.Period {
	n := r.count()
	if n == 0 {
		return nil
	}
	all := make([]casefile.Period, n)
	for i := range all {
		p := &all[i]
		if len(r.b) < 3 {
			r.bad = true
			return nil
		}
		p.From, p.How = casefile.Opening(r.b[0]), casefile.Ending(r.b[1])
		p.Late, p.Disputable, p.Slow, p.Returned = r.b[2]&1 != 0, r.b[2]&2 != 0, r.b[2]&4 != 0, r.b[2]&8 != 0
		r.b = r.b[3:]
		for _, d := range spans(p) {
			v, n := binary.Varint(r.b)
			if n <= 0 {
				r.bad = true
				return nil
			}
			*d, r.b = civil.Date(v), r.b[n:]
		}
	}
	return all
}

// skipPeriods passes the periods over and returns the flags that any of them has.
func (r *reader) skipPeriods() (flags byte) {
	for range r.count() {
		if len(r.b) < 3 {
			r.bad = true
			return flags
		}
		flags |= r.b[2]
		r.b = r.b[3:]
		for range spanCount {
			r.uvarint() // as long as the signed one that stands there
		}
	}
	return flags
}

func (r *reader) skip() { r.b = r.b[r.count():] }

func (r *reader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
