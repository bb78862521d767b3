package casefile

import "time"

// The kinds of what the register records of itself: how its truth was put together again, and what
// of it was let go.
const (
	KindRepaired Kind = "repaired"
	KindRestored Kind = "restored"
	KindErased   Kind = "erased"
)

// Repaired (修复) says that the database lacked records which only the journal still had, as after a
// lost page of the disk, and that they were taken back from there.
type Repaired struct {
	From  uint64 `json:"from"`  // first record taken back
	To    uint64 `json:"to"`    // last
	Cause string `json:"cause"` // what was found
}

// Restored (恢复) says that the register was brought back from a backup. What was recorded after it
// and before the restoration is lost, unless a journal had it (Repaired). Mails are not: those that
// the book no longer knows are fetched again.
type Restored struct {
	Backup string    `json:"backup"` // name of the backup, which carries the digest of its head
	From   uint64    `json:"from"`   // number of the first record that may be lost
	Since  time.Time `json:"since"`  // when the last record that is not lost was recorded; zero: there was none
}

// Erased (销毁) lets the bytes of an archived case go once its period of keeping is over. The records
// stay. Bytes that another case holds, too, go when that one lets go.
type Erased struct {
	Digests []Digest `json:"digests"` // of the mails that the case held
	Reason  string   `json:"reason"`
}

func (Repaired) Kind() Kind { return KindRepaired }
func (Restored) Kind() Kind { return KindRestored }
func (Erased) Kind() Kind   { return KindErased }
