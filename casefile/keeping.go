package casefile

import (
	"fmt"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of what the register records about itself: how its truth was put together again, and what
// of it was let go.
const (
	KindRepaired Kind = "repaired"
	KindRestored Kind = "restored"
	KindErased   Kind = "erased"
)

// housekeeping are the rows of these kinds.
func housekeeping() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "修复"}, does[Repaired]{
			says: func(e Repaired) string {
				return phrases(fmt.Sprintf("由流水补回记录 %d 至 %d", e.From, e.To), e.Cause)
			},
		}),
		of(KindInfo{Label: "恢复"}, does[Restored]{
			says: func(e Restored) string {
				return phrases("由备份 "+e.Backup+" 恢复", fmt.Sprintf("记录 %d 起可能缺失", e.From))
			},
		}),
		of(KindInfo{Label: "销毁"}, does[Erased]{
			says: func(e Erased) string { return phrases(fmt.Sprintf("%d 封邮件", len(e.Digests)), e.Reason) },
		}),
	}
}

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

// MayErase says why the bytes of a case may not be let go on a day, if they are usually kept for so many
// years: those after the year in which the case was archived. The case may have a term of its own.
func (c Case) MayErase(years int, today civil.Date) error {
	if c.KeepYears != 0 {
		years = c.KeepYears
	}
	switch {
	case c.Stage != StageArchived:
		return &RuleError{"not-archived", c.ID, "尚未归档（现为“" + c.Stage.Label() + "”），不能销毁", "归档后、保管期限届满方可销毁"}
	case years == KeptForGood:
		return &RuleError{"retention", c.ID, "保管期限为永久，不得销毁", "期限定错的，再记录一次 retain"}
	case years == 0:
		return &RuleError{"no-retention", c.ID, "没有设定保管期限，不得销毁", "由管理员在配置 [retention] 中写 years"}
	}
	if from := civil.New(c.ArchivedOn.Year()+years+1, time.January, 1); today < from {
		return &RuleError{"retention", c.ID, fmt.Sprintf("%s 归档，保管 %d 年，%s 起方可销毁", c.ArchivedOn, years, from), ""}
	}
	return nil
}
