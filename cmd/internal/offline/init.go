package offline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

// Init creates the state directory with an empty register. Run by root, it gives both to owner, unless
// that is the zero value: then the register stays root's.
func Init(dir string, owner config.Owner, now time.Time) error {
	if _, err := register.Create(dir, now); err != nil {
		return desk.Told(err)
	}
	return give(dir, owner)
}

// Standing is what a state directory holds.
type Standing struct {
	There   bool // a register, or the journal of one
	Records uint64
	Backed  string // the directory with configuration and templates that a restoration left; "": none
}

// Look says what a state directory holds. The error says why its register cannot be used as it is.
func Look(dir string) (s Standing, err error) {
	backed := filepath.Join(dir, configBack)
	if _, err := os.Lstat(filepath.Join(backed, "ysq.toml")); err == nil {
		s.Backed = backed
	}
	found, err := register.Inspect(dir, register.Options{})
	if errors.Is(err, register.ErrMissing) {
		journal, _ := filepath.Glob(filepath.Join(dir, register.JournalDir, "*.jsonl"))
		if s.There = len(journal) > 0; !s.There {
			return s, nil
		}
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) { // whoever runs it there will see; or it is no directory at all
		return s, nil
	}
	if err != nil {
		s.There = true
		return s, desk.Told(err)
	}
	s.There = true
	s.Records, err = found.Records()
	return s, errors.Join(err, found.Close())
}

// Adopt gives a register that came from elsewhere to the user that runs the daemon.
func Adopt(dir string, owner config.Owner) error {
	lock, err := register.Hold(dir, "ysq init --adopt") // nobody uses it meanwhile
	if err != nil {
		return desk.Told(err)
	}
	defer lock.Release()
	return give(dir, owner)
}

// give lets owner have everything in a directory that is not his yet. Only root can; for anybody else, and
// where there is no such user, it stays as it is.
func give(dir string, owner config.Owner) error {
	if os.Geteuid() != 0 || owner == (config.Owner{}) {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t) // always, on Linux
		if int(st.Uid) == owner.UID && int(st.Gid) == owner.GID {
			return nil
		}
		return os.Lchown(path, owner.UID, owner.GID)
	})
}
