package offline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/casefile/register/backup"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/keeping"
	"ysq.internal/ysq/config"
)

// Restored says what a restoration brought back.
type Restored struct {
	Backup      string           `json:"backup"`
	Records     uint64           `json:"records"`
	Replayed    uint64           `json:"replayed"`
	LostFrom    uint64           `json:"lost_from"` // 0: nothing
	Mails       int              `json:"mails"`
	Test        bool             `json:"test"`   // it was a drill, and is gone again
	Config      bool             `json:"config"` // configuration and templates came back as well, for init --adopt
	Differences []ask.Difference `json:"differences"`
}

// configBack is where in the state directory a restoration puts the configuration and the templates of a
// backup, for `ysq init --adopt`.
const configBack = "restored"

// Restoring says what is restored, and how.
type Restoring struct {
	From       string // the backup
	Identities string // age private keys for an encrypted one
	// Test restores into a temporary directory, which is removed again: a drill.
	Test bool
	// Owner is given the state directory where root has to make it.
	Owner config.Owner
	// Config asks for the configuration and the templates of the backup as well.
	Config bool
}

// Restore brings a register back from a backup: into the state directory, which must have none, or for a
// drill into a temporary directory.
func Restore(ctx context.Context, o Options, q Restoring, tell func(ask.Progress)) (res Restored, err error) {
	state := o.Config.Paths.State
	if _, err := os.Lstat(state); errors.Is(err, fs.ErrNotExist) && !q.Test {
		if err := os.MkdirAll(state, 0o700); err != nil {
			return res, fmt.Errorf("creating the state directory: %w", err)
		}
		if err := give(state, q.Owner); err != nil {
			return res, err
		}
	}
	ro := opening(o)
	if !q.Test {
		if ro, err = forMending(o); err != nil {
			return res, err
		}
	} else if owner, err := desk.OwnerOf(state); err == nil { // as in earnest; where there is no register yet, as whoever drills
		if err := owner.Become(); err != nil {
			return res, err
		}
	}
	if err := within(q.From); err != nil {
		return res, err
	}
	ropts := backup.RestoreOptions{Options: ro, Identities: q.Identities, Tell: keeping.ToldProgress(tell)}
	var back backup.Restoration
	if q.Test {
		var scratch string
		if scratch, err = durable.Scratch(); err == nil {
			back, err = backup.Drill(ctx, q.From, scratch, ropts)
		}
	} else {
		if q.Config {
			ropts.Config = filepath.Join(state, configBack)
		}
		back, err = backup.Restore(ctx, q.From, state, ropts)
	}
	return Restored{
		Backup: q.From, Records: back.Records, Replayed: back.Replayed, LostFrom: back.LostFrom, Mails: back.Mails,
		Test: q.Test, Config: back.Config, Differences: keeping.DifferenceViews(back.Differences),
	}, keeping.ToldKeeping(err)
}

// within says that a backup lies where the user of the register cannot go, which is not what the disk's
// error would say.
func within(from string) error {
	_, err := os.Stat(from)
	if err == nil {
		if f, e := os.Open(from); e == nil {
			return f.Close()
		} else {
			err = e
		}
	}
	if !errors.Is(err, fs.ErrPermission) {
		return nil // and whoever reads it says so
	}
	name := "uid " + strconv.Itoa(os.Geteuid())
	if u, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
		name = u.Username
	}
	return &ask.Error{Code: "denied-file", Exit: ask.ExitFailed, Msg: fmt.Sprintf("登记库的用户 %s 读不了 %s（登记库由它写，不由 root 写）", name, from),
		Hint: fmt.Sprintf("把备份放到它读得到的地方：cp -a %s /var/backups/ysq/ && chown -R %s: /var/backups/ysq/%s", from, name, filepath.Base(from))}
}

// Witnessed reports whether a backup's name holds the digest of its last record.
func Witnessed(path string) bool { return backup.Witnessed(path) }

// VerifyBackup proves a plain backup where it lies.
func VerifyBackup(ctx context.Context, dir string, tell func(ask.Progress)) ([]ask.Difference, error) {
	all, err := backup.Verify(ctx, dir, register.Options{}, keeping.ToldProgress(tell))
	return keeping.DifferenceViews(all), keeping.ToldKeeping(err)
}
