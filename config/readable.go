package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// Readable says why the user that runs the daemon cannot read a file, as its error; nil where he can. Only
// root can find out: for anybody else it is as the file is for himself.
func Readable(path string, by Owner) error {
	for _, dir := range []string{"/home/", "/root/", "/tmp/", "/var/tmp/", "/run/user/"} {
		if by != (Owner{}) && strings.HasPrefix(filepath.Clean(path)+"/", dir) {
			return Error{Msg: fmt.Sprintf("%s 在 %s 下，服务看不见（单元里的 ProtectHome=、PrivateTmp=）", path, strings.TrimSuffix(dir, "/")), Hint: "请放到 /etc/ysq 下"}
		}
	}
	err := asUser(by, func() error {
		// O_NONBLOCK: a FIFO must not hold up whoever asks.
		fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
		if err == nil {
			syscall.Close(fd)
		}
		return err
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission):
		return Error{Msg: fmt.Sprintf("运行服务的用户读不了 %s", path), err: err,
			Hint: fmt.Sprintf("chown root:%d %s；chmod 640 %s；所在的各级目录也要能进入（chmod o+x）", by.GID, path, path)}
	}
	return Error{Msg: fmt.Sprintf("无法读取 %s", path), Hint: reason(err), err: err}
}

// asUser runs a function on a thread that looks at files as another user does; the thread ends with it, for
// it has given up rights that it cannot have back for certain.
func asUser(who Owner, look func() error) error {
	if os.Geteuid() != 0 || who.UID == 0 {
		return look()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the runtime ends the thread with the goroutine
		done <- func() error {
			groups := [1]uint32{uint32(who.GID)}
			if _, _, errno := syscall.RawSyscall(syscall.SYS_SETGROUPS, 1, uintptr(unsafe.Pointer(&groups[0])), 0); errno != 0 {
				return errno
			}
			for _, call := range []struct{ number, id uintptr }{{syscall.SYS_SETFSGID, uintptr(who.GID)}, {syscall.SYS_SETFSUID, uintptr(who.UID)}} {
				if _, _, errno := syscall.RawSyscall(call.number, call.id, 0, 0); errno != 0 {
					return errno
				}
			}
			return look()
		}()
	}()
	return <-done
}
