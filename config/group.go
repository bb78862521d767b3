package config

import (
	"fmt"
	"os/user"
	"strconv"
)

// Group is a group of the system, by name or by decimal gid. A gid is the way to name a group that
// comes from a directory service: a static binary cannot ask LDAP or SSSD for names.
type Group string

// GID returns the number of the group.
func (g Group) GID() (uint32, error) {
	if n, err := strconv.ParseUint(string(g), 10, 32); err == nil {
		return uint32(n), nil
	}
	found, err := user.LookupGroup(string(g))
	if err != nil {
		return 0, Error{
			Msg:  fmt.Sprintf("系统中没有名为 %q 的组", string(g)),
			Hint: "用 groupadd 建立，或改写组名；来自 LDAP 等目录服务的组请写它的数字 gid",
			err:  err,
		}
	}
	n, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("gid of group %q: %w", string(g), err)
	}
	return uint32(n), nil
}
