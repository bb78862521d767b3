package keeping

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"ysq.internal/ysq/cmd/internal/ask"
)

// toldTarget says why a backup's directory takes nothing: a disk that is full, which nobody else waits for, or read-only, or a unit that does not
// let the daemon write there, which looks the same to it.
func toldTarget(err error, target string) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &ask.Error{Code: "target-full", Exit: ask.ExitFailed, Cause: err, Msg: fmt.Sprintf("备份的目录 %s 写不下了（%v）", target, err),
			Hint: "请清理那块磁盘或换一块，再备份一次；没有写完的一份已删去，登记库照常\ndf -h"}
	}
	if !errors.Is(err, syscall.EROFS) {
		return err
	}
	mounts, e := os.Open("/proc/self/mountinfo")
	if e != nil {
		return err
	}
	defer mounts.Close()
	unit := ownUnit()
	if unit == "" || !caged(mounts, target) {
		return err
	}
	drop := "/etc/systemd/system/" + unit + ".d/60-ysq-backup.conf"
	return &ask.Error{Code: "caged", Exit: ask.ExitFailed, Cause: err,
		Msg: fmt.Sprintf("服务不能写 %s：单元 %s 只许它写状态目录和 ReadWritePaths= 所列的目录（ProtectSystem=strict），磁盘本身没有毛病", target, unit),
		Hint: fmt.Sprintf("加一个 drop-in 再备份（ysq-backup 的单元同样要加）：\nmkdir -p %s\nprintf '[Service]\\nReadWritePaths=-%s\\n' >%s\nsystemctl daemon-reload && systemctl restart %s",
			filepath.Dir(drop), target, drop, unit)}
}

// ownUnit is the unit of systemd in which this process runs; "" for none.
func ownUnit() string {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name := filepath.Base(strings.TrimSpace(line)); strings.HasSuffix(name, ".service") {
			return name
		}
	}
	return ""
}

// caged reports whether a path is read-only in this process's view alone: the mount is, the file system
// is not (proc(5), mountinfo).
func caged(mounts io.Reader, path string) bool {
	longest, is := -1, false
	for lines := bufio.NewScanner(mounts); lines.Scan(); {
		mine, disk, ok := strings.Cut(lines.Text(), " - ")
		words, more := strings.Fields(mine), strings.Fields(disk)
		if !ok || len(words) < 6 || len(more) < 3 {
			continue
		}
		at := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(words[4])
		if at != "/" && path != at && !strings.HasPrefix(path, at+"/") || len(at) < longest {
			continue
		}
		longest, is = len(at), option(words[5], "ro") && option(more[2], "rw")
	}
	return is
}

func option(list, name string) bool { return strings.Contains(","+list+",", ","+name+",") }
