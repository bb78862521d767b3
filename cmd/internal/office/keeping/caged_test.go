package keeping

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"ysq.internal/ysq/cmd/internal/ask"
)

// What was said of a directory that the unit does not open is not said again of a disk.
func TestCagedStays(t *testing.T) {
	told := &ask.Error{Code: "caged", Msg: "服务不能写", Hint: "加一个 drop-in", Exit: ask.ExitFailed, Cause: syscall.EROFS}
	if got := ToldKeeping(told); got != error(told) {
		t.Errorf("%v", got)
	}
}

// Where the disk of a backup is full, nothing goes on by itself.
func TestTargetFull(t *testing.T) {
	told, ok := errors.AsType[*ask.Error](ToldKeeping(toldTarget(fmt.Errorf("writing the backup: %w", syscall.ENOSPC), "/mnt/usb")))
	if !ok || told.Code != "target-full" || !strings.Contains(told.Msg, "/mnt/usb") || strings.Contains(told.Hint, "自动") {
		t.Errorf("%v", told)
	}
}

// A path below a mount that only the unit makes read-only is told from one on a disk that is.
func TestCaged(t *testing.T) {
	const mounts = `22 1 8:1 / / ro,relatime - ext4 /dev/sda1 rw
30 22 8:1 /var/lib/ysq /var/lib/ysq rw,relatime - ext4 /dev/sda1 rw
31 22 8:17 / /mnt/usb\040disk ro,relatime - ext4 /dev/sdb1 ro,errors=remount-ro
32 22 8:33 / /mnt/备份 ro,nosuid - xfs /dev/sdc1 rw,attr2
odd line
`
	for path, want := range map[string]bool{
		"/mnt/备份": true, "/mnt/备份/a": true, "/mnt/备份二": true, "/mnt/usb disk/a": false, "/var/lib/ysq/x": false, "/srv": true,
	} {
		if got := caged(strings.NewReader(mounts), path); got != want {
			t.Errorf("%s: caged is %v", path, got)
		}
	}
}
