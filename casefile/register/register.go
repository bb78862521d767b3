// Package register is the bbolt file in which the office's records are, and everything that is
// derived from them.
//
// Records are the truth; each is one line of JSON, encoded once. All other buckets can be made again
// from them and are written in the same transaction:
//
//	meta       schema, register id, inception: what file this is
//	record     seq(8, big-endian)                       → the record's line
//	case       case number                              → projection (projection.go), its Seqs at the end
//	open       case number                              → empty; the cases that still owe an answer
//	digest     sha256(32) seq(8)                        → empty; every record about these bytes
//	msgid      Message-ID 0x00 case number              → empty; mails of a case
//	address    e-mail address, lower case 0x00 case number → empty; who belongs to a case
//	applicant  'm' IDMark | 'n' name, without blanks 0x00 case number → empty; who was registered as applicant
//	dispute    dispute number 0x00 seq(8)               → empty; its records
//	disputed   case number 0x00 dispute number          → empty
//	calendar   seq(8)                                   → empty; the notices adopted
//	year       year(2) seq(8)                           → empty; opening balances, freezing and reopening, fees paid
//	erased     sha256(32)                               → empty; bytes that no case holds any more
//	letter     'n' series 0x00 year(2) number(4) seq(8) → empty; what is recorded of a letter's number
//	           'd' document number 0x00 seq(8), 'r' seq(8) → empty; letters by number, restorations
//	uids       account 0x00 folder 0x00 validity(8) uid(4) → seq(8) of the governing 取信: the book of UIDs
//	outbox     state(1) seq(8)                          → seq(8) of the record that says so: the mails to be sent
//	           0xff Message-ID                          → seq(8); those mails by what they are known by
//	           0xfe                                     → seq(8) of the last 恢复
//	           0xfd                                     → seq(8) of the last 每日提醒
//	merged     case number 0x00 case number             → empty; the second was at some time merged into the first
//	unread     case number                              → empty; the cases with mails that nobody decided about
//	suggested  case number 0x00 seq(8) of 收件 or 取信      → case in which the mail is; mails that may belong to the first
//	aside      Message-ID 0x00 sha256(32)               → empty; mails that were outside of cases, and copies by another way
//	place      disposition(1) seq(8)                    → empty; where mails ended, governing entries only
//
// The bucket word (package words) is derived, too, but written after the fact and outside of the records'
// transactions: it may lag behind or be missing.
//
// meta also holds journalled, the last record that was durable in the journal before the last
// transaction.
//
// Beside register.db the state directory holds
//
//	lock            who writes; only one process has the register open, and holds lock for as long
//	journal/        every record's line once more, a file a year (journal.go, line.go, attach.go)
//	mail/, tmp/     the mails' bytes by digest, and those still arriving (package rawstore)
//	verify-*        what Verify and Recover work with; removed at the next Open if a crash left it
//	snapshot-*/     the database as it was when a backup began; likewise
//	register.db-*   what rebuild, compact and migration replaced (swap.go); the administrator's to remove
//
// A record is committed to the database, then made durable in the journal, and only then answered
// for. Either can be made anew from the other, and both together from a backup:
//
//	damage                             noticed by              repaired by
//	database lost its last commits     Open: journal ahead     Open replays, records Repaired
//	database unreadable                Open: ErrDamaged        Rebuild from the journal
//	journal lost its last lines        Open: journal behind    Open catches it up
//	journal broken or gone             Open: BrokenJournal…    RebuildJournal from the database
//	a projection or index is wrong     Verify                  Rebuild
//	a record's byte                    Verify: chain, journal  Rebuild, RebuildJournal or Restore
//	a mail's byte or file              Verify: hash            Restore of that file
//
// A Register may be used by many goroutines: View runs side by side, Update one at a time.
package register

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/workday"
)

const (
	// FileName is the database's name in the state directory, and in a backup.
	FileName = "register.db"
	// JournalDir is the name of the journal's directory beside it.
	JournalDir = "journal"
	// Actor is the actor when the register records something by itself.
	Actor = "register"

	// mmapSize is virtual: with it a long reader never blocks the writer by the map having to grow
	// (mailbox/PROVIDERS.md#bbolt).
	mmapSize = 4 << 30
)

var (
	bucketMeta   = []byte("meta")
	bucketRecord = []byte("record")
	bucketCase   = []byte("case")
	bucketOpen   = []byte("open")
	bucketDigest = []byte("digest")
	bucketMsgID  = []byte("msgid")
	bucketUIDs   = []byte("uids")
	bucketPlace  = []byte("place")
	bucketAddr   = []byte("address")
	bucketWho    = []byte("applicant")
	bucketMatter = []byte("dispute")
	bucketOf     = []byte("disputed")
	bucketCal    = []byte("calendar")
	bucketYear   = []byte("year")
	bucketErased = []byte("erased")
	bucketLetter = []byte("letter")
	bucketOutbox = []byte("outbox")
	bucketMerged = []byte("merged")

	bucketUnread    = []byte("unread")
	bucketSuggested = []byte("suggested")
	bucketAside     = []byte("aside")

	derived = [][]byte{bucketCase, bucketOpen, bucketDigest, bucketMsgID, bucketAddr, bucketWho, bucketMatter, bucketOf, bucketCal, bucketYear, bucketErased, bucketLetter, bucketOutbox, bucketUIDs, bucketPlace, bucketMerged, bucketUnread, bucketSuggested, bucketAside}
	keyMeta = []byte("register")
)

// Meta says what file this is. It is written once, at inception.
type Meta struct {
	Schema    int       `json:"schema"`
	ID        string    `json:"id"`        // random, so that two registers are never taken for one
	Inception time.Time `json:"inception"` // when `ysq init` created it
}

// Options of Open; the zero value is the law as it stands and the embedded calendar.
type Options struct {
	// Law holds the statutory periods; zero means casefile.Regulations.
	Law casefile.Statute
	// Calendar is the working-day calendar; nil means workday.Embedded().
	Calendar *workday.Calendar
	// Command names the holder in the lock file, such as "ysq serve"; empty means the program's name.
	Command string
	// Now is when the register is opened: what Open itself records bears it, and a clock that has
	// gone back shows against it. Zero: the time of the last record.
	Now time.Time
	// Migrate brings a file of an earlier format to the present one. Without it such a file is refused
	// (ErrOlder) and stays as it is: only the daemon's start and a restoration have a reason to change it.
	Migrate bool
	// Intercept stands before every step that changes the disk, for tests that make a step fail with
	// or without its effect. Nil runs each step.
	Intercept func(op durable.Op, path string, do func() error) error

	limits limits
}

// Register is an open register. Close it.
type Register struct {
	dir     string
	meta    Meta
	db      *bbolt.DB
	self    fs.FileInfo // of the file that is open
	lock    *Lock       // nil: opened for reading only
	disk    durable.Disk
	law     casefile.Statute
	write   sync.Mutex
	journal journal // whoever holds write owns it
	found   Findings
	grown   nudge // for readers of what was added
	health  atomic.Pointer[Health]
	base    *workday.Calendar                // of the program
	cal     atomic.Pointer[workday.Calendar] // with the adopted notices on top
	unread  openMails                        // as they were read
	known   remembered
	limits  limits // of makers
	commits commits
}

// Findings returns what Open noticed and put right.
func (r *Register) Findings() Findings { return r.found }

// Close waits for transactions and lets the register go.
func (r *Register) Close() error {
	var err error
	if r.db != nil {
		err = r.db.Close()
	}
	r.journal.close()
	if r.lock != nil {
		r.lock.Release()
	}
	return err
}

// Dir returns the state directory.
func (r *Register) Dir() string { return r.dir }

// Disk returns what the register writes with.
func (r *Register) Disk() durable.Disk { return r.disk }

// Meta returns what file this is.
func (r *Register) Meta() Meta { return r.meta }

// Law returns the statutory periods with which cases are folded.
func (r *Register) Law() casefile.Statute { return r.law }

// Calendar returns the calendar with which cases are folded.
func (r *Register) Calendar() *workday.Calendar { return r.cal.Load() }

// View runs fn in a consistent snapshot. Nothing of tx may be used after fn returns.
func (r *Register) View(fn func(*Tx) error) error {
	return r.db.View(func(b *bbolt.Tx) error {
		tx := r.tx(b, time.Time{})
		tx.open, tx.known, tx.commits = &r.unread, &r.known, &r.commits
		return fn(tx)
	})
}

// Update runs fn in a transaction. Everything in it is durable, in the database and in the journal,
// when Update returns nil. It has left no trace when it returns an error, save a *JournalError that
// says Committed. now is when everything in it is recorded.
//
// When the disk is full or fails, Update returns the error each time and works again as soon as the
// disk does; nothing has to be restarted.
func (r *Register) Update(now time.Time, fn func(*Tx) error) error {
	if r.lock == nil {
		return ErrReadOnly
	}
	r.write.Lock() // over commit, calendar and journal: no writer folds with an old calendar
	defer r.write.Unlock()
	err := r.inPlace()
	if err == nil {
		err = r.catchUp()
	}
	if err != nil {
		return r.unwell(now, err)
	}
	var tx *Tx
	var own error // fn's
	err = r.commit(func(b *bbolt.Tx) (Wrote, error) {
		tx = r.tx(b, now)
		tx.known = &r.known
		before, _ := tx.Head()
		if own = fn(tx); own != nil {
			return Wrote{}, own
		}
		if after, _ := tx.Head(); after == before {
			return tx.wrote, nil
		}
		return tx.wrote, tx.bucket(bucketMeta).Put(keyJournalled, be64(before))
	})
	switch {
	case own != nil:
		return own
	case err != nil:
		return r.unwell(now, fmt.Errorf("committing to the register: %w", err))
	}
	r.cal.Store(tx.cal)
	r.grown.give()
	if err := r.catchUp(); err != nil {
		if e, ok := errors.AsType[*JournalError](err); ok {
			e.Committed = true
		}
		return r.unwell(now, err)
	}
	r.health.Store(&Health{})
	return nil
}
