package desk

import (
	"errors"
	"io/fs"
	"syscall"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Told gives the register's errors their exit codes. Their texts already say what to do.
func Told(err error) error {
	if err == nil {
		return nil
	}
	if held, ok := errors.AsType[*register.HeldError](err); ok {
		return &ask.Error{Code: "held", Msg: held.Error(), Hint: "先停止服务\nsystemctl stop ysq", Exit: ask.ExitUnreachable}
	}
	if errors.Is(err, register.ErrOlder) {
		return &ask.Error{Code: "register-older", Msg: err.Error(), Hint: "请先启动一次服务；登记库未动\nsystemctl start ysq", Exit: ask.ExitUnreachable}
	}
	if errors.Is(err, register.ErrReadOnly) {
		return &ask.Error{Code: "read-only", Msg: err.Error(), Hint: "磁盘修好、服务启动之后再记录；现在可以查询、导出，并备份到别的磁盘", Exit: ask.ExitFailed}
	}
	for _, known := range []struct {
		is   error
		code string
		exit int
	}{
		{register.ErrNotFound, "not-found", ask.ExitNotFound},
		{register.ErrMissing, "register-missing", ask.ExitFailed},
		{register.ErrExists, "register-exists", ask.ExitFailed},
		{register.ErrForeign, "register-foreign", ask.ExitFailed},
		{register.ErrNewer, "register-newer", ask.ExitFailed},
		{register.ErrDamaged, "register-damaged", ask.ExitFailed},
		{register.ErrLetterNumber, "letter-number", ask.ExitRefused},
		{register.ErrDisplaced, "register-displaced", ask.ExitFailed},
	} {
		if errors.Is(err, known.is) {
			return &ask.Error{Code: known.code, Msg: err.Error(), Exit: known.exit}
		}
	}
	return toldDisk(err)
}

// TakesNothing tells whether an error says that a disk cannot be written, and so nothing more than read.
func TakesNothing(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// toldDisk explains an error of a disk that takes nothing, and of files that cannot be opened for their number. It returns any
// other error unchanged, and also one that has been explained already.
func toldDisk(err error) error {
	if _, told := errors.AsType[*ask.Error](err); told {
		return err
	}
	for _, known := range []struct {
		is              syscall.Errno
		code, msg, hint string
	}{
		{syscall.ENOSPC, "disk-full", "磁盘已满", "请清理或扩容，有了空间即自动继续，不必重启\ndf -h、df -i"},
		{syscall.EDQUOT, "disk-full", "磁盘配额已用完", "请清理或提高配额；有了空间即自动继续，不必重启"},
		{syscall.EROFS, "disk-read-only", "磁盘是只读的", "系统多因磁盘出错改为只读：请查看 dmesg，修复后重新挂载；恢复后自动继续，不必重启"},
		{syscall.EMFILE, "too-many-files", "守护进程打开的文件太多，到了上限", "磁盘没有问题：稍后再试；一直如此的，提高服务的 LimitNOFILE=，再重启\nsystemctl edit ysq"},
		{syscall.ENFILE, "too-many-files", "本机打开的文件太多，到了系统的上限", "磁盘没有问题：看是哪个程序打开的，或提高 fs.file-max\nsysctl fs.file-nr"},
		{syscall.EIO, "disk-failing", "磁盘读写出错", "请查看 dmesg 和磁盘健康状况，尽快备份"},
	} {
		if errors.Is(err, known.is) {
			text := known.msg + "（" + err.Error() + "）"
			if _, ok := errors.AsType[*register.JournalError](err); ok { // says itself whether anything was recorded
				text = err.Error()
			}
			return &ask.Error{Code: known.code, Msg: text, Hint: known.hint, Exit: ask.ExitFailed, Cause: err}
		}
	}
	return err
}

// toldOpening is told for what only opening meets: files that this user may not use.
func toldOpening(err error) error {
	err = Told(err)
	if errors.Is(err, fs.ErrPermission) {
		return &ask.Error{Code: "denied-file", Exit: ask.ExitFailed, Msg: "没有权限使用登记库的文件（" + err.Error() + "）",
			Hint: "请核对属主：状态目录及其中所有文件应同属运行 ysq 的用户\nls -ln、chown -R"}
	}
	if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) {
		return &ask.Error{Code: "state-layout", Exit: ask.ExitFailed, Msg: "状态目录里有文件或目录不是应有的（" + err.Error() + "）",
			Hint: "journal、mail、tmp 应是目录，lock 应是文件；请把多出来的移走，原来的放回"}
	}
	return err
}
