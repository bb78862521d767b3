package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Space says how much room a file system has.
type Space struct {
	Free  int64 // for everybody but root, in bytes
	Total int64
}

// SpaceOf asks the file system of a path.
func SpaceOf(path string) (Space, error) {
	var st unix.Statfs_t
	err := unix.Statfs(path, &st)
	if errors.Is(err, fs.ErrNotExist) {
		return Space{}, fmt.Errorf("%s 不见了：被移走，或它的磁盘没有挂载（%w）", path, err)
	}
	if err != nil {
		return Space{}, fmt.Errorf("看不到 %s 所在的磁盘还剩多少（%w）", path, err)
	}
	return Space{Free: int64(st.Bavail) * st.Bsize, Total: int64(st.Blocks) * st.Bsize}, nil
}

// NoSpaceError says that a file system has no room for what was about to be written.
type NoSpaceError struct {
	Path       string
	Need, Free int64 // bytes
}

func (e *NoSpaceError) Error() string {
	return fmt.Sprintf("%s 所在的磁盘只剩 %d MiB，需要 %d MiB；请先清理或扩容", e.Path, e.Free>>20, e.Need>>20+1)
}

// RoomFor returns a *NoSpaceError when the file system of a path has less room than is needed.
func RoomFor(path string, need int64) error {
	s, err := SpaceOf(path)
	if err == nil && s.Free < need {
		err = &NoSpaceError{path, need, s.Free}
	}
	return err
}

// Scratch returns a directory for what is needed for a moment only, outside of a state directory that has no room: TMPDIR,
// else another one that takes files. Root's own TMPDIR is closed to the service's user as whom root goes on, and /tmp is
// read-only where the system's disk is.
func Scratch() (string, error) {
	all := slices.Compact([]string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"})
	for _, dir := range all {
		if unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS) == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("没有可写的临时目录（%s 都写不进）；用 TMPDIR=目录 指明一个，属主为运行 ysq 的用户", strings.Join(all, "、"))
}
