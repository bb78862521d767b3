package daemon

import (
	"context"
	"fmt"
	"os"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/keeping"
)

// What is done to a register that no daemon has open. Root goes on as the owner of the state
// directory, as everywhere.

// Mended says what became of a database or a journal that was written anew.
type Mended struct {
	Records uint64 `json:"records"`
	Cases   int    `json:"cases"`
	Open    int    `json:"open"`
	Mails   int    `json:"mails"`
	Was     int64  `json:"was"` // bytes
	Is      int64  `json:"is"`
	Kept    string `json:"kept"`   // where the old one lies
	Beyond  int    `json:"beyond"` // lines of the old journal that are in no database
}

// Restored says what a restoration brought back.
type Restored struct {
	Backup      string           `json:"backup"`
	Records     uint64           `json:"records"`
	Replayed    uint64           `json:"replayed"`
	LostFrom    uint64           `json:"lost_from"` // 0: nothing
	Mails       int              `json:"mails"`
	Test        bool             `json:"test"` // it was a drill, and is gone again
	Differences []ask.Difference `json:"differences"`
}

// Rebuild makes the database anew from the journal, or with journal set the other way round.
func Rebuild(ctx context.Context, o Options, journal bool, tell func(ask.Progress)) (m Mended, err error) {
	ro, err := o.forMending()
	if err != nil {
		return m, err
	}
	if journal {
		w, err := register.RebuildJournal(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
		return Mended{Records: w.Records, Kept: w.Kept, Beyond: w.Beyond}, keeping.ToldKeeping(err)
	}
	made, err := register.Rebuild(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
	return mended(made), keeping.ToldKeeping(err)
}

// Compact writes the database anew without the room that nothing uses.
func Compact(ctx context.Context, o Options, tell func(ask.Progress)) (m Mended, err error) {
	ro, err := o.forMending()
	if err != nil {
		return m, err
	}
	made, err := register.Compact(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
	return mended(made), keeping.ToldKeeping(err)
}

func mended(m register.Made) Mended {
	return Mended{Records: m.Records, Cases: m.Cases, Open: m.Open, Mails: m.Mails, Was: m.Was, Is: m.Is, Kept: m.Kept}
}

// forMending is how a command opens the register for itself.
func (o Options) forMending() (register.Options, error) {
	owner, err := desk.OwnerOf(o.Config.Paths.State)
	if err != nil {
		return register.Options{}, err
	}
	if uid := uint32(os.Geteuid()); uid != 0 && uid != owner.UID {
		return register.Options{}, ask.Refused("denied", "请管理员停止服务后运行", "只有服务用户和 root 可以修复登记库")
	}
	o = o.withDefaults()
	return register.Options{Command: o.Command, Now: o.Now()}, owner.Become()
}

// Restore brings a register back from a backup: into the state directory, which must have none, or
// with test set into a temporary directory beside it that is removed again. identities are the age
// private keys for an encrypted backup.
func Restore(ctx context.Context, o Options, from, identities string, test bool, tell func(ask.Progress)) (res Restored, err error) {
	state := o.Config.Paths.State
	if err := os.MkdirAll(state, 0o700); err != nil {
		return res, fmt.Errorf("creating the state directory: %w", err)
	}
	if err := give(state); err != nil {
		return res, err
	}
	ro, err := o.forMending()
	if err != nil {
		return res, err
	}
	ropts := backup.RestoreOptions{Options: ro, Identities: identities, Tell: keeping.ToldProgress(tell)}
	var back backup.Restoration
	if test {
		back, err = backup.Drill(ctx, from, os.TempDir(), ropts)
	} else {
		back, err = backup.Restore(ctx, from, state, ropts)
	}
	return Restored{
		Backup: from, Records: back.Records, Replayed: back.Replayed, LostFrom: back.LostFrom, Mails: back.Mails,
		Test: test, Differences: keeping.DifferenceViews(back.Differences),
	}, keeping.ToldKeeping(err)
}

// VerifyBackup proves a plain backup where it lies.
func VerifyBackup(ctx context.Context, dir string, tell func(ask.Progress)) ([]ask.Difference, error) {
	all, err := backup.Verify(ctx, dir, register.Options{}, keeping.ToldProgress(tell))
	return keeping.DifferenceViews(all), keeping.ToldKeeping(err)
}
