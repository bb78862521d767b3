package daemon

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// systemUser owns the state directory of an installed ysq.
const systemUser = "ysq"

// Init creates the state directory with an empty register. Run by root, it gives both to the system
// user ysq where there is one.
func Init(dir string, now time.Time) error {
	if _, err := register.Create(dir, now); err != nil {
		return desk.Told(err)
	}
	return give(dir)
}

// give lets the system user own a directory that root has just made; for anybody else, and where
// there is no such user, it stays as it is.
func give(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup(systemUser)
	if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
		return nil // not an installed system: the register stays root's
	}
	if err != nil {
		return err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}
