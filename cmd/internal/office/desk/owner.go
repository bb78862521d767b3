package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"ysq.internal/ysq/cmd/internal/ask"
)

type owner struct{ UID, GID uint32 }

// OwnerOf returns who owns the state directory.
func OwnerOf(dir string) (owner, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return owner{}, &ask.Error{Code: "no-register", Exit: ask.ExitUnreachable,
			Msg: fmt.Sprintf("登记库目录 %s 不存在", dir), Hint: "新装请运行 ysq init；如已安装，请核对配置中的 paths.state"}
	}
	if err != nil {
		return owner{}, &ask.Error{Code: "no-register", Exit: ask.ExitUnreachable,
			Msg: fmt.Sprintf("无法查看登记库目录：%v", err), Hint: "请管理员运行，或启动服务后以 ysq-users 组成员的身份使用"}
	}
	st := info.Sys().(*syscall.Stat_t) // always, on Linux
	return owner{st.Uid, st.Gid}, nil
}

// Admits reports whether this process may open what is the owner's: root and the owner may.
func (o owner) Admits() bool {
	uid := uint32(os.Geteuid())
	return uid == 0 || uid == o.UID
}

// Become lets root go on as the owner of the state directory, so that nothing root-owned is ever
// left in it. There is no way back in this process.
func (o owner) Become() error {
	if os.Geteuid() != 0 || o.UID == 0 {
		return nil
	}
	if err := syscall.Setgroups([]int{int(o.GID)}); err != nil {
		return fmt.Errorf("becoming the owner of the register: %w", err)
	}
	if err := syscall.Setgid(int(o.GID)); err != nil {
		return fmt.Errorf("becoming the owner of the register: %w", err)
	}
	if err := syscall.Setuid(int(o.UID)); err != nil {
		return fmt.Errorf("becoming the owner of the register: %w", err)
	}
	return nil
}
