package register

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
)

// ErrNotFound is wrapped where a case, a record or a mail is not there.
var ErrNotFound = errors.New("没有找到")

// maxText bounds the texts in keys, in octets.
const maxText = 998

// index writes the keys under which a record is found again. It depends on the record and on nothing
// else but the book's earlier entry for the same UID.
func (t *Tx) index(r casefile.Record) error {
	switch e := r.Event.(type) {
	case casefile.MessageTaken:
		if err := t.indexUID(r.Seq, e); err != nil {
			return err
		}
		if e.Disposition == casefile.Parked {
			if err := t.indexSuggested(r.Seq, "", e.Guess, e.Suggestions); err != nil {
				return err
			}
		}
		if err := t.indexAside(e); err != nil {
			return err
		}
		return t.indexLetter(r.Seq, e.Case, e.Letter)
	case casefile.Received:
		if err := t.indexSuggested(r.Seq, r.Case, e.Guess, e.Suggestions); err != nil {
			return err
		}
		return t.indexLetter(r.Seq, r.Case, e.Letter)
	case casefile.MessageIn:
		return t.indexLetter(r.Seq, r.Case, e.Letter)
	case casefile.MessageOut:
		return t.indexLetter(r.Seq, r.Case, e.Letter)
	case casefile.Attached:
		return t.indexAttached(r, e)
	case casefile.Submitted:
		return t.indexDigests(r.Seq, append(digestsOf(e.Annexes), e.Draft.Digest)...)
	case casefile.Detached:
		return t.indexDigests(r.Seq, e.Digest)
	case casefile.MessageJudged:
		return t.indexDigests(r.Seq, e.Mail)
	case casefile.Seen:
		return t.indexDigests(r.Seq, e.Mails...)
	case casefile.Voided:
		return errors.Join(t.indexVoided(r.Seq, e), t.indexDispute(r))
	case casefile.Merged:
		return t.bucket(bucketMerged).Put(pairKey(string(e.Into), r.Case), nil)
	case casefile.Registered:
		return t.indexApplicant(r.Case, e)
	case casefile.LetterIssued, casefile.LetterVoided, casefile.LetterResumed:
		return t.indexOffice(r)
	case casefile.MailPrepared, casefile.MailTried, casefile.MailSettled, casefile.Reminded:
		return t.indexOutgoing(r)
	case casefile.Restored:
		return errors.Join(t.indexOffice(r), t.indexOutgoing(r))
	case casefile.CalendarAdopted, casefile.StoodIn:
		return t.bucket(bucketCal).Put(be64(r.Seq), nil)
	case casefile.Erased:
		return t.indexErased(r, e)
	case casefile.OpeningBalance:
		return t.indexYear(r.Seq, e.Year)
	case casefile.YearClosed:
		return t.indexYear(r.Seq, e.Year)
	case casefile.YearReopened:
		return t.indexYear(r.Seq, e.Year)
	case casefile.FeePaid:
		return t.indexYear(r.Seq, r.On.Year())
	}
	return t.indexDispute(r)
}

func (t *Tx) indexAttached(r casefile.Record, e casefile.Attached) error {
	return errors.Join(t.indexDigests(r.Seq, digestsOf(e.Files)...), t.indexLetter(r.Seq, r.Case, e.Letter))
}

func digestsOf(files []casefile.File) (all []casefile.Digest) {
	for _, f := range files {
		all = append(all, f.Digest)
	}
	return all
}

// indexVoided files a voiding under the bytes of which the voided record speaks: whether a case holds
// them must follow from what About returns.
func (t *Tx) indexVoided(seq uint64, e casefile.Voided) error {
	was, err := t.Record(e.Seq)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch was := was.Event.(type) {
	case casefile.Attached:
		return t.indexDigests(seq, append(digestsOf(was.Files), was.Digest)...)
	case casefile.Detached:
		return t.indexDigests(seq, was.Digest)
	}
	return nil
}

func (t *Tx) indexDigests(seq uint64, all ...casefile.Digest) error {
	for _, d := range all {
		if d.IsZero() {
			continue
		}
		if err := t.put(bucketDigest, append(d[:], be64(seq)...), nil); err != nil {
			return err
		}
	}
	return nil
}

// indexUID makes the record the one that governs its UID, and its place the place of its mail. A mail
// whose UID has come to mean another one keeps its own place; what is recorded of it later has no UID.
func (t *Tx) indexUID(seq uint64, e casefile.MessageTaken) error {
	if t.later != nil {
		return t.later.taken(seq, e)
	}
	earlier, err := t.earlierEntries(seq, e)
	if err != nil {
		return err
	}
	if e.UID != 0 {
		key := uidKey(e.Account, e.Folder, e.UIDValidity, e.UID)
		if old := t.bucket(bucketUIDs).Get(key); old != nil {
			earlier = append(earlier, binary.BigEndian.Uint64(old))
		}
		if err := t.bucket(bucketUIDs).Put(key, be64(seq)); err != nil {
			return err
		}
	}
	for _, old := range earlier {
		was, err := t.taken(old)
		if err != nil {
			return err
		}
		if !sameMail(e, was) {
			continue
		}
		if err := t.bucket(bucketPlace).Delete(placeKey(was.Disposition, old)); err != nil {
			return err
		}
	}
	return t.bucket(bucketPlace).Put(placeKey(e.Disposition, seq), nil)
}

// earlierEntries are those of the same bytes at the same place in the mailbox; of a mail that has lost its
// UID, those in the folder but for further copies.
func (t *Tx) earlierEntries(seq uint64, e casefile.MessageTaken) (all []uint64, err error) {
	if e.Digest.IsZero() {
		return nil, nil
	}
	c := t.bucket(bucketDigest).Cursor()
	for k, _ := c.Seek(e.Digest[:]); bytes.HasPrefix(k, e.Digest[:]); k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k[len(e.Digest):]))
		if err != nil {
			return nil, err
		}
		was, ok := r.Event.(casefile.MessageTaken)
		if ok && r.Seq != seq && repeats(e, was) {
			all = append(all, r.Seq)
		}
	}
	return all, nil
}

// repeats reports whether an entry is about the place of an earlier one of the same bytes.
func repeats(e, was casefile.MessageTaken) bool {
	if was.Account != e.Account || was.Folder != e.Folder || was.UIDValidity != e.UIDValidity {
		return false
	}
	lost := was.Disposition != casefile.Duplicate && (e.UID == 0 || was.UID == 0 && e.Disposition != casefile.Duplicate)
	return was.UID == e.UID || lost
}

// sameMail reports whether an entry is about the mail of an earlier one of the same UID; one that was never fetched has
// no bytes.
func sameMail(e, was casefile.MessageTaken) bool {
	return was.Digest.IsZero() || was.Digest == e.Digest
}

func (t *Tx) indexLetter(seq uint64, id casefile.ID, l casefile.Letter) error {
	if err := t.indexDigests(seq, l.Digest); err != nil {
		return err
	}
	if id != "" && l.MessageID != "" {
		return t.put(bucketMsgID, pairKey(l.MessageID, id), nil)
	}
	return nil
}

// indexAside files a mail that is outside of cases, or that came a second time by another way, under its
// Message-ID. The records about its bytes say what became of it since.
func (t *Tx) indexAside(e casefile.MessageTaken) error {
	if e.MessageID == "" || e.Digest.IsZero() || e.Disposition != casefile.Parked && e.CopyOf.IsZero() {
		return nil
	}
	return t.put(bucketAside, append(pairKey(e.MessageID, ""), e.Digest[:]...), nil)
}

// Aside returns the mails with a Message-ID that are, or once were, outside of cases, and those that came a
// second time by another way.
func (t *Tx) Aside(messageID string) (all []casefile.Digest) {
	if messageID == "" {
		return nil
	}
	prefix := pairKey(messageID, "")
	c := t.bucket(bucketAside).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		if d := k[len(prefix):]; len(d) == len(casefile.Digest{}) {
			all = append(all, casefile.Digest(d))
		}
	}
	return all
}

func folderKey(account, folder string, validity uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(account+"\x00"+folder+"\x00"), validity)
}

func uidKey(account, folder string, validity uint64, uid uint32) []byte {
	return binary.BigEndian.AppendUint32(folderKey(account, folder, validity), uid)
}

func placeKey(d casefile.Disposition, seq uint64) []byte {
	return append([]byte{byte(d)}, be64(seq)...)
}

func (t *Tx) taken(seq uint64) (casefile.MessageTaken, error) {
	r, err := t.Record(seq)
	if err != nil {
		return casefile.MessageTaken{}, err
	}
	e, ok := r.Event.(casefile.MessageTaken)
	if !ok {
		return e, fmt.Errorf("record %d in the book is %s, not %s", seq, r.Event.Kind(), casefile.KindMessageTaken)
	}
	return e, nil
}

// Owed returns those of the UIDs, given in ascending order, that the book does not know, and those in
// quarantine whose next try has come.
func (t *Tx) Owed(account, folder string, validity uint64, uids []uint32, now time.Time) ([]uint32, error) {
	retry, err := t.retries(account, folder, validity, now)
	if err != nil {
		return nil, err
	}
	prefix := folderKey(account, folder, validity)
	var owed []uint32
	c := t.bucket(bucketUIDs).Cursor()
	k, _ := c.Seek(prefix)
	for _, uid := range uids {
		want := binary.BigEndian.AppendUint32(prefix[:len(prefix):len(prefix)], uid)
		for k != nil && bytes.Compare(k, want) < 0 {
			k, _ = c.Next()
		}
		if !bytes.Equal(k, want) || retry[uid] {
			owed = append(owed, uid)
		}
	}
	return owed, nil
}

// retries lists the quarantined UIDs of a folder whose next try has come.
func (t *Tx) retries(account, folder string, validity uint64, now time.Time) (map[uint32]bool, error) {
	due := make(map[uint32]bool)
	for m, err := range t.Mails(casefile.Quarantined) {
		if err != nil {
			return nil, err
		}
		if m.Account == account && m.Folder == folder && m.UIDValidity == validity && !now.Before(m.Retry) {
			due[m.UID] = true
		}
	}
	return due, nil
}

// Mail is the governing entry of the book for a UID.
type Mail struct {
	Seq      uint64
	Recorded time.Time
	casefile.MessageTaken
}

// Mails yields the mails that ended in a place, oldest entry first.
func (t *Tx) Mails(d casefile.Disposition) iter.Seq2[Mail, error] {
	return func(yield func(Mail, error) bool) {
		for seq := range t.MailEntries(d) {
			m, err := t.MailAt(seq)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// MailEntries yields the entries of Mails by their places in the register, without reading them.
func (t *Tx) MailEntries(d casefile.Disposition) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		c := t.bucket(bucketPlace).Cursor()
		for k, _ := c.Seek([]byte{byte(d)}); len(k) == 9 && k[0] == byte(d); k, _ = c.Next() {
			if !yield(binary.BigEndian.Uint64(k[1:])) {
				return
			}
		}
	}
}

// MailAt returns the mail of an entry.
func (t *Tx) MailAt(seq uint64) (Mail, error) {
	r, err := t.Record(seq)
	e, _ := r.Event.(casefile.MessageTaken)
	return Mail{seq, r.Recorded, e}, err
}

// CountMails says how many mails ended in a place.
func (t *Tx) CountMails(d casefile.Disposition) (n int) {
	for range t.MailEntries(d) {
		n++
	}
	return n
}

// About returns every record that speaks of these bytes, in order: first how the mail was taken,
// then the case that it opened or joined, then its copies.
func (t *Tx) About(d casefile.Digest) ([]casefile.Record, error) {
	var all []casefile.Record
	c := t.bucket(bucketDigest).Cursor()
	for k, _ := c.Seek(d[:]); bytes.HasPrefix(k, d[:]); k, _ = c.Next() {
		r, err := t.Record(binary.BigEndian.Uint64(k[len(d):]))
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// DigestsWith returns up to limit digests of mails that begin with the given bytes; half is one more
// hexadecimal digit, or negative.
func (t *Tx) DigestsWith(prefix []byte, half int, limit int) []casefile.Digest {
	var all []casefile.Digest
	c := t.bucket(bucketDigest).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(all) < limit; k, _ = c.Next() {
		if half >= 0 && int(k[len(prefix)]>>4) != half {
			continue
		}
		d := casefile.Digest(k[:len(casefile.Digest{})])
		if len(all) == 0 || all[len(all)-1] != d {
			all = append(all, d)
		}
	}
	return all
}

// CasesByMessageID returns the cases that hold a mail with this Message-ID, or prepared one.
func (t *Tx) CasesByMessageID(id string) (all []casefile.ID, err error) {
	for _, one := range t.paired(bucketMsgID, id) { // those that gave the mail up are still among them
		history, err := t.History(one)
		if err != nil {
			return nil, err
		}
		if casefile.Wrote(history, id) {
			all = append(all, one)
		}
	}
	return all, nil
}

// CasesByAddress yields the cases to which an e-mail address belongs, compared without case, the latest
// first.
func (t *Tx) CasesByAddress(mail string) iter.Seq[casefile.ID] {
	return t.latest(bucketAddr, strings.ToLower(mail))
}

// pairKey leads from a text to a case. What is longer than a line of RFC 5322 is cut: such texts are
// no identifiers, and whoever follows the key compares with the case itself.
func pairKey(text string, id casefile.ID) []byte {
	return []byte(text[:min(len(text), maxText)] + "\x00" + string(id))
}

func (t *Tx) paired(bucket []byte, text string) []casefile.ID {
	if text == "" {
		return nil
	}
	var all []casefile.ID
	prefix := pairKey(text, "")
	c := t.bucket(bucket).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		all = append(all, casefile.ID(k[len(prefix):]))
	}
	return all
}

// latest yields the cases of a text from the last number, as a text, to the first: whoever needs a few of
// an applicant with thousands reads a few.
func (t *Tx) latest(bucket []byte, text string) iter.Seq[casefile.ID] {
	return func(yield func(casefile.ID) bool) {
		if text == "" {
			return
		}
		prefix := pairKey(text, "")
		c := t.bucket(bucket).Cursor()
		k, _ := c.Seek(append(bytes.Clone(prefix), 0xff)) // beyond every number
		if k == nil {
			k, _ = c.Last()
		} else {
			k, _ = c.Prev()
		}
		for ; bytes.HasPrefix(k, prefix); k, _ = c.Prev() {
			if !yield(casefile.ID(k[len(prefix):])) {
				return
			}
		}
	}
}
